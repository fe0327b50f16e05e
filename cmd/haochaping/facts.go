package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
	"haochaping/evaluation"
)

func newFacts() *cobra.Command {
	var by, from, to, step, format string
	var call app.FactsCall
	dimensions := []string{"total", "region", "line", "department", "hall", "window", "item", "departmentitem", "channel"}
	c := &cobra.Command{
		Use:   "facts",
		Short: "Print the counted figures by region, department, item, channel or window",
		Long: `Print the counted figures. The last line is the sum of the lines above it.
Without --from and --to the whole time is counted. A code that the directory does not
know is counted as 待归属 (unattributed), on a line with an empty code. With --follow-ups the
figures are what became of valid bad ratings, by the steps that exist now and the
deadlines of follow_up.*.`,
		Example: "  haochaping facts --by region --level 2 --from 2026-01-01 --to 2026-03-31",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains(dimensions, by) {
				return usageError{fmt.Errorf("--by: use one of %v", dimensions)}
			}
			if !slices.Contains([]string{"table", "csv", "json"}, format) {
				return usageError{fmt.Errorf("--format: use table, csv or json")}
			}
			days := calendar.Range{From: calendar.MakeDay(2000, 1, 1), To: calendar.MakeDay(2100, 1, 1)}
			if from != "" || to != "" {
				var err error
				if days, err = readRange(from, to); err != nil {
					return err
				}
			}
			call.By, call.Step, call.Format = evaluation.Dimension(by), evaluation.Step(step), format
			call.From, call.To = days.From, days.To
			return withClient(c, func(client *app.Client) error {
				return client.Facts(c.Context(), &call, c.OutOrStdout())
			})
		},
	}
	f := c.Flags()
	f.StringVar(&by, "by", "total", "what the figures are told apart by: total, region, line, department, hall, window, item, departmentitem, channel")
	f.IntVar(&call.Level, "level", 1, "with --by region: the level of the tree, 1 = top")
	f.StringVar(&call.Parent, "parent", "", "with --by region: the children of this region instead of a level")
	f.StringVar(&call.Region, "region", "", "only this region and what lies below it")
	f.StringVar(&call.Line, "line", "", "only departments of this line")
	f.StringVar(&call.Department, "department", "", "only this department")
	f.StringVar(&call.Hall, "hall", "", "only this hall")
	f.StringVar(&from, "from", "", "first day, YYYY-MM-DD")
	f.StringVar(&to, "to", "", "last day, YYYY-MM-DD")
	f.StringVar(&step, "step", "", "cut the period by day, week, month, quarter, half or year")
	f.BoolVar(&call.FollowUps, "follow-ups", false, "what became of bad ratings, as of now, instead of the other figures")
	f.StringVar(&format, "format", "table", "table, csv or json")
	return c
}
