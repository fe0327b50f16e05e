package calendar

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // the zones of these tests, wherever they run

	"pgregory.net/rapid"
)

func day(text string) Day {
	d, err := ParseDay(text)
	if err != nil {
		panic(err)
	}
	return d
}

func zone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return loc
}

func TestParseDay(t *testing.T) {
	for text, want := range map[string]Day{
		"1970-01-01": 0, "1970-01-02": 1, "1969-12-31": -1, "2026-07-31": 20665, "0001-01-01": MinDay, "9999-12-31": MaxDay,
	} {
		if got, err := ParseDay(text); err != nil || got != want || got.String() != text {
			t.Errorf("ParseDay(%s) = %d (%s), %v; want %d", text, got, got, err, want)
		}
	}
	for _, text := range []string{"", "2026-02-29", "2026-13-01", "2026-1-1", "20260101", "2026-01-01 ", "0000-01-01", "2026-01-01T00:00:00Z", "二〇二六"} {
		if got, err := ParseDay(text); err == nil {
			t.Errorf("ParseDay(%q) = %s", text, got)
		}
	}
}

func TestDayText(t *testing.T) {
	type doc struct {
		Day  Day         `json:"day"`
		Sums map[Day]int `json:"sums"`
	}
	in := doc{day("2026-07-01"), map[Day]int{day("2026-07-02"): 3}}
	text, err := json.Marshal(in)
	if want := `{"day":"2026-07-01","sums":{"2026-07-02":3}}`; err != nil || string(text) != want {
		t.Fatalf("%s, %v; want %s", text, err, want)
	}
	var out doc
	if err := json.Unmarshal(text, &out); err != nil || fmt.Sprint(out) != fmt.Sprint(in) {
		t.Errorf("%v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"day":"2026-02-30"}`), &out); err == nil {
		t.Error("30 February was read")
	}
	if _, err := json.Marshal(MaxDay + 1); err == nil {
		t.Error("the year 10000 was written")
	}
}

func TestDayOf(t *testing.T) {
	instant := time.Date(2026, 6, 30, 16, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{"UTC": "2026-06-30", "Asia/Shanghai": "2026-07-01", "America/Sao_Paulo": "2026-06-30"} {
		if got := DayOf(instant, zone(name)); got != day(want) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestAddMonths(t *testing.T) {
	tests := []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2028-02-29", -12, "2027-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-12-15", 1, "2027-01-15"},
		{"2026-01-15", -1, "2025-12-15"},
		{"2026-05-31", 0, "2026-05-31"},
	}
	for _, tt := range tests {
		if got := day(tt.from).AddMonths(tt.n); got != day(tt.want) {
			t.Errorf("%s + %d months = %s, want %s", tt.from, tt.n, got, tt.want)
		}
	}
}

func TestStartAndEnd(t *testing.T) {
	tests := []struct{ zone, day, start, end string }{
		{"Asia/Shanghai", "2026-07-01", "2026-06-30T16:00:00Z", "2026-07-01T16:00:00Z"},
		// The clock goes from 24:00 to 01:00: the day begins at 01:00.
		{"America/Sao_Paulo", "2014-10-19", "2014-10-19T03:00:00Z", "2014-10-20T02:00:00Z"},
		// The clock goes from 24:00 back to 23:00: the day before has 25 hours.
		{"America/Sao_Paulo", "2015-02-21", "2015-02-21T02:00:00Z", "2015-02-22T03:00:00Z"},
		// The clock goes from 01:00 back to 00:00: midnight comes twice.
		{"America/Havana", "2020-11-01", "2020-11-01T04:00:00Z", "2020-11-02T05:00:00Z"},
	}
	for _, tt := range tests {
		d, loc := day(tt.day), zone(tt.zone)
		start, end := d.Start(loc).UTC().Format(time.RFC3339), d.End(loc).UTC().Format(time.RFC3339)
		if start != tt.start || end != tt.end {
			t.Errorf("%s %s: %s to %s, want %s to %s", tt.zone, tt.day, start, end, tt.start, tt.end)
		}
	}
}

// In every zone days follow each other without gap, and each instant lies in the day it belongs to.
func TestDaysTileTime(t *testing.T) {
	var zones []*time.Location
	for _, name := range []string{
		"UTC", "Asia/Shanghai", "America/Sao_Paulo", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe",
	} {
		zones = append(zones, zone(name))
	}
	rapid.Check(t, func(t *rapid.T) {
		loc := rapid.SampledFrom(zones).Draw(t, "zone")
		instant := time.Unix(rapid.Int64Range(0, 2_000_000_000).Draw(t, "instant"), 0)
		d := DayOf(instant, loc)
		if instant.Before(d.Start(loc)) || !instant.Before(d.End(loc)) {
			t.Fatalf("%s is not within %s: %s to %s", instant.In(loc), d, d.Start(loc), d.End(loc))
		}
		if got := DayOf(d.Start(loc), loc); got != d {
			t.Fatalf("%s begins on %s", d, got)
		}
		if got := DayOf(d.Start(loc).Add(-1), loc); got != d-1 {
			t.Fatalf("before the beginning of %s it is %s", d, got)
		}
	})
}

func TestDayRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.Int32Range(int32(MinDay), int32(MaxDay)).Draw(t, "day"))
		back, err := ParseDay(d.String())
		if err != nil || back != d || MakeDay(d.Date()) != d || DayOf(d.Time(), time.UTC) != d {
			t.Fatalf("%d → %s → %d, %v", d, d, back, err)
		}
	})
}
