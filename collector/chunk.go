package collector

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"haochaping/collector/spool"
	"haochaping/record"
)

// Limits of one write of a stream.
const (
	chunkRecords = 1000
	chunkBytes   = 4 << 20
)

// Many streams at a time must not need more memory than a few: past so many bytes in
// all chunks, each is written when it holds this much. Small chunks cost more, and
// still share the fsync.
const (
	allBytes  = 12 << 20
	leanBytes = 32 << 10
)

// chunk is what goes into the spool in one write.
type chunk struct {
	items    []item
	entries  []spool.Entry // one for each item
	payloads []byte        // of the entries of accepted records, one behind the other
	size     int           // bytes as sent
}

var (
	chunks  = sync.Pool{New: func() any { return new(chunk) }}
	inChunk atomic.Int64 // bytes as sent of all chunks
)

func newChunk() *chunk {
	ck, _ := chunks.Get().(*chunk)
	return ck
}

// release gives the chunk back. Nothing of what it held may be in use.
func (ck *chunk) release() {
	ck.reset()
	if cap(ck.items) <= 2*chunkRecords && cap(ck.payloads) <= 1<<20 {
		chunks.Put(ck)
	}
}

func (ck *chunk) reset() {
	inChunk.Add(-int64(ck.size))
	clear(ck.items)
	clear(ck.entries)
	ck.items, ck.entries, ck.payloads, ck.size = ck.items[:0], ck.entries[:0], ck.payloads[:0], 0
}

// encode writes an accepted record behind those before it.
func (ck *chunk) encode(r any) ([]byte, error) {
	from := len(ck.payloads)
	all, err := record.AppendEncode(ck.payloads, r)
	if err != nil {
		return nil, err
	}
	ck.payloads = all
	return all[from:len(all):len(all)], nil
}

func (ck *chunk) add(it item, entry spool.Entry) {
	ck.items, ck.entries = append(ck.items, it), append(ck.entries, entry)
	ck.size += it.length
	inChunk.Add(int64(it.length))
}

func (ck *chunk) full() bool {
	return len(ck.items) >= chunkRecords || ck.size >= chunkBytes || ck.size >= leanBytes && inChunk.Load() > allBytes
}

// store makes a chunk durable and writes its receipts. On an error nothing of it
// may be told to the sender.
func (q *intake) store(ctx context.Context, ck *chunk) error {
	outcomes, err := q.append(ctx, ck.entries)
	if err != nil {
		return err
	}
	return q.settle(ctx, ck, outcomes)
}

// settle makes durable what is kept of the conflicts of a stored chunk and writes
// the receipts of all of it.
func (q *intake) settle(ctx context.Context, ck *chunk, outcomes []spool.Outcome) error {
	var conflicts []spool.Entry
	for i := range ck.items {
		if it := &ck.items[i]; len(it.problems) == 0 && outcomes[i] == spool.Conflict {
			conflicts = append(conflicts, q.conflict(it, &ck.entries[i]))
		}
	}
	if len(conflicts) > 0 {
		// What is kept of a conflict has an id made of its content: sent again, it
		// is known already.
		if _, err := q.append(ctx, conflicts); err != nil {
			return err
		}
	}
	before := q.got.Counts
	for i := range ck.items {
		q.count(&ck.items[i], outcomes[i])
	}
	q.c.metrics.counted(q.route.kind, before, q.got.Counts)
	return nil
}

func (q *intake) conflict(it *item, entry *spool.Entry) spool.Entry {
	it.problems = record.Problems{{
		Field: q.route.idField(), Code: record.CodeConflict,
		Reason: "known with other content, and the first stays: give each record an id (each state of a case a version) of its own",
	}}
	r := q.trace(it)
	r.Redacted = record.RedactedEncoded(record.Kind(entry.Kind), entry.Payload)
	r.ID = record.DeriveID(time.Time{}, "conflict", q.route.kind.String(), it.id, string(entry.Content[:]))
	return q.refusedEntry(&r, entry.Content)
}

// append stores the entries and returns what became of each. A refused record past the
// key's quota is not stored, and counts as if it were.
func (q *intake) append(ctx context.Context, entries []spool.Entry) ([]spool.Outcome, error) {
	kept, refused, dropped := q.withinQuota(entries)
	if len(kept) == 0 {
		return make([]spool.Outcome, len(entries)), nil
	}
	// A sender that hangs up must not stop a write that others share.
	outcomes, err := q.c.opts.Spool.Append(context.WithoutCancel(ctx), kept)
	if err != nil {
		q.c.limits.giveBack(q.key, refused)
		q.c.sawFull(err)
		return nil, err
	}
	if dropped == nil {
		return outcomes, nil
	}
	all := make([]spool.Outcome, len(entries))
	for i := range entries {
		if !dropped[i] {
			all[i], outcomes = outcomes[0], outcomes[1:]
		}
	}
	return all, nil
}
