package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"haochaping/calendar"
	"haochaping/edition"
)

// takeStep has the next thing happen to an edition: a step, or a narrative.
func (d *Dashboard) takeStep(w http.ResponseWriter, r *http.Request) error {
	p, err := d.deskPage(r, "desk_edition", "editions")
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	ctx, cancel := d.changing(r)
	defer cancel()
	name := r.PathValue("step")
	if name != "redraw" && name != "revise" { // a draft that is asked for twice is one drawing
		defer d.deskOne(ctx)()
	}
	_, l, err := p.deskLedger(ctx)
	if err != nil {
		return err
	}
	action, ok := deskSteps[name]
	if !ok && name != "narrative" {
		return errNotFound
	}
	if whole, err := p.seesWhole(ctx, l.Last()); err != nil || !whole {
		if err == nil {
			err = errForbidden
		}
		return err
	}
	s := &stepForm{page: p, ledger: l, name: name, action: action, form: r.PostForm}
	t := &tried{form: name, values: r.PostForm}
	if s.moved() {
		if s.taken() {
			redirect(w, r, p.stepDone(l.Number, name))
			return nil
		}
		t.problem, t.status = p.T("desk.moved"), http.StatusConflict
		return d.drawDeskEdition(w, r, t)
	}
	done := name
	switch name {
	case "redraw", "revise":
		done, err = s.draw(ctx, t)
	case "narrative":
		err = s.narrate(ctx, t)
	default:
		err = s.step(ctx, t)
	}
	switch {
	case err != nil && !t.refused(p, err):
		return err
	case t.problem != "":
		return d.drawDeskEdition(w, r, t)
	}
	redirect(w, r, p.stepDone(l.Number, done))
	return nil
}

// changing is how long a change may take. It goes on when a browser that sends its form twice drops the first answer.
// After it all pages read the register anew.
func (d *Dashboard) changing(r *http.Request) (ctx context.Context, ended func()) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), d.options.CardTimeout)
	return ctx, func() {
		cancel()
		d.facts.mu.Lock()
		defer d.facts.mu.Unlock()
		d.facts.editions.register = nil
	}
}

// deskOne lets one change of editions through at a time, so that a form that is sent twice finds what the first one
// did. It gives the turn back.
func (d *Dashboard) deskOne(ctx context.Context) (release func()) {
	select {
	case d.desk <- struct{}{}:
		return func() { <-d.desk }
	case <-ctx.Done():
		return func() {}
	}
}

// stepForm is the form of a step.
type stepForm struct {
	page   *page
	ledger *edition.Ledger
	name   string
	action edition.Action
	form   url.Values
}

// keyAt carries which event of the ledger was to be next when a form was drawn.
const keyAt = "at"

// moved reports whether anything has happened to the edition since the form was drawn.
func (s *stepForm) moved() bool { return s.form.Get(keyAt) != strconv.Itoa(s.ledger.Next()) }

// taken reports whether the same person has taken the step since the form was drawn: it was sent twice.
func (s *stepForm) taken() bool {
	at, err := strconv.Atoi(s.form.Get(keyAt))
	if err != nil {
		return false
	}
	if s.name == "narrative" {
		written := slices.ContainsFunc(s.ledger.Last().Narratives(s.text("unit")), func(n edition.Narrative) bool {
			return string(n.Section) == s.form.Get("section") && n.Text == s.text("text") && n.Source == s.text("source")
		})
		return written != s.form.Has("remove")
	}
	return slices.ContainsFunc(s.ledger.Revisions, func(r edition.Revision) bool {
		return slices.ContainsFunc(r.Steps, func(e edition.Event) bool {
			return e.Sequence >= at && e.Action == s.action && e.By == s.page.person.ID
		})
	})
}

func (s *stepForm) text(name string) string { return formLine(s.form, name) }

