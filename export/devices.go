package export

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"haochaping/record"
)

var deviceHeader = []string{"device", "hall", "window", "last_at", "silent", "highest", "contiguous", "missing"}

// Devices writes how devices stand, for people (table) or machines (csv, json), with times of the zone.
func Devices(w io.Writer, format string, states []record.DeviceState, zone *time.Location) error {
	lines := make([][]string, len(states))
	for i := range states {
		s := &states[i]
		last, silent := "never", "no"
		if !s.LastAt.IsZero() {
			last = s.LastAt.In(zone).Format(time.RFC3339)
		}
		if s.Silent {
			silent = "yes"
		}
		lines[i] = []string{
			printable(s.Device), printable(s.Hall), printable(s.Window), last, silent,
			strconv.FormatUint(s.Highest, 10), strconv.FormatUint(s.Contiguous, 10), strconv.FormatUint(s.MissingCount, 10),
		}
	}
	var err error
	switch format {
	case "json":
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		if states == nil {
			states = []record.DeviceState{}
		}
		err = encoder.Encode(states)
	case "csv":
		err = listingCSV(w, deviceHeader, lines)
	default:
		err = listingTable(w, deviceHeader, lines)
	}
	if err != nil {
		return fmt.Errorf("write devices as %s: %w", format, err)
	}
	return nil
}
