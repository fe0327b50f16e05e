package findings

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/statistics"
)

// What is looked for in what sources send: default ratings, repeats, levels that are missing.

const (
	leastResent = 20   // ratings of a month that were sent again
	manyResent  = 0.02 // of the month's
	leastLevel  = 5.0  // ratings of a level that should be there, for none to mean something
	halfShare   = 0.5  // of the others' share of a level is all that is expected of a unit
)

// sourceUnit is a source as a unit.
func (f *finder) sourceUnit(code string) Unit {
	return Unit{Kind: Source, Code: code, Name: f.SourceNames[code]}
}

// sourceMonth is what a source sent about a month.
type sourceMonth struct {
	source               string
	month                calendar.Day
	levels               [5]uint64
	defaults, all        uint64 // all: every answer of a first rating
	superseded           uint64
	days, supersededDays int
}

// sourceMonths sums up the days of the period, sorted by source and month.
func (f *finder) sourceMonths() []sourceMonth {
	var list []sourceMonth
	at := make(map[string]map[calendar.Day]int)
	for i := range f.Sources {
		d := &f.Sources[i]
		if !f.Period.Contains(d.Day) {
			continue
		}
		month := calendar.Period(calendar.KindMonth, d.Day).From
		if at[d.Source] == nil {
			at[d.Source] = make(map[calendar.Day]int)
		}
		n, ok := at[d.Source][month]
		if !ok {
			n = len(list)
			at[d.Source][month] = n
			list = append(list, sourceMonth{source: d.Source, month: month})
		}
		m := &list[n]
		all := d.Unanswered + d.Declined
		for l := range d.Levels {
			m.levels[l] += d.Levels[l]
			m.defaults += d.Defaults[l]
			all += d.Levels[l] + d.Defaults[l]
		}
		m.all += all
		m.superseded += d.Superseded
		if all > 0 {
			m.days++
		}
		if d.Superseded > 0 {
			m.supersededDays++
		}
	}
	slices.SortFunc(list, func(a, b sourceMonth) int {
		return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.month, b.month))
	})
	return list
}

// sources finds months that were sent again, and where default ratings begin or end.
func (f *finder) sources() {
	months := f.sourceMonths()
	f.resent(months)
	for _, b := range evaluation.DefaultBreaks(f.Sources) {
		var after sourceMonth
		for i := range months {
			m := &months[i]
			if m.source != b.Subject || m.month < calendar.Period(calendar.KindMonth, b.Day).From {
				continue
			}
			after.defaults += m.defaults
			after.all += m.defaults
			for _, n := range m.levels {
				after.all += n
			}
		}
		if f.Period.Contains(b.Day) {
			f.wordDefaults(&b, &after)
		}
	}
}

func (f *finder) wordDefaults(b *evaluation.Break, after *sourceMonth) {
	u := f.sourceUnit(b.Subject)
	period := calendar.Range{From: b.Day, To: f.Period.To}
	text := sayBreak.with(args{"change": {b.TextZH, b.TextEN}})
	text.EN = capital(text.EN)
	more := sayDefaultShare.with(args{
		"period": monthsText(period), "k": count(after.defaults), "n": count(after.all), "share": shareText(after.defaults, after.all),
	})
	f.add(Finding{
		ID: about(Defaults, u, b.Day.String()), Kind: Defaults, Severity: Act, Units: []Unit{u}, Period: period, Impact: float64(after.defaults),
		Text: Text{text.ZH + more.ZH, text.EN + more.EN},
		Evidence: []Figure{{
			Name: "defaults", Label: Text{"默认评价数", "default ratings"}, Value: float64(after.defaults), N: after.all,
		}},
	})
}

// resent finds months of which many services were rated twice, against all other months of all sources.
func (f *finder) resent(months []sourceMonth) {
	var all, superseded uint64
	for i := range months {
		all, superseded = all+months[i].all, superseded+months[i].superseded
	}
	ps, usual := make([]float64, len(months)), make([]float64, len(months))
	for i := range months {
		m := &months[i]
		ps[i] = 1
		if rest := all - m.all; rest > 0 {
			usual[i] = float64(superseded-m.superseded) / float64(rest) * float64(m.all)
			ps[i] = statistics.PoissonTail(m.superseded, max(usual[i], 1))
		}
	}
	for i, q := range statistics.BenjaminiHochberg(ps) {
		m := &months[i]
		if q > ErrorRate || m.superseded < leastResent || float64(m.superseded) < manyResent*float64(m.all) {
			continue
		}
		u, period := f.sourceUnit(m.source), run(m.month, m.month)
		f.add(Finding{
			ID: about(Resent, u, calendar.Label(calendar.KindMonth, m.month)), Kind: Resent, Severity: Watch, Units: []Unit{u}, Period: period,
			Impact: float64(m.superseded),
			Text: sayResent.with(args{
				"unit": u.text(), "period": monthsText(period), "k": count(m.superseded), "n": count(m.all), "share": shareText(m.superseded, m.all),
				"days": count(m.supersededDays),
			}),
			Evidence: []Figure{{
				Name: "superseded", Label: Text{"重复报送的评价数", "ratings sent again"}, Value: float64(m.superseded), N: m.all, Tested: true,
				Expected: usual[i], P: ps[i], Q: q,
			}},
		})
	}
}

