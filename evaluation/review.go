package evaluation

import (
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/record"
)

// The states of a bad review: what was done about it last that changes who has to act.
const (
	ReviewOpen      = "open"      // nobody has contacted who gave it
	ReviewContacted = "contacted" // contacted, not rectified
	ReviewDismissed = "dismissed" // checked, and nothing was wrong
	ReviewRectified = "rectified"
)

// ReviewStates lists every state.
var ReviewStates = []string{ReviewOpen, ReviewContacted, ReviewDismissed, ReviewRectified}

// ReviewPage is how many reviews one reading returns at most.
const ReviewPage = 50

// Review is one valid bad first rating, as far as readers may see it: never who gave it or how to reach them.
type Review struct {
	ID         uuid.UUID
	Day        calendar.Day // of the service event
	Region     string       // leaf region that it counts for; '' = unattributed
	Department string       // that it counts for
	Hall       string       // as recorded, like all that follows
	Window     string
	Item       string
	Channel    string
	Source     string
	CaseID     string
	Level      uint8 // 1 or 2
	Tags       []string
	Comment    string

	Excluded   bool // taken out of the figures; such a review is in no list
	State      string
	ContactDue time.Time // zero = not known
	RectifyDue time.Time
	Mark       ReviewMark
}

// Due is the instant by which the next step has to be done; none if nothing is left to do, the zero time if it is
// not known.
func (r *Review) Due() (due time.Time, open bool) {
	switch r.State {
	case ReviewOpen:
		return r.ContactDue, true
	case ReviewContacted:
		return r.RectifyDue, true
	}
	return time.Time{}, false
}

// ReviewMark is the place of a review in the order by clock. It names no record. The zero value is before all.
type ReviewMark struct {
	Order int64
	Tie   uint64
}

// ReviewQuery chooses bad reviews. Empty fields choose all; but the zero Scope sees nothing.
type ReviewQuery struct {
	calendar.Range // of the days of the service events
	Scope          directory.Scope
	Region         string // with all below it
	Department     string
	Hall           string
	Tag            string
	State          string
	Text           string     // in the comment, as it stands but for upper and lower case
	After          ReviewMark // the page begins after this one
}

// ReviewDetails is one review with what was done about it and with its case.
type ReviewDetails struct {
	Review
	Steps []record.FollowUp // in the order of time; who received them is left out
	Case  *record.Case      // its times and state alone; nil = none is known
}
