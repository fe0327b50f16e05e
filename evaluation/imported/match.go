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
	byKey  map[string][]int // of names and codes; places in the order of the list, each once
}

// NewUnits prepares a list of units for [Units.Find]. Of equal codes the first counts.
func NewUnits(list []Unit) *Units {
	u := &Units{list: list, byCode: make(map[string]int, len(list)), byKey: make(map[string][]int, 2*len(list))}
	for i := range list {
		if _, known := u.byCode[list[i].Code]; known {
			continue
		}
		u.byCode[list[i].Code] = i
		for _, name := range append([]string{list[i].Code}, list[i].Names...) {
			if key := naming.Key(name); key != "" && !slices.Contains(u.byKey[key], i) {
				u.byKey[key] = append(u.byKey[key], i)
			}
		}
	}
	return u
}

// Find returns the code of the unit that a text names: a code as it is spelled, else a name, an alias or a code
// without regard to blanks, punctuation, case, width of letters, traditional characters and scraped pinyin. A text
// that fits several units names none of them; they are the candidates.
func (u *Units) Find(text string) (code string, candidates []Unit) {
	clean, err := naming.Clean(text)
	if err != nil || clean == "" {
		return "", nil
	}
	for _, spelled := range []string{text, clean} {
		if i, ok := u.byCode[spelled]; ok {
			return u.list[i].Code, nil
		}
	}
	key := naming.Key(clean)
	if key == "" {
		return "", nil
	}
	places := u.byKey[key]
	if len(places) == 1 {
		return u.list[places[0]].Code, nil
	}
	for _, i := range places {
		candidates = append(candidates, u.list[i])
	}
	return "", candidates
}
