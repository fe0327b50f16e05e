package fileimport

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"haochaping/record"
)

// refusedHeader are the columns of the file of refused rows.
var refusedHeader = []string{"line", "kind", "codes", "fields", "reasons", "shape"}

// refusedFile writes one line for each refused record: where, why and the shape of
// the record, never what was in it. Nothing is written while nothing is refused.
type refusedFile struct {
	w     *csv.Writer
	begun bool
}

func newRefusedFile(w io.Writer) *refusedFile {
	if w == nil {
		w = io.Discard
	}
	return &refusedFile{w: csv.NewWriter(w)}
}

func (f *refusedFile) write(line int64, kind record.Kind, problems record.Problems, shape string) error {
	if !f.begun {
		f.begun = true
		if err := f.w.Write(refusedHeader); err != nil {
			return fmt.Errorf("write refused rows: %w", err)
		}
	}
	codes, fields, reasons := make([]string, len(problems)), make([]string, len(problems)), make([]string, len(problems))
	for i, p := range problems {
		codes[i], fields[i], reasons[i] = p.Code, p.Field, p.Error()
	}
	err := f.w.Write([]string{
		strconv.FormatInt(line, 10), kind.String(), strings.Join(codes, "; "), strings.Join(fields, "; "), strings.Join(reasons, "; "), shape,
	})
	if err != nil {
		return fmt.Errorf("write refused rows: %w", err)
	}
	return nil
}

func (f *refusedFile) flush() error {
	f.w.Flush()
	if err := f.w.Error(); err != nil {
		return fmt.Errorf("write refused rows: %w", err)
	}
	return nil
}

// shape is a record without its content; of a row that cannot be read its length, its
// place and a keyed hash, where there is a key.
func shape(e *Entry, d *record.Door) string {
	if e.Wire != nil {
		if text, err := json.Marshal(e.Wire); err == nil { // else it holds a time that JSON cannot
			return record.Redacted(text)
		}
	}
	if d == nil {
		return fmt.Sprintf(`{"bytes":%d,"line":%d}`, e.size, e.Line)
	}
	return fmt.Sprintf(`{"bytes":%d,"line":%d,"hash":"%x"}`, e.size, e.Line, d.ContentHash(e.key[:]))
}
