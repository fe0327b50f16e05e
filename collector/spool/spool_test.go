package spool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"
)

var testTime = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

// openTest opens a spool on fs and closes it at the end of the test.
func openTest(t testing.TB, fs vfs.FS, change ...func(*Options)) *Spool {
	t.Helper()
	s, err := Open(testOptions(t, fs, change...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, ErrFailed) {
			t.Error(err)
		}
	})
	return s
}

func testOptions(t testing.TB, fs vfs.FS, change ...func(*Options)) Options {
	o := Options{
		Dir:   "spool",
		FS:    fs,
		Now:   func() time.Time { return testTime },
		Fatal: func(err error) { t.Errorf("unexpected stop: %v", err) },
	}
	for _, c := range change {
		c(&o)
	}
	return o
}

// uuid7 makes a time-ordered id for tests, n milliseconds after testTime.
func uuid7(n int) string {
	ms := uint64(testTime.UnixMilli() + int64(n))
	return fmt.Sprintf("%08x-%04x-7000-8000-%012x", ms>>16, ms&0xffff, n)
}

// entry is a test record whose content and payload follow from id and version.
func entry(id string, version byte) Entry {
	return Entry{
		ID: id, Kind: 1, Content: [16]byte{version, byte(len(id))},
		Payload: bytes.Repeat([]byte(id), 600/len(id)+int(version)),
	}
}

