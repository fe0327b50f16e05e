package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
	"haochaping/record"
)

// newRefused makes `refused`: what stands on the desk.
func newRefused() *cobra.Command {
	c := &cobra.Command{
		Use:   "refused",
		Short: "Records that were refused, came late, conflict or are superseded",
		Long: `What was sent and is not counted as it came: refused records, records in conflict with
another content under their id, ratings superseded by another one of the same service
event, ratings that came long after their day (counted), and accepted records that
ClickHouse would not take (quarantined). No submitted text is shown.

A refused record that only lacks an entry of a code map is held: mend the map with
haochaping source map set, then replay it.`,
	}
	c.AddCommand(newRefusedList(), newRefusedExport(), newRefusedReplay())
	return c
}

// deskFlags are the flags that choose entries.
type deskFlags struct {
	filter   record.DeskFilter
	from, to string
}

func (d *deskFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&d.filter.Source, "source", "", "only from this source")
	f.StringVar(&d.filter.Sender, "sender", "", "only brought by the key of this name")
	f.StringVar(&d.filter.Kind, "kind", "", "only this kind: rating, case, prompt, follow_up, tally")
	f.StringVar(&d.filter.Code, "code", "", "only with a problem of this code, such as unmapped")
	f.StringVar(&d.filter.Field, "field", "", "only with a problem of this field, such as level")
	f.StringVar(&d.filter.BatchID, "batch", "", "only of this announced batch")
	f.StringVar(&d.from, "from", "", "received on this day or later, YYYY-MM-DD")
	f.StringVar(&d.to, "to", "", "received on this day or earlier, YYYY-MM-DD")
}

func (d *deskFlags) addWhy(c *cobra.Command) {
	c.Flags().StringSliceVar(&d.filter.Why, "why", nil, "only these: refused, conflict, superseded, late, quarantined")
	c.Flags().BoolVar(&d.filter.Replayable, "replayable", false, "only held records that can be replayed")
}

var deskWhys = []string{record.WhyRefused, record.WhyConflict, record.WhySuperseded, record.WhyLate, record.WhyQuarantined}

// read checks the flags; days are those of the configured zone.
func (d *deskFlags) read(zone *time.Location) error {
	for _, why := range d.filter.Why {
		if !slices.Contains(deskWhys, why) {
			return usageError{fmt.Errorf("--why: use %s", strings.Join(deskWhys, ", "))}
		}
	}
	if kind, ok := record.KindNamed(d.filter.Kind); d.filter.Kind != "" && (!ok || kind == record.KindRefused || kind == record.KindAnnouncement) {
		return usageError{errors.New("--kind: use rating, case, prompt, follow_up or tally")}
	}
	if d.from != "" {
		day, err := calendar.ParseDay(d.from)
		if err != nil {
			return usageError{fmt.Errorf("--from: %w", err)}
		}
		d.filter.From = day.Start(zone)
	}
	if d.to != "" {
		day, err := calendar.ParseDay(d.to)
		if err != nil {
			return usageError{fmt.Errorf("--to: %w", err)}
		}
		d.filter.To = day.End(zone)
	}
	if d.from != "" && d.to != "" && !d.filter.From.Before(d.filter.To) {
		return usageError{errors.New("--to must not lie before --from")}
	}
	return nil
}

// onDesk checks the flags, then works with the running server or rooms of its own.
func (d *deskFlags) onDesk(c *cobra.Command, format string, do func(*app.Client) error) error {
	if !slices.Contains([]string{"table", "csv", "json"}, format) {
		return usageError{errors.New("--format: use table, csv or json")}
	}
	cfg, _, err := load(c, nil)
	if err != nil {
		return err
	}
	if err := d.read(cfg.Timezone.Location); err != nil {
		return err
	}
	return withClient(c, do)
}

func newRefusedList() *cobra.Command {
	var flags deskFlags
	var format string
	var limit int
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the newest entries",
		Args:    cobra.NoArgs,
		Example: "  haochaping refused list --code unmapped --source portal",
		RunE: func(c *cobra.Command, _ []string) error {
			if limit < 1 {
				return usageError{errors.New("--limit: at least 1; for all of it use haochaping refused export")}
			}
			return flags.onDesk(c, format, func(client *app.Client) error {
				n, err := client.Refused(c.Context(), flags.filter, limit, format, c.OutOrStdout())
				if err == nil && n == limit {
					fmt.Fprintf(os.Stderr, "The newest %d; there may be more: use --limit, or haochaping refused export.\n", n)
				}
				return err
			})
		},
	}
	flags.add(c)
	flags.addWhy(c)
	c.Flags().IntVar(&limit, "limit", 100, "how many entries at most")
	c.Flags().StringVar(&format, "format", "table", "table, csv or json")
	return c
}

func newRefusedExport() *cobra.Command {
	var flags deskFlags
	var format, path string
	c := &cobra.Command{
		Use:   "export",
		Short: "Write all entries to a file",
		Long: `Write all entries that the flags choose to a file. The file is there once it is complete;
when something goes wrong it is not there and the exit status is 1.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if path == "" {
				return usageError{errors.New("-o FILE is required")}
			}
			return flags.onDesk(c, format, func(client *app.Client) error {
				n := 0
				err := whole(path, func(w io.Writer) (err error) {
					n, err = client.Refused(c.Context(), flags.filter, 0, format, w)
					return err
				})
				if err != nil {
					return fmt.Errorf("export to %s: %w", path, err)
				}
				fmt.Fprintf(os.Stderr, "%d entries written to %s\n", n, path)
				return nil
			})
		},
	}
	flags.add(c)
	flags.addWhy(c)
	c.Flags().StringVar(&format, "format", "csv", "table, csv or json")
	c.Flags().StringVarP(&path, "output", "o", "", "file to write")
	return c
}

func newRefusedReplay() *cobra.Command {
	var flags deskFlags
	c := &cobra.Command{
		Use:   "replay",
		Short: "Pass held records through the door again, with the code maps of today",
		Long: `Pass held records through the door again, with the code maps of today. Those that are
accepted are counted on their own days. It may be repeated: nothing is counted twice.
The exit status is 3 if some are refused as before.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return flags.onDesk(c, "table", func(client *app.Client) error {
				report, err := client.Replay(c.Context(), &flags.filter)
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintf(c.OutOrStdout(), "%d replayed, %d refused as before\n", report.Replayed, report.Refused); err != nil {
					return err
				}
				for _, r := range report.Reasons {
					fmt.Fprintf(os.Stderr, "%d: %v\n", r.Records, r.Problem)
				}
				if report.Refused > 0 {
					return errRefused
				}
				return nil
			})
		},
	}
	flags.add(c)
	return c
}
