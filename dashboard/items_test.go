package dashboard

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

func TestItemPage(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, nil)
	asked := make(chan evaluation.Query, 1000)
	store.fail = func(q evaluation.Query) error { asked <- q; return nil }
	w := get(d, "/item/I-001?p=90d&lang=en", English)
	close(asked)
	store.fail = nil
	if w.Code != http.StatusOK {
		t.Fatalf("status %d", w.Code)
	}
	for q := range asked {
		if q.Item == "" {
			continue
		}
		if month := calendar.Period(calendar.KindMonth, q.From).From; q.From != month || q.Step == evaluation.StepDay || q.Step == evaluation.StepWeek || q.Region != "" {
			t.Errorf("items are not counted so: %+v", q)
		}
	}
	root := parse(t, w.Body)
	var way []string
	for _, a := range elements(elements(root, func(n *html.Node) bool { return attribute(n, "class") == "crumbs" })[0], named("a")) {
		way = append(way, attribute(a, "href"))
	}
	last := way[len(way)-1]
	if !strings.HasPrefix(last, "/department/D99030200?") || !strings.Contains(last, "p=90d") || !strings.Contains(last, "lang=en") {
		t.Errorf("the way to the item: %q", way)
	}
	for _, id := range []string{"trend", "levels", "handling", "channels", "reasons", "peers", "funnel", "quadrant", "limits"} {
		if section := byID(t, root, "card-"+id); len(elements(section, named("table"))) != 1 {
			t.Errorf("the card %s has no table", id)
		}
	}
	if rows := cellsOf(t, root, "trend"); len(rows) != 13 {
		t.Errorf("the trend of 90 days shows %d months, want 12", len(rows)-1)
	}
	for path, want := range map[string]int{"/item/nowhere": http.StatusNotFound, "/item/I-003?format=csv&card=peers": http.StatusOK} {
		if w := get(d, path, Chinese); w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestItemKeepsThePeriodThatWasAsked(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	body := get(d, "/item/I-001?p=custom&from=2026-03-10&to=2026-05-20", English).Body.String()
	if !strings.Contains(body, "from=2026-03-10&amp;p=custom&amp;to=2026-05-20") || strings.Contains(body, "from=2026-03-01") {
		t.Error("links carry another period than the reader chose")
	}
}

func TestDepartmentListsItsItems(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	root := parse(t, get(d, "/department/D99030200?p=12m", English).Body)
	rows := cellsOf(t, root, "items")
	if len(rows) != 4 {
		t.Fatalf("rows: %q", rows)
	}
	var links []string
	for _, a := range elements(byID(t, root, "card-items"), named("a")) {
		links = append(links, attribute(a, "href"))
	}
	if all := strings.Join(links, " "); !strings.Contains(all, "/item/I-001?p=12m") {
		t.Errorf("links: %s", all)
	}
}

func TestItemsOfOthersAreNotFound(t *testing.T) {
	store := newFakeStore(t)
	for scope, want := range map[string]int{"D99030200": http.StatusOK, "D99030201": http.StatusNotFound} {
		d := newTestDashboard(t, store, func(o *Options) {
			o.Gate = scoped{directory.Scope{Regions: []string{"9903"}, Departments: []string{scope}}}
		})
		w := get(d, "/item/I-001", English)
		if w.Code != want {
			t.Errorf("a reader of %s gets %d", scope, w.Code)
		}
		if want == http.StatusOK && len(elements(byID(t, parse(t, w.Body), "tile-ratings"), named("strong"))) != 1 {
			t.Error("a reader of the department sees no figures of its item")
		}
	}
}
