package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"haochaping/evaluation"
)

// FactsTable writes facts for people at a terminal: the columns of [FactsCSV], aligned, with wide characters
// counted as two columns, rates as on the pages, and - where there is no data. The last line is the total.
func FactsTable(w io.Writer, rows []evaluation.Row, q evaluation.Query, names Names, set ...Figures) error {
	t := layFacts(rows, q, names, set)
	head := append([]string(nil), t.labels...)
	for _, f := range t.figures {
		head = append(head, f.name)
	}
	lines := [][]string{head}
	for i := range t.lines {
		line := append([]string(nil), t.lines[i].labels...)
		for _, f := range t.figures {
			line = append(line, f.cell(&t.lines[i].facts))
		}
		lines = append(lines, line)
	}
	widths := make([]int, len(head))
	for _, line := range lines {
		for i, text := range line {
			widths[i] = max(widths[i], columns(text))
		}
	}
	out := bufio.NewWriter(w)
	for _, line := range lines {
		for i, text := range line {
			pad := strings.Repeat(" ", widths[i]-columns(text))
			if i > 0 {
				out.WriteString("  ") //nolint:errcheck // kept by the writer until Flush
			}
			if i < len(t.labels) {
				text += pad
			} else {
				text = pad + text
			}
			out.WriteString(text) //nolint:errcheck // kept by the writer until Flush
		}
		out.WriteByte('\n') //nolint:errcheck // kept by the writer until Flush
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write facts as a table: %w", err)
	}
	return nil
}

// cell is a figure as people read it.
func (f figure) cell(facts *evaluation.Facts) string {
	text := f.of(facts)
	if f.shown != nil {
		text = f.shown(facts)
	}
	if text == "" {
		return "-"
	}
	return text
}
