// Package naming cleans the names that other systems deliver and makes search keys of them.
//
// It repairs damage that is certain to be damage (scraped pinyin behind a character, traditional
// characters, full-width letters, invisible characters) and leaves everything else as it is: real
// brackets, rare characters of official place names, punctuation. It never guesses an encoding:
// what is not UTF-8 is refused with its place.
package naming

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// TextError says where a text is not UTF-8. It does not repeat the text.
type TextError struct {
	// Offset is the place of the first wrong byte, 0 being the first byte of the text.
	Offset int
	// Line is the line on which it lies, 1 being the first.
	Line int
}

// Error names the place.
func (e *TextError) Error() string {
	return fmt.Sprintf("text is not UTF-8: byte %d (line %d); save it as UTF-8", e.Offset, e.Line)
}

// CheckText returns a [*TextError] when a text is not UTF-8.
func CheckText(text []byte) error {
	if utf8.Valid(text) {
		return nil
	}
	offset := 0
	for offset < len(text) {
		r, size := utf8.DecodeRune(text[offset:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		offset += size
	}
	return &TextError{Offset: offset, Line: bytes.Count(text[:offset], []byte("\n")) + 1}
}

// Clean repairs a name, in this order:
//
//  1. Control, bidirectional and other invisible characters are dropped; every kind of white space
//     becomes a space, and runs of spaces one; none is left at the ends.
//  2. Full-width letters and digits become half-width. Full-width brackets and punctuation stay.
//  3. The text is brought into Unicode form NFC.
//  4. Traditional characters become simplified, see [Fold].
//  5. A bracketed pinyin syllable behind a Chinese character is removed, see [StripPinyin].
//
// Clean of a clean name changes nothing. The errors are a [*TextError], and that of [Ready].
func Clean(raw string) (string, error) {
	if !utf8.ValidString(raw) {
		return "", CheckText([]byte(raw))
	}
	table, err := loadTable()
	if err != nil {
		return "", err
	}
	clean := table.fold(norm.NFC.String(plain(raw)), false)
	// What stood behind a removed bracket can be a bracket again only in hostile input; then the
	// text still shrinks with every round.
	for {
		stripped := StripPinyin(clean)
		if len(stripped) == len(clean) {
			break
		}
		clean = plain(stripped)
	}
	return clean, nil
}

// Key is the form of a name by which it is searched: cleaned, every traditional character folded
// (also those that [Fold] keeps in names), lower case, without spaces and punctuation. Two names
// with equal keys read the same to a searching person. Names that [Clean] refuses have the empty
// key, which callers must not take for a prefix of all.
func Key(name string) string {
	clean, err := Clean(name)
	if err != nil {
		return ""
	}
	table, err := loadTable()
	if err != nil {
		return ""
	}
	letters := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, clean)
	return table.fold(letters, true)
}

// plain drops what cannot be seen, narrows letters and digits, and tidies spaces.
func plain(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			gap = true
			continue
		case invisible(r):
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(narrow(r))
	}
	return b.String()
}

// isPlain is the quick answer for most names: nothing in them but Chinese characters.
func isPlain(s string) bool {
	for _, r := range s {
		if r < 0x4E00 || r > 0x9FFF {
			return false
		}
	}
	return true
}

// invisible reports control and format characters: among them the bidirectional ones, the
// zero-width ones, the byte order mark and the soft hyphen.
func invisible(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf) }

// narrow turns a full-width letter or digit into its half-width form.
func narrow(r rune) rune {
	if '０' <= r && r <= '９' || 'Ａ' <= r && r <= 'Ｚ' || 'ａ' <= r && r <= 'ｚ' {
		return r - 'Ａ' + 'A'
	}
	return r
}
