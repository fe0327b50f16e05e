package dashboard

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

func init() {
	composedOf = append(composedOf, func() (ids []string) {
		for _, job := range jobs {
			ids = append(ids, "job."+job)
		}
		return ids
	})
}

// bench is a workbench with the bundled schemes and two runs, and keeps the schemes that are added.
type bench struct {
	store *fakeStore
	added []SchemeVersion
	texts map[string]*scheme.Scheme
	calls atomic.Int64
	wait  chan struct{} // rehearsals wait until it is closed; nil: they do not
}

func newBench(store *fakeStore) *bench {
	return &bench{store: store, texts: make(map[string]*scheme.Scheme)}
}

func (*bench) Runs(context.Context, int) ([]evaluation.Run, error) {
	return []evaluation.Run{
		{Job: "days", Started: testNow, Took: 1234 * time.Millisecond, Times: 3, Work: evaluation.Work{Periods: 12, Rows: 3456}},
		{Job: hostileNames[0], Started: testNow, Failure: "secret address 10.0.0.1"},
	}, nil
}

func (b *bench) Schemes(context.Context) (list []SchemeVersion, err error) {
	for _, s := range scheme.Bundled() {
		list = append(list, SchemeVersion{ID: s.ID, Version: s.Version, Name: s.Name, Hash: strings.Repeat("a", 64), Bundled: true})
	}
	at := testNow
	list = append(list, SchemeVersion{ID: hostileNames[1], Version: "1", Hash: "b", AddedAt: &at, AddedBy: hostileNames[3]})
	return append(list, b.added...), nil
}

func (b *bench) Scheme(_ context.Context, name string) (*scheme.Scheme, error) {
	if s := b.texts[name]; s != nil {
		return s, nil
	}
	id, version, exact := strings.Cut(name, "@")
	for _, s := range scheme.Bundled() {
		if s.ID == id && (!exact || s.Version == version) {
			return s, nil
		}
	}
	return nil, nil
}

func (b *bench) AddScheme(_ context.Context, by access.Person, text []byte) error {
	s, err := scheme.Load(text)
	if err != nil {
		return err
	}
	if there, _ := b.Scheme(context.Background(), s.ID+"@"+s.Version); there != nil {
		return scheme.ErrTaken
	}
	at := testNow
	b.added = append(b.added, SchemeVersion{ID: s.ID, Version: s.Version, Name: s.Name, Hash: fmt.Sprintf("%x", s.Hash), AddedAt: &at, AddedBy: by.ID})
	b.texts[s.ID+"@"+s.Version] = s
	return nil
}

func (b *bench) Rehearse(ctx context.Context, before, after *scheme.Scheme, period calendar.Range) (was, is *scoring.Result, err error) {
	b.calls.Add(1)
	if b.wait != nil {
		select {
		case <-b.wait:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
	if was, err = b.judge(ctx, before, period); err != nil {
		return nil, nil, err
	}
	is, err = b.judge(ctx, after, period)
	return was, is, err
}

func (b *bench) judge(ctx context.Context, s *scheme.Scheme, period calendar.Range) (*scoring.Result, error) {
	rows, err := b.store.Facts(ctx, evaluation.Query{By: evaluation.ByRegion, From: period.From, To: period.To, Level: s.Units.Level})
	if err != nil {
		return nil, err
	}
	units := (&fakeEvaluator{store: b.store}).list(s.Units)
	for i := range units {
		for j := range rows {
			if rows[j].Region == units[i].Code {
				units[i].Facts.Add(&rows[j].Facts)
			}
		}
		f := &units[i].Facts
		f.Rated = f.Rated * uint64(70+i*7%30) / 100 // in the store all are alike in that
	}
	return scoring.Evaluate(ctx, s, units, scoring.Options{})
}

func withBench(o *Options) {
	store, _ := o.Store.(*fakeStore)
	o.Workbench = newBench(store)
}

func TestWorkbench(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), withBench)
	for _, lang := range []string{Chinese, English} {
		body := get(d, "/workbench", lang).Body.String()
		for _, s := range scheme.Bundled() {
			if !strings.Contains(body, s.Name.In(lang)) || !strings.Contains(body, `/scheme/`+s.ID+`@`) {
				t.Errorf("%s: the workbench lacks %s", lang, s.ID)
			}
			one := get(d, "/scheme/"+s.ID+"@"+s.Version, lang)
			if one.Code != http.StatusOK || !strings.Contains(one.Body.String(), s.Name.In(lang)) || strings.Contains(one.Body.String(), missingMark) {
				t.Errorf("%s: the page of %s: %d", lang, s.ID, one.Code)
			}
		}
		runs := get(d, "/runs", lang).Body.String()
		for _, page := range []string{body, runs} {
			if strings.Contains(page, "10.0.0.1") || strings.Contains(page, hostileNames[0]) || strings.Contains(page, hostileNames[1]) || strings.Contains(page, missingMark) {
				t.Errorf("%s: an error text or a name leaks, or a word is missing", lang)
			}
			if !strings.Contains(page, "3,456") {
				t.Errorf("%s: the runs are not shown", lang)
			}
		}
	}
	if got := get(d, "/scheme/nothing", Chinese).Code; got != http.StatusNotFound {
		t.Errorf("an unknown scheme: %d", got)
	}
}

