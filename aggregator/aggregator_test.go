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
)

// ledger is a store that notes what is asked of it.
type ledger struct {
	mu      sync.Mutex
	running int
	overlap bool
	ticks   int
	items   int
	ranges  []calendar.Range
	runs    []string
	days    int
	err     error
	takes   time.Duration
	panics  bool
}

func (l *ledger) Restate(ctx context.Context, _ time.Time) (int, error) {
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
		return 0, ctx.Err()
	}
	return l.days, l.err
}

func (l *ledger) RestateRange(_ context.Context, r calendar.Range, _ time.Time) (int, error) {
	l.ranges = append(l.ranges, r)
	return r.Len(), l.err
}

func (l *ledger) RestateItems(context.Context) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items++
	return 0, nil
}

func (l *ledger) RecordRun(ctx context.Context, job string, _, _ time.Time, _ int, outcome error) error {
	if _, bounded := ctx.Deadline(); !bounded {
		return errors.New("the record of a run is not bounded")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if outcome != nil {
		job += " failed"
	}
	l.runs = append(l.runs, job)
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
		runs      string
	}{
		{"nothing to do", &ledger{}, 28, 31, ""},
		{"slower than the timetable", &ledger{takes: 7 * time.Second}, 4, 5, "days failed"}, // it rests as long as it works; the last one is interrupted
		{"a panic", &ledger{panics: true}, 28, 31, ""},
		{"today alone is no event", &ledger{days: 2}, 28, 31, ""},
		{"a past month", &ledger{days: 31}, 28, 31, "days"},
		{"broken", &ledger{err: errors.New("away")}, 28, 31, "days failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := c.ledger
				runFor(t, l, 61*time.Second)
				if l.overlap || l.ticks < c.low || l.ticks > c.high {
					t.Errorf("%d ticks in a minute, want %d to %d; overlapping: %v", l.ticks, c.low, c.high, l.overlap)
				}
				if (c.runs == "") != (len(l.runs) == 0) || c.runs != "" && l.runs[0] != c.runs {
					t.Errorf("runs on record: %v, want %q", l.runs, c.runs)
				}
			})
		})
	}
}

func TestAggregateAsked(t *testing.T) {
	l := &ledger{days: 1}
	a := start(t, l)
	if n, err := a.Aggregate(t.Context(), calendar.Range{From: 1, To: 0}); n != 1 || err != nil || l.ticks != 1 || l.items != 1 {
		t.Errorf("all that is dirty: %d, %v; %d looks for days, %d for items", n, err, l.ticks, l.items)
	}
	if n, err := a.Aggregate(t.Context(), calendar.Range{From: 10, To: 19}); n != 10 || err != nil || len(l.ranges) != 1 || len(l.runs) != 1 {
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
