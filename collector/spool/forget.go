package spool

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

const (
	// forgetStep is how many ids one commit of ForgetIDs looks at: new records wait
	// for a step, about a millisecond.
	forgetStep = 2_000
	// forgetRest is how long ForgetIDs rests after a step, in times of that step.
	forgetRest = 3
	// forgetRange is from how many neighbours on ids go as one range: a range is
	// cheap however long it is, but thousands of short ones slow every look-up down.
	forgetRange = 64
)

// ForgetIDs removes from the index the ids of shipped records that arrived longer ago
// than the given time, and returns how many. After it, such an id is new again. Age is
// counted in whole days while the spool was open (see age): an id is never forgotten
// early, whatever the clock says.
//
// Among time-ordered ids only those are looked at that name a time old enough, or one
// that is still to come; the others are walked in full. An id whose own time is old but
// which arrived late stays until its arrival is old. It rests between its steps and may
// be interrupted at any point and run again.
func (s *Spool) ForgetIDs(ctx context.Context, remember time.Duration) (forgotten uint64, err error) {
	if err := s.enter(true); err != nil {
		return 0, fmt.Errorf("forget ids: %w", err)
	}
	defer s.leave()
	today, days := s.age.day(), uint32((remember+24*time.Hour-1)/(24*time.Hour))
	if today <= days {
		return 0, nil
	}
	f := forgetter{s: s, ctx: ctx, day: today - days}
	const dayMargin = 24 * time.Hour // by which senders' clocks may be ahead
	now := s.opts.Now()
	old, future := idTime(now.Add(dayMargin-remember)), idTime(now.Add(dayMargin))
	for kind := 0; kind <= 255; kind++ {
		timed, other := []byte{spaceIndex, byte(kind), classTimed}, []byte{spaceIndex, byte(kind), classUUID}
		for _, r := range [][2][]byte{
			{timed, slices.Concat(timed, old[:])},
			{slices.Concat(timed, future[:]), {spaceIndex, byte(kind), classTimed + 1}},
			{other, {spaceIndex, byte(kind), classOther + 1}},
		} {
			if err := f.walk(r[0], r[1]); err != nil {
				return f.count, fmt.Errorf("forget ids: %w", err)
			}
		}
	}
	return f.count, nil
}

// idTime is the beginning of a time-ordered id of that time.
func idTime(t time.Time) (b [6]byte) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(0, t.UnixMilli()))<<16)
	copy(b[:], ms[:])
	return b
}

type forgetter struct {
	s     *Spool
	ctx   context.Context //nolint:containedctx // lives for one ForgetIDs
	day   uint32          // ids that arrived before it are forgotten
	count uint64
}

// walk removes the expired ids in [from, to). Many neighbours go as one range, so
// that an old day costs few deletions and its files are dropped unread.
func (f *forgetter) walk(from, to []byte) error {
	for from != nil {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		began := time.Now()
		next, err := f.step(from, to)
		if err != nil {
			return err
		}
		if from = next; from != nil {
			f.rest(forgetRest * time.Since(began))
		}
	}
	return nil
}

// rest lets new records pass; it ends early with ctx or with the spool.
func (f *forgetter) rest(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-f.ctx.Done():
	case <-f.s.failed:
	}
}

// step handles up to forgetStep ids in one commit and returns where to go on.
func (f *forgetter) step(from, to []byte) (next []byte, err error) {
	f.s.shipping.Lock()
	defer f.s.shipping.Unlock()
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

// stage puts the expired ones among the next forgetStep ids into the batch.
func (f *forgetter) stage(b *pebble.Batch, from, to []byte) (next []byte, n uint64, err error) {
	it, err := f.s.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return nil, 0, storeError("index", err)
	}
	defer func() { err = storeError("index", errors.Join(err, it.Close())) }()
	shipped := f.s.shipped.Load()
	var run expired
	seen := 0
	for ok := it.First(); ok; ok = it.Next() {
		if seen++; seen > forgetStep {
			next = append([]byte{}, it.Key()...)
			break
		}
		v, err := it.ValueAndErr()
		if err != nil {
			return nil, n, err
		}
		k, err := decodeIndex(v)
		if err != nil {
			return nil, n, &Damage{Place: "index", Detail: oneLine(err)}
		}
		if k.day < f.day && k.seq <= shipped {
			n++
			run.add(it.Key())
		} else if err := run.end(b, it.Key()); err != nil {
			return nil, n, err
		}
	}
	if next != nil {
		to = next
	}
	return next, n, run.end(b, to)
}

// expired is a run of neighbours that are to be forgotten.
type expired struct {
	keys []byte // of the first forgetRange of them, one after the other
	ends []int  // where each key ends
	more bool   // there are others after these
}

func (e *expired) add(key []byte) {
	if len(e.ends) == forgetRange {
		e.more = true
		return
	}
	e.keys = append(e.keys, key...)
	e.ends = append(e.ends, len(e.keys))
}

// end deletes the run, before the key given, and begins a new one.
func (e *expired) end(b *pebble.Batch, before []byte) error {
	start := 0
	for _, end := range e.ends {
		key := e.keys[start:end]
		if e.more {
			if err := b.DeleteRange(key, before, nil); err != nil {
				return err
			}
			break
		}
		if err := b.Delete(key, nil); err != nil {
			return err
		}
		start = end
	}
	e.keys, e.ends, e.more = e.keys[:0], e.ends[:0], false
	return nil
}
