package calendar

import (
	"fmt"
	"time"
)

// Stretch is a part of a day by its clock, in seconds from midnight: 0 ≤ From < To ≤ 86,400.
type Stretch struct{ From, To int }

// Hours are the office hours of a working day: stretches in rising order that do not overlap.
type Hours []Stretch

// Check says what is wrong with office hours, nil when nothing.
func (h Hours) Check() error {
	if len(h) == 0 {
		return fmt.Errorf("office hours: there are none: name at least one stretch of the day")
	}
	end := 0
	for i, s := range h {
		if s.From < end || s.To <= s.From || s.To > secondsPerDay {
			return fmt.Errorf("office hours: stretch %d (%d to %d s): want rising stretches without overlap within 0 to %d s",
				i+1, s.From, s.To, secondsPerDay)
		}
		end = s.To
	}
	return nil
}

// Length is the working time of a working day, in seconds.
func (h Hours) Length() int64 { return h.until(secondsPerDay) }

// until is the working time of a working day before a second of it.
func (h Hours) until(second int) (s int64) {
	for _, stretch := range h {
		s += int64(max(0, min(second, stretch.To)-stretch.From))
	}
	return s
}

// WorkingSeconds is the working time between two instants by the clock of a zone, in whole seconds: the office hours
// of the working days between them. It adds up: a to c is a to b and b to c. It is 0 when to is not after
// from. known is false when a day from the first to the last lies in an unknown year.
//
// Where clocks are put forward or back within office hours, it is the clock that counts.
func (w *Workdays) WorkingSeconds(from, to time.Time, hours Hours, loc *time.Location) (s int64, known bool) {
	first, last := DayOf(from, loc), DayOf(to, loc)
	if !to.After(from) {
		_, known = w.Working(first)
		return 0, known
	}
	full, known := w.Count(Range{first, last - 1})
	lastWorking, lastKnown := w.Working(last)
	firstWorking, firstKnown := w.Working(first)
	if !known || !lastKnown || !firstKnown {
		return 0, false
	}
	s = int64(full) * hours.Length()
	if lastWorking {
		s += hours.until(secondOfDay(to, loc))
	}
	if firstWorking {
		s -= hours.until(secondOfDay(from, loc))
	}
	return max(0, s), true
}

// secondOfDay is what the clock shows, as seconds from midnight.
func secondOfDay(t time.Time, loc *time.Location) int {
	hour, minute, second := t.In(loc).Clock()
	return hour*3600 + minute*60 + second
}

// DayTime is a day in a table of working time.
type DayTime struct {
	Day     Day
	Working bool
	Before  int64 // seconds of working time of the table's days before this one
}

// Cumulative is the table of working time of a range: a row for each day of a known year. Between two instants of
// known years without a gap between them lies the difference of Before of their days, plus what has passed of
// each when it is worked.
func (w *Workdays) Cumulative(r Range, hours Hours) []DayTime {
	var rows []DayTime
	var before int64
	for d := range r.Days() {
		working, known := w.Working(d)
		if !known {
			continue
		}
		rows = append(rows, DayTime{d, working, before})
		if working {
			before += hours.Length()
		}
	}
	return rows
}
