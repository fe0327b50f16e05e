package evaluation

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/width"

	"haochaping/calendar"
	"haochaping/directory"
)

// The figures of the overview that are no [Indicator], which can have targets too.
const (
	Ratings  = "ratings"  // the volume: valid active ratings
	Coverage = "coverage" // halls with ratings ÷ halls
)

// TargetIndicator is an indicator as far as its targets go.
type TargetIndicator struct {
	ID             string
	NameZH, NameEN string
	Unit           Kind
	Direction      Direction
	// Yearly says that its target is a sum over the whole year: a part of the year does not reach it.
	Yearly bool
}

// TargetIndicators are those indicators of the product that can have targets: what tiles show. Schemes add their own.
func TargetIndicators() []TargetIndicator {
	list := []TargetIndicator{{ID: Ratings, NameZH: "评价量", NameEN: "Ratings", Unit: Number, Direction: HigherIsBetter, Yearly: true}}
	for _, id := range []string{BadPer100k, ActiveRate, OnTimeRate, RectifiedOnTimeRate} {
		ind, _ := IndicatorByID(id)
		list = append(list, TargetOf(ind))
	}
	list = append(list, TargetIndicator{ID: Coverage, NameZH: "覆盖率", NameEN: "Coverage of halls", Unit: Percent, Direction: HigherIsBetter})
	for _, id := range []string{GoodRate, MedianHandling} {
		ind, _ := IndicatorByID(id)
		list = append(list, TargetOf(ind))
	}
	return list
}

// TargetOf is an indicator as far as its targets go.
func TargetOf(ind Indicator) TargetIndicator {
	return TargetIndicator{ID: ind.ID, NameZH: ind.NameZH, NameEN: ind.NameEN, Unit: ind.Unit, Direction: ind.Direction}
}

// Name is what the indicator is called in a language.
func (i TargetIndicator) Name(lang string) string {
	if lang == "en" && i.NameEN != "" || i.NameZH == "" {
		return i.NameEN
	}
	return i.NameZH
}

// TargetKey is what a target is about.
type TargetKey struct {
	Indicator string         `json:"indicator"` // id
	Kind      directory.Kind `json:"kind"`      // region, department or hall
	Unit      string         `json:"unit"`      // code
	Year      int            `json:"year"`
}

// Target is one version of what was promised for an indicator of a unit in a year.
type Target struct {
	TargetKey
	Removed  bool      `json:"removed,omitempty"` // from this version on there is none
	Value    float64   `json:"value"`             // in the indicator's unit; 0 if Removed
	Document string    `json:"document"`          // number of the document that says so; may be empty if Removed
	Version  uint64    `json:"version"`           // the latest counts
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// Bounds of a target.
const (
	FirstTargetYear = 2000
	LastTargetYear  = 2199
	MaxDocument     = 100 // characters
	maxTargetName   = 200
	maxTargetBy     = 200
	largestTarget   = 1e15
)

// Check says what is wrong with a target, whatever its indicator; nil if it may be stored.
func (t *Target) Check() error {
	switch {
	case t.Indicator == "" || len(t.Indicator) > maxTargetName || !utf8.ValidString(t.Indicator):
		return errors.New("indicator: name one by its id")
	case t.Kind != directory.KindRegion && t.Kind != directory.KindDepartment && t.Kind != directory.KindHall:
		return fmt.Errorf("unit: a target is one of a region, a department or a hall, not of %q", t.Kind)
	case t.Unit == "" || len(t.Unit) > maxTargetName || !utf8.ValidString(t.Unit):
		return errors.New("unit: name it by its code")
	case t.Year < FirstTargetYear || t.Year > LastTargetYear:
		return fmt.Errorf("year: %d lies outside %d to %d", t.Year, FirstTargetYear, LastTargetYear)
	case math.IsNaN(t.Value) || math.Abs(t.Value) > largestTarget:
		return errors.New("value: it is no number of at most 1e15")
	case len(t.By) > maxTargetBy:
		return errors.New("by: too long")
	}
	return checkDocument(t.Document, !t.Removed)
}

func checkDocument(text string, needed bool) error {
	switch {
	case text == "" && needed:
		return errors.New("document: give the number of the document that sets the target")
	case !utf8.ValidString(text) || text != strings.TrimSpace(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }):
		return errors.New("document: a number on one line, without blanks at its ends")
	case utf8.RuneCountInString(text) > MaxDocument:
		return fmt.Errorf("document: at most %d characters", MaxDocument)
	}
	return nil
}

var (
	targetNumber = regexp.MustCompile(`^\d{1,15}(\.\d{1,9})?$`)
	targetSpan   = regexp.MustCompile(`^(\d{1,9}(?:\.\d{1,6})?)\s*(秒|s|分钟|分|min|小时|时|h|天|d)$`)
)

// ErrTargetValue is that a text is no target of an indicator; its message says how to write one.
var ErrTargetValue = errors.New("no value of a target")

