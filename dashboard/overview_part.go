package dashboard

import (
	"context"
	"net/url"
	"slices"
	"sync"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

// overviewPart is what the overview shows besides tiles and cards.
type overviewPart struct {
	Lead int // how many of the cards stand before the strip of data quality

	Findings      []findingView
	FindingsKnown bool
	FindingsWait  bool // they have not been drawn yet
	FindingsBad   bool // they could not be drawn
	FindingsAt    string

	Clocks     []clockView
	ClocksText string // how many wait in all

	Complete string // how many halls have ratings, in a sentence; empty where that is not known
	Silent   []link // halls without a rating in the period
	Hidden   string // that of these not all are listed
	Quality  []qualityView

	Brief, Back string     // addresses of the one page, and from there of the overview
	One         *briefPart // of the one page

	Failures []*failure // of parts that are left out
	failing  sync.Mutex

	complete func() (completeness, error) // read once
}

// clockView counts what waits under one clock.
type clockView struct{ Class, Word, Name, Count string }

// qualityView is one figure of data quality with the counts behind it.
type qualityView struct{ ID, Name, Value, Sample, Href string }

// completeness is how many halls of the page's unit have ratings, also by step of the period.
type completeness struct {
	total  evaluation.Facts
	course []evaluation.Facts
	silent []directory.Hall
}

// topRegion is the reader's own region: the one of the scope, else that of the directory; empty where there are several.
// every = the scope has no bound of regions.
func (p *page) topRegion() (top string, every bool) {
	roots, every := p.person.Scope.Roots(p.dir)
	if every {
		for _, r := range p.dir.Roots() {
			roots = append(roots, r.Code)
		}
	}
	if len(roots) == 1 {
		return roots[0], every
	}
	return "", every
}

// overviewSubject makes the page one of the reader's own region: the one of the scope, else that of the directory,
// whose facts include what is unattributed. It is empty where there are several.
func (p *page) overviewSubject() string {
	p.Nav = "overview"
	p.Title = label{Text: p.T("overview.title")}
	about := subject{}
	top, every := p.topRegion()
	if !every {
		about.Region = top
	}
	if top != "" {
		p.Title, p.Kind = p.regionName(top), label{Text: p.T("overview.title")}
	}
	p.Overview = &overviewPart{Brief: p.link("/brief"), Back: p.link("/")}
	p.Overview.complete = sync.OnceValues(func() (c completeness, err error) {
		ctx, cancel := context.WithTimeout(p.request.Context(), p.dashboard.options.CardTimeout)
		defer cancel()
		c.total, c.course, c.silent, err = p.covered(ctx, p.period.Range, p.period.steps(), p.period.Step)
		return c, err
	})
	p.watch(about)
	p.loaders = append(p.loaders, func(ctx context.Context) {
		if err := guarded(ctx, p.loadOverviewTiles); err != nil {
			p.tilesFailed(err)
		}
	})
	return top
}

// shield runs a loader of a part that is left out when it fails; the page says by the part's name that it is missing.
func (p *page) shield(what string, load func(context.Context) error) func(context.Context) {
	return func(ctx context.Context) {
		if err := guarded(ctx, load); err != nil {
			o := p.Overview
			o.failing.Lock()
			defer o.failing.Unlock()
			f := p.dashboard.incident(p.request, "part of the overview failed", err)
			f.What = what
			o.Failures = append(o.Failures, f)
		}
	}
}

// completeness is how many halls have ratings. Nothing is known where the period has no rating at all: then nothing was
// collected.
func (p *page) completeness() (completeness, error) { return p.Overview.complete() }

// loadClocks counts the bad ratings that wait, by the deadline of their next step.
func (p *page) loadClocks(ctx context.Context) error {
	if p.dashboard.options.Outcomes == nil || !p.HasData() {
		return nil
	}
	today := calendar.DayOf(p.now, p.zone)
	list, err := p.readOutcomes(ctx, calendar.Range{From: today - openDays + 1, To: today})
	if err != nil {
		return err
	}
	var c evaluation.Clocks
	for i := range list {
		c.Add(&list[i].Open)
	}
	o := p.Overview
	o.ClocksText = p.T("clocks.total", "Count", p.Int(c.Total()))
	for _, part := range []struct {
		id string
		n  uint64
	}{{"red", c.Overdue}, {"orange", c.Soon}, {"yellow", c.Later + c.Unknown}, {"blue", c.Today}} {
		view := clockView{Class: "clock-" + part.id, Word: p.T("clock." + part.id), Name: p.T("clock." + part.id + ".is"), Count: p.Int(part.n)}
		if part.id == "blue" && part.n == 0 && calendar.DayOf(p.dataTime(), p.zone) < today {
			view.Count = p.None() // of today there are no data yet
		}
		o.Clocks = append(o.Clocks, view)
	}
	return nil
}

// shownSilent is how many silent halls are listed.
const shownSilent = 200

// loadQuality says how far the figures can be believed.
func (p *page) loadQuality(ctx context.Context) error {
	s, err := p.series()
	if err != nil || s.empty() {
		return err
	}
	o, f := p.Overview, &s.Total
	add := func(id string, part, whole uint64, href string) {
		o.Quality = append(o.Quality, qualityView{
			ID: id, Name: p.T("quality." + id), Value: p.Share(part, whole), Href: href,
			Sample: p.T("quality.of", "Part", p.Int(part), "Whole", p.Int(whole)),
		})
	}
	add("defaults", f.DefaultsTotal(), f.Valid()+f.DefaultsTotal(), "")
	asked := f.Valid() + f.DefaultsTotal() + f.Unanswered + f.Declined
	add("unanswered", f.Unanswered, asked, "")
	if p.subject == (subject{}) && p.person.Scope.Allows(p.dir, "", "") {
		all, lost, err := p.outside(ctx)
		if err != nil {
			return err
		}
		add("unattributed", lost.Valid(), all.Valid(), p.link("/unattributed"))
	}
	c, err := p.completeness()
	if err != nil || c.total.Events == 0 {
		return err
	}
	silent := uint64(len(c.silent))
	add("silent", silent, c.total.Events, "")
	o.Complete = p.T("complete.all", "Halls", p.Int(c.total.Events))
	if silent > 0 {
		o.Complete = p.T("complete.some", "Silent", p.Int(silent), "Halls", p.Int(c.total.Events))
	}
	for _, h := range c.silent[:min(len(c.silent), shownSilent)] {
		o.Silent = append(o.Silent, link{p.pick(h.Name, h.NameEN, h.Code), p.hallLink(h.Code)})
	}
	if len(c.silent) > shownSilent {
		o.Hidden = p.T("shown_of", "Shown", shownSilent, "N", len(c.silent))
	}
	return nil
}

// keyTab is the part of an address that says which units the overview compares.
const keyTab = "tab"

// The units that the overview compares, one list at a time.
const (
	tabChildren      = "children"
	tabDepartments   = "departments"
	tabGrandchildren = "grandchildren"
)

// compareTab is a list of units that are compared with each other, and with nobody else.
type compareTab struct {
	id, column string
	name       label
	read       func(context.Context) ([]unit, error)
}

// compareTabs are the lists below a region: the regions under it, its own departments, and the regions one level further
// down. Their names are those of the directory's levels.
func (p *page) compareTabs(top string) (tabs []compareTab) {
	children, _ := below(p.dir, top)
	var grand []directory.Region
	for _, r := range children {
		under, _ := below(p.dir, r.Code)
		grand = append(grand, under...)
	}
	if len(children) > 0 {
		tabs = append(tabs, compareTab{tabChildren, p.T("column.region"), p.levelTab(children), func(ctx context.Context) ([]unit, error) { return p.readRegions(ctx, top) }})
	}
	if r, ok := p.dir.Region(top); ok && p.hasDepartments(top) {
		name := label{Text: p.T("tab.departments", "Level", p.levelWord(r.LevelName).Text)}
		if r.LevelName == "" {
			name.Text = p.T("card.departments")
		}
		tabs = append(tabs, compareTab{tabDepartments, p.T("column.department"), name, func(ctx context.Context) ([]unit, error) { return p.readDepartments(ctx, top) }})
	}
	if len(grand) > 0 {
		tabs = append(tabs, compareTab{tabGrandchildren, p.T("column.region"), p.levelTab(grand), func(ctx context.Context) ([]unit, error) { return p.readAll(ctx, grand) }})
	}
	return tabs
}

// regionTabs shows one of the lists, and leads to the others.
func (p *page) regionTabs(top string) {
	tabs := p.compareTabs(top)
	if len(tabs) == 0 {
		return
	}
	at := max(0, slices.IndexFunc(tabs, func(t compareTab) bool { return t.id == p.request.URL.Query().Get(keyTab) }))
	c := card{ID: "regions", Title: p.T("card.compare"), Note: p.T("card.compare.note"), Span: spanFull, Open: true}
	if len(tabs) > 1 {
		for i, t := range tabs {
			c.Tabs = append(c.Tabs, choice{Text: t.name.Text, Name: t.name.Name, Current: i == at, Href: p.here(func(v url.Values) { v.Set(keyTab, t.id) }) + "#card-regions"})
		}
	}
	p.unitsCard(c, tabs[at].column, tabs[at].read)
}

// levelTab names the regions of a level; the word of the first stands for all.
func (p *page) levelTab(list []directory.Region) label {
	if list[0].LevelName == "" {
		return label{Text: p.T("card.regions")}
	}
	return p.levelWord(list[0].LevelName)
}

// readAll reads the facts of regions of one level or several, with one query a level.
func (p *page) readAll(ctx context.Context, list []directory.Region) ([]unit, error) {
	at := make(map[string]int, len(list))
	var units []unit
	var levels []int
	for _, r := range list {
		if !p.may(directory.KindRegion, r.Code) {
			continue
		}
		at[r.Code] = len(units)
		units = append(units, unit{Code: r.Code, Name: p.placed(r), Href: p.regionLink(r.Code)})
		if level := p.dir.Level(r.Code); !slices.Contains(levels, level) {
			levels = append(levels, level)
		}
	}
	for _, level := range levels {
		rows, err := p.facts(ctx, evaluation.Query{By: evaluation.ByRegion, From: p.period.From, To: p.period.To, Level: level, Region: p.subject.Region})
		if err != nil {
			return nil, err
		}
		for i := range rows {
			if n, ok := at[rows[i].Region]; ok {
				units[n].Facts.Add(&rows[i].Facts)
			}
		}
	}
	return units, nil
}

// placed is the name of a region with the one above it, because names repeat between regions.
func (p *page) placed(r directory.Region) label {
	name := p.regionName(r.Code)
	if above := p.regionName(r.Parent); r.Parent != "" && p.may(directory.KindRegion, r.Parent) {
		name.Text += " · " + above.Text
	}
	return name
}
