package scheme

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"haochaping/evaluation"
	"haochaping/strictyaml"
)

// formulas compiles the formulas of all leaves and, where everything about the scheme is in order, holds them against
// facts.
func (l *loader) formulas() {
	c := &compiler{loader: l, formulas: make(map[string]*formula), vetted: make(map[string]*vetted), leaves: make(map[string]*Node)}
	c.collect(&l.scheme.Root)
	for _, n := range c.order {
		if n.Imported || l.formulaLines[n.ID] == 0 {
			continue
		}
		v := vet(n.Formula)
		c.checkReferences(v)
		for _, p := range v.problems {
			l.problem(l.formulaLines[n.ID], n.ID, "formula: %s", p)
		}
		if len(v.problems) > 0 {
			continue
		}
		f, err := compile(n.Formula, v)
		if err != nil {
			l.problem(l.formulaLines[n.ID], n.ID, "formula: %v", err)
			continue
		}
		c.vetted[n.ID], c.formulas[n.ID] = v, f
	}
	if len(l.problems) > 0 || c.cycles() {
		return
	}
	c.link()
	for _, n := range c.order {
		if n.Imported {
			continue
		}
		n.formula = c.formulas[n.ID]
		c.probe(n)
	}
}

// compiler compiles the formulas of a scheme.
type compiler struct {
	*loader
	order    []*Node // the leaves in the order of the file
	leaves   map[string]*Node
	formulas map[string]*formula
	vetted   map[string]*vetted
	resting  map[string][]string // id → what its value rests on, each after those that it rests on itself
}

func (c *compiler) collect(n *Node) {
	for i := range n.Children {
		child := &n.Children[i]
		if child.Leaf() {
			c.order = append(c.order, child)
			c.leaves[child.ID] = child
		}
		c.collect(child)
	}
}

func (c *compiler) checkReferences(v *vetted) {
	for _, id := range v.references {
		target, ok := c.leaves[id]
		switch {
		case !ok:
			names := make([]string, len(c.order))
			for i, leaf := range c.order {
				names[i] = leaf.ID
			}
			v.complain("there is no indicator %q with a value; the nearest is %s", strictyaml.Clip(id), strictyaml.Nearest(id, names))
		case target.Imported:
			v.complain("value(%q): its values are imported, and a formula knows facts alone", id)
		}
	}
}

// maxResting is on how many other indicators a value may rest.
const maxResting = 50

// cycles reports formulas that need their own value, each ring once, and those that need too many others.
func (c *compiler) cycles() (found bool) {
	c.resting = make(map[string][]string)
	state := make(map[string]int) // 1 = on the path, 2 = done
	var path []string
	var visit func(id string)
	visit = func(id string) {
		switch state[id] {
		case 1:
			ring := append(slices.Clone(path[slices.Index(path, id):]), id)
			c.problem(c.formulaLines[id], id, "cycle: its value needs itself, %s", strings.Join(ring, " → "))
			found = true
			return
		case 2:
			return
		}
		state[id] = 1
		path = append(path, id)
		var rests []string
		for _, other := range c.vetted[id].references {
			visit(other)
			for _, further := range append(slices.Clone(c.resting[other]), other) {
				if !slices.Contains(rests, further) {
					rests = append(rests, further)
				}
			}
		}
		if len(rests) > maxResting {
			c.problem(c.formulaLines[id], id, "formula: its value rests on %d other indicators, more than %d", len(rests), maxResting)
			found, rests = true, nil // so that it is said once, not of everything that rests on this one
		}
		c.resting[id] = rests
		path = path[:len(path)-1]
		state[id] = 2
	}
	for _, n := range c.order {
		if !n.Imported {
			visit(n.ID)
		}
	}
	return found
}

// link links every formula with the ones that its value rests on. What these name themselves is read before any of
// them grows.
func (c *compiler) link() {
	own := make(map[string]*formula, len(c.formulas))
	for id, f := range c.formulas {
		own[id] = &formula{program: f.program, figures: f.figures, spans: f.spans, meanLevel: f.meanLevel}
	}
	for id, f := range c.formulas {
		f.link(c.resting[id], own)
	}
}

// isZero is what counts as zero beside values of any size that facts lead to.
const isZero = 1e-12

