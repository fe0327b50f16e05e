package dashboard

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"

	"haochaping/evaluation"
)

// table is figures in rows, and what a CSV of it holds.
type table struct {
	Columns []column
	Rows    [][]cell
	Note    string
}

type column struct {
	Title  string
	Name   bool // the title is a name out of the data
	Number bool
}

// cell is one text of a table.
type cell struct {
	label
	Href  string
	Faint bool   // not to be judged by
	Mark  string // class of a coloured mark before the text
	Total bool   // of the first cell: the row sums up those above it
}

// drawnRow and drawnCell are a row as its template wants it: pages have thousands of cells, and a template finds what
// stands in the cell itself much faster than what is looked up beside it or comes with another type.
type drawnRow struct {
	Head  *drawnCell
	Cells []drawnCell
	Total bool
}

type drawnCell struct {
	Text, Href, Class, Mark string
	Name                    bool
}

// Body is the rows for the template.
func (t *table) Body() []drawnRow {
	rows := make([]drawnRow, len(t.Rows))
	for i, cells := range t.Rows {
		drawn := make([]drawnCell, len(cells))
		for j := range cells {
			c, class := &cells[j], ""
			if j > 0 && t.Columns[j].Number {
				class = "number"
			}
			if c.Faint {
				class = strings.TrimPrefix(class+" faint", " ")
			}
			drawn[j] = drawnCell{c.Text, c.Href, class, c.Mark, c.Name}
		}
		if len(drawn) > 0 {
			rows[i] = drawnRow{&drawn[0], drawn[1:], cells[0].Total}
		}
	}
	return rows
}

func text(s string) cell { return cell{label: label{Text: s}} }

// listed are the indicators that lists of units show beside the counts.
var listed = []string{
	evaluation.BadPer100k, evaluation.GoodRate, evaluation.ActiveRate, evaluation.OnTimeRate, evaluation.MedianHandling,
}

// unitColumns are the columns of a list of units; unitCells are their cells.
func (p *page) unitColumns(first string) []column {
	columns := []column{{Title: first}, {Title: p.T("measure.ratings"), Number: true}, {Title: p.T("measure.bad"), Number: true}}
	for _, id := range listed {
		columns = append(columns, column{Title: p.measureName(id), Number: true})
		if id == evaluation.BadPer100k {
			columns = append(columns, column{Title: p.T("ranking.interval"), Number: true})
		}
	}
	return append(columns, column{Title: p.T("column.mean_handling"), Number: true}, column{Title: p.measureName(evaluation.MeanLevel), Number: true})
}

func (p *page) unitCells(name label, href string, f *evaluation.Facts) []cell {
	few := p.few(f)
	cells := []cell{{label: name, Href: href}, p.countCell(f.Valid(), f.Valid() > 0), p.countCell(f.Bad(), f.Valid() > 0)}
	for _, id := range listed {
		c := p.measureCell(id, f)
		c.Faint = c.Faint || few && (id == evaluation.BadPer100k || id == evaluation.GoodRate)
		cells = append(cells, c)
		if id == evaluation.BadPer100k {
			cells = append(cells, p.intervalCell(f))
		}
	}
	return append(cells, p.meanHandlingCell(f), p.meanLevelCell(f))
}

// meanHandlingCell and meanLevelCell write means with four decimals: they are exact, and small differences
// between units show.
func (p *page) meanHandlingCell(f *evaluation.Facts) cell {
	if f.Handled == 0 {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	return text(p.exactSpan(float64(f.HandlingSeconds) / float64(f.Handled)))
}

func (p *page) meanLevelCell(f *evaluation.Facts) cell {
	mean, ok := f.Mean()
	if !ok {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	return cell{label: label{Text: p.Fixed(mean, 4)}, Faint: p.few(f)}
}

// intervalCell is the 95 % interval of bad ratings per 100,000.
func (p *page) intervalCell(f *evaluation.Facts) cell {
	low, high, ok := badIndicator.Interval(badIndicator.Of(f))
	if !ok {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	return cell{label: label{Text: p.interval(evaluation.Per100k, low, high)}, Faint: p.few(f)}
}

// few reports whether there are too few ratings to judge by.
func (p *page) few(f *evaluation.Facts) bool { return f.Valid() < p.dashboard.options.MinSample }

func (p *page) countCell(n uint64, ok bool) cell {
	if !ok {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	return text(p.Int(n))
}

// measureCell writes an indicator as its tile does.
func (p *page) measureCell(id string, f *evaluation.Facts) cell {
	v := valueOf(id)(f)
	return cell{label: label{Text: p.valueText(id, v)}, Faint: !v.Known}
}

// figureText is an indicator in one text, for tips and labels.
func (p *page) figureText(id string, f *evaluation.Facts) string { return p.measureCell(id, f).Text }

// writeCard sends the table of one card as a file.
func (p *page) writeCard(w http.ResponseWriter, id string) error {
	for _, c := range p.Cards {
		if c.ID != id {
			continue
		}
		if c.Failed != nil {
			return errUnavailable
		}
		if c.Table == nil {
			return errNotFound
		}
		name := fmt.Sprintf("%s-%s-%s_%s.csv", p.fileStem(), id, p.period.From, p.period.To)
		return writeCSV(w, name, p.fileNotice(), c.Table)
	}
	return errNotFound
}

// fileStem begins the names of files.
func (p *page) fileStem() string {
	if p.dashboard.options.Demo {
		return "haochaping-demo"
	}
	return "haochaping"
}

// fileNotice is the line that marks a file of demo data; empty without.
func (p *page) fileNotice() string {
	if p.dashboard.options.Demo {
		return p.T("demo.file")
	}
	return ""
}

// writeCSV sends a table. It begins with the mark by which spreadsheets know UTF-8, and
// no cell can be read by them as a formula.
func writeCSV(w http.ResponseWriter, name, notice string, t *table) error {
	var buf bytes.Buffer
	buf.WriteString("\uFEFF")
	out := csv.NewWriter(&buf)
	out.UseCRLF = true
	if notice != "" {
		if err := out.Write([]string{notice}); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	record := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		record[i] = harmless(c.Title)
	}
	if err := out.Write(record); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	for _, row := range t.Rows {
		record = record[:0]
		for _, c := range row {
			record = append(record, harmless(c.Text))
		}
		if err := out.Write(record); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "private, no-cache")
	_, _ = w.Write(buf.Bytes()) // a reader who has gone away is no failure
	return nil
}

// harmless keeps a spreadsheet from taking a text for a formula: one that begins like a
// formula gets an apostrophe before it. A lone dash or a number stays as it is.
func harmless(s string) string {
	trimmed := strings.TrimLeft(s, " \u00a0\u3000")
	if trimmed == "" || !strings.ContainsRune("=+-@\t\r\n|", rune(trimmed[0])) || isNumber(trimmed) {
		return s
	}
	return "'" + s
}

// isNumber reports whether a text is a sign with digits.
func isNumber(s string) bool {
	return len(s) > 1 && strings.Trim(s[1:], "0123456789.,%") == "" && s[0] != '=' && s[0] != '@'
}
