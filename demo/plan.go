package demo

import (
	"sync"

	"haochaping/calendar"
)

// outcome is what became of a service event. 1 … 5 are active levels.
type outcome uint8

const (
	booked     outcome = 6  // a default level was booked after days of silence
	unanswered outcome = 7  // asked, nobody pressed
	declined   outcome = 8  // asked, the person said no
	notAsked   outcome = 9  // the counter reported the service, but showed no rating page
	silent     outcome = 10 // no rating and no prompt; only the case, if any
)

// Marks of an event.
const (
	withCase   uint8 = 1 << iota // it belongs to a case, which ends with it
	onSpot                       // the case was closed while the person waited
	stillOpen                    // the case lies open at the end of the plan
	twoSteps                     // the case was sent when accepted and again when finished
	alsoStart                    // the acceptance of the case was rated too
	secondDesk                   // served by the second of the counter's two clerks
	afterHours                   // part of a burst after closing time
)

// event is a service event, the grain of the plan: twelve bytes, two and a half
// million of them.
type event struct {
	stream int32
	key    uint32 // number within its origin
	origin uint16 // day of the plan on which the service was given, or the case ends
	what   outcome
	marks  uint8
}

// Plan is twelve months of counts: how many services were given on which day, where
// and how they were rated. It holds no record yet; see [Plan.Chunks].
type Plan struct {
	Province *Province
	Seed     uint64
	From, To calendar.Day // first and last day
	Scale    float64

	streams []stream
	days    [][]event
	devices []uint32 // ratings of each device before each day: day × devices
	plots   plots
	lost    []float64 // per day: level 1 expected in the city that has none
	totals  Totals
}

// Totals are the numbers of distinct records that the chunks of a plan hold.
type Totals struct {
	Ratings   int // all answers and second ratings, each id once
	Cases     int // distinct cases
	Versions  int // case records: some cases are sent twice
	Prompts   int
	FollowUps int
	Resent    int // rating records that repeat others: the month that the vendor re-sends
}

// Records is the number of all records in the chunks, for a progress bar.
func (t Totals) Records() int { return t.Ratings + t.Versions + t.Prompts + t.FollowUps + t.Resent }

func (t *Totals) add(o Totals) {
	t.Ratings += o.Ratings
	t.Cases += o.Cases
	t.Versions += o.Versions
	t.Prompts += o.Prompts
	t.FollowUps += o.FollowUps
	t.Resent += o.Resent
}

// openDays is how far behind the last day cases are still looked for that began
// before it: longer than the slowest usual case.
const openDays = 60

// NewPlan counts what happens in the months before end, which is the last day. Scale
// 1 is the real size: more than two million ratings and a million cases in 12 months.
func NewPlan(seed uint64, end calendar.Day, months int, scale float64) *Plan {
	return planFor(NewProvince(seed), seed, end, months, scale)
}

func planFor(province *Province, seed uint64, end calendar.Day, months int, scale float64) *Plan {
	p := &Plan{
		Province: province, Seed: seed, From: end.AddMonths(-months) + 1, To: end, Scale: scale,
		streams: layStreams(province),
	}
	p.plots = p.plant()
	c := newCounter(p)
	days := p.dayCount()
	origins := make([][]event, days+openDays)
	sums := make([]Totals, days+openDays)
	p.lost = make([]float64, days+openDays)
	var wg sync.WaitGroup
	for w := range planners {
		wg.Go(func() {
			for d := w; d < len(origins); d += planners {
				origins[d], sums[d], p.lost[d] = c.day(d)
			}
		})
	}
	wg.Wait()
	p.days = origins[:days]
	for _, open := range origins[days:] {
		for _, e := range open {
			at := p.acceptedDay(&e)
			p.days[at] = append(p.days[at], e)
		}
	}
	for _, s := range sums {
		p.totals.add(s)
	}
	p.numberDevices()
	p.totals.Resent = p.countResent()
	return p
}

// planners is how many goroutines count; the result does not depend on it.
const planners = 4

// Totals are the numbers of records of the whole plan.
func (p *Plan) Totals() Totals { return p.totals }

func (p *Plan) dayCount() int { return int(p.To-p.From) + 1 }

// numberDevices notes how many ratings each device had taken before each day, so
// that days can be written in any order and device numbers still run 1, 2, 3 ….
func (p *Plan) numberDevices() {
	n := p.Province.deviceCount
	p.devices = make([]uint32, (len(p.days)+1)*n)
	for d, events := range p.days {
		row := p.devices[(d+1)*n : (d+2)*n]
		copy(row, p.devices[d*n:(d+1)*n])
		for i := range events {
			if w := p.streams[events[i].stream].window; w >= 0 {
				row[w] += events[i].deviceRatings()
			}
		}
	}
}

// deviceRatings is how many ratings with a device number an event makes.
func (e *event) deviceRatings() uint32 {
	if !e.rated() || e.what == booked {
		return 0
	}
	if e.marks&alsoStart != 0 {
		return 2
	}
	return 1
}

// rated says whether an event makes a rating record.
func (e *event) rated() bool { return e.what >= 1 && e.what <= declined }

func (e *event) bad() bool { return e.what == 1 || e.what == 2 }
