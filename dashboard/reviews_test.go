package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/record"
)

func init() {
	composedOf = append(composedOf, func() []string {
		ids := []string{"casestate.pending", "casestate.in_progress", "casestate.finished", "casestate.withdrawn"}
		for _, step := range record.Steps {
			ids = append(ids, "step."+step)
		}
		for _, state := range evaluation.ReviewStates {
			ids = append(ids, "state."+state)
		}
		for _, colour := range clockColours {
			ids = append(ids, "review.clock."+colour)
		}
		return append(ids, "review.satisfied", "review.unsatisfied", "review.accepted", "review.promised", "review.statutory", "review.finished")
	})
	allPages = slices.Insert(allPages, 0, "/reviews", "/reviews?region=990302&state=open&tag=108&q=%E6%8E%92%E9%98%9F", "/review/"+fakeReviewID(3).String())
}

func fakeReviewID(i int) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, i)) }

// fakeReviews has bad reviews of one county, one a place and state; it keeps to the scope as the store does.
type fakeReviews struct {
	store *fakeStore
	asked []evaluation.ReviewQuery
	fail  error
}

func (f *fakeReviews) all() []evaluation.Review {
	var list []evaluation.Review
	texts := []string{
		"排队两个多小时，窗口只开了一个，没有人解释原因。", "", "材料交了三次都说不对，每次的说法不一样，请给一份完整的清单，我的电话是13800138000。",
		"The clerk was on the phone all the time.", "系统一直打不开，白跑一趟。",
	}
	for i := range 64 {
		day := testDay - 1 - calendar.Day(i%11)
		r := evaluation.Review{
			ID: fakeReviewID(i), Day: day, Region: "990302001", Department: "D9903020" + fmt.Sprint(i%5), Hall: "H990302001", Window: fmt.Sprint(i%4 + 1),
			Channel: "tablet", Source: "kiosk", CaseID: "C" + fmt.Sprint(i), Level: uint8(1 + i%2), Comment: texts[i%len(texts)],
			State: evaluation.ReviewStates[i%4], ContactDue: (day + 1).End(testZone), RectifyDue: (day + 5).End(testZone),
			Mark: evaluation.ReviewMark{Order: int64(i + 1), Tie: uint64(i)},
		}
		switch i % 3 {
		case 0:
			r.Tags = []string{"108", "109"}
		case 1:
			r.Tags = []string{"207"}
		}
		list = append(list, r)
	}
	return list
}

func (f *fakeReviews) Reviews(_ context.Context, q evaluation.ReviewQuery) (list []evaluation.Review, more bool, err error) {
	f.asked = append(f.asked, q)
	if f.fail != nil || f.store.empty {
		return nil, false, f.fail
	}
	for _, r := range f.all() {
		if !q.Scope.Allows(f.store.dir, r.Region, r.Department) || r.Mark.Order <= q.After.Order || q.State != "" && r.State != q.State {
			continue
		}
		if len(list) == evaluation.ReviewPage {
			return list, true, nil
		}
		list = append(list, r)
	}
	return list, false, nil
}

func (f *fakeReviews) Review(_ context.Context, scope directory.Scope, id uuid.UUID) (evaluation.ReviewDetails, bool, error) {
	for _, r := range f.all() {
		if r.ID == id && scope.Allows(f.store.dir, r.Region, r.Department) {
			no, at := false, r.Day.Start(testZone).Add(40*time.Hour)
			return evaluation.ReviewDetails{
				Review: r,
				Steps: []record.FollowUp{
					{Step: record.StepAssigned, At: at, By: "S7"},
					{Step: record.StepContacted, At: at.Add(time.Hour), Note: "已道歉，回电13900139000"},
					{Step: record.StepCalledBack, At: at.Add(2 * time.Hour), Satisfied: &no},
				},
				Case: &record.Case{
					CaseID: r.CaseID, Status: "finished", AcceptedAt: at.Add(-48 * time.Hour), FinishedAt: at.Add(-40 * time.Hour), PromisedAt: at,
					HandlingSeconds: 8 * 3600, SuspendedSeconds: 600, Visits: 2,
				},
			}, true, nil
		}
	}
	return evaluation.ReviewDetails{}, false, f.fail
}

