package dashboard

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"haochaping/access"
	"haochaping/chart"
	"haochaping/directory"
	"haochaping/evaluation"
)

func init() {
	composedOf = append(composedOf, func() []string {
		ids := []string{"limits.actual", "limits.promised", "limits.statutory"}
		for _, kind := range itemKinds {
			ids = append(ids, "item_kind."+kind)
		}
		for _, word := range quadrantWords {
			ids = append(ids, "quadrant."+word)
		}
		for _, word := range []string{"within", "above95", "below95", "above998", "below998"} {
			ids = append(ids, "funnel."+word)
		}
		for i := range 7 {
			ids = append(ids, "weekday."+weekdayID(i))
		}
		return ids
	})
}

// byID is the element of a document with an id.
func byID(tb testing.TB, root *html.Node, id string) *html.Node {
	tb.Helper()
	found := elements(root, func(n *html.Node) bool { return attribute(n, "id") == id })
	if len(found) != 1 {
		tb.Fatalf("%d elements have the id %s", len(found), id)
	}
	return found[0]
}

// cellsOf are the texts of the table of a card, row by row.
func cellsOf(tb testing.TB, root *html.Node, card string) (rows [][]string) {
	tb.Helper()
	for _, row := range elements(byID(tb, root, "card-"+card), named("tr")) {
		var cells []string
		for _, c := range elements(row, named("th", "td")) {
			cells = append(cells, allText(c))
		}
		rows = append(rows, cells)
	}
	return rows
}

// scoped sees what a scope allows.
type scoped struct{ scope directory.Scope }

func (s scoped) Person(*http.Request) access.Person {
	return access.Person{ID: "scoped", Roles: access.Roles(), Scope: s.scope, Method: "local"}
}

func TestEveryUnitIsSetBesideOthers(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	for path, cards := range map[string][]string{
		"/region/9903":                {"peers", "funnel", "quadrant", "limits", "weekdays"},
		"/region/99":                  {"funnel", "quadrant", "limits", "weekdays"},
		"/region/990302001":           {"peers", "funnel", "quadrant", "limits", "weekdays"},
		"/hall/H990302001":            {"peers", "funnel", "quadrant", "limits", "weekdays"},
		"/hall/H990302001/window/2":   {"peers", "funnel", "quadrant", "limits", "weekdays"},
		"/department/D99030200":       {"peers", "funnel", "quadrant", "limits", "weekdays"},
		"/department/D99030200?p=12m": {"peers", "funnel", "quadrant", "limits", "weekdays"},
	} {
		root := parse(t, get(d, path, English).Body)
		for _, id := range cards {
			section := byID(t, root, "card-"+id)
			if len(elements(section, named("figure"))) != 1 || len(elements(section, named("table"))) != 1 {
				t.Errorf("%s: the card %s has no chart or no table: %s", path, id, allText(section))
			}
		}
	}
}

func TestPeersTellApartOnlyWhatDiffers(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	// 990302 has ten times the bad reviews of the others.
	rows := cellsOf(t, parse(t, get(d, "/region/990302", English).Body), "peers")
	judged := func(measure string) (words []string) {
		for _, r := range rows {
			if r[0] == measure {
				words = append(words, r[5])
			}
		}
		return words
	}
	if got := judged("Bad per 100,000"); !slices.Equal(got, []string{"", "higher", "higher"}) {
		t.Errorf("the worst county: %q", got)
	}
	if got := judged("Active rate"); !slices.Equal(got, []string{"", "no significant difference", "no significant difference"}) {
		t.Errorf("a rate that is the same everywhere: %q", got)
	}
}

func TestPeersOutsideOfTheScopeAreNotShown(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) {
		o.Gate = scoped{directory.Scope{Regions: []string{"990302"}, Departments: []string{directory.Any}}}
	})
	asked := make(chan evaluation.Query, 1000)
	store.fail = func(q evaluation.Query) error { asked <- q; return nil }
	body := get(d, "/region/990302", English).Body.String()
	close(asked)
	rows := cellsOf(t, parse(t, strings.NewReader(body)), "peers")
	for i, row := range rows[1:] {
		if outside := row[2] == "outside your scope" && row[3] == "—" && row[4] == "—" && row[5] == "—"; outside != (i%3 > 0) {
			t.Errorf("a reader of one county is shown %q", row)
		}
	}
	for q := range asked {
		if q.By == evaluation.ByTotal && q.Region == "9903" {
			t.Errorf("the city was read: %+v", q)
		}
	}
	if !strings.Contains(body, "4 more lie outside") && !strings.Contains(body, "6 more lie outside") {
		t.Error("nothing says how many peers are hidden")
	}
}

