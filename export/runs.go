package export

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"haochaping/evaluation"
)

var runHeader = []string{"job", "started", "took", "runs", "periods", "rows", "outcome"}

// Runs writes what the timetable did, for people (table) or machines (csv, json), with times of the zone.
func Runs(w io.Writer, format string, runs []evaluation.Run, zone *time.Location) error {
	lines := make([][]string, len(runs))
	for i := range runs {
		r := &runs[i]
		outcome := "done"
		if r.Failure != "" {
			outcome = "failed: " + r.Failure
		}
		lines[i] = []string{
			printable(r.Job), r.Started.In(zone).Format(time.RFC3339), r.Took.Round(time.Millisecond).String(), strconv.Itoa(r.Times),
			strconv.Itoa(r.Work.Periods), strconv.FormatUint(r.Work.Rows, 10), printable(outcome),
		}
	}
	var err error
	switch format {
	case "json":
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		if runs == nil {
			runs = []evaluation.Run{}
		}
		err = encoder.Encode(runs)
	case "csv":
		err = listingCSV(w, runHeader, lines)
	default:
		err = listingTable(w, runHeader, lines)
	}
	if err != nil {
		return fmt.Errorf("write runs as %s: %w", format, err)
	}
	return nil
}