// handIn sends a form with the text of a scheme.
func handIn(d *Dashboard, who, lang, path string, fields map[string]string) *httptest.ResponseRecorder {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, text := range fields {
		if name == "scheme-file" {
			w, _ := m.CreateFormFile(name, "a.yaml")
			_, _ = w.Write([]byte(text))
			continue
		}
		_ = m.WriteField(name, text)
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Accept-Language", lang)
	r.Header.Set("X-Test-Person", who)
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	return w
}

func TestSchemeCheck(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), withBench)
	post := func(field, text string) *httptest.ResponseRecorder {
		return handIn(d, "", English, "/workbench", map[string]string{field: text})
	}
	good := string(scheme.Default().Source)
	for name, w := range map[string]*httptest.ResponseRecorder{"typed": post("scheme", good), "file": post("scheme-file", good)} {
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "No problem: "+scheme.Default().Name.EN) {
			t.Errorf("%s: a good scheme: %d", name, w.Code)
		}
	}
	bad := post("scheme", strings.Replace(good, "id: ", "idd: ", 1)+"\n</textarea><script>")
	body := bad.Body.String()
	if bad.Code != http.StatusOK || !strings.Contains(body, "line ") || strings.Contains(body, "</textarea><script>") {
		t.Errorf("a wrong scheme: %d", bad.Code)
	}
	if zh := handIn(d, "", Chinese, "/workbench", map[string]string{"scheme": strings.Replace(good, "version:", "verzion:", 1)}).Body.String(); !strings.Contains(zh, "行：方案没有") {
		t.Error("a Chinese page does not say in Chinese what is wrong")
	}
	if strings.Contains(body, `value="add"`) || strings.Contains(body, "data-generation") {
		t.Error("a wrong scheme can be added, or the answer to a form is asked for again")
	}
	if got := post("scheme", strings.Repeat("a: b\n", 1<<18)).Code; got != http.StatusBadRequest {
		t.Errorf("a scheme of more than a mebibyte: %d", got)
	}
	foreign := httptest.NewRequest(http.MethodPost, "/workbench", strings.NewReader(""))
	foreign.Header.Set("Origin", "https://elsewhere.example")
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, foreign)
	if w.Code != http.StatusForbidden {
		t.Errorf("a form of somebody else's page: %d", w.Code)
	}
}

// benchPeople evaluate; one of them sees one city alone.
var benchPeople = editionReaders{
	"all":  {Name: "all", Roles: []access.Role{access.Evaluator}, Scope: directory.Scope{All: true}},
	"city": {Name: "city", Roles: []access.Role{access.Evaluator}, Scope: directory.Scope{Regions: []string{"9902"}, Departments: []string{directory.Any}}},
}

// schemeActs is what was put on record.
type schemeActs []string

func (a *schemeActs) Record(_ context.Context, by access.Person, action, object string) error {
	*a = append(*a, by.ID+" "+action+" "+object)
	return nil
}

