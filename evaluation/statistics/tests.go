package statistics

import (
	"cmp"
	"math"
	"slices"
)

// PoissonTail is the probability of k or more events where mean are expected. NaN for a mean below 0 or none.
func PoissonTail(k uint64, mean float64) float64 {
	switch {
	case math.IsNaN(mean) || mean < 0:
		return math.NaN()
	case k == 0:
		return 1
	case mean == 0:
		return 0
	case math.IsInf(mean, 1):
		return 1
	}
	if first := float64(k); first > mean {
		return min(sumFrom(poissonAt(first, mean), func(i float64) float64 { return mean / (first + i) }), 1)
	}
	return max(1-PoissonHead(k-1, mean), 0)
}

// PoissonHead is the probability of k or fewer events where mean are expected, exact also where it is tiny. NaN for a
// mean below 0 or none.
func PoissonHead(k uint64, mean float64) float64 {
	switch last := float64(k); {
	case math.IsNaN(mean) || mean < 0:
		return math.NaN()
	case mean == 0:
		return 1
	case math.IsInf(mean, 1):
		return 0
	case last < mean:
		return min(sumFrom(poissonAt(last, mean), func(i float64) float64 { return (last - i + 1) / mean }), 1)
	}
	return max(1-PoissonTail(k+1, mean), 0)
}

// poissonAt is the probability of exactly k events, for a mean above 0.
func poissonAt(k, mean float64) float64 { return exp(float64(k*log(mean)) - mean - logGamma(k+1)) }

// BinomialTail is the probability of k or more hits in n trials that each hit with probability p. NaN unless p lies
// within 0 to 1.
func BinomialTail(k, n uint64, p float64) float64 {
	switch {
	case !(p >= 0 && p <= 1):
		return math.NaN()
	case k == 0:
		return 1
	case k > n || p == 0:
		return 0
	case p == 1:
		return 1
	}
	trials, odds := float64(n), p/(1-p)
	if first := float64(k); first > trials*p {
		return min(sumFrom(binomialAt(first, trials, p), func(i float64) float64 {
			return (trials - first - i + 1) / (first + i) * odds
		}), 1)
	}
	last := float64(k - 1)
	return max(1-sumFrom(binomialAt(last, trials, p), func(i float64) float64 {
		return (last - i + 1) / (trials - last + i) / odds
	}), 0)
}

// binomialAt is the probability of exactly k hits, for 0 < p < 1.
func binomialAt(k, n, p float64) float64 {
	choose := logGamma(n+1) - logGamma(k+1) - logGamma(n-k+1)
	return exp(choose + float64(k*log(p)) + float64((n-k)*log1p(-p)))
}

// sumFrom adds up terms that fall, from the first, each the one before times ratio(1), ratio(2), …, until they no
// longer count. Terms that run away from the mode of a distribution fall faster than any geometric series, so a few
// times its standard deviation of them are enough.
func sumFrom(first float64, ratio func(i float64) float64) float64 {
	sum, term := first, first
	for i := 1.0; term > sum*1e-17; i++ {
		term = float64(term * ratio(i))
		sum += term
	}
	return sum
}

// RateChange is the p value of the question whether two rates differ, hits0 of an exposure n0 and hits1 of n1: exact,
// two-sided (twice the smaller tail), with half the probability of what was observed (mid-p), so that it is not too
// careful with small counts. If both rates are the same, hits1 is binomial given the sum of both: trials hits0 + hits1,
// probability n1 / (n0 + n1). 1 where there is nothing to compare: an exposure of 0, or no hits at all.
//
// J. Przyborowski and H. Wilenski, Homogeneity of results in testing samples from Poisson series, Biometrika 31
// (1940), 313-323; mid-p: H. O. Lancaster, Significance tests in discrete distributions, Journal of the American
// Statistical Association 56 (1961), 223-234.
func RateChange(hits0, n0, hits1, n1 uint64) float64 {
	total := hits0 + hits1
	if n0 == 0 || n1 == 0 || total == 0 {
		return 1
	}
	exposure := float64(n0) + float64(n1)
	// Each tail is summed from its own end, so that a small one is not what is left of 1.
	half := binomialAt(float64(hits1), float64(total), float64(n1)/exposure) / 2
	upper := BinomialTail(hits1, total, float64(n1)/exposure) - half
	lower := BinomialTail(hits0, total, float64(n0)/exposure) - half
	return max(min(2*min(upper, lower), 1), 0)
}

// BenjaminiHochberg turns p values into q values, in the order given: whoever calls real what has q ≤ x is wrong about
// at most a share x of it, on average, for tests that are independent or positively dependent. A p that is no number
// counts as 1.
//
// Y. Benjamini and Y. Hochberg, Controlling the false discovery rate, Journal of the Royal Statistical Society B 57
// (1995), 289-300.
func BenjaminiHochberg(p []float64) []float64 {
	q := make([]float64, len(p))
	order := make([]int, len(p))
	for i := range p {
		order[i] = i
		q[i] = p[i]
		if math.IsNaN(p[i]) {
			q[i] = 1
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(q[a], q[b]) })
	least := 1.0
	for place := len(order); place >= 1; place-- {
		i := order[place-1]
		least = min(least, q[i]*float64(len(p))/float64(place))
		q[i] = least
	}
	return q
}
