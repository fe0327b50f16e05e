package statistics

import (
	"math"
	"testing"
)

func TestBinomialLimitByHand(t *testing.T) {
	for _, c := range []struct {
		q    float64
		n    uint64
		p    float64
		want float64
	}{
		{0.5, 4, 0.5, 2 - (0.6875-0.5)/0.375},    // F(2) = 11/16, F(1) = 5/16
		{0.975, 4, 0.5, 4 - (1-0.975)/0.0625},    // F(3) = 15/16
		{0.025, 4, 0.5, 0},                       // F(0) = 1/16 lies above it already
		{0.75, 2, 0.25, 1 - (0.9375-0.75)/0.375}, // F(1) = 15/16, F(0) = 9/16
		{0.9, 0, 0.5, 0}, {0.9, 7, 0, 0}, {0.9, 7, 1, 7}, {0, 7, 0.5, 0}, {1, 7, 0.5, 7},
	} {
		if got := BinomialLimit(c.q, c.n, c.p); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("BinomialLimit(%v, %d, %v) = %v, want %v", c.q, c.n, c.p, got, c.want)
		}
	}
	for _, c := range [][2]float64{{-0.1, 0.5}, {1.1, 0.5}, {0.5, -0.1}, {0.5, 1.1}, {math.NaN(), 0.5}, {0.5, math.NaN()}} {
		if got := BinomialLimit(c[0], 10, c[1]); !math.IsNaN(got) {
			t.Errorf("BinomialLimit(%v, 10, %v) = %v", c[0], c[1], got)
		}
	}
}

// TestBinomialLimitHoldsItsShare: whole counts up to the limit are what chance does in at most a share q, with the next one in
// at least that.
func TestBinomialLimitHoldsItsShare(t *testing.T) {
	for _, n := range []uint64{1, 3, 20, 300, 5000, 1_000_000, 50_000_000} {
		for _, p := range []float64{0.00001, 0.0008, 0.02, 0.5, 0.97} {
			last := 0.0
			for _, q := range []float64{0.001, 0.025, 0.5, 0.975, 0.999} {
				limit := BinomialLimit(q, n, p)
				if limit < last || limit > float64(n) {
					t.Fatalf("limits of n = %d, p = %v at q = %v: %v after %v", n, p, q, limit, last)
				}
				last = limit
				r := uint64(math.Ceil(limit))
				if r == 0 {
					continue
				}
				if head := 1 - BinomialTail(r+1, n, p); head < q-1e-9 {
					t.Errorf("n = %d, p = %v, q = %v: F(%d) = %v", n, p, q, r, head)
				}
				if head := 1 - BinomialTail(r, n, p); head > q+1e-9 {
					t.Errorf("n = %d, p = %v, q = %v: F(%d) = %v already", n, p, q, r-1, head)
				}
			}
		}
	}
}
