package calendar

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var office = Hours{{9 * 3600, 12 * 3600}, {13 * 3600, 17 * 3600}}

func TestHoursCheck(t *testing.T) {
	if err := office.Check(); err != nil || office.Length() != 7*3600 {
		t.Errorf("%v, %d s a day", err, office.Length())
	}
	for _, bad := range []Hours{nil, {{0, 0}}, {{-1, 5}}, {{0, secondsPerDay + 1}}, {{5, 9}, {8, 10}}, {{9, 5}}} {
		if bad.Check() == nil {
			t.Errorf("%v passes", bad)
		}
	}
}

func TestWorkingSeconds(t *testing.T) {
	shanghai := zone("Asia/Shanghai")
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04:05", text, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, tt := range []struct {
		from, to string
		want     int64
	}{
		{"2026-11-23 09:00:00", "2026-11-23 17:00:00", 7 * 3600},
		{"2026-11-23 00:00:00", "2026-11-24 00:00:00", 7 * 3600},
		{"2026-11-23 12:00:00", "2026-11-23 13:00:00", 0},
		{"2026-11-23 11:59:59", "2026-11-23 13:00:01", 2},
		{"2026-11-20 16:00:00", "2026-11-23 10:30:00", 2*3600 + 1800}, // over a weekend
		{"2026-11-21 10:00:00", "2026-11-22 10:00:00", 0},
		{"2026-09-30 16:00:00", "2026-10-08 10:00:00", 2 * 3600}, // over the National Day
		{"2026-10-09 17:00:00", "2026-10-12 09:00:00", 7 * 3600}, // Saturday worked
		{"2026-11-23 17:00:00", "2026-11-23 09:00:00", 0},        // the wrong way round
	} {
		got, known := BuiltIn().WorkingSeconds(at(tt.from), at(tt.to), office, shanghai)
		if got != tt.want || !known {
			t.Errorf("%s to %s: %d s, known %v; want %d", tt.from, tt.to, got, known, tt.want)
		}
	}
	for _, unknown := range [][2]string{
		{"2026-12-31 16:00:00", "2027-01-04 10:00:00"},
		{"2027-01-04 09:00:00", "2027-01-04 10:00:00"},
		{"2003-12-31 16:00:00", "2004-01-05 10:00:00"},
		{"2027-01-04 10:00:00", "2027-01-04 09:00:00"},
	} {
		if got, known := BuiltIn().WorkingSeconds(at(unknown[0]), at(unknown[1]), office, shanghai); known || got != 0 {
			t.Errorf("%s to %s: %d s are known", unknown[0], unknown[1], got)
		}
	}
}

func anyInstant(t *rapid.T, label string) time.Time {
	from, to := time.Date(2004, 1, 2, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC).Unix()
	return time.Unix(rapid.Int64Range(from, to).Draw(t, label), 0)
}

// Working time adds up over any instant between, and is what the cumulative table gives by subtraction.
func TestWorkingSecondsAddUp(t *testing.T) {
	shanghai := zone("Asia/Shanghai")
	table := BuiltIn().Cumulative(BuiltIn().Years(), office)
	if len(table) != BuiltIn().Years().Len() {
		t.Fatalf("%d rows", len(table))
	}
	first := table[0].Day
	before := func(when time.Time) int64 {
		row := table[DayOf(when, shanghai)-first]
		if !row.Working {
			return row.Before
		}
		return row.Before + office.until(secondOfDay(when, shanghai))
	}
	rapid.Check(t, func(t *rapid.T) {
		times := []time.Time{anyInstant(t, "a"), anyInstant(t, "b"), anyInstant(t, "c")}
		slices.SortFunc(times, time.Time.Compare)
		ab, _ := BuiltIn().WorkingSeconds(times[0], times[1], office, shanghai)
		bc, _ := BuiltIn().WorkingSeconds(times[1], times[2], office, shanghai)
		ac, known := BuiltIn().WorkingSeconds(times[0], times[2], office, shanghai)
		if !known || ab+bc != ac || ac != before(times[2])-before(times[0]) {
			t.Fatalf("%v: %d + %d, whole %d, by the table %d", times, ab, bc, ac, before(times[2])-before(times[0]))
		}
		if natural := times[2].Unix() - times[0].Unix(); ac > natural {
			t.Fatalf("%d s of work in %d s", ac, natural)
		}
	})
}

// Days of unknown years have no row; what is counted goes on behind them.
func TestCumulativeUnknown(t *testing.T) {
	w := BuiltIn().With(statutory(2028))
	rows := w.Cumulative(Range{day("2026-12-30"), day("2028-01-04")}, office)
	want := []DayTime{
		{day("2026-12-30"), true, 0},
		{day("2026-12-31"), true, 7 * 3600},
		{day("2028-01-01"), false, 14 * 3600},
		{day("2028-01-02"), false, 14 * 3600},
		{day("2028-01-03"), true, 14 * 3600},
		{day("2028-01-04"), true, 21 * 3600},
	}
	if !slices.Equal(rows, want) {
		t.Errorf("%v", rows)
	}
}
