package calendar

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Layout is a way to write times, such as yyyy-MM-dd HH:mm:ss. Make one with [ParseLayout].
type Layout struct {
	pattern  string
	layout   string // in the notation of package time
	dateOnly bool
	hasZone  bool
}

// ParseLayout reads a pattern in the letters of interface documents: yyyy, MM, dd, HH, mm, ss, .SSS
// (milliseconds), XXX (offset, +08:00 or Z), T; everything else that is no letter or digit stands
// for itself. YYYY, DD and hh are read as yyyy, dd and HH (a 24-hour clock), as in YYYYMMDDThhmmss.
// The word rfc3339 is a pattern too. A pattern has a whole date; hours need minutes, and each
// smaller unit needs the one above it.
func ParseLayout(pattern string) (Layout, error) {
	if strings.EqualFold(pattern, "rfc3339") {
		return Layout{pattern: "rfc3339", layout: time.RFC3339Nano, hasZone: true}, nil
	}
	l := Layout{pattern: pattern}
	var out strings.Builder
	seen := make(map[string]bool)
	for rest := pattern; rest != ""; {
		word, field, ok := cutField(rest)
		switch {
		case ok && seen[field]:
			return Layout{}, fmt.Errorf("read time layout %s: %s occurs twice", quote(pattern), word)
		case ok:
			seen[field] = true
			out.WriteString(field)
			rest = rest[len(word):]
		case isLetterOrDigit(rest[0]) && rest[0] != 'T':
			return Layout{}, fmt.Errorf("read time layout %s: at %s: want yyyy, MM, dd, HH, mm, ss, .SSS, XXX, T and separators",
				quote(pattern), quote(rest))
		default:
			out.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	if err := completeLayout(seen); err != nil {
		return Layout{}, fmt.Errorf("read time layout %s: %w", quote(pattern), err)
	}
	l.layout, l.dateOnly, l.hasZone = out.String(), !seen[fieldHour], seen[fieldZone]
	if !readsItself(l.layout) {
		return Layout{}, fmt.Errorf("read time layout %s: a time written so could not be read again: use other separators", quote(pattern))
	}
	return l, nil
}

// readsItself refuses a layout whose separators package time takes for something
// else, such as a point behind the seconds for the beginning of a fraction.
func readsItself(layout string) bool {
	text := time.Date(2003, 12, 31, 0, 0, 0, 0, time.UTC).Format(layout)
	t, err := time.Parse(layout, text)
	return err == nil && t.Year() == 2003 && t.YearDay() == 365
}

// The fields of a layout, in the notation of package time.
const (
	fieldYear, fieldMonth, fieldDay     = "2006", "01", "02"
	fieldHour, fieldMinute, fieldSecond = "15", "04", "05"
	fieldPoint, fieldComma              = ".000", ",000"
	fieldZone, noField                  = "Z07:00", ""
)

var layoutFields = [...]struct{ word, field string }{
	{"yyyy", fieldYear},
	{"YYYY", fieldYear},
	{"MM", fieldMonth},
	{"dd", fieldDay},
	{"DD", fieldDay},
	{"HH", fieldHour},
	{"hh", fieldHour},
	{"mm", fieldMinute},
	{"ss", fieldSecond},
	{".SSS", fieldPoint},
	{",SSS", fieldComma},
	{"XXX", fieldZone},
}

// cutField finds the field at the beginning of a pattern.
func cutField(pattern string) (word, field string, ok bool) {
	for _, f := range layoutFields {
		if strings.HasPrefix(pattern, f.word) {
			return f.word, f.field, true
		}
	}
	return "", noField, false
}

// completeLayout refuses patterns that leave a larger unit open: such a time would be guessed.
func completeLayout(seen map[string]bool) error {
	for _, need := range [...]struct{ field, above, name string }{
		{fieldPoint, fieldSecond, "milliseconds need seconds"},
		{fieldComma, fieldSecond, "milliseconds need seconds"},
		{fieldSecond, fieldMinute, "seconds need minutes"},
		{fieldMinute, fieldHour, "minutes need hours"},
		{fieldHour, fieldMinute, "hours need minutes"},
		{fieldZone, fieldHour, "an offset needs hours"},
	} {
		if seen[need.field] && !seen[need.above] {
			return errors.New(need.name)
		}
	}
	if !seen[fieldYear] || !seen[fieldMonth] || !seen[fieldDay] {
		return errors.New("a layout needs yyyy, MM and dd")
	}
	return nil
}

func isLetterOrDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// String is the pattern.
func (l Layout) String() string { return l.pattern }

// DateOnly reports whether the layout writes days without a time of day.
func (l Layout) DateOnly() bool { return l.dateOnly }

// commonLayouts are the ways in which interfaces write times. Their shapes differ, so that a text
// fits at most one.
var commonLayouts = mustLayouts(
	"rfc3339", "yyyy-MM-dd HH:mm:ss", "yyyyMMddHHmmss", "YYYYMMDDThhmmss", "yyyy-MM-ddTHH:mm:ss",
	"yyyy-MM-dd", "yyyyMMdd")

func mustLayouts(patterns ...string) []Layout {
	var layouts []Layout
	for _, p := range patterns {
		l, err := ParseLayout(p)
		if err != nil {
			panic(err)
		}
		layouts = append(layouts, l)
	}
	return layouts
}

// ParseTime reads a time in one of the layouts; with none, in one of those common in interfaces:
// RFC 3339, yyyy-MM-dd HH:mm:ss, yyyyMMddHHmmss, YYYYMMDDThhmmss, yyyy-MM-ddTHH:mm:ss, yyyy-MM-dd,
// yyyyMMdd. A text without an offset is local time of the zone. Spaces around it are ignored, a
// fraction of a second is kept. For a date alone the result is the beginning of that day, and
// dateOnly is true. Local times which the zone skips or has twice are read as [time.Date] does.
func ParseTime(text string, loc *time.Location, layouts ...Layout) (t time.Time, dateOnly bool, err error) {
	if len(layouts) == 0 {
		layouts = commonLayouts
	}
	trimmed := strings.TrimSpace(text)
	for _, l := range layouts {
		t, err := time.ParseInLocation(l.layout, trimmed, loc)
		if err != nil || t.Year() < 1 {
			continue
		}
		if l.dateOnly {
			year, month, day := t.Date()
			return MakeDay(year, month, day).Start(loc), true, nil
		}
		return t, false, nil
	}
	return time.Time{}, false, fmt.Errorf("read time %s: want %s", quote(text), layoutNames(layouts))
}

func layoutNames(layouts []Layout) string {
	names := make([]string, len(layouts))
	for i, l := range layouts {
		names[i] = l.pattern
	}
	return strings.Join(names, " or ")
}
