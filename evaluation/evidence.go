package evaluation

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/directory"
)

// MaxEvidence is how many records a pack of evidence may hold. A unit with more is asked for in shorter periods.
const MaxEvidence = 5_000_000

// ErrTooMuchEvidence is returned for a unit and period with more records than a pack may hold.
var ErrTooMuchEvidence = errors.New("more records than a pack of evidence may hold")

// The bounds of the period of a pack, and of the search beside it for records that were given in the period and
// belong to another one.
const (
	MaxEvidenceDays = 1830
	EvidenceBefore  = 92
	EvidenceAfter   = 31
)

// EvidenceKind is what sort of unit figures are evidenced of.
type EvidenceKind string

// The kinds of units.
const (
	EvidenceRegion     EvidenceKind = "region" // with all below it
	EvidenceHall       EvidenceKind = "hall"
	EvidenceWindow     EvidenceKind = "window" // HALL/WINDOW
	EvidenceDepartment EvidenceKind = "department"
	EvidenceItem       EvidenceKind = "item" // whole months
	EvidenceLine       EvidenceKind = "line" // LINE@REGION
)

// EvidenceKinds are all kinds.
func EvidenceKinds() []EvidenceKind {
	return []EvidenceKind{EvidenceRegion, EvidenceHall, EvidenceWindow, EvidenceDepartment, EvidenceItem, EvidenceLine}
}

// EvidenceQuery asks for the records that the figures of one unit stand on.
type EvidenceQuery struct {
	calendar.Range
	Kind  EvidenceKind
	Code  string // as the directory spells it
	Scope directory.Scope
}

// Check refuses what no pack can be made of. dir is the directory in force; the unit's place in it is found by Place.
func (q *EvidenceQuery) Check(dir *directory.Directory) error {
	if n := q.Len(); n < 1 || n > MaxEvidenceDays {
		return fmt.Errorf("evidence: a period of %d days: want 1 to %d", n, MaxEvidenceDays)
	}
	if q.From < calendar.MakeDay(1971, 1, 1) || q.To > calendar.MakeDay(2148, 12, 31) {
		return fmt.Errorf("evidence: the period %s: want one between 1971 and 2148", q.Range)
	}
	if _, _, ok := q.Place(dir); !ok {
		return fmt.Errorf("evidence: the directory knows no %s %q", q.Kind, q.Code)
	}
	return nil
}

// Place is the region and the department whose figures those of the unit are, ” where they are of several departments;
// ok is false for a unit that the directory does not know. Who may see both whole may see the unit's records.
func (q *EvidenceQuery) Place(dir *directory.Directory) (region, department string, ok bool) {
	switch q.Kind {
	case EvidenceRegion:
		r, found := dir.Region(q.Code)
		return r.Code, "", found
	case EvidenceLine:
		_, code, _ := strings.Cut(q.Code, "@")
		r, found := dir.Region(code)
		return r.Code, "", found
	case EvidenceHall:
		h, found := dir.Hall(q.Code)
		return h.Region, "", found
	case EvidenceWindow:
		hall, window, _ := strings.Cut(q.Code, "/")
		h, _ := dir.Hall(hall)
		_, found := dir.Window(hall, window)
		return h.Region, "", found
	case EvidenceDepartment:
		d, found := dir.Department(q.Code)
		return d.Region, d.Code, found
	case EvidenceItem:
		i, found := dir.Item(q.Code)
		d, known := dir.Department(i.Department)
		return d.Region, d.Code, found && known
	}
	return "", "", false
}

// Facts is the question for the unit's counted figures.
func (q *EvidenceQuery) Facts() Query {
	f := Query{By: ByTotal, From: q.From, To: q.To}
	switch q.Kind {
	case EvidenceRegion:
		f.Region = q.Code
	case EvidenceLine:
		f.Line, f.Region, _ = strings.Cut(q.Code, "@")
	case EvidenceHall:
		f.Hall = q.Code
	case EvidenceWindow:
		f.Hall, f.Window, _ = strings.Cut(q.Code, "/")
	case EvidenceDepartment:
		f.Department = q.Code
	case EvidenceItem:
		f.Item = q.Code
	}
	return f
}

