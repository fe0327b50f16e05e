package dashboard

import (
	"context"
	"slices"

	"haochaping/chart"
	"haochaping/evaluation"
)

// quadrantCard crosses satisfaction with handling time: the medians of the units part slow from fast, and dissatisfied
// from satisfied.
func (p *page) quadrantCard(f *field) {
	if f == nil {
		return
	}
	c := card{ID: "quadrant", Title: p.T("card.quadrant"), Note: p.T("card.quadrant.note", "Count", p.Int(p.dashboard.options.MinSample)), Span: spanHalf, Size: "field"}
	p.add(c, func(ctx context.Context, c *card) error {
		units, _, err := f.judgedUnits(ctx)
		units = slices.DeleteFunc(units, func(u unit) bool { return u.Facts.Handling.Count() == 0 })
		if err != nil || len(units) < 2 {
			c.Empty, c.EmptyText = err == nil, p.T("card.quadrant.empty")
			return err
		}
		at := p.crossed(units)
		q := chart.Quadrant{
			Description: p.T("card.quadrant.described"), Name: p.T("card.quadrant"), MedianX: at.time / at.unit.seconds, MedianY: at.level,
			XName: p.measureName(evaluation.MedianHandling) + " (" + p.T(at.unit.id) + ")", YName: p.measureName(evaluation.MeanLevel),
		}
		for i, corner := range quadrantWords {
			q.Corners[i] = p.T("quadrant." + corner)
		}
		c.Table = &table{
			Note: p.T("card.quadrant.medians", "Time", p.Span(at.time), "Level", p.Fixed(at.level, 4)),
			Columns: []column{
				{Title: f.Column},
				{Title: p.T("measure.ratings"), Number: true},
				{Title: p.measureName(evaluation.MeanLevel), Number: true},
				{Title: p.T("handling.counted"), Number: true},
				{Title: p.measureName(evaluation.MedianHandling), Number: true},
				{Title: p.T("quadrant.column")},
			},
		}
		for i := range units {
			p.quadrantUnit(&q, c.Table, f, &units[i], at, i < plotted)
		}
		if len(units) > plotted {
			c.Table.Note += p.T("shown_of", "Shown", plotted, "N", len(units))
		}
		return c.draw(q.Figure())
	})
}

// quadrantWords are the corners: top left, top right, bottom left, bottom right.
var quadrantWords = [4]string{"fast_good", "slow_good", "fast_bad", "slow_bad"}

// crossing is where the medians of a field of units cross.
type crossing struct {
	time, level float64 // seconds; 1 to 5
	unit        axisUnit
}

// crossed finds the medians of the units that have ratings enough, or of all where none has.
func (p *page) crossed(units []unit) crossing {
	var times, levels []float64
	slowest := 0.0
	for _, all := range []bool{false, true} {
		for i := range units {
			f := &units[i].Facts
			t, _ := f.Handling.Quantile(0.5)
			slowest = max(slowest, t)
			if level, ok := f.Mean(); ok && (all || !p.few(f)) {
				times, levels = append(times, t), append(levels, level)
			}
		}
		if len(times) > 0 {
			break
		}
	}
	return crossing{time: median(times), level: median(levels), unit: unitOf(slowest)}
}

// median is the middle of values, or of the two in the middle their mean; 0 of none.
func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
}

func (p *page) quadrantUnit(q *chart.Quadrant, t *table, f *field, u *unit, at crossing, shown bool) {
	time, _ := u.Facts.Handling.Quantile(0.5)
	level, _ := u.Facts.Mean()
	few := p.few(&u.Facts)
	corner := 0
	if time > at.time {
		corner++
	}
	if level < at.level {
		corner += 2
	}
	said := p.T("quadrant." + quadrantWords[corner])
	if few {
		said = p.T("few.long")
	}
	t.Rows = append(t.Rows, []cell{
		{label: u.Name, Href: u.Href},
		text(p.Int(u.Facts.Valid())), p.meanLevelCell(&u.Facts),
		text(p.Int(u.Facts.Handling.Count())), text(p.Span(time)),
		{label: label{Text: said}, Faint: few},
	})
	if !shown && u.Code != f.Self {
		return
	}
	q.Points = append(q.Points, chart.QuadrantPoint{
		Name: u.Name.Text, X: time / at.unit.seconds, Y: level, Few: few, Self: u.Code == f.Self, Link: u.Href,
		Tip: u.Name.Text + "\n" + p.measureName(evaluation.MeanLevel) + "  " + p.Fixed(level, 4) + "  ·  " + p.T("sample.n", "Count", p.Int(u.Facts.Valid())) +
			"\n" + p.measureName(evaluation.MedianHandling) + "  " + p.figureText(evaluation.MedianHandling, &u.Facts) + "  ·  " + p.T("sample.n", "Count", p.Int(u.Facts.Handling.Count())) + "\n" + said,
	})
}
