package findings

import (
	"cmp"

	"haochaping/directory"
	"haochaping/evaluation"
)

// Levels is how many upper levels of the regions findings are drawn for.
const Levels = 3

// Units collects the facts of the units of a directory. Fill it with rows of one month after the other, so that
// nobody has to hold the facts of all windows and months at once.
type Units struct {
	dir  *directory.Directory
	list []Series
	at   map[string]int
}

// NewUnits begins with the regions of the upper [Levels] levels and the departments of a directory that lie in the
// region given, or all of them without one: those without any facts have no data, which is a finding. Windows join
// when they have facts.
func NewUnits(dir *directory.Directory, region string) *Units {
	u := &Units{dir: dir, at: make(map[string]int)}
	for level := 1; level <= Levels; level++ {
		for _, r := range dir.RegionsAtLevel(level) {
			if region == "" || dir.Within(r.Code, region) {
				u.know(RegionUnit(dir, r.Code))
			}
		}
	}
	for _, d := range dir.Departments() {
		if region == "" || dir.Within(d.Region, region) {
			u.know(DepartmentUnit(dir, d.Code))
		}
	}
	return u
}

// know takes a unit into the list.
func (u *Units) know(unit Unit) {
	if _, ok := u.at[key(unit)]; !ok {
		u.at[key(unit)] = len(u.list)
		u.list = append(u.list, Series{Unit: unit})
	}
}

// Add adds the facts of one unit in one month, as a query with [evaluation.StepMonth] returns them. Rows of units
// that nobody knows are left out: they are 待归属 (unattributed), and belong to no unit.
func (u *Units) Add(by evaluation.Dimension, row *evaluation.Row) {
	unit := Unit{}
	switch by {
	case evaluation.ByRegion:
		unit = Unit{Kind: Region, Code: row.Region}
	case evaluation.ByDepartment:
		unit = Unit{Kind: Department, Code: row.Department}
	case evaluation.ByWindow:
		if row.Hall == "" || row.Window == "" || row.Valid() < leastAfter {
			return // of thousands of windows most are too quiet to say anything about
		}
		unit = WindowUnit(u.dir, row.Hall, row.Window)
		u.know(unit)
	}
	if i, ok := u.at[key(unit)]; ok {
		u.list[i].Add(row.Start, &row.Facts)
	}
}

// Series are the units collected.
func (u *Units) Series() []Series { return u.list }

// RegionUnit is a region of a directory as a unit.
func RegionUnit(dir *directory.Directory, code string) Unit {
	r, _ := dir.Region(code)
	unit := Unit{Kind: Region, Code: code, Name: Text{r.Name, r.NameEN}}
	if path := dir.Path(code); len(path) > 0 {
		unit.Path = path[:len(path)-1]
	}
	return unit
}

// DepartmentUnit is a department of a directory as a unit.
func DepartmentUnit(dir *directory.Directory, code string) Unit {
	d, _ := dir.Department(code)
	return Unit{Kind: Department, Code: code, Name: Text{d.Name, d.NameEN}, Path: dir.Path(d.Region), Line: d.Line}
}

// WindowUnit is a window of a directory as a unit, named with its hall.
func WindowUnit(dir *directory.Directory, hall, window string) Unit {
	unit := Unit{Kind: Window, Code: hall + "/" + window}
	h, known := dir.Hall(hall)
	if !known {
		return unit
	}
	unit.Path = dir.Path(h.Region)
	w, _ := dir.Window(hall, window)
	if w.Name == "" {
		w.Name = window
	}
	unit.Name = Text{h.Name + " " + w.Name, ""}
	if h.NameEN != "" {
		unit.Name.EN = h.NameEN + ", " + cmp.Or(w.NameEN, w.Name)
	}
	return unit
}

// OpeningHours are those of all halls of a directory, by code.
func OpeningHours(dir *directory.Directory) map[string]string {
	hours := make(map[string]string)
	for _, h := range dir.Halls() {
		if h.OpeningHours != "" {
			hours[h.Code] = h.OpeningHours
		}
	}
	return hours
}
