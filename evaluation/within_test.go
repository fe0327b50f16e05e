package evaluation_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

// one is a record: a rating of a department in a region; ” = unattributed.
type one struct{ region, department string }

var (
	withinRegions     = []string{"", "1", "11", "12", "111", "112", "121", "2", "21"}
	withinDepartments = []string{"", "A", "B", "C"}
)

func withinDirectory(t *testing.T) *directory.Directory {
	t.Helper()
	var regions []directory.Region
	for _, code := range withinRegions[1:] {
		regions = append(regions, directory.Region{Code: code, Name: code, Parent: code[:len(code)-1]})
	}
	departments := []directory.Department{{Code: "A", Region: "1", Line: "x"}, {Code: "B", Region: "11", Line: "y"}, {Code: "C", Region: "21", Line: "x"}}
	dir, problems := directory.New(regions, []directory.Hall{{Code: "H", Region: "111"}}, nil, departments, nil, nil)
	if directory.Fatal(problems) {
		t.Fatal(problems)
	}
	return dir
}

// counted answers a query from records, as the warehouse does from facts.
func counted(dir *directory.Directory, records []one, q evaluation.Query) (rows []evaluation.Row) {
	for _, r := range records {
		if q.Region != "" && !dir.Within(r.region, q.Region) || q.Department != "" && r.department != q.Department {
			continue
		}
		key := evaluation.Row{Start: q.From}
		switch q.By {
		case evaluation.ByRegion:
			path := dir.Path(r.region)
			level := max(q.Level, 1)
			if q.Parent != "" {
				if !dir.Within(r.region, q.Parent) {
					continue
				}
				level = dir.Level(q.Parent) + 1
			}
			if len(path) < level {
				if q.Parent != "" || level > 1 || q.Region != "" {
					continue
				}
			} else if key.Region = path[level-1]; q.Region != "" && !dir.Within(key.Region, q.Region) {
				continue
			}
		case evaluation.ByDepartment, evaluation.ByDepartmentItem:
			key.Department = r.department
		}
		id := fmt.Sprint(key.Region, "/", key.Department)
		n := slices.IndexFunc(rows, func(r evaluation.Row) bool { return fmt.Sprint(r.Region, "/", r.Department) == id })
		if n < 0 {
			n = len(rows)
			rows = append(rows, key)
		}
		rows[n].Levels[4]++
	}
	return rows
}

// A reader sees of every query exactly what the records of the scope say, and rows of units that lie in it.
func TestReadWithin(t *testing.T) {
	dir := withinDirectory(t)
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOf(rapid.Custom(func(t *rapid.T) one {
			return one{rapid.SampledFrom(withinRegions).Draw(t, "region"), rapid.SampledFrom(withinDepartments).Draw(t, "department")}
		})).Draw(t, "records")
		scope := directory.Scope{
			Regions:     rapid.SliceOfN(rapid.SampledFrom([]string{"*", "1", "11", "12", "111", "2", "21", "99", ""}), 0, 3).Draw(t, "regions"),
			Departments: rapid.SliceOfN(rapid.SampledFrom([]string{"*", "A", "B", "Z", ""}), 0, 2).Draw(t, "departments"),
		}
		q := evaluation.Query{
			By:         rapid.SampledFrom([]evaluation.Dimension{evaluation.ByTotal, evaluation.ByRegion, evaluation.ByDepartment}).Draw(t, "by"),
			Region:     rapid.SampledFrom([]string{"", "", "1", "11", "2"}).Draw(t, "asked region"),
			Department: rapid.SampledFrom([]string{"", "", "A", "C"}).Draw(t, "asked department"),
			Level:      rapid.IntRange(1, 3).Draw(t, "level"),
			From:       calendar.MakeDay(2026, 1, 1), To: calendar.MakeDay(2026, 1, 31),
		}
		if q.By == evaluation.ByRegion && rapid.Bool().Draw(t, "children") {
			q.Parent = rapid.SampledFrom([]string{"1", "11", "2"}).Draw(t, "parent")
		}
		got, err := evaluation.ReadWithin(context.Background(), dir, scope, q, func(_ context.Context, q evaluation.Query) ([]evaluation.Row, error) {
			return counted(dir, records, q), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		theirs := slices.DeleteFunc(slices.Clone(records), func(r one) bool { return !scope.Allows(dir, r.region, r.department) })
		want := counted(dir, theirs, q)
		if q.By == evaluation.ByRegion { // a unit above the scope has no row: its figure would not be its own
			_, every := scope.Roots(dir)
			want = slices.DeleteFunc(want, func(r evaluation.Row) bool {
				return !every && !slices.ContainsFunc(scope.Regions, func(root string) bool { return dir.Within(r.Region, root) })
			})
		}
		if diff := cmp.Diff(sums(want), sums(got)); diff != "" {
			t.Fatalf("scope %v, query %+v (-want +got):\n%s", scope, q, diff)
		}
	})
}

