package dashboard

import (
	"context"
	"math"
	"slices"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/statistics"
)

// The two comparisons of every figure, in the words of messages.
const (
	withPrevious = "previous" // 环比, with the period just before
	withLastYear = "lastyear" // 同比, with the same period a year earlier
)

// comparison is a period beside the one it is compared with, true to the calendar, and the facts of both.
type comparison struct {
	ID string
	calendar.Comparison
	Now, Before evaluation.Facts
	// Refused says why nothing is compared, in the words of messages; empty where something is.
	Refused string
}

// change is what a figure differs by from the one it is compared with.
type change struct {
	With   string // 环比, 同比
	Arrow  string // ▲ ▼ =; none where nothing is compared
	Text   string
	Word   string
	Moved  bool
	Chance bool // the difference is within what chance does
}

// compared are the periods that the page's period is compared with.
func (p *page) compared() []comparison {
	if p.subject.Item != "" {
		return nil // months that have not ended are like no others
	}
	days := p.workdays()
	own, before := p.wholeDays()
	if own.Len() == 0 {
		return nil // the first day of a month, as long as it lasts
	}
	previous, lastYear := days.Compare(own, before), days.Compare(own, yearBefore(own))
	if kind, ok := wholePeriod(own); ok {
		previous, lastYear = days.PreviousComparable(kind, own.From), days.LastYearComparable(kind, own.From)
	}
	if previous.Range == lastYear.Range && previous.Own == lastYear.Own {
		return []comparison{{ID: withLastYear, Comparison: lastYear}} // a year: both are the same
	}
	return []comparison{{ID: withPrevious, Comparison: previous}, {ID: withLastYear, Comparison: lastYear}}
}

// wholeDays are the days of the page's period that are over, as far as there are data, and as many of the period before:
// a day that has just begun would count as a whole one beside them.
func (p *page) wholeDays() (own, before calendar.Range) {
	own, before = p.period.Range, p.period.Before
	if !p.HasData() {
		return own, before
	}
	last := min(p.today()-1, calendar.DayOf(p.dataTime(), p.zone))
	if left := own.To - last; left > 0 {
		own.To, before.To = own.To-left, before.To-left
	}
	return own, before
}

func (p *page) workdays() *calendar.Workdays {
	if of := p.dashboard.options.Workdays; of != nil {
		if w := of(); w != nil {
			return w
		}
	}
	return calendar.BuiltIn()
}

// wholePeriod is the kind of period that a range is exactly, longest first. Single days are none: pages are of longer
// ones.
func wholePeriod(r calendar.Range) (calendar.Kind, bool) {
	for _, kind := range []calendar.Kind{calendar.KindYear, calendar.KindHalf, calendar.KindQuarter, calendar.KindMonth, calendar.KindWeek} {
		if calendar.Period(kind, r.From) == r {
			return kind, true
		}
	}
	return "", false
}

// wholeWeeks is from how many days on a range is compared with the same dates of the year before; a shorter one with
// the days 52 weeks before, which are the same weekdays.
const wholeWeeks = 182

// yearBefore is what a range that is no whole period is compared with a year earlier.
func yearBefore(r calendar.Range) calendar.Range {
	if r.Len() >= wholeWeeks {
		return calendar.Range{From: r.From.AddMonths(-12), To: r.To.AddMonths(-12)}
	}
	return calendar.Range{From: r.From - 364, To: r.To - 364}
}

// readComparisons reads the facts of what the period is compared with, and says what a reader must know about it.
func (p *page) readComparisons(ctx context.Context, now *evaluation.Facts) ([]comparison, error) {
	breaks, err := p.readBreaks(ctx)
	if err != nil {
		return nil, err
	}
	list := p.compared()
	if own, _ := p.wholeDays(); own != p.period.Range && own.Len() > 0 {
		p.compareNote(p.T("change.whole", "Day", p.MonthDay(own.To)))
	}
	for i := range list {
		c := &list[i]
		if between := evaluation.Crosses(breaks, c.Own, c.Range); len(between) > 0 {
			c.Refused = "change.break"
			for j := range between {
				p.compareNote(p.T("break."+c.ID, "Text", between[j].Text(p.lang)))
			}
			continue
		}
		if c.Own.To > max(p.period.To, p.anchor()) {
			c.Refused = "change.joined" // the other month has not ended
			p.compareNote(c.Sentences(p.lang)...)
			continue
		}
		if c.Now = *now; c.Own != p.period.Range {
			if c.Now, err = p.total(ctx, c.Own); err != nil {
				return nil, err
			}
		}
		if c.Before, err = p.total(ctx, c.Range); err != nil {
			return nil, err
		}
		if (series{Total: c.Before}).empty() {
			c.Refused = "change.unknown"
			continue
		}
		for _, sentence := range c.Sentences(p.lang) {
			p.compareNote(p.T("change.note", "With", p.T("change."+c.ID), "Text", sentence))
		}
		p.compareNote(p.workdays().Warnings(c.Own, p.lang)...)
		p.compareNote(p.workdays().Warnings(c.Range, p.lang)...)
	}
	return list, nil
}

