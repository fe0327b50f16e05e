package dashboard

import (
	"strconv"
	"strings"

	"haochaping/access"
	"haochaping/directory"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// seen is what a reader sees of a document: of an evaluation the units within the scope, each with its place among
// all, and of the others nothing but how many there are.
type seen struct {
	*frozen
	result *scoring.Result // of the units that are seen
	all    int             // ranked units, seen or not
	whole  bool            // all units are seen
	codes  map[string]bool // of the units that are seen
}

// see applies the scope of a reader. A unit whose place the directory does not know is seen by those alone who see
// everything.
func see(f *frozen, person *access.Person, dir *directory.Directory) *seen {
	s := &seen{frozen: f, all: len(f.result.Ranked), whole: true, codes: make(map[string]bool)}
	own := *f.result
	own.Ranked, own.Listed = s.within(f.result.Ranked, person, dir), s.within(f.result.Listed, person, dir)
	s.result = &own
	if s.whole {
		s.result = f.result
	}
	return s
}

func (s *seen) within(list []scoring.Placed, person *access.Person, dir *directory.Directory) []scoring.Placed {
	own := make([]scoring.Placed, 0, len(list))
	for i := range list {
		region, department := placeOf(dir, s.units.Kind, list[i].Code)
		if !person.Scope.Allows(dir, region, department) {
			s.whole = false
			continue
		}
		s.codes[list[i].Code] = true
		own = append(own, list[i])
	}
	return own
}

// place is a rank, for a reader who does not see all with the number of ranked units.
func (s *seen) place(u *scoring.Placed) string {
	if s.whole {
		return strconv.Itoa(u.Rank)
	}
	return strconv.Itoa(u.Rank) + " / " + strconv.Itoa(s.all)
}

// placeOf is the region and the department whose figures a unit's are; ” where they are of several, or of none that
// the directory knows.
func placeOf(dir *directory.Directory, kind scheme.UnitKind, code string) (region, department string) {
	of := func(id string) (string, string) {
		d, ok := dir.Department(id)
		if !ok {
			return "", ""
		}
		return d.Region, d.Code
	}
	switch kind {
	case scheme.UnitRegion:
		return code, ""
	case scheme.UnitLineRegion:
		_, region, _ = strings.Cut(code, "@")
		return region, ""
	case scheme.UnitDepartment:
		return of(code)
	case scheme.UnitItem:
		item, _ := dir.Item(code)
		return of(item.Department)
	case scheme.UnitWindow:
		hall, _, _ := strings.Cut(code, "/")
		h, _ := dir.Hall(hall)
		return h.Region, ""
	case scheme.UnitImported:
	}
	return "", ""
}

// unitLink leads to the page of a unit, where it has one.
func (p *page) unitLink(kind scheme.UnitKind, code string) string {
	switch kind {
	case scheme.UnitRegion:
		if _, ok := p.dir.Region(code); ok {
			return p.regionLink(code)
		}
	case scheme.UnitDepartment:
		if _, ok := p.dir.Department(code); ok {
			return p.departmentLink(code)
		}
	case scheme.UnitWindow:
		hall, window, _ := strings.Cut(code, "/")
		if _, ok := p.dir.Window(hall, window); ok {
			return p.windowLink(hall, window)
		}
	case scheme.UnitLineRegion, scheme.UnitItem, scheme.UnitImported:
	}
	return ""
}