func sums(rows []evaluation.Row) map[string]uint64 {
	list := make(map[string]uint64)
	for i := range rows {
		list[rows[i].Region+"/"+rows[i].Department+"/"+rows[i].Item] += rows[i].Valid()
	}
	return list
}

// What is not counted so finely is not shown, and nobody is asked for it.
func TestReadWithinIsClosed(t *testing.T) {
	dir := withinDirectory(t)
	county := directory.Scope{Regions: []string{"11"}, Departments: []string{directory.Any}}
	police := directory.Scope{Regions: []string{directory.Any}, Departments: []string{"B"}}
	items := func(_ context.Context, q evaluation.Query) ([]evaluation.Row, error) {
		var f evaluation.Facts
		f.Levels[4] = 1
		return []evaluation.Row{{Department: "A", Item: "i", Facts: f}, {Department: "B", Item: "i", Facts: f}, {Item: "i", Facts: f}}, nil
	}
	never := func(_ context.Context, q evaluation.Query) ([]evaluation.Row, error) {
		t.Errorf("asked for %+v", q)
		return nil, nil
	}
	for _, tt := range []struct {
		name  string
		dir   *directory.Directory
		scope directory.Scope
		q     evaluation.Query
		read  func(context.Context, evaluation.Query) ([]evaluation.Row, error)
		want  map[string]uint64
	}{
		{"no scope", dir, directory.Scope{}, evaluation.Query{By: evaluation.ByTotal}, never, nil},
		{"no directory", nil, county, evaluation.Query{By: evaluation.ByTotal}, never, nil},
		{"windows of a department", dir, police, evaluation.Query{By: evaluation.ByWindow, Hall: "H"}, never, nil},
		{"halls of a department", dir, police, evaluation.Query{By: evaluation.ByHall}, never, nil},
		{"a foreign hall", dir, directory.Scope{Regions: []string{"2"}, Departments: []string{directory.Any}}, evaluation.Query{By: evaluation.ByTotal, Hall: "H"}, never, nil},
		{"an unknown hall", dir, county, evaluation.Query{By: evaluation.ByTotal, Hall: "?"}, never, nil},
		{"a foreign department's items", dir, county, evaluation.Query{By: evaluation.ByItem, Department: "A"}, never, nil},
		{"items", dir, county, evaluation.Query{By: evaluation.ByItem}, items, map[string]uint64{"//i": 1}},
		{"one item in all", dir, police, evaluation.Query{By: evaluation.ByTotal, Item: "i"}, items, map[string]uint64{"//": 1}},
		{"one item by channel", dir, police, evaluation.Query{By: evaluation.ByChannel, Item: "i"}, never, nil},
		{"one item of a foreign department", dir, county, evaluation.Query{By: evaluation.ByTotal, Department: "A", Item: "i"}, never, nil},
		{"items by department", dir, police, evaluation.Query{By: evaluation.ByDepartmentItem}, items, map[string]uint64{"/B/i": 1}},
	} {
		got, err := evaluation.ReadWithin(context.Background(), tt.dir, tt.scope, tt.q, tt.read)
		if err != nil {
			t.Fatal(err)
		}
		if tt.want == nil {
			tt.want = map[string]uint64{}
		}
		if diff := cmp.Diff(tt.want, sums(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
