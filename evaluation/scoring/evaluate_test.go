package scoring

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// load reads a scheme of regions from the lines below its head; $ is 'normalise: {kind:'.
func load(t testing.TB, head, indicators string) *scheme.Scheme {
	t.Helper()
	text := "scheme: test\nversion: 1\nname: {zh: 试, en: Test}\nunits: {kind: region, level: 1}\npublication: rank\n" + head +
		"indicators:\n" + strings.ReplaceAll(indicators, "$", "normalise: {kind:")
	s, err := scheme.Load([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s
}

// importedLeaf is an imported indicator where higher is better.
func importedLeaf(id, more string) string {
	return fmt.Sprintf("  - {id: %s, name: %s, weight: 1, imported: true, unit: number, direction: higher, %s}\n", id, id, strings.ReplaceAll(more, "$", "normalise: {kind:"))
}

const (
	badLeaf = "  - {id: bad, name: 差评, weight: 1, formula: bad / valid * 100000, unit: per100k, direction: lower, $ linear, floor: 500, target: 0}"
	end     = "}\n"
)

func evaluate(t testing.TB, s *scheme.Scheme, units []Unit, o Options) *Result {
	t.Helper()
	r, err := Evaluate(context.Background(), s, units, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// values are units with imported values, in the order a, b, c, …; NaN = none.
func values(id string, numbers ...float64) []Unit {
	units := make([]Unit, len(numbers))
	for i, x := range numbers {
		units[i] = Unit{Code: string(rune('a' + i)), Order: i}
		if !math.IsNaN(x) {
			units[i].Imported = map[string]Imported{id: {Value: x}}
		}
	}
	return units
}

func rated(code string, valid, bad uint64) Unit {
	return Unit{Code: code, Facts: evaluation.Facts{Levels: [5]uint64{bad, 0, 0, 0, valid - bad}}}
}

// scores are code, rank and score, in the order of the list.
func scores(r *Result) string {
	var parts []string
	for _, p := range r.Ranked {
		parts = append(parts, fmt.Sprintf("%s %d %v", p.Code, p.Rank, p.Score))
	}
	return strings.Join(parts, ", ")
}

func TestNormalisersByHand(t *testing.T) {
	const none = ""
	for _, c := range []struct {
		name, head, leaf string
		values           []float64
		want             string
	}{
		{
			// The composite of an index whose parts are min-max normalised by their publisher already.
			"absolute", "scale: 1\ndecimals: 4\n", "$ absolute, full: 1}",
			[]float64{0.9717, 0.97165, 0.97164, 1.2, -1},
			"d 1 1, a 2 0.9717, b 2 0.9717, c 4 0.9716, e 5 0",
		},
		{"linear", none, "$ linear, floor: 60, target: 90}", []float64{60, 75, 90, 95, 10}, "c 1 100, d 1 100, b 3 50, a 4 0, e 4 0"},
		{
			// Ezhou: 95, 99, 100 % give 1, 1.5, 2 points.
			"steps", "scale: 2\n", "$ steps, steps: [{at: 1, points: 2}, {at: 0.99, points: 1.5}, {at: 0.95, points: 1}]}",
			[]float64{1, 0.995, 0.99, 0.95, 0.9499},
			"a 1 2, b 2 1.5, c 2 1.5, d 4 1, e 5 0",
		},
		{
			// Wenzhou's form: up to 0.9 missing nothing, then 5 points for every whole 0.1. 0.6 lacks 0.3, three times 0.1.
			"deductions", none, "$ deductions, free: 0.9, every: 0.1, per: 5}",
			[]float64{0.95, 0.81, 0.8, 0.6, -9},
			"a 1 100, b 1 100, c 3 95, d 4 85, e 5 0",
		},
		{"min-max", none, "$ min_max}", []float64{3, 7, 5}, "b 1 100, c 2 50, a 3 0"},
		{"min-max of equals", none, "$ min_max}", []float64{3, 3}, "a 1 100, b 1 100"},
		{
			// Raw values 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 9+1+1+1+0+0+4+16 = 32, deviation √(32/8) = 2.
			// Standard scores −1.5, −0.5, −0.5, −0.5, 0, 0, 1, 2; 50 + 20 z.
			"z-score of a population", none, "$ z_score, centre: 50, spread: 20, population: true}",
			[]float64{2, 4, 4, 4, 5, 5, 7, 9},
			"h 1 90, g 2 70, e 3 50, f 3 50, b 5 40, c 5 40, d 5 40, a 8 20",
		},
		{
			// The same with √(32/7) = 2.1381: −1.4031, −0.4677, 0, 0.9354, 1.8708.
			"z-score of a sample", none, "$ z_score, centre: 50, spread: 20}",
			[]float64{2, 4, 4, 4, 5, 5, 7, 9},
			"h 1 87.42, g 2 68.71, e 3 50, f 3 50, b 5 40.65, c 5 40.65, d 5 40.65, a 8 21.94",
		},
		{
			// Rescaled: (z + 1.5) / 3.5.
			"z-score rescaled", none, "$ z_score, rescale: true}",
			[]float64{2, 4, 4, 4, 5, 5, 7, 9},
			"h 1 100, g 2 71.43, e 3 42.86, f 3 42.86, b 5 28.57, c 5 28.57, d 5 28.57, a 8 0",
		},
		{"z-score of equals", none, "$ z_score, centre: 50, spread: 20}", []float64{4, 4}, "a 1 50, b 1 50"},
		{
			// Of four others, worse are 0, 1, 1, 3, 4; b and c have one equal each: half of it.
			"percentile", none, "$ percentile}", []float64{1, 2, 2, 3, 4}, "e 1 100, d 2 75, b 3 37.5, c 3 37.5, a 5 0",
		},
	} {
		s := load(t, c.head, importedLeaf("x", c.leaf))
		if got := scores(evaluate(t, s, values("x", c.values...), Options{})); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// Lower is better: the same, mirrored.
func TestNormalisersMirrored(t *testing.T) {
	for leaf, want := range map[string]string{
		"$ linear, floor: 90, target: 60}":                              "a 1 100, b 2 50, c 3 0",
		"$ steps, steps: [{at: 60, points: 90}, {at: 75, points: 40}]}": "a 1 90, b 2 40, c 3 0",
		"$ deductions, free: 60, every: 10, per: 7}":                    "a 1 100, b 2 93, c 3 79",
		"$ min_max}":                         "a 1 100, b 2 50, c 3 0",
		"$ percentile}":                      "a 1 100, b 2 50, c 3 0",
		"$ z_score, centre: 50, spread: 10}": "a 1 60, b 2 50, c 3 40",
	} {
		s := load(t, "", strings.Replace(importedLeaf("x", leaf), "higher", "lower", 1))
		if got := scores(evaluate(t, s, values("x", 60, 75, 90), Options{})); got != want {
			t.Errorf("%s:\n got %s\nwant %s", leaf, got, want)
		}
	}
}

// A value is rounded before it is scored.
func TestValueIsRoundedFirst(t *testing.T) {
	s := load(t, "decimals: 4\n", importedLeaf("x", "decimals: 2, $ linear, floor: 0, target: 1}"))
	if got := scores(evaluate(t, s, values("x", 0.125, 0.1249, 0.12), Options{})); got != "a 1 13, b 2 12, c 2 12" {
		t.Error(got)
	}
}

func TestTreeAndMissingRules(t *testing.T) {
	// x weighs 1 of 4; the group 3 of 4: y 2 of 3, z 1 of 3; w is shown and weighs nothing.
	tree := func(x, group, y, z string) *scheme.Scheme {
		leaf := func(id, weight, missing string) string {
			return fmt.Sprintf("{id: %s, name: %s, imported: true, unit: number, direction: higher, weight: %s, missing: %s, minimum_n: 10, normalise: {kind: absolute, full: 100}}", id, id, weight, missing)
		}
		return load(t, "", "  - "+leaf("x", "1", x)+"\n  - id: g\n    name: g\n    weight: 3\n    missing: "+group+"\n    children:\n      - "+
			leaf("y", "2", y)+"\n      - "+leaf("z", "1", z)+"\n  - "+leaf("w", "0", "missing")+"\n")
	}
	unit := func(x, y, z float64) Unit {
		u := Unit{Code: "a", Imported: map[string]Imported{}}
		for id, v := range map[string]float64{"x": x, "y": y, "z": z} {
			if v >= 0 {
				u.Imported[id] = Imported{Value: v, N: 10}
			}
		}
		return u
	}
	thin := unit(80, 60, -1)
	thin.Imported["z"] = Imported{Value: 30, N: 9}
	const renormalise, fixed, missing, out = "renormalise", "fixed_weights", "missing", "leave_out"
	for _, c := range []struct {
		name           string
		x, group, y, z string
		unit           Unit
		score          string // '' = none
		weights        string // of x, g, y, z, w
		reason         Reason
	}{
		// 80/4 + 3/4·(60·2/3 + 30/3) = 20 + 37.5
		{"all known", missing, missing, missing, missing, unit(80, 60, 30), "57.5", "0.25 0.75 0.50 0.25 0.00", Reason{}},
		// 20 + 0.75·60
		{"renormalised in its group", missing, missing, missing, renormalise, unit(80, 60, -1), "65", "0.25 0.75 0.75 0.00 0.00", Reason{}},
		// 20 + 0.75·(60·2/3)
		{"fixed weights", missing, missing, missing, fixed, unit(80, 60, -1), "50", "0.25 0.75 0.50 0.00 0.00", Reason{}},
		{"too few", missing, missing, missing, fixed, thin, "50", "0.25 0.75 0.50 0.00 0.00", Reason{}},
		{"whole group renormalised", missing, renormalise, renormalise, renormalise, unit(80, -1, -1), "80", "1.00 0.00 0.00 0.00 0.00", Reason{}},
		// A group of which everything counts as 0 counts as 0.
		{"whole group fixed", missing, renormalise, fixed, fixed, unit(80, -1, -1), "20", "0.25 0.00 0.00 0.00 0.00", Reason{}},
		{"group shown as missing", missing, missing, renormalise, renormalise, unit(80, -1, -1), "", "", Reason{Code: NoImport, Node: "y", Minimum: 10}},
		{"leaf shown as missing", missing, renormalise, missing, missing, unit(80, 60, -1), "", "", Reason{Code: NoImport, Node: "z", Minimum: 10}},
		{"too few to be ranked", missing, missing, missing, missing, thin, "", "", Reason{Code: TooFew, Node: "z", N: 9, Minimum: 10}},
		{"left out", missing, missing, missing, out, unit(80, 60, -1), "out", "", Reason{}},
		{"nothing known counts as nothing", fixed, fixed, fixed, fixed, unit(-1, -1, -1), "", "", Reason{Code: NoData}},
	} {
		r := evaluate(t, tree(c.x, c.group, c.y, c.z), []Unit{c.unit}, Options{})
		var score, weights string
		var reason Reason
		switch {
		case len(r.Ranked) == 1:
			score = fmt.Sprint(r.Ranked[0].Score)
			var shares []string
			for _, n := range r.Ranked[0].Nodes {
				shares = append(shares, fmt.Sprintf("%.2f", n.Weight))
			}
			weights = strings.Join(shares, " ")
		case len(r.Listed) == 1:
			reason = r.Listed[0].Reason
		default:
			score = "out"
		}
		if score != c.score || weights != c.weights || reason != c.reason {
			t.Errorf("%s: score %q, weights %q, reason %+v", c.name, score, weights, reason)
		}
	}
}

func TestNodeScores(t *testing.T) {
	s := load(t, "", badLeaf+", decimals: 0, minimum_n: 300"+end)
	r := evaluate(t, s, []Unit{rated("a", 1000, 2), rated("b", 299, 0), {Code: "c"}, rated("", 5000, 1)}, Options{})
	if len(r.Ranked) != 1 || len(r.Listed) != 3 {
		t.Fatalf("%d ranked, %d listed", len(r.Ranked), len(r.Listed))
	}
	n := r.Ranked[0].Nodes[0]
	if n.ID != "bad" || n.Depth != 1 || !n.Leaf || !n.Known || n.Scored != 200 || n.Points != 60 || n.Weight != 1 || n.Estimate.Hits != 2 {
		t.Errorf("%+v", n)
	}
	if !(n.Low < 100 && n.Low > 20 && n.High > 400 && n.High < 900) {
		t.Errorf("2 of 1,000: %v to %v in 100,000", n.Low, n.High)
	}
	var reasons []Reason
	for _, p := range r.Listed {
		if p.Rank != 0 || p.Tier != -1 || p.Score != 0 {
			t.Errorf("listed, yet %+v", p)
		}
		reasons = append(reasons, p.Reason)
	}
	want := []Reason{{Code: Unattributed}, {Code: TooFew, Node: "bad", N: 299, Minimum: 300}, {Code: NoData, Node: "bad", Minimum: 300}}
	if diff := cmp.Diff(want, reasons); diff != "" {
		t.Error(diff)
	}
	if thin := r.Listed[1].Nodes[0]; thin.Known || thin.Scored != 0 || thin.Reason.Code != TooFew || thin.Estimate.N != 299 {
		t.Errorf("%+v", thin)
	}
}

func TestTiersMayBeEmpty(t *testing.T) {
	s := load(t, "tiers:\n  - {id: a, name: 甲, from: 90}\n  - {id: b, name: 乙, from: 50}\n  - {id: c, name: 丙, from: 0}\n", importedLeaf("x", "$ absolute, full: 100}"))
	units := values("x", 50, 49.996, 49.994, 3)
	for i := range units {
		units[i].Order = -i
	}
	r := evaluate(t, s, units, Options{})
	var tiers []int
	for _, p := range r.Ranked {
		tiers = append(tiers, p.Tier)
	}
	// 49.996 is 50.00 when ranked.
	if !slices.Equal(tiers, []int{1, 1, 2, 2}) || scores(r) != "b 1 50, a 1 50, c 3 49.99, d 4 3" {
		t.Errorf("%v, %s", tiers, scores(r))
	}
	bands := r.Bands()
	var lines []string
	for _, b := range bands {
		line := fmt.Sprint(b.Tier)
		for _, p := range b.Units {
			line += " " + p.Code
		}
		lines = append(lines, line)
	}
	if diff := cmp.Diff([]string{"0", "1 b a", "2 d c"}, lines); diff != "" {
		t.Error(diff)
	}
}

// Nothing varies: an interval is the rank, and every lower score is a lower group.
func TestWithoutVariation(t *testing.T) {
	s := load(t, "decimals: 1\n", importedLeaf("x", "$ absolute, full: 100}"))
	r := evaluate(t, s, values("x", 90, 89.96, 80, 70), Options{KeepDraws: true})
	for i, p := range r.Ranked {
		if p.RankLow != p.Rank || p.RankHigh != p.Rank || p.ScoreLow != p.Score || p.ScoreHigh != p.Score {
			t.Errorf("%+v", p)
		}
		if want := []int{1, 1, 2, 3}[i]; p.Tied != want {
			t.Errorf("%s is in group %d, want %d", p.Code, p.Tied, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want float64
	}{{"a", "b", 0.5}, {"a", "c", 1}, {"d", "c", 0}} {
		if p, ok := r.Better(c.a, c.b); !ok || p != c.want {
			t.Errorf("P(%s better than %s) = %v, %v", c.a, c.b, p, ok)
		}
	}
	if _, ok := r.Better("a", "z"); ok {
		t.Error("better than nobody")
	}
}

func TestRulesOfAnswers(t *testing.T) {
	s := load(t, "", badLeaf+end+"  - {id: active, name: 主动, formula: rated / events, unit: percent, direction: higher, weight: 0, $ absolute, full: 1}}\n")
	u := Unit{Code: "a", Facts: evaluation.Facts{
		Levels: [5]uint64{1, 0, 0, 0, 999}, Defaults: [5]uint64{1, 0, 0, 0, 999}, Unanswered: 2000, Events: 3500, Rated: 1000,
	}}
	for _, c := range []struct {
		rule      AnswerRule
		valid     uint64
		bad, rate float64
	}{
		{"", 1000, 100, 1000.0 / 3500},
		{RuleDefaults, 2000, 100, 2000.0 / 3500},
		{RuleSilence, 4000, 50, 1},
	} {
		r := evaluate(t, s, []Unit{u}, Options{Rule: c.rule})
		n := r.Ranked[0].Nodes
		if n[0].Estimate.N != c.valid || n[0].Scored != c.bad || n[1].Scored != c.rate {
			t.Errorf("%q: %d ratings, %v bad, %v active", c.rule, n[0].Estimate.N, n[0].Scored, n[1].Scored)
		}
	}
	if u.Facts.Levels[4] != 999 {
		t.Error("the facts were changed")
	}
}

func TestSeenNamesNobodyElse(t *testing.T) {
	s := load(t, "", importedLeaf("x", "$ absolute, full: 100}"))
	units := values("x", 90, 80, 70, 60, math.NaN(), math.NaN())
	for i := range units {
		units[i].NameZH, units[i].NameEN = "县"+units[i].Code, "County "+units[i].Code
	}
	r := evaluate(t, s, units, Options{})
	v := r.Seen(func(code string) bool { return code == "c" || code == "e" })
	if v.Size != 4 || v.Median != 75 || len(v.Units) != 1 || v.Units[0].Rank != 3 || len(v.Listed) != 1 || v.Listed[0].Code != "e" {
		t.Errorf("%+v", v)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"a", "b", "d", "f"} {
		if strings.Contains(string(text), "County "+other) || strings.Contains(string(text), "县"+other) {
			t.Errorf("the view names %s", other)
		}
	}
}

func TestErrorsNameWhatIsWrong(t *testing.T) {
	s := load(t, "", importedLeaf("x", "$ absolute, full: 100}"))
	for _, c := range []struct {
		units []Unit
		o     Options
		want  string
	}{
		{append(values("x", 1), values("x", 2)...), Options{}, `two units have the code "a"`},
		{values("x", 1, math.Inf(1)), Options{}, `indicator x (line 7) of unit "b": the value +Inf is no number`},
		{nil, Options{Draws: 1999}, "1999 draws are fewer than 2000"},
		{nil, Options{Rule: "best"}, `unknown rule "best"`},
		{make([]Unit, 1000), Options{Draws: 1 << 20}, "evaluate at most 128 units, or draw less"},
	} {
		if _, err := Evaluate(context.Background(), s, c.units, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Evaluate(ctx, load(t, "", badLeaf+end), []Unit{rated("a", 100, 1)}, Options{}); err == nil {
		t.Error("goes on after its context has ended")
	}
}

// Nobody to judge is an answer too: a period before the first units, or a level that has none.
func TestNobody(t *testing.T) {
	r := evaluate(t, load(t, "", importedLeaf("x", "$ absolute, full: 100}")), nil, Options{})
	if len(r.Ranked) != 0 || len(r.Listed) != 0 || r.Scheme == nil {
		t.Errorf("%+v", r)
	}
	again := evaluate(t, r.Scheme, []Unit{{Code: "a"}}, Options{})
	if len(again.Ranked) != 0 || len(again.Listed) != 1 || again.Listed[0].Reason.Code != NoImport && again.Listed[0].Reason.Code != NoData {
		t.Errorf("one unit without a value: %+v", again)
	}
}
