package directory

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"haochaping/directory/naming"
)

// The bounds of a file. They are far above anything real and keep a wrong file from filling the
// memory.
const (
	maxLine = 64 << 10
	maxRows = 2_000_000
)

// field is a column a file may have: its own name first, then the names under which it is
// accepted.
type field struct {
	names    []string
	required bool
}

// sheet reads a CSV file row by row through the columns its header names. Rows are single lines:
// a quoted field does not continue on the next one, so that a forgotten quote spoils one row and
// not the rest of the file.
type sheet struct {
	lines  *bufio.Reader
	line   int // number of the line last read
	rows   int
	report func(Problem)

	fields  []field
	header  []string // as the file spells it
	columns []int    // for each field its column, or -1
	cells   []string // of the current row
}

// openSheet reads the header. After an error, which is reported, ok is false.
func openSheet(r io.Reader, fields []field, report func(Problem)) (s *sheet, ok bool) {
	s = &sheet{lines: bufio.NewReaderSize(r, maxLine), report: report, fields: fields}
	text, err := s.readLine()
	if errors.Is(err, io.EOF) {
		report(Problem{Line: 1, Message: "the file is empty; its first line names the columns: " + s.known()})
		return nil, false
	}
	if err != nil {
		report(Problem{Line: s.line, Message: err.Error()})
		return nil, false
	}
	s.header, err = splitRow(strings.TrimPrefix(text, "\ufeff"))
	if err != nil {
		report(Problem{Line: 1, Message: err.Error()})
		return nil, false
	}
	return s, s.matchHeader()
}

// matchHeader finds the column of each field.
func (s *sheet) matchHeader() bool {
	s.columns = make([]int, len(s.fields))
	for i := range s.columns {
		s.columns[i] = -1
	}
	ok := true
	fail := func(column, message string) {
		ok = false
		s.report(Problem{Line: 1, Column: column, Message: message})
	}
	for c, name := range s.header {
		f := s.fieldNamed(name)
		switch {
		case f < 0:
			fail(name, "unknown column"+s.nearest(name)+"; known are "+s.known())
		case s.columns[f] >= 0:
			fail(name, fmt.Sprintf("means the same as column %s; leave one of them out", s.header[s.columns[f]]))
		default:
			s.columns[f] = c
		}
	}
	for f := range s.fields {
		if s.fields[f].required && s.columns[f] < 0 {
			fail(s.fields[f].names[0], "is missing; the file needs a column named "+strings.Join(s.fields[f].names, " or "))
		}
	}
	return ok
}

func (s *sheet) fieldNamed(name string) int {
	name = columnKey(name)
	for f := range s.fields {
		for _, n := range s.fields[f].names {
			if columnKey(n) == name {
				return f
			}
		}
	}
	return -1
}

func columnKey(name string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), " ", "_")
}

// known lists the columns, each with its accepted names.
func (s *sheet) known() string {
	var all []string
	for _, f := range s.fields {
		all = append(all, strings.Join(f.names, "/"))
	}
	return strings.Join(all, ", ")
}

// nearest proposes the known column closest to a name, if any is close.
func (s *sheet) nearest(name string) string {
	best, least := "", 0
	for _, f := range s.fields {
		for _, n := range f.names {
			if d := editDistance(columnKey(name), columnKey(n)); best == "" || d < least {
				best, least = n, d
			}
		}
	}
	if size := len([]rune(best)); best == "" || least > (size+1)/2 {
		return ""
	}
	return "; the nearest known one is " + best
}

// next moves to the next row that is not empty. Rows that cannot be read are reported and
// skipped; it ends the file when the rest is of no use.
func (s *sheet) next() bool {
	for {
		text, err := s.readLine()
		if errors.Is(err, io.EOF) {
			return false
		}
		if err != nil {
			s.report(Problem{Line: s.line, Message: err.Error()})
			return false
		}
		if strings.Trim(text, ", \t") == "" {
			continue
		}
		if s.rows++; s.rows > maxRows {
			s.report(Problem{Line: s.line, Message: fmt.Sprintf("more than %d rows; split the file or check that it is the right one", maxRows)})
			return false
		}
		s.cells, err = splitRow(text)
		if err == nil && len(s.cells) != len(s.header) {
			err = fmt.Errorf("%d cells under %d columns; put a cell with a comma into double quotes", len(s.cells), len(s.header))
		}
		if err == nil {
			return true
		}
		s.report(Problem{Line: s.line, Message: err.Error()})
	}
}

