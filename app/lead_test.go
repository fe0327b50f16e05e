package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/findings"
)

// Findings are drawn when there are data, and then only when somebody asks, the facts have moved, and ten minutes have
// passed; whoever asks does not wait, and what could not be drawn leaves the ones before.
func TestLeads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		generation, drawn := evaluation.Generation{}, 0
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
		ask := func(wantDrawn int, wantOK, wantFailed bool) {
			t.Helper()
			list, _, ok, err := l.Findings(ctx)
			if ok != wantOK || ok && len(list) != 1 || (err != nil) != wantFailed {
				t.Errorf("%d findings, known: %v, %v", len(list), ok, err)
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
				t.Error("drawn from nothing")
			}
			bad, generation = errors.New("away"), evaluation.Generation{Number: 1, DataTime: 1}
		})
		time.Sleep(leadLooks)
		ask(1, false, false)
		time.Sleep(2 * time.Minute)
		ask(1, false, true) // there are none yet, and the first attempt failed
		change(func() { bad = nil })
		time.Sleep(10 * time.Minute)
		ask(2, false, true)
		time.Sleep(2 * time.Minute)
		change(func() { generation.Number = 2 })
		ask(2, true, false) // too soon
		time.Sleep(10 * time.Minute)
		change(func() { bad = errors.New("away") })
		ask(3, true, false)
		time.Sleep(11 * time.Minute)
		change(func() { bad = nil })
		ask(4, true, false)
		time.Sleep(11 * time.Minute)
		ask(4, true, false) // nothing has moved
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// The overview leads with what the twelve months up to the newest record show.
func TestLeadsAreOfTwelveMonths(t *testing.T) {
	a, w := withWarehouse(t, "lead_period")
	fillProvince(t, w)
	in, g, err := a.findingsInput(t.Context(), &FindingsCall{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	newest := calendar.DayOf(time.Unix(g.DataTime, 0), a.cfg.Timezone.Location)
	if want := (calendar.Range{From: newest.AddMonths(-12) + 1, To: newest}); in.Period != want || newest < june2026.From {
		t.Errorf("drawn from %s, want %s", in.Period, want)
	}
	list, _, err := newLeads(a).find(t.Context())
	if err != nil || !slices.ContainsFunc(list, func(f findings.Finding) bool {
		return slices.ContainsFunc(f.Units, func(u findings.Unit) bool { return u.Code == "4401" })
	}) {
		t.Errorf("%d findings, none of 4401: %v", len(list), err)
	}
}
