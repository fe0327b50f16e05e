package evaluation

import (
	"cmp"
	"context"
	"slices"

	"haochaping/calendar"
	"haochaping/directory"
)

// ReadWithin answers a query with what a scope may see of it, and nothing else. It is the one place where the scope of a
// reader meets figures: whoever shows facts to somebody reads them through it.
//
// It asks read for queries that are narrowed to the scope, so that the query alone says what its rows hold, and who
// keeps answers by their query cannot hand out those of somebody else's. Rows of the same unit and step are added up.
// Without any part within the scope there are no rows, and read is not asked. The rows of read are not modified.
//
// A scope with departments sees, of a region, the figures of those departments. Halls and windows are not counted by
// department, so such a scope sees none of theirs. Items are counted by department alone: a scope with regions sees the
// items of the departments that lie in them. What is attributed to no region, or to no department, needs
// [directory.Any] of them.
func ReadWithin(
	ctx context.Context, dir *directory.Directory, scope directory.Scope, q Query, read func(context.Context, Query) ([]Row, error),
) ([]Row, error) {
	parts, keep := narrow(dir, scope, q)
	var all []Row
	for _, part := range parts {
		rows, err := read(ctx, part)
		if err != nil {
			return nil, err
		}
		if keep == nil && len(parts) == 1 {
			return rows, nil
		}
		for i := range rows {
			if row := rows[i]; keep == nil || keep(&row) {
				all = append(all, row)
			}
		}
	}
	return merged(all), nil
}

// narrow is the query cut into parts that a scope may see; of their rows only those count that keep accepts, which it
// may relabel. keep is nil if all do.
func narrow(dir *directory.Directory, scope directory.Scope, q Query) (parts []Query, keep func(*Row) bool) {
	if scope.All {
		return []Query{q}, nil
	}
	if dir == nil || len(scope.Regions) == 0 || len(scope.Departments) == 0 {
		return nil, nil
	}
	roots, anywhere := scope.Roots(dir)
	institutions, anyone := scope.Institutions()
	switch {
	case anywhere && anyone:
		return []Query{q}, nil
	case q.By == ByItem || q.By == ByDepartmentItem || q.Item != "":
		return narrowItems(dir, scope, q)
	case q.Hall != "" || q.By == ByHall || q.By == ByWindow:
		if !anyone {
			return nil, nil
		}
		if q.Hall != "" {
			if !scope.AllowsUnit(dir, directory.KindHall, q.Hall) {
				return nil, nil
			}
			return []Query{q}, nil
		}
	}
	parts = []Query{q}
	if !anywhere {
		parts = nil
		for _, root := range roots {
			if region, ok := common(dir, q.Region, root); ok {
				part := q
				part.Region = region
				parts = append(parts, part)
			}
		}
	}
	if !anyone {
		parts = byInstitution(parts, institutions)
	}
	return parts, nil
}

// common is the region that both lie in; ” stands for everywhere.
func common(dir *directory.Directory, asked, root string) (region string, ok bool) {
	switch {
	case asked == "" || dir.Within(root, asked):
		return root, true
	case dir.Within(asked, root):
		return asked, true
	default:
		return "", false
	}
}

// byInstitution narrows each part to each of the departments.
func byInstitution(parts []Query, institutions []string) (narrowed []Query) {
	for _, part := range parts {
		for _, code := range institutions {
			if part.Department == "" || part.Department == code {
				part := part
				part.Department = code
				narrowed = append(narrowed, part)
			}
		}
	}
	return narrowed
}

func narrowItems(dir *directory.Directory, scope directory.Scope, q Query) (parts []Query, keep func(*Row) bool) {
	if q.Department != "" {
		if !scope.AllowsUnit(dir, directory.KindDepartment, q.Department) {
			return nil, nil
		}
		return []Query{q}, nil
	}
	by := q.By
	if by != ByTotal && by != ByItem && by != ByDepartmentItem {
		return nil, nil // rows of no department tell nobody whose they are
	}
	q.By = ByDepartmentItem
	return []Query{q}, func(r *Row) bool {
		if r.Department == "" || !scope.AllowsUnit(dir, directory.KindDepartment, r.Department) {
			return false
		}
		if by != ByDepartmentItem {
			r.Department = ""
		}
		if by == ByTotal {
			r.Item = ""
		}
		return true
	}
}

// rowUnit tells rows apart.
type rowUnit struct {
	start                                                 calendar.Day
	region, line, department, hall, window, item, channel string
}

func unitOf(r *Row) rowUnit {
	return rowUnit{r.Start, r.Region, r.Line, r.Department, r.Hall, r.Window, r.Item, r.Channel}
}

// merged adds up rows of the same unit and step, sorted by step and unit.
func merged(rows []Row) []Row {
	at := make(map[rowUnit]int, len(rows))
	var out []Row
	for i := range rows {
		u := unitOf(&rows[i])
		n, ok := at[u]
		if !ok {
			n = len(out)
			at[u] = n
			row := rows[i]
			row.Facts = Facts{}
			out = append(out, row)
		}
		out[n].Add(&rows[i].Facts)
	}
	slices.SortFunc(out, func(a, b Row) int {
		return cmp.Or(
			cmp.Compare(a.Start, b.Start), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Department, b.Department),
			cmp.Compare(a.Hall, b.Hall), cmp.Compare(a.Window, b.Window), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Channel, b.Channel),
		)
	})
	return out
}
