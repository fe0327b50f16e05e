package export

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// unattributed is the name of records whose code the directory does not know.
const unattributed = "待归属"

// printable replaces what is no text in a file: bytes that are not UTF-8, control characters (XML forbids most
// of them, terminals obey them), the marks that turn the direction of writing around, and non-characters.
// Line breaks and tabs become spaces.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Noncharacter_Code_Point, r):
			return utf8.RuneError
		}
		return r
	}, text)
}

// guarded keeps a spreadsheet from reading a foreign text as a formula: where it could begin one, also behind
// blanks or in full width, an apostrophe comes first. A negative number is a number.
func guarded(text string) string {
	if negative.MatchString(text) {
		return text
	}
	begin, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(text, blank))
	first, _ := utf8.DecodeRuneInString(text)
	if strings.ContainsRune("=+-@＝＋－＠", begin) || strings.ContainsRune("\t\r\n", first) {
		return "'" + text
	}
	return text
}

var negative = regexp.MustCompile(`^-[0-9][0-9,]*(\.[0-9]+)?$`)

// blank is what a spreadsheet may skip in front of a formula.
func blank(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// columns is how many columns of a terminal a text takes: two for a wide character of East Asia, none for a mark
// that joins the one before it.
func columns(text string) (n int) {
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
