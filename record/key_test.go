package record

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"haochaping/calendar"
)

func TestWindowOn(t *testing.T) {
	day := func(d int) calendar.Day { return calendar.MakeDay(2026, 5, d) }
	moved := []DatedWindow{{0, "07"}, {day(4), "08"}, {day(10), ""}}
	tests := []struct {
		name    string
		windows []DatedWindow
		on      calendar.Day
		want    string
		bound   bool
	}{
		{"never given one", nil, day(4), "", false},
		{"from the beginning", moved, day(3), "07", true},
		{"before 1970", moved, -5, "07", true},
		{"the first day", moved, day(4), "08", true},
		{"later", moved, day(9), "08", true},
		{"taken away", moved, day(10), "", true},
		{"before the first", moved[1:2], day(3), "", true},
		{"the last of a day", []DatedWindow{{day(4), "08"}, {day(4), "09"}, {0, "07"}}, day(5), "09", true},
	}
	for _, tt := range tests {
		k := Key{Windows: tt.windows}
		if got, bound := k.WindowOn(tt.on); got != tt.want || bound != tt.bound {
			t.Errorf("%s: %q %t, want %q %t", tt.name, got, bound, tt.want, tt.bound)
		}
	}
}

func TestKeyValidAt(t *testing.T) {
	at := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		name           string
		until, revoked time.Time
		want           bool
	}{
		{"without end", time.Time{}, time.Time{}, true},
		{"until later", at.Add(time.Second), time.Time{}, true},
		{"until now", at, time.Time{}, false},
		{"revoked", time.Time{}, at.Add(-time.Hour), false},
		{"revoked by a clock that is ahead", time.Time{}, at.Add(time.Hour), false},
	}
	for _, tt := range tests {
		k := Key{ValidUntil: tt.until, Revoked: tt.revoked}
		if got := k.ValidAt(at); got != tt.want {
			t.Errorf("%s: valid %t", tt.name, got)
		}
	}
}

func TestKeyCheck(t *testing.T) {
	device := Key{Name: "K-1", Kind: KeyDevice, Sources: []string{SourceKiosk}, Device: "K-1", Hall: "H1", Windows: []DatedWindow{{0, "07"}}, Hash: KeyHash{1}}
	if ps := device.Check(); ps != nil {
		t.Fatal(ps)
	}
	tests := []struct {
		name, field string
		change      func(*Key)
	}{
		{"no name", "name", func(k *Key) { k.Kind, k.Name, k.Device, k.Hall, k.Windows = KeySource, "", "", "", nil }},
		{"long name", "name", func(k *Key) {
			k.Kind, k.Name, k.Device, k.Hall, k.Windows = KeySource, strings.Repeat("大", 65), "", "", nil
		}},
		{"line break in the hall", "hall", func(k *Key) { k.Hall = "H\x001" }},
		{"long window", "window", func(k *Key) { k.Windows = []DatedWindow{{0, strings.Repeat("7", 65)}} }},
		{"no kind", "kind", func(k *Key) { k.Kind = "door" }},
		{"no source", "sources", func(k *Key) { k.Sources = nil }},
		{"no device", "device", func(k *Key) { k.Device = "" }},
		{"another device", "device", func(k *Key) { k.Device = "K-2" }},
		{"a source with a window", "device", func(k *Key) {
			*k = Key{Name: "s", Kind: KeySource, Sources: []string{"s"}, Windows: k.Windows, Hash: k.Hash}
		}},
		{"no hash", "hash", func(k *Key) { k.Hash = KeyHash{} }},
	}
	for _, tt := range tests {
		k := device
		tt.change(&k)
		if ps := k.Check(); len(ps) != 1 || ps[0].Field != tt.field {
			t.Errorf("%s: %v", tt.name, ps)
		}
	}
}

func TestKeyHashText(t *testing.T) {
	h := KeyHash{0xab, 0xcd, 0xef, 0x01, 31: 0xff}
	b, err := json.Marshal(h)
	if err != nil || !strings.HasPrefix(string(b), `"abcdef01`) || len(b) != 66 {
		t.Fatalf("%s, %v", b, err)
	}
	if h.Fingerprint() != "abcdef01" {
		t.Error(h.Fingerprint())
	}
	var back KeyHash
	if err := json.Unmarshal(b, &back); err != nil || back != h {
		t.Errorf("%x, %v", back, err)
	}
	for _, text := range []string{`"ab"`, `"` + strings.Repeat("x", 64) + `"`} {
		if err := json.Unmarshal([]byte(text), &back); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}
