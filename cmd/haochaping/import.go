package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/calendar"
	"haochaping/collector/fileimport"
	"haochaping/config"
	"haochaping/evaluation/imported"
	"haochaping/record"
)

type importFlags struct {
	key                      keyFlags
	mapping, server, refused string
	dryRun                   bool
	rows                     int
}

func newImport() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:   "import --map MAPPING.yaml FILE…",
		Short: "Read ratings, cases and other records from files",
		Long: `Read records from csv, xlsx or ndjson files, packed with gzip or not; - is standard input. A
mapping says which column is which field (docs/import.md). The rules of acceptance are those
of the API. Importing the same file twice changes nothing. What is refused goes to a file with
line and reason but without its content, and the exit status is 3.`,
		Example: "  haochaping import --map mapping.yaml --dry-run ratings.csv\n  haochaping import --map mapping.yaml ratings-*.csv.gz",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return runImport(c, &f, args) },
	}
	fl := c.Flags()
	fl.StringVar(&f.mapping, "map", "", "mapping file (required)")
	fl.BoolVar(&f.dryRun, "dry-run", false, "show the first rows as they would be read, store nothing")
	fl.IntVar(&f.rows, "rows", 5, "with --dry-run: how many rows")
	fl.StringVar(&f.server, "server", "", "send to this installation instead, such as https://rating.example.org")
	f.key.bind(fl)
	fl.StringVar(&f.refused, "refused", "", "file for what is refused; default refused-DATE-TIME.csv, made only when needed")
	return c
}

func runImport(c *cobra.Command, f *importFlags, files []string) error {
	cfg, _, err := load(c, nil)
	if err != nil {
		return err
	}
	mapping, err := readMapping(f.mapping)
	if err != nil {
		return err
	}
	o := fileimport.Options{Mapping: mapping, Zone: cfg.Timezone.Location}
	switch {
	case f.dryRun:
		return dryRun(c, cfg, o, f.rows, files)
	case f.server != "":
		key, err := f.key.read()
		if err != nil {
			return err
		}
		o.Remote = &fileimport.Remote{URL: f.server, Key: key, Client: &http.Client{Timeout: time.Minute}}
		return importFiles(c, o, f, files)
	}
	client, err := app.Connect(c.Context(), cfg, quiet(cfg))
	if err != nil {
		return err
	}
	o.Sink = client
	o.Indicators = func(ctx context.Context, values []imported.Value) error {
		_, err := client.ImportIndicators(ctx, &app.IndicatorImport{Values: values, By: operator()})
		return err
	}
	if o.Door, err = importDoor(c.Context(), client, cfg, mapping); err == nil {
		err = importFiles(c, o, f, files)
	}
	return errors.Join(err, client.Close())
}

func readMapping(path string) (*fileimport.Mapping, error) {
	if path == "" {
		return nil, usageError{errors.New("--map is required: the file that says which column is which field")}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the mapping: %w", err)
	}
	mapping, err := fileimport.LoadMapping(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return mapping, nil
}

// importDoor is the door of the installation, with the sources that it knows and, where
// the mapping brings one, the source of the mapping, which is registered.
func importDoor(ctx context.Context, client *app.Client, cfg *config.Config, mapping *fileimport.Mapping) (*record.Door, error) {
	if source, ok := mapping.RecordSource(); ok {
		if err := client.StoreSource(ctx, source); err != nil {
			return nil, err
		}
	}
	door, err := app.NewDoor(cfg)
	if err != nil {
		return nil, err
	}
	list, err := client.Keys(ctx)
	if err != nil {
		return nil, err
	}
	door.Codes = func(name string, at time.Time) (record.CodeMap, bool) {
		i := slices.IndexFunc(list.Sources, func(s record.Source) bool { return s.Name == name })
		if i < 0 {
			return record.CodeMap{}, false
		}
		return list.Sources[i].MapOn(calendar.DayOf(at, door.Zone))
	}
	return door, nil
}

func dryRun(c *cobra.Command, cfg *config.Config, o fileimport.Options, rows int, files []string) error {
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	door, err := app.NewDoor(cfg)
	if err != nil {
		return err
	}
	door.Codes = func(string, time.Time) (record.CodeMap, bool) { return record.CodeMap{}, false }
	o.Door = door
	for _, name := range files {
		in, _, err := openInput(name)
		if err != nil {
			return err
		}
		preview, err := fileimport.DryRun(o, name, in, rows)
		if err := errors.Join(err, in.Close()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := preview.Write(c.OutOrStdout()); err != nil {
			return err
		}
	}
	return nil
}

// openInput opens a file, or standard input for "-"; size 0 is unknown.
func openInput(name string) (in io.ReadCloser, size int64, err error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), 0, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, info.Size(), nil
}

func importFiles(c *cobra.Command, o fileimport.Options, f *importFlags, files []string) error {
	refused := &lazyFile{path: cmp.Or(f.refused, "refused-"+time.Now().Format("20060102-150405")+".csv")}
	o.Refused = refused
	var errs []error
	var total int64
	for _, name := range files {
		result, err := importFile(c.Context(), o, name)
		total += result.Refused
		tell(c.OutOrStdout(), name, &result)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			break
		}
	}
	if err := errors.Join(append(errs, refused.close())...); err != nil {
		return err
	}
	if total > 0 {
		fmt.Fprintf(os.Stderr, "%d refused: lines and reasons are in %s\n", total, refused.path)
		return errRefused
	}
	return nil
}

func importFile(ctx context.Context, o fileimport.Options, name string) (result fileimport.Result, err error) {
	in, size, err := openInput(name)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	p := newProgress(os.Stderr)
	o.Progress = func(bytes, rows, accepted, refused int64) {
		p.file(name, bytes, size, fmt.Sprintf("%d rows, %d stored, %d refused", rows, accepted, refused))
	}
	return fileimport.Run(ctx, o, name, in)
}

// tell says what became of a file, unless it could not even be opened.
func tell(out io.Writer, name string, r *fileimport.Result) {
	if r.Format == "" {
		return
	}
	_, _ = fmt.Fprintf(out, "%s: %s, %s; %d rows, %d records stored", name, r.Format, r.Encoding, r.Rows, r.Accepted)
	if r.Duplicate > 0 {
		_, _ = fmt.Fprintf(out, " (%d known already)", r.Duplicate)
	}
	if r.Skipped > 0 {
		_, _ = fmt.Fprintf(out, ", %d rows without a record", r.Skipped)
	}
	_, _ = fmt.Fprintf(out, ", %d refused\n", r.Refused)
	for _, column := range r.Unseen {
		_, _ = fmt.Fprintf(out, "  warning: no row has the column %q of the mapping\n", column)
	}
}

// lazyFile is made when the first byte is written to it.
type lazyFile struct {
	path string
	file *os.File
	buf  *bufio.Writer
}

func (l *lazyFile) Write(b []byte) (int, error) {
	if l.file == nil {
		file, err := os.OpenFile(l.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return 0, fmt.Errorf("make the file of refused rows: %w", err)
		}
		l.file, l.buf = file, bufio.NewWriter(file)
	}
	return l.buf.Write(b)
}

func (l *lazyFile) close() error {
	if l.file == nil {
		return nil
	}
	return errors.Join(l.buf.Flush(), l.file.Close())
}
