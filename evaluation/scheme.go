package evaluation

import (
	"errors"
	"fmt"
	"math"
)

// Scheme says how units are judged: which indicators count, how their values become points, how much each
// weighs, which sample is large enough, and where the tiers begin. It is data: two installations with the
// same scheme and the same facts rank alike.
type Scheme struct {
	ID             string
	Version        string
	NameZH, NameEN string
	Parts          []Part
	Tiers          []Tier // best first, the last one beginning at 0
}

// Part is one indicator within a scheme. Points grow linearly from 0 at Floor to 100 at Target and stay
// within 0 to 100 beyond them; Floor and Target are in the indicator's unit, so for an indicator where lower
// is better, Target is the smaller of the two.
type Part struct {
	Indicator string // an id of [Indicators]
	Weight    float64
	Floor     float64
	Target    float64
	MinimumN  uint64 // with a smaller sample the part is missing; 0 and 1 only ask for any data
	Missing   MissingRule
}

// MissingRule says what happens to a unit for which a part has no data or too small a sample.
type MissingRule string

// The rules.
const (
	// Renormalise leaves the part out and lets the others share its weight in proportion to theirs.
	Renormalise MissingRule = "renormalise"
	// LeaveOut lists the unit without a rank.
	LeaveOut MissingRule = "leave_out"
)

// Tier is a class of scores from Cutoff upwards to the next better tier. A tier may be empty: it is a
// cut-off, not a share of the units.
type Tier struct {
	ID             string
	NameZH, NameEN string
	Cutoff         float64 // smallest score in the tier, 0 to 100
}

// Name is the scheme's name in a language, see [Languages].
func (s Scheme) Name(lang string) string { return inLanguage(lang, s.NameZH, s.NameEN) }

// Name is the tier's name in a language, see [Languages].
func (t Tier) Name(lang string) string { return inLanguage(lang, t.NameZH, t.NameEN) }

const day = 24 * 60 * 60

// DefaultScheme is the scheme of an installation that has none of its own.
//
// Good rate and bad per 100,000 say the same thing on two scales, and both are needed. Where 99.85 % of all
// ratings are good, the good rate has reached its ceiling: between a unit with 50 and one with 250 bad
// ratings per 100,000 lies 0.2 points of good rate, which nobody sees. So the good rate is read coarsely, from
// 90 %, and weighs little (it tells only a really bad unit from the rest), and bad per 100,000 is read finely,
// from 500, and weighs most. The active rate weighs little on purpose: punishing silence makes clerks press for
// fives. Units without enough ratings are not ranked at all; where cases or service events are missing, which
// some sources never send, the other parts share their weight.
//
// The cut-offs of the tiers are those of a published five-tier evaluation; weights, floors, targets and minimum
// samples are this product's proposal and meant to be replaced by an authority's own.
func DefaultScheme() Scheme {
	return Scheme{
		ID: "default", Version: "1", NameZH: "默认评价方案", NameEN: "Default scheme",
		Parts: []Part{
			{Indicator: GoodRate, Weight: 10, Floor: 0.90, Target: 1, MinimumN: 300, Missing: LeaveOut},
			{Indicator: BadPer100k, Weight: 45, Floor: 500, Target: 0, MinimumN: 300, Missing: LeaveOut},
			{Indicator: ActiveRate, Weight: 10, Floor: 0, Target: 0.5, MinimumN: 100, Missing: Renormalise},
			{Indicator: OnTimeRate, Weight: 25, Floor: 0.90, Target: 1, MinimumN: 30, Missing: Renormalise},
			{Indicator: MedianHandling, Weight: 10, Floor: 20 * day, Target: 1 * day, MinimumN: 30, Missing: Renormalise},
		},
		Tiers: []Tier{
			{ID: "outstanding", NameZH: "卓越", NameEN: "Outstanding", Cutoff: 95},
			{ID: "excellent", NameZH: "优秀", NameEN: "Excellent", Cutoff: 85},
			{ID: "good", NameZH: "良好", NameEN: "Good", Cutoff: 75},
			{ID: "developing", NameZH: "发展", NameEN: "Developing", Cutoff: 60},
			{ID: "preparing", NameZH: "准备", NameEN: "Preparing", Cutoff: 0},
		},
	}
}

