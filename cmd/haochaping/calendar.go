package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
)

func newCalendar() *cobra.Command {
	c := &cobra.Command{Use: "calendar", Short: "Working days: holidays, and days of weekends worked in exchange (调休)"}
	c.AddCommand(newCalendarImport(), newCalendarShow())
	return c
}

func newCalendarImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE",
		Short: "Read the working-day arrangement of a year, or single days, from a CSV file",
		Long: `Read days off and days worked in exchange from a CSV file with the columns date, working
(yes or no) and name; weekends and ordinary weekdays need no line. A day that is already
known is replaced. The product knows 2004 to 2026; another year becomes known when all its
statutory holidays are given as days off. Until then nothing of it is counted in working
days. Figures in working time that the days change are counted anew.`,
		Example: "  haochaping calendar import 2027.csv\n  haochaping calendar show 2026 --format csv",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			rules, err := app.ReadWorkdays(args[0])
			if err != nil {
				return fmt.Errorf("%s: nothing was imported: %w", args[0], err)
			}
			return withClient(c, func(client *app.Client) error {
				report, err := client.ImportWorkdays(c.Context(), rules)
				if err != nil {
					return err
				}
				return showWorkdays(c.OutOrStdout(), &report)
			})
		},
	}
}

func showWorkdays(out io.Writer, report *app.WorkdaysReport) error {
	lines := []string{fmt.Sprintf("imported: %d days; days of figures to count anew: %d", report.Days, report.Dirty)}
	for _, y := range report.Years {
		lines = append(lines, fmt.Sprintf("%d: %s", y.Year, y.Origin))
		if y.Origin == calendar.OriginUnknown {
			lines = append(lines, calendar.UnknownSentence(y.Year, "en"))
		}
		for _, r := range y.Missing {
			lines = append(lines, fmt.Sprintf("not given as a day off: %s %s", r.Day, r.Name))
		}
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}

func newCalendarShow() *cobra.Command {
	var call app.WorkdaysCall
	c := &cobra.Command{
		Use:   "show YEAR",
		Short: "Print the holidays, the days worked in exchange and the working days of each month",
		Long: `Print what is known of the working days of a year, and from where: built-in, imported, both,
or unknown. With --format csv it is a file as calendar import reads it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			year, err := strconv.Atoi(args[0])
			switch {
			case err != nil || year < calendar.FirstLunarYear || year > calendar.LastLunarYear:
				return usageError{fmt.Errorf("year: use one from %d to %d", calendar.FirstLunarYear, calendar.LastLunarYear)}
			case !slices.Contains([]string{"table", "csv", "json"}, call.Format):
				return usageError{errors.New("--format: use table, csv or json")}
			}
			call.Year = year
			return withClient(c, func(client *app.Client) error { return client.Workdays(c.Context(), &call, c.OutOrStdout()) })
		},
	}
	c.Flags().StringVar(&call.Format, "format", "table", "table, csv or json")
	return c
}