func TestFunnelLimitsAndStandings(t *testing.T) {
	limits := limitsAt(10_000, 0.001)
	if !slices.IsSorted(limits[:]) || limits[0] <= 0 || limits[3] > 300 || limits[1] > 100 || limits[2] < 100 {
		t.Fatalf("limits of 10,000 around 100: %v", limits)
	}
	for _, c := range []struct {
		rate float64
		want chart.Standing
		word string
	}{
		{100, chart.Within, "within"},
		{limits[3] + 1, chart.Worse, "above998"},
		{(limits[2] + limits[3]) / 2, chart.Outside, "above95"},
		{(limits[0] + limits[1]) / 2, chart.Outside, "below95"},
		{limits[0] - 1, chart.Better, "below998"},
	} {
		if got, word := standing(c.rate, limits); got != c.want || word != c.word {
			t.Errorf("%v stands %s, %s; want %s, %s", c.rate, got, word, c.want, c.word)
		}
	}
	rows := cellsOf(t, parse(t, get(newTestDashboard(t, newFakeStore(t), nil), "/region/9903", English).Body), "funnel")
	worst := slices.IndexFunc(rows, func(r []string) bool { return strings.HasPrefix(r[0], "County 3.2") })
	if worst < 0 || rows[worst][6] != "above the 99.8% limit" {
		t.Errorf("the county with ten times the bad reviews: %q", rows)
	}
}

func TestCrossingIsTheMedianOfThoseWithRatings(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	p := d.newPage(newRequest("/"))
	make1 := func(code string, n uint64, seconds float64) unit {
		return unit{Code: code, Facts: evaluation.Facts{
			Levels: [5]uint64{n / 10, 0, 0, 0, n - n/10}, Handled: n, Handling: evaluation.Histogram{evaluation.Bucket(seconds): n},
		}}
	}
	units := []unit{make1("a", 1000, 3600), make1("b", 1000, 7200), make1("c", 1000, 90_000), make1("few", 10, 9_000_000)}
	at := p.crossed(units)
	if math.Abs(at.time/7200-1) > 0.03 || math.Abs(at.level-4.6) > 1e-9 || at.unit.id != "unit.days" {
		t.Errorf("they cross at %+v", at)
	}
	if at := p.crossed(units[3:]); at.time < 8_000_000 {
		t.Errorf("where all have few ratings, they cross at %+v", at)
	}
	if got := median(nil); got != 0 {
		t.Errorf("the median of nothing is %v", got)
	}
}

func TestWeekdaysAddUp(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	root := parse(t, get(d, "/hall/H990302001", English).Body)
	rows := cellsOf(t, root, "weekdays")
	if len(rows) != 8 || rows[1][0] != "Monday" || rows[7][0] != "Sunday" {
		t.Fatalf("rows: %q", rows)
	}
	total := 0.0
	for _, row := range rows[1:] {
		for _, share := range row[5:] {
			var v float64
			if _, err := fmt.Sscanf(strings.TrimPrefix(strings.TrimSuffix(share, "%"), "< "), "%f", &v); err != nil {
				t.Fatalf("%q is no share", share)
			}
			total += v
		}
	}
	if math.Abs(total-100) > 2 {
		t.Errorf("the shares add up to %v", total)
	}
}

func TestLongPeriodsReadOneYearOfDays(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, nil)
	longest := 0
	asked := make(chan evaluation.Query, 1000)
	store.fail = func(q evaluation.Query) error { asked <- q; return nil }
	w := get(d, "/hall/H990302001?p=custom&from=2024-01-01&to=2026-11-20", Chinese)
	close(asked)
	for q := range asked {
		if q.Step == evaluation.StepDay {
			longest = max(longest, int(q.To-q.From)+1)
		}
	}
	if longest != maxHourDays || !strings.Contains(w.Body.String(), "只取最近一年") {
		t.Errorf("%d days are read one by one", longest)
	}
}

func TestAFieldOfOneUnitIsNone(t *testing.T) {
	f := &field{Read: func(context.Context) ([]unit, evaluation.Facts, error) {
		return []unit{{Code: "a", Facts: evaluation.Facts{Levels: [5]uint64{0, 0, 0, 0, 9}}}, {Code: "b"}, {Facts: evaluation.Facts{Levels: [5]uint64{9}}}}, evaluation.Facts{}, nil
	}}
	units, _, err := f.judgedUnits(t.Context())
	if err != nil || units != nil {
		t.Errorf("%v, %v", units, err)
	}
}
