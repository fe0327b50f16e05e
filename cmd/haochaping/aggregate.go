package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
)

// withClient connects to the running server, or to rooms of this process, for one command.
func withClient(c *cobra.Command, do func(*app.Client) error) error {
	cfg, _, err := load(c, nil)
	if err != nil {
		return err
	}
	client, err := app.Connect(c.Context(), cfg, quiet(cfg))
	if err != nil {
		return err
	}
	if err := do(client); err != nil {
		_ = client.Close() // the first error is the one to show
		return err
	}
	return client.Close()
}

func newAggregate() *cobra.Command {
	var from, to string
	c := &cobra.Command{
		Use:   "aggregate",
		Short: "Restate the facts now: all dirty days, or the given ones whether dirty or not",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			days := calendar.Range{From: 1, To: 0}
			if from != "" || to != "" {
				var err error
				if days, err = readRange(from, to); err != nil {
					return err
				}
			}
			return withClient(c, func(client *app.Client) error {
				n, err := client.Aggregate(c.Context(), days)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "restated: %d (days × parts)\n", n)
				return err
			})
		},
	}
	c.Flags().StringVar(&from, "from", "", "first day, YYYY-MM-DD")
	c.Flags().StringVar(&to, "to", "", "last day, YYYY-MM-DD")
	return c
}

// readRange reads both ends of a period; at most 20 years.
func readRange(from, to string) (r calendar.Range, err error) {
	if from == "" || to == "" {
		return r, usageError{fmt.Errorf("--from and --to go together: give both as YYYY-MM-DD")}
	}
	if r.From, err = calendar.ParseDay(from); err != nil {
		return r, usageError{fmt.Errorf("--from: %w", err)}
	}
	if r.To, err = calendar.ParseDay(to); err != nil {
		return r, usageError{fmt.Errorf("--to: %w", err)}
	}
	if r.To < r.From || r.Len() > 20*366 {
		return r, usageError{fmt.Errorf("--to must not lie before --from, nor more than 20 years after it")}
	}
	return r, nil
}
