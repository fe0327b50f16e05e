package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"haochaping/calendar"
	"haochaping/edition"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/warehouse"
)

// DueCall asks what is to be done about editions.
type DueCall struct {
	// By has it done as well: drafts are drawn up in this name. '' = only asks.
	By string
}

// EditionsDue says what is to be done about editions, or what was.
type EditionsDue struct {
	Create []EditionTask
	Revise []edition.Ref  // published ones whose data has changed
	Drawn  []EditionEntry // drafts that were drawn up
}

// EditionTask is an edition to be drawn up.
type EditionTask struct {
	Scheme string // ID@VERSION
	Period calendar.Range
}

// appendEdition puts events at the end of a ledger and says where its newest revision then stands.
func (a *App) appendEdition(ctx context.Context, number string,
	change func(*edition.Ledger) ([]edition.Event, []warehouse.EditionDocument, error),
) (EditionEntry, error) {
	w, err := a.store.get()
	if err != nil {
		return EditionEntry{}, err
	}
	if _, err := w.AppendEdition(ctx, number, change); err != nil {
		return EditionEntry{}, err
	}
	return a.editionEntry(ctx, number)
}

// editionEntry is the newest revision of an edition.
func (a *App) editionEntry(ctx context.Context, number string) (entry EditionEntry, err error) {
	list, err := a.editionEntries(ctx, number)
	if err != nil || len(list) == 0 {
		return entry, err
	}
	return list[len(list)-1], nil
}

// editions are all revisions of all editions, by number and revision.
func (a *App) editions(ctx context.Context) ([]EditionEntry, error) { return a.editionEntries(ctx, "") }

func (a *App) editionEntries(ctx context.Context, number string) ([]EditionEntry, error) {
	w, err := a.store.get()
	if err != nil {
		return nil, err
	}
	ledgers, err := w.EditionLedgers(ctx, number)
	if err != nil {
		return nil, err
	}
	documents, err := w.EditionDocuments(ctx, number)
	if err != nil {
		return nil, err
	}
	type key struct{ number, hash string }
	about := make(map[key]*warehouse.EditionDocument, len(documents))
	for i := range documents {
		about[key{documents[i].Number, documents[i].Hash}] = &documents[i]
	}
	var list []EditionEntry
	for _, l := range ledgers {
		for i := range l.Revisions {
			r := &l.Revisions[i]
			e := EditionEntry{
				Ref: r.Ref, State: r.State, Draft: r.Draft(), Hash: r.Content(), Until: r.Open.Until, Pending: r.Pending(),
				Fingerprint: r.Fingerprint, At: r.Steps[len(r.Steps)-1].At, Void: len(l.Void),
			}
			for j := range r.Objections {
				if r.Objections[j].Late {
					e.Late++
				}
			}
			if d := about[key{l.Number, e.Hash}]; d != nil {
				e.Scheme, e.Period, e.DataHash, e.Generation = d.Scheme, d.Period, d.DataHash, d.Generation
			}
			list = append(list, e)
		}
	}
	return list, nil
}

// editionsDue looks which editions are to be drawn up and which published ones are to be revised, and draws the drafts
// if it is asked to. It may be repeated at any time: what was drawn is no longer due. Objections, checks and
// publications stay with people.
func (a *App) editionsDue(ctx context.Context, in *DueCall) (due EditionsDue, err error) {
	tasks, heads, err := a.editionTasks(ctx)
	if err != nil {
		return due, err
	}
	var failed []error
	for _, t := range tasks {
		due.Create = append(due.Create, EditionTask{t.Scheme.ID + "@" + t.Scheme.Version, t.Period})
		if in.By == "" {
			continue
		}
		entry, err := a.createEditionOf(ctx, t.Scheme, &EditionCreate{Period: t.Period, By: in.By, UnlessEmpty: true})
		switch {
		case err != nil: // the others are not kept waiting
			failed = append(failed, fmt.Errorf("draw up the edition of %s for %s: %w", t.Scheme.ID, t.Period, err))
		case !entry.Empty:
			due.Drawn = append(due.Drawn, entry)
		}
	}
	for i := range heads {
		stale, err := a.editionStale(ctx, &heads[i])
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if !stale {
			continue
		}
		due.Revise = append(due.Revise, heads[i].Ref)
		if in.By == "" {
			continue
		}
		entry, err := a.reviseEdition(ctx, &EditionDraw{Number: heads[i].Number, By: in.By, Note: lateData})
		if err != nil {
			failed = append(failed, fmt.Errorf("revise edition %s: %w", heads[i].Ref, err))
			continue
		}
		due.Drawn = append(due.Drawn, entry)
	}
	return due, errors.Join(failed...)
}

// lateData is the reason of a revision that nobody gave another.
const lateData = "迟到数据 (late data)"

// editionTasks are the editions that are due, and the published ones that late data may have changed.
func (a *App) editionTasks(ctx context.Context) ([]edition.Task, []edition.Head, error) {
	entries, err := a.editions(ctx)
	if err != nil {
		return nil, nil, err
	}
	heads := make([]edition.Head, len(entries))
	for i := range entries {
		e := &entries[i]
		heads[i] = edition.Head{Ref: e.Ref, SchemeID: e.Scheme, Period: e.Period, State: e.State, DataHash: e.DataHash}
	}
	schemes, err := a.schemesInForce(ctx)
	if err != nil {
		return nil, nil, err
	}
	today := a.today()
	return edition.Due(schemes, heads, today, a.cfg.Edition.CutoffDays), edition.Watched(heads, today), nil
}

