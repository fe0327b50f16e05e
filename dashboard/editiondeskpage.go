package dashboard

import (
	"archive/zip"
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"haochaping/edition"
)

// deskEditionView is one edition for those who lead it: its newest revision, and what has happened to all.
type deskEditionView struct {
	Ref        edition.Ref
	Next       int // of the ledger: what a form was drawn for
	Done       string
	Drawings   []drawingRow
	Whole      bool // the reader sees all units, and may take steps
	Failed     *failure
	Track      []trackStop
	Links      []choice
	Offers     []deskOffer // what can be done
	Shut       []deskOffer // what cannot
	Timeline   []timelinePart
	Counts     []term
	Objections []objectionLine
	Register   string // address of the register of this edition
	Narratives []narrativeRow
	Frozen     string // why no narrative can be set; empty if one can
	Narrate    deskForm
	Units      []labelledChoice
	Sections   []labelledChoice
}

// trackStop is a state on the way of an edition.
type trackStop struct {
	Text    string
	Passed  bool
	Current bool
}

// deskOffer is a step that may be taken next, or the reason why not.
type deskOffer struct {
	Step, Title, Text, Undo string
	Refused                 string
	Needs                   string // why a reason has to be stated
	Form                    deskForm
	Days                    int // of an objection period
}

// timelinePart is the steps of one revision, as they were taken.
type timelinePart struct {
	Title string
	Steps []timelineStep
}

type timelineStep struct {
	When, What, Draft string
	By, Note          label
}

// narrativeRow is what was written about a unit.
type narrativeRow struct {
	Unit    label
	Code    string
	Entries []narrativeEntry
}

type narrativeEntry struct {
	Section      edition.Section
	Name         string
	Place        int // within its section
	Text, Source string
}

// deskSteps are the steps by the names that addresses have, and their actions.
var deskSteps = map[string]edition.Action{
	"open": edition.Open, "redraw": edition.Redraw, "check": edition.Check, "publish": edition.Publish, "revise": edition.Create,
}

// stepNames are the steps that a page confirms.
var stepNames = []string{"create", "open", "redraw", "check", "publish", "revise", "narrative", "unchanged", "object", "decide", "answer"}

// stepDone leads to an edition and says what was done.
func (p *page) stepDone(number, step string) string {
	return p.linkWith("/workbench/edition/"+url.PathEscape(number), url.Values{keyDone: {step}})
}

// doneText confirms the step that an address names.
func (p *page) doneText() string {
	if step := p.request.URL.Query().Get(keyDone); slices.Contains(stepNames, step) {
		return p.T("desk.done." + step)
	}
	return ""
}

// deskLedger is the ledger that an address names, as it stands now.
func (p *page) deskLedger(ctx context.Context) (*register, *edition.Ledger, error) {
	reg, err := p.dashboard.registerNow(ctx)
	if err != nil {
		return nil, nil, err
	}
	l := reg.ledgers[p.request.PathValue("number")]
	if l == nil || l.Last() == nil {
		return nil, nil, errNotFound
	}
	return reg, l, nil
}

func (d *Dashboard) showDeskEdition(w http.ResponseWriter, r *http.Request) error {
	return d.drawDeskEdition(w, r, nil)
}

func (d *Dashboard) drawDeskEdition(w http.ResponseWriter, r *http.Request, t *tried) error {
	p, err := d.deskPage(r, "desk_edition", "editions")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.options.CardTimeout)
	defer cancel()
	reg, l, err := p.deskLedger(ctx)
	if err != nil {
		return err
	}
	rev := l.Last()
	head := reg.heads[rev.Ref]
	p.Title = p.schemeName(reg, head.SchemeID)
	p.Crumbs = []link{{label: label{Text: p.T("room.editions")}, Href: p.linkWith("/workbench/editions", url.Values{})}}
	v := &deskEditionView{Ref: rev.Ref, Next: l.Next(), Done: p.doneText(), Track: p.track(rev)}
	p.Part = v
	by := p.doers(ctx)
	v.Drawings = p.drawingRows(reg, by, l.Number)
	p.pendingDrawings(v.Drawings)
	p.Facets = p.deskFacts(reg, rev)
	if v.Whole, err = p.seesWhole(ctx, rev); err != nil {
		v.Failed = d.incident(r, "edition cannot be read", err, "edition", rev.String())
	}
	v.Links = p.deskLinks(reg, rev, v.Whole)
	v.Timeline = p.timeline(l, by, v.Whole)
	if v.Whole {
		v.Offers, v.Shut = p.deskOffers(l, t)
	}
	p.deskRegister(v, reg, rev)
	p.deskNarratives(ctx, v, l, t)
	return d.render(w, r, t.statusOf(), p)
}

