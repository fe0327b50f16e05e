package warehouse

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

// Outcomes tells what became of the valid bad first ratings of some days as of now, by day, place and department, and
// how many of them still wait. Which ratings count, and clock and now, are as in [Warehouse.FollowUps]. Places and
// departments that were merged or renamed stand under the code of today. The list comes sorted.
func (w *Warehouse) Outcomes(ctx context.Context, days calendar.Range,
	clock func(rated calendar.Day) (contactDue, rectifyDue time.Time), now time.Time,
) ([]evaluation.Outcome, error) {
	if days.Len() < 1 {
		return nil, fmt.Errorf("read outcomes: the period ends (%s) before it begins (%s)", days.To, days.From)
	}
	past := w.succession()
	type place struct {
		day                calendar.Day
		region, department string
	}
	at := make(map[place]int)
	var list []evaluation.Outcome
	err := w.each(ctx, "bad_reviews", params{"from": days.From.String(), "to": days.To.String()}, func(scan func(...any) error) error {
		var r badReview
		if err := r.read(scan); err != nil || r.excluded {
			return err
		}
		region, department, _ := r.place(past.dir)
		key := place{r.day, past.region(region), past.dir.Current(directory.KindDepartment, department, past.on)}
		i, ok := at[key]
		if !ok {
			i = len(list)
			at[key] = i
			list = append(list, evaluation.Outcome{Day: key.day, Region: key.region, Department: key.department})
		}
		rated := calendar.DayOf(r.ratedAt, w.zone)
		contactDue, rectifyDue := clock(rated)
		r.count(&list[i].FollowUps, contactDue, rectifyDue, now)
		r.wait(&list[i].Open, contactDue, rectifyDue, now, rated == calendar.DayOf(now, w.zone))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read outcomes: %w", err)
	}
	slices.SortFunc(list, func(a, b evaluation.Outcome) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Department, b.Department))
	})
	return list, nil
}

// Steps is how many rows of steps are stored, repeats included: another number once steps have been stored.
func (w *Warehouse) Steps(ctx context.Context) (n uint64, err error) {
	if err := w.row(ctx, "step_count", nil).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the steps: %w", err)
	}
	return n, nil
}

// region is the region of today that one counts for: its own successor, or that of the nearest region around it that
// has one.
func (s succession) region(code string) string {
	for _, around := range slices.Backward(s.dir.Path(code)) {
		if today := s.dir.Current(directory.KindRegion, around, s.on); today != around {
			return today
		}
	}
	return code
}

// wait counts a review that waits for its next step.
func (r *badReview) wait(c *evaluation.Clocks, contactDue, rectifyDue, now time.Time, today bool) {
	if r.dismissed || happened(r.rectified) {
		return
	}
	due := rectifyDue
	if !happened(r.contacted) && (due.IsZero() || contactDue.Before(due)) {
		due = contactDue
	}
	c.Count(evaluation.ClockOf(due, now, today))
}
