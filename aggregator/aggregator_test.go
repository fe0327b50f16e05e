package aggregator

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// ledger is a store that notes what is asked of it.
type ledger struct {
	mu      sync.Mutex
	running int
	overlap bool
	ticks   int
	items   int
	ranges  []calendar.Range
	runs    []evaluation.Run
	days    int
	err     error
	takes   time.Duration
	panics  bool
}

func (l *ledger) Restate(ctx context.Context, _ time.Time) (evaluation.Work, error) {
	l.mu.Lock()
	l.ticks++
	l.running++
	l.overlap = l.overlap || l.running > 1
	panics := l.panics && l.ticks == 1
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.running--
		l.mu.Unlock()
	}()
	if panics {
		panic("once")
	}
	select {
	case <-time.After(l.takes):
	case <-ctx.Done():
		return evaluation.Work{}, ctx.Err()
	}
	return evaluation.Work{Periods: l.days, Rows: 7}, l.err
}

func (l *ledger) RestateRange(_ context.Context, r calendar.Range, _ time.Time) (evaluation.Work, error) {
	l.ranges = append(l.ranges, r)
	return evaluation.Work{Periods: r.Len(), Rows: 7}, l.err
}

func (l *ledger) RestateItems(context.Context) (evaluation.Work, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items++
	return evaluation.Work{}, nil
}

func (l *ledger) RecordRun(ctx context.Context, run evaluation.Run) error {
	if _, bounded := ctx.Deadline(); !bounded {
		return errors.New("the record of a run is not bounded")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs = append(l.runs, run)
	return ctx.Err()
}

func start(t *testing.T, l *ledger) *Aggregator {
	t.Helper()
	a, err := New(Options{Store: l, Dirty: "@every 2s", Items: "@hourly", Zone: time.UTC, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// runFor lets an aggregator work for some time and stops it.
func runFor(t *testing.T, l *ledger, d time.Duration) {
	t.Helper()
	a := start(t, l)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- a.Run(ctx) }()
	time.Sleep(d)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if l.running != 0 {
		t.Error("a job runs on after the end of Run")
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		name      string
		ledger    *ledger
		low, high int // ticks in a minute
		rows      int // on record after it
		runs      int // that these rows stand for
		failure   string
	}{
		{"nothing to do", &ledger{}, 28, 31, 0, 0, ""},
		// It rests as long as it works; the last one is interrupted.
		{"slower than the timetable", &ledger{takes: 7 * time.Second}, 4, 5, 1, 1, "context canceled"},
		{"a panic", &ledger{panics: true}, 28, 31, 0, 0, ""},
		{"today alone, gathered", &ledger{days: 2}, 28, 31, 1, 30, ""},
		{"a past month", &ledger{days: 31}, 28, 31, 30, 30, ""},
		{"broken: the first at once, the others gathered", &ledger{err: errors.New("away")}, 28, 31, 2, 30, "away"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := c.ledger
				runFor(t, l, 61*time.Second)
				if l.overlap || l.ticks < c.low || l.ticks > c.high {
					t.Errorf("%d ticks in a minute, want %d to %d; overlapping: %v", l.ticks, c.low, c.high, l.overlap)
				}
				times := 0
				for _, r := range l.runs {
					times += r.Times
					if r.Job != "days" || r.Failure != c.failure || r.Finished.Before(r.Started) {
						t.Errorf("on record: %+v", r)
					}
					if c.failure == "" && (r.Work.Periods != r.Times*l.days || r.Work.Rows != uint64(7*r.Times)) {
						t.Errorf("%d runs did %+v", r.Times, r.Work)
					}
				}
				if len(l.runs) != c.rows || times != c.runs {
					t.Errorf("%d rows for %d runs on record, want %d for %d", len(l.runs), times, c.rows, c.runs)
				}
			})
		})
	}
}

// What is gathered is put on record every ten minutes, not only at the end.
func TestShortRunsAreRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{days: 1}
		runFor(t, l, 25*time.Minute+time.Second)
		if len(l.runs) != 3 || l.runs[0].Times < 299 || l.runs[0].Finished.Sub(l.runs[0].Started) < gather {
			t.Errorf("%d rows on record after 25 minutes, the first %+v", len(l.runs), l.runs)
		}
	})
}

// An evaluation that a stop of the machine missed is drawn up at the next look.
func TestEvaluationsAreLookedAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, due, looks := &ledger{}, 0, 0
		a, err := New(Options{
			Store: l, Dirty: "@every 2s", Items: "@hourly", Evaluate: "30 5 * * *", Zone: time.UTC, Logger: slog.New(slog.DiscardHandler),
			Due: func(context.Context) (evaluation.Work, error) {
				if looks++; looks == 3 { // at the start, at 5:30 of the first day, then of the second
					due = 1
				}
				n := due
				due = 0
				return evaluation.Work{Periods: n, Rows: uint64(30 * n)}, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- a.Run(ctx) }()
		time.Sleep(72*time.Hour + time.Second)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if looks != 4 {
			t.Errorf("%d looks in three days, want one at the start and three at 5:30", looks)
		}
		if len(l.runs) != 1 || l.runs[0].Job != "evaluations" || l.runs[0].Work != (evaluation.Work{Periods: 1, Rows: 30}) {
			t.Errorf("on record: %+v, want one evaluation of 30 units", l.runs)
		}
	})
}

func TestAggregateAsked(t *testing.T) {
	l := &ledger{days: 1}
	a := start(t, l)
	if n, err := a.Aggregate(t.Context(), calendar.Range{From: 1, To: 0}); n != 1 || err != nil || l.ticks != 1 || l.items != 1 {
		t.Errorf("all that is dirty: %d, %v; %d looks for days, %d for items", n, err, l.ticks, l.items)
	}
	if n, err := a.Aggregate(t.Context(), calendar.Range{From: 10, To: 19}); n != 10 || err != nil || len(l.ranges) != 1 || len(l.runs) != 2 {
		t.Errorf("ten days: %d, %v; ranges %v, runs %v", n, err, l.ranges, l.runs)
	}
	l.err = errors.New("away")
	if _, err := a.Aggregate(t.Context(), calendar.Range{From: 1, To: 0}); !errors.Is(err, l.err) || l.items != 2 {
		t.Errorf("a store that is away: %v; items restated %d times", err, l.items)
	}
}

func TestTimetableIsChecked(t *testing.T) {
	o := Options{Store: &ledger{}, Dirty: "@every 2s", Items: "sometimes", Zone: time.UTC, Logger: slog.New(slog.DiscardHandler)}
	if _, err := New(o); err == nil {
		t.Error("a timetable that says nothing is accepted")
	}
	o.Items, o.Store = "@hourly", nil
	if _, err := New(o); err == nil {
		t.Error("an aggregator without a store is made")
	}
}
