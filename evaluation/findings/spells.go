package findings

import (
	"cmp"
	"math"
	"slices"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/statistics"
)

// Spell (缺档) is a run of days of which a source sent ratings, and none of one level.
type Spell struct {
	Source string
	Level  int            // 1 to 5
	Days   calendar.Range // from the first to the last of them that has ratings
	N      uint64         // ratings of these days, of all levels
	Share  float64        // of the level, 0 to 1: in the source's other ratings; see Never
	// Never: the source never sent the level. Share is then half of that of the other sources, because sources differ.
	Never bool
	Open  bool // no later day of the source has ratings: it may go on
	// P0 is the probability of seeing none of the level among N ratings if its share were Share: (1 − Share)^N.
	P0 float64
	// P is what is judged by: the probability that none of the ratings of the level falls on these days if the days of
	// all the ratings are drawn by lot (Fisher's exact test), so that a share seen in few ratings counts as little known;
	// raised by as much as there are more stretches between ratings of the level than runs of whole days among them.
	// Q is P after Benjamini-Hochberg over all runs of all sources and levels.
	P, Q float64
}

// Expected is how many ratings of the level there would be, if its share were as elsewhere.
func (s *Spell) Expected() float64 { return float64(s.N) * s.Share }

// NoneByChance is the probability of no hit in n trials that each hit with a share of 0 to 1: (1 − share)^n.
func NoneByChance(share float64, n uint64) float64 {
	if share >= 1 {
		if n == 0 {
			return 1
		}
		return 0
	}
	return math.Exp(float64(n) * math.Log1p(-share))
}

// Spells finds the runs of days without a level that chance does not explain, at most the share [ErrorRate] of them
// falsely. Every run between two days that have the level is tested, of every source and level; the days may come in
// any order and in parts, and those without ratings that people chose end no run. Sorted by probability, the least
// first.
func Spells(days []evaluation.SourceDay) []Spell {
	sources, whole := rated(days)
	var list []Spell
	for i := range sources {
		s := &sources[i]
		for level := range whole.levels {
			list = append(list, s.spells(level, &whole)...)
		}
	}
	ps := make([]float64, len(list))
	for i := range list {
		ps[i] = list[i].P
	}
	for i, q := range statistics.BenjaminiHochberg(ps) {
		list[i].Q = q
	}
	list = slices.DeleteFunc(list, func(s Spell) bool { return s.Q > ErrorRate })
	slices.SortFunc(list, func(a, b Spell) int {
		return cmp.Or(cmp.Compare(a.P, b.P), cmp.Compare(b.Expected(), a.Expected()), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Level, b.Level),
			cmp.Compare(a.Days.From, b.Days.From))
	})
	return list
}

// ratedDays are the days of a source that have ratings, in order, and their sum.
type ratedDays struct {
	source string
	days   []calendar.Day
	counts [][5]uint64
	levels [5]uint64
	all    uint64
}

func (r *ratedDays) add(levels *[5]uint64) {
	for l, n := range levels {
		r.levels[l] += n
		r.all += n
	}
}

// rated sorts days by source; whole is the sum of all sources.
func rated(days []evaluation.SourceDay) (list []ratedDays, whole ratedDays) {
	days = slices.Clone(days)
	slices.SortStableFunc(days, func(a, b evaluation.SourceDay) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Day, b.Day))
	})
	for i := range days {
		d := &days[i]
		if d.Chosen() == 0 {
			continue
		}
		if n := len(list); n == 0 || list[n-1].source != d.Source {
			list = append(list, ratedDays{source: d.Source})
		}
		s := &list[len(list)-1]
		if n := len(s.days); n == 0 || s.days[n-1] != d.Day {
			s.days, s.counts = append(s.days, d.Day), append(s.counts, [5]uint64{})
		}
		for l, n := range d.Levels {
			s.counts[len(s.counts)-1][l] += n
		}
		s.add(&d.Levels)
		whole.add(&d.Levels)
	}
	return list, whole
}

// spells are all runs of days without a level.
func (r *ratedDays) spells(level int, whole *ratedDays) (list []Spell) {
	hits := r.levels[level]
	for from := 0; from < len(r.days); from++ {
		s := Spell{Source: r.source, Level: level + 1}
		to := from
		for ; to < len(r.days) && r.counts[to][level] == 0; to++ {
			for _, n := range r.counts[to] {
				s.N += n
			}
		}
		if to == from {
			continue
		}
		s.Days, s.Open = calendar.Range{From: r.days[from], To: r.days[to-1]}, to == len(r.days)
		from = to
		if hits > 0 {
			s.Share = float64(hits) / float64(r.all-s.N)
			s.P0, s.P = NoneByChance(s.Share, s.N), noneByLot(r.all, s.N, hits)
			list = append(list, s)
			continue
		}
		if others := whole.all - r.all; others > 0 {
			s.Never, s.Share = true, halfShare*float64(whole.levels[level])/float64(others)
			s.P0 = NoneByChance(s.Share, s.N)
			s.P = s.P0
			list = append(list, s)
		}
	}
	if hits > 0 { // stretches within a day are tested as well, and have failed
		for i := range list {
			list[i].P = min(1, list[i].P*max(1, float64(hits+1)/float64(len(list))))
		}
	}
	return list
}

// noneByLot is the probability that a part of n of all trials holds none of the hits, if these lie anywhere with equal
// chance: C(all−n, hits) / C(all, hits). hits ≤ all − n.
func noneByLot(all, n, hits uint64) float64 {
	choose := func(n, k uint64) float64 {
		return lgamma(float64(n)+1) - lgamma(float64(k)+1) - lgamma(float64(n-k)+1)
	}
	return min(1, math.Exp(choose(all-n, hits)-choose(all, hits)))
}
