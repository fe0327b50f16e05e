package collector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"haochaping/collector/spool"
	"haochaping/record"
)

// intake takes the records of one request.
type intake struct {
	c     *Collector
	route *route
	key   *record.Key
	rc    record.Receipt
	got   Receipt
	brief bool // list only what was refused: a stream has no bounds

	reasons map[string]uint64 // refused and conflicting records by the code of their first problem
}

// item is one record of the request on its way into the spool.
type item struct {
	index        int
	id           string // empty if it could not be read
	length       int    // bytes as sent
	checked      checked
	problems     record.Problems // not empty = refused
	unattributed bool
}

// document takes a JSON object or array. All of it is read and checked before
// anything is stored, and stored in one write.
func (q *intake) document(ctx context.Context, b *body) answer {
	buf, _ := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= keptBuffer {
			buffers.Put(buf)
		}
	}()
	if err := b.document(buf); err != nil {
		return b.answer(err)
	}
	raw := bytes.TrimSpace(withoutMark(buf.Bytes()))
	if looksPacked(raw) {
		return packedUnsaid()
	}
	if len(raw) == 0 {
		return problem(http.StatusBadRequest, "empty", "The body is empty: send a record.")
	}
	if raw[0] == '[' {
		q.c.turns <- struct{}{}
		defer func() { <-q.c.turns }()
	}
	ck := newChunk()
	defer ck.release()
	if a := q.records(ctx, ck, raw); a != nil {
		return *a
	}
	if err := q.store(ctx, ck); err != nil {
		return q.notStored(err)
	}
	return q.answer()
}

// records checks the records of a body, or answers why there are none.
func (q *intake) records(ctx context.Context, ck *chunk, raw []byte) *answer {
	var a answer
	switch raw[0] {
	case '{':
		q.check(ck, 0, raw, len(raw))
		if len(ck.items[0].problems) == 0 {
			return nil // so it is JSON, and need not be looked at for that
		}
		var object json.RawMessage
		err := json.Unmarshal(raw, &object)
		if err == nil {
			return nil
		}
		ck.reset()
		a = q.unreadable(ctx, ck, raw, malformed(err))
	case '[':
		var list []json.RawMessage
		err := json.Unmarshal(raw, &list)
		switch {
		case err != nil:
			a = q.unreadable(ctx, ck, raw, malformed(err))
		case len(list) == 0:
			a = problem(http.StatusBadRequest, "empty", "The array is empty: send at least one record.")
		case len(list) > maxRecords:
			a = problem(http.StatusRequestEntityTooLarge, "too_large", "An array has at most "+strconv.Itoa(maxRecords)+
				" records. Send fewer at a time, or a stream with Content-Type: application/x-ndjson. Nothing was stored.")
		default:
			for i, element := range list {
				q.check(ck, i, element, len(element))
			}
			return nil
		}
	default:
		a = q.unreadable(ctx, ck, raw, "The body is neither a JSON object nor an array of objects.")
	}
	return &a
}

func malformed(err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("Not valid JSON at byte %d. No record of this body was taken.", syntax.Offset)
	}
	return "Not valid JSON. No record of this body was taken."
}

// unreadable keeps the trace of a body that is no JSON and says so.
func (q *intake) unreadable(ctx context.Context, ck *chunk, raw []byte, detail string) answer {
	q.refuse(ck, 0, raw, len(raw), checked{problems: record.Problems{{Code: record.CodeMalformed, Reason: detail}}})
	if err := q.store(ctx, ck); err != nil {
		return q.notStored(err)
	}
	a := problem(http.StatusBadRequest, "malformed", detail)
	a.problem.Kept, a.problem.Errors = true, q.got.errors()
	return a
}

// check runs a record through the door and adds it to the chunk. raw is not used
// after it returned; length is that of the record as sent, of which raw may be the
// beginning.
func (q *intake) check(ck *chunk, index int, raw []byte, length int) {
	if length > maxLine && len(raw) > 0 && q.brief {
		q.refuse(ck, index, raw, length, checked{problems: record.Problems{{
			Code: record.CodeTooLong, Reason: "a line has at most " + strconv.Itoa(maxLine) + " bytes: shorten the record",
		}}})
		return
	}
	ch := q.route.check(q.c.opts.Door, raw, q.key, q.rc)
	if len(ch.problems) > 0 {
		q.refuse(ck, index, raw, length, ch)
		return
	}
	payload, err := ck.encode(ch.record)
	if err != nil {
		// The door lets only bounded values through, so this is a mistake in it.
		panic("collector: accepted record cannot be encoded")
	}
	it := item{index: index, id: ch.id.String(), length: length}
	it.unattributed = ch.place != nil && q.unattributed(ch.place)
	ch.record, ch.place = nil, nil // encoded, and never needed again
	it.checked = ch
	ck.add(it, spool.Entry{ID: it.id, Kind: byte(q.route.kind), Content: ch.content, Payload: payload})
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

// refuse adds what is kept of a refused record to the chunk.
func (q *intake) refuse(ck *chunk, index int, raw []byte, length int, ch checked) {
	it := item{index: index, length: length, checked: ch, problems: ch.problems}
	if ch.id != uuid.Nil && q.route.ownID() {
		it.id = ch.id.String()
	}
	hash := q.c.opts.Door.ContentHash(raw)
	r := q.trace(&it)
	r.Redacted = redacted(raw, hash)
	r.ID = record.DeriveID(q.rc.Now, "refused", q.key.Name, q.route.kind.String(),
		strconv.FormatInt(q.rc.Now.UnixNano(), 10), strconv.Itoa(index), string(hash[:]))
	if w := ch.wire; w != nil {
		r.Held = q.c.opts.Door.Hold(w.in, w.rc, ch.problems, r.ID)
	}
	ck.add(it, q.refusedEntry(&r, hash))
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
