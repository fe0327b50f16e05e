package warehouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
)

var dayTables = []string{"day_department", "day_window", "day_region"}

var monthTables = []string{"month_department", "month_window", "month_region"}

// dayStatements fill the stage tables from the raw records, in this order.
var dayStatements = map[Part][]string{
	partRating: {"superseded", "rating_counts", "event_counts", "tally_counts", "day_department", "day_window", "day_region"},
	partCase:   {"case_counts", "day_department", "day_window", "day_region"},
}

// chunkDays is how many days are restated together: an insert may touch at most 100
// partitions, and a month's rows fit in memory.
const chunkDays = 31

// Restate recomputes every dirty day whole, swaps its partitions, brings the closed
// months among them up to date and ends with a new generation. Marks that arrive
// meanwhile stay for the next run. now decides which month is still open: an open
// month is read from its days.
func (w *Warehouse) Restate(ctx context.Context, now time.Time) (days int, err error) {
	w.restating.Lock()
	defer w.restating.Unlock()
	dirty, err := w.dirtyPeriods(ctx, "dirty_days", nil)
	if err != nil || len(dirty) == 0 {
		return 0, err
	}
	return w.restate(ctx, dirty, now)
}

// RestateRange recomputes all days of a range, dirty or not, and whatever else is dirty.
func (w *Warehouse) RestateRange(ctx context.Context, days calendar.Range, now time.Time) (int, error) {
	var all dirtyDays
	for d := range days.Days() {
		all.add(d, partRating)
		all.add(d, partCase)
	}
	if err := w.mark(ctx, &all, "asked"); err != nil {
		return 0, err
	}
	return w.Restate(ctx, now)
}

func (w *Warehouse) restate(ctx context.Context, dirty []dirtyPeriod, now time.Time) (done int, err error) {
	for _, part := range []Part{partRating, partCase} {
		var days []dirtyPeriod
		for _, d := range dirty {
			if d.part == part {
				days = append(days, d)
			}
		}
		for chunk := range slices.Chunk(days, chunkDays) {
			if err := w.restateChunk(ctx, part, chunk); err != nil {
				return done, err
			}
			done += len(chunk)
		}
	}
	if err := w.restateMonths(ctx, now); err != nil {
		return done, err
	}
	return done, w.nextGeneration(ctx, done)
}

func (w *Warehouse) restateChunk(ctx context.Context, part Part, chunk []dirtyPeriod) error {
	days := make([]calendar.Day, len(chunk))
	ids := make([]string, len(chunk))
	for i, d := range chunk {
		days[i] = d.day
		ids[i] = partitionID(d.day, part)
	}
	if err := w.emptyStages(ctx, append([]string{"stage_base", "stage_superseded"}, stages(dayTables)...)); err != nil {
		return err
	}
	p := params{"days": dayArray(days), "zone": w.zone.String()}
	for _, name := range dayStatements[part] {
		if err := w.exec(ctx, name, p); err != nil {
			return err
		}
	}
	if err := w.swap(ctx, dayTables, ids); err != nil {
		return err
	}
	return w.markDone(ctx, "day", chunk)
}

// restateMonths sums closed months anew whose days changed.
func (w *Warehouse) restateMonths(ctx context.Context, now time.Time) error {
	dirty, err := w.dirtyPeriods(ctx, "dirty_months", params{"scope": "month"})
	if err != nil {
		return err
	}
	open := calendar.Period(calendar.KindMonth, calendar.DayOf(now, w.zone)).From
	for _, m := range dirty {
		if m.day >= open {
			continue
		}
		if err := w.emptyStages(ctx, stages(monthTables)); err != nil {
			return err
		}
		for _, name := range monthTables {
			if err := w.exec(ctx, name, params{"month": m.day.String(), "part": string(m.part)}); err != nil {
				return err
			}
		}
		if err := w.swap(ctx, monthTables, []string{partitionID(m.day, m.part)}); err != nil {
			return err
		}
		if err := w.markDone(ctx, "month", []dirtyPeriod{m}); err != nil {
			return err
		}
	}
	return nil
}

