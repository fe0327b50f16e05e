package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"haochaping/evaluation"
	"haochaping/evaluation/findings"
)

// Findings are drawn only when somebody asks, the facts have moved, and ten minutes have passed; whoever asks does not
// wait, and what could not be drawn leaves the ones before.
func TestLeads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		generation, drawn := evaluation.Generation{Number: 1, DataTime: 1}, 0
		var bad error
		var mu sync.Mutex // guards the three
		change := func(to func()) {
			mu.Lock()
			defer mu.Unlock()
			to()
		}
		l := newLeads(&App{log: slog.New(slog.DiscardHandler), store: &lateWarehouse{}})
		l.state = func(context.Context) (g evaluation.Generation, _ error) {
			change(func() { g = generation })
			return g, nil
		}
		l.find = func(context.Context) (list []findings.Finding, g evaluation.Generation, err error) {
			change(func() { drawn++ })
			time.Sleep(time.Minute)
			change(func() { list, g, err = []findings.Finding{{ID: "x"}}, generation, bad })
			return list, g, err
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- l.run(ctx) }()
		ask := func(wantDrawn int, wantOK bool) {
			t.Helper()
			list, _, ok := l.Findings(ctx)
			if ok != wantOK || ok && len(list) != 1 {
				t.Errorf("%d findings, known: %v", len(list), ok)
			}
			synctest.Wait()
			change(func() {
				if drawn != wantDrawn {
					t.Errorf("drawn %d times, want %d", drawn, wantDrawn)
				}
			})
		}
		time.Sleep(time.Hour)
		change(func() {
			if drawn != 0 {
				t.Error("nobody asked")
			}
		})
		ask(1, false)
		time.Sleep(2 * time.Minute)
		change(func() { generation.Number = 2 })
		ask(1, true) // too soon
		time.Sleep(10 * time.Minute)
		change(func() { bad = errors.New("away") })
		ask(2, true)
		time.Sleep(11 * time.Minute)
		change(func() { bad = nil })
		ask(3, true)
		time.Sleep(11 * time.Minute)
		ask(3, true) // nothing has moved
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
