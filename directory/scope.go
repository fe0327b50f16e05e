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
