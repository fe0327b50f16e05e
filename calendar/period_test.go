package calendar

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPeriods(t *testing.T) {
	tests := []struct {
		kind                                      Kind
		day, label, period, previous, next, lastY string
	}{
		{KindDay, "2028-02-29", "2028-02-29", "2028-02-29", "2028-02-28", "2028-03-01", "2027-02-28"},
		{KindWeek, "2026-07-31", "2026-W31", "2026-07-27..2026-08-02", "2026-07-20..2026-07-26", "2026-08-03..2026-08-09", "2025-07-28..2025-08-03"},
		{KindWeek, "2027-01-03", "2026-W53", "2026-12-28..2027-01-03", "2026-12-21..2026-12-27", "2027-01-04..2027-01-10", "2025-12-22..2025-12-28"},
		{KindWeek, "2025-12-29", "2026-W01", "2025-12-29..2026-01-04", "2025-12-22..2025-12-28", "2026-01-05..2026-01-11", "2024-12-30..2025-01-05"},
		{KindMonth, "2026-03-31", "2026-03", "2026-03-01..2026-03-31", "2026-02-01..2026-02-28", "2026-04-01..2026-04-30", "2025-03-01..2025-03-31"},
		{KindMonth, "2028-02-29", "2028-02", "2028-02-01..2028-02-29", "2028-01-01..2028-01-31", "2028-03-01..2028-03-31", "2027-02-01..2027-02-28"},
		{KindQuarter, "2026-01-01", "2026-Q1", "2026-01-01..2026-03-31", "2025-10-01..2025-12-31", "2026-04-01..2026-06-30", "2025-01-01..2025-03-31"},
		{KindQuarter, "2026-12-31", "2026-Q4", "2026-10-01..2026-12-31", "2026-07-01..2026-09-30", "2027-01-01..2027-03-31", "2025-10-01..2025-12-31"},
		{KindHalf, "2026-07-01", "2026-H2", "2026-07-01..2026-12-31", "2026-01-01..2026-06-30", "2027-01-01..2027-06-30", "2025-07-01..2025-12-31"},
		{KindYear, "2026-07-01", "2026", "2026-01-01..2026-12-31", "2025-01-01..2025-12-31", "2027-01-01..2027-12-31", "2025-01-01..2025-12-31"},
	}
	for _, tt := range tests {
		d := day(tt.day)
		got := []string{
			Label(tt.kind, d), Period(tt.kind, d).String(), Previous(tt.kind, d).String(), Next(tt.kind, d).String(), LastYear(tt.kind, d).String(),
		}
		if want := []string{tt.label, tt.period, tt.previous, tt.next, tt.lastY}; !slices.Equal(got, want) {
			t.Errorf("%s of %s:\ngot  %q\nwant %q", tt.kind, tt.day, got, want)
		}
	}
}

func TestParseKind(t *testing.T) {
	for _, k := range Kinds() {
		if got, err := ParseKind(string(k)); err != nil || got != k {
			t.Errorf("ParseKind(%s) = %s, %v", k, got, err)
		}
	}
	for _, text := range []string{"", "Month", "fortnight"} {
		if _, err := ParseKind(text); err == nil {
			t.Errorf("ParseKind(%q) is no error", text)
		}
	}
}

// Periods of a kind tile the days: each day lies in one, all its days lie in the same, and the
// neighbours begin where it ends.
func TestPeriodsTileDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(Kinds()).Draw(t, "kind")
		d := Day(rapid.Int32Range(-20_000, 60_000).Draw(t, "day"))
		p := Period(kind, d)
		if !p.Contains(d) || Period(kind, p.From) != p || Period(kind, p.To) != p {
			t.Fatalf("%s of %s is %s", kind, d, p)
		}
		if prev, next := Previous(kind, d), Next(kind, d); prev.To+1 != p.From || next.From != p.To+1 {
			t.Fatalf("%s: %s, %s, %s", kind, prev, p, next)
		}
		if Label(kind, p.From) != Label(kind, d) || Label(kind, p.From-1) >= Label(kind, d) {
			t.Fatalf("labels %s, %s", Label(kind, p.From-1), Label(kind, d))
		}
		last := LastYear(kind, d)
		if gap := int(p.From - last.From); gap < 357 || gap > 371 || Period(kind, last.From) != last {
			t.Fatalf("%s a year before %s is %s", kind, p, last)
		}
	})
}

func TestRange(t *testing.T) {
	r := Range{day("2026-01-30"), day("2026-03-01")}
	if got := r.Len(); got != 31 {
		t.Errorf("Len = %d, want 31", got)
	}
	if got := slices.Collect(r.Days()); len(got) != 31 || got[0] != r.From || got[30] != r.To {
		t.Errorf("Days = %v", got)
	}
	if got, want := slices.Collect(r.Months()), []Day{day("2026-01-01"), day("2026-02-01"), day("2026-03-01")}; !slices.Equal(got, want) {
		t.Errorf("Months = %v, want %v", got, want)
	}
	if got, want := r.Intersect(Range{day("2026-02-01"), day("2026-12-31")}), (Range{day("2026-02-01"), day("2026-03-01")}); got != want {
		t.Errorf("Intersect = %v, want %v", got, want)
	}
	empty := r.Intersect(Range{day("2027-01-01"), day("2027-12-31")})
	if empty.Len() != 0 || len(slices.Collect(empty.Days())) != 0 || len(slices.Collect(empty.Months())) != 0 || empty.Contains(empty.From) {
		t.Errorf("%v is not empty", empty)
	}
	if r.Contains(r.From-1) || !r.Contains(r.From) || !r.Contains(r.To) || r.Contains(r.To+1) {
		t.Error("Contains is wrong at the ends")
	}
	loc := zone("Asia/Shanghai")
	if got := r.End(loc).Sub(r.Start(loc)).Hours(); got != 31*24 {
		t.Errorf("the range has %v hours", got)
	}
	for d := range r.Days() {
		if d > r.From {
			break
		}
	}
	for m := range r.Months() {
		if m > r.From {
			break
		}
	}
}
