package warehouse

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"haochaping/evaluation"
)

// RecordRun keeps what a run of a job did.
func (w *Warehouse) RecordRun(ctx context.Context, run evaluation.Run) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("name a run: %w", err)
	}
	type row = evaluation.Run
	return insert(ctx, w, "runs", []column[row]{
		uuidCol("id", func(*row) uuid.UUID { return id }),
		col("job", func(r *row) string { return r.Job }),
		timeCol("started_at", func(r *row) time.Time { return r.Started }),
		timeCol("finished_at", func(r *row) time.Time { return r.Finished }),
		col("took_ms", func(r *row) uint64 { return uint64(max(r.Took.Milliseconds(), 0)) }),
		col("times", func(r *row) uint32 { return uint32(max(r.Times, 1)) }),
		col("days", func(r *row) uint32 { return uint32(max(r.Work.Periods, 0)) }),
		col("written", func(r *row) uint64 { return r.Work.Rows }),
		col("outcome", func(r *row) string {
			if r.Failure != "" {
				return "failed"
			}
			return "done"
		}),
		col("detail", func(r *row) string { return r.Failure }),
	}, []row{run}, "")
}

// Runs are the newest runs on record, the newest first: of one job, or of all for ”.
func (w *Warehouse) Runs(ctx context.Context, job string, failed bool, limit int) (list []evaluation.Run, err error) {
	rows, err := w.rows(ctx, "runs", params{
		"job": textParam(job), "failed": strconv.FormatBool(failed), "limit": strconv.Itoa(limit),
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r evaluation.Run
		var took uint64
		var times, days uint32
		if err := rows.Scan(&r.Job, &r.Started, &r.Finished, &took, &times, &days, &r.Work.Rows, &r.Failure); err != nil {
			return nil, fmt.Errorf("read the runs: %w", err)
		}
		r.Took, r.Times, r.Work.Periods = time.Duration(took)*time.Millisecond, int(times), int(days)
		list = append(list, r)
	}
	return list, rows.Err()
}
