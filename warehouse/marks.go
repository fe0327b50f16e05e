package warehouse

import (
	"context"
	"errors"
	"fmt"
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

// Part is the half of a day's facts that a restatement touches.
type Part string

// The parts, as the fact tables name them.
const (
	partRating Part = "rating"
	partCase   Part = "case"
)

type dirtyDay struct {
	day  calendar.Day
	part Part
}

// dirtyDays collects the days that an insert makes dirty.
type dirtyDays struct {
	set map[dirtyDay]struct{}
}

func (d *dirtyDays) add(day calendar.Day, part Part) {
	if d.set == nil {
		d.set = make(map[dirtyDay]struct{})
	}
	d.set[dirtyDay{day, part}] = struct{}{}
}

type mark struct {
	dirtyDay
	reason string
	at     time.Time
}

var markColumns = []column[mark]{
	dayCol("day", func(m *mark) calendar.Day { return m.day }),
	col("part", func(m *mark) string { return string(m.part) }),
	col("reason", func(m *mark) string { return m.reason }),
	col("marks", func(*mark) uint64 { return 1 }),
	timeCol("last", func(m *mark) time.Time { return m.at }),
}

// Insert stores a batch, then marks the days that it changes. It may be repeated with
// the same token as often as needed: nothing is counted twice. An error means that
// the whole batch is to be sent again.
func (w *Warehouse) Insert(ctx context.Context, b *record.Batch, token string) error {
	var dirty dirtyDays
	if err := w.insertRatings(ctx, b.Ratings, token, &dirty); err != nil {
		return err
	}
	if err := w.insertCases(ctx, b.Cases, token, &dirty); err != nil {
		return err
	}
	if err := insert(ctx, w, "prompts", promptColumns, b.Prompts, token); err != nil {
		return err
	}
	for i := range b.Prompts {
		dirty.add(b.Prompts[i].EventDay, partRating)
	}
	if err := w.insertFollowUps(ctx, b.FollowUps, token, &dirty); err != nil {
		return err
	}
	if err := insert(ctx, w, "tallies", tallyColumns, b.Tallies, token); err != nil {
		return err
	}
	for i := range b.Tallies {
		dirty.add(b.Tallies[i].To, partRating)
	}
	if err := insert(ctx, w, "refused", refusedColumns, b.Refused, token); err != nil {
		return err
	}
	return w.mark(ctx, &dirty, "records")
}

// mark makes days dirty. A mark is stored after the records that it stands for, so
// whoever has counted a mark sees its records.
func (w *Warehouse) mark(ctx context.Context, dirty *dirtyDays, reason string) error {
	marks := make([]mark, 0, len(dirty.set))
	now := time.Now()
	for d := range dirty.set {
		marks = append(marks, mark{d, reason, now})
	}
	return insert(ctx, w, "day_marks", markColumns, marks, "")
}

func (w *Warehouse) dirtyFrom(ctx context.Context, name string, p params, part Part, dirty *dirtyDays) error {
	days, err := collect[time.Time](ctx, w, name, p)
	if err != nil {
		return err
	}
	for _, d := range days {
		dirty.add(calendar.MakeDay(d.Date()), part)
	}
	return nil
}

// dirtyPeriod is a dirty day or month and the marks counted when it was looked up.
type dirtyPeriod struct {
	day    calendar.Day
	part   Part
	marks  uint64
	marked uint64 // (day, part) pairs of the month that were ever marked
}

func (w *Warehouse) dirtyPeriods(ctx context.Context, name string, p params) (list []dirtyPeriod, err error) {
	rows, err := w.rows(ctx, name, p)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var d dirtyPeriod
		var day time.Time
		var part string
		if err := rows.Scan(&day, &part, &d.marks, &d.marked); err != nil {
			return nil, fmt.Errorf("query %s: %w", name, err)
		}
		d.day, d.part = calendar.MakeDay(day.Date()), Part(part)
		list = append(list, d)
	}
	return list, rows.Err()
}
