package scoring

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// Normalisers of a figure that runs from worst to best.
func drawNormaliser(t *rapid.T, worst, best float64, relative bool) string {
	kinds := []string{
		fmt.Sprintf("{kind: linear, floor: %v, target: %v}", worst, best),
		fmt.Sprintf("{kind: steps, steps: [{at: %v, points: 100}, {at: %v, points: 40}]}", best, (worst+best)/2),
		fmt.Sprintf("{kind: deductions, free: %v, every: %v, per: 3}", best, max(best-worst, worst-best)/50),
	}
	if relative {
		kinds = append(kinds, "{kind: min_max}", "{kind: percentile}", "{kind: z_score, centre: 60, spread: 15}",
			"{kind: z_score, centre: 60, spread: 15, population: true}", "{kind: z_score, rescale: true}")
	}
	return rapid.SampledFrom(kinds).Draw(t, "normaliser")
}

func drawScheme(t *rapid.T, tb testing.TB) *scheme.Scheme {
	shrink := rapid.Bool().Draw(t, "shrink")
	decimals := rapid.SampledFrom([]string{"", "decimals: 3, "}).Draw(t, "decimals")
	leaf := func(id, formula, direction, normaliser, more string) string {
		return fmt.Sprintf("  - {id: %s, name: %s, weight: %d, unit: number, formula: '%s', direction: %s, normalise: %s, %sminimum_n: 1%s}\n",
			id, id, rapid.IntRange(1, 5).Draw(t, "weight"), formula, direction, normaliser, decimals, more)
	}
	missing := ", missing: " + rapid.SampledFrom([]string{"missing", "renormalise", "fixed_weights", "leave_out"}).Draw(t, "missing")
	bad := missing
	if shrink {
		bad += ", shrink: true"
	}
	return load(tb, "", leaf("bad", "bad / valid * 1000", "lower", drawNormaliser(t, 200, 0, !shrink), bad)+
		leaf("good", "good / valid", "higher", drawNormaliser(t, 0.5, 1, true), missing)+
		leaf("level", "mean_level()", "higher", drawNormaliser(t, 3, 5, true), missing)+
		leaf("active", "rated / events", "higher", drawNormaliser(t, 0, 1, true), missing))
}

func drawUnits(t *rapid.T) []Unit {
	count := rapid.SampledFrom([]uint64{0, 0, 1, 2, 5, 30, 400})
	n := rapid.IntRange(1, 9).Draw(t, "units")
	units := make([]Unit, n)
	for i := range units {
		units[i] = Unit{Code: fmt.Sprintf("%02d", i), Order: rapid.IntRange(0, 2).Draw(t, "order"), Group: fmt.Sprint(i / 7)}
		if i > 0 && rapid.IntRange(0, 3).Draw(t, "as before") == 0 {
			units[i].Facts = units[i-1].Facts
			continue
		}
		f := &units[i].Facts
		for level := range f.Levels {
			f.Levels[level] = count.Draw(t, "count")
		}
		f.Rated = f.Valid()
		f.Events = f.Rated + count.Draw(t, "silent")
	}
	return units
}

func TestBetterRatingNeverLowersScore(t *testing.T) {
	rapid.Check(t, func(t2 *rapid.T) {
		s, units := drawScheme(t2, t), drawUnits(t2)
		who := rapid.IntRange(0, len(units)-1).Draw(t2, "who")
		from := rapid.IntRange(0, 3).Draw(t2, "from")
		to := rapid.IntRange(from+1, 4).Draw(t2, "to")
		units[who].Facts.Levels[from] += 3
		units[who].Facts.Events, units[who].Facts.Rated = units[who].Facts.Events+3, units[who].Facts.Rated+3
		n := rapid.Uint64Range(1, units[who].Facts.Levels[from]).Draw(t2, "ratings")
		better := slices.Clone(units)
		better[who].Facts.Levels[from] -= n
		better[who].Facts.Levels[to] += n
		before, after := find(evaluate(t, s, units, Options{}), units[who].Code), find(evaluate(t, s, better, Options{}), units[who].Code)
		if before == nil || after == nil {
			t2.Fatal("not ranked")
		}
		if after.Score < before.Score {
			t2.Fatalf("%d ratings from level %d to %d lower the score from %v to %v", n, from+1, to+1, before.Score, after.Score)
		}
	})
}

func find(r *Result, code string) *Placed {
	for i := range r.Ranked {
		if r.Ranked[i].Code == code {
			return &r.Ranked[i]
		}
	}
	return nil
}

