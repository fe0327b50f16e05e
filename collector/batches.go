package collector

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"haochaping/collector/spool"
	"haochaping/record"
)

// Batches knows what was announced and delivered over all collectors.
type Batches interface {
	Announcements(ctx context.Context, source, id string) ([]record.Announcement, error)
}

// SpoolReader shows what waits in the spool.
type SpoolReader interface {
	Read(after uint64, maxCount, maxBytes int) ([]spool.Record, error)
}

// batchKey names an announced batch.
type batchKey struct{ source, id string }

// Bounds of what is remembered of announced batches.
const (
	maxBatches    = 2000
	maxDeliveries = 20 // of one batch, the newest
)

// batches remembers announcements and receipts from the moment they are durable in
// this collector's spool. What it forgets, or did not see because it came before a
// restart, it finds again in the spool, or, when shipped, in the warehouse.
type batches struct {
	store Batches     // nil = there is no warehouse to ask
	spool SpoolReader // nil = the spool cannot be looked into

	scanning sync.Mutex // one look into the spool at a time

	mu    sync.Mutex
	byKey map[batchKey]*list.Element // guarded by mu; of *remembered
	order list.List                  // guarded by mu; the one used last is in front
	whole bool                       // guarded by mu; nothing in the spool is missing here
	last  time.Time                  // guarded by mu; of the newest receipt
}

// remembered is what is known of one batch.
type remembered struct {
	key    batchKey
	states []record.Announcement // in the order of their times
}

// add remembers an announcement or a receipt that is durable.
func (b *batches) add(a *record.Announcement) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := batchKey{a.Source, a.ID}
	e := b.byKey[key]
	if e == nil {
		if b.byKey == nil {
			b.byKey = map[batchKey]*list.Element{}
		}
		e = b.order.PushFront(&remembered{key: key})
		b.byKey[key] = e
		if b.order.Len() > maxBatches {
			oldest, _ := b.order.Remove(b.order.Back()).(*remembered)
			delete(b.byKey, oldest.key)
			b.whole = false
		}
	}
	b.order.MoveToFront(e)
	r, _ := e.Value.(*remembered)
	// The warehouse, or the spool, has the others.
	r.states = newest(merged(r.states, []record.Announcement{*a}), maxDeliveries)
}

// newest keeps the announcements and at most limit of the newest receipts.
func newest(states []record.Announcement, limit int) []record.Announcement {
	excess := -limit
	for i := range states {
		if states[i].Delivered {
			excess++
		}
	}
	return slices.DeleteFunc(states, func(a record.Announcement) bool {
		if !a.Delivered || excess <= 0 {
			return false
		}
		excess--
		return true
	})
}

func (b *batches) inMemory(key batchKey) (states []record.Announcement, whole bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.byKey[key]; e != nil {
		b.order.MoveToFront(e)
		r, _ := e.Value.(*remembered)
		states = slices.Clone(r.states)
	}
	return states, b.whole
}

// announcement returns what was first announced under a key, nil if nothing was. With
// an error nobody knows.
func (b *batches) announcement(ctx context.Context, key batchKey) (*record.Announcement, error) {
	states, _ := b.inMemory(key)
	if first := announcementOf(states); first != nil {
		return first, nil
	}
	states, _, err := b.find(ctx, key)
	if first := announcementOf(states); first != nil {
		return first, nil
	}
	return nil, err
}

// find returns all that is known of a batch, in the order of time; nothing if it was
// never announced. everywhere says whether the other collectors were asked, through
// the warehouse; with an error they were not, and what is returned is this collector's
// part.
func (b *batches) find(ctx context.Context, key batchKey) (states []record.Announcement, everywhere bool, err error) {
	states, whole := b.inMemory(key)
	if !whole {
		// Before the warehouse: what is shipped meanwhile is seen there.
		if states, err = b.scan(ctx, key); err != nil {
			return states, false, err
		}
	}
	if b.store == nil {
		return states, false, errors.New("look up a batch: there is no warehouse to ask")
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	shipped, err := b.store.Announcements(ctx, key.source, key.id)
	if err != nil {
		return states, false, fmt.Errorf("look up a batch: %w", err)
	}
	return newest(merged(shipped, states), maxListed), true, nil
}

// scan looks through the spool and remembers all that it finds, what belongs to the
// key for certain.
func (b *batches) scan(ctx context.Context, key batchKey) ([]record.Announcement, error) {
	b.scanning.Lock()
	defer b.scanning.Unlock()
	states, whole := b.inMemory(key)
	if whole || b.spool == nil {
		return states, nil
	}
	b.mu.Lock()
	b.whole = true // until something has to be forgotten again
	b.mu.Unlock()
	err := b.read(ctx, func(a *record.Announcement) {
		b.add(a)
		if (batchKey{a.Source, a.ID}) == key {
			states = newest(merged(states, []record.Announcement{*a}), maxDeliveries)
		}
	})
	if err != nil {
		b.mu.Lock()
		b.whole = false
		b.mu.Unlock()
		return states, fmt.Errorf("look up a batch: %w", err)
	}
	return states, nil
}

func (b *batches) read(ctx context.Context, each func(*record.Announcement)) error {
	for after := uint64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		records, err := b.spool.Read(after, 1000, 4<<20)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return nil
		}
		for i := range records {
			if record.Kind(records[i].Kind) != record.KindAnnouncement {
				continue
			}
			var batch record.Batch
			if err := batch.Decode(record.KindAnnouncement, records[i].Payload); err != nil {
				return err
			}
			each(&batch.Announcements[0])
		}
		after = records[len(records)-1].Seq
	}
}

// merged joins two lists of states, each once, in the order of their times.
func merged(a, b []record.Announcement) []record.Announcement {
	all := slices.Concat(a, b)
	slices.SortStableFunc(all, func(x, y record.Announcement) int { return x.ReceivedAt.Compare(y.ReceivedAt) })
	type state struct {
		collector string
		delivered bool
		at        int64
	}
	seen := map[state]bool{}
	return slices.DeleteFunc(all, func(x record.Announcement) bool {
		s := state{x.Collector, x.Delivered, x.ReceivedAt.UnixMilli()}
		known := seen[s]
		seen[s] = true
		return known
	})
}

// moment is the time of a receipt: no two of this collector have the same, to the
// millisecond, in which the warehouse keeps it.
func (b *batches) moment(now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	now = now.Truncate(time.Millisecond)
	if earliest := b.last.Add(time.Millisecond); now.Before(earliest) && earliest.Sub(now) < time.Minute {
		now = earliest
	}
	b.last = now
	return now
}