func mustAppend(t testing.TB, s *Spool, entries ...Entry) []Outcome {
	t.Helper()
	got, err := s.Append(context.Background(), entries)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func mustRead(t testing.TB, s *Spool, after uint64) []Record {
	t.Helper()
	got, err := s.Read(after, 1<<30, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func mustStats(t testing.TB, s *Spool) Stats {
	t.Helper()
	st, err := s.Stats()
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// mustBeSound fails the test when Verify reports anything.
func mustBeSound(t testing.TB, s *Spool) Report {
	t.Helper()
	r, err := s.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Damage {
		t.Errorf("unexpected damage: %v", &d)
	}
	return r
}

func TestAppendOutcomes(t *testing.T) {
	long := uuid7(1)
	other := entry("b", 1)
	other.Kind = 2
	steps := []struct {
		name    string
		entries []Entry
		want    []Outcome
	}{
		{"new ids", []Entry{entry(long, 1), entry("b", 1)}, []Outcome{Accepted, Accepted}},
		{"repeated", []Entry{entry(long, 1), entry("b", 1)}, []Outcome{Duplicate, Duplicate}},
		{"other content", []Entry{entry("b", 2), entry("c", 1)}, []Outcome{Conflict, Accepted}},
		{"the first stays", []Entry{entry("b", 1), entry("b", 2)}, []Outcome{Duplicate, Conflict}},
		{"other kind is another id", []Entry{other}, []Outcome{Accepted}},
		{"inside one call", []Entry{entry("d", 1), entry("d", 1), entry("d", 2), entry("d", 1)}, []Outcome{Accepted, Duplicate, Conflict, Duplicate}},
		{"conflict twice inside one call", []Entry{entry("b", 3), entry("b", 3), entry("b", 1)}, []Outcome{Conflict, Conflict, Duplicate}},
		{"none", nil, nil},
	}
	fs := vfs.NewMem()
	s := openTest(t, fs)
	for _, step := range steps {
		if diff := cmp.Diff(step.want, mustAppend(t, s, step.entries...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
	want := []Record{
		{Seq: 1, ID: long}, {Seq: 2, ID: "b"}, {Seq: 3, ID: "c"}, {Seq: 4, ID: "b", Kind: 2}, {Seq: 5, ID: "d"},
	}
	for i := range want {
		e := entry(want[i].ID, 1)
		want[i].Kind = max(want[i].Kind, e.Kind)
		want[i].Content, want[i].Payload, want[i].SpooledAt = e.Content, e.Payload, testTime
	}
	if diff := cmp.Diff(want, mustRead(t, s, 0)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, fs)
	if diff := cmp.Diff(want, mustRead(t, s, 0)); diff != "" {
		t.Errorf("records after reopening (-want +got):\n%s", diff)
	}
	if got := mustAppend(t, s, entry(long, 1), entry("b", 9), entry("e", 1)); !cmp.Equal(got, []Outcome{Duplicate, Conflict, Accepted}) {
		t.Errorf("outcomes after reopening = %v", got)
	}
	mustBeSound(t, s)
}

func TestAppendRefusesWhatIsOutsideTheLimits(t *testing.T) {
	s := openTest(t, vfs.NewMem())
	cases := map[string][]Entry{
		"no id":              {entry("ok", 1), {Kind: 1}},
		"long id":            {{ID: string(make([]byte, MaxID+1))}},
		"large payload":      {{ID: "a", Payload: make([]byte, MaxPayload+1)}},
		"large call":         many(17, make([]byte, MaxPayload)),
		"large call, at end": append([]Entry{entry("ok", 1)}, many(17, make([]byte, MaxPayload))...),
	}
	for name, entries := range cases {
		if _, err := s.Append(context.Background(), entries); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: error = %v, want ErrInvalid", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Append(ctx, []Entry{entry("ok", 1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error = %v", err)
	}
	if st := mustStats(t, s); st.Last != 0 || st.Bytes != 0 {
		t.Errorf("something was stored: %+v", st)
	}
}

func many(n int, payload []byte) []Entry {
	es := make([]Entry, n)
	for i := range es {
		es[i] = Entry{ID: uuid7(i), Payload: payload}
	}
	return es
}

// A call larger than half a memory table takes another way through the store.
func TestLargeAppend(t *testing.T) {
	fs := vfs.NewMem()
	s := openTest(t, fs)
	es := many(15, bytes.Repeat([]byte("x"), MaxPayload))
	for i, o := range mustAppend(t, s, es...) {
		if o != Accepted {
			t.Errorf("entry %d is %v", i, o)
		}
	}
	if got := mustRead(t, s, 0); len(got) != len(es) || !bytes.Equal(got[14].Payload, es[14].Payload) {
		t.Errorf("read %d records, want %d", len(got), len(es))
	}
	if got := mustAppend(t, s, es...); got[0] != Duplicate || got[14] != Duplicate {
		t.Errorf("repeated outcomes = %v", got)
	}
	mustBeSound(t, s)
}

// Many callers send the same ids at once: one of them is accepted, and none is
// told of a duplicate before the first copy may be read.
func TestConcurrentCallersShareIDs(t *testing.T) {
	s := openTest(t, vfs.NewMem())
	const writers, ids = 16, 200
	var mu sync.Mutex
	accepted := map[string]int{}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range ids {
				id := uuid7((i*7 + w) % ids)
				got, err := s.Append(context.Background(), []Entry{entry(id, 1), entry(uuid7(i), 1)})
				if err != nil {
					t.Error(err)
					return
				}
				acked := s.ackedSeq()
				value, err := get(s.db, appendIndexKey(nil, 1, id))
				if err != nil {
					t.Error(err)
					return
				}
				k, err := decodeIndex(value)
				if err != nil || k.seq > acked {
					t.Errorf("answered %v for record %d while %d are acknowledged: %v", got, k.seq, acked, err)
				}
				mu.Lock()
				if got[0] == Accepted {
					accepted[id]++
				}
				if got[1] == Accepted {
					accepted[uuid7(i)]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for id, n := range accepted {
		if n != 1 {
			t.Errorf("%s was accepted %d times", id, n)
		}
	}
	if got := mustRead(t, s, 0); len(got) != ids || len(accepted) != ids {
		t.Errorf("%d records, %d accepted ids, want %d", len(got), len(accepted), ids)
	}
	mustBeSound(t, s)
}

func TestFull(t *testing.T) {
	fs := vfs.NewMem()
	fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 999, TotalBytes: 10_000, UsedBytes: 9_001})
	t.Run("disk", func(t *testing.T) {
		s := openTest(t, fs, func(o *Options) { o.MinFree = 1000 })
		if _, err := s.Append(context.Background(), []Entry{entry("a", 1)}); !errors.Is(err, ErrFull) {
			t.Errorf("error = %v, want ErrFull", err)
		}
	})
	t.Run("live bytes", func(t *testing.T) {
		s := openTest(t, fs, func(o *Options) { o.MinFree, o.MaxBytes = 999, 1000 })
		mustAppend(t, s, entry("a", 1))
		mustAppend(t, s, entry("b", 1))
		if _, err := s.Append(context.Background(), []Entry{entry("c", 1)}); !errors.Is(err, ErrFull) {
			t.Errorf("error = %v, want ErrFull", err)
		}
		if err := s.Shipped(2); err != nil {
			t.Fatal(err)
		}
		if got := mustAppend(t, s, entry("c", 1)); got[0] != Accepted {
			t.Errorf("after shipping: %v", got)
		}
	})
}

func TestReadAndShip(t *testing.T) {
	fs := vfs.NewMem()
	s := openTest(t, fs)
	for i := range 10 {
		mustAppend(t, s, entry(uuid7(i), 1))
	}
	size := len(entry(uuid7(0), 1).Payload)
	cases := []struct {
		name         string
		after        uint64
		count, bytes int
		first, last  uint64
	}{
		{"all", 0, 100, 1 << 20, 1, 10},
		{"after the third", 3, 100, 1 << 20, 4, 10},
		{"two", 3, 2, 1 << 20, 4, 5},
		{"by size", 0, 100, 3*size + 1, 1, 3},
		{"always one", 0, 100, 1, 1, 1},
		{"at the end", 10, 100, 1 << 20, 0, 0},
		{"past the end", 99, 100, 1 << 20, 0, 0},
	}
	for _, c := range cases {
		got, err := s.Read(c.after, c.count, c.bytes)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var first, last uint64
		if len(got) > 0 {
			first, last = got[0].Seq, got[len(got)-1].Seq
		}
		if first != c.first || last != c.last {
			t.Errorf("%s: read %d to %d, want %d to %d", c.name, first, last, c.first, c.last)
		}
	}
	if err := s.Shipped(11); err == nil {
		t.Error("marking a record that is not there was allowed")
	}
	for _, upTo := range []uint64{4, 4, 2} {
		if err := s.Shipped(upTo); err != nil {
			t.Fatal(err)
		}
	}
	perRecord := uint64(recordSize(entry(uuid7(0), 1)))
	check := func(s *Spool) {
		t.Helper()
		got := mustStats(t, s)
		got.IndexBytes, got.DiskBytes, got.Syncs, got.SyncTime = 0, 0, 0, 0
		want := Stats{Depth: 6, Bytes: 6 * perRecord, Oldest: testTime, Last: 10, Shipped: 4, IDs: 10}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("stats (-want +got):\n%s", diff)
		}
		if got := mustRead(t, s, 0); len(got) != 6 || got[0].Seq != 5 {
			t.Errorf("read %d records", len(got))
		}
		if r := mustBeSound(t, s); r.Records != 6 || r.Bytes != 6*perRecord || r.IDs != 10 {
			t.Errorf("report = %+v", r)
		}
	}
	check(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, fs)
	check(s)
	if err := s.Shipped(10); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, fs)
	mustAppend(t, s, entry(uuid7(99), 1))
	if got := mustRead(t, s, 0); len(got) != 1 || got[0].Seq != 11 {
		t.Errorf("the sequence did not go on after everything was shipped: %v", got)
	}
}

func TestWait(t *testing.T) {
	s := openTest(t, vfs.NewMem())
	came := make(chan error, 1)
	go func() { came <- s.Wait(context.Background(), 1) }()
	mustAppend(t, s, entry("a", 1))
	select {
	case err := <-came:
		t.Fatalf("came back for record 1: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	mustAppend(t, s, entry("b", 1))
	if err := <-came; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { came <- s.Wait(ctx, 2) }()
	cancel()
	if err := <-came; !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want Canceled", err)
	}
	go func() { came <- s.Wait(context.Background(), 2) }()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-came; !errors.Is(err, ErrClosed) {
		t.Errorf("error = %v, want ErrClosed", err)
	}
	if _, err := s.Append(context.Background(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
}
