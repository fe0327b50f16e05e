package dashboard

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/edition"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// keyRevision names the revision in an address.
const keyRevision = "revision"

// editionView is one revision of an edition for the template.
type editionView struct {
	Ref           edition.Ref
	Draft         string // says that it is a draft; '' of a published one
	Superseded    string // says that a later revision is in force
	Newest        string // address of that one
	Narrowed      string // says that the reader sees some units alone
	Facts         []fact
	Ranks         *rankingView
	Compared      string // says with which edition
	Before        link   // that one
	Otherwise     string // says that the schemes differ
	Chooser       *chooser
	Evidence      []link // to what the figures of the chosen units stand on
	Revisions     []revisionRow
	Differs       []string // what the revision changed, in sentences
	DiffersHidden int      // how many more there are
	CompareHref   string   // leads to the comparison with the one before
	Desk          string   // leads to the workbench; '' for readers who do not evaluate
	Narratives    []unitNarrative
	Objections    []term
	Steps         []editionStep
	Seal          *editionSeal
	Failed        *failure
}

// fact is something that is known about an edition.
type fact struct {
	Term  string
	Value label
}

type revisionRow struct {
	Text, Href, State, When string
	Reason                  label
	Current                 bool
}

type unitNarrative struct {
	Unit     label
	Sections []narrativeSection
}

type narrativeSection struct {
	Name    string
	Entries []edition.Narrative
}

type editionStep struct {
	When, What string
	By, Note   label
}

type editionSeal struct {
	Hash, Fingerprint string
	Command           string
	File              string // its address; '' where the reader may not take it
}

// most of what a page lists of one kind; the file has all.
const (
	mostDiffers    = 100
	mostNarratives = 200
)

// findEdition is the revision that the address asks for.
func (p *page) findEdition() (*edition.Revision, *register, error) {
	ref := edition.Ref{Number: p.request.PathValue("number")}
	if text := p.request.URL.Query().Get(keyRevision); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, nil, errNotFound
		}
		ref.Revision = n
	}
	r, err := p.dashboard.readRegister(p.request.Context())
	if err != nil {
		return nil, nil, err
	}
	rev, ok := p.revision(r, ref)
	if !ok {
		return nil, nil, errNotFound
	}
	return rev, r, nil
}

// editionPage shows one revision.
func (d *Dashboard) editionPage(p *page) error {
	rev, r, err := p.findEdition()
	if err != nil {
		return err
	}
	head := r.heads[rev.Ref]
	p.period.Range = head.Period // of the files
	p.Nav, p.Template, p.Quiet = "editions", "edition", true
	p.Kind = label{Text: p.T("edition.kind", "State", rev.State.Words(p.lang))}
	p.Title = p.schemeName(r, head.SchemeID)
	p.Crumbs = []link{{label: label{Text: p.T("nav.editions")}, Href: p.link("/editions")}}
	v := &editionView{Ref: rev.Ref}
	if d.options.EditionDesk != nil && p.person.May(access.Evaluate) {
		v.Desk = p.deskLink(rev.Number)
	}
	p.Part = v
	p.editionNotices(v, r, rev)
	v.Revisions = p.revisionRows(r, rev)
	ctx, cancel := context.WithTimeout(p.request.Context(), d.options.CardTimeout)
	defer cancel()
	if err := p.fillEdition(ctx, v, r, rev); err != nil {
		if errors.Is(err, errForbidden) {
			return err
		}
		v.Failed = d.incident(p.request, "edition failed", err, "edition", rev.String())
	}
	return nil
}

func (p *page) editionNotices(v *editionView, r *register, rev *edition.Revision) {
	if !released(rev) {
		v.Draft = p.T("edition.draft", "Draft", rev.Draft(), "State", rev.State.Words(p.lang))
	}
	if l := r.ledgers[rev.Number]; rev.State == edition.Superseded && l.Published() != nil {
		newest := l.Published()
		v.Superseded = p.T("edition.superseded", "Revision", newest.Revision)
		v.Newest = p.editionLink(newest.Ref)
	}
}

// revisionRows are the revisions of a number, the newest first.
func (p *page) revisionRows(r *register, shown *edition.Revision) (rows []revisionRow) {
	l := r.ledgers[shown.Number]
	for i := range slices.Backward(l.Revisions) {
		rev := &l.Revisions[i]
		if !mayRead(&p.person, rev) {
			continue
		}
		row := revisionRow{
			Text: p.T("edition.revision", "Revision", rev.Revision), Href: p.editionLink(rev.Ref), State: rev.State.Words(p.lang),
			When: p.Clock(rev.Steps[len(rev.Steps)-1].At, p.now), Current: rev.Revision == shown.Revision,
		}
		if step := publication(rev); step != nil {
			row.When = p.Clock(step.At, p.now)
		}
		if note := rev.Steps[0].Note; rev.Revision > 1 && note != "" {
			row.Reason = label{Text: note, Name: true}
		}
		rows = append(rows, row)
	}
	return rows
}

