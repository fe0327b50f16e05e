package record

import (
	"fmt"
	"strings"
)

// Problem says why a record was refused: the field, a stable machine code and a
// sentence with the remedy. It never repeats a submitted value.
type Problem struct {
	Field  string `json:"field" doc:"The field at fault, empty for the record as a whole"`
	Code   string `json:"code" doc:"Stable machine-readable reason"`
	Reason string `json:"reason" doc:"What is wrong and what to do"`
}

func (p Problem) Error() string {
	if p.Field == "" {
		return p.Reason
	}
	return p.Field + ": " + p.Reason
}

// The reasons for refusal.
const (
	CodeMalformed    = "malformed"     // not JSON, or not the JSON type of the field
	CodeUnknownField = "unknown_field" // a field that this version does not know
	CodeMissing      = "missing"       // a required field is absent
	CodeInvalid      = "invalid"       // a value outside what the field allows
	CodeTooLong      = "too_long"      // text or list over its limit
	CodeTime         = "time"          // a time that cannot be right
	CodeUnmapped     = "unmapped"      // a source, level or channel that no code map knows
	CodeContact      = "contact"       // a contact where none can be sealed
	CodeConflict     = "conflict"      // the id is known with other content; the first stays
)

// Problems is the list of everything wrong with one record.
type Problems []Problem

func (ps Problems) Error() string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = p.Error()
	}
	return strings.Join(texts, "; ")
}

func (ps *Problems) add(field, code, format string, args ...any) {
	*ps = append(*ps, Problem{Field: field, Code: code, Reason: fmt.Sprintf(format, args...)})
}
