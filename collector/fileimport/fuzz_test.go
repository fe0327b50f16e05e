package fileimport

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"
	"unicode/utf8"

	"haochaping/record"
)

// Whatever the bytes: no panic, an end, lines in order, and only texts that are text.
func FuzzFile(f *testing.F) {
	for _, format := range []string{"a.csv", "a.ndjson", "a.tsv"} {
		f.Add(format, []byte(plainCSV))
		f.Add(format, []byte("\xef\xbb\xbf"+plainCSV))
		f.Add(format, []byte(`{"时间":"2026-05-01","评价":5,"大厅":"a","意见":["x",{}]}`))
		f.Add(format, []byte("时间,评价,大厅,意见\n\"a\n\"b\"\"\",c\n1,\xff,\"\n"))
	}
	m := mapping(f, plainMapping)
	f.Fuzz(func(t *testing.T, name string, file []byte) {
		r, err := Open(name, bytes.NewReader(file), m, time.UTC)
		if err != nil {
			return
		}
		last, rows := int64(0), 0
		for {
			entries, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				break
			}
			if rows++; rows > len(file) {
				t.Fatal("more rows than bytes")
			}
			for _, e := range entries {
				if e.Line < last {
					t.Fatalf("line %d after line %d", e.Line, last)
				}
				last = e.Line
				in, ok := e.Wire.(*record.RatingInput)
				if len(e.Problems) > 0 || !ok {
					continue
				}
				if !utf8.ValidString(in.Comment) || !utf8.ValidString(in.Hall) {
					t.Fatal("bytes that are no text passed")
				}
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
