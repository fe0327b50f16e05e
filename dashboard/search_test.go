package dashboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/html"

	"haochaping/access"
	"haochaping/directory"
	"haochaping/edition"
)

func init() {
	composedOf = append(composedOf, func() (ids []string) {
		for _, kind := range []directory.Kind{directory.KindRegion, directory.KindHall, directory.KindDepartment, directory.KindItem} {
			ids = append(ids, "search.kind."+string(kind))
		}
		return ids
	})
}

// searchDirectory is the test directory with three items of departments in two cities.
func searchDirectory(tb testing.TB) *directory.Directory {
	tb.Helper()
	dir := testDirectory(tb)
	dir, problems := directory.New(dir.Regions(), dir.Halls(), dir.Windows(), dir.Departments(), []directory.Item{
		{Code: "I1", Name: "居民身份证补领", NameEN: "Identity card again", Department: "D99010100"},
		{Code: "I2", Name: "居民身份证换领", NameEN: "Identity card exchange", Department: "D99010101"},
		{Code: "I/3", Name: "居民身份证挂失</script><img onerror=x>", NameEN: "Identity card lost</script><img onerror=x>", Department: "D99020100"},
	}, nil)
	if directory.Fatal(problems) {
		tb.Fatal(problems)
	}
	return dir
}

type searchAnswer struct {
	Summary string
	Results []struct{ Kind, Name, Path, Code, Href string }
}

func (a searchAnswer) codes() string {
	var list []string
	for _, r := range a.Results {
		list = append(list, r.Code)
	}
	return strings.Join(list, " ")
}

func searchFor(t *testing.T, d *Dashboard, person, query string) searchAnswer {
	t.Helper()
	w := as(d, person, "/search.json?q="+url.QueryEscape(query))
	var a searchAnswer
	if err := json.Unmarshal(w.Body.Bytes(), &a); w.Code != http.StatusOK || err != nil {
		t.Fatal(w.Code, err, w.Body.String())
	}
	return a
}

func TestSearch(t *testing.T) {
	store := newFakeStore(t)
	dir := searchDirectory(t)
	d := newTestDashboard(t, store, func(o *Options) {
		o.Directory = func() *directory.Directory { return dir }
		o.BasePath = "/hcp"
	})
	w := get(d, "/hcp/search.json?p=90d&q=I1", Chinese)
	var a searchAnswer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%+v", a.Results[0]), "{Kind:事项 Name:居民身份证补领 Path:示例省 / 云州市 / 云州第1县 / 公安局 Code:I1 Href:/hcp/item/I1?p=90d}"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, lang := range []string{Chinese, English} {
		for query, want := range map[string]int{"jmsfz": 3, "身份证": 3, "99": 20, "990000": 1, "": 0, "没有这样的": 0} {
			w := get(d, "/hcp/search?q="+url.QueryEscape(query), lang)
			if w.Code != http.StatusOK {
				t.Fatal(query, w.Code)
			}
			root := parse(t, w.Body)
			checkNothingInline(t, root)
			checkStructure(t, root)
			checkAddresses(t, root, "/hcp")
			checkLanguage(t, root, lang)
			list := elements(root, func(n *html.Node) bool { return n.Data == "ol" && attribute(n, "class") == "found" })
			got := 0
			for _, ol := range list {
				got += len(elements(ol, named("li")))
			}
			if got != want {
				t.Errorf("%s %q: %d results, want %d", lang, query, got, want)
			}
			if len(elements(root, named("img"))) > 0 {
				t.Error("a name became a part of the page")
			}
			input := elements(root, func(n *html.Node) bool { return attribute(n, "type") == "search" })
			if len(input) != 1 || attribute(input[0], "value") != query {
				t.Errorf("%q: the box lost what was typed", query)
			}
		}
	}
	long := url.QueryEscape(strings.Repeat("长", 101))
	for _, path := range []string{"/hcp/search?q=" + long, "/hcp/search.json?q=" + long} {
		if w := get(d, path, Chinese); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestSearchWithinScope(t *testing.T) {
	store := newFakeStore(t)
	dir := searchDirectory(t)
	any := []string{directory.Any}
	d := newTestDashboard(t, store, func(o *Options) {
		o.Directory = func() *directory.Directory { return dir }
		o.Gate = scopes{
			"all": {All: true}, "city": {Regions: []string{"9901"}, Departments: any}, "bureau": {Regions: any, Departments: []string{"D99010100"}},
			"half": {Regions: []string{"9901"}}, "none": {},
		}
	})
	for _, tt := range []struct{ query, person, want string }{
		{"身份证", "all", "I2 I1 I/3"},
		{"身份证", "city", "I1 I2"},
		{"身份证", "bureau", "I1"},
		{"身份证", "half", ""},
		{"身份证", "none", ""},
		{"9902", "city", ""},
		{"9902", "bureau", "9902 990201 990202 990203 990204 990205 990206"},
		{"9902", "none", ""},
		{"H9901010", "city", "H990101001 H990101002 H990101003"},
		{"H9901010", "bureau", ""},
		{"H9902010", "city", ""},
		{"D9901010", "bureau", "D99010100"},
		{"D99020100", "city", ""},
		{"xjs", "none", ""},
	} {
		a := searchFor(t, d, tt.person, tt.query)
		got, want := strings.Fields(a.codes()), strings.Fields(tt.want)
		slices.Sort(got)
		slices.Sort(want)
		if tt.query == "9902" && tt.person == "bureau" {
			got = slices.DeleteFunc(got, func(code string) bool { return len(code) > 6 })
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s as %s finds %v, want %v", tt.query, tt.person, got, want)
		}
	}
	// Not even how many there are.
	if a := searchFor(t, d, "none", "局"); strings.ContainsAny(a.Summary, "123456789") {
		t.Error(a.Summary)
	}
	for _, path := range []string{"/search?q=x", "/search.json?q=x"} {
		d := newTestDashboard(t, store, func(o *Options) {
			o.Gate = holder{Scope: directory.Scope{All: true}, Roles: []access.Role{access.Operator}}
		})
		w := get(d, path, Chinese)
		if w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), `type="search"`) {
			t.Errorf("%s answers an operator with %d", path, w.Code)
		}
	}
}

