package evaluation

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func drawFacts(t *rapid.T) Facts {
	count := rapid.Uint64Range(0, 5000)
	some := func(name string) uint64 { return count.Draw(t, name) }
	f := Facts{
		Unanswered: some("unanswered"), Declined: some("declined"), Excluded: some("excluded"),
		Accepted: some("accepted"), VisitsKnown: some("visits known"), Visits: some("visits"),
		PromisedSeconds: some("promised seconds"), StatutorySeconds: some("statutory seconds"), Limited: some("limited"),
	}
	for i := range f.Levels {
		f.Levels[i], f.Defaults[i], f.Reassessed[i] = some("level"), some("default"), some("reassessed")
	}
	part := func(of uint64, name string) uint64 { return rapid.Uint64Range(0, of).Draw(t, name) }
	f.Events = some("events")
	f.Rated, f.Prompted = part(f.Events, "rated"), part(f.Events, "prompted")
	f.Finished = some("finished")
	f.Promised, f.OnTheSpot, f.FiledOnline = part(f.Finished, "promised"), part(f.Finished, "spot"), part(f.Finished, "online")
	f.OnTime = part(f.Promised, "on time")
	f.Early = part(f.OnTime, "early")
	f.Channels = rapid.MapOf(rapid.SampledFrom([]string{"tablet", "qr", "web"}), rapid.Custom(func(t *rapid.T) ChannelCount {
		return ChannelCount{Valid: count.Draw(t, "valid"), Bad: count.Draw(t, "bad")}
	})).Draw(t, "channels")
	f.Tags = rapid.MapOf(rapid.SampledFrom([]string{"510", "115"}), count).Draw(t, "tags")
	f.Hours = rapid.MapOf(rapid.Uint8Range(0, 23), count).Draw(t, "hours")
	f.Handling = rapid.MapOf(rapid.Uint16Range(0, 400), rapid.Uint64Range(1, 100)).Draw(t, "handling")
	f.Handled, f.HandlingSeconds = f.Handling.Count(), some("handling seconds")
	return f
}

// total is the sum of facts, in a Facts of its own.
func total(parts ...Facts) (f Facts) {
	for i := range parts {
		f.Add(&parts[i])
	}
	return f
}

func TestFactsAddUpInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawFacts(t), drawFacts(t), drawFacts(t)
		left, right := total(total(a, b), c), total(a, total(b, c))
		if diff := cmp.Diff(left, right, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(a+b)+c is not a+(b+c):\n%s", diff)
		}
		if diff := cmp.Diff(total(a, b), total(b, a), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("a+b is not b+a:\n%s", diff)
		}
		if diff := cmp.Diff(a, total(a, Facts{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("a+0 is not a:\n%s", diff)
		}
		if got, want := left.Valid(), a.Valid()+b.Valid()+c.Valid(); got != want {
			t.Fatalf("%d ratings, want %d", got, want)
		}
	})
}

func TestAddLeavesItsPartsAlone(t *testing.T) {
	part := Facts{Channels: map[string]ChannelCount{"qr": {1, 1}}, Tags: map[string]uint64{"510": 1}, Handling: Histogram{3: 1}}
	sum := total(part, part)
	if sum.Channels["qr"].Valid != 2 || sum.Tags["510"] != 2 || sum.Handling[3] != 2 {
		t.Errorf("sum: %+v", sum)
	}
	if part.Channels["qr"].Valid != 1 || part.Tags["510"] != 1 || part.Handling[3] != 1 {
		t.Errorf("the part was changed: %+v", part)
	}
}

func TestQuantileIsWithinTwoPercent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Spread over magnitudes, one second to about a year.
		durations := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
			return math.Exp(rapid.Float64Range(math.Log(1.0001), math.Log(3.2e7)).Draw(t, "ln seconds"))
		}), 1, 200).Draw(t, "durations")
		h := Histogram{}
		for _, d := range durations {
			h[Bucket(d)]++
		}
		slices.Sort(durations)
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		exact := durations[max(int(math.Ceil(q*float64(len(durations)))), 1)-1]
		got, ok := h.Quantile(q)
		if !ok || math.Abs(got-exact) > 0.02*exact {
			t.Fatalf("quantile %v of %d durations is %v, exactly %v", q, len(durations), got, exact)
		}
	})
}

func TestWilsonHoldsTheShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(1, 1<<40).Draw(t, "n")
		hits := rapid.Uint64Range(0, n).Draw(t, "hits")
		low, high, ok := Wilson(hits, n)
		p := float64(hits) / float64(n)
		if !ok || low < 0 || high > 1 || low > p || high < p || low >= high {
			t.Fatalf("%d of %d: %v to %v", hits, n, low, high)
		}
	})
}
