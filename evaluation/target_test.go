package evaluation

import (
	"errors"
	"math"
	"strings"
	"testing"

	"haochaping/calendar"
	"haochaping/directory"
)

func targetIndicator(t *testing.T, id string) TargetIndicator {
	t.Helper()
	for _, i := range TargetIndicators() {
		if i.ID == id {
			return i
		}
	}
	t.Fatalf("no target indicator %s", id)
	return TargetIndicator{}
}

func TestParseTarget(t *testing.T) {
	for _, tt := range []struct {
		id, text string
		want     float64
		zh       string // as it is written again
	}{
		{ActiveRate, "95%", 0.95, "95%"},
		{ActiveRate, " 95.30 ％ ", 0.953, "95.3%"},
		{ActiveRate, "99.9987%", 0.999987, "99.9987%"},
		{Coverage, "100%", 1, "100%"},
		{BadPer100k, "12.5", 12.5, "12.5"},
		{BadPer100k, "0", 0, "0"},
		{Ratings, "1,200,000", 1_200_000, "1,200,000"},
		{MedianHandling, "3天", 3 * 86400, "3.0 天"},
		{MedianHandling, "8 h", 8 * 3600, "8.0 小时"},
		{MedianHandling, "45分钟", 45 * 60, "45.0 分钟"},
	} {
		ind := targetIndicator(t, tt.id)
		got, err := ind.ParseTarget(tt.text)
		if err != nil || got != tt.want || ind.FormatTarget(got, "zh") != tt.zh {
			t.Errorf("%s %q = %v (%s), %v; want %v (%s)", tt.id, tt.text, got, ind.FormatTarget(got, "zh"), err, tt.want, tt.zh)
		}
	}
	for _, tt := range [][2]string{
		{ActiveRate, "95"},
		{ActiveRate, "0.95"},
		{ActiveRate, "100.01%"},
		{ActiveRate, "-1%"},
		{ActiveRate, ""},
		{ActiveRate, "%"},
		{ActiveRate, "1e1%"},
		{BadPer100k, "12%"},
		{BadPer100k, "100001"},
		{BadPer100k, "NaN"},
		{BadPer100k, "-3"},
		{Ratings, "1.5"},
		{Ratings, strings.Repeat("9", 16)},
		{MedianHandling, "3"},
		{MedianHandling, "3周"},
	} {
		if got, err := targetIndicator(t, tt[0]).ParseTarget(tt[1]); !errors.Is(err, ErrTargetValue) {
			t.Errorf("%s %q = %v, %v", tt[0], tt[1], got, err)
		}
	}
}

func TestTargetCheck(t *testing.T) {
	good := Target{TargetKey: TargetKey{ActiveRate, directory.KindRegion, "99", 2026}, Value: 0.9, Document: "示例〔2026〕1号"}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	removed := good
	removed.Removed, removed.Document, removed.Value = true, "", 0
	if err := removed.Check(); err != nil {
		t.Errorf("a removal without a document: %v", err)
	}
	for want, change := range map[string]func(*Target){
		"indicator": func(t *Target) { t.Indicator = "" },
		"unit":      func(t *Target) { t.Kind = directory.KindItem },
		"unit: ":    func(t *Target) { t.Unit = "" },
		"year":      func(t *Target) { t.Year = 26 },
		"value":     func(t *Target) { t.Value = math.Inf(1) },
		"document":  func(t *Target) { t.Document = "" },
		"document:": func(t *Target) { t.Document = strings.Repeat("号", MaxDocument+1) },
		"on one":    func(t *Target) { t.Document = "a\nb" },
	} {
		bad := good
		change(&bad)
		if err := bad.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// The latest version of a target counts, in whatever order they come; a removed one is none.
func TestTargets(t *testing.T) {
	key := TargetKey{ActiveRate, directory.KindRegion, "99", 2026}
	other := TargetKey{ActiveRate, directory.KindRegion, "99", 2025}
	set := NewTargets([]Target{
		{TargetKey: key, Value: 0.8, Version: 2}, {TargetKey: other, Value: 0.5, Version: 3}, {TargetKey: key, Value: 0.9, Version: 4}, {TargetKey: key, Value: 0.7, Version: 1},
	})
	if got, ok := set.Find(key); !ok || got.Value != 0.9 || len(set.All()) != 2 || set.All()[0].Year != 2026 {
		t.Errorf("%+v, %+v", got, set.All())
	}
	set = NewTargets([]Target{{TargetKey: key, Removed: true, Version: 5}, {TargetKey: key, Value: 0.9, Version: 4}})
	if _, ok := set.Find(key); ok || len(set.All()) != 0 {
		t.Error("a removed target counts")
	}
	var none *Targets
	if _, ok := none.Find(key); ok || none.All() != nil {
		t.Error("there is a target before any was read")
	}
}

func TestStand(t *testing.T) {
	year := calendar.Period(calendar.KindYear, calendar.MakeDay(2026, 1, 1))
	june := calendar.Period(calendar.KindMonth, calendar.MakeDay(2026, 6, 1))
	across := calendar.Range{From: year.From - 10, To: year.From + 10}
	value := func(n float64) Value { return Value{Number: n, Known: true} }
	for _, tt := range []struct {
		name, id string
		target   float64
		value    Value
		days     calendar.Range
		asOf     calendar.Day
		want     Standing
	}{
		{"more is better, equal", ActiveRate, 0.9, value(0.9), june, june.To, TargetReached},
		{"more is better, less", ActiveRate, 0.9, value(0.8999), june, june.To, TargetMissed},
		{"less is better, equal", BadPer100k, 10, value(10), june, june.To, TargetReached},
		{"less is better, more", BadPer100k, 10, value(10.1), june, june.To, TargetMissed},
		{"no data is not 0", BadPer100k, 10, Value{}, june, june.To, TargetUnknown},
		{"a part of the year reaches it", Ratings, 100, value(100), june, june.To, TargetReached},
		{"a part of the year does not", Ratings, 100, value(99), june, june.To, TargetOpen},
		{"the year has not ended", Ratings, 100, value(99), year, june.To, TargetOpen},
		{"the year misses it", Ratings, 100, value(99), year, year.To, TargetMissed},
		{"days of another year count for nothing", Ratings, 100, value(500), across, across.To, TargetOpen},
	} {
		if got := targetIndicator(t, tt.id).Stand(tt.target, 2026, tt.value, tt.days, tt.asOf); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
