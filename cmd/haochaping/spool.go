package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/record"
)

// newSpool makes `spool`: what an operator does with the spool of a stopped collector,
// and with the records that ClickHouse refused for good.
func newSpool() *cobra.Command {
	c := &cobra.Command{Use: "spool", Short: "The spool of a stopped collector, and records in quarantine"}
	c.AddCommand(newSpoolShow(), newSpoolVerify(), newSpoolExport(), newQuarantine())
	return c
}

// withSpool opens the spool for one command.
func withSpool(c *cobra.Command, do func(*app.StoppedSpool) error) error {
	cfg, _, err := load(c, nil)
	if err != nil {
		return err
	}
	s, err := app.OpenStoppedSpool(cfg, quiet(cfg))
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}

func newSpoolShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "Print how the spool stands: marks, records, ids, days, sizes",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withSpool(c, func(s *app.StoppedSpool) error { return showSpool(c, s) })
		},
	}
}

func showSpool(c *cobra.Command, s *app.StoppedSpool) error {
	v, err := s.Survey(c.Context())
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(w, name+"\t"+format+"\n", args...) }
	row("identity", "%s", hex.EncodeToString(v.Identity[:]))
	row("accepted up to", "%d", v.Last)
	row("shipped up to", "%d", v.Shipped)
	row("waiting", "%d", v.Depth)
	row("waiting bytes", "%d", v.Bytes)
	row("oldest waiting", "%s", orDash(v.Oldest))
	row("newest waiting", "%s", orDash(v.Newest))
	row("ids", "%d", v.IDs)
	days := slices.Sorted(maps.Keys(v.Days))
	if n := len(days); n > 0 {
		row("ids arrived", "%s to %s, %d days", dayName(days[0]), dayName(days[n-1]), n)
	}
	row("id bytes in files", "%d", v.IndexBytes)
	row("bytes on disk", "%d", v.DiskBytes)
	row("kind", "waiting  ids")
	for _, k := range slices.Sorted(maps.Keys(v.Kinds)) {
		row("  "+kindName(k), "%d  %d", v.Kinds[k].Waiting, v.Kinds[k].IDs)
	}
	return w.Flush()
}

func orDash(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.RFC3339Nano)
}

func dayName(days uint32) string {
	return time.Unix(int64(days)*24*60*60, 0).UTC().Format(time.DateOnly)
}

func kindName(k byte) string {
	if name := record.Kind(k).String(); name != "" {
		return name
	}
	return "kind " + strconv.Itoa(int(k))
}

func newSpoolVerify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Read the whole spool and name every damaged place; exit status 1 if there is one",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withSpool(c, func(s *app.StoppedSpool) error {
				r, err := s.Verify(c.Context())
				if err != nil {
					return err
				}
				out := c.OutOrStdout()
				fmt.Fprintf(out, "%d records of %d bytes and %d ids are sound\n", r.Records, r.Bytes, r.IDs)
				if len(r.Damage) == 0 {
					return nil
				}
				for i := range r.Damage {
					fmt.Fprintln(out, r.Damage[i].Error())
				}
				return fmt.Errorf("the spool is damaged in %d places: see docs/spool.md", len(r.Damage))
			})
		},
	}
}

func newSpoolExport() *cobra.Command {
	var file string
	var skip bool
	c := &cobra.Command{
		Use:   "export",
		Short: "Write every record that is not shipped, decoded, one JSON object a line",
		Long: `Write every record that ClickHouse does not have yet, decoded, one JSON object a line.
What is shipped is no longer in the spool.

The records are as protected as in ClickHouse: raters are keyed tokens, contacts are
sealed, comments went through the door. They are single records of people all the same:
the file is readable by its owner alone and belongs nowhere else.

The export is complete, or it fails: the file appears under its name only when it is
whole. With --skip-damaged, records that cannot be read are left out and listed on
standard error, and the exit status is 3.`,
		Example: "  haochaping spool export -o waiting.ndjson",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withSpool(c, func(s *app.StoppedSpool) error {
				if file == "" || file == "-" {
					return exportSpool(c, s, c.OutOrStdout(), skip)
				}
				return whole(file, func(w io.Writer) error { return exportSpool(c, s, w, skip) })
			})
		},
	}
	c.Flags().StringVarP(&file, "output", "o", "", "file to write; - or nothing is standard output")
	c.Flags().BoolVar(&skip, "skip-damaged", false, "leave out what cannot be read and say so")
	return c
}

func exportSpool(c *cobra.Command, s *app.StoppedSpool, w io.Writer, skip bool) error {
	report, err := s.Export(c.Context(), w, skip)
	if err != nil {
		return fmt.Errorf("%w: the export is not complete; --skip-damaged leaves out what cannot be read", err)
	}
	notes := c.ErrOrStderr()
	fmt.Fprintf(notes, "%d records exported\n", report.Records)
	if len(report.LeftOut) == 0 {
		return nil
	}
	for i := range report.LeftOut {
		fmt.Fprintln(notes, "left out:", report.LeftOut[i].Error())
	}
	return errRefused
}

// whole writes a file that appears under its name when it is complete and durable, also
// when something was refused.
func whole(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	outcome := write(f)
	err = errors.Join(f.Sync(), f.Close())
	if err == nil && (outcome == nil || errors.Is(outcome, errRefused)) {
		err = os.Rename(f.Name(), path)
	} else {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return errors.Join(outcome, err)
}
