package fileimport

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"haochaping/record"
)

// maxRowLines bounds the lines of one row: a quote that is never closed must not
// swallow the file.
const maxRowLines = 1000

// csvRows reads CSV (RFC 4180) with a delimiter of its own.
type csvRows struct {
	lines     *lines
	delimiter string
	quotes    bool
	header    int
	table     *table

	ahead []textLine // lines read and not used yet
}

type textLine struct {
	text    string
	number  int64
	problem *record.Problem
}

func openCSV(l *lines, m *Mapping, delimiter rune) (*csvRows, error) {
	c := &csvRows{lines: l, delimiter: string(delimiter), quotes: m.quotes, header: m.headerRow}
	for range m.headerRow - 1 {
		if _, err := c.take(); err != nil {
			return nil, headerEnd(err, m)
		}
	}
	number, cells, raw, p, err := c.cells()
	if err != nil {
		return nil, headerEnd(err, m)
	}
	if p != nil {
		return nil, &FileError{Line: number, Reason: "the line that names the columns cannot be read: " + p.Reason}
	}
	if m.headerRow == 0 {
		c.ahead = append([]textLine{{text: raw, number: number}}, c.ahead...)
		if strings.Contains(raw, "\n") {
			return nil, &FileError{Line: number, Reason: "without a header the first row must be a single line"}
		}
		cells = numbered(len(cells))
	}
	c.table, err = newTable(m, cells)
	return c, err
}

func headerEnd(err error, m *Mapping) error {
	if !errors.Is(err, io.EOF) {
		return err
	}
	return &FileError{Reason: fmt.Sprintf("the file ends before row %d, which names its columns", max(m.headerRow, 1))}
}

func (c *csvRows) take() (textLine, error) {
	if len(c.ahead) > 0 {
		l := c.ahead[0]
		c.ahead = c.ahead[1:]
		return l, nil
	}
	text, p, err := c.lines.next()
	return textLine{text, c.lines.line, p}, err
}

// next reads one row. Empty lines are none.
func (c *csvRows) next() (row, error) {
	for {
		number, cells, raw, p, err := c.cells()
		if err != nil {
			return row{}, err
		}
		if p == nil && strings.Trim(raw, " \t"+c.delimiter) == "" {
			continue
		}
		if p == nil && len(cells) != len(c.table.names) {
			p = problem(record.CodeMalformed, "%d cells under %d columns: put a cell that holds the delimiter into double quotes", len(cells), len(c.table.names))
		}
		if p != nil {
			return refuse(number, raw, p), nil
		}
		r := row{line: number, size: len(raw)}
		c.table.fill(&r, cells)
		return r, nil
	}
}

// cells reads the cells of one row, which may go over several lines. raw is its text.
func (c *csvRows) cells() (number int64, cells []string, raw string, p *record.Problem, err error) {
	first, err := c.take()
	if err != nil {
		return 0, nil, "", nil, err
	}
	p = first.problem
	used := []textLine{first}
	for {
		raw = joinLines(used)
		got, open, bad := c.split(raw)
		if !open {
			if p == nil {
				p = bad
			}
			return first.number, got, raw, p, nil
		}
		var closing bool
		if used, closing, err = c.takeQuoted(used, len(raw)); err != nil {
			return 0, nil, "", nil, err
		}
		if !closing {
			// The quote is never closed: its line is refused, the others are rows again.
			c.ahead = append(used[1:], c.ahead...)
			return first.number, nil, first.text, problem(record.CodeMalformed, "a double quote is opened and not closed within this row"), nil
		}
		for i := 1; i < len(used) && p == nil; i++ {
			p = used[i].problem
		}
	}
}

// takeQuoted takes lines up to the next with a double quote. closing is false where
// none comes within the bounds of a row.
func (c *csvRows) takeQuoted(used []textLine, size int) (_ []textLine, closing bool, err error) {
	for len(used) < maxRowLines && size < maxLine {
		more, err := c.take()
		if errors.Is(err, io.EOF) {
			return used, false, nil
		}
		if err != nil {
			return used, false, err
		}
		used = append(used, more)
		size += len(more.text) + 1
		if strings.Contains(more.text, `"`) {
			return used, true, nil
		}
	}
	return used, false, nil
}

func joinLines(used []textLine) string {
	if len(used) == 1 {
		return used[0].text
	}
	texts := make([]string, len(used))
	for i := range used {
		texts[i] = used[i].text
	}
	return strings.Join(texts, "\n")
}

// split takes a row apart. open means that a quoted cell goes on in the next line.
func (c *csvRows) split(text string) (cells []string, open bool, p *record.Problem) {
	if c.table != nil {
		cells = make([]string, 0, len(c.table.names))
	}
	for {
		if len(cells) > maxColumns {
			return nil, false, problem(record.CodeTooLong, "more than %d cells", maxColumns)
		}
		if !c.quotes || !strings.HasPrefix(text, `"`) {
			cell, rest, more := strings.Cut(text, c.delimiter)
			if c.quotes && strings.Contains(cell, `"`) {
				return nil, false, problem(record.CodeMalformed, "cell %d holds a double quote but does not begin with one: put the cell into double quotes and double those within", len(cells)+1)
			}
			cells = append(cells, cell)
			if !more {
				return cells, false, nil
			}
			text = rest
			continue
		}
		cell, rest, closed := cutQuoted(text)
		if !closed {
			return nil, true, nil
		}
		cells = append(cells, cell)
		if rest == "" {
			return cells, false, nil
		}
		if !strings.HasPrefix(rest, c.delimiter) {
			return nil, false, problem(record.CodeMalformed, "cell %d goes on behind its closing double quote: double the quotes within a cell", len(cells))
		}
		text = rest[len(c.delimiter):]
	}
}

// cutQuoted takes the quoted cell at the beginning of a text.
func cutQuoted(text string) (cell, rest string, closed bool) {
	rest = text[1:]
	end := strings.IndexByte(rest, '"')
	if end >= 0 && !strings.HasPrefix(rest[end+1:], `"`) {
		return rest[:end], rest[end+1:], true
	}
	var b strings.Builder
	for {
		end = strings.IndexByte(rest, '"')
		if end < 0 {
			return "", "", false
		}
		b.WriteString(rest[:end])
		rest = rest[end+1:]
		if !strings.HasPrefix(rest, `"`) {
			return b.String(), rest, true
		}
		b.WriteByte('"')
		rest = rest[1:]
	}
}
