package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/html"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/evaluation/findings"
)

func init() {
	composedOf = append(composedOf, func() []string {
		ids := []string{"help." + coverageID, "measure." + coverageID, "finding.noise"}
		for _, kind := range findings.Kinds() {
			ids = append(ids, "finding."+string(kind))
		}
		for _, s := range []findings.Severity{findings.Note, findings.Watch, findings.Act} {
			ids = append(ids, "finding.severity."+s.String())
		}
		for _, c := range []string{"red", "orange", "yellow", "blue"} {
			ids = append(ids, "clock."+c, "clock."+c+".is")
		}
		for _, q := range []string{"defaults", "unanswered", "unattributed", "silent"} {
			ids = append(ids, "quality."+q)
		}
		return ids
	})
}

// fakeOutcomes is one bad rating a day and department.
type fakeOutcomes struct {
	store *fakeStore
	calls atomic.Int64
	steps atomic.Uint64
	asked sync.Map // range of days → how often, as *atomic.Int64
	err   error
}

func (f *fakeOutcomes) Steps(context.Context) (uint64, error) { return f.steps.Load(), f.err }

func (f *fakeOutcomes) Outcomes(_ context.Context, days calendar.Range) (list []evaluation.Outcome, err error) {
	f.calls.Add(1)
	n, _ := f.asked.LoadOrStore(days, new(atomic.Int64))
	n.(*atomic.Int64).Add(1)
	for day := range days.Days() {
		if day > testDay {
			break
		}
		for i := range f.store.leaves {
			l := &f.store.leaves[i]
			if (l.seed^uint64(day))%19 != 0 {
				continue
			}
			o := evaluation.Outcome{Day: day, Region: l.county, Department: l.department, FollowUps: evaluation.FollowUps{Bad: 1}}
			switch age := testDay - day; {
			case age == 0:
				o.Open.Today = 1
			case age == 1:
				o.Open.Soon = 1
			case age < 15:
				o.Open.Later = 1
			case l.seed%7 == 0:
				o.RectifyDue, o.Open.Overdue = 1, 1
			default:
				o.RectifyDue, o.Rectified, o.RectifiedOnTime = 1, 1, 1
			}
			list = append(list, o)
		}
	}
	return list, f.err
}

// fakeFindings are given findings.
type fakeFindings struct {
	list []findings.Finding
	at   time.Time
	err  error
}

func (f fakeFindings) Findings(context.Context) ([]findings.Finding, time.Time, bool, error) {
	return f.list, f.at, !f.at.IsZero(), f.err
}

func testFindings(dir *directory.Directory) []findings.Finding {
	both := func(zh, en string) findings.Text { return findings.Text{ZH: zh, EN: en} }
	f := func(kind findings.Kind, s findings.Severity, u findings.Unit, zh, en string) findings.Finding {
		return findings.Finding{
			ID: string(kind) + "/" + u.Code, Kind: kind, Severity: s, Units: []findings.Unit{u}, Text: both(zh, en),
			Action: both("主管部门：查阅这几个月的差评内容和整改情况，查明原因。", "Department in charge: read the bad ratings of these months and what was done about them, and find the cause."),
		}
	}
	list := []findings.Finding{
		f(findings.Change, findings.Act, findings.RegionUnit(dir, "990302"), "该县在2026年4月至6月差评增多：31,206 条有效评价中有差评 474 条，每十万 1,519.0 条；其他月份每十万 894.2 条，按同样的渠道构成应约为 279 条。超出偶然波动的范围。主要来自第1镇政务服务中心。",
			"County 3.2 had more bad ratings in April to June 2026: 474 of 31,206 valid ratings, 1,519.0 per 100,000, against 894.2 per 100,000 in other months; with the same mix of channels about 279 were to be expected. This is more than chance. Most of it comes from Service centre 1."),
		f(findings.AfterHours, findings.Act, findings.WindowUnit(dir, "H990101001", "2"), "该窗口闭厅后连续出现五星评价 86 条。", "86 fives in a row at this window while it was closed."),
		f(findings.MissingLevel, findings.Watch, findings.Unit{Kind: findings.Source, Code: "portal"}, "该来源自 2026年9月起没有“非常不满意”。", "Since September 2026 this source has sent no rating of the worst level."),
	}
	list[1].Text = both("该窗口在闭厅后连续出现“非常满意” 86 条：2026年9月3日 18 时以后 41 条，2026年9月17日 19 时以后 45 条；同类窗口闭厅后应约为 2.1 条。超出偶然波动的范围。",
		"86 ratings of the best level in a row at this window while it was closed: 41 after 18:00 on 3 September 2026 and 45 after 19:00 on 17 September 2026; windows of its kind would have about 2.1. This is more than chance.")
	return list
}