// EvidenceReason says why a record does not count among the levels, or for the unit.
type EvidenceReason string

// The reasons. Those above the line are counted apart, each in a figure of its own; those below count nowhere.
const (
	Counted          EvidenceReason = ""
	CountedDefault   EvidenceReason = "default"      // booked by a system: no answer
	CountedSilent    EvidenceReason = "unanswered"   // asked, no answer
	CountedDeclined  EvidenceReason = "declined"     // asked, refused
	CountedAgain     EvidenceReason = "reassessment" // a rating after rectification
	ExcludedByAppeal EvidenceReason = "excluded"     // taken out after an appeal
	NotFirstDefault  EvidenceReason = "default_again"
	OtherContent     EvidenceReason = "conflict"      // another content under the same id, or of the same version, counts
	SameEvent        EvidenceReason = "superseded"    // another rating of the same service event counts
	TestRecord       EvidenceReason = "test"          // marked as a test
	ProbeRecord      EvidenceReason = "probe"         // marked as a probe
	OtherPeriod      EvidenceReason = "out_of_period" // given within the period, for a service on a day outside
	OtherUnit        EvidenceReason = "other_unit"    // names the unit, and counts for another one
	OldVersion       EvidenceReason = "older_version" // of a case: a later version counts
	NotFinished      EvidenceReason = "not_finished"  // a case that was neither accepted nor finished in the period
	RefusedRecord    EvidenceReason = "refused"       // at the door
)

// EvidenceReasons are all reasons, in the order in which they are told.
func EvidenceReasons() []EvidenceReason {
	return []EvidenceReason{
		Counted, CountedDefault, CountedSilent, CountedDeclined, CountedAgain, ExcludedByAppeal, NotFirstDefault, OtherContent, SameEvent,
		OldVersion, TestRecord, ProbeRecord, OtherPeriod, OtherUnit, NotFinished, RefusedRecord,
	}
}

// InFigures reports whether a record with this reason is part of any figure of the unit.
func (r EvidenceReason) InFigures() bool {
	switch r {
	case Counted, CountedDefault, CountedSilent, CountedDeclined, CountedAgain, ExcludedByAppeal:
		return true
	}
	return false
}

// RatingEvidence is a rating, or a count of ratings that somebody else made, and why it does not count. Nothing of it
// says who rated.
type RatingEvidence struct {
	Reason  EvidenceReason
	Day     calendar.Day // of the service event, which decides the period; of a count its last
	From    calendar.Day // of a count its first; else 0
	N       uint64       // 1, or the count
	ID      uuid.UUID    // zero for a count
	Source  string
	CaseID  string
	Service string // number of the service, or stage
	Assess  uint8  // 1 = first, 2 = after rectification
	Answer  string
	Level   uint8 // 1 to 5, 0 = none
	Channel string
	RatedAt time.Time
	Arrived time.Time
	Late    bool // came long after its day, and counts all the same
	Device  string
	Seq     uint64 // of the device's installation; 0 = none

	Region, Department string // that it counts for
	Hall, Window, Item string // as recorded
	Winner             uuid.UUID
}

// Tally adds the record to the figures that it is part of.
func (r *RatingEvidence) Tally(f *Facts) {
	i := int(r.Level) - 1
	known := i >= 0 && i < len(f.Levels)
	switch r.Reason {
	case Counted:
		if known {
			f.Levels[i] += r.N
		}
	case CountedDefault:
		if known {
			f.Defaults[i] += r.N
		}
	case CountedAgain:
		if known {
			f.Reassessed[i] += r.N
		}
	case ExcludedByAppeal:
		f.Excluded += r.N
	}
	if r.Reason.InFigures() { // silence is counted also where somebody excluded it
		switch r.Answer {
		case "unanswered":
			f.Unanswered += r.N
		case "declined":
			f.Declined += r.N
		}
	}
}

