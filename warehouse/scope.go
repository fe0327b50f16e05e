package warehouse

import (
	"slices"
	"strconv"

	"haochaping/directory"
)

// scopeCondition is the one place where a reader's scope meets raw records: every query that returns records to a
// person has {{scope}} among its conditions, over the columns path (the codes from the root to the leaf region
// that a record counts for) and unit (the department that it counts for), and binds scopeParams. It is the rule of
// [directory.Scope.Allows].
const scopeCondition = `({scope_all:Bool} OR ({scope_any_region:Bool} OR hasAny(path, {scope_regions:Array(String)}))` +
	` AND ({scope_any_department:Bool} OR unit != '' AND has({scope_departments:Array(String)}, unit)))`

// scopeParams binds a scope to the parameters of a query. It fails closed: the zero scope, and one with an empty
// list, lets no row through.
func (w *Warehouse) scopeParams(p params, s directory.Scope) params {
	dir := w.Directory()
	regions := make([]string, 0, len(s.Regions))
	for _, code := range s.Regions {
		if r, ok := dir.Region(code); ok {
			regions = append(regions, r.Code)
		}
	}
	p["scope_all"] = strconv.FormatBool(s.All)
	p["scope_any_region"] = strconv.FormatBool(slices.Contains(s.Regions, directory.Any))
	p["scope_regions"] = textArray(regions)
	p["scope_any_department"] = strconv.FormatBool(slices.Contains(s.Departments, directory.Any))
	p["scope_departments"] = textArray(s.Departments)
	return p
}