// auditor is a gate of one person that keeps what was put on record.
type auditor struct {
	person access.Person
	record []string
	fail   error
}

func (a *auditor) Person(*http.Request) access.Person { return a.person }

func (a *auditor) Record(_ context.Context, by access.Person, action, object string) error {
	if a.fail != nil {
		return a.fail
	}
	a.record = append(a.record, by.ID+" "+action+" "+object)
	return nil
}

func reviewer(roles []access.Role, scope directory.Scope) *auditor {
	return &auditor{person: access.Person{ID: "p", Name: "p", Roles: roles, Scope: scope}}
}

var wholeScope = directory.Scope{All: true}

func TestReviewList(t *testing.T) {
	gate := reviewer([]access.Role{access.Handler}, wholeScope)
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Gate, o.Recorder = gate, gate })
	w := get(d, "/reviews", Chinese)
	root := parse(t, strings.NewReader(w.Body.String()))
	body := allText(root)
	for _, want := range []string{"差评清单", "红 · 已超期", "108 指南外新增条件、109", "第1镇政务服务中心 · 1号窗口", "待联系", "[电话已隐去]", "下一页"} {
		if !strings.Contains(body, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	if strings.Contains(w.Body.String(), "13800138000") {
		t.Error("a phone number is shown")
	}
	if strings.Contains(body, "10:30") || strings.Contains(body, "12:00") {
		t.Error("a time of day is shown")
	}
	if !strings.Contains(w.Body.String(), "/review/"+fakeReviewID(0).String()) {
		t.Error("a record cannot be opened")
	}
	// The rest of the list, and nothing twice.
	next := elements(root, func(n *html.Node) bool { return attribute(n, "rel") == "next" })
	if len(next) != 1 {
		t.Fatalf("%d ways to the next page", len(next))
	}
	second := get(d, attribute(next[0], "href"), Chinese).Body.String()
	if strings.Contains(second, fakeReviewID(49).String()) || !strings.Contains(second, fakeReviewID(50).String()) || !strings.Contains(second, "回到首页") {
		t.Error("the second page does not go on from the first")
	}
	if len(gate.record) > 0 {
		t.Errorf("on record: %q", gate.record)
	}
	// Whoever may not open records learns none of their ids.
	gate.person.Roles = []access.Role{access.Leader}
	if body := get(d, "/reviews", English).Body.String(); strings.Contains(body, "/review/") || strings.Contains(body, fakeReviewID(49).String()) {
		t.Error("a leader is given the ids of records")
	}
	if w := get(d, "/reviews?format=csv&card=reviews&state=open", English); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Red · overdue") ||
		len(gate.record) != 1 || !strings.HasPrefix(gate.record[0], "p export /reviews?") {
		t.Errorf("export: %d, on record %q", w.Code, gate.record)
	}
	gate.fail = errors.New("full")
	if w := get(d, "/reviews?format=csv&card=reviews", English); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "overdue") {
		t.Errorf("an export that cannot be recorded: %d", w.Code)
	}
}

