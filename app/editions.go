package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"haochaping/calendar"
	"haochaping/edition"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/warehouse"
)

// EditionCreate asks for the first draft of an edition.
type EditionCreate struct {
	Scheme  SchemeRef
	Period  calendar.Range
	By      string
	Another bool // also if there is one of this scheme and period
	// UnlessEmpty draws nothing up where nothing is known of any unit.
	UnlessEmpty bool
}

// EditionDraw asks for another draft, or another revision.
type EditionDraw struct {
	Number   string
	By, Note string
}

// EditionEntry is one revision in a list, or what became of a call.
type EditionEntry struct {
	edition.Ref
	State       edition.State
	Scheme      string
	Period      calendar.Range
	Draft       int
	Hash        string // of the draft that counts, or of the published document
	DataHash    string
	Generation  uint64
	Until       calendar.Day // last day for objections; 0 = not opened
	Pending     []int        // objections that keep it from being published
	Late        int          // objections that came late
	Fingerprint string       // of the key that signed it
	At          time.Time    // of its last step
	Void        int          // events of the edition that count for nothing, see edition.Ledger
	// Unchanged is set by a revision that was not made, because what is judged is what was.
	Unchanged bool
	Changed   int // units that a revision places otherwise
	// Empty is set by an edition that was not drawn up, because nothing is known of any unit.
	Empty bool
	Units int // that the document judges; 0 unless it was drawn up just now
}

func (a *App) editionCommands(mux *http.ServeMux) {
	command(mux, "edition-create", a.createEdition)
	command(mux, "edition-redraw", a.redrawEdition)
	command(mux, "edition-revise", a.reviseEdition)
	command(mux, "edition-step", a.stepEdition)
	command(mux, "edition-publish", a.publishEdition)
	command(mux, "edition-list", func(ctx context.Context, _ *nothing) ([]EditionEntry, error) { return a.editions(ctx) })
	command(mux, "edition-due", a.editionsDue)
	command(mux, "edition-parts", a.editionParts)
	command(mux, "edition-objections", a.editionObjections)
	command(mux, "edition-narratives", a.editionNarratives)
	file(mux, "edition-show", a.showEdition)
	file(mux, "edition-file", func(ctx context.Context, ref *edition.Ref, out io.Writer) error {
		b, err := a.editionFile(ctx, *ref)
		if err == nil {
			_, err = out.Write(b)
		}
		return err
	})
}

func (a *App) today() calendar.Day { return calendar.DayOf(a.clock(), a.cfg.Timezone.Location) }

func (a *App) createEdition(ctx context.Context, in *EditionCreate) (EditionEntry, error) {
	s, err := a.scheme(ctx, in.Scheme)
	if err != nil {
		return EditionEntry{}, err
	}
	if _, err := a.creatable(ctx, s, in); err != nil { // before anything long is done
		return EditionEntry{}, err
	}
	if _, err := a.store.Restate(ctx, a.clock()); err != nil { // no draft rests on old figures
		return EditionEntry{}, err
	}
	return a.createEditionOf(ctx, s, in)
}

// creatable says why there cannot be a first draft; where there can, it returns all editions.
func (a *App) creatable(ctx context.Context, s *scheme.Scheme, in *EditionCreate) (existing []EditionEntry, err error) {
	switch {
	case in.Period.To >= a.today():
		return nil, edition.Refuse("期间 %s 还没有结束：结束之后才能起草", "the period %s is not over: an edition is drawn up afterwards", in.Period)
	case !s.Valid.Contains(in.Period.From) || !s.Valid.Contains(in.Period.To):
		return nil, edition.Refuse("方案 %s@%s 只适用于 %s 以内的期间，不适用于 %s",
			"scheme %s@%s judges periods within %s, not %s", s.ID, s.Version, s.Valid, in.Period)
	}
	if existing, err = a.editions(ctx); err != nil || in.Another {
		return existing, err
	}
	for i := range existing {
		if e := &existing[i]; e.Scheme == s.ID && e.Period == in.Period {
			return nil, edition.Refuse("期次 %s 已按这个方案评价这个期间（%s）：可以重新起草，发布之后可以修订，或明确要求另作一期",
				"edition %s judges this period by this scheme already (%s): draw it up again, revise it once published, or ask for another one",
				e.Ref, e.State).Hint(" (edition redraw, edition revise, --another)")
		}
	}
	return existing, nil
}