func (p *page) deskFacts(reg *register, rev *edition.Revision) []facet {
	facts := []facet{
		{Term: p.T("edition.number"), Value: label{Text: rev.String(), Name: true}},
		{Term: p.T("edition.period"), Value: label{Text: p.Range(reg.heads[rev.Ref].Period)}},
		{Term: p.T("edition.state"), Value: label{Text: rev.State.Words(p.lang)}},
		{Term: p.T("desk.draft"), Value: label{Text: strconv.Itoa(rev.Draft())}},
	}
	if rev.Opened && !released(rev) {
		text := p.Date(rev.Open.Until)
		if left := p.daysLeft(rev.Open.Until); left != "" && rev.State == edition.Objectable {
			text += " · " + left
		}
		facts = append(facts, facet{Term: p.T("desk.until"), Value: label{Text: text}})
	}
	return facts
}

// track is the way of an edition and where the revision stands on it.
func (p *page) track(rev *edition.Revision) []trackStop {
	states := []edition.State{edition.Draft, edition.Objectable, edition.Checked, edition.Published}
	at := slices.Index(states, rev.State)
	if rev.State == edition.Superseded {
		at = len(states) - 1
	}
	var stops []trackStop
	for i, s := range states {
		stops = append(stops, trackStop{Text: s.Words(p.lang), Passed: i < at, Current: i == at})
	}
	return stops
}

func (p *page) deskLinks(reg *register, rev *edition.Revision, whole bool) []choice {
	links := []choice{{Text: p.T("desk.link.page"), Href: p.editionLink(rev.Ref)}}
	if whole {
		links = append(links,
			choice{Text: p.T("edition.file"), Href: p.linkWith("/edition/"+url.PathEscape(rev.Number)+"/file", p.editionValues(rev.Ref))},
			choice{Text: p.T("desk.link.parts"), Href: p.linkWith("/workbench/edition/"+url.PathEscape(rev.Number)+"/parts.zip", url.Values{})})
	}
	if before := reg.before(rev.Ref); before != nil {
		links = append(links, choice{Text: p.T("compare.link"), Href: p.compareLink(before.Ref, rev.Ref)})
	}
	if rev.Revision > 1 {
		links = append(links, choice{Text: p.T("desk.link.revision"), Href: p.compareLink(edition.Ref{Number: rev.Number, Revision: rev.Revision - 1}, rev.Ref)})
	}
	return links
}

// deskOffers are the steps that can follow, with their forms, the one that leads back last; and of the others why they
// cannot.
func (p *page) deskOffers(l *edition.Ledger, t *tried) (list, shut []deskOffer) {
	names := make(map[edition.Action]string, len(deskSteps))
	for name, action := range deskSteps {
		names[action] = name
	}
	path := "/workbench/edition/" + url.PathEscape(l.Number) + "/"
	days := p.dashboard.options.EditionDesk.ObjectionDays()
	for _, o := range l.Offers(p.person.ID, p.today()) {
		step := names[o.Action]
		offer := deskOffer{
			Step: step, Title: p.T("step." + step + ".title"), Text: p.T("step." + step + ".text"), Undo: p.T("step." + step + ".undo"),
			Refused: p.refusalText(o.Refused), Needs: p.refusalText(o.Needs), Days: days,
			Form: p.deskForm(step, path+step, t, url.Values{"days": {strconv.Itoa(days)}}),
		}
		if o.Refused != nil && offer.Form.Problem == "" {
			shut = append(shut, offer)
			continue
		}
		list = append(list, offer)
	}
	slices.SortStableFunc(list, func(a, b deskOffer) int {
		back := func(o *deskOffer) int {
			if o.Step == "redraw" {
				return 1
			}
			return 0
		}
		return back(&a) - back(&b)
	})
	return list, shut
}

func (p *page) refusalText(err error) string {
	t := &tried{}
	if err != nil && !t.refused(p, err) {
		return err.Error()
	}
	return t.problem
}

// timeline is every step of every revision, the newest revision first and of each the steps as they were taken. What
// people wrote about them may name any unit.
func (p *page) timeline(l *edition.Ledger, by func(string) label, whole bool) (parts []timelinePart) {
	for i := range slices.Backward(l.Revisions) {
		rev := &l.Revisions[i]
		part := timelinePart{Title: p.T("edition.revision", "Revision", rev.Revision) + " · " + rev.State.Words(p.lang)}
		for j := range rev.Steps {
			e := &rev.Steps[j]
			step := timelineStep{
				When: p.Clock(e.At, p.now), What: e.Action.Words(p.lang), Draft: p.T("desk.draft.nth", "Draft", e.Draft), By: by(e.By),
			}
			switch {
			case e.Action == edition.Open:
				step.Note = label{Text: p.T("edition.until", "Day", p.Date(e.Until))}
			case e.Note != "" && whole:
				step.Note = label{Text: e.Note, Name: true}
			}
			part.Steps = append(part.Steps, step)
		}
		parts = append(parts, part)
	}
	return parts
}

