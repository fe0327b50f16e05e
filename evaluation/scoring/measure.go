package scoring

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"haochaping/evaluation"
)

// measure reads a leaf off every unit, once.
func (j *judgement) measure(l *leaf) error {
	l.estimates = make([]evaluation.Estimate, len(j.units))
	for i := range j.units {
		u := &j.units[i]
		e, err := l.estimate(u, j.options.Rule)
		if err == nil && e.Known && !finite(e.Number, e.Spread.Offset, e.Spread.Factor, e.Spread.Hits, e.Spread.N, e.Spread.Mean, e.Spread.SE) {
			err = fmt.Errorf("the value %v is no number", e.Number)
		}
		if err != nil {
			return fmt.Errorf("indicator %s (line %d) of unit %q: %w", l.ID, l.Line, u.Code, err)
		}
		l.estimates[i] = e
	}
	return nil
}

func (l *leaf) estimate(u *Unit, rule AnswerRule) (evaluation.Estimate, error) {
	if !l.Imported {
		facts := rule.apply(u.Facts)
		return l.Measure(&facts)
	}
	v, ok := u.Imported[l.ID]
	if !ok {
		return evaluation.Estimate{}, nil
	}
	e := evaluation.Estimate{Value: evaluation.Value{Number: v.Value, N: v.N, Known: true}}
	if v.SE > 0 {
		e.Spread = evaluation.Spread{Kind: evaluation.Normal, Mean: v.Value, SE: v.SE, Factor: 1}
	}
	return e, nil
}

// apply rewrites the answers of first ratings as a rule counts them. Facts are copied; their maps are only read.
func (rule AnswerRule) apply(f evaluation.Facts) evaluation.Facts {
	if rule == RuleActive {
		return f
	}
	answered := f.DefaultsTotal()
	for i, n := range f.Defaults {
		f.Levels[i] += n
	}
	if rule == RuleSilence {
		f.Levels[len(f.Levels)-1] += f.Unanswered
		answered += f.Unanswered
	}
	f.Rated = max(f.Rated, min(f.Rated+answered, f.Events))
	return f
}

func finite(numbers ...float64) bool {
	return !slices.ContainsFunc(numbers, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
}

// hash is the SHA-256 of everything that was judged, in a form of its own: the scheme's hash, the rule, and for each
// unit in the order of codes its code, group and estimates. Texts carry their length, numbers are the 64 bits of their
// IEEE 754 form, most significant byte first.
func (j *judgement) hash() (sum [32]byte) {
	h := sha256.New()
	var buffer []byte
	text := func(s string) { buffer = append(binary.BigEndian.AppendUint64(buffer, uint64(len(s))), s...) }
	buffer = append(buffer, j.scheme.Hash[:]...)
	text(string(j.options.Rule))
	for u := range j.units {
		text(j.units[u].Code)
		text(j.units[u].Group)
		for _, l := range j.leaves {
			text(l.ID)
			buffer = appendEstimate(buffer, &l.estimates[u])
		}
		h.Write(buffer)
		buffer = buffer[:0]
	}
	h.Write(buffer)
	h.Sum(sum[:0])
	return sum
}

func appendEstimate(b []byte, e *evaluation.Estimate) []byte {
	if !e.Known {
		return append(b, 0)
	}
	s := &e.Spread
	b = append(b, 1)
	b = binary.BigEndian.AppendUint64(b, uint64(len(s.Kind)))
	b = append(b, s.Kind...)
	b = binary.BigEndian.AppendUint64(b, e.N)
	for _, x := range [...]float64{e.Number, s.Hits, s.N, s.Mean, s.SE, s.Q, s.Offset, s.Factor} {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(x+0)) // one zero, not two
	}
	b = binary.BigEndian.AppendUint64(b, uint64(len(s.Histogram)))
	for _, bucket := range slices.Sorted(maps.Keys(s.Histogram)) {
		b = binary.BigEndian.AppendUint16(b, bucket)
		b = binary.BigEndian.AppendUint64(b, s.Histogram[bucket])
	}
	return b
}
