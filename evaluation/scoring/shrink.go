package scoring

import (
	"cmp"
	"slices"

	"haochaping/evaluation"
	"haochaping/evaluation/statistics"
)

// The prior where neither the group nor all units together say enough: 10 in 100,000, as strong as one bad rating in
// 10,000. A province's 13.46 million ratings of one month had 9.47 bad ones in 100,000.
const (
	FixedShape = 1.0
	FixedRate  = 10_000.0
)

// Where a prior comes from.
const (
	FromGroup  = "group"  // the other units of the peer group
	FromParent = "parent" // all other units, because the group has too few or no bad rating
	FromFixed  = "fixed"  // [FixedShape], [FixedRate]
)

// rate is a Gamma distribution of rates, shape a and rate b.
type rate struct{ a, b float64 }

// shrink fits, for every unit, the prior that it is judged by: from the other units of its group, so that a unit does
// not shape what it is held against. What it returns is what each group as a whole says.
func (j *judgement) shrink(l *leaf) []Prior {
	if !l.Shrink {
		return nil
	}
	l.rates = make([]rate, len(j.units))
	groups := map[string][]int{}
	var all []int
	for u := range j.units {
		if j.units[u].Code != "" && l.counts(u) && l.estimates[u].Spread.N > 0 {
			all = append(all, u)
			groups[j.units[u].Group] = append(groups[j.units[u].Group], u)
		}
	}
	parents := statistics.LeaveOneOut(l.moments(all))
	whole := sum(l.moments(all))
	for i, u := range all {
		l.rates[u], _ = fit(statistics.Moments{}, parents[i])
	}
	var priors []Prior
	for group, members := range groups {
		moments := l.moments(members)
		for i, others := range statistics.LeaveOneOut(moments) {
			if a, b, ok := statistics.FitGamma(others); ok {
				l.rates[members[i]] = rate{a, b}
			}
		}
		together := sum(moments)
		r, from := fit(together, whole)
		prior := Prior{Leaf: l.ID, Group: group, A: r.a, B: r.b, From: from}
		switch from {
		case FromGroup:
			prior.Units = together.Units
		case FromParent:
			prior.Units = whole.Units
		}
		priors = append(priors, prior)
	}
	slices.SortFunc(priors, func(a, b Prior) int { return cmp.Compare(a.Group, b.Group) })
	return priors
}

// fit is the prior from a group, or from its parent, or the fixed one.
func fit(group, parent statistics.Moments) (rate, string) {
	if a, b, ok := statistics.FitGamma(group); ok {
		return rate{a, b}, FromGroup
	}
	if a, b, ok := statistics.FitGamma(parent); ok {
		return rate{a, b}, FromParent
	}
	return rate{FixedShape, FixedRate}, FromFixed
}

func (l *leaf) moments(units []int) []statistics.Moments {
	of := make([]statistics.Moments, len(units))
	for i, u := range units {
		of[i] = statistics.MomentsOf(l.estimates[u].Spread.Hits, l.estimates[u].Spread.N)
	}
	return of
}

func sum(of []statistics.Moments) (total statistics.Moments) {
	for _, m := range of {
		total = total.Plus(m)
	}
	return total
}

// counts reports whether the unit's estimate is a count that can shrink.
func (l *leaf) counts(u int) bool {
	e := &l.estimates[u]
	return e.Known && (e.Spread.Kind == evaluation.Poisson || e.Spread.Kind == evaluation.Binomial)
}
