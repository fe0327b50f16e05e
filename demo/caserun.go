package demo

import "haochaping/calendar"

// own is the generator of one event for one purpose, the same whenever and however
// often it is asked for.
func (p *Plan) own(e *event, purpose uint64) dice {
	return seeded(p.Seed, purpose<<48|uint64(e.origin)<<32|uint64(e.key))
}

// The purposes of generators that belong to one event.
const (
	forItem uint64 = iota + 16
	forRun
	forRating
	forPrompt
	forHandling
	forResend
)

// itemOf chooses the item of an event, the first of a department most often.
func (p *Plan) itemOf(e *event) (place, number int) {
	items := p.Province.departments[p.streams[e.stream].department].items
	d := p.own(e, forItem)
	n := 0
	for n < len(items)-1 && d.chance(.42) {
		n++
	}
	return items[n], n
}

func (p *Plan) serviceOf(e *event) *service {
	_, n := p.itemOf(e)
	return &lines[p.Province.departments[p.streams[e.stream].department].line].items[n]
}

// run is how long a case took that did not end on the spot.
type run struct {
	days      int // calendar days from acceptance to end
	suspended int // of these, days in which the clock stood still
	suspendAt int // on which day that began
	promised  int // calendar days that were promised, without the suspension
	statutory int
}

// runOf draws the course of a case: lognormal around two fifths of what was
// promised, with a suspension in some of the long ones.
func (p *Plan) runOf(e *event) run {
	s := &p.streams[e.stream]
	_, n := p.itemOf(e)
	u := &p.Province.departments[s.department]
	sv := &lines[u.line].items[n]
	d := p.own(e, forRun)
	r := run{promised: sv.promised, statutory: sv.statutory}
	pace := u.pace
	if p.plots.fastDepartment == int(s.department) {
		pace *= .3
	}
	median := .4 * float64(sv.promised) * pace
	if sv.promised == 1 {
		median = .3 * pace
	}
	r.days = min(int(d.lognormal(median, .42)), openDays-15)
	if sv.promised >= 5 && d.chance(.12) {
		r.suspended = d.between(3, 12)
		r.suspendAt = d.below(max(1, r.days))
		r.days += r.suspended
	}
	return r
}

// daysTaken is the number of days between the acceptance of an event's case and its
// end. Nothing is accepted while offices are closed.
func (p *Plan) daysTaken(e *event) int {
	if e.marks&(withCase|onSpot) != withCase {
		return 0
	}
	taken := p.runOf(e).days
	for p.streams[e.stream].hall >= 0 && taken > 0 && !working(p.From+calendar.Day(int(e.origin)-taken)) {
		taken++
	}
	return taken
}

// acceptedDay is the day of the plan on which an event's case was accepted.
func (p *Plan) acceptedDay(e *event) int { return int(e.origin) - p.daysTaken(e) }
