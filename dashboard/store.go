package dashboard

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scoring"
)

// Store is where the facts are read from.
type Store interface {
	// Facts answers a query. Rows whose unit is the empty text are 待归属 (unattributed).
	// Callers do not modify the rows.
	Facts(ctx context.Context, q evaluation.Query) ([]evaluation.Row, error)
	// Generation names the state of the facts that answers are made of.
	Generation(ctx context.Context) (evaluation.Generation, error)
}

// cache keeps answers: rows of facts, units judged by a scheme, and what else only moves with the facts. The same
// question asked by many readers at once reaches the store once; who gives up waiting does not spoil it for the others.
// An answer that the facts have left behind is still given for a while to who would rather see it than wait, and read
// anew meanwhile. Answers are shared: nobody modifies them.
type cache struct {
	store    Store
	judges   Evaluator
	believed time.Duration
	timeout  time.Duration
	now      func() time.Time

	flights singleflight.Group
	base    context.Context // of the readings; ends with close
	stop    context.CancelFunc
	running sync.WaitGroup

	mu         sync.Mutex
	closed     bool
	generation evaluation.Generation
	asked      time.Time // when generation was learnt; zero = never
	answers    recent[evaluation.Query, *answer[[]evaluation.Row]]
	results    recent[judgement, *answer[*scoring.Result]]
	breaks     recent[struct{}, *answer[[]evaluation.Break]]
	sourceDays recent[calendar.Range, *answer[[]evaluation.SourceDay]]
	reviews    recent[reviewsKey, *answer[foundReviews]]
	editions   editionCache
}

// answer is what was read of one state of the facts. Its cache's mutex guards all but the value.
type answer[V any] struct {
	value    V
	of       evaluation.Generation
	read     time.Time
	took     time.Duration
	newest   time.Time // when the facts were last known to be no newer
	renewing bool      // it is being read anew
}

// The ages of answers.
const (
	glanceAge = time.Minute // how long ago the newest facts may have been those of an answer that is only glanced at
	restTimes = 3           // so many times as long as reading an answer took, it is not read again
)

// tolerance says how old answers may be.
type tolerance int

const (
	exact     tolerance = iota // of the newest facts: for files and records
	following                  // of the newest facts, but not read again before they have rested: for pages that stay open
	glancing                   // those that are there, if they are not older than glanceAge: for who opens a page
)

// wanted is of which facts a page wants answers, and of which it got them.
type wanted struct {
	evaluation.Generation // the newest facts
	older                 tolerance

	mu     sync.Mutex
	oldest evaluation.Generation // of the answers
}

func want(g evaluation.Generation, older tolerance) *wanted {
	return &wanted{Generation: g, older: older, oldest: g}
}

func (w *wanted) got(of evaluation.Generation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if of.Number < w.oldest.Number {
		w.oldest = of
	}
}

// answered is the oldest state of the facts among the answers, the newest one if there were none.
func (w *wanted) answered() evaluation.Generation {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.oldest
}

var errClosed = errors.New("the dashboard is closed")

func newCache(store Store, judges Evaluator, size int, believed, timeout time.Duration, now func() time.Time) *cache {
	base, stop := context.WithCancel(context.Background())
	return &cache{
		store: store, judges: judges, believed: believed, timeout: timeout, now: now, base: base, stop: stop,
		answers: newRecent[evaluation.Query, *answer[[]evaluation.Row]](size), results: newRecent[judgement, *answer[*scoring.Result]](keptResults),
		breaks: newRecent[struct{}, *answer[[]evaluation.Break]](1), sourceDays: newRecent[calendar.Range, *answer[[]evaluation.SourceDay]](keptSourceDays),
		reviews: newRecent[reviewsKey, *answer[foundReviews]](keptReviews), editions: editionCache{documents: newRecent[string, *frozen](keptEditions)},
	}
}

func (c *cache) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.stop()
	c.running.Wait()
}

// current is the generation to answer from. When the store cannot say, it is the last
// one known, with stale = true; an error only when none was ever known.
func (c *cache) current(ctx context.Context) (g evaluation.Generation, stale bool, err error) {
	c.mu.Lock()
	g, asked := c.generation, c.asked
	c.mu.Unlock()
	if !asked.IsZero() && c.now().Sub(asked) < c.believed {
		return g, false, nil
	}
	v, err := c.fly(ctx, "generation", func(ctx context.Context) (any, error) {
		g, err := c.store.Generation(ctx)
		if err == nil {
			c.learn(g)
		}
		return g, err
	})
	switch {
	case err == nil:
		g, _ = v.(evaluation.Generation)
		return g, false, nil
	case !asked.IsZero():
		return g, true, nil
	default:
		return g, false, fmt.Errorf("read the generation of the facts: %w", err)
	}
}

