package edition

import (
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"haochaping/evaluation"
)

// ErrRefused is in the chain of every refusal: the request is against the rules of editions, and says which.
var ErrRefused = errors.New("refused")

// Refusal is a request that is against the rules, and why and what to do, in both languages.
type Refusal struct {
	zh, en  string
	command string // what the command line says besides, in English
}

// Refuse makes a refusal from a format in each language. Both take the same arguments; what has words in the languages,
// such as a State, is written in them.
func Refuse(zh, en string, args ...any) Refusal {
	return Refusal{zh: spoken(evaluation.Languages[0], zh, args), en: spoken(evaluation.Languages[1], en, args)}
}

func spoken(lang, format string, args []any) string {
	args = slices.Clone(args)
	for i := range args {
		if w, ok := args[i].(interface{ Words(lang string) string }); ok {
			args[i] = w.Words(lang)
		}
	}
	return fmt.Sprintf(format, args...)
}

// Hint adds what helps at the command line alone.
func (r Refusal) Hint(command string) Refusal {
	r.command = command
	return r
}

// Error is what the command line says.
func (r Refusal) Error() string { return r.en + r.command }

// In is what pages say: a sentence that begins with a capital letter, where the language has them.
func (r Refusal) In(lang string) string {
	first, size := utf8.DecodeRuneInString(r.en)
	return either(lang, r.zh, string(unicode.ToUpper(first))+r.en[size:])
}

// Unwrap makes it an ErrRefused.
func (Refusal) Unwrap() error { return ErrRefused }

// phrase is a part of a sentence in both languages.
type phrase struct{ zh, en string }

// Words is the phrase in a language.
func (p phrase) Words(lang string) string { return either(lang, p.zh, p.en) }

func either(lang, zh, en string) string {
	if lang == evaluation.Languages[1] {
		return en
	}
	return zh
}
