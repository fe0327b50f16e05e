package calendar

import "time"

// Comparison is a period and what it can be compared with. Rates are compared as they are, counts per working
// day: a count of Range times [Comparison.Factor] is what its working days would have made of the working days of Own.
type Comparison struct {
	Own   Range // the period that was asked for, or January and February together, see Joined
	Range Range // what it is compared with

	// Joined says that a month cannot be compared alone because the Spring Festival lies otherwise in it than a year
	// earlier, and that January and February are compared together. Own may then end later than
	// the period asked for.
	Joined bool

	// HolidayMoved says that more days of a moving holiday lie in one of the two periods than in the other: counts
	// per working day then still differ for a reason that is not the service's, because halls are emptier before a
	// holiday and fuller after it. Of a joined comparison it holds for the month alone.
	HolidayMoved bool
	Moved        []Holiday // which, in the order of a year

	OwnWorkingDays, WorkingDays int  // of Own and of Range; 0 while not known
	Known                       bool // whether the working days of both, and the moving holidays, are known
}

// Factor is what a count of Range is multiplied by before it is compared with one of Own: the ratio of
// their working days. ok is false when these are not known or Range has none.
func (c Comparison) Factor() (f float64, ok bool) {
	if !c.Known || c.WorkingDays == 0 {
		return 0, false
	}
	return float64(c.OwnWorkingDays) / float64(c.WorkingDays), true
}

// Compare counts the working days of two ranges and looks for moving holidays that lie in one and not the other.
func (w *Workdays) Compare(own, other Range) Comparison {
	c := Comparison{Own: own, Range: other}
	ownDays, ownKnown := w.Count(own)
	days, known := w.Count(other)
	if ownKnown && known {
		c.OwnWorkingDays, c.WorkingDays, c.Known = ownDays, days, true
	}
	c.Moved = moved(own, other)
	c.HolidayMoved = len(c.Moved) > 0
	if !lunarKnown(own) || !lunarKnown(other) {
		c.Known = false
	}
	return c
}

// LastYearComparable is what the period of a kind in which a day lies is compared with a year earlier (同比).
//
//   - A year, half, quarter or month is compared with the same one, and counts per working day.
//   - January and February are compared together where the Spring Festival lies otherwise in the month than a year
//     earlier, as the national statistics do with both months.
//   - A week from two before to two after the one in which the Spring Festival begins, or one with the Dragon
//     Boat or Mid-Autumn day, is compared with the week that lies so to the same holiday. Any other
//     week with the week of the same number.
//   - A day of a moving holiday is compared with the same day of that holiday, a day of another holiday by its
//     date, any other with the same weekday 52 weeks before.
func (w *Workdays) LastYearComparable(kind Kind, day Day) Comparison {
	own := Period(kind, day)
	switch kind {
	case KindMonth:
		return w.lastYearMonth(own)
	case KindWeek:
		return w.Compare(own, lastYearWeek(own))
	case KindQuarter, KindHalf, KindYear:
		return w.Compare(own, LastYear(kind, day))
	default:
		return w.Compare(own, w.lastYearDay(day))
	}
}

// PreviousComparable is what the period of a kind in which a day lies is compared with just before (环比): the period
// before; for a working day, the working day before. A moving holiday in one of the two is said,
// not corrected: no earlier period has it at the same distance.
func (w *Workdays) PreviousComparable(kind Kind, day Day) Comparison {
	own, other := Period(kind, day), Previous(kind, day)
	if own.Len() == 1 {
		if working, known := w.Working(day); known && working {
			if before, known := w.AddWorkingDays(day, -1); known {
				other = Range{before, before}
			}
		}
	}
	return w.Compare(own, other)
}

func (w *Workdays) lastYearMonth(own Range) Comparison {
	other := LastYear(KindMonth, own.From)
	alone := w.Compare(own, other)
	year, month, _ := own.From.Date()
	if month > time.February || heldDays(SpringFestival, own) == heldDays(SpringFestival, other) {
		return alone
	}
	joined := w.Compare(
		Range{MakeDay(year, time.January, 1), MakeDay(year, time.March, 0)},
		Range{MakeDay(year-1, time.January, 1), MakeDay(year-1, time.March, 0)},
	)
	joined.Joined, joined.HolidayMoved, joined.Moved = true, true, alone.Moved
	return joined
}

// springWeeks is how far around the week in which the Spring Festival begins weeks are told by it.
const springWeeks = 2

func lastYearWeek(own Range) Range {
	year, _, _ := own.To.Date()
	for i, m := range movingHolidays {
		day, ok := m.holiday.In(year)
		before, beforeOK := m.holiday.In(year - 1)
		if !ok || !beforeOK {
			continue
		}
		weeks := int(own.From-Period(KindWeek, day).From) / 7
		if weeks == 0 || i == 0 && weeks >= -springWeeks && weeks <= springWeeks {
			return Period(KindWeek, before+Day(7*weeks))
		}
	}
	return LastYear(KindWeek, own.From)
}

func (w *Workdays) lastYearDay(day Day) Range {
	year, _, _ := day.Date()
	for _, m := range movingHolidays {
		own, ok := m.holiday.In(year)
		before, beforeOK := m.holiday.In(year - 1)
		if ok && beforeOK && day >= own-m.before && day <= own+m.after {
			d := before + day - own
			return Range{d, d}
		}
	}
	same := LastYear(KindDay, day)
	if w.off(day) || w.off(same.From) {
		return same
	}
	return Range{day - 364, day - 364}
}

// off reports whether a rule makes a day a holiday.
func (w *Workdays) off(d Day) bool {
	r, ok := w.rules[d]
	return ok && !r.Working
}

// heldDays is on how many days of a range a moving holiday is felt.
func heldDays(h Holiday, r Range) (n int) {
	first, _, _ := r.From.Date()
	last, _, _ := r.To.Date()
	for year := max(first, FirstLunarYear); year <= min(last, LastLunarYear); year++ {
		for _, m := range movingHolidays {
			if day, ok := m.holiday.In(year); ok && m.holiday == h {
				n += r.Intersect(Range{day - m.before, day + m.after}).Len()
			}
		}
	}
	return n
}

func moved(own, other Range) (list []Holiday) {
	for _, m := range movingHolidays {
		if heldDays(m.holiday, own) != heldDays(m.holiday, other) {
			list = append(list, m.holiday)
		}
	}
	return list
}

func lunarKnown(r Range) bool {
	first, _, _ := r.From.Date()
	last, _, _ := r.To.Date()
	return first >= FirstLunarYear && last <= LastLunarYear
}
