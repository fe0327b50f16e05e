package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/export"
	"haochaping/record"
	"haochaping/warehouse"
)

// ReplayReport says what became of the held records that a replay chose.
type ReplayReport struct {
	Replayed int
	Refused  int // as before
	// Reasons are why, with the number of records that each holds back; at most 100.
	Reasons []ReplayReason
}

// ReplayReason is one problem that held records still have.
type ReplayReason struct {
	record.Problem
	Records int
}

// maxReasons bounds the reasons in a report.
const maxReasons = 100

func (r *ReplayReport) refuse(problems record.Problems) {
	r.Refused++
	for _, p := range problems {
		found := false
		for i := range r.Reasons {
			if r.Reasons[i].Problem == p {
				r.Reasons[i].Records++
				found = true
			}
		}
		if !found && len(r.Reasons) < maxReasons {
			r.Reasons = append(r.Reasons, ReplayReason{p, 1})
		}
	}
}

// refusedDesk is the desk for the collector's API.
type refusedDesk struct{ app *App }

// Desk lists entries, the newest first.
func (d refusedDesk) Desk(ctx context.Context, f record.DeskFilter) ([]record.DeskEntry, error) {
	w, err := d.app.store.get()
	if err != nil {
		return nil, err
	}
	return w.Desk(ctx, f)
}

// Replay passes held records through the door again.
func (d refusedDesk) Replay(ctx context.Context, f record.DeskFilter) (replayed, refused int, err error) {
	report, err := d.app.replay(ctx, &f)
	return report.Replayed, report.Refused, err
}

func (a *App) deskCommands(mux *http.ServeMux) {
	command(mux, "refused", func(ctx context.Context, f *record.DeskFilter) ([]record.DeskEntry, error) {
		return refusedDesk{a}.Desk(ctx, *f)
	})
	command(mux, "replay", a.replay)
}

// replayPage is how many held records are replayed together.
const replayPage = 500

// replay passes the held records that the filter chooses through the door, with the code
// maps of this moment, and inserts what is accepted. It may be stopped and repeated at any
// point: the records keep their ids and contents, so nothing is counted twice.
func (a *App) replay(ctx context.Context, f *record.DeskFilter) (ReplayReport, error) {
	page := *f
	report, _, err := a.replayPart(ctx, &page, 0)
	return report, err
}

// replayPart replays at least most records that the filter chooses, if there are so many, 0 = all of them, and moves
// the filter on to those after them; more = there may be some.
func (a *App) replayPart(ctx context.Context, page *record.DeskFilter, most int) (report ReplayReport, more bool, err error) {
	w, err := a.store.get()
	if err != nil {
		return report, false, err
	}
	door, err := a.doorOfToday(ctx, w)
	if err != nil {
		return report, false, err
	}
	page.Limit = replayPage
	for done := 0; most == 0 || done < most; {
		held, err := w.Held(ctx, *page)
		if err != nil || len(held) == 0 {
			return report, false, err
		}
		if err := replayHeld(ctx, w, door, held, &report); err != nil {
			return report, false, err
		}
		last := &held[len(held)-1]
		page.AfterAt, page.AfterID = last.ReceivedAt, last.ID
		done += len(held)
	}
	return report, true, nil
}

func replayHeld(ctx context.Context, w *warehouse.Warehouse, door *record.Door, held []record.Refused, report *ReplayReport) error {
	var batch record.Batch
	var accepted []uuid.UUID
	token := sha256.New()
	for i := range held {
		if problems := door.Replay(&held[i], &batch); len(problems) > 0 {
			report.refuse(problems)
			continue
		}
		accepted = append(accepted, held[i].ID)
		token.Write(held[i].ID[:])
	}
	if len(accepted) == 0 {
		return nil
	}
	if err := w.Insert(ctx, &batch, "replay-"+hex.EncodeToString(token.Sum(nil)[:16])); err != nil {
		return err
	}
	report.Replayed += len(accepted)
	return w.MarkReplayed(ctx, accepted, time.Now())
}

// doorOfToday is the door with the code maps as stored at this moment, not as a keyring
// read them a while ago.
func (a *App) doorOfToday(ctx context.Context, w *warehouse.Warehouse) (*record.Door, error) {
	_, list, err := w.Keys(ctx)
	if err != nil {
		return nil, err
	}
	sources := map[string]*record.Source{record.SourceKiosk: {CodeMaps: []record.DatedMap{{Map: record.MapFiveBest}}}}
	for i := range list {
		sources[list[i].Name] = &list[i]
	}
	door := *a.door
	door.Codes = func(source string, at time.Time) (record.CodeMap, bool) {
		s, ok := sources[source]
		if !ok {
			return record.CodeMap{}, false
		}
		return s.MapOn(calendar.DayOf(at, door.Zone))
	}
	door.Maps = func(source string) []record.DatedMap {
		if s, ok := sources[source]; ok {
			return s.CodeMaps
		}
		return nil
	}
	return &door, nil
}

// deskPage is how many entries a command asks for at a time.
const deskPage = 1000

// Refused writes the desk in a format: table, csv or json; limit 0 is all of it. It
// returns how many entries it wrote. An error means that the list is not complete.
func (c *Client) Refused(ctx context.Context, f record.DeskFilter, limit int, format string, out io.Writer) (n int, err error) {
	w := export.NewDesk(out, format, c.zone)
	for limit == 0 || n < limit {
		f.Limit = deskPage
		if limit > 0 {
			f.Limit = min(deskPage, limit-n)
		}
		var page []record.DeskEntry
		if err := c.call(ctx, "refused", &f, &page); err != nil {
			return n, err
		}
		if len(page) == 0 {
			break
		}
		if err := w.Write(page); err != nil {
			return n, err
		}
		n += len(page)
		f.AfterAt, f.AfterID = page[len(page)-1].ReceivedAt, page[len(page)-1].ID
	}
	return n, w.Close()
}

// Replay passes held records through the door again.
func (c *Client) Replay(ctx context.Context, f *record.DeskFilter) (report ReplayReport, err error) {
	err = c.call(ctx, "replay", f, &report)
	return report, err
}
