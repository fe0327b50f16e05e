package fileimport

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"haochaping/record"
)

// Bounds of a spreadsheet, in bytes. It is a packed archive whose table of contents
// stands at its end, so it is read whole before its first row.
const (
	maxWorkbook = 512 << 20
	maxUnpacked = 4 << 30
)

// xlsxRows reads the rows of one sheet as a stream.
type xlsxRows struct {
	file    *excelize.File
	rows    *excelize.Rows
	table   *table
	epoch04 bool
	number  int64
}

func openXLSX(r io.Reader, m *Mapping) (_ *xlsxRows, err error) {
	text, err := io.ReadAll(io.LimitReader(r, maxWorkbook+1))
	if err != nil {
		return nil, fmt.Errorf("read the workbook: %w", err)
	}
	if len(text) > maxWorkbook {
		return nil, &FileError{Reason: "the workbook is larger than 512 MiB: save the sheet as CSV"}
	}
	if err := checkParts(text); err != nil {
		return nil, err
	}
	x := &xlsxRows{}
	x.file, err = excelize.OpenReader(bytes.NewReader(text), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked})
	if err != nil {
		return nil, &FileError{Reason: "the workbook cannot be opened: " + err.Error()}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, x.close())
		}
	}()
	sheet := m.sheet
	sheets := x.file.GetSheetList()
	switch {
	case sheet == "" && len(sheets) == 1:
		sheet = sheets[0]
	case sheet == "":
		return nil, &FileError{Reason: "the workbook has the sheets " + strings.Join(sheets, ", ") + ": say sheet: in the mapping"}
	case !slices.Contains(sheets, sheet):
		return nil, &FileError{Reason: "the workbook has no sheet " + strconv.Quote(sheet) + "; it has " + strings.Join(sheets, ", ")}
	}
	props, err := x.file.GetWorkbookProps()
	if err != nil {
		return nil, fmt.Errorf("read the workbook: %w", err)
	}
	x.epoch04 = props.Date1904 != nil && *props.Date1904
	if x.rows, err = x.file.Rows(sheet); err != nil {
		return nil, &FileError{Reason: "the sheet cannot be read: " + err.Error()}
	}
	return x, x.readHeader(m)
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

func (x *xlsxRows) cells() ([]string, error) {
	if !x.rows.Next() {
		if err := x.rows.Error(); err != nil {
			return nil, fmt.Errorf("read the sheet after row %d: %w", x.number, err)
		}
		return nil, io.EOF
	}
	x.number++
	cells, err := x.rows.Columns(excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, fmt.Errorf("read row %d of the sheet: %w", x.number, err)
	}
	return cells, nil
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
	return errors.Join(append(errs, x.file.Close())...)
}

// checkParts reads the sheets and texts of a workbook as XML once: a damaged part
// would otherwise end a sheet early, in silence.
func checkParts(text []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return &FileError{Reason: "the file is no workbook (xlsx), or it is cut off: " + err.Error()}
	}
	left := int64(maxUnpacked)
	for _, part := range archive.File {
		if !strings.HasPrefix(part.Name, "xl/worksheets/") && part.Name != "xl/sharedStrings.xml" || !strings.HasSuffix(part.Name, ".xml") {
			continue
		}
		if err := checkPart(part, &left); err != nil {
			return err
		}
	}
	return nil
}

func checkPart(part *zip.File, left *int64) error {
	r, err := part.Open()
	if err != nil {
		return &FileError{Reason: "the workbook is damaged in " + part.Name + ": " + err.Error()}
	}
	defer r.Close()
	counted := &io.LimitedReader{R: r, N: *left}
	decoder := xml.NewDecoder(counted)
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) && counted.N > 0 {
			*left = counted.N
			return nil
		}
		if counted.N <= 0 {
			return &FileError{Reason: "the workbook unpacks to more than 4 GiB"}
		}
		if err != nil {
			return &FileError{Reason: fmt.Sprintf("the workbook is damaged in %s, byte %d: %s", part.Name, decoder.InputOffset(), err)}
		}
	}
}
