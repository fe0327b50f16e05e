package spool

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"syscall"

	crdb "github.com/cockroachdb/errors"
	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Keys of the meta space.
var (
	metaFormat    = []byte{spaceMeta, 'f'}
	metaIdentity  = []byte{spaceMeta, 'i'}
	metaShipped   = []byte{spaceMeta, 's'}
	metaForgotten = []byte{spaceMeta, 'g'}
	metaAge       = []byte{spaceMeta, 'd'}
)

const spoolFormat = 1

// lockDir takes the directory for this process.
func lockDir(fs vfs.FS, dir string, readOnly bool) (*pebble.Lock, error) {
	if readOnly {
		if _, err := fs.Stat(dir); err != nil {
			return nil, err
		}
	} else if err := makeDir(fs, dir); err != nil {
		return nil, err
	}
	lock, err := pebble.LockDirectory(dir, fs)
	switch {
	case err == nil:
		return lock, nil
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EACCES) && lockExists(fs, dir),
		strings.Contains(err.Error(), "lock held"):
		return nil, fmt.Errorf("%w: stop it first or choose another directory", ErrLocked)
	}
	return nil, fmt.Errorf("lock directory: %w", err)
}

// makeDir makes dir and its missing parents durably: the directory of a file
// that was synced must not go with the power.
func makeDir(fs vfs.FS, dir string) error {
	var parents []string
	for d := dir; ; d = fs.PathDir(d) {
		if _, err := fs.Stat(d); err == nil || fs.PathDir(d) == d {
			break
		}
		parents = append(parents, fs.PathDir(d))
	}
	if err := fs.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for _, p := range parents {
		if err := syncDir(fs, p); err != nil {
			return err
		}
	}
	return nil
}

