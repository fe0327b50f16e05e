package record

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
)

// CaseInput is one version of a case as a sender writes it (API v1).
type CaseInput struct {
	Source  string `json:"source,omitempty" doc:"System that the case comes from. Default: the source of the key" maxLength:"64"`
	CaseID  string `json:"case_id" doc:"Case number within the source" maxLength:"64"`
	Version uint64 `json:"version" doc:"Grows with every change of the case; the highest counts" minimum:"1"`
	BatchID string `json:"batch_id,omitempty" doc:"Announced batch that this belongs to" maxLength:"64"`
	Kind    Code   `json:"kind,omitempty" doc:"Default: case. One of case, inquiry, complaint, hotline, or the source's own code where its code map has kinds"`
	Place
	Status      string     `json:"status,omitempty" doc:"Default: finished if finished_at is given, else in_progress" enum:"pending,in_progress,finished,withdrawn"`
	AcceptedAt  *time.Time `json:"accepted_at" doc:"When the case was accepted"`
	PromisedAt  Moment     `json:"promised_at,omitempty" doc:"Promised end; a date alone ends at 24:00"`
	StatutoryAt Moment     `json:"statutory_at,omitempty" doc:"Statutory end; a date alone ends at 24:00"`
	FinishedAt  *time.Time `json:"finished_at,omitempty" doc:"When the case was closed"`

	Suspensions     []Interval `json:"suspensions,omitempty" doc:"Intervals in which the clock stood still" maxItems:"100"`
	HandlingSeconds *int64     `json:"handling_seconds,omitempty" doc:"Published net handling time; replaces finished − accepted − suspensions" minimum:"0"`
	Visits          *uint32    `json:"visits,omitempty" doc:"Trips of the applicant to an office" maximum:"100"`
	OnTheSpot       bool       `json:"on_the_spot,omitempty" doc:"Closed while the applicant waited"`
	FiledOnline     bool       `json:"filed_online,omitempty" doc:"Filed online"`
	Test            bool       `json:"test,omitempty" doc:"A test; never counted"`

	unread unreadTimes
}

// Interval is a closed-open span of time.
type Interval struct {
	From time.Time `json:"from" doc:"Start"`
	To   time.Time `json:"to" doc:"End"`
}

// Case is an accepted version of a case.
type Case struct {
	Stamp
	Source  string `json:"source"`
	CaseID  string `json:"case_id"`
	Version uint64 `json:"version"`
	BatchID string `json:"batch_id,omitempty"`
	Kind    string `json:"kind"`
	KindRaw string `json:"kind_raw,omitempty"` // as sent, where the map translates kinds
	CodeMap string `json:"code_map,omitempty"` // name of the map that translated
	Place
	Status      string       `json:"status"`
	AcceptedAt  time.Time    `json:"accepted_at"`
	PromisedAt  time.Time    `json:"promised_at,omitzero"`
	StatutoryAt time.Time    `json:"statutory_at,omitzero"`
	FinishedAt  time.Time    `json:"finished_at,omitzero"`
	AcceptedDay calendar.Day `json:"accepted_day"`
	FinishedDay calendar.Day `json:"finished_day,omitzero"` // zero value while open; see Closed

	SuspendedSeconds int64      `json:"suspended_seconds,omitempty"`
	HandlingSeconds  int64      `json:"handling_seconds"` // net; −1 = unknown
	Suspensions      []Interval `json:"suspensions,omitempty"`
	Visits           int32      `json:"visits"` // −1 = unknown
	OnTheSpot        bool       `json:"on_the_spot,omitempty"`
	FiledOnline      bool       `json:"filed_online,omitempty"`
	Test             bool       `json:"test,omitempty"`
}

// Closed says whether the case has an end.
func (c *Case) Closed() bool { return !c.FinishedAt.IsZero() }

// ID is the identity of this version: (source, case, version). It holds no time:
// a version that is sent again with another accepted_at is a conflict, not
// another version, and correcting a sender's clock must not change it.
func (c *Case) ID() uuid.UUID {
	return DeriveID(time.Time{}, "case", c.Source, c.CaseID, strconv.FormatUint(c.Version, 10))
}

