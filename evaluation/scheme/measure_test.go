package scheme

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"haochaping/evaluation"
)

// leafOf is an indicator with a formula within an otherwise small scheme.
func leafOf(formula string, extra ...string) string {
	return fmt.Sprintf(`scheme: t
version: 1
name: T
units: {kind: region, level: 1}
publication: rank
indicators:
  - id: x
    name: X
    weight: 1
    formula: '%s'
    unit: number
    direction: higher
    normalise: {kind: linear, floor: 0, target: 1}
    %s
`, formula, strings.Join(extra, "\n    "))
}

// leaf loads a formula.
func leaf(t testing.TB, formula string, extra ...string) *Node {
	t.Helper()
	s, err := Load([]byte(leafOf(formula, extra...)))
	if err != nil {
		t.Fatalf("%s: %v", formula, err)
	}
	return &s.Root.Children[0]
}

func measure(t testing.TB, formula string, facts *evaluation.Facts, extra ...string) evaluation.Estimate {
	t.Helper()
	e, err := leaf(t, formula, extra...).Measure(facts)
	if err != nil {
		t.Fatalf("%s: %v", formula, err)
	}
	return e
}

// guangdong is July 2023 as published; carers the ratings of GOV.UK's carer's allowance.
var (
	guangdong = evaluation.Facts{Levels: [5]uint64{980, 295, 18_062, 10_421, 13_431_970}}
	carers    = evaluation.Facts{Levels: [5]uint64{313, 147, 418, 1167, 6406}}
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b), 1) }

func TestMeasureKnownDistributions(t *testing.T) {
	h := evaluation.Histogram{100: 3, 200: 5}
	f := evaluation.Facts{
		Levels: [5]uint64{1, 2, 3, 4, 90}, Unanswered: 50, Events: 400, Rated: 100, Prompted: 300,
		Promised: 40, OnTime: 30, Early: 10, Finished: 50,
		Handling: h, Handled: 8, HandlingSeconds: 8 * 5000,
		FollowUps: evaluation.FollowUps{Bad: 3, RectifyDue: 3, Rectified: 2, RectifiedOnTime: 1},
	}
	spread := func(kind evaluation.SpreadKind, hits, n, offset, factor float64) evaluation.Spread {
		return evaluation.Spread{Kind: kind, Hits: hits, N: n, Offset: offset, Factor: factor}
	}
	const binomial, poisson = evaluation.Binomial, evaluation.Poisson
	for _, tt := range []struct {
		formula string
		value   float64
		hits, n uint64
		spread  evaluation.Spread
	}{
		{"bad / valid", 0.03, 3, 100, spread(binomial, 3, 100, 0, 1)},
		{"bad / valid * 100000", 3000, 3, 100, spread(binomial, 3, 100, 0, 100000)},
		{"100000 * (bad / valid)", 3000, 3, 100, spread(binomial, 3, 100, 0, 100000)},
		{"1 - bad / valid", 0.97, 0, 100, spread(binomial, 3, 100, 1, -1)},
		{"(level_4 + level_5) / valid", 0.94, 94, 100, spread(binomial, 94, 100, 0, 1)},
		{"good / valid", 0.97, 97, 100, spread(binomial, 97, 100, 0, 1)},
		{"(valid - bad) / valid", 0.97, 97, 100, spread(binomial, 97, 100, 0, 1)},
		{"(events - rated) / events", 0.75, 300, 400, spread(binomial, 300, 400, 0, 1)},
		{"-rated / events + 1", 0.75, 0, 400, spread(binomial, 100, 400, 1, -1)},
		{"(on_time - early) / promised", 0.5, 20, 40, spread(binomial, 20, 40, 0, 1)},
		{"early / finished", 0.2, 10, 50, spread(binomial, 10, 50, 0, 1)},
		{"rectified_on_time / rectify_due", 1.0 / 3, 1, 3, spread(binomial, 1, 3, 0, 1)},
		{"valid / (valid + unanswered)", 100.0 / 150, 100, 150, spread(binomial, 100, 150, 0, 1)},
		{"2 * bad / (4 * valid)", 0.015, 3, 100, spread(binomial, 3, 100, 0, 0.5)},
		{"rated / prompted", 1.0 / 3, 100, 300, spread(poisson, 100, 300, 0, 1)},
		{"bad / finished", 0.06, 3, 50, spread(poisson, 3, 50, 0, 1)},
		{"rated / (prompted + events)", 1.0 / 7, 100, 700, spread(poisson, 100, 700, 0, 1)},
		{"bad", 3, 0, 100, spread(poisson, 3, 1, 0, 1)},
		{"2 * early + 1", 21, 0, 40, spread(poisson, 10, 1, 1, 2)},
		{"median(handling_times)", 2 * math.Pow(1.04, 200) / 2.04, 0, 8, evaluation.Spread{Kind: evaluation.Order, Histogram: h, Q: 0.5, Factor: 1}},
		{"quantile(handling_times, 0.1) / 3600", 2 * math.Pow(1.04, 100) / 2.04 / 3600, 0, 8, evaluation.Spread{Kind: evaluation.Order, Histogram: h, Q: 0.1, Factor: 1.0 / 3600}},
	} {
		got := measure(t, tt.formula, &f)
		if !got.Known || !near(got.Number, tt.value) || got.Hits != tt.hits || got.N != tt.n {
			t.Errorf("%s = %+v, want %v (%d of %d)", tt.formula, got.Value, tt.value, tt.hits, tt.n)
		}
		if s := got.Spread; s.Kind != tt.spread.Kind || !near(s.Hits, tt.spread.Hits) || !near(s.N, tt.spread.N) || !near(s.Offset, tt.spread.Offset) ||
			!near(s.Factor, tt.spread.Factor) || s.Q != tt.spread.Q || len(s.Histogram) != len(tt.spread.Histogram) {
			t.Errorf("%s varies as %+v, want %+v", tt.formula, s, tt.spread)
		}
	}
}

