package evaluation

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestMomentsByHand(t *testing.T) {
	h := Histogram{}
	for _, seconds := range []float64{3600, 3600, 7200, 7200} {
		h[Bucket(seconds)]++
	}
	n, mean, variance := h.Moments()
	if n != 4 || math.Abs(mean/5400-1) > 0.02 || math.Abs(math.Sqrt(variance)/1800-1) > 0.08 {
		t.Errorf("%d durations of %v s, variance %v", n, mean, variance)
	}
	if n, mean, variance := (Histogram{}).Moments(); n != 0 || mean != 0 || variance != 0 {
		t.Errorf("of nothing: %d, %v, %v", n, mean, variance)
	}
	if _, _, variance := (Histogram{400: 1_000_000_000}).Moments(); math.Sqrt(variance) > 1e-6*bucketSeconds(400) {
		t.Errorf("equal durations vary by %v", variance)
	}
	if _, mean, _ := (Histogram{math.MaxUint16: 1}).Moments(); mean != longest {
		t.Errorf("the longest duration is %v", mean)
	}
}

// Histograms are within 2 % of what was counted, and so is their mean.
func TestMomentsAreNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Float64Range(60, 1e7), 1, 50).Draw(t, "times")
		h := Histogram{}
		var sum float64
		for _, seconds := range times {
			h[Bucket(seconds)]++
			sum += seconds
		}
		n, mean, _ := h.Moments()
		if want := sum / float64(len(times)); n != uint64(len(times)) || math.Abs(mean-want) > 0.0201*want {
			t.Fatalf("mean %v of %d, want %v of %d", mean, n, want, len(times))
		}
	})
}
