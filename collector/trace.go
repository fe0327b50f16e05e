package collector

import (
	"encoding/json"
	"strings"

	"github.com/google/uuid"

	"haochaping/record"
)

// named is what a record says about itself besides its content: which of its
// sender's records it is, and with which announced batch it came.
type named struct {
	batch        string
	device       string
	installation string
	seq          uint64
}

// trace is what is kept of a refused record, but for its id and its shape.
// Its number is kept where the key may speak for the device: a number that was
// refused has arrived.
func (q *intake) trace(it *item) record.Refused {
	ch := &it.checked
	r := record.Refused{
		Kind: q.route.kind, Source: ch.source, Sender: q.key.Name, Collector: q.c.opts.Name,
		BatchID: plainCode(ch.sent.batch), ReceivedAt: q.rc.Now, Size: it.length, Problems: it.problems,
	}
	if q.route.ownID() || len(ch.problems) == 0 {
		r.RecordID = ch.id
	}
	speaks := true
	if bindSource(q.key, &r.Source) != nil {
		r.Source = "" // anything could stand there
		speaks = q.key.Kind == record.KeyDevice
	}
	device := ch.sent.device
	if q.route.devices && speaks && bindDevice(q.key, &device) == nil {
		if r.DeviceID = plainCode(device); r.DeviceID != "" {
			r.Installation, r.DeviceSeq = plainCode(ch.sent.installation), ch.sent.seq
		}
	}
	return r
}

// plainCode returns a code that may stand in what is kept of a refused record, or
// "" for anything that could be a submitted text or a personal number.
func plainCode(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 64 || record.RedactPersonal(s) != s {
		return ""
	}
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_', c == '.', c == ':':
		default:
			return ""
		}
	}
	return s
}

// salvaged reads what can be read of a record that could not be decoded as a
// whole, field by field.
func salvaged(raw []byte) (id uuid.UUID, source string, sent named) {
	var in struct {
		ID           json.RawMessage `json:"id"`
		Source       json.RawMessage `json:"source"`
		DeviceID     json.RawMessage `json:"device_id"`
		Installation json.RawMessage `json:"installation"`
		DeviceSeq    json.RawMessage `json:"device_seq"`
		BatchID      json.RawMessage `json:"batch_id"`
	}
	if json.Unmarshal(raw, &in) != nil {
		return uuid.Nil, "", named{}
	}
	// What is not of its type stays empty.
	read := func(raw json.RawMessage, to any) { _ = raw != nil && json.Unmarshal(raw, to) == nil }
	var text string
	read(in.ID, &text)
	if id, _ = uuid.Parse(text); len(text) != 36 {
		id = uuid.Nil
	}
	read(in.Source, &source)
	read(in.DeviceID, &sent.device)
	read(in.Installation, &sent.installation)
	read(in.DeviceSeq, &sent.seq)
	read(in.BatchID, &sent.batch)
	return id, source, sent
}
