package calendar

import (
	"testing"

	"pgregory.net/rapid"
)

func TestParsePeriod(t *testing.T) {
	tests := []struct{ text, want string }{
		{"2026-07-31", "2026-07-31"},
		{"2026-02", "2026-02-01..2026-02-28"},
		{"2026-Q3", "2026-07-01..2026-09-30"},
		{"2026-H2", "2026-07-01..2026-12-31"},
		{"2026", "2026-01-01..2026-12-31"},
		{"2026-W01", "2025-12-29..2026-01-04"},
		{"2026-W53", "2026-12-28..2027-01-03"},
	}
	for _, tt := range tests {
		if _, got, err := ParsePeriod(tt.text); err != nil || got.String() != tt.want {
			t.Errorf("ParsePeriod(%q) = %v, %v; want %s", tt.text, got, err, tt.want)
		}
	}
	for _, text := range []string{
		"", "26", "2026-", "2026-13", "2026-00", "2026-7", "2026-Q5", "2026-Q0", "2026-H3", "2025-W53", "2026-W1", "2026-02-30",
		"2026-W99999999999", "2026-999999999", "-2026", "0000", "2026-q3", "2026-H-1", "+026",
	} {
		if _, got, err := ParsePeriod(text); err == nil {
			t.Errorf("ParsePeriod(%q) = %v", text, got)
		}
	}
}

// Every label is read back as the period that it names.
func TestParsePeriodOfLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := Day(rapid.Int32Range(int32(MakeDay(2, 1, 1)), int32(MakeDay(9998, 12, 31))).Draw(t, "day"))
		kind := rapid.SampledFrom(Kinds()).Draw(t, "kind")
		gotKind, got, err := ParsePeriod(Label(kind, day))
		if err != nil || gotKind != kind || got != Period(kind, day) {
			t.Fatalf("ParsePeriod(%q) = %v, %v, %v; want %v", Label(kind, day), gotKind, got, err, Period(kind, day))
		}
	})
}
