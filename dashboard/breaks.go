package dashboard

import (
	"context"
	"fmt"
	"slices"

	"haochaping/calendar"
	"haochaping/chart"
	"haochaping/evaluation"
)

// Breaks tells from which days figures mean something else than before.
type Breaks interface {
	// Breaks are all that are known, in the order of days. Callers do not modify them.
	Breaks(ctx context.Context) ([]evaluation.Break, error)
}

// readBreaks are the breaks that concern the page's unit, in the order of days.
func (p *page) readBreaks(ctx context.Context) ([]evaluation.Break, error) {
	from := p.dashboard.options.Breaks
	if from == nil {
		return nil, nil
	}
	c := p.dashboard.facts
	all, err := recall(ctx, c, p.wanted, &c.breaks, struct{}{}, c.timeout, from.Breaks)
	if err != nil {
		return nil, fmt.Errorf("read the breaks in the series: %w", err)
	}
	region := p.subjectRegion()
	return slices.DeleteFunc(slices.Clone(all), func(b evaluation.Break) bool { return !p.concerns(b, region) }), nil
}

// concerns reports whether a break concerns a region: one that it names, or one above or below it. A change of the
// scheme changes scores and no figure of a unit, so it concerns rankings alone.
func (p *page) concerns(b evaluation.Break, region string) bool {
	if b.Kind == evaluation.BreakScheme && p.Nav != "ranking" {
		return false
	}
	return region == "" || len(b.Regions) == 0 || slices.ContainsFunc(b.Regions, func(other string) bool {
		return p.dir.Within(region, other) || p.dir.Within(other, region)
	})
}

// subjectRegion is the region that the page's unit lies in; ” = everywhere.
func (p *page) subjectRegion() string {
	switch {
	case p.subject.Region != "":
		return p.subject.Region
	case p.subject.Hall != "":
		h, _ := p.dir.Hall(p.subject.Hall)
		return h.Region
	case p.subject.Department != "":
		dep, _ := p.dir.Department(p.subject.Department)
		return dep.Region
	case p.subject.Item != "":
		item, _ := p.dir.Item(p.subject.Item)
		dep, _ := p.dir.Department(item.Department)
		return dep.Region
	}
	return ""
}

// breakNote says what a break is, and since when.
func (l locale) breakNote(b *evaluation.Break) string {
	return l.T("break.note", "Text", b.Text(l.lang))
}

// marks are the breaks within the steps of a period as lines over a chart, and what they stand for.
func (p *page) marks(within calendar.Range, steps []calendar.Range, breaks []evaluation.Break) (lines []chart.Mark, notes []string) {
	crossed := evaluation.Crosses(breaks, within, within)
	for i := range crossed {
		at := slices.IndexFunc(steps, func(step calendar.Range) bool { return crossed[i].Day <= step.To })
		if at < 0 {
			continue
		}
		notes = append(notes, p.breakNote(&crossed[i]))
		if n := len(lines); n > 0 && lines[n-1].At == at {
			continue // one line, several reasons
		}
		lines = append(lines, chart.Mark{At: at, Label: p.T("break.label")})
	}
	return lines, notes
}

// loadBreakNotes says on the ranking that its own period has two meanings.
func (p *page) loadBreakNotes(ctx context.Context) error {
	breaks, err := p.readBreaks(ctx)
	if err != nil {
		return err
	}
	within := evaluation.Crosses(breaks, p.period.Range, p.period.Range)
	for i := range within {
		p.BreakNotes = append(p.BreakNotes, p.breakNote(&within[i]))
	}
	return nil
}
