package spool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// Record is an accepted entry on its way to the warehouse.
type Record struct {
	// Seq is the place in the queue: 1, 2, 3 … without gaps.
	Seq uint64
	// Kind, ID, Content and Payload are those of the entry.
	Kind    byte
	ID      string
	Content [16]byte
	Payload []byte
	// SpooledAt is when the record was accepted, to the microsecond, in UTC.
	SpooledAt time.Time
}

// Read returns acknowledged records after the given sequence number, in order:
// at most maxCount of them and at most maxBytes of payload, but always one if
// there is one. No records and no error mean that there is nothing yet. Shipped
// records are passed over.
//
// At a damaged place it returns the records before it; when the damage comes
// first, a *Damage with the number of the first record that cannot be read.
func (s *Spool) Read(after uint64, maxCount, maxBytes int) (records []Record, err error) {
	if err := s.enter(false); err != nil {
		return nil, fmt.Errorf("read spool: %w", err)
	}
	defer s.leave()
	want := max(after, s.shipped.Load()) + 1
	acked := s.ackedSeq()
	if want > acked || maxCount < 1 {
		return nil, nil
	}
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: recordKey(want), UpperBound: recordKey(acked + 1)})
	if err != nil {
		return nil, fmt.Errorf("read spool after %d: %w", after, err)
	}
	defer func() {
		if e := it.Close(); err == nil && len(records) == 0 && e != nil {
			err = fmt.Errorf("read spool after %d: %w", after, storeError("records", e))
		}
	}()
	size := 0
	for it.First(); want <= acked && len(records) < maxCount; it.Next() {
		r, err := readAt(it, want)
		if err != nil && len(records) > 0 {
			return records, nil
		}
		if err != nil {
			return nil, s.readError(want, err)
		}
		if size += len(r.Payload); len(records) > 0 && size > maxBytes {
			break
		}
		records = append(records, r)
		want++
	}
	return records, nil
}

// readError tells damage at a record from a record that a concurrent Shipped
// has just removed.
func (s *Spool) readError(seq uint64, err error) error {
	if seq <= s.shipped.Load() {
		return nil
	}
	return fmt.Errorf("read spool: %w", &Damage{Place: "records", From: seq, To: seq, Detail: oneLine(err)})
}

var errMissing = errors.New("record is missing")

// readAt decodes the record under the iterator, which must be number want.
func readAt(it *pebble.Iterator, want uint64) (Record, error) {
	if !it.Valid() {
		if err := it.Error(); err != nil {
			return Record{}, err
		}
		return Record{}, errMissing
	}
	seq, err := decodeRecordKey(it.Key())
	if err != nil {
		return Record{}, err
	}
	if seq != want {
		return Record{}, errMissing
	}
	v, err := it.ValueAndErr()
	if err != nil {
		return Record{}, err
	}
	r, _, err := decodeRecord(seq, v)
	return r, err
}

// Wait returns when a record after the given sequence number may be read, or
// with the error of ctx, ErrClosed or ErrFailed.
func (s *Spool) Wait(ctx context.Context, after uint64) error {
	for {
		acked, changed := s.ackedMark()
		if acked > after {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for spool: %w", ctx.Err())
		case <-s.ending:
			return fmt.Errorf("wait for spool: %w", ErrClosed)
		case <-s.failed:
			return fmt.Errorf("wait for spool: %w", s.failure)
		}
	}
}

// Shipped marks every record up to and with upTo as durable elsewhere and
// deletes them, in one durable commit: after it returned, none of them comes
// back. A mark at or below the present one changes nothing. upTo may pass over
// damaged records: that is the caller's explicit choice to go on without them.
func (s *Spool) Shipped(upTo uint64) error {
	if err := s.enter(true); err != nil {
		return fmt.Errorf("mark spool shipped: %w", err)
	}
	defer s.leave()
	s.shipping.Lock()
	defer s.shipping.Unlock()
	before := s.shipped.Load()
	if upTo <= before {
		return nil
	}
	if acked := s.ackedSeq(); upTo > acked {
		return fmt.Errorf("mark spool shipped up to %d: only %d are acknowledged", upTo, acked)
	}
	m := mark{seq: upTo, total: s.totalAt(upTo)}
	b := s.db.NewBatch()
	if err := errors.Join(
		b.Set(metaShipped, encodeMark(m), nil),
		b.DeleteRange(recordKey(before+1), recordKey(upTo+1), nil),
	); err != nil {
		return fmt.Errorf("mark spool shipped up to %d: %w", upTo, errors.Join(err, b.Close()))
	}
	// Before the commit, so that a Read that misses a record knows why.
	s.shipped.Store(upTo)
	if err := s.commit(b); err != nil {
		return fmt.Errorf("mark spool shipped up to %d: %w", upTo, err)
	}
	s.shippedTotal.Store(m.total)
	return nil
}

// totalAt is the running total up to a record. Where that record is damaged the
// present mark is kept: the live bytes are then too high until the next call.
func (s *Spool) totalAt(seq uint64) uint64 {
	v, done, err := s.db.Get(recordKey(seq))
	if err != nil {
		return s.shippedTotal.Load()
	}
	_, total, err := decodeRecord(seq, v)
	if err = errors.Join(err, done.Close()); err != nil {
		return s.shippedTotal.Load()
	}
	return total
}

// storeError marks the store's own reports of damage as ErrDamaged.
func storeError(place string, err error) error {
	if err != nil && pebble.IsCorruptionError(err) {
		return &Damage{Place: place, Detail: oneLine(err)}
	}
	return err
}
