package scoring

import (
	"cmp"
	"fmt"
	"slices"

	"haochaping/evaluation/scheme"
)

// Field is units judged by a scheme without draws, among which one of them can be tried with other figures. It belongs
// to one goroutine.
type Field struct{ j *judgement }

// NewField measures units. The errors are those of [Evaluate].
func NewField(s *scheme.Scheme, units []Unit, rule AnswerRule) (*Field, error) {
	j, err := newJudgement(s, units, Options{Rule: rule})
	if err != nil {
		return nil, err
	}
	return &Field{j}, nil
}

// Try is the score and the rank that a unit of the field would have with the figures of u, which has its code. The
// others keep theirs. ok is false where it would have no score, or where the field has no such unit.
func (f *Field) Try(u Unit) (score float64, rank int, ok bool, err error) {
	j := f.j
	at, found := slices.BinarySearchFunc(j.units, u.Code, func(x Unit, code string) int { return cmp.Compare(x.Code, code) })
	if !found {
		return 0, 0, false, nil
	}
	kept := j.units[at]
	u.Group, u.Order = kept.Group, kept.Order
	j.units[at] = u
	defer func() { j.units[at] = kept }()
	for _, l := range j.leaves {
		before := l.estimates[at]
		defer func() { l.estimates[at] = before }()
		if l.estimates[at], err = l.estimate(&u, j.options.Rule); err != nil {
			return 0, 0, false, fmt.Errorf("try %q: indicator %s: %w", u.Code, l.ID, err)
		}
	}
	j.settle()
	if !slices.Contains(j.ranked, at) {
		return 0, 0, false, nil
	}
	rank = 1
	for _, other := range j.ranked {
		if j.standings[other].score > j.standings[at].score {
			rank++
		}
	}
	return j.standings[at].score, rank, true, nil
}
