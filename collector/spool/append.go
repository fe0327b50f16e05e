package spool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Entry is one record as it comes through the door.
type Entry struct {
	// ID is the sender's id, 1 to MaxID bytes, compared byte for byte. A UUID of
	// version 7 or 8 in lower case is kept in the order of its time and costs
	// least; any other id is remembered as well, at a higher price.
	ID string
	// Kind separates the ids of different sorts of records.
	Kind byte
	// Content is the keyed hash of the content as sent: it decides whether a
	// repeated id is a repetition or a conflict.
	Content [16]byte
	// Payload is kept as it is, at most MaxPayload bytes.
	Payload []byte
}

// Outcome says what became of one entry.
type Outcome byte

// The outcomes of an entry. Each is durable when Append returns it.
const (
	// Accepted: the record is new and stored.
	Accepted Outcome = iota + 1
	// Duplicate: id, kind and content are known; nothing was stored again.
	Duplicate
	// Conflict: the id is known with other content; the first stays, this entry
	// was not stored.
	Conflict
)

// String is the outcome in one lower-case word.
func (o Outcome) String() string {
	switch o {
	case Accepted:
		return "accepted"
	case Duplicate:
		return "duplicate"
	case Conflict:
		return "conflict"
	}
	return fmt.Sprintf("outcome(%d)", byte(o))
}

// staged is an entry made ready outside the ordering lock.
type staged struct {
	entry Entry
	key   []byte // of the index
	head  [recordHeader]byte
	sum   uint32
	first int // the earlier entry of the call with the same key, or its own place
}

// Append stores the entries that are new and answers one outcome for each, in
// their order. It returns without an error only when all of them are durable,
// including a first copy that another caller has under way. Entries of one call
// which repeat one another are treated as if they had come one after the other.
// The accepted entries of a call become durable together or not at all.
//
// ctx is looked at before anything is written, not after: a started write is
// waited for, so that its outcome is known. The errors are ErrInvalid, ErrFull,
// ErrClosed, ErrReadOnly (nothing was stored) and ErrFailed (unknown).
// Entries may be reused when Append returns.
func (s *Spool) Append(ctx context.Context, entries []Entry) ([]Outcome, error) {
	if err := s.enter(true); err != nil {
		return nil, fmt.Errorf("append to spool: %w", err)
	}
	defer s.leave()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("append to spool: %w", err)
	}
	if len(entries) == 0 {
		return nil, nil
	}
	if err := s.checkRoom(); err != nil {
		return nil, fmt.Errorf("append to spool: %w", err)
	}
	c, _ := calls.Get().(*call)
	defer c.release()
	if err := c.prepare(entries, s.opts.Now()); err != nil {
		return nil, fmt.Errorf("append to spool: %w", err)
	}
	outcomes := make([]Outcome, len(entries))
	c.outcomes = outcomes
	write := s.alone
	if c.small() {
		write = s.together
	}
	if err := write(c); err != nil {
		return nil, fmt.Errorf("append to spool: %w", err)
	}
	return outcomes, nil
}

// alone writes a call in a batch of its own and returns when it is durable.
func (s *Spool) alone(c *call) error {
	findRepeated(c.ready, make(map[name]int, len(c.ready)))
	batch := s.db.NewBatch(pebble.WithInitialSizeBytes(c.size))
	upTo, written, err := s.enqueue(batch, c.ready, c.outcomes, s.age.day())
	if err != nil {
		return err
	}
	return s.waitDurable(batch, upTo, written)
}

// prepare checks the entries and does all work on them that needs no order.
func (c *call) prepare(entries []Entry, now time.Time) error {
	c.ready = slices.Grow(c.ready[:0], len(entries))
	c.keys = slices.Grow(c.keys[:0], len(entries)*(3+MaxID))
	payload, size := 0, 16
	for i, e := range entries {
		if len(e.ID) == 0 || len(e.ID) > MaxID {
			return fmt.Errorf("%w: entry %d: id of %d bytes, allowed are 1 to %d", ErrInvalid, i, len(e.ID), MaxID)
		}
		if len(e.Payload) > MaxPayload {
			return fmt.Errorf("%w: entry %d: payload of %d bytes, allowed are %d", ErrInvalid, i, len(e.Payload), MaxPayload)
		}
		if payload += len(e.Payload); payload > MaxAppend {
			return fmt.Errorf("%w: more than %d bytes of payload in one call", ErrInvalid, MaxAppend)
		}
		from := len(c.keys)
		c.keys = appendIndexKey(c.keys, e.Kind, e.ID)
		r := staged{entry: e, key: c.keys[from:], head: encodeHead(e, now)}
		r.sum = recordSum(r.head[:], e)
		c.ready = append(c.ready, r)
		// Keys, values and the store's own few bytes for each of both pairs.
		size += recordKeyLen + recordSize(e) + len(r.key) + indexValueLen + 16
	}
	c.size = size
	return nil
}

// enqueue decides every outcome and puts what is new into the log, without
// waiting for the disk. It returns the sequence number that must be durable
// before the outcomes may be told, and whether the batch itself was written.
//
// The lock makes the look into the index and the write one step. A batch is
// visible to the next look as soon as the lock is free, before it is durable.
func (s *Spool) enqueue(b *pebble.Batch, ready []staged, outcomes []Outcome, day uint32) (upTo uint64, written bool, err error) {
	s.order.Lock()
	defer s.order.Unlock()
	next, upTo, err := s.decide(b, ready, outcomes, day)
	if err != nil {
		return 0, false, errors.Join(err, b.Close())
	}
	if next.seq == s.last.seq {
		return upTo, false, nil
	}
	if err := s.db.ApplyNoSyncWait(b, pebble.Sync); err != nil {
		return 0, false, s.fail(err)
	}
	if err := s.broken(); err != nil {
		return 0, false, err
	}
	s.last = next
	s.total.Store(next.total)
	return next.seq, true, nil
}

