package dashboard

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

func init() {
	composedOf = append(composedOf, func() (ids []string) {
		for _, job := range jobs {
			ids = append(ids, "job."+job)
		}
		return ids
	})
}

// bench is a workbench with the bundled schemes and two runs.
type bench struct{}

func (bench) Runs(context.Context, int) ([]evaluation.Run, error) {
	return []evaluation.Run{
		{Job: "days", Started: testNow, Took: 1234 * time.Millisecond, Times: 3, Work: evaluation.Work{Periods: 12, Rows: 3456}},
		{Job: hostileNames[0], Started: testNow, Failure: "secret address 10.0.0.1"},
	}, nil
}

func (bench) Schemes(context.Context) (list []SchemeVersion, err error) {
	for _, s := range scheme.Bundled() {
		list = append(list, SchemeVersion{ID: s.ID, Version: s.Version, Name: s.Name, Hash: strings.Repeat("a", 64), Bundled: true})
	}
	at := testNow
	return append(list, SchemeVersion{ID: hostileNames[1], Version: "1", Hash: "b", AddedAt: &at, AddedBy: hostileNames[3]}), nil
}

func (bench) Scheme(_ context.Context, name string) (*scheme.Scheme, error) {
	id, _, _ := strings.Cut(name, "@")
	for _, s := range scheme.Bundled() {
		if s.ID == id {
			return s, nil
		}
	}
	return nil, nil
}

func withBench(o *Options) { o.Workbench = bench{} }

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

func TestSchemeCheck(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), withBench)
	post := func(field, file, text string) *httptest.ResponseRecorder {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		if file != "" {
			w, _ := m.CreateFormFile("scheme-file", file)
			_, _ = w.Write([]byte(text))
		} else {
			_ = m.WriteField(field, text)
		}
		_ = m.Close()
		r := httptest.NewRequest(http.MethodPost, "/workbench", &body)
		r.Header.Set("Content-Type", m.FormDataContentType())
		r.Header.Set("Accept-Language", English)
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		return w
	}
	good := string(scheme.Default().Source)
	for name, w := range map[string]*httptest.ResponseRecorder{"typed": post("scheme", "", good), "file": post("", "a.yaml", good)} {
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "No problem: "+scheme.Default().Name.EN) {
			t.Errorf("%s: a good scheme: %d", name, w.Code)
		}
	}
	bad := post("scheme", "", strings.Replace(good, "id: ", "idd: ", 1)+"\n</textarea><script>")
	if body := bad.Body.String(); bad.Code != http.StatusOK || !strings.Contains(body, "line 1") && !strings.Contains(body, "line ") || strings.Contains(body, "</textarea><script>") {
		t.Errorf("a wrong scheme: %d", bad.Code)
	}
	if got := post("scheme", "", strings.Repeat("a: b\n", 1<<18)).Code; got != http.StatusBadRequest {
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
