package warehouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"haochaping/calendar"
	"haochaping/evaluation"
)

var dayTables = []string{"day_department", "day_window", "day_region"}

// sourceTables have no part: they are counted from ratings alone.
var sourceTables = []string{"day_source"}

// baseStatements fill stage_base with one part of some days, in this order.
var baseStatements = map[Part][]string{
	partRating: {"superseded", "prompt_names", "rating_counts", "event_counts", "tally_counts"},
	partCase:   {"case_counts"},
}

// Restate recomputes every dirty day whole, swaps its partitions, brings the closed
// months up to date and ends each step with a new generation. Marks that arrive
// meanwhile stay for the next run. now decides which month is still open: an open
// month is read from its days.
func (w *Warehouse) Restate(ctx context.Context, now time.Time) (work evaluation.Work, err error) {
	return w.RestateSeen(ctx, now, func(int, int) {})
}

// RestateSeen is Restate for somebody who waits: progress hears how many of how many
// days are restated.
func (w *Warehouse) RestateSeen(ctx context.Context, now time.Time, progress func(done, total int)) (work evaluation.Work, err error) {
	w.restating.Lock()
	defer w.restating.Unlock()
	if due, err := w.due(ctx, now); err != nil || !due {
		return work, err
	}
	ctx, release, err := w.lease(ctx)
	if err != nil {
		return work, err
	}
	defer func() { err = errors.Join(err, release()) }()
	dirty, err := w.dirtyPeriods(ctx, "dirty_days", nil)
	if err != nil {
		return work, err
	}
	for _, month := range byMonth(dirty) {
		rows, err := w.restateDays(ctx, month)
		if err != nil {
			return work, err
		}
		work.Add(evaluation.Work{Periods: len(month), Rows: rows})
		progress(work.Periods, len(dirty))
	}
	rows, err := w.restateMonths(ctx, now)
	work.Rows += rows
	return work, err
}

// due says whether there is anything to restate. It needs no lease, and so keeps idle
// looks cheap.
func (w *Warehouse) due(ctx context.Context, now time.Time) (bool, error) {
	dirty, err := w.dirtyPeriods(ctx, "dirty_days", nil)
	if err != nil || len(dirty) > 0 {
		return len(dirty) > 0, err
	}
	months, err := w.dirtyMonths(ctx, now)
	return len(months) > 0, err
}

// RestateRange recomputes all days of a range, dirty or not, and whatever else is dirty.
func (w *Warehouse) RestateRange(ctx context.Context, days calendar.Range, now time.Time) (evaluation.Work, error) {
	var all dirtyDays
	for d := range days.Days() {
		all.add(d, partRating, time.Time{})
		all.add(d, partCase, time.Time{})
	}
	if err := w.mark(ctx, &all, "asked"); err != nil {
		return evaluation.Work{}, err
	}
	return w.Restate(ctx, now)
}

// byMonth cuts dirty days, sorted by day, into months: a month's rows fit in memory, and
// an insert touches at most 31 partitions.
func byMonth(dirty []dirtyPeriod) [][]dirtyPeriod {
	var months [][]dirtyPeriod
	for i, d := range dirty {
		if i == 0 || monthOf(d.day) != monthOf(dirty[i-1].day) {
			months = append(months, nil)
		}
		months[len(months)-1] = append(months[len(months)-1], d)
	}
	return months
}

func monthOf(d calendar.Day) calendar.Day { return calendar.Period(calendar.KindMonth, d).From }

// restateDays recomputes dirty days of one month. Where every day of the month that ever
// held a record is among them, its items cost no second look at the records.
func (w *Warehouse) restateDays(ctx context.Context, dirty []dirtyPeriod) (rows uint64, err error) {
	if err := w.empty(ctx, append([]string{"stage_base"}, stages(slices.Concat(dayTables, sourceTables))...)); err != nil {
		return rows, err
	}
	if err := w.fillBase(ctx, byPart(dirty)); err != nil {
		return rows, err
	}
	rated := ofPart(dirty, partRating)
	// day_region is made from the stage of day_department.
	if err := w.together(ctx, params{"days": dayArray(byPart(rated)[partRating])},
		[]string{"day_window", "day_source"}, []string{"day_department", "day_region"}); err != nil {
		return rows, err
	}
	if err := w.keepOtherPart(ctx, dirty); err != nil {
		return rows, err
	}
	if rows, err = w.swap(ctx, dayTables, dirty); err != nil {
		return rows, err
	}
	sources, err := w.swap(ctx, sourceTables, rated)
	if err != nil {
		return rows, err
	}
	rows += sources
	done := []finished{{"day", dirty}}
	if uint64(len(dirty)) == dirty[0].marked {
		month := sumMarks(dirty)
		items, err := w.itemsFromBase(ctx, month)
		if err != nil {
			return rows, err
		}
		rows += items
		done = append(done, finished{"item", month})
	}
	return rows, w.finish(ctx, len(dirty), done)
}

