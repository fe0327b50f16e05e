package spool

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Limits of one entry and of one call.
const (
	// MaxID is the longest sender's id in bytes.
	MaxID = 64
	// MaxPayload is the longest payload in bytes.
	MaxPayload = 4 << 20
	// MaxAppend is the most payload bytes that one Append takes.
	MaxAppend = 64 << 20
)

// Options says where a spool lies and what it may use.
type Options struct {
	// Dir is the directory, made if it is missing. It belongs to the spool alone.
	Dir string
	// MaxBytes limits the records not yet shipped; 0 is no limit. The check comes
	// before the write, so the calls under way may pass it by their own size.
	MaxBytes uint64
	// MinFree is how many bytes the file system must keep free, but never more than a
	// quarter of it; 0 checks nothing. The free space is looked up four times a second,
	// and after each sixteenth of that which was written.
	MinFree uint64
	// FS is the file system; nil is the machine's own.
	FS vfs.FS
	// Now is the clock for SpooledAt; nil is time.Now. Nothing else depends on it: it
	// may jump.
	Now func() time.Time
	// Logger receives what an operator should know; nil discards it.
	Logger *slog.Logger
	// Fatal is called once, when a write or an fsync failed, and should end the
	// process. If it returns, every call answers ErrFailed; the store's own work in
	// the background may still end the process by a panic when it meets the same
	// disk. nil is os.Exit(1).
	Fatal func(error)

	pause   time.Duration        // between two writes of the witness; shorter in tests
	reclaim time.Duration        // from Shipped to the flush that frees space
	uptime  func() time.Duration // monotonic time since Open, in tests; nil is the machine's
}

// Spool is an open spool. Its methods may be called concurrently.
type Spool struct {
	opts    Options
	db      *pebble.DB
	lock    *pebble.Lock
	id      [16]byte
	witness *witness // nil when read only

	// life is held for reading by every call that uses db, for writing by Close.
	life   sync.RWMutex
	closed bool          // guarded by life
	ending chan struct{} // closed at the start of Close: wakes Wait and the witness

	failOnce sync.Once
	failed   chan struct{} // closed after a failed write
	failure  error         // set before failed is closed

	// order makes the order of sequence numbers the order of the log. It is held
	// while ids are looked up and a batch enters the log, never during an fsync.
	order sync.Mutex
	last  mark // guarded by order
	line  line // of small calls

	// total repeats last.total, and shippedTotal that of the shipped mark, for
	// the check of MaxBytes, which takes no lock.
	total, shippedTotal atomic.Uint64
	room                roomCheck

	age age

	// shipping serialises Shipped and ForgetIDs.
	shipping sync.Mutex
	shipped  atomic.Uint64

	ackMu   sync.Mutex
	acked   uint64        // guarded by ackMu
	changed chan struct{} // guarded by ackMu; closed when acked moves; nil without waiters
}

// Open opens the spool in opts.Dir and makes it if there is none. It fails with
// ErrLocked when another process has it, and with ErrDamaged when acknowledged
// records are missing or unreadable at the end of the queue: it never starts on
// less than was acknowledged.
func Open(opts Options) (*Spool, error) {
	return open(opts, false)
}

// OpenReadOnly opens a spool that nobody else has open, to look at it: Read,
// Stats and Verify work, nothing on disk changes, and missing records at the
// end are reported by Verify instead of failing here.
func OpenReadOnly(opts Options) (*Spool, error) {
	return open(opts, true)
}

