package warehouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"

	"haochaping/record"
)

// deskMost bounds one page of the desk.
const deskMost = 10_000

// deskBegin is before everything on the desk; deskEnd, after a filter without an end,
// is after everything, also if the clock of a collector runs ahead.
var (
	deskBegin = time.Unix(0, 0).UTC()
	deskEnd   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Desk lists what was refused, came late, conflicts or is superseded, the newest first:
// at most f.Limit entries, or 10,000. A record stands there once; whether it does follows
// from the stored records alone, whatever their order of arrival.
func (w *Warehouse) Desk(ctx context.Context, f record.DeskFilter) ([]record.DeskEntry, error) {
	defer w.timed("desk", time.Now())
	limit, from, to := deskBounds(&f)
	var list []record.DeskEntry
	branches := deskBranches(&f)
	if branches == nil {
		return nil, nil
	}
	// Recent time is asked for first, then ever longer spans before it: a page costs what
	// it shows, not what is stored.
	for span := 24 * time.Hour; to.After(from) && len(list) < limit; span *= 8 {
		since := to.Add(-span)
		if end := time.Now(); to.After(end) {
			since = end.Add(-span)
		}
		if since.Before(from) || span > 10*365*24*time.Hour {
			since = from
		}
		page, err := w.deskWindow(ctx, &f, branches, since, to, limit-len(list))
		if err != nil {
			return nil, fmt.Errorf("read the desk: %w", err)
		}
		list, to = append(list, page...), since
	}
	if err := w.deskDetails(ctx, list); err != nil {
		return nil, fmt.Errorf("read the desk: %w", err)
	}
	return list, nil
}

// deskBounds are the limit of a page and the time within which it lies.
func deskBounds(f *record.DeskFilter) (limit int, from, to time.Time) {
	limit, from, to = f.Limit, f.From, f.To
	if limit <= 0 || limit > deskMost {
		limit = deskMost
	}
	if from.Before(deskBegin) {
		from = deskBegin
	}
	if to.IsZero() || to.After(deskEnd) {
		to = deskEnd
	}
	if after := f.AfterAt.Add(time.Millisecond); !f.AfterAt.IsZero() && after.Before(to) {
		to = after
	}
	return limit, ceilMilli(from), ceilMilli(to)
}

// ceilMilli is the first full millisecond not before t: stored times have no finer part.
func ceilMilli(t time.Time) time.Time {
	if cut := t.Truncate(time.Millisecond); cut.Before(t) {
		return cut.Add(time.Millisecond)
	}
	return t
}

// deskBranches are the queries that can have an entry for the filter.
func deskBranches(f *record.DeskFilter) []string {
	asked := func(whys ...string) bool {
		return len(f.Why) == 0 || slices.ContainsFunc(whys, func(why string) bool { return slices.Contains(f.Why, why) })
	}
	counted := !f.Replayable && !f.Refused
	var list []string
	if asked(record.WhyRefused, record.WhyConflict, record.WhyQuarantined) {
		list = append(list, "desk_refused")
	}
	if counted && asked(record.WhyConflict, record.WhySuperseded) && (f.Kind == "" || f.Kind == record.KindRating.String()) {
		list = append(list, "desk_collisions")
	}
	if counted && asked(record.WhyLate) && (f.Kind == "" || f.Kind == record.KindRating.String()) {
		list = append(list, "desk_late")
	}
	if counted && asked(record.WhyConflict) && (f.Kind == "" || f.Kind == record.KindCase.String()) {
		list = append(list, "desk_cases")
	}
	return list
}

func deskParams(f *record.DeskFilter, from, to time.Time, limit int) params {
	return params{
		"kind": textParam(f.Kind), "source": textParam(f.Source), "sender": textParam(f.Sender), "batch": textParam(f.BatchID),
		"code": textParam(f.Code), "field": textParam(f.Field), "why": textArray(f.Why),
		"replayable": strconv.FormatBool(f.Replayable), "paged": strconv.FormatBool(!f.AfterAt.IsZero()),
		"after_at": momentParam(f.AfterAt), "after_id": f.AfterID.String(),
		"from": momentParam(from), "to": momentParam(to), "limit": strconv.Itoa(limit),
		"state": textParam(f.State), "ids": idArray(f.IDs),
	}
}

// idArray is the text of an Array(UUID) parameter.
func idArray(list []uuid.UUID) string {
	texts := make([]string, len(list))
	for i, id := range list {
		texts[i] = id.String()
	}
	return textArray(texts)
}

// momentParam is the text of a DateTime64(3, 'UTC') parameter.
func momentParam(t time.Time) string { return orEpoch(t).Format("2006-01-02 15:04:05.000") }

func (w *Warehouse) deskWindow(ctx context.Context, f *record.DeskFilter, branches []string, from, to time.Time, limit int) (list []record.DeskEntry, err error) {
	var union string
	for i, b := range branches {
		if i > 0 {
			union += "\nUNION ALL\n"
		}
		union += query(b, map[string]string{"losers": query("desk_losers", nil)})
	}
	p := deskParams(f, from, to, limit)
	p["zone"], p["late"] = textParam(w.zone.String()), strconv.FormatInt(int64(w.lateAfter/time.Second), 10)
	rows, err := w.conn.Query(clickhouse.Context(ctx, clickhouse.WithParameters(p)), query("desk", map[string]string{"branches": union}))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var e record.DeskEntry
		var codes, fields []string
		var size uint32
		c := record.Case{}
		if err := rows.Scan(&e.ReceivedAt, &e.ID, &e.Why, &e.KindName, &e.RecordID, &c.CaseID, &c.Version, &e.Source, &e.Sender,
			&e.Collector, &e.BatchID, &codes, &fields, &size, &e.Replayable); err != nil {
			return nil, err
		}
		e.Kind, _ = record.KindNamed(e.KindName)
		e.Size = int(size)
		if e.Kind == record.KindCase && c.CaseID != "" {
			c.Source = e.Source
			e.RecordID = c.ID()
		}
		e.Problems = deskProblems(codes, fields, nil)
		list = append(list, e)
	}
	return list, rows.Err()
}

