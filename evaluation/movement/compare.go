package movement

import "haochaping/evaluation/scoring"

// Shift is a unit that two evaluations of one period place differently: by another scheme, or with other records.
type Shift struct {
	Code           string   `json:"code"`
	NameZH         string   `json:"name_zh"`
	NameEN         string   `json:"name_en"`
	Before         Standing `json:"before"` // rank 0 = not ranked
	After          Standing `json:"after"`
	TierBefore     string   `json:"tier_before"` // id; '' = none
	TierAfter      string   `json:"tier_after"`
	WithinInterval bool     `json:"within_interval"` // the rank after lies in the rank interval of before
}

// Shifts are the units whose rank, tier or place in the list differs, in the order of the later ranking, then of those
// that it does not rank.
func Shifts(before, after *scoring.Result) []Shift {
	then := everyone(before)
	var list []Shift
	note := func(p *scoring.Placed) {
		was, known := then[p.Code]
		s := Shift{
			Code: p.Code, NameZH: p.NameZH, NameEN: p.NameEN, After: Standing{p.Score, p.Rank}, TierAfter: tierID(after, p),
		}
		if known {
			s.Before, s.TierBefore = Standing{was.Score, was.Rank}, tierID(before, &was)
			s.WithinInterval = was.Rank > 0 && was.RankLow <= p.Rank && p.Rank <= was.RankHigh
		}
		delete(then, p.Code)
		if s.Before.Rank != s.After.Rank || s.TierBefore != s.TierAfter {
			list = append(list, s)
		}
	}
	for _, placed := range [][]scoring.Placed{after.Ranked, after.Listed} {
		for i := range placed {
			note(&placed[i])
		}
	}
	for i := range before.Ranked { // units that the later one leaves out
		p := &before.Ranked[i]
		if _, left := then[p.Code]; left {
			list = append(list, Shift{
				Code: p.Code, NameZH: p.NameZH, NameEN: p.NameEN, Before: Standing{p.Score, p.Rank}, TierBefore: tierID(before, p),
			})
		}
	}
	return list
}

func everyone(r *scoring.Result) map[string]scoring.Placed {
	all := placed(r)
	for i := range r.Listed {
		all[r.Listed[i].Code] = r.Listed[i]
	}
	return all
}

func tierID(r *scoring.Result, p *scoring.Placed) string {
	if p.Rank == 0 || p.Tier < 0 || p.Tier >= len(r.Scheme.Tiers) {
		return ""
	}
	return r.Scheme.Tiers[p.Tier].ID
}
