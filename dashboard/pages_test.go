package dashboard

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"haochaping/evaluation"
)

// allPages has one address of every page.
var allPages = []string{
	"/", "/?tab=grandchildren", "/brief", "/?p=12m", "/?p=custom&from=2026-03-01&to=2026-09-30", "/region/99", "/region/9903", "/region/990302", "/region/990302001",
	"/hall/H990302001", "/hall/H990302001/window/2", "/department/D99030200", "/item/I-001", "/item/I-002?p=12m", "/ranking", "/ranking?by=region&level=3",
	"/ranking?by=department&line=%E6%95%99%E8%82%B2", "/unattributed", "/region/nowhere",
}

func parse(tb testing.TB, body io.Reader) *html.Node {
	tb.Helper()
	root, err := html.Parse(body)
	if err != nil {
		tb.Fatal(err)
	}
	return root
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// elements lists the elements of a document for which keep holds.
func elements(root *html.Node, keep func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && keep(n) {
			out = append(out, n)
		}
	}
	return out
}

func named(tags ...string) func(*html.Node) bool {
	return func(n *html.Node) bool { return slices.Contains(tags, n.Data) }
}

// words is the text of a node that a reader sees, without names out of the data.
func visible(n *html.Node, out *strings.Builder) {
	if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "noscript" || attribute(n, "translate") == "no") {
		return
	}
	if n.Type == html.TextNode {
		out.WriteString(n.Data + "\n")
	}
	for _, name := range []string{"title", "aria-label"} {
		if n.Type == html.ElementNode && n.Data != "option" {
			out.WriteString(attribute(n, name) + "\n")
		}
	}
	for c := range n.ChildNodes() {
		visible(c, out)
	}
}

