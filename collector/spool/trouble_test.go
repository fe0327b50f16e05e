package spool

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// tableWrites fails the making of tables, as a full disk does, and counts.
type tableWrites struct {
	broken atomic.Bool
	count  atomic.Int64
}

func (w *tableWrites) String() string { return "table writes" }

func (w *tableWrites) MaybeError(op errorfs.Op) error {
	if op.Kind != errorfs.OpCreate || !strings.HasSuffix(op.Path, ".sst") || !w.broken.Load() {
		return nil
	}
	w.count.Add(1)
	return errorfs.ErrInjected
}

// lockedBuffer is a log that is read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.b.String()), "\n")
}

// Before it was held back, the store tried thousands of times a second and wrote a stack
// trace into the log each time.
func TestFailingBackgroundWorkIsHeldBack(t *testing.T) {
	faults, log := &tableWrites{}, &lockedBuffer{}
	s := openTest(t, errorfs.Wrap(vfs.NewMem(), faults), func(o *Options) {
		o.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelError}))
	})
	mustAppend(t, s, entry("a", 1))
	faults.broken.Store(true)
	flushed, err := s.db.AsyncFlush()
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if n := faults.count.Load(); n == 0 || n > 20 {
		t.Errorf("%d attempts in 300 ms, want a few", n)
	}
	if lines := log.lines(); len(lines) != 1 || !strings.Contains(lines[0], "background work failed") || strings.Contains(lines[0], "stack trace") {
		t.Errorf("logged:\n%s", strings.Join(lines, "\n"))
	}
	mustAppend(t, s, entry("b", 1)) // meanwhile the log still takes records
	faults.broken.Store(false)
	select {
	case <-flushed:
	case <-time.After(10 * time.Second):
		t.Fatal("the work is not done when the disk works again")
	}
	if got := mustRead(t, s, 0); len(got) != 2 {
		t.Errorf("records after the trouble: %v", got)
	}
}

func TestTroubleThatIsOverStartsAnew(t *testing.T) {
	log := &lockedBuffer{}
	tr := &trouble{log: slog.New(slog.NewTextHandler(log, nil))}
	now := time.Now()
	var longest time.Duration
	for range 20 {
		longest = tr.note(errorfs.ErrInjected, now)
		now = now.Add(longest)
	}
	if longest != lastTrouble {
		t.Errorf("the pause grew to %v, want %v", longest, lastTrouble)
	}
	if p := tr.note(errorfs.ErrInjected, now.Add(time.Minute)); p != firstTrouble {
		t.Errorf("a minute later the pause is %v, want %v", p, firstTrouble)
	}
	if lines := log.lines(); len(lines) != 2 || !strings.Contains(lines[1], "failures_not_logged=19") {
		t.Errorf("logged:\n%s", strings.Join(lines, "\n"))
	}
}