// deskRegister shows the objections of the revision to units that the reader sees.
func (p *page) deskRegister(v *deskEditionView, reg *register, rev *edition.Revision) {
	kinds := p.schemeKinds(p.request.Context())
	all := p.objectionLines(reg, kinds, objectionFilter{number: rev.Number})
	v.Register = p.linkWith("/workbench/objections", url.Values{keyEdition: {rev.Number}})
	var n objectionCounts
	for i := range all {
		n.add(all[i].objection)
	}
	count := p.countObjections
	v.Counts = []term{count("all", n.all), count("open", n.open), count("upheld", n.upheld), count("rejected", n.rejected), count("late", n.late)}
	const shown = 8
	v.Objections = all[:min(shown, len(all))]
}

// deskNarratives shows what was written about units, and the form that adds to it.
func (p *page) deskNarratives(ctx context.Context, v *deskEditionView, l *edition.Ledger, t *tried) {
	rev := l.Last()
	f, err := p.dashboard.readDocument(ctx, rev.Number, rev.Content())
	if err != nil {
		if v.Failed == nil {
			v.Failed = p.dashboard.incident(p.request, "edition cannot be read", err, "edition", rev.String())
		}
		return
	}
	s := see(f, &p.person, p.dir)
	path := "/workbench/edition/" + url.PathEscape(l.Number) + "/narrative"
	v.Narrate = p.deskForm("narrative", path, t, url.Values{"section": {string(edition.Highlights)}})
	if err := l.Try(edition.Event{Action: edition.Narrate, By: p.person.ID, Day: p.today(), Unit: "unit", Section: edition.Highlights}); err != nil {
		v.Frozen = p.refusalText(err)
	}
	for _, section := range edition.Sections() {
		v.Sections = append(v.Sections, labelledChoice{label: label{Text: section.Name(p.lang)}, Value: string(section), Current: v.Narrate.Has("section", string(section))})
	}
	for i := range s.edition.Units {
		u := &s.edition.Units[i]
		if !s.codes[u.Code] || u.Code == "" {
			continue
		}
		name := p.pick(u.Name.ZH, u.Name.EN, u.Code)
		if len(v.Units) < maxChoices {
			v.Units = append(v.Units, labelledChoice{label: name, Value: u.Code})
		}
		if row := p.narrativeRow(rev, u.Code, name); len(row.Entries) > 0 && len(v.Narratives) < mostNarratives {
			v.Narratives = append(v.Narratives, row)
		}
	}
}

func (p *page) narrativeRow(rev *edition.Revision, code string, name label) narrativeRow {
	row := narrativeRow{Unit: name, Code: code}
	places := make(map[edition.Section]int)
	for _, n := range rev.Narratives(code) {
		row.Entries = append(row.Entries, narrativeEntry{
			Section: n.Section, Name: n.Section.Name(p.lang), Place: places[n.Section], Text: n.Text, Source: n.Source,
		})
		places[n.Section]++
	}
	return row
}

// editionParts sends what each unit is shown of a draft, one file each, in one archive.
func (d *Dashboard) editionParts(w http.ResponseWriter, r *http.Request) error {
	p, err := d.deskPage(r, "desk_edition", "editions")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), readEdition)
	defer cancel()
	_, l, err := p.deskLedger(ctx)
	if err != nil {
		return err
	}
	rev := l.Last()
	whole, err := p.seesWhole(ctx, rev)
	if err != nil {
		return err
	}
	if !whole {
		return errForbidden
	}
	parts, err := d.options.EditionDesk.Parts(ctx, rev.Ref, p.lang)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, code := range slices.Sorted(maps.Keys(parts)) {
		f, err := z.Create(partName(code))
		if err != nil {
			return err
		}
		if _, err := f.Write([]byte(parts[code])); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="`+strings.TrimSuffix(editionFileName(p.fileStem(), rev), ".edition")+`-parts.zip"`)
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = w.Write(b.Bytes()) // a reader who has gone away is no failure
	return nil
}

// partName is the name of a unit's file: its code without what folders are made of.
func partName(code string) string {
	return strings.NewReplacer("/", "_", "\\", "_", ":", "_", "..", "_").Replace(code) + ".md"
}
