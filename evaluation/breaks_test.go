package evaluation

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
)

func TestCrosses(t *testing.T) {
	may, june := calendar.MakeDay(2026, time.May, 1), calendar.MakeDay(2026, time.June, 1)
	breaks := []Break{{Day: may, Kind: BreakDefaultRule, Subject: "a"}, {Day: june, Kind: BreakCodeMap, Subject: "b"}}
	month := func(m time.Month) calendar.Range {
		return calendar.Period(calendar.KindMonth, calendar.MakeDay(2026, m, 1))
	}
	for _, tt := range []struct {
		name string
		a, b calendar.Range
		want string
	}{
		{"both before", month(time.March), month(time.April), ""},
		{"one before, one from the break on", month(time.April), month(time.May), "a"},
		{"the break lies between the two", month(time.March), month(time.June), "ab"},
		{"the other way round", month(time.June), month(time.March), "ab"},
		{"both from the break on", month(time.May), month(time.May), ""},
		{"within one period", calendar.Range{From: may - 3, To: may}, calendar.Range{From: may - 3, To: may}, "a"},
		{"it begins on the last day", calendar.Range{From: may, To: june}, calendar.Range{From: may, To: may + 3}, "b"},
		{"both after", month(time.July), month(time.August), ""},
	} {
		got := ""
		for _, b := range Crosses(breaks, tt.a, tt.b) {
			got += b.Subject
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// sent makes the days of a source: per day n chosen levels and booked(day) booked ones.
func sent(source string, from calendar.Day, days int, n uint64, booked func(int) uint64) (out []SourceDay) {
	for i := range days {
		out = append(out, SourceDay{Day: from + calendar.Day(i), Source: source, Levels: [5]uint64{4: n}, Defaults: [5]uint64{2: booked(i)}})
	}
	return out
}

func TestDefaultBreaks(t *testing.T) {
	from := calendar.MakeDay(2026, time.January, 1)
	none := func(int) uint64 { return 0 }
	for _, tt := range []struct {
		name   string
		n      uint64
		booked func(int) uint64
		want   []calendar.Day
	}{
		{"never", 50, none, nil},
		{"always", 50, func(int) uint64 { return 20 }, nil},
		{"from the 40th day on", 50, func(i int) uint64 { return map[bool]uint64{true: 20}[i >= 40] }, []calendar.Day{from + 40}},
		{"up to the 59th day", 50, func(i int) uint64 { return map[bool]uint64{true: 20}[i < 60] }, []calendar.Day{from + 60}},
		{"from the 40th to the 79th", 50, func(i int) uint64 { return map[bool]uint64{true: 20}[i >= 40 && i < 80] }, []calendar.Day{from + 40, from + 80}},
		{"working days only", 50, func(i int) uint64 { return map[bool]uint64{true: 20}[i >= 42 && i%7 < 5] }, []calendar.Day{from + 42}},
		{"a single one", 50, func(i int) uint64 { return map[bool]uint64{true: 1}[i == 40] }, nil},
		{"few booked", 2, func(i int) uint64 { return map[bool]uint64{true: 1}[i >= 40 && i%10 == 0] }, nil},
		{"a small source, often", 2, func(i int) uint64 { return map[bool]uint64{true: 1}[i >= 40] }, []calendar.Day{from + 40}},
		{"the last days alone", 50, func(i int) uint64 { return map[bool]uint64{true: 20}[i >= 110] }, nil},
		{"from the first days of the source on", 50, func(i int) uint64 { return map[bool]uint64{true: 20}[i >= 1] }, nil},
	} {
		days := append(sent("app", from, 120, tt.n, tt.booked), sent("tablets", from, 120, 400, none)...)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(days), func(i, j int) { days[i], days[j] = days[j], days[i] })
		var got []calendar.Day
		for _, b := range DefaultBreaks(days) {
			got = append(got, b.Day)
			if b.Kind != BreakDefaultRule || b.Subject != "app" || !strings.Contains(b.TextZH, "app") || !strings.Contains(b.TextEN, "app") {
				t.Errorf("%s: %+v", tt.name, b)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestBreakTexts(t *testing.T) {
	days := sent("app", calendar.MakeDay(2026, time.March, 1), 122, 50, func(i int) uint64 { return map[bool]uint64{true: 20}[i >= 61] })
	breaks := DefaultBreaks(days)
	if len(breaks) != 1 {
		t.Fatalf("%d breaks", len(breaks))
	}
	if got := breaks[0].Text("zh"); got != "2026年5月起，来源 app 记入系统默认评价" {
		t.Error(got)
	}
	if got := breaks[0].Text("en"); got != "in May 2026 the source app began recording default ratings" {
		t.Error(got)
	}
	if got := DayText(calendar.MakeDay(2026, time.May, 4), "zh") + DayText(calendar.MakeDay(2026, time.May, 4), "en"); got != "2026年5月4日4 May 2026" {
		t.Error(got)
	}
}
