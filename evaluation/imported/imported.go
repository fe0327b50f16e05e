// Package imported reads indicators that ratings cannot give from workbooks and CSV files, writes the template that
// people fill in, and finds the unit that a value names.
//
// It promises that every problem names its cell, that no unit is guessed where a name fits several, and that a cell
// without a value is kept as missing: no data is not 0.
package imported

import (
	"encoding/hex"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"haochaping/calendar"
)

// Value is what somebody else measured about a unit.
type Value struct {
	Unit      string       `json:"unit"`      // code, name or alias, as written
	Indicator string       `json:"indicator"` // id or name of a leaf of a scheme, as written
	Level     string       `json:"level,omitempty"`
	AsOf      calendar.Day `json:"as_of"`
	Known     bool         `json:"known"` // false: reported, but without a value
	Value     float64      `json:"value"` // in the indicator's own unit; 0 unless Known
	SE        float64      `json:"se,omitempty"`
	N         uint64       `json:"n,omitempty"` // sample; 0 = not given
	Source    string       `json:"source,omitempty"`
	Note      string       `json:"note,omitempty"`
	// Attachment is the SHA-256 of the document that the value rests on, 64 lower-case hexadecimal digits.
	Attachment string `json:"attachment,omitempty"`
	// Place is the row that brought it, from 1. It orders units that no directory knows.
	Place uint32 `json:"place,omitempty"`
}

// Stored is one version of a value, as it is kept.
type Stored struct {
	Value
	Version uint64    `json:"version"` // a later version of the same [Key] counts in place of an earlier one
	By      string    `json:"by"`      // who imported it
	At      time.Time `json:"at"`
}

// Key is what a value is about: of two values with equal keys the later one replaces the earlier.
type Key struct {
	Unit, Indicator string
	AsOf            calendar.Day
}

// Key is what the value is about.
func (v *Value) Key() Key { return Key{v.Unit, v.Indicator, v.AsOf} }

// Same reports whether two values say the same, wherever they stood.
func (v *Value) Same(other *Value) bool {
	a, b := *v, *other
	a.Place, b.Place = 0, 0
	return a == b
}

// Bounds of a value, in characters.
const (
	maxName = 200
	maxNote = 2000
	// largest is the magnitude above which a number is a slip.
	largest = 1e15
)

// The days that a value can be as of.
var (
	firstDay = calendar.MakeDay(1900, 1, 1)
	lastDay  = calendar.MakeDay(2199, 12, 31)
)

// Fault is what is wrong with one field of a value.
type Fault struct {
	Field   string // as in the English heading
	Message string // what is wrong and what to do; without the value
}

// Check lists what is wrong with a value; nothing if it may be stored.
func (v *Value) Check() (faults []Fault) {
	add := func(field, message string) { faults = append(faults, Fault{field, message}) }
	text := func(field, value string, most int, required bool) {
		switch {
		case value == "" && required:
			add(field, "is empty: write "+wanted[field])
		case !utf8.ValidString(value):
			add(field, "is not UTF-8: save the file as UTF-8")
		case utf8.RuneCountInString(value) > most:
			add(field, "is too long: at most "+number(most)+" characters")
		case value != strings.TrimSpace(value):
			add(field, "has blanks at an end: take them away")
		}
	}
	text("unit", v.Unit, maxName, true)
	text("indicator", v.Indicator, maxName, true)
	text("level", v.Level, maxName, false)
	text("source", v.Source, maxName, false)
	text("note", v.Note, maxNote, false)
	if v.AsOf < firstDay || v.AsOf > lastDay {
		add("as_of", "lies outside the years 1900 to 2199")
	}
	if math.IsNaN(v.Value) || math.Abs(v.Value) > largest {
		add("value", "is no number of at most 1e15")
	}
	if !v.Known && (v.Value != 0 || v.SE != 0) {
		add("value", "is missing beside a standard error: give it, or take the standard error away")
	}
	if !(v.SE >= 0 && v.SE <= largest) {
		add("se", "is no standard error: a number from 0 on, in the unit of the value")
	}
	if !goodHash(v.Attachment) {
		add("attachment", "is no SHA-256: 64 hexadecimal digits, as sha256sum prints them")
	}
	return faults
}

// wanted says what belongs into a required field.
var wanted = map[string]string{
	"unit":      "the code or the name of who is judged",
	"indicator": "the id or the name of an indicator of the scheme",
}

func goodHash(text string) bool {
	if text == "" {
		return true
	}
	b, err := hex.DecodeString(text)
	return err == nil && len(b) == 32 && strings.ToLower(text) == text
}
