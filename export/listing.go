package export

import (
	"bufio"
	"encoding/csv"
	"io"
	"strings"
)

// listingCSV writes lines under a header, or without one; a cell that a spreadsheet could read as a formula begins
// with an apostrophe.
func listingCSV(w io.Writer, header []string, lines [][]string) error {
	out := csv.NewWriter(w)
	if header != nil {
		if err := out.Write(header); err != nil {
			return err
		}
	}
	for _, line := range lines {
		cells := make([]string, len(line))
		for i, text := range line {
			cells[i] = guarded(text)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// listingTable writes lines in columns under their names.
func listingTable(w io.Writer, header []string, lines [][]string) error {
	rows := [][]string{make([]string, len(header))}
	for i, name := range header {
		rows[0][i] = strings.ToUpper(strings.ReplaceAll(name, "_", " "))
	}
	rows = append(rows, lines...)
	widths := make([]int, len(header))
	for _, row := range rows {
		for i, text := range row {
			widths[i] = max(widths[i], columns(text))
		}
	}
	out := bufio.NewWriter(w)
	for _, row := range rows {
		var line strings.Builder
		for i, text := range row {
			line.WriteString(text)
			line.WriteString(strings.Repeat(" ", widths[i]-columns(text)+2))
		}
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n") //nolint:errcheck // kept by the writer until Flush
	}
	return out.Flush()
}
