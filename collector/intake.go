package collector

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"haochaping/collector/spool"
	"haochaping/record"
)

// Limits of one write of a stream.
const (
	chunkRecords = 1000
	chunkBytes   = 4 << 20
)

// intake takes the records of one request.
type intake struct {
	c     *Collector
	route *route
	key   *record.Key
	rc    record.Receipt
	got   Receipt
	brief bool // list only what was refused: a stream has no bounds
}

// item is one record of the request on its way into the spool.
type item struct {
	index        int
	id           string // empty if it could not be read
	entry        spool.Entry
	problems     record.Problems // not empty = refused
	unattributed bool
	refused      record.Refused // what is kept if it is refused, now or as a conflict
}

// document takes a JSON object or array. All of it is read and checked before
// anything is stored, and stored in one write.
func (q *intake) document(ctx context.Context, b *body) answer {
	buf, _ := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= 4<<20 {
			buffers.Put(buf)
		}
	}()
	if err := b.document(buf); err != nil {
		return b.answer(err)
	}
	raw := bytes.TrimSpace(buf.Bytes())
	if len(raw) == 0 {
		return problem(http.StatusBadRequest, "empty", "The body is empty: send a record.")
	}
	list := []json.RawMessage{raw}
	var err error
	switch raw[0] {
	case '[':
		err = json.Unmarshal(raw, &list)
	case '{':
		var object json.RawMessage
		err = json.Unmarshal(raw, &object)
	default:
		return q.unreadable(ctx, raw, "The body is neither a JSON object nor an array of objects.")
	}
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return q.unreadable(ctx, raw, fmt.Sprintf("Not valid JSON at byte %d. No record of this body was taken.", syntax.Offset))
	case err != nil:
		return q.unreadable(ctx, raw, "Not valid JSON. No record of this body was taken.")
	case len(list) == 0:
		return problem(http.StatusBadRequest, "empty", "The array is empty: send at least one record.")
	case len(list) > maxRecords:
		return problem(http.StatusRequestEntityTooLarge, "too_large", "An array has at most "+strconv.Itoa(maxRecords)+
			" records. Send fewer at a time, or a stream with Content-Type: application/x-ndjson. Nothing was stored.")
	}
	items := make([]item, len(list))
	for i, element := range list {
		items[i] = q.check(i, element, len(element))
	}
	if err := q.store(ctx, items); err != nil {
		return q.notStored(err)
	}
	return q.answer()
}

// unreadable keeps the trace of a body that is no JSON and says so.
func (q *intake) unreadable(ctx context.Context, raw []byte, detail string) answer {
	it := q.refuse(0, raw, len(raw), checked{problems: record.Problems{{Code: record.CodeMalformed, Reason: detail}}})
	if err := q.store(ctx, []item{it}); err != nil {
		return q.notStored(err)
	}
	a := problem(http.StatusBadRequest, "malformed", detail)
	a.problem.Kept, a.problem.Errors = true, q.got.errors()
	return a
}

// stream takes NDJSON chunk by chunk; each chunk is durable before the next is read.
func (q *intake) stream(ctx context.Context, b *body) answer {
	q.brief = true
	r, _ := lineReaders.Get().(*bufio.Reader)
	r.Reset(b.text)
	defer func() {
		r.Reset(nil)
		lineReaders.Put(r)
	}()
	items := make([]item, 0, chunkRecords)
	size := 0
	for index := 0; ; {
		text, length, readErr := line(r)
		if readErr == nil && len(text) > 0 {
			items = append(items, q.check(index, text, length))
			size += length
			index++
		}
		if len(items) == chunkRecords || size >= chunkBytes || readErr != nil {
			if err := q.store(ctx, items); err != nil {
				return q.notStored(err)
			}
			items, size = items[:0], 0
			q.rc.Now = q.c.opts.Now()
		}
		switch {
		case errors.Is(readErr, io.EOF):
			if q.got.total() == 0 {
				return problem(http.StatusBadRequest, "empty", "The stream has no lines: send at least one record.")
			}
			return q.answer()
		case readErr != nil:
			a := b.answer(readErr)
			a.problem.Counts = q.got.Counts
			return a
		}
	}
}

