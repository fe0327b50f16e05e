package scoring

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// maximumCells bounds the memory of the draws: 4 bytes for each ranked unit and draw, the same again while an indicator
// is scored relative to the other units or when the draws are kept.
const maximumCells = 1 << 27

// Evaluate judges units by a scheme. The order of the units changes nothing; their codes differ.
//
// Every leaf is measured once a unit; nothing of a formula runs in the draws. An error names the unit and the node: two
// units with one code, a formula that cannot be computed, a value that is no number, options out of range. The time
// grows with units × leaves × draws, the memory with units × draws × 4 bytes (twice that while a leaf is scored
// relative to the others, or with KeepDraws): 3,300 units and 2,000 draws take 26 MB.
func Evaluate(ctx context.Context, s *scheme.Scheme, units []Unit, o Options) (*Result, error) {
	j, err := newJudgement(s, units, o)
	if err != nil {
		return nil, err
	}
	return j.judge(ctx)
}

// newJudgement measures the units.
func newJudgement(s *scheme.Scheme, units []Unit, o Options) (*judgement, error) {
	o, err := o.complete(s, len(units))
	if err != nil {
		return nil, err
	}
	j := &judgement{scheme: s, options: o, units: slices.Clone(units)}
	slices.SortStableFunc(j.units, func(a, b Unit) int { return cmp.Compare(a.Code, b.Code) })
	for i := 1; i < len(j.units); i++ {
		if code := j.units[i].Code; code == j.units[i-1].Code {
			return nil, fmt.Errorf("evaluate %s: two units have the code %q; give each unit a code of its own", s.ID, code)
		}
	}
	j.plant()
	for _, l := range j.leaves {
		if err := j.measure(l); err != nil {
			return nil, fmt.Errorf("evaluate %s: %w", s.ID, err)
		}
	}
	return j, nil
}

// complete checks options and fills in their defaults.
func (o Options) complete(s *scheme.Scheme, units int) (Options, error) {
	o.Draws = cmp.Or(o.Draws, MinimumDraws)
	o.Rule = cmp.Or(o.Rule, RuleActive)
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	switch {
	case s == nil || s.Root.Leaf():
		return o, errors.New("evaluate: the scheme has no indicators")
	case !(s.Scale > 0) || math.IsInf(s.Scale, 1):
		return o, fmt.Errorf("evaluate %s: the scale %v is not a number above 0", s.ID, s.Scale)
	case o.Draws < MinimumDraws:
		return o, fmt.Errorf("evaluate %s: %d draws are fewer than %d", s.ID, o.Draws, MinimumDraws)
	case units > maximumCells/o.Draws:
		return o, fmt.Errorf("evaluate %s: %d units with %d draws take too much memory; evaluate at most %d units, or draw less",
			s.ID, units, o.Draws, maximumCells/o.Draws)
	case o.Rule != RuleActive && o.Rule != RuleDefaults && o.Rule != RuleSilence:
		return o, fmt.Errorf("evaluate %s: unknown rule %q", s.ID, o.Rule)
	}
	return o, nil
}

// judgement is an evaluation while it is made. Units are in the order of their codes throughout.
type judgement struct {
	scheme  *scheme.Scheme
	options Options
	units   []Unit
	nodes   []node // in the order of the tree, parents first; 0 = root
	leaves  []*leaf

	standings []standing // by unit
	ranked    []int      // the units that have a score
}

// node is a node of the scheme and its place in the tree.
type node struct {
	*scheme.Node
	parent int
	depth  int
	leaf   int // place among the leaves; -1 of a group
}

// leaf is an indicator and what is known of the units by it.
type leaf struct {
	*scheme.Node
	points    normaliser
	estimates []evaluation.Estimate // as measured
	known     []bool
	moves     []bool // it would come out otherwise in another sample
	reasons   []Reason
	rates     []rate    // of those that shrink; else nil
	scored    []float64 // shrunk and rounded
	low, high []float64
	worth     []float64 // points
}

// plant lists the nodes of the tree and its leaves.
func (j *judgement) plant() {
	var grow func(n *scheme.Node, parent, depth int)
	grow = func(n *scheme.Node, parent, depth int) {
		at := len(j.nodes)
		j.nodes = append(j.nodes, node{Node: n, parent: parent, depth: depth, leaf: -1})
		if n.Leaf() {
			j.nodes[at].leaf = len(j.leaves)
			j.leaves = append(j.leaves, &leaf{Node: n, points: normaliserOf(n, j.scheme.Scale)})
		}
		for i := range n.Children {
			grow(&n.Children[i], at, depth+1)
		}
	}
	grow(&j.scheme.Root, -1, 0)
}

// judge goes from estimates to places.
func (j *judgement) judge(ctx context.Context) (*Result, error) {
	r := &Result{
		Scheme: j.scheme, Rule: j.options.Rule, DataHash: j.hash(), Draws: j.options.Draws,
		MonteCarlo: 0.5 / math.Sqrt(float64(j.options.Draws)), kept: j.options.KeepDraws,
	}
	r.Priors = j.settle()
	sim, err := j.simulate(ctx, r.DataHash)
	if err != nil {
		return nil, err
	}
	j.place(r, sim)
	if sim != nil {
		if err := sim.rank(ctx, j, r); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// settle goes from estimates to scores, without draws.
func (j *judgement) settle() (priors []Prior) {
	for _, l := range j.leaves {
		priors = append(priors, j.shrink(l)...)
		j.read(l)
	}
	j.stand()
	for _, l := range j.leaves {
		j.score(l)
	}
	for u := range j.units {
		j.standings[u].add(j, u)
	}
	return priors
}

// read decides what is known of a leaf, and fills in what is scored and its interval.
func (j *judgement) read(l *leaf) {
	n := len(j.units)
	l.known, l.moves, l.reasons = make([]bool, n), make([]bool, n), make([]Reason, n)
	l.scored, l.low, l.high, l.worth = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for u := range j.units {
		e := &l.estimates[u]
		switch {
		case !e.Known && l.Imported:
			l.reasons[u] = Reason{Code: NoImport, Node: l.ID, Minimum: l.MinimumN}
			continue
		case !e.Known:
			l.reasons[u] = Reason{Code: NoData, Node: l.ID, Minimum: l.MinimumN}
			continue
		case e.N < l.MinimumN && (!l.Imported || e.N > 0): // many imported values come without the size of their sample
			l.reasons[u] = Reason{Code: TooFew, Node: l.ID, N: e.N, Minimum: l.MinimumN}
		default:
			l.known[u] = true
		}
		l.moves[u] = varies(&e.Spread)
		value := l.value(u)
		l.scored[u] = value
		if l.Decimals >= 0 {
			l.scored[u] = evaluation.Round(value, l.Decimals)
		}
		l.low[u], l.high[u] = l.scored[u], l.scored[u]
		if l.moves[u] {
			low, high := l.interval(u)
			l.low[u], l.high[u] = min(low, value, l.scored[u]), max(high, value, l.scored[u])
		}
	}
}