// schemesInForce are the default scheme and all that were added; of each every version, as their validity says which
// counts when.
func (a *App) schemesInForce(ctx context.Context) ([]*scheme.Scheme, error) {
	list, err := a.listSchemes(ctx, &nothing{})
	if err != nil {
		return nil, err
	}
	var schemes []*scheme.Scheme
	for i := range list {
		if list[i].Bundled && list[i].ID != scheme.DefaultID {
			continue
		}
		s, err := a.scheme(ctx, SchemeRef{Name: list[i].ID + "@" + list[i].Version})
		if err != nil {
			a.log.Warn("a scheme cannot be read: no edition is drawn up by it", "scheme", list[i].ID, "version", list[i].Version, "error", err)
			continue
		}
		schemes = append(schemes, s)
	}
	return schemes, nil
}

// editionStale judges the period of a published edition again by its own scheme.
func (a *App) editionStale(ctx context.Context, h *edition.Head) (bool, error) {
	e, _, err := a.editionNow(ctx, h.Ref)
	if err != nil {
		return false, err
	}
	s, period, err := frozenScheme(e)
	if err != nil {
		return false, err
	}
	result, _, err := a.judgeStill(ctx, s, period)
	if err != nil {
		return false, err
	}
	return h.Stale(hex.EncodeToString(result.DataHash[:])), nil
}

// CreateEdition draws an edition up.
func (c *Client) CreateEdition(ctx context.Context, in *EditionCreate) (entry EditionEntry, err error) {
	err = c.call(ctx, "edition-create", in, &entry)
	return entry, err
}

// RedrawEdition draws the newest revision of an edition up again.
func (c *Client) RedrawEdition(ctx context.Context, in *EditionDraw) (entry EditionEntry, err error) {
	err = c.call(ctx, "edition-redraw", in, &entry)
	return entry, err
}

// ReviseEdition begins a new revision of a published edition if what it judged has changed.
func (c *Client) ReviseEdition(ctx context.Context, in *EditionDraw) (entry EditionEntry, err error) {
	err = c.call(ctx, "edition-revise", in, &entry)
	return entry, err
}

// StepEdition has something happen to an edition.
func (c *Client) StepEdition(ctx context.Context, in *EditionStep) (entry EditionEntry, err error) {
	err = c.call(ctx, "edition-step", in, &entry)
	return entry, err
}

// PublishEdition signs the newest revision of an edition and publishes it.
func (c *Client) PublishEdition(ctx context.Context, in *EditionDraw) (entry EditionEntry, err error) {
	err = c.call(ctx, "edition-publish", in, &entry)
	return entry, err
}

// Editions lists all revisions of all editions.
func (c *Client) Editions(ctx context.Context) (list []EditionEntry, err error) {
	err = c.call(ctx, "edition-list", nothing{}, &list)
	return list, err
}

// EditionsDue says what is to be done about editions, and has the drafts drawn up if it is asked to.
func (c *Client) EditionsDue(ctx context.Context, in *DueCall) (due EditionsDue, err error) {
	err = c.call(ctx, "edition-due", in, &due)
	return due, err
}

// EditionParts are the extracts of a draft, one for each unit.
func (c *Client) EditionParts(ctx context.Context, in *EditionView) (list []EditionPart, err error) {
	err = c.call(ctx, "edition-parts", in, &list)
	return list, err
}

// EditionObjections is the register of a revision.
func (c *Client) EditionObjections(ctx context.Context, ref edition.Ref) (list []edition.Objection, err error) {
	err = c.call(ctx, "edition-objections", ref, &list)
	return list, err
}

// EditionNarratives are the narratives of a revision, by code of the unit.
func (c *Client) EditionNarratives(ctx context.Context, ref edition.Ref) (list map[string][]edition.Narrative, err error) {
	err = c.call(ctx, "edition-narratives", ref, &list)
	return list, err
}

// ShowEdition writes where a revision stands and what it holds, for people.
func (c *Client) ShowEdition(ctx context.Context, in *EditionView, out io.Writer) error {
	return c.call(ctx, "edition-show", in, out)
}

// EditionFile writes the file of a revision: signed once it is published.
func (c *Client) EditionFile(ctx context.Context, ref edition.Ref, out io.Writer) error {
	return c.call(ctx, "edition-file", ref, out)
}

// timetable is who draws up what is due by itself.
const timetable = "timetable"

// drawDue is the job of the timetable: it counts what is dirty, so that no draft rests on old figures, and draws up
// what is due.
func (a *App) drawDue(ctx context.Context) (work evaluation.Work, err error) {
	if _, err := a.store.Restate(ctx, a.clock()); err != nil {
		return work, err
	}
	due, err := a.editionsDue(ctx, &DueCall{By: timetable})
	for i := range due.Drawn {
		work.Add(evaluation.Work{Periods: 1, Rows: uint64(due.Drawn[i].Units)})
	}
	return work, err
}
