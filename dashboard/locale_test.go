package dashboard

import (
	"strings"
	"testing"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
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
		{0, 5, "0.00%"},
		{5, 5, "100%"},
		{9_999_999, 10_000_000, ">99.99%"},
		{99_994, 100_000, "99.99%"},
		{99_995, 100_000, ">99.99%"}, // would round to 100.00%
		{1, 10_000_000, "<0.01%"},
		{7, 5, "140.00%"}, // more answers than events: shown as it is
		{0, 0, "—"},       // no data is no number
	} {
		if got := l.Share(c.part, c.whole); got != c.want {
			t.Errorf("Share(%d, %d) = %q, want %q", c.part, c.whole, got, c.want)
		}
	}
}

// What the pages write is what files write.
func TestValuesAreWrittenAsInFiles(t *testing.T) {
	f := evaluation.Facts{
		Levels: [5]uint64{1, 1, 30, 400, 9000}, Events: 90, Rated: 70, Promised: 30, OnTime: 29,
		Handled: 3, Handling: evaluation.Histogram{200: 3},
	}
	for _, lang := range []string{Chinese, English} {
		l := testLocale(t, lang)
		for _, ind := range evaluation.Indicators() {
			v := ind.Of(&f)
			want := evaluation.FormatValue(ind, v, lang)
			if !v.Known {
				want = l.None()
			}
			if got := l.valueText(ind.ID, v); got != want {
				t.Errorf("%s in %s: %q, want %q", ind.ID, lang, got, want)
			}
			if number, unit := apart(want); v.Known && strings.ReplaceAll(want, " ", "") != number+unit {
				t.Errorf("%s: %q falls apart into %q and %q", ind.ID, want, number, unit)
			}
		}
	}
}

func TestHours(t *testing.T) {
	for _, c := range []struct{ hours, zh, en string }{
		{"Mon-Fri 09:00-17:00; Sat 09:00-12:00", "周一至周五 09:00–17:00；周六 09:00–12:00", "Mon–Fri 09:00–17:00; Sat 09:00–12:00"},
		{"Mon-Fri 09:00-12:00,13:00-17:00", "周一至周五 09:00–12:00、13:00–17:00", "Mon–Fri 09:00–12:00, 13:00–17:00"},
		{"工作日 9-17 时", "工作日 9-17 时", "工作日 9-17 时"},
		{"Month-end only", "Month-end only", "Month-end only"},
	} {
		if got := testLocale(t, Chinese).hours(c.hours).Text; got != c.zh {
			t.Errorf("%q in Chinese: %q, want %q", c.hours, got, c.zh)
		}
		if got := testLocale(t, English).hours(c.hours).Text; got != c.en {
			t.Errorf("%q in English: %q, want %q", c.hours, got, c.en)
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
