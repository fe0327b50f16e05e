package spool

import (
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Report is what Verify found.
type Report struct {
	// Records and Bytes count the readable live records and their values.
	Records, Bytes uint64
	// IDs counts the readable entries of the index.
	IDs uint64
	// Damage lists every damaged place; neighbours with the same cause are one.
	Damage []Damage
}

// verifyStep is after how many keys a walk looks at its context.
const verifyStep = 1024

// Verify reads every live record and every remembered id, holds each record
// against its checksum, its number and its entry in the index, and reports all
// damage. It works on a spool in use; what was accepted after its start is not
// looked at. The error is about the walk itself, not about damage.
func (s *Spool) Verify(ctx context.Context) (Report, error) {
	if err := s.enter(false); err != nil {
		return Report{}, fmt.Errorf("verify spool: %w", err)
	}
	defer s.leave()
	acked := s.ackedSeq()
	view := s.db.NewSnapshot()
	v := verifier{view: view}
	err := v.run(ctx, s, acked)
	if err = errors.Join(err, view.Close()); err != nil {
		return v.report, fmt.Errorf("verify spool: %w", err)
	}
	return v.report, nil
}

type verifier struct {
	view    *pebble.Snapshot
	report  Report
	shipped uint64
}

func (v *verifier) run(ctx context.Context, s *Spool, acked uint64) error {
	shipped, err := s.readMark(v.view, metaShipped)
	if err != nil {
		v.damaged("records", 0, fmt.Errorf("the shipped mark: %w", err))
	}
	v.shipped = shipped.seq
	if err := v.records(ctx, acked); err != nil {
		return err
	}
	return v.index(ctx)
}

// records walks from the shipped to the acknowledged mark. An iterator is fast;
// where it meets damage, single look-ups find out which records are readable.
func (v *verifier) records(ctx context.Context, acked uint64) error {
	for next := v.shipped + 1; next <= acked; {
		var err error
		if next, err = v.iterate(ctx, next, acked); err != nil {
			return err
		}
		for ; next <= acked; next++ {
			if next%verifyStep == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			value, err := get(v.view, recordKey(next))
			if err == nil {
				err = v.record(next, value)
			}
			if err == nil {
				next++
				break
			}
			if errors.Is(err, pebble.ErrNotFound) {
				err = errMissing
			}
			v.damaged("records", next, err)
		}
	}
	return nil
}

// iterate checks records from the given number on and returns the first that
// it could not read, or acked+1.
func (v *verifier) iterate(ctx context.Context, from, acked uint64) (next uint64, err error) {
	it, err := v.view.NewIter(&pebble.IterOptions{LowerBound: recordKey(from), UpperBound: recordKey(acked + 1)})
	if err != nil {
		return from, nil // damage: the look-ups say how far
	}
	next = from
	for ok := it.First(); ok; ok = it.Next() {
		if next%verifyStep == 0 && ctx.Err() != nil {
			return next, errors.Join(ctx.Err(), it.Close())
		}
		seq, err := decodeRecordKey(it.Key())
		if err != nil || seq != next {
			break
		}
		value, err := it.ValueAndErr()
		if err != nil || v.record(seq, value) != nil {
			break
		}
		next++
	}
	_ = it.Close() // repeats an error that the look-ups find again, with its extent
	return next, nil
}

// record checks one value and its entry in the index.
func (v *verifier) record(seq uint64, value []byte) error {
	r, _, err := decodeRecord(seq, value)
	if err != nil {
		return err
	}
	entry, err := get(v.view, appendIndexKey(nil, r.Kind, r.ID))
	if err != nil {
		return fmt.Errorf("its id in the index: %w", err)
	}
	k, err := decodeIndex(entry)
	if err != nil {
		return err
	}
	if k.seq != seq || k.content != r.Content {
		return fmt.Errorf("its id in the index belongs to record %d", k.seq)
	}
	v.report.Records++
	v.report.Bytes += uint64(len(value))
	return nil
}

func (v *verifier) index(ctx context.Context) error {
	it, err := v.view.NewIter(&pebble.IterOptions{LowerBound: []byte{spaceIndex}, UpperBound: []byte{spaceIndex + 1}})
	if err != nil {
		v.damaged("index", 0, err)
		return nil
	}
	n := 0
	for ok := it.First(); ok; ok = it.Next() {
		if n++; n%verifyStep == 0 && ctx.Err() != nil {
			return errors.Join(ctx.Err(), it.Close())
		}
		value, err := it.ValueAndErr()
		if err == nil {
			_, err = decodeIndex(value)
		}
		if err != nil {
			v.damaged("index", 0, fmt.Errorf("key %x: %w", it.Key(), err))
			continue
		}
		v.report.IDs++
	}
	if err := it.Close(); err != nil {
		v.damaged("index", 0, fmt.Errorf("unreadable after %d ids: %w", v.report.IDs, err))
	}
	return nil
}

// damaged adds a place, or extends the last one when it goes on.
func (v *verifier) damaged(place string, seq uint64, err error) {
	detail := oneLine(err)
	if n := len(v.report.Damage); n > 0 && seq > 0 {
		d := &v.report.Damage[n-1]
		if d.Place == place && d.To == seq-1 && d.Detail == detail {
			d.To = seq
			return
		}
	}
	v.report.Damage = append(v.report.Damage, Damage{Place: place, From: seq, To: seq, Detail: detail})
}
