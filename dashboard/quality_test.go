package dashboard

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/record"
)

func init() {
	allPages = slices.Insert(allPages, 0, "/quality", "/quality?p=12m", "/quality?source=portal&hall=H990101001")
	composedOf = append(composedOf, func() (ids []string) {
		for _, s := range evaluation.ArrivalStates() {
			ids = append(ids, "arrival."+string(s))
		}
		for _, s := range []string{"never", "open", "over"} {
			ids = append(ids, "spell."+s)
		}
		return append(ids, "answers.events", "answers.prompted", "answers.asked", "answers.chosen", "answers.unanswered", "answers.declined", "answers.good.share")
	})
}

// The sources of the fakes: one is silent on a Wednesday and lacks level 1 from then on, one books levels, and one has
// a name that must stay a name.
const strangeSource = `<img src=x>`

var (
	silentDay   = calendar.MakeDay(2026, 11, 11)
	lostDay     = calendar.MakeDay(2026, 11, 2)
	kioskLevels = [5]uint64{20, 6, 8, 60, 3910}
)

func (f fakeQuality) SourceDays(_ context.Context, days calendar.Range) (list []evaluation.SourceDay, err error) {
	if f.store != nil && f.store.empty || f.fine {
		return nil, f.fail
	}
	for day := max(days.From, calendar.MakeDay(2026, 1, 1)); day <= min(days.To, testDay); day++ {
		if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
			continue
		}
		kiosk := evaluation.SourceDay{Day: day, Source: "kiosk", Levels: kioskLevels, Unanswered: 400, Declined: 7}
		if day >= lostDay {
			kiosk.Levels[0] = 0
		}
		if day != silentDay {
			list = append(list, kiosk)
		}
		list = append(
			list, evaluation.SourceDay{Day: day, Source: "portal", Levels: [5]uint64{1, 1, 2, 9, 200}, Defaults: [5]uint64{0, 0, 300, 0, 20}},
			evaluation.SourceDay{Day: day, Source: strangeSource, Levels: [5]uint64{0, 0, 0, 0, 2}},
		)
	}
	return list, f.fail
}

func (f fakeQuality) DeviceGaps(_ context.Context, devices []string, _ calendar.Range) (list []record.DeviceGap, err error) {
	for _, d := range devices {
		if d == "K-1" {
			list = append(
				list, record.DeviceGap{Device: d, Installation: "a1", NumberRange: record.NumberRange{First: 80, Last: 81}, After: testDay - 3, Before: testDay - 2},
				record.DeviceGap{Device: d, Installation: "a1", NumberRange: record.NumberRange{First: 7, Last: 7}},
			)
		}
	}
	return list, f.fail
}

func (f fakeQuality) Lateness(context.Context, calendar.Range) ([]evaluation.SourceLateness, error) {
	if f.store != nil && f.store.empty || f.fine {
		return nil, f.fail
	}
	return []evaluation.SourceLateness{
		{Source: "kiosk", Ratings: 1000, LastAt: testNow}, {Source: "portal", Ratings: 200, Day: 50, Week: 10, LastAt: testNow.AddDate(0, 0, -1)},
	}, f.fail
}

// fakeQuality has devices of two cities, of no hall and of an unknown one.
type fakeQuality struct {
	store *fakeStore // without records there are no devices; nil has them
	fail  error
	fine  bool
}

func (f fakeQuality) Devices(context.Context) ([]record.DeviceState, error) {
	if f.fine {
		return []record.DeviceState{{Device: "K-9", Hall: "H990101001", LastAt: testNow}}, f.fail
	}
	if f.store != nil && f.store.empty {
		return nil, f.fail
	}
	return []record.DeviceState{
		{Device: "K-1", Hall: "H990101001", Window: "1", LastAt: testNow.Add(-time.Minute), Highest: 90, MissingCount: 3},
		{Device: "K-2", Hall: "H990101001", Window: "2", LastAt: testNow.Add(-72 * time.Hour), Silent: true, Highest: 12},
		{Device: "K-3", Hall: "H990201001", Silent: true},
		{Device: "K-4", Hall: "H990201001", LastAt: testNow, Highest: 5},
		{Device: "K-5", Silent: true},
		{Device: "K-6", Hall: "HX<img src=x>", LastAt: testNow, MissingCount: 1, Highest: 2},
	}, f.fail
}