// decide fills the outcomes and stages what is new. It returns where the queue
// then ends and the last known record that an outcome speaks of.
func (s *Spool) decide(b *pebble.Batch, ready []staged, outcomes []Outcome, day uint32) (next mark, upTo uint64, err error) {
	index, err := s.openIndex()
	if err != nil {
		return mark{}, 0, err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	next = s.last
	stored := make([][16]byte, len(ready)) // what the index holds for each entry's id
	for i := range ready {
		r := &ready[i]
		if r.first != i {
			stored[i] = stored[r.first]
			outcomes[i] = repeated(stored[i], r.entry.Content)
			continue
		}
		k, found, err := lookUp(index, r.key)
		if err != nil {
			return mark{}, 0, fmt.Errorf("look up id of entry %d: %w", i, err)
		}
		if found {
			stored[i], upTo = k.content, max(upTo, k.seq)
			outcomes[i] = repeated(k.content, r.entry.Content)
			continue
		}
		stored[i], outcomes[i] = r.entry.Content, Accepted
		next.seq++
		next.total += uint64(recordSize(r.entry))
		if err := stage(b, r, next, day); err != nil {
			return mark{}, 0, fmt.Errorf("stage entry %d: %w", i, err)
		}
	}
	return next, upTo, nil
}

func repeated(stored, sent [16]byte) Outcome {
	if stored == sent {
		return Duplicate
	}
	return Conflict
}

// openIndex returns a view of the index as it is now. Unlike a plain look-up it
// asks the filters of the lowest level too, where nearly all ids are: without
// them every new id would read a block there to learn that it is new.
func (s *Spool) openIndex() (*pebble.Iterator, error) {
	it, err := s.db.NewIter(&pebble.IterOptions{
		LowerBound:   []byte{spaceIndex},
		UpperBound:   []byte{spaceIndex + 1},
		UseL6Filters: true,
	})
	if err != nil {
		return nil, storeError("index", err)
	}
	return it, nil
}

func lookUp(index *pebble.Iterator, key []byte) (k known, found bool, err error) {
	if !index.SeekPrefixGE(key) {
		return known{}, false, storeError("index", index.Error())
	}
	v, err := index.ValueAndErr()
	if err != nil {
		return known{}, false, storeError("index", err)
	}
	if k, err = decodeIndex(v); err != nil {
		return known{}, false, &Damage{Place: "index", Detail: oneLine(err)}
	}
	return k, true, nil
}

// stage adds the record and its index entry to the batch: one commit, so that
// neither is ever there without the other.
func stage(b *pebble.Batch, r *staged, at mark, day uint32) error {
	op := b.SetDeferred(recordKeyLen, recordSize(r.entry))
	appendRecordKey(op.Key[:0], at.seq)
	putRecord(op.Value, r.entry, r.head[:], r.sum, at.seq, at.total)
	if err := op.Finish(); err != nil {
		return err
	}
	op = b.SetDeferred(len(r.key), indexValueLen)
	copy(op.Key, r.key)
	putIndex(op.Value, known{seq: at.seq, content: r.entry.Content, day: day})
	return op.Finish()
}

// waitDurable waits until upTo is on stable storage and moves the acknowledged
// mark. Without a write of its own it waits for the callers before.
func (s *Spool) waitDurable(b *pebble.Batch, upTo uint64, written bool) error {
	if !written {
		if err := s.waitAcked(upTo); err != nil {
			return errors.Join(err, b.Close())
		}
		return b.Close()
	}
	if err := b.SyncWait(); err != nil {
		return s.fail(err)
	}
	if err := s.broken(); err != nil {
		return err
	}
	s.acknowledge(upTo)
	return b.Close()
}

func (s *Spool) waitAcked(seq uint64) error {
	for {
		acked, changed := s.ackedMark()
		if acked >= seq {
			return nil
		}
		select {
		case <-changed:
		case <-s.failed:
			return s.failure
		}
	}
}

// roomCheck keeps the last answer of the file system for a moment.
type roomCheck struct {
	mu   sync.Mutex
	free uint64    // guarded by mu
	keep uint64    // guarded by mu; must stay free
	at   time.Time // guarded by mu; monotonic
	seen uint64    // guarded by mu; the running total then
}

const roomPause = 250 * time.Millisecond

// checkRoom returns ErrFull with the reason when nothing more may be stored.
func (s *Spool) checkRoom() error {
	if limit := s.opts.MaxBytes; limit > 0 {
		if live := s.liveBytes(); live >= limit {
			return fmt.Errorf("%w: %d bytes wait to be shipped, the limit is %d", ErrFull, live, limit)
		}
	}
	if s.opts.MinFree == 0 {
		return nil
	}
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	written := s.total.Load() - s.room.seen
	if s.room.at.IsZero() || time.Since(s.room.at) >= roomPause || written > s.room.keep/16 {
		usage, err := s.opts.FS.GetDiskUsage(s.opts.Dir)
		if errors.Is(err, vfs.ErrUnsupported) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look up free space: %w", err)
		}
		s.room.free, s.room.keep = usage.AvailBytes, min(s.opts.MinFree, usage.TotalBytes/4)
		s.room.at, s.room.seen = time.Now(), s.total.Load()
	}
	if s.room.free < s.room.keep {
		return fmt.Errorf("%w: the file system has %d bytes left, %d must stay free", ErrFull, s.room.free, s.room.keep)
	}
	return nil
}

// liveBytes is the size of the record values not yet shipped.
func (s *Spool) liveBytes() uint64 {
	shipped := s.shippedTotal.Load() // first: it never passes total
	return s.total.Load() - shipped
}
