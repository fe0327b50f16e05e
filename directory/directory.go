// Package directory says who is rated: regions, halls, windows, departments and items, with the
// dates from which and to which they are valid and the mapping from old codes to new ones.
//
// A [Directory] is an immutable snapshot, safe for use by many goroutines. It promises that the
// regions form a forest whatever was delivered, that every list has a fixed order, and that two
// directories of equal content have equal versions. It never guesses an unknown code: what cannot
// be resolved stays unattributed (待归属) until the directory learns it.
package directory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Directory is a snapshot of all that is rated. Make one with [New]; the zero value is empty.
type Directory struct {
	version string

	regions  []Region // sorted by code
	nodes    []node   // the place of each region in the forest
	regionAt map[string]int32
	roots    []int32
	levels   [][]int32 // places by depth, levels[0] = roots

	halls      []Hall
	hallRegion []int32 // place of each hall's region, or none
	hallAt     map[string]int32

	windows   []Window // sorted by hall and code
	windowAt  map[windowKey]int32
	windowsOf map[string]span

	departments   []Department
	departmentAt  map[string]int32
	departmentsOf map[string][]int32
	lines         []string

	items  []Item
	itemAt map[string]int32

	successors   []Successor // sorted by kind, code, day
	successorsOf map[successorKey]span
}

// Problem is something wrong with a delivered directory. Without Warning the delivery should be
// refused; with it, it can be used.
type Problem struct {
	// Line is the line of the file, 1 for the header; 0 when the problem lies between entries.
	Line int
	// Column is the name of the column as the file spells it, or as this package names it.
	Column string
	// Message says what is wrong and what to do.
	Message string
	Warning bool
}

// String is the problem on one line.
func (p Problem) String() string {
	text := p.Message
	if p.Column != "" {
		text = "column " + p.Column + ": " + text
	}
	if p.Line > 0 {
		text = fmt.Sprintf("line %d, %s", p.Line, text)
	}
	if p.Warning {
		text = "warning: " + text
	}
	return text
}

// Fatal reports whether any of the problems is more than a warning.
func Fatal(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning })
}

// problemf is a problem between entries.
func problemf(column, format string, args ...any) Problem {
	return Problem{Column: column, Message: fmt.Sprintf(format, args...)}
}

// New builds a directory. The inputs are not kept or changed. It always returns a usable
// directory, also when there are problems: of equal codes the first counts, an entry without a
// code is left out, a region with a missing parent becomes a root, a ring of parents is cut.
// Whoever imports must refuse a directory whose problems are [Fatal]; whoever serves one that is
// already stored may go on. Of errors and of warnings at most a
// thousand each are listed; the rest is counted.
func New(
	regions []Region, halls []Hall, windows []Window, departments []Department, items []Item, successors []Successor,
) (*Directory, []Problem) {
	d := &Directory{}
	var list problemList
	report := list.add

	d.regions, d.regionAt = index(regions, "region", regionCode, report)
	d.growTree(func(_ string, p Problem) { report(p) })
	d.halls, d.hallAt = index(halls, "hall", func(h *Hall) *string { return &h.Code }, report)
	d.departments, d.departmentAt = index(departments, "department", func(p *Department) *string { return &p.Code }, report)
	d.items, d.itemAt = index(items, "item", func(i *Item) *string { return &i.Code }, report)
	d.indexHalls(report)
	d.indexWindows(windows, report)
	d.indexDepartments(report)
	d.checkItems(report)
	d.indexSuccessors(successors, report)
	d.checkValidity(report)
	d.version = d.hash()
	return d, list.all()
}

// Version is the hash of the content, in hexadecimal: equal for equal content, whatever the order
// in which it was delivered.
func (d *Directory) Version() string {
	if d.version == "" {
		return (&Directory{}).hash()
	}
	return d.version
}

func regionCode(r *Region) *string { return &r.Code }

// index copies a list, sorts it by code and drops entries without a code or with one that was
// there before. Codes are sorted beside their places: moving whole entries about costs more.
func index[T any](list []T, kind string, code func(*T) *string, report func(Problem)) ([]T, map[string]int32) {
	type place struct {
		code string
		at   int
	}
	places := make([]place, len(list))
	for i := range list {
		places[i] = place{trimCode(*code(&list[i])), i}
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(strings.Compare(a.code, b.code), cmp.Compare(a.at, b.at))
	})
	at := make(map[string]int32, len(list))
	kept := make([]T, 0, len(list))
	for i, p := range places {
		switch {
		case p.code == "":
			report(problemf("code", "a %s has no code; give it one", kind))
			continue
		case i > 0 && places[i-1].code == p.code:
			report(problemf("code", "%s %s occurs twice; codes are unique", kind, p.code))
			continue
		}
		at[p.code] = int32(len(kept))
		kept = append(kept, list[p.at])
		*code(&kept[len(kept)-1]) = p.code
	}
	return kept, at
}

