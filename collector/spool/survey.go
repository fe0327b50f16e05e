package spool

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// Survey is everything that can be said of a spool without reading its payloads.
type Survey struct {
	Stats
	// Identity tells this spool from any other.
	Identity [16]byte
	// Newest is when the last of the unshipped records was accepted; zero when
	// there is none.
	Newest time.Time
	// Kinds counts records and ids by kind.
	Kinds map[byte]KindCount
	// Days counts the remembered ids by their day of arrival, in days since
	// 1970-01-01.
	Days map[uint32]uint64
}

// KindCount is how many records wait and how many ids are remembered of one kind.
type KindCount struct {
	Waiting, IDs uint64
}

// Survey walks over the index, which tells for each id its kind, its day and whether
// its record waits: about two million ids a second. The walk sees the spool as it was
// at its start.
func (s *Spool) Survey(ctx context.Context) (Survey, error) {
	st, err := s.Stats()
	if err != nil {
		return Survey{}, err
	}
	if err := s.enter(false); err != nil {
		return Survey{}, fmt.Errorf("survey spool: %w", err)
	}
	defer s.leave()
	v := Survey{Stats: st, Identity: s.id, Kinds: map[byte]KindCount{}, Days: map[uint32]uint64{}}
	if st.Depth > 0 {
		if v.Newest, err = s.acceptedAt(st.Last); err != nil {
			return Survey{}, fmt.Errorf("survey spool: newest record: %w", err)
		}
	}
	if err := s.countIDs(ctx, &v); err != nil {
		return Survey{}, fmt.Errorf("survey spool: %w", err)
	}
	return v, nil
}

func (s *Spool) countIDs(ctx context.Context, v *Survey) (err error) {
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{spaceIndex}, UpperBound: []byte{spaceIndex + 1}})
	if err != nil {
		return storeError("index", err)
	}
	defer func() { err = errors.Join(err, storeError("index", it.Close())) }()
	n := 0
	for ok := it.First(); ok; ok = it.Next() {
		if n++; n%verifyStep == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return storeError("index", err)
		}
		k, err := decodeIndex(value)
		if err != nil {
			return &Damage{Place: "index", Detail: oneLine(err)}
		}
		kind := it.Key()[1]
		count := v.Kinds[kind]
		count.IDs++
		if k.seq > v.Shipped {
			count.Waiting++
		}
		v.Kinds[kind] = count
		v.Days[k.day]++
	}
	return nil
}

// acceptedAt is when a record was accepted; zero for one that is missing or damaged,
// which Verify reports.
func (s *Spool) acceptedAt(seq uint64) (time.Time, error) {
	v, err := get(s.db, recordKey(seq))
	if errors.Is(err, pebble.ErrNotFound) || pebble.IsCorruptionError(err) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	r, _, err := decodeRecord(seq, v)
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // Verify says it with place and extent
	}
	return r.SpooledAt, nil
}
