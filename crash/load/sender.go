package load

import (
	"context"
	"math/rand/v2"
	"time"

	"haochaping/crash/journal"
)

// Limits of what a sender keeps in mind.
const (
	maxOpen     = 12  // requests without a final answer, then only those are sent again
	maxRemember = 400 // answered requests, to be sent again one day
)

// request is one body on its way, unchanged from attempt to attempt.
type request struct {
	route   string
	stream  bool
	packed  bool // the body is gzip
	body    []byte
	records []*journal.Sent
	target  int
	shifted bool      // carries the sender's clock
	batch   *batch    // nil = not announced
	next    time.Time // not again before
}

// batch is what is said of a stream before it is sent.
type batch struct {
	id   string
	body []byte
	sent *journal.Sent
	told map[int]bool // targets that know of it
}

// sender is one client; owned by its goroutine.
type sender struct {
	Sender
	load   *Load
	number int
	rng    *rand.Rand

	open  []*request // without a final answer
	done  []*request // with one, the newest
	known []*known   // good records that others can refer to

	installation, deviceSeq, events, cases, batches int
}

// known is a good record that was sent.
type known struct {
	sent      *journal.Sent
	fields    fields
	contested bool // another content of it was sent
}

func (s *sender) run(ctx, making context.Context) {
	for ctx.Err() == nil {
		if making.Err() != nil && len(s.open) == 0 {
			return
		}
		r := s.choose(making.Err() == nil)
		if r == nil {
			pause(ctx, 20*time.Millisecond)
			continue
		}
		s.send(ctx, r)
		pause(ctx, time.Duration(s.rng.ExpFloat64()*float64(s.load.options.Pace)))
	}
}

// choose takes an open request that is due, or something new.
func (s *sender) choose(fresh bool) *request {
	if len(s.open) >= maxOpen || !fresh || len(s.open) > 0 && s.rng.IntN(2) == 0 {
		now := time.Now()
		for _, r := range s.open {
			if now.After(r.next) {
				return r
			}
		}
		if len(s.open) >= maxOpen || !fresh {
			return nil
		}
	}
	var r *request
	if len(s.done) > 0 && s.rng.IntN(12) == 0 {
		again := *s.done[s.rng.IntN(len(s.done))] // long answered, and sent once more
		r = &again
	} else {
		r = s.fresh()
	}
	if s.rng.IntN(10) == 0 {
		r.target = s.rng.IntN(len(s.load.options.Targets))
	}
	s.open = append(s.open, r)
	s.load.open.Add(1)
	return r
}

// send makes one attempt and writes down what came of it.
func (s *sender) send(ctx context.Context, r *request) {
	target := s.load.options.Targets[r.target].Name
	if r.batch != nil && !s.announce(ctx, r) {
		r.next = time.Now().Add(time.Duration(100+s.rng.IntN(900)) * time.Millisecond)
		return
	}
	fates, delivery := s.load.attempt(ctx, s, r)
	if delivery != nil {
		delivery.World, delivery.To, delivery.Kind, delivery.Key = r.batch.sent.World, target, r.batch.sent.Kind, r.batch.sent.Key
		s.load.options.Journal.Answer(delivery)
	}
	final := true
	for i, rec := range r.records {
		a := fates[i]
		a.World, a.To, a.Kind, a.Key, a.Content = rec.World, target, rec.Kind, rec.Key, rec.Content
		s.load.options.Journal.Answer(&a)
		final = final && a.Final()
	}
	if !final {
		if r.batch != nil {
			r.batch.told[r.target] = false // perhaps that is what was missing
		}
		r.next = time.Now().Add(time.Duration(100+s.rng.IntN(900)) * time.Millisecond)
		return
	}
	for i := range s.open {
		if s.open[i] == r {
			s.open = append(s.open[:i], s.open[i+1:]...)
			s.load.open.Add(-1)
			break
		}
	}
	if len(s.done) < maxRemember {
		s.done = append(s.done, r)
	} else {
		s.done[s.rng.IntN(maxRemember)] = r
	}
	if s.rng.IntN(20) == 0 { // at once the same, also to another collector
		again := *r
		again.target = s.rng.IntN(len(s.load.options.Targets))
		s.open = append(s.open, &again)
		s.load.open.Add(1)
	}
}

// announce says what will come, unless the collector knows it. It reports whether the
// records may follow.
func (s *sender) announce(ctx context.Context, r *request) bool {
	if r.batch.told[r.target] {
		return true
	}
	a := s.load.announcement(ctx, s, r)
	a.World, a.To, a.Kind, a.Key = r.batch.sent.World, s.load.options.Targets[r.target].Name, r.batch.sent.Kind, r.batch.sent.Key
	s.load.options.Journal.Answer(&a)
	r.batch.told[r.target] = a.Stored()
	return a.Stored()
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