// step opens, checks or publishes.
func (s *stepForm) step(ctx context.Context, t *tried) error {
	p, ref := s.page, s.ledger.Last().Ref
	e := edition.Event{Action: s.action, By: p.person.ID, Note: s.text("note"), Draft: s.ledger.Last().Draft()}
	var days *int
	trial := e
	trial.Day, trial.Until, trial.Hash, trial.Fingerprint = p.today(), p.today(), "to be computed", "to be known"
	switch s.action {
	case edition.Open:
		if days, t.problem = s.period(&e); t.problem != "" {
			return nil
		}
		if e.Until != 0 {
			trial.Until = e.Until
		}
	case edition.Publish:
		if typed := s.text("confirm"); typed != ref.Number && typed != ref.String() {
			t.problem = p.T("step.publish.confirm.wrong", "Number", ref.Number)
			return nil
		}
	default:
	}
	if err := s.ledger.Try(trial); err != nil {
		return err
	}
	if err := p.act("edition."+s.name, ref.String()); err != nil {
		return err
	}
	if s.action == edition.Publish {
		return p.dashboard.options.EditionDesk.Publish(ctx, ref.Number, p.person.ID)
	}
	return p.dashboard.options.EditionDesk.Step(ctx, edition.Ref{Number: ref.Number}, days, e)
}

// period reads how long an objection period lasts: until a day, or so many working days.
func (s *stepForm) period(e *edition.Event) (days *int, problem string) {
	if text := s.text("until"); text != "" {
		until, err := calendar.ParseDay(text)
		if err != nil {
			return nil, s.page.T("step.open.until.wrong")
		}
		e.Until = until
		return nil, ""
	}
	const most = 250
	n, err := strconv.Atoi(s.text("days"))
	if err != nil || n < 0 || n > most {
		return nil, s.page.T("step.open.days.wrong")
	}
	return &n, ""
}

// draw has another draft, or the next revision, drawn. It returns what is then to be confirmed.
func (s *stepForm) draw(ctx context.Context, t *tried) (done string, err error) {
	p, ref := s.page, s.ledger.Last().Ref
	order := DrawOrder{Action: s.action, Number: ref.Number, By: p.person.ID, Note: s.text("note")}
	if order.Note == "" {
		t.problem = p.T("step.note.missing")
		return "", nil
	}
	if err := s.ledger.Try(edition.Event{
		Action: s.action, By: order.By, Note: order.Note, Day: p.today(), Hash: "to be computed",
	}); err != nil {
		return "", err
	}
	drawn, err := p.orderDraft(ctx, order, "edition."+s.name, ref.String())
	switch {
	case err != nil:
		return "", err
	case drawn.Ended.IsZero(), drawn.Err != nil:
		return "", nil // the page says how far it is
	case drawn.Unchanged:
		return "unchanged", nil
	}
	return s.name, nil
}

// narrate adds an entry to a section of a unit's narrative, or takes one away.
func (s *stepForm) narrate(ctx context.Context, t *tried) error {
	p, rev := s.page, s.ledger.Last()
	e := edition.Event{Action: edition.Narrate, By: p.person.ID, Unit: s.text("unit"), Section: edition.Section(s.form.Get("section"))}
	for _, n := range rev.Narratives(e.Unit) {
		if n.Section == e.Section {
			e.Entries = append(e.Entries, n)
		}
	}
	entry := edition.Narrative{Section: e.Section, Text: s.text("text"), Source: s.text("source")}
	if s.form.Has("remove") {
		place, err := strconv.Atoi(s.form.Get("remove"))
		if err != nil || place < 0 || place >= len(e.Entries) {
			t.problem = p.T("desk.moved")
			return nil
		}
		e.Entries = slices.Delete(e.Entries, place, place+1)
	} else {
		f, err := p.dashboard.readDocument(ctx, rev.Number, rev.Content())
		if err != nil {
			return err
		}
		if _, ok := f.edition.Unit(e.Unit); !ok || e.Unit == "" {
			t.problem = p.T("narrative.unit.wrong")
			return nil
		}
		e.Entries = append(e.Entries, entry)
	}
	trial := e
	trial.Entries = slices.Clone(e.Entries)
	trial.Day = p.today()
	if err := s.ledger.Try(trial); err != nil {
		return err
	}
	if err := p.act("edition.narrative", rev.String()+" "+e.Unit); err != nil {
		return err
	}
	return p.dashboard.options.EditionDesk.Step(ctx, edition.Ref{Number: rev.Number}, nil, e)
}