// allText is the text of a node, names included.
func allText(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestPages(t *testing.T) {
	store := newFakeStore(t)
	for _, base := range []string{"", "/hcp"} {
		d := newTestDashboard(t, store, func(o *Options) {
			withOverview(store)(o)
			o.BasePath, o.Demo = base, true
			o.Breaks = breaksOf(testBreaks...)
		})
		for _, lang := range []string{Chinese, English} {
			for _, path := range allPages {
				t.Run(lang+base+path, func(t *testing.T) {
					w := get(d, base+path, lang)
					want := http.StatusOK
					if strings.HasSuffix(path, "nowhere") {
						want = http.StatusNotFound
					}
					if w.Code != want {
						t.Fatalf("status %d, want %d", w.Code, want)
					}
					if w.Header().Get("Content-Security-Policy") != contentPolicy {
						t.Error("no content security policy")
					}
					body := w.Body.String()
					root := parse(t, strings.NewReader(body))
					checkNothingInline(t, root)
					checkStructure(t, root)
					checkAddresses(t, root, base)
					checkCards(t, root)
					checkLanguage(t, root, lang)
					if strings.Contains(body, missingMark) || strings.Contains(body, "<no value>") || strings.Contains(body, "ZgotmplZ") {
						t.Error("a message or value is missing")
					}
					if ribbon := elements(root, func(n *html.Node) bool { return attribute(n, "class") == "ribbon" }); len(ribbon) != 1 {
						t.Error("demo data are not marked")
					}
				})
			}
		}
	}
}

func checkNothingInline(t *testing.T, root *html.Node) {
	t.Helper()
	for _, n := range elements(root, func(*html.Node) bool { return true }) {
		if n.Data == "style" || n.Data == "iframe" || n.Data == "object" || n.Data == "base" {
			t.Errorf("element %s", n.Data)
		}
		if n.Data == "script" && attribute(n, "src") == "" && attribute(n, "type") != "application/json" {
			t.Error("an inline script")
		}
		for _, a := range n.Attr {
			address := slices.Contains([]string{"href", "src", "action", "formaction", "data"}, a.Key)
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || address && strings.HasPrefix(strings.TrimSpace(a.Val), "javascript:") {
				t.Errorf("%s has the attribute %s", n.Data, a.Key)
			}
		}
	}
}

func checkStructure(t *testing.T, root *html.Node) {
	t.Helper()
	if n := len(elements(root, named("h1"))); n != 1 {
		t.Errorf("%d headings of the first level", n)
	}
	if n := len(elements(root, named("main"))); n != 1 {
		t.Errorf("%d main elements", n)
	}
	ids := make(map[string]bool)
	for _, n := range elements(root, func(n *html.Node) bool { return attribute(n, "id") != "" }) {
		id := attribute(n, "id")
		if ids[id] {
			t.Errorf("id %s occurs twice", id)
		}
		ids[id] = true
	}
	for _, n := range elements(root, func(n *html.Node) bool { return attribute(n, "aria-labelledby") != "" }) {
		if !ids[attribute(n, "aria-labelledby")] {
			t.Errorf("nothing has the id %s", attribute(n, "aria-labelledby"))
		}
	}
}

// checkAddresses: every address is ours and below the base path.
func checkAddresses(t *testing.T, root *html.Node, base string) {
	t.Helper()
	for _, n := range elements(root, func(*html.Node) bool { return true }) {
		for _, name := range []string{"href", "src", "action", "data-live"} {
			v := attribute(n, name)
			if v == "" || strings.HasPrefix(v, "#") || v == "data:," {
				continue
			}
			if !strings.HasPrefix(v, base+"/") || strings.HasPrefix(v, "//") {
				t.Errorf("%s %s=%q is not below %q", n.Data, name, v, base)
			}
		}
	}
}

// checkCards: beside every chart there is a table, and its options are what they should be.
func checkCards(t *testing.T, root *html.Node) {
	t.Helper()
	for _, section := range elements(root, func(n *html.Node) bool { return strings.HasPrefix(attribute(n, "id"), "card-") }) {
		scripts := elements(section, named("script"))
		tables := elements(section, named("table"))
		if len(scripts) > 0 && len(tables) == 0 {
			t.Errorf("%s has a chart and no table", attribute(section, "id"))
		}
		for _, s := range scripts {
			var f struct {
				Option struct {
					Series []struct{ Data []any }
					Aria   struct{ Enabled bool }
				}
				Tips []string
			}
			if err := json.Unmarshal([]byte(s.FirstChild.Data), &f); err != nil {
				t.Fatalf("%s: %v", attribute(section, "id"), err)
			}
			if len(f.Option.Series) == 0 || len(f.Option.Series[0].Data) == 0 || len(f.Tips) == 0 || !f.Option.Aria.Enabled {
				t.Errorf("%s: chart without data, tips or description", attribute(section, "id"))
			}
		}
		for _, table := range tables {
			width := len(elements(table, named("thead"))) * len(elements(elements(table, named("thead"))[0], named("th")))
			for _, row := range elements(elements(table, named("tbody"))[0], named("tr")) {
				cells := 0
				for _, c := range elements(row, named("td", "th")) {
					cells++
					if span, err := strconv.Atoi(attribute(c, "colspan")); err == nil {
						cells += span - 1
					}
				}
				if cells != width {
					t.Fatalf("%s: a row of %d cells under %d headings", attribute(section, "id"), cells, width)
				}
			}
		}
	}
}

// englishAllowed are the words of Latin letters that a Chinese page may hold.
var englishAllowed = regexp.MustCompile(`\b(CSV|Excel|n)\b`)

var latinWord = regexp.MustCompile(`[A-Za-z]{2,}`)

func checkLanguage(t *testing.T, root *html.Node, lang string) {
	t.Helper()
	var b strings.Builder
	visible(elements(root, named("body"))[0], &b)
	text := b.String()
	if lang == English {
		for line := range strings.SplitSeq(text, "\n") {
			if strings.ContainsFunc(line, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("Chinese on an English page: %q", line)
			}
		}
		return
	}
	if found := latinWord.FindAllString(englishAllowed.ReplaceAllString(text, ""), -1); len(found) > 0 {
		t.Errorf("English on a Chinese page: %q", found)
	}
}

func TestFiguresOfTheOverview(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, nil)
	root := parse(t, get(d, "/", English).Body)
	rows, err := store.Facts(t.Context(), evaluation.Query{By: evaluation.ByTotal, From: testDay - 29, To: testDay, Step: evaluation.StepDay})
	if err != nil {
		t.Fatal(err)
	}
	var sum evaluation.Facts
	for i := range rows {
		sum.Add(&rows[i].Facts)
	}
	l := testLocale(t, English)
	bad, _ := badPer100k(&sum)
	for id, want := range map[string]string{"tile-ratings": l.Int(sum.Valid()), "tile-bad_per_100k": l.Fixed(bad, 1)} {
		tile := elements(root, func(n *html.Node) bool { return attribute(n, "id") == id })
		if len(tile) != 1 {
			t.Fatalf("no %s", id)
		}
		if got := allText(elements(tile[0], named("strong"))[0]); got != want {
			t.Errorf("%s = %q, want %q", id, got, want)
		}
	}
	// The regions and what belongs to none add up to the whole.
	regions := elements(root, func(n *html.Node) bool { return attribute(n, "id") == "card-regions" })[0]
	if got := len(elements(elements(regions, named("tbody"))[0], named("tr"))); got != 8 {
		t.Errorf("%d rows, want seven cities and the unattributed", got)
	}
	levels := elements(root, func(n *html.Node) bool { return attribute(n, "id") == "card-levels" })[0]
	var names []string
	for _, n := range elements(elements(levels, named("tbody"))[0], named("th"))[:5] {
		names = append(names, allText(n))
	}
	if diff := cmp.Diff([]string{"Very satisfied", "Satisfied", "Fairly satisfied", "Dissatisfied", "Very dissatisfied"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestCardCSVIsItsTable(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Demo = true })
	root := parse(t, get(d, "/", Chinese).Body)
	for _, section := range elements(root, func(n *html.Node) bool { return strings.HasPrefix(attribute(n, "id"), "card-") }) {
		var shown [][]string
		for _, row := range elements(section, named("tr")) {
			var cells []string
			for _, c := range elements(row, named("th", "td")) {
				cells = append(cells, allText(c))
			}
			shown = append(shown, cells)
		}
		link := elements(section, func(n *html.Node) bool { return n.Data == "a" && allText(n) == "CSV" })
		if len(link) != 1 {
			t.Fatalf("%s has no CSV", attribute(section, "id"))
		}
		w := get(d, attribute(link[0], "href"), Chinese)
		if got := w.Header().Get("Content-Type"); got != "text/csv; charset=utf-8" {
			t.Fatalf("%s: content type %s", attribute(section, "id"), got)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\uFEFF")))
		r.FieldsPerRecord = -1
		records, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(records[0][0], "演示数据") {
			t.Error("the file is not marked as demo data")
		}
		if diff := cmp.Diff(shown, records[1:]); diff != "" {
			t.Errorf("%s: %s", attribute(section, "id"), diff)
		}
	}
	if w := get(d, "/?format=csv&card=none", Chinese); w.Code != http.StatusNotFound {
		t.Errorf("unknown card: %d", w.Code)
	}
}

func TestNoDataIsNotZero(t *testing.T) {
	store := newFakeStore(t)
	store.empty = true
	d := newTestDashboard(t, store, nil)
	for _, lang := range []string{Chinese, English} {
		for _, path := range allPages[:len(allPages)-1] {
			w := get(d, path, lang)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", path, w.Code)
			}
			root := parse(t, w.Body)
			for _, n := range elements(root, func(n *html.Node) bool { return attribute(n, "class") == "value none" }) {
				if want := map[string]string{Chinese: "暂无数据", English: "No data"}[lang]; allText(n) != want {
					t.Errorf("%s: a tile says %q", path, allText(n))
				}
			}
			for _, n := range elements(root, named("td")) {
				if s := allText(n); s == "0" || s == "0%" || s == "0.0" || s == "100%" {
					t.Errorf("%s: a table says %s", path, s)
				}
			}
		}
	}
}

func TestOneFailingCardLeavesThePageAlive(t *testing.T) {
	store := newFakeStore(t)
	store.fail = func(q evaluation.Query) error {
		if q.By == evaluation.ByRegionLine {
			return errors.New("secret host name refused")
		}
		return nil
	}
	d := newTestDashboard(t, store, nil)
	w := get(d, "/", English)
	body := w.Body.String()
	if w.Code != http.StatusOK || !strings.Contains(body, "This part cannot be read now.") || strings.Contains(body, "secret") {
		t.Fatalf("status %d, or the wrong words", w.Code)
	}
	root := parse(t, strings.NewReader(body))
	if got := len(elements(root, func(n *html.Node) bool { return attribute(n, "class") == "incident" })); got != 1 {
		t.Errorf("%d incidents, want 1", got)
	}
	if got := len(elements(root, named("figure"))); got < 5 {
		t.Errorf("only %d charts are left", got)
	}
	if w := get(d, "/?format=csv&card=heat", English); w.Code != http.StatusServiceUnavailable {
		t.Errorf("CSV of the failed card: %d", w.Code)
	}
}

func TestStoreDown(t *testing.T) {
	store := newFakeStore(t)
	down := errors.New("connect 10.0.0.7: refused")
	store.fail = func(evaluation.Query) error { return down }
	d := newTestDashboard(t, store, nil)
	for _, path := range []string{"/", "/live", "/ranking.csv"} {
		w := get(d, path, English)
		if w.Code < 500 || strings.Contains(w.Body.String(), "10.0.0.7") || !strings.Contains(w.Body.String(), "Incident ") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body.String()[:200])
		}
	}
	store.fail = nil
	if w := get(d, "/", English); w.Code != http.StatusOK {
		t.Fatalf("after recovery: %d", w.Code)
	}
	store.fail = func(evaluation.Query) error { return down }
	store.now = store.now.Add(30 * time.Second)
	w := get(d, "/", English)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "The database cannot be reached.</strong> Shown are the figures last confirmed today 10:30;") {
		t.Errorf("stale page: %d", w.Code)
	}
}
