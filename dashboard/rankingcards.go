package dashboard

import (
	"context"
	"strconv"

	"haochaping/chart"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// maxForest is how many units the plot of scores has room for.
const maxForest = 60

// forestOf are the scores of a result with their intervals, without words.
func forestOf(r *scoring.Result) chart.Forest {
	f := chart.Forest{Floor: 0, Top: r.Scheme.Scale}
	for i := range r.Ranked {
		placed := &r.Ranked[i]
		f.Rows = append(f.Rows, chart.Span{
			Value: placed.Score, Low: min(placed.ScoreLow, placed.Score), High: max(placed.ScoreHigh, placed.Score),
		})
	}
	return f
}

// scoresCard draws the scores with their intervals beside their table.
func (p *page) scoresCard(v *rankingView, results func() (rankingResults, error)) {
	p.add(card{ID: "scores", Title: p.T("card.scores"), Note: p.T("card.scores.note"), Span: spanFull, Open: true},
		func(_ context.Context, c *card) error {
			r, err := results()
			if err != nil {
				return err
			}
			ranked, _ := p.shownUnits(v, r.shown)
			if len(ranked) == 0 {
				c.Empty, c.EmptyText = true, p.T("ranking.nobody")
				return nil
			}
			if r.shown.Rule != scoring.RuleActive {
				c.Note = p.T("rule.note", "Rule", export.RuleText(r.shown.Rule, p.lang), "Note", c.Note)
			}
			f := chart.Forest{Description: p.T("card.scores.described"), Name: p.T("ranking.score"), Top: r.shown.Scheme.Scale}
			w := rankWriter{page: p, view: v, scheme: r.shown.Scheme}
			ranks := export.Ranks(r.shown.Scheme) && v.Within == ""
			c.Table = p.scoresTable(ranks)
			for i, placed := range ranked {
				unit := p.contestant(v.Contest, placed.Code)
				cells := []cell{{label: unit.Name, Href: unit.Href}, text(p.score(w.scheme, placed.Score)), text(p.score(w.scheme, placed.ScoreLow)), text(p.score(w.scheme, placed.ScoreHigh))}
				tip := unit.Name.Text + "\n" + p.T("ranking.score") + "  " + p.score(w.scheme, placed.Score) + "\n" +
					p.T("ranking.interval") + "  " + p.score(w.scheme, placed.ScoreLow) + "–" + p.score(w.scheme, placed.ScoreHigh)
				if ranks {
					cells = append(cells, text(strconv.Itoa(placed.Rank)), text(export.RankRange(placed, p.lang)))
					tip += "\n" + p.T("ranking.range") + "  " + export.RankRange(placed, p.lang)
				}
				c.Table.Rows = append(c.Table.Rows, cells)
				if i < maxForest {
					f.Rows = append(f.Rows, chart.Span{
						Name: unit.Name.Text, Value: placed.Score, Low: min(placed.ScoreLow, placed.Score), High: max(placed.ScoreHigh, placed.Score),
						Tip: tip, Link: unit.Href,
					})
				}
			}
			if len(ranked) > maxForest {
				c.Table.Note = p.T("shown_of", "Shown", maxForest, "N", len(ranked))
			}
			c.Size = rowsClass(len(f.Rows))
			return c.draw(f.Figure())
		})
}

func (p *page) scoresTable(ranks bool) *table {
	t := &table{Columns: []column{
		{Title: p.T("ranking.unit")},
		{Title: p.T("ranking.score"), Number: true},
		{Title: p.T("ranking.low"), Number: true},
		{Title: p.T("ranking.high"), Number: true},
	}}
	if ranks {
		t.Columns = append(t.Columns, column{Title: p.T("ranking.rank"), Number: true}, column{Title: p.T("ranking.range"), Number: true})
	}
	return t
}

// schemeCard explains the scheme: what is measured, how it becomes points, what it weighs.
func (p *page) schemeCard(results func() (rankingResults, error)) {
	p.add(card{ID: "scheme", Title: p.T("card.scheme"), Span: spanFull, Open: true}, func(_ context.Context, c *card) error {
		r, err := results()
		if err != nil {
			return err
		}
		s := r.shown.Scheme
		c.Note = p.T("ranking.scheme", "Name", s.Name.In(p.lang), "Version", s.Version)
		c.Table = p.schemeTable(s)
		return nil
	})
}

// schemeTable lists the indicators of a scheme: what each weighs, how it becomes points, and what it means.
func (p *page) schemeTable(s *scheme.Scheme) *table {
	t := &table{Columns: []column{
		{Title: p.T("column.measure")},
		{Title: p.T("scheme.weight"), Number: true},
		{Title: p.T("scheme.points")},
		{Title: p.T("scheme.minimum"), Number: true},
		{Title: p.T("scheme.missing")},
		{Title: p.T("scheme.wording")},
	}}
	leaves, shares := export.Leaves(s)
	for i, n := range leaves {
		t.Rows = append(t.Rows, []cell{
			text(n.Name.In(p.lang)), text(export.WeightText(shares[i])), text(export.PointsText(n, s, p.lang)),
			text(p.Int(n.MinimumN)), text(export.MissingText(n.Missing, p.lang)), text(n.Wording.In(p.lang)),
		})
	}
	return t
}