// fillEdition fills in what the document says, as far as the reader sees it.
func (p *page) fillEdition(ctx context.Context, v *editionView, r *register, rev *edition.Revision) error {
	f, err := p.dashboard.readDocument(ctx, rev.Number, rev.Content())
	if err != nil {
		return err
	}
	s := see(f, &p.person, p.dir)
	p.Title = p.pick(f.edition.Scheme.Name.ZH, f.edition.Scheme.Name.EN, f.edition.Scheme.ID)
	if !s.whole {
		v.Narrowed = p.T("edition.narrowed", "Shown", len(s.result.Ranked)+len(s.result.Listed), "N", len(f.edition.Units))
	}
	var compared *comparer
	if before := r.before(rev.Ref); before != nil {
		from, err := p.dashboard.readDocument(ctx, before.Number, before.Content())
		if err != nil {
			return err
		}
		compared = p.compareEditions(from, f)
		v.CompareHref = p.compareLink(before.Ref, rev.Ref)
		v.Before = link{label{Text: before.String(), Name: true}, p.editionLink(before.Ref)}
		v.Compared = p.T("edition.compared", "Period", p.Range(r.heads[before.Ref].Period))
		if compared.other {
			v.Otherwise = p.T("edition.compared.scheme")
		}
	}
	v.Facts = p.editionFacts(f.edition, rev)
	v.Ranks = p.editionRanks(s, compared)
	if units := p.chosenUnits(s); len(units) > 0 {
		v.Chooser = p.editionChooser(s, rev, units)
		v.Evidence = p.editionEvidence(s, rev, units)
		p.profileCard(s, rev, units)
		p.movedCard(s, rev, units, compared)
	}
	v.Narratives = p.editionNarratives(s, rev)
	v.Objections = p.editionObjections(s, rev)
	v.Steps = p.editionSteps(s, rev)
	v.Seal = p.editionSeal(s, rev)
	return p.editionDiffers(ctx, v, s, rev)
}

func (p *page) editionFacts(e *edition.Edition, rev *edition.Revision) []fact {
	word := func(text string) label { return label{Text: text} }
	name := func(text string) label { return label{Text: text, Name: true} }
	facts := []fact{
		{p.T("edition.number"), name(rev.String())},
		{p.T("edition.period"), word(p.Range(calendar.Range{From: e.Period.From, To: e.Period.To}))},
		{p.T("edition.scheme_version"), name(e.Scheme.Version)},
	}
	if e.Publisher != "" {
		facts = append(facts, fact{p.T("edition.publisher"), name(e.Publisher)})
	}
	if step := publication(rev); step != nil {
		facts = append(facts, fact{p.T("edition.published"), word(p.Clock(step.At, p.now))})
	}
	if t, err := time.Parse(time.RFC3339, e.Watermark.DataTime); err == nil {
		facts = append(facts, fact{p.T("meta.as_of"), word(p.Clock(t, p.now))})
	}
	return append(facts,
		fact{p.T("edition.records"), word(p.Int(e.Watermark.Records))},
		fact{p.T("edition.units"), word(p.Int(uint64(len(e.Units))))})
}

// editionRanks is the table of the ranking page, with the names that the units had then.
func (p *page) editionRanks(s *seen, compared *comparer) *rankingView {
	v := &rankingView{Ranks: export.Ranks(s.result.Scheme), Changes: compared != nil, Scattered: !s.whole}
	leaves := p.fillColumns(v, s.result.Scheme)
	for i, t := range s.result.Scheme.Tiers {
		tier := rankTier{Name: t.Name.In(p.lang), From: p.axisText(t.From), Class: tierClass(i)}
		for j := range s.result.Ranked {
			if s.result.Ranked[j].Tier == i {
				tier.Count++
			}
		}
		v.Tiers = append(v.Tiers, tier)
	}
	v.Rules = slices.Concat(export.Rules(s.result, p.lang), []string{p.T("ranking.how.cells")})
	if compared != nil {
		v.Rules = append(v.Rules, p.T("edition.change.how"))
	}
	w := p.newRankWriter(v, rankingResults{shown: s.result}, leaves)
	w.all = s.all
	w.contestant = func(placed *scoring.Placed) contestant { return p.editionUnit(s, placed) }
	if compared != nil {
		w.change = compared.change
	}
	ranked, listed := p.shownUnits(v, s.result)
	v.All = len(ranked) + len(listed)
	ranked = ranked[:min(maxRows, len(ranked))]
	listed = listed[:min(maxRows-len(ranked), len(listed))]
	v.Hidden = v.All - len(ranked) - len(listed)
	w.groups(ranked)
	for _, placed := range listed {
		v.Listed = append(v.Listed, w.row(placed))
	}
	return v
}

