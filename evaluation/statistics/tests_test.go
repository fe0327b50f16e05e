package statistics

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"
)

func near(a, b, relative float64) bool {
	return a == b || math.Abs(a-b) <= relative*max(math.Abs(a), math.Abs(b))
}

func TestElementaryFunctions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-700, 700).Draw(t, "x")
		if got := exp(x); !near(got, math.Exp(x), 2e-15) {
			t.Fatalf("exp(%v) = %v, want %v", x, got, math.Exp(x))
		}
		y := math.Exp(x)
		if got := log(y); math.Abs(got-math.Log(y)) > 1e-15*max(1, math.Abs(x)) {
			t.Fatalf("log(%v) = %v, want %v", y, got, math.Log(y))
		}
		small := rapid.Float64Range(-0.99, 3).Draw(t, "small")
		if got := log1p(small); !near(got, math.Log1p(small), 4e-14) {
			t.Fatalf("log1p(%v) = %v, want %v", small, got, math.Log1p(small))
		}
		g := math.Exp(rapid.Float64Range(-5, 25).Draw(t, "ln g"))
		if want, _ := math.Lgamma(g); math.Abs(logGamma(g)-want) > 1e-13*max(1, math.Abs(want)) {
			t.Fatalf("logGamma(%v) = %v, want %v", g, logGamma(g), want)
		}
	})
	for _, x := range []float64{exp(math.Inf(-1)), exp(-800)} {
		if x != 0 {
			t.Errorf("exp far below 0 is %v", x)
		}
	}
	if !math.IsInf(exp(800), 1) || !math.IsInf(log(0), -1) || !math.IsNaN(log(-1)) || !math.IsInf(log(math.Inf(1)), 1) {
		t.Error("the ends of exp and log")
	}
}

func TestTailsAgreeWithIncompleteFunctions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mean := math.Exp(rapid.Float64Range(-8, 10).Draw(t, "ln mean"))
		k := rapid.Uint64Range(1, uint64(2*mean)+10).Draw(t, "k")
		if got, want := PoissonTail(k, mean), mathext.GammaIncReg(float64(k), mean); math.Abs(got-want) > 1e-9 {
			t.Fatalf("P(X ≥ %d), mean %v: %v, want %v", k, mean, got, want)
		}
		n := rapid.Uint64Range(1, 20_000).Draw(t, "n")
		k = rapid.Uint64Range(1, n).Draw(t, "hits")
		p := rapid.Float64Range(1e-6, 1-1e-6).Draw(t, "p")
		if got, want := BinomialTail(k, n, p), mathext.RegIncBeta(float64(k), float64(n-k)+1, p); math.Abs(got-want) > 1e-9 {
			t.Fatalf("P(X ≥ %d of %d), p %v: %v, want %v", k, n, p, got, want)
		}
	})
}

// The figures of a province's July: 94.7 bad per million.
func TestTailsByHand(t *testing.T) {
	const rate = 1275.0 / 13_461_728
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"no bad of 25,852: e^-2.448", 1 - PoissonTail(1, 25_852*rate), 0.0864},
		{"no bad of 56,220: e^-5.325", 1 - PoissonTail(1, 56_220*rate), 0.00487},
		{"none where 168.2 are expected", PoissonHead(0, 168.2), math.Exp(-168.2)},
		{"19 or fewer where 115.2 are expected", PoissonHead(19, 115.2), 1.346437e-28},
		{"as many as expected", PoissonHead(4, 4), 0.628837},
		{"none of none", PoissonHead(0, 0), 1},
		{"two heads or more of three", BinomialTail(2, 3, 0.5), 0.5},
		{"three heads of three", BinomialTail(3, 3, 0.5), 0.125},
		{"none is certain", BinomialTail(0, 3, 0.5), 1},
		{"more than there are", BinomialTail(4, 3, 0.5), 0},
		{"never", BinomialTail(1, 3, 0), 0},
		{"always", BinomialTail(3, 3, 1), 1},
		{"nothing expected", PoissonTail(1, 0), 0},
		{"without bound", PoissonTail(9, math.Inf(1)), 1},
		// 0 of 5 in equal exposures: 1/32 has every hit on one side; mid-p halves it, two sides double it.
		{"0 and 5 of equal exposures", RateChange(0, 1000, 5, 1000), 1.0 / 32},
		{"the same", RateChange(5, 1000, 5, 1000), 1},
		{"nothing bad", RateChange(0, 1000, 0, 10), 1},
		{"no exposure", RateChange(0, 0, 3, 10), 1},
	} {
		if !near(c.got, c.want, 3e-3) {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	for _, x := range []float64{PoissonTail(1, -1), PoissonTail(1, math.NaN()), BinomialTail(1, 2, 1.5), BinomialTail(1, 2, math.NaN())} {
		if !math.IsNaN(x) {
			t.Errorf("outside its range a tail is %v", x)
		}
	}
}

func TestRateChangeIsSymmetricAndSmallInTheTails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(1, 5_000_000)
		h := rapid.Uint64Range(0, 2000)
		n0, n1, h0, h1 := n.Draw(t, "n0"), n.Draw(t, "n1"), h.Draw(t, "h0"), h.Draw(t, "h1")
		p, swapped := RateChange(h0, n0, h1, n1), RateChange(h1, n1, h0, n0)
		if p < 0 || p > 1 || !near(p, swapped, 1e-6) {
			t.Fatalf("p %v, swapped %v", p, swapped)
		}
	})
	if p := RateChange(10, 1_000_000, 400, 1_000_000); !(p > 0 && p < 1e-80) {
		t.Errorf("400 against 10: %v", p)
	}
}

// Under no change the share of p ≤ 0.05 is about that; mid-p may pass it a little.
func TestRateChangeHoldsItsLevel(t *testing.T) {
	const mean = 12.0
	at := func(k int) float64 {
		g, _ := math.Lgamma(float64(k) + 1)
		return math.Exp(float64(k)*math.Log(mean) - mean - g)
	}
	var wrong float64
	for a := range 60 {
		for b := range 60 {
			if RateChange(uint64(a), 100_000, uint64(b), 100_000) <= 0.05 {
				wrong += at(a) * at(b)
			}
		}
	}
	if wrong < 0.035 || wrong > 0.06 {
		t.Errorf("a share of %v is called changed where nothing has", wrong)
	}
}

func TestBenjaminiHochbergByHand(t *testing.T) {
	// 0.01·4/1, 0.02·4/2, 0.03·4/3, 0.5·4/4, each at most the one after it.
	got := BenjaminiHochberg([]float64{0.5, 0.01, math.NaN(), 0.03, 0.02})
	want := []float64{0.625, 0.05, 1, 0.05, 0.05}
	for i := range want {
		if !near(got[i], want[i], 1e-12) {
			t.Errorf("q[%d] = %v, want %v", i, got[i], want[i])
		}
	}
	if len(BenjaminiHochberg(nil)) != 0 {
		t.Error("of nothing comes something")
	}
}
