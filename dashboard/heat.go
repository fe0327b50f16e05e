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
			c.none(nil)
			return nil
		}
		return p.drawHeat(c, cells, linesByVolume(lines), p.codesOf(code))
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

// drawHeat fills the table with all lines and regions, and draws those lines that have ratings enough
// to be judged somewhere, in the regions that have any ratings of them: a field of grey says nothing.
func (p *page) drawHeat(c *card, cells map[heatKey]*evaluation.Facts, lines, regions []string) error {
	c.Table = p.heatTable(cells, lines, regions)
	shown := slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return !slices.ContainsFunc(regions, func(region string) bool {
			f := cells[heatKey{region, line}]
			return f != nil && !p.few(f)
		})
	})
	if len(shown) == 0 {
		c.Open, c.Note = true, "" // the table says what it shows
		return nil
	}
	if len(shown) < len(lines) {
		c.Note += p.T("card.heat.shown", "Shown", len(shown), "N", len(lines))
	}
	regions = slices.DeleteFunc(slices.Clone(regions), func(region string) bool {
		return !slices.ContainsFunc(shown, func(line string) bool { return cells[heatKey{region, line}] != nil })
	})
	h := chart.Heat{
		Description: p.T("card.heat.described"), Name: p.measureName(evaluation.BadPer100k), FewName: p.T("few.long"),
		Step: func(lo, hi float64) string {
			if math.IsInf(hi, 1) {
				return "≥ " + p.stepNumber(lo)
			}
			return p.stepNumber(lo) + "–" + p.stepNumber(hi)
		},
	}
	for _, line := range shown {
		h.X = append(h.X, p.lineName(line).Text)
	}
	for y, region := range regions {
		name := p.regionName(region)
		h.Y = append(h.Y, name.Text)
		for x, line := range shown {
			if f := cells[heatKey{region, line}]; f != nil {
				h.Cells = append(h.Cells, p.heatCell(x, y, name.Text+" · "+h.X[x], p.regionLink(region), f))
			}
		}
	}
	c.Size = fmt.Sprintf("across-%d down-%d", steps4(len(regions)), steps4(len(shown)))
	return c.draw(h.Figure())
}

func (p *page) heatCell(x, y int, name, href string, f *evaluation.Facts) chart.Cell {
	rate, _ := badPer100k(f)
	few := p.few(f)
	tip := p.tip(name, f)
	if few {
		tip += "\n" + p.T("few.long")
	}
	return chart.Cell{X: x, Y: y, Value: rate, Few: few, Tip: tip, Link: href}
}

// heatTable has a row a line and a column a region.
func (p *page) heatTable(cells map[heatKey]*evaluation.Facts, lines, regions []string) *table {
	t := &table{Columns: []column{{Title: p.T("column.line")}}, Note: p.T("card.heat.table")}
	for _, region := range regions {
		name := p.regionName(region)
		t.Columns = append(t.Columns, column{Title: name.Text, Name: name.Name, Number: true})
	}
	for _, line := range lines {
		row := []cell{{label: p.lineName(line)}}
		for _, region := range regions {
			f := cells[heatKey{region, line}]
			if f == nil {
				row = append(row, cell{label: label{Text: p.None()}, Faint: true})
				continue
			}
			shown := p.measureCell(evaluation.BadPer100k, f)
			shown.Faint = p.few(f)
			row = append(row, shown)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// stepNumber writes a bound of the scale, which is a round number, with as many decimals as it has.
func (p *page) stepNumber(v float64) string {
	decimals, scale := 0, 1.0
	for decimals < 6 && math.Abs(v*scale-math.Round(v*scale)) > 1e-6*v*scale {
		decimals, scale = decimals+1, scale*10
	}
	return p.Fixed(v, decimals)
}
