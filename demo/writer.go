package demo

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

// writer turns the events of one day after the other into records. It belongs to one
// goroutine.
type writer struct {
	*Plan
	places  []record.Place // by stream, without item and staff
	devices []string       // by window
	staff   [][2]string    // by window
	seqs    []uint32       // of the day being written: ratings of each device so far

	events  []event
	presses []press
	times   []time.Time
	chunks  []Chunk
	now     *Chunk
	resent  bool
	buf     [36]byte
	visits  [4]uint32
	truths  [2]bool
}

// press is a moment of the day: a service that ended, or the acceptance of its case.
type press struct {
	at    int64
	event int32
	start bool
}

func newWriter(p *Plan) *writer {
	w := &writer{
		Plan: p, places: make([]record.Place, len(p.streams)), seqs: make([]uint32, p.Province.deviceCount),
		devices: make([]string, p.Province.deviceCount), staff: make([][2]string, p.Province.deviceCount),
		visits: [4]uint32{0, 1, 2, 3}, truths: [2]bool{false, true},
	}
	for i := range p.Province.Windows {
		x := &p.Province.Windows[i]
		w.devices[i] = deviceCode(x.Hall, x.Code)
		w.staff[i] = [2]string{staffCode(x.Hall, x.Code, false), staffCode(x.Hall, x.Code, true)}
	}
	for i := range p.streams {
		s := &p.streams[i]
		place := record.Place{Region: p.Province.areas[s.area].code, Department: p.Province.Departments[s.department].Code}
		if s.hall >= 0 {
			place.Hall, place.Region = p.Province.Halls[s.hall].Code, p.Province.Halls[s.hall].Region
		}
		if s.window >= 0 {
			place.Window = p.Province.Windows[s.window].Code
		}
		switch s.source {
		case fromVendor: // all twelve digits
			place.Region = padRegion(place.Region, 12)
		case fromOnline, fromApp:
			place.Region = padRegion(place.Region, 6)
		}
		w.places[i] = place
	}
	return w
}

// deviceCode is the name of the device at a window.
func deviceCode(hall, window string) string { return "K-" + hall + "-" + window }

// staffCode is the name of the clerk at the first or the second desk of a window.
func staffCode(hall, window string, second bool) string {
	if second {
		return "P-" + hall + "-" + window + "-2"
	}
	return "P-" + hall + "-" + window + "-1"
}

// day writes all records of a day, or the ratings that the vendor sends again.
func (w *writer) day(n int, resent bool) []Chunk {
	w.events, w.resent, w.chunks, w.now = w.Plan.days[n], resent, nil, nil
	copy(w.seqs, w.Plan.devices[n*len(w.seqs):])
	w.presses = w.presses[:0]
	for i := range w.events {
		e := &w.events[i]
		at := w.ratedAt(e)
		if e.what == booked || e.marks&stillOpen != 0 {
			at = w.servedAt(e)
		}
		w.presses = append(w.presses, press{at: at, event: int32(i)})
		if e.marks&alsoStart != 0 {
			w.presses = append(w.presses, press{at: w.startOf(e), event: int32(i), start: true})
		}
	}
	slices.SortFunc(w.presses, func(a, b press) int {
		if a.at != b.at {
			return int(a.at - b.at)
		}
		ea, eb := &w.events[a.event], &w.events[b.event]
		if ea.key != eb.key {
			return int(ea.key) - int(eb.key)
		}
		return int(ea.origin) - int(eb.origin)
	})
	day := w.From + calendar.Day(n)
	for left, p := range w.presses {
		if w.now == nil || w.now.Len() > ChunkSize-16 {
			w.begin(day, len(w.presses)-left)
		}
		w.write(&w.events[p.event], p, day)
	}
	if w.now != nil && w.now.Len() == 0 {
		w.chunks = w.chunks[:len(w.chunks)-1]
	}
	return w.chunks
}