// Check says everything that is wrong with a scheme, one line each; nil if [Rank] can judge by it.
func (s Scheme) Check() error {
	var faults []error
	if s.ID == "" || s.Version == "" {
		faults = append(faults, errors.New("id and version must not be empty"))
	}
	faults = append(faults, s.checkParts()...)
	faults = append(faults, s.checkTiers()...)
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("check scheme %q: %w", s.ID, errors.Join(faults...))
}

func (s Scheme) checkParts() (faults []error) {
	var weights float64
	seen := make(map[string]bool, len(s.Parts))
	for _, p := range s.Parts {
		if seen[p.Indicator] {
			faults = append(faults, fmt.Errorf("part %s: listed twice", p.Indicator))
		}
		seen[p.Indicator] = true
		weights += p.Weight
		if err := p.check(); err != nil {
			faults = append(faults, fmt.Errorf("part %s: %w", p.Indicator, err))
		}
	}
	if weights == 0 {
		faults = append(faults, errors.New("the weights add up to 0"))
	}
	return faults
}

func (p Part) check() error {
	ind, ok := IndicatorByID(p.Indicator)
	switch {
	case !ok:
		return errors.New("unknown indicator")
	case !finite(p.Weight) || p.Weight < 0:
		return fmt.Errorf("weight %v is not a number from 0 upwards", p.Weight)
	case !finite(p.Floor) || !finite(p.Target):
		return errors.New("floor and target must be numbers")
	case p.Floor == p.Target:
		return fmt.Errorf("floor and target are both %v", p.Floor)
	case ind.Direction == HigherIsBetter && p.Target < p.Floor:
		return fmt.Errorf("higher is better, but target %v is below floor %v", p.Target, p.Floor)
	case ind.Direction == LowerIsBetter && p.Target > p.Floor:
		return fmt.Errorf("lower is better, but target %v is above floor %v", p.Target, p.Floor)
	case p.Missing != Renormalise && p.Missing != LeaveOut:
		return fmt.Errorf("rule %q for missing values is neither %s nor %s", p.Missing, Renormalise, LeaveOut)
	}
	return nil
}

func (s Scheme) checkTiers() (faults []error) {
	if len(s.Tiers) == 0 {
		return []error{errors.New("there are no tiers")}
	}
	for i, t := range s.Tiers {
		if !finite(t.Cutoff) || t.Cutoff < 0 || t.Cutoff > 100 {
			faults = append(faults, fmt.Errorf("tier %s: cut-off %v is not within 0 to 100", t.NameEN, t.Cutoff))
		}
		if i > 0 && !(t.Cutoff < s.Tiers[i-1].Cutoff) {
			faults = append(faults, fmt.Errorf("tier %s: cut-off %v is not below %v of tier %s before it",
				t.NameEN, t.Cutoff, s.Tiers[i-1].Cutoff, s.Tiers[i-1].NameEN))
		}
	}
	if last := s.Tiers[len(s.Tiers)-1]; last.Cutoff != 0 {
		faults = append(faults, fmt.Errorf("tier gap: scores from 0 to %v below tier %s have no tier", last.Cutoff, last.NameEN))
	}
	return faults
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// points are the points of a value, 0 to 100.
func (p Part) points(number float64) float64 {
	return min(max(100*(number-p.Floor)/(p.Target-p.Floor), 0), 100)
}

// tier is the tier of a score; of a checked scheme every score has one.
func (s Scheme) tier(score float64) Tier {
	for _, t := range s.Tiers {
		if score >= t.Cutoff {
			return t
		}
	}
	return Tier{}
}
