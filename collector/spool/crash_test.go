package spool

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// ledger is the test's own account of what it was told.
type ledger struct {
	mu      sync.Mutex
	acked   map[string]Entry  // told accepted or duplicate
	sent    map[string]Entry  // handed to Append
	shipped uint64            // Shipped returned
	gone    map[string]uint64 // handed to Shipped, with the record's number
}

func newLedger() *ledger {
	return &ledger{acked: map[string]Entry{}, sent: map[string]Entry{}, gone: map[string]uint64{}}
}

// certain is what had been promised before a crash.
type certain struct {
	acked   map[string]Entry
	shipped uint64
}

func (l *ledger) certain() certain {
	l.mu.Lock()
	defer l.mu.Unlock()
	return certain{acked: maps.Clone(l.acked), shipped: l.shipped}
}

// write appends until stop, single entries and small calls, now and then an id
// that somebody already sent.
func (l *ledger) write(s *Spool, writer int, rng *rand.Rand, stop <-chan struct{}) error {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return nil
		default:
		}
		entries := make([]Entry, 1+rng.IntN(4)*rng.IntN(4))
		for i := range entries {
			id := uuid7(n*1000 + writer*100 + i)
			if rng.IntN(5) == 0 {
				id = uuid7(rng.IntN(n+1)*1000 + rng.IntN(8)*100)
			}
			entries[i] = entry(id, 1)
		}
		l.mu.Lock()
		for _, e := range entries {
			l.sent[e.ID] = e
		}
		l.mu.Unlock()
		got, err := s.Append(context.Background(), entries)
		if err != nil {
			return err
		}
		l.mu.Lock()
		for i, o := range got {
			if o == Conflict {
				err = fmt.Errorf("entry %s: %v", entries[i].ID, o)
			}
			l.acked[entries[i].ID] = entries[i]
		}
		l.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// ship reads and ships until stop.
func (l *ledger) ship(s *Spool, rng *rand.Rand, stop <-chan struct{}) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { <-stop; cancel() }()
	next := s.shipped.Load()
	for {
		if err := s.Wait(ctx, next); err != nil {
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		}
		records, err := s.Read(next, 1+rng.IntN(50), 100_000)
		if err != nil {
			return err
		}
		l.mu.Lock()
		for i, r := range records {
			if r.Seq != next+1+uint64(i) {
				err = fmt.Errorf("read %d after %d", r.Seq, next+uint64(i))
			}
			if l.gone[r.ID] > 0 {
				err = fmt.Errorf("record %d, %s, was read twice", r.Seq, r.ID)
			}
			l.gone[r.ID] = r.Seq
		}
		l.mu.Unlock()
		if err != nil {
			return err
		}
		next = records[len(records)-1].Seq
		if err := s.Shipped(next); err != nil {
			return err
		}
		l.mu.Lock()
		l.shipped = next
		l.mu.Unlock()
	}
}