func TestMeasurePublished(t *testing.T) {
	bad := measure(t, "bad / valid * 100000", &guangdong, "shrink: true")
	if math.Abs(bad.Number-9.47) > 0.005 || bad.Spread.Kind != evaluation.Poisson || bad.Spread.Hits != 1275 || bad.Spread.N != 13_461_728 || bad.Spread.Factor != 100000 {
		t.Errorf("bad per 100,000 in Guangdong: %+v", bad)
	}
	score := measure(t, "(mean_level() - 1) / 4", &carers)
	if score.N != 8451 || score.Spread.Kind != evaluation.Normal || score.Spread.Offset != -0.25 || score.Spread.Factor != 0.25 {
		t.Errorf("carer's allowance: %+v", score)
	}
}

// By hand: levels 5, 5, 4, 2 have the mean 4 and the variance 6/3 = 2, so a standard error of √(2/4).
func TestMeasureMeans(t *testing.T) {
	f := evaluation.Facts{Levels: [5]uint64{0, 1, 0, 1, 2}, VisitsKnown: 4, Visits: 4, VisitsSquared: 8, Handled: 2, HandlingSeconds: 300}
	level := measure(t, "mean_level()", &f)
	if level.Number != 4 || level.N != 4 || level.Spread.Mean != 4 || !near(level.Spread.SE, math.Sqrt(0.5)) {
		t.Errorf("mean level: %+v", level)
	}
	// Visits 0, 0, 2, 2 have the mean 1 and the variance 4/3.
	for _, formula := range []string{"visits / visits_known", "2 * visits / (2 * visits_known)"} {
		if v := measure(t, formula, &f); v.Number != 1 || v.Hits != 4 || v.N != 4 || v.Spread.Kind != evaluation.Normal || !near(v.Spread.SE, math.Sqrt(1.0/3)) {
			t.Errorf("%s: %+v", formula, v)
		}
	}
	// 100 and 200 seconds in a histogram; the sum is exact.
	f.Handling = evaluation.Histogram{evaluation.Bucket(100): 1, evaluation.Bucket(200): 1}
	if m := measure(t, "mean(handling_times)", &f); m.Number != 150 || m.N != 2 || math.Abs(m.Spread.SE-50) > 2 {
		t.Errorf("mean handling time: %+v", m)
	}
	one := evaluation.Facts{Levels: [5]uint64{0, 0, 0, 0, 1}}
	if e := measure(t, "mean_level()", &one); e.Number != 5 || e.Spread.SE != 2 {
		t.Errorf("one rating is taken to be sure: %+v", e)
	}
}

