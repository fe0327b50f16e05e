package scoring

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"haochaping/evaluation"
	"haochaping/evaluation/statistics"
)

// jeffreys is what Jeffreys' prior adds to the hits of a rate, and to both sides of a share.
const jeffreys = 0.5

// manyHits is the number of hits on the rarer side from which a share is drawn by its logit.
const manyHits = 50

// value is the value that is scored, before it is rounded: as measured, or shrunk to (h + a) / (n + b).
func (l *leaf) value(u int) float64 {
	e := &l.estimates[u]
	if !l.shrinks(u) {
		return e.Number
	}
	s := &e.Spread
	return s.Offset + float64(s.Factor*((s.Hits+l.rates[u].a)/(s.N+l.rates[u].b)))
}

func (l *leaf) shrinks(u int) bool { return l.rates != nil && l.rates[u].b > 0 && l.counts(u) }

// varies reports whether a value would come out otherwise in another sample.
func varies(s *evaluation.Spread) bool {
	switch s.Kind {
	case evaluation.Binomial, evaluation.Poisson:
		return s.N > 0
	case evaluation.Normal:
		return s.SE > 0
	case evaluation.Order:
		return s.Histogram.Count() > 0
	}
	return false
}

// posterior is the Gamma distribution of a rare count's rate: hits and exposure with the unit's prior, or with
// Jeffreys' where nothing shrinks.
func (l *leaf) posterior(u int) (shape, exposure float64) {
	s := &l.estimates[u].Spread
	if l.shrinks(u) {
		return s.Hits + l.rates[u].a, s.N + l.rates[u].b
	}
	return s.Hits + jeffreys, s.N
}

// rare reports whether a value is drawn as a rare count. What shrinks is one, also where it is written as a share.
func (l *leaf) rare(u int) bool {
	return l.estimates[u].Spread.Kind == evaluation.Poisson || l.shrinks(u)
}

// ceiling is the greatest rate that makes sense: 1 of a share or of so many in 100,000.
func (l *leaf) ceiling() float64 {
	if l.Unit == evaluation.Percent || l.Unit == evaluation.Per100k {
		return 1
	}
	return math.Inf(1)
}

// interval is the 95 % interval of a value that varies, by its distribution: Wilson's of a share, the quantiles of the Gamma
// posterior of a rare count, 1.96 standard errors of a mean, of a quantile those of its place.
func (l *leaf) interval(u int) (low, high float64) {
	s := &l.estimates[u].Spread
	switch {
	case l.rare(u):
		shape, exposure := l.posterior(u)
		low = statistics.GammaQuantile(-statistics.Z975, shape) / exposure
		high = min(statistics.GammaQuantile(statistics.Z975, shape)/exposure, l.ceiling())
	case s.Kind == evaluation.Binomial:
		low, high = statistics.Wilson(s.Hits, s.N)
	case s.Kind == evaluation.Normal:
		low, high = s.Mean-float64(statistics.Z975*s.SE), s.Mean+float64(statistics.Z975*s.SE)
	case s.Kind == evaluation.Order:
		var t timeline
		t.read(s.Histogram)
		quantile := t.quantile(s.Q)
		low, high = quantile(-statistics.Z975), quantile(statistics.Z975)
	}
	low, high = s.Offset+float64(s.Factor*low), s.Offset+float64(s.Factor*high)
	return min(low, high), max(low, high)
}

// timeline is a histogram as a line: seconds over the share of durations that are no longer.
type timeline struct {
	n          float64
	to         []float64 // durations up to the end of a bucket
	start, end []float64 // seconds
}

// read takes the histogram's buckets in.
func (t *timeline) read(h evaluation.Histogram) {
	t.n, t.to, t.start, t.end = 0, t.to[:0], t.start[:0], t.end[:0]
	for _, b := range slices.Sorted(maps.Keys(h)) {
		if h[b] == 0 {
			continue
		}
		t.n += float64(h[b])
		start := 0.0
		if b > 0 {
			start = gammaPower(b - 1)
		}
		t.to, t.start, t.end = append(t.to, t.n), append(t.start, start), append(t.end, gammaPower(b))
	}
}

// gammaPower is the upper end of a bucket in seconds, by squaring, so that every processor gives the same bits.
func gammaPower(b uint16) float64 {
	power, square := 1.0, evaluation.HistogramGamma
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			power = float64(power * square)
		}
		square = float64(square * square)
	}
	return min(power, math.MaxFloat32)
}

// at is the duration at a place of the line, 0 to 1: straight within a bucket.
func (t *timeline) at(place float64) float64 {
	rank := float64(place * t.n)
	i, _ := slices.BinarySearch(t.to, rank)
	i = min(i, len(t.to)-1)
	before := 0.0
	if i > 0 {
		before = t.to[i-1]
	}
	part := min(max((rank-before)/(t.to[i]-before), 0), 1)
	return t.start[i] + float64(part*(t.end[i]-t.start[i]))
}

