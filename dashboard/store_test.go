package dashboard

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"haochaping/evaluation"
)

// stubStore answers as its functions say, and counts.
type stubStore struct {
	facts      func(context.Context, evaluation.Query) ([]evaluation.Row, error)
	generation func() (evaluation.Generation, error)
	read       atomic.Int64
}

func (s *stubStore) Facts(ctx context.Context, q evaluation.Query) ([]evaluation.Row, error) {
	s.read.Add(1)
	return s.facts(ctx, q)
}

func (s *stubStore) Generation(context.Context) (evaluation.Generation, error) { return s.generation() }

func newTestCache(s *stubStore, size int) *cache {
	return newCache(s, nil, size, time.Second, 5*time.Second, time.Now)
}

func TestCacheAsksTheStoreOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var number atomic.Uint64
		number.Store(1)
		s := &stubStore{
			facts: func(_ context.Context, q evaluation.Query) ([]evaluation.Row, error) {
				time.Sleep(100 * time.Millisecond)
				return []evaluation.Row{{Line: q.Line}}, nil
			},
			generation: func() (evaluation.Generation, error) { return evaluation.Generation{Number: number.Load()}, nil },
		}
		c := newTestCache(s, 2)
		defer c.close()
		ask := func(line string) {
			t.Helper()
			g, _, err := c.current(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			rows, err := c.read(t.Context(), g, evaluation.Query{Line: line})
			if err != nil || len(rows) != 1 || rows[0].Line != line {
				t.Errorf("read %s: %v, %v", line, rows, err)
			}
		}
		var readers sync.WaitGroup
		for range 20 {
			readers.Go(func() { ask("a") })
		}
		readers.Wait()
		if n := s.read.Load(); n != 1 {
			t.Fatalf("20 readers at once reached the store %d times", n)
		}
		ask("b")
		ask("a")
		ask("c") // pushes out b, the least recently used
		ask("a")
		if n := s.read.Load(); n != 3 {
			t.Fatalf("%d readings, want 3", n)
		}
		ask("b")
		if n := s.read.Load(); n != 4 {
			t.Fatalf("%d readings, want 4: only two answers are kept", n)
		}
		number.Store(2)
		time.Sleep(2 * time.Second) // the generation is asked for again
		ask("b")
		if n := s.read.Load(); n != 5 {
			t.Fatalf("%d readings, want 5: a new generation forgets the answers", n)
		}
	})
}

func TestCacheKeepsNoFailure(t *testing.T) {
	broken := true
	s := &stubStore{facts: func(context.Context, evaluation.Query) ([]evaluation.Row, error) {
		if broken {
			return nil, errors.New("down")
		}
		return nil, nil
	}}
	c := newTestCache(s, 2)
	defer c.close()
	if _, err := c.read(t.Context(), evaluation.Generation{}, evaluation.Query{}); err == nil {
		t.Fatal("no error")
	}
	broken = false
	if _, err := c.read(t.Context(), evaluation.Generation{}, evaluation.Query{}); err != nil {
		t.Fatal(err)
	}
}

func TestCacheSurvivesPanicsAndImpatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stubStore{facts: func(ctx context.Context, q evaluation.Query) ([]evaluation.Row, error) {
			if q.Line == "panic" {
				panic("broken row")
			}
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Second):
				return []evaluation.Row{{}}, nil
			}
		}}
		c := newTestCache(s, 4)
		if _, err := c.read(t.Context(), evaluation.Generation{}, evaluation.Query{Line: "panic"}); err == nil {
			t.Error("a panic of the store is no error")
		}
		// One reader gives up; the other, who asked for the same, gets the answer.
		hasty, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		var readers sync.WaitGroup
		readers.Go(func() {
			if _, err := c.read(hasty, evaluation.Generation{}, evaluation.Query{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("hasty reader: %v", err)
			}
		})
		readers.Go(func() {
			if rows, err := c.read(t.Context(), evaluation.Generation{}, evaluation.Query{}); err != nil || len(rows) != 1 {
				t.Errorf("patient reader: %v, %v", rows, err)
			}
		})
		readers.Wait()
		if n := s.read.Load(); n != 2 {
			t.Errorf("%d readings, want 2", n)
		}
		// Close ends a reading nobody waits for any more, and what comes later fails.
		brief, stop := context.WithTimeout(t.Context(), time.Millisecond)
		defer stop()
		if _, err := c.read(brief, evaluation.Generation{}, evaluation.Query{Line: "slow"}); err == nil {
			t.Error("no error")
		}
		c.close()
		if _, err := c.read(t.Context(), evaluation.Generation{}, evaluation.Query{Line: "late"}); !errors.Is(err, errClosed) {
			t.Errorf("after close: %v", err)
		}
	})
}

func TestCacheRemembersTheLastGeneration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		down.Store(true)
		s := &stubStore{generation: func() (evaluation.Generation, error) {
			if down.Load() {
				return evaluation.Generation{}, errors.New("down")
			}
			return evaluation.Generation{Number: 3}, nil
		}}
		c := newTestCache(s, 1)
		defer c.close()
		if _, _, err := c.current(t.Context()); err == nil {
			t.Error("a store that never answered must be an error")
		}
		down.Store(false)
		if g, stale, err := c.current(t.Context()); g.Number != 3 || stale || err != nil {
			t.Errorf("got %v, %v, %v", g, stale, err)
		}
		down.Store(true)
		time.Sleep(time.Minute)
		if g, stale, err := c.current(t.Context()); g.Number != 3 || !stale || err != nil {
			t.Errorf("got %v, %v, %v", g, stale, err)
		}
	})
}
