package warehouse

import (
	"context"
	"errors"
	"slices"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
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
func (w *Warehouse) restateMonths(ctx context.Context, now time.Time) (rows uint64, err error) {
	dirty, err := w.dirtyMonths(ctx, now)
	if err != nil || len(dirty) == 0 {
		return 0, err
	}
	for _, month := range byMonth(dirty) {
		if err := w.empty(ctx, stages(monthTables)); err != nil {
			return rows, err
		}
		p := params{"month": month[0].day.String()}
		if err := w.together(ctx, p, []string{"month_window"}, []string{"month_department", "month_region"}); err != nil {
			return rows, err
		}
		swapped, err := w.swap(ctx, monthTables, month)
		if err != nil {
			return rows, err
		}
		rows += swapped
	}
	return rows, w.finish(ctx, 0, []finished{{"month", dirty}})
}

// RestateItems recomputes the item facts of every dirty month from the raw records.
// Items are too many for facts by day.
func (w *Warehouse) RestateItems(ctx context.Context) (work evaluation.Work, err error) {
	w.restating.Lock()
	defer w.restating.Unlock()
	items := params{"scope": "item"}
	if dirty, err := w.dirtyPeriods(ctx, "dirty_months", items); err != nil || len(dirty) == 0 {
		return work, err
	}
	ctx, release, err := w.lease(ctx)
	if err != nil {
		return work, err
	}
	defer func() { err = errors.Join(err, release()) }()
	dirty, err := w.dirtyPeriods(ctx, "dirty_months", items)
	if err != nil {
		return work, err
	}
	for _, month := range byMonth(dirty) {
		if err := w.empty(ctx, []string{"stage_base"}); err != nil {
			return work, err
		}
		days := slices.Collect(calendar.Period(calendar.KindMonth, month[0].day).Days())
		if err := w.fillBase(ctx, map[Part][]calendar.Day{partRating: days, partCase: days}); err != nil {
			return work, err
		}
		rows, err := w.itemsFromBase(ctx, month)
		if err != nil {
			return work, err
		}
		if err := w.finish(ctx, 0, []finished{{"item", month}}); err != nil {
			return work, err
		}
		work.Add(evaluation.Work{Periods: 1, Rows: rows})
	}
	return work, nil
}

// itemsFromBase counts the items of a month whose days are all in stage_base.
func (w *Warehouse) itemsFromBase(ctx context.Context, month []dirtyPeriod) (rows uint64, err error) {
	tables := []string{"month_item"}
	if err := w.empty(ctx, stages(tables)); err != nil {
		return 0, err
	}
	if err := w.exec(ctx, "month_item", nil); err != nil {
		return 0, err
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
