package dashboard

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"haochaping/access"
	"haochaping/directory"
)

// scopes is a gate whose people are told apart by a header.
type scopes map[string]directory.Scope

func (s scopes) Person(r *http.Request) access.Person {
	name := r.Header.Get("X-Test-Person")
	return access.Person{ID: name, Name: name, Roles: access.Roles(), Scope: s[name]}
}

func as(d *Dashboard, person, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("X-Test-Person", person)
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	return w
}

// Of one dashboard, whose answers are kept, each reader sees the own scope, whoever asked before.
func TestScopes(t *testing.T) {
	store := newFakeStore(t)
	any := []string{directory.Any}
	d := newTestDashboard(t, store, func(o *Options) {
		o.Gate = scopes{
			"all": {All: true}, "city": {Regions: []string{"9901"}, Departments: any}, "other": {Regions: []string{"9902"}, Departments: any},
			"bureau": {Regions: any, Departments: []string{"D99010100"}}, "none": {},
		}
	})
	for _, tt := range []struct {
		path string
		open map[string]bool // who may open it
	}{
		{"/", map[string]bool{"all": true, "city": true, "other": true, "bureau": true, "none": true}},
		{"/region/99", map[string]bool{"all": true, "bureau": true}},
		{"/region/9901", map[string]bool{"all": true, "city": true, "bureau": true}},
		{"/region/990101", map[string]bool{"all": true, "city": true, "bureau": true}},
		{"/region/9902", map[string]bool{"all": true, "other": true, "bureau": true}},
		{"/region/9902?card=regions&format=csv", map[string]bool{"all": true, "other": true, "bureau": true}},
		{"/hall/H990101001", map[string]bool{"all": true, "city": true}},
		{"/hall/H990101001/window/1", map[string]bool{"all": true, "city": true}},
		{"/hall/H990201001", map[string]bool{"all": true, "other": true}},
		{"/department/D99010100", map[string]bool{"all": true, "city": true, "bureau": true}},
		{"/department/D99010101", map[string]bool{"all": true, "city": true}},
		{"/unattributed", map[string]bool{"all": true}},
		{"/ranking", map[string]bool{"all": true, "city": true, "other": true, "bureau": true, "none": true}},
		{"/region/nowhere", nil},
	} {
		for _, person := range []string{"all", "city", "other", "bureau", "none"} {
			want := http.StatusNotFound
			if tt.open[person] {
				want = http.StatusOK
			}
			if got := as(d, person, tt.path).Code; got != want {
				t.Errorf("%s as %s: %d, want %d", tt.path, person, got, want)
			}
		}
	}
	whole := as(d, "all", "/?card=regions&format=csv").Body.String()
	for _, name := range []string{"云州市", "清江市", "西岭市"} {
		if !strings.Contains(whole, name) {
			t.Errorf("the whole list lacks %s", name)
		}
	}
	for person, own := range map[string]string{"city": "云州市", "other": "清江市"} {
		for _, path := range []string{"/", "/?card=regions&format=csv", "/ranking", "/ranking.csv"} {
			body := as(d, person, path).Body.String()
			for _, foreign := range []string{"云州市", "清江市", "南屏市", "东陵市", "海宁湾市", "北原市", "西岭市"} {
				if foreign != own && strings.Contains(body, foreign) {
					t.Errorf("%s as %s names %s", path, person, foreign)
				}
			}
		}
	}
	if body := as(d, "none", "/").Body.String(); !strings.Contains(body, "data-") || strings.Contains(body, `class="value"><strong>`) {
		t.Error("a scope without entries is shown a figure")
	}
}

// What a reader may choose from holds nothing outside the scope, a list of the scope without entries opens nothing, and
// no menu leads to a page that is not there for its reader.
func TestChoicesWithinScope(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) {
		o.Gate = scopes{
			"all": {All: true}, "city": {Regions: []string{"9901"}, Departments: []string{directory.Any}}, "half": {Regions: []string{"9901"}},
		}
	})
	for person, lacks := range map[string][]string{
		"all": nil, "city": {"清江市", `value="9902"`, `href="/unattributed`}, "half": {"云州市", "清江市", `value="9901"`, `value="9902"`, `href="/unattributed`},
	} {
		for _, path := range []string{"/", "/ranking?by=department", "/ranking?by=department&within=9902", "/reviews", "/reviews?region=9902", "/quality", "/brief"} {
			body := as(d, person, path).Body.String()
			for _, word := range lacks {
				if strings.Contains(path, "=9902") && word == `value="9902"` {
					continue // what was asked for is kept
				}
				if strings.Contains(body, word) {
					t.Errorf("%s as %s holds %s", path, person, word)
				}
			}
			if person == "all" && !strings.Contains(body, `href="/unattributed`) {
				t.Errorf("%s as %s does not lead to what belongs to no region", path, person)
			}
		}
	}
}
