package collector

import (
	"context"
	"errors"
	"fmt"
	"time"

	"haochaping/collector/spool"
	"haochaping/record"
)

// load is a batch ready to be sent. Its memory serves again and again.
type load struct {
	records []spool.Record
	batch   record.Batch
	bad     int // the first record that cannot be decoded, -1 = none
	cause   error
}

// decode makes the batch from the records.
func (l *load) decode() {
	b := &l.batch
	*b = record.Batch{
		Ratings: empty(b.Ratings), Cases: empty(b.Cases), Prompts: empty(b.Prompts), FollowUps: empty(b.FollowUps),
		Tallies: empty(b.Tallies), Refused: empty(b.Refused), Announcements: empty(b.Announcements),
	}
	for i := range l.records {
		if err := b.Decode(record.Kind(l.records[i].Kind), l.records[i].Payload); err != nil {
			l.bad, l.cause = i, err
			return
		}
	}
	l.bad, l.cause = -1, nil
}

// empty keeps the memory of a list, not what stood in it.
func empty[T any](list []T) []T {
	clear(list)
	return list[:0]
}

// readAhead fills a load if a full batch waits, and reports whether it does. What cannot
// be read is met again, and reported, when its turn comes.
func (s *Shipper) readAhead(l *load, after uint64) bool {
	records, err := s.opts.Queue.Read(after, s.opts.Batch, s.opts.Bytes)
	if err != nil || !s.full(records) {
		return false
	}
	l.records = records
	l.decode()
	return true
}

// crowded reports whether a good part of a batch came in since it was last asked, and
// nothing waits long yet: then the senders need the processors, and what waits becomes
// a fuller batch. A spool that is only emptied is never crowded.
func (s *Shipper) crowded() bool {
	st, err := s.opts.Queue.Stats()
	if err != nil {
		return false // met again, and reported, when the next batch is read
	}
	before := s.seen
	s.seen = st.Last
	return before > 0 && st.Last-before >= uint64(s.opts.Batch/4) && !st.Oldest.IsZero() && s.opts.Now().Sub(st.Oldest) < longestRest
}

// rest is a pause as long as the last insert took.
func (s *Shipper) rest() time.Duration { return min(time.Duration(s.lastInsert.Load()), longestRest) }

// full reports whether waiting would not make a batch larger.
func (s *Shipper) full(records []spool.Record) bool {
	size := 0
	for i := range records {
		size += len(records[i].Payload)
	}
	return len(records) == s.opts.Batch || size > s.opts.Bytes/2
}

// flight is a load on its way.
type flight struct {
	done chan struct{} // closed when it was delivered, or given up because all ends
	err  error         // set before done is closed
}

// wait waits for the end of a flight; there may be none. The end of ctx is no error.
func (f *flight) wait(ctx context.Context) error {
	if f == nil {
		return nil
	}
	<-f.done
	if f.err == nil || ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("ship: %w", f.err)
}

// launch sends a load on its way; Run waits for it. It is tried once beside the one
// before it, which is safe because the warehouse does not depend on the order. All that
// does follow an order, being marked as shipped and being cut in halves, waits for its
// turn.
func (s *Shipper) launch(ctx context.Context, l *load, before *flight) *flight {
	f := &flight{done: make(chan struct{})}
	go func() {
		defer close(f.done)
		tried := errors.New("not tried")
		if before != nil {
			if l.bad < 0 {
				tried = s.try(ctx, &l.batch, s.tokenOf(l.records))
			}
			<-before.done
			if f.err = before.err; f.err != nil {
				return
			}
		}
		if tried == nil {
			f.err = s.taken(l.records)
			return
		}
		f.err = s.deliverLoad(ctx, l)
	}()
	return f
}

// tokenOf names a batch: the same range of the same spool has the same token at every
// attempt of one run. After a restart the same records may be grouped otherwise: then the
// warehouse knows a repetition by the ids.
func (s *Shipper) tokenOf(records []spool.Record) string {
	return fmt.Sprintf("%s-%d-%d", s.token, records[0].Seq, records[len(records)-1].Seq)
}
