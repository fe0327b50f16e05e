package record

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of one record as text, besides MaxLength.
const (
	maxNesting  = 8   // levels of objects and lists; a record has three
	maxElements = 256 // of one list or map; the door allows fewer
	maxFaults   = 20  // problems told of one record
)

// scanner reads the JSON text of one record from front to back. Texts without
// escapes are parts of src, so that a record costs one allocation for all of them.
//
// Each reading method takes the next value. A value of the wrong type is noted under
// the name of the field and passed over, so that a sender learns of all faults at
// once; text that is no JSON ends the reading.
type scanner struct {
	src      string
	pos      int
	field    string // of the record, the one being read
	seen     uint64 // fields of the record that were given, by number
	unread   unreadTimes
	problems Problems
	ended    bool // nothing more is read
}

// wrong notes that the value has another type than want, and passes over it.
func (s *scanner) wrong(want string) {
	s.fault(s.field, CodeMalformed, "expects a JSON "+want)
	s.skip(1)
}

func (s *scanner) fault(field, code, reason string) {
	if n := len(s.problems); s.ended || n > 0 && s.problems[n-1].Field == field && s.problems[n-1].Code == code {
		return // said already
	}
	s.problems = append(s.problems, Problem{Field: field, Code: code, Reason: reason})
	s.ended = len(s.problems) >= maxFaults
}

// broken ends the reading: what was noted before would be guesswork.
func (s *scanner) broken() {
	if s.ended {
		return
	}
	s.problems, s.ended = nil, true
	if s.pos >= len(s.src) {
		s.problems.add("", CodeMalformed, "not a complete JSON object")
		return
	}
	s.problems.add("", CodeMalformed, "not valid JSON at byte %d", s.pos+1)
}

// peek is the first byte of the next token, 0 at the end of the text and of the reading.
func (s *scanner) peek() byte {
	if s.ended {
		return 0
	}
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; c {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// literal takes a word that stands at pos, such as true.
func (s *scanner) literal(word string) {
	for i := range len(word) {
		if s.pos >= len(s.src) || s.src[s.pos] != word[i] {
			s.broken()
			return
		}
		s.pos++
	}
}

// object takes an object and calls member for each name, which must take the value.
func (s *scanner) object(member func(name string)) {
	s.pos++
	if s.peek() == '}' {
		s.pos++
		return
	}
	for {
		if s.peek() != '"' {
			s.broken()
			return
		}
		name := s.string()
		if s.peek() != ':' {
			s.broken()
			return
		}
		s.pos++
		member(name)
		if !s.more('}') {
			return
		}
	}
}

// list takes a list and calls element for each value, which it must take.
func (s *scanner) list(element func()) {
	s.pos++
	if s.peek() == ']' {
		s.pos++
		return
	}
	for {
		element()
		if !s.more(']') {
			return
		}
	}
}

// more takes the comma before another element, or the sign that closes.
func (s *scanner) more(closing byte) bool {
	switch s.peek() {
	case ',':
		s.pos++
		return true
	case closing:
		s.pos++
		return false
	default:
		s.broken()
		return false
	}
}

// skip takes any value that stands depth levels deep.
func (s *scanner) skip(depth int) {
	switch c := s.peek(); {
	case c == '"':
		s.string()
	case c == '{' || c == '[':
		if depth >= maxNesting {
			s.fault(s.field, CodeMalformed, "nested too deep")
			s.ended = true
			return
		}
		if c == '{' {
			s.object(func(string) { s.skip(depth + 1) })
		} else {
			s.list(func() { s.skip(depth + 1) })
		}
	case c == 't':
		s.literal("true")
	case c == 'f':
		s.literal("false")
	case c == 'n':
		s.literal("null")
	case isNumber(c):
		s.number()
	default:
		s.broken()
	}
}

func isNumber(c byte) bool { return c == '-' || isDigit(c) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number takes a number and returns it as it is written.
func (s *scanner) number() string {
	start := s.pos
	if s.src[s.pos] == '-' {
		s.pos++
	}
	if s.pos < len(s.src) && s.src[s.pos] == '0' {
		s.pos++
	} else if !s.digits() {
		return ""
	}
	if s.pos < len(s.src) && s.src[s.pos] == '.' {
		s.pos++
		if !s.digits() {
			return ""
		}
	}
	if s.pos < len(s.src) && s.src[s.pos]|0x20 == 'e' {
		s.pos++
		if s.pos < len(s.src) && (s.src[s.pos] == '+' || s.src[s.pos] == '-') {
			s.pos++
		}
		if !s.digits() {
			return ""
		}
	}
	return s.src[start:s.pos]
}

// digits takes at least one digit.
func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.src) && isDigit(s.src[s.pos]) {
		s.pos++
	}
	if s.pos == start {
		s.broken()
		return false
	}
	return true
}

// string takes a text, at whose quotation mark pos stands.
func (s *scanner) string() string {
	s.pos++
	start := s.pos
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == '"':
			s.pos++
			return s.src[start : s.pos-1]
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			s.broken()
			return ""
		}
		s.pos++
	}
	s.broken()
	return ""
}

// escaped takes the rest of a text that begins at start and has a backslash at pos.
func (s *scanner) escaped(start int) string {
	var b strings.Builder
	b.WriteString(s.src[start:s.pos])
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		switch {
		case c == '"':
			s.pos++
			return b.String()
		case c == '\\':
			s.pos++
			if s.pos >= len(s.src) || !s.escape(&b) {
				s.broken()
				return ""
			}
			continue
		case c < ' ':
			s.broken()
			return ""
		}
		b.WriteByte(c)
		s.pos++
	}
	s.broken()
	return ""
}

// escape takes what stands behind a backslash. Half a pair of surrogates is no
// character and is refused, not replaced in silence.
func (s *scanner) escape(b *strings.Builder) bool {
	c := s.src[s.pos]
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		b.WriteByte("\"\\/\b\f\n\r\t"[i])
		s.pos++
		return true
	}
	if c != 'u' {
		return false
	}
	r, ok := hexUnit(s.src[s.pos+1:])
	if !ok {
		return false
	}
	size := len("u") + hexDigits
	if utf16.IsSurrogate(r) {
		var low rune
		if rest, both := strings.CutPrefix(s.src[s.pos+size:], `\u`); both {
			low, _ = hexUnit(rest)
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			s.fault(s.field, CodeMalformed, "has half of a surrogate pair, which is no character")
		} else {
			size += len(`\u`) + hexDigits
		}
	}
	b.WriteRune(r)
	s.pos += size
	return true
}

// hexDigits is how many digits stand behind \u.
const hexDigits = 4

func hexUnit(text string) (rune, bool) {
	if len(text) < hexDigits {
		return 0, false
	}
	var r rune
	for i := range hexDigits {
		c := text[i]
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
