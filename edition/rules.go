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
	otherwise advice // what to do in other states
	step      bool   // it stands among the steps of the document
	apply     func(*Ledger, *Revision, *Event) error
}

// advice is what to do instead, and the command for it.
type advice struct {
	phrase
	command string
}

var unpublished = []State{Draft, Objectable, Checked}

// rules is the state machine. Whatever changes what would be published takes a check back.
var rules map[Action]rule

func init() {
	anytime := []State{Draft, Objectable, Checked, Published, Superseded}
	rules = map[Action]rule{
		Redraw:    {unpublished, advice{phrase{"发布之后不再改变，可以另作修订", "a published edition never changes, a new revision may follow it"}, " (haochaping edition revise)"}, true, redraw},
		Open:      {[]State{Draft}, advice{phrase{"只有草稿可以征求异议", "only a draft is opened for objections"}, ""}, true, open},
		Object:    {anytime, advice{}, false, object},
		Decide:    {anytime, advice{}, false, decide},
		Answer:    {anytime, advice{}, false, answer},
		Narrate:   {unpublished, advice{phrase{"文字说明随发布冻结，可以另作修订", "narratives are frozen with the publication, a new revision may follow it"}, " (haochaping edition revise)"}, false, narrate},
		Check:     {[]State{Draft, Objectable}, advice{phrase{"没有什么要复核的", "nothing is left to be checked"}, ""}, true, check},
		Publish:   {[]State{Checked}, advice{phrase{"复核之后才能发布", "it is checked before it is published"}, " (haochaping edition check)"}, true, publish},
		Supersede: {[]State{Superseded}, advice{phrase{"只有后一修订发布才会取代它", "only the publication of a later revision supersedes it"}, ""}, false, supersede},
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
		return Refuse("重新起草要写明理由", "another draft says why it is drawn")
	}
	if e.Hash == "" {
		return Refuse("草稿要有文件", "a draft has a document")
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
		return Refuse("异议期的截止日 %s 早于开始日 %s", "the objection period would end on %s, before it begins on %s", e.Until, e.Day)
	}
	const most = 366 // days
	if e.Until > e.Day+calendar.Day(most) {
		return Refuse("异议期到 %s 才截止，超过一年", "the objection period would last until %s, more than a year", e.Until)
	}
	r.State, r.Opened, r.Open = Objectable, true, *e
	return nil
}

func object(l *Ledger, r *Revision, e *Event) error {
	if !l.everOpened() {
		return Refuse("期次 %s 还没有征求过异议", "edition %s has not been opened for objections", r.Ref).Hint(" (haochaping edition open)")
	}
	if err := checkText(phrase{"提出异议的单位", "the unit that objects"}, e.Unit, mostSource); err != nil {
		return err
	}
	if err := checkText(phrase{"异议内容", "the text of the objection"}, e.Text, mostText); err != nil {
		return err
	}
	if len(r.Objections) >= mostObjection {
		return Refuse("期次 %s 已有 %d 件异议，不能再多", "edition %s has %d objections, which is the most", r.Ref, mostObjection)
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
		return nil, Refuse("期次 %s 没有第 %d 号异议", "edition %s has no objection %d", r.Ref, id).Hint("; haochaping edition objection list shows all")
	}
	return &r.Objections[id-1], nil
}

func decide(_ *Ledger, r *Revision, e *Event) error {
	o, err := r.objection(e.Objection)
	if err != nil {
		return err
	}
	if o.Decision != "" {
		return Refuse("第 %d 号异议已于 %s 处理：%s", "objection %d was decided on %s: %s", o.ID, o.DecidedAt, o.Decision)
	}
	if e.Decision != Upheld && e.Decision != Rejected {
		return Refuse("异议的处理是%s或%s，不是“%s”", "an objection is %s or %s, not %q", Upheld, Rejected, clip(string(e.Decision), 20))
	}
	if err := checkText(phrase{"处理理由", "the reason of the decision"}, e.Note, mostText); err != nil {
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
		return Refuse("第 %d 号异议不待答复：只有成立的异议需要答复，且只答复一次", "objection %d waits for no answer: only an upheld one does, once", o.ID)
	}
	if err := checkText(phrase{"不重新起草的理由", "the reason why there is no other draft"}, e.Note, mostText); err != nil {
		return err
	}
	o.Answer = e.Note
	return nil
}

