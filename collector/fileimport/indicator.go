package fileimport

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"haochaping/calendar"
	"haochaping/evaluation/imported"
	"haochaping/record"
)

// IndicatorInput is the value of an imported indicator as a mapping fills it in. Without Value it is reported as
// missing.
type IndicatorInput struct {
	Unit       string   `json:"unit"`
	Indicator  string   `json:"indicator"`
	Level      string   `json:"level,omitempty"`
	AsOf       string   `json:"as_of"`
	Value      *float64 `json:"value"`
	SE         *float64 `json:"se,omitempty"`
	N          uint64   `json:"n,omitempty"`
	Source     string   `json:"source,omitempty"` // default: the source of the mapping
	Note       string   `json:"note,omitempty"`
	Attachment string   `json:"attachment,omitempty"`
}

// value is the value that the input says, or what is wrong with it.
func (in *IndicatorInput) value(line int64) (imported.Value, record.Problems) {
	v := imported.Value{
		Unit: in.Unit, Indicator: in.Indicator, Level: in.Level, Known: in.Value != nil, N: in.N, Source: in.Source,
		Note: in.Note, Attachment: strings.ToLower(in.Attachment), Place: uint32(min(line, 1<<32-1)),
	}
	if in.Value != nil {
		v.Value = *in.Value
		if in.SE != nil {
			v.SE = *in.SE
		}
	}
	if in.AsOf == "" {
		return v, record.Problems{{Field: "as_of", Code: record.CodeMissing, Reason: "required: the day that the value is as of"}}
	}
	day, err := calendar.ParseDay(in.AsOf)
	if err != nil {
		return v, record.Problems{{Field: "as_of", Code: record.CodeTime, Reason: "not a day"}}
	}
	v.AsOf = day
	var problems record.Problems
	for _, fault := range v.Check() {
		code := record.CodeInvalid
		if fault.Field == "unit" && v.Unit == "" || fault.Field == "indicator" && v.Indicator == "" {
			code = record.CodeMissing
		}
		problems = append(problems, record.Problem{Field: fault.Field, Code: code, Reason: fault.Message})
	}
	return v, problems
}

// indicators reports whether the mapping makes values of indicators.
func (m *Mapping) indicators() bool {
	return slices.ContainsFunc(m.plans, func(p plan) bool { return p.kind == record.KindIndicator })
}

// maxIndicators bounds the values of one file: each is remembered until its end, so that two of them cannot
// contradict each other.
const maxIndicators = 1_000_000

// indicatorValues are the values of indicators of one run.
type indicatorValues struct {
	seen map[imported.Key]imported.Value
	next []imported.Value // not stored yet
}

// takeIndicators puts the values of a chunk aside. One that contradicts an earlier one of the file is refused.
func (i *importer) takeIndicators(ctx context.Context, c *checked) error {
	for n := range c.indicators {
		e := &c.indicators[n]
		in, ok := e.Wire.(*IndicatorInput)
		if !ok {
			continue
		}
		v, _ := in.value(e.Line)
		first, again := i.values.seen[v.Key()]
		switch {
		case again && !first.Same(&v):
			i.refuseEntry(e, record.Problems{{Field: "value", Code: record.CodeInvalid, Reason: fmt.Sprintf(
				"differs from line %d, which is about the same unit, indicator and day: keep one of them", first.Place)}}, c)
			continue
		case len(i.values.seen) == maxIndicators:
			return fmt.Errorf("more than %d values of indicators: divide the file", maxIndicators)
		}
		i.values.seen[v.Key()] = v
		i.values.next = append(i.values.next, v)
	}
	c.indicators = nil
	if len(i.values.next) >= i.o.BatchSize {
		return i.flushIndicators(ctx)
	}
	return nil
}

// flushIndicators stores the values that were put aside.
func (i *importer) flushIndicators(ctx context.Context) error {
	n := len(i.values.next)
	if n == 0 {
		return nil
	}
	if i.o.Indicators == nil {
		return errors.New("store values of indicators: nobody takes them")
	}
	if err := i.o.Indicators(ctx, i.values.next); err != nil {
		return fmt.Errorf("store %d values of indicators: %w", n, err)
	}
	i.result.ByKind[record.KindIndicator] += int64(n)
	i.result.Accepted += int64(n)
	i.values.next = nil
	return nil
}
