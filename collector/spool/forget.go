package spool

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// forgetStep is how many ids one commit of ForgetIDs looks at: new records wait
// for a step, about a millisecond.
const forgetStep = 2_000

// ForgetIDs removes from the index the ids of shipped records that arrived on a
// day (UTC) before the given time, and returns how many. After it, such an id is
// new again. Among time-ordered ids only those with an older time are looked
// at, the others are walked in full. An id whose own time is old but which
// arrived late stays until its arrival is old. It may be interrupted at any
// point and run again.
func (s *Spool) ForgetIDs(ctx context.Context, before time.Time) (forgotten uint64, err error) {
	if err := s.enter(true); err != nil {
		return 0, fmt.Errorf("forget ids: %w", err)
	}
	defer s.leave()
	s.shipping.Lock()
	defer s.shipping.Unlock()
	var limit [8]byte
	binary.BigEndian.PutUint64(limit[:], uint64(max(0, before.UnixMilli()))<<16)
	f := forgetter{s: s, ctx: ctx, day: arrivalDay(before), shipped: s.shipped.Load()}
	for kind := 0; kind <= 255; kind++ {
		k := byte(kind)
		timed := []byte{spaceIndex, k, classTimed}
		other := []byte{spaceIndex, k, classOther}
		err := f.walk(timed, append([]byte{spaceIndex, k, classTimed}, limit[:6]...))
		if err == nil {
			err = f.walk(other, []byte{spaceIndex, k, classOther + 1})
		}
		if err != nil {
			return f.count, fmt.Errorf("forget ids: %w", err)
		}
	}
	return f.count, nil
}

type forgetter struct {
	s       *Spool
	ctx     context.Context //nolint:containedctx // lives for one ForgetIDs
	day     uint32
	shipped uint64
	count   uint64
}

// walk removes the expired ids in [from, to). Neighbours go as one range, so
// that a whole old day costs one deletion and its files are dropped unread.
func (f *forgetter) walk(from, to []byte) error {
	for from != nil {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		next, err := f.step(from, to)
		if err != nil {
			return err
		}
		from = next
	}
	return nil
}

// step handles up to forgetStep ids in one commit and returns where to go on.
func (f *forgetter) step(from, to []byte) (next []byte, err error) {
	b := f.s.db.NewBatch()
	next, n, err := f.enqueue(b, from, to)
	if f.s.broken() != nil {
		return nil, f.s.failure // the store may still hold the batch
	}
	if err != nil || n == 0 {
		return next, errors.Join(err, b.Close())
	}
	if err := b.SyncWait(); err != nil {
		return nil, f.s.fail(err)
	}
	if err := f.s.broken(); err != nil {
		return nil, err
	}
	f.count += n
	return next, b.Close()
}

// enqueue looks and deletes under the ordering lock: a record that arrives late
// with an old id must not fall into a range that was looked at before it came.
func (f *forgetter) enqueue(b *pebble.Batch, from, to []byte) (next []byte, n uint64, err error) {
	f.s.order.Lock()
	defer f.s.order.Unlock()
	if next, n, err = f.stage(b, from, to); err != nil || n == 0 {
		return next, n, err
	}
	before, err := f.s.readMark(f.s.db, metaForgotten)
	if err == nil {
		err = b.Set(metaForgotten, encodeMark(mark{seq: before.seq + n}), nil)
	}
	if err != nil {
		return nil, n, err
	}
	if err := f.s.db.ApplyNoSyncWait(b, pebble.Sync); err != nil {
		return nil, n, f.s.fail(err)
	}
	return next, n, f.s.broken()
}

// stage puts the expired runs among the next forgetStep ids into the batch.
func (f *forgetter) stage(b *pebble.Batch, from, to []byte) (next []byte, n uint64, err error) {
	it, err := f.s.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return nil, 0, storeError("index", err)
	}
	var run []byte // first key of the expired run that the walk is in
	seen := 0
	endRun := func(end []byte) error {
		if run == nil {
			return nil
		}
		err := b.DeleteRange(run, end, nil)
		run = nil
		return err
	}
	for ok := it.First(); ok && err == nil; ok = it.Next() {
		if seen++; seen > forgetStep {
			next = append([]byte{}, it.Key()...)
			break
		}
		var k known
		var v []byte
		if v, err = it.ValueAndErr(); err == nil {
			k, err = decodeIndex(v)
		}
		switch {
		case err != nil:
		case k.day < f.day && k.seq <= f.shipped:
			if n++; run == nil {
				run = append([]byte{}, it.Key()...)
			}
		default:
			err = endRun(it.Key())
		}
	}
	if err == nil {
		end := to
		if next != nil {
			end = next
		}
		err = endRun(end)
	}
	if err = errors.Join(err, it.Close()); err != nil {
		return nil, n, storeError("index", err)
	}
	return next, n, nil
}
