package scheme

import (
	"cmp"
	"math"

	"haochaping/evaluation"
)

// quantity is what a part of a formula comes to for some facts: its value, and how it hangs on the facts. It is never
// changed once made.
type quantity struct {
	facts *evaluation.Facts
	value float64
	known bool
	// sample is the number of records that it rests on; of a plain number +Inf.
	sample float64
	hits   float64 // of a share or a mean per record: the numerator
	// slopes say how the value moves with each source, to first order; ordered by source.
	slopes []slope
	// linear: the value is exactly the sum of slope × source.
	linear bool
	// ratio: hits per sample, times a number.
	ratio bool
	// spread is the distribution where it is a known one; else what slopes say.
	spread evaluation.Spread
}

// slope is the change of a value per unit of a source; of an order, per second of its q-quantile.
type slope struct {
	source source
	q      float64
	by     float64
}

func (s slope) compare(t slope) int {
	return cmp.Or(cmp.Compare(s.source, t.source), cmp.Compare(s.q, t.q))
}

func number(x float64) *quantity { return &quantity{value: x, known: true, sample: math.Inf(1)} }

var unknown = &quantity{}

// set makes q what a figure is for some facts.
func (q *quantity) set(fig *figure, slopes []slope, facts *evaluation.Facts) {
	*q = quantity{facts: facts, slopes: slopes, linear: true}
	for _, s := range fig.of {
		q.value += s.read(facts)
	}
	for _, s := range fig.sample {
		q.sample += s.read(facts)
	}
	// Without a record a sum has no data; of a count that is for the ratio that it stands in to say.
	q.known = fig.of[0].counts() || q.sample > 0
}

// fixed reports whether q is a plain number.
func (q *quantity) fixed() bool { return len(q.slopes) == 0 }

// mix is f × a + g × b.
func mix(a []slope, f float64, b []slope, g float64) []slope {
	out := make([]slope, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		var next slope
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].compare(b[0]) < 0:
			next, a = slope{a[0].source, a[0].q, f * a[0].by}, a[1:]
		case len(a) == 0 || a[0].compare(b[0]) > 0:
			next, b = slope{b[0].source, b[0].q, g * b[0].by}, b[1:]
		default:
			next, a, b = slope{a[0].source, a[0].q, float64(f*a[0].by) + float64(g*b[0].by)}, a[1:], b[1:]
		}
		if next.by != 0 {
			out = append(out, next)
		}
	}
	return out
}

// factsOf are the facts that a or b were made from.
func factsOf(a, b *quantity) *evaluation.Facts {
	if a.facts != nil {
		return a.facts
	}
	return b.facts
}

func plus(a, b *quantity) *quantity { return add(a, b, 1) }

func minus(a, b *quantity) *quantity { return add(a, b, -1) }

// add is a + sign × b.
func add(a, b *quantity, sign float64) *quantity {
	switch {
	case !a.known || !b.known:
		return unknown
	case b.fixed():
		return a.shift(sign * b.value)
	case a.fixed():
		return b.scale(sign, sign*b.value).shift(a.value)
	}
	out := &quantity{
		facts: factsOf(a, b), value: a.value + float64(sign*b.value), known: true, slopes: mix(a.slopes, 1, b.slopes, sign),
		linear: a.linear && b.linear, sample: min(a.sample, b.sample),
	}
	if out.linear {
		out.sample = max(a.sample, b.sample)
	}
	return out
}

// shift is q + by.
func (q *quantity) shift(by float64) *quantity {
	if by == 0 {
		return q
	}
	out := *q
	if out.linear && !out.fixed() {
		out.spread = q.countSpread()
	}
	out.linear, out.ratio, out.hits = false, false, 0
	out.value += by
	if out.spread.Kind != evaluation.Fixed {
		out.spread.Offset += by
	}
	return &out
}

// scale is q × by, of which the value is given.
func (q *quantity) scale(by, value float64) *quantity {
	if by == 0 {
		out := number(0)
		out.sample = q.sample
		return out
	}
	out := *q
	out.value = value
	out.slopes = mix(q.slopes, by, nil, 0)
	if out.spread.Kind != evaluation.Fixed {
		out.spread.Offset *= by
		out.spread.Factor *= by
	}
	return &out
}

func times(a, b *quantity) *quantity {
	switch {
	case !a.known || !b.known:
		return unknown
	case b.fixed():
		return a.scale(b.value, a.value*b.value)
	case a.fixed():
		return b.scale(a.value, a.value*b.value)
	}
	return &quantity{
		facts: factsOf(a, b), value: a.value * b.value, known: true, slopes: mix(a.slopes, b.value, b.slopes, a.value),
		sample: min(a.sample, b.sample),
	}
}

func over(a, b *quantity) *quantity {
	switch {
	case !a.known || !b.known || b.value == 0:
		return unknown
	case b.fixed():
		return a.scale(1/b.value, a.value/b.value)
	}
	out := &quantity{
		facts: factsOf(a, b), value: a.value / b.value, known: true, sample: min(a.sample, b.sample),
		slopes: mix(a.slopes, 1/b.value, b.slopes, -a.value/b.value/b.value),
	}
	if a.linear && b.linear && !a.fixed() && b.value > 0 {
		out.divided(a, b)
	}
	return out
}

