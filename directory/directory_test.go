package directory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func date(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

// sample is a small directory: two provinces, one with a placeholder level, one with letters.
func sample(t *testing.T) *Directory {
	t.Helper()
	d, problems := New(
		[]Region{
			{Code: "990101001", Name: "东街", Parent: "990101"},
			{Code: "99", Name: "示例省"},
			{Code: "9901", Name: "市辖区", Parent: "99", Placeholder: true},
			{Code: "990101", Name: "甲县", Parent: "990100"},
			{Code: "9902", Name: "乙市", Parent: "99"},
			{Code: "NE", Name: "Nordeste"},
			{Code: "MA", Name: "Maranhão", Parent: "NE"},
		},
		[]Hall{
			{Code: "H2", Name: "乙市大厅", Region: "990200000000"},
			{Code: "H1", Name: "甲县大厅", Region: "990101"},
			{Code: "H0", Name: "东街服务站", Region: "990101001"},
		},
		[]Window{{Hall: "H1", Code: "2"}, {Hall: "H1", Code: "1"}, {Hall: "H2", Code: "1"}},
		[]Department{
			{Code: "D1", Name: "甲县公安局", Region: "990101", Line: "公安"},
			{Code: "D2", Name: "乙市公安局", Region: "9902", Line: "公安"},
			{Code: "D3", Name: "乙市人社局", Region: "9902", Line: "人社"},
		},
		[]Item{{Code: "I1", Name: "身份证", Department: "D1"}, {Code: "I2", Name: "社保卡", Department: "D3"}},
		[]Successor{{Kind: KindDepartment, From: "D0", To: "D1", On: date("2026-07-01")}},
	)
	if len(problems) > 0 {
		t.Fatalf("New: %v", problems)
	}
	return d
}

// codes lists the codes of any entries.
func codes[T any](list []T, code func(T) string) string {
	var all []string
	for _, e := range list {
		all = append(all, code(e))
	}
	return strings.Join(all, " ")
}

func regionCodes(list []Region) string { return codes(list, func(r Region) string { return r.Code }) }

func TestLookups(t *testing.T) {
	d := sample(t)
	department := func(p Department) string { return p.Code }
	hall := func(h Hall) string { return h.Code }
	tests := []struct{ name, got, want string }{
		{"roots", regionCodes(d.Roots()), "99 NE"},
		{"all regions", regionCodes(d.Regions()), "99 9901 990101 990101001 9902 MA NE"},
		{"children", regionCodes(d.Children("99")), "9901 9902"},
		{"children by long code", regionCodes(d.Children(" 990000 ")), "9901 9902"},
		{"children of a leaf", regionCodes(d.Children("MA")), ""},
		{"children of nobody", regionCodes(d.Children("XX")), ""},
		{"path", strings.Join(d.Path("990101001"), " "), "99 9901 990101 990101001"},
		{"path of nobody", strings.Join(d.Path("98"), " "), ""},
		{"breadcrumb", regionCodes(d.Breadcrumb("990101001000")), "99 990101 990101001"},
		{"breadcrumb of a placeholder", regionCodes(d.Breadcrumb("9901")), "99 9901"},
		{"breadcrumb of letters", regionCodes(d.Breadcrumb("MA")), "NE MA"},
		{"level 2", regionCodes(d.RegionsAtLevel(2)), "9901 9902 MA"},
		{"level 0", regionCodes(d.RegionsAtLevel(0)), ""},
		{"level 5", regionCodes(d.RegionsAtLevel(5)), ""},
		{"lines", strings.Join(d.Lines(), " "), "人社 公安"},
		{"departments of a line", codes(d.DepartmentsOfLine("公安"), department), "D1 D2"},
		{"departments of no line", codes(d.DepartmentsOfLine("税务"), department), ""},
		{"halls in a province", codes(d.HallsIn("99"), hall), "H0 H1 H2"},
		{"halls below a placeholder", codes(d.HallsIn("9901"), hall), "H0 H1"},
		{"halls elsewhere", codes(d.HallsIn("NE"), hall), ""},
		{"windows", codes(d.WindowsOf("H1"), func(w Window) string { return w.Code }), "1 2"},
		{"windows of a hall without", codes(d.WindowsOf("H0"), func(w Window) string { return w.Code }), ""},
		{"levels", fmt.Sprint(d.Level("99"), d.Level("990101001"), d.Level("XX"), d.MaxLevel()), "1 4 0 4"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
	if h, ok := d.Hall("H2"); !ok || h.Region != "9902" {
		t.Errorf("hall H2 = %+v, %v: want its region as the directory spells it", h, ok)
	}
	if w, ok := d.Window("H1", " 2 "); !ok || w.Code != "2" {
		t.Errorf("window 2 of H1 = %+v, %v", w, ok)
	}
	if _, ok := d.Window("H2", "2"); ok {
		t.Error("H2 has no window 2")
	}
	if i, ok := d.Item("I2"); !ok || i.Department != "D3" {
		t.Errorf("item I2 = %+v, %v", i, ok)
	}
	if _, ok := d.Department("D9"); ok {
		t.Error("there is no department D9")
	}
}

func TestEmptyDirectory(t *testing.T) {
	built, problems := New(nil, nil, nil, nil, nil, nil)
	if len(problems) > 0 {
		t.Fatalf("New of nothing: %v", problems)
	}
	for name, d := range map[string]*Directory{"built": built, "zero": {}} {
		region, department, line, missing := d.Attribute("99", "", "", "", "")
		if region+department+line != "" || missing != UnknownRegion|NoRegion|NoDepartment {
			t.Errorf("%s: Attribute = %q %q %q %v", name, region, department, line, missing)
		}
		if d.MaxLevel() != 0 || d.Roots() != nil || d.Within("99", "99") || d.Current(KindHall, "H", date("2026-01-01")) != "H" {
			t.Errorf("%s: an empty directory knows something", name)
		}
		if d.Version() != built.Version() || d.Version() == "" {
			t.Errorf("%s: version %q, want %q", name, d.Version(), built.Version())
		}
	}
}

func TestNewReportsProblems(t *testing.T) {
	a, b := date("2026-01-01"), date("2026-02-01")
	tests := []struct {
		name string
		make func() []Problem
		want string // a part of the only problem
	}{
		{"missing parent", func() []Problem { return problemsOf([]Region{{Code: "1", Parent: "0"}}) }, "region 1: its parent 0 is not in the directory"},
		{"own parent", func() []Problem { return problemsOf([]Region{{Code: "1", Parent: "1"}}) }, "region 1: its parents lead back to itself (1 → 1)"},
		{"ring", func() []Problem {
			return problemsOf([]Region{{Code: "3", Parent: "2"}, {Code: "2", Parent: "1"}, {Code: "1", Parent: "3"}, {Code: "4", Parent: "3"}})
		}, "region 1: its parents lead back to itself"},
		{"twice", func() []Problem { return problemsOf([]Region{{Code: "1"}, {Code: " 1"}}) }, "region 1 occurs twice"},
		{"no code", func() []Problem { return problemsOf([]Region{{Name: "x"}}) }, "a region has no code"},
		{"never valid", func() []Problem { return problemsOf([]Region{{Code: "1", ValidFrom: b, ValidTo: a}}) }, "valid from 2026-02-01 to 2026-01-01"},
		{"hall without region", func() []Problem {
			_, p := New(nil, []Hall{{Code: "H", Region: "9"}}, nil, nil, nil, nil)
			return p
		}, `hall H: its region "9"`},
		{"window without hall", func() []Problem {
			_, p := New(nil, nil, []Window{{Hall: "H", Code: "1"}}, nil, nil, nil)
			return p
		}, "window 1: its hall H"},
		{"department without region", func() []Problem {
			_, p := New(nil, nil, nil, []Department{{Code: "D"}}, nil, nil)
			return p
		}, `department D: its region ""`},
		{"item without department", func() []Problem {
			_, p := New(nil, nil, nil, nil, []Item{{Code: "I", Department: "D"}}, nil)
			return p
		}, `item I: its department "D"`},
		{"successor unknown", func() []Problem {
			return problemsOf([]Region{{Code: "1"}}, Successor{KindRegion, "1", "2", a})
		}, "region 1: its successor 2"},
		{"two successors", func() []Problem {
			return problemsOf([]Region{{Code: "1"}, {Code: "2"}, {Code: "3"}}, Successor{KindRegion, "1", "2", a}, Successor{KindRegion, "1", "3", a})
		}, "replaced by both 2 and 3 on 2026-01-01"},
		{"successor ring", func() []Problem {
			return problemsOf([]Region{{Code: "1"}, {Code: "2"}}, Successor{KindRegion, "1", "2", a}, Successor{KindRegion, "2", "1", a})
		}, "its successors lead back to itself on 2026-01-01"},
		{"successor of itself", func() []Problem {
			return problemsOf([]Region{{Code: "1"}}, Successor{KindRegion, "1", "1", a})
		}, "says nothing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.make()
			if len(got) != 1 || !strings.Contains(got[0].Message, tt.want) || !Fatal(got) {
				t.Errorf("problems %v, want one with %q", got, tt.want)
			}
		})
	}
}

func problemsOf(regions []Region, successors ...Successor) []Problem {
	_, problems := New(regions, nil, nil, nil, nil, successors)
	return problems
}

func TestProblemsAreBounded(t *testing.T) {
	regions := make([]Region, 3*maxProblems)
	for i := range regions {
		regions[i] = Region{Code: fmt.Sprintf("%05d", i), Parent: "none"}
	}
	got := problemsOf(regions)
	last := got[len(got)-1]
	if len(got) != maxProblems+1 || last.Message != "2000 more errors are not listed" || last.Warning {
		t.Errorf("%d problems, the last %v", len(got), last)
	}
	var warnings problemList
	for range maxProblems + 1 {
		warnings.add(Problem{Warning: true})
	}
	if Fatal(warnings.all()) {
		t.Error("many warnings are fatal")
	}
}

func TestNewDoesNotTouchItsInput(t *testing.T) {
	regions := []Region{{Code: "b", Parent: "missing"}, {Code: " a "}}
	want := slices.Clone(regions)
	d, _ := New(regions, nil, nil, nil, nil, nil)
	if diff := gocmp.Diff(want, regions); diff != "" {
		t.Error(diff)
	}
	d.Regions()[0].Name = "changed"
	if r, _ := d.Region("a"); r.Name != "" {
		t.Error("a listed region is the directory's own")
	}
}

func TestVersion(t *testing.T) {
	d := sample(t)
	again := func(change func(r []Region, h []Hall)) string {
		r, h := d.Regions(), d.Halls()
		slices.Reverse(r)
		slices.Reverse(h)
		if change != nil {
			change(r, h)
		}
		n, problems := New(r, h, d.Windows(), d.Departments(), d.Items(), d.Successors())
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return n.Version()
	}
	if got := again(nil); got != d.Version() {
		t.Error("the order of delivery changes the version")
	}
	for name, change := range map[string]func([]Region, []Hall){
		"name":        func(r []Region, _ []Hall) { r[0].Name += "x" },
		"placeholder": func(r []Region, _ []Hall) { r[0].Placeholder = !r[0].Placeholder },
		"alias":       func(r []Region, _ []Hall) { r[0].Aliases = []string{""} },
		"validity":    func(_ []Region, h []Hall) { h[0].ValidTo = date("2026-01-01") },
		"text moved":  func(_ []Region, h []Hall) { h[0].Kind, h[0].OpeningHours = "a", "b" },
		"text moved2": func(_ []Region, h []Hall) { h[0].Kind, h[0].OpeningHours = "ab", "" },
	} {
		if again(change) == d.Version() {
			t.Errorf("%s: the version stays", name)
		}
	}
}

func TestCurrent(t *testing.T) {
	region := func(from, to, on string) Successor { return Successor{KindRegion, from, to, date(on)} }
	d, problems := New(
		[]Region{{Code: "a"}, {Code: "b"}, {Code: "c"}, {Code: "9901"}, {Code: "9902"}}, nil, nil, nil, nil,
		[]Successor{
			region("a", "b", "2024-01-01"), region("b", "c", "2025-01-01"), region("c", "a", "2026-01-01"),
			region("990100", "990200", "2026-01-01"),
			{KindRegion, "old", "b", time.Time{}},
		})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	tests := []struct{ code, on, want string }{
		{"a", "2023-12-31", "a"},
		{"a", "2024-01-01", "b"},
		{"a", "2025-06-01", "c"},
		{"a", "2026-06-01", "a"}, // given back: the latest holder
		{" b ", "2024-06-01", "b"},
		{"c", "2030-01-01", "a"}, // a → b was before c → a
		{"old", "2024-06-01", "b"},
		{"990100000000", "2026-01-01", "9902"},
		{"980000", "2026-01-01", "98"},
		{"unknown", "2026-01-01", "unknown"},
	}
	for _, tt := range tests {
		if got := d.Current(KindRegion, tt.code, date(tt.on)); got != tt.want {
			t.Errorf("Current(%q, %s) = %q, want %q", tt.code, tt.on, got, tt.want)
		}
	}
	if got := d.Current(KindHall, "a", date("2026-01-01")); got != "a" {
		t.Errorf("a hall follows the successors of regions: %q", got)
	}
	ring, _ := New([]Region{{Code: "a"}, {Code: "b"}}, nil, nil, nil, nil,
		[]Successor{region("a", "b", "2024-01-01"), region("b", "a", "2024-01-01")})
	if got := ring.Current(KindRegion, "a", date("2026-01-01")); got != "a" {
		t.Errorf("a ring leads to %q", got)
	}
}

// Whatever parents are delivered, the result is a forest which agrees with itself.
func TestTreeIsAForest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "regions")
		var regions []Region
		for i := range n {
			r := Region{Code: fmt.Sprintf("r%02d", i)}
			if p := rapid.IntRange(-1, n+1).Draw(t, "parent"); p >= 0 {
				r.Parent = fmt.Sprintf("r%02d", p)
			}
			regions = append(regions, r)
		}
		d, _ := New(regions, nil, nil, nil, nil, nil)
		total := 0
		for level := 1; level <= d.MaxLevel(); level++ {
			total += len(d.RegionsAtLevel(level))
		}
		if total != n {
			t.Fatalf("levels hold %d of %d regions", total, n)
		}
		for _, r := range d.Regions() {
			path := d.Path(r.Code)
			if len(path) != d.Level(r.Code) || path[len(path)-1] != r.Code {
				t.Fatalf("path of %s: %v, level %d", r.Code, path, d.Level(r.Code))
			}
			for _, other := range d.Regions() {
				if d.Within(r.Code, other.Code) != slices.Contains(path, other.Code) {
					t.Fatalf("Within(%s, %s) disagrees with path %v", r.Code, other.Code, path)
				}
			}
			children := d.Children(r.Code)
			if !slices.IsSortedFunc(children, func(a, b Region) int { return cmp.Compare(a.Code, b.Code) }) {
				t.Fatalf("children of %s: %s", r.Code, regionCodes(children))
			}
			for _, c := range children {
				if c.Parent != r.Code {
					t.Fatalf("child %s of %s has parent %s", c.Code, r.Code, c.Parent)
				}
			}
		}
	})
}

// BenchmarkNew builds a directory of the size the design asks for.
func BenchmarkNew(b *testing.B) {
	regions := []Region{{Code: "99"}}
	for i := range 45_000 {
		parent := "99"
		if i >= 100 {
			parent = fmt.Sprintf("99%05d", i/20)
		}
		regions = append(regions, Region{Code: fmt.Sprintf("99%05d", i), Name: "示例", Parent: parent})
	}
	var departments []Department
	for i := range 10_000 {
		departments = append(departments, Department{Code: fmt.Sprintf("D%05d", i), Name: "示例局", Region: "99", Line: fmt.Sprint(i % 45)})
	}
	var items []Item
	for i := range 600_000 {
		items = append(items, Item{Code: fmt.Sprintf("I%030d", i*7919%600_000), Name: "示例事项", Department: fmt.Sprintf("D%05d", i%10_000)})
	}
	for b.Loop() {
		if _, problems := New(regions, nil, nil, departments, items, nil); len(problems) > 0 {
			b.Fatal(problems[0])
		}
	}
}
