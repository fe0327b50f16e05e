package scoring

import (
	"math"
	"slices"
	"sort"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// normaliser turns values into points, 0 to scale. Every one of them rises with the value, or falls where lower is
// better: a better value never has fewer points.
type normaliser struct {
	scheme.Normaliser
	scale float64
	sign  float64 // 1 where higher is better, −1 where lower is
}

func normaliserOf(n *scheme.Node, scale float64) normaliser {
	sign := 1.0
	if n.Direction == evaluation.LowerIsBetter {
		sign = -1
	}
	return normaliser{Normaliser: n.Normalise, scale: scale, sign: sign}
}

// relative reports whether the points of a unit depend on the others.
func (n *normaliser) relative() bool {
	return n.Kind == scheme.MinMax || n.Kind == scheme.ZScore || n.Kind == scheme.Percentile
}

// apply replaces values by their points, without looking at other units.
func (n *normaliser) apply(values []float64) {
	switch n.Kind {
	case scheme.Linear:
		n.linear(values, n.Floor, n.Target)
	case scheme.Steps:
		for i, v := range values {
			values[i] = n.step(v)
		}
	case scheme.Deductions:
		for i, v := range values {
			// A whole Every is one by the decimals: 0.3 beyond is three times 0.1.
			times := math.Floor(max(float64(n.sign*(n.Free-v))/n.Every, 0) + 1e-9)
			values[i] = max(n.scale-float64(times*n.Per), 0)
		}
	default: // scheme.Absolute
		if n.sign > 0 {
			n.linear(values, 0, n.Full)
		} else {
			n.linear(values, n.Full, 0)
		}
	}
}

func (n *normaliser) linear(values []float64, floor, target float64) {
	for i, v := range values {
		values[i] = min(max(float64((v-floor)/(target-floor)*n.scale), 0), n.scale)
	}
}

// step is the points of the best step that a value reaches.
func (n *normaliser) step(v float64) float64 {
	for _, s := range n.Steps {
		if float64(n.sign*(v-s.At)) >= 0 {
			return min(max(s.Points, 0), n.scale)
		}
	}
	return 0
}

// peers are what a relative normaliser knows of the units that are compared. All is in signed values, of which the
// greatest is the best.
type peers struct {
	low, high float64
	mean, sd  float64
	sorted    []float64 // of Percentile
}

// peersOf sums signed values up; sorted is their scratch. The sums run in the order given.
func (n *normaliser) peersOf(signed []float64) (p peers) {
	if len(signed) == 0 {
		return p
	}
	p.low, p.high = slices.Min(signed), slices.Max(signed)
	switch n.Kind {
	case scheme.ZScore:
		for _, v := range signed {
			p.mean += v
		}
		p.mean /= float64(len(signed))
		var squares float64
		for _, v := range signed {
			squares += float64((v - p.mean) * (v - p.mean))
		}
		p.sd = n.deviation(squares, len(signed))
	case scheme.Percentile:
		p.sorted = slices.Clone(signed)
		slices.Sort(p.sorted)
	}
	return p
}

// deviation is the standard deviation from the sum of squares of k values.
func (n *normaliser) deviation(squares float64, k int) float64 {
	if !n.Population {
		k--
	}
	if k <= 0 {
		return 0
	}
	return math.Sqrt(squares / float64(k))
}

// among is the points of a signed value among peers. member says that the value is one of theirs.
func (n *normaliser) among(v float64, p *peers, member bool) float64 {
	switch {
	case n.Kind == scheme.Percentile:
		worse := sort.SearchFloat64s(p.sorted, v)
		equal := sort.Search(len(p.sorted)-worse, func(i int) bool { return p.sorted[worse+i] > v })
		others := len(p.sorted)
		if member {
			equal, others = equal-1, others-1
		}
		return n.share(worse, equal, others)
	case n.Kind == scheme.MinMax || n.Rescale:
		return n.between(v, p.low, p.high)
	default:
		return n.standard(v, p.mean, p.sd)
	}
}

// share is Percentile's points; without others, half of the scale.
func (n *normaliser) share(worse, equal, others int) float64 {
	if others == 0 {
		return n.scale / 2
	}
	return float64((float64(worse) + float64(equal)/2) / float64(others) * n.scale)
}

// between is the points of min-max; also those of rescaled standard scores, which are the same thing: mean and
// deviation cancel out. Where all units are equal, all are the best.
func (n *normaliser) between(v, low, high float64) float64 {
	if !(high > low) {
		return n.scale
	}
	return min(max(float64((v-low)/(high-low)*n.scale), 0), n.scale)
}

// standard is the points of a standard score; where all units are equal, all have the centre.
func (n *normaliser) standard(v, mean, sd float64) float64 {
	var z float64
	if sd > 0 {
		z = (v - mean) / sd
	}
	return min(max(n.Centre+float64(n.Spread*z), 0), n.scale)
}

// score fills in the points of a leaf. The units that a relative normaliser compares are those with a score of their
// own; who is only listed is measured against them.
func (j *judgement) score(l *leaf) {
	if !l.points.relative() {
		copy(l.worth, l.scored)
		l.points.apply(l.worth)
		for u, known := range l.known {
			if !known {
				l.worth[u] = 0
			}
		}
		return
	}
	var signed []float64
	for _, u := range j.ranked {
		if l.known[u] {
			signed = append(signed, float64(l.points.sign*l.scored[u]))
		}
	}
	p := l.points.peersOf(signed)
	for u, known := range l.known {
		if known && len(signed) > 0 {
			l.worth[u] = l.points.among(float64(l.points.sign*l.scored[u]), &p, j.standings[u].ranked())
		}
	}
}