// levelled is a unit's levels, month by month.
type levelled struct {
	Unit
	months []calendar.Day
	levels [][5]uint64
	sum    [5]uint64
}

func (l *levelled) add(month calendar.Day, levels [5]uint64) {
	l.months, l.levels = append(l.months, month), append(l.levels, levels)
	for i, n := range levels {
		l.sum[i] += n
	}
}

// neighbour is the level beside which another should occur: people who are angry press 1 or 2, content ones 3 or 4.
var neighbour = [5]int{1, 0, 3, 2, 3}

// gap is a run of months in which a unit lacks a level.
type gap struct {
	unit, level, from, to int
	beside                uint64  // ratings of the neighbouring level
	expected, p           float64 // of the level
}

// missingLevels finds regions and sources from which a level no longer comes.
func (f *finder) missingLevels() {
	var regions, sources []levelled
	for u := range f.Units {
		if s := &f.Units[u]; s.Kind == Region {
			l := levelled{Unit: s.Unit}
			for m := range s.Months {
				l.add(s.Months[m].Start, s.Months[m].Levels)
			}
			regions = append(regions, l)
		}
	}
	for _, m := range f.sourceMonths() {
		if n := len(sources); n == 0 || sources[n-1].Code != m.source {
			sources = append(sources, levelled{Unit: f.sourceUnit(m.source)})
		}
		sources[len(sources)-1].add(m.month, m.levels)
	}
	var everybody [5]uint64
	for _, i := range f.top() {
		for m := range f.Units[i].Months {
			for l, n := range f.Units[i].Months[m].Levels {
				everybody[l] += n
			}
		}
	}
	f.wordGaps(regions, levelGaps(regions, everybody))
	everybody = [5]uint64{}
	for i := range sources {
		for l, n := range sources[i].sum {
			everybody[l] += n
		}
	}
	f.wordGaps(sources, levelGaps(sources, everybody))
}

// levelGaps lists the runs of months without a level in which others would have it often enough. The probability is
// that of none if a unit had half of the others' share, because shares differ between units.
func levelGaps(units []levelled, everybody [5]uint64) (gaps []gap) {
	for u := range units {
		l := &units[u]
		for level, next := range neighbour {
			own, beside := everybody[level]-min(l.sum[level], everybody[level]), everybody[next]-min(l.sum[next], everybody[next])
			if own == 0 || beside == 0 {
				continue
			}
			share := halfShare * float64(own) / float64(own+beside)
			for from := 0; from < len(l.months); from++ {
				g := gap{unit: u, level: level, from: from, to: from - 1}
				for g.to+1 < len(l.months) && l.levels[g.to+1][level] == 0 {
					g.to++
					g.beside += l.levels[g.to][next]
				}
				if g.to < from {
					continue
				}
				from = g.to
				g.expected = float64(g.beside) * float64(own) / float64(beside)
				g.p = math.Exp(float64(g.beside) * math.Log1p(-share))
				if g.expected >= leastLevel {
					gaps = append(gaps, g)
				}
			}
		}
	}
	return gaps
}

// wordGaps makes findings of the gaps that chance does not explain; of nested regions the outermost.
func (f *finder) wordGaps(units []levelled, gaps []gap) {
	ps := make([]float64, len(gaps))
	runs := float64(len(f.months)*(len(f.months)+1)) / 2 // a run may begin and end in any month
	for i := range gaps {
		ps[i] = min(1, gaps[i].p*runs)
	}
	qs := statistics.BenjaminiHochberg(ps)
	real := func(i int) bool { return qs[i] <= ErrorRate }
	for i := range gaps {
		g := &gaps[i]
		l := &units[g.unit]
		nested := false
		for j := range gaps {
			o := &gaps[j]
			nested = nested || real(j) && o.level == g.level && within(l.Unit, units[o.unit].Unit) &&
				units[o.unit].months[o.from] <= l.months[g.to] && l.months[g.from] <= units[o.unit].months[o.to]
		}
		if !real(i) || nested {
			continue
		}
		period := run(l.months[g.from], l.months[g.to])
		f.add(Finding{
			ID:   about(MissingLevel, l.Unit, calendar.Label(calendar.KindMonth, period.From), strconv.Itoa(g.level+1)),
			Kind: MissingLevel, Severity: Act, Units: []Unit{l.Unit}, Period: period, Impact: g.expected,
			badLevel: g.level < 2,
			Text: sayMissingLevel.with(args{
				"unit": l.text(), "period": monthsText(period), "level": levelNames[g.level+1], "n": count(g.beside),
				"expected": expectedText(g.expected), "p": chanceText(g.p),
			}),
			Evidence: []Figure{{
				Name: "level", Label: Text{"“" + levelNames[g.level+1].ZH + "”评价数", "ratings “" + levelNames[g.level+1].EN + "”"}, N: g.beside,
				Tested: true, Expected: g.expected, P: g.p, Q: qs[i],
			}},
		})
	}
}
