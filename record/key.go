package record

import (
	"slices"
	"time"

	"haochaping/calendar"
)

// KeyKind says what holds a key, and so what it may send.
type KeyKind string

// The kinds of key. A device sends ratings and prompts from one place, a source
// is another system and sends every kind of record.
const (
	KeyDevice KeyKind = "device"
	KeySource KeyKind = "source"
)

// SourceKiosk is the source of the product's own kiosks. It always exists and
// uses MapFiveBest, unless an installation registers another map for it.
const SourceKiosk = "kiosk"

// Key is what is stored of a sender's key: never the key itself.
type Key struct {
	Name    string   `json:"name"` // unique; stands in every record that the key brought
	Kind    KeyKind  `json:"kind"`
	Sources []string `json:"sources"` // sources that it may speak for, the first is the default

	// The binding of a device: what its records say when they leave it out, and
	// the only thing that they may say. Empty = not bound.
	Device string `json:"device,omitempty"`
	Hall   string `json:"hall,omitempty"`
	Window string `json:"window,omitempty"`

	Hash    [32]byte  `json:"hash"` // SHA-256 of the key, which has 256 random bits
	Revoked time.Time `json:"revoked,omitzero"`
}

// Source is a system that ratings come from, with the code maps that translate it.
type Source struct {
	Name      string       `json:"name"`
	ValidFrom calendar.Day `json:"valid_from"` // 0 = always
	CodeMaps  []DatedMap   `json:"code_maps"`
}

// DatedMap is a code map from a day on; 0 = from the beginning.
type DatedMap struct {
	From calendar.Day `json:"from"`
	Map  CodeMap      `json:"map"`
}

// MapOn returns the code map in force on a day. Of several with the same first
// day the last counts.
func (s *Source) MapOn(day calendar.Day) (CodeMap, bool) {
	if s.ValidFrom != 0 && day < s.ValidFrom {
		return CodeMap{}, false
	}
	best := -1
	for i, m := range s.CodeMaps {
		if (m.From == 0 || m.From <= day) && (best < 0 || m.From >= s.CodeMaps[best].From) {
			best = i
		}
	}
	if best < 0 {
		return CodeMap{}, false
	}
	return s.CodeMaps[best].Map, true
}

// Check returns what is wrong with a key before it is stored.
func (k *Key) Check() Problems {
	var ps Problems
	if k.Name == "" {
		ps.add("name", CodeMissing, "a key needs a name")
	}
	if k.Kind != KeyDevice && k.Kind != KeySource {
		ps.add("kind", CodeInvalid, "must be device or source")
	}
	if len(k.Sources) == 0 || slices.Contains(k.Sources, "") {
		ps.add("sources", CodeMissing, "a key needs the source that it speaks for")
	}
	if k.Kind == KeyDevice && k.Device == "" {
		ps.add("device", CodeMissing, "the key of a device names the device")
	}
	if k.Kind == KeySource && (k.Device != "" || k.Hall != "" || k.Window != "") {
		ps.add("device", CodeInvalid, "only the key of a device is bound to a device, hall or window")
	}
	if k.Hash == ([32]byte{}) {
		ps.add("hash", CodeMissing, "a key needs its hash")
	}
	return ps
}
