package dashboard

import (
	"context"

	"haochaping/chart"
)

// paretoCard lists what people gave as reasons for bad reviews, the most frequent first, with the share that these make
// up together.
func (p *page) paretoCard() {
	p.add(card{ID: "reasons", Title: p.T("card.reasons"), Note: p.T("card.pareto.note"), Span: spanFull, Open: true},
		func(_ context.Context, c *card) error {
			s, err := p.series()
			if err != nil {
				return err
			}
			codes, of := tagsOf(&s.Total, true)
			if len(codes) == 0 {
				c.none(nil)
				if s.Total.Valid() > 0 && of == 0 {
					c.EmptyText = p.T("empty.no_bad")
				}
				return nil
			}
			var all, sum uint64
			for _, code := range codes {
				all += s.Total.Tags[code]
			}
			pareto := chart.Pareto{Description: p.T("card.reasons.described"), Name: p.T("column.mentions"), ShareName: p.T("column.cumulative")}
			c.Table = &table{Columns: []column{
				{Title: p.T("column.reason")},
				{Title: p.T("column.mentions"), Number: true},
				{Title: p.T("column.share_of_mentions"), Number: true},
				{Title: p.T("column.cumulative"), Number: true},
				{Title: p.T("column.share_of_reasons"), Number: true},
			}}
			for i, code := range codes {
				n, name := s.Total.Tags[code], p.tagName(code)
				sum += n
				part, together := p.Share(n, all), p.Share(sum, all)
				c.Table.Rows = append(c.Table.Rows, []cell{{label: name}, text(p.Int(n)), text(part), text(together), text(p.Share(min(n, of), of))})
				if i >= shownTags {
					continue
				}
				pareto.Rows = append(pareto.Rows, chart.Bar{
					Name: name.Text, Value: chart.Known(float64(n)), Label: p.Int(n), Tone: chart.ToneBad,
					Tip: name.Text + "\n" + p.T("column.mentions") + "  " + p.Int(n) + "  ·  " + part + "\n" + p.T("column.cumulative") + "  " + together,
				})
				pareto.Cumulative = append(pareto.Cumulative, 100*float64(sum)/float64(all))
			}
			c.Size = rowsClass(len(pareto.Rows) + 1)
			if len(codes) > shownTags {
				c.Table.Note = p.T("shown_of", "Shown", shownTags, "N", len(codes))
			}
			return c.draw(pareto.Figure())
		})
}
