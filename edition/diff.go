package edition

import (
	"cmp"
	"slices"

	"haochaping/evaluation/scheme"
)

// Difference is what differs between two editions, or two revisions of one.
type Difference struct {
	From, To  Side
	Period    bool                   // other days are judged
	SchemeID  bool                   // by another scheme altogether
	Version   bool                   // of the scheme
	Scheme    bool                   // the text of the scheme differs
	Data      bool                   // what was judged differs: scheme, units or values
	Watermark bool                   // the state of the facts differs
	Nodes     []SchemeNodeDifference // of the schemes, in the order of the newer one; those that differ
	Tiers     [2][]Tier              // of both, where they differ
	Come      []Name
	Gone      []Name
	Units     []UnitDifference // in the order of the newer edition; those that differ
}

// Side is one of the two.
type Side struct {
	Ref       Ref
	Period    Period
	Scheme    Name
	Version   string
	Watermark Watermark
	Units     int
}

// Name is a code and the name that goes with it.
type Name struct {
	Code string
	Name scheme.Text
}

// UnitDifference is what differs for one unit: before and after.
type UnitDifference struct {
	Name
	Renamed        bool
	RankBefore     int // 0 = none
	RankAfter      int
	ScoreBefore    Decimal
	ScoreAfter     Decimal
	TierBefore     Name
	TierAfter      Name
	TiedBefore     int
	TiedAfter      int
	ListedBefore   bool // without a rank
	ListedAfter    bool
	Nodes          []NodeDifference
	NarrativesOnly bool // nothing but the narratives differs
}

// Placed reports whether the unit stands at another place: rank, tier or tied group, or score.
func (d *UnitDifference) Placed() bool {
	return d.RankBefore != d.RankAfter || d.TierBefore.Code != d.TierAfter.Code || d.TiedBefore != d.TiedAfter ||
		d.ScoreBefore != d.ScoreAfter || d.ListedBefore != d.ListedAfter
}

// NodeDifference is what differs for one node of a unit.
type NodeDifference struct {
	Node          Node
	Before, After Figure
	Own           bool // of a leaf: the unit's own counts or values differ, not only what the others make of them
}

// SchemeNodeDifference is a node of the scheme that is new, gone, or defined otherwise.
type SchemeNodeDifference struct {
	Before, After *Node // nil = not there
}

// diffSchemes compares the nodes of two schemes by their ids.
func diffSchemes(from, to *Scheme) (list []SchemeNodeDifference) {
	find := func(s *Scheme, id string) *Node {
		if i := slices.IndexFunc(s.Nodes, func(n Node) bool { return n.ID == id }); i >= 0 {
			return &s.Nodes[i]
		}
		return nil
	}
	for i := range to.Nodes {
		after := &to.Nodes[i]
		if before := find(from, after.ID); before == nil || *before != *after {
			list = append(list, SchemeNodeDifference{before, after})
		}
	}
	for i := range from.Nodes {
		if before := &from.Nodes[i]; find(to, before.ID) == nil {
			list = append(list, SchemeNodeDifference{before, nil})
		}
	}
	return list
}

// Diff compares two editions. Values are compared where both schemes have a node of that id.
func Diff(from, to *Edition) *Difference {
	d := &Difference{
		From: sideOf(from), To: sideOf(to),
		Period:   from.Period != to.Period,
		SchemeID: from.Scheme.ID != to.Scheme.ID,
		Version:  from.Scheme.Version != to.Scheme.Version,
		Scheme:   from.Scheme.Hash != to.Scheme.Hash,
		Data:     from.Calculation.DataHash != to.Calculation.DataHash, Watermark: from.Watermark != to.Watermark,
	}
	if d.Scheme {
		d.Nodes = diffSchemes(&from.Scheme, &to.Scheme)
		if !slices.Equal(from.Scheme.Tiers, to.Scheme.Tiers) {
			d.Tiers = [2][]Tier{from.Scheme.Tiers, to.Scheme.Tiers}
		}
	}
	before := make(map[string]*Unit, len(from.Units))
	for i := range from.Units {
		before[from.Units[i].Code] = &from.Units[i]
	}
	nodes := make(map[string]Node, len(to.Scheme.Nodes))
	for _, n := range to.Scheme.Nodes {
		nodes[n.ID] = n
	}
	there := make(map[string]bool, len(to.Units))
	for i := range to.Units {
		b := &to.Units[i]
		there[b.Code] = true
		a, ok := before[b.Code]
		if !ok {
			d.Come = append(d.Come, Name{b.Code, b.Name})
			continue
		}
		if u, differs := diffUnits(from, to, a, b, nodes); differs {
			d.Units = append(d.Units, u)
		}
	}
	for i := range from.Units {
		if u := &from.Units[i]; !there[u.Code] {
			d.Gone = append(d.Gone, Name{u.Code, u.Name})
		}
	}
	return d
}

