package edition

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"haochaping/calendar"
)

// rule says when an action may happen and what it does.
type rule struct {
	from      []State
	otherwise string // what to do in other states
	step      bool   // it stands among the steps of the document
	apply     func(*Ledger, *Revision, *Event) error
}

var unpublished = []State{Draft, Objectable, Checked}

// rules is the state machine. Whatever changes what would be published takes a check back.
var rules map[Action]rule

func init() {
	anytime := []State{Draft, Objectable, Checked, Published, Superseded}
	rules = map[Action]rule{
		Redraw:    {unpublished, "a published edition never changes; haochaping edition revise makes a new revision", true, redraw},
		Open:      {[]State{Draft}, "only a draft is opened for objections", true, open},
		Object:    {anytime, "", false, object},
		Decide:    {anytime, "", false, decide},
		Answer:    {anytime, "", false, answer},
		Narrate:   {unpublished, "narratives are frozen with the publication; haochaping edition revise makes a new revision", false, narrate},
		Check:     {[]State{Draft, Objectable}, "nothing is left to be checked", true, check},
		Publish:   {[]State{Checked}, "it is checked before it is published (haochaping edition check)", true, publish},
		Supersede: {[]State{Superseded}, "only the publication of a later revision supersedes it", false, supersede},
	}
}

// uncheck takes a check back: what was checked is no longer what would be published.
func (r *Revision) uncheck() {
	if r.State != Checked {
		return
	}
	r.Checker, r.State = "", Draft
	if r.Opened {
		r.State = Objectable
	}
}

func redraw(_ *Ledger, r *Revision, e *Event) error {
	if strings.TrimSpace(e.Note) == "" {
		return refuse("another draft says why it is drawn")
	}
	if e.Hash == "" {
		return refuse("a draft has a document")
	}
	r.uncheck()
	e.Draft = r.Draft() + 1
	for i := range r.Objections {
		if o := &r.Objections[i]; o.Decision == Upheld && o.Answer == "" {
			o.Answer = fmt.Sprintf("draft %d", e.Draft)
		}
	}
	r.Drafts, r.State, r.Opened = append(r.Drafts, e.Hash), Draft, false
	r.creators = append(r.creators, e.By)
	return nil
}

func open(_ *Ledger, r *Revision, e *Event) error {
	if e.Until < e.Day {
		return refuse("the objection period would end on %s, before it begins on %s", e.Until, e.Day)
	}
	const most = 366 // days
	if e.Until > e.Day+calendar.Day(most) {
		return refuse("the objection period would last until %s, more than a year", e.Until)
	}
	r.State, r.Opened, r.Open = Objectable, true, *e
	return nil
}

func object(l *Ledger, r *Revision, e *Event) error {
	if !l.everOpened() {
		return refuse("edition %s has not been opened for objections (haochaping edition open)", r.Ref)
	}
	if err := checkText("the unit that objects", e.Unit, mostSource); err != nil {
		return err
	}
	if err := checkText("the text of the objection", e.Text, mostText); err != nil {
		return err
	}
	if len(r.Objections) >= mostObjection {
		return refuse("edition %s has %d objections, which is the most", r.Ref, mostObjection)
	}
	e.Objection = len(r.Objections) + 1
	late := r.State == Published || r.State == Superseded || r.Open.Action == Open && e.Day > r.Open.Until
	r.Objections = append(r.Objections, Objection{
		ID: e.Objection, Unit: e.Unit, Draft: e.Draft, By: e.By, At: moment(e.At), Text: e.Text, Late: late,
	})
	r.uncheck()
	return nil
}

// everOpened reports whether any draft of the number went to the units.
func (l *Ledger) everOpened() bool {
	return slices.ContainsFunc(l.Revisions, func(r Revision) bool { return r.Open.Action == Open })
}

func (r *Revision) objection(id int) (*Objection, error) {
	if id < 1 || id > len(r.Objections) {
		return nil, refuse("edition %s has no objection %d; haochaping edition objection list shows all", r.Ref, id)
	}
	return &r.Objections[id-1], nil
}