// quantile gives the q-quantile of all cases, as far as a sample of them tells, at Φ(z) of its own distribution: the
// place of the true quantile among n durations is that of an order statistic, Beta(k, n + 1 − k) with k = q (n + 1).
// (H. A. David and H. N. Nagaraja, Order statistics, 3rd edition 2003, section 7.1.)
func (t *timeline) quantile(q float64) func(z float64) float64 {
	k := float64(min(max(q, 0), 1) * (t.n + 1))
	place := statistics.ShareQuantile(max(k, jeffreys), max(t.n+1-k, jeffreys))
	return func(z float64) float64 { return t.at(place(z)) }
}

// sampler draws the values of one unit and leaf at a time; each goroutine has its own.
type sampler struct {
	draws  *statistics.Draws
	values []float64 // by draw
	second []float64
	curve  statistics.Curve
	line   timeline
}

func newSampler(d *statistics.Draws) *sampler {
	return &sampler{draws: d, values: make([]float64, d.Len()), second: make([]float64, d.Len())}
}

// sample fills values with what a leaf of a unit would be in each draw. Where nothing varies, that is what was scored.
//
// Which numbers a leaf gets depends on the unit's code and on what the leaf rests on: two leaves with the same counts,
// good ratings and bad ones of the same number, rise and fall together. Leaves that rest on different counts are drawn
// as if they had nothing to do with each other.
func (w *sampler) sample(l *leaf, u int, code string) []float64 {
	s := &l.estimates[u].Spread
	if !l.moves[u] {
		for i := range w.values {
			w.values[i] = l.scored[u]
		}
		return w.values
	}
	switch {
	case l.rare(u):
		w.rate(l, u, code)
	case s.Kind == evaluation.Binomial:
		w.share(s, code)
	case s.Kind == evaluation.Normal:
		w.draws.Normals(slot(code, "mean", s.Mean, s.SE), w.values)
		for i, z := range w.values {
			w.values[i] = s.Mean + float64(s.SE*z)
		}
	default: // evaluation.Order
		w.line.read(s.Histogram)
		w.curve.Set(w.line.quantile(s.Q))
		w.draws.Normals(slot(code, "order", histogramNumbers(s)...), w.values)
		w.curve.Map(w.values)
	}
	if s.Offset != 0 || s.Factor != 1 {
		for i, v := range w.values {
			w.values[i] = s.Offset + float64(s.Factor*v)
		}
	}
	return w.values
}

// rate draws a rare count's rate.
func (w *sampler) rate(l *leaf, u int, code string) {
	s := &l.estimates[u].Spread
	name, flipped := countSlot(s, code)
	w.draws.Normals(name, w.values)
	if flipped {
		for i, z := range w.values {
			w.values[i] = -z
		}
	}
	w.curve.SetGamma(l.posterior(u))
	w.curve.Map(w.values)
	if ceiling := l.ceiling(); ceiling == 1 && w.curve.At(math.Inf(1)) > ceiling {
		for i, v := range w.values {
			w.values[i] = min(v, ceiling)
		}
	}
}

// share draws a share from Beta(h + ½, n − h + ½), the rarer side first: by its logit where that has many hits, else as
// one Gamma number of the sum of two.
func (w *sampler) share(s *evaluation.Spread, code string) {
	name, flipped := countSlot(s, code)
	rarer := min(s.Hits, s.N-s.Hits)
	w.draws.Normals(name, w.values)
	if rarer >= manyHits {
		w.curve.SetShare(rarer+jeffreys, s.N-rarer+jeffreys)
		w.curve.Map(w.values)
	} else {
		w.curve.SetGamma(rarer+jeffreys, 1)
		w.curve.Map(w.values)
		w.draws.Normals(name+1, w.second)
		w.curve.SetGamma(s.N-rarer+jeffreys, 1)
		w.curve.Map(w.second)
		for i, v := range w.values {
			w.values[i] = v / (v + w.second[i])
		}
	}
	if flipped {
		for i, v := range w.values {
			w.values[i] = 1 - v
		}
	}
}

// countSlot is the slot of a count; flipped says that the counted side is the more frequent one, whose share is drawn
// as what is left of the other's.
func countSlot(s *evaluation.Spread, code string) (name uint64, flipped bool) {
	hits := s.Hits
	if rest := s.N - s.Hits; rest >= 0 && rest < hits {
		hits, flipped = rest, true
	}
	return slot(code, "count", hits, s.N), flipped
}

func histogramNumbers(s *evaluation.Spread) []float64 {
	numbers := []float64{s.Q}
	for _, b := range slices.Sorted(maps.Keys(s.Histogram)) {
		numbers = append(numbers, float64(b), float64(s.Histogram[b]))
	}
	return numbers
}

// slot names what varies, by the unit and what the numbers rest on.
func slot(code, kind string, numbers ...float64) uint64 {
	b := make([]byte, 0, 128)
	b = append(binary.BigEndian.AppendUint64(b, uint64(len(code))), code...)
	b = append(b, kind...)
	for _, x := range numbers {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(x+0))
	}
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint64(sum[:])
}
