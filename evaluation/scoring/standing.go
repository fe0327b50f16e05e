package scoring

import (
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// standing is what the tree makes of one unit; the slices are by node.
type standing struct {
	reason Reason
	out    bool // left out of the list
	known  []bool
	total  []float64 // weight of the children that count
	share  []float64 // of the whole score
	points []float64
	score  float64
}

func (s *standing) ranked() bool { return !s.out && s.reason.Code == "" }

// stand decides for every unit which nodes are known, what each weighs, and whether there is a score at all.
func (j *judgement) stand() {
	j.standings, j.ranked = make([]standing, len(j.units)), nil
	for u := range j.units {
		s := &j.standings[u]
		s.known, s.points = make([]bool, len(j.nodes)), make([]float64, len(j.nodes))
		s.total, s.share = make([]float64, len(j.nodes)), make([]float64, len(j.nodes))
		s.weigh(j, u)
		s.decide(j, u)
		if s.ranked() {
			j.ranked = append(j.ranked, u)
		}
	}
}

// weigh adds up, from the leaves to the root, what is known and what weighs how much. A group is known if a child is
// that weighs anything; it counts if any child does.
func (s *standing) weigh(j *judgement, u int) {
	for i := len(j.nodes) - 1; i >= 0; i-- {
		n := &j.nodes[i]
		if n.leaf >= 0 {
			s.known[i] = j.leaves[n.leaf].known[u]
		}
		if n.parent >= 0 && n.Weight > 0 && (s.counts(n, i) || n.Missing == scheme.MissingFixed) {
			s.total[n.parent] += n.Weight
			s.known[n.parent] = s.known[n.parent] || s.known[i]
		}
	}
	for i := range j.nodes {
		n := &j.nodes[i]
		switch {
		case n.parent < 0:
			s.share[i] = 1
		case s.counts(n, i) && s.total[n.parent] > 0:
			s.share[i] = float64(s.share[n.parent] * n.Weight / s.total[n.parent])
		}
	}
}

// counts reports whether a node has points: those of a leaf that is known, or of a group with such a child or one that
// counts as 0.
func (s *standing) counts(n *node, i int) bool {
	if n.leaf >= 0 {
		return s.known[i]
	}
	return s.total[i] > 0
}

// decide applies the rules for what is missing. What weighs nothing decides nothing.
func (s *standing) decide(j *judgement, u int) {
	matters := make([]bool, len(j.nodes))
	for i := range j.nodes {
		n := &j.nodes[i]
		matters[i] = n.parent < 0 || matters[n.parent] && n.Weight > 0
		if n.parent < 0 || !matters[i] || s.counts(n, i) {
			continue
		}
		switch n.Missing {
		case scheme.MissingRenormalise, scheme.MissingFixed:
		case scheme.MissingLeaveOut:
			s.out = true
		default: // scheme.MissingShown
			if s.reason.Code == "" {
				s.reason = j.reason(i, u)
			}
		}
	}
	switch {
	case j.units[u].Code == "":
		s.reason, s.out = Reason{Code: Unattributed}, false
	case s.reason.Code == "" && !s.known[0]:
		s.reason = Reason{Code: NoData}
		if len(j.leaves) == 1 {
			s.reason = j.leaves[0].reasons[u]
		}
	}
}

// reason is why a node is not known: the first of its leaves that is not.
func (j *judgement) reason(i, u int) Reason {
	for k := i; k < len(j.nodes); k++ {
		n := &j.nodes[k]
		if k > i && n.depth <= j.nodes[i].depth {
			break
		}
		if n.leaf >= 0 && !j.leaves[n.leaf].known[u] {
			return j.leaves[n.leaf].reasons[u]
		}
	}
	return Reason{Code: NoData, Node: j.nodes[i].ID}
}

// add adds up the points of the leaves.
func (s *standing) add(j *judgement, u int) {
	for i := len(j.nodes) - 1; i >= 0; i-- {
		n := &j.nodes[i]
		switch {
		case n.leaf >= 0:
			s.points[i] = j.leaves[n.leaf].worth[u]
		case s.total[i] > 0:
			s.points[i] /= s.total[i]
		}
		if n.parent >= 0 && s.counts(n, i) {
			s.points[n.parent] += float64(n.Weight * s.points[i])
		}
	}
	s.score = evaluation.Round(min(max(s.points[0], 0), j.scheme.Scale), j.scheme.Decimals)
}

// nodeScores is the standing as it is handed out.
func (s *standing) nodeScores(j *judgement, u int) []NodeScore {
	scores := make([]NodeScore, 0, len(j.nodes)-1)
	for i := 1; i < len(j.nodes); i++ {
		n := &j.nodes[i]
		score := NodeScore{ID: n.ID, Depth: n.depth, Leaf: n.leaf >= 0, Points: s.points[i], Known: s.known[i]}
		if score.Known {
			score.Weight = s.share[i]
		} else {
			score.Reason = j.reason(i, u)
		}
		if n.leaf >= 0 {
			l := j.leaves[n.leaf]
			score.Estimate, score.Scored, score.Low, score.High = l.estimates[u], l.scored[u], l.low[u], l.high[u]
		}
		scores = append(scores, score)
	}
	return scores
}