// check opens what a crash left and holds everything against the ledger.
func (l *ledger) check(t *testing.T, fs vfs.FS, promised certain) {
	t.Helper()
	s, err := Open(testOptions(t, fs))
	if err != nil {
		t.Errorf("open after a crash: %v", err)
		return
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	st := mustStats(t, s)
	if st.Shipped < promised.shipped {
		t.Errorf("shipped mark is %d, it was %d", st.Shipped, promised.shipped)
	}
	live := map[string]bool{}
	for i, r := range mustRead(t, s, 0) {
		if r.Seq != st.Shipped+1+uint64(i) {
			t.Errorf("record %d is number %d after the shipped mark %d", r.Seq, i+1, st.Shipped)
		}
		l.mu.Lock()
		want, ok := l.sent[r.ID]
		l.mu.Unlock()
		if !ok || string(want.Payload) != string(r.Payload) || want.Content != r.Content {
			t.Errorf("record %d, %s, is not what was sent", r.Seq, r.ID)
		}
		if live[r.ID] {
			t.Errorf("id %s is there twice", r.ID)
		}
		live[r.ID] = true
	}
	if uint64(len(live)) != st.Depth || mustBeSound(t, s).Records != st.Depth {
		t.Errorf("%d records, depth is %d", len(live), st.Depth)
	}
	var again []Entry
	for id, e := range promised.acked {
		l.mu.Lock()
		gone := l.gone[id]
		l.mu.Unlock()
		if !live[id] && (gone == 0 || gone > st.Shipped) {
			t.Errorf("acknowledged %s is lost", id)
		}
		again = append(again, e)
	}
	for i, o := range mustAppend(t, s, again...) {
		if o != Duplicate {
			t.Errorf("acknowledged %s sent again is %v", again[i].ID, o)
		}
	}
	for i := range again {
		again[i].Content[15] ^= 1
	}
	for i, o := range mustAppend(t, s, again...) {
		if o != Conflict {
			t.Errorf("acknowledged %s sent with other content is %v", again[i].ID, o)
		}
	}
}

// Power fails at random moments of a run of concurrent writers and a shipper.
// Whatever part of the unsynced bytes reached the disk, nothing acknowledged is
// lost, nothing is there twice, and nothing shipped comes back.
func TestPowerCuts(t *testing.T) {
	rounds, cuts := 8, 25
	if testing.Short() {
		rounds = 2
	}
	certainTotal := 0
	for round := range rounds {
		rng := rand.New(rand.NewPCG(uint64(round), 7))
		fs := vfs.NewCrashableMem()
		s := openTest(t, fs)
		l := newLedger()
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for w := range 8 {
			own := rand.New(rand.NewPCG(uint64(round), uint64(100+w)))
			wg.Go(func() {
				if err := l.write(s, w, own, stop); err != nil {
					t.Error(err)
				}
			})
		}
		own := rand.New(rand.NewPCG(uint64(round), 99))
		wg.Go(func() {
			if err := l.ship(s, own, stop); err != nil {
				t.Error(err)
			}
		})
		type cut struct {
			fs       *vfs.MemFS
			promised certain
		}
		var taken []cut
		for range cuts {
			for want := len(l.certain().acked) + rng.IntN(40); len(l.certain().acked) < want; {
				if t.Failed() {
					break
				}
			}
			promised := l.certain()
			clone := fs.CrashClone(vfs.CrashCloneCfg{
				UnsyncedDataPercent: rng.IntN(101),
				RNG:                 rand.New(rand.NewPCG(rng.Uint64(), 1)),
			})
			taken = append(taken, cut{clone, promised})
		}
		close(stop)
		wg.Wait()
		for _, c := range taken {
			certainTotal += len(c.promised.acked)
			l.check(t, c.fs, c.promised)
		}
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	t.Logf("%d power cuts, %d acknowledged records looked for", rounds*cuts, certainTotal)
	if certainTotal < rounds*cuts*20 {
		t.Errorf("only %d acknowledged records were looked for: the test tests little", certainTotal)
	}
}

// cutter takes the state that a power cut would leave just before one
// operation on the disk, counted from the start.
type cutter struct {
	mem      *vfs.MemFS
	at       int64
	percent  int
	count    atomic.Int64
	promised atomic.Bool // the caller holds an acknowledgement

	mu      sync.Mutex
	left    *vfs.MemFS
	certain bool
}

func (c *cutter) String() string { return "power cut" }

func (c *cutter) MaybeError(op errorfs.Op) error {
	if op.Kind == errorfs.OpLock || op.Kind.ReadOrWrite() == errorfs.OpIsRead || c.count.Add(1) != c.at {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.certain = c.promised.Load()
	c.left = c.mem.CrashClone(vfs.CrashCloneCfg{
		UnsyncedDataPercent: c.percent,
		RNG:                 rand.New(rand.NewPCG(uint64(c.at), 5)),
	})
	return nil
}

// Power fails before each operation on the disk from making the spool over one
// acknowledged record and its shipping to the clean close: the next start always
// works and keeps what was promised.
func TestPowerCutAtEveryOperation(t *testing.T) {
	for _, percent := range []int{0, 50, 100} {
		cuts, refused := int64(0), 0
		for {
			c := &cutter{mem: vfs.NewCrashableMem(), at: cuts + 1, percent: percent}
			wholeLife(t, c)
			c.mu.Lock()
			left, certain := c.left, c.certain
			c.mu.Unlock()
			if left == nil {
				break
			}
			cuts++
			again, err := Open(testOptions(t, left, func(o *Options) { o.Dir = "deep/in/spool" }))
			if err != nil {
				if percent == 0 || percent == 100 || !strings.Contains(err.Error(), "could not open manifest") {
					t.Errorf("cut before operation %d, %d%% unsynced: %v", cuts, percent, err)
				}
				refused++
				continue
			}
			got := mustAppend(t, again, entry("a", 1))
			if got[0] != Duplicate && (certain || got[0] != Accepted) {
				t.Errorf("cut before operation %d, %d%% unsynced: %v", cuts, percent, got)
			}
			mustBeSound(t, again)
			if err := again.Close(); err != nil {
				t.Error(err)
			}
			if t.Failed() {
				return
			}
		}
		t.Logf("%d%% of the unsynced bytes kept: %d cuts, %d refused", percent, cuts, refused)
		if cuts < 30 {
			t.Errorf("only %d operations: the test tests little", cuts)
		}
	}
}

func wholeLife(t *testing.T, c *cutter) {
	t.Helper()
	s := openTest(t, errorfs.Wrap(c.mem, c), func(o *Options) { o.Dir = "deep/in/spool" })
	mustAppend(t, s, entry("a", 1))
	c.promised.Store(true)
	if err := s.Shipped(1); err != nil {
		t.Error(err)
	}
	mustAppend(t, s, entry("b", 1))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
