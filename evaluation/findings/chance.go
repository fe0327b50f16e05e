package findings

import (
	"math"

	"haochaping/evaluation/statistics"
)

// bothTails is the two-sided p of o hits in total trials that each hit with probability share: twice the smaller
// tail. It is exact, and careful where counts are small.
func bothTails(o, total uint64, share float64) float64 {
	upper := statistics.BinomialTail(o, total, share)
	lower := statistics.BinomialTail(total-o, total, 1-share)
	return min(1, 2*min(upper, lower))
}

// atMost is the probability of k or fewer events where mean are expected.
func atMost(k uint64, mean float64) float64 {
	return max(0, 1-statistics.PoissonTail(k+1, mean))
}

// widened is a p value for counts whose variance is factor times what chance alone gives: its normal deviate is
// divided by the square root of the factor. With a factor of 1 or less it stays exact.
func widened(p, factor float64) float64 {
	if factor <= 1 || p >= 1 {
		return p
	}
	return math.Erfc(deviate(p) / math.Sqrt(2*factor))
}

// deviate is z with P(|Z| > z) = p for a standard normal Z, also for the smallest p. Newton's method on the
// logarithm of the tail, which is nearly a parabola, from its leading term.
func deviate(p float64) float64 {
	p = max(p, 1e-300)
	if p > 0.5 {
		return math.Sqrt2 * math.Erfinv(1-p)
	}
	z := math.Sqrt(-2 * math.Log(p))
	for range 8 {
		tail := math.Erfc(z / math.Sqrt2)
		slope := -math.Sqrt(2/math.Pi) * math.Exp(-z*z/2) / tail
		z -= (math.Log(tail) - math.Log(p)) / slope
	}
	return z
}

// noneOf is the probability of no event where mean are expected, if the means of units differ by a Gamma distribution
// with the coefficient of variation √spread (negative binomial); with no spread it is Poisson's.
func noneOf(mean, spread float64) float64 {
	if spread*mean < 1e-9 {
		return math.Exp(-mean)
	}
	return math.Exp(-math.Log1p(spread*mean) / spread)
}

// cut is how many standard deviations a cell may contribute to an estimate of spread: what is further off is a
// finding, not spread.
const cut = 4

// counted is a count with its expectation and the variance that chance alone gives it.
type counted struct{ o, e, variance float64 }

// spreadOf estimates the squared coefficient of variation that counts have beyond chance: the moment estimator
// Σ((o−e)²−variance) / Σe², each cell limited to cut standard deviations. Never below 0.
func spreadOf(cells []counted) float64 {
	spread := 0.0
	for range 3 {
		above, squares := 0.0, 0.0
		for _, c := range cells {
			off := (c.o - c.e) * (c.o - c.e)
			above += min(off, cut*cut*(c.variance+spread*c.e*c.e)) - c.variance
			squares += c.e * c.e
		}
		if squares == 0 {
			return 0
		}
		spread = max(0, above/squares)
	}
	return spread
}