// RestateItems recomputes the item facts of every dirty month from the raw records.
// Items are too many for facts by day.
func (w *Warehouse) RestateItems(ctx context.Context) (months int, err error) {
	w.restating.Lock()
	defer w.restating.Unlock()
	dirty, err := w.dirtyPeriods(ctx, "dirty_months", params{"scope": "item"})
	if err != nil {
		return months, err
	}
	for _, m := range dirty {
		if err := w.emptyStages(ctx, []string{"stage_base", "stage_superseded", "stage_month_item"}); err != nil {
			return months, err
		}
		p := params{"days": dayArray(slices.Collect(calendar.Period(calendar.KindMonth, m.day).Days())), "zone": w.zone.String()}
		for _, name := range append(slices.DeleteFunc(slices.Clone(dayStatements[m.part]), func(s string) bool {
			return strings.HasPrefix(s, "day_")
		}), "month_item") {
			if err := w.exec(ctx, name, p); err != nil {
				return months, err
			}
		}
		if err := w.swap(ctx, []string{"month_item"}, []string{partitionID(m.day, m.part)}); err != nil {
			return months, err
		}
		if err := w.markDone(ctx, "item", []dirtyPeriod{m}); err != nil {
			return months, err
		}
		months++
	}
	if months == 0 {
		return months, nil
	}
	return months, w.nextGeneration(ctx, 0)
}

func stages(tables []string) []string {
	out := make([]string, len(tables))
	for i, t := range tables {
		out[i] = "stage_" + t
	}
	return out
}

func (w *Warehouse) emptyStages(ctx context.Context, tables []string) error {
	for _, t := range tables {
		if err := w.conn.Exec(ctx, "TRUNCATE TABLE "+t); err != nil {
			return fmt.Errorf("empty %s: %w", t, err)
		}
	}
	return nil
}

// partitionID is ClickHouse's name for the partition (day, part).
func partitionID(day calendar.Day, part Part) string {
	number := "1"
	if part == partCase {
		number = "2"
	}
	return strings.ReplaceAll(day.String(), "-", "") + "-" + number
}

// swap replaces partitions of tables by those of their stages, each atomically. A
// partition without rows in the stage becomes empty.
func (w *Warehouse) swap(ctx context.Context, tables, ids []string) error {
	for _, t := range tables {
		for _, id := range ids {
			statement := "ALTER TABLE " + t + " REPLACE PARTITION ID '" + id + "' FROM stage_" + t
			if err := w.conn.Exec(ctx, statement); err != nil {
				return fmt.Errorf("swap partition %s of %s: %w", id, t, err)
			}
		}
	}
	return nil
}

func (w *Warehouse) markDone(ctx context.Context, scope string, periods []dirtyPeriod) error {
	return insert(ctx, w, "day_done", []column[dirtyPeriod]{
		col("scope", func(*dirtyPeriod) string { return scope }),
		dayCol("day", func(d *dirtyPeriod) calendar.Day { return d.day }),
		col("part", func(d *dirtyPeriod) string { return string(d.part) }),
		col("seen", func(d *dirtyPeriod) uint64 { return d.marks }),
	}, periods, "")
}

func (w *Warehouse) nextGeneration(ctx context.Context, days int) error {
	return w.exec(ctx, "next_generation", params{"days": fmt.Sprint(days)})
}

// run is one run of a job on record.
type run struct {
	job               string
	started, finished time.Time
	days              int
	err               error
}

// RecordRun keeps what a run of a job did: when, how many days or months it restated,
// and how it ended.
func (w *Warehouse) RecordRun(ctx context.Context, job string, started, finished time.Time, days int, outcome error) error {
	id, err := uuid.NewV7()
	if err != nil {
		return errors.Join(fmt.Errorf("name a run: %w", err), outcome)
	}
	return insert(ctx, w, "runs", []column[run]{
		uuidCol("id", func(*run) uuid.UUID { return id }),
		col("job", func(r *run) string { return r.job }),
		timeCol("started_at", func(r *run) time.Time { return r.started }),
		timeCol("finished_at", func(r *run) time.Time { return r.finished }),
		col("days", func(r *run) uint32 { return uint32(max(r.days, 0)) }), //nolint:gosec // days of a calendar
		col("outcome", func(r *run) string {
			if r.err != nil {
				return "failed"
			}
			return "done"
		}),
		col("detail", func(r *run) string {
			if r.err != nil {
				return r.err.Error()
			}
			return ""
		}),
	}, []run{{job, started, finished, days, outcome}}, "")
}