func TestReviewFilters(t *testing.T) {
	fake := &fakeReviews{store: newFakeStore(t)}
	scope := directory.Scope{Regions: []string{"9903"}, Departments: []string{directory.Any}}
	d := newTestDashboard(t, fake.store, func(o *Options) { o.Reviews, o.Gate = fake, reviewer([]access.Role{access.Leader}, scope) })
	w := get(d, "/reviews?p=90d&region=990302&department=D99030200&hall=H990302001&tag=108&state=open&q=+a%25b+&after=7.9", Chinese)
	if w.Code != http.StatusOK || len(fake.asked) != 1 {
		t.Fatal(w.Code, fake.asked)
	}
	q := fake.asked[0]
	if q.Scope.Key() != scope.Key() || q.Region != "990302" || q.Department != "D99030200" || q.Hall != "H990302001" || q.Tag != "108" ||
		q.State != evaluation.ReviewOpen || q.Text != "a%b" || q.After != (evaluation.ReviewMark{Order: 7, Tie: 9}) || q.Len() != 90 {
		t.Errorf("asked for %+v", q)
	}
	// The choices stay when the period changes, and the place in the list does not.
	for _, n := range elements(parse(t, w.Body), func(n *html.Node) bool { return n.Data == "a" && strings.Contains(attribute(n, "href"), "p=12m") }) {
		if href := attribute(n, "href"); strings.Contains(href, "/reviews?") && (!strings.Contains(href, "tag=108") || strings.Contains(href, "after=")) {
			t.Errorf("another period: %s", href)
		}
	}
	long := strings.Repeat("长", maxReviewText+1)
	for _, bad := range []string{"state=none", "q=" + long, "region=" + strings.Repeat("9", 65), "q=a%00b", "q=%ff", "after=x", "after=1", "after=1.-1"} {
		if w := get(d, "/reviews?"+bad, Chinese); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
	// Menus offer nothing of elsewhere.
	for _, path := range []string{"/reviews", "/reviews?region=9901", "/reviews?region=99"} {
		for _, n := range elements(parse(t, get(d, path, Chinese).Body), named("option")) {
			if v := attribute(n, "value"); strings.HasPrefix(v, "9901") && v != "9901" || strings.HasPrefix(v, "D9901") || strings.HasPrefix(v, "H9901") {
				t.Errorf("%s offers %s", path, v)
			}
		}
	}
}

func TestReviewIsOnRecordBeforeItIsShown(t *testing.T) {
	id := fakeReviewID(2).String()
	gate := reviewer([]access.Role{access.Handler}, wholeScope)
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Gate, o.Recorder = gate, gate })
	w := get(d, "/review/"+id, Chinese)
	body := allText(parse(t, strings.NewReader(w.Body.String())))
	for _, want := range []string{"材料交了三次", "[电话已隐去]", "已回访 · 不满意", "S7", "办件编号", "联系期限"} {
		if !strings.Contains(body, want) {
			t.Errorf("the record does not say %q", want)
		}
	}
	if strings.Contains(w.Body.String(), "13800138000") || strings.Contains(w.Body.String(), "13900139000") {
		t.Error("a phone number is shown")
	}
	if strings.Contains(w.Body.String(), "data-generation") {
		t.Error("an open record is fetched again by itself, and each time on record")
	}
	if len(gate.record) != 1 || gate.record[0] != "p view record "+id {
		t.Errorf("on record: %q", gate.record)
	}
	gate.fail = errors.New("full")
	if w := get(d, "/review/"+id, Chinese); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "材料") {
		t.Errorf("a view that cannot be recorded: %d", w.Code)
	}
	gate.fail, gate.record = nil, nil

	// What is not there and what is not to be seen look the same, and nothing is on record.
	answer := func(path string) (int, string) {
		w := get(d, path, Chinese)
		return w.Code, strings.ReplaceAll(w.Body.String(), path, "")
	}
	for _, scope := range []directory.Scope{{}, {Regions: []string{"9901"}, Departments: []string{directory.Any}}, {Regions: []string{"99"}, Departments: []string{"D99010100"}}} {
		gate.person.Scope = scope
		wantCode, wantBody := answer("/review/" + uuid.Max.String())
		if code, body := answer("/review/" + id); code != http.StatusNotFound || code != wantCode || body != wantBody {
			t.Errorf("scope %s: %d", scope.Key(), code)
		}
	}
	if code, _ := answer("/review/1"); code != http.StatusNotFound || len(gate.record) > 0 {
		t.Errorf("no id: %d, %q", code, gate.record)
	}
	gate.person.Scope = wholeScope
	for _, role := range access.Roles() {
		gate.person.Roles = []access.Role{role}
		for path, needs := range map[string]access.Permission{"/reviews": access.ReadReviews, "/review/" + id: access.ReadRecords} {
			want := http.StatusForbidden
			if gate.person.May(needs) {
				want = http.StatusOK
			}
			if code, _ := answer(path); code != want {
				t.Errorf("%s opens %s: %d, want %d", role, path, code, want)
			}
		}
	}
}

