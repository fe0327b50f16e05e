package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/config"
	"haochaping/dashboard"
	"haochaping/directory"
	"haochaping/edition"
	"haochaping/evaluation/scheme"
	"haochaping/record"
)

// browser is somebody signed in at a running installation, as a browser sends what they click.
type browser struct {
	t       *testing.T
	client  *http.Client
	address string
}

// signedIn makes an account and signs it in: with the one-time password, and with one of its own after that.
func signedIn(t *testing.T, a *App, id string, scope directory.Scope) *browser {
	t.Helper()
	done, err := a.changeUser(t.Context(), &UserChange{ID: id, Add: true, Roles: []string{string(access.Evaluator)}, Scope: &scope})
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, address: strings.TrimSuffix(a.Address(), "/"), client: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 30 * time.Second,
	}}
	const own = "correct horse battery 42"
	b.sends("/sign-in", http.StatusSeeOther, "", "name", id, "password", done.Password)
	b.sends("/account/password", http.StatusSeeOther, "", "old", done.Password, "new", own, "again", own)
	return b
}

func (b *browser) do(r *http.Request) (status int, to, body string) {
	b.t.Helper()
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	r.Header.Set("Accept-Language", "zh")
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Location"), string(text)
}

// reads opens a page that says all of some texts.
func (b *browser) reads(path string, want ...string) string {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.address+path, http.NoBody)
	if err != nil {
		b.t.Fatal(err)
	}
	status, _, body := b.do(r)
	if status != http.StatusOK || strings.Contains(body, `class="incident"`) {
		b.t.Fatalf("%s: %d\n%s", path, status, body)
	}
	for _, text := range want {
		if !strings.Contains(body, text) {
			b.t.Errorf("%s does not say %q", path, text)
		}
	}
	return body
}

// sends sends a form from a page of ours and expects an answer.
func (b *browser) sends(path string, status int, want string, pairs ...string) (to string) {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.address)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	got, to, body := b.do(r)
	if got != status || !strings.Contains(body, want) {
		b.t.Fatalf("POST %s: %d %s, want %d with %q\n%s", path, got, to, status, want, body)
	}
	return to
}

const juneEdition = "good-bad-review-2026-06-01"

// takes sends the form of a step as the edition's page has it, with what its hidden field says.
func (b *browser) takes(step string, status int, want string, pairs ...string) {
	b.t.Helper()
	page := b.reads("/workbench/edition/" + juneEdition)
	_, rest, ok := strings.Cut(page, `name="at" value="`)
	at, _, _ := strings.Cut(rest, `"`)
	if !ok {
		at = "0" // no form is offered: the rules are asked all the same
	}
	b.sends("/workbench/edition/"+juneEdition+"/"+step, status, want, append([]string{"at", at}, pairs...)...)
}

// An edition is led from its first draft to a published revision by people at their browsers, over the real engine.
func TestEditionIsLedOnPages(t *testing.T) {
	cfg := configured(t)
	a := New(cfg, discard, false)
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(); err != nil {
			t.Error(err)
		}
	})
	w, err := a.store.get()
	if err != nil {
		t.Fatal(err)
	}
	fillProvince(t, w)
	if _, err := a.store.Restate(t.Context(), a.clock()); err != nil {
		t.Fatal(err)
	}
	all := directory.Scope{All: true}
	wang, li, zhao := signedIn(t, a, "wang", all), signedIn(t, a, "li", all), signedIn(t, a, "zhao", all)
	city := signedIn(t, a, "city", directory.Scope{Regions: []string{"4404"}, Departments: []string{directory.Any}})
	version := scheme.Default().Version

	// A form of somebody else's page does nothing.
	foreign, err := http.NewRequestWithContext(t.Context(), http.MethodPost, wang.address+"/workbench/editions", strings.NewReader("period=2026-06"))
	if err != nil {
		t.Fatal(err)
	}
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	foreign.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if status, _, _ := wang.do(foreign); status != http.StatusForbidden {
		t.Fatalf("a form of another site: %d", status)
	}
	create := []string{"scheme", scheme.DefaultID + "@" + version, "period", "2026-06"}
	city.sends("/workbench/editions", http.StatusForbidden, "", create...)
	wang.sends("/workbench/editions", http.StatusUnprocessableEntity, "还没有结束", "scheme", scheme.DefaultID+"@"+version, "period", "2099")
	wang.sends("/workbench/editions", http.StatusSeeOther, "", create...)
	waitDrawn(t, a)
	li.sends("/workbench/editions", http.StatusUnprocessableEntity, "已按这个方案评价这个期间", create...)
	wang.reads("/workbench/editions", juneEdition, "草稿")

	wang.takes("open", http.StatusSeeOther, "", "days", "5")
	wang.sends("/workbench/objections", http.StatusUnprocessableEntity, "没有这个单位", "edition", juneEdition, "unit", "4409", "text", "漏算一批评价")
	wang.sends("/workbench/objections", http.StatusSeeOther, "", "edition", juneEdition, "unit", "4401", "text", "漏算一批评价")
	city.reads("/workbench/objections", "没有符合条件的异议")
	li.takes("check", http.StatusUnprocessableEntity, "未办结的异议：第 1 号", "note", "各单位均已确认")
	li.sends("/workbench/objections/"+juneEdition+"/1/1", http.StatusSeeOther, "", "do", "decide", "decision", "upheld", "reason", "确有遗漏")
	li.reads("/workbench/objections?state=open", "成立，待重新起草或答复")
	li.sends("/workbench/objections/"+juneEdition+"/1/1", http.StatusSeeOther, "", "do", "answer", "answer", "不影响名次")
	wang.takes("narrative", http.StatusSeeOther, "", "unit", "4401", "section", "highlights", "text", "一窗受理覆盖全部事项。", "source", "现场核查")
	li.takes("check", http.StatusUnprocessableEntity, "异议期到")
	li.takes("check", http.StatusSeeOther, "", "note", "各单位均已书面确认")
	li.takes("publish", http.StatusUnprocessableEntity, "由 li 复核：须由另一人发布", "confirm", juneEdition)
	wang.takes("publish", http.StatusUnprocessableEntity, "由 wang 起草：须由另一人发布", "confirm", juneEdition)
	zhao.takes("publish", http.StatusUnprocessableEntity, "输入的期号不对", "confirm", "yes")
	zhao.takes("publish", http.StatusSeeOther, "", "confirm", juneEdition)

	// Without late data there is no revision; with it there is one, and the pages compare the two.
	wang.takes("revise", http.StatusSeeOther, "", "note", "核对迟到数据")
	waitDrawn(t, a)
	wang.reads("/workbench/editions", "没有变化")
	late := record.Batch{Tallies: []record.Tally{{
		Stamp: record.Stamp{ReceivedAt: time.Now(), RegionRaw: "4404"}, Source: "late", From: june2026.From, To: june2026.To,
		Place: record.Place{Region: "4404", Hall: "H2", Window: "1", Department: "D3", Item: "I3"}, Answer: record.AnswerActive, Level: 5, Count: 4000, Version: 1,
	}}}
	if err := w.Insert(t.Context(), &late, "late"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RestateRange(t.Context(), june2026, time.Now()); err != nil {
		t.Fatal(err)
	}
	wang.takes("revise", http.StatusSeeOther, "", "note", "迟到数据")
	waitDrawn(t, a)
	wang.reads("/editions", juneEdition, "已发布", "草稿")
	wang.reads("/edition/"+juneEdition, "一窗受理覆盖全部事项。", "haochaping edition verify")
	wang.reads("/edition/"+juneEdition+"?revision=2", "与上一修订的差别")
	wang.reads("/editions/compare?a="+juneEdition+".1&b="+juneEdition+".2", "乙市")
	wang.reads("/workbench/edition/"+juneEdition, "没有变化", "迟到数据", "修订 2")
	city.reads("/edition/"+juneEdition, "权限范围内")

	checkLedgerAndRecord(t, a)
}