// fillBase counts some days of each part at the finest grain.
func (w *Warehouse) fillBase(ctx context.Context, days map[Part][]calendar.Day) error {
	if err := w.empty(ctx, []string{"stage_superseded", "stage_prompt_names"}); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for part, of := range days {
		group.Go(func() error {
			return w.inOrder(ctx, w.baseParams(of), baseStatements[part])
		})
	}
	return group.Wait()
}

// together runs lists of statements at the same time, each list in its order.
func (w *Warehouse) together(ctx context.Context, p params, lists ...[]string) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, list := range lists {
		group.Go(func() error { return w.inOrder(ctx, p, list) })
	}
	return group.Wait()
}

func (w *Warehouse) inOrder(ctx context.Context, p params, list []string) error {
	for _, name := range list {
		if err := w.exec(ctx, name, p); err != nil {
			return err
		}
	}
	return nil
}

// keepOtherPart copies what is not restated of the days whose partitions are about to be
// swapped: the other part of a day with one dirty part.
func (w *Warehouse) keepOtherPart(ctx context.Context, dirty []dirtyPeriod) error {
	restated := byPart(dirty)
	for kept, changed := range map[Part]Part{partRating: partCase, partCase: partRating} {
		days := without(restated[changed], restated[kept])
		if len(days) == 0 {
			continue
		}
		for _, table := range dayTables {
			name := "keep_" + strings.TrimPrefix(table, "day_")
			if err := w.exec(ctx, name, params{"days": dayArray(days), "part": string(kept)}); err != nil {
				return err
			}
		}
	}
	return nil
}

func byPart(dirty []dirtyPeriod) map[Part][]calendar.Day {
	days := make(map[Part][]calendar.Day)
	for _, d := range dirty {
		days[d.part] = append(days[d.part], d.day)
	}
	return days
}

func ofPart(dirty []dirtyPeriod, part Part) []dirtyPeriod {
	return slices.DeleteFunc(slices.Clone(dirty), func(d dirtyPeriod) bool { return d.part != part })
}

func without(days, remove []calendar.Day) []calendar.Day {
	gone := make(map[calendar.Day]bool, len(remove))
	for _, d := range remove {
		gone[d] = true
	}
	var out []calendar.Day
	for _, d := range days {
		if !gone[d] {
			out = append(out, d)
		}
	}
	return out
}

func stages(tables []string) []string {
	out := make([]string, len(tables))
	for i, t := range tables {
		out[i] = "stage_" + t
	}
	return out
}

func (w *Warehouse) empty(ctx context.Context, tables []string) error {
	defer w.timed("empty", time.Now())
	group, ctx := errgroup.WithContext(ctx)
	for _, t := range tables {
		group.Go(func() error {
			if err := w.conn.Exec(ctx, "TRUNCATE TABLE "+t); err != nil {
				return fmt.Errorf("empty %s: %w", t, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// swap replaces the partitions of some days or months of tables by those of their
// stages, each atomically. A partition without rows in the stage becomes empty. It returns
// how many rows the stages held.
func (w *Warehouse) swap(ctx context.Context, tables []string, periods []dirtyPeriod) (rows uint64, err error) {
	defer w.timed("swap", time.Now())
	if err := w.row(ctx, "stage_rows", params{"tables": textArray(stages(tables))}).Scan(&rows); err != nil {
		return 0, fmt.Errorf("count the staged rows: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, t := range tables {
		group.Go(func() error { return w.swapTable(ctx, t, periods) })
	}
	return rows, group.Wait()
}

func (w *Warehouse) swapTable(ctx context.Context, table string, periods []dirtyPeriod) error {
	if err := w.held(ctx); err != nil {
		return err
	}
	for i, p := range periods {
		if i > 0 && p.day == periods[i-1].day {
			continue // both parts of one day lie in one partition
		}
		id := strings.ReplaceAll(p.day.String(), "-", "")
		if err := w.conn.Exec(ctx, "ALTER TABLE "+table+" REPLACE PARTITION ID '"+id+"' FROM stage_"+table); err != nil {
			return fmt.Errorf("swap partition %s of %s: %w", id, table, err)
		}
	}
	return nil
}

// finished are periods whose tables of some scope were swapped.
type finished struct {
	scope   string
	periods []dirtyPeriod
}

// finish ends a restatement: readers learn of it first, then it counts as done. Whoever
// dies in between does it once more, and no reader keeps what it had cached.
func (w *Warehouse) finish(ctx context.Context, days int, done []finished) error {
	if err := w.exec(ctx, "next_generation", params{"days": fmt.Sprint(days)}); err != nil {
		return err
	}
	for _, d := range done {
		if err := w.markDone(ctx, d.scope, d.periods); err != nil {
			return err
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
