package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"haochaping/evaluation"
)

// How much the one page has room for.
const (
	briefUnits   = 22
	briefReasons = 5
)

// briefPart is what the one page shows of the units and reasons that the overview compares.
type briefPart struct {
	Column  string
	Units   []briefUnit
	Hidden  string // that not all are listed
	Reasons []briefReason
	Failed  *failure
	Made    string // when the page was drawn
}

// briefUnit is a line of the list: the figures of a unit, and its rate with the interval as a small drawing.
type briefUnit struct {
	Name                                         label
	Ratings, Bad, Rate, Interval, Active, OnTime string
	Few                                          bool
	Bar, Whisker                                 string // path data in a box of 100 × 10; empty: nothing to draw
}

type briefReason struct {
	Name            label
	Count, Together string
}

// brief is the overview on one printable page.
func (d *Dashboard) brief(p *page) error {
	top := p.overviewSubject()
	p.Template = "brief"
	b := &briefPart{Made: p.T("brief.made", "Time", p.Clock(p.now, p.now.AddDate(0, 0, -1)))}
	p.Overview.One = b
	p.loaders = append(p.loaders, p.shield(p.T("findings"), p.loadFindings), p.shield(p.T("clocks"), p.loadClocks), p.shield(p.T("quality"), p.loadQuality), p.shield(p.T("card.reasons"), p.loadBriefReasons))
	compare := p.compareTabs(top)
	if len(compare) == 0 {
		return nil
	}
	b.Column = compare[0].name.Text
	p.loaders = append(p.loaders, func(ctx context.Context) {
		if err := guarded(ctx, func(ctx context.Context) error { return p.loadBriefUnits(ctx, compare[0].read) }); err != nil {
			b.Failed = p.dashboard.incident(p.request, "units of the one page failed", err)
			b.Failed.What = b.Column
		}
	})
	return nil
}

func (p *page) loadBriefUnits(ctx context.Context, read func(context.Context) ([]unit, error)) error {
	units, err := read(ctx)
	if err != nil {
		return err
	}
	p.sortUnits(units)
	b := p.Overview.One
	if len(units) > briefUnits {
		b.Hidden = p.T("brief.hidden", "Shown", briefUnits, "N", len(units))
		units = units[:briefUnits]
	}
	most := 0.0
	for i := range units {
		if _, high, ok := badIndicator.Interval(badIndicator.Of(&units[i].Facts)); ok && !p.few(&units[i].Facts) {
			most = max(most, high)
		}
	}
	for i := range units {
		f := &units[i].Facts
		row := briefUnit{
			Name: units[i].Name, Ratings: p.countCell(f.Valid(), f.Valid() > 0).Text, Bad: p.countCell(f.Bad(), f.Valid() > 0).Text,
			Rate: p.figureText(evaluation.BadPer100k, f), Interval: p.intervalCell(f).Text,
			Active: p.figureText(evaluation.ActiveRate, f), OnTime: p.figureText(evaluation.OnTimeRate, f), Few: p.few(f),
		}
		if low, high, ok := badIndicator.Interval(badIndicator.Of(f)); ok && !row.Few && most > 0 {
			rate, _ := badPer100k(f)
			at := func(v float64) string { return strconv.FormatFloat(100*v/most, 'f', 1, 64) }
			row.Bar = fmt.Sprintf("M0 2H%sV8H0Z", at(rate))
			row.Whisker = fmt.Sprintf("M%[1]s 5H%[2]sM%[1]s 3V7M%[2]s 3V7", at(low), at(high))
		}
		b.Units = append(b.Units, row)
	}
	return nil
}

func (p *page) loadBriefReasons(context.Context) error {
	s, err := p.series()
	if err != nil {
		return err
	}
	codes, _ := tagsOf(&s.Total, true)
	var all, sum uint64
	for _, code := range codes {
		all += s.Total.Tags[code]
	}
	for _, code := range codes[:min(len(codes), briefReasons)] {
		n := s.Total.Tags[code]
		sum += n
		p.Overview.One.Reasons = append(p.Overview.One.Reasons, briefReason{Name: p.tagName(code), Count: p.Int(n), Together: p.Share(sum, all)})
	}
	return nil
}

// Few reports whether any unit listed has too few ratings to be compared.
func (b *briefPart) Few() bool {
	return slices.ContainsFunc(b.Units, func(u briefUnit) bool { return u.Few })
}

// Density is the class of the list: lines are the higher the fewer there are, so that the sheet is filled.
func (b *briefPart) Density() string {
	switch n := len(b.Units); {
	case n <= 10:
		return "roomy"
	case n > 16:
		return "many"
	}
	return ""
}

// BadName, ActiveName and OnTimeName head the columns of the one page.
func (p *page) BadName() string { return p.measureName(evaluation.BadPer100k) }

// ActiveName is what the rate of active ratings is called.
func (p *page) ActiveName() string { return p.measureName(evaluation.ActiveRate) }

// OnTimeName is what the rate of cases done in time is called.
func (p *page) OnTimeName() string { return p.measureName(evaluation.OnTimeRate) }