func syncDir(fs vfs.FS, dir string) error {
	d, err := fs.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// lockExists tells a held lock from a directory that may not be written.
func lockExists(fs vfs.FS, dir string) bool {
	f, err := fs.OpenReadWrite(fs.PathJoin(dir, "LOCK"), vfs.WriteCategoryUnspecified)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// openDB opens the store under the spool.
//
// A store that is younger than its current format writes its first log without
// sync offsets, and damage in the middle of such a log reads as its end: 457 of
// 3,200 records went missing in silence. So a new or older store is opened,
// brought to the newest format and closed before it takes its first record.
func (s *Spool) openDB(readOnly bool, seen witnessMark) (*pebble.DB, error) {
	desc, err := pebble.Peek(s.opts.Dir, s.opts.FS)
	if err != nil {
		return nil, fmt.Errorf("look at store: %w", err)
	}
	if !desc.Exists && seen.seq > 0 {
		return nil, &Damage{
			Place: "log", From: 1, To: seen.seq,
			Detail: "the store is missing although its witness is there",
		}
	}
	o := s.storeOptions(readOnly)
	defer o.Cache.Unref()
	if !readOnly && (!desc.Exists || desc.FormatMajorVersion < pebble.FormatNewest) {
		db, err := pebble.Open(s.opts.Dir, o)
		if err != nil {
			return nil, s.openError(err, seen)
		}
		if err := db.Close(); err != nil {
			return nil, fmt.Errorf("bring store to the newest format: %w", err)
		}
	}
	db, err := pebble.Open(s.opts.Dir, o)
	if err != nil {
		return nil, s.openError(err, seen)
	}
	if err := s.broken(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// openError turns the store's refusal into one sentence with place and extent.
func (s *Spool) openError(err error, seen witnessMark) error {
	if !pebble.IsCorruptionError(err) {
		return fmt.Errorf("open store: %w", err)
	}
	detail := oneLine(err)
	if more := strings.TrimSpace(crdb.FlattenDetails(err)); more != "" {
		detail += " (" + strings.ReplaceAll(more, "\n", "; ") + ")"
	}
	if seen.seq > 0 {
		detail += fmt.Sprintf("; records up to %d were acknowledged", seen.seq)
	}
	return &Damage{Place: "log", Detail: detail}
}

// storeOptions keeps memory modest. The store takes its memory tables out of the
// cache: a cache smaller than the tables has no room for a single block, and
// then every look-up reads the disk. 56 MiB is the most that both take together.
func (s *Spool) storeOptions(readOnly bool) *pebble.Options {
	o := &pebble.Options{
		FS:                          s.opts.FS,
		Lock:                        s.lock,
		ReadOnly:                    readOnly,
		FormatMajorVersion:          pebble.FormatNewest,
		Cache:                       pebble.NewCache(56 << 20),
		MemTableSize:                8 << 20,
		MemTableStopWritesThreshold: 4,
		L0CompactionThreshold:       4,
		L0StopWritesThreshold:       64,
		MaxOpenFiles:                500,
		FlushDelayDeleteRange:       s.opts.reclaim,
		Logger:                      storeLogger{s},
		EventListener:               s.storeEvents(),
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	return o
}

func (s *Spool) storeEvents() *pebble.EventListener {
	log := s.opts.Logger
	return &pebble.EventListener{
		BackgroundError: (&trouble{log: log}).failed,
		DataCorruption: func(i pebble.DataCorruptionInfo) {
			log.Error("spool store: damaged file", "file", i.Path, "error", i.Details)
		},
		DiskSlow: func(i pebble.DiskSlowInfo) {
			log.Warn("spool store: disk is slow", "operation", i.OpType.String(), "took", i.Duration)
		},
		WriteStallBegin: func(i pebble.WriteStallBeginInfo) {
			log.Warn("spool store: writes wait", "reason", i.Reason)
		},
		WriteStallEnd: func() { log.Info("spool store: writes go on") },
	}
}

// storeLogger carries the store's messages. Its Fatalf is how the store says
// that a write failed: it expects not to come back.
type storeLogger struct{ s *Spool }

func (l storeLogger) Infof(format string, args ...any) {
	if l.s.opts.Logger.Enabled(context.Background(), slog.LevelDebug) {
		l.s.opts.Logger.Debug("spool store", "message", fmt.Sprintf(format, args...))
	}
}

func (l storeLogger) Errorf(format string, args ...any) {
	l.s.opts.Logger.Error("spool store", "message", fmt.Sprintf(format, args...))
}

func (l storeLogger) Fatalf(format string, args ...any) {
	_ = l.s.fail(fmt.Errorf(format, args...)) //nolint:err113 // the store's own words
}

// recoverState reads the marks back after opening and holds them against the
// witness.
func (s *Spool) recoverState(readOnly bool, seen witnessMark) error {
	if err := s.recoverIdentity(readOnly); err != nil {
		return err
	}
	if seen.seq > 0 && seen.id != s.id {
		return &Damage{Place: "witness", Detail: "it belongs to another spool"}
	}
	shipped, err := s.readMark(s.db, metaShipped)
	if err != nil {
		return &Damage{Place: "records", Detail: "the shipped mark: " + oneLine(err)}
	}
	last, err := s.readLast(shipped)
	if err == nil && last.seq < seen.seq {
		err = &Damage{
			Place: "records", From: last.seq + 1, To: seen.seq,
			Detail: "acknowledged, but missing at the end of the log",
		}
	}
	if err != nil {
		if !readOnly {
			return err
		}
		last.seq = max(last.seq, seen.seq) // Verify walks up to here and reports
		last.total = max(last.total, shipped.total)
	}
	if err := s.recoverAge(); err != nil {
		return err
	}
	s.shipped.Store(shipped.seq)
	s.shippedTotal.Store(shipped.total)
	s.last, s.acked = last, last.seq
	s.total.Store(last.total)
	return nil
}

// readLast returns the last record's mark, or the shipped mark when all are
// shipped. On damage the sequence number is returned as far as it is known.
func (s *Spool) readLast(shipped mark) (mark, error) {
	it, err := s.db.NewIter(&pebble.IterOptions{
		LowerBound: recordKey(0), UpperBound: []byte{spaceRecord + 1},
	})
	if err != nil {
		return shipped, fmt.Errorf("look for the last record: %w", err)
	}
	last := shipped
	if it.Last() {
		var seq uint64
		if seq, err = decodeRecordKey(it.Key()); err == nil {
			last.seq = max(seq, shipped.seq)
			var value []byte
			if value, err = it.ValueAndErr(); err == nil {
				_, last.total, err = decodeRecord(seq, value)
			}
		}
	}
	if err = errors.Join(err, it.Error(), it.Close()); err != nil {
		return last, &Damage{Place: "records", From: last.seq, To: last.seq, Detail: oneLine(err)}
	}
	return last, nil
}

func (s *Spool) recoverIdentity(readOnly bool) error {
	format, err := get(s.db, metaFormat)
	if errors.Is(err, pebble.ErrNotFound) && !readOnly {
		return s.createIdentity()
	}
	if err != nil {
		return fmt.Errorf("read format: %w", storeError("records", err))
	}
	if len(format) != 1 || format[0] != spoolFormat {
		return fmt.Errorf("format %v is not %d: made by another version of this program", format, spoolFormat)
	}
	id, err := get(s.db, metaIdentity)
	if err != nil && !errors.Is(err, pebble.ErrNotFound) {
		return fmt.Errorf("read identity: %w", storeError("records", err))
	}
	if len(id) != len(s.id) {
		return &Damage{Place: "records", Detail: "the spool's identity is missing"}
	}
	copy(s.id[:], id)
	return nil
}

func (s *Spool) createIdentity() error {
	if _, err := rand.Read(s.id[:]); err != nil {
		return fmt.Errorf("draw identity: %w", err)
	}
	b := s.db.NewBatch()
	if err := errors.Join(
		b.Set(metaFormat, []byte{spoolFormat}, nil),
		b.Set(metaIdentity, s.id[:], nil),
	); err != nil {
		return fmt.Errorf("write identity: %w", errors.Join(err, b.Close()))
	}
	if err := s.commit(b); err != nil {
		return err
	}
	// Into a finished file: a log that is lost later must not take the identity
	// with it.
	if err := s.db.Flush(); err != nil {
		return fmt.Errorf("write identity: %w", err)
	}
	return nil
}

// commit writes a batch of marks durably and closes it.
func (s *Spool) commit(b *pebble.Batch) error {
	if err := s.db.Apply(b, pebble.Sync); err != nil {
		return s.fail(err)
	}
	// The store reports a failed write through Fatalf and then returns nil.
	if err := s.broken(); err != nil {
		return err
	}
	return b.Close()
}

// readMark returns the zero mark if there is none yet.
func (s *Spool) readMark(r pebble.Reader, key []byte) (mark, error) {
	v, err := get(r, key)
	if errors.Is(err, pebble.ErrNotFound) {
		return mark{}, nil
	}
	if err != nil {
		return mark{}, err
	}
	return decodeMark(v)
}

// get returns a copy of the value under key.
func get(r pebble.Reader, key []byte) ([]byte, error) {
	v, done, err := r.Get(key)
	if err != nil {
		return nil, err
	}
	c := append([]byte{}, v...)
	return c, done.Close()
}
