package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/edition"
	"haochaping/evaluation/scheme"
)

func init() {
	composedOf = append(composedOf, func() (ids []string) {
		for step := range deskSteps {
			for _, part := range []string{".title", ".text", ".undo"} {
				ids = append(ids, "step."+step+part)
			}
		}
		for _, step := range stepNames {
			ids = append(ids, "desk.done."+step)
		}
		for _, state := range objectionStates {
			ids = append(ids, "objection.filter."+state)
		}
		return ids
	})
}

// fakeDesk takes steps of editions in memory, by the real rules.
type fakeDesk struct {
	*fakeEditions
	drawings []Drawing
	fail     error
	slow     bool // drawings stay under way
}

func (f *fakeDesk) Schemes(context.Context) ([]*scheme.Scheme, error) {
	return scheme.Bundled(), f.fail
}

func (f *fakeDesk) Due(context.Context) ([]edition.Task, error) {
	return []edition.Task{{Scheme: scheme.Default(), Period: calendar.Period(calendar.KindMonth, calendar.MakeDay(2026, 7, 1))}}, f.fail
}

func (f *fakeDesk) ObjectionDays() int { return 5 }

func (f *fakeDesk) Step(_ context.Context, ref edition.Ref, days *int, events ...edition.Event) error {
	for i := range events {
		e := &events[i]
		e.At, e.Day, e.Revision = testNow, testDay, ref.Revision
		if e.Action == edition.Open && e.Until == 0 {
			e.Until = testDay + calendar.Day(*days)
		}
	}
	if f.fail != nil {
		return f.fail
	}
	_, err := f.ledger(ref.Number).Append(events...)
	return err
}

func (f *fakeDesk) Publish(ctx context.Context, number, by string) error {
	l := f.ledger(number)
	e, err := edition.Decode(edition.Document(f.files[l.Last().Content()]))
	if err != nil {
		return err
	}
	events, file, hash, err := l.Publication(e, edition.Event{Action: edition.Publish, By: by, At: testNow, Day: testDay}, editionKey)
	if err != nil {
		return err
	}
	f.files[hash] = file
	_, err = l.Append(events...)
	return err
}

func (f *fakeDesk) Parts(context.Context, edition.Ref, string) (map[string]string, error) {
	return map[string]string{"9902": "# 9902", "../a": "x"}, f.fail
}

func (f *fakeDesk) Drawable(_ context.Context, in DrawOrder) error {
	for _, one := range f.drawings {
		if in.Number == "" && one.Same(&in) && one.Err == nil && !one.Ended.IsZero() {
			return edition.Refuse("期次 %s 已有", "edition %s is there", one.Ref)
		}
	}
	if in.Period.To >= testDay {
		return edition.Refuse("期间 %s 还没有结束", "the period %s is not over", in.Period)
	}
	return f.fail
}

func (f *fakeDesk) Draw(_ context.Context, in DrawOrder) (Drawing, error) {
	for _, one := range f.drawings {
		if one.Ended.IsZero() && one.Same(&in) {
			return one, nil
		}
	}
	one := Drawing{DrawOrder: in, Ordered: testNow, Began: testNow}
	if !f.slow {
		one.Ended, one.Draft, one.Units = testNow.Add(2*time.Second), 2, 7
		one.Ref = edition.Ref{Number: in.Number, Revision: 1}
		if in.Number == "" {
			one.Ref.Number = "good-bad-review-2026-10-01"
		}
	}
	f.drawings = append(f.drawings, one)
	return one, nil
}

func (f *fakeDesk) Drawings() []Drawing { return f.drawings }

// openDesk is a desk with the draft of October open for objections: one that waits for too long, and others.
func openDesk(tb testing.TB, editions *fakeEditions) *fakeDesk {
	tb.Helper()
	open := editionEvent(edition.Open, "wang", testDay-12)
	open.Until = testDay + 3
	events := []edition.Event{open}
	for i, text := range []string{"10 月 17 日至 21 日一窗受理系统故障，漏传评价约 420 条，请补入后重算。", "本单位办件量小，建议不排名。", "承诺时限口径与省里文件不一致。"} {
		e := editionEvent(edition.Object, "wang", testDay-calendar.Day(11-5*i))
		e.Unit, e.Text = []string{"9902", "9903", "9905"}[i], text
		events = append(events, e)
	}
	if _, err := editions.ledger(octoberNumber).Append(events...); err != nil {
		tb.Fatal(err)
	}
	return &fakeDesk{fakeEditions: editions, slow: true}
}