// The delta method agrees with the distributions that are known: what is written so that it is not recognised varies
// as what is.
func TestDeltaMethodAgrees(t *testing.T) {
	f := evaluation.Facts{Levels: [5]uint64{10, 20, 30, 40, 900}, Events: 4000, Rated: 1000}
	se := func(p, n float64) float64 { return math.Sqrt(p * (1 - p) / n) }
	for formula, want := range map[string]float64{
		"bad / valid + 0 * events / rated":  se(0.03, 1000),
		"level_1 / valid + level_2 / valid": se(0.03, 1000),
		"(good - bad) / valid":              2 * se(0.03, 1000),
		"bad / valid + rated / events":      math.Hypot(se(0.03, 1000), se(0.25, 4000)),
		"rated / events * (rated / events)": 2 * 0.25 * se(0.25, 4000),
		"good / valid / (bad / valid + 1)":  2 / (1.03 * 1.03) * se(0.03, 1000), // (1 − p) ÷ (1 + p)
	} {
		e := measure(t, formula, &f)
		got := e.Spread.SE
		if e.Spread.Kind == evaluation.Binomial {
			got = math.Abs(e.Spread.Factor) * se(e.Spread.Hits/e.Spread.N, e.Spread.N)
		}
		if math.Abs(got-want) > 0.002*want {
			t.Errorf("%s: standard error %v, want %v (%+v)", formula, got, want, e)
		}
	}
}

func TestMeasureWithoutData(t *testing.T) {
	for _, formula := range []string{
		"bad / valid", "bad", "mean_level()", "median(handling_times)", "mean(working_times)", "visits / visits_known", "visits",
		"1 - promised_seconds / statutory_seconds", "1 / valid", "rated / events + bad / valid", "excluded",
	} {
		if e := measure(t, formula, &evaluation.Facts{}); e.Known || e.N != 0 || e.Number != 0 {
			t.Errorf("%s without facts: %+v", formula, e)
		}
	}
	// No bad rating of some is 0 and known.
	f := evaluation.Facts{Levels: [5]uint64{0, 0, 0, 0, 7}}
	for _, formula := range []string{"bad", "bad / valid"} {
		if e := measure(t, formula, &f); !e.Known || e.Number != 0 || e.N != 7 {
			t.Errorf("%s without bad ratings: %+v", formula, e)
		}
	}
}

// Spans that are unrelated within a case vary the ratio most; those of one case go together in truth.
func TestTimeReductionIsConservative(t *testing.T) {
	f := evaluation.Facts{
		Limited: 200, PromisedSeconds: 200 * 5000, StatutorySeconds: 200 * 20000,
		PromisedTimes:  evaluation.Histogram{evaluation.Bucket(2500): 100, evaluation.Bucket(7500): 100},
		StatutoryTimes: evaluation.Histogram{evaluation.Bucket(10000): 100, evaluation.Bucket(30000): 100},
	}
	e := measure(t, "1 - promised_seconds / statutory_seconds", &f)
	// Both have a coefficient of variation of 1/2, so the ratio 1/4 has √(1/4 + 1/4) / √200 of itself.
	want := 0.25 * math.Sqrt(0.5) / math.Sqrt(200)
	if !near(e.Number, 0.75) || e.N != 200 || math.Abs(e.Spread.SE-want) > 0.03*want {
		t.Errorf("time reduction: %+v, want a standard error of %v", e, want)
	}
}

func TestValueReferences(t *testing.T) {
	text := strings.Replace(leafOf(`value("b") - value("a") / 2`), "indicators:\n", `indicators:
  - {id: a, name: A, weight: 1, formula: bad / valid, unit: number, direction: lower, normalise: {kind: min_max}}
  - {id: b, name: B, weight: 1, formula: 'value("a") * 3', unit: number, direction: lower, normalise: {kind: min_max}}
`, 1)
	s, err := Load([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	f := evaluation.Facts{Levels: [5]uint64{1, 0, 0, 0, 9}}
	e, err := s.Root.Children[2].Measure(&f)
	if err != nil || !near(e.Number, 0.25) || e.N != 10 {
		t.Errorf("%+v, %v", e, err)
	}
	// The same ratings are behind both: 3p − p/2 varies as 2.5p does.
	if want := 2.5 * math.Sqrt(0.1*0.9/10); math.Abs(e.Spread.SE-want) > 1e-9 {
		t.Errorf("standard error %v, want %v", e.Spread.SE, want)
	}
}

func TestMeasureConcurrently(t *testing.T) {
	n := leaf(t, "bad / valid + median(handling_times) / 100 + mean_level()")
	f := &evaluation.Facts{Levels: [5]uint64{1, 2, 3, 4, 90}, Handling: evaluation.Histogram{100: 3}}
	g := &evaluation.Facts{Levels: [5]uint64{9, 2, 3, 4, 90}, Handling: evaluation.Histogram{90: 3}}
	want := map[*evaluation.Facts]float64{}
	for _, facts := range []*evaluation.Facts{f, g} {
		e, err := n.Measure(facts)
		if err != nil {
			t.Fatal(err)
		}
		want[facts] = e.Number
	}
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for range 200 {
				facts := []*evaluation.Facts{f, g}[i%2]
				if e, err := n.Measure(facts); err != nil || e.Number != want[facts] {
					t.Errorf("%v, %v; want %v", e.Number, err, want[facts])
				}
			}
		})
	}
	wait.Wait()
}

