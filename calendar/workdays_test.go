package calendar

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Days as the notices of the State Council name them, the odd ones first.
func TestBuiltInDays(t *testing.T) {
	for _, tt := range []struct {
		day     string
		working bool
	}{
		{"2005-12-31", true},  // Saturday worked for 3 January 2006
		{"2006-01-03", false}, // Tuesday
		{"2007-12-29", true},
		{"2007-12-31", false},
		{"2008-09-28", true},
		{"2012-09-29", true},
		{"2013-09-29", true},
		{"2015-09-03", false}, // 70 years after the war
		{"2015-09-06", true},
		{"2018-12-29", true},
		{"2018-12-31", false},
		{"2019-05-05", true},
		{"2020-01-31", false}, // the Spring Festival that was extended
		{"2020-02-01", false}, // first announced as worked
		{"2020-02-02", false},
		{"2020-02-03", true},
		{"2023-10-08", true},
		{"2024-10-12", true},
		{"2025-01-28", false},
		{"2025-10-08", false},
		{"2026-02-14", true},
		{"2026-02-23", false},
		{"2026-02-28", true},
		{"2026-09-20", true},
		{"2026-10-10", true},
		{"2026-11-23", true},
		{"2026-11-22", false},
	} {
		working, known := BuiltIn().Working(day(tt.day))
		if working != tt.working || !known {
			t.Errorf("%s: working %v, known %v; want working %v", tt.day, working, known, tt.working)
		}
	}
}

// What is swapped is given back: over a year, the weekdays off less the days of weekends worked are the statutory
// holidays: 10 until 2007, 11 until 2024, 13 since.
func TestBuiltInYearsAddUp(t *testing.T) {
	extra := map[int]int{
		2005: -1, 2006: +1 - 2, 2007: +2, // worked at the end of the year for days off after 1 January
		2011: -1, 2012: +1,
		2015: +1, // 3 September
		2020: +2, // 31 January off besides, and 1 February not worked after all
	}
	for year := firstBuiltIn; year <= lastBuiltIn; year++ {
		want := 11 + extra[year]
		if year < 2008 {
			want--
		} else if year >= 2025 {
			want += 2
		}
		balance := 0
		for _, r := range BuiltIn().Rules(year) {
			weekend := r.Day.Weekday() == time.Saturday || r.Day.Weekday() == time.Sunday
			switch {
			case r.Working && !weekend:
				t.Errorf("%s (%s) is worked in exchange, but is no day of a weekend", r.Day, r.Name)
			case r.Working:
				balance--
			case !weekend:
				balance++
			}
		}
		if balance != want {
			t.Errorf("%d: %d weekdays off more than weekend days worked, want %d", year, balance, want)
		}
		if missing := BuiltIn().Missing(year); len(missing) > 0 {
			t.Errorf("%d: statutory holidays are worked: %v", year, missing)
		}
		if BuiltIn().Origin(year) != OriginBuiltIn {
			t.Errorf("%d: origin %s", year, BuiltIn().Origin(year))
		}
	}
	if BuiltIn().Known(firstBuiltIn-1) || BuiltIn().Known(lastBuiltIn+1) {
		t.Error("a year outside the table is known")
	}
}