// compareNote says something about the comparisons, once.
func (p *page) compareNote(sentences ...string) {
	for _, s := range sentences {
		if !slices.Contains(p.Comparisons, s) {
			p.Comparisons = append(p.Comparisons, s)
		}
	}
}

// total reads the facts of the page's unit over some days.
func (p *page) total(ctx context.Context, r calendar.Range) (f evaluation.Facts, err error) {
	rows, err := p.facts(ctx, p.subject.query(evaluation.ByTotal, r, evaluation.StepNone))
	for i := range rows {
		f.Add(&rows[i].Facts)
	}
	return f, err
}

// minCompared is the sample that either period needs for a comparison; the earlier one also needs a tenth
// of the later one's: a period before the first records would make any figure grow by thousands of percent.
const minCompared = 30

// change compares a figure with the one of another period.
func (m measure) change(l locale, c *comparison) change {
	out := change{With: l.T("change." + c.ID)}
	if c.Refused != "" {
		out.Word = l.T(c.Refused)
		return out
	}
	now, was := m.value(&c.Now), m.value(&c.Before)
	switch {
	case !now.Known || !was.Known:
		out.Word = l.T("change.unknown")
		return out
	case min(now.N, was.N) < max(minCompared, now.N/10):
		out.Word = l.T("change.few")
		return out
	}
	if m.id == ratingsID {
		if factor, ok := c.Factor(); ok {
			was.Number *= factor
		}
	}
	text, moved := m.differ(l, now.Number, was.Number)
	out.Text, out.Moved = text, moved
	switch {
	case !moved:
		out.Arrow, out.Word = "=", l.T("change.none")
		return out
	case now.Number > was.Number:
		out.Arrow, out.Word = "▲", l.T("change.up")
	default:
		out.Arrow, out.Word = "▼", l.T("change.down")
	}
	if m.chance != nil && m.chance(&c.Before, &c.Now) {
		out.Chance, out.Moved, out.Word = true, false, l.T("change.chance")
	}
	return out
}

// significant is the p value from which on a difference may be chance.
const significant = 0.05

// chanceOfShare reports for a share whether the difference may be chance. The rarer of hits and misses are compared
// as counts: exact for the rare ones, somewhat too careful for shares in the middle.
func chanceOfShare(value func(*evaluation.Facts) evaluation.Value) func(before, now *evaluation.Facts) bool {
	return func(before, now *evaluation.Facts) bool {
		a, b := value(before), value(now)
		hits0, hits1 := a.Hits, b.Hits
		if misses := a.N - min(a.Hits, a.N) + b.N - min(b.Hits, b.N); misses < hits0+hits1 {
			hits0, hits1 = a.N-min(a.Hits, a.N), b.N-min(b.Hits, b.N)
		}
		return statistics.RateChange(hits0, a.N, hits1, b.N) >= significant
	}
}

// chanceOfMedian reports whether the difference of two medians may be chance: the interval of the difference, made of
// the intervals that order statistics give to each, holds no change.
func chanceOfMedian(before, now *evaluation.Facts) bool {
	middle0, half0, ok0 := medianSpread(before.Handling)
	middle1, half1, ok1 := medianSpread(now.Handling)
	return !ok0 || !ok1 || math.Abs(middle1-middle0) <= math.Hypot(half0, half1)
}

// medianSpread is the median of a histogram and half the width of its 95 % interval, which lies between the ranks
// n/2 ± 1.96 √n / 2.
func medianSpread(h evaluation.Histogram) (median, half float64, ok bool) {
	reach := 0.98 / math.Sqrt(float64(max(h.Count(), 1)))
	median, ok = h.Quantile(0.5)
	low, _ := h.Quantile(max(0.5-reach, 0))
	high, _ := h.Quantile(min(0.5+reach, 1))
	return median, (high - low) / 2, ok
}
