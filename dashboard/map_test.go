package dashboard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"haochaping/access"
	"haochaping/chart"
	"haochaping/directory"
	"haochaping/directory/outline"
	"haochaping/evaluation"
)

func init() {
	composedOf = append(composedOf, func() (ids []string) {
		for word := range shadeOf {
			ids = append(ids, "funnel."+word)
		}
		for _, theme := range themes {
			ids = append(ids, "theme."+theme)
		}
		return ids
	})
}

// testMap draws invented squares for five of the seven cities, for two counties, and for somebody who is nobody; and a
// line that belongs to no region.
func testMap(tb testing.TB) *outline.Map {
	tb.Helper()
	var features []string
	for i, code := range []string{"9901", "990200", "9903", "9904", "9905", "990101", "990102", `99</script><img src=x onerror=alert(1)>`} {
		quoted, err := json.Marshal(code)
		if err != nil {
			tb.Fatal(err)
		}
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"adcode":%s,"name":"<img src=x onerror=alert(1)>"},`+
			`"geometry":{"type":"Polygon","coordinates":[[[%[2]d,30],[%[2]d.9,30],[%[2]d.9,31],[%[2]d,30]]]}}`, quoted, 100+i))
	}
	features = append(features, `{"type":"Feature","properties":null,"geometry":{"type":"LineString","coordinates":[[99,29],[110,29]]}}`)
	m, err := outline.Read(strings.NewReader(`{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`), "adcode")
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func mapped(o *Options, m *outline.Map) { o.Map, o.MapApproval = m, `示例S(2026)001号</script>` }

func TestMap(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) {
		mapped(o, testMap(t))
		o.BasePath = "/hcp"
		o.MinSample = 1
	})
	for _, lang := range []string{Chinese, English} {
		w := get(d, "/hcp/?p=90d", lang)
		root := parse(t, strings.NewReader(w.Body.String()))
		checkNothingInline(t, root)
		checkStructure(t, root)
		checkAddresses(t, root, "/hcp")
		checkCards(t, root)
		checkLanguage(t, root, lang)
		if strings.Contains(w.Body.String(), "onerror") {
			t.Error("a name of the map reaches the page")
		}
		text := cardText(t, root, "map")
		for _, want := range map[string][]string{Chinese: {"云州市", "西岭市", "2 个地区不在底图上"}, English: {"City 7", "2 regions are not on the map"}}[lang] {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in %s", lang, want, text)
			}
		}
	}
	var f chart.Figure
	root := parse(t, get(d, "/hcp/?p=90d", Chinese).Body)
	for _, script := range elements(root, func(n *html.Node) bool { return attribute(n, "data-chart") == "map" }) {
		if err := json.Unmarshal([]byte(script.FirstChild.Data), &f); err != nil {
			t.Fatal(err)
		}
	}
	if f.Outlines != "/hcp/map.json" || len(f.Links) != 5 || !strings.HasPrefix(f.Links[0], "/hcp/region/") || !strings.HasSuffix(f.Links[0], "?p=90d") {
		t.Errorf("%+v", f.Links)
	}
	if got := strings.Count(string(f.Option), `"审图号：示例S(2026)001号\u003c/script\u003e"`); got != 1 {
		t.Errorf("the number of the approval stands on the map %d times: %s", got, f.Option)
	}
}

// cardText is what a reader sees of a card.
func cardText(t *testing.T, root *html.Node, id string) string {
	t.Helper()
	found := elements(root, func(n *html.Node) bool { return attribute(n, "id") == "card-"+id })
	if len(found) != 1 {
		t.Fatalf("%d cards %s", len(found), id)
	}
	return allText(found[0])
}

func TestMapWithinScope(t *testing.T) {
	store := newFakeStore(t)
	any := []string{directory.Any}
	d := newTestDashboard(t, store, func(o *Options) {
		mapped(o, testMap(t))
		o.Gate = scopes{
			"all": {All: true}, "city": {Regions: []string{"9901"}, Departments: any}, "two": {Regions: []string{"9901", "9903"}, Departments: any},
			"bare": {Regions: []string{"9902"}, Departments: any}, "none": {},
		}
	})
	for person, want := range map[string]string{
		"all": "9901 9902 9903 9904 9905 ·1", "city": "990101 990102", "two": "404", "bare": "404", "none": "404",
	} {
		w := as(d, person, "/map.json")
		got := "404"
		if w.Code == http.StatusOK {
			got = strings.Join(namesIn(t, w.Body.Bytes()), " ")
		}
		if got != want {
			t.Errorf("%s is sent %s, want %s", person, got, want)
		}
		if has := strings.Contains(as(d, person, "/").Body.String(), `id="card-map"`); has != (want != "404") {
			t.Errorf("%s: a card of the map: %v", person, has)
		}
	}
	if a, b := as(d, "all", "/map.json").Header().Get("ETag"), as(d, "city", "/map.json").Header().Get("ETag"); a == b || a == "" {
		t.Error("two scopes have one tag", a)
	}
}

// namesIn are the names of the features of a map, which have no other property.
func namesIn(t *testing.T, text []byte) (names []string) {
	t.Helper()
	var c struct {
		Features []struct{ Properties map[string]string }
	}
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Features {
		if len(f.Properties) != 1 {
			t.Error(f.Properties)
		}
		names = append(names, f.Properties["name"])
	}
	return names
}

func TestMapIsKept(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { mapped(o, testMap(t)) })
	first := get(d, "/map.json", Chinese)
	tag := first.Header().Get("ETag")
	if first.Header().Get("Cache-Control") != "private, no-cache" || first.Header().Get("Content-Type") != "application/geo+json" {
		t.Error(first.Header())
	}
	for kept, want := range map[string]int{tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, `"x"`: 200, "": 200} {
		r := httptest.NewRequest(http.MethodGet, "/map.json", nil)
		r.Header.Set("If-None-Match", kept)
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		if w.Code != want || w.Code == 304 && w.Body.Len() > 0 {
			t.Errorf("%s: %d with %d bytes", kept, w.Code, w.Body.Len())
		}
	}
	for name, change := range map[string]func(*Options){
		"without a map": nil, "for an operator": func(o *Options) { mapped(o, testMap(t)); o.Gate = holder{Roles: []access.Role{access.Operator}} },
	} {
		if w := get(newTestDashboard(t, newFakeStore(t), change), "/map.json", Chinese); w.Code < 400 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if _, err := New(Options{Gate: everybody{}, Store: newFakeStore(t), Evaluator: &fakeEvaluator{}, Directory: func() *directory.Directory { return nil }, Logger: d.options.Logger, Map: testMap(t)}); err == nil {
		t.Error("a map without the number of its approval is shown")
	}
}

func TestShade(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	p := d.newPage(newRequest("/?lang=en"))
	whole := evaluation.Facts{Levels: [5]uint64{100, 0, 0, 0, 99_900}} // 100 in 100,000
	for _, c := range []struct {
		bad, good uint64
		want      chart.Shade
	}{
		{0, 0, chart.ShadeNone},
		{1, 200, chart.ShadeFew},
		{10, 9_990, chart.ShadeWithin},
		{18, 9_990, chart.ShadeAbove95},
		{40, 9_990, chart.ShadeAbove998},
		{2, 9_998, chart.ShadeBelow95},
		{10, 49_990, chart.ShadeBelow998},
	} {
		u := unit{Facts: evaluation.Facts{Levels: [5]uint64{c.bad, 0, 0, 0, c.good}}}
		if got, word := p.shade(&u, &whole); got != c.want || word == "" {
			t.Errorf("%d of %d: %d %s, want %d", c.bad, c.bad+c.good, got, word, c.want)
		}
	}
}

// The bounds of a scale are told apart, however small they are.
func TestStepNumber(t *testing.T) {
	p := newTestDashboard(t, newFakeStore(t), nil).newPage(newRequest("/?lang=en"))
	for v, want := range map[float64]string{0: "0", 150: "150", 1.5: "1.5", 0.6: "0.6", 0.015: "0.015", 0.1: "0.1", 1000: "1,000", 1e-9: "0.000000"} {
		if got := p.stepNumber(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}
