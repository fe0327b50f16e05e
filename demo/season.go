package demo

import (
	"time"

	"haochaping/calendar"
)

// span is a run of days off, or of one extra working day.
type span struct{ from, to string }

// holidays are the long public holidays of the demo's calendar and extraDays the
// weekend days worked instead. They follow the usual pattern of the years and are
// good enough to look right; deadlines are not computed from them.
var (
	holidays = []span{
		{"2024-10-01", "2024-10-07"},
		{"2025-01-01", "2025-01-01"},
		{"2025-01-28", "2025-02-04"},
		{"2025-04-04", "2025-04-06"},
		{"2025-05-01", "2025-05-05"},
		{"2025-05-31", "2025-06-02"},
		{"2025-10-01", "2025-10-08"},
		{"2026-01-01", "2026-01-03"},
		{"2026-02-15", "2026-02-23"},
		{"2026-04-04", "2026-04-06"},
		{"2026-05-01", "2026-05-05"},
		{"2026-06-19", "2026-06-21"},
		{"2026-09-25", "2026-09-27"},
		{"2026-10-01", "2026-10-07"},
		{"2027-01-01", "2027-01-03"},
		{"2027-02-05", "2027-02-11"},
		{"2027-04-03", "2027-04-05"},
		{"2027-05-01", "2027-05-05"},
		{"2027-06-09", "2027-06-09"},
		{"2027-09-15", "2027-09-15"},
		{"2027-10-01", "2027-10-07"},
	}
	extraDays = []span{
		{"2025-01-26", "2025-01-26"},
		{"2025-02-08", "2025-02-08"},
		{"2025-04-27", "2025-04-27"},
		{"2025-09-28", "2025-09-28"},
		{"2025-10-11", "2025-10-11"},
		{"2026-01-04", "2026-01-04"},
		{"2026-02-14", "2026-02-14"},
		{"2026-02-28", "2026-02-28"},
		{"2026-05-09", "2026-05-09"},
		{"2026-09-20", "2026-09-20"},
		{"2026-10-10", "2026-10-10"},
	}
	daysOff, daysExtra = daySet(holidays), daySet(extraDays)
)

func daySet(spans []span) map[calendar.Day]bool {
	set := make(map[calendar.Day]bool)
	for _, s := range spans {
		from, errFrom := calendar.ParseDay(s.from)
		to, errTo := calendar.ParseDay(s.to)
		if errFrom != nil || errTo != nil {
			panic("demo: the table of holidays holds no date: " + s.from + " " + s.to)
		}
		for d := from; d <= to; d++ {
			set[d] = true
		}
	}
	return set
}

// holiday says whether a day is a public holiday. Years without a table have the
// ones whose date never changes.
func holiday(d calendar.Day) bool {
	if daysOff[d] {
		return true
	}
	_, month, day := d.Date()
	switch month {
	case time.January:
		return day == 1
	case time.May:
		return day <= 3
	case time.October:
		return day <= 7
	default:
		return false
	}
}

func weekend(d calendar.Day) bool {
	w := d.Weekday()
	return (w == time.Saturday || w == time.Sunday) && !daysExtra[d]
}

func working(d calendar.Day) bool { return !holiday(d) && !weekend(d) }

var (
	weekdayShape = [7]float64{.7, 1.18, 1.05, 1.0, .97, .88, .8} // Sunday first; weekend days here are worked ones
	monthShape   = [13]float64{0, .93, .9, 1.08, 1.04, 1, 1.02, 1.03, 1, 1.06, 1, 1.02, .95}
)

// hallShape is how busy halls are on a day; 1 = a usual one. On Saturdays only the
// large halls are open.
func hallShape(d calendar.Day) float64 {
	_, month, _ := d.Date()
	switch {
	case holiday(d):
		return 0
	case weekend(d):
		if d.Weekday() == time.Saturday {
			return .16 * monthShape[month]
		}
		return 0
	}
	f := weekdayShape[d.Weekday()] * monthShape[month]
	if holiday(d-1) || holiday(d-2) && !working(d-1) {
		f *= 1.25 // what waited
	}
	for ahead := calendar.Day(1); ahead <= 4; ahead++ {
		if holiday(d+ahead) && holiday(d+ahead+5) {
			f *= .8 // before the long holidays people are away
			break
		}
	}
	return f
}

// onlineShape is the same for portal and app, which never close.
func onlineShape(d calendar.Day) float64 {
	_, month, _ := d.Date()
	switch {
	case holiday(d):
		return .3 * monthShape[month]
	case weekend(d):
		return .45 * monthShape[month]
	}
	return weekdayShape[d.Weekday()] * monthShape[month]
}

// clock draws a second of the day from a weight per half-hour.
type clock struct{ table alias }

func newClock(from int, weights ...float64) clock {
	slots := make([]float64, 48)
	copy(slots[from:], weights)
	return clock{newAlias(slots)}
}

func (c *clock) draw(d *dice) int { return int(c.table.draw(d))*1800 + d.below(1800) }

// Halls have a peak at ten, a dip at noon and a second, lower peak at three; a few
// counters stay open over noon.
var (
	hallClock     = newClock(17, .2, 5, 8, 10, 9.5, 7, 3.2, .7, .6, 4, 6.5, 7.5, 6.5, 5, 2.6, .2)
	saturdayClock = newClock(18, 4, 7, 8, 7, 4, 1)
	onlineClock   = newClock(12, .4, .6, 1, 2, 4, 6, 8, 9, 9, 8, 6, 5, 5, 6, 7, 8, 8, 7, 6, 5, 4, 4, 5, 6, 6, 6, 5, 4, 3, 2, 1.4, 1, .6, .4, .2, .1)
)
