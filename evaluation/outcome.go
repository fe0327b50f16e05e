package evaluation

import "haochaping/calendar"

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
