package statistics

import "math"

// BinomialLimit is the count of hits in n trials below which a share q of what chance does lies, where each trial hits with
// probability p: the control limit of a funnel plot. It lies between whole counts, so that limits of neighbouring n do not
// jump: r − (F(r) − q) / (F(r) − F(r−1)), with r the first count for which the exact distribution F reaches q, and never below
// 0. NaN unless p and q lie within 0 to 1.
//
// D. J. Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24 (2005), 1185-1202,
// appendix A.1.1.
func BinomialLimit(q float64, n uint64, p float64) float64 {
	switch {
	case !(p >= 0 && p <= 1 && q >= 0 && q <= 1):
		return math.NaN()
	case n == 0 || p == 0 || q == 0:
		return 0
	case p == 1 || q == 1:
		return float64(n)
	}
	trials, odds := float64(n), p/(1-p)
	mean, deviation := trials*p, math.Sqrt(trials*p*(1-p))
	// Near the limit by the normal distribution, and from there step by step.
	k := min(max(math.Floor(mean+deviation*math.Sqrt2*math.Erfinv(2*q-1)), 0), trials)
	at := binomialAt(k, trials, p)
	head := 1 - BinomialTail(uint64(k)+1, n, p)
	for head < q && k < trials && (at > 0 || k < mean) {
		k++
		at *= (trials - k + 1) / k * odds
		head += at
	}
	for k > 0 && head-at >= q {
		head -= at
		at *= k / ((trials - k + 1) * odds)
		k--
	}
	if at == 0 {
		return k
	}
	return min(max(k-(head-q)/at, 0), trials)
}
