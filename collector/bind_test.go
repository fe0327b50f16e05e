package collector

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/record"
)

func TestBind(t *testing.T) {
	move := calendar.MakeDay(2026, 5, 4)
	key := record.Key{
		Kind: record.KeyDevice, Sources: []string{"kiosk"}, Device: "K-1", Hall: "H1",
		Windows: []record.DatedWindow{{Window: "07"}, {From: move, Window: "08"}},
	}
	free := record.Key{Kind: record.KeyDevice, Sources: []string{"kiosk"}, Device: "K-1"}
	type said struct{ Source, Device, Region, Hall, Window, Department string }
	tests := []struct {
		name       string
		key        record.Key
		day        calendar.Day
		said, want said
		refused    string
	}{
		{"says nothing", key, move, said{}, said{Source: "kiosk", Device: "K-1", Hall: "H1", Window: "08"}, ""},
		{"before the move", key, move - 1, said{}, said{Source: "kiosk", Device: "K-1", Hall: "H1", Window: "07"}, ""},
		{"says where it stands", key, move, said{"kiosk", "K-1", "", " H1 ", "08", ""}, said{Source: "kiosk", Device: "K-1", Hall: "H1", Window: "08"}, ""},
		{"the window of yesterday", key, move, said{Window: "07"}, said{}, "window"},
		{"the window of tomorrow", key, move - 1, said{Window: "08"}, said{}, "window"},
		{"another hall", key, move, said{Hall: "H2"}, said{}, "hall"},
		{"another device", key, move, said{Device: "K-2"}, said{}, "device_id"},
		{"another source", key, move, said{Source: "portal"}, said{}, "source"},
		{"all of it", key, move, said{"portal", "K-2", "", "H2", "1", ""}, said{}, "source device_id hall window"},
		{"department and region are its own", key, move, said{Region: "99", Department: "D9"}, said{"kiosk", "K-1", "99", "H1", "08", "D9"}, ""},
		{"not bound to a place", free, move, said{Hall: "H2", Window: "1"}, said{Source: "kiosk", Device: "K-1", Hall: "H2", Window: "1"}, ""},
		{
			"a source may say anything",
			record.Key{Kind: record.KeySource, Sources: []string{"portal"}},
			0,
			said{Device: "K-9", Hall: "H9", Window: "9"},
			said{Source: "portal", Device: "K-9", Hall: "H9", Window: "9"},
			"",
		},
	}
	for _, tt := range tests {
		s := tt.said
		p := record.Place{Region: s.Region, Hall: s.Hall, Window: s.Window, Department: s.Department}
		ps := bind(&tt.key, tt.day, &s.Source, &s.Device, &p)
		var fields []string
		for _, p := range ps {
			fields = append(fields, p.Field)
		}
		if got := strings.Join(fields, " "); got != tt.refused {
			t.Errorf("%s: refused %q, want %q", tt.name, got, tt.refused)
		}
		if d := cmp.Diff(tt.want, said{s.Source, s.Device, p.Region, p.Hall, p.Window, p.Department}); d != "" && tt.refused == "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// The clock of the place decides on the day, not that of a device which lost its own.
func TestBoundDay(t *testing.T) {
	now := time.Date(2026, 5, 4, 17, 0, 0, 0, time.UTC) // the 5th in Shanghai
	at := func(day, hour int) *time.Time { return new(time.Date(2026, 5, day, hour, 0, 0, 0, time.UTC)) }
	d := &record.Door{Zone: shanghai}
	tests := []struct {
		name  string
		skew  time.Duration
		times []*time.Time
		want  int
	}{
		{"no time: today", 0, nil, 5},
		{"no readable time: today", 0, []*time.Time{nil, {}}, 5},
		{"the first that is there", 0, []*time.Time{nil, at(3, 1), at(1, 1)}, 3},
		{"evening in UTC is tomorrow here", 0, []*time.Time{at(2, 16)}, 3},
		{"a clock that is a day behind", 24 * time.Hour, []*time.Time{at(2, 1)}, 3},
		{"a clock that differs by seconds", 30 * time.Second, []*time.Time{new(at(2, 16).Add(-time.Second))}, 2},
	}
	for _, tt := range tests {
		rc := record.Receipt{Now: now, Skew: tt.skew}
		if got := boundDay(d, &rc, tt.times...); got != calendar.MakeDay(2026, 5, tt.want) {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}
