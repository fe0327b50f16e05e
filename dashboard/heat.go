package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"haochaping/chart"
	"haochaping/evaluation"
)

// heatKey is a field of the heat map.
type heatKey struct{ region, line string }

// heatCard crosses the regions below one with the lines of departments.
func (p *page) heatCard(code string) {
	children, parents := below(p.dir, code)
	if len(children) < 2 || len(p.dir.Lines()) == 0 {
		return
	}
	c := card{
		ID: "heat", Title: p.T("card.heat"), Span: spanFull,
		Note: p.T("card.heat.note", "Count", p.Int(p.dashboard.options.MinSample)),
	}
	p.add(c, func(ctx context.Context, c *card) error {
		cells := make(map[heatKey]*evaluation.Facts)
		lines := make(map[string]uint64)
		queries := []evaluation.Query{}
		for _, parent := range parents {
			queries = append(queries, evaluation.Query{By: evaluation.ByRegionLine, From: p.period.From, To: p.period.To, Parent: parent})
		}
		if code == "" {
			queries = append(queries, evaluation.Query{By: evaluation.ByRegionLine, From: p.period.From, To: p.period.To, Level: 1})
		}
		for _, q := range queries {
			rows, err := p.facts(ctx, q)
			if err != nil {
				return err
			}
			for i := range rows {
				r := &rows[i]
				if r.Line == "" || r.Valid() == 0 {
					continue
				}
				key := heatKey{r.Region, r.Line}
				if cells[key] == nil {
					cells[key] = &evaluation.Facts{}
				}
				cells[key].Add(&r.Facts)
				lines[r.Line] += r.Valid()
			}
		}
		if len(cells) == 0 {
			c.Empty = true
			return nil
		}
		return p.drawHeat(c, cells, linesByVolume(lines), codesOf(p.dir, code))
	})
}

// linesByVolume lists the lines, those with most ratings first.
func linesByVolume(volume map[string]uint64) []string {
	lines := make([]string, 0, len(volume))
	for line := range volume {
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b string) int { return cmp.Or(cmp.Compare(volume[b], volume[a]), cmp.Compare(a, b)) })
	return lines
}

func (p *page) drawHeat(c *card, cells map[heatKey]*evaluation.Facts, lines, regions []string) error {
	h := chart.Heat{
		Description: p.T("card.heat.described"), Name: p.measureName(evaluation.BadPer100k), X: lines, FewName: p.T("few.long"),
		Step: func(lo, hi float64) string {
			if math.IsInf(hi, 1) {
				return "≥ " + p.stepNumber(lo)
			}
			return p.stepNumber(lo) + "–" + p.stepNumber(hi)
		},
	}
	c.Table = &table{Columns: []column{{Title: p.T("column.line")}}, Note: p.T("card.heat.table")}
	for _, line := range lines {
		c.Table.Rows = append(c.Table.Rows, []cell{{label: p.lineName(line)}})
	}
	for y, region := range regions {
		name := p.regionName(region)
		h.Y = append(h.Y, name.Text)
		c.Table.Columns = append(c.Table.Columns, column{Title: name.Text, Name: name.Name, Number: true})
		for x, line := range lines {
			f := cells[heatKey{region, line}]
			if f == nil {
				c.Table.Rows[x] = append(c.Table.Rows[x], cell{label: label{Text: p.None()}, Faint: true})
				continue
			}
			rate, _ := badPer100k(f)
			few := p.few(f)
			tip := p.tip(name.Text+" · "+line, f)
			if few {
				tip += "\n" + p.T("few.long")
			}
			h.Cells = append(h.Cells, chart.Cell{X: x, Y: y, Value: rate, Few: few, Tip: tip, Link: p.regionLink(region)})
			shown := p.measureCell(evaluation.BadPer100k, f)
			shown.Faint = few
			c.Table.Rows[x] = append(c.Table.Rows[x], shown)
		}
	}
	c.Size = fmt.Sprintf("across-%d down-%d", steps4(len(regions)), steps4(len(lines)))
	return c.draw(h.Figure())
}

// stepNumber writes a bound of the scale, which is a round number.
func (p *page) stepNumber(v float64) string {
	if v == math.Trunc(v) {
		return p.Fixed(v, 0)
	}
	return p.Fixed(v, 1)
}
