package findings

import (
	"cmp"
	"math"
	"slices"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/statistics"
)

// What makes a difference from the peers worth saying, besides that it is real.
const (
	muchWorse    = 3.0 // times the bad ratings of the line, for a contrast with its speed
	clearlyWorse = 1.5 // for standing out at all
	muchFaster   = 0.6 // of the line's median handling time
	fewestPeers  = 5   // below so many bad ratings of the peers, everybody of the kind stands for them
	leastTimes   = 30  // handling times on both sides
	leastZero    = 3.0 // bad ratings expected, for none to mean something
	timesDiffer  = 0.01
)

// standing is how a unit's bad ratings of the whole period stand among those of its peers.
type standing struct {
	unit       int
	bad, valid uint64
	exposure   float64 // by the rates of everybody on its channels
	expected   float64 // by its peers on its channels
	p, q       float64 // of differing from the peers more than they differ from each other
	spread     float64 // by which the peers differ
	id         string  // of the finding that says so, if any
}

func (s *standing) ratio() float64 { return (float64(s.bad) + 0.5) / (s.expected + 0.5) }

// peers compares units with their peers: regions of a level, departments of a line, windows. What is expected of a
// unit is what its channels bring on average, times how its peers are rated; that peers differ from each other is
// estimated, which makes the counts negative binomial.
func (f *finder) peers() {
	var zero []*standing
	var ps []float64
	// Departments before windows and regions, so that a region can be found to stand out because of one of them.
	for _, kind := range []UnitKind{Department, Window, Region} {
		list := f.standings(kind)
		f.expectPeers(list)
		spread := peerSpread(list)
		for i := range list {
			s := &list[i]
			s.p, s.spread = peerTails(s.bad, s.expected, spread), spread
			if s.expected >= leastZero {
				zero, ps = append(zero, s), append(ps, s.p)
			}
		}
	}
	for i, q := range statistics.BenjaminiHochberg(ps) {
		zero[i].q = q
	}
	times := f.lineTimes()
	slices.SortStableFunc(zero, func(a, b *standing) int { // the innermost first
		return cmp.Compare(len(f.Units[b.unit].Path), len(f.Units[a.unit].Path))
	})
	out := make(map[UnitKind][]*standing) // those that stand out, with the finding that says so
	for _, s := range zero {
		if s.id = f.judgeStanding(s, times, out); s.id != "" && float64(s.bad) > s.expected {
			kind := f.Units[s.unit].Kind
			out[kind] = append(out[kind], s)
		}
	}
}

// because is the part of a region by which alone the region stands out: without what is too many there, it would
// not. Otherwise it returns nil.
func (f *finder) because(s *standing, out map[UnitKind][]*standing) *standing {
	for _, kind := range []UnitKind{Department, Region} {
		var largest *standing
		rest := float64(s.bad)
		for _, o := range out[kind] {
			if !within(f.Units[o.unit].Unit, f.Units[s.unit].Unit) || slices.ContainsFunc(out[kind], func(between *standing) bool {
				return within(f.Units[o.unit].Unit, f.Units[between.unit].Unit) && within(f.Units[between.unit].Unit, f.Units[s.unit].Unit)
			}) {
				continue
			}
			rest -= float64(o.bad) - o.expected
			if largest == nil || float64(o.bad)-o.expected > float64(largest.bad)-largest.expected {
				largest = o
			}
		}
		if largest == nil {
			continue
		}
		k := uint64(max(0, rest) + 0.5)
		if float64(k) <= s.expected || peerTails(k, s.expected, s.spread) > ErrorRate {
			return largest
		}
	}
	return nil
}

func (f *finder) standings(kind UnitKind) (list []standing) {
	for u := range f.Units {
		if f.Units[u].Kind != kind {
			continue
		}
		s := standing{unit: u, p: 1, q: 1}
		for m := range f.Units[u].Months {
			for _, c := range f.Units[u].Months[m].Channels {
				s.bad += c.Bad
				s.valid += c.Valid
				s.exposure += float64(c.Valid) * f.rates[c.Class]
			}
		}
		if s.valid >= f.MinN {
			list = append(list, s)
		}
	}
	return list
}

// peerGroup is whom a unit is compared with.
type peerGroup struct {
	group
	line string
}

func (f *finder) peerGroup(unit int) peerGroup {
	return peerGroup{groupOf(f.Units[unit].Unit), f.Units[unit].Line}
}

// expectPeers fills what is expected of each unit by the others of its group, or by all of its kind.
func (f *finder) expectPeers(list []standing) {
	type sum struct{ bad, exposure float64 }
	groups := make(map[peerGroup]sum)
	var all sum
	for i := range list {
		s := &list[i]
		g := groups[f.peerGroup(s.unit)]
		groups[f.peerGroup(s.unit)] = sum{g.bad + float64(s.bad), g.exposure + s.exposure}
		all = sum{all.bad + float64(s.bad), all.exposure + s.exposure}
	}
	for i := range list {
		s := &list[i]
		g := groups[f.peerGroup(s.unit)]
		if g.bad-float64(s.bad) < fewestPeers {
			g = all
		}
		if rest := g.exposure - s.exposure; rest > 1e-9*g.exposure {
			s.expected = s.exposure * (g.bad - float64(s.bad)) / rest
		}
	}
}