func (a *App) createEditionOf(ctx context.Context, s *scheme.Scheme, in *EditionCreate) (entry EditionEntry, err error) {
	existing, err := a.creatable(ctx, s, in)
	if err != nil {
		return entry, err
	}
	n := 1
	number := func() string { return edition.MakeNumber(s.ID, edition.PeriodLabel(in.Period), n) }
	for slices.ContainsFunc(existing, func(e EditionEntry) bool { return e.Number == number() }) {
		n++
	}
	e, d, err := a.draw(ctx, &order{scheme: s, ref: edition.Ref{Number: number(), Revision: 1}, draft: 1, period: in.Period})
	if err != nil {
		return entry, err
	}
	if in.UnlessEmpty && !slices.ContainsFunc(e.Units, edition.Unit.AnyKnown) {
		return EditionEntry{Empty: true}, nil
	}
	entry, err = a.appendEdition(ctx, number(), func(*edition.Ledger) ([]edition.Event, []warehouse.EditionDocument, error) {
		return []edition.Event{a.happened(edition.Create, in.By, "", d.Hash)}, []warehouse.EditionDocument{d}, nil
	})
	entry.Units = len(e.Units)
	return entry, err
}

// happened is an event of this moment.
func (a *App) happened(action edition.Action, by, note, hash string) edition.Event {
	return edition.Event{Action: action, At: a.clock(), Day: a.today(), By: by, Note: note, Hash: hash}
}

// order is a draft to be drawn.
type order struct {
	scheme   *scheme.Scheme
	ref      edition.Ref
	draft    int
	period   calendar.Range
	previous *edition.Previous
	before   *edition.Edition // the published revision, of a later one
}

// draw judges and freezes.
func (a *App) draw(ctx context.Context, o *order) (*edition.Edition, warehouse.EditionDocument, error) {
	none := warehouse.EditionDocument{}
	result, data, err := a.judgeStill(ctx, o.scheme, o.period)
	if err != nil {
		return nil, none, err
	}
	e, err := edition.Draw(edition.Drawing{
		Number: o.ref.Number, Revision: o.ref.Revision, Draft: o.draft, Publisher: cmp.Or(a.cfg.Edition.Publisher, a.cfg.Dashboard.Title),
		Period: o.period, Data: data, Result: result, Parents: a.parents(o.scheme.Units.Kind, result), Previous: o.previous, Before: o.before,
	})
	if err != nil {
		return nil, none, err
	}
	body, err := edition.Encode(e)
	return e, warehouse.EditionDocument{
		Ref: o.ref, Draft: o.draft, Hash: edition.Hash(body), Scheme: o.scheme.ID, Period: o.period, DataHash: e.Calculation.DataHash,
		Generation: data.Number, At: a.clock(), Body: body,
	}, err
}

// judgeStill judges data that stood still: no restatement in between, or none that changed what was judged. The
// watermark is that of before.
func (a *App) judgeStill(ctx context.Context, s *scheme.Scheme, period calendar.Range) (*scoring.Result, evaluation.Generation, error) {
	const tries = 4
	var last [32]byte
	for range tries {
		before, err := a.store.Generation(ctx)
		if err != nil {
			return nil, before, err
		}
		result, err := a.judge(ctx, s, period, scoring.Options{})
		if err != nil {
			return nil, before, err
		}
		after, err := a.store.Generation(ctx)
		if err != nil || after.Number == before.Number || result.DataHash == last {
			return result, before, err
		}
		last = result.DataHash
	}
	return nil, evaluation.Generation{}, edition.Refuse("%s 的数据在计算期间仍在变化：请等导入结束后再试", "the figures of %s change while they are judged: try again when the import is over", period)
}

// parents are the regions above units.
func (a *App) parents(kind scheme.UnitKind, result *scoring.Result) map[string]string {
	dir := a.store.Directory()
	parents := make(map[string]string)
	for _, list := range [][]scoring.Placed{result.Ranked, result.Listed} {
		for i := range list {
			code := list[i].Code
			if parent := parentOf(dir, kind, code); parent != "" {
				parents[code] = parent
			}
		}
	}
	return parents
}

