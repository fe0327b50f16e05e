package dashboard

import (
	"cmp"
	"context"
	"slices"

	"haochaping/chart"
	"haochaping/evaluation"
	"haochaping/evaluation/statistics"
)

// field is the units that plots of points show.
type field struct {
	Column string                                                  // what sort of units they are
	Target string                                                  // whose rate the limits are around
	Self   string                                                  // code of the unit that the page is about; empty if it is none of them
	Read   func(context.Context) ([]unit, evaluation.Facts, error) // the units and what the limits are around
}

// fieldBelow are the units below the one that the page is about, around its own rate.
func (p *page) fieldBelow(column string, read func(context.Context) ([]unit, error)) *field {
	return &field{Column: column, Target: p.Title.Text, Read: func(ctx context.Context) ([]unit, evaluation.Facts, error) {
		s, err := p.series()
		if err != nil {
			return nil, evaluation.Facts{}, err
		}
		units, err := read(ctx)
		return units, s.Total, err
	}}
}

// fieldOf are a unit and its peers, around the rate of the unit above; nil where the reader may not see that one.
func (p *page) fieldOf(k *kin) *field {
	if k == nil || !k.Open {
		return nil
	}
	return &field{Column: k.Column, Target: k.Above.Text, Self: k.Code, Read: func(ctx context.Context) ([]unit, evaluation.Facts, error) {
		above, err := p.whole(ctx, k)
		if err != nil {
			return nil, above, err
		}
		units, err := k.All(ctx)
		return units, above, err
	}}
}

// plotted is how many units a plot of points shows; its table lists all.
const plotted = 300

// judgedUnits reads the units of a field that have ratings, most first; fewer than two are nothing to compare.
func (f *field) judgedUnits(ctx context.Context) ([]unit, evaluation.Facts, error) {
	units, whole, err := f.Read(ctx)
	units = slices.DeleteFunc(units, func(u unit) bool { return u.Code == "" || u.Facts.Valid() == 0 })
	slices.SortFunc(units, func(a, b unit) int {
		return cmp.Or(cmp.Compare(b.Facts.Valid(), a.Facts.Valid()), cmp.Compare(a.Code, b.Code))
	})
	if len(units) < 2 {
		units = nil
	}
	return units, whole, err
}

// controlLimits are what share of chance lies below each limit: 95 % and 99.8 % lie between the pairs.
var controlLimits = [4]float64{0.001, 0.025, 0.975, 0.999}

// limitsAt are the control limits for n ratings around a share, per 100,000.
func limitsAt(n uint64, share float64) (limits [4]float64) {
	for i, q := range controlLimits {
		limits[i] = statistics.BinomialLimit(q, n, share) / float64(n) * 100_000
	}
	return limits
}

// standing is where a rate stands among its limits; the word is part of a message.
func standing(rate float64, limits [4]float64) (s chart.Standing, word string) {
	switch {
	case rate > limits[3]:
		return chart.Worse, "above998"
	case rate < limits[0]:
		return chart.Better, "below998"
	case rate > limits[2]:
		return chart.Outside, "above95"
	case rate < limits[1]:
		return chart.Outside, "below95"
	}
	return chart.Within, "within"
}

// funnelCard plots bad reviews per 100,000 against the number of ratings, with the limits of what chance does around a
// common rate.
func (p *page) funnelCard(f *field) {
	if f == nil {
		return
	}
	c := card{ID: "funnel", Title: p.T("card.funnel"), Note: p.T("card.funnel.note", "What", f.Target), Span: spanHalf, Size: "field"}
	p.add(c, func(ctx context.Context, c *card) error {
		units, whole, err := f.judgedUnits(ctx)
		target, ok := badPer100k(&whole)
		if err != nil || !ok || len(units) == 0 {
			c.none(err)
			return err
		}
		if target == 0 { // without any bad review all limits lie on the line, at zero
			c.none(nil)
			c.EmptyText = p.T("empty.no_bad")
			return nil
		}
		plot := chart.Funnel{
			Description: p.T("card.funnel.described"), Name: p.measureName(evaluation.BadPer100k), SizeName: p.T("measure.ratings"),
			TargetName: p.T("funnel.target", "Rate", p.figureText(evaluation.BadPer100k, &whole)), Target: target,
		}
		c.Table = &table{Note: p.T("card.funnel.method"), Columns: []column{
			{Title: f.Column},
			{Title: p.T("measure.ratings"), Number: true},
			{Title: p.T("measure.bad"), Number: true},
			{Title: plot.Name, Number: true},
			{Title: p.T("funnel.limits95"), Number: true},
			{Title: p.T("funnel.limits998"), Number: true},
			{Title: p.T("funnel.standing")},
		}}
		for i := range units {
			p.funnelUnit(&plot, c.Table, f, &units[i], target, i < plotted)
		}
		if len(units) > plotted {
			c.Table.Note += p.T("shown_of", "Shown", plotted, "N", len(units))
		}
		plot.Sizes = chart.SizesFor(plot.Points)
		plot.Limits = p.funnelLimits(plot.Sizes, target/100_000)
		return c.draw(plot.Figure())
	})
}

func (p *page) funnelUnit(plot *chart.Funnel, t *table, f *field, u *unit, target float64, shown bool) {
	limits := limitsAt(u.Facts.Valid(), target/100_000)
	rate, _ := badPer100k(&u.Facts)
	where, word := standing(rate, limits)
	few := p.few(&u.Facts)
	said := p.T("funnel." + word)
	if few && where == chart.Within {
		where = chart.Few
	}
	t.Rows = append(t.Rows, []cell{
		{label: u.Name, Href: u.Href},
		text(p.Int(u.Facts.Valid())), text(p.Int(u.Facts.Bad())),
		{label: label{Text: p.figureText(evaluation.BadPer100k, &u.Facts)}, Faint: few},
		text(p.interval(evaluation.Per100k, limits[1], limits[2])), text(p.interval(evaluation.Per100k, limits[0], limits[3])), text(said),
	})
	if shown || u.Code == f.Self {
		plot.Points = append(plot.Points, chart.FunnelPoint{
			Name: u.Name.Text, N: float64(u.Facts.Valid()), Rate: rate, Standing: where, Self: u.Code == f.Self,
			Tip: p.tip(u.Name.Text, &u.Facts) + "\n" + said, Link: u.Href,
		})
	}
}

// funnelLimits are the lines of the limits over sizes.
func (p *page) funnelLimits(sizes []float64, share float64) []chart.FunnelLimit {
	lines := []chart.FunnelLimit{
		{Name: p.T("funnel.limits998"), Wide: true}, {Name: p.T("funnel.limits95")}, {Name: p.T("funnel.limits95")}, {Name: p.T("funnel.limits998"), Wide: true},
	}
	for _, n := range sizes {
		for i, limit := range limitsAt(uint64(n), share) {
			lines[i].Rates = append(lines[i].Rates, limit)
		}
	}
	// Those of one name stand together, as the legend wants them.
	return []chart.FunnelLimit{lines[1], lines[2], lines[0], lines[3]}
}
