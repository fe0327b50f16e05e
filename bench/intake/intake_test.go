package main

import (
	"context"
	"testing"
	"time"

	"haochaping/engine/enginetest"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

func TestPlainInsert(t *testing.T) {
	p, err := startPlain(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.stop(); err != nil {
			t.Error(err)
		}
	}()
	var told acknowledged
	r, err := load(context.Background(), p.target(), newRatings(time.Now()), 4, 200*time.Millisecond, time.Second, &told)
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.inserted(t.Context())
	if err != nil || int64(n) != told.n.Load() {
		t.Fatalf("%d inserted, %d acknowledged, %v", n, told.n.Load(), err)
	}
	s, err := p.flushTimes(t.Context())
	t.Log(r.rate(), r.quantile(.5), s, err)
}

func TestShipped(t *testing.T) {
	p, err := startPlain(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.stop(); err != nil {
			t.Error(err)
		}
	}()
	const n = 50_000
	s, err := newShipped(p, newRatings(time.Now()), t.TempDir(), n)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func(context.Context) (float64, error){"shipper": s.drain, "bare": s.bare} {
		rate, err := f(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.stored(t.Context()); err != nil || got != n {
			t.Errorf("%s: %d stored, %v", name, got, err)
		}
		t.Log(name, rate)
	}
}
