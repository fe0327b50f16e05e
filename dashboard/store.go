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

// cache keeps the answers of one generation at a time: rows of facts, and units judged by a scheme. The same
// question asked by many readers at once reaches the store once; who gives up waiting does not spoil it for
// the others. Answers are shared: nobody modifies them.
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
	answers    recent[evaluation.Query, []evaluation.Row]
	results    recent[judgement, *scoring.Result]
	breaks     recent[struct{}, []evaluation.Break]
	sourceDays recent[calendar.Range, []evaluation.SourceDay]
	editions   editionCache
}

var errClosed = errors.New("the dashboard is closed")

func newCache(store Store, judges Evaluator, size int, believed, timeout time.Duration, now func() time.Time) *cache {
	base, stop := context.WithCancel(context.Background())
	return &cache{
		store: store, judges: judges, believed: believed, timeout: timeout, now: now, base: base, stop: stop,
		answers: newRecent[evaluation.Query, []evaluation.Row](size), results: newRecent[judgement, *scoring.Result](keptResults),
		breaks: newRecent[struct{}, []evaluation.Break](1), sourceDays: newRecent[calendar.Range, []evaluation.SourceDay](keptSourceDays), editions: editionCache{documents: newRecent[string, *frozen](keptEditions)},
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

// learn takes note of the newest generation, and forgets the answers of an older one.
func (c *cache) learn(g evaluation.Generation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if g.Number != c.generation.Number {
		c.answers.clear()
		c.results.clear()
		c.breaks.clear()
		c.sourceDays.clear()
	}
	c.generation, c.asked = g, c.now()
}

// read answers a query from a generation.
func (c *cache) read(ctx context.Context, g evaluation.Generation, q evaluation.Query) ([]evaluation.Row, error) {
	rows, err := recall(ctx, c, g, &c.answers, q, c.timeout, func(ctx context.Context) ([]evaluation.Row, error) { return c.store.Facts(ctx, q) })
	if err != nil {
		return nil, fmt.Errorf("read facts by %s: %w", q.By, err)
	}
	return rows, nil
}

// recall finds an answer of a generation, or makes it once for all who ask, and keeps it unless the facts have moved
// on meanwhile.
func recall[K comparable, V any](
	ctx context.Context, c *cache, g evaluation.Generation, kept *recent[K, V], key K, timeout time.Duration, read func(context.Context) (V, error),
) (V, error) {
	c.mu.Lock()
	v, ok := kept.get(key)
	ok = ok && g.Number == c.generation.Number
	c.mu.Unlock()
	if ok {
		return v, nil
	}
	made, err := c.flyFor(ctx, fmt.Sprintf("%d %T %#v", g.Number, key, key), timeout, func(ctx context.Context) (any, error) {
		v, err := read(ctx)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if g.Number == c.generation.Number {
			kept.put(key, v)
		}
		return v, nil
	})
	if err != nil {
		var none V
		return none, err
	}
	v, _ = made.(V)
	return v, nil
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