func peerSpread(list []standing) float64 {
	sample := make([]counted, 0, len(list))
	for i := range list {
		if s := &list[i]; s.expected > 0 {
			sample = append(sample, counted{float64(s.bad), s.expected, s.expected})
		}
	}
	slices.SortFunc(sample, compareCounted)
	return spreadOf(sample)
}

// judgeStanding words a standing and returns the id of the finding; empty if there is nothing to say.
func (f *finder) judgeStanding(s *standing, times map[int]speed, out map[UnitKind][]*standing) string {
	u := f.Units[s.unit].Unit
	if s.q > ErrorRate {
		return ""
	}
	x := Finding{
		Units: []Unit{u}, Period: f.Period, Impact: math.Abs(float64(s.bad) - s.expected),
		Evidence: []Figure{badFigure(s.bad, s.valid, s.expected, s.p, s.q)},
	}
	words := args{
		"unit": u.text(), "n": count(s.valid), "bad": count(s.bad), "rate": rateText(float64(s.bad), float64(s.valid)),
		"expected": expectedText(s.expected), "p": chanceText(s.p),
	}
	pace, timed := times[s.unit]
	switch fast, slow := pace.ratio <= muchFaster, pace.ratio >= 1/muchFaster; {
	case timed && (fast && s.ratio() >= muchWorse || slow && s.ratio() <= 1/muchWorse):
		words["time"], words["peertime"] = durationText(pace.own), durationText(pace.peers)
		x.Kind, x.Severity, x.Text = Contrast, Act, sayFastDisliked.with(words)
		if slow {
			x.Severity, x.Text = Note, saySlowLiked.with(words)
		}
		x.Evidence = append(x.Evidence, pace.figure)
	case s.bad == 0:
		x.Kind, x.Severity, x.Text = ZeroBad, Watch, sayZeroBad.with(words)
	case s.ratio() >= clearlyWorse:
		x.Kind, x.Severity, x.Text = Peers, Watch, sayAbovePeers.with(words)
		if i := slices.IndexFunc(f.found, func(o Finding) bool { return f.explains(&o, u) }); i >= 0 {
			x.partOf(f.found[i].ID, sayMainlyFrom, doMainlyFrom, Unit{Name: f.changeName(i, u)})
		} else if o := f.because(s, out); o != nil {
			x.partOf(o.id, sayMainlyFrom, doMainlyFrom, f.Units[o.unit].Unit)
		}
	default:
		return ""
	}
	x.ID = about(x.Kind, u, calendar.Label(calendar.KindMonth, f.Period.From))
	f.add(x)
	return x.ID
}

// explains says whether a change is why a unit stands out: its own, or that of the region it lies in.
func (f *finder) explains(o *Finding, u Unit) bool {
	return o.Kind == Change && !o.Noise && o.Severity == Act && (key(o.Units[0]) == key(u) || within(u, o.Units[0]))
}

// changeName names a change of a unit, or of a region around it.
func (f *finder) changeName(i int, u Unit) Text {
	o := &f.found[i]
	months := monthsText(o.Period)
	if key(o.Units[0]) == key(u) {
		return months
	}
	return sayWhenWhere.with(args{"unit": o.Units[0].text(), "period": months})
}

// speed is how fast a department is against the others of its line.
type speed struct {
	own, peers float64 // medians in seconds
	ratio      float64
	figure     Figure
}

// lineTimes are the departments whose handling times differ from those of the others of their line. Half of the
// others' cases take longer than their median; whether more or fewer of the department's own do is tested.
func (f *finder) lineTimes() map[int]speed {
	lines := make(map[string]evaluation.Histogram)
	for u := range f.Units {
		s := &f.Units[u]
		if s.Kind != Department || s.Line == "" {
			continue
		}
		if lines[s.Line] == nil {
			lines[s.Line] = make(evaluation.Histogram)
		}
		for b, n := range s.Handling {
			lines[s.Line][b] += n
		}
	}
	found := make(map[int]speed)
	for u := range f.Units {
		s := &f.Units[u]
		if s.Kind != Department || s.Line == "" || s.Handling.Count() < leastTimes {
			continue
		}
		if v, ok := comparePace(s.Handling, lines[s.Line]); ok {
			found[u] = v
		}
	}
	return found
}

// comparePace compares handling times with those of a line that holds them too.
func comparePace(own, line evaluation.Histogram) (v speed, ok bool) {
	others := make(evaluation.Histogram, len(line))
	for b, n := range line {
		if rest := n - own[b]; rest > 0 {
			others[b] = rest
		}
	}
	n := others.Count()
	if n < leastTimes {
		return v, false
	}
	v.own, _ = own.Quantile(0.5)
	v.peers, _ = others.Quantile(0.5)
	var longer, all, othersLonger uint64
	middle := evaluation.Bucket(v.peers)
	for b, k := range own {
		all += k
		if b > middle {
			longer += k
		}
	}
	for b, k := range others {
		if b > middle {
			othersLonger += k
		}
	}
	p := statistics.RateChange(othersLonger, n, longer, all)
	if v.peers <= 0 || p > timesDiffer {
		return v, false
	}
	v.ratio = v.own / v.peers
	v.figure = Figure{
		Name: "longer", Label: Text{"办理时长超过同条线中位数的办件数", "cases that took longer than the line's median"},
		Value: float64(longer), N: all, Tested: true, Expected: float64(all) * float64(othersLonger) / float64(n), P: p, Q: p,
	}
	return v, true
}