// cell is a field of the current row, without spaces around it; empty when the file has no such
// column.
func (s *sheet) cell(f int) string {
	if s.columns[f] < 0 {
		return ""
	}
	return strings.TrimSpace(s.cells[s.columns[f]])
}

// column is the name of a field's column as the file spells it, or its own.
func (s *sheet) column(f int) string {
	if s.columns[f] < 0 {
		return s.fields[f].names[0]
	}
	return strings.TrimSpace(s.header[s.columns[f]])
}

// problem reports something about a cell of the current row.
func (s *sheet) problem(f int, warning bool, format string, args ...any) {
	s.report(Problem{Line: s.line, Column: s.column(f), Message: fmt.Sprintf(format, args...), Warning: warning})
}

// readLine reads one line without its end. It returns io.EOF after the last.
func (s *sheet) readLine() (string, error) {
	raw, err := s.lines.ReadSlice('\n')
	if len(raw) == 0 && errors.Is(err, io.EOF) {
		return "", io.EOF
	}
	s.line++
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", fmt.Errorf("the line is longer than %d KiB; is this a CSV file?", maxLine>>10)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the file: %w", err)
	}
	raw = bytes.TrimRight(raw, "\r\n")
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", errors.New("the line holds a zero byte: this is no text in UTF-8; save it as CSV in UTF-8")
	}
	if err := naming.CheckText(raw); err != nil {
		var wrong *naming.TextError
		if errors.As(err, &wrong) {
			return "", fmt.Errorf("byte %d of the line is not UTF-8; save the file as CSV in UTF-8", wrong.Offset)
		}
		return "", err
	}
	return string(raw), nil
}

// splitRow takes a line apart at its commas. A cell in double quotes may hold commas, and doubled
// quotes for one.
func splitRow(line string) ([]string, error) {
	cells := make([]string, 0, strings.Count(line, ",")+1)
	for {
		if !strings.HasPrefix(line, `"`) {
			cell, rest, more := strings.Cut(line, ",")
			if strings.Contains(cell, `"`) {
				return nil, fmt.Errorf("cell %d holds a double quote but does not begin with one; write it in double quotes, and doubled", len(cells)+1)
			}
			cells = append(cells, cell)
			if !more {
				return cells, nil
			}
			line = rest
			continue
		}
		cell, rest, err := cutQuoted(line)
		if err != nil {
			return nil, fmt.Errorf("cell %d: %w", len(cells)+1, err)
		}
		cells = append(cells, cell)
		if rest == "" {
			return cells, nil
		}
		line = rest[1:]
	}
}

// cutQuoted takes the quoted cell at the beginning of a line; the rest is empty or begins with a
// comma.
func cutQuoted(line string) (cell, rest string, err error) {
	rest = line[1:]
	var b strings.Builder
	for {
		end := strings.IndexByte(rest, '"')
		if end < 0 {
			return "", "", errors.New("the double quote is not closed on its line; close it, a cell has no line breaks")
		}
		b.WriteString(rest[:end])
		rest = rest[end+1:]
		switch {
		case strings.HasPrefix(rest, `"`):
			b.WriteByte('"')
			rest = rest[1:]
		case rest == "" || rest[0] == ',':
			return b.String(), rest, nil
		default:
			return "", "", errors.New("text behind the closing double quote; double the quotes within a cell")
		}
	}
}

// editDistance counts the letters to change, add or drop between two names (Levenshtein).
func editDistance(a, b string) int {
	const longest = 64
	x, y := []rune(a), []rune(b)
	x = x[:min(len(x), longest)]
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := diagonal
			if x[i] != y[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(y)]
}
