package dashboard

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

// coverageID is the share of halls that have ratings: a definition of our own.
const coverageID = evaluation.Coverage

// overviewMeasures are the figures of the overview, in the order of its tiles. The last two are not of the facts
// alone: what became of bad ratings is added to these, and of halls those with ratings count as rated events.
var overviewMeasures = []measure{
	measureOf(ratingsID), measureOf(evaluation.BadPer100k), measureOf(evaluation.ActiveRate), measureOf(evaluation.OnTimeRate),
	shareMeasure(evaluation.RectifiedOnTimeRate),
	{
		id: coverageID, differ: differPoints,
		value: func(f *evaluation.Facts) evaluation.Value {
			if f.Events == 0 {
				return evaluation.Value{}
			}
			return evaluation.Value{Number: float64(f.Rated) / float64(f.Events), Hits: f.Rated, N: f.Events, Known: true}
		},
		sample: func(l locale, f *evaluation.Facts) string {
			return l.T("sample.coverage", "Rated", l.Int(f.Rated), "Count", l.Int(f.Events))
		},
	},
}

func measureOf(id string) measure {
	for _, m := range measures {
		if m.id == id {
			return m
		}
	}
	panic("no measure " + id) // a programmer's mistake, at start
}

// overviewTile is a tile of the overview: the text of coverage is a share of our own.
func (p *page) overviewTile(m measure, s series, comparisons []comparison) tile {
	t := m.tile(p.locale, s, comparisons)
	t.Target = p.tileTarget(m.id, m.value(&s.Total))
	p.markFew(&t, &s)
	if m.id == coverageID {
		if v := m.value(&s.Total); v.Known {
			t.Value, t.Unit = apart(p.Share(v.Hits, v.N))
		}
	}
	return t
}

// loadOverviewTiles fills the six tiles. One whose figures cannot be read says so, and leaves the others alone.
func (p *page) loadOverviewTiles(ctx context.Context) error {
	s, err := p.series()
	if err != nil {
		return err
	}
	comparisons, err := p.readComparisons(ctx, &s.Total)
	if err != nil {
		return err
	}
	for _, m := range overviewMeasures {
		own, compared := s, comparisons
		switch m.id {
		case evaluation.RectifiedOnTimeRate:
			own, compared, err = p.rectified(ctx, s, comparisons)
		case coverageID:
			own, compared, err = p.coverage(ctx, s, comparisons)
		default:
			err = nil
		}
		if err != nil {
			p.Tiles = append(p.Tiles, tile{
				ID: m.id, Label: m.name(p.locale), Help: m.help(p.locale), Failed: p.dashboard.incident(p.request, "tile failed", err, "tile", m.id),
			})
			continue
		}
		p.Tiles = append(p.Tiles, p.overviewTile(m, own, compared))
	}
	return nil
}

// rectified is the course of the page's unit with what became of its bad ratings, in place of the other facts.
func (p *page) rectified(ctx context.Context, s series, comparisons []comparison) (series, []comparison, error) {
	out := series{Steps: s.Steps, Facts: make([]evaluation.Facts, len(s.Steps)), Has: s.Has}
	compared := make([]comparison, len(comparisons))
	if p.dashboard.options.Outcomes == nil {
		return out, nil, nil
	}
	all, ctx := errgroup.WithContext(ctx)
	read := func(days calendar.Range, to func(*evaluation.Outcome)) {
		all.Go(func() error {
			list, err := p.readOutcomes(ctx, days)
			for i := range list {
				to(&list[i])
			}
			return err
		})
	}
	sum := func(f *evaluation.Facts) func(*evaluation.Outcome) {
		return func(o *evaluation.Outcome) { f.Add(&evaluation.Facts{FollowUps: o.FollowUps}) }
	}
	read(p.period.Range, func(o *evaluation.Outcome) {
		sum(&out.Total)(o)
		if i := stepAt(s.Steps, o.Day); i >= 0 {
			sum(&out.Facts[i])(o)
		}
	})
	for i, c := range comparisons {
		compared[i] = comparison{ID: c.ID, Comparison: c.Comparison, Refused: c.Refused}
		if c.Refused == "" {
			read(c.Own, sum(&compared[i].Now))
			read(c.Range, sum(&compared[i].Before))
		}
	}
	return out, compared, all.Wait()
}

