package demo

import (
	"haochaping/calendar"
	"haochaping/record"
)

// counter draws the events of single days. It is not changed after newCounter, so
// days may be drawn at the same time.
type counter struct {
	*Plan
	groups []group
}

// group is a set of streams that share the shape of their days.
type group struct {
	first  int // place of its first stream
	table  alias
	shape  func(calendar.Day) float64
	open   func(calendar.Day) bool
	perDay float64 // expected events on a day of shape 1
}

func newCounter(p *Plan) *counter {
	c := &counter{Plan: p}
	always := func(calendar.Day) bool { return true }
	saturday := func(d calendar.Day) bool { return weekend(d) }
	weekday := func(d calendar.Day) bool { return !weekend(d) }
	online, qr := 0, 0
	for i := range p.streams {
		if p.streams[i].hall < 0 && online == 0 {
			online = i
		}
		if p.streams[i].channel == record.ChannelQR && qr == 0 {
			qr = i
		}
	}
	c.addGroup(0, online, hallShape, weekday, nil)
	c.addGroup(0, online, hallShape, saturday, func(s *stream) bool { return p.Province.halls[s.hall].large() })
	c.addGroup(online, qr, onlineShape, always, nil)
	c.addGroup(qr, len(p.streams), hallShape, weekday, nil)
	return c
}

// addGroup adds streams [from, to). The year's sum is that of the days of one whole
// year, whatever the length of the plan.
func (c *counter) addGroup(from, to int, shape func(calendar.Day) float64, open func(calendar.Day) bool, only func(*stream) bool) {
	weights := make([]float64, to-from)
	for i := range weights {
		if s := &c.streams[from+i]; only == nil || only(s) {
			weights[i] = s.weight
		}
	}
	sum := 0.0
	for d := c.To - 364; d <= c.To; d++ {
		sum += shape(d)
	}
	g := group{first: from, table: newAlias(weights), shape: shape, open: open}
	g.perDay = g.table.total / sum * c.Scale
	c.groups = append(c.groups, g)
}

// day draws the events whose origin is the n-th day of the plan. Days behind its end
// give only the cases that lie open at the end.
func (c *counter) day(n int) (events []event, sums Totals, lost float64) {
	day := c.From + calendar.Day(n)
	d := seeded(c.Seed, 2, uint64(n))
	key := uint32(0)
	for g := range c.groups {
		gr := &c.groups[g]
		if !gr.open(day) {
			continue
		}
		count := d.poisson(gr.perDay * gr.shape(day))
		if events == nil {
			events = make([]event, 0, count*5/4)
		}
		for range count {
			e := event{stream: int32(gr.first) + gr.table.draw(&d), key: key, origin: uint16(n)}
			key++
			lost += c.decide(&e, day, &d)
			if c.keep(&e, &sums) {
				events = append(events, e)
			}
		}
	}
	if n < c.dayCount() {
		events = c.burst(events, n, &sums)
	}
	return events, sums, lost
}

// decide draws the outcome and the marks of an event. It returns the probability
// with which a level 1 was swallowed.
func (c *counter) decide(e *event, day calendar.Day, d *dice) (lost float64) {
	s := &c.streams[e.stream]
	if d.chance(.5) {
		e.marks |= secondDesk
	}
	e.what = c.answer(e, s, day, d)
	if e.what == 5 { // an active answer; which level?
		bad, threes, fours := c.mood(s, day)
		switch u := d.float(); {
		case u < bad*levelOneShare:
			e.what = 1
		case u < bad:
			e.what = 2
		case u < bad+threes:
			e.what = 3
		case u < bad+threes+fours:
			e.what = 4
		}
		if c.plots.swallows(s, day) {
			lost = bad * levelOneShare
			if e.what == 1 {
				e.what = silent
			}
		}
	}
	if d.chance(s.cases) || s.source == fromApp && e.what == booked {
		e.marks |= withCase
		c.openCase(e, s, d)
	}
	return lost
}

