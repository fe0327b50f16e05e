package dashboard

import (
	"haochaping/directory"
	"haochaping/evaluation"
)

// overview is the page that a leader opens first: the reader's own region, where the scope names one, else everything.
func (d *Dashboard) overview(p *page) error {
	top := p.overviewSubject()
	p.Template = "overview"
	p.loaders = append(p.loaders, p.shield(p.T("findings"), p.loadFindings), p.shield(p.T("clocks"), p.loadClocks), p.shield(p.T("quality"), p.loadQuality))
	p.regionTabs(top)
	p.mapCard(top)
	p.paretoCard()
	p.Overview.Lead = len(p.Cards)
	p.trendCard()
	p.levelsCard()
	p.heatCard(top)
	p.handlingCard()
	p.channelsCard()
	p.reasonsCard(false)
	return nil
}

// region is the page of a region and all that lies below it.
func (d *Dashboard) region(p *page) error {
	r, ok := p.dir.Region(p.request.PathValue("code"))
	if !ok || !p.may(directory.KindRegion, r.Code) {
		return errNotFound
	}
	p.Nav = "overview"
	p.Kind = p.levelWord(r.LevelName)
	p.Title = p.regionName(r.Code)
	p.crumbs(r.Code, false)
	p.Facets = append(p.Facets, facet{Term: p.T("facet.code"), Value: label{Text: r.Code, Name: true}})
	p.Evidence = p.evidenceLink(evaluation.EvidenceRegion, r.Code, p.period.values())
	p.about(subject{Region: r.Code})
	p.trendCard()
	p.levelsCard()
	p.regionsCard(r.Code)
	p.hallsCard(r.Code)
	p.departmentsCard(r.Code)
	p.heatCard(r.Code)
	p.linesCard(r.Code)
	p.handlingCard()
	p.channelsCard()
	p.reasonsCard(true)
	p.regionComparisons(r)
	return nil
}

// hall is the page of a hall and its windows.
func (d *Dashboard) hall(p *page) error {
	h, ok := p.dir.Hall(p.request.PathValue("code"))
	if !ok || !p.may(directory.KindHall, h.Code) {
		return errNotFound
	}
	p.Nav = "overview"
	p.Kind = label{Text: p.T("kind.hall")}
	p.Title = p.pick(h.Name, h.NameEN, h.Code)
	p.crumbs(h.Region, true)
	p.hallFacets(h)
	p.Evidence = p.evidenceLink(evaluation.EvidenceHall, h.Code, p.period.values())
	p.about(subject{Hall: h.Code})
	p.trendCard()
	p.levelsCard()
	p.windowsCard(h.Code)
	p.hoursCard()
	p.channelsCard()
	p.reasonsCard(true)
	p.hallComparisons(h)
	return nil
}

func (p *page) hallFacets(h directory.Hall) {
	p.Facets = append(p.Facets, facet{Term: p.T("facet.code"), Value: label{Text: h.Code, Name: true}})
	if h.OpeningHours != "" {
		p.Facets = append(p.Facets, facet{Term: p.T("facet.hours"), Value: p.hours(h.OpeningHours)})
	}
}

// window is the page of one counter.
func (d *Dashboard) window(p *page) error {
	hall, ok := p.dir.Hall(p.request.PathValue("code"))
	if !ok || !p.may(directory.KindHall, hall.Code) {
		return errNotFound
	}
	w, ok := p.dir.Window(hall.Code, p.request.PathValue("window"))
	if !ok {
		return errNotFound
	}
	p.Nav = "overview"
	p.Kind = label{Text: p.T("kind.window")}
	p.Title = p.pick(w.Name, w.NameEN, w.Code)
	p.crumbs(hall.Region, true)
	p.Crumbs = append(p.Crumbs, link{label: p.pick(hall.Name, hall.NameEN, hall.Code), Href: p.hallLink(hall.Code)})
	p.hallFacets(hall)
	p.Facets[0].Value.Text = hall.Code + " / " + w.Code
	p.Evidence = p.evidenceLink(evaluation.EvidenceWindow, hall.Code+"/"+w.Code, p.period.values())
	p.about(subject{Hall: hall.Code, Window: w.Code})
	p.trendCard()
	p.levelsCard()
	p.hoursCard()
	p.channelsCard()
	p.reasonsCard(true)
	k := p.kinOfWindow(hall, w.Code)
	p.comparisons(k, p.fieldOf(k))
	return nil
}

// department is the page of one institution.
func (d *Dashboard) department(p *page) error {
	dep, ok := p.dir.Department(p.request.PathValue("code"))
	if !ok || !p.may(directory.KindDepartment, dep.Code) {
		return errNotFound
	}
	p.Nav = "overview"
	p.Kind = label{Text: p.T("kind.department")}
	p.Title = p.departmentName(dep.Code)
	p.crumbs(dep.Region, true)
	p.Facets = append(p.Facets, facet{Term: p.T("facet.code"), Value: label{Text: dep.Code, Name: true}})
	if dep.Line != "" {
		p.Facets = append(p.Facets, facet{Term: p.T("facet.line"), Value: p.lineName(dep.Line)})
	}
	p.Evidence = p.evidenceLink(evaluation.EvidenceDepartment, dep.Code, p.period.values())
	p.about(subject{Department: dep.Code})
	p.trendCard()
	p.levelsCard()
	p.handlingCard()
	p.channelsCard()
	p.reasonsCard(true)
	p.reasonsCard(false)
	p.itemsCard(dep)
	k := p.kinOfDepartment(dep)
	p.comparisons(k, p.fieldOf(k))
	return nil
}

// crumbs leads from the overview down to a region; itself says whether that one is part
// of the way, or is what the page is about.
func (p *page) crumbs(code string, itself bool) {
	p.Crumbs = append(p.Crumbs, link{label: label{Text: p.T("nav.overview")}, Href: p.link("/")})
	way := p.dir.Breadcrumb(code)
	if len(way) > 0 && !itself {
		way = way[:len(way)-1]
	}
	for _, r := range way {
		crumb := link{label: p.regionName(r.Code)}
		if p.may(directory.KindRegion, r.Code) {
			crumb.Href = p.regionLink(r.Code)
		}
		p.Crumbs = append(p.Crumbs, crumb)
	}
}

// codesOf lists the codes of the regions below one that the reader may see, in the order of the directory.
func (p *page) codesOf(code string) (codes []string) {
	children, _ := below(p.dir, code)
	for _, r := range children {
		if p.may(directory.KindRegion, r.Code) {
			codes = append(codes, r.Code)
		}
	}
	return codes
}

// unattributed is the page of what no unit is known for.
func (d *Dashboard) unattributed(p *page) error {
	if !p.person.Scope.Allows(p.dir, "", "") {
		return errNotFound
	}
	p.Nav = "unattributed"
	p.Title = label{Text: p.T("unattributed")}
	p.Kind = label{Text: p.T("unattributed.kind")}
	p.Template = "board"
	p.Quiet = true
	p.unattributedCard("no-region", p.outside)
	p.unattributedCard("no-department", p.lineless)
	return nil
}
