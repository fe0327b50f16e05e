package spool

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// BenchmarkAppend appends to a spool on the machine's disk, payloads of 600
// bytes, time-ordered ids, and reports acknowledgements per second, the 99th
// percentile of their latency, and how many of them shared one sync of the log.
func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct{ writers, entries int }{{1, 1}, {64, 1}, {512, 1}, {4, 1000}} {
		b.Run(fmt.Sprintf("writers=%d/entries=%d", c.writers, c.entries), func(b *testing.B) {
			benchAppend(b, c.writers, c.entries)
		})
	}
}

func benchAppend(b *testing.B, writers, perCall int) {
	s := openTest(b, nil, func(o *Options) {
		o.Dir, o.Now = b.TempDir(), time.Now
	})
	payload := bytes.Repeat([]byte("0123456789"), 60)
	var next atomic.Int64
	took := make([][]time.Duration, writers)
	before := syncs(b, s)
	b.ResetTimer()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			entries := make([]Entry, perCall)
			for {
				end := next.Add(int64(perCall))
				if end > int64(b.N*perCall) {
					return
				}
				for i := range entries {
					entries[i] = Entry{ID: uuid7(int(end) - i), Kind: 1, Payload: payload}
				}
				start := time.Now()
				if _, err := s.Append(context.Background(), entries); err != nil {
					b.Error(err)
					return
				}
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	synced := syncs(b, s) - before
	b.ReportMetric(float64(len(all)*perCall)/b.Elapsed().Seconds(), "acks/s")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(len(all)*perCall)/float64(synced), "acks/sync")
}

// syncs is how often the log has been synced since the spool was opened.
func syncs(b *testing.B, s *Spool) uint64 {
	b.Helper()
	var m dto.Metric
	if err := s.db.Metrics().LogWriter.FsyncLatency.Write(&m); err != nil {
		b.Fatal(err)
	}
	return m.GetHistogram().GetSampleCount()
}