// check runs a record through the door. raw is not used after it returned; length
// is that of the record as sent, of which raw may be the beginning.
func (q *intake) check(index int, raw []byte, length int) item {
	if length > maxLine && len(raw) > 0 && q.brief {
		return q.refuse(index, raw, length, checked{problems: record.Problems{{
			Code: record.CodeTooLong, Reason: "a line has at most " + strconv.Itoa(maxLine) + " bytes: shorten the record",
		}}})
	}
	ch := q.route.check(q.c.opts.Door, raw, q.key, q.rc)
	if len(ch.problems) > 0 {
		return q.refuse(index, raw, length, ch)
	}
	payload, err := record.Encode(ch.record)
	if err != nil {
		// The door lets only bounded values through, so this is a mistake in it.
		panic("collector: accepted record cannot be encoded")
	}
	it := item{index: index, id: ch.id.String()}
	it.entry = spool.Entry{ID: it.id, Kind: byte(q.route.kind), Content: ch.content, Payload: payload}
	it.unattributed = ch.place != nil && q.unattributed(ch.place)
	it.refused = q.trace(length, ch) // its text is filled in if it turns out to be a conflict
	return it
}

func (q *intake) unattributed(p *record.Place) bool {
	if q.c.opts.Directory == nil {
		return false
	}
	d := q.c.opts.Directory()
	if d == nil {
		return false
	}
	_, _, _, missing := d.Attribute(p.Region, p.Hall, p.Window, p.Department, p.Item)
	return missing.Unattributed()
}

// refuse makes the item that keeps a refused record.
func (q *intake) refuse(index int, raw []byte, length int, ch checked) item {
	it := item{index: index, problems: ch.problems, refused: q.trace(length, ch)}
	if ch.id != uuid.Nil && q.route.ownID() {
		it.id = ch.id.String()
	}
	hash := q.c.opts.Door.ContentHash(raw)
	it.refused.Redacted = redacted(raw, hash)
	it.refused.Problems = ch.problems
	it.refused.ID = record.DeriveID(q.rc.Now, "refused", q.key.Name, q.route.kind.String(),
		strconv.FormatInt(q.rc.Now.UnixNano(), 10), strconv.Itoa(index), string(hash[:]))
	it.entry = q.refusedEntry(&it.refused, hash)
	return it
}

// trace is what is kept of a refused record, but for its reasons and its shape.
func (q *intake) trace(length int, ch checked) record.Refused {
	source := ch.source
	if bind(q.key, &source, nil, nil) != nil {
		source = "" // anything could stand there
	}
	return record.Refused{Kind: q.route.kind, Source: source, Sender: q.key.Name, ReceivedAt: q.rc.Now, Size: length}
}

// redacted is the shape of a record; of bytes that are no JSON, length and keyed hash.
func redacted(raw []byte, hash [16]byte) string {
	if json.Valid(raw) {
		return record.Redacted(raw)
	}
	return fmt.Sprintf(`{"bytes":%d,"hash":"%x"}`, len(raw), hash)
}

func (q *intake) refusedEntry(r *record.Refused, content [16]byte) spool.Entry {
	payload, err := record.Encode(r)
	if err != nil {
		panic("collector: refused record cannot be encoded")
	}
	return spool.Entry{ID: r.ID.String(), Kind: byte(record.KindRefused), Content: content, Payload: payload}
}

// store makes the items durable and writes their receipts. On an error nothing
// of these items may be told to the sender.
func (q *intake) store(ctx context.Context, items []item) error {
	if len(items) == 0 {
		return nil
	}
	entries := make([]spool.Entry, len(items))
	for i := range items {
		entries[i] = items[i].entry
	}
	outcomes, err := q.append(ctx, entries)
	if err != nil {
		return err
	}
	var conflicts []spool.Entry
	for i := range items {
		it := &items[i]
		if len(it.problems) == 0 && outcomes[i] == spool.Conflict {
			conflicts = append(conflicts, q.conflict(it))
		}
	}
	if len(conflicts) > 0 {
		// What is kept of a conflict has an id made of its content: sent again, it
		// is known already.
		if _, err := q.append(ctx, conflicts); err != nil {
			return err
		}
	}
	for i := range items {
		q.count(&items[i], outcomes[i])
	}
	return nil
}

func (q *intake) conflict(it *item) spool.Entry {
	it.problems = record.Problems{{
		Field: q.route.idField(), Code: record.CodeConflict,
		Reason: "known with other content, and the first stays: give each record an id (each state of a case a version) of its own",
	}}
	it.refused.Problems = it.problems
	it.refused.Redacted = record.Redacted(it.entry.Payload[1:])
	it.refused.ID = record.DeriveID(time.Time{}, "conflict", q.route.kind.String(), it.id, string(it.entry.Content[:]))
	return q.refusedEntry(&it.refused, it.entry.Content)
}

func (q *intake) append(ctx context.Context, entries []spool.Entry) ([]spool.Outcome, error) {
	// A sender that hangs up must not stop a write that others share.
	outcomes, err := q.c.opts.Spool.Append(context.WithoutCancel(ctx), entries)
	if errors.Is(err, spool.ErrFull) {
		q.c.fullAt.Store(q.c.opts.Now().UnixNano())
	}
	return outcomes, err
}
