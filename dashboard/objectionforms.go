package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"haochaping/edition"
	"haochaping/evaluation/scheme"
	"haochaping/record"
)

// chosenObjection is the objection that the address names, with its forms; nil if it names none.
func (p *page) chosenObjection(ctx context.Context, reg *register, kinds map[string][]scheme.UnitKind, by func(string) label, t *tried) (*oneObjection, error) {
	key := p.request.URL.Query().Get(keyObjection)
	if t != nil && t.form == "settle" {
		key = t.values.Get(keyObjection)
	}
	if key == "" {
		return nil, nil //nolint:nilnil // the address names none
	}
	name, number, _ := strings.Cut(key, ":")
	ref, err := edition.ParseRef(name)
	id, err2 := strconv.Atoi(number)
	if err != nil || err2 != nil {
		return nil, errNotFound
	}
	rev, o, err := p.findObjection(reg, kinds, ref, id)
	if err != nil {
		return nil, err
	}
	one := &oneObjection{
		Line: p.objectionLine(rev, o), Text: p.commentCell(o.Text, 0).label, Edition: p.deskLink(rev.Number),
		Decide: o.Decision == "", Answer: o.Decision != "" && o.Open(),
		Form: p.deskForm("settle", objectionsOf+"/"+url.PathEscape(rev.Number)+"/"+strconv.Itoa(rev.Revision)+"/"+strconv.Itoa(o.ID), t, url.Values{}),
	}
	one.Facts = p.objectionFacts(&one.Line, by)
	if one.Decide || one.Answer {
		whole, err := p.seesWhole(ctx, rev)
		if err != nil {
			return nil, err
		}
		if !whole {
			one.Decide, one.Answer, one.Why = false, false, p.T("objection.settle.scope")
		}
	}
	return one, nil
}

// findObjection is an objection of a unit that the reader sees; of any other it is as if there were none.
func (p *page) findObjection(reg *register, kinds map[string][]scheme.UnitKind, ref edition.Ref, id int) (*edition.Revision, *edition.Objection, error) {
	l := reg.ledgers[ref.Number]
	if l == nil {
		return nil, nil, errNotFound
	}
	rev, err := l.At(ref.Revision)
	if err != nil || id < 1 || id > len(rev.Objections) {
		return nil, nil, errNotFound
	}
	o := &rev.Objections[id-1]
	if !p.seesUnit(kinds, reg.heads[rev.Ref].SchemeID, o.Unit) {
		return nil, nil, errNotFound
	}
	return rev, o, nil
}

func (p *page) objectionFacts(line *objectionLine, by func(string) label) []fact {
	o := line.objection
	facts := []fact{
		{p.T("column.state"), label{Text: line.State}},
		{p.T("column.clock"), label{Text: line.Clock.Text}},
		{p.T("objection.received"), label{Text: p.Date(line.day)}},
		{p.T("objection.days"), label{Text: p.Int(uint64(p.openDays(line)))}},
		{p.T("objection.by"), by(o.By)},
		{p.T("objection.draft"), label{Text: p.T("desk.draft.nth", "Draft", o.Draft)}},
	}
	if o.Decision != "" {
		facts = append(facts, fact{p.T("objection.decided_by"), by(o.DecidedBy)}, fact{p.T("objection.reason"), p.commentCell(o.Reason, 0).label})
	}
	if o.Answer != "" {
		facts = append(facts, fact{p.T("objection.answer"), p.answerCell(o.Answer).label})
	}
	return facts
}

// formLine is a field of a form as the ledger keeps it.
func formLine(form url.Values, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n"))
}

// addObjection enters an objection of a unit that the sender sees.
func (d *Dashboard) addObjection(w http.ResponseWriter, r *http.Request) error {
	p, err := d.deskPage(r, "desk_objections", "objections")
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	ctx, cancel := d.changing(r)
	defer cancel()
	defer d.deskOne(ctx)()
	reg, err := d.registerNow(ctx)
	if err != nil {
		return err
	}
	t := &tried{form: "add", values: r.PostForm}
	e := edition.Event{Action: edition.Object, By: p.person.ID, Unit: formLine(r.PostForm, "unit"), Text: formLine(r.PostForm, "text")}
	l, rev := chosenRevision(reg, r.PostForm.Get("edition"))
	if rev == nil {
		t.problem = p.T("objection.edition.wrong")
		return d.drawObjections(w, r, t)
	}
	switch known, err := p.objects(ctx, reg, rev, e.Unit); {
	case err != nil:
		return err
	case !known:
		t.problem = p.T("narrative.unit.wrong")
	case record.RedactPersonal(e.Text) != e.Text && r.PostForm.Get("personal") != "yes":
		t.problem = p.T("objection.personal")
	}
	if t.problem != "" {
		return d.drawObjections(w, r, t)
	}
	if id := sameObjection(rev, &e); id > 0 { // the form was sent twice
		redirect(w, r, p.settled(rev.Ref, id, "object"))
		return nil
	}
	trial := e
	trial.Day, trial.Revision = p.today(), rev.Revision
	if err = l.Try(trial); err == nil {
		if err = p.act("objection.add", rev.String()+" "+e.Unit); err == nil {
			err = d.options.EditionDesk.Step(ctx, rev.Ref, nil, e)
		}
	}
	switch {
	case err != nil && t.refused(p, err):
		return d.drawObjections(w, r, t)
	case err != nil:
		return err
	}
	redirect(w, r, p.settled(rev.Ref, len(rev.Objections)+1, "object"))
	return nil
}