// CaseEvidence is a case, or a version of one that does not count.
type CaseEvidence struct {
	Reason  EvidenceReason
	Source  string
	CaseID  string
	Version uint64
	Status  string
	Arrived time.Time

	AcceptedAt, PromisedAt, StatutoryAt, FinishedAt time.Time // zero = not known

	Accepted, Finished    bool  // in the period
	Promised, OnTime      bool  // finished in the period with a promised limit; and on or before it
	Early                 bool  // before the promised day
	Limited               bool  // with both limits
	Handling              int64 // published net handling time, s; -1 = none
	Working               int64 // net handling time in working time, s; -1 = not known, for want of calendar days
	Visits                int32 // -1 = not known
	OnTheSpot, ByInternet bool

	Region, Department string
	Hall, Window, Item string
}

// Tally adds the case to the figures that it is part of. Histograms are not built.
func (c *CaseEvidence) Tally(f *Facts) {
	if c.Reason != Counted {
		return
	}
	for _, n := range []struct {
		is  bool
		sum *uint64
	}{
		{c.Accepted, &f.Accepted},
		{c.Finished, &f.Finished},
		{c.Promised, &f.Promised},
		{c.OnTime, &f.OnTime},
		{c.Early, &f.Early},
		{c.Limited, &f.Limited},
		{c.Finished && c.Handling >= 0, &f.Handled},
		{c.Finished && c.Working >= 0, &f.Worked},
		{c.Finished && c.Visits >= 0, &f.VisitsKnown},
		{c.Finished && c.OnTheSpot, &f.OnTheSpot},
		{c.Finished && c.ByInternet, &f.FiledOnline},
	} {
		if n.is {
			*n.sum++
		}
	}
	if c.Finished {
		f.HandlingSeconds += uint64(max(c.Handling, 0))
		f.WorkingSeconds += uint64(max(c.Working, 0))
		f.Visits += uint64(max(c.Visits, 0))
	}
}

// EventEvidence is a service event of the denominators: rated, asked, or silent.
type EventEvidence struct {
	Day             calendar.Day
	Event           uuid.UUID
	Rated, Prompted bool

	Region, Department string
	Hall, Window, Item string
}

// Tally adds the event to the figures that it is part of.
func (e *EventEvidence) Tally(f *Facts) {
	f.Events++
	if e.Rated {
		f.Rated++
	}
	if e.Prompted {
		f.Prompted++
	}
}

// StepEvidence is a step in handling a rating of the unit. It does not say who took it.
type StepEvidence struct {
	Rating    uuid.UUID
	Step      string
	At        time.Time
	Satisfied *bool // of a call-back that asked; else nil
	Arrived   time.Time
}

// RefusedEvidence is a record that a device of the unit sent and that was not accepted.
type RefusedEvidence struct {
	ID       uuid.UUID // of the refused record, as sent; zero where it could not be read
	Kind     string
	Source   string
	Device   string
	Arrived  time.Time
	Codes    []string
	Replayed bool // went through the door after all
}

// DeviceGap is what is missing of a device of the unit.
type DeviceGap struct {
	Device       string
	Hall, Window string
	Installation string
	First, Last  uint64         // numbers that never came, from all of time; 0 = the row is about days
	Days         calendar.Range // without a record within the period
}

// EvidenceCount is how many records of a kind share a reason.
type EvidenceCount struct {
	Records string // rating, tally, case, event, step, refused
	Reason  EvidenceReason
	N       uint64 // records; of tallies, what they count
}

// EvidenceSurvey is what a pack would hold, before it is made.
type EvidenceSurvey struct {
	Generation Generation
	Rows       uint64 // of all records
	Counts     []EvidenceCount
	Summed     Facts // what the records add up to, without histograms and maps
	Facts      Facts // what is counted
	Dirty      int   // days of the period that wait to be counted anew
}