// editionUnit is a unit by the name that it had.
func (p *page) editionUnit(s *seen, placed *scoring.Placed) contestant {
	if placed.Code == "" {
		return contestant{Name: label{Text: p.T("unattributed")}}
	}
	return contestant{Name: p.pick(placed.NameZH, placed.NameEN, placed.Code), Href: p.unitLink(s.units.Kind, placed.Code)}
}

func (p *page) editionNarratives(s *seen, rev *edition.Revision) (list []unitNarrative) {
	for i := range s.edition.Units {
		u := &s.edition.Units[i]
		if !s.codes[u.Code] || len(list) == mostNarratives {
			continue
		}
		n := unitNarrative{Unit: p.pick(u.Name.ZH, u.Name.EN, u.Code)}
		all := rev.Narratives(u.Code)
		for _, section := range edition.Sections() {
			own := narrativeSection{Name: section.Name(p.lang)}
			for _, entry := range all {
				if entry.Section == section {
					own.Entries = append(own.Entries, entry)
				}
			}
			if len(own.Entries) > 0 {
				n.Sections = append(n.Sections, own)
			}
		}
		if len(n.Sections) > 0 {
			list = append(list, n)
		}
	}
	return list
}

// editionObjections counts the register: those of the units that are seen.
func (p *page) editionObjections(s *seen, rev *edition.Revision) []term {
	var n objectionCounts
	for i := range rev.Objections {
		if o := &rev.Objections[i]; s.codes[o.Unit] {
			n.add(o)
		}
	}
	count := p.countObjections
	return []term{count("all", n.all), count("upheld", n.upheld), count("rejected", n.rejected), count("open", n.open), count("late", n.late)}
}

// objectionCounts are how many objections there are, by what became of them; late ones are among the others.
type objectionCounts struct{ all, upheld, rejected, open, late int }

func (n *objectionCounts) add(o *edition.Objection) {
	n.all++
	switch {
	case o.Open():
		n.open++
	case o.Decision == edition.Upheld:
		n.upheld++
	default:
		n.rejected++
	}
	if o.Late {
		n.late++
	}
}

func (p *page) countObjections(id string, n int) term {
	return term{p.T("edition.objections." + id), p.Int(uint64(n))}
}

// editionSteps are the steps of the revision. What people wrote about them may name any unit.
func (p *page) editionSteps(s *seen, rev *edition.Revision) (list []editionStep) {
	for i := range rev.Steps {
		e := &rev.Steps[i]
		step := editionStep{When: p.Clock(e.At, p.now), What: e.Action.Words(p.lang), By: label{Text: e.By, Name: true}}
		switch {
		case e.Action == edition.Open:
			step.Note = label{Text: p.T("edition.until", "Day", p.Date(e.Until))}
		case e.Note != "" && s.whole:
			step.Note = label{Text: e.Note, Name: true}
		}
		list = append(list, step)
	}
	return list
}

func (p *page) editionSeal(s *seen, rev *edition.Revision) *editionSeal {
	seal := &editionSeal{Hash: rev.Content(), Fingerprint: rev.Fingerprint}
	if released(rev) {
		seal.Command = "haochaping edition verify " + editionFileName(p.fileStem(), rev) + " --public-key " + rev.Fingerprint
	}
	if s.whole {
		seal.File = p.linkWith("/edition/"+url.PathEscape(rev.Number)+"/file", p.editionValues(rev.Ref))
	}
	return seal
}

// editionDiffers says what a revision changed against the one before it, of the units that are seen.
func (p *page) editionDiffers(ctx context.Context, v *editionView, s *seen, rev *edition.Revision) error {
	previous := s.edition.Previous
	if previous == nil {
		return nil
	}
	from, err := p.dashboard.readDocument(ctx, rev.Number, previous.Hash)
	if err != nil {
		return err
	}
	words := p.differences(see(from, &p.person, p.dir), s)
	v.Differs = words[:min(len(words), mostDiffers)]
	v.DiffersHidden = len(words) - len(v.Differs)
	return nil
}

// differences says what differs between two documents, of the units that are seen.
func (p *page) differences(from, to *seen) []string {
	d := edition.Diff(from.edition, to.edition)
	d.Come = slices.DeleteFunc(d.Come, func(n edition.Name) bool { return !to.codes[n.Code] })
	d.Gone = slices.DeleteFunc(d.Gone, func(n edition.Name) bool { return !from.codes[n.Code] })
	d.Units = slices.DeleteFunc(d.Units, func(u edition.UnitDifference) bool { return !to.codes[u.Code] })
	return d.Words(p.lang, max(from.edition.Scheme.Decimals, to.edition.Scheme.Decimals))
}

// Ordinal is a place in a list as people count.
func (p *page) Ordinal(i int) int { return i + 1 }