func TestRanksAreTotalPreorder(t *testing.T) {
	rapid.Check(t, func(t2 *rapid.T) {
		s, units := drawScheme(t2, t), drawUnits(t2)
		r := evaluate(t, s, units, Options{KeepDraws: true})
		for i, a := range r.Ranked {
			better := 0
			for _, b := range r.Ranked {
				if b.Score > a.Score {
					better++
				}
				if (a.Score == b.Score) != (a.Rank == b.Rank) || a.Rank == b.Rank && a.Tied != b.Tied || a.Rank < b.Rank && a.Tied > b.Tied {
					t2.Fatalf("scores %v, %v: ranks %d, %d; groups %d, %d", a.Score, b.Score, a.Rank, b.Rank, a.Tied, b.Tied)
				}
				p, _ := r.Better(a.Code, b.Code)
				q, ok := r.Better(b.Code, a.Code)
				if !ok || p+q != 1 {
					t2.Fatalf("P(%s > %s) = %v, the other way %v", a.Code, b.Code, p, q)
				}
			}
			if a.Rank != better+1 || a.RankLow > a.Rank || a.RankHigh < a.Rank || a.RankLow < 1 || a.RankHigh > len(r.Ranked) {
				t2.Fatalf("rank %d (%d to %d) of %d with %d better", a.Rank, a.RankLow, a.RankHigh, len(r.Ranked), better)
			}
			if a.ScoreLow > a.Score || a.ScoreHigh < a.Score || a.ScoreLow < 0 || a.ScoreHigh > s.Scale || a.Score != evaluation.Round(a.Score, 2) {
				t2.Fatalf("score %v (%v to %v)", a.Score, a.ScoreLow, a.ScoreHigh)
			}
			if i > 0 && r.Ranked[i-1].Rank == a.Rank && administrative(&r.Ranked[i-1].Unit, &a.Unit) >= 0 {
				t2.Fatal("equal ranks are not in administrative order")
			}
			var weight float64
			for _, n := range a.Nodes {
				weight += n.Weight
				if n.Known && (n.Low > n.Scored || n.High < n.Scored || n.Points < 0 || n.Points > s.Scale) {
					t2.Fatalf("%+v", n)
				}
			}
			if weight > 1+1e-9 {
				t2.Fatalf("the weights come to %v", weight)
			}
		}
	})
}

// bytesOf is everything that a result says.
func bytesOf(t testing.TB, r *Result) []byte {
	t.Helper()
	said, err := json.Marshal(struct {
		*Result
		Scores [][]float32
	}{r, r.scores})
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func TestOrderAndWorkersChangeNothing(t *testing.T) {
	rapid.Check(t, func(t2 *rapid.T) {
		s, units := drawScheme(t2, t), drawUnits(t2)
		want := bytesOf(t, evaluate(t, s, units, Options{KeepDraws: true, Workers: 1}))
		shuffled := rapid.Permutation(slices.Clone(units)).Draw(t2, "order")
		for _, workers := range []int{1, 2, 5} {
			if got := bytesOf(t, evaluate(t, s, shuffled, Options{KeepDraws: true, Workers: workers})); !bytes.Equal(want, got) {
				t2.Fatalf("%d workers:\n%s\n%s", workers, want, got)
			}
		}
	})
}

// All kinds of estimates at once, among many units.
func TestOrderAndWorkersChangeNothingAtSize(t *testing.T) {
	s, units := load(t, "", mixed(true)), randomUnits(150, 3)
	want := bytesOf(t, evaluate(t, s, units, Options{KeepDraws: true, Workers: 1}))
	slices.Reverse(units)
	if got := bytesOf(t, evaluate(t, s, units, Options{KeepDraws: true, Workers: 3})); !bytes.Equal(want, got) {
		t.Error("another order, another result")
	}
	units[0].Facts.Levels[0]++
	if got := evaluate(t, s, units, Options{}); bytes.Contains(want, mustJSON(t, got.DataHash)) {
		t.Error("one more rating leaves the hash as it is")
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMoreDataNarrows(t *testing.T) {
	rapid.Check(t, func(t2 *rapid.T) {
		s := load(t, "decimals: 6\n", strings.ReplaceAll(badLeaf, "floor: 500", "floor: 60000")+end)
		valid := rapid.Uint64Range(40, 5000).Draw(t2, "valid")
		bad := rapid.Uint64Range(1, valid/2).Draw(t2, "bad")
		times := rapid.Uint64Range(8, 100).Draw(t2, "times")
		r := evaluate(t, s, []Unit{rated("a", valid, bad), rated("b", valid*times, bad*times)}, Options{})
		less, more := find(r, "a"), find(r, "b")
		if x, y := less.ScoreHigh-less.ScoreLow, more.ScoreHigh-more.ScoreLow; y > x {
			t2.Fatalf("%d of %d: %v points wide; %d times as many: %v", bad, valid, x, times, y)
		}
		if x, y := less.Nodes[0], more.Nodes[0]; y.High-y.Low >= x.High-x.Low {
			t2.Fatalf("%v to %v; with more: %v to %v", x.Low, x.High, y.Low, y.High)
		}
	})
}

// Good ratings and bad ones are the same news: a sum of both varies as either of them does.
func TestComplementsAreDrawnTogether(t *testing.T) {
	one := load(t, "decimals: 6\n", "  - {id: bad, name: 差, weight: 1, formula: bad / valid, unit: percent, direction: lower, normalise: {kind: linear, floor: 1, target: 0}}\n")
	two := load(t, "decimals: 6\n", "  - {id: bad, name: 差, weight: 1, formula: bad / valid, unit: percent, direction: lower, normalise: {kind: linear, floor: 1, target: 0}}\n"+
		"  - {id: good, name: 好, weight: 1, formula: good / valid, unit: percent, direction: higher, normalise: {kind: linear, floor: 0, target: 1}}\n")
	for _, bad := range []uint64{7, 80} {
		units := []Unit{rated("a", 400, bad), rated("b", 400, 3)}
		a, b := find(evaluate(t, one, units, Options{}), "a"), find(evaluate(t, two, units, Options{}), "a")
		x, y := a.ScoreHigh-a.ScoreLow, b.ScoreHigh-b.ScoreLow
		if a.Score != b.Score || y < 0.9*x || y > 1.1*x {
			t.Errorf("alone %v ± %v, together %v ± %v", a.Score, x, b.Score, y)
		}
	}
}
