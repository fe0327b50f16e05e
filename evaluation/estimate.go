package evaluation

// Estimate is a value together with what could have made it come out otherwise.
type Estimate struct {
	Value
	Spread Spread
}

// SpreadKind is the distribution that a value varies by.
type SpreadKind string

// The kinds. The base of each is what Offset and Factor of a [Spread] are applied to.
const (
	// Fixed does not vary: published and imported values without a standard error.
	Fixed SpreadKind = ""
	// Binomial is a share: Hits of N, base 0 to 1.
	Binomial SpreadKind = "binomial"
	// Poisson is a rare count: Hits over an exposure of N, base Hits / N.
	Poisson SpreadKind = "poisson"
	// Normal is a mean: base Mean with the standard error SE.
	Normal SpreadKind = "normal"
	// Order is a quantile of a histogram: base its Q-quantile in seconds.
	Order SpreadKind = "order"
)

// Spread says how an estimate varies with the sample: estimate = Offset + Factor × base. Only the fields of its
// kind mean something.
type Spread struct {
	Kind      SpreadKind
	Hits, N   float64
	Mean, SE  float64
	Histogram Histogram
	Q         float64 // 0 to 1
	Offset    float64
	Factor    float64
}