// EvidenceCheck is one figure, counted in two ways.
type EvidenceCheck struct {
	Figure  string `json:"figure"`
	Records uint64 `json:"records"` // what the listed records add up to
	Facts   uint64 `json:"facts"`   // what is counted
	Agrees  bool   `json:"agrees"`
}

// CheckEvidence compares what records add up to with what is counted; agrees is true if every figure does.
func CheckEvidence(summed, facts *Facts) (list []EvidenceCheck, agrees bool) {
	agrees = true
	add := func(figure string, a, b uint64) {
		list = append(list, EvidenceCheck{figure, a, b, a == b})
		agrees = agrees && a == b
	}
	for i := range summed.Levels {
		add(fmt.Sprintf("level_%d", i+1), summed.Levels[i], facts.Levels[i])
	}
	for i := range summed.Defaults {
		add(fmt.Sprintf("default_%d", i+1), summed.Defaults[i], facts.Defaults[i])
	}
	for i := range summed.Reassessed {
		add(fmt.Sprintf("reassessed_%d", i+1), summed.Reassessed[i], facts.Reassessed[i])
	}
	add("unanswered", summed.Unanswered, facts.Unanswered)
	add("declined", summed.Declined, facts.Declined)
	add("excluded", summed.Excluded, facts.Excluded)
	add("events", summed.Events, facts.Events)
	add("rated", summed.Rated, facts.Rated)
	add("prompted", summed.Prompted, facts.Prompted)
	add("accepted", summed.Accepted, facts.Accepted)
	add("finished", summed.Finished, facts.Finished)
	add("promised", summed.Promised, facts.Promised)
	add("on_time", summed.OnTime, facts.OnTime)
	add("early", summed.Early, facts.Early)
	add("limited", summed.Limited, facts.Limited)
	add("handled", summed.Handled, facts.Handled)
	add("handling_seconds", summed.HandlingSeconds, facts.HandlingSeconds)
	add("worked", summed.Worked, facts.Worked)
	add("working_seconds", summed.WorkingSeconds, facts.WorkingSeconds)
	add("visits_known", summed.VisitsKnown, facts.VisitsKnown)
	add("visits", summed.Visits, facts.Visits)
	add("on_the_spot", summed.OnTheSpot, facts.OnTheSpot)
	add("filed_online", summed.FiledOnline, facts.FiledOnline)
	return list, agrees
}

// Spell writes the code of the unit as the directory does; people type it with zeros at the end and spaces.
func (q *EvidenceQuery) Spell(dir *directory.Directory) {
	spell := func(kind directory.Kind, code string) string {
		switch kind {
		case directory.KindRegion:
			if r, ok := dir.Region(code); ok {
				return r.Code
			}
		case directory.KindHall:
			if h, ok := dir.Hall(code); ok {
				return h.Code
			}
		case directory.KindDepartment:
			if d, ok := dir.Department(code); ok {
				return d.Code
			}
		case directory.KindItem:
			if i, ok := dir.Item(code); ok {
				return i.Code
			}
		}
		return code
	}
	switch q.Kind {
	case EvidenceRegion:
		q.Code = spell(directory.KindRegion, q.Code)
	case EvidenceLine:
		line, region, _ := strings.Cut(q.Code, "@")
		q.Code = line + "@" + spell(directory.KindRegion, region)
	case EvidenceHall:
		q.Code = spell(directory.KindHall, q.Code)
	case EvidenceWindow:
		hall, window, _ := strings.Cut(q.Code, "/")
		if w, ok := dir.Window(hall, window); ok {
			window = w.Code
		}
		q.Code = spell(directory.KindHall, hall) + "/" + window
	case EvidenceDepartment:
		q.Code = spell(directory.KindDepartment, q.Code)
	case EvidenceItem:
		q.Code = spell(directory.KindItem, q.Code)
	}
}
