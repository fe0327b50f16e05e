package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
)

func newFindings() *cobra.Command {
	var period, from, to, watermark string
	var call app.FindingsCall
	c := &cobra.Command{
		Use:   "findings",
		Short: "What changed, whether it is more than chance, and who must act, in words",
		Long: `Say what the figures of a period show: what changed, whether it is more than chance, and who
must act; what is thin, late, missing, incomparable or suspicious. The most important come first.
Months are compared with the other months of the period, so give at least four; without a period
it is the year up to the newest data.`,
		Example: "  haochaping findings\n" +
			"  haochaping findings --period 2026 --limit 0 --format json\n" +
			"  haochaping findings --from 2026-01-01 --to 2026-06-30 --watermark 2026-07-10",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := checkLanguage(call.Lang); err != nil {
				return err
			}
			if !slices.Contains([]string{"table", "json"}, call.Format) {
				return usageError{errors.New("--format: use table or json")}
			}
			if call.Limit < 0 {
				return usageError{errors.New("--limit: 0 for all, or how many")}
			}
			if call.Period, err = periodOf(period, from, to); err != nil {
				return err
			}
			if watermark != "" {
				if call.Watermark, err = calendar.ParseDay(watermark); err != nil {
					return usageError{fmt.Errorf("--watermark: %w", err)}
				}
			}
			return withClient(c, func(client *app.Client) error {
				return client.Findings(c.Context(), &call, c.OutOrStdout())
			})
		},
	}
	f := c.Flags()
	f.StringVar(&period, "period", "", "2026-H1, 2026 or a quarter; or --from and --to; default: the year up to the newest data")
	f.StringVar(&from, "from", "", "first day, YYYY-MM-DD")
	f.StringVar(&to, "to", "", "last day, YYYY-MM-DD")
	f.StringVar(&call.Region, "region", "", "only units in this region; sources, clerks and devices are then left out")
	f.StringVar(&watermark, "watermark", "", "the day on which figures were drawn, YYYY-MM-DD: what arrived after it is late")
	f.StringVar(&call.Lang, "lang", "zh", "language: zh or en")
	f.StringVar(&call.Format, "format", "table", "table, or json with both languages")
	f.IntVar(&call.Limit, "limit", 20, "how many at most, 0 = all")
	return c
}

// periodOf reads a period that may be left out.
func periodOf(period, from, to string) (calendar.Range, error) {
	switch {
	case period == "" && from == "" && to == "":
		return calendar.Range{From: 1, To: 0}, nil
	case period == "":
		return readRange(from, to)
	case from != "" || to != "":
		return calendar.Range{}, usageError{errors.New("give --period, or --from and --to, not both")}
	}
	_, days, err := calendar.ParsePeriod(period)
	if err != nil {
		return days, usageError{fmt.Errorf("--period: %w", err)}
	}
	return days, nil
}
