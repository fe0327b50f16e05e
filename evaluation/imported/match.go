package imported

import (
	"slices"
	"strconv"

	"haochaping/directory/naming"
)

func number(n int) string { return strconv.Itoa(n) }

// Unit is somebody whom values may name.
type Unit struct {
	Code  string
	Names []string // in any language, and aliases; empty ones are none
}

// Units finds the unit that a text names. It is not changed after [NewUnits] and safe for concurrent use.
type Units struct {
	list   []Unit
	byCode map[string]int
	byText map[string][]int // codes and names, folded; places in the order of the list, each once
	byKey  map[string][]int // names without punctuation
}

// NewUnits prepares a list of units for [Units.Find]. Of equal codes the first counts.
func NewUnits(list []Unit) *Units {
	u := &Units{list: list, byCode: make(map[string]int, len(list)), byText: make(map[string][]int, 2*len(list)), byKey: make(map[string][]int, len(list))}
	for i := range list {
		if _, known := u.byCode[list[i].Code]; known {
			continue
		}
		u.byCode[list[i].Code] = i
		note(u.byText, folded(list[i].Code), i)
		for _, name := range list[i].Names {
			note(u.byText, folded(name), i)
			note(u.byKey, naming.Key(name), i)
		}
	}
	return u
}

func note(places map[string][]int, text string, i int) {
	if text != "" && !slices.Contains(places[text], i) {
		places[text] = append(places[text], i)
	}
}

// Find returns the code of the unit that a text names: a code as it is spelled; else a code, a name or an alias without
// regard to blanks, case, width of letters, traditional characters and scraped pinyin; else a name without its
// punctuation too. A text that fits several units names none of them: they are the candidates.
func (u *Units) Find(text string) (code string, candidates []Unit) {
	if _, ok := u.byCode[text]; ok {
		return text, nil
	}
	places := u.byText[folded(text)]
	if len(places) == 0 {
		places = u.byKey[naming.Key(text)]
	}
	if len(places) == 1 {
		return u.list[places[0]].Code, nil
	}
	for _, i := range places {
		candidates = append(candidates, u.list[i])
	}
	return "", candidates
}
