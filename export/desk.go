package export

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"haochaping/record"
)

// Desk writes entries of the refused-records desk, page after page. Make one with NewDesk; what was written is
// complete once Close returned nil.
type Desk struct {
	out    io.Writer
	format string
	zone   *time.Location
	began  bool
}

// NewDesk writes in a format: table, csv or json, with times of the zone.
func NewDesk(out io.Writer, format string, zone *time.Location) *Desk {
	return &Desk{out: out, format: format, zone: zone}
}

var deskHeader = []string{
	"received_at", "why", "kind", "source", "sender", "record_id", "problems", "replay", "collector", "batch_id", "size", "id", "redacted",
}

// deskShown is how many of the columns fit a terminal.
const deskShown = 8

// Write adds a page.
func (d *Desk) Write(entries []record.DeskEntry) error {
	lines := make([][]string, len(entries))
	for i := range entries {
		lines[i] = d.cells(&entries[i])
	}
	var err error
	switch d.format {
	case "json":
		err = d.json(entries)
	case "csv":
		header := deskHeader
		if d.began {
			header = nil
		}
		err = listingCSV(d.out, header, lines)
	default:
		for i := range lines {
			lines[i] = lines[i][:deskShown]
		}
		err = listingTable(d.out, deskHeader[:deskShown], lines)
	}
	d.began = true
	if err != nil {
		return fmt.Errorf("write the desk as %s: %w", d.format, err)
	}
	return nil
}

// Close writes the end. Without any page it writes what an empty list looks like.
func (d *Desk) Close() error {
	if !d.began {
		if err := d.Write(nil); err != nil {
			return err
		}
	}
	if d.format != "json" {
		return nil
	}
	if _, err := io.WriteString(d.out, "]\n"); err != nil {
		return fmt.Errorf("write the desk as json: %w", err)
	}
	return nil
}

func (d *Desk) json(entries []record.DeskEntry) error {
	separator := ","
	if !d.began {
		separator = "["
	}
	if len(entries) == 0 && !d.began {
		_, err := io.WriteString(d.out, "[")
		return err
	}
	for i := range entries {
		text, err := json.Marshal(&entries[i])
		if err != nil {
			return err
		}
		if _, err := d.out.Write(append([]byte(separator+"\n"), text...)); err != nil {
			return err
		}
		separator = ","
	}
	return nil
}

func (d *Desk) cells(e *record.DeskEntry) []string {
	id, replay := "", ""
	if e.RecordID != uuid.Nil {
		id = e.RecordID.String()
	}
	switch {
	case !e.ReplayedAt.IsZero():
		replay = "done " + e.ReplayedAt.In(d.zone).Format(time.RFC3339)
	case e.Replayable:
		replay = "possible"
	}
	problems := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		problems[i] = strings.TrimPrefix(p.Field+": ", ": ") + p.Code
	}
	return []string{
		e.ReceivedAt.In(d.zone).Format(time.RFC3339), e.Why, e.KindName, printable(e.Source), printable(e.Sender), id,
		printable(strings.Join(problems, ", ")), replay, printable(e.Collector), printable(e.BatchID), strconv.Itoa(e.Size), e.ID.String(), printable(e.Redacted),
	}
}
