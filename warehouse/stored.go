package warehouse

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"haochaping/calendar"
	"haochaping/record"
)

// Stored reads back every record that is stored, exact repeats once. It fills in what
// identifies a record and decides how it is counted, and leaves out texts and raters. It
// is meant for checks that compare what is stored with what senders were told, and holds
// all of it in memory.
func (w *Warehouse) Stored(ctx context.Context) (*record.Batch, error) {
	var b record.Batch
	err := errors.Join(
		scanAll(ctx, w, "stored_ratings", &b.Ratings, scanRating),
		scanAll(ctx, w, "stored_cases", &b.Cases, scanCase),
		scanAll(ctx, w, "stored_prompts", &b.Prompts, scanPrompt),
		scanAll(ctx, w, "stored_follow_ups", &b.FollowUps, scanFollowUp),
		scanAll(ctx, w, "stored_refused", &b.Refused, scanRefused),
	)
	if err != nil {
		return nil, fmt.Errorf("read back what is stored: %w", err)
	}
	return &b, nil
}

func scanAll[R any](ctx context.Context, w *Warehouse, name string, list *[]R, scan func(driver.Rows, *R) error) (err error) {
	rows, err := w.rows(ctx, name, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r R
		if err := scan(rows, &r); err != nil {
			return fmt.Errorf("query %s: %w", name, err)
		}
		*list = append(*list, r)
	}
	return rows.Err()
}

func scanRating(rows driver.Rows, r *record.Rating) error {
	var day time.Time
	var answer string
	err := rows.Scan(&r.ID, &r.ContentHash, &day, &r.Source, &r.CaseID, &r.ServiceNumber, &r.Stage, &r.AssessNumber,
		&answer, &r.AnswerWeight, &r.Level, &r.Department, &r.Staff, &r.DeviceID, &r.Installation, &r.DeviceSeq,
		&r.RatedAt, &r.EventKey, &r.Test, &r.Probe)
	r.EventDay, r.Answer = calendar.MakeDay(day.Date()), record.Answer(answer)
	return err
}

func scanCase(rows driver.Rows, c *record.Case) error {
	var accepted, finished time.Time
	err := rows.Scan(&c.Source, &c.CaseID, &c.Version, &c.ContentHash, &c.Status, &c.Department, &c.Staff,
		&accepted, &finished, &c.FinishedAt, &c.Visits, &c.Test)
	c.AcceptedDay, c.FinishedDay = calendar.MakeDay(accepted.Date()), calendar.MakeDay(finished.Date())
	if c.FinishedAt.Unix() == 0 { // how the table says that there is none
		c.FinishedAt, c.FinishedDay = time.Time{}, 0
	}
	return err
}

func scanPrompt(rows driver.Rows, p *record.Prompt) error {
	var day time.Time
	err := rows.Scan(&p.ID, &p.ContentHash, &day, &p.Source, &p.CaseID, &p.ServiceNumber, &p.Stage, &p.Department, &p.Staff,
		&p.ShownAt, &p.EventKey, &p.Test)
	p.EventDay = calendar.MakeDay(day.Date())
	return err
}

func scanFollowUp(rows driver.Rows, f *record.FollowUp) error {
	return rows.Scan(&f.RatingID, &f.ID, &f.ContentHash, &f.Step, &f.By, &f.At)
}

func scanRefused(rows driver.Rows, r *record.Refused) error {
	var kind string
	var fields, codes, reasons []string
	err := rows.Scan(&r.ID, &r.RecordID, &kind, &r.Source, &r.Sender, &r.ReceivedAt, &fields, &codes, &reasons)
	if err != nil {
		return err
	}
	r.Kind, _ = record.KindNamed(kind)
	for i := range min(len(fields), len(codes), len(reasons)) {
		r.Problems = append(r.Problems, record.Problem{Field: fields[i], Code: codes[i], Reason: reasons[i]})
	}
	return nil
}
