// Package workbook reads the sheets of xlsx files row by row, with bounds.
//
// It promises that a damaged or cut-off workbook is an error and never a shorter sheet, and that what it unpacks stays
// below a limit. Cells come as they are stored: dates as numbers of days, per cent as shares, formulas as the value
// that was last computed.
package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits bound a workbook, in bytes. It is a packed archive whose table of contents stands at its end, so it is read
// whole before its first row.
type Limits struct {
	Packed, Unpacked int64
}

// Error says why a workbook cannot be read.
type Error struct{ Reason string }

// Error is the reason.
func (e *Error) Error() string { return e.Reason }

func errorf(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Book is an open workbook.
type Book struct{ file *excelize.File }

// Open reads a workbook. The error of one that cannot be read is an [*Error]. Close the Book.
func Open(r io.Reader, limits Limits) (*Book, error) {
	text, err := io.ReadAll(io.LimitReader(r, limits.Packed+1))
	if err != nil {
		return nil, fmt.Errorf("read the workbook: %w", err)
	}
	if int64(len(text)) > limits.Packed {
		return nil, errorf("the workbook is larger than %s: save the sheet as CSV", size(limits.Packed))
	}
	if bytes.HasPrefix(text, []byte("\xd0\xcf\x11\xe0")) {
		return nil, errorf("the file is an old or an encrypted workbook: save it as xlsx without a password, or as CSV")
	}
	if err := checkParts(text, limits.Unpacked); err != nil {
		return nil, err
	}
	file, err := excelize.OpenReader(bytes.NewReader(text), excelize.Options{RawCellValue: true, UnzipSizeLimit: limits.Unpacked})
	if err != nil {
		return nil, errorf("the workbook cannot be opened: %s", err)
	}
	return &Book{file}, nil
}

func size(bytes int64) string {
	if bytes >= 1<<30 {
		return fmt.Sprintf("%d GiB", bytes>>30)
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}

// Sheets are the names of the sheets, in order.
func (b *Book) Sheets() []string { return b.file.GetSheetList() }

// Epoch1904 reports whether days are counted from 1904, not from 1900.
func (b *Book) Epoch1904() (bool, error) {
	props, err := b.file.GetWorkbookProps()
	if err != nil {
		return false, fmt.Errorf("read the workbook: %w", err)
	}
	return props.Date1904 != nil && *props.Date1904, nil
}

// Close gives back what the workbook holds open.
func (b *Book) Close() error { return b.file.Close() }

// Rows are the rows of a sheet.
type Rows struct {
	rows   *excelize.Rows
	number int64
}

// Rows begins to read a sheet. Close the Rows before the Book.
func (b *Book) Rows(sheet string) (*Rows, error) {
	rows, err := b.file.Rows(sheet)
	if err != nil {
		return nil, errorf("the sheet cannot be read: %s", err)
	}
	return &Rows{rows: rows}, nil
}

// Next is the next row and its number, from 1; also rows without content come. io.EOF comes after the last.
func (r *Rows) Next() (cells []string, number int64, err error) {
	if !r.rows.Next() {
		if err := r.rows.Error(); err != nil {
			return nil, r.number, fmt.Errorf("read the sheet after row %d: %w", r.number, err)
		}
		return nil, r.number, io.EOF
	}
	r.number++
	cells, err = r.rows.Columns(excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, r.number, fmt.Errorf("read row %d of the sheet: %w", r.number, err)
	}
	return cells, r.number, nil
}

// Close gives back what the rows hold open.
func (r *Rows) Close() error { return r.rows.Close() }

// checkParts reads the sheets and texts of a workbook as XML once: a damaged part would otherwise end a sheet early, in
// silence.
func checkParts(text []byte, limit int64) error {
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return errorf("the file is no workbook (xlsx), or it is cut off: %s", err)
	}
	left := limit
	for _, part := range archive.File {
		if !strings.HasPrefix(part.Name, "xl/worksheets/") && part.Name != "xl/sharedStrings.xml" || !strings.HasSuffix(part.Name, ".xml") {
			continue
		}
		if err := checkPart(part, &left); err != nil {
			return err
		}
		if left <= 0 {
			return errorf("the workbook unpacks to more than %s", size(limit))
		}
	}
	return nil
}

// checkPart reads one part; left is 0 behind one that is too large.
func checkPart(part *zip.File, left *int64) error {
	r, err := part.Open()
	if err != nil {
		return errorf("the workbook is damaged in %s: %s", part.Name, err)
	}
	defer r.Close()
	counted := &io.LimitedReader{R: r, N: *left}
	decoder := xml.NewDecoder(counted)
	for {
		_, err := decoder.Token()
		switch {
		case counted.N <= 0:
			*left = 0
			return nil
		case errors.Is(err, io.EOF):
			*left = counted.N
			return nil
		case err != nil:
			return errorf("the workbook is damaged in %s, byte %d: %s", part.Name, decoder.InputOffset(), err)
		}
	}
}
