package scoring

import "slices"

// TiedGroup is units that cannot be told apart, see docs/evaluation.md; in administrative order, because any other
// would say what is not known.
type TiedGroup struct {
	Number int // from 1
	Units  []Placed
}

// Groups is the form of publication in which units that cannot be told apart share a place.
func (r *Result) Groups() (groups []TiedGroup) {
	for i := range r.Ranked {
		if n := r.Ranked[i].Tied; len(groups) < n {
			groups = append(groups, TiedGroup{Number: n})
		}
		last := &groups[len(groups)-1]
		last.Units = append(last.Units, r.Ranked[i])
	}
	for _, g := range groups {
		slices.SortFunc(g.Units, func(a, b Placed) int { return administrative(&a.Unit, &b.Unit) })
	}
	return groups
}

// Band is a tier and its units, in administrative order. It may be empty.
type Band struct {
	Tier  int // place in the scheme's Tiers; -1 = below all of them
	Units []Placed
}

// Bands is the form of publication without ranks: every tier of the scheme, best first, then the units that reach none,
// if there are any.
func (r *Result) Bands() []Band {
	bands := make([]Band, 0, len(r.Scheme.Tiers)+1)
	for t := range r.Scheme.Tiers {
		bands = append(bands, Band{Tier: t})
	}
	for i := range r.Ranked {
		t := r.Ranked[i].Tier
		if t < 0 {
			t = len(r.Scheme.Tiers)
			if len(bands) == t {
				bands = append(bands, Band{Tier: -1})
			}
		}
		bands[t].Units = append(bands[t].Units, r.Ranked[i])
	}
	for _, b := range bands {
		slices.SortFunc(b.Units, func(a, b Placed) int { return administrative(&a.Unit, &b.Unit) })
	}
	return bands
}

// View is what a reader with a narrow scope sees of a result: the own units with their rank in the whole list, how
// many are ranked, and their median score. It names nobody else.
type View struct {
	Size   int     // ranked units, all of them
	Median float64 // of their scores; 0 if there are none
	Units  []Placed
	Listed []Placed // own units without a rank
}

// Seen is the result for a reader who may see the units whose codes are allowed.
func (r *Result) Seen(allowed func(code string) bool) View {
	v := View{Size: len(r.Ranked)}
	if n := len(r.Ranked); n > 0 {
		v.Median = (r.Ranked[(n-1)/2].Score + r.Ranked[n/2].Score) / 2
	}
	own := func(of []Placed) (mine []Placed) {
		for i := range of {
			if allowed(of[i].Code) {
				mine = append(mine, of[i])
			}
		}
		return mine
	}
	v.Units, v.Listed = own(r.Ranked), own(r.Listed)
	return v
}

// Only is the result with the units alone whose codes are allowed, their ranks, tiers and intervals being those among
// all. The result itself is not modified.
func (r *Result) Only(allowed func(code string) bool) *Result {
	own := *r
	v := r.Seen(allowed)
	own.Ranked, own.Listed = v.Units, v.Listed
	own.kept, own.scores = false, nil // they are of all
	return &own
}
