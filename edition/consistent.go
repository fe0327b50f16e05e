package edition

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"

	"haochaping/calendar"
	"haochaping/evaluation/scheme"
)

// Consistent checks what of a document follows from the rest of it: the scheme's hash from its text, ranks from
// scores, tiers from cut-offs, intervals around what they are of. It looks at no signature.
func Consistent(e *Edition) error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrContents, fmt.Sprintf(format, args...))
	}
	if err := CheckNumber(e.Number); err != nil || e.Revision < 1 || e.Draft < 1 {
		return wrong("%q, revision %d, draft %d is no name of an edition", clip(e.Number, 60), e.Revision, e.Draft)
	}
	if e.Scheme.Hash != Hash([]byte(e.Scheme.Text)) {
		return wrong("the hash of the scheme is not that of its text")
	}
	if b, err := hex.DecodeString(e.Calculation.DataHash); err != nil || len(b) != 32 {
		return wrong("the data hash is none")
	}
	if e.Period.From > e.Period.To || e.Period.Kind != "" && calendar.Period(e.Period.Kind, e.Period.From) != (calendar.Range{From: e.Period.From, To: e.Period.To}) {
		return wrong("the period %s is not from %s to %s", e.Period.Label, e.Period.From, e.Period.To)
	}
	codes := make(map[string]bool, len(e.Units))
	for i := range e.Units {
		u := &e.Units[i]
		if codes[u.Code] {
			return wrong("unit %s stands in it twice", u.Code)
		}
		codes[u.Code] = true
		if err := unitConsistent(e, u); err != nil {
			return wrong("unit %s: %v", u.Code, err)
		}
	}
	return ranksConsistent(e, wrong)
}

func unitConsistent(e *Edition, u *Unit) error {
	if len(u.Nodes) != len(e.Scheme.Nodes) {
		return fmt.Errorf("%d figures for %d nodes of the scheme", len(u.Nodes), len(e.Scheme.Nodes))
	}
	for i := range u.Nodes {
		f := &u.Nodes[i]
		if f.Node != e.Scheme.Nodes[i].ID {
			return fmt.Errorf("figure %d is of %s, not of %s", i+1, clip(f.Node, 60), e.Scheme.Nodes[i].ID)
		}
		if low, high := number(f.Low), number(f.High); low > high {
			return fmt.Errorf("%s: the interval %s to %s is upside down", f.Node, f.Low, f.High)
		}
	}
	if !u.Ranked() {
		if u.Rank != 0 || u.Score != "" || u.Tier != "" {
			return fmt.Errorf("it has a reason (%s) for having no rank, and a place", u.Reason.Code)
		}
		return nil
	}
	if _, ok := u.Score.Float(); !ok {
		return fmt.Errorf("it has neither a score nor a reason why not")
	}
	if number(u.ScoreLow) > number(u.ScoreHigh) || u.RankLow > u.RankHigh {
		return fmt.Errorf("an interval is upside down")
	}
	tier := ""
	for _, t := range e.Scheme.Tiers {
		if number(u.Score) >= number(t.From) {
			tier = t.ID
			break
		}
	}
	if u.Tier != tier {
		return fmt.Errorf("by its score of %s it is in tier %q, not in %q", u.Score, tier, u.Tier)
	}
	return nil
}

// ranksConsistent checks that a rank is one more than the number of better units.
func ranksConsistent(e *Edition, wrong func(string, ...any) error) error {
	var ranked []*Unit
	for i := range e.Units {
		u := &e.Units[i]
		switch {
		case u.Ranked() && e.Scheme.Publication == scheme.PublishRank:
			ranked = append(ranked, u)
		case u.Rank != 0:
			return wrong("unit %s has a rank, which the scheme does not publish", u.Code)
		}
	}
	slices.SortStableFunc(ranked, func(a, b *Unit) int { return cmp.Compare(number(b.Score), number(a.Score)) })
	for i, u := range ranked {
		rank := i + 1
		if i > 0 && number(u.Score) == number(ranked[i-1].Score) {
			rank = ranked[i-1].Rank
		}
		if u.Rank != rank {
			return wrong("unit %s with a score of %s has rank %d, not %d", u.Code, u.Score, rank, u.Rank)
		}
	}
	return nil
}

// number is the value of a Decimal, 0 for none.
func number(d Decimal) float64 {
	x, _ := d.Float()
	return x
}
