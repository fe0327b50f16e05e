package spool

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// smallDisk mounts a file system of that many bytes, or skips the test where that is not
// allowed.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.Itoa(size)); err != nil {
		t.Skipf("a small file system cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func avail(t *testing.T, dir string) uint64 {
	t.Helper()
	u, err := vfs.Default.GetDiskUsage(dir)
	if err != nil {
		t.Fatal(err)
	}
	return u.AvailBytes
}

// fillUp appends until an error and returns how many records were acknowledged.
func fillUp(s *Spool, size int) (acked int, err error) {
	payload := make([]byte, size) // of bytes that do not compress
	_, _ = rand.Read(payload)
	for ; ; acked++ {
		if _, err := s.Append(context.Background(), []Entry{{ID: uuid7(acked), Kind: 1, Payload: payload}}); err != nil {
			return acked, err
		}
	}
}

// A spool refuses before its disk is full, and goes on when shipping has made room.
func TestFullBeforeTheDisk(t *testing.T) {
	dir := smallDisk(t, 480<<20)
	s := openTest(t, nil, func(o *Options) { o.Dir, o.MinFree, o.reclaim = dir+"/spool", 128<<20, time.Millisecond })
	acked, err := fillUp(s, 256<<10)
	if !errors.Is(err, ErrFull) || acked == 0 {
		t.Fatalf("after %d records: %v", acked, err)
	}
	if left := avail(t, dir); left < 16<<20 {
		t.Errorf("full with only %d bytes left", left)
	}
	if err := s.Shipped(uint64(acked)); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Compact(context.Background(), []byte{spaceRecord}, []byte{spaceRecord + 1}, false); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(roomPause) {
		got, err := s.Append(context.Background(), []Entry{entry(uuid7(acked), 1)})
		if err == nil && got[0] == Accepted {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("after shipping: %v, %v", got, err)
		}
	}
	mustBeSound(t, s)
}

// Without a limit the disk fills up under the log: the process ends, and after it got
// room everything acknowledged is there.
func TestDiskFull(t *testing.T) {
	if dir := os.Getenv("SPOOL_TEST_FULL"); dir != "" {
		stopped := make(chan struct{})
		s, err := Open(Options{Dir: dir, Fatal: func(error) { close(stopped) }})
		if err != nil {
			t.Fatal(err)
		}
		acked, err := fillUp(s, 8<<10)
		<-stopped
		fmt.Printf("ACKED %d %v\n", acked, errors.Is(err, ErrFailed))
		os.Exit(3)
	}
	dir := smallDisk(t, 48<<20)
	child := exec.Command(os.Args[0], "-test.run=^TestDiskFull$")
	child.Env = append(os.Environ(), "SPOOL_TEST_FULL="+dir+"/spool")
	out, err := child.CombinedOutput()
	if err == nil {
		t.Fatalf("the process went on:\n%s", out)
	}
	_, line, found := strings.Cut(string(out), "ACKED ")
	var acked int
	if _, err := fmt.Sscanf(line, "%d true", &acked); err != nil || !found || acked < 1000 {
		t.Fatalf("the process did not stop in order: %v\n%s", err, out)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size="+strconv.Itoa(256<<20)); err != nil {
		t.Fatal(err)
	}
	s := openTest(t, nil, func(o *Options) { o.Dir = dir + "/spool" })
	if st := mustStats(t, s); st.Depth < uint64(acked) || st.Depth > uint64(acked)+1 {
		t.Errorf("%d records, %d were acknowledged", st.Depth, acked)
	}
	mustBeSound(t, s)
	t.Logf("%d acknowledged records on a full disk of %d MiB, all there", acked, 48)
}

// noSpace answers writes with "no space left" once it is on.
type noSpace struct{ full atomic.Bool }

func (n *noSpace) String() string { return "no space" }

func (n *noSpace) MaybeError(op errorfs.Op) error {
	if n.full.Load() && op.Kind == errorfs.OpFileWrite && strings.HasSuffix(op.Path, ".log") {
		return syscall.ENOSPC
	}
	return nil
}

func TestNoSpaceStops(t *testing.T) {
	mem, disk := vfs.NewCrashableMem(), &noSpace{}
	var cause error
	s := openTest(t, errorfs.Wrap(mem, disk), func(o *Options) { o.Fatal = func(err error) { cause = err } })
	mustAppend(t, s, entry("before", 1))
	disk.full.Store(true)
	if _, err := s.Append(context.Background(), []Entry{entry("after", 1)}); !errors.Is(err, ErrFailed) || !errors.Is(cause, ErrFailed) {
		t.Fatalf("error = %v, cause = %v", err, cause)
	}
	if !strings.Contains(cause.Error(), syscall.ENOSPC.Error()) {
		t.Errorf("the cause does not say why: %v", cause)
	}
	again := openTest(t, mem.CrashClone(vfs.CrashCloneCfg{}))
	if got := mustAppend(t, again, entry("before", 1), entry("after", 1)); got[0] != Duplicate || got[1] != Accepted {
		t.Errorf("after the restart: %v", got)
	}
}
