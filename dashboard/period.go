package dashboard

import (
	"net/url"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// The periods that a reader can choose, in the words of addresses.
const (
	period30     = "30d"
	periodMonth  = "month"
	periodLast   = "lastmonth"
	period90     = "90d"
	period12     = "12m"
	periodCustom = "custom"
)

var periodKeys = []string{period30, periodMonth, periodLast, period90, period12}

// maxDays bounds a period that a reader gives by hand: ten years.
const maxDays = 3653

// period is the stretch of days that a page is about.
type period struct {
	Key string
	calendar.Range
	Before calendar.Range // what it is compared with: the stretch of equal length just before
	Step   evaluation.Step
	Asked  calendar.Range // what the reader gave by hand, where the page shows more than that; else zero
}

// readPeriod reads a period from an address. What cannot be read is the default. Periods
// without dates of their own end on the given day.
func readPeriod(q url.Values, today calendar.Day) period {
	p := period{Key: q.Get("p")}
	month := calendar.Period(calendar.KindMonth, today)
	switch p.Key {
	case periodMonth:
		p.Range = calendar.Range{From: month.From, To: today}
		last := calendar.Previous(calendar.KindMonth, today)
		p.Before = calendar.Range{From: last.From, To: min(last.To, last.From+(today-month.From))}
	case periodLast:
		p.Range = calendar.Previous(calendar.KindMonth, today)
		p.Before = calendar.Previous(calendar.KindMonth, p.From)
	case period90:
		p.Range = calendar.Range{From: today - 89, To: today}
	case period12:
		p.Range = calendar.Range{From: month.From.AddMonths(-11), To: today}
		p.Before = calendar.Range{From: p.From.AddMonths(-12), To: today.AddMonths(-12)}
	case periodCustom:
		r, ok := readDates(q)
		if ok {
			p.Range = r
			break
		}
		fallthrough
	default:
		p.Key = period30
		p.Range = calendar.Range{From: today - 29, To: today}
	}
	if p.Before.Len() == 0 || p.Before == (calendar.Range{}) {
		p.Before = calendar.Range{From: p.From - calendar.Day(p.Len()), To: p.From - 1}
	}
	p.Step = stepFor(p.Range)
	return p
}

// readDates reads a period given by hand.
func readDates(q url.Values) (calendar.Range, bool) {
	from, err := calendar.ParseDay(q.Get("from"))
	if err != nil {
		return calendar.Range{}, false
	}
	to, err := calendar.ParseDay(q.Get("to"))
	if err != nil {
		return calendar.Range{}, false
	}
	r := calendar.Range{From: from, To: to}
	if n := r.Len(); n < 1 || n > maxDays || from < calendar.MinDay+2*maxDays {
		return calendar.Range{}, false
	}
	return r, true
}

// stepFor cuts a period into a number of steps that a chart can show.
func stepFor(r calendar.Range) evaluation.Step {
	const days, weeks = 92, 300
	switch n := r.Len(); {
	case n <= days:
		return evaluation.StepDay
	case n <= weeks:
		return evaluation.StepWeek
	default:
		return evaluation.StepMonth
	}
}

// values are the period's part of an address; the default needs none.
func (p period) values() url.Values {
	v := url.Values{}
	if p.Key == period30 {
		return v
	}
	v.Set("p", p.Key)
	if p.Key == periodCustom {
		r := p.Range
		if p.Asked != (calendar.Range{}) {
			r = p.Asked
		}
		v.Set("from", r.From.String())
		v.Set("to", r.To.String())
	}
	return v
}

// steps lists the stretches that the period is cut into, clipped to it.
func (p period) steps() []calendar.Range {
	kind := map[evaluation.Step]calendar.Kind{
		evaluation.StepWeek: calendar.KindWeek, evaluation.StepMonth: calendar.KindMonth,
	}[p.Step]
	var out []calendar.Range
	for from := p.From; from <= p.To; {
		whole := calendar.Period(kind, from)
		out = append(out, whole.Intersect(p.Range))
		from = whole.To + 1
	}
	return out
}

// stepLabel names a step on an axis.
func (p period) stepLabel(l locale, step calendar.Range) string {
	if p.Step == evaluation.StepMonth {
		return l.Month(step.From)
	}
	return l.ShortDate(step.From)
}
