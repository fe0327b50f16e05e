package findings

import (
	"math"

	"haochaping/calendar"
	"haochaping/evaluation/statistics"
)

// What is tested for a change. Both conditions look at the sample and never at whether it has changed, so they cost
// nothing but hopeless tests.
const (
	reachable = 1e-4 // a month is tested if, with the bad ratings that there are, it could reach this p
	leastRest = 3    // months that a month is compared with
)

// cell is one month of one unit.
type cell struct {
	unit, month int // places in Units and in its Months
	bad, valid  uint64
	exposure    float64 // bad ratings that its channels would bring at the unit's own rates, up to a factor
	expected    float64 // of bad ratings, by the unit's other months
	before      float64 // bad ratings per valid one in the other months
	p, q        float64
	called      bool
}

// changes finds months in which a unit's rate of bad ratings was not that of its other months.
//
// Of a unit's bad ratings a month should hold the share that its ratings have, channel by channel: given the sum
// over the months, its bad ratings are binomial (Przyborowski and Wilenski 1940). That units vary from month to
// month more than that is estimated, for each kind of unit, and makes them Beta-binomial. All units and months are
// adjusted together. The most extreme month of a unit that is called is taken out of what the others are compared
// with, and the tests are repeated, so that a bad spring does not make the autumn look good.
func (f *finder) changes() {
	cells, byUnit, spread := f.callChanges()
	f.wordChanges(cells, byUnit, spread)
}

// callChanges tests all months and calls those that changed.
func (f *finder) callChanges() (cells []cell, byUnit map[int][]int, spread map[group]float64) {
	cells, byUnit = f.cells()
	spread = f.monthSpread(cells, byUnit)
	dirty := make(map[int]bool, len(byUnit))
	for u := range byUnit {
		dirty[u] = true
	}
	for range 2 * len(f.months) {
		for u := range dirty {
			f.testMonths(cells, byUnit[u], spread)
		}
		adjust(cells)
		clear(dirty)
		for u, of := range byUnit {
			if worst := mostExtreme(cells, of); worst >= 0 {
				cells[worst].called = true
				dirty[u] = true
			}
		}
		if len(dirty) == 0 {
			break
		}
	}
	for i := range cells {
		cells[i].called = cells[i].called && cells[i].q <= ErrorRate
	}
	return cells, byUnit, spread
}

// mostExtreme is the month of a unit that is to be called next, or −1: there is none, or too few would be left to
// compare with.
func mostExtreme(cells []cell, of []int) int {
	worst, called := -1, 0
	for _, i := range of {
		switch c := &cells[i]; {
		case c.called:
			called++
		case c.q <= ErrorRate && (worst < 0 || c.p < cells[worst].p):
			worst = i
		}
	}
	if len(of)-called <= leastRest {
		return -1
	}
	return worst
}

// MonthTest is one of the tests for a change: a month of a unit against its other months.
type MonthTest struct {
	Unit     Unit
	Month    calendar.Day // its first day
	Bad, N   uint64       // bad ratings of valid ones
	Expected float64      // bad ratings, by the other months
	P, Q     float64      // Q is adjusted for all tests together
	Called   bool         // a change: Q is at most [ErrorRate]
}

// MonthTests are all the tests that the findings of the kind [Change] rest on, sorted by unit and month, for whoever
// wants to see what was tested and not called.
func MonthTests(in Input) []MonthTest {
	f := newFinder(in)
	cells, _, _ := f.callChanges()
	list := make([]MonthTest, len(cells))
	for i := range cells {
		c := &cells[i]
		s := &f.Units[c.unit]
		list[i] = MonthTest{s.Unit, s.Months[c.month].Start, c.bad, c.valid, c.expected, c.p, c.q, c.called}
	}
	return list
}

func adjust(cells []cell) {
	ps := make([]float64, len(cells))
	for i := range cells {
		ps[i] = cells[i].p
	}
	for i, q := range statistics.BenjaminiHochberg(ps) {
		cells[i].q = q
	}
}

// cells lists the months that can be tested, and where those of each unit are.
func (f *finder) cells() (cells []cell, byUnit map[int][]int) {
	byUnit = make(map[int][]int)
	for u := range f.Units {
		s := &f.Units[u]
		if s.Kind != Region && s.Kind != Department && s.Kind != Window {
			continue
		}
		rates, bad := f.ownRates(s)
		var of []cell
		whole := 0.0
		for m := range s.Months {
			c := cell{unit: u, month: m, bad: s.Months[m].bad(), valid: s.Months[m].valid(), p: 1, q: 1}
			for _, ch := range s.Months[m].Channels {
				c.exposure += float64(ch.Valid) * rates[ch.Class]
			}
			whole += c.exposure
			of = append(of, c)
		}
		for _, c := range of {
			share := c.exposure / whole
			most, least := math.Pow(share, float64(bad)), math.Pow(1-share, float64(bad))
			if c.valid < f.MinN || len(of) <= leastRest || !(2*min(most, least) <= reachable) {
				continue
			}
			byUnit[u] = append(byUnit[u], len(cells))
			cells = append(cells, c)
		}
	}
	return cells, byUnit
}

