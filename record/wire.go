package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
		return &json.UnmarshalTypeError{Value: "value", Type: codeType}
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
	return time.Parse(time.RFC3339Nano, string(m))
}

// Decode reads one JSON object into in, a pointer to one of the wire structs. An
// unknown field, a wrong JSON type, bytes that are no text or anything behind the
// object is a problem.
func Decode(raw []byte, in any) Problems {
	if !utf8.Valid(raw) { // encoding/json would replace the bytes in silence
		return Problems{{Code: CodeMalformed, Reason: fmt.Sprintf("not valid UTF-8 at byte %d: send text in UTF-8", invalidAt(raw)+1)}}
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(in); err != nil {
		return decodeProblems(err, raw, in)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Problems{{Code: CodeMalformed, Reason: "there is more text behind the JSON object: send one object, an array or NDJSON"}}
	}
	return nil
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

func decodeProblems(err error, raw []byte, in any) Problems {
	var ps Problems
	var typeErr *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &typeErr) && typeErr.Field != "":
		ps.add(typeErr.Field, CodeMalformed, "expects a JSON %s", jsonType(typeErr.Type.Kind().String()))
	case errors.As(err, &typeErr):
		ps.add("", CodeMalformed, "a record is a JSON object")
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		ps.add(unknownField(err), CodeUnknownField, "no such field in this version of the API: remove it or see /api/v1/openapi.json")
	case errors.As(err, &syntax):
		ps.add("", CodeMalformed, "not valid JSON at byte %d", syntax.Offset)
	case json.Valid(raw): // only a time refuses valid JSON without a typed error
		for _, field := range badTimes(raw, in) {
			ps.add(field, CodeTime, "must be RFC 3339 with an offset, such as 2026-05-04T09:30:00+08:00")
		}
	default:
		ps.add("", CodeMalformed, "not a complete JSON object")
	}
	return ps
}

// badTimes names the time fields that cannot be read: encoding/json does not.
func badTimes(raw []byte, in any) []string {
	var sent map[string]json.RawMessage
	if json.Unmarshal(raw, &sent) != nil {
		return []string{""}
	}
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeOf(in).Elem()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		text, given := sent[name]
		if !given || f.Type != timeType && f.Type != spansType {
			continue
		}
		if json.Unmarshal(text, reflect.New(f.Type).Interface()) != nil {
			names = append(names, name)
		}
	}
	if names == nil {
		return []string{""}
	}
	return names
}

// unknownField takes the name out of encoding/json's error text, which has no
// typed form. A name that is not a plain identifier could be anything, so it is
// not repeated.
func unknownField(err error) string {
	name := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
	if len(name) > 40 || strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) >= 0 {
		return "(unprintable name)"
	}
	return name
}

func jsonType(goKind string) string {
	switch goKind {
	case "string":
		return "string"
	case "slice", "array":
		return "array"
	case "map", "struct":
		return "object"
	case "bool":
		return "boolean"
	default:
		return "whole number"
	}
}

var (
	codeType  = reflect.TypeFor[Code]()
	timeType  = reflect.TypeFor[*time.Time]()
	spansType = reflect.TypeFor[[]Interval]()
)
