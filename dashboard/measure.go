package dashboard

import (
	"math"
	"strings"

	"haochaping/evaluation"
)

// measure is an indicator as tiles and tables show it. The formulas are those of package
// evaluation; here is only how they are written for readers.
type measure struct {
	id     string
	value  func(*evaluation.Facts) evaluation.Value
	sample func(locale, *evaluation.Facts) string
	differ func(l locale, now, before float64) (text string, moved bool)
	// chance reports whether the difference of two periods may be chance; nil for what is no sample of anything.
	chance func(before, now *evaluation.Facts) bool
	zero   bool // the small trend begins at zero
}

// ratingsID is the volume, which is a count and no indicator.
const ratingsID = evaluation.Ratings

// measures are the figures of every unit, in the order of the tiles.
var measures = []measure{
	{
		id: ratingsID, zero: true,
		value: func(f *evaluation.Facts) evaluation.Value {
			return evaluation.Value{Number: float64(f.Valid()), N: f.Valid(), Known: f.Valid() > 0}
		},
		sample: func(l locale, f *evaluation.Facts) string {
			return l.T("sample.defaults", "Count", l.Int(f.DefaultsTotal()))
		},
		differ: differRelative(0.0005),
	},
	shareMeasure(evaluation.GoodRate),
	{
		id: evaluation.BadPer100k, value: valueOf(evaluation.BadPer100k), differ: differAbsolute, chance: chanceOfShare(valueOf(evaluation.BadPer100k)),
		sample: func(l locale, f *evaluation.Facts) string {
			return l.T("sample.bad", "Bad", l.Int(f.Bad()), "Count", l.Int(f.Valid()))
		},
	},
	shareMeasure(evaluation.ActiveRate),
	shareMeasure(evaluation.OnTimeRate),
	// A median is read from buckets of a certain width: less than that is no change.
	indicatorMeasure(evaluation.MedianHandling, differRelative(evaluation.HistogramGamma-1), chanceOfMedian),
}

func valueOf(id string) func(*evaluation.Facts) evaluation.Value {
	ind, _ := evaluation.IndicatorByID(id)
	return ind.Of
}

// shareMeasure is an indicator that is a share, compared in percentage points.
func shareMeasure(id string) measure {
	return indicatorMeasure(id, differPoints, chanceOfShare(valueOf(id)))
}

func indicatorMeasure(
	id string, differ func(locale, float64, float64) (string, bool), chance func(before, now *evaluation.Facts) bool,
) measure {
	value := valueOf(id)
	return measure{
		id: id, value: value, differ: differ, chance: chance,
		sample: func(l locale, f *evaluation.Facts) string { return l.T("sample.n", "Count", l.Int(value(f).N)) },
	}
}

// name is what a measure is called.
func (m measure) name(l locale) string { return l.measureName(m.id) }

// help is its formula in words.
func (m measure) help(l locale) string {
	if ind, ok := evaluation.IndicatorByID(m.id); ok {
		return ind.Wording(l.lang)
	}
	return l.T("help." + m.id)
}

// measureName is what an indicator, or the volume, is called.
func (l locale) measureName(id string) string {
	if ind, ok := evaluation.IndicatorByID(id); ok {
		return ind.Name(l.lang)
	}
	return l.T("measure." + id)
}

// valueText writes the value of an indicator, or of the volume, as files do; a dash without data.
func (l locale) valueText(id string, v evaluation.Value) string {
	ind, ok := evaluation.IndicatorByID(id)
	if !ok && v.Known {
		return l.Int(v.N)
	}
	return l.Value(ind, v)
}

func badPer100k(f *evaluation.Facts) (float64, bool) {
	v := badIndicator.Of(f)
	return v.Number, v.Known
}

var badIndicator, _ = evaluation.IndicatorByID(evaluation.BadPer100k)

// signed writes a difference with its sign, the minus as a minus.
func signed(l locale, v float64, decimals int) string {
	text := l.Fixed(v, decimals)
	if v > 0 {
		text = "+" + text
	}
	return strings.Replace(text, "-", "−", 1)
}

// differRelative writes a change in percent of what was before; changes up to the
// threshold are none.
func differRelative(threshold float64) func(locale, float64, float64) (string, bool) {
	return func(l locale, now, before float64) (string, bool) {
		v := now/before - 1
		if math.Abs(v) <= threshold || math.IsInf(v, 0) || math.IsNaN(v) {
			return "", false
		}
		return signed(l, v*100, 1) + "%", true
	}
}

func differPoints(l locale, now, before float64) (string, bool) {
	v := (now - before) * 100
	if math.Abs(v) < 0.005 {
		return "", false
	}
	return l.T("points", "Value", signed(l, v, 2)), true
}

func differAbsolute(l locale, now, before float64) (string, bool) {
	v := now - before
	if math.Abs(v) < 0.05 {
		return "", false
	}
	return signed(l, v, 1), true
}
