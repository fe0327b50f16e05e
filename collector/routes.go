package collector

import (
	"strings"

	"github.com/google/uuid"

	"haochaping/record"
)

// route is one of the addresses that take records.
type route struct {
	kind    record.Kind
	devices bool // whether the key of a device may use it
	check   func(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked
}

// routes are the addresses below /api/v1/.
var routes = map[string]*route{
	"ratings":    {record.KindRating, true, checkRating},
	"cases":      {record.KindCase, false, checkCase},
	"prompts":    {record.KindPrompt, true, checkPrompt},
	"follow-ups": {record.KindFollowUp, false, checkFollowUp},
	"tallies":    {record.KindTally, false, checkTally},
}

// ownID reports whether the sender chooses the id; the id of the other kinds is
// derived from what they say.
func (r *route) ownID() bool { return r.kind != record.KindCase && r.kind != record.KindTally }

// idField names the field to change when an id is taken.
func (r *route) idField() string {
	if r.ownID() {
		return "id"
	}
	return "version"
}

// checked is a record that the door has looked at.
type checked struct {
	id       uuid.UUID // nil if it could not be read
	source   string    // one that the key may speak for, else empty
	content  [16]byte  // of the record as sent, before anything was filled in
	place    *record.Place
	record   any // pointer to the accepted record
	problems record.Problems
	sent     named

	wire *wire // if it was refused, for what is held of it
}

// wire is a record as it was sent, with what is known of its way here.
type wire struct {
	in any
	rc record.Receipt
}

// refusable keeps the wire record beside a refused one.
func (ch checked) refusable(in any, rc record.Receipt) checked {
	if len(ch.problems) > 0 {
		ch.wire = &wire{in, rc}
	}
	return ch
}

// receive hands a record to the door as it was sent.
func receive(d *record.Door, key *record.Key, in any, source string, rc record.Receipt) record.Receipt {
	if source = strings.TrimSpace(source); source == "" && len(key.Sources) > 0 {
		source = key.Sources[0]
	}
	return d.Receive(in, source, rc)
}

// unread is a record that could not be decoded.
func unread(raw []byte, rc record.Receipt, ps record.Problems) checked {
	ch := checked{problems: ps}
	ch.id, ch.source, ch.sent = salvaged(raw)
	if ch.sent.batch == "" {
		ch.sent.batch = rc.Batch
	}
	return ch
}

func checkRating(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked {
	var in record.RatingInput
	if ps := record.Decode(raw, &in); ps != nil {
		return unread(raw, rc, ps)
	}
	rc = receive(d, key, &in, in.Source, rc)
	if in.BatchID == "" {
		in.BatchID = rc.Batch
	}
	bound := bind(key, boundDay(d, &rc, in.RatedAt), &in.Source, &in.DeviceID, &in.Place)
	r, ps := d.Rating(&in, rc)
	return checked{r.ID, r.Source, rc.Content, &r.Place, &r, append(bound, ps...), named{in.BatchID, in.DeviceID, in.Installation, in.DeviceSeq}, nil}.refusable(&in, rc)
}

func checkPrompt(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked {
	var in record.PromptInput
	if ps := record.Decode(raw, &in); ps != nil {
		return unread(raw, rc, ps)
	}
	rc = receive(d, key, &in, in.Source, rc)
	if in.BatchID == "" {
		in.BatchID = rc.Batch
	}
	bound := bind(key, boundDay(d, &rc, in.ShownAt, in.ServedAt), &in.Source, &in.DeviceID, &in.Place)
	r, ps := d.Prompt(&in, rc)
	return checked{r.ID, r.Source, rc.Content, &r.Place, &r, append(bound, ps...), named{batch: in.BatchID, device: in.DeviceID}, nil}.refusable(&in, rc)
}

func checkCase(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked {
	var in record.CaseInput
	if ps := record.Decode(raw, &in); ps != nil {
		return unread(raw, rc, ps)
	}
	rc = receive(d, key, &in, in.Source, rc)
	if in.BatchID == "" {
		in.BatchID = rc.Batch
	}
	bound := bindSource(key, &in.Source)
	r, ps := d.Case(&in, rc)
	return checked{r.ID(), r.Source, rc.Content, &r.Place, &r, append(bound, ps...), named{batch: in.BatchID}, nil}.refusable(&in, rc)
}

func checkFollowUp(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked {
	var in record.FollowUpInput
	if ps := record.Decode(raw, &in); ps != nil {
		return unread(raw, rc, ps)
	}
	rc = receive(d, key, &in, in.Source, rc)
	if in.BatchID == "" {
		in.BatchID = rc.Batch
	}
	bound := bindSource(key, &in.Source)
	r, ps := d.FollowUp(&in, rc)
	return checked{r.ID, r.Source, rc.Content, nil, &r, append(bound, ps...), named{batch: in.BatchID}, nil}.refusable(&in, rc)
}

func checkTally(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked {
	var in record.TallyInput
	if ps := record.Decode(raw, &in); ps != nil {
		return unread(raw, rc, ps)
	}
	rc = receive(d, key, &in, in.Source, rc)
	bound := bindSource(key, &in.Source)
	r, ps := d.Tally(&in, rc)
	return checked{r.ID(), r.Source, rc.Content, &r.Place, &r, append(bound, ps...), named{batch: rc.Batch}, nil}.refusable(&in, rc)
}