// rowNames are the first cells of a card's rows.
func rowNames(t *testing.T, body io.Reader, id string) (names []string) {
	t.Helper()
	for _, section := range elements(parse(t, body), func(n *html.Node) bool { return attribute(n, "id") == id }) {
		for _, n := range elements(section, named("th")) {
			if attribute(n, "scope") == "row" {
				names = append(names, allText(n))
			}
		}
	}
	return names
}

func TestDevicesOfTheOwnRegions(t *testing.T) {
	gate := reviewer([]access.Role{access.Operator}, wholeScope)
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Gate = gate })
	anyOf := []string{directory.Any}
	for _, tt := range []struct {
		scope directory.Scope
		want  string
	}{
		{wholeScope, "K-3 K-5 K-2 K-1 K-6"},
		{directory.Scope{Regions: []string{"9901"}, Departments: anyOf}, "K-2 K-1"},
		{directory.Scope{Regions: []string{"9902"}, Departments: anyOf}, "K-3"},
		{directory.Scope{}, ""},
	} {
		gate.person.Scope = tt.scope
		got := rowNames(t, get(d, "/quality", Chinese).Body, "card-devices")
		if strings.Join(got, " ") != tt.want {
			t.Errorf("scope %s sees %q, want %q", tt.scope.Key(), got, tt.want)
		}
	}
	gate.person.Scope = wholeScope
	body := allText(parse(t, get(d, "/quality", Chinese).Body))
	for _, want := range []string{"共 6 台设备，3 台静默，2 台有缺号", "从未", "第1镇政务服务中心 · 1号窗口"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, role := range access.Roles() {
		gate.person.Roles = []access.Role{role}
		want := http.StatusForbidden
		if gate.person.May(access.ReadQuality) {
			want = http.StatusOK
		}
		if w := get(d, "/quality", Chinese); w.Code != want {
			t.Errorf("%s: %d, want %d", role, w.Code, want)
		}
	}
}

func TestQualityWithoutAnswers(t *testing.T) {
	for want, q := range map[string]Quality{
		"暂无数据": nil, "暂时读不出来": fakeQuality{fail: errors.New("secret")}, "1 台设备均有数据": fakeQuality{fine: true},
	} {
		d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Quality = q })
		if w := get(d, "/quality", Chinese); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d", want, w.Code)
		}
	}
}

// TestOperatorsSeeNoLevel: who runs the machines learns how much came and what is missing, and no level, on no card and
// in no file of one.
func TestOperatorsSeeNoLevel(t *testing.T) {
	gate := reviewer([]access.Role{access.Operator}, wholeScope)
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Gate = gate })
	words := []string{"非常满意", "不满意", "默认", "未评价", "好评率", "P(0)", "差评", "level-", "/hall/"}
	for _, path := range []string{"/quality", "/quality?p=12m&source=portal&hall=H990101001"} {
		body := get(d, path, Chinese).Body.String()
		main := body[strings.Index(body, "<main"):strings.Index(body, "</main>")]
		for _, word := range words {
			if strings.Contains(main, word) {
				t.Errorf("%s tells an operator of %q", path, word)
			}
		}
	}
	for _, card := range []string{"spells", "level-days", "source-answers", "hall-answers"} {
		if w := get(d, "/quality?format=csv&card="+card, Chinese); w.Code != http.StatusNotFound {
			t.Errorf("an operator gets the file of %s: %d", card, w.Code)
		}
	}
	for _, card := range []string{"sources", "outliers", "arrivals", "late", "device-halls", "devices", "gaps"} {
		if w := get(d, "/quality?format=csv&card="+card, Chinese); w.Code != http.StatusOK {
			t.Errorf("an operator does not get the file of %s: %d", card, w.Code)
		}
	}
}