// begin opens a chunk for about so many events.
func (w *writer) begin(day calendar.Day, events int) {
	w.chunks = append(w.chunks, Chunk{Day: day, Resent: w.resent})
	w.now = &w.chunks[len(w.chunks)-1]
	events = min(events, ChunkSize)
	if w.resent {
		w.now.Ratings = make([]record.RatingInput, 0, events/8)
		return
	}
	w.now.Ratings = make([]record.RatingInput, 0, events)
	w.now.Cases = make([]record.CaseInput, 0, events*3/4)
	w.now.Prompts = make([]record.PromptInput, 0, events/3)
}

func (w *writer) write(e *event, p press, day calendar.Day) {
	s := &w.streams[e.stream]
	seq := uint64(0)
	if p.start || e.deviceRatings() > 0 && s.window >= 0 {
		w.seqs[s.window]++
		seq = w.number(s, day)
	}
	if w.resent {
		if s.source == fromVendor && e.rated() {
			w.rating(e, s, p, seq)
		}
		return
	}
	if !p.start && e.marks&withCase != 0 {
		w.caseOf(e, s)
	}
	if !p.start && s.prompted && e.what != silent {
		w.prompt(e, s)
	}
	if e.rated() {
		w.rating(e, s, p, seq)
	}
	if !p.start && e.bad() {
		w.followUps(e, s)
	}
}

// number is the number that the device gave to its last rating. One kiosk loses some.
func (w *writer) number(s *stream, day calendar.Day) uint64 {
	n := w.seqs[s.window]
	if s.window != w.plots.kioskWindow || day < w.plots.kioskFrom {
		return uint64(n)
	}
	return uint64(n) + missing(n-w.kioskBefore())
}

// kioskBefore is how many ratings the kiosk had taken before it began to lose some.
func (p *Plan) kioskBefore() uint32 {
	return p.devices[int(p.plots.kioskFrom-p.From)*p.Province.deviceCount+int(p.plots.kioskWindow)]
}

// at keeps a time and returns its place. The blocks are never moved.
func (w *writer) at(unix int64) *time.Time {
	if len(w.times) == cap(w.times) {
		w.times = make([]time.Time, 0, 4096)
	}
	w.times = append(w.times, inZone(unix))
	return &w.times[len(w.times)-1]
}

// The kinds of ids of one event.
const (
	idRating uint64 = iota + 64
	idStart
	idAgain
	idPrompt
	idResent
	idResentStart
	idStep // and what follows it
)

// id is a UUIDv8: 48 bits of the time in milliseconds, the rest by the seed.
func (w *writer) id(e *event, kind uint64, unix int64) string {
	d := w.own(e, kind)
	var id [16]byte
	ms := uint64(unix)*1000 + d.next()%1000
	hi, lo := d.next(), d.next()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6], id[7] = 0x80|byte(hi&0x0f), byte(hi>>8)
	for i := range 8 {
		id[8+i] = byte(lo >> (8 * i))
	}
	id[8] = id[8]&0x3f | 0x80
	b := w.buf[:]
	hex.Encode(b[0:8], id[0:4])
	hex.Encode(b[9:13], id[4:6])
	hex.Encode(b[14:18], id[6:8])
	hex.Encode(b[19:23], id[8:10])
	hex.Encode(b[24:36], id[10:16])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b)
}

// caseNumber is unique in the province: area, day on which the case ends, number.
func (w *writer) caseNumber(e *event, s *stream) string {
	var b [20]byte
	copy(b[:6], "000000")
	copy(b[:6], w.Province.areas[s.area].code)
	year, month, day := (w.From + calendar.Day(e.origin)).Date()
	digits(b[6:10], year)
	digits(b[10:12], int(month))
	digits(b[12:14], day)
	digits(b[14:20], int(e.key))
	return string(b[:])
}

func digits(b []byte, n int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// place completes the place of a stream for one event.
func (w *writer) place(e *event, s *stream) record.Place {
	p := w.places[e.stream]
	item, _ := w.itemOf(e)
	p.Item = w.Province.Items[item].Code
	if s.window >= 0 && s.channel == record.ChannelTablet {
		desk := 0
		if e.marks&secondDesk != 0 {
			desk = 1
		}
		p.Staff = w.staff[s.window][desk]
	}
	return p
}

// person is the opaque name of an online user.
func person(d *dice) string {
	return strings.Join([]string{"demo", "person", fmt.Sprintf("%06d", d.below(400_000))}, "-")
}
