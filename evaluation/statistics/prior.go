package statistics

// Moments are the sums over units from which a prior of their rates is fitted.
type Moments struct {
	Units    int
	Hits     float64 // Σ h
	Exposure float64 // Σ n
	squares  float64 // Σ n²
	weighted float64 // Σ h²/n
}

// MomentsOf are the moments of one unit with hits in an exposure above 0.
func MomentsOf(hits, exposure float64) Moments {
	return Moments{
		Units: 1, Hits: hits, Exposure: exposure,
		squares: float64(exposure * exposure), weighted: float64(hits*hits) / exposure,
	}
}

// Plus is the sum of two moments.
func (m Moments) Plus(o Moments) Moments {
	return Moments{m.Units + o.Units, m.Hits + o.Hits, m.Exposure + o.Exposure, m.squares + o.squares, m.weighted + o.weighted}
}

// LeaveOneOut gives for each unit the moments of all the others, by sums from both ends: what a unit has leaves not
// even a last bit in what is said of the others.
func LeaveOneOut(of []Moments) []Moments {
	others := make([]Moments, len(of))
	var before, after Moments
	for i := range of {
		others[i] = before
		before = before.Plus(of[i])
	}
	for i := len(of) - 1; i >= 0; i-- {
		others[i] = others[i].Plus(after)
		after = after.Plus(of[i])
	}
	return others
}

// The bounds of a prior's shape. The rates that a Gamma distribution of shape a describes differ by 1/√a of their mean
// (one standard deviation).
//
// Units with few hits often show less difference than chance alone would make; the moments then say that all units are
// one, and the prior would outweigh any evidence. A shape of at most 10 says that offices differ by a third or more; a
// unit's own counts outweigh the prior as soon as 10 hits are expected of them. A shape of at least ½, that of
// Jeffreys' prior, keeps a prior from claiming that most rates are next to nothing.
const (
	LeastShape    = 0.5
	GreatestShape = 10.0
)

// LeastUnits is the smallest number of units that a prior is fitted from. As many again are supposed to be known that
// differ as usual, with a variance of usualVariance times the square of the mean: a handful of units says little about
// how much units differ, and one rating more must not turn a weak prior into a strong one.
const (
	LeastUnits    = 5
	usualVariance = 0.5
)

// FitGamma fits a Gamma distribution of rates, shape a and rate b, by the method of moments: the mean m is Σh/Σn; the
// variance is what the weighted variance between k units has beyond that of Poisson counts,
//
//	τ² = (Σ h²/n − (Σh)²/Σn − (k−1)·m) ÷ (Σn − Σn²/Σn),
//	1/a = (k·max(τ²/m², 0) + 5·½) ÷ (k + 5),  b = a/m,
//
// with a bounded as [GreatestShape] explains. ok is false below [LeastUnits] units and without a hit.
//
// R. J. Marshall, Mapping disease and mortality rates using empirical Bayes estimators, Applied Statistics 40 (1991),
// 283-294; the denominator without bias is that of R. DerSimonian and N. Laird, Meta-analysis in clinical trials,
// Controlled Clinical Trials 7 (1986), 177-188. The five units supposed besides are this product's.
func FitGamma(m Moments) (a, b float64, ok bool) {
	if m.Units < LeastUnits || m.Hits <= 0 {
		return 0, 0, false
	}
	mean, units := m.Hits/m.Exposure, float64(m.Units)
	excess := m.weighted - float64(m.Hits*mean) - float64((units-1)*mean)
	variance := 0.0 // in squares of the mean
	if room := m.Exposure - m.squares/m.Exposure; excess > 0 && room > 0 {
		variance = excess / room / float64(mean*mean)
	}
	a = (units + LeastUnits) / (float64(units*variance) + LeastUnits*usualVariance)
	a = min(max(a, LeastShape), GreatestShape)
	return a, a / mean, true
}