// ParseTarget reads the value of a target as people write it: a share with its per cent sign (95%), which is never
// guessed; a time with its unit (3天, 8 h, natural time); any other number plainly.
func (i TargetIndicator) ParseTarget(text string) (float64, error) {
	text = strings.ReplaceAll(strings.TrimSpace(width.Narrow.String(text)), ",", "")
	wrong := func(how string) (float64, error) { return 0, fmt.Errorf("%w: %s", ErrTargetValue, how) }
	switch i.Unit {
	case Percent:
		digits, ok := strings.CutSuffix(text, "%")
		digits = strings.TrimSpace(digits)
		if !ok || !targetNumber.MatchString(digits) {
			return wrong("write a share with its per cent sign, such as 95%")
		}
		// The digits are moved, not divided: 95.3% is the number that 0.953 is.
		if v, err := strconv.ParseFloat(digits+"e-2", 64); err == nil && v <= 1 {
			return v, nil
		}
		return wrong("a share is at most 100%")
	case Seconds:
		found := targetSpan.FindStringSubmatch(text)
		if found == nil {
			return wrong("write a time with its unit: 3天, 8小时, 30分钟; 3 d, 8 h, 30 min")
		}
		v, err := strconv.ParseFloat(found[1], 64)
		return v * spanSeconds[found[2]], err
	}
	if !targetNumber.MatchString(text) {
		return wrong("write a number such as 12.5")
	}
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return wrong("write a number such as 12.5")
	case i.Yearly && v != math.Trunc(v):
		return wrong("write a whole number")
	case i.Unit == Per100k && v > 100_000:
		return wrong("it is at most 100,000")
	case i.Unit == Level && (v < 1 || v > 5):
		return wrong("a level lies between 1 and 5")
	}
	return v, nil
}

var spanSeconds = map[string]float64{
	"秒": 1, "s": 1, "分钟": 60, "分": 60, "min": 60, "小时": 3600, "时": 3600, "h": 3600, "天": day, "d": day,
}

// FormatTarget writes the value of a target, with as many decimals as it has.
func (i TargetIndicator) FormatTarget(v float64, lang string) string {
	switch i.Unit {
	case Percent:
		return plainNumber(v*100) + "%"
	case Seconds:
		return FormatDuration(v, lang)
	}
	return plainNumber(v)
}

// Standing is how a figure stands to its target.
type Standing string

// The standings.
const (
	TargetReached Standing = "reached"
	TargetMissed  Standing = "missed"
	TargetOpen    Standing = "open"    // a sum over a year that is not known as a whole
	TargetUnknown Standing = "unknown" // there is no figure
)

// Stand says how a figure of some days stands to a target of a year. A sum over the year is judged by days of that
// year alone: what they reach, the year reaches; what they do not, only the whole year misses. asOf is the last day
// that has figures.
func (i TargetIndicator) Stand(target float64, year int, v Value, days calendar.Range, asOf calendar.Day) Standing {
	if !v.Known {
		return TargetUnknown
	}
	reached := v.Number >= target
	if i.Direction == LowerIsBetter {
		reached = v.Number <= target
	}
	if i.Yearly {
		whole := calendar.Period(calendar.KindYear, calendar.MakeDay(year, 1, 1))
		switch {
		case days.From < whole.From || days.To > whole.To:
			return TargetOpen
		case !reached && (days != whole || asOf < whole.To):
			return TargetOpen
		}
	}
	if reached {
		return TargetReached
	}
	return TargetMissed
}

// Targets are the targets in force. They are not changed after [NewTargets] and safe for concurrent use; a nil one has
// none.
type Targets struct {
	list  []Target
	byKey map[TargetKey]int
}

// NewTargets keeps of several versions of a target the latest, and of removed ones none.
func NewTargets(versions []Target) *Targets {
	latest := make(map[TargetKey]Target, len(versions))
	for _, t := range versions {
		if there, known := latest[t.TargetKey]; !known || t.Version > there.Version {
			latest[t.TargetKey] = t
		}
	}
	out := &Targets{byKey: make(map[TargetKey]int, len(latest))}
	for _, t := range latest {
		if !t.Removed {
			out.list = append(out.list, t)
		}
	}
	slices.SortFunc(out.list, func(a, b Target) int {
		return cmp.Or(cmp.Compare(b.Year, a.Year), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Unit, b.Unit), strings.Compare(a.Indicator, b.Indicator))
	})
	for i := range out.list {
		out.byKey[out.list[i].TargetKey] = i
	}
	return out
}

// Find is the target of a key.
func (t *Targets) Find(key TargetKey) (Target, bool) {
	if t == nil {
		return Target{}, false
	}
	i, ok := t.byKey[key]
	if !ok {
		return Target{}, false
	}
	return t.list[i], true
}

// All are the targets in force: the latest year first, then by kind, unit and indicator. Callers do not modify them.
func (t *Targets) All() []Target {
	if t == nil {
		return nil
	}
	return t.list
}
