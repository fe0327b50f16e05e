package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/edition"
	"haochaping/evaluation/scheme"
	"haochaping/warehouse"
)

// EditionStep asks for events of an edition; when they happen is for the server to say.
type EditionStep struct {
	Ref    edition.Ref
	Events []edition.Event
	// Days is how many working days an objection period lasts, where the event names no end; nil = as configured.
	Days *int
}

// EditionView asks for an edition in words.
type EditionView struct {
	Ref      edition.Ref
	Language string
}

// EditionPart is the extract of one unit.
type EditionPart struct {
	Code string
	Text string // Markdown
}

// stepEdition appends events, all or none.
func (a *App) stepEdition(ctx context.Context, in *EditionStep) (EditionEntry, error) {
	for i := range in.Events {
		e := &in.Events[i]
		now := a.happened(e.Action, e.By, e.Note, "")
		e.At, e.Day, e.Revision = now.At, now.Day, in.Ref.Revision
		switch e.Action {
		case edition.Open:
			if err := a.endObjections(e, in.Days); err != nil {
				return EditionEntry{}, err
			}
		case edition.Object, edition.Narrate:
			if err := a.knownUnit(ctx, in.Ref, e); err != nil {
				return EditionEntry{}, err
			}
		case edition.Decide, edition.Answer, edition.Check:
		default:
			return EditionEntry{}, fmt.Errorf("%q is no step that is asked for by itself", e.Action)
		}
	}
	return a.appendEdition(ctx, in.Ref.Number, func(*edition.Ledger) ([]edition.Event, []warehouse.EditionDocument, error) {
		return in.Events, nil, nil
	})
}

// endObjections says when the period ends: after so many working days, not counting the day on which it begins. A
// calendar that does not know them is no reason to guess.
func (a *App) endObjections(e *edition.Event, days *int) error {
	if e.Until != 0 {
		return nil
	}
	n := a.cfg.Edition.ObjectionDays
	if days != nil {
		n = *days
	}
	if n < 0 || n > 250 {
		return edition.Refuse("异议期为 0 至 250 个工作日", "an objection period lasts 0 to 250 working days")
	}
	until, known := a.workdays().AddWorkingDays(e.Day, n)
	if !known {
		return edition.Refuse("%s 之后的工作日安排未知：请直接填写截止日，或先导入工作日历",
			"the working days after %s are not known: give the last day, or import them", e.Day).Hint(" (--until, haochaping calendar import)")
	}
	e.Until = until
	return nil
}

// knownUnit refuses a unit that the draft does not have.
func (a *App) knownUnit(ctx context.Context, ref edition.Ref, e *edition.Event) error {
	if e.Action == edition.Narrate && len(e.Entries) == 0 {
		return nil // a narrative can go whose unit has gone
	}
	draft, _, err := a.editionNow(ctx, ref)
	if err != nil {
		return err
	}
	if _, ok := draft.Unit(e.Unit); !ok || e.Unit == "" {
		return edition.Refuse("期次 %s 没有单位“%s”：单位要填代码", "edition %s has no unit %q: units are named by their code", draft.Ref(), e.Unit).
			Hint(", see haochaping edition show")
	}
	return nil
}

// publishEdition signs the newest revision and publishes it.
func (a *App) publishEdition(ctx context.Context, in *EditionDraw) (entry EditionEntry, err error) {
	draft, r, err := a.editionNow(ctx, edition.Ref{Number: in.Number})
	if err != nil {
		return entry, err
	}
	if r.State == edition.Published {
		return entry, edition.Refuse("期次 %s 已经发布，发布之后不再改变", "edition %s is published: a published edition never changes", r.Ref).
			Hint("; haochaping edition export writes its file")
	}
	return a.appendEdition(ctx, in.Number, func(l *edition.Ledger) ([]edition.Event, []warehouse.EditionDocument, error) {
		e := a.happened(edition.Publish, in.By, in.Note, "")
		if err := l.Publishable(e); err != nil {
			return nil, nil, err // before a key is made
		}
		key, err := EditionKey(a.cfg, true)
		if err != nil {
			return nil, nil, err
		}
		events, file, hash, err := l.Publication(draft, e, key)
		return events, []warehouse.EditionDocument{{
			Ref: r.Ref, Draft: draft.Draft, Hash: hash, Sealed: true, Scheme: draft.Scheme.ID,
			Period:   calendar.Range{From: draft.Period.From, To: draft.Period.To},
			DataHash: draft.Calculation.DataHash, Generation: draft.Watermark.Generation, At: e.At, Body: file,
		}}, err
	})
}

