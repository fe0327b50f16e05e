package warehouse

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/record"
)

// maxReviewDays bounds the period of a reading: ten years.
const maxReviewDays = 3660

// Reviews returns the valid bad first ratings that a query chooses and its scope shows, in the order of their clocks: at
// most [evaluation.ReviewPage] of them, and whether more follow. What is excluded, or does not count because another
// rating does, is not among them. clock is that of FollowUps.
func (w *Warehouse) Reviews(ctx context.Context, q evaluation.ReviewQuery,
	clock func(rated calendar.Day) (contactDue, rectifyDue time.Time),
) (list []evaluation.Review, more bool, err error) {
	if n := q.Len(); n < 1 || n > maxReviewDays {
		return nil, false, fmt.Errorf("read reviews: a period of %d days: want 1 to %d", n, maxReviewDays)
	}
	list, err = w.reviews(ctx, &q, uuid.Nil, evaluation.ReviewPage+1, clock)
	if err != nil {
		return nil, false, fmt.Errorf("read reviews: %w", err)
	}
	if len(list) > evaluation.ReviewPage {
		return list[:evaluation.ReviewPage], true, nil
	}
	return list, false, nil
}

// Review returns one bad first rating that counts, or is excluded, if the scope shows it; ok is false if there is none
// such, or it is not to be seen, which cannot be told apart.
func (w *Warehouse) Review(ctx context.Context, scope directory.Scope, id uuid.UUID,
	clock func(rated calendar.Day) (contactDue, rectifyDue time.Time),
) (r evaluation.ReviewDetails, ok bool, err error) {
	days, err := collect[time.Time](ctx, w, "review_days", params{"id": id.String()})
	if err != nil {
		return r, false, fmt.Errorf("read a review: %w", err)
	}
	for _, on := range days {
		day := calendar.MakeDay(on.Date())
		q := evaluation.ReviewQuery{Range: calendar.Range{From: day, To: day}, Scope: scope}
		list, err := w.reviews(ctx, &q, id, 1, clock)
		if err != nil {
			return r, false, fmt.Errorf("read a review: %w", err)
		}
		if len(list) == 0 {
			continue
		}
		r.Review = list[0]
		if r.Steps, err = w.reviewSteps(ctx, id); err == nil {
			r.Case, err = w.reviewCase(ctx, r.Source, r.CaseID)
		}
		if err != nil {
			return evaluation.ReviewDetails{}, false, fmt.Errorf("read a review: %w", err)
		}
		return r, true, nil
	}
	return r, false, nil
}

func (w *Warehouse) reviews(ctx context.Context, q *evaluation.ReviewQuery, id uuid.UUID, limit int,
	clock func(rated calendar.Day) (contactDue, rectifyDue time.Time),
) (list []evaluation.Review, err error) {
	contact, rectify := make([]int64, 0, q.Len()), make([]int64, 0, q.Len())
	for day := q.From; day <= q.To; day++ {
		c, r := clock(day)
		contact, rectify = append(contact, seconds(c)), append(rectify, seconds(r))
	}
	past := w.succession()
	with := func(kind directory.Kind, code string) string {
		if code == "" {
			return "[]"
		}
		if r, ok := past.dir.Region(code); ok && kind == directory.KindRegion {
			code = r.Code
		}
		return textArray(past.with(kind, code))
	}
	p := params{
		"from": q.From.String(), "to": q.To.String(), "contact": numberArray(contact), "rectify": numberArray(rectify),
		"one": strconv.FormatBool(id != uuid.Nil), "id": id.String(),
		"regions": with(directory.KindRegion, q.Region), "departments": with(directory.KindDepartment, q.Department),
		"halls": with(directory.KindHall, q.Hall), "tag": textParam(q.Tag), "state": textParam(q.State), "text": textParam(q.Text),
		"after": strconv.FormatInt(q.After.Order, 10), "after_tie": strconv.FormatUint(q.After.Tie, 10), "limit": strconv.Itoa(limit),
	}
	err = w.each(ctx, "reviews", w.scopeParams(p, q.Scope), func(scan func(...any) error) error {
		var r evaluation.Review
		var on time.Time
		var contactDue, rectifyDue int64
		var excluded uint8
		if err := scan(&on, &r.ID, &r.Region, &r.Department, &r.Hall, &r.Window, &r.Item, &r.Channel, &r.Source, &r.CaseID, &r.Level,
			&r.Tags, &r.Comment, &excluded, &r.State, &contactDue, &rectifyDue, &r.Mark.Order, &r.Mark.Tie); err != nil {
			return err
		}
		r.Day, r.Excluded = calendar.MakeDay(on.Date()), excluded != 0
		r.ContactDue, r.RectifyDue = instant(contactDue), instant(rectifyDue)
		list = append(list, r)
		return nil
	})
	return list, err
}

func (w *Warehouse) reviewSteps(ctx context.Context, id uuid.UUID) (list []record.FollowUp, err error) {
	err = w.each(ctx, "review_steps", params{"id": id.String()}, func(scan func(...any) error) error {
		f := record.FollowUp{RatingID: id}
		if err := scan(&f.ID, &f.Step, &f.Satisfied, &f.By, &f.At, &f.Note); err != nil {
			return err
		}
		list = append(list, f)
		return nil
	})
	return list, err
}

func (w *Warehouse) reviewCase(ctx context.Context, source, id string) (found *record.Case, err error) {
	if id == "" {
		return nil, nil
	}
	err = w.each(ctx, "review_case", params{"source": textParam(source), "case": textParam(id)}, func(scan func(...any) error) error {
		c := record.Case{Source: source, CaseID: id}
		if err := scan(&c.Status, &c.AcceptedAt, &c.PromisedAt, &c.StatutoryAt, &c.FinishedAt,
			&c.SuspendedSeconds, &c.HandlingSeconds, &c.Visits); err != nil {
			return err
		}
		for _, at := range []*time.Time{&c.AcceptedAt, &c.PromisedAt, &c.StatutoryAt, &c.FinishedAt} {
			if at.Unix() == 0 { // how the table says that there is none
				*at = time.Time{}
			}
		}
		found = &c
		return nil
	})
	return found, err
}

// seconds is an instant in whole seconds, 0 for none; instant is the way back.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func instant(s int64) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(s, 0)
}

// numberArray is the text of an array of numbers.
func numberArray(list []int64) string {
	b := []byte{'['}
	for i, n := range slices.All(list) {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(append(b, ']'))
}
