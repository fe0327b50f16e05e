package spool

import (
	"errors"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// Calls up to this size are written together with others that wait at the same time.
const (
	smallEntries = 16
	smallBytes   = 64 << 10
	groupEntries = 128 // a group takes no further call from here on
)

// errPanicked answers the calls of a group whose writer did not come back.
var errPanicked = errors.New("the write that it shared did not come to its end")

// line is where small calls meet. The first to come writes for itself; those that come
// while it waits for the disk are written next, in one batch with one look into the
// index, by the first of them. So many callers at a time cost the store little more
// than one, and none waits for a fuller group than there is.
type line struct {
	mu      sync.Mutex
	waiting []*call // guarded by mu
	led     bool    // guarded by mu; one of the calls is writing

	// What follows belongs to the call that is writing.
	group    []*call
	ready    []staged
	outcomes []Outcome
	places   map[name]int
}

// name is what makes two entries the same record.
type name struct {
	kind byte
	id   string
}

// call is one Append in the line.
type call struct {
	ready    []staged
	keys     []byte // of all entries
	size     int    // of a batch with these entries
	outcomes []Outcome
	err      error
	turn     chan bool // true = write for all that wait, false = it is done
}

var calls = sync.Pool{New: func() any { return &call{turn: make(chan bool, 1)} }}

func (c *call) release() {
	if cap(c.ready) > smallEntries {
		return
	}
	clear(c.ready)
	c.ready, c.keys, c.outcomes, c.err = c.ready[:0], c.keys[:0], nil, nil
	calls.Put(c)
}

func (c *call) small() bool { return len(c.ready) <= smallEntries && c.size <= smallBytes }

// together writes a small call, alone or in a group, and returns when it is durable.
func (s *Spool) together(c *call) error {
	l := &s.line
	l.mu.Lock()
	l.waiting = append(l.waiting, c)
	first := !l.led
	l.led = true
	l.mu.Unlock()
	if first || <-c.turn {
		s.writeFor(c)
	}
	return c.err
}

// writeFor writes what waits, c among it, and hands the line on.
func (s *Spool) writeFor(c *call) {
	l := &s.line
	l.take()
	for _, other := range l.group {
		other.err = errPanicked
	}
	defer l.handOn(c)
	s.writeGroup(l.group)
}

// take moves the calls of the next group out of the line.
func (l *line) take() {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, entries := 0, 0
	for n < len(l.waiting) && entries < groupEntries {
		entries += len(l.waiting[n].ready)
		n++
	}
	l.group = append(l.group[:0], l.waiting[:n]...)
	rest := copy(l.waiting, l.waiting[n:])
	clear(l.waiting[rest:])
	l.waiting = l.waiting[:rest]
}

// handOn answers the calls of the group and lets the next one write. What belongs to
// the writer is not touched any more once that one knows.
func (l *line) handOn(writer *call) {
	var done [groupEntries + smallEntries]*call
	answered := done[:copy(done[:], l.group)]
	clear(l.group)
	clear(l.ready)
	clear(l.places)
	l.ready = l.ready[:0]
	l.mu.Lock()
	if len(l.waiting) > 0 {
		l.waiting[0].turn <- true
	} else {
		l.led = false
	}
	l.mu.Unlock()
	for _, c := range answered {
		if c != writer {
			c.turn <- false
		}
	}
}

// writeGroup sets outcomes and error of each call. An id that cannot be looked up
// concerns its own call alone: then each is written by itself.
func (s *Spool) writeGroup(group []*call) {
	l := &s.line
	batch, err := s.enqueueGroup(group)
	if err != nil && len(group) > 1 && s.broken() == nil {
		for i := range group {
			s.writeGroup(group[i : i+1])
		}
		return
	}
	if err == nil {
		err = s.waitDurable(batch.b, batch.upTo, batch.written)
	}
	at := 0
	for _, c := range group {
		c.err = err
		at += copy(c.outcomes, l.outcomes[at:at+len(c.ready)])
	}
}

// enqueued is a batch that waits for the disk.
type enqueued struct {
	b       *pebble.Batch
	upTo    uint64
	written bool
}

func (s *Spool) enqueueGroup(group []*call) (q enqueued, err error) {
	l := &s.line
	size := 0
	l.ready = l.ready[:0]
	for _, c := range group {
		l.ready = append(l.ready, c.ready...)
		size += c.size
	}
	l.outcomes = append(l.outcomes[:0], make([]Outcome, len(l.ready))...)
	if l.places == nil {
		l.places = make(map[name]int, groupEntries)
	}
	findRepeated(l.ready, l.places)
	q.b = s.db.NewBatch(pebble.WithInitialSizeBytes(size))
	q.upTo, q.written, err = s.enqueue(q.b, l.ready, l.outcomes, s.age.day())
	return q, err
}

// findRepeated notes for each entry the first one with the same name. places is
// emptied before.
func findRepeated(ready []staged, places map[name]int) {
	clear(places)
	for i := range ready {
		ready[i].first = i
		if len(ready) == 1 {
			return
		}
		n := name{ready[i].entry.Kind, ready[i].entry.ID}
		if first, ok := places[n]; ok {
			ready[i].first = first
		} else {
			places[n] = i
		}
	}
}
