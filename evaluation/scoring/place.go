package scoring

import (
	"cmp"
	"context"
	"slices"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// standardTie is the probability that tells units apart where the scheme names none.
const standardTie = 0.95

// place puts the units in their order and gives ranks, tiers, score intervals and tied groups. The rows of the draws
// follow the units.
func (j *judgement) place(r *Result, sim *simulation) {
	order := make([]int, len(j.ranked))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := j.ranked[a], j.ranked[b]
		return cmp.Or(cmp.Compare(j.standings[y].score, j.standings[x].score), administrative(&j.units[x], &j.units[y]))
	})
	r.Ranked = make([]Placed, len(order))
	rows := make([][]float32, len(order))
	for place, i := range order {
		u := j.ranked[i]
		score := j.standings[u].score
		p := Placed{
			Unit: j.units[u], Rank: place + 1, Score: score, ScoreLow: score, ScoreHigh: score,
			Tier: j.tier(score), Nodes: j.standings[u].nodeScores(j, u),
		}
		if place > 0 && r.Ranked[place-1].Score == score {
			p.Rank = r.Ranked[place-1].Rank
		}
		p.RankLow, p.RankHigh = p.Rank, p.Rank
		r.Ranked[place] = p
		if sim != nil {
			rows[place] = sim.rows[i]
		}
	}
	for u := range j.units {
		if s := &j.standings[u]; s.reason.Code != "" && !s.out {
			r.Listed = append(r.Listed, Placed{Unit: j.units[u], Tier: -1, Nodes: s.nodeScores(j, u), Reason: s.reason})
		}
	}
	slices.SortFunc(r.Listed, func(a, b Placed) int { return administrative(&a.Unit, &b.Unit) })
	if sim != nil {
		sim.rows = rows
		r.scores = rows
	}
	r.tie(cmp.Or(j.scheme.TieProbability, standardTie))
}

func administrative(a, b *Unit) int {
	return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Code, b.Code))
}

// tier is the best tier whose cut-off a score reaches.
func (j *judgement) tier(score float64) int {
	return slices.IndexFunc(j.scheme.Tiers, func(t scheme.Tier) bool { return score >= t.From })
}

// tie numbers the groups of units that cannot be told apart. Not being told apart is not transitive, so the groups are
// made in one way: going down the ranking, a new group begins at the first rank all of whose units are beaten, each
// with the probability given or more, by the first unit of the present group.
func (r *Result) tie(probability float64) {
	group, first := 0, 0
	for from := 0; from < len(r.Ranked); {
		to := from + 1
		for to < len(r.Ranked) && r.Ranked[to].Rank == r.Ranked[from].Rank {
			to++
		}
		apart := true
		for i := from; i < to && apart; i++ {
			apart = from == 0 || r.better(first, i) >= probability
		}
		if apart {
			group, first = group+1, from
		}
		for i := from; i < to; i++ {
			r.Ranked[i].Tied = group
		}
		from = to
	}
}

// better is the probability that the unit at place a has a higher score than that at place b: the share of the draws in
// which it has, with half of those in which both are equal. Where nothing varies, it is what the scores say.
func (r *Result) better(a, b int) float64 {
	if r.scores == nil {
		switch c := cmp.Compare(r.Ranked[a].Score, r.Ranked[b].Score); c {
		case 0:
			return 0.5
		default:
			return float64(c+1) / 2
		}
	}
	halves := 0
	other := r.scores[b]
	for d, v := range r.scores[a] {
		if v > other[d] {
			halves += 2
		} else if v == other[d] {
			halves++
		}
	}
	return float64(halves) / float64(2*len(other))
}

// rank fills in the intervals of scores and ranks. Unless the draws are kept, the ranks take the place of the scores.
func (s *simulation) rank(ctx context.Context, j *judgement, r *Result) error {
	err := each(ctx, s.workers, len(s.rows), func() func(int) {
		var order sorter
		return func(i int) {
			low, high := order.middle(s.rows[i])
			p := &r.Ranked[i]
			p.ScoreLow = min(p.Score, evaluation.Round(float64(low), j.scheme.Decimals))
			p.ScoreHigh = max(p.Score, min(evaluation.Round(float64(high), j.scheme.Decimals), j.scheme.Scale))
		}
	})
	if err != nil {
		return err
	}
	ranks := s.rows
	if j.options.KeepDraws {
		ranks = matrix(len(s.rows), j.options.Draws)
	} else {
		r.scores = nil
	}
	if err := eachBlock(ctx, s.workers, s.rows, func() func(*block) {
		var order sorter
		return func(b *block) {
			for c := range b.columns() {
				column := b.column(c)
				order.sort(column)
				order.runs(func(from, to int) {
					for k := from; k < to; k++ {
						column[order.at(k)] = float32(len(column) - to + 1)
					}
				})
			}
			b.write(ranks)
		}
	}); err != nil {
		return err
	}
	return each(ctx, s.workers, len(ranks), func() func(int) {
		var order sorter
		return func(i int) {
			low, high := order.middle(ranks[i])
			p := &r.Ranked[i]
			p.RankLow, p.RankHigh = min(p.Rank, int(low)), max(p.Rank, int(high))
		}
	})
}

// middle is what remains of numbers without the lowest and the highest 2.5 %, rounded down.
func (s *sorter) middle(numbers []float32) (low, high float32) {
	s.sort(numbers)
	cut := len(numbers) / 40
	return s.number(cut), s.number(len(numbers) - 1 - cut)
}

// Better is the probability that unit a has a higher score than unit b, half for equals. ok is false unless both are
// ranked and the draws were kept.
func (r *Result) Better(a, b string) (p float64, ok bool) {
	x := slices.IndexFunc(r.Ranked, func(p Placed) bool { return p.Code == a })
	y := slices.IndexFunc(r.Ranked, func(p Placed) bool { return p.Code == b })
	if x < 0 || y < 0 || !r.kept {
		return 0, false
	}
	return r.better(x, y), true
}