// chosenRevision is what a menu of editions names: a revision by its number, or the newest one; nil if there is none.
func chosenRevision(reg *register, text string) (*edition.Ledger, *edition.Revision) {
	ref, err := edition.ParseRef(text)
	if err != nil || reg.ledgers[ref.Number] == nil {
		return nil, nil
	}
	l := reg.ledgers[ref.Number]
	rev, err := l.At(ref.Revision)
	if err != nil {
		return nil, nil
	}
	return l, rev
}

// objects reports whether a unit is one of the edition that the reader sees.
func (p *page) objects(ctx context.Context, reg *register, rev *edition.Revision, code string) (bool, error) {
	if code == "" || !p.seesUnit(p.schemeKinds(ctx), reg.heads[rev.Ref].SchemeID, code) {
		return false, nil
	}
	f, err := p.dashboard.readDocument(ctx, rev.Number, rev.Content())
	if err != nil {
		return false, err
	}
	_, ok := f.edition.Unit(code)
	return ok, nil
}

// sameObjection is the number of an open objection that says the same for the same unit by the same person; 0 = none.
func sameObjection(rev *edition.Revision, e *edition.Event) int {
	for i := range rev.Objections {
		if o := &rev.Objections[i]; o.Decision == "" && o.By == e.By && o.Unit == e.Unit && o.Text == e.Text && o.Draft == rev.Draft() {
			return o.ID
		}
	}
	return 0
}

// settled leads to an objection and says what was done.
func (p *page) settled(ref edition.Ref, id int, step string) string {
	return p.linkWith(objectionsOf, url.Values{keyObjection: {objectionKey(ref, id)}, keyDone: {step}})
}

// settleObjection decides an objection, or answers one that was upheld.
func (d *Dashboard) settleObjection(w http.ResponseWriter, r *http.Request) error {
	p, err := d.deskPage(r, "desk_objections", "objections")
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	revision, err1 := strconv.Atoi(r.PathValue("revision"))
	id, err2 := strconv.Atoi(r.PathValue("id"))
	if err1 != nil || err2 != nil || revision < 1 {
		return errNotFound
	}
	ctx, cancel := d.changing(r)
	defer cancel()
	defer d.deskOne(ctx)()
	reg, err := d.registerNow(ctx)
	if err != nil {
		return err
	}
	rev, o, err := p.findObjection(reg, p.schemeKinds(ctx), edition.Ref{Number: r.PathValue("number"), Revision: revision}, id)
	if err != nil {
		return err
	}
	if whole, err := p.seesWhole(ctx, rev); err != nil || !whole {
		if err == nil {
			err = errForbidden
		}
		return err
	}
	t := &tried{form: "settle", values: r.PostForm}
	t.values.Set(keyObjection, objectionKey(rev.Ref, id))
	events, action := p.settling(o, r.PostForm)
	step := strings.TrimPrefix(action, "objection.")
	if settledBy(o, events) { // the form was sent twice
		redirect(w, r, p.settled(rev.Ref, id, step))
		return nil
	}
	if t.problem = p.settleProblem(events); t.problem != "" {
		return d.drawObjections(w, r, t)
	}
	if err = p.trySettling(reg.ledgers[rev.Number], rev.Ref, events); err == nil {
		if err = p.act(action, rev.String()+" #"+strconv.Itoa(id)); err == nil {
			err = d.options.EditionDesk.Step(ctx, rev.Ref, nil, events...)
		}
	}
	switch {
	case err != nil && t.refused(p, err):
		return d.drawObjections(w, r, t)
	case err != nil:
		return err
	}
	redirect(w, r, p.settled(rev.Ref, id, step))
	return nil
}

// settling are the events that a form asks for, and how the record calls that: an answer, or a decision, with why there
// is no other draft if that is given.
func (p *page) settling(o *edition.Objection, form url.Values) (events []edition.Event, action string) {
	answer := edition.Event{Action: edition.Answer, By: p.person.ID, Objection: o.ID, Note: formLine(form, "answer")}
	if form.Get("do") == "answer" {
		return []edition.Event{answer}, "objection.answer"
	}
	decide := edition.Event{
		Action: edition.Decide, By: p.person.ID, Objection: o.ID, Decision: edition.Decision(form.Get("decision")), Note: formLine(form, "reason"),
	}
	events = []edition.Event{decide}
	if answer.Note != "" && decide.Decision == edition.Upheld {
		events = append(events, answer)
	}
	return events, "objection.decide"
}

// settleProblem says what a form lacks.
func (p *page) settleProblem(events []edition.Event) string {
	switch e := &events[0]; {
	case e.Action == edition.Decide && e.Decision != edition.Upheld && e.Decision != edition.Rejected:
		return p.T("objection.decision.missing")
	case e.Note == "":
		return p.T("objection.reason.missing")
	}
	return ""
}

func (p *page) trySettling(l *edition.Ledger, ref edition.Ref, events []edition.Event) error {
	trial := make([]edition.Event, len(events))
	for i := range events {
		trial[i] = events[i]
		trial[i].Day, trial[i].Revision = p.today(), ref.Revision
	}
	return l.Try(trial...)
}

// settledBy reports whether events have happened already.
func settledBy(o *edition.Objection, events []edition.Event) bool {
	for i := range events {
		e := &events[i]
		if e.Action == edition.Decide && (o.Decision != e.Decision || o.Reason != e.Note || o.DecidedBy != e.By) ||
			e.Action == edition.Answer && (e.Note == "" || o.Answer != e.Note) {
			return false
		}
	}
	return o.Decision != ""
}
