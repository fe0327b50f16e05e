// Package aggregator keeps the facts true to the records: on a timetable it asks which
// days are dirty and has them restated whole.
//
// It promises that a tick only looks what is due, so that a missed or doubled one does no
// harm; that two runs of one job never overlap; and that every run which did something, or
// failed, is on record: long ones each, the short ones of today together. It holds no
// figures of its own.
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
	"haochaping/evaluation"
)

// recordTime bounds the record of a run, so that no stop waits for a store that hangs.
const recordTime = 10 * time.Second

// longestRest bounds the pause after a long run.
const longestRest = 30 * time.Second

// Store restates facts and keeps the record of runs.
type Store interface {
	Restate(ctx context.Context, now time.Time) (evaluation.Work, error)
	RestateRange(ctx context.Context, days calendar.Range, now time.Time) (evaluation.Work, error)
	RestateItems(ctx context.Context) (evaluation.Work, error)
	RecordRun(ctx context.Context, run evaluation.Run) error
}

// gather is for how long short runs are gathered before they are put on record together.
const gather = 10 * time.Minute

// Options are what an Aggregator is made of. Specs are those of robfig/cron, in Zone.
type Options struct {
	Store Store
	Dirty string // when to look for dirty days
	Items string // when to restate the months of items
	// Evaluate says when to look for evaluations that are due, besides once at the start; Due draws them up. nil = nothing.
	Evaluate string
	Due      func(context.Context) (evaluation.Work, error)
	Zone     *time.Location
	// Minutely looks, every minute, after what is not counted from facts; nil = nothing.
	Minutely func(context.Context) (int, error)
	Now      func() time.Time // default time.Now
	Logger   *slog.Logger
}

// Aggregator runs the jobs. Make one with New.
type Aggregator struct {
	options Options
	cron    *cron.Cron
	first   cron.Job        // run once at the start; nil = none
	ctx     context.Context // of the jobs; set by Run before the first

	mu     sync.Mutex
	broken map[string]bool             // jobs whose last run failed; guarded by mu
	rest   map[string]time.Time        // until when a job's ticks are passed over; guarded by mu
	short  map[shortRun]evaluation.Run // runs that are not on record yet; guarded by mu
}

// shortRun is what runs are gathered by.
type shortRun struct{ job, failure string }

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
	a := &Aggregator{
		options: o, broken: make(map[string]bool), rest: make(map[string]time.Time), short: make(map[shortRun]evaluation.Run),
	}
	log := cron.PrintfLogger(slog.NewLogLogger(o.Logger.Handler(), slog.LevelError))
	// SkipIfStillRunning outside Recover: the other way round one panic would stop the job for ever.
	a.cron = cron.New(cron.WithLocation(o.Zone), cron.WithLogger(log),
		cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(log)))
	for _, j := range a.jobs() {
		id, err := a.cron.AddFunc(j.spec, func() { a.do(j.name, j.run) })
		if err != nil {
			return nil, fmt.Errorf("make the aggregator: timetable of %s %q: %w", j.name, j.spec, err)
		}
		if j.name == evaluations {
			a.first = a.cron.Entry(id).WrappedJob // not beside itself, and panics are caught
		}
	}
	return a, nil
}

// evaluations is the name of the job that draws up what is due: far apart, so that a machine which is off at night
// looks at its start, too.
const evaluations = "evaluations"

// job is something that is looked after on a timetable.
type job struct {
	name, spec string
	run        func(context.Context) (evaluation.Work, error)
}

func (a *Aggregator) jobs() []job {
	o := a.options
	all := []job{
		{"days", o.Dirty, func(ctx context.Context) (evaluation.Work, error) { return o.Store.Restate(ctx, o.Now()) }},
		{"items", o.Items, o.Store.RestateItems},
		{"arrivals", "* * * * *", func(ctx context.Context) (evaluation.Work, error) {
			n, err := o.Minutely(ctx)
			return evaluation.Work{Periods: n}, err
		}},
	}
	if o.Due != nil {
		all = append(all, job{evaluations, o.Evaluate, o.Due})
	}
	return all
}

