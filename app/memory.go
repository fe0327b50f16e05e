package app

import (
	"context"
	"net/http"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The memory that the service should do with, the part of its live data that it gets beside that where it is not
// enough, and what it gets beside its live data at least while pages are read.
const (
	leanMemory  = 130 << 20
	spareMemory = 3 // a third of what is live
	pageMemory  = 128 << 20
	pagesLately = time.Minute
	memoryEvery = time.Second
)

// openMemory keeps the service small. Under full load most of what it allocates lives
// for one request; left alone, the collector of garbage lets that pile up to as much as
// all live data before it acts. A limit makes it act earlier, at a few per cent of
// processor time. A fixed limit below the live data would stop the work instead, so the
// limit follows that. Pages are made of much that lives for one of them, beside answers that
// are kept: readers do not wait for the collector, so there is more while somebody reads. Who sets GOMEMLIMIT or GOGC knows better and is left alone, and so
// is the filling of demo data, which is done faster with more.
func (a *App) openMemory(context.Context) error {
	if a.demo || os.Getenv("GOMEMLIMIT") != "" || os.Getenv("GOGC") != "" {
		return nil
	}
	before := debug.SetMemoryLimit(leanMemory)
	a.onStop("the memory limit", func(context.Context) error {
		debug.SetMemoryLimit(before)
		return nil
	})
	a.spawn("the memory's watch", a.watchMemory)
	return nil
}

func (a *App) watchMemory(ctx context.Context) error {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	tick := time.NewTicker(memoryEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		metrics.Read(live)
		reading := time.Since(time.Unix(0, a.read.Load())) < pagesLately
		debug.SetMemoryLimit(memoryLimit(live[0].Value.Uint64(), reading))
	}
}

// memoryLimit is what the runtime may take in bytes, for so many bytes of live data, and whether pages are read.
func memoryLimit(live uint64, reading bool) int64 {
	spare := live / spareMemory
	if reading {
		spare = max(spare, pageMemory)
	}
	return max(leanMemory, int64(live+spare))
}

// noteReader notes that a page was asked for.
func (a *App) noteReader(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.read.Store(time.Now().UnixNano())
		pages.ServeHTTP(w, r)
	})
}