// probe holds a formula against invented facts: what it divides by must not be zero whatever is counted, and it must
// have a finite value.
func (c *compiler) probe(n *Node) {
	for _, divisor := range c.vetted[n.ID].divisors {
		text := divisor.String()
		v := vet(text)
		f, err := compile(text, v)
		if err != nil {
			c.problem(c.formulaLines[n.ID], n.ID, "formula: its part %s: %v", strictyaml.Clip(text), err)
			return
		}
		f.link(c.restingOn(v.references), c.formulas)
		if alwaysZero(f) {
			c.problem(c.formulaLines[n.ID], n.ID, "formula: it divides by zero: %s is 0 whatever is counted", strictyaml.Clip(text))
			return
		}
	}
	c.probeValue(n)
}

// probeValue holds the value of a formula against invented facts.
func (c *compiler) probeValue(n *Node) {
	least, most := math.Inf(1), math.Inf(-1)
	for _, facts := range probes() {
		q, done, err := n.formula.value(facts)
		if err != nil {
			c.problem(c.formulaLines[n.ID], n.ID, "formula: %v", err)
			return
		}
		ratio := q.ratio && !q.linear
		e, err := q.estimate()
		done()
		if err != nil {
			c.problem(c.formulaLines[n.ID], n.ID, "formula: %v", err)
			return
		}
		if words := unfit(n, &e, ratio); words.Format != "" {
			c.problem(c.formulaLines[n.ID], n.ID, "%s", words)
			return
		}
		if e.Known {
			least, most = min(least, e.Number), max(most, e.Number)
		}
	}
	switch {
	case least > most:
		c.problem(c.formulaLines[n.ID], n.ID, "formula: it has no value whatever is counted")
	case most-least <= isZero*math.Abs(most):
		c.problem(c.formulaLines[n.ID], n.ID, "formula: it is %v whatever is counted", most)
	}
}

// unfit says why an estimate is not what the other keys of its leaf take it for; nothing if it is.
func unfit(n *Node, e *evaluation.Estimate, ratio bool) (none strictyaml.Phrase) {
	s := &e.Spread
	counts := s.Kind == evaluation.Binomial || s.Kind == evaluation.Poisson
	switch {
	case !e.Known:
	case n.Shrink && !(ratio && counts && s.Offset == 0 && s.Factor > 0):
		return strictyaml.Say("shrink needs a formula that is one count ÷ another, times a number if need be, such as bad / valid * 100000")
	case s.Kind == evaluation.Binomial && n.Unit == evaluation.Percent && math.Abs(s.Factor) > 1:
		return strictyaml.Say("formula: unit percent is a share from 0 to 1 that is written in per cent; leave out the factor %v", s.Factor)
	case s.Kind == evaluation.Binomial && n.Unit == evaluation.Per100k && math.Abs(s.Factor) != 100_000:
		return strictyaml.Say("formula: unit per100k is a share times 100000; write * 100000")
	}
	return none
}

// restingOn is everything that formulas with these references rest on, in order.
func (c *compiler) restingOn(references []string) (ids []string) {
	for _, id := range references {
		for _, other := range append(slices.Clone(c.resting[id]), id) {
			if !slices.Contains(ids, other) {
				ids = append(ids, other)
			}
		}
	}
	return ids
}

// alwaysZero reports whether a formula is zero for all probes.
func alwaysZero(f *formula) bool {
	for _, facts := range probes() {
		q, done, err := f.value(facts)
		if err != nil {
			return false
		}
		other := !q.known || !(math.Abs(q.value) < isZero)
		done()
		if other {
			return false
		}
	}
	return true
}

// Measure is the value of a leaf's formula for some facts, together with how it varies. It is unknown where there is
// no data: a divisor is 0, or nothing was counted. Of an imported leaf and of a group it is unknown too. It may be
// called at the same time from many goroutines. It is an error if the value is too large for a number.
func (n *Node) Measure(f *evaluation.Facts) (evaluation.Estimate, error) {
	if n.formula == nil {
		return evaluation.Estimate{}, nil
	}
	e, err := n.formula.measure(f)
	if err != nil {
		return evaluation.Estimate{}, fmt.Errorf("indicator %s: %w", n.ID, err)
	}
	if n.Shrink && e.Spread.Kind == evaluation.Binomial {
		e.Spread.Kind = evaluation.Poisson
	}
	return e, nil
}