// stepAt is the place of a day among the steps of a period; -1 outside.
func stepAt(steps []calendar.Range, day calendar.Day) int {
	for i, step := range steps {
		if step.From <= day && day <= step.To {
			return i
		}
	}
	return -1
}

// hallSteps is up to how many halls × steps the course of coverage is read: each is a row.
const hallSteps = 6000

// halls lists the halls of the page's unit that the reader may see and that the directory has on some day of a period.
func (p *page) halls(days calendar.Range) []directory.Hall {
	list := p.dir.Halls()
	if p.subject.Region != "" {
		list = p.dir.HallsIn(p.subject.Region)
	}
	kept := list[:0]
	for _, h := range list {
		if validIn(h.ValidFrom, h.ValidTo, days) && p.seesRegion(h.Region) {
			kept = append(kept, h)
		}
	}
	return kept
}

// validIn reports whether an entry of the directory is valid on any day of a period.
func validIn(from, to time.Time, days calendar.Range) bool {
	return (from.IsZero() || calendar.DayOf(from, time.UTC) <= days.To) && (to.IsZero() || calendar.DayOf(to, time.UTC) > days.From)
}

// covered counts of the halls of a period those with a rating, by step or over all; silent are the others.
func (p *page) covered(ctx context.Context, days calendar.Range, steps []calendar.Range, step evaluation.Step) (total evaluation.Facts, course []evaluation.Facts, silent []directory.Hall, err error) {
	halls := p.halls(days)
	if len(halls) == 0 {
		return total, nil, nil, nil
	}
	if len(halls)*max(len(steps), 1) > hallSteps {
		steps, step = nil, evaluation.StepNone
	}
	rows, err := p.facts(ctx, p.subject.query(evaluation.ByHall, days, step))
	if err != nil {
		return total, nil, nil, err
	}
	rated := make(map[string]bool)
	inStep := make([]map[string]bool, len(steps))
	for i := range rows {
		if rows[i].Valid() == 0 {
			continue
		}
		rated[rows[i].Hall] = true
		if n := stepAt(steps, max(rows[i].Start, days.From)); n >= 0 {
			if inStep[n] == nil {
				inStep[n] = make(map[string]bool)
			}
			inStep[n][rows[i].Hall] = true
		}
	}
	course = make([]evaluation.Facts, len(steps))
	for _, h := range halls {
		total.Events++
		if rated[h.Code] {
			total.Rated++
		} else {
			silent = append(silent, h)
		}
		for n := range steps {
			if validIn(h.ValidFrom, h.ValidTo, steps[n]) {
				course[n].Events++
				if inStep[n][h.Code] {
					course[n].Rated++
				}
			}
		}
	}
	return total, course, silent, nil
}

// coverage is the course of the share of halls with ratings. A period without any rating at all has none: nothing was
// collected, which is another matter.
func (p *page) coverage(ctx context.Context, s series, comparisons []comparison) (series, []comparison, error) {
	out := series{Steps: s.Steps, Has: s.Has}
	c, err := p.completeness()
	if err != nil || s.Total.Valid() == 0 {
		return out, nil, err
	}
	out.Total, out.Facts = c.total, c.course
	compared := make([]comparison, len(comparisons))
	for i, c := range comparisons {
		compared[i] = comparison{ID: c.ID, Comparison: c.Comparison, Refused: c.Refused}
		if c.Refused != "" {
			continue
		}
		if compared[i].Now = out.Total; c.Own != p.period.Range {
			if compared[i].Now, _, _, err = p.covered(ctx, c.Own, nil, evaluation.StepNone); err != nil {
				return out, nil, err
			}
		}
		if compared[i].Before, _, _, err = p.covered(ctx, c.Range, nil, evaluation.StepNone); err != nil {
			return out, nil, err
		}
	}
	return out, compared, nil
}