// withOverview gives a dashboard what the overview asks for.
func withOverview(store *fakeStore) func(*Options) {
	return func(o *Options) {
		o.Outcomes, o.Findings = &fakeOutcomes{store: store}, fakeFindings{list: testFindings(store.dir), at: testNow.Add(-5 * time.Minute)}
	}
}

func one(t *testing.T, root *html.Node, what string, keep func(*html.Node) bool) *html.Node {
	t.Helper()
	found := elements(root, keep)
	if len(found) != 1 {
		t.Fatalf("%d of %s, want 1", len(found), what)
	}
	return found[0]
}

func withID(id string) func(*html.Node) bool {
	return func(n *html.Node) bool { return attribute(n, "id") == id }
}

// The six tiles stand in the order of the issue, each with value, sample, changes and formula.
func TestOverviewTiles(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, withOverview(store))
	root := parse(t, get(d, "/", Chinese).Body)
	var ids []string
	for _, li := range elements(root, classed("tile")) {
		ids = append(ids, strings.TrimPrefix(attribute(li, "id"), "tile-"))
		if len(elements(li, classed("value"))) != 1 || len(elements(li, classed("sample"))) != 1 || len(elements(li, classed("spark"))) != 1 {
			t.Errorf("%s lacks a part: %s", attribute(li, "id"), allText(li))
		}
		formula := one(t, li, "formulas", named("details"))
		if len(elements(formula, named("summary"))) != 1 || len(allText(elements(formula, named("p"))[0])) < 12 {
			t.Errorf("%s has no formula", attribute(li, "id"))
		}
	}
	want := []string{ratingsID, evaluation.BadPer100k, evaluation.ActiveRate, evaluation.OnTimeRate, evaluation.RectifiedOnTimeRate, coverageID}
	if !slices.Equal(ids, want) {
		t.Errorf("tiles %v, want %v", ids, want)
	}
	halls := len(store.dir.Halls())
	if got := allText(one(t, root, "coverage", withID("tile-coverage"))); !strings.Contains(got, "100 %") && !strings.Contains(got, "100%") ||
		!strings.Contains(got, fmt.Sprintf("n = %d 个大厅", halls)) || !strings.Contains(got, "本系统自定的指标") {
		t.Errorf("coverage: %s", got)
	}
}

// A hall without ratings is counted, named and linked.
func TestSilentHalls(t *testing.T) {
	store := newFakeStore(t)
	store.silent = "H990302001"
	d := newTestDashboard(t, store, withOverview(store))
	root := parse(t, get(d, "/", English).Body)
	halls := len(store.dir.Halls())
	if want := fmt.Sprintf("1 of %d halls have no rating", halls); !strings.Contains(allText(root), want) {
		t.Errorf("nothing says %q", want)
	}
	links := elements(one(t, root, "lists", withID("silent")), named("a"))
	if len(links) != 1 || attribute(links[0], "href") != "/hall/H990302001" {
		t.Errorf("%d links", len(links))
	}
	if got := allText(one(t, root, "coverage", withID("tile-coverage"))); strings.Contains(got, "100 %") || !strings.Contains(got, fmt.Sprintf("%d with ratings", halls-1)) {
		t.Errorf("coverage: %s", got)
	}
}

