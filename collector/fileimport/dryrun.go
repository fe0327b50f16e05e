package fileimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"haochaping/record"
)

// noSink stands where nothing is stored.
type noSink struct{}

func (noSink) Insert(context.Context, *record.Batch, string) error {
	return errors.New("a dry run stores nothing")
}

// Preview is the beginning of a file as it would be imported.
type Preview struct {
	Format   string
	Encoding string
	Rows     int // rows looked at
	Entries  []Entry
	Skipped  []int64 // lines of which the mapping makes no record
}

// DryRun reads the first n rows and passes them through the door, without storing
// anything. Without a Door (Options.Remote) only the mapping is tried.
func DryRun(o Options, name string, r io.Reader, n int) (Preview, error) {
	if o.Sink == nil && o.Remote == nil {
		if o.Door == nil {
			o.Remote = &Remote{}
		} else {
			o.Sink = noSink{}
		}
	}
	i, err := newImporter(o)
	if err != nil {
		return Preview{}, err
	}
	f, err := Open(name, r, o.Mapping, i.zone)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Format: f.Format(), Encoding: f.Encoding()}
	for p.Rows < n && err == nil {
		var row row
		if row, err = f.row(); err != nil {
			break
		}
		p.Rows++
		entries := o.Mapping.convert(&row, f.conv)
		if len(entries) == 0 {
			p.Skipped = append(p.Skipped, row.line)
		}
		for e := range entries {
			if i.door != nil {
				var b record.Batch
				entries[e].Problems = accept(i.door, &entries[e], i.rc, &b)
			}
		}
		p.Entries = append(p.Entries, entries...)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return p, fmt.Errorf("try %s: %w", shownName(name), err)
	}
	return p, nil
}

// Write shows the preview: each record as JSON with the line that it comes from, and
// what is wrong with it. It shows what is in the file, also what identifies people.
func (p *Preview) Write(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "format %s, encoding %s, first %d rows:\n", p.Format, p.Encoding, p.Rows); err != nil {
		return fmt.Errorf("write preview: %w", err)
	}
	for i := range p.Entries {
		if err := p.Entries[i].write(w); err != nil {
			return fmt.Errorf("write preview: %w", err)
		}
	}
	for _, line := range p.Skipped {
		if _, err := fmt.Fprintf(w, "line %d: no record\n", line); err != nil {
			return fmt.Errorf("write preview: %w", err)
		}
	}
	return nil
}

func (e *Entry) write(w io.Writer) error {
	text := []byte("(cannot be read)")
	if e.Wire != nil {
		var err error
		if text, err = json.MarshalIndent(e.Wire, "", "  "); err != nil {
			text = []byte("(holds a value that JSON cannot write)")
		}
	}
	if _, err := fmt.Fprintf(w, "line %d: %s %s\n", e.Line, e.Kind, text); err != nil {
		return err
	}
	for _, p := range e.Problems {
		if _, err := fmt.Fprintf(w, "  refused: %s (%s)\n", p.Error(), p.Code); err != nil {
			return err
		}
	}
	return nil
}
