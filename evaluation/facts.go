// Package evaluation says how good: facts become indicators, indicators scores,
// scores tiers and ranks. It is pure: the same facts give the same judgement on
// every machine and in every order. SQL counts; only this package judges.
package evaluation

import (
	"maps"

	"haochaping/calendar"
)

// Facts are counts, sums and histograms over some unit and period. They add up:
// facts of a year are the sum of its days, facts of a region the sum of its parts.
// All counts are of records; nothing in here is a rate.
type Facts struct {
	Levels     [5]uint64 // valid active first ratings, index 0 = level 1 (very dissatisfied)
	Defaults   [5]uint64 // levels booked by a system after silence
	Reassessed [5]uint64 // ratings after rectification (追评); never part of Levels
	Unanswered uint64    // asked, no answer
	Declined   uint64    // asked, refused
	Events     uint64    // service events with a known denominator (named or prompted), each once
	Rated      uint64    // of Events, those with an active answer
	Prompted   uint64    // of Events, those for which the rating page was shown
	Excluded   uint64    // ratings taken out after an appeal

	Channels map[string]ChannelCount // by channel class; valid active first ratings
	Tags     map[string]uint64       // reason codes on valid active first ratings
	Hours    map[uint8]uint64        // valid active first ratings by hour of day, 0-23, when the rating was given

	Accepted         uint64 // cases accepted
	Finished         uint64 // cases finished
	Promised         uint64 // finished cases with a promised end
	OnTime           uint64 // of these, finished on or before it
	Early            uint64 // of these, finished before the promised day
	PromisedSeconds  uint64 // sum over finished cases with both limits: promised span
	StatutorySeconds uint64 // sum over the same cases: statutory span
	Limited          uint64 // finished cases with both limits
	Handled          uint64 // cases with a known net handling time: finished or answered
	HandlingSeconds  uint64 // sum of their net handling times
	Handling         Histogram
	VisitsKnown      uint64 // finished cases with a known number of visits
	Visits           uint64
	VisitsSquared    uint64 // sum of their squares, for the error of the mean
	OnTheSpot        uint64 // finished while the applicant waited
	FiledOnline      uint64 // finished cases that were filed online

	PromisedTimes  Histogram // promised spans of finished cases with both limits
	StatutoryTimes Histogram // statutory spans of the same cases
	Worked         uint64    // cases with a known net handling time in working time
	WorkingSeconds uint64    // sum of these, in seconds of working time
	Working        Histogram // of these

	FollowUps FollowUps // as of now; zero where a query does not ask for it
}

// FollowUps is what became of the valid bad ratings of a period, as of now: computed from the steps that exist, so
// it moves after the period has ended. Due counts those whose deadline has passed or that are done, where the deadline is
// known.
type FollowUps struct {
	Bad             uint64 // valid bad first ratings
	Contacted       uint64
	ContactDue      uint64 // contact deadline passed, or contacted
	ContactOnTime   uint64 // of ContactDue, contacted before the deadline
	Dismissed       uint64 // of Bad, verified to be without cause and not rectified: nothing is to be rectified
	Rectified       uint64
	RectifyDue      uint64 // rectification deadline passed, or rectified; without Dismissed
	RectifiedOnTime uint64 // of RectifyDue, rectified before the deadline
	CalledBack      uint64
	Answered        uint64 // of CalledBack, those that say whether the person was satisfied
	Satisfied       uint64 // of Answered, satisfied
}

// Add adds g to f.
func (f *FollowUps) Add(g *FollowUps) {
	f.Bad += g.Bad
	f.Contacted += g.Contacted
	f.ContactDue += g.ContactDue
	f.ContactOnTime += g.ContactOnTime
	f.Dismissed += g.Dismissed
	f.Rectified += g.Rectified
	f.RectifyDue += g.RectifyDue
	f.RectifiedOnTime += g.RectifiedOnTime
	f.CalledBack += g.CalledBack
	f.Answered += g.Answered
	f.Satisfied += g.Satisfied
}

// ChannelCount is what one channel contributed.
type ChannelCount struct {
	Valid uint64 // valid active first ratings
	Bad   uint64 // of these, levels 1 and 2
}