// ownRates are a unit's shares of bad ratings on each channel: its own, drawn with the weight of two bad ratings to
// the rates of everybody times its own level.
func (f *finder) ownRates(s *Series) (rates map[string]float64, bad uint64) {
	valid, hits := map[string]uint64{}, map[string]uint64{}
	expected := 0.0
	for m := range s.Months {
		for _, c := range s.Months[m].Channels {
			valid[c.Class] += c.Valid
			hits[c.Class] += c.Bad
			bad += c.Bad
			expected += float64(c.Valid) * f.rates[c.Class]
		}
	}
	const weight = 2
	level := (float64(bad) + weight) / (expected + weight)
	rates = make(map[string]float64, len(valid))
	for class := range valid {
		if usual := level * f.rates[class]; usual > 0 {
			rates[class] = (float64(hits[class]) + weight) / (float64(valid[class]) + weight/usual)
		}
	}
	return rates, bad
}

// group is what units vary alike: a kind, and regions of a level.
type group struct {
	kind  UnitKind
	depth int
}

func groupOf(u Unit) group {
	if u.Kind == Region {
		return group{Region, len(u.Path)}
	}
	return group{u.Kind, 0}
}

// monthSpread estimates how much the months of units vary beyond chance, for each group: the squared coefficient of
// variation of the rate, from the variances of the units' months.
func (f *finder) monthSpread(cells []cell, byUnit map[int][]int) map[group]float64 {
	samples := make(map[group][]unitSpread)
	for u, of := range byUnit {
		bad, exposure := 0.0, 0.0
		for _, i := range of {
			bad += float64(cells[i].bad)
			exposure += cells[i].exposure
		}
		var off, chance, squares float64
		for _, i := range of {
			share := cells[i].exposure / exposure
			e := bad * share
			off += (float64(cells[i].bad) - e) * (float64(cells[i].bad) - e)
			chance += e * (1 - share)
			squares += e * e * (1 - share)
		}
		if squares > 0 {
			g := groupOf(f.Units[u].Unit)
			samples[g] = append(samples[g], unitSpread{(off - chance) / squares, chance / squares, float64(len(of) - 1)})
		}
	}
	spread := make(map[group]float64, len(samples))
	for g, list := range samples {
		spread[g] = commonSpread(list)
	}
	return spread
}

// testMonths tests the months of a unit against those of its other months that are not called.
func (f *finder) testMonths(cells []cell, of []int, spread map[group]float64) {
	for _, i := range of {
		c := &cells[i]
		var bad, valid uint64
		exposure := 0.0
		for _, j := range of {
			if o := &cells[j]; j != i && !o.called {
				bad, valid, exposure = bad+o.bad, valid+o.valid, exposure+o.exposure
			}
		}
		if exposure == 0 || valid == 0 {
			c.p = 1
			continue
		}
		total := bad + c.bad
		share := c.exposure / (c.exposure + exposure)
		c.expected = float64(bad) * c.exposure / exposure
		c.before = float64(bad) / float64(valid)
		c.p = sharedTails(c.bad, total, share, spread[groupOf(f.Units[c.unit].Unit)])
	}
}

// stretch is a run of months in a row in which a unit was called changed in one direction.
type stretch struct {
	unit       int
	from, to   calendar.Day // first days of the first and the last month
	bad, valid uint64
	expected   float64
	before     float64
	p, q       float64
	spread     float64
}

func (s *stretch) worse() bool { return float64(s.bad) > s.expected }

func (s *stretch) excess() float64 { return float64(s.bad) - s.expected }

// stretches joins the called months of a unit.
func (f *finder) stretches(cells []cell, of []int, spread map[group]float64) (list []stretch) {
	for _, i := range of {
		c := &cells[i]
		if !c.called {
			continue
		}
		start := f.Units[c.unit].Months[c.month].Start
		s := stretch{
			unit: c.unit, from: start, to: start, bad: c.bad, valid: c.valid, expected: c.expected, before: c.before,
			p: c.p, q: c.q, spread: spread[groupOf(f.Units[c.unit].Unit)],
		}
		if n := len(list); n > 0 && list[n-1].to.AddMonths(1) == start && list[n-1].worse() == s.worse() {
			last := &list[n-1]
			last.to = start
			last.bad, last.valid, last.expected = last.bad+s.bad, last.valid+s.valid, last.expected+s.expected
			last.p, last.q = min(last.p, s.p), max(last.q, s.q)
			continue
		}
		list = append(list, s)
	}
	return list
}