// Same reports whether the two say the same about the same units.
func (d *Difference) Same() bool {
	return !d.Period && !d.Scheme && !d.SchemeID && len(d.Come) == 0 && len(d.Gone) == 0 && len(d.Units) == 0
}

func sideOf(e *Edition) Side {
	return Side{e.Ref(), e.Period, Name{e.Scheme.ID, e.Scheme.Name}, e.Scheme.Version, e.Watermark, len(e.Units)}
}

func tierName(e *Edition, id string) Name {
	i := slices.IndexFunc(e.Scheme.Tiers, func(t Tier) bool { return t.ID == id })
	if i < 0 {
		return Name{}
	}
	return Name{id, e.Scheme.Tiers[i].Name}
}

func diffUnits(from, to *Edition, a, b *Unit, nodes map[string]Node) (d UnitDifference, differs bool) {
	d = UnitDifference{
		Name: Name{b.Code, b.Name}, Renamed: a.Name != b.Name,
		RankBefore: a.Rank, RankAfter: b.Rank, ScoreBefore: a.Score, ScoreAfter: b.Score,
		TierBefore: tierName(from, a.Tier), TierAfter: tierName(to, b.Tier), TiedBefore: a.Tied, TiedAfter: b.Tied,
		ListedBefore: !a.Ranked(), ListedAfter: !b.Ranked(),
	}
	before := make(map[string]*Figure, len(a.Nodes))
	for i := range a.Nodes {
		before[a.Nodes[i].Node] = &a.Nodes[i]
	}
	for i := range b.Nodes {
		g := &b.Nodes[i]
		f, ok := before[g.Node]
		if !ok {
			continue // the schemes differ, which is said elsewhere
		}
		own := f.Value != g.Value || f.N != g.N || f.Hits != g.Hits || f.Known != g.Known
		if own || f.Scored != g.Scored || f.Points != g.Points || f.Weight != g.Weight {
			d.Nodes = append(d.Nodes, NodeDifference{nodes[g.Node], *f, *g, own && nodes[g.Node].Leaf})
		}
	}
	differs = d.Renamed || d.Placed() || len(d.Nodes) > 0
	d.NarrativesOnly = !differs && !slices.Equal(a.Narratives, b.Narratives)
	return d, differs || d.NarrativesOnly
}

// changes is the list of a revision: the units that it places otherwise, and by which of their own values.
func changes(before, after *Edition) []Change {
	var list []Change
	d := Diff(before, after)
	for i := range d.Units {
		u := &d.Units[i]
		if !u.Placed() {
			continue
		}
		c := Change{
			Code: u.Code, Name: cmp.Or(u.Name.Name.ZH, u.Name.Name.EN), RankBefore: u.RankBefore, RankAfter: u.RankAfter,
			Before: u.ScoreBefore, After: u.ScoreAfter, TierBefore: u.TierBefore.Code, TierAfter: u.TierAfter.Code,
			TiedBefore: u.TiedBefore, TiedAfter: u.TiedAfter,
		}
		for j := range u.Nodes {
			if u.Nodes[j].Own {
				c.Own = append(c.Own, u.Nodes[j].Node.ID)
			}
		}
		list = append(list, c)
	}
	for _, n := range d.Come {
		u, _ := after.Unit(n.Code)
		list = append(list, Change{Code: n.Code, Name: cmp.Or(n.Name.ZH, n.Name.EN), RankAfter: u.Rank, After: u.Score, TierAfter: u.Tier, TiedAfter: u.Tied})
	}
	for _, n := range d.Gone {
		u, _ := before.Unit(n.Code)
		list = append(list, Change{Code: n.Code, Name: cmp.Or(n.Name.ZH, n.Name.EN), RankBefore: u.Rank, Before: u.Score, TierBefore: u.Tier, TiedBefore: u.Tied})
	}
	return list
}