// divided recognises a ratio of sums over records.
func (q *quantity) divided(a, b *quantity) {
	per, ok := b.uniform()
	if !ok || per < 0 {
		return
	}
	n := b.value / per
	q.sample = n
	if one, ok := a.uniform(); ok || a.difference() {
		if !ok {
			one = a.slopes[0].by
			if one < 0 {
				one = a.slopes[1].by
			}
		}
		q.ratio, q.hits = true, a.value/one
		q.spread = evaluation.Spread{Kind: evaluation.Poisson, Hits: q.hits, N: n, Factor: one / per}
		if q.hits <= n && part(a.slopes, b.slopes) {
			q.spread.Kind = evaluation.Binomial
		}
		if q.hits < 0 { // contradictory counts: neither distribution has such a numerator
			q.ratio, q.hits, q.spread = false, 0, evaluation.Spread{}
		}
		return
	}
	if s := a.slopes[0]; len(a.slopes) == 1 && len(b.slopes) == 1 && s.source.sums() && counted[s.source] == b.slopes[0].source {
		q.ratio, q.hits = true, a.value/s.by
		factor := s.by / per
		q.spread = evaluation.Spread{
			Kind: evaluation.Normal, Mean: q.value / factor, SE: meanError(s.source, q.facts, q.value/factor, n), Factor: factor,
		}
	}
}

// uniform reports whether q counts each record of its classes alike, and as how many, which may be less than 0.
func (q *quantity) uniform() (as float64, ok bool) {
	if q.fixed() {
		return 0, false
	}
	for _, s := range q.slopes {
		if !s.source.counts() || s.by != q.slopes[0].by {
			return 0, false
		}
	}
	return q.slopes[0].by, true
}

// difference reports whether q counts the records of one class without those of a class within it.
func (q *quantity) difference() bool {
	if len(q.slopes) != 2 || q.slopes[0].by != -q.slopes[1].by {
		return false
	}
	whole, less := q.slopes[0], q.slopes[1]
	if whole.by < 0 {
		whole, less = less, whole
	}
	return whole.source.counts() && less.source.counts() && less.source.inside(whole.source)
}

// part reports whether the records counted by a are among those counted by b, each of them once.
func part(a, b []slope) bool {
	if len(b) == 1 {
		// One class, or one without another: the class that is counted decides.
		if len(a) == 1 {
			return a[0].source.inside(b[0].source)
		}
		for _, s := range a {
			if s.by > 0 && len(a) == 2 && a[0].by == -a[1].by && s.source.inside(b[0].source) {
				return true
			}
		}
		return false
	}
	for _, s := range b {
		if s.source > excluded { // classes other than answers may overlap: their sum is no class
			return false
		}
	}
	for _, s := range a {
		found := false
		for _, t := range b {
			found = found || s.source == t.source
		}
		if !found {
			return false
		}
	}
	return true
}

// meanLevel is the mean of the levels 1 to 5 of valid active ratings, with its standard error.
func meanLevel(facts *evaluation.Facts) *quantity {
	mean, ok := facts.Mean()
	if !ok {
		return unknown
	}
	n := float64(facts.Valid())
	q := &quantity{facts: facts, value: mean, known: true, sample: n, slopes: make([]slope, 0, 5)}
	var squares float64
	for i, c := range facts.Levels {
		off := float64(i+1) - mean
		squares += float64(float64(c) * off * off)
		q.slopes = append(q.slopes, slope{source: level1 + source(i), by: off / n})
	}
	se := 2.0 // of one rating: half of the range, the most that it can be
	if n > 1 {
		se = math.Sqrt(squares / (n - 1) / n)
	}
	q.spread = evaluation.Spread{Kind: evaluation.Normal, Mean: mean, SE: se, Factor: 1}
	return q
}

// spans is a histogram of durations within a run.
type spans struct {
	facts   *evaluation.Facts
	figure  *timesFigure
	sum     quantity
	records quantity
}

func (t *spans) set(fig *timesFigure, facts *evaluation.Facts) {
	t.facts, t.figure = facts, fig
	n := counted[fig.sum]
	t.sum.set(&figure{of: one(fig.sum), sample: one(n)}, []slope{{source: fig.sum, by: 1}}, facts)
	t.records.set(&figure{of: one(n), sample: one(n)}, []slope{{source: n, by: 1}}, facts)
}

func mean(t *spans) *quantity { return over(&t.sum, &t.records) }

func median(t *spans) *quantity { return quantile(t, 0.5) }

func quantile(t *spans, q float64) *quantity {
	h := t.figure.order.histogram(t.facts)
	seconds, ok := h.Quantile(q)
	if !ok {
		return unknown
	}
	return &quantity{
		facts: t.facts, value: seconds, known: true, sample: float64(h.Count()),
		slopes: []slope{{source: t.figure.order, q: q, by: 1}},
		spread: evaluation.Spread{Kind: evaluation.Order, Histogram: h, Q: q, Factor: 1},
	}
}
