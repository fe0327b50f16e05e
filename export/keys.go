package export

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"haochaping/record"
)

// listedKey is one key as it is listed.
type listedKey struct {
	Name        string               `json:"name"`
	Fingerprint string               `json:"fingerprint"`
	State       string               `json:"state"` // valid, ending, ended or revoked
	Sources     []string             `json:"sources"`
	Hall        string               `json:"hall,omitempty"`
	Windows     []record.DatedWindow `json:"windows,omitempty"`
	Created     time.Time            `json:"created,omitzero"`
	ValidUntil  time.Time            `json:"valid_until,omitzero"`
	Revoked     time.Time            `json:"revoked,omitzero"`
}

var listedColumns = []string{"name", "fingerprint", "state", "sources", "hall", "windows", "created", "valid_until", "revoked"}

// Keys writes keys for people (table) or machines (csv, json), with times of the zone. A key itself is nowhere in
// it: it is told by its fingerprint. In csv and tables the windows of a device are written as 07, and then
// 2026-05-10=08 for one from a day on; no window is -.
func Keys(w io.Writer, format string, keys []record.Key, now time.Time, zone *time.Location) error {
	lines, cells := make([]listedKey, len(keys)), make([][]string, len(keys))
	for i := range keys {
		lines[i] = layKey(&keys[i], now, zone)
		cells[i] = lines[i].cells()
	}
	var err error
	switch format {
	case "json":
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(lines)
	case "csv":
		err = listingCSV(w, listedColumns, cells)
	default:
		err = listingTable(w, listedColumns, cells)
	}
	if err != nil {
		return fmt.Errorf("write keys as %s: %w", format, err)
	}
	return nil
}

func layKey(k *record.Key, now time.Time, zone *time.Location) listedKey {
	l := listedKey{
		Name: k.Name, Fingerprint: k.Hash.Fingerprint(), State: "valid", Sources: k.Sources, Hall: k.Hall, Windows: k.Windows,
		Created: k.Created, ValidUntil: k.ValidUntil, Revoked: k.Revoked,
	}
	switch {
	case !k.Revoked.IsZero():
		l.State = "revoked"
	case !k.ValidAt(now):
		l.State = "ended"
	case !k.ValidUntil.IsZero():
		l.State = "ending"
	}
	for _, at := range []*time.Time{&l.Created, &l.ValidUntil, &l.Revoked} {
		if !at.IsZero() {
			*at = at.In(zone).Truncate(time.Second)
		}
	}
	return l
}

func (l *listedKey) cells() []string {
	windows := make([]string, len(l.Windows))
	for i, w := range l.Windows {
		if windows[i] = printable(w.Window); w.Window == "" {
			windows[i] = "-"
		}
		if w.From != 0 {
			windows[i] = w.From.String() + "=" + windows[i]
		}
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	return []string{
		printable(l.Name), l.Fingerprint, l.State, printable(strings.Join(l.Sources, " ")), printable(l.Hall),
		strings.Join(windows, " "), at(l.Created), at(l.ValidUntil), at(l.Revoked),
	}
}