// A page of the list is read once for the same question of the same scope, and anew when a step has been stored.
func TestReviewsAreReadOnce(t *testing.T) {
	store := newFakeStore(t)
	fake, outcomes := &fakeReviews{store: store}, &fakeOutcomes{store: store}
	d := newTestDashboard(t, store, func(o *Options) {
		o.Reviews, o.Outcomes = fake, outcomes
		o.Gate = scopes{"all": {All: true}, "city": {Regions: []string{"9901"}, Departments: []string{directory.Any}}}
	})
	for i, ask := range []struct {
		person, path string
		stored       uint64 // steps
		readings     int
	}{
		{"all", "/reviews", 0, 1},
		{"all", "/reviews", 0, 1},
		{"city", "/reviews", 0, 2},
		{"city", "/reviews", 0, 2},
		{"city", "/reviews?state=" + evaluation.ReviewOpen, 0, 3},
		{"all", "/reviews", 0, 3},
		{"all", "/reviews", 1, 4},
		{"city", "/reviews", 1, 5},
		{"city", "/reviews", 1, 5},
	} {
		outcomes.steps.Store(ask.stored)
		as(d, ask.person, ask.path)
		if len(fake.asked) != ask.readings {
			t.Fatalf("%d: %s %s: %d readings, want %d", i, ask.person, ask.path, len(fake.asked), ask.readings)
		}
		if last := fake.asked[len(fake.asked)-1]; i == 2 && last.Scope.All {
			t.Error("another scope was asked for")
		}
	}
}

func TestReviewsWithoutAnswers(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) { o.Reviews = nil })
	if w := get(d, "/reviews", Chinese); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "暂无数据") {
		t.Errorf("without a store of reviews: %d", w.Code)
	}
	if w := get(d, "/review/"+fakeReviewID(1).String(), Chinese); w.Code != http.StatusNotFound {
		t.Errorf("without a store of reviews: %d", w.Code)
	}
	fake := &fakeReviews{store: store, fail: errors.New("secret reason")}
	d = newTestDashboard(t, store, func(o *Options) { o.Reviews = fake })
	for path, want := range map[string]int{"/reviews": http.StatusOK, "/review/" + uuid.Max.String(): http.StatusServiceUnavailable} {
		if w := get(d, path, Chinese); w.Code != want || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s fails: %d", path, w.Code)
		}
	}
	store.empty = true
	d = newTestDashboard(t, store, nil)
	if w := get(d, "/reviews", Chinese); !strings.Contains(w.Body.String(), "此范围内没有差评") {
		t.Error("nothing to list")
	}
}

// hostileReviews are reviews whose every text wants to be something else.
type hostileReviews struct{}

func (hostileReviews) Reviews(context.Context, evaluation.ReviewQuery) (list []evaluation.Review, more bool, err error) {
	for i, name := range hostileNames {
		list = append(list, evaluation.Review{
			ID: fakeReviewID(i), Day: testDay, Region: name, Department: name, Hall: name, Window: name, Level: 1, Tags: []string{name, "108"}, Comment: name, State: "open",
		})
	}
	return list, true, nil
}

func (hostileReviews) Review(_ context.Context, _ directory.Scope, id uuid.UUID) (r evaluation.ReviewDetails, ok bool, err error) {
	name := hostileNames[int(id[15])%len(hostileNames)]
	r.Review = evaluation.Review{
		ID: id, Day: testDay, Region: name, Hall: name, Window: name, Item: name, Source: name, Channel: name, Level: 2, Tags: []string{name}, Comment: name, State: "open",
	}
	r.Steps = []record.FollowUp{{Step: record.StepReplied, By: name, Note: name}}
	r.Case = &record.Case{CaseID: name}
	return r, true, nil
}

func TestHostileReviews(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Reviews = hostileReviews{} })
	paths := []string{"/reviews", "/reviews?q=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E&region=%3Cimg%20src=x%20onerror=alert(1)%3E"}
	for i := range hostileNames {
		id := uuid.Max
		id[15] = byte(i)
		paths = append(paths, "/review/"+id.String())
	}
	for _, path := range paths {
		w := get(d, path, Chinese)
		if w.Code != http.StatusOK {
			t.Errorf("%s: %d", path, w.Code)
		}
		root := parse(t, w.Body)
		checkNothingInline(t, root)
		if n := elements(root, named("img")); len(n) > 0 {
			t.Errorf("%s: an image out of the data", path)
		}
	}
	if w := get(d, "/reviews?format=csv&card=reviews", Chinese); strings.Contains(w.Body.String(), "\n=") || strings.Contains(w.Body.String(), ",=HYPER") {
		t.Error("a formula in the file")
	}
}
