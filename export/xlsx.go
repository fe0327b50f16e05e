package export

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"haochaping/evaluation"
)

// RankingXLSX writes a ranking as a workbook of two sheets: the ranking, with figures as numbers that read as
// the pages show them, and the definitions it rests on.
func RankingXLSX(w io.Writer, r evaluation.Ranking, meta Meta, lang string) (err error) {
	b := book{file: excelize.NewFile(), styles: make(map[string]int)}
	defer func() {
		if err = errors.Join(err, b.file.Close()); err != nil {
			err = fmt.Errorf("write ranking as xlsx: %w", err)
		}
	}()
	if err := b.file.SetDocProps(&excelize.DocProperties{Title: printable(meta.title(lang)), Creator: "haochaping", Language: lang}); err != nil {
		return err
	}
	head := heading(&r.Scheme, lang)
	top := append(preamble(&r, &meta, lang), nil)
	ranking := sheet{
		name: say(lang, "排名", "Ranking"), top: top, head: head, rows: body(&r, lang),
		widths: rankingWidths(len(head)), frozen: 3,
	}
	definitions := definitionSheet(&r.Scheme, &meta, lang)
	if meta.Demo {
		mark := say(lang, "（演示数据）", " (demo data)")
		ranking.name += mark
		definitions.name += mark
	}
	if err := b.file.SetSheetName(b.file.GetSheetName(0), ranking.name); err != nil {
		return err
	}
	if _, err := b.file.NewSheet(definitions.name); err != nil {
		return err
	}
	for _, s := range []sheet{ranking, definitions} {
		if err := b.write(&s); err != nil {
			return fmt.Errorf("sheet %s: %w", s.name, err)
		}
	}
	return b.file.Write(w)
}

// rankingWidths are the widths of the columns of a ranking: narrow figures, wide names and notes.
func rankingWidths(columns int) []float64 {
	widths := make([]float64, columns)
	for i := range widths {
		widths[i] = 13
	}
	widths[1], widths[2], widths[columns-1] = 20, 28, 56
	return widths
}

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
