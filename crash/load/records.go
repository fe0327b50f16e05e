package load

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"haochaping/crash/journal"
)

// Days before Base over which everything that is sent is spread.
const Days = 20

// Departments of the records, for the directory.
var Departments = []string{"D1", "D2", "D3"}

type fields map[string]any

// fresh makes a request that was never sent before.
func (s *sender) fresh() *request {
	if s.Device != "" {
		return s.freshOfDevice()
	}
	switch n := s.rng.IntN(100); {
	case n < 35:
		return s.request("ratings", s.rating(nil))
	case n < 47:
		return s.batch("ratings", 2+s.rng.IntN(8), false, func() *journal.Sent { return s.rating(nil) })
	case n < 52:
		return s.batch("ratings", 10+s.rng.IntN(90), true, func() *journal.Sent { return s.rating(nil) })
	case n < 55:
		return s.announced()
	case n < 70:
		return s.freshCases()
	case n < 76:
		return s.batch("prompts", 1+s.rng.IntN(5), s.rng.IntN(2) == 0, s.prompt)
	case n < 84:
		return s.freshFollowUp()
	case n < 90:
		return s.contested()
	default:
		return s.bad()
	}
}

// freshOfDevice makes the next numbered rating. Now and then the device is set up anew
// and counts from 1 again, and now and then it says what its own clock shows.
func (s *sender) freshOfDevice() *request {
	if s.deviceSeq > 20 && s.rng.IntN(200) == 0 {
		s.installation++
		s.deviceSeq = 0
	}
	s.deviceSeq++
	shifted := s.rng.IntN(5) == 0
	sent := s.rating(fields{
		"device_id": s.Device, "installation": fmt.Sprintf("i%d", s.installation), "device_seq": s.deviceSeq,
	})
	sent.Shifted = shifted
	r := s.request("ratings", sent)
	r.shifted = shifted
	return r
}

func (s *sender) id() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], s.rng.Uint64())
	binary.BigEndian.PutUint64(b[8:], s.rng.Uint64())
	id, err := uuid.NewV7FromReader(bytes.NewReader(b[:]))
	if err != nil {
		panic("load: 16 bytes are enough for an id: " + err.Error())
	}
	return id.String()
}

