package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"haochaping/app"
)

func newRuns() *cobra.Command {
	var call app.RunsCall
	c := &cobra.Command{
		Use:   "runs",
		Short: "What the timetable did: when, how long, how much, and how it ended",
		Long: `What the timetable did, the newest first. A line of days that changed no past day, or of
failures of the same kind, stands for several runs within ten minutes. periods are days ×
parts or months that were counted anew, or evaluations drawn up; rows are rows of facts,
or judged units.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case !slices.Contains([]string{"table", "csv", "json"}, call.Format):
				return usageError{errors.New("--format: use table, csv or json")}
			case call.Limit < 1 || call.Limit > 100_000:
				return usageError{errors.New("--limit: use a number from 1 to 100000")}
			}
			return withClient(c, func(client *app.Client) error { return client.Runs(c.Context(), &call, c.OutOrStdout()) })
		},
	}
	f := c.Flags()
	f.StringVar(&call.Job, "job", "", "only of this job: days, items, arrivals, evaluations or asked")
	f.BoolVar(&call.Failed, "failed", false, "only those that failed")
	f.IntVar(&call.Limit, "limit", 50, "how many at most")
	f.StringVar(&call.Format, "format", "table", "table, csv or json")
	return c
}
