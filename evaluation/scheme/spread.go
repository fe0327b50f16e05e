package scheme

import (
	"errors"
	"math"

	"haochaping/evaluation"
)

// errOverflow is of a value that no number can hold.
var errOverflow = errors.New("the value is too large for a number")

// estimate is q with its distribution. Where that is none of the known ones it is normal, with the standard error of
// the delta method: √(slopes · covariances of the sources · slopes).
func (q *quantity) estimate() (evaluation.Estimate, error) {
	if !q.known || !(q.sample > 0) || math.IsInf(q.sample, 0) {
		return evaluation.Estimate{}, nil
	}
	if math.IsNaN(q.value) || math.IsInf(q.value, 0) {
		return evaluation.Estimate{}, errOverflow
	}
	e := evaluation.Estimate{
		Value:  evaluation.Value{Number: q.value, N: uint64(math.Round(q.sample)), Known: true},
		Spread: q.spread,
	}
	if q.ratio {
		e.Hits = uint64(math.Round(q.hits))
	}
	if q.linear {
		e.Spread = q.countSpread()
	}
	if e.Spread.Kind == evaluation.Fixed {
		se := math.Sqrt(max(variance(q.slopes, q.facts), 0))
		if math.IsNaN(se) || math.IsInf(se, 0) {
			return evaluation.Estimate{}, errOverflow
		}
		e.Spread = evaluation.Spread{Kind: evaluation.Normal, Mean: q.value, SE: se, Factor: 1}
	}
	return e, nil
}

// countSpread is the distribution of a sum that counts records alike: that of a count over an exposure of 1.
func (q *quantity) countSpread() evaluation.Spread {
	each, ok := q.uniform()
	if !ok {
		return evaluation.Spread{}
	}
	return evaluation.Spread{Kind: evaluation.Poisson, Hits: q.value / each, N: 1, Factor: each}
}

// variance is that of a sum of slope × source. Counts vary as Poisson counts do, so that of a share hits ÷ n it is
// p(1−p)/n, that of a multinomial share. Where it is not known how far two classes overlap, it is the largest that any
// overlap allows; sources of different families vary independently. A class without any record does not vary.
//
// Here and below a conversion, float64(a*b), keeps a processor from fusing the multiplication into an addition: the
// same facts give the same bits everywhere.
func variance(slopes []slope, f *evaluation.Facts) (v float64) {
	for i, s := range slopes {
		v += float64(s.by * s.by * ownVariance(s, f))
		for _, t := range slopes[i+1:] {
			least, most := covariance(s, t, f)
			v += float64(2 * max(s.by*t.by*least, s.by*t.by*most))
		}
	}
	return v
}

func ownVariance(s slope, f *evaluation.Facts) float64 {
	switch {
	case s.source.counts():
		return s.source.read(f)
	case s.source.sums():
		return squares(s.source, f)
	}
	se := orderError(s, f)
	return se * se
}

// covariance is what is known of it: its bounds.
func covariance(s, t slope, f *evaluation.Facts) (least, most float64) {
	a, b := s.source, t.source
	switch {
	case a.family() != b.family(), b <= excluded: // answers are in one class alone
		return 0, 0
	case a.counts() && b.counts():
		return overlap(a, b, f)
	case a.counts() && b.sums():
		// The sum over the records that both have.
		if counted[b].inside(a) {
			return b.read(f), b.read(f)
		}
		return 0, b.read(f)
	case a.sums() && b.sums():
		return sumCovariance(a, b, f)
	}
	// With an order: of times of the same cases, which go together.
	return 0, math.Sqrt(ownVariance(s, f) * ownVariance(t, f))
}

// overlap bounds the number of records in both of two classes.
func overlap(a, b source, f *evaluation.Facts) (least, most float64) {
	switch {
	case a.inside(b):
		return a.read(f), a.read(f)
	case b.inside(a):
		return b.read(f), b.read(f)
	}
	return 0, min(a.read(f), b.read(f))
}

// sumCovariance bounds the sum of products of two figures of the same cases. At the least they are unrelated: spans of
// one case go together, if anything.
func sumCovariance(a, b source, f *evaluation.Facts) (least, most float64) {
	most = math.Sqrt(squares(a, f) * squares(b, f))
	if n := counted[a]; n == counted[b] {
		least = a.read(f) * b.read(f) / max(n.read(f), 1)
	}
	return min(least, most), most
}

// squares is the sum of the squares behind a sum. Where it was not counted, that of an exponential distribution stands
// for spans, and that of a Poisson distribution for visits.
func squares(s source, f *evaluation.Facts) float64 {
	n, sum := counted[s].read(f), s.read(f)
	if n == 0 {
		return 0
	}
	mean := sum / n
	if s == visits {
		if f.VisitsSquared < f.Visits { // no square of a whole number is below it
			return sum + float64(sum*mean)
		}
		return max(float64(f.VisitsSquared), sum*mean)
	}
	for _, d := range durations {
		if d.sum != s {
			continue
		}
		// The sum is exact, and the buckets say how far the cases lie apart.
		if counted, _, v := d.order.histogram(f).Moments(); counted > 0 {
			return float64(n*v) + float64(sum*mean)
		}
	}
	return 2 * sum * mean
}

// meanError is the standard error of a mean per record. Of one record it is the mean itself.
func meanError(s source, f *evaluation.Facts, mean, n float64) float64 {
	if n < 2 {
		return math.Abs(mean)
	}
	return math.Sqrt(max(squares(s, f)-float64(n*mean*mean), 0) / (n - 1) / n)
}

// orderError is about the standard error of a quantile: half the distance of the quantiles one standard error of their
// rank away, but at least that of the place within a bucket.
func orderError(s slope, f *evaluation.Facts) float64 {
	h := s.source.histogram(f)
	n := float64(h.Count())
	if n == 0 {
		return 0
	}
	step := math.Sqrt(s.q * (1 - s.q) / n)
	low, _ := h.Quantile(s.q - step)
	high, _ := h.Quantile(s.q + step)
	middle, _ := h.Quantile(s.q)
	return max((high-low)/2, middle*(evaluation.HistogramGamma-1)/math.Sqrt(12))
}