// moment is some time of the days before Base, to the millisecond.
func (s *sender) moment() time.Time {
	back := time.Duration(s.rng.Int64N(int64(Days * 24 * time.Hour)))
	return s.load.options.Base.Add(-back).Truncate(time.Millisecond)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (s *sender) department() string { return Departments[s.rng.IntN(len(Departments))] }

func (s *sender) level() string { return strconv.Itoa(1 + s.rng.IntN(5)) }

// rating makes a good rating: of a service event, if it is not of a device. One in ten
// rates an event that was rated before.
func (s *sender) rating(more fields) *journal.Sent {
	at := s.moment()
	f := fields{
		"id": s.id(), "source": s.Source, "department": s.department(), "staff": "c0", "answer": "active",
		"level": s.level(), "channel": "tablet", "rated_at": stamp(at), "comment": "窗口服务",
	}
	maps.Copy(f, more)
	if s.Device == "" {
		s.events++
		f["case_id"], f["service_number"], f["served_at"] = fmt.Sprintf("E%d-%d", s.number, s.events), "1", stamp(at.Add(-time.Minute))
		if other := s.some("rating"); other != nil && s.rng.IntN(10) == 0 {
			for _, name := range []string{"case_id", "service_number", "served_at", "department"} {
				f[name] = other.fields[name]
			}
		}
		switch s.rng.IntN(20) {
		case 0:
			f["answer"] = "default"
		case 1:
			f["answer"] = "unanswered"
			delete(f, "level")
		case 2:
			f["assess_number"] = 2
		}
	}
	return s.good("rating", fmt.Sprint(f["id"]), f)
}

// good writes a record down and keeps it in mind.
func (s *sender) good(kind, key string, f fields) *journal.Sent {
	sent := s.made(kind, key, 0, "", f)
	if len(s.known) < maxRemember {
		s.known = append(s.known, &known{sent: sent, fields: f})
	} else {
		s.known[s.rng.IntN(maxRemember)] = &known{sent: sent, fields: f}
	}
	return sent
}

func (s *sender) made(kind, key string, content int, bad string, f fields) *journal.Sent {
	wire, err := json.Marshal(f)
	if err != nil {
		panic("load: a record of plain values: " + err.Error())
	}
	return &journal.Sent{World: s.load.options.World, Kind: kind, Key: key, Content: content, Bad: bad, Wire: wire}
}

// some is a record of that kind that was sent, nil if the first look finds none.
func (s *sender) some(kind string) *known {
	if len(s.known) == 0 {
		return nil
	}
	if k := s.known[s.rng.IntN(len(s.known))]; k.sent.Kind == kind && !k.sent.Shifted {
		return k
	}
	return nil
}

// prompt asks for a rating of an event that has one, or of another.
func (s *sender) prompt() *journal.Sent {
	at := s.moment()
	s.events++
	f := fields{
		"id": s.id(), "source": s.Source, "department": s.department(), "staff": "c0",
		"case_id": fmt.Sprintf("E%d-%d", s.number, s.events), "service_number": "1", "served_at": stamp(at), "shown_at": stamp(at.Add(time.Minute)),
	}
	if other := s.some("rating"); other != nil {
		for _, name := range []string{"case_id", "service_number", "served_at", "department"} {
			f[name] = other.fields[name]
		}
	}
	return s.good("prompt", fmt.Sprint(f["id"]), f)
}

// freshCases makes the next versions of a new case, in one body.
func (s *sender) freshCases() *request {
	s.cases++
	number, at, department := fmt.Sprintf("K%d-%d", s.number, s.cases), s.moment(), s.department()
	version := 0
	return s.batch("cases", 1+s.rng.IntN(3), false, func() *journal.Sent {
		version++
		f := fields{
			"source": s.Source, "case_id": number, "version": version, "department": department, "staff": "c0",
			"accepted_at": stamp(at), "visits": version,
		}
		if version > 1 {
			f["finished_at"] = stamp(at.Add(time.Duration(1+s.rng.IntN(60)) * time.Minute))
		}
		return s.good("case", number+"/"+strconv.Itoa(version), f)
	})
}

// freshFollowUp makes a step in the handling of a rating; some take it out of the figures.
func (s *sender) freshFollowUp() *request {
	rating := s.some("rating")
	if rating == nil {
		return s.request("ratings", s.rating(nil))
	}
	f := fields{
		"id": s.id(), "source": s.Source, "rating_id": rating.fields["id"], "by": "c0", "at": stamp(s.moment()),
		"step": []string{"contacted", "excluded", "reinstated"}[s.rng.IntN(3)],
	}
	return s.request("follow-ups", s.good("follow_up", fmt.Sprint(f["id"]), f))
}

// contested sends another content under an id, or under a version of a case, that is known.
func (s *sender) contested() *request {
	k := s.some("rating")
	if k == nil {
		k = s.some("case")
	}
	if k == nil || k.contested || k.fields["answer"] == "unanswered" {
		return s.request("ratings", s.rating(nil))
	}
	k.contested = true
	f := maps.Clone(k.fields)
	f["staff"] = "c1"
	if k.sent.Kind == "case" {
		f["visits"] = 50
		return s.request("cases", s.made("case", k.sent.Key, 1, "", f))
	}
	f["level"] = s.level()
	return s.request("ratings", s.made("rating", k.sent.Key, 1, "", f))
}

// spoilers make a good rating one that must be refused, by the code of the reason.
var spoilers = []struct {
	code  string
	spoil func(fields)
}{
	{"unmapped", func(f fields) { f["level"] = "9" }},
	{"missing", func(f fields) { delete(f, "rated_at") }},
	{"unknown_field", func(f fields) { f["colour"] = "blue" }},
	{"time", func(f fields) { f["rated_at"], f["served_at"] = "2049-01-01T00:00:00Z", "2049-01-01T00:00:00Z" }},
	{"too_long", func(f fields) { f["comment"] = strings.Repeat("长", 1201) }},
	{"invalid", func(f fields) { f["object"] = "weather" }},
	{"malformed", func(f fields) { f["answer"] = 5 }},
}

// bad makes a request with one rating that must be refused, alone or among good ones, or
// bytes that are no record.
func (s *sender) bad() *request {
	spoiler := spoilers[s.rng.IntN(len(spoilers))]
	f := fields{
		"id": s.id(), "source": s.Source, "department": s.department(), "staff": "c0", "answer": "active", "level": "3",
		// so far back that no clock which is behind finds another reason first
		"rated_at": stamp(s.moment().Add(-5 * 24 * time.Hour)),
	}
	spoiler.spoil(f)
	spoilt := s.made("rating", fmt.Sprint(f["id"]), 0, spoiler.code, f)
	switch s.rng.IntN(4) {
	case 0:
		return s.request("ratings", spoilt)
	case 1:
		garbled := s.made("rating", "garbled-"+s.id(), 0, "malformed", fields{})
		garbled.Wire = nil
		r := s.request("ratings", garbled)
		r.body = []byte(`{"id": "` + s.id() + `", "level"`)
		return r
	default:
		at, n := s.rng.IntN(5), 0
		return s.batch("ratings", 5, s.rng.IntN(2) == 0, func() *journal.Sent {
			if n++; n-1 == at {
				return spoilt
			}
			return s.rating(nil)
		})
	}
}

// announced makes a stream that is announced first.
func (s *sender) announced() *request {
	n := 10 + s.rng.IntN(200)
	list := make([]*journal.Sent, n)
	lines := sha256.New()
	for i := range list {
		list[i] = s.rating(nil)
		_, _ = lines.Write(append(slices.Clip(list[i].Wire), '\n')) // never fails
	}
	s.batches++
	id := fmt.Sprintf("B%d-%d", s.number, s.batches)
	f := fields{"id": id, "source": s.Source, "records": "ratings", "count": n, "sha256": hex.EncodeToString(lines.Sum(nil))}
	sent := s.made("batch", s.Source+"/"+id, 0, "", f)
	s.load.options.Journal.Send(sent)
	r := s.pack("ratings", true, list)
	r.batch = &batch{id: id, body: sent.Wire, sent: sent, told: map[int]bool{}}
	return r
}

// request is a body of one record.
func (s *sender) request(route string, sent *journal.Sent) *request {
	return s.pack(route, false, []*journal.Sent{sent})
}

// batch is a body of several: an array, or a stream of lines.
func (s *sender) batch(route string, n int, stream bool, next func() *journal.Sent) *request {
	list := make([]*journal.Sent, n)
	for i := range list {
		list[i] = next()
	}
	return s.pack(route, stream, list)
}

func (s *sender) pack(route string, stream bool, list []*journal.Sent) *request {
	r := &request{route: route, stream: stream, records: list, target: s.number % len(s.load.options.Targets)}
	wires := make([][]byte, len(list))
	for i, sent := range list {
		s.load.options.Journal.Send(sent)
		wires[i] = sent.Wire
	}
	switch {
	case stream:
		r.body = append(bytes.Join(wires, []byte("\n")), '\n')
		if r.packed = s.rng.IntN(3) == 0; r.packed {
			r.body = packed(r.body)
		}
	case len(list) == 1:
		r.body = wires[0]
	default:
		r.body = append(append([]byte("["), bytes.Join(wires, []byte(","))...), ']')
	}
	return r
}

func packed(text []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(text)
	if err = errors.Join(err, z.Close()); err != nil {
		panic("load: a buffer takes everything: " + err.Error())
	}
	return b.Bytes()
}
