package dashboard

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"haochaping/edition"
	"haochaping/evaluation"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// evidenceView is what the page of a pack shows besides its cards.
type evidenceView struct {
	Period  string
	Refused string // why there is no pack now
	Edition string // in which edition the figures stand
	Judged  string // by what the unit is judged
	Agrees  bool   // the records add up to the figures
	Verdict string // says so, or that they don't
	Rows    string
	Pack    string // its address
	TooMuch string
	Files   []term
	Failed  *failure
}

// evidenceFiles are the files of a pack, each with the message that says what it holds.
var evidenceFiles = [][2]string{
	{"readme", "说明.txt, README.txt"},
	{"formulas", "formulas.txt"},
	{"neighbours", "neighbours.csv"},
	{"ratings", "records-ratings.csv"},
	{"events", "records-events.csv"},
	{"cases", "records-cases.csv"},
	{"steps", "records-steps.csv"},
	{"refused", "records-refused.csv"},
	{"gaps", "intake-gaps.csv"},
	{"manifest", "manifest.json"},
}

// evidencePage says what the figures of a unit stand on, whether that adds up, and offers it as a file.
func (d *Dashboard) evidencePage(p *page) error {
	a, err := p.readEvidence()
	if err != nil {
		return err
	}
	p.describeEvidence(a)
	v := &evidenceView{Period: p.Range(a.query.Range)}
	p.Part = v
	v.Judged = p.T("evidence.judged." + string(a.query.Kind))
	if a.revision != nil {
		v.Edition = a.revision.String()
		v.Judged = p.T("evidence.judged.edition")
	}
	for _, f := range evidenceFiles {
		v.Files = append(v.Files, term{f[1], p.T("evidence.holds." + f[0])})
	}
	survey := sync.OnceValues(func() (evaluation.EvidenceSurvey, error) {
		ctx, cancel := context.WithTimeout(p.request.Context(), d.options.CardTimeout)
		defer cancel()
		return p.survey(ctx, a)
	})
	p.loaders = append(p.loaders, func(ctx context.Context) {
		err := guarded(ctx, func(context.Context) error {
			s, err := survey()
			if err == nil {
				p.fillEvidence(v, a, &s)
			}
			return err
		})
		if err != nil {
			v.Failed = d.incident(p.request, "evidence not counted", err)
		}
	})
	p.evidenceReasons(survey)
	p.evidenceCheck(survey)
	return nil
}

// describeEvidence says whose evidence it is, and leads back.
func (p *page) describeEvidence(a *evidenceAsk) {
	p.Template, p.Quiet = "evidence", true
	p.Kind = label{Text: p.T("evidence.kind." + string(a.query.Kind))}
	p.Nav = "overview"
	f := a.query.Facts()
	unit := link{label: p.regionName(f.Region), Href: p.regionLink(f.Region)}
	switch a.query.Kind {
	case evaluation.EvidenceLine:
		unit.Text += " " + p.lineName(f.Line).Text
	case evaluation.EvidenceHall:
		h, _ := p.dir.Hall(f.Hall)
		unit = link{label: p.pick(h.Name, h.NameEN, h.Code), Href: p.hallLink(h.Code)}
	case evaluation.EvidenceWindow:
		h, _ := p.dir.Hall(f.Hall)
		w, _ := p.dir.Window(f.Hall, f.Window)
		unit = link{label: p.pick(h.Name, h.NameEN, h.Code), Href: p.windowLink(h.Code, w.Code)}
		unit.Text += " " + p.pick(w.Name, w.NameEN, w.Code).Text
	case evaluation.EvidenceDepartment:
		unit = link{label: p.departmentName(f.Department), Href: p.departmentLink(f.Department)}
	case evaluation.EvidenceItem:
		unit = link{label: p.itemName(f.Item), Href: p.itemLink(f.Item)}
	case evaluation.EvidenceRegion:
	}
	p.Title = unit.label
	if a.revision != nil {
		p.Nav = "editions"
		p.Crumbs = []link{
			{label: label{Text: p.T("nav.editions")}, Href: p.link("/editions")},
			{label: label{Text: a.revision.String(), Name: true}, Href: p.editionLink(a.revision.Ref)},
		}
	} else {
		p.Crumbs = []link{{label: label{Text: p.T("nav.overview")}, Href: p.link("/")}, unit}
	}
	p.Facets = append(p.Facets, facet{Term: p.T("facet.code"), Value: label{Text: a.query.Code, Name: true}})
}

