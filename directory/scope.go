package directory

import (
	"encoding/json"
	"slices"
)

// Any in a list of a [Scope] stands for every region (every department), also for records that are
// attributed to none.
const Any = "*"

// Scope is what a person may see: regions with all that lies below them, crossed with departments.
// It fails closed: the zero value sees nothing, and so does a scope with one empty list, because a
// list that lost its last entry must not open the other. A person who may see all departments of a
// region has Departments {Any}.
type Scope struct {
	// All opens everything, whatever the lists say.
	All bool `json:"all,omitempty"`
	// Regions are codes whose whole subtrees are visible, or Any.
	Regions []string `json:"regions,omitempty"`
	// Departments are codes, or Any.
	Departments []string `json:"departments,omitempty"`
}

// Allows reports whether figures or records of a region and a department may be seen. An empty
// department stands for the figures of all departments together and for unattributed records, and
// needs Any; an empty or unknown region likewise.
func (s Scope) Allows(dir *Directory, region, department string) bool {
	return s.All || s.allowsRegion(dir, region) && s.allowsDepartment(department)
}

// AllowsUnit reports whether the page of a region (kind region), hall or department may be opened: it lies in the
// regions of the scope, and what is counted for it is counted for departments of the scope alone. A hall is counted
// for all departments together and needs Any of them; of a region, whoever may see some departments sees their part.
func (s Scope) AllowsUnit(dir *Directory, kind Kind, code string) bool {
	if s.All {
		return true
	}
	switch kind {
	case KindRegion:
		return len(s.Departments) > 0 && s.allowsRegion(dir, code)
	case KindHall:
		h, ok := dir.Hall(code)
		return ok && s.Allows(dir, h.Region, "")
	case KindDepartment:
		d, ok := dir.Department(code)
		return ok && s.Allows(dir, d.Region, d.Code)
	case KindItem:
		i, ok := dir.Item(code)
		return ok && s.AllowsUnit(dir, KindDepartment, i.Department)
	default:
		return false
	}
}

// Roots are the regions of the scope that the directory knows, without those that lie in another one of them, in the
// order of the directory; every = the scope has no bound of regions. A scope that shows nothing has none.
func (s Scope) Roots(dir *Directory) (roots []string, every bool) {
	switch {
	case !s.All && len(s.Departments) == 0:
		return nil, false
	case s.All || slices.Contains(s.Regions, Any):
		return nil, true
	}
	known := make([]string, 0, len(s.Regions))
	for _, code := range sortedSet(s.Regions) {
		if r, ok := dir.Region(code); ok {
			known = append(known, r.Code)
		}
	}
	known = sortedSet(known)
	for _, code := range known {
		if !slices.ContainsFunc(known, func(other string) bool { return other != code && dir.Within(code, other) }) {
			roots = append(roots, code)
		}
	}
	return roots, false
}

// Institutions are the departments of the scope; every = it has no bound of departments.
func (s Scope) Institutions() (codes []string, every bool) {
	if s.All || slices.Contains(s.Departments, Any) {
		return nil, true
	}
	for _, code := range s.Departments {
		if code = trimCode(code); code != "" {
			codes = append(codes, code)
		}
	}
	return sortedSet(codes), false
}

func (s Scope) allowsRegion(dir *Directory, region string) bool {
	if slices.Contains(s.Regions, Any) {
		return true
	}
	return dir != nil && slices.ContainsFunc(s.Regions, func(root string) bool { return dir.Within(region, root) })
}

func (s Scope) allowsDepartment(department string) bool {
	if slices.Contains(s.Departments, Any) {
		return true
	}
	department = trimCode(department)
	return department != "" && slices.Contains(s.Departments, department)
}

// Key is equal for scopes that allow the same by the same lists, and different for all others: a
// cache of what people see is keyed by it.
func (s Scope) Key() string {
	if s.All {
		return "all"
	}
	regions, departments := sortedSet(s.Regions), sortedSet(s.Departments)
	// Lists of strings always encode.
	key, _ := json.Marshal([2][]string{regions, departments})
	return string(key)
}

func sortedSet(list []string) []string {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}
