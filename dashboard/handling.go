package dashboard

import (
	"context"

	"haochaping/chart"
	"haochaping/evaluation"
)

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
			unit := 60.0
			unitID := "unit.minutes"
			for _, u := range durationUnits {
				if slow >= 2*u.seconds {
					unit, unitID = u.seconds, u.id
					break
				}
			}
			c.Note = p.T("card.handling.note", "Unit", p.T(unitID))
			name := p.T("measure.handling", "Unit", p.T(unitID))
			bars := chart.Bars{Description: p.T("card.handling.described"), Name: name}
			c.Table = &table{Columns: []column{{Title: p.T("column.measure")}, {Title: p.T("column.value"), Number: true}}}
			row := func(id string, seconds float64, tone chart.Tone) {
				title := p.T("handling." + id)
				bars.Rows = append(bars.Rows, chart.Bar{
					Name: title, Value: chart.Known(seconds / unit), Label: p.Span(seconds), Tone: tone,
					Tip: title + "\n" + p.Span(seconds) + "\n" + p.T("sample.n", "Count", p.Int(f.Handled)),
				})
				c.Table.Rows = append(c.Table.Rows, []cell{text(title), text(p.Span(seconds))})
			}
			for _, q := range []struct {
				id string
				q  float64
			}{{"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}} {
				v, _ := f.Handling.Quantile(q.q)
				row(q.id, v, chart.ToneMain)
			}
			mean := float64(f.HandlingSeconds) / float64(f.Handled)
			row("mean", mean, chart.ToneSoft)
			// The mean is exact, where the others are read from buckets: its cell says so.
			c.Table.Rows[len(c.Table.Rows)-1][1] = text(p.Fixed(mean/unit, 4) + " " + p.T(unitID))
			p.caseRows(c.Table, f)
			return c.draw(bars.Figure())
		})
}

// caseRows adds what else the cases say, where it is known.
func (p *page) caseRows(t *table, f *evaluation.Facts) {
	t.Rows = append(t.Rows,
		[]cell{text(p.T("count.accepted")), text(p.Int(f.Accepted))},
		[]cell{text(p.T("count.finished")), text(p.Int(f.Finished))})
	for _, id := range []string{
		evaluation.OnTimeRate, evaluation.EarlyRate, evaluation.TimeReduction, evaluation.ImmediateRate, evaluation.OnlineRate, evaluation.Visits,
	} {
		t.Rows = append(t.Rows, []cell{text(p.measureName(id)), p.measureCell(id, f)})
	}
}