// deskReasons says why an accepted record stands on the desk.
var deskReasons = map[string]string{
	record.WhyConflict:   "another content under the same id, or the same version of the case, counts",
	record.WhySuperseded: "another rating of the same service event counts",
	record.WhyLate:       "counted, but it came long after its day",
}

func deskProblems(codes, fields, reasons []string) record.Problems {
	list := make(record.Problems, min(len(codes), len(fields)))
	for i := range list {
		list[i] = record.Problem{Field: fields[i], Code: codes[i], Reason: deskReasons[codes[i]]}
		if i < len(reasons) {
			list[i].Reason = reasons[i]
		}
	}
	return list
}

// deskDetails adds what is kept of refused records, and when they were replayed.
func (w *Warehouse) deskDetails(ctx context.Context, list []record.DeskEntry) error {
	at := make(map[uuid.UUID]int, len(list))
	ids := make([]string, 0, len(list))
	for i := range list {
		at[list[i].ID] = i
		ids = append(ids, list[i].ID.String())
	}
	if len(list) == 0 {
		return nil
	}
	p := params{"ids": textArray(ids), "from": momentParam(list[len(list)-1].ReceivedAt), "to": momentParam(list[0].ReceivedAt)}
	err := w.each(ctx, "desk_details", p, func(scan func(...any) error) error {
		var id uuid.UUID
		var fields, codes, reasons []string
		var redacted string
		if err := scan(&id, &fields, &codes, &reasons, &redacted); err != nil {
			return err
		}
		if i, ok := at[id]; ok {
			list[i].Problems, list[i].Redacted = deskProblems(codes, fields, reasons), redacted
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.each(ctx, "desk_replayed", p, func(scan func(...any) error) error {
		var id uuid.UUID
		var when time.Time
		if err := scan(&id, &when); err != nil {
			return err
		}
		if i, ok := at[id]; ok {
			list[i].ReplayedAt, list[i].Replayable = when, false
		}
		return nil
	})
}

// each runs a query and gives every row to read.
func (w *Warehouse) each(ctx context.Context, name string, p params, read func(scan func(...any) error) error) (err error) {
	defer w.timed(name, time.Now())
	rows, err := w.rows(ctx, name, p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return fmt.Errorf("query %s: %w", name, err)
		}
	}
	return rows.Err()
}

// Held returns refused records that are held for a code map and were not replayed yet,
// the newest first, paged like Desk.
func (w *Warehouse) Held(ctx context.Context, f record.DeskFilter) (list []record.Refused, err error) {
	limit, from, to := deskBounds(&f)
	err = w.each(ctx, "held", deskParams(&f, from, to, limit), func(scan func(...any) error) error {
		var r record.Refused
		var kind, held string
		var fields, codes, reasons []string
		var size uint32
		if err := scan(&r.ReceivedAt, &r.ID, &kind, &r.Source, &r.Sender, &fields, &codes, &reasons, &r.Redacted, &size,
			&r.Collector, &r.RecordID, &r.BatchID, &r.DeviceID, &r.Installation, &r.DeviceSeq, &held); err != nil {
			return err
		}
		r.Kind, _ = record.KindNamed(kind)
		r.Problems, r.Size, r.Held = deskProblems(codes, fields, reasons), int(size), []byte(held)
		list = append(list, r)
		return nil
	})
	return list, err
}

// RefusedCounts sums up what was never accepted, by source, kind and reason, most records first: at most 500 rows. Of
// the filter, source, kind, code, state and times count.
func (w *Warehouse) RefusedCounts(ctx context.Context, f record.DeskFilter) (list []record.RefusedCount, err error) {
	const most = 500
	_, from, to := deskBounds(&f)
	err = w.each(ctx, "refused_counts", deskParams(&f, from, to, most), func(scan func(...any) error) error {
		var c record.RefusedCount
		if err := scan(&c.Source, &c.Kind, &c.Code, &c.Records, &c.Held, &c.Replayed, &c.LastAt); err != nil {
			return err
		}
		list = append(list, c)
		return nil
	})
	return list, err
}

// replayed is a held record that went through the door.
type replayed struct {
	id uuid.UUID
	at time.Time
}

// MarkReplayed notes that held records went through the door, so that Held no longer
// returns them.
func (w *Warehouse) MarkReplayed(ctx context.Context, ids []uuid.UUID, at time.Time) error {
	list := make([]replayed, len(ids))
	for i, id := range ids {
		list[i] = replayed{id, at}
	}
	return insert(ctx, w, "refused_replayed", []column[replayed]{
		uuidCol("id", func(r *replayed) uuid.UUID { return r.id }),
		timeCol("at", func(r *replayed) time.Time { return r.at }),
	}, list, "")
}