// Each of the lists stands alone, and the address says which.
func TestTabsOfTheOverview(t *testing.T) {
	store := newFakeStore(t)
	any := []string{directory.Any}
	d := newTestDashboard(t, store, func(o *Options) {
		o.Gate = scopes{"all": {All: true}, "county": {Regions: []string{"990302"}, Departments: any}}
	})
	rows := func(person, path string) (tabs []string, n int) {
		root := parse(t, as(d, person, path).Body)
		section := one(t, root, "lists", withID("card-regions"))
		for _, a := range elements(elements(section, classed("tabs"))[0], named("a")) {
			tabs = append(tabs, allText(a))
		}
		return tabs, len(elements(elements(section, named("tbody"))[0], named("tr")))
	}
	tabs, n := rows("all", "/")
	if !slices.Equal(tabs, []string{"市", "县区"}) && !slices.Equal(tabs, []string{"市", "县"}) || n != 8 {
		t.Errorf("the province: %v, %d rows", tabs, n)
	}
	if _, n = rows("all", "/?tab=grandchildren"); n != 41 {
		t.Errorf("counties: %d rows", n)
	}
	if tabs, n = rows("county", "/?tab=departments"); !slices.Equal(tabs, []string{"镇", "县直部门"}) || n != len(testLines) {
		t.Errorf("a county: %v, %d rows", tabs, n)
	}
}

// The reader's own region stands first.
func TestOwnRegionFirst(t *testing.T) {
	store := newFakeStore(t)
	any := []string{directory.Any}
	d := newTestDashboard(t, store, func(o *Options) {
		withOverview(store)(o)
		o.Gate = scopes{
			"all": {All: true}, "city": {Regions: []string{"9903"}, Departments: any}, "two": {Regions: []string{"9901", "9902"}, Departments: any},
			"bureau": {Regions: []string{"990101"}, Departments: []string{"D99010100"}},
		}
	})
	for person, want := range map[string]struct {
		title    string
		findings int
	}{"all": {"示例省", 3}, "city": {"南屏市", 1}, "two": {"总览", 1}, "bureau": {"云州第1县", 0}} {
		w := as(d, person, "/")
		root := parse(t, w.Body)
		if got := allText(elements(root, named("h1"))[0]); w.Code != http.StatusOK || got != want.title {
			t.Errorf("%s: %d %s", person, w.Code, got)
		}
		if got := len(elements(root, classed("find"))); got != want.findings {
			t.Errorf("%s: %d findings, want %d", person, got, want.findings)
		}
	}
}

// What waits is counted within the scope, from answers that all readers share.
func TestClocksWithinScope(t *testing.T) {
	store := newFakeStore(t)
	outcomes := &fakeOutcomes{store: store}
	d := newTestDashboard(t, store, func(o *Options) {
		any := []string{directory.Any}
		o.Outcomes = outcomes
		o.Gate = scopes{
			"all": {All: true}, "city": {Regions: []string{"9903"}, Departments: any}, "bureau": {Regions: any, Departments: []string{"D99010100"}}, "none": {},
		}
	})
	list, _ := outcomes.Outcomes(t.Context(), calendar.Range{From: testDay - openDays + 1, To: testDay})
	outcomes.calls.Store(0)
	l := testLocale(t, Chinese)
	for person, scope := range d.options.Gate.(scopes) {
		var want evaluation.Clocks
		for i := range list {
			if scope.Allows(store.dir, list[i].Region, list[i].Department) {
				want.Add(&list[i].Open)
			}
		}
		root := parse(t, as(d, person, "/").Body)
		var got []string
		for _, li := range elements(one(t, root, "strips", classed("strip clocks")), named("strong")) {
			got = append(got, allText(li))
		}
		if wanted := []string{l.Int(want.Overdue), l.Int(want.Soon), l.Int(want.Later), l.Int(want.Today)}; !slices.Equal(got, wanted) {
			t.Errorf("%s: %v, want %v", person, got, wanted)
		}
	}
	month := func(day calendar.Day) int64 {
		n, _ := outcomes.asked.LoadOrStore(calendar.Period(calendar.KindMonth, day), new(atomic.Int64))
		return n.(*atomic.Int64).Load()
	}
	for day := range (calendar.Range{From: testDay - openDays + 1, To: testDay}).Months() {
		if n := month(day); n != 1 {
			t.Errorf("%s was read %d times for four readers", day, n)
		}
	}
	// Nothing moved: nothing is read. Steps were stored: the last months are read anew, those before are not yet.
	store.now = store.now.Add(2 * time.Minute)
	before := outcomes.calls.Load()
	as(d, "all", "/")
	if n := outcomes.calls.Load() - before; n != 0 {
		t.Errorf("%d readings though nothing moved", n)
	}
	outcomes.steps.Add(1)
	store.now = store.now.Add(2 * stepsBelieved)
	for end := time.Now().Add(20 * time.Second); month(testDay) < 2 && time.Now().Before(end); time.Sleep(time.Millisecond) {
		as(d, "all", "/")
	}
	if now, past := month(testDay), month(testDay-180); now < 2 || past != 1 {
		t.Errorf("after a step this month was read %d times, and half a year ago %d times", now, past)
	}
	// Deadlines end with the day.
	store.now = store.now.Add(24 * time.Hour)
	as(d, "all", "/")
	if n := month(testDay - 180); n < 2 {
		t.Error("on the next day the answer of the day before is given")
	}
}