// TestSourcesAreForThoseWhoSeeAll: what cannot be split by region is not shown to a reader of one region.
func TestSourcesAreForThoseWhoSeeAll(t *testing.T) {
	gate := reviewer([]access.Role{access.Leader}, directory.Scope{Regions: []string{"9901"}, Departments: []string{directory.Any}})
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Gate = gate })
	body := get(d, "/quality", Chinese).Body.String()
	for _, foreign := range []string{"kiosk", "portal", "K-3", "K-5", "HX", "缺失的等级"} {
		if strings.Contains(body, foreign) {
			t.Errorf("a reader of one city is shown %q", foreign)
		}
	}
	for _, want := range []string{"只有可见全部地区的人才能看到", "K-2", "80–81"} {
		if !strings.Contains(body, want) {
			t.Errorf("a reader of one city is not told %q", want)
		}
	}
	for _, card := range []string{"outliers", "arrivals", "late", "spells", "level-days", "source-answers"} {
		if w := get(d, "/quality?format=csv&card="+card, Chinese); w.Code != http.StatusNotFound {
			t.Errorf("a reader of one city gets the file of %s: %d", card, w.Code)
		}
	}
	for _, hall := range rowNames(t, strings.NewReader(body), "card-hall-answers") {
		if !strings.Contains(hall, "政务服务中心") {
			t.Errorf("hall %q", hall)
		}
	}
}

// csvOf is the rows of a card's file.
func csvOf(t *testing.T, d *Dashboard, path string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(get(d, path, Chinese).Body.String(), "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return rows
}

func TestArrivalsOnThePage(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	rows := csvOf(t, d, "/quality?format=csv&card=outliers")
	if diff := cmp.Diff([][]string{{"kiosk", "2026年11月11日", "星期三", "静默", "—", "4,411", "0%"}}, rows[1:]); diff != "" {
		t.Errorf("days to look at (-want +got):\n%s", diff)
	}
	for _, row := range csvOf(t, d, "/quality?format=csv&card=sources")[1:] {
		want := ""
		switch row[0] {
		case "2026年11月23日 星期一", "2026年11月10日 星期二": // today is not over, and yet shown
			want = "4,391 533 2"
		case "2026年11月11日 星期三":
			want = "静默 533 2"
		case "2026年11月14日 星期六":
			want = "通常也没有 通常也没有 通常也没有"
		default:
			continue
		}
		if got := strings.Join(row[1:], " "); got != want {
			t.Errorf("%s: %q, want %q", row[0], got, want)
		}
	}
}

// The kiosks lack level 1 since 2 November: 15 working days of 3,984 ratings, 20 of 4,004 before.
func TestMissingLevelsOnThePage(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	rows := csvOf(t, d, "/quality?format=csv&card=spells")[1:]
	want := []string{"kiosk", "非常不满意", "2026年11月2日–23日", "至今没有", "59,760", "0.50%", "298.5", "<0.000001"}
	if len(rows) != 1 || !slices.Equal(rows[0], want) {
		t.Errorf("missing levels: %q, want %q alone", rows, want)
	}
	rows = csvOf(t, d, "/quality?format=csv&card=level-days&source="+url.QueryEscape(strangeSource))
	for _, row := range rows[1:] {
		if row[0] == "2026年11月20日 星期五" && (row[2] != "2 · 100%" || row[6] != "0") {
			t.Errorf("%q", row)
		}
		if row[0] == "2026年11月21日 星期六" && row[1] != "—" {
			t.Errorf("a day without ratings: %q", row)
		}
	}
	row := csvOf(t, d, "/quality?format=csv&card=level-days&source=kiosk")[2:5]
	if !strings.HasPrefix(row[2][6], "0 · P(0) <0.000001") || !strings.Contains(csvOf(t, d, "/quality?format=csv&card=level-days&source=kiosk")[0][6], "通常 0.4") {
		t.Errorf("%q", row)
	}
}

func TestDefaultsApartOnThePage(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	rows := csvOf(t, d, "/quality?p=custom&from=2026-11-09&to=2026-11-13&format=csv&card=source-answers")[1:]
	want := [][]string{
		{"portal", "2,665", "1,065", "1,600", "60.04%", "1,600", "60.04%", "0", "0.00%", "0"},
		{"kiosk", "17,564", "15,936", "0", "0.00%", "0", "0.00%", "1,600", "9.11%", "28"},
		{strangeSource, "10", "10", "0", "0.00%", "0", "0.00%", "0", "0.00%", "0"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
