package dashboard

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"haochaping/directory"
	"haochaping/evaluation"
)

// hostileNames are names that must stay names, on every page and in every file.
var hostileNames = []string{
	`</script><script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `__f__alert(1)__f__`, `"><svg onload=alert(1)>`,
	"{{.Page}}", "{a|b}{c}", "\u202Eevil\u2066", `=HYPERLINK("http://elsewhere.example")`, strings.Repeat("长", 10000), "'; DROP TABLE ratings; --",
	"\u2028\u2029<!--", "javascript:alert(1)", "a/b?c#d%2F..", "]]>",
}

// hostileStore knows units of such names and codes, and gives each the same facts.
type hostileStore struct{ codes []string }

func (s hostileStore) Generation(context.Context) (evaluation.Generation, error) {
	return evaluation.Generation{Number: 1, DataTime: testNow.Unix(), Records: 1}, nil
}

func (s hostileStore) Facts(_ context.Context, q evaluation.Query) ([]evaluation.Row, error) {
	var rows []evaluation.Row
	for i, code := range s.codes {
		f := evaluation.Facts{
			Levels: [5]uint64{3, 1, 2, 5, 4000 + uint64(i)}, Events: 5000, Rated: 4011, Finished: 10, Promised: 10, OnTime: 9, Handled: 10,
			Handling: evaluation.Histogram{100: 10}, Channels: map[string]evaluation.ChannelCount{}, Tags: map[string]uint64{}, Hours: map[uint8]uint64{9: 5},
		}
		for _, name := range hostileNames {
			f.Channels[name] = evaluation.ChannelCount{Valid: 1000, Bad: 1}
			f.Tags["1"+name] = 2
			f.Tags[name] = 3
		}
		rows = append(rows, evaluation.Row{Start: q.From, Region: code, Line: code, Department: code, Hall: code, Window: code, Facts: f})
	}
	return rows, nil
}

func hostileDirectory(t *testing.T) (*directory.Directory, []string) {
	t.Helper()
	var regions []directory.Region
	var halls []directory.Hall
	var windows []directory.Window
	var departments []directory.Department
	var codes []string
	regions = append(regions, directory.Region{Code: "top", Name: hostileNames[0], NameEN: hostileNames[1], LevelName: hostileNames[2]})
	for _, name := range hostileNames {
		code := strings.TrimSpace(name)
		if len(code) > 100 {
			code = "long"
		}
		codes = append(codes, code)
		regions = append(regions, directory.Region{Code: code, Name: name, Parent: "top", LevelName: name})
		halls = append(halls, directory.Hall{Code: code, Name: name, Region: "top", OpeningHours: name})
		for _, w := range hostileNames[:3] {
			windows = append(windows, directory.Window{Hall: code, Code: w, Name: name})
		}
		departments = append(departments, directory.Department{Code: code, Name: name, Region: "top", Line: code})
	}
	dir, problems := directory.New(regions, halls, windows, departments, nil, nil)
	if directory.Fatal(problems) {
		t.Fatal(problems)
	}
	return dir, codes
}

func TestHostileNames(t *testing.T) {
	dir, codes := hostileDirectory(t)
	d := newTestDashboard(t, &fakeStore{dir: dir, now: testNow}, func(o *Options) { o.Store = hostileStore{codes} })
	var paths []string
	for _, code := range codes {
		e := url.PathEscape(code)
		paths = append(paths, "/region/"+e, "/hall/"+e, "/department/"+e, "/hall/"+e+"/window/"+url.PathEscape(hostileNames[0]),
			"/ranking?by=department&line="+url.QueryEscape(code))
	}
	paths = append(paths, "/", "/region/top", "/ranking", "/unattributed", "/?p="+url.QueryEscape(hostileNames[3])+"&lang="+url.QueryEscape(hostileNames[3]))
	allowed := scripts(t, d, "/unattributed")
	for _, path := range paths {
		for _, lang := range []string{Chinese, English} {
			w := get(d, path, lang)
			if w.Code != http.StatusOK {
				t.Fatalf("%.80s: %d", path, w.Code)
			}
			root := parse(t, w.Body)
			checkNothingInline(t, root)
			checkStructure(t, root)
			checkAddresses(t, root, "")
			checkCards(t, root)
			if n := len(elements(root, named("img", "iframe", "object"))); n > 0 {
				t.Fatalf("%.80s: %d foreign elements", path, n)
			}
		}
	}
	if diff := cmp.Diff(allowed, scripts(t, d, "/region/top")); diff != "" {
		t.Errorf("scripts of a page with names: %s", diff)
	}
	// The tips of a chart carry the name as it is, and in no other way.
	root := parse(t, get(d, "/region/top", Chinese).Body)
	for _, s := range elements(root, named("script")) {
		if attribute(s, "data-chart") != "regions" {
			continue
		}
		var f struct{ Tips []string }
		if err := json.Unmarshal([]byte(s.FirstChild.Data), &f); err != nil {
			t.Fatal(err)
		}
		if len(f.Tips) != len(codes) || !strings.Contains(strings.Join(f.Tips, "\n"), hostileNames[0]) {
			t.Errorf("%d tips of %d", len(f.Tips), len(codes))
		}
	}
}

// scripts lists the scripts that a page runs.
func scripts(t *testing.T, d *Dashboard, path string) (out []string) {
	t.Helper()
	for _, s := range elements(parse(t, get(d, path, Chinese).Body), named("script")) {
		if attribute(s, "type") != "application/json" {
			out = append(out, attribute(s, "src"))
		}
	}
	return out
}

func TestHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "云州市": "云州市", "—": "—", "12,345": "12,345", "-1.5": "-1.5", "+3.2%": "+3.2%", "−0.2%": "−0.2%",
		"=1+1": "'=1+1", "+1+1": "'+1+1", "-1+cmd|' /C calc'!A0": "'-1+cmd|' /C calc'!A0", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "\rx": "'\rx",
		" =1": "' =1", "\u3000=1": "'\u3000=1", "|x": "'|x", "-": "'-", "<0.01%": "<0.01%",
	} {
		if got := harmless(in); got != want {
			t.Errorf("harmless(%q) = %q, want %q", in, got, want)
		}
	}
}