// The first day of the lunar year lies between 21 January and 20 February, and a lunar year has 354 to 355 or 383 to
// 385 days; 2033 is the year that many calendars got wrong, 2027 and 2030 fall within an hour of midnight.
func TestLunarDays(t *testing.T) {
	var last Day
	for year := FirstLunarYear; year <= LastLunarYear; year++ {
		spring, ok := SpringFestival.In(year)
		boat, boatOK := DragonBoat.In(year)
		moon, moonOK := MidAutumn.In(year)
		if !ok || !boatOK || !moonOK {
			t.Fatalf("%d: a holiday is missing", year)
		}
		if spring < MakeDay(year, time.January, 21) || spring > MakeDay(year, time.February, 20) {
			t.Errorf("%d: Spring Festival on %s", year, spring)
		}
		if n := int(spring - last); last != 0 && (n < 353 || n > 355 && n < 383 || n > 385) {
			t.Errorf("%d: the lunar year before has %d days", year, n)
		}
		// four months and four days after the first day; five with a leap month between
		if n := int(boat - spring); n < 120 || n > 124 && n < 150 || n > 153 {
			t.Errorf("%d: Dragon Boat %d days after the Spring Festival", year, n)
		}
		// three months and ten days apart
		if n := int(moon - boat); n < 97 || n > 100 && n < 127 || n > 130 {
			t.Errorf("%d: Mid-Autumn %d days after Dragon Boat", year, n)
		}
		last = spring
	}
	for text, year := range map[string]int{"2026-02-17": 2026, "2027-02-06": 2027, "2030-02-03": 2030, "2033-01-31": 2033, "2034-02-19": 2034} {
		if got, _ := SpringFestival.In(year); got != day(text) {
			t.Errorf("Spring Festival %s, want %s", got, text)
		}
	}
	if _, ok := SpringFestival.In(2051); ok {
		t.Error("a Spring Festival is known beyond the table")
	}
}

// arrangement2027 is an invented one, complete.
func arrangement2027() []WorkdayRule {
	var rules []WorkdayRule
	add := func(name, from, to string, worked ...string) {
		for d := day(from); d <= day(to); d++ {
			rules = append(rules, WorkdayRule{Day: d, Name: name})
		}
		for _, text := range worked {
			rules = append(rules, WorkdayRule{Day: day(text), Working: true, Name: name})
		}
	}
	add("元旦", "2027-01-01", "2027-01-03")
	add("春节", "2027-02-05", "2027-02-12", "2027-02-14")
	add("清明节", "2027-04-03", "2027-04-05")
	add("劳动节", "2027-05-01", "2027-05-05", "2027-05-08")
	add("端午节", "2027-06-09", "2027-06-09")
	add("中秋节", "2027-09-15", "2027-09-15")
	add("国庆节", "2027-10-01", "2027-10-07", "2027-10-09")
	return rules
}

func TestImportedYear(t *testing.T) {
	whole := arrangement2027()
	w := BuiltIn().With(whole)
	if !w.Known(2027) || w.Origin(2027) != OriginImported || w.Known(2028) {
		t.Fatalf("2027 %s, 2028 known %v", w.Origin(2027), w.Known(2028))
	}
	if working, known := w.Working(day("2027-02-14")); !working || !known {
		t.Error("the Sunday worked in exchange is off")
	}
	if w.Years().String() != "2004-01-01..2027-12-31" {
		t.Errorf("years %s", w.Years())
	}
	if BuiltIn().Known(2027) {
		t.Error("the import changed the built-in table")
	}

	// Days alone are no arrangement of a year: one statutory holiday that is worked keeps it unknown.
	for _, gone := range []string{"2027-01-01", "2027-02-08", "2027-04-05", "2027-06-09", "2027-09-15", "2027-10-01"} {
		part := slices.DeleteFunc(slices.Clone(whole), func(r WorkdayRule) bool { return r.Day == day(gone) })
		w := BuiltIn().With(part)
		missing := w.Missing(2027)
		if w.Known(2027) || len(missing) != 1 || missing[0].Day != day(gone) {
			t.Errorf("without %s: known %v, missing %v", gone, w.Known(2027), missing)
		}
		if !w.With(whole[:len(whole)-1]).Known(2027) {
			t.Errorf("without %s: unknown though the rest came later", gone)
		}
	}

	// A year that does not touch the others leaves a gap, and sums do not go over it.
	apart := BuiltIn().With(statutory(2028))
	if !apart.Known(2028) || apart.Years().To != day("2028-12-31") || !slices.Equal(apart.Unknown(apart.Years()), []int{2027}) {
		t.Errorf("2028 known %v, unknown %v", apart.Known(2028), apart.Unknown(apart.Years()))
	}
	if _, known := apart.Count(Range{day("2026-12-31"), day("2028-01-03")}); known {
		t.Error("days are counted over a year that is unknown")
	}
}

