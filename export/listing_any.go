package export

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
)

// Listing writes a list for people (table) or machines (csv, or records as json). Cells are made printable;
// in a table an empty one is a dash.
func Listing(w io.Writer, format string, header []string, lines [][]string, records any) error {
	for _, line := range lines {
		for i, text := range line {
			line[i] = printable(text)
		}
	}
	var err error
	switch format {
	case "json":
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(records)
	case "csv":
		err = listingCSV(w, header, lines)
	default:
		for _, line := range lines {
			for i, text := range line {
				line[i] = cmp.Or(text, "-")
			}
		}
		err = listingTable(w, header, lines)
	}
	if err != nil {
		return fmt.Errorf("write a list as %s: %w", format, err)
	}
	return nil
}
