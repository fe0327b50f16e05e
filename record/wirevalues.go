package record

import (
	"strconv"
	"strings"
	"time"
)

// given says whether a value stands here that field number n of the record takes. A
// null counts as not given; a second value of a field is refused, as nobody could
// say which one counts.
func (s *scanner) given(n int) bool {
	if s.seen>>n&1 != 0 {
		s.twice()
		return false
	}
	s.seen |= 1 << n
	return !s.null()
}

func (s *scanner) twice() {
	s.fault(s.field, CodeMalformed, "is given twice: send each name once")
	s.skip(1)
}

func (s *scanner) unknown(name string) {
	s.fault(plainName(name), CodeUnknownField, "no such field in this version of the API: remove it or see /api/v1/openapi.json")
	s.skip(1)
}

func (s *scanner) null() bool {
	if s.peek() != 'n' {
		return false
	}
	s.literal("null")
	return true
}

func (s *scanner) text(n int, p *string) {
	if s.given(n) {
		*p = s.textValue()
	}
}

func (s *scanner) textValue() string {
	if s.peek() != '"' {
		s.wrong("string")
		return ""
	}
	return s.string()
}

func (s *scanner) flag(n int, p *bool) {
	if s.given(n) {
		*p = s.flagValue()
	}
}

func (s *scanner) maybe(n int, p **bool) {
	if s.given(n) {
		value := s.flagValue()
		*p = &value
	}
}

func (s *scanner) flagValue() bool {
	switch s.peek() {
	case 't':
		s.literal("true")
		return true
	case 'f':
		s.literal("false")
	default:
		s.wrong("boolean")
	}
	return false
}

// whole is the type of a number on the wire.
type whole interface {
	~uint8 | ~uint32 | ~uint64 | ~int64
}

func number[T whole](s *scanner, n int, p *T) {
	if s.given(n) {
		*p = numberValue[T](s)
	}
}

func maybeNumber[T whole](s *scanner, n int, p **T) {
	if s.given(n) {
		value := numberValue[T](s)
		*p = &value
	}
}

func numberValue[T whole](s *scanner) T {
	const want = "whole number"
	if !isNumber(s.peek()) {
		s.wrong(want)
		return 0
	}
	text := s.number()
	var value T
	var err error
	if ^value < 0 { // signed
		var n int64
		n, err = strconv.ParseInt(text, 10, 64)
		value = T(n)
	} else {
		var n uint64
		n, err = strconv.ParseUint(text, 10, 64)
		if value = T(n); uint64(value) != n {
			err = strconv.ErrRange
		}
	}
	if err != nil && !s.ended {
		s.fault(s.field, CodeMalformed, "expects a JSON "+want)
	}
	return value
}

func (s *scanner) code(n int, p *Code) {
	if s.given(n) {
		*p = s.codeValue()
	}
}

func (s *scanner) codeValue() Code {
	switch c := s.peek(); {
	case c == '"':
		return Code(strings.TrimSpace(s.string()))
	case isNumber(c):
		return Code(s.number())
	case s.null():
	default:
		s.wrong("string or number")
	}
	return ""
}

func (s *scanner) texts(n int, p *[]string) {
	if !s.given(n) {
		return
	}
	if s.peek() != '[' {
		s.wrong("array")
		return
	}
	*p = make([]string, 0, 4)
	s.list(func() {
		text := ""
		if !s.null() {
			text = s.textValue()
		}
		if s.room(len(*p)) {
			*p = append(*p, text)
		}
	})
}

func (s *scanner) codes(n int, p *map[string]Code) {
	if !s.given(n) {
		return
	}
	if s.peek() != '{' {
		s.wrong("object")
		return
	}
	codes := make(map[string]Code)
	s.object(func(name string) {
		if _, known := codes[name]; known {
			s.twice()
			return
		}
		code := s.codeValue()
		if s.room(len(codes)) {
			codes[name] = code
		}
	})
	*p = codes
}

// room says whether a list of n elements may have one more.
func (s *scanner) room(n int) bool {
	if n >= maxElements {
		s.fault(s.field, CodeTooLong, "at most "+strconv.Itoa(maxElements)+" elements")
		return false
	}
	return true
}

func (s *scanner) intervals(n int, p *[]Interval) {
	if !s.given(n) {
		return
	}
	if s.peek() != '[' {
		s.wrong("array")
		return
	}
	s.list(func() {
		span := s.interval(2 * len(*p))
		if s.room(len(*p)) {
			*p = append(*p, span)
		}
	})
}

// interval takes one suspension. index is what an unread time of it gets.
func (s *scanner) interval(index int) (span Interval) {
	if s.null() {
		return span
	}
	if s.peek() != '{' {
		s.wrong("array of objects")
		return span
	}
	var from, to bool
	s.object(func(name string) {
		switch {
		case name == "from" && !from:
			from = true
			s.timeValue(index, &span.From)
		case name == "to" && !to:
			to = true
			s.timeValue(index+1, &span.To)
		case name == "from" || name == "to":
			s.twice()
		default:
			s.unknown(name)
		}
	})
	return span
}

func (s *scanner) time(n int, p **time.Time) {
	if s.given(n) {
		if t := new(time.Time); s.timeValue(0, t) {
			*p = t
		}
	}
}

// timeValue takes a time. One that is not RFC 3339 is kept as it was sent.
func (s *scanner) timeValue(index int, p *time.Time) bool {
	var text string
	switch c := s.peek(); {
	case c == '"':
		text = s.string()
		if t, ok := parseTime(text); ok {
			*p = t
			return true
		}
	case isNumber(c):
		text = s.number()
	case s.null():
		return false
	default:
		s.fault(s.field, CodeTime, timeReason)
		s.skip(1)
		return false
	}
	switch {
	case s.ended:
	case mayBeTime(text) && index < 2*maxElements:
		s.unread = append(s.unread, unreadTime{field: s.field, index: index, text: text})
	default:
		s.fault(s.field, CodeTime, timeReason)
	}
	return false
}
