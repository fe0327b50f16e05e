package spool

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// logSyncs fails or counts the syncs of log files.
type logSyncs struct {
	broken atomic.Bool
	count  atomic.Int64
}

func (l *logSyncs) String() string { return "log syncs" }

func (l *logSyncs) MaybeError(op errorfs.Op) error {
	switch op.Kind {
	case errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo:
	default:
		return nil
	}
	if !strings.HasSuffix(op.Path, ".log") {
		return nil
	}
	l.count.Add(1)
	if l.broken.Load() {
		return errorfs.ErrInjected
	}
	return nil
}

// After a failed fsync nobody is told that a record is safe, ever again, and the
// process is asked to end exactly once.
func TestFailedSyncStops(t *testing.T) {
	mem := vfs.NewCrashableMem()
	faults := &logSyncs{}
	var stops atomic.Int64
	var cause atomic.Value
	s := openTest(t, errorfs.Wrap(mem, faults), func(o *Options) {
		o.Fatal = func(err error) { stops.Add(1); cause.Store(err) }
	})
	mustAppend(t, s, entry("before", 1))
	waiting := make(chan error, 1)
	go func() { waiting <- s.Wait(context.Background(), 1) }()
	faults.broken.Store(true)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if got, err := s.Append(context.Background(), []Entry{entry(uuid7(i), 1)}); !errors.Is(err, ErrFailed) || got != nil {
				t.Errorf("append over a failing disk: %v, %v", got, err)
			}
		})
	}
	wg.Wait()
	if err := <-waiting; !errors.Is(err, ErrFailed) {
		t.Errorf("wait: %v", err)
	}
	faults.broken.Store(false)
	if _, err := s.Append(context.Background(), []Entry{entry("before", 1)}); !errors.Is(err, ErrFailed) {
		t.Errorf("a duplicate was answered after the failure: %v", err)
	}
	if _, err := s.Read(0, 10, 1000); !errors.Is(err, ErrFailed) {
		t.Errorf("read: %v", err)
	}
	if err := s.Shipped(1); !errors.Is(err, ErrFailed) {
		t.Errorf("shipped: %v", err)
	}
	if stops.Load() != 1 {
		t.Errorf("Fatal was called %d times", stops.Load())
	}
	if err, _ := cause.Load().(error); !errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), "injected") {
		t.Errorf("cause = %v", err)
	}
	again := openTest(t, mem.CrashClone(vfs.CrashCloneCfg{}))
	if got := mustRead(t, again, 0); len(got) != 1 || got[0].ID != "before" {
		t.Errorf("after the crash: %v", got)
	}
	mustBeSound(t, again)
}

func TestFailedSyncOfTheShippedMarkStops(t *testing.T) {
	faults := &logSyncs{}
	stopped := false
	s := openTest(t, errorfs.Wrap(vfs.NewMem(), faults), func(o *Options) {
		o.Fatal = func(error) { stopped = true }
		o.reclaim = time.Hour // the abandoned store must not panic on its disk during other tests
	})
	mustAppend(t, s, entry("a", 1))
	faults.broken.Store(true)
	if err := s.Shipped(1); !errors.Is(err, ErrFailed) || !stopped {
		t.Errorf("error = %v, stopped = %v", err, stopped)
	}
}

func TestSecondOpen(t *testing.T) {
	dir := t.TempDir()
	if name := os.Getenv("SPOOL_TEST_LOCKED"); name != "" {
		_, err := Open(Options{Dir: name})
		if err == nil || !errors.Is(err, ErrLocked) {
			t.Errorf("second process: %v", err)
		}
		t.Log(err)
		return
	}
	s := openTest(t, nil, func(o *Options) { o.Dir = dir })
	for name, open := range map[string]func(Options) (*Spool, error){"Open": Open, "OpenReadOnly": OpenReadOnly} {
		if _, err := open(Options{Dir: dir}); !errors.Is(err, ErrLocked) {
			t.Errorf("%s in the same process: %v", name, err)
		}
	}
	child := exec.Command(os.Args[0], "-test.run=^TestSecondOpen$", "-test.v")
	child.Env = append(os.Environ(), "SPOOL_TEST_LOCKED="+dir)
	out, err := child.CombinedOutput()
	want := "open spool " + dir + ": another process has the spool open: stop it first or choose another directory"
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("second process: %v\n%s", err, out)
	}
	mustAppend(t, s, entry("a", 1))
}
