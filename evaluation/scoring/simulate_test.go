package scoring

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"haochaping/evaluation"
)

// A county with 25,852 ratings and no bad one against one with 500 and none: the counts do not tell them apart.
func TestVolumeIsNoVirtue(t *testing.T) {
	province := rated("rest", 13_461_728-25_852-500, 1275)
	for _, c := range []struct {
		name, more string
		units      []Unit
		want       float64 // by integration; 0 = only below 0.95
	}{
		// P(Gamma(½, 25852) < Gamma(½, 500)) = 2/π · atan √(25852/500); with shape 1: 35852/(35852 + 10500).
		{"against Jeffreys' prior", "", nil, 2 / math.Pi * math.Atan(math.Sqrt(25_852.0/500))},
		{"against the fixed prior", ", shrink: true", nil, 35_852.0 / (35_852 + 10_500)},
		{"against a province's counties", ", shrink: true", []Unit{
			rated("c1", 120_000, 14), rated("c2", 80_000, 3), rated("c3", 310_000, 40), rated("c4", 15_000, 0), rated("c5", 56_220, 6), province,
		}, 0},
	} {
		s := load(t, "decimals: 6\n", badLeaf+c.more+end)
		r := evaluate(t, s, append(c.units, rated("large", 25_852, 0), rated("small", 500, 0)), Options{KeepDraws: true, Draws: 20_000})
		p, ok := r.Better("large", "small")
		if !ok || p >= 0.95 {
			t.Errorf("%s: P = %v", c.name, p)
		}
		if c.want > 0 && math.Abs(p-c.want) > 4*r.MonteCarlo {
			t.Errorf("%s: P = %v, want %v", c.name, p, c.want)
		}
	}
}

// What the draws say of one leaf is what its interval says: 2.5 and 97.5 % of them lie beyond.
func TestDrawsAgreeWithIntervals(t *testing.T) {
	many := evaluation.Histogram{}
	for b := range uint16(60) {
		many[200+b] = uint64(5 + b%7)
	}
	facts := func(f evaluation.Facts) Unit { return Unit{Code: "a", Facts: f} }
	for name, c := range map[string]struct {
		leaf  string
		unit  Unit
		loose float64 // of the interval's width
	}{
		"few bad":      {"formula: bad / valid, unit: percent, direction: lower, shrink: true, $ linear, floor: 0.02, target: 0}", rated("a", 1000, 3), 0.04},
		"many bad":     {"formula: bad / valid, unit: percent, direction: lower, shrink: true, $ linear, floor: 0.02, target: 0}", rated("a", 100_000, 900), 0.04},
		"no prior":     {"formula: bad / handled, unit: number, direction: lower, $ linear, floor: 1, target: 0}", facts(evaluation.Facts{Levels: [5]uint64{4}, Handled: 90}), 0.04},
		"small share":  {"formula: good / valid, unit: percent, direction: higher, $ absolute, full: 1}", rated("a", 60, 20), 0.06},
		"large share":  {"formula: good / valid, unit: percent, direction: higher, $ absolute, full: 1}", rated("a", 5000, 700), 0.05},
		"share of two": {"formula: bad / valid, unit: percent, direction: lower, $ linear, floor: 1, target: 0}", rated("a", 900, 700), 0.05},
		"mean":         {"formula: mean_level(), unit: level, direction: higher, $ linear, floor: 1, target: 5}", facts(evaluation.Facts{Levels: [5]uint64{10, 20, 30, 40, 50}}), 0.04},
		"median": {
			"formula: median(handling_times), unit: seconds, direction: lower, $ linear, floor: 90000, target: 0}",
			facts(evaluation.Facts{Handling: many, Handled: many.Count(), HandlingSeconds: many.Count() * 9000}), 0.04,
		},
		"imported": {"imported: true, unit: number, direction: higher, $ absolute, full: 100}", Unit{Code: "a", Imported: map[string]Imported{"x": {Value: 60, SE: 3}}}, 0.04},
	} {
		s := load(t, "decimals: 6\n", "  - {id: x, name: x, weight: 1, "+c.leaf+"}\n")
		p := evaluate(t, s, []Unit{c.unit}, Options{Draws: 40_000}).Ranked[0]
		n := &normaliser{Normaliser: s.Root.Children[0].Normalise, scale: 100, sign: 1}
		ends := []float64{p.Nodes[0].Low, p.Nodes[0].High}
		n.apply(ends)
		slices.Sort(ends)
		if width := ends[1] - ends[0]; math.Abs(p.ScoreLow-ends[0]) > c.loose*width || math.Abs(p.ScoreHigh-ends[1]) > c.loose*width || !(width > 0) {
			t.Errorf("%s: draws %.4f to %.4f, interval %.4f to %.4f", name, p.ScoreLow, p.ScoreHigh, ends[0], ends[1])
		}
	}
}

