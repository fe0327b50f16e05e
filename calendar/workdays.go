package calendar

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
)

// WorkdayRule says of one day whether it is worked. It is needed where a weekday is off or a day of a
// weekend is worked (调休).
type WorkdayRule struct {
	Day     Day
	Working bool
	Name    string // of the holiday that it belongs to; may be empty
}

// Check says why a rule cannot be: its year is outside [FirstLunarYear] to [LastLunarYear], its name is too long or has
// several lines, or it makes a statutory holiday a working day.
func (r WorkdayRule) Check() error {
	year, _, _ := r.Day.Date()
	if year < FirstLunarYear || year > LastLunarYear {
		return fmt.Errorf("%s: working days can be known from %d to %d", r.Day, FirstLunarYear, LastLunarYear)
	}
	if len([]rune(r.Name)) > maxRuleName || strings.ContainsFunc(r.Name, unicode.IsControl) {
		return fmt.Errorf("name %s: want at most %d characters in one line", quote(r.Name), maxRuleName)
	}
	for _, holiday := range statutory(year) {
		if r.Working && holiday.Day == r.Day {
			return fmt.Errorf("%s is a statutory holiday (%s) and cannot be worked", r.Day, holiday.Name)
		}
	}
	return nil
}

// Origin says where the working days of a year are known from.
type Origin string

// The origins.
const (
	OriginUnknown  Origin = "unknown"
	OriginBuiltIn  Origin = "built-in"
	OriginImported Origin = "imported"
	OriginChanged  Origin = "built-in, changed by import"
)

// Workdays is a table of working days: weekdays without public holidays, and the days of weekends that are worked in
// exchange. It holds the years that the product knows ([BuiltIn]) and those that were imported ([Workdays.With]).
// An unknown year is never guessed: whatever touches one is answered with known = false. It does not change
// once it is made, so any number of goroutines may use it.
type Workdays struct {
	rules map[Day]rule
	years map[int]*workYear // known years alone
}

type rule struct {
	WorkdayRule
	imported bool
}

// workYear is a known year, day by day.
type workYear struct {
	first   Day
	working []bool
	before  []int // working days of the year before each day; one more entry than days
}

// BuiltIn is the table that the product brings along: 2004 to 2026, as the State Council announced
// them. The extended Spring Festival of 2020 is in it.
func BuiltIn() *Workdays { return builtIn() }

// With is the table with imported days besides, which replace rules for the same day; of two for one day
// the later in the list counts. A year that was unknown becomes known when the rules give all its
// statutory holidays as days off, see [Workdays.Missing]: some days alone are no arrangement of a year. Rules that
// [WorkdayRule.Check] refuses have no place here.
func (w *Workdays) With(days []WorkdayRule) *Workdays {
	next := &Workdays{rules: maps.Clone(w.rules), years: maps.Clone(w.years)}
	touched := make(map[int]bool)
	for _, d := range days {
		next.rules[d.Day] = rule{d, true}
		year, _, _ := d.Day.Date()
		touched[year] = true
	}
	for year := range touched {
		if w.Known(year) || len(next.Missing(year)) == 0 && year >= FirstLunarYear && year <= LastLunarYear {
			next.years[year] = next.fill(year)
		}
	}
	return next
}

// fill works out a year from the rules.
func (w *Workdays) fill(year int) *workYear {
	first, end := MakeDay(year, time.January, 1), MakeDay(year+1, time.January, 1)
	y := &workYear{first, make([]bool, end-first), make([]int, end-first+1)}
	for d := first; d < end; d++ {
		i := d - first
		y.working[i] = w.worked(d)
		y.before[i+1] = y.before[i]
		if y.working[i] {
			y.before[i+1]++
		}
	}
	return y
}

// worked is whether the rules make a day a working day, whether its year is known or not.
func (w *Workdays) worked(d Day) bool {
	if r, ok := w.rules[d]; ok {
		return r.Working
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// Known reports whether the working days of a year are known.
func (w *Workdays) Known(year int) bool { return w.years[year] != nil }

// Missing are the statutory holidays of a year that are working days so far. While there is one, an imported year
// stays unknown. The names are Chinese. Years outside [FirstLunarYear] to [LastLunarYear] are never known
// and have none.
func (w *Workdays) Missing(year int) []WorkdayRule {
	if year < FirstLunarYear || year > LastLunarYear {
		return nil
	}
	return slices.DeleteFunc(statutory(year), func(r WorkdayRule) bool { return !w.worked(r.Day) })
}

// Origin is where the working days of a year are known from.
func (w *Workdays) Origin(year int) Origin {
	if !w.Known(year) {
		return OriginUnknown
	}
	if BuiltIn().years[year] == nil {
		return OriginImported
	}
	if !slices.Equal(w.years[year].working, BuiltIn().years[year].working) {
		return OriginChanged
	}
	return OriginBuiltIn
}

// Rules are the rules for days of a year, in order of days: days off and days worked in exchange, also of a
// year that is still unknown.
func (w *Workdays) Rules(year int) []WorkdayRule {
	var list []WorkdayRule
	for d := range yearOf(year).Days() {
		if r, ok := w.rules[d]; ok {
			list = append(list, r.WorkdayRule)
		}
	}
	return list
}

// Years is the range from the first known year to the last; years within it may be unknown.
func (w *Workdays) Years() Range {
	years := slices.Sorted(maps.Keys(w.years))
	return Range{yearOf(years[0]).From, yearOf(years[len(years)-1]).To}
}

// Unknown are the years of a range whose working days are not known.
func (w *Workdays) Unknown(r Range) []int {
	var years []int
	if r.Len() == 0 {
		return nil
	}
	first, _, _ := r.From.Date()
	last, _, _ := r.To.Date()
	for year := first; year <= last; year++ {
		if !w.Known(year) {
			years = append(years, year)
		}
	}
	return years
}

// Working reports whether a day is worked; known is false for a day of an unknown year.
func (w *Workdays) Working(d Day) (working, known bool) {
	year, _, _ := d.Date()
	y := w.years[year]
	if y == nil {
		return false, false
	}
	return y.working[d-y.first], true
}

// AddWorkingDays is the n-th working day after a day, or before it when n is negative; with n = 0 the day itself,
// worked or not. So a time limit of n working days from an event on d ends with AddWorkingDays(d, n). known
// is false when a year on the way is not.
func (w *Workdays) AddWorkingDays(d Day, n int) (end Day, known bool) {
	step := Day(1)
	if n < 0 {
		step, n = -1, -n
	}
	if _, known := w.Working(d); !known {
		return 0, false
	}
	for n > 0 {
		d += step
		working, known := w.Working(d)
		if !known {
			return 0, false
		}
		if working {
			n--
		}
	}
	return d, true
}

// Count is the number of working days of a range; known is false when it touches an unknown year. An empty range
// has none.
func (w *Workdays) Count(r Range) (n int, known bool) {
	if r.Len() == 0 {
		return 0, true
	}
	first, _, _ := r.From.Date()
	last, _, _ := r.To.Date()
	for year := first; year <= last; year++ {
		y := w.years[year]
		if y == nil {
			return 0, false
		}
		part := r.Intersect(yearOf(year))
		n += y.before[part.To-y.first+1] - y.before[part.From-y.first]
	}
	return n, true
}

// yearOf is a civil year.
func yearOf(year int) Range {
	return Range{MakeDay(year, time.January, 1), MakeDay(year, time.December, 31)}
}
