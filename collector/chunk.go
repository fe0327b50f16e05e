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
	chunkBytes   = 128 << 10
)

// Many streams at a time must not need more memory than a few. Past so many bytes of
// lines in all of them, each is written when it has this many: small writes cost more,
// and still share the fsync. And only some are records at a time, which are several times
// as large as their lines; the others wait for their turn.
const (
	allBytes  = 8 << 20
	leanBytes = 32 << 10
)

// lines are the part of a stream that is checked and written next.
type lines struct {
	text  []byte // of all of them
	spans []span
	size  int // bytes as sent
}

// span is one line within the text.
type span struct {
	from, to int
	index    int
	length   int // as sent; of a line that is too long the text holds the beginning
}

// allLines keeps the memory of lines, which is that of one write.
var allLines = sync.Pool{New: func() any { return new(lines) }}

// release gives the lines back.
func (l *lines) release() {
	l.reset()
	if cap(l.text) <= 2*chunkBytes {
		allLines.Put(l)
	}
}

// inLines are the bytes as sent in all lines.
var inLines atomic.Int64

func (l *lines) add(index int, text []byte, length int) {
	from := len(l.text)
	l.text = append(l.text, text...)
	l.spans = append(l.spans, span{from, len(l.text), index, length})
	l.size += length
	inLines.Add(int64(length))
}

func (l *lines) reset() {
	inLines.Add(-int64(l.size))
	l.text, l.spans, l.size = l.text[:0], l.spans[:0], 0
}

func (l *lines) full() bool {
	return len(l.spans) >= chunkRecords || l.size >= chunkBytes || l.size >= leanBytes && inLines.Load() > allBytes
}

// chunk is what goes into the spool in one write.
type chunk struct {
	items    []item
	entries  []spool.Entry // one for each item
	payloads []byte        // of the entries of accepted records, one behind the other
}

var chunks = sync.Pool{New: func() any { return new(chunk) }}

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
	clear(ck.items)
	clear(ck.entries)
	ck.items, ck.entries, ck.payloads = ck.items[:0], ck.entries[:0], ck.payloads[:0]
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
