package collector

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"haochaping/collector/spool"
)

// gate is a spool whose writes wait until the test lets them go.
type gate struct {
	Spool
	open chan error // one for each write; nil = write it

	mu      sync.Mutex
	waiting int // guarded by mu
	most    int // guarded by mu; how many waited at a time
}

func (g *gate) Append(ctx context.Context, entries []spool.Entry) ([]spool.Outcome, error) {
	g.mu.Lock()
	g.waiting++
	g.most = max(g.most, g.waiting)
	g.mu.Unlock()
	err := <-g.open
	g.mu.Lock()
	g.waiting--
	g.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return g.Spool.Append(ctx, entries)
}

func streamOf(n int) string {
	var lines strings.Builder
	for i := range n {
		fmt.Fprintln(&lines, rating(fmt.Sprintf("01970a3e-5a00-7c3a-9d52-%012x", i+1), ""))
	}
	return lines.String()
}

// A stream reads on while its last chunk becomes durable, writes one chunk at a time
// in the order sent, and answers only after the last.
func TestStreamWritesBehind(t *testing.T) {
	g := &gate{open: make(chan error)}
	h := newHouse(t, func(o *Options) { g.Spool, o.Spool = o.Spool, g })
	const total = 3*chunkRecords + 10
	answered := make(chan reply, 1)
	go func() { answered <- h.send("ratings", h.device, streamOf(total), ndjson) }()
	for range 4 {
		select {
		case r := <-answered:
			t.Fatalf("answered before everything was durable: %d %s", r.status, r.text)
		case g.open <- nil:
		}
	}
	if r := <-answered; r.status != http.StatusAccepted || r.Accepted != total {
		t.Fatalf("%d %s", r.status, r.text)
	}
	if g.most != 1 {
		t.Errorf("%d writes of one stream at a time", g.most)
	}
	for i, r := range h.stored().Ratings {
		if want := fmt.Sprintf("%012x", i+1); !strings.HasSuffix(r.ID.String(), want) {
			t.Fatalf("record %d is %s", i, r.ID)
		}
	}
}

// A write that fails ends the stream: what was counted before it is told, nothing else.
func TestStreamWriteFails(t *testing.T) {
	for failing := range 4 {
		g := &gate{open: make(chan error, 4)}
		h := newHouse(t, func(o *Options) { g.Spool, o.Spool = o.Spool, g })
		for i := range failing + 1 {
			if i < failing {
				g.open <- nil
			} else {
				g.open <- fmt.Errorf("append: %w", spool.ErrFull)
			}
		}
		r := h.send("ratings", h.device, streamOf(3*chunkRecords+10), ndjson)
		if r.status != http.StatusServiceUnavailable || r.Accepted != failing*chunkRecords || r.Kept {
			t.Errorf("write %d fails: %d %s", failing, r.status, r.text)
		}
		if got := len(h.stored().Ratings); got != failing*chunkRecords {
			t.Errorf("write %d fails: %d stored", failing, got)
		}
	}
}
