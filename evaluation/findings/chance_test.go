package findings

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"haochaping/evaluation"
)

// The tails are those of the distributions, summed plainly.
func TestTails(t *testing.T) {
	for _, tt := range []struct {
		o, total      uint64
		share, spread float64
	}{{3, 12, .1, 0}, {0, 40, .08, 0}, {9, 40, .08, 0}, {9, 40, .08, .2}, {0, 60, .3, .5}, {30, 31, .5, .01}, {5, 5, .2, 0}} {
		n := float64(tt.total)
		pmf := func(k float64) float64 {
			p := lgamma(n+1) - lgamma(k+1) - lgamma(n-k+1)
			if tt.spread == 0 {
				return math.Exp(p) * math.Pow(tt.share, k) * math.Pow(1-tt.share, n-k)
			}
			a := 1 / tt.spread
			b := a * (1 - tt.share) / tt.share
			return math.Exp(p + lgamma(k+a) + lgamma(n-k+b) + lgamma(a+b) - lgamma(n+a+b) - lgamma(a) - lgamma(b))
		}
		got := sharedTails(tt.o, tt.total, tt.share, tt.spread)
		if want := plainly(float64(tt.o), n, pmf); math.Abs(got-want) > 1e-9*want {
			t.Errorf("%+v: %v, want %v", tt, got, want)
		}
	}
	for _, tt := range []struct {
		o            uint64
		mean, spread float64
	}{{0, 3, 0}, {7, 3, 0}, {28, 6.2, .2}, {0, 30, .17}, {150, 9, .2}, {20, 20, 1e-3}} {
		pmf := func(k float64) float64 {
			if tt.spread == 0 {
				return math.Exp(k*math.Log(tt.mean) - tt.mean - lgamma(k+1))
			}
			a := 1 / tt.spread
			return math.Exp(lgamma(k+a)-lgamma(k+1)-lgamma(a)) * math.Pow(a/(a+tt.mean), a) * math.Pow(tt.mean/(a+tt.mean), k)
		}
		got := peerTails(tt.o, tt.mean, tt.spread)
		if want := plainly(float64(tt.o), 3000, pmf); math.Abs(got-want) > 1e-7*want {
			t.Errorf("%+v: %v, want %v", tt, got, want)
		}
	}
}

// plainly sums all of a distribution, from both ends so that a small tail is not what is left of 1.
func plainly(o, last float64, pmf func(float64) float64) float64 {
	upper, lower := pmf(o)/2, pmf(o)/2
	for k := last; k > o; k-- {
		if p := pmf(k); !math.IsNaN(p) {
			upper += p
		}
	}
	for k := 0.0; k < o; k++ {
		lower += pmf(k)
	}
	return min(1, 2*min(upper, lower))
}

// Of units that vary from month to month, but do not change, none is called changed more often than stated: without
// any change every call is wrong, so that at most 5 % of the provinces may have one. How much they vary is not told.
func TestVariationIsNoChange(t *testing.T) {
	const provinces, units = 120, 50
	for _, spread := range []float64{0, .02, .2} {
		wrong := 0
		for seed := range uint64(provinces) {
			r := rand.New(rand.NewPCG(seed, 77))
			if quiet(r, units, spread) > 0 {
				wrong++
			}
		}
		// three standard errors above 5 %
		if limit := provinces * (.05 + 3*math.Sqrt(.05*.95/provinces)); float64(wrong) > limit {
			t.Errorf("spread %v: %d of %d provinces without a change have one, want at most %.0f", spread, wrong, provinces, limit)
		}
	}
}

// quiet counts the calls in a province in which nothing changes.
func quiet(r *rand.Rand, units int, spread float64) (calls int) {
	var in Input
	in.Period.From, in.Period.To = firstDay, lastDay
	for u := range units {
		s := Series{Unit: Unit{Kind: Department, Code: fmt.Sprint(u), Line: "A"}}
		rate := .01 * (1 + r.Float64())
		for n := range 12 {
			valid := 1000 + r.Uint64N(4000)
			mean := float64(valid) * rate * gamma(r, spread)
			f := month{valid: valid, bad: uint64(max(0, math.Round(mean+math.Sqrt(mean)*r.NormFloat64())))}.facts()
			s.Add(firstDay.AddMonths(n), &f)
		}
		in.Units = append(in.Units, s)
	}
	for _, x := range MonthTests(in) {
		if x.Called {
			calls++
		}
	}
	return calls
}

// gamma has mean 1 and variance spread (Marsaglia and Tsang 2000, for shapes above 1).
func gamma(r *rand.Rand, spread float64) float64 {
	if spread == 0 {
		return 1
	}
	d := 1/spread - 1./3
	for {
		x := r.NormFloat64()
		v := math.Pow(1+x/math.Sqrt(9*d), 3)
		if v > 0 && math.Log(r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v * spread
		}
	}
}

// A change of the mix of channels is no change: QR codes bring more bad ratings at all times.
func TestMixIsNoChange(t *testing.T) {
	in := Input{}
	in.Period.From, in.Period.To = firstDay, lastDay
	for u := range 30 {
		s := Series{Unit: Unit{Kind: Department, Code: fmt.Sprint(u), Line: "A"}}
		for n := range 12 {
			qr := uint64(200)
			if n >= 6 && u < 5 {
				qr = 2000
			}
			f := evaluation.Facts{Channels: map[string]evaluation.ChannelCount{"qr": {Valid: qr, Bad: qr / 40}, "tablet": {Valid: 4000, Bad: uint64(2 + n%3)}}}
			f.Levels = [5]uint64{qr/40 + uint64(2+n%3), 0, 0, 0, 4000 + qr - qr/40 - uint64(2+n%3)}
			s.Add(firstDay.AddMonths(n), &f)
		}
		in.Units = append(in.Units, s)
	}
	for _, x := range MonthTests(in) {
		if x.Called || x.P < .01 {
			t.Errorf("%+v", x)
		}
	}
}

func TestParseHours(t *testing.T) {
	for _, tt := range []struct {
		text   string
		ok     bool
		closed []int // first open and first closed hour
	}{
		{"Mon-Fri 09:00-12:00,13:00-17:00; Sat 09:00-12:00", true, []int{8, 18}},
		{"周一至周五 8:30-17:30", true, []int{7, 19}},
		{"00:00-24:00", true, []int{0, 24}},
		{"", false, nil},
		{"by appointment", false, nil},
		{"17:00-09:00", false, nil},
		{"Mon-Fri", false, nil},
		{"9:99-12:00", false, nil},
	} {
		closed, ok := parseHours(tt.text)
		if ok != tt.ok {
			t.Errorf("%q: %v", tt.text, ok)
			continue
		}
		for h := range closed {
			if want := ok && (h < tt.closed[0] || h >= tt.closed[1]); closed[h] != want {
				t.Errorf("%q: hour %d is closed: %v", tt.text, h, closed[h])
			}
		}
	}
}
