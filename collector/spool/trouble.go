package spool

import (
	"log/slog"
	"sync"
	"time"
)

// Pauses of background work that fails again and again, and of its log lines.
const (
	firstTrouble = 5 * time.Millisecond
	lastTrouble  = 500 * time.Millisecond
	troubleOver  = 5 * time.Second
	troubleEvery = 10 * time.Second
)

// trouble holds back background work of the store that fails. The store tries it again at
// once, more than a thousand times a second while a disk is full, and every attempt would
// be a line in a log that may lie on the same disk.
type trouble struct {
	log *slog.Logger

	mu     sync.Mutex
	last   time.Time     // of the newest failure; monotonic, as all times here
	logged time.Time     // of the newest line
	silent int           // failures since then
	pause  time.Duration // after the newest failure
}

// failed notes a failure and returns when the work may be tried again: the store waits for it.
func (t *trouble) failed(err error) {
	time.Sleep(t.note(err, time.Now()))
}

func (t *trouble) note(err error, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.last) > troubleOver {
		t.pause = 0
	}
	t.pause = min(max(2*t.pause, firstTrouble), lastTrouble)
	t.last = now
	if !t.logged.IsZero() && now.Sub(t.logged) < troubleEvery {
		t.silent++
		return t.pause
	}
	t.log.Error("spool store: background work failed, trying again", "error", oneLine(err), "failures_not_logged", t.silent)
	t.logged, t.silent = now, 0
	return t.pause
}