func open(opts Options, readOnly bool) (_ *Spool, err error) {
	if opts.Dir == "" {
		return nil, errors.New("open spool: no directory given")
	}
	s := &Spool{
		opts:   opts.withDefaults(),
		ending: make(chan struct{}),
		failed: make(chan struct{}),
	}
	fail := func(err error) (*Spool, error) {
		if s.broken() != nil { // the store may hang on the failed disk
			return nil, fmt.Errorf("open spool %s: %w", opts.Dir, err)
		}
		if s.db != nil {
			err = errors.Join(err, s.db.Close())
		}
		if s.lock != nil {
			err = errors.Join(err, s.lock.Close())
		}
		return nil, fmt.Errorf("open spool %s: %w", opts.Dir, err)
	}
	if s.lock, err = lockDir(s.opts.FS, opts.Dir, readOnly); err != nil {
		return fail(err)
	}
	seen, err := readWitness(s.opts.FS, opts.Dir)
	if err != nil {
		return fail(err)
	}
	if s.db, err = s.openDB(readOnly, seen); err != nil {
		return fail(err)
	}
	if err = s.recoverState(readOnly, seen); err != nil {
		return fail(err)
	}
	if !readOnly {
		s.witness, err = startWitness(s, seen)
		if err != nil {
			return fail(err)
		}
	}
	s.opts.Logger.Info("spool open", "dir", opts.Dir, "last", s.last.seq, "shipped", s.shipped.Load())
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.pause == 0 {
		o.pause = witnessPause
	}
	if o.reclaim == 0 {
		o.reclaim = 10 * time.Second
	}
	if o.Fatal == nil {
		o.Fatal = func(error) { os.Exit(1) }
	}
	return o
}

// Close writes everything into its final files and releases the directory, so
// that a spool which was closed needs no recovery. It waits for calls under way.
func (s *Spool) Close() error {
	s.life.Lock()
	defer s.life.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	close(s.ending)
	var err error
	if s.witness != nil {
		err = s.witness.stop(s)
		if s.broken() != nil {
			// The disk failed: the store may hang on it, and the process is ending.
			return fmt.Errorf("close spool %s: %w", s.opts.Dir, s.broken())
		}
		err = errors.Join(err, s.saveAge())
		// A log that is read back at the next start is the one place where damage
		// at the very end looks like a torn write. A clean stop leaves none.
		err = errors.Join(err, s.db.Flush())
	}
	err = errors.Join(err, s.db.Close(), s.lock.Close())
	if err != nil {
		return fmt.Errorf("close spool %s: %w", s.opts.Dir, err)
	}
	return nil
}

// Identity tells this spool's sequence numbers from those of any other: 16
// random bytes, drawn when the spool was made.
func (s *Spool) Identity() [16]byte { return s.id }

// enter begins a call that uses the store; leave ends it.
func (s *Spool) enter(write bool) error {
	s.life.RLock()
	err := s.broken()
	switch {
	case s.closed:
		err = ErrClosed
	case err == nil && write && s.witness == nil:
		err = ErrReadOnly
	}
	if err != nil {
		s.life.RUnlock()
	}
	return err
}

func (s *Spool) leave() { s.life.RUnlock() }

// broken returns ErrFailed with its cause after a failed write, else nil.
func (s *Spool) broken() error {
	select {
	case <-s.failed:
		return s.failure
	default:
		return nil
	}
}

// fail stops the spool for good. The store's own state is unknown from here on.
func (s *Spool) fail(cause error) error {
	s.failOnce.Do(func() {
		s.failure = fmt.Errorf("%w: %w", ErrFailed, cause)
		close(s.failed)
		s.opts.Logger.Error("spool stopped: a write failed, nothing more is accepted", "dir", s.opts.Dir, "error", cause)
		s.opts.Fatal(s.failure)
	})
	<-s.failed
	return s.failure
}

// acknowledge moves the mark up to which records may be shipped. The log is
// synced in order, so a durable record makes all before it durable.
func (s *Spool) acknowledge(seq uint64) {
	s.ackMu.Lock()
	defer s.ackMu.Unlock()
	if seq <= s.acked {
		return
	}
	s.acked = seq
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
	s.witness.touch()
}

// ackedMark returns the acknowledged mark and a channel that is closed when it
// moves on.
func (s *Spool) ackedMark() (uint64, <-chan struct{}) {
	s.ackMu.Lock()
	defer s.ackMu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.acked, s.changed
}

func (s *Spool) ackedSeq() uint64 {
	s.ackMu.Lock()
	defer s.ackMu.Unlock()
	return s.acked
}