// holder is a gate through which one person comes.
type holder access.Person

func (h holder) Person(*http.Request) access.Person {
	p := access.Person(h)
	p.ID = "holder"
	return p
}

// The index follows the directory, and never stands in the way of closing.
func TestSearchFollowsTheDirectory(t *testing.T) {
	store := newFakeStore(t)
	var dir atomic.Pointer[directory.Directory]
	dir.Store(testDirectory(t))
	d := newTestDashboard(t, store, func(o *Options) {
		o.Directory = dir.Load
		o.Gate = scopes{"all": {All: true}}
	})
	if a := searchFor(t, d, "all", "I1"); a.codes() != "" {
		t.Fatal(a)
	}
	dir.Store(searchDirectory(t))
	searchFor(t, d, "all", "I1") // answered by whichever is there; sees that another is due
	d.searching.running.Wait()
	if a := searchFor(t, d, "all", "I1"); a.codes() != "I1" {
		t.Error(a)
	}
	d.Close()
	if w := as(d, "all", "/search.json?q=I1"); w.Code != http.StatusOK && w.Code != http.StatusServiceUnavailable {
		t.Error(w.Code)
	}
}

// Editions are found by those who may read rankings, and drafts by those who evaluate.
func TestSearchFindsEditions(t *testing.T) {
	store := newFakeStore(t)
	f := newFakeEditions(t, store, store.dir, "9902", "说明")
	people := &fakeGate{people: map[string]access.Person{
		"evaluator": {ID: "e", Roles: []access.Role{access.Evaluator}}, "leader": {ID: "l", Roles: []access.Role{access.Leader}}, "handler": {ID: "h", Roles: []access.Role{access.Handler}},
	}}
	d := newTestDashboard(t, store, func(o *Options) { o.Editions, o.Gate, o.BasePath = f, people, "/hcp" })
	for _, c := range []struct{ person, query, want string }{
		{"leader", "good-bad-review-2026-09", "good-bad-review-2026-09-01"},
		{"leader", "2026-08-31", "good-bad-review-2026-08-01"},
		{"leader", "2026年9月", "good-bad-review-2026-09-01"},
		{"leader", "Review 2026-08", "good-bad-review-2026-08-01"},
		{"leader", "good-bad", "good-bad-review-2026-09-01 good-bad-review-2026-08-01"},
		{"leader", "2026-10", ""},
		{"evaluator", "2026-10", "good-bad-review-2026-10-01"},
		{"handler", "good-bad", ""},
		{"leader", "没有这样的", ""},
	} {
		w := as(d, c.person, "/hcp/search.json?p=90d&q="+url.QueryEscape(c.query))
		var a searchAnswer
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Fatal(w.Code, err)
		}
		if a.codes() != c.want {
			t.Errorf("%s finds by %s: %q, want %q", c.person, c.query, a.codes(), c.want)
		}
		for _, r := range a.Results {
			if !strings.HasPrefix(r.Href, "/hcp/edition/good-bad-review-2026-") || !strings.Contains(r.Href, "p=90d") || r.Kind != "评价期次" {
				t.Errorf("%+v", r)
			}
		}
	}
	checkLanguage(t, parse(t, as(d, "leader", "/hcp/search?lang=en&q=good-bad").Body), English)
}

// deafEditions cannot be asked.
type deafEditions struct{ *fakeEditions }

func (deafEditions) Ledgers(context.Context) ([]*edition.Ledger, []edition.Head, error) {
	return nil, nil, errors.New("down")
}

func TestSearchWithoutTheRegister(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Editions = deafEditions{} })
	root := parse(t, get(d, "/search?q=9901", English).Body)
	if text := allText(root); !strings.Contains(text, "City 1") || !strings.Contains(text, "Incident") {
		t.Error("the directory is not searched without the editions, or nobody is told:", text)
	}
}
