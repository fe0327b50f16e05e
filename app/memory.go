package app

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The memory that the service should do with, and the part of its live data that it
// gets beside that where it is not enough.
const (
	leanMemory  = 130 << 20
	spareMemory = 3 // a third of what is live
	memoryEvery = time.Second
)

// openMemory keeps the service small. Under full load most of what it allocates lives
// for one request; left alone, the collector of garbage lets that pile up to as much as
// all live data before it acts. A limit makes it act earlier, at a few per cent of
// processor time. A fixed limit below the live data would stop the work instead, so the
// limit follows that. Who sets GOMEMLIMIT or GOGC knows better and is left alone, and so
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
	a.spawn("the memory's watch", watchMemory)
	return nil
}

func watchMemory(ctx context.Context) error {
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
		debug.SetMemoryLimit(memoryLimit(live[0].Value.Uint64()))
	}
}

// memoryLimit is what the runtime may take in bytes, for so many bytes of live data.
func memoryLimit(live uint64) int64 { return max(leanMemory, int64(live+live/spareMemory)) }
