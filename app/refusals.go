package app

import (
	"context"

	"haochaping/dashboard"
	"haochaping/record"
)

// refusals is the desk of refused records for its page.
type refusals struct{ app *App }

// Refused are the records that a filter chooses, the newest first.
func (r refusals) Refused(ctx context.Context, f record.DeskFilter) ([]record.DeskEntry, error) {
	f.Refused = true
	return refusedDesk(r).Desk(ctx, f)
}

// Counts sums up the records that a filter chooses, by source, kind and reason.
func (r refusals) Counts(ctx context.Context, f record.DeskFilter) ([]record.RefusedCount, error) {
	w, err := r.app.store.get()
	if err != nil {
		return nil, err
	}
	return w.RefusedCounts(ctx, f)
}

// replayMost bounds the records of one replay from a page.
const replayMost = 5000

// Replay passes the held records that a filter chooses through the door again, as many as a page may wait for.
func (r refusals) Replay(ctx context.Context, f record.DeskFilter) (dashboard.ReplayReport, error) {
	done, more, err := r.app.replayPart(ctx, &f, replayMost)
	report := dashboard.ReplayReport{Replayed: done.Replayed, Refused: done.Refused, More: more, AfterAt: f.AfterAt, AfterID: f.AfterID}
	for _, reason := range done.Reasons {
		report.Reasons = append(report.Reasons, dashboard.ReplayReason{Field: reason.Field, Code: reason.Code, Records: reason.Records})
	}
	return report, err
}
