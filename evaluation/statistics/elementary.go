package statistics

import "math"

// The elementary functions below are written out because those of package math are assembly on some processors and
// because a compiler may fuse a multiplication into an addition, so that last bits would differ between machines. An
// explicit conversion, float64(a*b), forbids the fusing. Square roots are exact everywhere by IEEE 754.

// Z975 is the 97.5 % point of the standard normal distribution: ±Z975 hold 95 %.
const Z975 = 1.959963984540054

const (
	ln2High      = 6.93147180369123816490e-01 // upper 32 bits of ln 2
	ln2Low       = 1.90821492927058770002e-10 // the rest
	halfLogTwoPi = 0.91893853320467274178
)

// taylor is 1/i!.
var taylor = func() (c [15]float64) {
	c[0] = 1
	for i := 1; i < len(c); i++ {
		c[i] = c[i-1] / float64(i)
	}
	return c
}()

// exp is eˣ, relative error below 4e-16: Taylor's series after taking out powers of 2.
func exp(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x > 709.7:
		return math.Inf(1)
	case x < -745.2:
		return 0
	}
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	r := x - float64(k*ln2High) - float64(k*ln2Low)
	sum := taylor[len(taylor)-1]
	for i := len(taylor) - 2; i >= 0; i-- {
		sum = taylor[i] + float64(r*sum)
	}
	if k > -1000 && k < 1000 {
		return sum * math.Float64frombits(uint64(int64(k)+1023)<<52)
	}
	return math.Ldexp(sum, int(k))
}

// log is the natural logarithm, −Inf at 0, NaN below.
func log(x float64) float64 {
	switch {
	case math.IsNaN(x) || x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	case math.IsInf(x, 1):
		return x
	}
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, e = m*2, e-1
	}
	return float64(float64(e)*ln2High) + (float64(float64(e)*ln2Low) + twiceAtanh((m-1)/(m+1)))
}

// log1p is log(1 + x) without losing a small x.
func log1p(x float64) float64 {
	if math.Abs(x) > 0.4 {
		return log(1 + x)
	}
	return twiceAtanh(x / (2 + x))
}

// twiceAtanh is log((1+s) / (1−s)) for |s| ≤ 0.26.
func twiceAtanh(s float64) float64 {
	s2 := float64(s * s)
	sum := 0.0
	for i := 29; i >= 3; i -= 2 {
		sum = float64(s2 * (1/float64(i) + sum))
	}
	return float64(2 * (s + float64(s*sum)))
}

// logGamma is ln Γ(x) for x > 0: Stirling's series (Abramowitz and Stegun 6.1.41) from 16 upwards, the recurrence
// below.
func logGamma(x float64) float64 {
	product := 1.0
	for x < 16 {
		product = float64(product * x)
		x++
	}
	r := 1 / x
	r2 := float64(r * r)
	series := 1.0 / 1188
	for _, c := range [...]float64{-1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12} {
		series = float64(series*r2) + c
	}
	return float64((x-0.5)*log(x)) - x + halfLogTwoPi + float64(series*r) - log(product)
}
