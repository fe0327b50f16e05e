package scoring

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"haochaping/evaluation"
)

// mixed is a scheme of 20 leaves: six rare counts, of which two shrink, six shares, four means, two medians, two imported values of
// which one has a standard error; with one leaf of each relative normaliser, or none.
func mixed(relative bool) string {
	var b strings.Builder
	add := func(id, formula, direction, more string) {
		fmt.Fprintf(&b, "  - {id: %s, name: %s, weight: 1, missing: renormalise, unit: number, direction: %s, %s, %s}\n", id, id, direction, formula, more)
	}
	linear := func(floor, target any) string {
		return fmt.Sprintf("normalise: {kind: linear, floor: %v, target: %v}", floor, target)
	}
	percentile, minMax, standard := linear(500, 0), linear(0.5, 1), linear(2, 1)
	if relative {
		percentile, minMax, standard = "normalise: {kind: percentile}", "normalise: {kind: min_max}", "normalise: {kind: z_score, centre: 60, spread: 15}"
	}
	per := func(count string) string { return "formula: " + count + " * 100000" }
	add("bad", per("bad / valid"), "lower", linear(500, 0)+", shrink: true")
	add("worst", per("level_1 / valid"), "lower", linear(500, 0)+", shrink: true")
	add("late", per("excluded / valid"), "lower", linear(500, 0))
	add("declined", per("declined / accepted"), "lower", linear(500, 0))
	add("again", per("bad_reviews / handled"), "lower", linear(500, 0))
	add("second", per("level_2 / handled"), "lower", percentile)
	add("good", "formula: good / valid", "higher", linear(0.9, 1))
	add("on_time", "formula: on_time / promised", "higher", "normalise: {kind: steps, steps: [{at: 0.99, points: 100}, {at: 0.95, points: 80}, {at: 0.9, points: 60}]}")
	add("early", "formula: early / promised", "higher", minMax)
	add("active", "formula: rated / events", "higher", linear(0, 0.5))
	add("asked", "formula: prompted / events", "higher", "normalise: {kind: deductions, free: 0.9, every: 0.01, per: 2}")
	add("online", "formula: filed_online / finished", "higher", linear(0, 1))
	add("level", "formula: mean_level()", "higher", linear(1, 5))
	add("visits", "formula: visits / visits_known", "lower", standard)
	add("time", "formula: handling_seconds / handled", "lower", linear(1728000, 0))
	add("work", "formula: working_seconds / worked", "lower", linear(1728000, 0))
	add("median", "formula: median(handling_times)", "lower", linear(1728000, 0))
	add("ninth", "formula: 'quantile(working_times, 0.9)'", "lower", linear(1728000, 0))
	add("guide", "imported: true", "higher", linear(0, 100))
	add("calls", "imported: true", "higher", linear(0, 100))
	return b.String()
}

func randomUnits(n int, seed uint64) []Unit {
	r := rand.New(rand.NewPCG(seed, 1))
	units := make([]Unit, n)
	for i := range units {
		size := uint64(1) << (6 + r.Uint64N(10))
		size += r.Uint64N(size)
		part := func(of uint64, share float64) uint64 {
			return min(of, uint64(float64(float64(of)*share*(0.8+float64(0.4*r.Float64())))+r.Float64()))
		}
		f := evaluation.Facts{
			Events: size * 3, Accepted: size * 2, Finished: size * 2, Promised: size * 2, Handled: size * 2, Worked: size * 2, VisitsKnown: size,
			Excluded: part(size, 0.0002), Declined: part(size, 0.001),
		}
		f.Levels = [5]uint64{part(size, 0.00008), part(size, 0.0002), part(size, 0.01), part(size, 0.05), size}
		f.Rated, f.Prompted = part(f.Events, 0.3), part(f.Events, 0.8)
		f.OnTime = part(f.Promised, 0.98)
		f.Early, f.FiledOnline = part(f.OnTime, 0.5), part(f.Finished, 0.6)
		f.Visits = part(f.VisitsKnown, 0.7)
		f.VisitsSquared = f.Visits * 2
		f.Handling, f.Working = evaluation.Histogram{}, evaluation.Histogram{}
		middle := 250 + r.Uint64N(60)
		for b := range uint64(40) {
			f.Handling[uint16(middle+b)], f.Working[uint16(middle-30+b)] = size/20, size/20
		}
		f.Handled, f.Worked = f.Handling.Count(), f.Working.Count()
		f.HandlingSeconds, f.WorkingSeconds = f.Handled*(80_000+r.Uint64N(90_000)), f.Worked*(20_000+r.Uint64N(30_000))
		f.FollowUps.Bad = f.Bad()
		units[i] = Unit{
			Code: fmt.Sprintf("%06d", i), Order: i, Group: fmt.Sprint(i % 12), Facts: f,
			Imported: map[string]Imported{"guide": {Value: 60 + float64(40*r.Float64())}, "calls": {Value: 60 + float64(30*r.Float64()), SE: 1 + r.Float64()}},
		}
	}
	return units
}

// The country's counties by 20 indicators; the target is 3 s on two cores.
func BenchmarkEvaluate(b *testing.B) {
	for _, relative := range []bool{false, true} {
		s := load(b, "", mixed(relative))
		units := randomUnits(3300, 1)
		b.Run(fmt.Sprintf("relative=%v", relative), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := evaluate(b, s, units, Options{}); len(r.Ranked) != len(units) {
					b.Fatalf("%d ranked; %+v", len(r.Ranked), r.Listed[0].Reason)
				}
			}
		})
	}
}