// Case checks a version of a case.
func (d *Door) Case(in *CaseInput, rc Receipt) (Case, Problems) {
	c := checker{door: d, rc: rc, unread: in.unread, source: in.Source}
	r := Case{
		Stamp: c.stamp(in, in.Region), Source: c.code("source", in.Source, true), CaseID: c.code("case_id", in.CaseID, true),
		Version: in.Version, BatchID: c.code("batch_id", in.BatchID, false),
		Place: c.place(in.Place), PromisedAt: c.moment("promised_at", in.PromisedAt), StatutoryAt: c.moment("statutory_at", in.StatutoryAt),
		HandlingSeconds: -1, Visits: -1, OnTheSpot: in.OnTheSpot, FiledOnline: in.FiledOnline, Test: in.Test,
	}
	if in.Version == 0 {
		c.problems.add("version", CodeMissing, "required: 1 for the first state of the case, more for each later one")
	}
	r.AcceptedAt, _ = c.past("accepted_at", in.AcceptedAt, true)
	r.FinishedAt, _ = c.past("finished_at", in.FinishedAt, false)
	status := "in_progress"
	if r.Closed() {
		status = "finished"
	}
	r.Status = c.oneOf("status", in.Status, status, "pending", "in_progress", "finished", "withdrawn")
	if c.unread.has("suspensions") {
		c.unreadTime("suspensions", timeReason)
	}
	if len(c.unread) == 0 { // else the span is not known
		c.caseSpan(&r, in)
	}
	c.caseKind(&r, in)
	r.AcceptedDay = calendar.DayOf(r.AcceptedAt, d.Zone)
	if r.Closed() {
		r.FinishedDay = calendar.DayOf(r.FinishedAt, d.Zone)
	}
	return r, c.problems
}

// caseKind translates the kind where the source's map has kinds. Elsewhere a source
// needs no map: it writes the kinds as they are.
func (c *checker) caseKind(r *Case, in *CaseInput) {
	var m CodeMap
	if c.door.Codes != nil && !r.AcceptedAt.IsZero() {
		m, _ = c.door.Codes(r.Source, r.AcceptedAt)
	}
	if m.Kinds == nil || in.Kind == "" {
		r.Kind = CaseKinds[0]
		if in.Kind == "" {
			return
		}
		if r.Kind = string(in.Kind); !slices.Contains(CaseKinds, r.Kind) {
			c.problems.add("kind", CodeUnmapped, "must be one of %s, or be in the kinds of the source's code map: correct it, or add it to the map with `%s`",
				strings.Join(CaseKinds, ", "), mapCommand)
		}
		return
	}
	r.CodeMap, r.KindRaw = m.Name, string(in.Kind)
	kind, ok := m.Kinds[r.KindRaw]
	if !ok {
		c.unmapped("kind", &m, "kind", someCodes(m.Kinds))
		return
	}
	r.Kind = kind
}

func (c *checker) caseSpan(r *Case, in *CaseInput) {
	if r.Closed() && r.FinishedAt.Before(r.AcceptedAt) {
		c.problems.add("finished_at", CodeTime, "lies before accepted_at")
	}
	if r.Closed() != (r.Status == "finished" || r.Status == "withdrawn") {
		c.problems.add("status", CodeInvalid, "finished and withdrawn need finished_at, the other states must not have it")
	}
	if in.Visits != nil {
		if *in.Visits > 100 {
			c.problems.add("visits", CodeInvalid, "at most 100")
		} else {
			r.Visits = int32(*in.Visits)
		}
	}
	r.Suspensions = in.Suspensions
	r.SuspendedSeconds = c.suspended(in.Suspensions, r)
	switch {
	case in.HandlingSeconds != nil && (*in.HandlingSeconds < 0 || *in.HandlingSeconds > 1e10):
		c.problems.add("handling_seconds", CodeInvalid, "must be from 0 to 10,000,000,000")
	case in.HandlingSeconds != nil:
		r.HandlingSeconds = *in.HandlingSeconds
	case r.Closed():
		r.HandlingSeconds = max(0, int64(r.FinishedAt.Sub(r.AcceptedAt)/time.Second)-r.SuspendedSeconds)
	}
}

// suspended adds the suspension intervals that lie within the case, each second
// once, also where intervals overlap.
func (c *checker) suspended(spans []Interval, r *Case) int64 {
	if len(spans) > 100 {
		c.problems.add("suspensions", CodeTooLong, "at most 100 intervals")
		return 0
	}
	var total time.Duration
	covered := r.AcceptedAt
	for _, s := range sortedIntervals(spans) {
		if !c.plausible(s.From) || !c.plausible(s.To) {
			c.problems.add("suspensions", CodeTime, "lies outside the years that this installation accepts")
			return 0
		}
		if !s.To.After(s.From) {
			c.problems.add("suspensions", CodeTime, "an interval ends after it begins")
			return 0
		}
		from, to := s.From, s.To
		if from.Before(covered) {
			from = covered
		}
		if r.Closed() && to.After(r.FinishedAt) {
			to = r.FinishedAt
		}
		if to.After(from) {
			total += to.Sub(from)
			covered = to
		}
	}
	return int64(total / time.Second)
}

// sortedIntervals orders intervals by their begin and leaves the given list as it is.
func sortedIntervals(spans []Interval) []Interval {
	byBegin := func(a, b Interval) int { return a.From.Compare(b.From) }
	if !slices.IsSortedFunc(spans, byBegin) {
		spans = slices.Clone(spans)
		slices.SortFunc(spans, byBegin)
	}
	return spans
}