func decide(_ *Ledger, r *Revision, e *Event) error {
	o, err := r.objection(e.Objection)
	if err != nil {
		return err
	}
	if o.Decision != "" {
		return refuse("objection %d was decided on %s: %s", o.ID, o.DecidedAt, o.Decision)
	}
	if e.Decision != Upheld && e.Decision != Rejected {
		return refuse("an objection is %s or %s, not %q", Upheld, Rejected, clip(string(e.Decision), 20))
	}
	if err := checkText("the reason of the decision", e.Note, mostText); err != nil {
		return err
	}
	o.Decision, o.Reason, o.DecidedBy, o.DecidedAt = e.Decision, e.Note, e.By, moment(e.At)
	return nil
}

func answer(_ *Ledger, r *Revision, e *Event) error {
	o, err := r.objection(e.Objection)
	if err != nil {
		return err
	}
	if o.Decision != Upheld || o.Answer != "" {
		return refuse("objection %d waits for no answer: only an upheld one does, once", o.ID)
	}
	if err := checkText("the reason why there is no other draft", e.Note, mostText); err != nil {
		return err
	}
	o.Answer = e.Note
	return nil
}

func narrate(_ *Ledger, r *Revision, e *Event) error {
	if err := checkText("the unit of the narrative", e.Unit, mostSource); err != nil {
		return err
	}
	if !slices.Contains(Sections(), e.Section) {
		return refuse("a narrative has no section %q: there are %v", clip(string(e.Section), 30), Sections())
	}
	if len(e.Entries) > mostEntries {
		return refuse("%s of %s: %d entries, at most %d are allowed", e.Section, e.Unit, len(e.Entries), mostEntries)
	}
	for i, n := range e.Entries {
		where := fmt.Sprintf("%s of %s, entry %d: ", e.Section, e.Unit, i+1)
		if err := checkText(where+"the text", n.Text, mostText); err != nil {
			return err
		}
		if err := checkText(where+"the source", n.Source, mostSource); err != nil {
			return err
		}
		e.Entries[i].Section = e.Section
	}
	sections := maps.Clone(r.narratives[e.Unit])
	if sections == nil {
		sections = make(map[Section][]Narrative)
	}
	sections[e.Section] = slices.Clone(e.Entries)
	if len(e.Entries) == 0 {
		delete(sections, e.Section)
	}
	r.narratives[e.Unit] = sections
	if len(sections) == 0 {
		delete(r.narratives, e.Unit)
	}
	r.uncheck()
	return nil
}

// check may leave the rest of the objection period out only for a stated reason, and the whole of it only where the
// units had one before: in a revision, or in a later draft.
func check(l *Ledger, r *Revision, e *Event) error {
	if ids := r.Pending(); len(ids) > 0 {
		return refuse("edition %s has open objections: %s; each is decided, and an upheld one answered by another draft (edition redraw) or a reason (edition objection answer)", r.Ref, idText(ids))
	}
	reason := strings.TrimSpace(e.Note) != ""
	switch {
	case r.State == Draft && !l.everOpened():
		return refuse("edition %s has not been opened for objections (haochaping edition open)", r.Ref)
	case r.State == Draft && !reason:
		return refuse("draft %d of edition %s has not been opened for objections: open it (haochaping edition open), or say why not (--without-objections REASON)", r.Draft(), r.Ref)
	case r.State == Objectable && e.Day <= r.Open.Until && !reason:
		return refuse("the objection period of edition %s lasts until the end of %s: check it afterwards, or say why it ends early (--early REASON)", r.Ref, r.Open.Until)
	}
	r.State, r.Checker = Checked, e.By
	return nil
}

func publish(l *Ledger, r *Revision, e *Event) error {
	if samePerson(e.By, r.Checker) {
		return refuse("%s checked edition %s: a second person publishes it", clip(e.By, mostName), r.Ref)
	}
	if slices.ContainsFunc(r.creators, func(name string) bool { return samePerson(e.By, name) }) {
		return refuse("%s drew edition %s up: a second person publishes it", clip(e.By, mostName), r.Ref)
	}
	if ids := r.Pending(); len(ids) > 0 {
		return refuse("edition %s has open objections: %s", r.Ref, idText(ids))
	}
	if e.Hash == "" || e.Fingerprint == "" {
		return refuse("a published edition has a signed document")
	}
	r.State, r.Hash, r.Fingerprint = Published, e.Hash, e.Fingerprint
	if r.Revision > 1 {
		l.Revisions[r.Revision-2].State = Superseded
	}
	return nil
}

// supersede is the entry in the register of the older revision; the publication of the newer one has done it.
func supersede(*Ledger, *Revision, *Event) error { return nil }
