package directory

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCanonicalRegion(t *testing.T) {
	tests := []struct{ code, want string }{
		{"990100000000", "9901"},
		{"990000", "99"},
		{"990000000000", "99"},
		{"990100", "9901"},
		{"990101", "990101"},
		{"990101000", "990101"},
		{"990101001", "990101001"},
		{"990101001000", "990101001"},
		{"990101001007", "990101001007"},
		{"990100001000", "990100001"}, // a town of a city without counties
		{"990001", "990001"},
		{"909000", "9090"}, // counties directly under a province
		{"909001", "909001"},
		{"100000", "10"},
		{"000000", "00"},
		{" 990000\u3000", "99"},
		{"9900", "9900"}, // only 6, 9 and 12 digits are padded
		{"99010", "99010"},
		{"9901000", "9901000"},
		{"99A000", "99A000"},
		{"９９００００", "９９００００"},
		{"NE", "NE"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := CanonicalRegion(tt.code); got != tt.want {
			t.Errorf("CanonicalRegion(%q) = %q, want %q", tt.code, got, tt.want)
		}
		if again := CanonicalRegion(tt.want); again != tt.want && len(tt.want) != 6 && len(tt.want) != 9 {
			t.Errorf("CanonicalRegion(%q) = %q: not stable", tt.want, again)
		}
	}
}

// A code padded to 6, 9 or 12 digits is found again, whatever its level.
func TestCanonicalRegionUndoesPadding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		short := rapid.StringMatching(`[1-9][0-9]([0-9][1-9]([0-9][1-9]([0-9]{2}[1-9]([0-9]{2}[1-9])?)?)?)?`).Draw(t, "code")
		for _, length := range []int{6, 9, 12} {
			if len(short) > length {
				continue
			}
			padded := short
			for len(padded) < length {
				padded += "0"
			}
			if got := CanonicalRegion(padded); got != short {
				t.Fatalf("CanonicalRegion(%s) = %s, want %s", padded, got, short)
			}
		}
	})
}

func TestCheckCreditCode(t *testing.T) {
	for _, code := range []string{"11440232MB2D06811W", "12441500196720244T", "11310000MB2F30661Y"} {
		if err := CheckCreditCode(code); err != nil {
			t.Error(err)
		}
	}
	for name, code := range map[string]string{
		"last character":  "11440232MB2D06811X",
		"one digit":       "11440233MB2D06811W",
		"two swapped":     "11440223MB2D06811W",
		"short":           "11440232MB2D06811",
		"lower case":      "11440232mb2D06811W",
		"letter not used": "1144O232MB2D06811W",
		"empty":           "",
	} {
		if CheckCreditCode(code) == nil {
			t.Errorf("%s: %q passes", name, code)
		}
	}
}

func TestAttribute(t *testing.T) {
	d := sample(t)
	type in struct{ region, hall, window, department, item string }
	type out struct {
		region, department, line string
		missing                  Attribution
	}
	tests := []struct {
		name string
		in   in
		want out
	}{
		{"all known", in{"990101001", "H1", "2", "D1", "I1"}, out{"990101001", "D1", "公安", 0}},
		{"long code and spaces", in{" 990101001000 ", "", "", " D1", ""}, out{"990101001", "D1", "公安", 0}},
		{"region of the hall", in{"", "H0", "", "D2", ""}, out{"990101001", "D2", "公安", 0}},
		{"region of the department", in{"", "", "", "D2", ""}, out{"9902", "D2", "公安", 0}},
		{"department of the item, and its region", in{"", "", "", "", "I2"}, out{"9902", "D3", "人社", 0}},
		{"hall before the item's department", in{"", "H1", "", "", "I2"}, out{"990101", "D3", "人社", 0}},
		{"unknown region, hall helps", in{"98", "H2", "", "D1", ""}, out{"9902", "D1", "公安", UnknownRegion}},
		{"unknown hall, department helps", in{"", "H9", "1", "D1", ""}, out{"990101", "D1", "公安", UnknownHall | UnknownWindow}},
		{"unknown window", in{"", "H1", "9", "D1", ""}, out{"990101", "D1", "公安", UnknownWindow}},
		{"unknown department, item helps", in{"99", "", "", "D9", "I1"}, out{"99", "D1", "公安", UnknownDepartment}},
		{"unknown item", in{"99", "", "", "D1", "I9"}, out{"99", "D1", "公安", UnknownItem}},
		{"a replaced code is not followed", in{"99", "", "", "D0", ""}, out{"99", "", "", UnknownDepartment | NoDepartment}},
		{"region only", in{"99", "", "", "", ""}, out{"99", "", "", NoDepartment}},
		{"nothing", in{}, out{"", "", "", NoRegion | NoDepartment}},
		{"nothing known", in{"1", "2", "3", "4", "5"}, out{
			"", "", "",
			UnknownRegion | UnknownHall | UnknownWindow | UnknownDepartment | UnknownItem | NoRegion | NoDepartment,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got out
			got.region, got.department, got.line, got.missing = d.Attribute(tt.in.region, tt.in.hall, tt.in.window, tt.in.department, tt.in.item)
			if got != tt.want {
				t.Errorf("Attribute = %+v, want %+v", got, tt.want)
			}
		})
	}
}