// Add adds g to f.
func (f *Facts) Add(g *Facts) {
	for i := range f.Levels {
		f.Levels[i] += g.Levels[i]
		f.Defaults[i] += g.Defaults[i]
		f.Reassessed[i] += g.Reassessed[i]
	}
	f.Unanswered += g.Unanswered
	f.Declined += g.Declined
	f.Events += g.Events
	f.Rated += g.Rated
	f.Prompted += g.Prompted
	f.Excluded += g.Excluded
	if f.Channels == nil && len(g.Channels) > 0 {
		f.Channels = make(map[string]ChannelCount, len(g.Channels))
	}
	for c, n := range g.Channels {
		sum := f.Channels[c]
		sum.Valid += n.Valid
		sum.Bad += n.Bad
		f.Channels[c] = sum
	}
	addCounts(&f.Tags, g.Tags)
	addCounts(&f.Hours, g.Hours)
	f.Accepted += g.Accepted
	f.Finished += g.Finished
	f.Promised += g.Promised
	f.OnTime += g.OnTime
	f.Early += g.Early
	f.PromisedSeconds += g.PromisedSeconds
	f.StatutorySeconds += g.StatutorySeconds
	f.Limited += g.Limited
	f.Handled += g.Handled
	f.HandlingSeconds += g.HandlingSeconds
	addCounts((*map[uint16]uint64)(&f.Handling), g.Handling)
	f.VisitsKnown += g.VisitsKnown
	f.Visits += g.Visits
	f.OnTheSpot += g.OnTheSpot
	f.VisitsSquared += g.VisitsSquared
	f.FiledOnline += g.FiledOnline
	addCounts((*map[uint16]uint64)(&f.PromisedTimes), g.PromisedTimes)
	addCounts((*map[uint16]uint64)(&f.StatutoryTimes), g.StatutoryTimes)
	f.Worked += g.Worked
	f.WorkingSeconds += g.WorkingSeconds
	addCounts((*map[uint16]uint64)(&f.Working), g.Working)
	f.FollowUps.Add(&g.FollowUps)
}

func addCounts[K comparable](to *map[K]uint64, from map[K]uint64) {
	if *to == nil {
		*to = maps.Clone(from)
		return
	}
	for k, n := range from {
		(*to)[k] += n
	}
}

// Valid is the number of valid active first ratings.
func (f *Facts) Valid() uint64 { return sum(f.Levels[:]) }

// Bad is the number of levels 1 and 2 among Valid.
func (f *Facts) Bad() uint64 { return f.Levels[0] + f.Levels[1] }

// Good is the number of levels 3 to 5 among Valid.
func (f *Facts) Good() uint64 { return f.Valid() - f.Bad() }

// Mean is the mean level, 1 to 5; ok is false without ratings.
func (f *Facts) Mean() (mean float64, ok bool) {
	n := f.Valid()
	if n == 0 {
		return 0, false
	}
	var total uint64
	for i, c := range f.Levels {
		total += uint64(i+1) * c
	}
	return float64(total) / float64(n), true
}

// DefaultsTotal is the number of ratings booked by default.
func (f *Facts) DefaultsTotal() uint64 { return sum(f.Defaults[:]) }

func sum(counts []uint64) (total uint64) {
	for _, c := range counts {
		total += c
	}
	return total
}

// Dimension is what facts are told apart by.
type Dimension string

// The dimensions that facts can be read by.
const (
	ByTotal      Dimension = "total"
	ByRegion     Dimension = "region"     // nodes of one level, or children of one node, subtree sums
	ByLine       Dimension = "line"       // lines of departments within a region
	ByRegionLine Dimension = "regionline" // regions of one level × line, for the heat map
	ByDepartment Dimension = "department"
	ByHall       Dimension = "hall"
	ByWindow     Dimension = "window"
	ByItem       Dimension = "item" // whole months only
	ByChannel    Dimension = "channel"
	// ByDepartmentItem tells the items of each department apart, for its mix of services; whole months only.
	ByDepartmentItem Dimension = "departmentitem"
)

// Step is how the period is cut.
type Step string

// The steps.
const (
	StepNone    Step = ""
	StepDay     Step = "day"
	StepWeek    Step = "week" // ISO week, seven days
	StepMonth   Step = "month"
	StepQuarter Step = "quarter"
	StepHalf    Step = "half" // January to June, July to December
	StepYear    Step = "year"
)

// Query asks for facts. The zero values of the filters mean "all".
type Query struct {
	By       Dimension
	From, To calendar.Day // inclusive
	Step     Step

	Level      int    // ByRegion, ByRegionLine: depth of the nodes, 1 = roots
	Parent     string // ByRegion, ByRegionLine: only children of this node; Level is then ignored
	Region     string // only this subtree
	Line       string
	Department string
	Hall       string
	Window     string // with Hall
	Item       string // ByTotal, ByChannel, ByItem, ByDepartmentItem; whole months only, without Region and Hall
}

// Row is the facts of one unit in one step of the period.
type Row struct {
	Start      calendar.Day // first day of the step, or of the period without a step
	Region     string       // '' = 待归属, unattributed
	Line       string
	Department string
	Hall       string
	Window     string
	Item       string
	Channel    string
	Facts
}

// Generation names a state of the facts: it grows with every restatement.
type Generation struct {
	Number   uint64
	DataTime int64 // Unix seconds: newest rating or case counted; 0 = none
	Records  uint64
}
