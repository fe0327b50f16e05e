package collector

import (
	"bytes"
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"net/http"
	"strconv"

	"haochaping/record"
)

// delivery is one coming of an announced batch. A nil delivery is that of records
// nobody announced.
type delivery struct {
	announced record.Announcement
	lines     lineHash
}

// delivery finds the announcement of a request with a Batch-Id, before its body is
// looked at. It returns nil for a request without one.
func (c *Collector) delivery(r *http.Request, q *intake, stream bool) (*delivery, *answer) {
	id := r.Header.Get(batchHeader)
	if id == "" {
		return nil, nil
	}
	refused := func(a answer) (*delivery, *answer) { return nil, &a }
	switch {
	case q.key.Kind != record.KeySource:
		return refused(problem(http.StatusForbidden, "forbidden", "Announced batches are for the keys of sources. Keep the records and send them without Batch-Id."))
	case !stream:
		return refused(problem(http.StatusUnsupportedMediaType, "content_type", "Send the records of an announced batch with Content-Type: application/x-ndjson."))
	}
	var unknown error
	for _, source := range q.key.Sources {
		a, err := c.batches.announcement(r.Context(), batchKey{source, id})
		switch {
		case a == nil:
			if err != nil {
				unknown = err
			}
		case a.Records != q.route.kind:
			return refused(problem(http.StatusConflict, "announced_otherwise", "This batch is announced with records of another kind. Keep the records and send them to the address that was announced."))
		default:
			q.rc.Batch = a.ID
			return &delivery{announced: *a, lines: lineHash{sum: sha256.New()}}, nil
		}
	}
	if unknown != nil {
		return refused(c.batchesAway(unknown))
	}
	return refused(problem(http.StatusConflict, "unannounced", "No batch of this id was announced for a source of this key. Keep the records, announce the batch with POST /api/v1/batches, and send them again."))
}

// through has the lines hashed as they are read.
func (d *delivery) through(text io.Reader) io.Reader {
	if d == nil {
		return text
	}
	return io.TeeReader(text, &d.lines)
}

// ended makes the receipt of a delivery that came to its end durable and puts it into
// the answer. One that broke off gets none: what it brought is durable, and sent again
// it is known.
func (d *delivery) ended(ctx context.Context, q *intake, a answer) answer {
	if d == nil || a.receipt == nil && !a.problem.Kept {
		return a
	}
	d.lines.end()
	n := &q.got.Counts
	r := d.announced
	r.Stamp = record.Stamp{ReceivedAt: q.c.batches.moment(q.c.opts.Now()), Collector: q.c.opts.Name, Sender: q.key.Name}
	r.Delivered, r.Arrived = true, uint64(n.total())
	r.HashMatches = bytes.Equal(d.lines.sum.Sum(nil), r.Hash[:])
	r.Accepted, r.Unattributed, r.Duplicate = uint64(n.Accepted), uint64(n.Unattributed), uint64(n.Duplicate)
	r.Refused, r.Conflicts, r.Reasons = uint64(n.Refused), uint64(n.Conflicts), q.reasons
	name := record.DeriveID(r.ReceivedAt, "delivery", r.Source, r.ID, r.Collector, newIncident())
	content := q.c.opts.Door.ContentHash([]byte("delivery " + name.String() + " " + strconv.FormatUint(r.Arrived, 10)))
	if _, err := q.c.storeAnnouncement(ctx, &r, content, name.String()); err != nil {
		return q.notStored(err)
	}
	q.c.batches.add(&r)
	receipt := receiptOf(&r)
	if a.receipt != nil {
		a.receipt.Batch = &receipt
	} else {
		a.problem.Batch = &receipt
	}
	return a
}

// lineHash is SHA-256 over the lines of what is written to it: those that are not
// empty, each without blanks at its ends and followed by one line feed.
type lineHash struct {
	sum    hash.Hash
	inLine bool
	held   []byte // blanks that may turn out to end the line
}

// heldLimit bounds the blanks inside a line that are waited with.
const heldLimit = 64 << 10

var lineFeed = []byte{'\n'}

// Write implements io.Writer; it never fails.
func (h *lineHash) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		part, rest, ended := bytes.Cut(p, lineFeed)
		h.part(part)
		if ended {
			h.end()
		}
		p = rest
	}
	return n, nil
}

const blanks = " \t\r\v\f"

func (h *lineHash) part(p []byte) {
	if !h.inLine {
		if p = bytes.TrimLeft(p, blanks); len(p) == 0 {
			return
		}
		h.inLine = true
	}
	text := bytes.TrimRight(p, blanks)
	if len(text) > 0 || len(h.held)+len(p) > heldLimit {
		h.sum.Write(h.held)
		h.held = h.held[:0]
		h.sum.Write(text)
	}
	h.held = append(h.held, p[len(text):]...)
}

// end ends a line.
func (h *lineHash) end() {
	if h.inLine {
		h.sum.Write(lineFeed)
	}
	h.inLine, h.held = false, h.held[:0]
}