// waitDrawn waits until no draft is being drawn.
func waitDrawn(t *testing.T, a *App) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for a.desk.waiting() > 0 {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the draft is not drawn")
		}
	}
}

// checkLedgerAndRecord: who did what is the account that did it, in the ledger and in the audit record alike.
func checkLedgerAndRecord(t *testing.T, a *App) {
	t.Helper()
	w, err := a.store.get()
	if err != nil {
		t.Fatal(err)
	}
	l, err := w.EditionLedger(t.Context(), juneEdition)
	if err != nil || len(l.Void) > 0 || len(l.Revisions) != 2 {
		t.Fatalf("%+v, %v", l, err)
	}
	var steps []string
	for i := range l.Revisions {
		for _, e := range l.Revisions[i].Steps {
			steps = append(steps, fmt.Sprintf("%d %s %s", e.Revision, e.Action, e.By))
		}
	}
	if got, want := strings.Join(steps, ", "), "1 create wang, 1 open wang, 1 check li, 1 publish zhao, 2 create wang"; got != want {
		t.Errorf("the ledger has %s, want %s", got, want)
	}
	entries, err := a.gate.Audit(t.Context(), access.AuditFilter{})
	if err != nil {
		t.Fatal(err)
	}
	acts := make(map[string]bool)
	for i := range entries {
		acts[entries[i].Who+" "+entries[i].Action+" "+entries[i].Object] = true
	}
	one := juneEdition + ".1"
	for _, want := range []string{
		"wang edition.create good-bad-review@" + scheme.Default().Version + " 2026-06", "wang edition.open " + one, "wang objection.add " + one + " 4401",
		"li objection.decide " + one + " #1", "li objection.answer " + one + " #1", "wang edition.narrative " + one + " 4401", "li edition.check " + one,
		"zhao edition.publish " + one, "wang edition.revise " + one,
	} {
		if !acts[want] {
			t.Errorf("not on record: %s", want)
		}
	}
	for act := range acts {
		if strings.HasPrefix(act, "city edition.") || strings.HasPrefix(act, "li edition.publish") {
			t.Errorf("what was refused is on record: %s", act)
		}
	}
}

// What is asked for twice is drawn once, what waits is bounded, and a drawing that breaks is told.
func TestDrawingsAreQueued(t *testing.T) {
	d := newEditionDesk(New(&config.Config{}, discard, false))
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	month := func(m time.Month) calendar.Range {
		return calendar.Period(calendar.KindMonth, calendar.MakeDay(2026, m, 1))
	}
	order := func(m time.Month) dashboard.DrawOrder {
		return dashboard.DrawOrder{Action: edition.Create, Scheme: "s@1", Period: month(m), By: "wang"}
	}
	for m := time.January; m <= drawingsWaiting; m++ {
		for range 2 {
			if one, err := d.Draw(short, order(m)); err != nil || !one.Ended.IsZero() {
				t.Fatalf("%+v, %v", one, err)
			}
		}
	}
	if n := len(d.Drawings()); n != drawingsWaiting {
		t.Errorf("%d drawings wait", n)
	}
	if _, err := d.Draw(short, order(time.December)); !errors.Is(err, edition.ErrRefused) {
		t.Errorf("one more: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.run(ctx) }()
	one, err := d.Draw(t.Context(), order(drawingsWaiting))
	if err != nil || one.Ended.IsZero() || one.Err == nil || one.By != "wang" {
		t.Errorf("without a warehouse: %+v, %v", one, err)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
