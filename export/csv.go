package export

import (
	"encoding/csv"
	"fmt"
	"io"

	"haochaping/evaluation/scoring"
)

// byteOrderMark tells the spreadsheets in use in China that a CSV is UTF-8.
const byteOrderMark = "\ufeff"

// RankingCSV writes a ranking as CSV for spreadsheets: UTF-8 with byte order mark, lines ending in CR LF, some
// lines about the ranking, an empty one, then the table with all its rows of equal length. Foreign text that
// could be read as a formula begins with an apostrophe.
func RankingCSV(w io.Writer, r *scoring.Result, meta Meta, lang string) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return fmt.Errorf("write ranking as csv: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	l := layRanking(r, &meta, lang)
	head := l.heading()
	rows := append(preamble(r, &meta, lang), nil, head)
	rows = append(rows, l.body()...)
	for _, row := range rows {
		line := make([]string, len(head))
		for i, c := range row {
			line[i] = c.text
			if c.foreign {
				line[i] = guarded(c.text)
			}
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("write ranking as csv: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write ranking as csv: %w", err)
	}
	return nil
}
