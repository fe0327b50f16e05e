package naming

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"unicode/utf8"
)

// dist holds t2s.txt, which the build makes from a published dictionary: one pair a line,
// traditional TAB simplified. It is not in the repository; a hidden file keeps the folder.
//
//go:embed all:dist
var dist embed.FS

// tablePath is the place of the table in dist.
const tablePath = "dist/t2s.txt"

// official are traditional characters that occur in names of the national division list (乾安县,
// 濛江乡, 於潜镇, …), where the simplified character would be another name. Names keep them;
// search keys fold them.
const official = "乾塚磑鷺濛氾於瀂鮀礐鮜篢輋洩"

// lastBasic is the end of the basic plane. Simplified forms beyond it are left alone: no usual font
// shows them, while the traditional form is readable.
const lastBasic = 0xFFFF

// table maps traditional characters to simplified ones.
type table map[rune]rune

var loadTable = sync.OnceValues(func() (table, error) {
	text, err := dist.ReadFile(tablePath)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("fold traditional characters: the table naming/dist/t2s.txt was not there when the program was built; run make build, which makes it")
	}
	if err != nil {
		return nil, fmt.Errorf("read the table of traditional characters: %w", err)
	}
	return parseTable(string(text))
})

// smallestTable is the number of pairs below which a table must be a fragment.
const smallestTable = 1000

// parseTable reads traditional TAB simplified, one pair a line. Of several simplified forms the
// first counts; a character that is its own simplified form is no pair.
func parseTable(text string) (table, error) {
	pairs := make(table, 4096)
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r")
		if line == "" || line[0] == '#' {
			continue
		}
		from, to, ok := strings.Cut(line, "\t")
		to, _, _ = strings.Cut(to, " ")
		trad, simp := []rune(from), []rune(to)
		if !ok || len(trad) != 1 || len(simp) != 1 || !utf8.ValidString(line) {
			return nil, fmt.Errorf("read the table of traditional characters: line %d is not one character, a tab and one character", n+1)
		}
		if trad[0] != simp[0] && simp[0] <= lastBasic {
			pairs[trad[0]] = simp[0]
		}
	}
	if len(pairs) < smallestTable {
		return nil, fmt.Errorf("read the table of traditional characters: only %d pairs; run make build, which makes it", len(pairs))
	}
	// A pair whose simplified form is folded again would make a second pass change the text.
	for trad, simp := range pairs {
		if next, again := pairs[simp]; again && next != trad {
			pairs[trad] = next
		}
	}
	return pairs, nil
}

// Ready reports whether the table of traditional characters is there and whole. A program checks
// it at the start: without the table nothing that cleans names works.
func Ready() error {
	_, err := loadTable()
	return err
}

// Fold turns traditional characters into simplified ones, one by one. Characters that occur in
// official names of the national division list stay, and so do those whose simplified form lies
// beyond the basic plane. The only error is that of [Ready].
func Fold(s string) (string, error) {
	t, err := loadTable()
	if err != nil {
		return "", err
	}
	return t.fold(s, false), nil
}

// fold maps a text; all also folds the official characters.
func (t table) fold(s string, all bool) string {
	return strings.Map(func(r rune) rune {
		simp, ok := t[r]
		if !ok || !all && strings.ContainsRune(official, r) {
			return r
		}
		return simp
	}, s)
}
