package warehouse

import (
	"context"
	"fmt"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// openMonth is the first month that is read from its days: one that is not summed yet, as
// after a stand-still, and in any case the one before the current month, which may have
// just ended.
func (w *Warehouse) openMonth(ctx context.Context) (calendar.Day, error) {
	open := calendar.Previous(calendar.KindMonth, calendar.DayOf(time.Now(), w.zone)).From
	var month time.Time
	var unsummed uint64
	if err := w.row(ctx, "summed_until", nil).Scan(&month, &unsummed); err != nil {
		return 0, fmt.Errorf("look which months are summed: %w", err)
	}
	if unsummed > 0 {
		open = min(open, calendar.MakeDay(month.Date()))
	}
	return open, nil
}

// splitPeriod cuts a period into closed whole months, read from the month tables, and
// the days before and after them. Days and weeks are read from the day tables alone,
// items from the month tables alone.
func splitPeriod(q evaluation.Query, open calendar.Day, monthsOnly bool) (days []calendar.Range, months calendar.Range) {
	whole := calendar.Range{From: q.From, To: q.To}
	if monthsOnly {
		return nil, calendar.Range{From: calendar.Period(calendar.KindMonth, q.From).From, To: q.To}
	}
	first := calendar.Period(calendar.KindMonth, q.From).From
	if first < q.From {
		first = calendar.Next(calendar.KindMonth, q.From).From
	}
	end := min(calendar.Period(calendar.KindMonth, q.To+1).From, open) // first day after the last whole closed month
	if q.Step == evaluation.StepDay || q.Step == evaluation.StepWeek || first >= end {
		return []calendar.Range{whole}, calendar.Range{From: 1, To: 0}
	}
	if q.From < first {
		days = append(days, calendar.Range{From: q.From, To: first - 1})
	}
	if end <= q.To {
		days = append(days, calendar.Range{From: end, To: q.To})
	}
	return days, calendar.Range{From: first, To: end - 1}
}

// Generation is the newest state of the facts.
func (w *Warehouse) Generation(ctx context.Context) (evaluation.Generation, error) {
	var g evaluation.Generation
	var at time.Time
	if err := w.row(ctx, "generation", nil).Scan(&g.Number, &at, &g.Records); err != nil {
		return g, fmt.Errorf("read the generation: %w", err)
	}
	if g.Number > 0 {
		g.DataTime = max(at.Unix(), 0)
	}
	return g, nil
}
