// Package movement says why a unit's score and rank moved from one evaluation to the next: own performance, mix of
// services, sampling noise, late data, scheme change, and what the others did.
//
// It promises that the parts add up to the change exactly, for the score as it is published and for the rank; a part
// that cannot be told apart is none, never a guess.
package movement

import (
	"context"
	"errors"
	"fmt"
	"math"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// Parts are what a change is made of. Their sum is the change.
type Parts struct {
	// Performance is the part of the unit's own change that is more than chance, its mix of services apart.
	Performance float64 `json:"performance"`
	// Mix comes from services being asked for more or less often than before.
	Mix float64 `json:"mix"`
	// Noise is the part of the unit's own change that samples of this size show without any change.
	Noise float64 `json:"noise"`
	// Late comes from records of the earlier period that arrived after it had been judged.
	Late float64 `json:"late"`
	// Scheme comes from judging the earlier period by the later scheme.
	Scheme float64 `json:"scheme"`
	// Others comes from the other units: a rank is among them, and so are some points.
	Others float64 `json:"others"`
}

// Sum is all parts together.
func (p Parts) Sum() float64 {
	return p.Performance + p.Mix + p.Noise + p.Late + p.Scheme + p.Others
}

// Standing is where a unit stood.
type Standing struct {
	Score float64 `json:"score"` // as published, rounded
	Rank  int     `json:"rank"`  // 1 = best
}

// Move is how a unit moved. A rise of the score is positive; a rise in rank, say from 5 to 3, is −2.
type Move struct {
	Code          string   `json:"code"`
	NameZH        string   `json:"name_zh"`
	NameEN        string   `json:"name_en"`
	Before        Standing `json:"before"`
	After         Standing `json:"after"`
	Score         Parts    `json:"score"`
	Rank          Parts    `json:"rank"`           // whole numbers
	Reliability   float64  `json:"reliability"`    // 0 to 1: the share of the own change that is more than chance
	ServicesKnown bool     `json:"services_known"` // without, the mix is part of the performance
	Incomparable  bool     `json:"incomparable"`   // the unit was not ranked in one of the evaluations; no parts
}

// Services are units' facts by service: by line for regions, by item for departments. Both may be nil.
type Services map[string]map[string]evaluation.Facts

// Input is two evaluations of the same kind of units.
type Input struct {
	// Published is how units stood when the earlier evaluation was published; nil where it was not: then nothing is late.
	Published map[string]Standing
	// Restated is the earlier period with the records of today, by the scheme of then.
	Restated *scoring.Result
	// After is the later period by its scheme.
	After *scoring.Result
	// Then and Now are the units' services in the earlier and in the later period.
	Then, Now Services
}

// Explain splits the moves of the units with the given codes; none = of all that either evaluation ranked. A code that
// neither evaluation has is an error. The order of the moves is that of the codes, else that of the later ranking with
// those who left it at the end.
//
// The steps are taken one after the other, each from where the last one led: records of today, scheme of today, the
// others as they are now, the own quantities as they are now, the own figures as they are now. The last step is split
// by w = max(0, 1 − SE² ÷ Δ²), the positive-part estimate of James and Stein (1961), with SE² the sum of the squared
// standard errors of both scores.
func Explain(ctx context.Context, in Input, codes []string) ([]Move, error) {
	if in.Restated == nil || in.After == nil {
		return nil, errors.New("explain moves: both evaluations are needed")
	}
	e, err := newExplanation(in)
	if err != nil {
		return nil, err
	}
	if len(codes) == 0 {
		codes = e.everybody()
	}
	moves := make([]Move, 0, len(codes))
	for _, code := range codes {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, known := e.names[code]; !known {
			return nil, fmt.Errorf("explain moves: the scheme judges no unit %q: write the code of one, as haochaping evaluate lists them", code)
		}
		m, err := e.move(code)
		if err != nil {
			return nil, fmt.Errorf("explain the move of %s: %w", code, err)
		}
		moves = append(moves, m)
	}
	return moves, nil
}

// explanation is what the moves of all units share.
type explanation struct {
	Input
	decimals int                       // of the scores, the finer of both schemes
	then     map[string]scoring.Placed // as restated, by the scheme of then
	now      map[string]scoring.Placed
	rescored *scoring.Field         // the units of then by the scheme of now; nil = it is the same scheme
	field    *scoring.Field         // the units of now by the scheme of now
	names    map[string]scheme.Text // of all units, also those that are not ranked
}

func newExplanation(in Input) (*explanation, error) {
	e := &explanation{
		Input: in, decimals: max(in.Restated.Scheme.Decimals, in.After.Scheme.Decimals),
		then: placed(in.Restated), now: placed(in.After), names: make(map[string]scheme.Text),
	}
	for _, r := range []*scoring.Result{in.Restated, in.After} { // the later name counts
		for _, u := range unitsOf(r) {
			e.names[u.Code] = scheme.Text{ZH: u.NameZH, EN: u.NameEN}
		}
	}
	var err error
	if in.Restated.Scheme.Hash != in.After.Scheme.Hash || in.Restated.Rule != in.After.Rule {
		if e.rescored, err = scoring.NewField(in.After.Scheme, unitsOf(in.Restated), in.After.Rule); err != nil {
			return nil, fmt.Errorf("judge the earlier period by the later scheme: %w", err)
		}
	}
	e.field, err = scoring.NewField(in.After.Scheme, unitsOf(in.After), in.After.Rule)
	return e, err
}

func unitsOf(r *scoring.Result) []scoring.Unit {
	units := make([]scoring.Unit, 0, len(r.Ranked)+len(r.Listed))
	for _, list := range [][]scoring.Placed{r.Ranked, r.Listed} {
		for i := range list {
			units = append(units, list[i].Unit)
		}
	}
	return units
}

// placed are the ranked units by code.
func placed(r *scoring.Result) map[string]scoring.Placed {
	all := make(map[string]scoring.Placed, len(r.Ranked))
	for i := range r.Ranked {
		all[r.Ranked[i].Code] = r.Ranked[i]
	}
	return all
}

func (e *explanation) everybody() (codes []string) {
	for i := range e.After.Ranked {
		codes = append(codes, e.After.Ranked[i].Code)
	}
	for i := range e.Restated.Ranked {
		if _, ok := e.now[e.Restated.Ranked[i].Code]; !ok {
			codes = append(codes, e.Restated.Ranked[i].Code)
		}
	}
	return codes
}

// stop is where a unit stands after a step: the score in units of its last decimal, so that parts add up exactly.
type stop struct {
	ticks int64
	rank  int
}

func (e *explanation) stop(score float64, rank int) stop {
	return stop{int64(math.Round(score * math.Pow10(e.decimals))), rank}
}

func (e *explanation) move(code string) (Move, error) {
	then, ok1 := e.then[code]
	now, ok2 := e.now[code]
	m := Move{Code: code, NameZH: e.names[code].ZH, NameEN: e.names[code].EN, Before: Standing{then.Score, then.Rank}, After: Standing{now.Score, now.Rank}}
	if e.Published != nil {
		m.Before = e.Published[code]
	}
	if !ok1 || !ok2 || m.Before.Rank == 0 {
		m.Incomparable = true
		return m, nil
	}
	stops, err := e.stops(&m, then, now)
	if err != nil || m.Incomparable {
		return m, err
	}
	e.split(&m, stops, variance(then)+variance(now))
	return m, nil
}

// stops are where a unit stands before the first step and after each.
func (e *explanation) stops(m *Move, then, now scoring.Placed) ([]stop, error) {
	stops := []stop{e.stop(m.Before.Score, m.Before.Rank), e.stop(then.Score, then.Rank)}
	own := then.Unit
	rescored := stops[1]
	if e.rescored != nil {
		var ok bool
		var err error
		if rescored, ok, err = e.try(e.rescored, own); err != nil || !ok {
			m.Incomparable = !ok // the later scheme has no score for it
			return nil, err
		}
	}
	among, ok, err := e.try(e.field, own)
	if err != nil || !ok {
		m.Incomparable = !ok
		return nil, err
	}
	mixed := among
	if e.Then[m.Code] != nil && e.Now[m.Code] != nil {
		own.Facts = inMixOf(&then.Facts, &now.Facts, e.Then[m.Code], e.Now[m.Code])
		if mixed, ok, err = e.try(e.field, own); err != nil {
			return nil, err
		}
		m.ServicesKnown = ok
		if !ok {
			mixed = among // too little in the new mix: it is part of the performance
		}
	}
	return append(stops, rescored, among, mixed, e.stop(now.Score, now.Rank)), nil
}

func (e *explanation) try(f *scoring.Field, u scoring.Unit) (stop, bool, error) {
	score, rank, ok, err := f.Try(u)
	return e.stop(score, rank), ok, err
}

// split names the differences between the stops, and cuts the last in performance and noise.
func (e *explanation) split(m *Move, stops []stop, variance float64) {
	step := func(i int) (score, rank float64) {
		return float64(stops[i+1].ticks - stops[i].ticks), float64(stops[i+1].rank - stops[i].rank)
	}
	tick := math.Pow10(e.decimals)
	m.Score.Late, m.Rank.Late = step(0)
	m.Score.Scheme, m.Rank.Scheme = step(1)
	m.Score.Others, m.Rank.Others = step(2)
	m.Score.Mix, m.Rank.Mix = step(3)
	own, ranks := step(4)
	change := own / tick
	m.Reliability = 1
	if variance > 0 {
		m.Reliability = 0
		if change*change > variance {
			m.Reliability = 1 - variance/(change*change)
		}
	}
	m.Score.Performance = math.Round(own * m.Reliability)
	m.Score.Noise = own - m.Score.Performance
	m.Rank.Performance = ranks
	if m.Score.Noise != 0 {
		between := e.rankOf(m.Code, stops[4].ticks+int64(m.Score.Performance))
		m.Rank.Performance = float64(between - stops[4].rank)
	}
	m.Rank.Noise = ranks - m.Rank.Performance
	for _, part := range []*float64{
		&m.Score.Performance, &m.Score.Mix, &m.Score.Noise, &m.Score.Late, &m.Score.Scheme, &m.Score.Others,
	} {
		*part /= tick
	}
}

// rankOf is the rank of a score, in units of its last decimal, among the others as they are now.
func (e *explanation) rankOf(code string, ticks int64) int {
	rank := 1
	for i := range e.After.Ranked {
		if p := &e.After.Ranked[i]; p.Code != code && e.stop(p.Score, p.Rank).ticks > ticks {
			rank++
		}
	}
	return rank
}

// variance is the squared standard error of a unit's score, from its 95 % interval.
func variance(p scoring.Placed) float64 {
	const width = 2 * 1.959963984540054
	se := (p.ScoreHigh - p.ScoreLow) / width
	return se * se
}
