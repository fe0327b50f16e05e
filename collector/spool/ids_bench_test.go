package spool

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// BenchmarkIDs fills the index with ids, time-ordered or random, a hundredth a day over
// a hundred days, ships as it goes, and forgets a day at the end. SPOOL_BENCH_IDS says
// how many, in millions; the rate of the last million is reported, the bytes of the index
// for each id, and how fast a day is forgotten.
func BenchmarkIDs(b *testing.B) {
	millions, err := strconv.Atoi(os.Getenv("SPOOL_BENCH_IDS"))
	if err != nil {
		millions = 1
	}
	for _, kind := range []string{"ordered", "random"} {
		b.Run(fmt.Sprintf("%s/millions=%d", kind, millions), func(b *testing.B) {
			for range b.N {
				benchIDs(b, kind == "ordered", millions*1_000_000)
			}
		})
	}
}

func benchIDs(b *testing.B, ordered bool, n int) {
	const perCall = 1000
	h := &hands{}
	s := openTest(b, nil, func(o *Options) { o.Dir = b.TempDir(); h.set(o) })
	rng := rand.New(rand.NewPCG(1, 2))
	entries := make([]Entry, perCall)
	var last time.Duration // of the last million
	for done := 0; done < n; done += perCall {
		for i := range entries {
			id := uuid7(done + i)
			if !ordered {
				var u [16]byte
				binary.BigEndian.PutUint64(u[:], rng.Uint64())
				binary.BigEndian.PutUint64(u[8:], rng.Uint64())
				u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
				id = fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
			}
			entries[i] = Entry{ID: id, Kind: 1}
			binary.BigEndian.PutUint64(entries[i].Content[:], rng.Uint64())
			binary.BigEndian.PutUint64(entries[i].Content[8:], rng.Uint64())
		}
		began := time.Now()
		if _, err := s.Append(context.Background(), entries); err != nil {
			b.Fatal(err)
		}
		if err := s.Shipped(uint64(done + perCall)); err != nil {
			b.Fatal(err)
		}
		if done >= n-1_000_000 {
			last += time.Since(began)
		}
		h.uptime.Add(int64(100*day) / int64(n/perCall))
	}
	if err := s.db.Flush(); err != nil {
		b.Fatal(err)
	}
	st := mustStats(b, s)
	began := time.Now()
	if _, err := s.Survey(context.Background()); err != nil {
		b.Fatal(err)
	}
	survey := time.Since(began)
	h.wall.Store(int64(n)*int64(time.Millisecond) + int64(ninetyDays))
	began = time.Now()
	forgotten, err := s.ForgetIDs(context.Background(), ninetyDays)
	if err != nil || forgotten == 0 {
		b.Fatal(forgotten, err)
	}
	b.ReportMetric(1e6/last.Seconds(), "ids/s")
	b.ReportMetric(float64(st.IndexBytes)/float64(st.IDs), "B/id")
	b.ReportMetric(float64(st.IDs)/survey.Seconds(), "surveyed/s")
	b.ReportMetric(float64(forgotten), "forgotten")
	b.ReportMetric(time.Since(began).Seconds(), "forget-s")
}
