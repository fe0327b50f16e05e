package findings

import (
	"cmp"
	"math"
	"slices"

	"haochaping/evaluation/statistics"
)

// atMost is the probability of k or fewer events where mean are expected.
func atMost(k uint64, mean float64) float64 {
	return statistics.PoissonHead(k, mean)
}

// leastSpread is below what variation is taken for none; the sums below would lose their digits.
const leastSpread = 1e-6

// sharedTails is the two-sided p of o hits in total trials of which one month should have share. If months do not
// vary beyond chance, the hits are binomial. If their rates vary by a Gamma distribution with the squared coefficient
// of variation spread, the share of one month is Beta and its hits are Beta-binomial, with the same mean.
func sharedTails(o, total uint64, share, spread float64) float64 {
	n := float64(total)
	choose := func(k float64) float64 { return lgamma(n+1) - lgamma(k+1) - lgamma(n-k+1) }
	if spread < leastSpread {
		return tails(float64(o), n,
			func(k float64) float64 { return math.Exp(choose(k) + k*math.Log(share) + (n-k)*math.Log1p(-share)) },
			func(k float64) float64 { return (n - k) / (k + 1) * share / (1 - share) })
	}
	a := 1 / spread
	b := a * (1 - share) / share
	return tails(float64(o), n,
		func(k float64) float64 {
			return math.Exp(choose(k) + lgamma(k+a) + lgamma(n-k+b) - lgamma(n+a+b) + lgamma(a+b) - lgamma(a) - lgamma(b))
		},
		func(k float64) float64 { return (n - k) / (k + 1) * (k + a) / (n - k - 1 + b) })
}

// peerTails is the two-sided p of o events where mean are expected. If the means of units do not differ, they are
// Poisson; if they differ by a Gamma distribution with the squared coefficient of variation spread, they are negative
// binomial, with the same mean.
func peerTails(o uint64, mean, spread float64) float64 {
	if mean <= 0 {
		return 1
	}
	if spread < leastSpread {
		return tails(float64(o), math.Inf(1),
			func(k float64) float64 { return math.Exp(k*math.Log(mean) - mean - lgamma(k+1)) },
			func(k float64) float64 { return mean / (k + 1) })
	}
	a := 1 / spread
	return tails(float64(o), math.Inf(1),
		func(k float64) float64 {
			return math.Exp(lgamma(k+a) - lgamma(k+1) - lgamma(a) - a*math.Log1p(mean*spread) + k*math.Log(mean/(mean+a)))
		},
		func(k float64) float64 { return (k + a) / (k + 1) * mean / (mean + a) })
}

// tails is twice the smaller of the two tails that begin with o, with half the probability of o itself (mid-p,
// Lancaster 1961), because whole tails are too careful where counts are small. The distribution is over 0 to last,
// with the probability at(k), and at(k+1) = at(k) × up(k). Terms are summed until they fall and no longer count.
func tails(o, last float64, at, up func(k float64) float64) float64 {
	first := at(o)
	upper, lower := first/2, first/2
	for k, term := o, first; k < last; k++ {
		ratio := up(k)
		term *= ratio
		if upper += term; ratio < 1 && term < upper*1e-12 {
			break
		}
	}
	for k, term := o-1, first; k >= 0; k-- {
		ratio := 1 / up(k)
		term *= ratio
		if lower += term; ratio < 1 && term < lower*1e-12 {
			break
		}
	}
	return min(1, 2*min(upper, lower))
}

func lgamma(x float64) float64 {
	y, _ := math.Lgamma(x)
	return y
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

// compareCounted puts counts into an order of their own, because sums of floats depend on it.
func compareCounted(a, b counted) int {
	return cmp.Or(cmp.Compare(a.e, b.e), cmp.Compare(a.o, b.o), cmp.Compare(a.variance, b.variance))
}

// unitSpread is one unit's own estimate of spread, what chance alone would make of it, and its degrees of freedom.
type unitSpread struct{ spread, chance, free float64 }

// deviation is the standard error of the estimate if the true spread is s: that of a variance.
func (u unitSpread) deviation(s float64) float64 { return math.Sqrt(2/u.free) * (s + u.chance) }

// commonSpread is what the units' own estimates have in common: their mean, weighted by their standard errors, each
// limited to cut standard errors above their median, so that a unit that changed does not pass its change off as
// variation. Never below 0.
func commonSpread(list []unitSpread) float64 {
	slices.SortFunc(list, func(a, b unitSpread) int {
		return cmp.Or(cmp.Compare(a.spread, b.spread), cmp.Compare(a.chance, b.chance), cmp.Compare(a.free, b.free))
	})
	whole, below, median := 0.0, 0.0, 0.0
	for _, u := range list {
		whole += 1 / u.chance
	}
	for _, u := range list { // by what they rest on: small units know nothing of spread
		if below += 1 / u.chance; below >= whole/2 {
			median = max(0, u.spread)
			break
		}
	}
	sum, weights := 0.0, 0.0
	for _, u := range list {
		sd := u.deviation(median)
		sum += min(u.spread, median+cut*sd) / (sd * sd)
		weights += 1 / (sd * sd)
	}
	return max(0, sum/weights)
}
