package calendar

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseTime(t *testing.T) {
	shanghai := zone("Asia/Shanghai")
	tests := []struct {
		text, layouts, want string
		dateOnly            bool
	}{
		{"2026-07-01 09:05:07", "", "2026-07-01T09:05:07+08:00", false},
		{"20260701090507", "", "2026-07-01T09:05:07+08:00", false},
		{"20260701T090507", "", "2026-07-01T09:05:07+08:00", false},
		{"2026-07-01T09:05:07", "", "2026-07-01T09:05:07+08:00", false},
		{"2026-07-01T09:05:07Z", "", "2026-07-01T17:05:07+08:00", false},
		{"2026-07-01T09:05:07.25+02:00", "", "2026-07-01T15:05:07.25+08:00", false},
		{"2026-07-01", "", "2026-07-01T00:00:00+08:00", true},
		{"20260701", "", "2026-07-01T00:00:00+08:00", true},
		{" 2026-07-01\n", "", "2026-07-01T00:00:00+08:00", true},
		{"2026-07-01 09:05:07.125", "yyyy-MM-dd HH:mm:ss", "2026-07-01T09:05:07.125+08:00", false},
		{"01/07/2026", "dd/MM/yyyy", "2026-07-01T00:00:00+08:00", true},
		{"01/07/2026", "MM/dd/yyyy", "2026-01-07T00:00:00+08:00", true},
		{"2026年07月01日 09:05", "yyyy年MM月dd日 HH:mm", "2026-07-01T09:05:00+08:00", false},
		{"2026-07-01 09:05:07,125", "yyyy-MM-dd HH:mm:ss,SSS", "2026-07-01T09:05:07.125+08:00", false},
		{"2026-07-01 09:05:07.125", "YYYY-MM-DD hh:mm:ss.SSS", "2026-07-01T09:05:07.125+08:00", false},
		{"2026-07-01 09:05-03:00", "yyyy-MM-dd HH:mmXXX", "2026-07-01T20:05:00+08:00", false},
		{"2026-07-01T09:05:07Z", "rfc3339", "2026-07-01T17:05:07+08:00", false},
		{"20260701", "yyyy-MM-dd or yyyyMMdd", "2026-07-01T00:00:00+08:00", true},
	}
	for _, tt := range tests {
		var layouts []Layout
		if tt.layouts != "" {
			layouts = mustLayouts(strings.Split(tt.layouts, " or ")...)
		}
		got, dateOnly, err := ParseTime(tt.text, shanghai, layouts...)
		if err != nil || got.In(shanghai).Format(time.RFC3339Nano) != tt.want || dateOnly != tt.dateOnly {
			t.Errorf("ParseTime(%q, %q) = %s, %v, %v; want %s, %v", tt.text, tt.layouts, got, dateOnly, err, tt.want, tt.dateOnly)
		}
	}
}

func TestParseTimeErrors(t *testing.T) {
	tests := []struct{ text, layout string }{
		{"", ""},
		{"2026-02-30", ""},
		{"2026-07-01 24:00:00", ""},
		{"2026-07-01 09:05:60", ""},
		{"2026-07-01 09:05", ""},
		{"202607010905", ""},
		{"2026070109050", ""},
		{"1782867907", ""},
		{"01/07/2026", ""},
		{"0000-01-01", ""},
		{"2026-07-01", "yyyy-MM-dd HH:mm:ss"},
		{"2026-07-01 09:05:07", "yyyy-MM-dd"},
		{"2026-07-01T09:05:07", "rfc3339"},
	}
	for _, tt := range tests {
		var layouts []Layout
		if tt.layout != "" {
			layouts = mustLayouts(tt.layout)
		}
		if got, _, err := ParseTime(tt.text, time.UTC, layouts...); err == nil {
			t.Errorf("ParseTime(%q, %q) = %s", tt.text, tt.layout, got)
		} else if len(layouts) == 1 && !strings.Contains(err.Error(), tt.layout) {
			t.Errorf("%v does not name the layout", err)
		}
	}
	if _, _, err := ParseTime(strings.Repeat("9", 10_000), time.UTC); err == nil || len(err.Error()) > 300 {
		t.Errorf("the error repeats a long text: %d bytes", len(err.Error()))
	}
}

func TestParseLayout(t *testing.T) {
	for _, pattern := range []string{
		"", "yyyy-MM", "HH:mm:ss", "yyyy-MM-dd ss", "yyyy-MM-dd HH", "yyyy-MM-dd HH:ss", "yyyy-MM-dd.SSS", "yyyy-MM-ddXXX",
		"yyyy-MM-dd yyyy", "yy-MM-dd", "2006-01-02", "yyyy-MM-dd HH:mm:ss a", "yyyyMMddHHmmssSSS", "yyyy-MM-dd mmm",
	} {
		if l, err := ParseLayout(pattern); err == nil {
			t.Errorf("ParseLayout(%q) = %q", pattern, l.layout)
		}
	}
	l, err := ParseLayout("dd/MM/yyyy")
	if err != nil || l.String() != "dd/MM/yyyy" || !l.DateOnly() {
		t.Errorf("%v, %v", l, err)
	}
}

func TestCommonLayoutsAreUnambiguous(t *testing.T) {
	loc := zone("Asia/Shanghai")
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom(commonLayouts).Draw(t, "layout")
		// From 1992: before, the zone had summer time, in which an hour of autumn comes twice.
		instant := time.Unix(rapid.Int64Range(694_224_000, 4_000_000_000).Draw(t, "instant"), 0).In(loc)
		got, dateOnly, err := ParseTime(instant.Format(l.layout), loc)
		if err != nil || dateOnly != l.DateOnly() {
			t.Fatalf("%s: %v, %v", instant.Format(l.layout), dateOnly, err)
		}
		if want := instant; !dateOnly && !got.Equal(want) || dateOnly && !got.Equal(DayOf(want, loc).Start(loc)) {
			t.Fatalf("%s: %s, want %s", instant.Format(l.layout), got, want)
		}
	})
}

func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2026-07-01", "20260701T090507", "2026-07-01T09:05:07.1Z", "9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, _, err := ParseTime(text, time.UTC)
		if err == nil && (got.Year() < 0 || got.Year() > 10000) {
			t.Fatalf("ParseTime(%q) = %s", text, got)
		}
	})
}
