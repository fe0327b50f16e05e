package export

import (
	"fmt"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// sheet is the contents of one sheet: lines at the top, one table below.
type sheet struct {
	name   string
	top    [][]cell
	head   []cell // stays in view
	rows   [][]cell
	widths []float64
	frozen int // columns that stay in view
}

// look is how a row stands out.
type look int

const (
	plain look = iota
	title
	heads
)

// book writes sheets into a workbook. Styles are made once each: a workbook has room for few.
type book struct {
	file   *excelize.File
	styles map[string]int
}

// write streams one sheet and flushes it; until then nothing else may touch the file's sheets.
func (b *book) write(s *sheet) error {
	out, err := b.file.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	for i, width := range s.widths {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	lines := len(s.top) + 1
	corner, err := excelize.CoordinatesToCellName(s.frozen+1, lines+1)
	if err != nil {
		return err
	}
	panes := &excelize.Panes{Freeze: true, XSplit: s.frozen, YSplit: lines, TopLeftCell: corner, ActivePane: "bottomRight"}
	if s.frozen == 0 {
		panes.ActivePane = "bottomLeft"
	}
	if err := out.SetPanes(panes); err != nil {
		return err
	}
	for i, row := range s.top {
		as := plain
		if i == 0 {
			as = title
		}
		if err := b.row(out, i+1, row, as); err != nil {
			return err
		}
	}
	if err := b.row(out, lines, s.head, heads); err != nil {
		return err
	}
	for i, row := range s.rows {
		if err := b.row(out, lines+1+i, row, plain); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (b *book) row(out *excelize.StreamWriter, number int, row []cell, as look) error {
	if len(row) == 0 {
		return nil
	}
	name, err := excelize.CoordinatesToCellName(1, number)
	if err != nil {
		return err
	}
	values := make([]any, len(row))
	for i, c := range row {
		if values[i], err = b.cell(c, as); err != nil {
			return err
		}
	}
	return out.SetRow(name, values)
}

func (b *book) cell(c cell, as look) (any, error) {
	if n := len(utf16.Encode([]rune(c.text))); n > excelize.TotalCellChars {
		return nil, fmt.Errorf("a text of %d characters does not fit into a cell", n)
	}
	var value any = c.text
	format := "@"
	if c.format != "" {
		value, format = c.number, c.format
	} else if c.text == "" {
		return nil, nil
	}
	id, err := b.style(format, as)
	return excelize.Cell{StyleID: id, Value: value}, err
}

func (b *book) style(format string, as look) (int, error) {
	key := fmt.Sprint(as, format)
	if id, ok := b.styles[key]; ok {
		return id, nil
	}
	style := &excelize.Style{CustomNumFmt: &format}
	if as != plain {
		style.Font = &excelize.Font{Bold: true}
	}
	if as == heads {
		style.Alignment = &excelize.Alignment{WrapText: true, Vertical: "top"}
	}
	id, err := b.file.NewStyle(style)
	if err != nil {
		return 0, fmt.Errorf("style %s: %w", format, err)
	}
	b.styles[key] = id
	return id, nil
}
