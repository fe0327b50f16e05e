package main

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"time"

	"haochaping/bench/gauge"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

//go:embed scheme.yaml
var benchScheme []byte

const (
	scoredUnits   = 3300 // about the counties of the country
	scoredLeaves  = 20
	wantedScoring = 3.0 // seconds on two cores
)

// measureScoring measures how long an evaluation of all counties by 20 indicators takes, from facts to rank intervals.
func measureScoring(ctx context.Context, o *options, _ string) ([]gauge.Check, error) {
	s, err := scheme.Load(benchScheme)
	if err != nil {
		return nil, err
	}
	units := scoredCounties(scoredUnits)
	var seconds []float64
	var ends [2]scoring.Placed
	for round := range o.rounds + 1 {
		began := time.Now()
		r, err := scoring.Evaluate(ctx, s, units, scoring.Options{Workers: 2})
		if err != nil {
			return nil, err
		}
		took := time.Since(began).Seconds()
		progress("%d units scored in %.2f s", len(r.Ranked), took)
		first, last := r.Ranked[0], r.Ranked[len(r.Ranked)-1]
		if len(r.Ranked) != scoredUnits || len(first.Nodes) != scoredLeaves || first.RankHigh <= first.Rank || last.RankLow >= last.Rank {
			return nil, fmt.Errorf("%d units are ranked by %d indicators; the first one's interval is %d to %d, the last one's %d to %d",
				len(r.Ranked), len(first.Nodes), first.RankLow, first.RankHigh, last.RankLow, last.RankHigh)
		}
		if now := [2]scoring.Placed{first, last}; round == 0 {
			ends = now
		} else if now[0].Code != ends[0].Code || now[1].RankLow != ends[1].RankLow || now[0].ScoreHigh != ends[0].ScoreHigh {
			return nil, fmt.Errorf("two evaluations of the same units differ")
		}
		if round > 0 {
			seconds = append(seconds, took)
		}
	}
	middle := gauge.Median(seconds)
	fmt.Printf("(s) %d units × %d indicators × %d draws on two cores: %.2f s. Median of %d rounds.\n",
		scoredUnits, scoredLeaves, scoring.MinimumDraws, middle, o.rounds)
	return []gauge.Check{{
		Name: "scoring_seconds", Measured: fmt.Sprintf("%.2f", middle), Wanted: fmt.Sprintf("<=%.0f", wantedScoring), OK: middle <= wantedScoring,
	}}, nil
}

// scoredCounties makes counties of 64 to 65,000 ratings up, always the same.
func scoredCounties(n int) []scoring.Unit {
	r := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // made-up counties, not secrets
	units := make([]scoring.Unit, n)
	for i := range units {
		size := uint64(1) << (6 + r.Uint64N(10))
		size += r.Uint64N(size)
		part := func(of uint64, share float64) uint64 {
			return min(of, uint64(float64(of)*share*(0.8+0.4*r.Float64())+r.Float64()))
		}
		f := evaluation.Facts{
			Events: 4 * size, Accepted: 2 * size, Finished: 2 * size, Promised: 2 * size, VisitsKnown: size,
			Excluded: part(size, 0.0002), Declined: part(size, 0.001),
			Levels:   [5]uint64{part(size, 0.00008), part(size, 0.0002), part(size, 0.01), part(size, 0.05), size},
			Handling: evaluation.Histogram{}, Working: evaluation.Histogram{},
		}
		f.Rated, f.Prompted = f.Valid(), part(f.Events, 0.8)
		f.OnTime, f.FiledOnline = part(f.Promised, 0.97), part(f.Finished, 0.6)
		f.Early, f.Visits = part(f.OnTime, 0.5), part(f.VisitsKnown, 0.7)
		f.VisitsSquared = 2 * f.Visits
		middle := uint16(250 + r.Uint64N(60))
		for b := range uint16(40) {
			f.Handling[middle+b], f.Working[middle-30+b] = 1+size/20, 1+size/20
		}
		f.Handled, f.Worked = f.Handling.Count(), f.Working.Count()
		f.HandlingSeconds, f.WorkingSeconds = f.Handled*(80_000+r.Uint64N(90_000)), f.Worked*(20_000+r.Uint64N(30_000))
		f.FollowUps.Bad = f.Bad()
		units[i] = scoring.Unit{
			Code: fmt.Sprintf("%06d", i), Order: i, Facts: f,
			Imported: map[string]scoring.Imported{"guide": {Value: 60 + 40*r.Float64()}, "calls": {Value: 60 + 30*r.Float64(), SE: 1 + r.Float64()}},
		}
	}
	return units
}
