// Package aggregator keeps the facts true to the records: on a timetable it asks which
// days are dirty and has them restated whole.
//
// It promises that a tick only looks what is due, so that a missed or doubled one does no
// harm; that two runs of one job never overlap; and that every run which changed a past
// day, or failed, is on record. It holds no figures of its own.
package aggregator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"haochaping/calendar"
)

// recordTime bounds the record of a run, so that no stop waits for a store that hangs.
const recordTime = 10 * time.Second

// longestRest bounds the pause after a long run.
const longestRest = 30 * time.Second

// Store restates facts and keeps the record of runs.
type Store interface {
	Restate(ctx context.Context, now time.Time) (days int, err error)
	RestateRange(ctx context.Context, days calendar.Range, now time.Time) (int, error)
	RestateItems(ctx context.Context) (months int, err error)
	RecordRun(ctx context.Context, job string, started, finished time.Time, days int, outcome error) error
}

// Options are what an Aggregator is made of. Specs are those of robfig/cron, in Zone.
type Options struct {
	Store Store
	Dirty string // when to look for dirty days
	Items string // when to restate the months of items
	Zone  *time.Location
	// Minutely looks, every minute, after what is not counted from facts; nil = nothing.
	Minutely func(context.Context) (int, error)
	Now      func() time.Time // default time.Now
	Logger   *slog.Logger
}

// Aggregator runs the jobs. Make one with New.
type Aggregator struct {
	options Options
	cron    *cron.Cron
	ctx     context.Context // of the jobs; set by Run before the first

	mu     sync.Mutex
	broken map[string]bool      // jobs whose last run failed; guarded by mu
	rest   map[string]time.Time // until when a job's ticks are passed over; guarded by mu
}

// New checks the timetable.
func New(o Options) (*Aggregator, error) {
	if o.Store == nil || o.Logger == nil || o.Zone == nil {
		return nil, errors.New("make the aggregator: it needs a store, a zone and a logger")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Minutely == nil {
		o.Minutely = func(context.Context) (int, error) { return 0, nil }
	}
	a := &Aggregator{options: o, broken: make(map[string]bool), rest: make(map[string]time.Time)}
	log := cron.PrintfLogger(slog.NewLogLogger(o.Logger.Handler(), slog.LevelError))
	// SkipIfStillRunning outside Recover: the other way round one panic would stop the job for ever.
	a.cron = cron.New(cron.WithLocation(o.Zone), cron.WithLogger(log),
		cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(log)))
	for _, job := range []struct {
		name, spec string
		run        func(context.Context) (int, error)
	}{
		{"days", o.Dirty, func(ctx context.Context) (int, error) { return o.Store.Restate(ctx, o.Now()) }},
		{"items", o.Items, o.Store.RestateItems},
		{"arrivals", "* * * * *", o.Minutely},
	} {
		if _, err := a.cron.AddFunc(job.spec, func() { a.do(job.name, job.run) }); err != nil {
			return nil, fmt.Errorf("make the aggregator: timetable of %s %q: %w", job.name, job.spec, err)
		}
	}
	return a, nil
}

// Run works until ctx ends, then waits for the job under way.
func (a *Aggregator) Run(ctx context.Context) error {
	a.ctx = ctx
	a.cron.Start()
	<-ctx.Done()
	<-a.cron.Stop().Done()
	return nil
}

// Aggregate restates now: the given days whether dirty or not, or all dirty days for an
// empty range, and the items.
func (a *Aggregator) Aggregate(ctx context.Context, days calendar.Range) (int, error) {
	n, err := a.record(ctx, "asked", func(ctx context.Context) (int, error) {
		if days.Len() > 0 {
			return a.options.Store.RestateRange(ctx, days, a.options.Now())
		}
		return a.options.Store.Restate(ctx, a.options.Now())
	})
	if err != nil {
		return n, err
	}
	_, err = a.record(ctx, "items", a.options.Store.RestateItems)
	return n, err
}

// do is one tick of a job. A job that fails is tried again at its next tick; it is
// logged when it begins to fail and when it works again.
//
// After a run the job rests as long as the run took: while records pour in, every tick
// would find the same days dirty again, and counting them takes from taking them in.
func (a *Aggregator) do(name string, run func(context.Context) (int, error)) {
	a.mu.Lock()
	resting := time.Now().Before(a.rest[name])
	a.mu.Unlock()
	if resting {
		return
	}
	began := time.Now()
	_, err := a.record(a.ctx, name, run)
	if a.ctx.Err() != nil {
		return
	}
	a.mu.Lock()
	a.rest[name] = time.Now().Add(min(time.Since(began), longestRest))
	was := a.broken[name]
	a.broken[name] = err != nil
	a.mu.Unlock()
	switch {
	case err != nil && !was:
		a.options.Logger.Error("aggregation failed, trying again at every tick", "job", name, "error", err)
	case err == nil && was:
		a.options.Logger.Info("aggregation works again", "job", name)
	}
}

// record runs a job and keeps what it did, except for the restatement of today alone:
// that one happens every few seconds.
func (a *Aggregator) record(ctx context.Context, name string, run func(context.Context) (int, error)) (int, error) {
	started := a.options.Now()
	n, err := run(ctx)
	finished := a.options.Now()
	if n > 0 {
		a.options.Logger.Debug("facts restated", "job", name, "periods", n, "took", finished.Sub(started))
	}
	if err != nil || n > 2 {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
		defer cancel()
		if rerr := a.options.Store.RecordRun(ctx, name, started, finished, n, err); rerr != nil && err == nil {
			return n, fmt.Errorf("record the run of %s: %w", name, rerr)
		}
	}
	return n, err
}
