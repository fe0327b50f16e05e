package evaluation

import (
	"time"

	"haochaping/calendar"
)

// SourceDay is what one source sent about one day: the answers of first ratings, and repeats.
type SourceDay struct {
	Day        calendar.Day // of the service event
	Source     string
	Levels     [5]uint64 // valid active first ratings, index 0 = level 1
	Defaults   [5]uint64 // levels booked by a system
	Unanswered uint64
	Declined   uint64
	Superseded uint64 // ratings of a service event that another rating already stands for; not among the above
}

// SourceLateness is how long after their day the ratings of a source arrived.
type SourceLateness struct {
	Source  string
	Ratings uint64 // of the period
	Day     uint64 // of these, arrived more than a whole day after the end of their own
	Week    uint64 // more than seven
	LastAt  time.Time
}

// StaffMonth is how often one clerk's services led to a rating page.
type StaffMonth struct {
	Month    calendar.Day // its first day
	Hall     string
	Window   string
	Staff    string // opaque code; empty = the clerks who are too seldom there to be listed
	Events   uint64 // service events
	Prompted uint64 // of these, the rating page was shown
}
