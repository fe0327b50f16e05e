package record

import (
	"strconv"
	"strings"
	"time"

	"haochaping/calendar"
)

// TimeForm is one way in which a source writes times: a layout such as
// yyyy-MM-dd HH:mm:ss, or a count since 1970. Make one with [ParseTimeForm].
type TimeForm struct {
	unit   time.Duration // of a count since 1970, 0 = layout
	layout calendar.Layout
}

// The words for counts since 1970.
const (
	epochSeconds = "epoch_s"
	epochMillis  = "epoch_ms"
)

// ParseTimeForm reads a form as a code map writes it: epoch_s, epoch_ms, or a layout
// as [calendar.ParseLayout] reads it.
func ParseTimeForm(pattern string) (TimeForm, error) {
	switch pattern {
	case epochSeconds:
		return TimeForm{unit: time.Second}, nil
	case epochMillis:
		return TimeForm{unit: time.Millisecond}, nil
	}
	layout, err := calendar.ParseLayout(pattern)
	if err != nil {
		return TimeForm{}, err
	}
	return TimeForm{layout: layout}, nil
}

// String is the form as a code map writes it.
func (f TimeForm) String() string {
	switch f.unit {
	case time.Second:
		return epochSeconds
	case time.Millisecond:
		return epochMillis
	}
	return f.layout.String()
}

// MarshalText writes the form as a code map writes it.
func (f TimeForm) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText is [ParseTimeForm].
func (f *TimeForm) UnmarshalText(text []byte) error {
	read, err := ParseTimeForm(string(text))
	if err == nil {
		*f = read
	}
	return err
}

// parse reads a time; one without an offset is local time of the zone. A date alone
// is the beginning of that day, and dateOnly is true.
func (f TimeForm) parse(text string, zone *time.Location) (at time.Time, dateOnly, ok bool) {
	if f.unit == 0 {
		at, dateOnly, err := calendar.ParseTime(text, zone, f.layout)
		return at, dateOnly, err == nil
	}
	// Counts of another unit, and dates in digits alone, have other lengths.
	least, most := 9, 10
	if f.unit == time.Millisecond {
		least, most = 12, 13
	}
	n, err := strconv.ParseUint(text, 10, 63) // no sign
	if err != nil || len(text) < least || len(text) > most {
		return time.Time{}, false, false
	}
	if f.unit == time.Second {
		return time.Unix(int64(n), 0).In(zone), false, true
	}
	return time.UnixMilli(int64(n)).In(zone), false, true
}

// ambiguous says whether a text could fit both forms and mean two times: layouts
// that differ in the order of their fields only, and counts beside anything else
// that is all digits.
func (f TimeForm) ambiguous(other TimeForm) bool {
	a, b := f.shape(), other.shape()
	count := f.unit != 0 || other.unit != 0
	return a == b || count && strings.Trim(a+b, "9") == ""
}

// shadowed says whether RFC 3339, which is always read first, would take a text of
// this form for another time.
func (f TimeForm) shadowed() bool {
	rfc := TimeForm{layout: rfcShaped}
	return f.unit == 0 && f.shape() == rfc.shape() && !strings.HasPrefix(strings.ToLower(f.layout.String()), "yyyy-mm-dd")
}

var rfcShaped, _ = calendar.ParseLayout("yyyy-MM-ddTHH:mm:ssXXX")

// shape is the form with a 9 for each digit, without the fraction of a second,
// which every form may have.
func (f TimeForm) shape() string {
	if f.unit != 0 {
		return "9"
	}
	pattern := strings.NewReplacer(".SSS", "", ",SSS", "").Replace(f.layout.String())
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("yYMdDHhms", r) {
			return '9'
		}
		return r
	}, pattern)
}

// Equal says whether both are the same form.
func (f TimeForm) Equal(other TimeForm) bool { return f == other }