// A hall or department whose own region is unknown attributes nothing.
func TestAttributeThroughBrokenEntries(t *testing.T) {
	d, _ := New([]Region{{Code: "99"}}, []Hall{{Code: "H", Region: "98"}}, nil,
		[]Department{{Code: "D", Region: "99", Line: "公安"}, {Code: "E", Region: "97", Line: "人社"}},
		[]Item{{Code: "I", Department: "none"}}, nil)
	if region, _, _, missing := d.Attribute("", "H", "", "D", ""); region != "99" || missing != 0 {
		t.Errorf("hall without region: %q, %v", region, missing)
	}
	if region, department, line, missing := d.Attribute("", "", "", "E", ""); region != "" || department != "E" || line != "人社" || missing != NoRegion {
		t.Errorf("department without region: %q %q %q %v", region, department, line, missing)
	}
	if _, department, _, missing := d.Attribute("99", "", "", "", "I"); department != "" || missing != NoDepartment {
		t.Errorf("item without department: %q, %v", department, missing)
	}
}

func TestAttributionWords(t *testing.T) {
	a := UnknownHall | UnknownItem | NoDepartment
	if diff := gocmp.Diff([]string{"hall", "item"}, a.Unknown()); diff != "" {
		t.Error(diff)
	}
	if got, want := a.String(), "unknown hall, unknown item, no department"; got != want {
		t.Errorf("String = %q, want %q", got, want)
	}
	for a, want := range map[Attribution]bool{0: false, NoDepartment: false, NoRegion: true, UnknownHall: true, UnknownItem | NoDepartment: true} {
		if a.Unattributed() != want {
			t.Errorf("Attribution %v: Unattributed = %v", a, !want)
		}
	}
}

func TestScope(t *testing.T) {
	d := sample(t)
	county := Scope{Regions: []string{"990101000000"}, Departments: []string{Any}}
	police := Scope{Regions: []string{Any}, Departments: []string{"D1", "D2"}}
	both := Scope{Regions: []string{"9902"}, Departments: []string{"D2"}}
	tests := []struct {
		name               string
		scope              Scope
		dir                *Directory
		region, department string
		want               bool
	}{
		{"zero sees nothing", Scope{}, d, "99", "D1", false},
		{"zero sees nothing unattributed", Scope{}, d, "", "", false},
		{"regions alone see nothing", Scope{Regions: []string{"99"}}, d, "99", "D1", false},
		{"departments alone see nothing", Scope{Departments: []string{"D1"}}, d, "99", "D1", false},
		{"all", Scope{All: true}, d, "", "", true},
		{"all without a directory", Scope{All: true}, nil, "99", "D1", true},
		{"itself", county, d, "990101", "D1", true},
		{"below", county, d, "990101001", "", true},
		{"above", county, d, "9901", "", false},
		{"beside", county, d, "9902", "D2", false},
		{"no region", county, d, "", "D1", false},
		{"unknown region", county, d, "990101999", "D1", false},
		{"no directory", county, nil, "990101", "D1", false},
		{"own department anywhere", police, d, "NE", "D1", true},
		{"other department", police, d, "99", "D3", false},
		{"all departments together", police, d, "99", "", false},
		{"both", both, d, "9902", "D2", true},
		{"region without department", both, d, "9902", "D3", false},
		{"department without region", both, d, "990101", "D2", false},
		{"an empty code is no code", Scope{Regions: []string{""}, Departments: []string{""}}, d, "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.scope.Allows(tt.dir, tt.region, tt.department); got != tt.want {
				t.Errorf("Allows(%q, %q) = %v", tt.region, tt.department, got)
			}
		})
	}
}

func TestScopeKey(t *testing.T) {
	a := Scope{Regions: []string{"1", "2"}, Departments: []string{Any}}
	b := Scope{Regions: []string{"2", "1", "2"}, Departments: []string{Any}}
	if a.Key() != b.Key() {
		t.Errorf("%s and %s", a.Key(), b.Key())
	}
	others := []Scope{{}, {All: true}, {Regions: []string{"1", "2"}}, {Regions: []string{`1","2`}, Departments: []string{Any}}, {Departments: []string{"1", "2"}}}
	for _, o := range others {
		if o.Key() == a.Key() {
			t.Errorf("%+v has the key of %+v", o, a)
		}
	}
}
