package statistics

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

var unitNormal = distuv.UnitNormal

func TestNormalTable(t *testing.T) {
	// The bits are a probability; the number is the quantile there.
	worst := 0.0
	for i := range 200_000 {
		i++ // 0 is the end of the table
		x := mix(uint64(i))
		if i%2 == 0 {
			x >>= 1 + i%8 // the tails too
		}
		got := normal(x)
		half := (float64(x<<1) + 0.5) * 0x1p-65
		want := -unitNormal.Quantile(half)
		if x>>63 == 1 {
			want = -want
		}
		worst = max(worst, math.Abs(got-want))
	}
	if worst > 3e-4 {
		t.Errorf("off by %v", worst)
	}
	for _, x := range []uint64{0, 1 << 63, math.MaxUint64, 1} {
		if z := normal(x); math.IsNaN(z) || math.Abs(z) > 7 {
			t.Errorf("bits %x give %v", x, z)
		}
	}
}

// Moments of 2,000 slots × 2,000 draws, and no likeness between neighbouring draws or slots.
func TestNormalsAreStandardAndIndependent(t *testing.T) {
	d := NewDraws([32]byte{1}, 2000)
	z, before := make([]float64, d.Len()), make([]float64, d.Len())
	var m1, m2, m4, lag, across, n float64
	for slot := range uint64(2000) {
		d.Normals(slot, z)
		for i, v := range z {
			m1, m2, m4, n = m1+v, m2+v*v, m4+v*v*v*v, n+1
			if i > 0 {
				lag += v * z[i-1]
			}
			across += v * before[i]
		}
		copy(before, z)
	}
	for _, c := range []struct {
		name            string
		got, want, five float64 // five standard errors
	}{
		{"mean", m1 / n, 0, 5 / math.Sqrt(n)},
		{"variance", m2 / n, 1, 5 * math.Sqrt(2/n)},
		{"fourth moment", m4 / n, 3, 5 * math.Sqrt(96/n)},
		{"covariance of neighbouring draws", lag / n, 0, 5 / math.Sqrt(n)},
		{"covariance of neighbouring slots", across / n, 0, 5 / math.Sqrt(n)},
	} {
		if math.Abs(c.got-c.want) > c.five {
			t.Errorf("%s is %v, want %v ± %v", c.name, c.got, c.want, c.five)
		}
	}
}

func TestDrawsDependOnSeedDrawAndSlotAlone(t *testing.T) {
	long, short := NewDraws([32]byte{7}, 3000), NewDraws([32]byte{7}, 10)
	a, b, c := make([]float64, 3000), make([]float64, 10), make([]float64, 10)
	short.Normals(4, c)
	short.Normals(3, b)
	long.Normals(3, a)
	if !slices.Equal(a[:10], b) || slices.Equal(b, c) {
		t.Errorf("%v, %v, %v", a[:10], b, c)
	}
	NewDraws([32]byte{8}, 10).Normals(3, c)
	if slices.Equal(b, c) {
		t.Error("the seed changes nothing")
	}
}

func TestGammaQuantileAgrees(t *testing.T) {
	for _, shape := range []float64{0.02, 0.5, 0.7, 1, 1.5, 3, 10, 31, 64, 500, 9999, 2e4, 1e6} {
		for z := -4.0; z <= 4; z += 0.25 {
			got, want := GammaQuantile(z, shape), distuv.Gamma{Alpha: shape, Beta: 1}.Quantile(unitNormal.CDF(z))
			if !near(got, want, 2e-6) && math.Abs(got-want) > 1e-12 {
				t.Errorf("shape %v, z %v: %v, want %v", shape, z, got, want)
			}
		}
	}
}

// Against the exact quantile, in standard deviations of the distribution.
func TestGammaCurve(t *testing.T) {
	var c Curve
	for shape := 0.5; shape < 3000; shape *= 1.13 {
		c.SetGamma(shape, 2)
		for z := -3.5; z <= 3.5; z += 0.0371 {
			off := math.Abs(2*c.At(z)-GammaQuantile(z, shape)) / math.Sqrt(shape)
			if off > 2e-3 && (shape < wilsonHilferty || off > 5e-3) {
				t.Errorf("shape %v, z %v: off by %v standard deviations", shape, z, off)
			}
		}
		if c.At(-9) != c[0] || math.Abs(c.At(9)-c[len(c)-1]) > 1e-9*c[len(c)-1] {
			t.Errorf("shape %v: the ends are %v, %v", shape, c.At(-9), c.At(9))
		}
	}
}

func TestShareCurveIsBeta(t *testing.T) {
	var c Curve
	for _, ab := range [][2]float64{{50.5, 51}, {50.5, 900}, {80, 20_000}, {3000, 60}} {
		c.SetShare(ab[0], ab[1])
		beta := distuv.Beta{Alpha: ab[0], Beta: ab[1]}
		for _, z := range []float64{-2.5, -1.96, -1, 0, 1, 1.96, 2.5} {
			off := math.Abs(c.At(z)-beta.Quantile(unitNormal.CDF(z))) / beta.StdDev()
			if off > 0.01 {
				t.Errorf("Beta%v at %v: off by %v standard deviations", ab, z, off)
			}
		}
	}
}