// editionDocument reads a document by its hash, that of a draft or of a published edition.
func (a *App) editionDocument(ctx context.Context, number, hash string) (*edition.Edition, error) {
	w, err := a.store.get()
	if err != nil {
		return nil, err
	}
	body, err := w.EditionDocument(ctx, number, hash)
	if err != nil {
		return nil, err
	}
	return edition.Decode(edition.Document(body))
}

// editionNow is a revision and its document as it stands: the published one, else the draft that counts, without
// what the register holds.
func (a *App) editionNow(ctx context.Context, ref edition.Ref) (*edition.Edition, *edition.Revision, error) {
	w, err := a.store.get()
	if err != nil {
		return nil, nil, err
	}
	l, err := w.EditionLedger(ctx, ref.Number)
	if err != nil {
		return nil, nil, err
	}
	r, err := l.At(ref.Revision)
	if err != nil {
		return nil, nil, err
	}
	e, err := a.editionDocument(ctx, ref.Number, r.Content())
	return e, r, err
}

// editionFile is the file of an edition: signed once it is published, before that the unsigned document as it would
// be published.
func (a *App) editionFile(ctx context.Context, ref edition.Ref) ([]byte, error) {
	e, r, err := a.editionNow(ctx, ref)
	if err != nil {
		return nil, err
	}
	if r.Hash != "" {
		w, err := a.store.get()
		if err != nil {
			return nil, err
		}
		return w.EditionDocument(ctx, ref.Number, r.Hash)
	}
	if e, err = edition.Complete(e, r); err != nil {
		return nil, err
	}
	b, err := edition.Encode(e)
	return append(b, '\n'), err
}

func (a *App) showEdition(ctx context.Context, in *EditionView, out io.Writer) error {
	e, r, err := a.editionNow(ctx, in.Ref)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, edition.Show(e, r, in.Language))
	return err
}

func (a *App) editionParts(ctx context.Context, in *EditionView) ([]EditionPart, error) {
	e, r, err := a.editionNow(ctx, in.Ref)
	if err != nil {
		return nil, err
	}
	var until calendar.Day
	if r.Opened {
		until = r.Open.Until
	}
	parts := edition.Parts(e, r.Drafts[r.Draft()-1], until)
	list := make([]EditionPart, len(parts))
	for i := range parts {
		list[i] = EditionPart{parts[i].Unit.Code, parts[i].Words(in.Language)}
	}
	return list, nil
}

func (a *App) editionObjections(ctx context.Context, ref *edition.Ref) ([]edition.Objection, error) {
	_, r, err := a.editionNow(ctx, *ref)
	if err != nil {
		return nil, err
	}
	return r.Objections, nil
}

func (a *App) editionNarratives(ctx context.Context, ref *edition.Ref) (map[string][]edition.Narrative, error) {
	_, r, err := a.editionNow(ctx, *ref)
	if err != nil {
		return nil, err
	}
	list := make(map[string][]edition.Narrative)
	for _, code := range r.Narrated() {
		list[code] = r.Narratives(code)
	}
	return list, nil
}

// parentOf is the region that a unit lies in or below.
func parentOf(dir *directory.Directory, kind scheme.UnitKind, code string) string {
	switch kind {
	case scheme.UnitRegion:
		r, _ := dir.Region(code)
		return r.Parent
	case scheme.UnitLineRegion:
		_, region, _ := strings.Cut(code, "@")
		return region
	case scheme.UnitDepartment:
		d, _ := dir.Department(code)
		return d.Region
	case scheme.UnitItem:
		i, _ := dir.Item(code)
		d, _ := dir.Department(i.Department)
		return d.Region
	case scheme.UnitWindow:
		hall, _, _ := strings.Cut(code, "/")
		h, _ := dir.Hall(hall)
		return h.Region
	}
	return ""
}
