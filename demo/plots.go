package demo

import (
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

// plots are the units and days of the planted stories.
type plots struct {
	springArea     int
	spring         calendar.Range
	burstStream    int32
	burstFrom      calendar.Day
	bookingFrom    calendar.Day
	resent         calendar.Range // the month that comes twice
	resendDay      int            // day of the plan on which it comes again, −1 = never
	levelFrom      calendar.Day
	fastDepartment int
	clerkWindow    int32
	kioskWindow    int32
	kioskFrom      calendar.Day
}

// The places of the stories among the areas: cities are 1-7, counties follow.
const (
	springArea = 20 // in the second city
	kioskArea  = 22
	burstArea  = 25
	fastArea   = 40 // in the fourth city
	clerkArea  = 1  // the first city itself
	fastLine   = 4  // real estate registration
)

// How large the stories are, at scale 1.
const (
	springMonthly = 3750 // service events a month, for more than 3,000 ratings
	springBad     = .0100
	fastMonthly   = 560
	fastBad       = .030
	clerkMonthly  = 440 // at a counter with two clerks
	clerkShy      = .88
	kioskMonthly  = 400
	kioskLoses    = 15 // one number after so many is missing
	burstMonthly  = 260
)

// plant chooses units and days and gives the streams of the stories their size.
func (p *Plan) plant() plots {
	q := plots{springArea: springArea, fastDepartment: -1, resendDay: -1}
	q.plantDays(p)
	for _, n := range p.Province.areas[fastArea].departments {
		if p.Province.departments[n].line == fastLine {
			q.fastDepartment = n
		}
	}
	clerk := &p.Province.halls[mainHall(p.Province, clerkArea)]
	kiosk := &p.Province.halls[mainHall(p.Province, kioskArea)]
	burst := &p.Province.halls[mainHall(p.Province, burstArea)]
	q.clerkWindow = int32(clerk.firstWindow + 2)
	q.kioskWindow = int32(kiosk.firstWindow + kiosk.windows - 1)
	burstWindow := int32(burst.firstWindow + 4)

	p.resize(springMonthly, func(s *stream) bool { return int(s.area) == springArea })
	p.resize(fastMonthly, func(s *stream) bool { return int(s.department) == q.fastDepartment })
	p.resize(clerkMonthly, func(s *stream) bool { return s.window == q.clerkWindow })
	p.resize(kioskMonthly, func(s *stream) bool { return s.window == q.kioskWindow })
	p.resize(burstMonthly, func(s *stream) bool { return s.window == burstWindow })
	for i := range p.streams {
		s := &p.streams[i]
		if s.window == burstWindow {
			q.burstStream = int32(i)
		}
		if int(s.department) == q.fastDepartment {
			s.cases = .9
		}
	}
	return q
}

func (p *Plan) resize(monthly float64, in func(*stream) bool) {
	sum := 0.0
	for i := range p.streams {
		if in(&p.streams[i]) {
			sum += p.streams[i].weight
		}
	}
	for i := range p.streams {
		if in(&p.streams[i]) {
			p.streams[i].weight *= monthly * 12 / sum
		}
	}
}

// plantDays puts the stories into the months of the plan. Where it holds no whole
// spring behind a usual month, the last three whole months stand for it; where March
// is too recent to be missed, an earlier month does.
func (q *plots) plantDays(p *Plan) {
	thisMonth := calendar.Period(calendar.KindMonth, p.To).From
	whole := calendar.Range{From: p.From, To: p.To}
	q.spring = calendar.Range{From: thisMonth.AddMonths(-3), To: thisMonth - 1}
	q.levelFrom = thisMonth.AddMonths(-4)
	year, _, _ := p.To.Date()
	for _, y := range []int{year - 1, year} {
		march, june := calendar.MakeDay(y, time.March, 1), calendar.MakeDay(y, time.June, 1)
		if p.From+28 <= march && june-1 <= p.To {
			q.spring = calendar.Range{From: march, To: june - 1}
		}
		if p.From <= march && march+100 <= p.To {
			q.levelFrom = march
		}
	}
	q.spring = q.spring.Intersect(whole)
	q.levelFrom = max(q.levelFrom, p.From)
	q.bookingFrom = max(thisMonth.AddMonths(-5), p.From)
	q.resent = calendar.Period(calendar.KindMonth, thisMonth.AddMonths(-4))
	if q.resent.From >= p.From {
		q.resendDay = int(thisMonth.AddMonths(-2) + 11 - p.From)
	}
	q.burstFrom = max(p.To-120, p.From)
	q.kioskFrom = max(p.To-150, p.From)
}

// swallows says whether level 1 cannot arrive from a stream on a day.
func (q *plots) swallows(s *stream, day calendar.Day) bool {
	return s.city == levelCity && day >= q.levelFrom
}

func (q *plots) mood(s *stream, day calendar.Day, bad, threes, fours float64) (float64, float64, float64) {
	switch {
	case int(s.department) == q.fastDepartment:
		return max(bad, fastBad), max(threes, .08), max(fours, .12)
	case int(s.area) == q.springArea && q.spring.Contains(day):
		return max(bad, springBad), max(threes, .02), max(fours, .06)
	}
	return bad, threes, fours
}

func (q *plots) shyClerk(e *event, s *stream) bool {
	return s.window == q.clerkWindow && e.marks&secondDesk != 0
}

// burstSize is how many fives come after closing time on a day of the plan.
func (q *plots) burstSize(p *Plan, n int) int {
	day := p.From + calendar.Day(n)
	d := seeded(p.Seed, 4, uint64(n))
	if day < q.burstFrom || !working(day) || !d.chance(.4) {
		return 0
	}
	return int(float64(d.between(45, 80))*min(p.Scale, 1) + .5)
}

// missing is how many of the kiosk's numbers were lost before its n-th rating,
// counted from the day on which it began to lose them.
func missing(sinceThen uint32) uint64 { return uint64(sinceThen) / kioskLoses }

// countResent counts the ratings of the month that comes twice.
func (p *Plan) countResent() int {
	if p.plots.resendDay < 0 {
		return 0
	}
	sum := 0
	for day := range p.plots.resent.Days() {
		for i := range p.days[day-p.From] {
			e := &p.days[day-p.From][i]
			if p.streams[e.stream].source == fromVendor && e.rated() {
				sum += int(e.deviceRatings())
			}
		}
	}
	return sum
}

// Event is one service event of a plan in words: what tests and stories count.
type Event struct {
	Day        calendar.Day // on which it counts
	Source     string
	Channel    record.Channel
	Area       string // code of the province, city or county that answers for it
	Hall       string
	Window     string
	Department string
	Answer     record.Answer // empty when there is no rating
	Level      uint8         // 1 … 5; 0 when nobody chose one
	Case       bool
	Prompted   bool // the counter reported the event
	Asked      bool // and showed the rating page
}

// Events runs through the plan day by day.
func (p *Plan) Events(yield func(Event) bool) {
	for n, events := range p.days {
		for i := range events {
			if !yield(p.inWords(n, &events[i])) {
				return
			}
		}
	}
}

func (p *Plan) inWords(n int, e *event) Event {
	s := &p.streams[e.stream]
	w := Event{
		Day: p.From + calendar.Day(n), Source: sourceNames[s.source], Channel: s.channel,
		Area: p.Province.areas[s.area].code, Department: p.Province.Departments[s.department].Code,
		Answer: e.answered(), Case: e.marks&withCase != 0, Prompted: s.prompted && e.what != silent,
		Asked: s.prompted && e.what < notAsked,
	}
	if e.what <= 5 {
		w.Level = uint8(e.what)
	}
	if s.hall >= 0 {
		w.Hall = p.Province.Halls[s.hall].Code
	}
	if s.window >= 0 {
		w.Window = p.Province.Windows[s.window].Code
	}
	return w
}

func (e *event) answered() record.Answer {
	switch {
	case e.what <= 5:
		return record.AnswerActive
	case e.what == booked:
		return record.AnswerDefault
	case e.what == unanswered:
		return record.AnswerUnanswered
	case e.what == declined:
		return record.AnswerDeclined
	default:
		return ""
	}
}