func TestPolygammas(t *testing.T) {
	const euler = 0.57721566490153286
	for _, c := range []struct{ got, want float64 }{
		{digamma(1), -euler},
		{digamma(0.5), -euler - 2*math.Ln2},
		{trigamma(1), math.Pi * math.Pi / 6},
		{trigamma(0.5), math.Pi * math.Pi / 2},
		{tetragamma(1), -2 * 1.2020569031595942},
		{tetragamma(0.5), -14 * 1.2020569031595942},
	} {
		if !near(c.got, c.want, 1e-10) {
			t.Errorf("%v, want %v", c.got, c.want)
		}
	}
}

// By hand: five units with exposures of 1,000 and hits 0, 1, 2, 3, 14. Mean 4/1,000. Σh²/n = 0.21, (Σh)²/Σn = 0.08,
// (k−1)·mean = 0.016, Σn − Σn²/Σn = 4,000: τ² = 0.114/4,000 = 2.85e-5,
// τ²/m² = 1.78125. 1/a = (5·1.78125 + 2.5)/10 = 1.140625: a = 0.876712, b = 219.178.
func TestFitGammaByHand(t *testing.T) {
	var sum Moments
	for _, h := range []float64{0, 1, 2, 3, 14} {
		if _, _, ok := FitGamma(sum); ok {
			t.Errorf("fitted from %d units", sum.Units)
		}
		sum = sum.Plus(MomentsOf(h, 1000))
	}
	a, b, ok := FitGamma(sum)
	if !ok || !near(a, 0.876712, 1e-5) || !near(b, 219.178, 1e-5) {
		t.Errorf("a %v, b %v, %v", a, b, ok)
	}
	var alike, none Moments
	for range 8 {
		alike, none = alike.Plus(MomentsOf(3, 1000)), none.Plus(MomentsOf(0, 1000))
	}
	// 1/a = 2.5/13.
	if a, b, ok := FitGamma(alike); !ok || !near(a, 5.2, 1e-9) || !near(b, 5.2/0.003, 1e-9) {
		t.Errorf("units alike: a %v, b %v, %v", a, b, ok)
	}
	for range 100 {
		alike = alike.Plus(MomentsOf(3, 1000))
	}
	if a, _, _ := FitGamma(alike); a != GreatestShape {
		t.Errorf("many units alike: a %v", a)
	}
	if _, _, ok := FitGamma(none); ok {
		t.Error("fitted without a hit")
	}
}

// Rates drawn from a known prior give it back, roughly.
func TestFitGammaFindsThePrior(t *testing.T) {
	const a, b = 3.0, 3000.0
	d := NewDraws([32]byte{2}, 4000)
	z, u := make([]float64, d.Len()), make([]float64, d.Len())
	d.Normals(1, z)
	d.Normals(2, u)
	var c Curve
	c.SetGamma(a, b)
	var sum Moments
	for i := range z {
		n := float64(500 + 40*(i%400))
		mean := c.At(z[i]) * n
		sum = sum.Plus(MomentsOf(distuv.Poisson{Lambda: mean}.Rand(), n))
	}
	gotA, gotB, ok := FitGamma(sum)
	if !ok || math.Abs(gotA-a) > 0.5 || math.Abs(gotB-b) > 500 {
		t.Errorf("a %v, b %v", gotA, gotB)
	}
}

func TestLeaveOneOutForgetsTheUnit(t *testing.T) {
	units := []Moments{MomentsOf(3, 1e9), MomentsOf(1, 30), MomentsOf(7, 500), MomentsOf(0, 12)}
	before := LeaveOneOut(units)
	units[0] = MomentsOf(1e6, 1e9)
	after := LeaveOneOut(units)
	if before[0] != after[0] {
		t.Errorf("the others' moments changed with the unit: %+v, %+v", before[0], after[0])
	}
	if got := before[0]; got.Units != 3 || got.Hits != 8 || got.Exposure != 542 {
		t.Errorf("the others: %+v", got)
	}
	if before[2] == after[2] {
		t.Error("another unit's change is not seen")
	}
}

func TestWilsonByHand(t *testing.T) {
	// 3 of 10: (0.3 + 0.19207 ± 1.96·√(0.021 + 0.0096036)) / 1.38415, at four digits.
	low, high := Wilson(3, 10)
	if fmt.Sprintf("%.4f %.4f", low, high) != "0.1078 0.6032" {
		t.Errorf("%v to %v", low, high)
	}
	if low, high = Wilson(0, 10); low != 0 || high < 0.27 || high > 0.28 {
		t.Errorf("none of ten: %v to %v", low, high)
	}
}

func BenchmarkNormals(b *testing.B) {
	d := NewDraws([32]byte{1}, 2000)
	z := make([]float64, 2000)
	for i := range b.N {
		d.Normals(uint64(i), z)
	}
}

func BenchmarkGammaCurve(b *testing.B) {
	var c Curve
	d := NewDraws([32]byte{1}, 2000)
	z := make([]float64, 2000)
	for i := range b.N {
		c.SetGamma(0.5+float64(i%40), 1)
		d.Normals(uint64(i), z)
		c.Map(z)
	}
}
