package statistics

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/bits"
)

// Draws are the random numbers of repeated evaluations. Each draw has a generator of its own, seeded from the seed and
// the draw's number; within a draw, every quantity that varies has a slot. A number depends on seed, draw and slot
// alone: not on how many others were taken before it, in which order, or on how many processors.
type Draws struct{ keys []uint64 }

// NewDraws prepares n draws from a seed.
func NewDraws(seed [32]byte, n int) *Draws {
	d := &Draws{keys: make([]uint64, n)}
	text := make([]byte, len(seed)+8)
	copy(text, seed[:])
	for i := range d.keys {
		binary.BigEndian.PutUint64(text[len(seed):], uint64(i))
		sum := sha256.Sum256(text)
		d.keys[i] = binary.BigEndian.Uint64(sum[:])
	}
	return d
}

// Len is the number of draws.
func (d *Draws) Len() int { return len(d.keys) }

// Normals fills out, which is as long as there are draws, with the standard normal numbers of a slot. They lie within
// −7 to 7.
func (d *Draws) Normals(slot uint64, out []float64) {
	out = out[:len(d.keys)]
	common := &normalTable[0]
	for i, key := range d.keys {
		x := mix(key + slot)
		if w := x << 1; w >= 1<<(64-levelBits) {
			out[i] = between(common, w, x)
		} else {
			out[i] = normal(x)
		}
	}
}

// mix is a bijection of 64 bits after which neighbours have nothing in common: the finaliser of SplitMix64, G. L.
// Steele, D. Lea and C. H. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014, with D. Stafford's
// thirteenth set of constants.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// The table of the normal distribution: level l holds −Φ⁻¹(w/2) for w = 64^−l · i / bins. Straight lines between them
// are within 2e-4 of the truth, which is far less than what 2,000 draws tell apart; beyond 6.5 it is the end.
const (
	levelBits = 6 // a level is 64 times finer than the one before
	levels    = 5
	bins      = 1 << 10
)

var normalTable = makeNormalTable()

func makeNormalTable() *[levels][bins + 1]float64 {
	var t [levels][bins + 1]float64
	for l := range t {
		scale := math.Ldexp(1, -levelBits*l)
		z := 0.0 // grows as i falls; the last one found is where the search begins
		for i := bins; i > 0; i-- {
			z = normalQuantile(float64(scale*float64(i))/bins/2, z)
			t[l][i] = z
		}
		t[l][0] = t[l][1]
	}
	return &t
}

// normalQuantile is the z ≥ 0 that a standard normal number passes with probability tail ≤ 1/2: Newton's method on the
// logarithm of the tail, which is concave, from a smaller z.
func normalQuantile(tail, z float64) float64 {
	if tail == 0.5 {
		return 0
	}
	for range 100 {
		q := normalTail(z)
		density := exp(float64(-z*z/2) - halfLogTwoPi)
		step := float64((log(q) - log(tail)) * q / density)
		z += step
		if math.Abs(step) < 1e-13 {
			break
		}
	}
	return z
}

// normalTail is the probability that a standard normal number is above z, for z ≥ 0.
func normalTail(z float64) float64 {
	_, upper := incompleteGamma(0.5, float64(z*z/2))
	return upper / 2
}

// normal turns 64 random bits into a standard normal number: the highest is the sign, the others the probability.
func normal(x uint64) float64 {
	w := x << 1
	level := bits.LeadingZeros64(w|1<<(63-levelBits*(levels-1))) / levelBits
	return between(&normalTable[level], w<<(levelBits*level), x)
}

// between reads a level of the table at w, of which the first ten bits are the place; the sign is that of x.
func between(t *[bins + 1]float64, w, x uint64) float64 {
	i := w >> 54
	low := t[i]
	z := low + float64(float64(w<<10>>11)*0x1p-53*(t[i+1]-low))
	return math.Float64frombits(math.Float64bits(z) ^ x&(1<<63))
}
