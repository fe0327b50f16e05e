package evaluation

import (
	"cmp"
	"math"
	"slices"
	"time"

	"haochaping/calendar"
)

// ArrivalState is how what came of a day compares with what is usual.
type ArrivalState string

// The states of a day of a source, the worst first.
const (
	ArrivalSilent   ArrivalState = "silent"   // nothing came, where something always does
	ArrivalLow      ArrivalState = "low"      // less than half of the usual
	ArrivalBelow    ArrivalState = "below"    // less than four fifths of it
	ArrivalMore     ArrivalState = "more"     // more than one and a half times the usual
	ArrivalUsual    ArrivalState = "usual"    // as usual, or not further from it than chance goes
	ArrivalNone     ArrivalState = "none"     // nothing came and hardly anything usually does
	ArrivalUnjudged ArrivalState = "unjudged" // nothing to compare with: a holiday, too few weeks, or a day that is not over
)

// Arrival is what a source sent of one day, whatever counts of it, against what is usual.
type Arrival struct {
	Day      calendar.Day
	Source   string
	Received uint64
	Usual    float64 // the median of the same weekday in the weeks before; 0 where Known is false
	Known    bool    // there are weeks enough to tell
	Special  bool    // a day off on a weekday, or next to such days, or a worked day of a weekend
	State    ArrivalState
}

// What is usual: the median of the same weekday over the last eight weeks in which the source sent anything, at most a
// year back, at least three of them. A day stands out if it is further from it than three standard deviations of a
// count, so that small sources are not called silent every other day.
const (
	usualWeeks    = 8
	leastWeeks    = 3
	weeksBack     = 52
	farOff        = 3
	lowShare      = 0.5
	belowShare    = 0.8
	moreShare     = 1.5
	arrivalAround = 3 // days before and after that belong to the week of a day
)

// ArrivalHistory is how many days before a period [Arrivals] looks at.
const ArrivalHistory = 7*weeksBack + arrivalAround

// Arrivals compares what sources sent of each day of a period with what is usual for the source and the weekday. A
// source is in the list from the first day on that it ever sent something of, up to today, also with days of which
// nothing came. Today is not judged, nor are public holidays with the weekends beside them and worked weekends: they
// are no measure for other days either. Sorted by source, then day. days holds the period and the [ArrivalHistory]
// before it, as far as anything came, in any order.
func Arrivals(days []SourceDay, period calendar.Range, today calendar.Day, workdays *calendar.Workdays) (list []Arrival) {
	bySource := make(map[string]map[calendar.Day]uint64)
	for i := range days {
		d := &days[i]
		if bySource[d.Source] == nil {
			bySource[d.Source] = make(map[calendar.Day]uint64)
		}
		bySource[d.Source][d.Day] += d.Records()
	}
	sources := make([]string, 0, len(bySource))
	for s := range bySource {
		sources = append(sources, s)
	}
	slices.Sort(sources)
	special := specialDays(calendar.Range{From: period.From - ArrivalHistory, To: period.To}, workdays)
	for _, source := range sources {
		received := bySource[source]
		first := today
		for day, n := range received {
			if n > 0 {
				first = min(first, day)
			}
		}
		for day := max(period.From, first); day <= period.To && day <= today; day++ {
			a := Arrival{Day: day, Source: source, Received: received[day], Special: special[day]}
			a.Usual, a.Known = usual(received, special, first, day)
			a.State = a.judge(today)
			list = append(list, a)
		}
	}
	return list
}

// specialDays are the days that are no measure for their weekday: weekdays off, the weekends that they run into, and
// worked days of weekends.
func specialDays(days calendar.Range, workdays *calendar.Workdays) map[calendar.Day]bool {
	special := make(map[calendar.Day]bool)
	off := func(d calendar.Day) bool {
		working, known := workdays.Working(d)
		return known && !working
	}
	const longest = 16 // no stretch of days off is longer
	for day := days.From - longest; day <= days.To+longest; day++ {
		weekday := day.Weekday() != time.Sunday && day.Weekday() != time.Saturday
		if working, known := workdays.Working(day); !known || working == weekday {
			continue
		}
		special[day] = true
		if !weekday {
			continue
		}
		for d := day - 1; off(d) && !special[d]; d-- {
			special[d] = true
		}
		for d := day + 1; off(d) && !special[d]; d++ {
			special[d] = true
		}
	}
	return special
}

// Records is all that came of the day.
func (s *SourceDay) Records() uint64 {
	return sum(s.Levels[:]) + sum(s.Defaults[:]) + s.Unanswered + s.Declined + s.Superseded
}

// Chosen are the levels that people chose themselves.
func (s *SourceDay) Chosen() uint64 { return sum(s.Levels[:]) }

// usual is what a source usually sends of such a day.
func usual(received map[calendar.Day]uint64, special map[calendar.Day]bool, first, day calendar.Day) (float64, bool) {
	var counts []uint64
	for week := 1; week <= weeksBack && len(counts) < usualWeeks; week++ {
		d := day - calendar.Day(7*week)
		if d < first {
			break
		}
		if special[d] {
			continue
		}
		alive := false
		for near := d - arrivalAround; near <= d+arrivalAround && !alive; near++ {
			alive = near < day && received[near] > 0
		}
		if alive {
			counts = append(counts, received[d])
		}
	}
	if len(counts) < leastWeeks {
		return 0, false
	}
	slices.Sort(counts)
	half := len(counts) / 2
	if len(counts)%2 == 1 {
		return float64(counts[half]), true
	}
	return (float64(counts[half-1]) + float64(counts[half])) / 2, true
}

func (a *Arrival) judge(today calendar.Day) ArrivalState {
	n := float64(a.Received)
	far := math.Abs(n-a.Usual) >= farOff*math.Sqrt(a.Usual)
	switch {
	case !a.Known || a.Special || a.Day >= today:
		return ArrivalUnjudged
	case a.Received == 0 && a.Usual > 0 && far:
		return ArrivalSilent
	case a.Received == 0:
		return ArrivalNone
	case far && n < lowShare*a.Usual:
		return ArrivalLow
	case far && n < belowShare*a.Usual:
		return ArrivalBelow
	case far && n > moreShare*a.Usual:
		return ArrivalMore
	}
	return ArrivalUsual
}

// arrivalOrder ranks states, the worst first.
var arrivalOrder = []ArrivalState{ArrivalSilent, ArrivalLow, ArrivalBelow, ArrivalMore, ArrivalUsual, ArrivalNone, ArrivalUnjudged}

// ArrivalStates lists all states, the worst first.
func ArrivalStates() []ArrivalState { return slices.Clone(arrivalOrder) }

// StandsOut reports whether somebody should look at the day.
func (a *Arrival) StandsOut() bool {
	return a.State == ArrivalSilent || a.State == ArrivalLow || a.State == ArrivalBelow || a.State == ArrivalMore
}

// CompareArrivals puts those first that more is missing of than usually comes, then those that more came of.
func CompareArrivals(a, b *Arrival) int {
	return cmp.Or(
		cmp.Compare(slices.Index(arrivalOrder, a.State), slices.Index(arrivalOrder, b.State)),
		cmp.Compare(math.Abs(float64(b.Received)-b.Usual), math.Abs(float64(a.Received)-a.Usual)),
		cmp.Compare(b.Day, a.Day), cmp.Compare(a.Source, b.Source),
	)
}
