package spool

import (
	"fmt"
	"sync/atomic"
	"time"
)

// age is the spool's own calendar, by which ids grow old. It begins with the date on
// which the spool was made and moves only while the spool is open, by the machine's
// monotonic clock: no jump of the wall clock makes an id older, and a collector that
// was switched off remembers longer, never shorter. A crash takes back at most what
// passed since the last write of it.
type age struct {
	base   atomic.Int64         // seconds since 1970-01-01, as stored at the last start
	uptime func() time.Duration // since then, monotonic
}

// agePause is how often the calendar is written while the spool is open.
const agePause = time.Hour

func (a *age) seconds() int64 { return a.base.Load() + int64(a.uptime()/time.Second) }

// day is today in days since 1970-01-01.
func (a *age) day() uint32 { return uint32(max(0, a.seconds()) / secondsPerDay) }

// recoverAge reads the calendar; a spool without one begins it with today's date.
func (s *Spool) recoverAge() error {
	m, err := s.readMark(s.db, metaAge)
	if err != nil {
		return &Damage{Place: "records", Detail: "the calendar of ids: " + oneLine(err)}
	}
	if m.seq == 0 {
		m.seq = uint64(max(0, s.opts.Now().Unix()))
	}
	s.age.base.Store(int64(m.seq))
	if s.age.uptime = s.opts.uptime; s.age.uptime == nil {
		began := time.Now()
		s.age.uptime = func() time.Duration { return time.Since(began) }
	}
	return nil
}

// saveAge makes durable how far the calendar is.
func (s *Spool) saveAge() error {
	b := s.db.NewBatch()
	if err := b.Set(metaAge, encodeMark(mark{seq: uint64(s.age.seconds())}), nil); err != nil {
		return fmt.Errorf("write calendar of ids: %w", err)
	}
	return s.commit(b)
}
