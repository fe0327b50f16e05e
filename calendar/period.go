package calendar

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// Kind is a kind of period. The words are those of the command line, of addresses and of stored
// editions.
type Kind string

// The kinds of periods, from short to long. Weeks are ISO weeks.
const (
	KindDay     Kind = "day"
	KindWeek    Kind = "week"
	KindMonth   Kind = "month"
	KindQuarter Kind = "quarter"
	KindHalf    Kind = "half"
	KindYear    Kind = "year"
)

// Kinds lists all kinds, from short to long.
func Kinds() []Kind {
	return []Kind{KindDay, KindWeek, KindMonth, KindQuarter, KindHalf, KindYear}
}

// ParseKind reads the word of a kind.
func ParseKind(text string) (Kind, error) {
	if !slices.Contains(Kinds(), Kind(text)) {
		return "", fmt.Errorf("read period kind %s: want one of %s", quote(text), kindWords())
	}
	return Kind(text), nil
}

func kindWords() string {
	var words []string
	for _, k := range Kinds() {
		words = append(words, string(k))
	}
	return strings.Join(words, ", ")
}

// months is the length of the kinds that are made of months; 0 for days and weeks.
func (k Kind) months() int {
	switch k {
	case KindMonth:
		return 1
	case KindQuarter:
		return 3
	case KindHalf:
		return 6
	case KindYear:
		return 12
	default:
		return 0
	}
}

// Range is a run of days, both ends included. A range whose To lies before its From is empty.
type Range struct {
	From Day `json:"from"`
	To   Day `json:"to"`
}

// Len is the number of days.
func (r Range) Len() int { return max(0, int(r.To)-int(r.From)+1) }

// Contains reports whether a day lies in the range.
func (r Range) Contains(d Day) bool { return r.From <= d && d <= r.To }

// Intersect is what two ranges share; empty when nothing.
func (r Range) Intersect(other Range) Range {
	return Range{max(r.From, other.From), min(r.To, other.To)}
}

// Days runs through the days in order.
func (r Range) Days() iter.Seq[Day] {
	return func(yield func(Day) bool) {
		for d := r.From; d <= r.To; d++ {
			if !yield(d) {
				return
			}
		}
	}
}

// Months runs through the first days of all months that the range touches, whole or in part.
func (r Range) Months() iter.Seq[Day] {
	return func(yield func(Day) bool) {
		if r.Len() == 0 {
			return
		}
		for d := Period(KindMonth, r.From).From; d <= r.To; d = d.AddMonths(1) {
			if !yield(d) {
				return
			}
		}
	}
}

// Start is the first instant of the range in a zone, End the first after it.
func (r Range) Start(loc *time.Location) time.Time { return r.From.Start(loc) }

// End is the first instant after the range in a zone.
func (r Range) End(loc *time.Location) time.Time { return r.To.End(loc) }

// String is "2026-07-01" for one day, else "2026-07-01..2026-07-31".
func (r Range) String() string {
	if r.From == r.To {
		return r.From.String()
	}
	return r.From.String() + ".." + r.To.String()
}

// Period is the period of a kind in which a day lies. An unknown kind is the day alone: kinds from
// outside go through [ParseKind].
func Period(kind Kind, day Day) Range {
	if kind == KindWeek {
		monday := day - Day((int(day.Weekday())+6)%7)
		return Range{monday, monday + 6}
	}
	length := kind.months()
	if length == 0 {
		return Range{day, day}
	}
	year, month, _ := day.Date()
	first := (int(month)-1)/length*length + 1
	return Range{MakeDay(year, time.Month(first), 1), MakeDay(year, time.Month(first+length), 0)}
}

// Previous is the period just before the one in which a day lies.
func Previous(kind Kind, day Day) Range {
	return Period(kind, Period(kind, day).From-1)
}

// Next is the period just after the one in which a day lies.
func Next(kind Kind, day Day) Range {
	return Period(kind, Period(kind, day).To+1)
}

// LastYear is the same period a year earlier (同比): the same date (29 February → 28), month, quarter
// or half of the year before; for weeks, the ISO week of the same number in the ISO year before,
// and week 52 when that year has no week 53.
func LastYear(kind Kind, day Day) Range {
	if kind != KindWeek {
		return Period(kind, Period(kind, day).From.AddMonths(-12))
	}
	year, week := day.ISOWeek()
	// 4 January is always in week 1.
	same := Period(KindWeek, MakeDay(year-1, time.January, 4)+Day(7*(week-1)))
	if y, _ := same.From.ISOWeek(); y != year-1 {
		return Previous(KindWeek, same.From)
	}
	return same
}

// Label is the short name of the period in which a day lies: 2026-07-31, 2026-W31, 2026-07,
// 2026-Q3, 2026-H2, 2026. Labels of one kind sort in order of time.
func Label(kind Kind, day Day) string {
	year, month, _ := day.Date()
	switch kind {
	case KindWeek:
		isoYear, week := day.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", isoYear, week)
	case KindMonth:
		return fmt.Sprintf("%04d-%02d", year, int(month))
	case KindQuarter:
		return fmt.Sprintf("%04d-Q%d", year, (int(month)-1)/3+1)
	case KindHalf:
		return fmt.Sprintf("%04d-H%d", year, (int(month)-1)/6+1)
	case KindYear:
		return fmt.Sprintf("%04d", year)
	default:
		return day.String()
	}
}
