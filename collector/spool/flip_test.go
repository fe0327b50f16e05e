package spool

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// lived is a spool with a history: shipped, flushed, unshipped, and a log that is not
// empty, cut off from its power once the witness had seen everything.
func lived(t *testing.T, n, shipped int) *vfs.MemFS {
	t.Helper()
	fs := vfs.NewCrashableMem()
	o := func(o *Options) { o.pause = time.Millisecond }
	s := openTest(t, fs, o)
	for i := range n / 2 {
		mustAppend(t, s, entry(uuid7(i), 1))
	}
	if err := s.Shipped(uint64(shipped)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openTest(t, fs, o)
	for i := n / 2; i < n; i++ {
		mustAppend(t, s, entry(uuid7(i), 1))
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		clone := fs.CrashClone(vfs.CrashCloneCfg{})
		seen, err := readWitness(clone, "spool")
		if err != nil {
			t.Fatal(err)
		}
		if seen.seq == uint64(n) {
			return clone
		}
		if time.Now().After(deadline) {
			t.Fatalf("the witness stands at %d of %d", seen.seq, n)
		}
	}
}

// silent opens a spool and returns what is wrong with it without being reported: "" when
// everything is right or something was reported.
func silent(t *testing.T, fs vfs.FS, n, shipped int) (wrong string, reported bool) {
	t.Helper()
	s, err := Open(testOptions(t, fs))
	if err != nil {
		if err.Error() == "" {
			t.Error("an error without words")
		}
		return "", true
	}
	defer func() {
		if err := s.Close(); err != nil && !errors.Is(err, ErrDamaged) {
			t.Logf("close: %v", err)
		}
	}()
	r, err := s.Verify(context.Background())
	if err != nil || len(r.Damage) > 0 {
		return "", true
	}
	if st, err := s.Stats(); err != nil || st.Shipped != uint64(shipped) || st.Last != uint64(n) {
		return "the marks", false
	}
	got, err := s.Read(0, n, 1<<30)
	if err != nil {
		return "", true
	}
	if len(got) != n-shipped {
		return "the number of records", false
	}
	for i, r := range got {
		want := entry(uuid7(shipped+i), 1)
		if r.ID != want.ID || string(r.Payload) != string(want.Payload) || r.Content != want.Content || r.Kind != want.Kind {
			return "record " + want.ID, false
		}
	}
	for i := range n {
		got, err := s.Append(context.Background(), []Entry{entry(uuid7(i), 1)})
		if err != nil {
			return "", true
		}
		if got[0] != Duplicate {
			return "the memory of " + uuid7(i), false
		}
	}
	return "", false
}

// One flipped bit anywhere in any file of a spool, in the log, the finished files, the
// table of contents, the options or the witness, does no harm or is reported.
func TestFlippedByteAnywhere(t *testing.T) {
	const n, shipped = 160, 30
	clean := lived(t, n, shipped)
	if wrong, reported := silent(t, clean.CrashClone(vfs.CrashCloneCfg{}), n, shipped); wrong != "" || reported {
		t.Fatalf("without damage: %q, %v", wrong, reported)
	}
	names, err := clean.List("spool")
	if err != nil {
		t.Fatal(err)
	}
	samples := 60
	if testing.Short() {
		samples = 12
	}
	for _, name := range names {
		size := len(fileData(t, clean, name))
		found := 0
		step := max(1, size/samples)
		places := 0
		for at := 0; at < size; at += step {
			places++
			fs := clean.CrashClone(vfs.CrashCloneCfg{})
			fileData(t, fs, name)[at] ^= 1 << (at % 8)
			wrong, reported := silent(t, fs, n, shipped)
			if wrong != "" {
				t.Errorf("%s, byte %d of %d flipped: %s is wrong in silence", name, at, size, wrong)
			}
			if reported {
				found++
			}
		}
		t.Logf("%s: %d bytes, %d flips, %d reported, the others without consequence", name, size, places, found)
	}
}
