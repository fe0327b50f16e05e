package export

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"haochaping/evaluation/imported"
)

var importedHeader = []string{
	"indicator", "unit", "as_of", "value", "se", "n", "level", "source", "imported_at", "imported_by", "note", "attachment",
}

// importedShown is how many of the columns fit a terminal.
const importedShown = 10

// Imported writes imported values in a format: table, csv or json. A value that is missing is an empty cell, in json
// null: no data is not 0.
func Imported(w io.Writer, values []imported.Stored, format string, zone *time.Location) (err error) {
	lines := make([][]string, len(values))
	for i := range values {
		lines[i] = importedCells(&values[i], zone)
	}
	switch format {
	case "json":
		err = importedJSON(w, values)
	case "csv":
		err = listingCSV(w, importedHeader, lines)
	default:
		for i := range lines {
			lines[i] = lines[i][:importedShown]
		}
		err = listingTable(w, importedHeader[:importedShown], lines)
	}
	if err != nil {
		return fmt.Errorf("write imported values as %s: %w", format, err)
	}
	return nil
}

func importedCells(v *imported.Stored, zone *time.Location) []string {
	number, se, n := "", "", ""
	if v.Known {
		number = strconv.FormatFloat(v.Value.Value, 'f', -1, 64)
	}
	if v.SE > 0 {
		se = strconv.FormatFloat(v.SE, 'f', -1, 64)
	}
	if v.N > 0 {
		n = strconv.FormatUint(v.N, 10)
	}
	return []string{
		printable(v.Indicator), printable(v.Unit), v.AsOf.String(), number, se, n, printable(v.Level), printable(v.Source),
		v.At.In(zone).Format("2006-01-02 15:04:05"), printable(v.By), printable(v.Note), v.Attachment,
	}
}

func importedJSON(w io.Writer, values []imported.Stored) error {
	type shown struct {
		imported.Stored
		Value *float64 `json:"value"`
	}
	list := make([]shown, len(values))
	for i := range values {
		list[i] = shown{Stored: values[i]}
		if values[i].Known {
			list[i].Value = &values[i].Value.Value
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(list)
}
