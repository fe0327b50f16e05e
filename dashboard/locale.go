package dashboard

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"haochaping/calendar"
)

// locale writes words, numbers and dates for one reader.
type locale struct {
	words *words
	lang  string
	zone  *time.Location
}

// T is a message; see words.text.
func (l locale) T(id string, pairs ...any) string { return l.words.text(l.lang, id, pairs...) }

// None is how a missing figure is written in a table.
func (l locale) None() string { return "—" }

// Int writes a count with its thousands grouped.
func (l locale) Int(n uint64) string { return group(strconv.FormatUint(n, 10)) }

func group(digits string) string {
	if len(digits) <= 3 {
		return digits
	}
	var b strings.Builder
	lead := len(digits) % 3
	b.WriteString(digits[:lead])
	for i := lead; i < len(digits); i += 3 {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

// Fixed writes a number with a fixed number of decimals.
func (l locale) Fixed(v float64, decimals int) string {
	text := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	text = group(whole)
	if fraction != "" {
		text += "." + fraction
	}
	if v < 0 && strings.Trim(text, "0.,") != "" {
		text = "-" + text
	}
	return text
}

// Share writes part of whole as a percentage with two decimals. It is rounded half up,
// but never up to the whole while something is missing from it, nor down to nothing
// while there is something: then it says >99.99% or <0.01%. ok is false without a whole.
func (l locale) Share(part, whole uint64) (text string, ok bool) {
	if whole == 0 {
		return "", false
	}
	const full = 100_00 // hundredths of a percent
	n := scaled(part, full, whole)
	switch {
	case n == full && part < whole:
		return ">99.99%", true
	case n == 0 && part > 0:
		return "<0.01%", true
	case part == whole:
		return "100%", true
	case part == 0:
		return "0%", true
	}
	return fmt.Sprintf("%d.%02d%%", n/100, n%100), true
}

// Per100k writes part per 100,000 of whole with one decimal, by the same rule: <0.1 when
// there is something that rounds to nothing.
func (l locale) Per100k(part, whole uint64) (text string, ok bool) {
	if whole == 0 {
		return "", false
	}
	n := scaled(part, 100_000*10, whole)
	if n == 0 && part > 0 {
		return "<0.1", true
	}
	return group(strconv.FormatUint(n/10, 10)) + "." + strconv.FormatUint(n%10, 10), true
}

// scaled is part × scale / whole, rounded half up, without overflow for any counts with
// part ≤ whole; larger parts are bounded by the largest number.
func scaled(part, scale, whole uint64) uint64 {
	hi, lo := bits.Mul64(part, scale)
	lo, carry := bits.Add64(lo, whole/2, 0)
	hi += carry
	if hi >= whole {
		return math.MaxUint64
	}
	n, _ := bits.Div64(hi, lo, whole)
	return n
}

// durationUnits are the units that handling times are written in: the largest of which
// there are at least two, else the smallest.
var durationUnits = [...]struct {
	id      string
	seconds float64
}{{"unit.days", 86400}, {"unit.hours", 3600}, {"unit.minutes", 60}}

// Duration parts a time span into a number with three digits at most and its unit.
func (l locale) Duration(seconds float64) (value, unit string) {
	for i, u := range durationUnits {
		if seconds >= 2*u.seconds || i == len(durationUnits)-1 {
			return l.inUnit(seconds, u.seconds), l.T(u.id)
		}
	}
	return "", ""
}

func (l locale) inUnit(seconds, unit float64) string {
	v := seconds / unit
	if v >= 99.95 {
		return l.Fixed(v, 0)
	}
	return l.Fixed(v, 1)
}

// Span is Duration in one text.
func (l locale) Span(seconds float64) string {
	value, unit := l.Duration(seconds)
	return value + " " + unit
}

// Date writes a day: 2026年5月4日, 4 May 2026.
func (l locale) Date(d calendar.Day) string {
	year, month, day := d.Date()
	if l.lang == English {
		return fmt.Sprintf("%d %s %d", day, month.String()[:3], year)
	}
	return fmt.Sprintf("%d年%d月%d日", year, int(month), day)
}

// ShortDate writes a day without its year, for axes.
func (l locale) ShortDate(d calendar.Day) string {
	_, month, day := d.Date()
	if l.lang == English {
		return fmt.Sprintf("%d %s", day, month.String()[:3])
	}
	return fmt.Sprintf("%d/%d", int(month), day)
}

// Month writes the month of a day: 2026年5月, May 2026.
func (l locale) Month(d calendar.Day) string {
	year, month, _ := d.Date()
	if l.lang == English {
		return fmt.Sprintf("%s %d", month.String()[:3], year)
	}
	return fmt.Sprintf("%d年%d月", year, int(month))
}

// Range writes a period, without repeating what both ends share.
func (l locale) Range(r calendar.Range) string {
	if r.From == r.To {
		return l.Date(r.From)
	}
	y1, m1, d1 := r.From.Date()
	y2, m2, d2 := r.To.Date()
	if l.lang == English {
		switch {
		case y1 == y2 && m1 == m2:
			return fmt.Sprintf("%d–%d %s %d", d1, d2, m2.String()[:3], y2)
		case y1 == y2:
			return l.ShortDate(r.From) + " – " + l.Date(r.To)
		}
		return l.Date(r.From) + " – " + l.Date(r.To)
	}
	switch {
	case y1 == y2 && m1 == m2:
		return fmt.Sprintf("%d年%d月%d日–%d日", y1, int(m1), d1, d2)
	case y1 == y2:
		return fmt.Sprintf("%d年%d月%d日–%d月%d日", y1, int(m1), d1, int(m2), d2)
	}
	return l.Date(r.From) + "–" + l.Date(r.To)
}

// Clock writes an instant of the configured zone: the time alone for the reader's today,
// else with its date.
func (l locale) Clock(t, now time.Time) string {
	day := calendar.DayOf(t, l.zone)
	clock := t.In(l.zone).Format("15:04")
	if day == calendar.DayOf(now, l.zone) {
		return l.T("clock.today", "Time", clock)
	}
	return l.Date(day) + " " + clock
}
