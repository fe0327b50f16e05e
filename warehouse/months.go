package warehouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
)

var monthTables = []string{"month_department", "month_window", "month_region"}

// dirtyMonths are the closed months whose sums are older than their days.
func (w *Warehouse) dirtyMonths(ctx context.Context, now time.Time) ([]dirtyPeriod, error) {
	dirty, err := w.dirtyPeriods(ctx, "stale_months", nil)
	open := monthOf(calendar.DayOf(now, w.zone))
	return slices.DeleteFunc(dirty, func(d dirtyPeriod) bool { return d.day >= open }), err
}

// restateMonths sums closed months anew whose days changed, and those that have just
// closed: no record needs to come for that.
func (w *Warehouse) restateMonths(ctx context.Context, now time.Time) error {
	dirty, err := w.dirtyMonths(ctx, now)
	if err != nil || len(dirty) == 0 {
		return err
	}
	for _, month := range byMonth(dirty) {
		if err := w.empty(ctx, stages(monthTables)); err != nil {
			return err
		}
		p := params{"month": month[0].day.String()}
		if err := w.together(ctx, p, []string{"month_window"}, []string{"month_department", "month_region"}); err != nil {
			return err
		}
		if err := w.swap(ctx, monthTables, month); err != nil {
			return err
		}
	}
	return w.finish(ctx, 0, []finished{{"month", dirty}})
}

// RestateItems recomputes the item facts of every dirty month from the raw records.
// Items are too many for facts by day.
func (w *Warehouse) RestateItems(ctx context.Context) (months int, err error) {
	w.restating.Lock()
	defer w.restating.Unlock()
	items := params{"scope": "item"}
	if dirty, err := w.dirtyPeriods(ctx, "dirty_months", items); err != nil || len(dirty) == 0 {
		return 0, err
	}
	ctx, release, err := w.lease(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, release()) }()
	dirty, err := w.dirtyPeriods(ctx, "dirty_months", items)
	if err != nil {
		return 0, err
	}
	for _, month := range byMonth(dirty) {
		if err := w.empty(ctx, []string{"stage_base"}); err != nil {
			return months, err
		}
		days := slices.Collect(calendar.Period(calendar.KindMonth, month[0].day).Days())
		if err := w.fillBase(ctx, map[Part][]calendar.Day{partRating: days, partCase: days}); err != nil {
			return months, err
		}
		if err := w.itemsFromBase(ctx, month); err != nil {
			return months, err
		}
		if err := w.finish(ctx, 0, []finished{{"item", month}}); err != nil {
			return months, err
		}
		months++
	}
	return months, nil
}

// itemsFromBase counts the items of a month whose days are all in stage_base.
func (w *Warehouse) itemsFromBase(ctx context.Context, month []dirtyPeriod) error {
	tables := []string{"month_item"}
	if err := w.empty(ctx, stages(tables)); err != nil {
		return err
	}
	if err := w.exec(ctx, "month_item", nil); err != nil {
		return err
	}
	return w.swap(ctx, tables, month)
}

// sumMarks adds up the marks of dirty days of one month, by part.
func sumMarks(dirty []dirtyPeriod) []dirtyPeriod {
	marks := make(map[Part]uint64)
	for _, d := range dirty {
		marks[d.part] += d.marks
	}
	var month []dirtyPeriod
	for part, n := range marks {
		month = append(month, dirtyPeriod{day: monthOf(dirty[0].day), part: part, marks: n})
	}
	return month
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
		col("days", func(r *run) uint32 { return uint32(max(r.days, 0)) }),
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
