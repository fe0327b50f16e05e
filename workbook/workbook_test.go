package workbook

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

var wide = Limits{Packed: 1 << 20, Unpacked: 16 << 20}

func book(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, cells := range rows {
		name, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow("Sheet1", name, &cells); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRows(t *testing.T) {
	b, err := Open(bytes.NewReader(book(t, []any{"单位", 0.25}, nil, []any{"", "=1+1"})), wide)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"Sheet1"}, b.Sheets()); d != "" {
		t.Error(d)
	}
	rows, err := b.Rows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	var got [][]string
	var last int64
	for {
		cells, number, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got, last = append(got, cells), number
	}
	if d := cmp.Diff([][]string{{"单位", "0.25"}, nil, {"", "=1+1"}}, got); d != "" || last != 3 {
		t.Errorf("to row %d:\n%s", last, d)
	}
	if _, err := b.Rows("none"); err == nil {
		t.Error("a sheet that is not there is read")
	}
	if err := errors.Join(rows.Close(), b.Close()); err != nil {
		t.Error(err)
	}
}

func refusedFor(t *testing.T, file []byte, limits Limits, want string) {
	t.Helper()
	b, err := Open(bytes.NewReader(file), limits)
	if err == nil {
		_ = b.Close()
	}
	var unreadable *Error
	if !errors.As(err, &unreadable) || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}

// A sheet that is damaged within must not end early in silence.
func TestDamaged(t *testing.T) {
	file := book(t, []any{"单位"}, []any{"一号"})
	for _, cut := range []int{0, 10, len(file) / 2, len(file) - 30} {
		refusedFor(t, file[:cut], wide, "no workbook")
	}
	refusedFor(t, repack(t, file, "xl/worksheets/sheet1.xml", func(b []byte) []byte {
		return bytes.Replace(b, []byte("</row>"), []byte("</row><row><c r=\"\xff\"/></row>"), 1)
	}), wide, "damaged in xl/worksheets/sheet1.xml")
	refusedFor(t, []byte("\xd0\xcf\x11\xe0 and so on"), wide, "encrypted")
}

func TestLimits(t *testing.T) {
	file := book(t, []any{"单位"})
	refusedFor(t, file, Limits{Packed: 1 << 10, Unpacked: 1 << 20}, "larger than")
	large := repack(t, file, "xl/worksheets/sheet1.xml", func(b []byte) []byte {
		return bytes.Replace(b, []byte("</row>"), append([]byte("</row>"), bytes.Repeat([]byte(" "), 4<<20)...), 1)
	})
	refusedFor(t, large, Limits{Packed: 1 << 20, Unpacked: 1 << 20}, "unpacks to more than 1 MiB")
}

// Whatever comes in, it is rows or an error.
func FuzzOpen(f *testing.F) {
	f.Add(book(f, []any{"单位", 1.5}))
	f.Fuzz(func(t *testing.T, file []byte) {
		b, err := Open(bytes.NewReader(file), wide)
		if err != nil {
			return
		}
		defer func() { _ = b.Close() }()
		for _, sheet := range b.Sheets() {
			rows, err := b.Rows(sheet)
			if err != nil {
				continue
			}
			for range 1000 {
				if _, _, err := rows.Next(); err != nil {
					break
				}
			}
			_ = rows.Close()
		}
	})
}

// repack changes one part of a workbook.
func repack(t testing.TB, file []byte, name string, change func([]byte) []byte) []byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range archive.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if part.Name == name {
			text = change(text)
		}
		p, err := w.Create(part.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
