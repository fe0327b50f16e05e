package warehouse

import (
	"context"
	"fmt"
	"slices"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// SourceDays returns what each source sent of each day of the range, sorted by day and source: what counts of it, by
// answer, and what another rating already stood for. Tallies are of periods and are not in it. A source without any
// rating of a day has no row.
func (w *Warehouse) SourceDays(ctx context.Context, days calendar.Range) (list []evaluation.SourceDay, err error) {
	err = w.each(ctx, "answers_by_source", params{"from": days.From.String(), "to": days.To.String()}, func(scan func(...any) error) error {
		var s evaluation.SourceDay
		var day time.Time
		into := []any{&day, &s.Source}
		for _, levels := range []*[5]uint64{&s.Levels, &s.Defaults} {
			for i := range levels {
				into = append(into, &levels[i])
			}
		}
		if err := scan(append(into, &s.Unanswered, &s.Declined, &s.Superseded)...); err != nil {
			return err
		}
		s.Day = calendar.MakeDay(day.Date())
		list = append(list, s)
		return nil
	})
	return list, err
}

const (
	maxStaffMonths = 36
	maxStaffRows   = 1_000_000
)

// StaffMonths counts, for each whole month that the range touches, the service events of each clerk at each window, and
// those of them for which the rating page was shown; sorted by month, hall, window and clerk. An event is the one that
// [evaluation.Facts] counts in Events, and belongs to the clerk whom its rating names, else its prompt; events without
// a clerk are left out. Clerks with fewer than least events at a window in a month are one row with an empty Staff, so that
// the length of the list does not follow the number of clerks. It reads the raw records, a month at a time, and fails for
// more than 36 months.
func (w *Warehouse) StaffMonths(ctx context.Context, days calendar.Range, least uint64) (list []evaluation.StaffMonth, err error) {
	months := slices.Collect(days.Months())
	if len(months) > maxStaffMonths {
		return nil, fmt.Errorf("count events by clerk: %d months at a time, at most %d: shorten the period", len(months), maxStaffMonths)
	}
	for _, day := range months {
		month := calendar.Period(calendar.KindMonth, day)
		p := params{"from": month.From.String(), "to": month.To.String(), "least": fmt.Sprint(least), "limit": fmt.Sprint(maxStaffRows + 1 - len(list))}
		err := w.each(ctx, "staff_months", p, func(scan func(...any) error) error {
			s := evaluation.StaffMonth{Month: month.From}
			if err := scan(&s.Hall, &s.Window, &s.Staff, &s.Events, &s.Prompted); err != nil {
				return err
			}
			list = append(list, s)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(list) > maxStaffRows {
			return nil, fmt.Errorf("count events by clerk: more than %d clerks and months: shorten the period", maxStaffRows)
		}
	}
	return list, nil
}
