package spool

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// crashed returns the file system of a fresh spool with n acknowledged records
// that lost its power once the witness had seen them.
func crashed(t *testing.T, n int) *vfs.MemFS {
	t.Helper()
	fs := vfs.NewCrashableMem()
	s := openTest(t, fs, func(o *Options) { o.pause = time.Millisecond })
	for i := range n {
		mustAppend(t, s, entry(uuid7(i), 1))
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
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
		time.Sleep(time.Millisecond)
	}
}

// logFile returns the path of the one log that holds data.
func logFile(t *testing.T, fs *vfs.MemFS) string {
	t.Helper()
	names, err := fs.List("spool")
	if err != nil {
		t.Fatal(err)
	}
	best, size := "", 0
	for _, name := range names {
		if !strings.HasSuffix(name, ".log") {
			continue
		}
		if data := fileData(t, fs, name); len(data) > size {
			best, size = name, len(data)
		}
	}
	if best == "" {
		t.Fatalf("no log among %v", names)
	}
	return best
}

func fileData(t *testing.T, fs *vfs.MemFS, name string) []byte {
	t.Helper()
	data, err := fs.UnsafeGetFileDataBuffer(filepath.Join("spool", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// missing opens the spool and returns "" when all n records are there and sound,
// "reported" when Open or Verify says what is wrong, and else what was lost.
func missing(t *testing.T, fs vfs.FS, n int) string {
	t.Helper()
	s, err := Open(testOptions(t, fs))
	if err != nil {
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("damage is reported as %v", err)
		}
		return "reported"
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	r, err := s.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Damage) > 0 {
		return "reported"
	}
	got := mustRead(t, s, 0)
	for i := range n {
		if i >= len(got) || got[i].ID != uuid7(i) || string(got[i].Payload) != string(entry(uuid7(i), 1).Payload) {
			return uuid7(i)
		}
	}
	return ""
}

// The regression test of the brand-new store: no single flipped byte in its
// first log may lose a record in silence, wherever it is, also not in the last
// block, where the store itself takes damage for the end.
func TestFlippedByteInFreshLog(t *testing.T) {
	const n = 120
	clean := crashed(t, n)
	name := logFile(t, clean)
	size := len(fileData(t, clean, name))
	if size < 64<<10 {
		t.Fatalf("the log has %d bytes: too short to tell its last block from others", size)
	}
	if got := missing(t, clean.CrashClone(vfs.CrashCloneCfg{}), n); got != "" {
		t.Fatalf("without damage: %s", got)
	}
	step := 331
	if testing.Short() {
		step = 3001
	}
	var places []int
	for at := 0; at < size; at += step {
		places = append(places, at)
	}
	for at := range 40 { // every byte of the first and of the last headers
		places = append(places, at, size-1-at, size-700-at)
	}
	reported := 0
	for _, at := range places {
		fs := clean.CrashClone(vfs.CrashCloneCfg{})
		fileData(t, fs, name)[at] ^= 0x01
		switch got := missing(t, fs, n); got {
		case "":
		case "reported":
			reported++
		default:
			t.Errorf("byte %d of %d flipped: record %s is gone in silence", at, size, got)
		}
	}
	t.Logf("%d places, %d reported", len(places), reported)
	if reported < len(places)*9/10 {
		t.Errorf("only %d of %d flips were reported", reported, len(places))
	}
}

func TestLostLog(t *testing.T) {
	const n = 120
	for _, loss := range []string{"cut at half", "cut by one record", "removed", "store removed"} {
		t.Run(loss, func(t *testing.T) {
			fs := crashed(t, n)
			name := logFile(t, fs)
			data := slices.Clone(fileData(t, fs, name))
			remove := []string{name}
			switch loss {
			case "cut at half":
				data = data[:len(data)/2]
			case "cut by one record":
				data = data[:len(data)-600]
			case "removed":
				data = nil
			case "store removed":
				data = nil
				all, err := fs.List("spool")
				if err != nil {
					t.Fatal(err)
				}
				remove = slices.DeleteFunc(all, func(f string) bool { return f == witnessFile })
			}
			for _, f := range remove {
				if err := fs.Remove(filepath.Join("spool", f)); err != nil {
					t.Fatal(err)
				}
			}
			if data != nil {
				f, err := fs.Create(filepath.Join("spool", name), vfs.WriteCategoryUnspecified)
				if err != nil {
					t.Fatal(err)
				}
				if _, err = f.Write(data); err == nil {
					err = f.Close()
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			_, err := Open(testOptions(t, fs))
			var d *Damage
			if !errors.As(err, &d) || !errors.Is(err, ErrDamaged) || d.To != n {
				t.Fatalf("error = %v, want damage up to record %d", err, n)
			}
			t.Log(err)
			if loss == "store removed" {
				return
			}
			s, err := OpenReadOnly(testOptions(t, fs))
			if err != nil {
				t.Fatal(err)
			}
			r, err := s.Verify(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Damage) != 1 || r.Damage[0].From != d.From || r.Damage[0].To != n || r.Records != d.From-1 {
				t.Errorf("report = %+v, want records %d to %d missing", r, d.From, n)
			}
			if _, err := s.Append(context.Background(), nil); !errors.Is(err, ErrReadOnly) {
				t.Errorf("append to a read-only spool: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Damage in a finished file is found by Verify with its extent, stops Read at
// its place, and the records around it stay readable.
func TestFlippedByteInFinishedFile(t *testing.T) {
	const n = 400
	fs := vfs.NewCrashableMem()
	s := openTest(t, fs)
	for i := range n {
		mustAppend(t, s, entry(uuid7(i), 1))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := fs.List("spool")
	if err != nil {
		t.Fatal(err)
	}
	damaged := 0
	for _, name := range names {
		if !strings.HasSuffix(name, ".sst") {
			continue
		}
		size := len(fileData(t, fs, name))
		for at := 100; at < size; at += size/23 + 1 {
			clone := fs.CrashClone(vfs.CrashCloneCfg{})
			fileData(t, clone, name)[at] ^= 0x10
			s, err := Open(testOptions(t, clone))
			if err != nil {
				if !errors.Is(err, ErrDamaged) {
					t.Errorf("%s byte %d: %v", name, at, err)
				}
				damaged++
				continue
			}
			r, err := s.Verify(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			lost := uint64(0)
			for _, d := range r.Damage {
				if d.Place == "records" {
					lost += d.To - d.From + 1
				}
			}
			if r.Records+lost != n {
				t.Errorf("%s byte %d: %d records readable and %d reported, want %d in all", name, at, r.Records, lost, n)
			}
			if lost > 0 || len(r.Damage) > 0 {
				damaged++
			}
			readAround(t, s, n)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if damaged < 10 {
		t.Errorf("only %d flips did damage: the test tests nothing", damaged)
	}
}

// readAround reads like a shipper that passes over reported damage and checks
// that no record is passed over without a report.
func readAround(t *testing.T, s *Spool, n uint64) {
	t.Helper()
	for after := uint64(0); after < n; {
		got, err := s.Read(after, 50, 1<<20)
		var d *Damage
		switch {
		case err == nil && len(got) > 0:
			if got[0].Seq != after+1 {
				t.Fatalf("read %d after %d", got[0].Seq, after)
			}
			after = got[len(got)-1].Seq
		case errors.As(err, &d) && d.From == after+1:
			after = d.To
		default:
			t.Fatalf("after %d: %d records, %v", after, len(got), err)
		}
	}
}

func TestWitnessOfAnotherSpool(t *testing.T) {
	a, b := crashed(t, 3), crashed(t, 3)
	copy(fileData(t, a, witnessFile), fileData(t, b, witnessFile))
	if _, err := Open(testOptions(t, a)); !errors.Is(err, ErrDamaged) {
		t.Errorf("error = %v, want ErrDamaged", err)
	}
	clear(fileData(t, b, witnessFile))
	if _, err := Open(testOptions(t, b)); !errors.Is(err, ErrDamaged) {
		t.Errorf("blank witness: error = %v, want ErrDamaged", err)
	}
}