func (d *Directory) indexHalls(report func(Problem)) {
	d.hallRegion = make([]int32, len(d.halls))
	for i := range d.halls {
		at, ok := d.regionIndex(d.halls[i].Region)
		if !ok {
			at = none
			report(problemf("region", "hall %s: its region %q is not in the directory; import the regions first or correct the code", d.halls[i].Code, d.halls[i].Region))
		}
		if ok {
			d.halls[i].Region = d.regions[at].Code
		}
		d.hallRegion[i] = at
	}
}

func (d *Directory) indexWindows(windows []Window, report func(Problem)) {
	sorted := slices.Clone(windows)
	for i := range sorted {
		sorted[i].Hall, sorted[i].Code = trimCode(sorted[i].Hall), trimCode(sorted[i].Code)
	}
	slices.SortStableFunc(sorted, func(a, b Window) int {
		return cmp.Or(cmp.Compare(a.Hall, b.Hall), cmp.Compare(a.Code, b.Code))
	})
	d.windowAt = make(map[windowKey]int32, len(sorted))
	d.windowsOf = make(map[string]span)
	for _, w := range sorted {
		key := windowKey{w.Hall, w.Code}
		if w.Code == "" || w.Hall == "" {
			report(problemf("code", "window %q of hall %q: a window needs a code and a hall", w.Code, w.Hall))
			continue
		}
		if _, twice := d.windowAt[key]; twice {
			report(problemf("code", "window %s of hall %s occurs twice; window codes are unique within a hall", w.Code, w.Hall))
			continue
		}
		if _, ok := d.hallAt[w.Hall]; !ok {
			report(problemf("hall", "window %s: its hall %s is not in the directory; import the halls first or correct the code", w.Code, w.Hall))
		}
		places, ok := d.windowsOf[w.Hall]
		if !ok {
			places.from = len(d.windows)
		}
		d.windowAt[key] = int32(len(d.windows))
		d.windows = append(d.windows, w)
		places.to = len(d.windows)
		d.windowsOf[w.Hall] = places
	}
}

func (d *Directory) indexDepartments(report func(Problem)) {
	d.departmentsOf = make(map[string][]int32)
	for i := range d.departments {
		p := &d.departments[i]
		if at, ok := d.regionIndex(p.Region); ok {
			p.Region = d.regions[at].Code
		} else {
			report(problemf("region", "department %s: its region %q is not in the directory; import the regions first or correct the code", p.Code, p.Region))
		}
		if p.Line == "" {
			continue
		}
		if _, ok := d.departmentsOf[p.Line]; !ok {
			d.lines = append(d.lines, p.Line)
		}
		d.departmentsOf[p.Line] = append(d.departmentsOf[p.Line], int32(i))
	}
	slices.Sort(d.lines)
}

func (d *Directory) checkItems(report func(Problem)) {
	for i := range d.items {
		item := &d.items[i]
		item.Department = trimCode(item.Department)
		if _, ok := d.departmentAt[item.Department]; !ok {
			report(problemf("department", "item %s: its department %q is not in the directory; import the departments first or correct the code", item.Code, item.Department))
		}
	}
}

// checkValidity reports entries that end before they begin.
func (d *Directory) checkValidity(report func(Problem)) {
	check := func(kind, code string, from, to time.Time) {
		if !from.IsZero() && !to.IsZero() && !from.Before(to) {
			report(problemf("valid_to", "%s %s: valid from %s to %s (the first day no longer valid) is never; correct one of the dates", kind, code, dayText(from), dayText(to)))
		}
	}
	for i := range d.regions {
		check("region", d.regions[i].Code, d.regions[i].ValidFrom, d.regions[i].ValidTo)
	}
	for i := range d.halls {
		check("hall", d.halls[i].Code, d.halls[i].ValidFrom, d.halls[i].ValidTo)
	}
	for i := range d.windows {
		check("window", d.windows[i].Code, d.windows[i].ValidFrom, d.windows[i].ValidTo)
	}
	for i := range d.departments {
		check("department", d.departments[i].Code, d.departments[i].ValidFrom, d.departments[i].ValidTo)
	}
	for i := range d.items {
		check("item", d.items[i].Code, d.items[i].ValidFrom, d.items[i].ValidTo)
	}
}

func dayText(t time.Time) string { return t.Format(time.DateOnly) }

// maxProblems bounds the errors and the warnings that are listed: nobody reads the second thousand.
const maxProblems = 1000

// problemList collects problems up to the bound and counts the rest.
type problemList struct {
	problems         []Problem
	errors, warnings int
}

func (l *problemList) add(p Problem) {
	n := &l.errors
	if p.Warning {
		n = &l.warnings
	}
	if *n++; *n <= maxProblems {
		l.problems = append(l.problems, p)
	}
}

// all is what was collected. Problems over the bound are summed up in a last one of their kind.
func (l *problemList) all() []Problem {
	list := slices.Clip(l.problems)
	if n := l.errors - maxProblems; n > 0 {
		list = append(list, Problem{Message: fmt.Sprintf("%d more errors are not listed", n)})
	}
	if n := l.warnings - maxProblems; n > 0 {
		list = append(list, Problem{Message: fmt.Sprintf("%d more warnings are not listed", n), Warning: true})
	}
	return list
}