func (p *page) fillEvidence(v *evidenceView, a *evidenceAsk, s *evaluation.EvidenceSurvey) {
	_, v.Agrees = evaluation.CheckEvidence(&s.Summed, &s.Facts)
	switch {
	case v.Agrees:
		v.Verdict = p.T("evidence.agrees")
	case s.Dirty > 0:
		v.Verdict = p.T("evidence.dirty", "Days", s.Dirty)
	default:
		v.Verdict = p.T("evidence.differs")
	}
	v.Rows = p.T("evidence.rows", "Count", p.Int(s.Rows))
	if s.Rows > evaluation.MaxEvidence {
		v.TooMuch = p.tooMuch(s.Rows)
		return
	}
	v.Pack = p.linkWith("/evidence/"+string(a.query.Kind)+"/"+url.PathEscape(a.query.Code)+"/pack.zip", a.values(p))
}

// evidenceReasons lists how many records count, and why the others don't.
func (p *page) evidenceReasons(survey func() (evaluation.EvidenceSurvey, error)) {
	p.add(card{ID: "reasons", Title: p.T("evidence.reasons"), Note: p.T("evidence.reasons.note"), Span: spanHalf, Open: true},
		func(_ context.Context, c *card) error {
			s, err := survey()
			if err != nil || len(s.Counts) == 0 {
				c.Empty = err == nil
				return err
			}
			c.Table = &table{Columns: []column{
				{Title: p.T("evidence.column.records")},
				{Title: p.T("column.count"), Number: true},
				{Title: p.T("evidence.column.where")},
				{Title: p.T("evidence.column.reason")},
			}}
			for _, n := range s.Counts {
				where := "nowhere"
				switch {
				case n.Reason == evaluation.Counted:
					where = "counted"
				case n.Reason.InFigures():
					where = "apart"
				}
				reason := cell{label: label{Text: p.None()}, Faint: true}
				if where != "counted" {
					reason = cell{label: label{Text: capital(export.EvidenceReasonText(n.Reason, p.lang))}, Faint: where == "nowhere"}
				}
				c.Table.Rows = append(c.Table.Rows, []cell{
					text(p.T("evidence.records." + n.Records)), text(p.Int(n.N)), text(p.T("evidence.where." + where)), reason,
				})
			}
			return nil
		})
}

// capital begins a text with a capital letter.
func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// shownAlways are the figures that the check lists also where both sides are 0.
var shownAlways = []string{"level_1", "level_2", "level_3", "level_4", "level_5"}

// evidenceCheck sets what the records add up to beside what is counted.
func (p *page) evidenceCheck(survey func() (evaluation.EvidenceSurvey, error)) {
	p.add(card{ID: "check", Title: p.T("evidence.check"), Note: p.T("evidence.check.note"), Span: spanHalf, Open: true},
		func(_ context.Context, c *card) error {
			s, err := survey()
			if err != nil {
				return err
			}
			c.Table = &table{Columns: []column{
				{Title: p.T("evidence.column.figure")},
				{Title: p.T("evidence.column.agrees")},
				{Title: p.T("evidence.column.summed"), Number: true},
				{Title: p.T("evidence.column.facts"), Number: true},
			}}
			checks, _ := evaluation.CheckEvidence(&s.Summed, &s.Facts)
			for _, f := range checks {
				if f.Records == 0 && f.Facts == 0 && !slices.Contains(shownAlways, f.Figure) {
					continue
				}
				agrees := text(p.T("evidence.yes"))
				if !f.Agrees {
					agrees = cell{label: label{Text: p.T("evidence.no")}, Mark: "level-1"}
				}
				c.Table.Rows = append(c.Table.Rows, []cell{text(p.evidenceFigure(f.Figure)), agrees, text(p.Int(f.Records)), text(p.Int(f.Facts))})
			}
			return nil
		})
}

// evidenceFigure is the name of a figure of the check.
func (p *page) evidenceFigure(id string) string {
	for prefix, message := range map[string]string{"default_": "evidence.figure.default", "reassessed_": "evidence.figure.reassessed"} {
		if level, ok := strings.CutPrefix(id, prefix); ok {
			return p.T(message, "Level", p.T("level."+level))
		}
	}
	if level, ok := strings.CutPrefix(id, "level_"); ok {
		return p.T("level." + level)
	}
	return p.T("evidence.figure." + id)
}

// editionEvidence leads to what the figures of some units of an edition stand on.
func (p *page) editionEvidence(s *seen, rev *edition.Revision, units []*scoring.Placed) (links []link) {
	kind, known := evidenceKinds[s.units.Kind]
	a := evidenceAsk{revision: rev}
	for _, u := range units {
		if href := p.evidenceLink(kind, u.Code, a.values(p)); known && href != "" {
			links = append(links, link{label: p.editionUnit(s, u).Name, Href: href})
		}
	}
	return links
}
