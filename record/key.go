package record

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
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

// Key is what is stored of a sender's key: never the key itself. A sender may hold
// several at a time, so that a new one is in place before the old one ends.
type Key struct {
	Name    string   `json:"name"` // of the sender, unique among its kind; stands in every record that the key brought
	Kind    KeyKind  `json:"kind"`
	Sources []string `json:"sources"` // sources that it may speak for, the first is the default

	// The binding of a device: what its records say when they leave it out, and
	// the only thing that they may say. Empty = not bound. Never a department: at a
	// comprehensive window the item or the case decides.
	Device  string        `json:"device,omitempty"`
	Hall    string        `json:"hall,omitempty"`
	Windows []DatedWindow `json:"windows,omitempty"`

	Hash       KeyHash   `json:"hash"`
	Created    time.Time `json:"created,omitzero"`     // zero = before this was written down
	ValidUntil time.Time `json:"valid_until,omitzero"` // zero = without end
	// Revoked is when it was made worthless, at once and for good: whatever a
	// collector's clock says, a key with a time here opens nothing.
	Revoked time.Time `json:"revoked,omitzero"`
}

// KeyHash is the SHA-256 of a key, which has 256 random bits. Its text is hexadecimal.
type KeyHash [32]byte

// MarshalText writes 64 hexadecimal digits.
func (h KeyHash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads 64 hexadecimal digits.
func (h *KeyHash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return errors.New("the hash of a key has 64 hexadecimal digits")
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// Fingerprint is how people tell keys apart: the first 8 digits of the hash.
func (h KeyHash) Fingerprint() string { return hex.EncodeToString(h[:4]) }

// DatedWindow is where a device stands from a day on; 0 = from the beginning. An
// empty window is none: the device stands in the hall.
type DatedWindow struct {
	From   calendar.Day `json:"from"`
	Window string       `json:"window"`
}

// ValidAt reports whether the key opens anything at a time.
func (k *Key) ValidAt(at time.Time) bool {
	return k.Revoked.IsZero() && (k.ValidUntil.IsZero() || at.Before(k.ValidUntil))
}

// WindowOn returns the window that a device is bound to on a day; bound is false for
// one that was never given a window. Of several with the same first day the last counts.
func (k *Key) WindowOn(day calendar.Day) (window string, bound bool) {
	best := -1
	for i, w := range k.Windows {
		if (w.From == 0 || w.From <= day) && (best < 0 || w.From >= k.Windows[best].From) {
			best = i
		}
	}
	if best < 0 {
		return "", len(k.Windows) > 0
	}
	return k.Windows[best].Window, true
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

// Same reports whether two maps say the same from the same day on.
func (d DatedMap) Same(other DatedMap) bool {
	a, err := json.Marshal(d)
	b, failed := json.Marshal(other)
	return err == nil && failed == nil && bytes.Equal(a, b)
}

// MapOn returns the code map in force on a day. Of several with the same first
// day the last counts.
func (s *Source) MapOn(day calendar.Day) (CodeMap, bool) {
	i, ok := s.indexOn(day)
	if !ok {
		return CodeMap{}, false
	}
	return s.CodeMaps[i].Map, true
}

func (s *Source) indexOn(day calendar.Day) (best int, ok bool) {
	if s.ValidFrom != 0 && day < s.ValidFrom {
		return 0, false
	}
	best = -1
	for i, m := range s.CodeMaps {
		if (m.From == 0 || m.From <= day) && (best < 0 || m.From >= s.CodeMaps[best].From) {
			best = i
		}
	}
	return best, best >= 0
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
	if k.Kind == KeyDevice && k.Device != "" && k.Device != k.Name {
		ps.add("device", CodeInvalid, "the key of a device has the device's name: what came from it is known by that")
	}
	if k.Kind == KeySource && (k.Device != "" || k.Hall != "" || len(k.Windows) > 0) {
		ps.add("device", CodeInvalid, "only the key of a device is bound to a device, hall or window")
	}
	if k.Hash == (KeyHash{}) {
		ps.add("hash", CodeMissing, "a key needs its hash")
	}
	c := checker{problems: ps}
	c.code("name", k.Name, false)
	c.code("device", k.Device, false)
	c.code("hall", k.Hall, false)
	for _, s := range k.Sources {
		c.code("sources", s, false)
	}
	for _, w := range k.Windows {
		c.code("window", w.Window, false)
	}
	return c.problems
}
