package dashboard

import (
	"math"
	"testing"
	"time"

	"haochaping/calendar"
)

func testLocale(tb testing.TB, lang string) locale {
	tb.Helper()
	w, err := loadWords(Chinese)
	if err != nil {
		tb.Fatal(err)
	}
	return locale{words: w, lang: lang, zone: testZone}
}

func TestShareNeverRoundsToAllOrNothing(t *testing.T) {
	l := testLocale(t, English)
	for _, c := range []struct {
		part, whole uint64
		want        string
	}{
		{1, 2, "50.00%"},
		{2, 3, "66.67%"},
		{0, 5, "0%"},
		{5, 5, "100%"},
		{9_999_999, 10_000_000, ">99.99%"},
		{math.MaxUint64 - 1, math.MaxUint64, ">99.99%"},
		{99_994, 100_000, "99.99%"},
		{99_995, 100_000, ">99.99%"}, // would round to 100.00%
		{99_989, 100_000, "99.99%"},
		{1, 10_000_000, "<0.01%"},
		{13_460_453, 13_461_728, "99.99%"},
		{7, 5, "140.00%"}, // more answers than events: shown as it is
	} {
		got, ok := l.Share(c.part, c.whole)
		if !ok || got != c.want {
			t.Errorf("Share(%d, %d) = %q, %v, want %q", c.part, c.whole, got, ok, c.want)
		}
	}
	if got, ok := l.Share(0, 0); ok {
		t.Errorf("Share(0, 0) = %q: no data must not be a number", got)
	}
}

func TestPer100k(t *testing.T) {
	l := testLocale(t, Chinese)
	for _, c := range []struct {
		part, whole uint64
		want        string
	}{
		{0, 10, "0.0"},
		{1275, 13_461_728, "9.5"},
		{1, 10_000_000, "<0.1"},
		{1, 2_000_000, "0.1"}, // 0.05, half up
		{1, 3, "33,333.3"},
		{5, 5, "100,000.0"},
	} {
		if got, ok := l.Per100k(c.part, c.whole); !ok || got != c.want {
			t.Errorf("Per100k(%d, %d) = %q, %v, want %q", c.part, c.whole, got, ok, c.want)
		}
	}
	if _, ok := l.Per100k(0, 0); ok {
		t.Error("Per100k(0, 0) must not be a number")
	}
}

func TestNumbers(t *testing.T) {
	l := testLocale(t, English)
	for n, want := range map[uint64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345", 123456: "123,456", 1234567: "1,234,567", math.MaxUint64: "18,446,744,073,709,551,615",
	} {
		if got := l.Int(n); got != want {
			t.Errorf("Int(%d) = %q, want %q", n, got, want)
		}
	}
	for _, c := range []struct {
		v        float64
		decimals int
		want     string
	}{{1234.56, 1, "1,234.6"}, {-0.04, 1, "0.0"}, {-12.34, 1, "-12.3"}, {0.5, 0, "0"}, {999.96, 1, "1,000.0"}} {
		if got := l.Fixed(c.v, c.decimals); got != c.want {
			t.Errorf("Fixed(%v, %d) = %q, want %q", c.v, c.decimals, got, c.want)
		}
	}
}

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		seconds float64
		zh, en  string
	}{
		{30, "0.5 分钟", "0.5 minutes"},
		{90 * 60, "90.0 分钟", "90.0 minutes"},
		{2 * 3600, "2.0 小时", "2.0 hours"},
		{47 * 3600, "47.0 小时", "47.0 hours"},
		{6.5911 * 86400, "6.6 天", "6.6 days"},
		{123.4 * 86400, "123 天", "123 days"},
	} {
		if got := testLocale(t, Chinese).Span(c.seconds); got != c.zh {
			t.Errorf("Span(%v) = %q, want %q", c.seconds, got, c.zh)
		}
		if got := testLocale(t, English).Span(c.seconds); got != c.en {
			t.Errorf("Span(%v) = %q, want %q", c.seconds, got, c.en)
		}
	}
}

func TestDates(t *testing.T) {
	day := calendar.MakeDay
	for _, c := range []struct {
		r      calendar.Range
		zh, en string
	}{
		{calendar.Range{From: day(2026, 5, 4), To: day(2026, 5, 4)}, "2026年5月4日", "4 May 2026"},
		{calendar.Range{From: day(2026, 5, 4), To: day(2026, 5, 9)}, "2026年5月4日–9日", "4–9 May 2026"},
		{calendar.Range{From: day(2026, 5, 4), To: day(2026, 6, 1)}, "2026年5月4日–6月1日", "4 May – 1 Jun 2026"},
		{calendar.Range{From: day(2025, 12, 31), To: day(2026, 1, 1)}, "2025年12月31日–2026年1月1日", "31 Dec 2025 – 1 Jan 2026"},
	} {
		if got := testLocale(t, Chinese).Range(c.r); got != c.zh {
			t.Errorf("Range(%v) = %q, want %q", c.r, got, c.zh)
		}
		if got := testLocale(t, English).Range(c.r); got != c.en {
			t.Errorf("Range(%v) = %q, want %q", c.r, got, c.en)
		}
	}
	l := testLocale(t, Chinese)
	if got := l.Clock(testNow.Add(-time.Hour), testNow); got != "今天 09:30" {
		t.Errorf("Clock = %q", got)
	}
	if got := l.Clock(testNow.Add(-24*time.Hour), testNow); got != "2026年11月22日 10:30" {
		t.Errorf("Clock = %q", got)
	}
}
