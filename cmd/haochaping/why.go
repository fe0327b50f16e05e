package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
)

func newWhy() *cobra.Command {
	var call app.MovesCall
	var schemeName, beforeScheme, period, before string
	c := &cobra.Command{
		Use:   "why [UNIT…]",
		Short: "Say why the score and the rank of units moved from one period to the next",
		Long: `Say why the score and the rank of units moved from one period to the next: own
performance, mix of services, chance, late data, scheme change, other units. The parts add
up to the change. Without units, all that were ranked. If an edition of the earlier period
is published, what arrived after it is late data; else nothing is. See docs/movement.md.`,
		Example: "  haochaping why 9902 --scheme good-bad-review --period 2026-06",
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains([]string{"table", "csv", "json"}, call.Format) {
				return usageError{errors.New("--format: use table, csv or json")}
			}
			call.Units = args
			var err error
			if call.After, call.Before, err = twoPeriods(period, before); err != nil {
				return usageError{err}
			}
			if call.Scheme, err = readScheme(schemeName); err != nil {
				return err
			}
			if beforeScheme != "" {
				if call.BeforeScheme, err = readScheme(beforeScheme); err != nil {
					return err
				}
			}
			return withClient(c, func(client *app.Client) error { return client.Moves(c.Context(), &call, c.OutOrStdout()) })
		},
	}
	f := c.Flags()
	f.StringVar(&schemeName, "scheme", "good-bad-review", "id, id@version or file of the scheme")
	f.StringVar(&beforeScheme, "before-scheme", "", "the scheme that judged the earlier period, where it was another")
	f.StringVar(&period, "period", "", "the later period: 2026-06, 2026-Q2, 2026-H1, 2026, 2026-W23")
	f.StringVar(&before, "before", "", "the earlier period; default: the one before")
	f.StringVar(&call.Language, "lang", "zh", "zh or en")
	f.StringVar(&call.Format, "format", "table", "table, csv or json")
	return c
}

// twoPeriods reads the later period and the earlier one, by default the one before it.
func twoPeriods(later, earlier string) (after, before calendar.Range, err error) {
	kind, after, err := calendar.ParsePeriod(later)
	if err != nil {
		return after, before, fmt.Errorf("--period: %w", err)
	}
	if earlier == "" {
		return after, calendar.Previous(kind, after.From), nil
	}
	if _, before, err = calendar.ParsePeriod(earlier); err != nil {
		return after, before, fmt.Errorf("--before: %w", err)
	}
	if before.To >= after.From {
		return after, before, errors.New("--before: the earlier period must end before the later one begins")
	}
	return after, before, nil
}

func newSchemeRehearse() *cobra.Command {
	var call app.RehearseCall
	var against, last string
	var periods int
	c := &cobra.Command{
		Use:     "rehearse FILE|ID",
		Short:   "Run a changed scheme over past periods and list who would move",
		Args:    cobra.ExactArgs(1),
		Example: `  haochaping scheme rehearse new.yaml --against good-bad-review --last 2026-06 --periods 6`,
		RunE: func(c *cobra.Command, args []string) error {
			if !slices.Contains([]string{"table", "csv", "json"}, call.Format) {
				return usageError{errors.New("--format: use table, csv or json")}
			}
			if periods < 1 || periods > 36 {
				return usageError{errors.New("--periods: use a number from 1 to 36")}
			}
			k, r, err := calendar.ParsePeriod(last)
			if err != nil {
				return usageError{fmt.Errorf("--last: %w", err)}
			}
			for range periods {
				call.Periods = append(call.Periods, r)
				r = calendar.Previous(k, r.From)
			}
			slices.Reverse(call.Periods)
			if call.Scheme, err = readScheme(args[0]); err != nil {
				return err
			}
			if call.Against, err = readScheme(against); err != nil {
				return err
			}
			return withClient(c, func(client *app.Client) error { return client.Rehearse(c.Context(), &call, c.OutOrStdout()) })
		},
	}
	f := c.Flags()
	f.StringVar(&against, "against", "good-bad-review", "the scheme in force: id, id@version or file")
	f.StringVar(&last, "last", "", "the last period of the rehearsal: 2026-06, 2026-Q2, 2026-H1, 2026, 2026-W23")
	f.IntVar(&periods, "periods", 3, "how many periods, up to 36")
	f.StringVar(&call.Language, "lang", "zh", "zh or en")
	f.StringVar(&call.Format, "format", "table", "table, csv or json")
	return c
}
