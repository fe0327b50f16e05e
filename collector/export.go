package collector

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"haochaping/collector/spool"
	"haochaping/record"
)

// ExportReport says what an export holds, and what it lacks.
type ExportReport struct {
	Records uint64
	LeftOut []spool.Damage // what could not be read
}

// exportLine is one record of an export. It is as protected as in the warehouse:
// raters are keyed tokens, contacts are sealed, comments went through the door.
type exportLine struct {
	Seq       uint64    `json:"seq"`
	Kind      string    `json:"kind"`
	ID        string    `json:"id"`
	SpooledAt time.Time `json:"spooled_at"`
	Record    any       `json:"record"`
}

// Export writes every unshipped record of a spool, one JSON object a line, in order.
// At the first one that cannot be read it ends with an error; with skip it goes on and
// lists what it left out.
func Export(ctx context.Context, s *spool.Spool, out io.Writer, skip bool) (report ExportReport, err error) {
	st, err := s.Stats()
	if err != nil {
		return report, fmt.Errorf("export spool: %w", err)
	}
	w := bufio.NewWriterSize(out, 64<<10)
	e := exporter{lines: json.NewEncoder(w), skip: skip}
	e.lines.SetEscapeHTML(false)
	for after := st.Shipped; after < st.Last; {
		if err := ctx.Err(); err != nil {
			return e.report, fmt.Errorf("export spool: %w", err)
		}
		if after, err = e.some(s, after); err != nil {
			return e.report, fmt.Errorf("export spool: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return e.report, fmt.Errorf("export spool: %w", err)
	}
	return e.report, nil
}

type exporter struct {
	lines  *json.Encoder
	skip   bool
	report ExportReport
}

// some exports the next records and returns the number of the last one dealt with.
func (e *exporter) some(s *spool.Spool, after uint64) (uint64, error) {
	records, err := s.Read(after, 5000, 8<<20)
	var damage *spool.Damage
	switch {
	case errors.As(err, &damage) && damage.From == after+1:
		return damage.To, e.leaveOut(*damage)
	case err != nil:
		return after, err
	case len(records) == 0:
		return after, fmt.Errorf("record %d does not show", after+1)
	}
	for i := range records {
		if err := e.one(&records[i]); err != nil {
			return after, err
		}
	}
	return records[len(records)-1].Seq, nil
}

func (e *exporter) one(r *spool.Record) error {
	v, err := record.Decoded(record.Kind(r.Kind), r.Payload)
	if err != nil {
		return e.leaveOut(spool.Damage{Place: "records", From: r.Seq, To: r.Seq, Detail: err.Error()})
	}
	line := exportLine{Seq: r.Seq, Kind: record.Kind(r.Kind).String(), ID: r.ID, SpooledAt: r.SpooledAt, Record: v}
	if err := e.lines.Encode(line); err != nil {
		return fmt.Errorf("record %d: %w", r.Seq, err)
	}
	e.report.Records++
	return nil
}

// leaveOut notes a damaged place, joined to its neighbour, or fails with it.
func (e *exporter) leaveOut(d spool.Damage) error {
	if !e.skip {
		return &d
	}
	if n := len(e.report.LeftOut); n > 0 {
		last := &e.report.LeftOut[n-1]
		if last.To == d.From-1 && last.Detail == d.Detail {
			last.To = d.To
			return nil
		}
	}
	e.report.LeftOut = append(e.report.LeftOut, d)
	return nil
}
