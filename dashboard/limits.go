package dashboard

import (
	"context"

	"haochaping/chart"
	"haochaping/evaluation"
)

// percentiles are the shares of cases that handling times are read at.
var percentiles = []struct {
	id string
	q  float64
}{{"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}}

// limitsCard sets percentiles of handling time beside those of the promised and of the statutory limits.
func (p *page) limitsCard() {
	p.add(card{ID: "limits", Title: p.T("card.limits"), Span: spanFull, Size: "plot"},
		func(_ context.Context, c *card) error {
			s, err := p.series()
			f := &s.Total
			if err != nil || f.Handled == 0 || f.PromisedTimes.Count()+f.StatutoryTimes.Count() == 0 {
				c.Empty = err == nil
				if f.Handled > 0 {
					c.EmptyText = p.T("card.limits.empty")
				}
				return err
			}
			of := []struct {
				id   string
				tone chart.Tone
				h    evaluation.Histogram
			}{{"actual", chart.ToneMain, f.Handling}, {"promised", chart.ToneSoft, f.PromisedTimes}, {"statutory", chart.ToneFaint, f.StatutoryTimes}}
			slow := 0.0
			for _, o := range of {
				v, _ := o.h.Quantile(0.95)
				slow = max(slow, v)
			}
			unit := unitOf(slow)
			c.Note = p.T("card.limits.note", "Unit", p.T(unit.id))
			bars := chart.Clusters{Description: p.T("card.limits.described")}
			c.Table = &table{Columns: []column{{Title: p.T("column.percentile")}}, Note: p.T("card.limits.of")}
			sample := []cell{text(p.T("column.n"))}
			for _, o := range of {
				name := p.T("limits." + o.id)
				c.Table.Columns = append(c.Table.Columns, column{Title: name, Number: true})
				bars.Bars = append(bars.Bars, chart.Cluster{Name: name, Tone: o.tone})
				sample = append(sample, p.countCell(o.h.Count(), o.h.Count() > 0))
			}
			for _, at := range percentiles {
				name := p.T("handling." + at.id)
				row, tip := []cell{text(name)}, name
				for i, o := range of {
					seconds, ok := o.h.Quantile(at.q)
					written := p.None()
					if ok {
						written = p.Span(seconds)
					}
					b := &bars.Bars[i]
					b.Values, b.Labels = append(b.Values, chart.Number{Value: seconds / unit.seconds, Known: ok}), append(b.Labels, written)
					row, tip = append(row, cell{label: label{Text: written}, Faint: !ok}), tip+"\n"+b.Name+"  "+written
				}
				bars.Labels, bars.Tips = append(bars.Labels, name), append(bars.Tips, tip)
				c.Table.Rows = append(c.Table.Rows, row)
			}
			c.Table.Rows = append(c.Table.Rows, sample)
			return c.draw(bars.Figure())
		})
}
