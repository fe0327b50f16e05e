package edition

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Revision is where one revision of an edition stands.
type Revision struct {
	Ref
	State       State
	Drafts      []string // hashes of its drafts; the last one counts
	Hash        string   // of the published document; '' before
	Fingerprint string   // of the key that signed it
	Opened      bool     // the present draft went to the units
	Open        Event    // the last opening of the objection period; zero before
	Checker     string
	Objections  []Objection
	Steps       []Event // all but narratives and what concerns objections

	creators   []string
	narratives map[string]map[Section][]Narrative
}

// Draft is the number of the draft that counts.
func (r *Revision) Draft() int { return len(r.Drafts) }

// Content is the hash of the document that stands for the revision: the published one, else the draft that counts.
func (r *Revision) Content() string {
	return cmp.Or(r.Hash, r.Drafts[len(r.Drafts)-1])
}

// Narratives are the texts about a unit, by section.
func (r *Revision) Narratives(unit string) []Narrative {
	var list []Narrative
	for _, s := range Sections() {
		list = append(list, r.narratives[unit][s]...)
	}
	return list
}

// Narrated are the codes of the units that have a narrative, in order.
func (r *Revision) Narrated() []string { return slices.Sorted(maps.Keys(r.narratives)) }

// Pending are the objections that keep the revision from being published.
func (r *Revision) Pending() []int {
	var ids []int
	for i := range r.Objections {
		if r.Objections[i].Open() {
			ids = append(ids, r.Objections[i].ID)
		}
	}
	return ids
}

// Ledger is all that happened to one edition, and what follows from it.
type Ledger struct {
	Number    string
	Revisions []Revision // from 1; all but the last are published
	// Void are events that count for nothing: the place in the sequence was taken when they were stored, or they are
	// against the rules. They stand in the store and are shown, so that nothing is hidden.
	Void []Event

	next int // sequence of the next event
}

// Fold reads a ledger from its events in the order in which they were stored. Of two with one place in the sequence
// the first counts, so that of two instances that write at once one is void, and learns it by reading again.
func Fold(number string, events []Event) *Ledger {
	l := &Ledger{Number: number, next: 1}
	sorted := slices.Clone(events)
	slices.SortStableFunc(sorted, func(a, b Event) int { return cmp.Compare(a.Sequence, b.Sequence) })
	for i := range sorted {
		if err := l.apply(&sorted[i]); err != nil {
			l.Void = append(l.Void, sorted[i])
		}
	}
	return l
}

// Append puts events at the end of the ledger, all or none, and returns them as they are to be stored: with their
// place, and the draft and objection that they concern. The rules of editions are held here and nowhere else.
func (l *Ledger) Append(events ...Event) ([]Event, error) {
	trial := l.clone()
	list := slices.Clone(events)
	for i := range list {
		e := &list[i]
		e.Number, e.Sequence = l.Number, trial.next
		if last := trial.Last(); last != nil {
			e.Revision = cmp.Or(e.Revision, last.Revision)
		}
		if err := trial.apply(e); err != nil {
			return nil, err
		}
	}
	*l = *trial
	return list, nil
}

// Last is the newest revision, nil without any.
func (l *Ledger) Last() *Revision {
	if len(l.Revisions) == 0 {
		return nil
	}
	return &l.Revisions[len(l.Revisions)-1]
}

// At is a revision, or with 0 the newest.
func (l *Ledger) At(revision int) (*Revision, error) {
	n := len(l.Revisions)
	switch {
	case n == 0:
		return nil, Refuse("没有期次 %s", "there is no edition %s", l.Number).Hint("; haochaping edition list shows all")
	case revision == 0:
		return l.Last(), nil
	case revision > n:
		return nil, Refuse("期次 %s 只有 %d 次修订，没有修订 %d", "edition %s has %d revisions, not %d", l.Number, n, revision)
	}
	return &l.Revisions[revision-1], nil
}

// Published is the revision in force, nil before the first publication.
func (l *Ledger) Published() *Revision {
	for i := range l.Revisions {
		if l.Revisions[i].State == Published {
			return &l.Revisions[i]
		}
	}
	return nil
}

