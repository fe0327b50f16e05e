package finder

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// sounds says how characters are read: Mandarin without tones, ü as v. A sound is a number; those below firstSyllable
// are letters and digits, which are read as they are.
type sounds struct {
	spelling []string // by number
	initial  []byte   // by number: the first letter of its spelling
	single   []uint16 // by character of the basic plane
	words    map[uint16][]word
}

// word is characters that are read differently where they stand together.
type word struct{ units, sounds []uint16 }

// firstSyllable is where sounds stop being ASCII characters.
const firstSyllable = 128

// readings is how characters are read: the first, most frequent reading of each, corrected by exceptions. Made at the
// first use.
var readings = sync.OnceValue(func() *sounds {
	s := &sounds{single: make([]uint16, 1<<16), words: make(map[uint16][]word)}
	numbers := make(map[string]uint16)
	number := func(syllable string) uint16 {
		n, ok := numbers[syllable]
		if !ok {
			n = uint16(len(s.spelling))
			numbers[syllable] = n
			s.spelling, s.initial = append(s.spelling, syllable), append(s.initial, syllable[0])
		}
		return n
	}
	for c := range uint16(firstSyllable) {
		s.spelling, s.initial = append(s.spelling, string(rune(c))), append(s.initial, byte(c))
		if r := rune(c); unicode.IsLower(r) || unicode.IsDigit(r) {
			s.single[c] = c
		}
	}
	for r, list := range pinyin.PinyinDict {
		first, _, _ := strings.Cut(list, ",")
		if syllable := toneless(first); syllable != "" && r >= firstSyllable && r < len(s.single) {
			s.single[r] = number(syllable)
		}
	}
	for line := range strings.Lines(exceptions) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		w := word{units: utf16.Encode([]rune(fields[0]))}
		for _, syllable := range fields[1:] {
			w.sounds = append(w.sounds, number(syllable))
		}
		if len(w.units) == 1 {
			s.single[w.units[0]] = w.sounds[0]
			continue
		}
		s.words[w.units[0]] = append(s.words[w.units[0]], w)
	}
	return s
})

// toneless takes the tone marks off a syllable; ü becomes v. Anything but letters makes it empty.
func toneless(syllable string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(syllable) {
		switch {
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		case r == '\u0308': // ü is u with two dots
			text := b.String()
			b.Reset()
			b.WriteString(strings.TrimSuffix(text, "u") + "v")
		case unicode.Is(unicode.Mn, r):
		default:
			return ""
		}
	}
	return b.String()
}

// of appends the sounds of a text.
func (s *sounds) of(to, units []uint16) []uint16 {
	for i := 0; i < len(units); {
		w, ok := s.wordAt(units[i:])
		if ok {
			to = append(to, w.sounds...)
			i += len(w.units)
			continue
		}
		to = append(to, s.single[units[i]])
		i++
	}
	return to
}

// wordAt is the word with which a text begins.
func (s *sounds) wordAt(units []uint16) (word, bool) {
	for _, w := range s.words[units[0]] {
		if hasPrefix(units, w.units) {
			return w, true
		}
	}
	return word{}, false
}

// hasPrefix reports whether a text begins with another.
func hasPrefix(text, start []uint16) bool {
	if len(text) < len(start) {
		return false
	}
	for i, unit := range start {
		if text[i] != unit {
			return false
		}
	}
	return true
}
