package demo

import (
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

// step is a step in the handling of a bad rating, in seconds after the rating.
type step struct {
	name      string
	after     int
	satisfied int // at called_back: 1 yes, −1 no
}

// second is a rating after rectification (追评).
type second struct {
	after int
	level outcome
}

const dayLong = 24 * 60 * 60

// handling draws what was done about a bad rating until the end of the plan.
func (p *Plan) handling(e *event) (steps []step, again *second) {
	d := p.own(e, forHandling)
	left := int(p.To.End(Zone).Unix()-p.ratedAt(e)) - 60
	now := 0
	do := func(name string, least, most float64, satisfied int) bool {
		now += int((least + (most-least)*d.float()) * dayLong)
		if now >= left {
			now = left + 1 // and nothing after it either
			return false
		}
		steps = append(steps, step{name, now, satisfied})
		return true
	}
	if d.chance(.02) { // nobody took it up
		return nil, nil
	}
	do(record.StepAssigned, .01, .8, 0)
	if d.chance(.03) { // lies there, long overdue
		return steps, nil
	}
	do(record.StepContacted, .05, 2.5, 0)
	if d.chance(.04) {
		return steps, nil
	}
	do(record.StepVerified, .05, 3, 0)
	switch u := d.float(); {
	case u < .08:
		do(record.StepDismissed, .1, 3, 0)
		return steps, nil
	case u < .16:
		do(record.StepAppealed, .2, 4, 0)
		if d.chance(.45) {
			do(record.StepUpheld, 1, 6, 0)
			do(record.StepExcluded, .01, 1, 0)
			if d.chance(.06) {
				do(record.StepReinstated, 2, 15, 0)
			}
			return steps, nil
		}
		do(record.StepRejected, 1, 6, 0)
	case u < .19: // under way, past its deadline
		return steps, nil
	}
	longest := 13.0
	if d.chance(.07) {
		longest = 40 // rectified, but late
	}
	do(record.StepRectified, 1, longest, 0)
	do(record.StepReplied, .05, 2, 0)
	if !d.chance(.78) {
		return steps, nil
	}
	satisfied := 1
	if d.chance(.13) {
		satisfied = -1
	}
	if do(record.StepCalledBack, .5, 6, satisfied) && satisfied > 0 && d.chance(.5) {
		invited := do(record.StepInvited, .01, .5, 0)
		after := now + d.between(3600, 3*dayLong)
		if invited && after < left && e.marks&withCase != 0 && d.chance(.4) {
			again = &second{after: after, level: outcome(d.between(4, 5))}
		}
	}
	return steps, again
}

// servedAt is when a service ended, and ratedAt when it was rated: Unix seconds.
func (p *Plan) servedAt(e *event) int64 {
	served, _ := p.moments(e)
	return served
}

func (p *Plan) ratedAt(e *event) int64 {
	_, rated := p.moments(e)
	return rated
}

// dayStart is the first second of a day of the plan.
func (p *Plan) dayStart(n int) int64 {
	return int64(p.From+calendar.Day(n))*dayLong - 8*60*60
}

// moments draws the times of an event. At a counter people rate at once, elsewhere
// after minutes or, by text message, hours.
func (p *Plan) moments(e *event) (served, rated int64) {
	s := &p.streams[e.stream]
	d := p.own(e, forRating)
	start := p.dayStart(int(e.origin))
	last := p.dayStart(p.dayCount()) - 120
	switch {
	case e.marks&afterHours != 0:
		b := seeded(p.Seed, 3, uint64(e.origin))
		at := start + 18*3600 + int64(1500+b.below(1800)) + 5*int64(e.key-burstKey) + int64(d.below(3))
		return at - 2, at
	case s.hall < 0 && s.source != fromSMS:
		served = start + int64(onlineClock.draw(&d))
		rated = served + int64(d.between(20, 900))
	case s.window >= 0:
		c := &hallClock
		if weekend(p.From + calendar.Day(e.origin)) {
			c = &saturdayClock
		}
		served = start + int64(c.draw(&d))
		rated = served + int64(d.between(4, 75))
	default:
		served = start + int64(hallClock.draw(&d))
		rated = served + int64(d.between(60, 1800))
		if s.source == fromSMS {
			rated = served + int64(min(d.lognormal(7200, 1.1), 5*dayLong))
		}
	}
	if e.what == booked {
		return served, p.dayStart(int(e.origin)+bookingDelay) + int64(7200+d.below(1800))
	}
	return min(served, last), min(rated, last)
}

// inZone is the time of a Unix second in the province.
func inZone(unix int64) time.Time { return time.Unix(unix, 0).In(Zone) }