// deskOf is a dashboard with editions: August and September published, a draft of October. Its people are told apart by
// name: wang, li and zhao see all units; city sees one city.
func deskOf(tb testing.TB) (*Dashboard, *fakeDesk, *fakeGate) {
	tb.Helper()
	store := newFakeStore(tb)
	f := &fakeDesk{fakeEditions: newFakeEditions(tb, store, store.dir, "9902", "说明 text")}
	g := newFakeGate()
	for _, id := range []string{"wang", "li", "zhao"} {
		g.people[id] = access.Person{ID: id, Name: "某" + id, Roles: []access.Role{access.Evaluator}, Scope: directory.Scope{All: true}}
	}
	g.people["city"] = access.Person{ID: "city", Roles: []access.Role{access.Evaluator}, Scope: directory.Scope{Regions: []string{"9901"}, Departments: []string{directory.Any}}}
	g.accounts = append(g.accounts, access.Account{ID: "wang", Name: "王芳"})
	d := newTestDashboard(tb, store, func(o *Options) {
		o.Gate, o.Door, o.Recorder, o.Accounts, o.Auditor = g, g, g, g, g
		o.Editions, o.EditionDesk, o.Workbench = f, f, newBench(store)
	})
	return d, f, g
}

const octoberNumber = "good-bad-review-2026-10-01"

var octoberDesk = "/workbench/edition/" + octoberNumber

// sendStep sends the form of a step, with what the page was drawn for.
func sendStep(f *fakeDesk, d *Dashboard, who, path string, pairs ...string) *httptest.ResponseRecorder {
	form := url.Values{keyAt: {fmt.Sprint(f.ledger(octoberNumber).Next())}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return ask(d, who, http.MethodPost, path, form)
}

// An edition goes from draft to publication on the pages alone; who may not take a step is told why, in the words of
// the page, and every step is on record before it happens.
func TestDeskLeadsAnEdition(t *testing.T) {
	d, f, g := deskOf(t)
	path := func(step string) string { return octoberDesk + "/" + step }
	taken := func(w *httptest.ResponseRecorder, record string) {
		t.Helper()
		if w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", record, w.Code, allText(parse(t, w.Body)))
		}
		if n := len(g.record); n == 0 || g.record[n-1] != record {
			t.Errorf("on record is %q, want %q", g.record, record)
		}
	}
	refused := func(w *httptest.ResponseRecorder, status int, want string) {
		t.Helper()
		if text := allText(parse(t, w.Body)); w.Code != status || !strings.Contains(text, want) {
			t.Errorf("%d, want %d with %q in\n%s", w.Code, status, want, text)
		}
	}
	n := len(g.record)
	refused(sendStep(f, d, "li", path("check"), "note", "x"), http.StatusUnprocessableEntity, "还没有征求过异议")
	refused(sendStep(f, d, "wang", path("open"), "days", "999"), http.StatusUnprocessableEntity, "0 至 250")
	refused(sendStep(f, d, "wang", path("open"), "until", "2026-10-31"), http.StatusUnprocessableEntity, "早于开始日")
	refused(sendStep(f, d, "wang", path("redraw")), http.StatusUnprocessableEntity, "请写明理由")
	refused(sendStep(f, d, "wang", path("open"), "days", "5", keyAt, "99"), http.StatusConflict, "这一步没有办理")
	if len(g.record) != n {
		t.Errorf("refused steps are on record: %q", g.record[n:])
	}
	taken(sendStep(f, d, "wang", path("open"), "days", "5"), "wang edition.open "+octoberNumber+".1")
	again := sendStep(f, d, "wang", path("open"), "days", "5", keyAt, "2")
	if again.Code != http.StatusSeeOther || f.ledger(octoberNumber).Next() != 3 {
		t.Errorf("a form that is sent twice: %d, %d events", again.Code, f.ledger(octoberNumber).Next()-1)
	}

	add := func(who string, pairs ...string) *httptest.ResponseRecorder {
		return sendStep(f, d, who, "/workbench/objections", append([]string{"edition", octoberNumber}, pairs...)...)
	}
	refused(add("wang", "unit", "nobody", "text", "数字不对"), http.StatusUnprocessableEntity, "没有这个单位")
	refused(add("wang", "unit", "9902", "text", ""), http.StatusUnprocessableEntity, "异议内容没有填写")
	refused(add("wang", "unit", "9902", "text", "请打电话 13800138000"), http.StatusUnprocessableEntity, "手机号")
	taken(add("wang", "unit", "9902", "text", "漏算一天"), "wang objection.add "+octoberNumber+".1 9902")
	if w := add("wang", "unit", "9902", "text", "漏算一天"); w.Code != http.StatusSeeOther || len(f.ledger(octoberNumber).Last().Objections) != 1 {
		t.Errorf("an objection that is sent twice: %d, %d", w.Code, len(f.ledger(octoberNumber).Last().Objections))
	}
	refused(sendStep(f, d, "li", path("check"), "note", "x"), http.StatusUnprocessableEntity, "未办结的异议：第 1 号")
	one := "/workbench/objections/" + octoberNumber + "/1/1"
	refused(sendStep(f, d, "li", one, "do", "decide", "reason", "x"), http.StatusUnprocessableEntity, "请选择成立或不成立")
	refused(sendStep(f, d, "li", one, "do", "decide", "decision", "upheld"), http.StatusUnprocessableEntity, "请写明理由")
	taken(sendStep(f, d, "li", one, "do", "decide", "decision", "upheld", "reason", "确有遗漏"), "li objection.decide "+octoberNumber+".1 #1")
	refused(sendStep(f, d, "li", one, "do", "decide", "decision", "rejected", "reason", "又不对"), http.StatusUnprocessableEntity, "已于")
	taken(sendStep(f, d, "li", one, "do", "answer", "answer", "不影响名次"), "li objection.answer "+octoberNumber+".1 #1")

	refused(sendStep(f, d, "wang", path("narrative"), "unit", "9902", "section", "highlights", "text", "好"), http.StatusUnprocessableEntity, "来源没有填写")
	taken(sendStep(f, d, "wang", path("narrative"), "unit", "9902", "section", "highlights", "text", "全程网办", "source", "核查"), "wang edition.narrative "+octoberNumber+".1 9902")

	refused(sendStep(f, d, "li", path("check")), http.StatusUnprocessableEntity, "异议期到")
	taken(sendStep(f, d, "li", path("check"), "note", "各单位均已确认"), "li edition.check "+octoberNumber+".1")
	refused(sendStep(f, d, "zhao", path("publish"), "confirm", "october"), http.StatusUnprocessableEntity, "输入的期号不对")
	refused(sendStep(f, d, "li", path("publish"), "confirm", octoberNumber), http.StatusUnprocessableEntity, "由 li 复核：须由另一人发布")
	taken(sendStep(f, d, "zhao", path("publish"), "confirm", octoberNumber), "zhao edition.publish "+octoberNumber+".1")
	if l := f.ledger(octoberNumber); l.Published() == nil || len(l.Last().Narratives("9902")) != 1 {
		t.Error("it is not published with its narrative")
	}
	refused(sendStep(f, d, "wang", path("narrative"), "unit", "9902", "section", "cases", "text", "a", "source", "b"), http.StatusUnprocessableEntity, "随发布冻结")
	taken(sendStep(f, d, "wang", path("revise"), "note", "迟到数据"), "wang edition.revise "+octoberNumber+".1")
}

