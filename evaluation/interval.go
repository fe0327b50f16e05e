package evaluation

import "math"

// z95 is the 97.5 % point of the standard normal distribution.
const z95 = 1.959963984540054

// Wilson is the 95 % score interval of a share, for hits of n trials with hits ≤ n; ok is false without
// trials. It stays within 0 to 1 and is of use at the ends too, where nothing or everything is a hit. It
// describes one figure; it is no way to rank, because its lower bound ranks the size of the sample.
//
// E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
// Statistical Association 22 (1927), 209-212.
func Wilson(hits, n uint64) (low, high float64, ok bool) {
	if n == 0 || hits > n {
		return 0, 0, false
	}
	trials, p := float64(n), float64(hits)/float64(n)
	scale := 1 + z95*z95/trials
	middle := (p + z95*z95/(2*trials)) / scale
	half := z95 / scale * math.Sqrt(p*(1-p)/trials+z95*z95/(4*trials*trials))
	low, high = max(middle-half, 0), min(middle+half, 1)
	if hits == 0 {
		low = 0 // not what rounding leaves of it
	}
	if hits == n {
		high = 1
	}
	return low, high, true
}

// Interval is the 95 % interval of a value, in the indicator's unit. ok is false where the value is unknown or
// no share of a counted sample.
func (i Indicator) Interval(v Value) (low, high float64, ok bool) {
	if !v.Known || i.Unit != Percent && i.Unit != Per100k {
		return 0, 0, false
	}
	low, high, ok = Wilson(v.Hits, v.N)
	if i.Unit == Per100k {
		low, high = low*100_000, high*100_000
	}
	return low, high, ok
}
