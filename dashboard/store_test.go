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
			rows, err := c.read(t.Context(), want(g, exact), evaluation.Query{Line: line})
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
			t.Fatalf("%d readings, want 5: answers of an older generation are not exact", n)
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
	if _, err := c.read(t.Context(), want(evaluation.Generation{}, exact), evaluation.Query{}); err == nil {
		t.Fatal("no error")
	}
	broken = false
	if _, err := c.read(t.Context(), want(evaluation.Generation{}, exact), evaluation.Query{}); err != nil {
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
		if _, err := c.read(t.Context(), want(evaluation.Generation{}, exact), evaluation.Query{Line: "panic"}); err == nil {
			t.Error("a panic of the store is no error")
		}
		// One reader gives up; the other, who asked for the same, gets the answer.
		hasty, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		var readers sync.WaitGroup
		readers.Go(func() {
			if _, err := c.read(hasty, want(evaluation.Generation{}, exact), evaluation.Query{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("hasty reader: %v", err)
			}
		})
		readers.Go(func() {
			if rows, err := c.read(t.Context(), want(evaluation.Generation{}, exact), evaluation.Query{}); err != nil || len(rows) != 1 {
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
		if _, err := c.read(brief, want(evaluation.Generation{}, exact), evaluation.Query{Line: "slow"}); err == nil {
			t.Error("no error")
		}
		c.close()
		if _, err := c.read(t.Context(), want(evaluation.Generation{}, exact), evaluation.Query{Line: "late"}); !errors.Is(err, errClosed) {
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

// Who opens a page gets what is there, and newer answers are read meanwhile; who follows the facts waits for them, unless
// an answer rests; a file is made of the newest facts alone.
func TestAnswersThatTheFactsHaveLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const takes = time.Second
		var number atomic.Uint64
		var down atomic.Bool
		s := &stubStore{
			facts: func(_ context.Context, q evaluation.Query) ([]evaluation.Row, error) {
				n := number.Load()
				time.Sleep(takes)
				if down.Load() {
					return nil, errors.New("down")
				}
				return []evaluation.Row{{Facts: evaluation.Facts{Declined: n}}}, nil
			},
			generation: func() (evaluation.Generation, error) { return evaluation.Generation{Number: number.Load()}, nil },
		}
		c := newCache(s, nil, 4, time.Millisecond, 5*time.Second, time.Now)
		defer c.close()
		// ask returns which facts were given, of which the page says that it is, and whether its reader waited.
		ask := func(older tolerance) (given, said uint64, waited bool, err error) {
			t.Helper()
			time.Sleep(time.Millisecond)
			g, _, err := c.current(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			w, began := want(g, older), time.Now()
			rows, err := c.read(t.Context(), w, evaluation.Query{})
			if err == nil {
				given = rows[0].Declined
			}
			return given, w.answered().Number, time.Since(began) >= takes, err
		}
		expect := func(what string, older tolerance, given uint64, waited bool, readings int64) {
			t.Helper()
			got, said, slow, err := ask(older)
			if err != nil || got != given || said != given || slow != waited {
				t.Errorf("%s: facts %d, said to be %d, waited %v, %v; want %d, %v", what, got, said, slow, err, given, waited)
			}
			synctest.Wait()
			if n := s.read.Load(); n != readings {
				t.Errorf("%s: %d readings, want %d", what, n, readings)
			}
		}
		number.Store(1)
		expect("the first", glancing, 1, true, 1)
		time.Sleep(restTimes * takes)
		number.Store(2)
		expect("left behind", glancing, 1, false, 2)
		expect("while it is read", glancing, 1, false, 2)
		time.Sleep(2 * takes)
		expect("read meanwhile", glancing, 2, false, 2)
		number.Store(3)
		expect("resting, glanced at", glancing, 2, false, 2)
		expect("resting, followed", following, 2, false, 2)
		expect("resting, for a file", exact, 3, true, 3)
		time.Sleep(restTimes * takes)
		number.Store(4)
		expect("rested, followed", following, 4, true, 4)
		time.Sleep(glanceAge)
		expect("old, but of the newest facts", glancing, 4, false, 4)
		number.Store(5)
		time.Sleep(glanceAge)
		expect("too old to be glanced at", glancing, 5, true, 5)
		time.Sleep(restTimes * takes)
		number.Store(6)
		down.Store(true)
		expect("the store fails", glancing, 5, false, 6)
		time.Sleep(2 * takes)
		expect("and again", glancing, 5, false, 7)
		time.Sleep(glanceAge)
		if _, _, _, err := ask(glancing); err == nil {
			t.Error("an answer that is too old is given when no newer one can be read")
		}
		down.Store(false)
		expect("the store is back", glancing, 6, true, 9)
	})
}
