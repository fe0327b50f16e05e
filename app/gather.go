package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/evaluation/imported"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// judge gathers the units of a scheme with all that is known of them in a period, and judges them.
func (a *App) judge(ctx context.Context, s *scheme.Scheme, period calendar.Range, o scoring.Options) (*scoring.Result, error) {
	units, err := a.schemeUnits(ctx, s, period)
	if err != nil {
		return nil, err
	}
	return scoring.Evaluate(ctx, s, units, o)
}

// schemeUnits lists whom a scheme judges: the units of its kind that the directory has in the period, also those
// without any record, in the order of the directory, with facts, follow-ups as of now and imported values; with an
// empty code what is attributed to none of them.
func (a *App) schemeUnits(ctx context.Context, s *scheme.Scheme, period calendar.Range) ([]scoring.Unit, error) {
	g, err := a.gather(ctx, s, period)
	if err != nil {
		return nil, err
	}
	return g.units, nil
}

// gathering is the units of a scheme on their way to be judged.
type gathering struct {
	scheme       *scheme.Scheme
	period       calendar.Range
	dir          *directory.Directory
	units        []scoring.Unit
	names        []imported.Unit // by what values may name each unit
	at           map[string]int  // code → place in units
	unmatched    []unmatched     // imported values that count for nobody
	unknownYears []int           // in which deadlines in working days are not known
}

func (a *App) gather(ctx context.Context, s *scheme.Scheme, period calendar.Range) (*gathering, error) {
	if period.Len() == 0 {
		return nil, fmt.Errorf("evaluate: the period ends (%s) before it begins (%s)", period.To, period.From)
	}
	g := &gathering{scheme: s, period: period, dir: a.store.Directory(), at: make(map[string]int)}
	if err := g.list(); err != nil {
		return nil, err
	}
	if s.Units.Kind != scheme.UnitImported {
		if err := a.addFacts(ctx, g); err != nil {
			return nil, err
		}
	}
	return g, a.finish(ctx, g)
}

// gatherAgain gathers for another scheme. Of the same units it is the same facts, although more have arrived since.
func (a *App) gatherAgain(ctx context.Context, g *gathering, s *scheme.Scheme) (*gathering, error) {
	if s.Units != g.scheme.Units || s.Units.Kind == scheme.UnitImported {
		return a.gather(ctx, s, g.period)
	}
	again := *g
	again.scheme, again.unmatched = s, nil
	again.units, again.names, again.at = slices.Clone(g.units), slices.Clone(g.names), maps.Clone(g.at)
	for i := range again.units {
		again.units[i].Imported, again.units[i].Group = nil, ""
	}
	return &again, a.finish(ctx, &again)
}

// finish adds what a scheme asks for besides facts: imported values, and the peer groups of its units.
func (a *App) finish(ctx context.Context, g *gathering) error {
	if err := a.addImported(ctx, g); err != nil {
		return err
	}
	group := make(map[string]string)
	for _, p := range slices.Backward(g.scheme.Peers) { // of several the first counts
		for _, code := range p.Units {
			group[code] = p.ID
		}
	}
	for i := range g.units {
		g.units[i].Group = group[g.units[i].Code]
	}
	return nil
}

// add lists a unit, or finds it; the administrative order is that of the calls.
func (g *gathering) add(code, zh, en string, aliases ...string) *scoring.Unit {
	i, ok := g.at[code]
	if !ok {
		i = len(g.units)
		g.at[code] = i
		g.units = append(g.units, scoring.Unit{Code: code, NameZH: zh, NameEN: en, Order: i})
		g.names = append(g.names, imported.Unit{Code: code, Names: append([]string{zh, en}, aliases...)})
	}
	return &g.units[i]
}

// list lists the units that the directory has in the period.
func (g *gathering) list() error {
	u := g.scheme.Units
	if _, ok := g.dir.Region(u.Within); u.Within != "" && !ok && u.Kind != scheme.UnitImported {
		return fmt.Errorf("scheme %s: units.within names the region %q, which the directory does not know", g.scheme.ID, u.Within)
	}
	switch u.Kind {
	case scheme.UnitRegion:
		g.eachRegion(func(r *directory.Region) { g.add(r.Code, r.Name, r.NameEN, r.Aliases...) })
	case scheme.UnitLineRegion:
		lines := g.dir.Lines()
		if u.Line != "" {
			lines = []string{u.Line}
		}
		g.eachRegion(func(r *directory.Region) {
			for _, line := range lines {
				g.add(line+"@"+r.Code, r.Name+line, strings.TrimSpace(r.NameEN+" "+line))
			}
		})
	case scheme.UnitDepartment:
		for _, d := range g.dir.Departments() {
			if g.valid(d.ValidFrom, d.ValidTo) && g.within(d.Region) && (u.Line == "" || d.Line == u.Line) {
				g.add(d.Code, d.Name, d.NameEN)
			}
		}
	case scheme.UnitItem:
		for _, i := range g.dir.Items() {
			d, _ := g.dir.Department(i.Department)
			if g.valid(i.ValidFrom, i.ValidTo) && g.within(d.Region) && (u.Line == "" || d.Line == u.Line) {
				g.add(i.Code, i.Name, i.NameEN)
			}
		}
	case scheme.UnitWindow:
		for _, w := range g.dir.Windows() {
			h, _ := g.dir.Hall(w.Hall)
			if g.valid(w.ValidFrom, w.ValidTo) && g.within(h.Region) {
				g.add(h.Code+"/"+w.Code, h.Name+" "+w.Name, strings.TrimSpace(h.NameEN+" "+w.NameEN))
			}
		}
	}
	return nil
}