// levelOneShare is the share of level 1 among bad ratings: who is angry presses the lowest.
const levelOneShare = .55

// answer draws how an event was answered; 5 stands for any active level.
func (c *counter) answer(e *event, s *stream, day calendar.Day, d *dice) outcome {
	u := d.float()
	switch {
	case s.prompted:
		shy := .03
		if c.plots.shyClerk(e, s) {
			shy = clerkShy
		}
		switch {
		case u < shy:
			return notAsked
		case u < shy+.14*(1-shy):
			return unanswered
		case u < shy+.17*(1-shy):
			return declined
		}
	case s.source == fromSMS && u < .7:
		return c.bookedBy(day)
	case s.source == fromApp && u < .45:
		if day < c.plots.bookingFrom {
			return silent
		}
		return c.bookedBy(day)
	case s.window >= 0 && u < .03:
		return silent
	}
	return 5
}

// bookingDelay is after how many days of silence a default level is booked.
const bookingDelay = 7

// bookedBy is a default level, unless its day has not come yet.
func (c *counter) bookedBy(day calendar.Day) outcome {
	if day+bookingDelay > c.To {
		return silent
	}
	return booked
}

// mood is the distribution of active levels of a stream on a day.
func (c *counter) mood(s *stream, day calendar.Day) (bad, threes, fours float64) {
	bad, threes, fours = min(s.bad, .15), s.threes, s.fours
	return c.plots.mood(s, day, bad, threes, fours)
}

// openCase draws how a case ran. Cases that began before the plan are left out.
func (c *counter) openCase(e *event, s *stream, d *dice) {
	sv := c.serviceOf(e)
	spot := sv.spot
	if s.hall < 0 {
		spot *= .6
	}
	e.marks &^= twoSteps | onSpot | alsoStart
	switch {
	case d.chance(spot):
		e.marks |= onSpot
		return
	case d.chance(.3):
		e.marks |= twoSteps
	}
	if int(e.origin) >= c.dayCount() {
		e.marks |= stillOpen
		e.what = silent
	}
	if int(e.origin) < c.daysTaken(e) {
		e.marks &^= withCase | twoSteps | stillOpen
		return
	}
	if e.rated() && e.what <= 5 && s.window >= 0 && c.daysTaken(e) == 0 && d.chance(.25) {
		e.marks |= alsoStart
	}
}

// keep counts an event, or says that nothing comes of it.
func (c *counter) keep(e *event, sums *Totals) bool {
	future := int(e.origin) >= c.dayCount()
	if future && (e.marks&stillOpen == 0 || int(e.origin)-c.daysTaken(e) >= c.dayCount()) {
		return false
	}
	if e.marks&withCase == 0 && e.what == silent {
		return false
	}
	c.count(e, sums)
	return true
}

func (c *counter) count(e *event, sums *Totals) {
	if e.marks&withCase != 0 {
		sums.Cases++
		sums.Versions++
		if e.marks&twoSteps != 0 && e.marks&stillOpen == 0 {
			sums.Versions++
		}
	}
	if c.streams[e.stream].prompted && e.what != silent {
		sums.Prompts++
	}
	if !e.rated() {
		return
	}
	sums.Ratings++
	if e.marks&alsoStart != 0 {
		sums.Ratings++
	}
	if e.bad() {
		steps, again := c.handling(e)
		sums.FollowUps += len(steps)
		if again != nil {
			sums.Ratings++
		}
	}
}

// burst adds the fives that come in a row after closing time.
func (c *counter) burst(events []event, n int, sums *Totals) []event {
	for i := range c.plots.burstSize(c.Plan, n) {
		e := event{
			stream: c.plots.burstStream, key: burstKey + uint32(i), origin: uint16(n), what: 5, marks: afterHours,
		}
		c.count(&e, sums)
		events = append(events, e)
	}
	return events
}

// burstKey is where the keys of bursts begin, far behind those of a day.
const burstKey = 900_000