// Two means 3 apart, each with a standard error of 2: P = Φ(3/√8). And a unit beside many equals ranks anywhere.
func TestRankIntervals(t *testing.T) {
	s := load(t, "", importedLeaf("x", "$ absolute, full: 100}"))
	units := values("x", 60, 57)
	for i := range units {
		units[i].Imported = map[string]Imported{"x": {Value: units[i].Imported["x"].Value, SE: 2}}
	}
	r := evaluate(t, s, units, Options{KeepDraws: true, Draws: 20_000})
	want := 0.5 * math.Erfc(-3/math.Sqrt(8)/math.Sqrt2)
	if p, ok := r.Better("a", "b"); !ok || math.Abs(p-want) > 4*r.MonteCarlo {
		t.Errorf("P = %v, want %v", p, want)
	}
	var many []Unit
	for i := range 40 {
		many = append(many, Unit{Code: fmt.Sprintf("%02d", i), Order: i, Imported: map[string]Imported{"x": {Value: 50, SE: 2}}})
	}
	many = append(many, Unit{Code: "best", Imported: map[string]Imported{"x": {Value: 90, SE: 1}}})
	r = evaluate(t, s, many, Options{KeepDraws: true})
	if best := r.Ranked[0]; best.Code != "best" || best.RankHigh != 1 || best.Tied != 1 {
		t.Errorf("%+v", best)
	}
	for _, p := range r.Ranked[1:] {
		// Equal units: ranks 2 to 41, uniform; the middle 95 % are 3 to 40, ± one. All share rank 2.
		if p.Rank != 2 || p.RankLow != 2 || p.RankHigh < 39 || p.RankHigh > 41 || p.Tied != 2 {
			t.Errorf("%s: rank %d, %d to %d, group %d", p.Code, p.Rank, p.RankLow, p.RankHigh, p.Tied)
		}
	}
	groups := r.Groups()
	if len(groups) != 2 || len(groups[0].Units) != 1 || len(groups[1].Units) != 40 || groups[1].Number != 2 {
		t.Errorf("%d groups", len(groups))
	}
}

// A chain of units, each hard to tell from the next: the first and the last are clearly apart, so there is a border.
func TestTiedGroupsOfAChain(t *testing.T) {
	s := load(t, "", importedLeaf("x", "$ absolute, full: 100}"))
	units := values("x", 60, 58, 56, 54, 52, 50, 48)
	for i := range units {
		units[i].Imported = map[string]Imported{"x": {Value: units[i].Imported["x"].Value, SE: 2}}
	}
	r := evaluate(t, s, units, Options{KeepDraws: true})
	// Beaten with 95 % is what is 1.645·√8 = 4.65 below: the first of a group and the two after it stay together.
	var groups []string
	for _, p := range r.Ranked {
		groups = append(groups, fmt.Sprint(p.Tied))
	}
	if got := strings.Join(groups, " "); got != "1 1 1 2 2 2 3" {
		t.Error(got)
	}
}

// The points of a draw are relative to that draw's values: the best of a draw has all points, whoever it is.
func TestRelativePointsOfEachDraw(t *testing.T) {
	for _, kind := range []string{"min_max", "percentile", "z_score, rescale: true", "z_score, centre: 50, spread: 10, population: true"} {
		s := load(t, "", importedLeaf("x", "$ "+kind+"}"))
		units := values("x", 60, 57, 58)
		for i := range units {
			units[i].Imported = map[string]Imported{"x": {Value: units[i].Imported["x"].Value, SE: 2}}
		}
		r := evaluate(t, s, units, Options{KeepDraws: true})
		for d := range r.Draws {
			draw := []float32{r.scores[0][d], r.scores[1][d], r.scores[2][d]}
			slices.Sort(draw)
			if strings.HasPrefix(kind, "z_score, centre") {
				mean := float64(draw[0]+draw[1]+draw[2]) / 3
				var squares float64
				for _, v := range draw {
					squares += (float64(v) - mean) * (float64(v) - mean)
				}
				if math.Abs(mean-50) > 1e-3 || math.Abs(squares/3-100) > 1e-2 {
					t.Fatalf("%s: draw %d has mean %v, variance %v", kind, d, mean, squares/3)
				}
			} else if draw[0] != 0 || draw[2] != 100 || kind == "percentile" && draw[1] != 50 {
				t.Fatalf("%s: draw %d is %v", kind, d, draw)
			}
		}
	}
}

func TestPriors(t *testing.T) {
	s := load(t, "", badLeaf+", shrink: true"+end)
	var units []Unit
	add := func(group string, bad ...uint64) {
		for _, b := range bad {
			u := rated(fmt.Sprintf("%s%d", group, len(units)), 1000, b)
			u.Group = group
			units = append(units, u)
		}
	}
	add("large", 0, 1, 2, 3, 14, 2)
	add("small", 1, 2)
	add("clean", 0, 0, 0, 0, 0, 0)
	r := evaluate(t, s, units, Options{})
	var lines []string
	for _, p := range r.Priors {
		lines = append(lines, fmt.Sprintf("%s %s %s %d %.1f", p.Leaf, p.Group, p.From, p.Units, 1e5*p.A/p.B))
	}
	// Means: of all 25/14,000; of the large 22/6,000.
	if got := strings.Join(lines, ", "); got != "bad clean parent 14 178.6, bad large group 6 366.7, bad small parent 14 178.6" {
		t.Error(got)
	}
	// A unit's prior is that of the others: the one with 14 bad is drawn to 8/5,000, not to 22/6,000.
	var outlier float64
	for _, p := range r.Ranked {
		if p.Nodes[0].Estimate.Hits == 14 {
			outlier = p.Nodes[0].Scored
		}
	}
	// Others: 0, 1, 2, 3, 2 of 1,000: no difference beyond chance, 1/a = 2.5/10, a = 4, b = 4/0.0016 = 2,500: 18/3,500.
	if want := 18.0 / 3500 * 1e5; math.Abs(outlier-want) > 1e-9 {
		t.Errorf("shrunk to %v, want %v", outlier, want)
	}
	alone := evaluate(t, s, []Unit{rated("a", 1000, 3)}, Options{})
	if p := alone.Priors[0]; p.From != FromFixed || p.A != FixedShape || p.B != FixedRate || math.Abs(alone.Ranked[0].Nodes[0].Scored-4.0/11_000*1e5) > 1e-9 {
		t.Errorf("%+v, %+v", p, alone.Ranked[0].Nodes[0])
	}
}