// Run works until ctx ends, then waits for the job under way.
func (a *Aggregator) Run(ctx context.Context) error {
	a.ctx = ctx
	a.cron.Start()
	var first sync.WaitGroup
	if a.first != nil {
		first.Go(a.first.Run)
	}
	<-ctx.Done()
	first.Wait()
	<-a.cron.Stop().Done()
	return a.recordShort(ctx, func(evaluation.Run) bool { return true })
}

// Aggregate restates now: the given days whether dirty or not, or all dirty days for an
// empty range, and the items. It returns how many periods of days it restated.
func (a *Aggregator) Aggregate(ctx context.Context, days calendar.Range) (int, error) {
	work, err := a.record(ctx, "asked", func(ctx context.Context) (evaluation.Work, error) {
		if days.Len() > 0 {
			return a.options.Store.RestateRange(ctx, days, a.options.Now())
		}
		return a.options.Store.Restate(ctx, a.options.Now())
	})
	if err != nil {
		return work.Periods, err
	}
	_, err = a.record(ctx, "items", a.options.Store.RestateItems)
	return work.Periods, err
}

// do is one tick of a job. A job that fails is tried again at its next tick; it is
// logged when it begins to fail and when it works again.
//
// After a run the job rests as long as the run took: while records pour in, every tick
// would find the same days dirty again, and counting them takes from taking them in.
func (a *Aggregator) do(name string, run func(context.Context) (evaluation.Work, error)) {
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

// record runs a job and keeps what it did. The restatement of today alone happens every
// few seconds, and what fails is tried again as often: such runs are gathered.
func (a *Aggregator) record(ctx context.Context, name string, do func(context.Context) (evaluation.Work, error)) (evaluation.Work, error) {
	run := evaluation.Run{Job: name, Started: a.options.Now(), Times: 1}
	began := time.Now()
	work, err := do(ctx)
	run.Finished, run.Took, run.Work = a.options.Now(), time.Since(began), work
	if work.Periods > 0 {
		a.options.Logger.Debug("job done", "job", name, "periods", work.Periods, "rows", work.Rows, "took", run.Took)
	}
	var recorded error
	switch {
	case err != nil:
		run.Failure = err.Error()
		if a.failing(name) {
			a.gather(run)
		} else {
			recorded = a.put(ctx, run)
		}
	case name == "days" && work.Periods <= 2:
		a.gather(run)
	case work.Periods > 0:
		recorded = a.put(ctx, run)
	}
	recorded = errors.Join(recorded, a.recordShort(ctx, func(r evaluation.Run) bool { return run.Finished.Sub(r.Started) >= gather }))
	if recorded != nil && err == nil {
		return work, fmt.Errorf("record the run of %s: %w", name, recorded)
	}
	return work, err
}

// failing says whether a job's last run failed.
func (a *Aggregator) failing(name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.broken[name]
}

// gather adds a run to those of its job with the same outcome that are not on record yet.
func (a *Aggregator) gather(run evaluation.Run) {
	if run.Work.Periods == 0 && run.Failure == "" {
		return
	}
	key := shortRun{run.Job, run.Failure}
	a.mu.Lock()
	defer a.mu.Unlock()
	sum, ok := a.short[key]
	if !ok {
		a.short[key] = run
		return
	}
	sum.Finished, sum.Took, sum.Times = run.Finished, sum.Took+run.Took, sum.Times+1
	sum.Work.Add(run.Work)
	a.short[key] = sum
}

// recordShort puts gathered runs on record: those that are ripe.
func (a *Aggregator) recordShort(ctx context.Context, ripe func(evaluation.Run) bool) (err error) {
	a.mu.Lock()
	var list []evaluation.Run
	for key, run := range a.short {
		if ripe(run) {
			list = append(list, run)
			delete(a.short, key)
		}
	}
	a.mu.Unlock()
	for _, run := range list {
		err = errors.Join(err, a.put(ctx, run))
	}
	return err
}

// put keeps a run, also when ctx has ended.
func (a *Aggregator) put(ctx context.Context, run evaluation.Run) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	return a.options.Store.RecordRun(ctx, run)
}