// drawFormula is any formula that the loader could accept.
func drawFormula(t *rapid.T, depth int) string {
	if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
		return rapid.SampledFrom([]string{
			"bad", "valid", "good", "level_3", "events", "rated", "prompted", "promised", "on_time", "early", "visits", "visits_known",
			"promised_seconds", "statutory_seconds", "limited", "rectify_due", "rectified_on_time", "mean_level()", "mean(handling_times)",
			"median(working_times)", "quantile(handling_times, 0.9)", "1", "2.5", "100000", "0",
		}).Draw(t, "atom")
	}
	op := rapid.SampledFrom([]string{"+", "-", "*", "/"}).Draw(t, "op")
	return "(" + drawFormula(t, depth-1) + " " + op + " " + drawFormula(t, depth-1) + ")"
}

// Whatever the formula and the facts: no panic, a finite value, a spread whose base gives the value back, and the
// same again.
func TestMeasureIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		formula := drawFormula(t, 3)
		s, err := Load([]byte(leafOf(formula)))
		if err != nil {
			t.Skip("the loader refuses it")
		}
		f := *rapid.SampledFrom(probes()).Draw(t, "facts")
		for i := range f.Levels {
			f.Levels[i] = rapid.SampledFrom([]uint64{0, 0, 1, 2, 1000, 1 << 40}).Draw(t, "level")
		}
		f.Events, f.Rated = rapid.Uint64Range(0, 5).Draw(t, "events"), rapid.Uint64Range(0, 5).Draw(t, "rated")
		f.Limited, f.Visits = rapid.Uint64Range(0, 3).Draw(t, "limited"), rapid.Uint64Range(0, 9).Draw(t, "visits")
		e, err := s.Root.Children[0].Measure(&f)
		if err != nil {
			return // an overflow, which is said
		}
		again, err := s.Root.Children[0].Measure(&f)
		if err != nil || again.Value != e.Value || again.Spread.SE != e.Spread.SE {
			t.Fatalf("%s: %+v, then %+v, %v", formula, e, again, err)
		}
		if !e.Known {
			return
		}
		var base float64
		switch e.Spread.Kind {
		case evaluation.Binomial:
			base = e.Spread.Hits / e.Spread.N
			if e.Spread.Hits < 0 || e.Spread.Hits > e.Spread.N {
				t.Fatalf("%s: %v hits of %v", formula, e.Spread.Hits, e.Spread.N)
			}
		case evaluation.Poisson:
			base = e.Spread.Hits / e.Spread.N
		case evaluation.Normal:
			base = e.Spread.Mean
			if !(e.Spread.SE >= 0) || math.IsInf(e.Spread.SE, 0) {
				t.Fatalf("%s: standard error %v", formula, e.Spread.SE)
			}
		case evaluation.Order:
			base, _ = e.Spread.Histogram.Quantile(e.Spread.Q)
		default:
			t.Fatalf("%s does not vary: %+v", formula, e)
		}
		if got := e.Spread.Offset + e.Spread.Factor*base; math.Abs(got-e.Number) > 1e-9*max(math.Abs(e.Number), math.Abs(e.Spread.Offset), 1) {
			t.Fatalf("%s: %v by its spread %+v, %v by its value", formula, got, e.Spread, e.Number)
		}
	})
}

func BenchmarkMeasure(b *testing.B) {
	f := probes()[0]
	for _, formula := range []string{"bad / valid * 100000", "1 - promised_seconds / statutory_seconds", "mean_level()", "median(handling_times)"} {
		n := leaf(b, formula)
		b.Run(formula, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := n.Measure(f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
