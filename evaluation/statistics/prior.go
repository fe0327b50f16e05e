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
// Few units, or units with few hits, often show less difference than chance alone would make; the moments then say
// that all units are one, and the prior would outweigh any evidence. A shape of at most 10 says that offices differ by
// a third or more; a unit's own counts outweigh the prior as soon as 10 hits are expected of them. A shape of at least
// ½, that of Jeffreys' prior, keeps a prior from claiming that most rates are next to nothing.
const (
	LeastShape    = 0.5
	GreatestShape = 10.0
)

// LeastUnits is the smallest number of units that a prior is fitted from.
const LeastUnits = 5

// FitGamma fits a Gamma distribution of rates, shape a and rate b, by the method of moments: the mean is Σh/Σn; the
// variance is what the weighted variance between units has beyond that of Poisson counts,
//
//	τ² = (Σ h²/n − (Σh)²/Σn − (k−1)·Σh/Σn) ÷ (Σn − Σn²/Σn),  a = mean²/τ², b = mean/τ²,
//
// with a bounded as [GreatestShape] explains. ok is false below [LeastUnits] units and without a hit.
//
// R. J. Marshall, Mapping disease and mortality rates using empirical Bayes estimators, Applied Statistics 40 (1991),
// 283-294; the denominator without bias is that of R. DerSimonian and N. Laird, Meta-analysis in clinical trials,
// Controlled Clinical Trials 7 (1986), 177-188.
func FitGamma(m Moments) (a, b float64, ok bool) {
	if m.Units < LeastUnits || m.Hits <= 0 {
		return 0, 0, false
	}
	mean := m.Hits / m.Exposure
	between := m.weighted - float64(m.Hits*mean) - float64(float64(m.Units-1)*mean)
	a = GreatestShape
	if room := m.Exposure - m.squares/m.Exposure; between > 0 && room > 0 {
		a = min(max(float64(mean*mean)/(between/room), LeastShape), GreatestShape)
	}
	return a, a / mean, true
}