func (l *Ledger) clone() *Ledger {
	c := *l
	c.Revisions = slices.Clone(l.Revisions)
	c.Void = slices.Clone(l.Void)
	for i := range c.Revisions {
		r := &c.Revisions[i]
		r.Drafts, r.Objections, r.Steps = slices.Clone(r.Drafts), slices.Clone(r.Objections), slices.Clone(r.Steps)
		r.creators = slices.Clone(r.creators)
		r.narratives = maps.Clone(r.narratives)
		for unit, sections := range r.narratives {
			r.narratives[unit] = maps.Clone(sections)
		}
	}
	return &c
}

// apply holds the rules. It changes nothing unless the event is within them.
func (l *Ledger) apply(e *Event) error {
	if e.Sequence != l.next {
		return Refuse("别人先了一步：期次 %[2]s 的第 %[1]d 步已被占用，请重新查看",
			"somebody else was faster: place %d of edition %s is taken; look at it again", e.Sequence, l.Number)
	}
	if err := checkText(phrase{"办理人", "the name of who does it (--by)"}, e.By, mostName); err != nil {
		return err
	}
	if strings.ContainsAny(e.By, "\n\t") {
		return Refuse("办理人只能写一行", "the name of who does it (--by) is one line")
	}
	if e.Note != "" {
		if err := checkText(phrase{"理由", "the reason"}, e.Note, mostText); err != nil {
			return err
		}
	}
	if e.Action == Create {
		if err := l.create(e); err != nil {
			return err
		}
		l.next++
		return nil
	}
	r, err := l.At(e.Revision)
	if err != nil {
		return err
	}
	rule, ok := rules[e.Action]
	if !ok {
		return Refuse("期次没有 %q 这一步", "%q is nothing that can happen to an edition", e.Action)
	}
	if !slices.Contains(rule.from, r.State) {
		return Refuse("期次 %s 现为“%s”：%s", "edition %s is %s: %s", r.Ref, r.State, rule.otherwise.phrase).Hint(rule.otherwise.command)
	}
	e.Draft = cmp.Or(e.Draft, r.Draft())
	if e.Draft != r.Draft() && e.Action != Redraw {
		return Refuse("期次 %s 已有新的一稿（第 %d 稿，不是第 %d 稿），请重新查看",
			"edition %s has another draft by now (%d, not %d): look at it again", r.Ref, r.Draft(), e.Draft)
	}
	if err := rule.apply(l, r, e); err != nil {
		return err
	}
	if rule.step {
		r.Steps = append(r.Steps, *e)
	}
	l.next++
	return nil
}

func (l *Ledger) create(e *Event) error {
	last := l.Last()
	switch {
	case last == nil:
		if err := CheckNumber(l.Number); err != nil {
			return err
		}
	case last.State != Published:
		return Refuse("期次 %s 现为“%s”：发布之后才能修订",
			"edition %s is %s: it is published before there is another revision", last.Ref, last.State)
	case strings.TrimSpace(e.Note) == "":
		return Refuse("修订要写明理由", "a revision says why it is made")
	}
	if e.Hash == "" {
		return Refuse("草稿要有文件", "a draft has a document")
	}
	e.Revision, e.Draft = len(l.Revisions)+1, 1
	r := Revision{
		Ref: Ref{l.Number, e.Revision}, State: Draft, Drafts: []string{e.Hash}, creators: []string{e.By}, Steps: []Event{*e},
		narratives: make(map[string]map[Section][]Narrative),
	}
	l.Revisions = append(l.Revisions, r)
	return nil
}

// stateWords complete "edition N is …".
var stateWords = map[State]string{
	Draft: "a draft", Objectable: "open for objections", Checked: "checked", Published: "published", Superseded: "superseded by a later revision",
}

// Words is a state in a language, for people.
func (s State) Words(lang string) string {
	if lang == "en" {
		return stateWords[s]
	}
	return map[State]string{
		Draft: "草稿", Objectable: "异议期", Checked: "已复核", Published: "已发布", Superseded: "已被新修订取代",
	}[s]
}

// idText writes numbers for a sentence.
func idText(ids []int) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = fmt.Sprint(id)
	}
	return strings.Join(texts, ", ")
}