// eachRegion runs through the regions of the scheme's level. Placeholders only fill a level: nobody is judged by them.
func (g *gathering) eachRegion(do func(*directory.Region)) {
	regions := g.dir.RegionsAtLevel(g.scheme.Units.Level)
	for i := range regions {
		if r := &regions[i]; !r.Placeholder && g.valid(r.ValidFrom, r.ValidTo) && g.within(r.Code) {
			do(r)
		}
	}
}

func (g *gathering) within(region string) bool {
	return g.scheme.Units.Within == "" || g.dir.Within(region, g.scheme.Units.Within)
}

// valid reports whether an entry of the directory is valid on any day of the period.
func (g *gathering) valid(from, to time.Time) bool {
	return (from.IsZero() || calendar.DayOf(from, time.UTC) <= g.period.To) && (to.IsZero() || calendar.DayOf(to, time.UTC) > g.period.From)
}

// addFacts reads the facts of the units, and what became of their bad reviews.
func (a *App) addFacts(ctx context.Context, g *gathering) error {
	for n, q := range g.queries() {
		facts, err := a.store.Facts(ctx, q)
		if err != nil {
			return err
		}
		reviews, unknown, err := a.followUps(ctx, q)
		if err != nil {
			return err
		}
		g.unknownYears = append(g.unknownYears, unknown...)
		for _, rows := range [][]evaluation.Row{facts, reviews} {
			g.count(rows, q.By, n > 0)
		}
	}
	return nil
}

// count adds rows to the units that they belong to; rest says that rows with a region were counted by an earlier query.
func (g *gathering) count(rows []evaluation.Row, by evaluation.Dimension, rest bool) {
	for i := range rows {
		if rest && rows[i].Region != "" {
			continue
		}
		code, attributed := g.unitOf(&rows[i], by)
		switch at, listed := g.at[code]; {
		case !attributed && by == evaluation.ByItem && g.scheme.Units.Within != "":
			// Whether it belongs there is not known: items are not counted by region.
		case !attributed:
			g.add("", "待归属", "unattributed").Facts.Add(&rows[i].Facts)
		case listed:
			g.units[at].Facts.Add(&rows[i].Facts)
		}
	}
}

// queries are what the facts of the units are read by.
func (g *gathering) queries() []evaluation.Query {
	u := g.scheme.Units
	q := evaluation.Query{From: g.period.From, To: g.period.To, Region: u.Within}
	switch u.Kind {
	case scheme.UnitRegion:
		q.By, q.Level = evaluation.ByRegion, u.Level
	case scheme.UnitLineRegion:
		q.By, q.Level, q.Line = evaluation.ByRegionLine, u.Level, u.Line
	case scheme.UnitDepartment:
		q.By, q.Line = evaluation.ByDepartment, u.Line
	case scheme.UnitItem:
		q.By, q.Region = evaluation.ByItem, "" // items are not counted by region; who is listed says which count
	case scheme.UnitWindow:
		q.By = evaluation.ByWindow
	}
	queries := []evaluation.Query{q}
	if q.Level > 1 && u.Within == "" {
		// What belongs to no region stands beside the roots alone.
		q.Level = 1
		queries = append(queries, q)
	}
	return queries
}

// unitOf is the unit that a row is about; attributed is false where the directory knows none.
func (g *gathering) unitOf(r *evaluation.Row, by evaluation.Dimension) (code string, attributed bool) {
	switch by {
	case evaluation.ByRegion:
		return r.Region, r.Region != ""
	case evaluation.ByRegionLine:
		return r.Line + "@" + r.Region, r.Region != "" && r.Line != ""
	case evaluation.ByDepartment:
		return r.Department, r.Department != ""
	case evaluation.ByItem: // counted under the codes as recorded, also unknown ones
		_, attributed = g.dir.Item(r.Item)
		return r.Item, attributed
	default:
		_, attributed = g.dir.Window(r.Hall, r.Window)
		return r.Hall + "/" + r.Window, attributed
	}
}
