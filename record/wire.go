package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// Code is a code of a source: JSON string or number, kept as text.
type Code string

// UnmarshalJSON accepts a string or a number.
func (c *Code) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*c = Code(strings.TrimSpace(s))
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[Code]()}
	}
	*c = Code(n.String())
	return nil
}

// Moment is a point in time that may be known only to the day: RFC 3339 with an
// offset, or a date alone, which ends at 24:00 local time.
type Moment string

// At resolves the moment in zone; a date alone is the end of that day.
func (m Moment) At(zone *time.Location) (time.Time, error) {
	if len(m) == len(time.DateOnly) {
		t, err := time.ParseInLocation(time.DateOnly, string(m), zone)
		if err != nil {
			return time.Time{}, err
		}
		return t.AddDate(0, 0, 1), nil
	}
	t, ok := parseTime(string(m))
	if !ok {
		return time.Time{}, errors.New("read moment: not RFC 3339 with an offset")
	}
	return t, nil
}

// MaxLength is how many bytes one record has at most, as JSON text.
const MaxLength = 64 << 10

// Decode reads one JSON object into in, a pointer to one of the wire structs. An
// unknown field, a field given twice, a wrong JSON type, bytes that are no text or
// anything behind the object is a problem. Names of fields are matched exactly. A
// time that is not RFC 3339 is kept as it was sent: see ResolveTimes. No problem
// repeats what was submitted. It panics on anything that is no wire struct.
//
// The texts of in are parts of one copy of raw: who keeps one of them for long clones it.
func Decode(raw []byte, in any) Problems {
	if len(raw) > MaxLength {
		return Problems{{Code: CodeTooLong, Reason: fmt.Sprintf("a record has at most %d bytes: shorten it", MaxLength)}}
	}
	if !utf8.Valid(raw) {
		return Problems{{Code: CodeMalformed, Reason: fmt.Sprintf("not valid UTF-8 at byte %d: send text in UTF-8", invalidAt(raw)+1)}}
	}
	s := scanner{src: string(raw)}
	if s.peek() != '{' {
		s.skip(0)
		s.fault("", CodeMalformed, "a record is a JSON object")
		return s.problems
	}
	s.object(func(name string) {
		s.field = name
		readField(&s, name, in)
		s.field = ""
	})
	if s.peek(); !s.ended && s.pos < len(s.src) {
		s.problems = nil
		s.fault("", CodeMalformed, "there is more text behind the JSON object: send one object, an array or NDJSON")
	}
	return s.problems
}

func invalidAt(raw []byte) int {
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(raw)
}

// plainName is the name of an unknown field as it may be repeated: one that is not a
// plain identifier could be anything.
func plainName(name string) string {
	if len(name) > 40 || strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) >= 0 {
		return "(unprintable name)"
	}
	return name
}
