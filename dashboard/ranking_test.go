package dashboard

import (
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

func classed(class string) func(*html.Node) bool {
	return func(n *html.Node) bool {
		return n.Type == html.ElementNode && strings.Contains(" "+attribute(n, "class")+" ", " "+class+" ")
	}
}

// rankedRows are the rows of units on the ranking page.
func rankedRows(t *testing.T, root *html.Node) []*html.Node {
	t.Helper()
	var rows []*html.Node
	for _, row := range elements(elements(elements(root, classed("ranks"))[0], named("tbody"))[0], named("tr")) {
		if !classed("group")(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// ranked reads the rows of the ranking page: rank, rank range, unit, score or reason.
func ranked(t *testing.T, root *html.Node) [][]string {
	t.Helper()
	var out [][]string
	for _, row := range rankedRows(t, root) {
		var cells []string
		for i, c := range elements(row, named("td", "th"))[:4] {
			if strong := elements(c, named("strong")); i == 3 && len(strong) > 0 {
				c = strong[0]
			}
			if link := elements(c, named("a")); len(link) > 0 {
				c = link[0]
			}
			cells = append(cells, allText(c))
		}
		out = append(out, cells)
	}
	return out
}

func TestRankingListsOneKindOfUnits(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, nil)
	for path, want := range map[string]struct {
		rows int
		kind string // what every link of the list begins with
	}{
		"/ranking":                               {8, "/region/99"}, // the single root is not ranked against itself
		"/ranking?by=region&level=3":             {42, "/region/99"},
		"/ranking?by=region&level=9":             {8, "/region/99"},
		"/ranking?by=department&line=公安":         {41, "/department/"},
		"/ranking?by=department&line=nonsense":   {41, "/department/"},
		"/ranking?by=department&level=2&line=公安": {41, "/department/"},
		"/ranking?by=anything":                   {8, "/region/99"},
	} {
		root := parse(t, get(d, path, English).Body)
		rows := rankedRows(t, root)
		if len(rows) != want.rows {
			t.Errorf("%s: %d rows, want %d", path, len(rows), want.rows)
		}
		for _, row := range rows {
			for _, a := range elements(row, named("a")) {
				if href := attribute(a, "href"); !strings.HasPrefix(href, want.kind) && href != "/unattributed" {
					t.Errorf("%s links to %s", path, href)
				}
			}
		}
	}
}

const educationRanked = "?by=department&line=%E6%95%99%E8%82%B2"

// judged is what the fake evaluator says about the departments of education.
func judged(t *testing.T, store *fakeStore, rule scoring.AnswerRule) *scoring.Result {
	t.Helper()
	period := readPeriod(nil, testDay)
	r, err := (&fakeEvaluator{store: store}).Evaluate(t.Context(), scheme.Units{Kind: scheme.UnitDepartment, Line: "教育"}, period.Range, rule)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Ranked) == 0 || len(r.Listed) == 0 {
		t.Fatal("the test has no units with and without a rank")
	}
	return r
}

func TestRankingPageAndFilesSayTheSame(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) { o.Demo = true })
	result := judged(t, store, scoring.RuleActive)
	var want [][]string
	for i := range result.Ranked {
		p := &result.Ranked[i]
		span := strconv.Itoa(p.RankLow) + "–" + strconv.Itoa(p.RankHigh)
		want = append(want, []string{strconv.Itoa(p.Rank), span, p.NameEN, evaluation.FormatNumber(p.Score, 2)})
	}
	for i := range result.Listed {
		p := &result.Listed[i]
		want = append(want, []string{"—", "", p.NameEN, "Bad per 100,000: Too small a sample (" + strconv.FormatUint(p.Reason.N, 10) + ", fewer than 300): listed, not ranked."})
	}
	if diff := cmp.Diff(want, ranked(t, parse(t, get(d, "/ranking"+educationRanked, English).Body))); diff != "" {
		t.Errorf("page: %s", diff)
	}

	w := get(d, "/ranking.csv"+educationRanked, English)
	if got := w.Header().Get("Content-Disposition"); !strings.Contains(got, `"haochaping-demo-ranking-department-2026-10-25_2026-11-23.csv"`) {
		t.Error(got)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(records[0][0], "Demo data") || records[1][0] != "Departments ranked: Education" {
		t.Errorf("the CSV begins with %q, %q", records[0][0], records[1][0])
	}
	for len(records) > 0 && records[0][0] != "Score rank" {
		records = records[1:]
	}
	column := make(map[string]int)
	for i, name := range records[0] {
		column[name] = i
	}
	var file [][]string
	for _, rec := range records[1:] {
		row := []string{rec[0], rec[column["Rank range from"]] + "–" + rec[column["Rank range to"]], rec[column["Name"]], rec[column["Score"]]}
		if rec[0] == "not ranked" {
			row = []string{"—", "", rec[column["Name"]], rec[len(rec)-1]}
		}
		if !strings.Contains(rec[column["Region"]], "County") {
			t.Errorf("a department without its region: %q", rec)
		}
		file = append(file, row)
	}
	if diff := cmp.Diff(want, file); diff != "" {
		t.Errorf("CSV: %s", diff)
	}
	if w := get(d, "/ranking.xlsx"+educationRanked, English); w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), "PK\x03\x04") {
		t.Errorf("workbook: %d", w.Code)
	}
}

