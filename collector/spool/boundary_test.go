package spool

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// boundaries takes, before every operation that changes the disk, what a power cut would
// leave, together with what had been promised until then, and hands both to be checked.
// A commit lies between two operations, so every commit boundary of the run is among them.
type boundaries struct {
	mem    *vfs.MemFS
	ledger *ledger
	cuts   chan powerCut
	on     atomic.Bool
	count  atomic.Int64
	syncs  atomic.Int64 // of logs: commits, or groups of them
}

type powerCut struct {
	n        int64
	fs       *vfs.MemFS
	promised certain
}

func (b *boundaries) String() string { return "power cut before every operation" }

func (b *boundaries) MaybeError(op errorfs.Op) error {
	if !b.on.Load() || op.Kind == errorfs.OpLock || op.Kind.ReadOrWrite() == errorfs.OpIsRead {
		return nil
	}
	switch op.Kind {
	case errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo:
		b.syncs.Add(1)
	}
	n := b.count.Add(1)
	promised := b.ledger.certain() // before the cut: what comes in between may be lost
	rng := rand.New(rand.NewPCG(uint64(n), 11))
	left := b.mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: []int{0, 100, rng.IntN(101)}[n%3], RNG: rng})
	b.cuts <- powerCut{n, left, promised}
	return nil
}

// Power fails before every operation on the disk of a run of concurrent writers whose
// commits share syncs, with duplicates among what they send, a shipper, ids that are
// forgotten, flushes, and a clean close at the end. Nothing acknowledged is lost, nothing
// is there twice, what was shipped does not come back, what was acknowledged is known as
// a duplicate or a conflict.
func TestPowerCutAtEveryBoundary(t *testing.T) {
	writers, want := 4, int64(100)
	if os.Getenv("SPOOL_TEST_LONG") != "" { // two minutes; the short form takes seconds
		writers, want = 8, 400
	}
	b := &boundaries{mem: vfs.NewCrashableMem(), ledger: newLedger(), cuts: make(chan powerCut, 4)}
	h := &hands{}
	s := openTest(t, errorfs.Wrap(b.mem, b), func(o *Options) { h.set(o); o.pause, o.reclaim = time.Millisecond, time.Millisecond })
	old := oldIDs(t, s, h)
	b.on.Store(true)

	var checks sync.WaitGroup
	looked, acked := int64(0), 0
	checks.Go(func() {
		for c := range b.cuts {
			b.ledger.check(t, c.fs, c.promised)
			if looked++; t.Failed() {
				t.Logf("at operation %d", c.n)
				break
			}
			acked += len(c.promised.acked)
		}
		for range b.cuts { // let the run end
		}
	})
	stop := make(chan struct{})
	var run sync.WaitGroup
	for w := range writers {
		rng := rand.New(rand.NewPCG(5, uint64(w)))
		run.Go(func() {
			if err := b.ledger.write(s, w, rng, stop); err != nil {
				t.Error(err)
			}
		})
	}
	run.Go(func() {
		if err := b.ledger.ship(s, rand.New(rand.NewPCG(5, 99)), stop); err != nil {
			t.Error(err)
		}
	})
	run.Go(func() {
		if n, err := s.ForgetIDs(context.Background(), ninetyDays); err != nil || n != old {
			t.Errorf("forgot %d ids, want %d: %v", n, old, err)
		}
		if err := errors.Join(s.db.Flush(), s.saveAge()); err != nil {
			t.Error(err)
		}
	})
	for b.count.Load() < want && !t.Failed() {
		time.Sleep(time.Millisecond)
	}
	close(stop)
	run.Wait()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	close(b.cuts)
	checks.Wait()
	commits := len(b.ledger.certain().acked)
	t.Logf("%d power cuts, %d of them before a sync; %d acknowledged records, looked for %d times", looked, b.syncs.Load(), commits, acked)
	if looked < want || commits < int(b.syncs.Load())/2 {
		t.Errorf("only %d cuts, %d records for %d syncs: the test tests little", looked, commits, b.syncs.Load())
	}
}

// oldIDs leaves ids behind that may be forgotten, shipped long ago, and returns how many.
func oldIDs(t *testing.T, s *Spool, h *hands) uint64 {
	t.Helper()
	var old []Entry
	for i := range 100 {
		e := entry(uuid7(i-200*24*60*60*1000), 1)
		old = append(old, e, entry("old-"+e.ID, 1))
	}
	mustAppend(t, s, old...)
	if err := s.Shipped(uint64(len(old))); err != nil {
		t.Fatal(err)
	}
	h.uptime.Add(int64(100 * day))
	return uint64(len(old))
}