// confirmed is when the store last said which generation is the newest.
func (c *cache) confirmed() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

// learn takes note of the newest generation.
func (c *cache) learn(g evaluation.Generation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation, c.asked = g, c.now()
}

// read answers a query.
func (c *cache) read(ctx context.Context, w *wanted, q evaluation.Query) ([]evaluation.Row, error) {
	rows, err := recall(ctx, c, w, &c.answers, q, c.timeout, func(ctx context.Context) ([]evaluation.Row, error) { return c.store.Facts(ctx, q) })
	if err != nil {
		return nil, fmt.Errorf("read facts by %s: %w", q.By, err)
	}
	return rows, nil
}

// recall finds an answer that will do, or makes it once for all who ask, and keeps it.
func recall[K comparable, V any](
	ctx context.Context, c *cache, w *wanted, kept *recent[K, *answer[V]], key K, timeout time.Duration, read func(context.Context) (V, error),
) (V, error) {
	c.mu.Lock()
	a, ok := kept.get(key)
	will, again := false, false
	if ok {
		will, again = a.judge(w, c.now())
	}
	c.mu.Unlock()
	if will {
		w.got(a.of)
		if !again {
			return a.value, nil
		}
	}
	g := w.Generation
	flight := fmt.Sprintf("%d %T %#v", g.Number, key, key)
	renew := func(ctx context.Context) (any, error) {
		began := c.now()
		c.mu.Lock()
		a, ok := kept.get(key)
		c.mu.Unlock()
		if ok && a.of.Number >= g.Number { // somebody else's reading has just ended
			return a.value, nil
		}
		v, err := read(ctx)
		c.mu.Lock()
		defer c.mu.Unlock()
		a, ok = kept.get(key)
		if err == nil && (!ok || a.of.Number <= g.Number) {
			now := c.now()
			kept.put(key, &answer[V]{value: v, of: g, read: now, took: now.Sub(began), newest: now})
		} else if ok {
			a.renewing = false
		}
		return v, err
	}
	if will {
		c.meanwhile(flight, timeout, renew)
		return a.value, nil
	}
	made, err := c.flyFor(ctx, flight, timeout, renew)
	if err != nil {
		var none V
		return none, err
	}
	v, _ := made.(V)
	return v, nil
}

// judge says whether an answer will do, and whether whoever asked is to have it read anew meanwhile.
func (a *answer[V]) judge(w *wanted, now time.Time) (will, again bool) {
	if a.of.Number >= w.Number {
		a.newest = now
		return true, false
	}
	resting := now.Sub(a.read) < restTimes*a.took
	switch w.older {
	case glancing:
		will = now.Sub(a.newest) < glanceAge
	case following:
		will = resting
	}
	again = will && !resting && !a.renewing
	a.renewing = a.renewing || again
	return will, again
}

// meanwhile starts a reading that nobody waits for, unless it is under way.
func (c *cache) meanwhile(key string, timeout time.Duration, read func(context.Context) (any, error)) {
	gone, cancel := context.WithCancel(c.base)
	cancel()
	_, _ = c.flyFor(gone, key, timeout, read)
}

// fly runs a reading once for all who ask for it at the same time. The reading belongs
// to the cache: it ends by its own deadline or by close, not with the one who asked.
func (c *cache) fly(ctx context.Context, key string, read func(context.Context) (any, error)) (any, error) {
	return c.flyFor(ctx, key, c.timeout, read)
}

// flyFor is fly with another deadline.
func (c *cache) flyFor(ctx context.Context, key string, timeout time.Duration, read func(context.Context) (any, error)) (any, error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil, errClosed
	}
	c.running.Add(1) // under the lock: close waits only after it has set closed
	c.mu.Unlock()
	done := c.flights.DoChan(key, func() (v any, err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("the store panicked: %v", p)
			}
		}()
		ctx, cancel := context.WithTimeout(c.base, timeout)
		defer cancel()
		return read(ctx)
	})
	select {
	case r := <-done:
		c.running.Done()
		return r.Val, r.Err
	case <-ctx.Done():
		go func() { // ends with the reading, and close waits for it
			<-done
			c.running.Done()
		}()
		return nil, ctx.Err()
	}
}
