package evaluation

import (
	"slices"
	"testing"

	"haochaping/calendar"
)

// october is a period in which China has a week off from the 1st to the 7th and works on Saturday the 10th.
var october = calendar.Range{From: calendar.MakeDay(2026, 10, 1), To: calendar.MakeDay(2026, 10, 31)}

// steady is a source that sends 400 of every weekday and nothing of weekends, from a day on.
func steady(source string, from, to calendar.Day, change map[calendar.Day]uint64) (days []SourceDay) {
	for day := from; day <= to; day++ {
		n := uint64(400)
		if w := day.Weekday(); w == 0 || w == 6 {
			n = 0
		}
		if changed, ok := change[day]; ok {
			n = changed
		}
		if n > 0 {
			days = append(days, SourceDay{Day: day, Source: source, Levels: [5]uint64{0, 0, 0, 0, n}})
		}
	}
	return days
}

func TestArrivals(t *testing.T) {
	day := func(d int) calendar.Day { return calendar.MakeDay(2026, 10, d) }
	days := steady("city", calendar.MakeDay(2026, 5, 1), day(30), map[calendar.Day]uint64{
		day(5): 3, day(10): 380, day(13): 0, day(14): 150, day(15): 300, day(16): 345, day(20): 900,
	})
	days = append(days, steady("stopped", calendar.MakeDay(2026, 1, 5), calendar.MakeDay(2026, 6, 30), nil)...)
	days = append(days, steady("new", day(12), day(30), nil)...)
	days = append(days, SourceDay{Day: calendar.MakeDay(2026, 3, 2), Source: "rare", Superseded: 1})
	got := make(map[string]map[calendar.Day]Arrival)
	list := Arrivals(days, october, day(30), calendar.BuiltIn())
	for _, a := range list {
		if got[a.Source] == nil {
			got[a.Source] = make(map[calendar.Day]Arrival)
		}
		got[a.Source][a.Day] = a
	}
	for _, tt := range []struct {
		source string
		day    int
		want   ArrivalState
		usual  float64
	}{
		{"city", 5, ArrivalUnjudged, 400}, // a holiday
		{"city", 3, ArrivalUnjudged, 0},   // a Saturday among holidays
		{"city", 10, ArrivalUnjudged, 0},  // a worked Saturday
		{"city", 12, ArrivalUsual, 400},
		{"city", 13, ArrivalSilent, 400},
		{"city", 14, ArrivalLow, 400},
		{"city", 15, ArrivalBelow, 400},
		{"city", 16, ArrivalUsual, 400}, // off by less than a fifth
		{"city", 17, ArrivalNone, 0},    // a Saturday
		{"city", 20, ArrivalMore, 400},
		{"city", 21, ArrivalUsual, 400}, // one wild day does not move the median
		{"city", 30, ArrivalUnjudged, 400},
		{"stopped", 14, ArrivalSilent, 400}, // four months of silence do not make silence usual
		{"new", 14, ArrivalUnjudged, 0},
		{"rare", 14, ArrivalUnjudged, 0},
	} {
		if a := got[tt.source][day(tt.day)]; a.State != tt.want || a.Usual != tt.usual {
			t.Errorf("%s on the %dth: %s against %g, want %s against %g", tt.source, tt.day, a.State, a.Usual, tt.want, tt.usual)
		}
	}
	if _, ok := got["new"][day(11)]; ok {
		t.Error("a source is judged before its first day")
	}
	if _, ok := got["city"][day(31)]; ok {
		t.Error("a day that has not come is judged")
	}
	slices.SortFunc(list, func(a, b Arrival) int { return CompareArrivals(&a, &b) })
	if list[0].State != ArrivalSilent {
		t.Errorf("%+v is called the worst", list[0])
	}
}

// A source that sends three a day is not called silent for a day without any: that is chance.
func TestArrivalsOfSmallSources(t *testing.T) {
	var days []SourceDay
	for day := calendar.MakeDay(2026, 5, 1); day <= october.To; day++ {
		if day != calendar.MakeDay(2026, 10, 20) {
			days = append(days, SourceDay{Day: day, Source: "small", Unanswered: 3})
		}
	}
	for _, a := range Arrivals(days, october, october.To+1, calendar.BuiltIn()) {
		if a.StandsOut() {
			t.Errorf("%+v stands out", a)
		}
	}
}
