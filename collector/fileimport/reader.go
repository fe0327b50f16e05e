package fileimport

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// The formats.
const (
	formatCSV    = "csv"
	formatXLSX   = "xlsx"
	formatNDJSON = "ndjson"
)

// rowSource reads the rows of a format; io.EOF comes after the last.
type rowSource interface {
	next() (row, error)
}

// Reader reads the rows of a file and makes the records of a mapping of them. It is
// for one goroutine.
type Reader struct {
	m        *Mapping
	conv     conversion
	rows     rowSource
	format   string
	encoding string
	seen     map[[16]byte]uint32 // rows by their content; nil where no id is derived
}

// Open finds out format and encoding and reads the header. name decides on the format
// where neither mapping nor content does; zone is that of the installation. The
// returned error of a file that cannot be read is a [FileError]. Close the Reader.
func Open(name string, r io.Reader, m *Mapping, zone *time.Location) (*Reader, error) {
	f := &Reader{m: m, conv: conversion{zone: zone}}
	if m.derives {
		f.seen = make(map[[16]byte]uint32)
	}
	if err := f.open(name, r); err != nil {
		return nil, fmt.Errorf("open %s: %w", shownName(name), packedError(err))
	}
	return f, nil
}

// shownName is a file's name without its folder, for messages.
func shownName(name string) string {
	if name == "" || name == "-" {
		return "standard input"
	}
	return filepath.Base(name)
}

func (f *Reader) open(name string, r io.Reader) error {
	text := bufio.NewReaderSize(r, 64<<10)
	head, err := text.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the file: %w", err)
	}
	if bytes.Equal(head, []byte("\x1f\x8b")) {
		packed, err := gzip.NewReader(text)
		if err != nil {
			return &FileError{Reason: "the file is no valid gzip: " + err.Error()}
		}
		r = packed
	} else {
		r = text
	}
	// The buffer bounds a line.
	text = bufio.NewReaderSize(r, maxLine)
	head, err = text.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the file: %w", err)
	}
	if len(head) == 0 {
		return &FileError{Reason: "the file is empty"}
	}
	if f.format, err = formatOf(f.m.format, name, head); err != nil {
		return err
	}
	if f.format == formatXLSX {
		x, err := openXLSX(text, f.m)
		if err != nil {
			return err
		}
		f.rows, f.conv.serials, f.conv.epoch04 = x, true, x.epoch04
		f.encoding = UTF8
		return nil
	}
	lines, encoding, err := openText(text, f.m.encoding)
	if err != nil {
		return err
	}
	f.encoding = encoding
	if f.format == formatNDJSON {
		f.conv.lists = true
		f.rows = openNDJSON(lines, f.m)
		return nil
	}
	f.rows, err = openCSV(lines, f.m, delimiterOf(f.m, name))
	return err
}

// formatOf decides: the mapping, then the name, then the content.
func formatOf(wanted, name string, head []byte) (string, error) {
	isZip := bytes.HasPrefix(head, []byte("PK\x03\x04"))
	format := wanted
	if format == "" {
		switch extension(name) {
		case ".csv", ".tsv", ".txt":
			format = formatCSV
		case ".xlsx":
			format = formatXLSX
		case ".ndjson", ".jsonl":
			format = formatNDJSON
		default:
			format = formatCSV
			if isZip {
				format = formatXLSX
			} else if head[0] == '{' {
				format = formatNDJSON
			}
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return "", &FileError{Reason: "the file is an old or an encrypted workbook: save it as xlsx without a password, or as CSV"}
	case isZip && format != formatXLSX:
		return "", &FileError{Reason: "the file is a workbook or a zip archive and not " + format + ": say format: xlsx, or unpack it"}
	case !isZip && format == formatXLSX:
		return "", &FileError{Reason: "the file is no workbook (xlsx)"}
	}
	return format, nil
}

func extension(name string) string {
	name = strings.ToLower(filepath.ToSlash(name))
	return path.Ext(strings.TrimSuffix(name, ".gz"))
}

func delimiterOf(m *Mapping, name string) rune {
	switch {
	case m.delimiter != 0:
		return m.delimiter
	case extension(name) == ".tsv":
		return '\t'
	}
	return ','
}

// Format is csv, xlsx or ndjson.
func (f *Reader) Format() string { return f.format }

// Encoding is the encoding of the text: [UTF8], [UTF8BOM] or [GB18030].
func (f *Reader) Encoding() string { return f.encoding }

// Next makes the records of the next row; none where no condition holds. The error is
// io.EOF after the last row. A row that cannot be read is a single entry with
// problems and without a record.
func (f *Reader) Next() ([]Entry, error) {
	r, err := f.row()
	if err != nil {
		return nil, err
	}
	return f.m.convert(&r, f.conv), nil
}

// row reads a row and counts its equals.
func (f *Reader) row() (row, error) {
	r, err := f.rows.next()
	switch {
	case errors.Is(err, io.EOF):
		return r, io.EOF
	case err != nil:
		return r, packedError(err)
	}
	if f.seen != nil {
		r.repeat = f.seen[r.key]
		f.seen[r.key]++
	}
	return r, nil
}

// packedError says in words that a packed file is damaged.
func packedError(err error) error {
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the packed file is damaged or cut off: %w", err)
	}
	return err
}

// Unseen are the columns of the mapping that no row of an NDJSON file has had so far;
// the other formats have a header, in which every column must stand.
func (f *Reader) Unseen() []string {
	if n, ok := f.rows.(*ndjsonRows); ok {
		return n.unseen()
	}
	return nil
}

// Close gives back what the file holds open. It does not close the io.Reader.
func (f *Reader) Close() error {
	if x, ok := f.rows.(*xlsxRows); ok {
		if err := x.close(); err != nil {
			return fmt.Errorf("close the workbook: %w", err)
		}
	}
	return nil
}
