package dashboard

import (
	"context"

	"haochaping/chart"
	"haochaping/evaluation"
)

// axisUnit is a unit that an axis of handling times is in.
type axisUnit struct {
	id      string // of its word
	seconds float64
}

var axisUnits = [...]axisUnit{{"unit.days", 86400}, {"unit.hours", 3600}, {"unit.minutes", 60}}

// unitOf is the largest unit of which there are at least two, else the smallest, as spans are written.
func unitOf(seconds float64) axisUnit {
	for _, u := range axisUnits {
		if seconds >= 2*u.seconds {
			return u
		}
	}
	return axisUnits[len(axisUnits)-1]
}

// handlingCard shows how long cases take, not only in the middle.
func (p *page) handlingCard() {
	p.add(card{ID: "handling", Title: p.T("card.handling"), Span: spanThird, Size: "plot"},
		func(_ context.Context, c *card) error {
			s, err := p.series()
			f := &s.Total
			if err != nil || f.Handled == 0 {
				c.Empty = err == nil
				return err
			}
			slow, _ := f.Handling.Quantile(0.9)
			unit := unitOf(slow)
			c.Note = p.T("card.handling.note", "Unit", p.T(unit.id))
			bars := chart.Bars{Description: p.T("card.handling.described"), Name: p.T("measure.handling", "Unit", p.T(unit.id))}
			c.Table = &table{Columns: []column{{Title: p.T("column.measure")}, {Title: p.T("column.value"), Number: true}}}
			row := func(id string, seconds float64, tone chart.Tone, written string) {
				title := p.T("handling." + id)
				bars.Rows = append(bars.Rows, chart.Bar{
					Name: title, Value: chart.Known(seconds / unit.seconds), Label: p.Span(seconds), Tone: tone,
					Tip: title + "\n" + p.Span(seconds) + "\n" + p.T("sample.n", "Count", p.Int(f.Handled)),
				})
				c.Table.Rows = append(c.Table.Rows, []cell{text(title), text(written)})
			}
			for _, q := range percentiles {
				v, _ := f.Handling.Quantile(q.q)
				row(q.id, v, chart.ToneMain, p.Span(v))
			}
			mean := float64(f.HandlingSeconds) / float64(f.Handled)
			row("mean", mean, chart.ToneSoft, p.meanHandlingCell(f).Text)
			p.caseRows(c.Table, f)
			return c.draw(bars.Figure())
		})
}

// exactSpan is Span with four decimals, for means: they are exact, where percentiles are read from buckets.
func (p *page) exactSpan(seconds float64) string {
	_, unit := apart(p.Span(seconds))
	if seconds < 2*60 { // whole seconds
		return p.Span(seconds)
	}
	return p.Fixed(seconds/unitOf(seconds).seconds, 4) + " " + unit
}

// caseRows adds what else the cases say, where it is known.
func (p *page) caseRows(t *table, f *evaluation.Facts) {
	t.Rows = append(t.Rows,
		[]cell{text(p.T("handling.counted")), text(p.Int(f.Handled))},
		[]cell{text(p.T("count.accepted")), text(p.Int(f.Accepted))},
		[]cell{text(p.T("count.finished")), text(p.Int(f.Finished))})
	if f.Limited > 0 {
		n := float64(f.Limited)
		t.Rows = append(t.Rows,
			[]cell{text(p.T("handling.promised")), text(p.Span(float64(f.PromisedSeconds) / n))},
			[]cell{text(p.T("handling.statutory")), text(p.Span(float64(f.StatutorySeconds) / n))})
	}
	for _, id := range []string{
		evaluation.OnTimeRate, evaluation.EarlyRate, evaluation.TimeReduction, evaluation.ImmediateRate, evaluation.OnlineRate, evaluation.Visits,
	} {
		t.Rows = append(t.Rows, []cell{text(p.measureName(id)), p.measureCell(id, f)})
	}
}
