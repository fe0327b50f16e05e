package demo

import "math"

// dice is a SplitMix64 generator. Its sequence is written down here, so that a seed
// means the same records with every version of Go.
type dice uint64

// seeded is the generator for a place in the data: (seed, purpose or day, number).
func seeded(seed uint64, parts ...uint64) dice {
	d := dice(seed)
	for _, p := range parts {
		d = dice(d.next() ^ p*0x9e3779b97f4a7c15)
	}
	d.next()
	return d
}

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// float is uniform in [0, 1).
func (d *dice) float() float64 { return float64(d.next()>>11) / (1 << 53) }

// below is uniform in 0 … n−1 (n < 2³²).
func (d *dice) below(n int) int { return int(d.next() >> 32 * uint64(n) >> 32) }

// between is uniform in a … b.
func (d *dice) between(a, b int) int { return a + d.below(b-a+1) }

// chance is true with probability p.
func (d *dice) chance(p float64) bool { return d.float() < p }

// normal has mean 0 and standard deviation 1 (Box-Muller).
func (d *dice) normal() float64 {
	return math.Sqrt(-2*math.Log(1-d.float())) * math.Cos(2*math.Pi*d.float())
}

// lognormal has median m.
func (d *dice) lognormal(m, sigma float64) float64 { return m * math.Exp(sigma*d.normal()) }

// poisson has the given mean; from 50 on by its normal approximation.
func (d *dice) poisson(mean float64) int {
	if mean >= 50 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*d.normal())))
	}
	limit, n := math.Exp(-mean), 0
	for p := d.float(); p > limit; p *= d.float() {
		n++
	}
	return n
}

// alias draws indexes in proportion to weights in constant time (Walker, Vose).
type alias struct {
	keep  []float64
	other []int32
	total float64
}

func newAlias(weights []float64) alias {
	n := len(weights)
	a := alias{keep: make([]float64, n), other: make([]int32, n)}
	for _, w := range weights {
		a.total += w
	}
	var small, large []int32
	for i, w := range weights {
		a.keep[i] = w * float64(n) / a.total
		a.other[i] = int32(i)
		if a.keep[i] < 1 {
			small = append(small, a.other[i])
		} else {
			large = append(large, a.other[i])
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		a.other[s] = l
		if a.keep[l] -= 1 - a.keep[s]; a.keep[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	// What is left is 1 but for rounding.
	for _, i := range append(small, large...) {
		a.keep[i] = 1
	}
	return a
}

func (a *alias) draw(d *dice) int32 {
	u := d.float() * float64(len(a.keep))
	i := int32(u)
	if u-float64(i) < a.keep[i] {
		return i
	}
	return a.other[i]
}