func TestGroupsThatCannotBeToldApart(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, nil)
	root := parse(t, get(d, "/ranking", English).Body)
	var lines []string
	for _, row := range elements(elements(elements(root, classed("ranks"))[0], named("tbody"))[0], named("tr")) {
		switch {
		case classed("group")(row):
			lines = append(lines, allText(row))
		default:
			lines = append(lines, "unit")
		}
	}
	want := []string{
		"Differences among the next 5 units may be chance: they do not say who is better", "unit", "unit", "unit", "unit", "unit",
		"Differences among the next 2 units may be chance: they do not say who is better", "unit", "unit",
		"Listed, not ranked", "unit",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

// what the page says where a scheme publishes no ranks of single units.
func TestFormsOfPublication(t *testing.T) {
	store := newFakeStore(t)
	for form, want := range map[scheme.Publication]string{
		scheme.PublishGroups: "Group 1: 5 units", scheme.PublishBands: "First: ",
	} {
		judges := &fakeEvaluator{store: store, change: func(r *scoring.Result) { r.Scheme.Publication = form }}
		d := newTestDashboard(t, store, func(o *Options) { o.Evaluator = judges })
		root := parse(t, get(d, "/ranking", English).Body)
		table := elements(root, classed("ranks"))[0]
		if text := allText(table); strings.Contains(text, "Score rank") || strings.Contains(text, "Rank range") || !strings.Contains(text, want) {
			t.Errorf("%s: %s", form, text)
		}
		if card := allText(elements(root, func(n *html.Node) bool { return attribute(n, "id") == "card-scores" })[0]); strings.Contains(card, "Score rank") {
			t.Errorf("%s: the plot of scores has ranks", form)
		}
		if body := get(d, "/ranking.csv", English).Body.String(); strings.Contains(body, "Score rank") || strings.Contains(body, "Rank range from") {
			t.Errorf("%s: the file has ranks", form)
		}
		places := make(map[string]int)
		for i, r := range store.dir.RegionsAtLevel(2) {
			places[r.NameEN] = i
		}
		last, class := -1, ""
		for _, row := range elements(elements(table, named("tbody"))[0], named("tr")) {
			if classed("group")(row) {
				last, class = -1, allText(row)
				continue
			}
			at, known := places[allText(elements(row, named("a"))[0])]
			if known && at < last {
				t.Errorf("%s, %s: not in administrative order", form, class)
			}
			last = at
		}
	}
}

func TestWhatIf(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, nil)
	was := make(map[string]int)
	for _, p := range judged(t, store, scoring.RuleActive).Ranked {
		was[p.Code] = p.Rank
	}
	now := judged(t, store, scoring.RuleDefaults)
	root := parse(t, get(d, "/ranking"+educationRanked+"&rule=with_defaults", English).Body)
	if notice := elements(root, classed("hypothetical")); len(notice) != 1 || !strings.Contains(allText(notice[0]), "must not be published") {
		t.Error("nothing says that this is not the ranking")
	}
	moved := 0
	for i, row := range rankedRows(t, root)[:len(now.Ranked)] {
		p := &now.Ranked[i]
		want := "="
		switch by := was[p.Code] - p.Rank; {
		case was[p.Code] == 0:
			want = "new"
		case by > 0:
			want = "▲" + strconv.Itoa(by)
		case by < 0:
			want = "▼" + strconv.Itoa(-by)
		}
		if want != "=" {
			moved++
		}
		if got := allText(elements(row, classed("move"))[0]); !strings.HasPrefix(got, want) {
			t.Errorf("%s: moved %q, want %q", p.Code, got, want)
		}
	}
	if moved == 0 {
		t.Error("the test moves nobody")
	}
	if plain := parse(t, get(d, "/ranking"+educationRanked, English).Body); len(elements(plain, classed("hypothetical")))+len(elements(plain, classed("move"))) > 0 {
		t.Error("the ranking is marked as what it is not")
	}
	w := get(d, "/ranking.csv"+educationRanked+"&rule=with_defaults", English)
	if name := w.Header().Get("Content-Disposition"); !strings.Contains(name, "what-if-with_defaults") || !strings.Contains(w.Body.String(), "WHAT IF: default ratings") {
		t.Errorf("the file %s does not say that it is no ranking", name)
	}
}