// What cannot be read is said, and leaves the rest alone.
func TestOverviewWithoutOutcomes(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) { o.Outcomes = &fakeOutcomes{store: store, err: errors.New("secret host")} })
	w := get(d, "/", English)
	root := parse(t, w.Body)
	if w.Code != http.StatusOK || strings.Contains(allText(root), "secret") || len(elements(root, classed("tile"))) != 6 {
		t.Errorf("%d", w.Code)
	}
	if n := len(elements(root, classed("incident"))); n != 2 {
		t.Errorf("%d incidents, want one of the tile and one of what waits", n)
	}
	if got := allText(one(t, root, "tiles", withID("tile-"+evaluation.RectifiedOnTimeRate))); !strings.Contains(got, "cannot be read now") {
		t.Errorf("the tile says %s", got)
	}
	if !strings.Contains(allText(root), "Open bad reviews cannot be read now.") {
		t.Error("nobody is told which part is missing")
	}
}

// Findings that have not been drawn are said to be under way; a page asks for no more than a bounded number of answers.
func TestOverviewIsCheap(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) { withOverview(store)(o); o.Findings = fakeFindings{} })
	w := get(d, "/", Chinese)
	if !strings.Contains(w.Body.String(), "要点正在后台计算") {
		t.Error("nothing says that findings are under way")
	}
	if n := store.calls.Load(); n > 15 {
		t.Errorf("%d queries", n)
	}
	// Those that could not be drawn are not.
	d = newTestDashboard(t, store, func(o *Options) { withOverview(store)(o); o.Findings = fakeFindings{err: errors.New("away")} })
	for _, path := range []string{"/", "/brief"} {
		text := allText(parse(t, get(d, path, English).Body))
		if !strings.Contains(text, "Findings cannot be read now.") || strings.Contains(text, "background") {
			t.Errorf("%s says nothing of findings that could not be drawn", path)
		}
	}
}

// The one page has the figures of the overview.
func TestBriefSaysTheSame(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, withOverview(store))
	for _, query := range []string{"", "?p=lastmonth", "?p=12m"} {
		whole, sheet := parse(t, get(d, "/"+query, English).Body), parse(t, get(d, "/brief"+query, English).Body)
		texts := func(root *html.Node, what string) (out []string) {
			for _, n := range elements(root, func(n *html.Node) bool { return n.Data == "strong" && inside(n, what) }) {
				out = append(out, allText(n))
			}
			return out
		}
		for overview, brief := range map[string]string{"tiles": "six", "strip clocks": "waits"} {
			if a, b := texts(whole, overview), texts(sheet, brief); len(a) < 4 || !slices.Equal(a, b) {
				t.Errorf("%s: %v on the overview, %v on the page", query, a, b)
			}
		}
		rows := elements(one(t, sheet, "lists", classed("list")), named("tr"))
		if len(rows) != 9 {
			t.Errorf("%d lines, want a heading, seven cities and the unattributed", len(rows))
		}
		if got := len(elements(one(t, sheet, "findings", classed("says")), named("li"))); got != 3 {
			t.Errorf("%d findings", got)
		}
	}
}

// inside reports whether a node lies in one of a class.
func inside(n *html.Node, class string) bool {
	for ; n != nil; n = n.Parent {
		if attribute(n, "class") == class {
			return true
		}
	}
	return false
}
