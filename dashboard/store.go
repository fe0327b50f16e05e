package dashboard

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"haochaping/evaluation"
)

// Store is where the facts are read from.
type Store interface {
	// Facts answers a query. Rows whose unit is the empty text are 待归属 (unattributed).
	// Callers do not modify the rows.
	Facts(ctx context.Context, q evaluation.Query) ([]evaluation.Row, error)
	// Generation names the state of the facts that answers are made of.
	Generation(ctx context.Context) (evaluation.Generation, error)
}

// cache keeps the answers of one generation at a time. The same question asked by many
// readers at once reaches the store once; who gives up waiting does not spoil it for
// the others. Answers are shared: nobody modifies them.
type cache struct {
	store    Store
	size     int
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
	answers    map[evaluation.Query]*list.Element
	order      *list.List // of *answer, most recently used first
}

type answer struct {
	query evaluation.Query
	rows  []evaluation.Row
}

var errClosed = errors.New("the dashboard is closed")

func newCache(store Store, size int, believed, timeout time.Duration, now func() time.Time) *cache {
	base, stop := context.WithCancel(context.Background())
	return &cache{
		store: store, size: size, believed: believed, timeout: timeout, now: now,
		base: base, stop: stop, answers: make(map[evaluation.Query]*list.Element), order: list.New(),
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

// learn takes note of the newest generation, and forgets the answers of an older one.
func (c *cache) learn(g evaluation.Generation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if g.Number != c.generation.Number {
		clear(c.answers)
		c.order.Init()
	}
	c.generation, c.asked = g, c.now()
}

// read answers a query from a generation.
func (c *cache) read(ctx context.Context, g evaluation.Generation, q evaluation.Query) ([]evaluation.Row, error) {
	if rows, ok := c.find(g, q); ok {
		return rows, nil
	}
	v, err := c.fly(ctx, fmt.Sprintf("%d %#v", g.Number, q), func(ctx context.Context) (any, error) {
		rows, err := c.store.Facts(ctx, q)
		if err != nil {
			return nil, err
		}
		c.keep(g, q, rows)
		return rows, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read facts by %s: %w", q.By, err)
	}
	rows, _ := v.([]evaluation.Row)
	return rows, nil
}

func (c *cache) find(g evaluation.Generation, q evaluation.Query) ([]evaluation.Row, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.answers[q]
	if !ok || g.Number != c.generation.Number {
		return nil, false
	}
	c.order.MoveToFront(e)
	a, _ := e.Value.(*answer)
	return a.rows, true
}

// keep stores an answer unless the facts have moved on meanwhile.
func (c *cache) keep(g evaluation.Generation, q evaluation.Query, rows []evaluation.Row) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if g.Number != c.generation.Number {
		return
	}
	if e, ok := c.answers[q]; ok {
		c.order.Remove(e)
	}
	c.answers[q] = c.order.PushFront(&answer{query: q, rows: rows})
	for c.order.Len() > c.size {
		oldest := c.order.Back()
		a, _ := oldest.Value.(*answer)
		c.order.Remove(oldest)
		delete(c.answers, a.query)
	}
}

// fly runs a reading once for all who ask for it at the same time. The reading belongs
// to the cache: it ends by its own deadline or by close, not with the one who asked.
func (c *cache) fly(ctx context.Context, key string, read func(context.Context) (any, error)) (any, error) {
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
		ctx, cancel := context.WithTimeout(c.base, c.timeout)
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
