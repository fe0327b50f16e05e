package dashboard

import (
	"strings"

	"haochaping/directory"
	"haochaping/evaluation/scheme"
)

// namedUnit is a unit of the directory that a text names.
type namedUnit struct {
	Kind directory.Kind
	Code string
}

// unitNames are the names of the regions, departments and halls of a directory. Names that several share name nobody.
type unitNames struct {
	dir    *directory.Directory
	byName map[string]namedUnit // the zero namedUnit where several share a name
}

func newUnitNames(dir *directory.Directory) *unitNames {
	n := &unitNames{dir: dir, byName: make(map[string]namedUnit)}
	add := func(u namedUnit, names ...string) {
		for _, name := range names {
			if name == "" {
				continue
			}
			if there, twice := n.byName[name]; twice && there != u {
				n.byName[name] = namedUnit{}
				continue
			}
			n.byName[name] = u
		}
	}
	for _, r := range dir.Regions() {
		add(namedUnit{directory.KindRegion, r.Code}, append([]string{r.Name, r.NameEN}, r.Aliases...)...)
	}
	for _, d := range dir.Departments() {
		add(namedUnit{directory.KindDepartment, d.Code}, d.Name, d.NameEN)
	}
	for _, h := range dir.Halls() {
		add(namedUnit{directory.KindHall, h.Code}, h.Name, h.NameEN)
	}
	return n
}

// names are those of the page's directory.
func (p *page) names() *unitNames {
	n := p.dashboard.names.Load()
	if n == nil || n.dir != p.dir {
		n = newUnitNames(p.dir)
		p.dashboard.names.Store(n)
	}
	return n
}

// ownsAll reports whether the reader sees all units, and what belongs to none.
func (p *page) ownsAll() bool { return p.person.Scope.Allows(p.dir, "", "") }

// owns reports whether a region, department or hall lies in the reader's scope as a whole.
func (p *page) owns(u namedUnit) bool {
	if u.Kind == directory.KindRegion {
		return p.mayRegion(u.Code)
	}
	return p.may(u.Kind, u.Code)
}

// unitNamed is the region, department or hall of the reader's scope that a text names, by its code or by a name that
// is nobody else's. Of units outside the scope it says what it says of none.
func (p *page) unitNamed(text string) (u namedUnit, ok bool) {
	text = strings.TrimSpace(text)
	if r, found := p.dir.Region(text); found && text != "" {
		u = namedUnit{directory.KindRegion, r.Code}
	} else if d, found := p.dir.Department(text); found {
		u = namedUnit{directory.KindDepartment, d.Code}
	} else if h, found := p.dir.Hall(text); found {
		u = namedUnit{directory.KindHall, h.Code}
	} else {
		u = p.names().byName[text]
	}
	return u, u.Code != "" && p.owns(u)
}

// codeNamed is the code of the unit of any scheme that a text names, within the reader's scope: like unitNamed, and
// besides items, windows (hall/window) and lines of regions (line@region), by their codes.
func (p *page) codeNamed(text string) (code string, ok bool) {
	if u, ok := p.unitNamed(text); ok {
		return u.Code, true
	}
	if i, found := p.dir.Item(text); found && p.ownsOf(scheme.UnitItem, i.Code) {
		return i.Code, true
	}
	if hall, window, found := strings.Cut(text, "/"); found {
		if w, found := p.dir.Window(hall, window); found && p.ownsOf(scheme.UnitWindow, text) {
			return w.Hall + "/" + w.Code, true
		}
	}
	return text, strings.Contains(text, "@") && p.ownsOf(scheme.UnitLineRegion, text)
}

// ownsOf reports whether a unit of a scheme lies in the reader's scope as a whole.
func (p *page) ownsOf(kind scheme.UnitKind, code string) bool {
	switch kind {
	case scheme.UnitRegion:
		return p.mayRegion(code)
	case scheme.UnitLineRegion:
		_, region, found := strings.Cut(code, "@")
		return found && p.mayRegion(region)
	case scheme.UnitDepartment:
		return p.may(directory.KindDepartment, code)
	case scheme.UnitItem:
		return p.may(directory.KindItem, code)
	case scheme.UnitWindow:
		hall, _, _ := strings.Cut(code, "/")
		return p.may(directory.KindHall, hall)
	}
	return p.ownsAll()
}

// unitLabel is the name of a region, department or hall, a department with its region.
func (p *page) unitLabel(u namedUnit) label {
	switch u.Kind {
	case directory.KindRegion:
		return p.regionName(u.Code)
	case directory.KindDepartment:
		return p.departmentInPlace(u.Code)
	case directory.KindHall:
		if h, ok := p.dir.Hall(u.Code); ok {
			return p.pick(h.Name, h.NameEN, h.Code)
		}
	}
	return label{Text: u.Code, Name: true}
}