// drawable is the newest revision of an edition, if its state lets it be drawn once more: that is asked before anything
// is judged.
func (a *App) drawable(ctx context.Context, in *EditionDraw, action edition.Action) (*edition.Revision, error) {
	w, err := a.store.get()
	if err != nil {
		return nil, err
	}
	l, err := w.EditionLedger(ctx, in.Number)
	if err != nil {
		return nil, err
	}
	r, err := l.At(0)
	if err != nil {
		return nil, err
	}
	_, err = l.Append(a.happened(action, in.By, in.Note, "to be drawn"))
	return r, err
}

// redrawEdition draws the newest revision up again, by the scheme that it was begun with.
func (a *App) redrawEdition(ctx context.Context, in *EditionDraw) (entry EditionEntry, err error) {
	r, err := a.drawable(ctx, in, edition.Redraw)
	if err != nil {
		return entry, err
	}
	old, err := a.editionDocument(ctx, in.Number, r.Drafts[r.Draft()-1])
	if err != nil {
		return entry, err
	}
	o := &order{ref: r.Ref, draft: r.Draft() + 1, previous: old.Previous}
	if old.Previous != nil {
		if o.before, err = a.editionDocument(ctx, in.Number, old.Previous.Hash); err != nil {
			return entry, err
		}
	}
	e, d, err := a.drawLike(ctx, o, old)
	if err != nil {
		return entry, err
	}
	entry, err = a.appendEdition(ctx, in.Number, func(l *edition.Ledger) ([]edition.Event, []warehouse.EditionDocument, error) {
		event := a.happened(edition.Redraw, in.By, in.Note, d.Hash)
		event.Revision = o.ref.Revision
		if last := l.Last(); last.Draft() != o.draft-1 {
			return nil, nil, edition.Refuse("期次 %s 刚刚已重新起草：请先看第 %d 稿", "edition %s was redrafted meanwhile: look at draft %d first", last.Ref, last.Draft())
		}
		return []edition.Event{event}, []warehouse.EditionDocument{d}, nil
	})
	entry.Changed, entry.Units = len(e.Changes), len(e.Units)
	return entry, err
}

// drawLike draws by the scheme and for the period of an earlier document.
func (a *App) drawLike(ctx context.Context, o *order, old *edition.Edition) (*edition.Edition, warehouse.EditionDocument, error) {
	var err error
	if o.scheme, o.period, err = frozenScheme(old); err != nil {
		return nil, warehouse.EditionDocument{}, err
	}
	return a.draw(ctx, o)
}

// frozenScheme is the scheme that a document was judged by, and the days that it judges.
func frozenScheme(e *edition.Edition) (*scheme.Scheme, calendar.Range, error) {
	s, err := scheme.Load([]byte(e.Scheme.Text))
	if err != nil {
		return nil, calendar.Range{}, fmt.Errorf("the scheme that edition %s was judged by can no longer be read:\n%w", e.Ref(), err)
	}
	return s, calendar.Range{From: e.Period.From, To: e.Period.To}, nil
}

// reviseEdition judges the period of a published edition again, by its own scheme, and begins a new revision if what
// is judged has changed.
func (a *App) reviseEdition(ctx context.Context, in *EditionDraw) (entry EditionEntry, err error) {
	r, err := a.drawable(ctx, in, edition.Create)
	if err != nil {
		return entry, err
	}
	before, err := a.editionDocument(ctx, in.Number, r.Hash)
	if err != nil {
		return entry, err
	}
	e, d, err := a.drawLike(ctx, &order{
		ref: edition.Ref{Number: in.Number, Revision: r.Revision + 1}, draft: 1,
		previous: &edition.Previous{Revision: r.Revision, Hash: r.Hash, Reason: in.Note}, before: before,
	}, before)
	if err != nil {
		return entry, err
	}
	if e.Calculation.DataHash == before.Calculation.DataHash {
		entry, err = a.editionEntry(ctx, in.Number)
		entry.Unchanged = true
		return entry, err
	}
	entry, err = a.appendEdition(ctx, in.Number, func(l *edition.Ledger) ([]edition.Event, []warehouse.EditionDocument, error) {
		event := a.happened(edition.Create, in.By, in.Note, d.Hash)
		published, err := l.At(0)
		if err != nil {
			return nil, nil, err
		}
		return append([]edition.Event{event}, published.Carried(event)...), []warehouse.EditionDocument{d}, nil
	})
	entry.Changed, entry.Units = len(e.Changes), len(e.Units)
	return entry, err
}
