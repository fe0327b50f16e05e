package imported

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"haochaping/calendar"
	"haochaping/directory/naming"
	"haochaping/strictyaml"
)

// Bounds of a file.
const (
	MaxRows     = 200_000
	MaxProblems = 10_000
	// maxTitle is how many rows may stand above the header.
	maxTitle = 20
)

// Problem is something wrong with a file. With a Warning the rest can be used; a row with any other problem is left
// out of what [Read] returns.
type Problem struct {
	Cell    string // as a spreadsheet names it: 数据!B7, in a CSV B7; a row, or '' = the file as a whole
	Field   string // as in the English heading; '' = none in particular
	Found   string // what stands in the cell, shortened; '' where it is empty or no cell is meant
	Message string // what is wrong and what to do, in English; see [Problem.In]
	Warning bool
}

// String is the problem on one line.
func (p Problem) String() string {
	var b strings.Builder
	if p.Warning {
		b.WriteString("warning: ")
	}
	if p.Cell != "" {
		b.WriteString(p.Cell + ": ")
	}
	if p.Field != "" {
		b.WriteString(p.Field + " ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Fatal reports whether any of the problems is more than a warning.
func Fatal(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning })
}

// Read reads values from a file of a form, [CSV] or [XLSX]. The header is the first row that names columns of the
// table, in Chinese or English, among the first 20; what stands above is a title. A row with a unit, an indicator and
// a day but without a value is kept as missing, with a warning; without a day it is left out, with a warning, so that
// a template may be filled in bit by bit. Two rows about the same unit, indicator and day must say the same. At most
// [MaxRows] rows are read and [MaxProblems] problems are told.
func Read(r io.Reader, form string) ([]Value, []Problem) { return ReadChecked(r, form, nil) }

// ReadChecked is [Read] with rules of its caller: what check says about a value is a problem of the cell of its field.
// It may change the value, such as to the code of the unit that a name means.
func ReadChecked(r io.Reader, form string, check func(*Value) []Fault) ([]Value, []Problem) {
	open := openText
	if form == XLSX {
		open = openSheet
	}
	in := &reader{seen: make(map[seenKey]seenRow), check: check}
	var err error
	if in.source, err = open(r); err != nil {
		return nil, []Problem{{Message: err.Error()}}
	}
	err = in.read()
	if err = errors.Join(err, in.source.close()); err != nil {
		in.add(Problem{Message: err.Error()})
	}
	if in.more > 0 {
		in.problems = append(in.problems, Problem{Message: fmt.Sprintf("%d more problems: mend those above first", in.more)})
	}
	return in.values, in.problems
}

// UnknownUnit is what is wrong with a unit that the caller of [ReadChecked] does not know.
const UnknownUnit = "names no unit of the directory: write the code of one"

type reader struct {
	source   source
	columns  columns
	cells    []string // of the row that was read last
	values   []Value
	problems []Problem
	more     int // problems beyond those told
	check    func(*Value) []Fault
	seen     map[seenKey]seenRow
}

// seenKey is [Key] but for how the names are spelled.
type seenKey struct {
	unit, indicator string
	asOf            calendar.Day
}

// folded is a text without regard to blanks, case, width of letters, traditional characters and scraped pinyin.
// Punctuation stays: it tells codes apart.
func folded(text string) string {
	clean, err := naming.Clean(text)
	if err != nil {
		return text
	}
	return strings.ToLower(strings.ReplaceAll(clean, " ", ""))
}

type seenRow struct {
	place int // in values
	row   string
}

func (r *reader) add(p Problem) {
	if len(r.problems) >= MaxProblems {
		r.more++
		return
	}
	r.problems = append(r.problems, p)
}

func (r *reader) fail(column int, field, format string, args ...any) {
	r.add(Problem{Cell: r.source.cell(column), Field: field, Found: r.found(column), Message: fmt.Sprintf(format, args...)})
}

func (r *reader) warn(column int, field, message string) {
	r.add(Problem{Cell: r.source.cell(column), Field: field, Found: r.found(column), Message: message, Warning: true})
}

// found is what stands in a column of the row that was read last.
func (r *reader) found(column int) string {
	if column >= len(r.cells) {
		return ""
	}
	return strictyaml.Clip(strings.TrimSpace(r.cells[column]))
}

// read reads the header and all rows. The error is one of the file as a whole.
func (r *reader) read() error {
	header, err := r.findHeader()
	if err != nil {
		return err
	}
	r.cells = header
	var whole bool
	if r.columns, whole = r.readHeader(header); !whole {
		return nil
	}
	for rows := 0; ; {
		cells, err := r.source.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if blank(cells) {
			continue
		}
		if rows++; rows > MaxRows {
			return fmt.Errorf("more than %d rows: divide the file", MaxRows)
		}
		r.readRow(cells, uint32(rows))
	}
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

func (r *reader) findHeader() ([]string, error) {
	for range maxTitle {
		cells, err := r.source.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(cells) > maxColumns {
			return nil, fmt.Errorf("%s: more than %d columns", r.source.row(), maxColumns)
		}
		if known(cells) >= 2 {
			return slices.Clone(cells), nil
		}
	}
	return nil, fmt.Errorf("none of the first %d rows names the columns: 单位, 指标, 截止日期, 数值 or unit, indicator, as_of, value", maxTitle)
}

// rowReader reads the cells of one row.
type rowReader struct {
	*reader
	bad bool
}

func (r *rowReader) text(field string) string {
	column, ok := r.columns[field]
	if !ok || column >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[column])
}

func (r *rowReader) refuse(field, message string) {
	r.bad = true
	r.fail(r.columns[field], field, "%s", message)
}

func (r *reader) readRow(cells []string, place uint32) {
	r.cells = cells
	row := rowReader{reader: r}
	v := Value{
		Unit: row.text("unit"), Indicator: row.text("indicator"), Level: row.text("level"),
		Source: row.text("source"), Note: row.text("note"), Attachment: strings.ToLower(row.text("attachment")), Place: place,
	}
	row.beyond()
	if text := row.text("value"); text != "" {
		v.Known = true
		row.number("value", text, &v.Value)
	}
	if text := row.text("se"); text != "" && v.Known {
		row.number("se", text, &v.SE)
	}
	if text := plain(row.text("n")); text != "" {
		n, message := parseCount(text)
		if v.N = n; message != "" {
			row.refuse("n", message)
		}
	}
	day := plain(row.text("as_of"))
	if day == "" && !v.Known {
		if v.Unit != "" || v.Indicator != "" {
			row.warn(r.columns["value"], "value", "is empty and so is its date: write both, or the row is left out")
		}
		return
	}
	dates, from1904 := r.source.serials()
	var message string
	if v.AsOf, message = parseDay(day, dates, from1904); message != "" {
		row.refuse("as_of", message)
	}
	for _, fault := range v.Check() {
		if fault.Field != "as_of" || message == "" {
			row.refuse(fault.Field, fault.Message)
		}
	}
	if !row.bad && r.check != nil {
		for _, fault := range r.check(&v) {
			row.refuse(fault.Field, fault.Message)
		}
	}
	if !row.bad {
		row.keep(&v)
	}
}

func (r *rowReader) number(field, text string, to *float64) {
	v, message := parseNumber(plain(text))
	if message != "" {
		r.refuse(field, message)
		return
	}
	*to = v
}

// beyond refuses what stands in columns without a name: a value in the wrong column is lost otherwise.
func (r *rowReader) beyond() {
	if len(r.cells) > maxColumns {
		r.cells = r.cells[:maxColumns]
	}
	named := make(map[int]bool, len(r.columns))
	for _, column := range r.columns {
		named[column] = true
	}
	for i, cell := range r.cells {
		if !named[i] && strings.TrimSpace(cell) != "" {
			r.bad = true
			r.fail(i, "", "stands in a column without a heading: name the column, or take the cell away")
		}
	}
}

// keep takes a value, unless it stands there already.
func (r *rowReader) keep(v *Value) {
	key := seenKey{folded(v.Unit), folded(v.Indicator), v.AsOf}
	if first, again := r.seen[key]; again {
		if r.values[first.place].Same(v) {
			r.warn(r.columns["value"], "value", "repeats "+first.row)
			return
		}
		r.refuse("value", "differs from "+first.row+", which is about the same unit, indicator and day: keep one of them")
		return
	}
	r.seen[key] = seenRow{len(r.values), r.source.row()}
	r.values = append(r.values, *v)
	if !v.Known {
		r.warn(r.columns["value"], "value", "is empty: kept as missing, which is not 0")
	}
}