func narrate(_ *Ledger, r *Revision, e *Event) error {
	if err := checkText(phrase{"文字说明的单位", "the unit of the narrative"}, e.Unit, mostSource); err != nil {
		return err
	}
	if !slices.Contains(Sections(), e.Section) {
		return Refuse("文字说明没有“%s”这一栏：只有 %v", "a narrative has no section %q: there are %v", clip(string(e.Section), 30), Sections())
	}
	if len(e.Entries) > mostEntries {
		return Refuse("%[2]s 的%[1]s有 %[3]d 条，最多 %[4]d 条", "%s of %s: %d entries, at most %d are allowed", e.Section, e.Unit, len(e.Entries), mostEntries)
	}
	for i, n := range e.Entries {
		where := func(zh, en string) phrase {
			return phrase{
				fmt.Sprintf("%s 的%s第 %d 条的%s", e.Unit, e.Section.Name("zh"), i+1, zh),
				fmt.Sprintf("%s of %s, entry %d: %s", e.Section, e.Unit, i+1, en),
			}
		}
		if err := checkText(where("文字", "the text"), n.Text, mostText); err != nil {
			return err
		}
		if err := checkText(where("来源", "the source"), n.Source, mostSource); err != nil {
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
		return Refuse("期次 %s 还有未办结的异议：第 %s 号；每件都要处理，成立的还要重新起草或说明不重新起草的理由",
			"edition %s has open objections: no. %s; each is decided, and an upheld one answered by another draft or a reason", r.Ref, idText(ids)).
			Hint(" (edition redraw, edition objection answer)")
	}
	reason := strings.TrimSpace(e.Note) != ""
	switch {
	case r.State == Draft && !l.everOpened():
		return Refuse("期次 %s 还没有征求过异议", "edition %s has not been opened for objections", r.Ref).Hint(" (haochaping edition open)")
	case r.State == Draft && !reason:
		return Refuse("期次 %[2]s 的第 %[1]d 稿还没有征求异议：请先征求异议，或写明为何不再征求",
			"draft %d of edition %s has not been opened for objections: open it, or say why not", r.Draft(), r.Ref).
			Hint(" (haochaping edition open, or --without-objections REASON)")
	case r.State == Objectable && e.Day <= r.Open.Until && !reason:
		return Refuse("期次 %s 的异议期到 %s 当天结束：请期满之后复核，或写明为何提前结束",
			"the objection period of edition %s lasts until the end of %s: check it afterwards, or say why it ends early", r.Ref, r.Open.Until).
			Hint(" (--early REASON)")
	}
	r.State, r.Checker = Checked, e.By
	return nil
}

func publish(l *Ledger, r *Revision, e *Event) error {
	if samePerson(e.By, r.Checker) {
		return Refuse("期次 %[2]s 由 %[1]s 复核：须由另一人发布", "edition %[2]s was checked by %[1]s: a second person publishes it", clip(e.By, mostName), r.Ref)
	}
	if slices.ContainsFunc(r.creators, func(name string) bool { return samePerson(e.By, name) }) {
		return Refuse("期次 %[2]s 由 %[1]s 起草：须由另一人发布", "edition %[2]s was drawn up by %[1]s: a second person publishes it", clip(e.By, mostName), r.Ref)
	}
	if ids := r.Pending(); len(ids) > 0 {
		return Refuse("期次 %s 还有未办结的异议：第 %s 号", "edition %s has open objections: no. %s", r.Ref, idText(ids))
	}
	if e.Hash == "" || e.Fingerprint == "" {
		return Refuse("发布的期次要有签名文件", "a published edition has a signed document")
	}
	r.State, r.Hash, r.Fingerprint = Published, e.Hash, e.Fingerprint
	if r.Revision > 1 {
		l.Revisions[r.Revision-2].State = Superseded
	}
	return nil
}

// supersede is the entry in the register of the older revision; the publication of the newer one has done it.
func supersede(*Ledger, *Revision, *Event) error { return nil }