func TestImportedDayOverrides(t *testing.T) {
	w := BuiltIn().With([]WorkdayRule{{Day: day("2026-11-23"), Name: "停电"}, {Day: day("2026-10-10"), Name: "改为休息"}})
	if working, known := w.Working(day("2026-11-23")); working || !known {
		t.Errorf("imported day off: working %v, known %v", working, known)
	}
	before, _ := BuiltIn().Count(yearOf(2026))
	after, known := w.Count(yearOf(2026))
	if after != before-2 || !known || w.Origin(2026) != OriginChanged || w.Origin(2025) != OriginBuiltIn {
		t.Errorf("%d working days after %d, origin %s", after, before, w.Origin(2026))
	}
	back := w.With([]WorkdayRule{{Day: day("2026-11-23"), Working: true}, {Day: day("2026-10-10"), Working: true}})
	if back.Origin(2026) != OriginBuiltIn {
		t.Errorf("taken back: origin %s", back.Origin(2026))
	}
}

// Round the National Day of 2026: off 1 to 7 October, Saturday the 10th worked.
func TestAddWorkingDays(t *testing.T) {
	for _, tt := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-09-30", 0, "2026-09-30"},
		{"2026-09-30", 1, "2026-10-08"},
		{"2026-10-03", 1, "2026-10-08"},
		{"2026-10-03", 0, "2026-10-03"},
		{"2026-09-30", 3, "2026-10-10"},
		{"2026-09-30", 4, "2026-10-12"},
		{"2026-10-12", -1, "2026-10-10"},
		{"2026-10-08", -1, "2026-09-30"},
		{"2025-12-31", 1, "2026-01-04"}, // a Sunday
	} {
		if got, known := BuiltIn().AddWorkingDays(day(tt.from), tt.n); got != day(tt.want) || !known {
			t.Errorf("%d working days after %s: %s, known %v; want %s", tt.n, tt.from, got, known, tt.want)
		}
	}
	for _, unknown := range []struct {
		from string
		n    int
	}{{"2026-12-31", 1}, {"2027-01-04", 0}, {"2004-01-01", -1}, {"2026-01-01", 1_000_000_000}} {
		if _, known := BuiltIn().AddWorkingDays(day(unknown.from), unknown.n); known {
			t.Errorf("%d working days after %s are known", unknown.n, unknown.from)
		}
	}
}

func anyDay(t *rapid.T, label string) Day {
	return Day(rapid.IntRange(int(day("2004-01-01")), int(day("2026-12-31"))).Draw(t, label))
}

// The n-th working day after a day is the one up to which n are counted, and a working day itself.
func TestAddWorkingDaysInvertsCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDay(t, "from"), rapid.IntRange(1, 300).Draw(t, "n")
		end, known := BuiltIn().AddWorkingDays(d, n)
		if !known {
			if free, _ := BuiltIn().Count(Range{d + 1, day("2026-12-31")}); free >= n {
				t.Fatalf("%d working days after %s are not known, though %d follow", n, d, free)
			}
			return
		}
		counted, countKnown := BuiltIn().Count(Range{d + 1, end})
		working, _ := BuiltIn().Working(end)
		if counted != n || !countKnown || !working {
			t.Fatalf("%s + %d = %s, worked %v, counts %d back", d, n, end, working, counted)
		}
		if start, _ := BuiltIn().AddWorkingDays(end+1, -n); start <= d {
			t.Fatalf("%d working days back from %s: %s, not after %s", n, end+1, start, d)
		}
	})
}

func TestCountAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := []Day{anyDay(t, "a"), anyDay(t, "b"), anyDay(t, "c")}
		slices.Sort(days)
		first, _ := BuiltIn().Count(Range{days[0], days[1] - 1})
		second, _ := BuiltIn().Count(Range{days[1], days[2]})
		whole, known := BuiltIn().Count(Range{days[0], days[2]})
		one := 0
		for d := days[0]; d <= days[2]; d++ {
			if working, _ := BuiltIn().Working(d); working {
				one++
			}
		}
		if !known || whole != first+second || whole != one {
			t.Fatalf("%v: %d + %d, whole %d, one by one %d", days, first, second, whole, one)
		}
	})
}
