package movement_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"haochaping/evaluation"
	"haochaping/evaluation/movement"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// load makes a scheme of good rate and on-time rate; weight is that of the first, of 100.
func load(t testing.TB, version string, weight int, normaliser string) *scheme.Scheme {
	s, err := scheme.Load(fmt.Appendf(nil, `
scheme: moves
version: "%s"
name: {zh: 变动, en: Moves}
units: {kind: region, level: 1}
decimals: 2
publication: rank
indicators:
  - id: good_rate
    name: {zh: 好评率, en: Good rate}
    wording: {zh: 好评数除以有效评价数, en: Good ratings by valid ratings}
    formula: good / valid
    unit: percent
    direction: higher
    normalise: %s
    weight: %d
    missing: missing
  - id: on_time
    name: {zh: 按时办结率, en: On-time rate}
    wording: {zh: 按时办结数除以有承诺的办结数, en: On time by promised}
    formula: on_time / promised
    unit: percent
    direction: higher
    normalise: %s
    weight: %d
    missing: renormalise
`, version, normaliser, weight, normaliser, 100-weight))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const straight = "{kind: linear, floor: 0, target: 1}"

func judge(t testing.TB, s *scheme.Scheme, units []scoring.Unit) *scoring.Result {
	r, err := scoring.Evaluate(t.Context(), s, units, scoring.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func ratings(good, bad, onTime, promised uint64) evaluation.Facts {
	return evaluation.Facts{Levels: [5]uint64{0: bad, 4: good}, Finished: promised, Promised: promised, OnTime: onTime}
}

func unit(code string, services map[string]evaluation.Facts) scoring.Unit {
	u := scoring.Unit{Code: code, NameZH: "单位" + code, NameEN: "Unit " + code}
	for _, f := range services {
		u.Facts.Add(&f)
	}
	return u
}

// Two services, one good in 90 of 100, the other in 50 of 100. Nothing changes but that four fifths of the ratings,
// instead of half, are for the worse one: (0.2 × 0.9 + 0.8 × 0.5) × 100 = 58 in place of 70.
func TestOnlyTheMixChanged(t *testing.T) {
	s := load(t, "1", 100, straight)
	then := map[string]evaluation.Facts{"a": ratings(9000, 1000, 0, 0), "b": ratings(5000, 5000, 0, 0)}
	now := map[string]evaluation.Facts{"a": ratings(3600, 400, 0, 0), "b": ratings(8000, 8000, 0, 0)}
	other := unit("2", map[string]evaluation.Facts{"a": ratings(6500, 3500, 0, 0)})
	moves, err := movement.Explain(t.Context(), movement.Input{
		Restated: judge(t, s, []scoring.Unit{unit("1", then), other}), After: judge(t, s, []scoring.Unit{unit("1", now), other}),
		Then: movement.Services{"1": then}, Now: movement.Services{"1": now},
	}, []string{"1"})
	if err != nil {
		t.Fatal(err)
	}
	m := moves[0]
	if m.Before.Score != 70 || m.After.Score != 58 || m.Score != (movement.Parts{Mix: -12}) || m.Rank != (movement.Parts{Mix: 1}) || !m.ServicesKnown {
		t.Errorf("moved %+v", m)
	}
	if text := m.Text("zh", 2); text != "单位1：得分 70.00 → 58.00（业务结构 −12.00）；名次第 1 → 第 2（业务结构 降 1 位）。" {
		t.Error(text)
	}
	if text := m.Text("en", 2); text != "Unit 1: score 70.00 → 58.00 (mix of services −12.00); rank 1 → 2 (mix of services down 1)." {
		t.Error(text)
	}
}

// Ninety of a hundred, then eighty of a hundred: Δ = −10, and each score has a standard error of about 3 to 4. Far
// more ratings make the same change sure.
func TestNoiseShrinksWithTheSample(t *testing.T) {
	s := load(t, "1", 100, straight)
	var last float64 = 2
	for _, n := range []uint64{1, 4, 100, 10000} {
		then, now := ratings(90*n, 10*n, 0, 0), ratings(80*n, 20*n, 0, 0)
		moves, err := movement.Explain(t.Context(), movement.Input{
			Restated: judge(t, s, []scoring.Unit{{Code: "1", Facts: then}}), After: judge(t, s, []scoring.Unit{{Code: "1", Facts: now}}),
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		p := moves[0].Score
		share := p.Noise / (p.Noise + p.Performance)
		if p.Noise+p.Performance != -10 || share < 0 || share >= last {
			t.Errorf("%d ratings: %+v, share of noise %v after %v", 100*n, p, share, last)
		}
		last = share
	}
	if last > 0.01 {
		t.Errorf("of a change over a million ratings %v is called noise", last)
	}
}

func TestLateDataAndScheme(t *testing.T) {
	old, changed := load(t, "1", 50, straight), load(t, "2", 75, straight)
	restated := judge(t, old, []scoring.Unit{{Code: "1", Facts: ratings(90000, 10000, 60000, 100000)}})  // 0.5·90 + 0.5·60 = 75
	after := judge(t, changed, []scoring.Unit{{Code: "1", Facts: ratings(90000, 10000, 60000, 100000)}}) // 0.75·90 + 0.25·60 = 82.5
	moves, err := movement.Explain(t.Context(), movement.Input{
		Published: map[string]movement.Standing{"1": {Score: 72, Rank: 1}}, Restated: restated, After: after,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if m := moves[0]; m.Score != (movement.Parts{Late: 3, Scheme: 7.5}) || m.Rank != (movement.Parts{}) {
		t.Errorf("moved %+v", m)
	}
	moves, err = movement.Explain(t.Context(), movement.Input{Published: map[string]movement.Standing{}, Restated: restated, After: after}, nil)
	if err != nil || !moves[0].Incomparable || !strings.Contains(moves[0].Text("en", 2), "not compared") {
		t.Errorf("a unit that was not published: %+v, %v", moves, err)
	}
	// Nobody in particular is everybody, also in a list that is empty; whom no evaluation knows did not just miss a rank.
	in := movement.Input{Restated: restated, After: after}
	if moves, err = movement.Explain(t.Context(), in, []string{}); err != nil || len(moves) != 1 || moves[0].Code != "1" {
		t.Errorf("without codes: %+v, %v", moves, err)
	}
	if moves, err = movement.Explain(t.Context(), in, []string{"1", "9"}); err == nil || !strings.Contains(err.Error(), `"9"`) {
		t.Errorf("an unknown unit: %+v, %v", moves, err)
	}
}

// The parts add up to the change, whatever changed, for every unit, for score and rank.
func TestPartsAddUp(t *testing.T) {
	schemes := []*scheme.Scheme{
		load(t, "1", 60, straight), load(t, "2", 30, "{kind: min_max}"),
		load(t, "3", 50, "{kind: z_score, centre: 50, spread: 20}"), load(t, "4", 80, "{kind: percentile}"),
	}
	rapid.Check(t, func(rt *rapid.T) {
		count := func(label string) uint64 { return uint64(rapid.IntRange(1, 400).Draw(rt, label)) }
		services := func(label string) (movement.Services, []scoring.Unit) {
			all := make(movement.Services)
			var units []scoring.Unit
			for i := range rapid.IntRange(2, 6).Draw(rt, label+" units") {
				code := fmt.Sprint(i)
				all[code] = make(map[string]evaluation.Facts)
				for _, service := range []string{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(rt, "services")] {
					promised := count("promised")
					all[code][service] = ratings(count("good"), count("bad"), min(promised, count("on time")), promised)
				}
				units = append(units, unit(code, all[code]))
			}
			return all, units
		}
		var in movement.Input
		var then, now []scoring.Unit
		in.Then, then = services("then")
		in.Now, now = services("now")
		in.Restated = judge(t, rapid.SampledFrom(schemes).Draw(rt, "scheme then"), then)
		in.After = judge(t, rapid.SampledFrom(schemes).Draw(rt, "scheme now"), now)
		if rapid.Bool().Draw(rt, "published") {
			in.Published = make(map[string]movement.Standing)
			for i := range then {
				in.Published[then[i].Code] = movement.Standing{
					Score: float64(rapid.IntRange(0, 10000).Draw(rt, "score")) / 100, Rank: rapid.IntRange(1, len(then)).Draw(rt, "rank"),
				}
			}
		}
		moves, err := movement.Explain(t.Context(), in, nil)
		if err != nil {
			rt.Fatal(err)
		}
		compared := 0
		for _, m := range moves {
			if m.Incomparable {
				continue
			}
			compared++
			if math.Abs(m.Score.Sum()-(m.After.Score-m.Before.Score)) > 1e-9 {
				rt.Errorf("score of %s: parts %+v are %v, the change is %v", m.Code, m.Score, m.Score.Sum(), m.After.Score-m.Before.Score)
			}
			if m.Rank.Sum() != float64(m.After.Rank-m.Before.Rank) {
				rt.Errorf("rank of %s: parts %+v, the change is %d", m.Code, m.Rank, m.After.Rank-m.Before.Rank)
			}
			if in.Published == nil && m.Score.Late != 0 || in.Restated.Scheme == in.After.Scheme && m.Score.Scheme != 0 {
				rt.Errorf("%s: nothing was late, or the scheme is the same: %+v", m.Code, m.Score)
			}
		}
		if compared == 0 {
			rt.Error("nobody was compared")
		}
	})
}

func TestShifts(t *testing.T) {
	units := []scoring.Unit{
		{Code: "1", Facts: ratings(900, 100, 500, 1000)},
		{Code: "2", Facts: ratings(800, 200, 900, 1000)},
		{Code: "3"},
		{Code: "4", Facts: ratings(100, 900, 100, 1000)},
	}
	shifts := movement.Shifts(judge(t, load(t, "1", 90, straight), units), judge(t, load(t, "2", 10, straight), units))
	var got []string
	for _, s := range shifts {
		got = append(got, fmt.Sprintf("%s %d→%d", s.Code, s.Before.Rank, s.After.Rank))
	}
	if strings.Join(got, ", ") != "2 2→1, 1 1→2" {
		t.Errorf("who moves: %v", got)
	}
}
