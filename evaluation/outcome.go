package evaluation

import (
	"time"

	"haochaping/calendar"
)

// Outcome is what became of the valid bad ratings of one day at one place and department, as of now.
type Outcome struct {
	Day        calendar.Day
	Region     string // the smallest known; '' = 待归属, unattributed
	Department string // '' = unattributed
	FollowUps
	Open Clocks
}

// Clocks are the bad ratings that still wait to be dealt with, by the deadline of their next step: the contact as long
// as nobody has been contacted, then the rectification. Each counts once. Those that were rectified, or dismissed as
// without cause, wait for nothing.
type Clocks struct {
	Overdue uint64 // the deadline has passed
	Soon    uint64 // it passes within 24 hours
	Later   uint64 // it passes later
	Today   uint64 // of those that are due later, the ones given today stand here and not there
	Unknown uint64 // the deadline is not known
}

// Clock is how near the deadline of the next step is.
type Clock int

// The clocks, as [Clocks] counts them.
const (
	ClockUnknown Clock = iota
	ClockOverdue
	ClockSoon
	ClockToday
	ClockLater
)

// ClockOf is the clock of what has to be done before an instant; the zero time is not known. today says that what waits
// came in today.
func ClockOf(due, now time.Time, today bool) Clock {
	switch {
	case due.IsZero():
		return ClockUnknown
	case !now.Before(due):
		return ClockOverdue
	case due.Sub(now) <= 24*time.Hour:
		return ClockSoon
	case today:
		return ClockToday
	}
	return ClockLater
}

// Count counts one that waits.
func (c *Clocks) Count(clock Clock) {
	switch clock {
	case ClockUnknown:
		c.Unknown++
	case ClockOverdue:
		c.Overdue++
	case ClockSoon:
		c.Soon++
	case ClockToday:
		c.Today++
	case ClockLater:
		c.Later++
	}
}

// Add adds b to c.
func (c *Clocks) Add(b *Clocks) {
	c.Overdue += b.Overdue
	c.Soon += b.Soon
	c.Later += b.Later
	c.Today += b.Today
	c.Unknown += b.Unknown
}

// Total is how many wait.
func (c *Clocks) Total() uint64 { return c.Overdue + c.Soon + c.Later + c.Today + c.Unknown }