// What cannot be put on record does not happen.
func TestDeskWithoutRecord(t *testing.T) {
	d, f, g := deskOf(t)
	g.unwritten = errors.New("no room")
	next := f.ledger(octoberNumber).Next()
	for _, w := range []*httptest.ResponseRecorder{
		sendStep(f, d, "wang", octoberDesk+"/open", "days", "5"),
		sendStep(f, d, "wang", octoberDesk+"/redraw", "note", "x"),
		sendStep(f, d, "wang", "/workbench/editions", "scheme", "good-bad-review@"+scheme.Default().Version, "period", "2026-07"),
	} {
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("%d", w.Code)
		}
	}
	if f.ledger(octoberNumber).Next() != next || len(f.drawings) > 0 {
		t.Error("it happened")
	}
}

// Who sees some units alone reads the pages, sees the objections of these, and takes no step.
func TestDeskWithinAScope(t *testing.T) {
	d, f, _ := deskOf(t)
	if w := sendStep(f, d, "wang", octoberDesk+"/open", "days", "5"); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	for _, unit := range []string{"9901", "9902"} {
		if w := sendStep(f, d, "wang", "/workbench/objections", "edition", octoberNumber, "unit", unit, "text", "异议 of "+unit); w.Code != http.StatusSeeOther {
			t.Fatal(w.Code)
		}
	}
	for _, path := range []string{"/workbench/editions", octoberDesk, "/workbench/objections", "/workbench/objections?card=objections&format=csv"} {
		w := ask(d, "city", http.MethodGet, path, nil)
		body := w.Body.String()
		if w.Code != http.StatusOK || strings.Contains(body, "9902") || strings.Contains(body, "清江市") || strings.Contains(body, "/step-") {
			t.Errorf("%s: %d, names another city: %v", path, w.Code, strings.Contains(body, "清江市"))
		}
		if strings.HasPrefix(path, "/workbench/objections") && !strings.Contains(body, "异议 of 9901") {
			t.Errorf("%s: the own objection is missing", path)
		}
	}
	for path, want := range map[string]int{
		octoberDesk + "/check": http.StatusForbidden, octoberDesk + "/narrative": http.StatusForbidden, "/workbench/editions": http.StatusForbidden,
		"/workbench/objections/" + octoberNumber + "/1/1": http.StatusForbidden, "/workbench/objections/" + octoberNumber + "/1/2": http.StatusNotFound,
	} {
		if w := sendStep(f, d, "city", path, "note", "x"); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	for path, want := range map[string]int{
		octoberDesk + "/parts.zip": http.StatusForbidden, "/workbench/objections?o=" + octoberNumber + ".1:2": http.StatusNotFound, "/workbench/objections?o=" + octoberNumber + ".1:1": http.StatusOK,
		"/workbench/objections?o=x": http.StatusNotFound, "/workbench/objections?state=x": http.StatusBadRequest, "/workbench/edition/nothing": http.StatusNotFound,
	} {
		if w := ask(d, "city", http.MethodGet, path, nil); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	if w := sendStep(f, d, "city", "/workbench/objections", "edition", octoberNumber, "unit", "9902", "text", "x"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an objection of another city: %d", w.Code)
	}
	if w := sendStep(f, d, "city", "/workbench/objections", "edition", octoberNumber, "unit", "9901", "text", "再核"); w.Code != http.StatusSeeOther {
		t.Errorf("an objection of the own city: %d", w.Code)
	}
}

// A first draft is asked for once, refused with words, and shown while it is being drawn.
func TestDeskDraws(t *testing.T) {
	d, f, g := deskOf(t)
	name := scheme.DefaultID + "@" + scheme.Default().Version
	create := func(pairs ...string) *httptest.ResponseRecorder {
		return sendStep(f, d, "wang", "/workbench/editions", append([]string{"scheme", name}, pairs...)...)
	}
	for _, tt := range []struct {
		pairs []string
		want  string
	}{
		{[]string{"period", "soon"}, "期间看不懂"},
		{[]string{"from", "2026-10-01"}, "起止日期要填两个"},
		{[]string{"from", "2026-10-09", "to", "2026-10-01"}, "起止日期要填两个"},
		{[]string{"period", "2027-01"}, "还没有结束"},
		{[]string{"period", "2026-07", "scheme", "nothing@1"}, "没有这个方案"},
	} {
		w := create(tt.pairs...)
		text := allText(parse(t, w.Body))
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(text, tt.want) {
			t.Errorf("%v: %d\n%s", tt.pairs, w.Code, text)
		}
	}
	f.slow = true
	for range 2 {
		if w := create("period", "2026-07"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/workbench/editions" {
			t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
		}
	}
	if len(f.drawings) != 1 || len(g.record) != 1 || g.record[0] != "wang edition.create "+name+" 2026-07" {
		t.Errorf("%d drawings, on record %q", len(f.drawings), g.record)
	}
	body := ask(d, "li", http.MethodGet, "/workbench/editions", nil).Body.String()
	if !strings.Contains(body, "data-pending") || !strings.Contains(body, "data-generation") || !strings.Contains(body, "正在起草") || !strings.Contains(body, "王芳（wang）") {
		t.Error("the page does not say that a draft is being drawn")
	}
	f.drawings[0].Ended, f.drawings[0].Err = testNow, errors.New("secret 10.0.0.1")
	body = ask(d, "li", http.MethodGet, "/workbench/editions", nil).Body.String()
	if strings.Contains(body, "10.0.0.1") || !strings.Contains(body, "起草没有成功") || strings.Contains(body, "data-pending") {
		t.Error("a drawing that failed is not told as such")
	}
	f.slow = false
	for range 2 { // the second time it is the same form
		if w := create("period", "2026-07"); w.Header().Get("Location") != octoberDesk+"?done=create" {
			t.Errorf("a drawing that is done leads to %s", w.Header().Get("Location"))
		}
	}
	if n := len(f.drawings); n != 2 {
		t.Errorf("%d drawings", n)
	}
	f.drawings[1].Ended = testNow.Add(-time.Minute)
	if w := create("period", "2026-07"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a minute later: %d", w.Code)
	}
}

// The clock of an objection runs in working days from its receipt.
func TestObjectionClock(t *testing.T) {
	d, _, _ := deskOf(t)
	p := d.newPage(newRequest("/?lang=en"))
	rev := &edition.Revision{Ref: edition.Ref{Number: octoberNumber, Revision: 1}}
	for day, want := range map[calendar.Day]string{testDay: "blue", testDay - 1: "yellow", testDay - 7: "orange", testDay - 8: "red", testDay - 30: "red"} {
		o := &edition.Objection{ID: 1, Unit: "9902", At: day.Start(testZone).Add(9 * time.Hour).Format(time.RFC3339), Text: "x"}
		if line := p.objectionLine(rev, o); line.Clock.Mark != "clock-"+want {
			t.Errorf("received on %s: %s until %s, want %s", day, line.Clock.Mark, line.due, want)
		}
		o.Decision = edition.Rejected
		if line := p.objectionLine(rev, o); line.Clock.Mark != "" {
			t.Errorf("decided: %s", line.Clock.Mark)
		}
	}
}

// What is left of an objection period is told in working days, as the period is counted; what is published has none.
func TestDaysLeft(t *testing.T) {
	d, f, _ := deskOf(t)
	p := d.newPage(newRequest("/?lang=en"))
	next, known := p.workdays().AddWorkingDays(testDay, 1)
	week, known2 := p.workdays().AddWorkingDays(testDay, 5)
	if !known || !known2 || week == testDay+5 {
		t.Fatalf("working days after %s: %s, %s", testDay, next, week)
	}
	for until, want := range map[calendar.Day]string{
		testDay - 1: "over", testDay: "ends today", next: "1 working day left", week: "5 working days left", testDay + 36500: "",
	} {
		if got := p.daysLeft(until); got != want {
			t.Errorf("until %s: %q, want %q", until, got, want)
		}
	}
	openDesk(t, f.fakeEditions)
	body := allText(parse(t, ask(d, "wang", http.MethodGet, "/workbench/editions?lang=en", nil).Body))
	published := f.ledger("good-bad-review-2026-09-01").Last()
	if !published.Opened || strings.Contains(body, p.Date(published.Open.Until)) || !strings.Contains(body, p.Date(testDay+3)) {
		t.Errorf("published %t, opened until %s: %s", published.Opened, published.Open.Until, body)
	}
}

// The pages hold together in both languages, in every state.
func TestDeskPages(t *testing.T) {
	d, f, _ := deskOf(t)
	openDesk(t, f.fakeEditions)
	f.drawings = append(f.drawings, Drawing{DrawOrder: DrawOrder{Scheme: "good-bad-review@1", Number: octoberNumber, By: "timetable"}, Ordered: testNow, Began: testNow})
	for _, lang := range []string{Chinese, English} {
		for _, path := range []string{
			"/workbench/editions", octoberDesk, octoberDesk + "?done=open", "/workbench/edition/good-bad-review-2026-09-01", "/workbench/objections",
			"/workbench/objections?state=open&edition=" + octoberNumber, "/workbench/objections?o=" + octoberNumber + ".1:1", "/workbench/objections?state=late",
		} {
			w := ask(d, "wang", http.MethodGet, path, nil, func(r *http.Request) { r.Header.Set("Accept-Language", lang) })
			body := w.Body.String()
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", path, w.Code)
			}
			root := parse(t, strings.NewReader(body))
			checkNothingInline(t, root)
			checkStructure(t, root)
			checkLanguage(t, root, lang)
			if strings.Contains(body, missingMark) || strings.Contains(body, "<no value>") || strings.Contains(body, "ZgotmplZ") || strings.Contains(body, `class="incident"`) {
				t.Errorf("%s %s: a message or value is missing", lang, path)
			}
		}
	}
	w := ask(d, "wang", http.MethodGet, octoberDesk+"/parts.zip", nil)
	if w.Code != http.StatusOK || w.Header().Get("Content-Disposition") != `attachment; filename="haochaping-good-bad-review-2026-10-01.1-draft-parts.zip"` || strings.Contains(w.Body.String(), "../") {
		t.Errorf("the extracts: %d %s", w.Code, w.Header().Get("Content-Disposition"))
	}
}
