package fileimport

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"haochaping/record"
	"haochaping/workbook"
)

// Bounds of a spreadsheet, in bytes.
const (
	maxWorkbook = 512 << 20
	maxUnpacked = 4 << 30
)

// xlsxRows reads the rows of one sheet as a stream.
type xlsxRows struct {
	book    *workbook.Book
	rows    *workbook.Rows
	table   *table
	epoch04 bool
	number  int64
}

func openXLSX(r io.Reader, m *Mapping) (_ *xlsxRows, err error) {
	x := &xlsxRows{}
	if x.book, err = workbook.Open(r, workbook.Limits{Packed: maxWorkbook, Unpacked: maxUnpacked}); err != nil {
		return nil, fileError(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, x.close())
		}
	}()
	sheet := m.sheet
	sheets := x.book.Sheets()
	switch {
	case sheet == "" && len(sheets) == 1:
		sheet = sheets[0]
	case sheet == "":
		return nil, &FileError{Reason: "the workbook has the sheets " + strings.Join(sheets, ", ") + ": say sheet: in the mapping"}
	case !slices.Contains(sheets, sheet):
		return nil, &FileError{Reason: "the workbook has no sheet " + strconv.Quote(sheet) + "; it has " + strings.Join(sheets, ", ")}
	}
	if x.epoch04, err = x.book.Epoch1904(); err != nil {
		return nil, err
	}
	if x.rows, err = x.book.Rows(sheet); err != nil {
		return nil, fileError(err)
	}
	return x, x.readHeader(m)
}

// fileError is an error of a workbook as one of a file.
func fileError(err error) error {
	var unreadable *workbook.Error
	if errors.As(err, &unreadable) {
		return &FileError{Reason: unreadable.Reason}
	}
	return err
}

func (x *xlsxRows) readHeader(m *Mapping) error {
	if m.headerRow == 0 {
		width := 0
		for c := range m.columns {
			if n, err := strconv.Atoi(strings.TrimPrefix(m.columns[c], "#")); err == nil {
				width = max(width, min(n, maxColumns))
			}
		}
		var err error
		x.table, err = newTable(m, numbered(width))
		return err
	}
	for {
		cells, err := x.cells()
		if err != nil {
			return headerEnd(err, m)
		}
		if x.number == int64(m.headerRow) {
			x.table, err = newTable(m, trimmed(cells))
			return err
		}
	}
}

// trimmed leaves out the empty cells at the end.
func trimmed(cells []string) []string {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

func (x *xlsxRows) cells() (cells []string, err error) {
	cells, x.number, err = x.rows.Next()
	return cells, err
}

func (x *xlsxRows) next() (row, error) {
	for {
		cells, err := x.cells()
		if err != nil {
			return row{}, err
		}
		cells = trimmed(cells)
		size := 0
		for _, cell := range cells {
			size += len(cell)
		}
		width := len(x.table.names)
		switch {
		case size == 0:
			continue
		case x.table.m.headerRow == 0 && len(cells) > width:
			cells = cells[:width] // only columns that the mapping names are known
		case len(cells) > width:
			return refuse(x.number, strings.Join(cells, "\x1f"), problem(record.CodeMalformed, "cells beyond the %d columns that have a name", width)), nil
		case size > maxLine:
			return refuse(x.number, "", problem(record.CodeTooLong, "the row is longer than 1 MiB")), nil
		}
		for len(cells) < width {
			cells = append(cells, "")
		}
		r := row{line: x.number, size: size}
		x.table.fill(&r, cells)
		return r, nil
	}
}

func (x *xlsxRows) close() error {
	var errs []error
	if x.rows != nil {
		errs = append(errs, x.rows.Close())
	}
	return errors.Join(append(errs, x.book.Close())...)
}
