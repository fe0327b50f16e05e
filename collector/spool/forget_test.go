package spool

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"
)

const (
	day        = 24 * time.Hour
	ninetyDays = 90 * day
)

// hands are the two clocks of a test: the wall's, which may jump, and the monotonic one.
type hands struct {
	wall   atomic.Int64 // nanoseconds after testTime
	uptime atomic.Int64
}

func (h *hands) set(o *Options) {
	o.Now = func() time.Time { return testTime.Add(time.Duration(h.wall.Load())) }
	o.uptime = func() time.Duration { return time.Duration(h.uptime.Load()) }
}

// pass lets time go by on both.
func (h *hands) pass(d time.Duration) {
	h.wall.Add(int64(d))
	h.uptime.Add(int64(d))
}

func mustForget(t *testing.T, s *Spool, want uint64) {
	t.Helper()
	if n, err := s.ForgetIDs(context.Background(), ninetyDays); err != nil || n != want {
		t.Errorf("forgot %d ids, want %d: %v", n, want, err)
	}
}

func TestForgetIDs(t *testing.T) {
	h := &hands{}
	s := openTest(t, vfs.NewMem(), h.set)
	const dayMillis = int(day / time.Millisecond)
	old := make([]Entry, 0, 3000)
	for i := range 2500 {
		old = append(old, entry(uuid7(i), 1))
	}
	old = append(old, entry("random-old", 1), entry(uuid7(4000*dayMillis), 1)) // the last by a clock far ahead
	mustAppend(t, s, old...)
	h.pass(100 * day)
	late := entry(uuid7(1200)[:35]+"f", 1) // an old id that arrives today, amid the old ones
	fresh := entry(uuid7(100*dayMillis), 1)
	mustAppend(t, s, late, fresh, entry("random-new", 1))
	mustForget(t, s, 0) // nothing is shipped yet
	if err := s.Shipped(2505); err != nil {
		t.Fatal(err)
	}
	mustForget(t, s, 2502)
	mustForget(t, s, 0)
	got := mustAppend(t, s, late, fresh, entry("random-new", 1), old[7], old[2499], old[2500], old[2501])
	if want := []Outcome{Duplicate, Duplicate, Duplicate, Accepted, Accepted, Accepted, Accepted}; !cmp.Equal(got, want) {
		t.Errorf("outcomes = %v, want %v", got, want)
	}
	if r := mustBeSound(t, s); r.IDs != 7 || mustStats(t, s).IDs != 7 {
		t.Errorf("%d ids are left, stats say %d, want 7", r.IDs, mustStats(t, s).IDs)
	}
}

// An id is kept for 90 days of service whatever the wall clock does, over restarts too,
// and goes on the day after.
func TestClockJumpsForgetNothing(t *testing.T) {
	for name, jump := range map[string]time.Duration{
		"steady": 0, "forward a century": 100 * 365 * day, "back to 1970": -testTime.Sub(time.Unix(0, 0)), "back a year": -365 * day,
	} {
		t.Run(name, func(t *testing.T) {
			fs, h := vfs.NewMem(), &hands{}
			s := openTest(t, fs, h.set)
			ids := []Entry{entry(uuid7(1), 1), entry("random", 1)}
			mustAppend(t, s, ids...)
			if err := s.Shipped(2); err != nil {
				t.Fatal(err)
			}
			h.wall.Add(int64(jump))
			mustForget(t, s, 0)
			for range 30 { // thirty restarts, three days of service each
				h.pass(3 * day)
				mustForget(t, s, 0)
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				h.wall.Add(int64(day)) // switched off
				h.uptime.Store(0)
				s = openTest(t, fs, h.set)
				mustForget(t, s, 0)
			}
			for _, o := range mustAppend(t, s, ids...) {
				if o != Duplicate {
					t.Errorf("after 90 days of service: %v", o)
				}
			}
			h.pass(day)
			mustForget(t, s, 2)
		})
	}
}

// A crash loses at most what passed since the calendar was last written: ids live longer
// by that, never shorter.
func TestAgeAfterCrash(t *testing.T) {
	fs, h := vfs.NewCrashableMem(), &hands{}
	s := openTest(t, fs, h.set)
	mustAppend(t, s, entry("a", 1))
	h.pass(5 * day)
	if err := s.saveAge(); err != nil {
		t.Fatal(err)
	}
	h.pass(10 * day)
	left := fs.CrashClone(vfs.CrashCloneCfg{})
	h.uptime.Store(0)
	again := openTest(t, left, h.set)
	if got, want := again.age.seconds(), testTime.Add(5*day).Unix(); got != want {
		t.Errorf("the calendar stands at %d, want %d", got, want)
	}
}

// Whatever is sent while ids are forgotten, no id that is younger is lost, none older
// is kept, and the count is right.
func TestForgetWhileAppending(t *testing.T) {
	fs, h := vfs.NewMem(), &hands{}
	s := openTest(t, fs, h.set)
	rng := rand.New(rand.NewPCG(3, 4))
	var old []Entry
	for i := range 9000 {
		old = append(old, entry(uuid7(i*2), 1))
		if i%3 == 0 {
			old = append(old, entry(fmt.Sprintf("x-%08x", rng.Uint32()), 1))
		}
	}
	for part := range 10 {
		mustAppend(t, s, old[part*len(old)/10:(part+1)*len(old)/10]...)
		h.pass(time.Hour)
	}
	if err := s.Shipped(uint64(len(old))); err != nil {
		t.Fatal(err)
	}
	h.pass(92 * day)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		defer close(done)
		for n := 1; ctx.Err() == nil; n += 2 { // odd times: amid the old ones
			got, err := s.Append(context.Background(), []Entry{entry(uuid7(n), 1)})
			if err == nil && got[0] != Accepted {
				err = fmt.Errorf("id %d: %v", n, got)
			}
			if err != nil {
				done <- err
				return
			}
		}
	}()
	mustForget(t, s, uint64(len(old)))
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	st := mustStats(t, s)
	if r := mustBeSound(t, s); r.IDs != st.IDs || st.IDs != st.Last-uint64(len(old)) {
		t.Errorf("%d ids are left, stats say %d, want %d", r.IDs, st.IDs, st.Last-uint64(len(old)))
	}
}

func TestForgetIsInterrupted(t *testing.T) {
	h := &hands{}
	s := openTest(t, vfs.NewMem(), h.set)
	for part := range 5 {
		var es []Entry
		for i := range 2000 {
			es = append(es, entry(uuid7(part*2000+i), 1))
		}
		mustAppend(t, s, es...)
	}
	if err := s.Shipped(10_000); err != nil {
		t.Fatal(err)
	}
	h.pass(92 * day)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if n, err := s.ForgetIDs(ctx, ninetyDays); !errors.Is(err, context.Canceled) || n != 0 {
		t.Errorf("interrupted: %d, %v", n, err)
	}
	mustForget(t, s, 10_000)
}