func TestNarrowedRankingHasNoRanks(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, nil)
	root := parse(t, get(d, "/ranking?by=region&level=3&within=9902", English).Body)
	rows := rankedRows(t, root)
	if want := len(store.dir.Children("9902")); len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	text := allText(elements(root, func(n *html.Node) bool { return n.Data == "main" })[0])
	for _, word := range []string{"Score rank", "Rank range "} {
		if strings.Contains(text, word) {
			t.Errorf("the page says %s", word)
		}
	}
	if !strings.Contains(text, "intervals without ranks") {
		t.Error("nothing says why there are no ranks")
	}
	for _, address := range []string{"/ranking?within=9902", "/ranking?by=region&level=3&within=nowhere"} {
		if body := get(d, address, English).Body.String(); !strings.Contains(body, "Score rank") {
			t.Errorf("%s: no ranks, though nothing is left out", address)
		}
	}
}

func TestRankingFailsAloneAndLoudly(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) { o.Evaluator = &fakeEvaluator{store: store, fail: errNoJudge} })
	for _, path := range []string{"/ranking.csv", "/ranking.xlsx"} {
		if w := get(d, path, English); w.Code != http.StatusInternalServerError || w.Header().Get("Content-Disposition") != "" {
			t.Errorf("%s of a ranking that cannot be made: %d", path, w.Code)
		}
	}
	if w := get(d, "/ranking", English); w.Code != http.StatusOK || strings.Count(w.Body.String(), "cannot be read now") < 3 {
		t.Errorf("the page: %d", w.Code)
	}
}

// No interval and no value of the ranking reads as 100 % while one rating is bad.
func TestNeverAllGoodWhileOneIsBad(t *testing.T) {
	l := testLocale(t, Chinese)
	p := &page{locale: l}
	n := &scheme.Node{Unit: evaluation.Percent}
	v := p.rankValue(n, &scoring.NodeScore{
		Known: true, Scored: 0.9999999, Low: 0.999999, High: 0.99999999,
		Estimate: evaluation.Estimate{Value: evaluation.Value{Number: 0.9999999, Hits: 9_999_999, N: 10_000_000, Known: true}},
	})
	if v.Text != ">99.99%" || strings.Contains(v.Spread, "100") {
		t.Errorf("%+v", v)
	}
}

// slowEvaluator judges nothing as long as anybody may wait.
type slowEvaluator struct{}

func (slowEvaluator) Evaluate(ctx context.Context, _ scheme.Units, _ calendar.Range, _ scoring.AnswerRule) (*scoring.Result, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestSlowRankingIsAwaited(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Evaluator, o.CardTimeout = slowEvaluator{}, 300*time.Millisecond })
	body := get(d, "/ranking", English).Body.String()
	if n := strings.Count(body, "data-pending"); n != 3 || strings.Contains(body, "cannot be read now") {
		t.Errorf("%d parts are awaited, want 3", n)
	}
}

func TestRankingNamesItsScheme(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, nil)
	s := judged(t, store, scoring.RuleActive).Scheme
	how := allText(elements(parse(t, get(d, "/ranking", English).Body), classed("how"))[0])
	if want := "Judged by the scheme " + s.Name.EN + ", version " + s.Version + "."; !strings.Contains(how, want) {
		t.Errorf("no %q in %q", want, how)
	}
}
