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

// dirtyDays collects the days that an insert makes dirty, each with the newest time that
// its records tell of: the time of data of the facts.
type dirtyDays struct {
	set map[dirtyDay]time.Time
}

func (d *dirtyDays) add(day calendar.Day, part Part, at time.Time) {
	if d.set == nil {
		d.set = make(map[dirtyDay]time.Time)
	}
	if known, ok := d.set[dirtyDay{day, part}]; !ok || at.After(known) {
		d.set[dirtyDay{day, part}] = at
	}
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
	if err := insertByMonth(ctx, w, "prompts", promptColumns, b.Prompts, func(p *record.Prompt) calendar.Day { return p.EventDay }, token); err != nil {
		return err
	}
	for i := range b.Prompts {
		p := &b.Prompts[i]
		dirty.add(p.EventDay, partRating, newest(p.ServedAt, p.ShownAt))
	}
	if err := w.insertFollowUps(ctx, b.FollowUps, token, &dirty); err != nil {
		return err
	}
	if err := insert(ctx, w, "tallies", tallyColumns, b.Tallies, token); err != nil {
		return err
	}
	for i := range b.Tallies {
		t := &b.Tallies[i]
		dirty.add(t.To, partRating, earlier(t.ReceivedAt, (t.To+1).Start(w.zone).Add(-time.Second)))
	}
	received := func(r *record.Refused) calendar.Day { return calendar.DayOf(r.ReceivedAt, time.UTC) }
	if err := insertByMonth(ctx, w, "refused", refusedColumns, b.Refused, received, token); err != nil {
		return err
	}
	if err := insert(ctx, w, "announcements", announcementColumns, b.Announcements, token); err != nil {
		return err
	}
	if err := w.insertNumbers(ctx, b); err != nil {
		return err
	}
	return w.mark(ctx, &dirty, "records")
}

// mark makes days dirty. A mark is stored after the records that it stands for, so
// whoever has counted a mark sees its records.
func (w *Warehouse) mark(ctx context.Context, dirty *dirtyDays, reason string) error {
	marks := make([]mark, 0, len(dirty.set))
	now := time.Now()
	for d, at := range dirty.set {
		marks = append(marks, mark{d, reason, earlier(at, now)}) // a clock that runs ahead makes no data of tomorrow
	}
	return insert(ctx, w, "day_marks", markColumns, marks, "")
}

func (w *Warehouse) dirtyFrom(ctx context.Context, name string, p params, part Part, dirty *dirtyDays) error {
	days, err := collect[time.Time](ctx, w, name, p)
	if err != nil {
		return err
	}
	for _, d := range days {
		dirty.add(calendar.MakeDay(d.Date()), part, time.Time{})
	}
	return nil
}

func newest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
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