// stricter is the default scheme under another id, with other weights and one indicator less, one more, and one that is
// computed otherwise.
func stricter(t *testing.T) string {
	t.Helper()
	text := string(scheme.Default().Source)
	for old, fresh := range map[string]string{
		"scheme: good-bad-review\n": "scheme: stricter\n", "name: {zh: 政务服务“好差评”评价, en: Good/bad reviews of government services}": "name: {zh: 更严的方案, en: A stricter scheme}",
		"    weight: 60\n": "    weight: 10\n", "en: Participation}\n    weight: 0\n": "en: Participation}\n    weight: 50\n", "floor: 1728000, target: 86400": "floor: 864000, target: 43200",
		"id: rectified_on_time_rate": "id: rectified_on_time_share", "minimum_n: 300\n        shrink": "minimum_n: 200\n        shrink",
	} {
		if !strings.Contains(text, old) {
			t.Fatalf("the default scheme has no %q", old)
		}
		text = strings.Replace(text, old, fresh, 1)
	}
	if _, err := scheme.Load([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSchemeIsAdded(t *testing.T) {
	store := newFakeStore(t)
	b, record := newBench(store), &schemeActs{}
	d := newTestDashboard(t, store, func(o *Options) { o.Workbench, o.Gate, o.Recorder = b, benchPeople, record })
	text := stricter(t)
	add := func(who, text string) *httptest.ResponseRecorder {
		return handIn(d, who, Chinese, "/workbench", map[string]string{"scheme": strings.ReplaceAll(text, "\n", "\r\n"), "do": "add"})
	}
	for what, try := range map[string]struct {
		who, text string
		status    int
	}{
		"of somebody who sees one city": {"city", text, http.StatusForbidden},
		"with a mistake":                {"all", strings.Replace(text, "weight: 10", "weight: -1", 1), http.StatusUnprocessableEntity},
		"under a name that is taken":    {"all", strings.Replace(text, "scheme: stricter", "scheme: good-bad-review", 1), http.StatusConflict},
	} {
		w := add(try.who, try.text)
		if w.Code != try.status || len(b.added) > 0 || len(*record) > 0 {
			t.Errorf("%s: %d, want %d; added %v, on record %v", what, w.Code, try.status, b.added, *record)
		}
		if try.who == "all" && (!strings.Contains(w.Body.String(), "更严的方案") || !strings.Contains(w.Body.String(), `role="alert"`)) {
			t.Errorf("%s: the form is not shown again with what is wrong", what)
		}
	}
	next := strings.Replace(string(scheme.Default().Source), `version: "1"`, `version: "2"`, 1)
	for fresh, takes := range map[string]bool{text: false, next: true} {
		checked := handIn(d, "all", Chinese, "/workbench", map[string]string{"scheme": fresh}).Body.String()
		if strings.Contains(checked, "排名页立即改用它") != takes {
			t.Errorf("that the ranking goes by it at once is said: %v", !takes)
		}
	}
	w := add("all", text)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/scheme/stricter@1" {
		t.Errorf("added: %d %s", w.Code, w.Header().Get("Location"))
	}
	if len(b.added) != 1 || b.added[0].AddedBy != "all" || string(b.texts["stricter@1"].Source) != text {
		t.Errorf("added %+v", b.added)
	}
	if len(*record) != 1 || !strings.HasPrefix((*record)[0], "all scheme.add stricter@1 sha256:") {
		t.Errorf("on record: %v", *record)
	}
	if w := add("all", text); w.Code != http.StatusSeeOther || len(b.added) != 1 || len(*record) != 1 {
		t.Errorf("added again: %d, %d schemes, %d schemeActs", w.Code, len(b.added), len(*record))
	}
	file := as(d, "city", "/scheme/stricter@1/text")
	if file.Body.String() != text || !strings.Contains(file.Header().Get("Content-Disposition"), `attachment; filename="stricter@1.yaml"`) || len(*record) != 2 {
		t.Errorf("the text: %v, %d on record", file.Header(), len(*record))
	}
}
