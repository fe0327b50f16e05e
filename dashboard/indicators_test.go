package dashboard

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation/imported"
	"haochaping/evaluation/scheme"
)

func init() {
	composedOf = append(composedOf, func() []string { return []string{"indicators.unused", "indicators.unknown_units"} })
}

// fakeIndicators keeps imported values in memory, as the warehouse does.
type fakeIndicators struct {
	stored []imported.Stored
}

func (*fakeIndicators) Schemes(context.Context) (list []*scheme.Scheme, err error) {
	for _, s := range scheme.Bundled() {
		if len(importedLeaves([]*scheme.Scheme{s})) > 0 {
			own := *s
			own.Units = scheme.Units{Kind: scheme.UnitRegion, Level: 2}
			list = append(list, &own)
		}
	}
	return list, nil
}

func (*fakeIndicators) Template(_ context.Context, s *scheme.Scheme, lang string, keep func(string) bool, w io.Writer) error {
	for _, code := range []string{"99", "9901", "9902"} {
		if keep(code) {
			_, _ = io.WriteString(w, s.ID+" "+lang+" "+code+"\n")
		}
	}
	return nil
}

func (*fakeIndicators) Read(r io.Reader, name string, check func(*imported.Value) []imported.Fault) ([]imported.Value, []imported.Problem) {
	form := imported.CSV
	if filepath.Ext(name) == ".xlsx" {
		form = imported.XLSX
	}
	return imported.ReadChecked(r, form, check)
}

func (f *fakeIndicators) Import(_ context.Context, values []imported.Value, by string) (stored int, err error) {
	version := uint64(len(f.stored) + 1)
	for i := range values {
		f.stored = append(f.stored, imported.Stored{Value: values[i], By: by, At: testNow, Version: version})
	}
	return len(values), nil
}

func (f *fakeIndicators) History(_ context.Context, within calendar.Range) (list []imported.Stored, err error) {
	for _, v := range f.stored {
		if within.From <= v.AsOf && v.AsOf <= within.To {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, func(a, b imported.Stored) int {
		return cmp.Or(strings.Compare(a.Indicator, b.Indicator), strings.Compare(a.Unit, b.Unit), cmp.Compare(a.AsOf, b.AsOf), cmp.Compare(b.Version, a.Version))
	})
	return list, nil
}

// acts notes what is put on record.
type acts struct{ list []string }

func (a *acts) Record(_ context.Context, by access.Person, action, object string) error {
	a.list = append(a.list, by.ID+" "+action+" "+object)
	return nil
}

// sendFile sends a form with a file as somebody.
func sendFile(d *Dashboard, person, lang, path, name, text string) *httptest.ResponseRecorder {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	if name != "" {
		w, _ := m.CreateFormFile("file", name)
		_, _ = io.WriteString(w, text)
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Accept-Language", lang)
	r.Header.Set("X-Test-Person", person)
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	return w
}

// sendForm sends a form as somebody.
func sendForm(d *Dashboard, person, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Test-Person", person)
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	return w
}

func indicatorDashboard(t *testing.T, store *fakeIndicators, record *acts) *Dashboard {
	t.Helper()
	any := []string{directory.Any}
	return newTestDashboard(t, newFakeStore(t), func(o *Options) {
		o.Gate = scopes{
			"all": {All: true}, "city": {Regions: []string{"9901"}, Departments: any}, "bureau": {Regions: any, Departments: []string{"D99010100"}},
		}
		o.Indicators, o.Recorder = store, record
	})
}

const goodFile = "unit,indicator,as_of,value\n9901,guide_accuracy,2026-06-30,91.5\n云州市,service_coverage,2026-06-30,80\n990101,guide_accuracy,2026-06-30,\n"

func TestIndicatorImport(t *testing.T) {
	store, record := &fakeIndicators{}, &acts{}
	d := indicatorDashboard(t, store, record)
	page := as(d, "all", "/workbench/indicators")
	if body := page.Body.String(); page.Code != http.StatusOK || !strings.Contains(body, "national-five-dimension") || !strings.Contains(body, "2026 年没有导入的指标") {
		t.Fatalf("the empty page: %d", page.Code)
	}

	checked := sendFile(d, "city", Chinese, "/workbench/indicators", `C:\files\指标.csv`, goodFile)
	at := checked.Header().Get("Location")
	if checked.Code != http.StatusSeeOther || !strings.HasPrefix(at, "/workbench/indicators/check/") {
		t.Fatalf("a good file: %d %s", checked.Code, at)
	}
	if body := as(d, "city", at).Body.String(); !strings.Contains(body, "可以导入") || !strings.Contains(body, "3 个数值") || !strings.Contains(body, "指标.csv") ||
		strings.Contains(body, "files") || !strings.Contains(body, "缺失不是 0") {
		t.Errorf("the check says otherwise:\n%s", body)
	}
	if got := as(d, "all", at).Code; got != http.StatusNotFound {
		t.Errorf("somebody else's file: %d", got)
	}
	if len(store.stored) > 0 || len(record.list) > 0 {
		t.Fatalf("a check changes something: %v, %v", store.stored, record.list)
	}
	for name, form := range map[string]url.Values{"no source": {}, "long source": {"source": {strings.Repeat("号", 201)}}} {
		if w := sendForm(d, "city", at, form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "来源或文号") || len(store.stored) > 0 {
			t.Errorf("%s: %d, %d stored", name, w.Code, len(store.stored))
		}
	}
	done := sendForm(d, "city", at, url.Values{"source": {"示例〔2026〕7号"}})
	if done.Code != http.StatusSeeOther || len(store.stored) != 3 || store.stored[1].Unit != "9901" || store.stored[1].Source != "示例〔2026〕7号" || store.stored[0].By != "city" {
		t.Fatalf("%d %+v", done.Code, store.stored)
	}
	if len(record.list) != 1 || record.list[0] != "city indicator.import 3 values of guide_accuracy, service_coverage; 示例〔2026〕7号" {
		t.Errorf("on record: %q", record.list)
	}
	if w := sendForm(d, "city", at, url.Values{"source": {"x"}}); w.Code != http.StatusNotFound || len(store.stored) != 3 {
		t.Errorf("the same file twice: %d", w.Code)
	}
	list := as(d, "city", done.Header().Get("Location")).Body.String()
	for _, want := range []string{"新存 3 个数值", "示例〔2026〕7号", "指南准确度", "现行"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %s", want)
		}
	}
}

// What is wrong is told by its cell, in both languages, and nothing of the file can be imported.
func TestIndicatorProblems(t *testing.T) {
	store, record := &fakeIndicators{}, &acts{}
	d := indicatorDashboard(t, store, record)
	const wrong = "单位,指标,截止日期,数值\n9901,guide_accuracy,2026-06-31,91\n9902,guide_accuracy,2026-06-30,好\n,x,2026-06-30,1\n"
	for lang, want := range map[string][]string{
		Chinese: {"4 处必须改正", "C2", "截止日期", "2026-06-31", "没有这一天", "D3", "不是数"},
		English: {"4 cells must be corrected", "C2", "as_of", "is a day that does not exist", "D3", "is no number"},
	} {
		at := sendFile(d, "all", lang, "/workbench/indicators", "a.csv", strings.Replace(wrong, "\n,x", "\n9901,y,2026-06-30,x\n,x", 1)).Header().Get("Location")
		r := newRequest(at)
		r.Header.Set("X-Test-Person", "all")
		r.Header.Set("Accept-Language", lang)
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		for _, s := range want {
			if !strings.Contains(w.Body.String(), s) {
				t.Errorf("%s: the check lacks %q", lang, s)
			}
		}
		if got := as(d, "all", at+"?card=problems&format=csv"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "C2,") {
			t.Errorf("the problems as a file: %d", got.Code)
		}
		if w := sendForm(d, "all", at, url.Values{"source": {"x"}}); w.Code != http.StatusNotFound || len(store.stored)+len(record.list) > 1 {
			t.Errorf("a wrong file is imported: %d", w.Code)
		}
		record.list = nil
	}
	at := sendFile(d, "all", Chinese, "/workbench/indicators", "a.csv", "unit,indicator,as_of,value\n9901,guide_accuracy,,\n").Header().Get("Location")
	if body := as(d, "all", at).Body.String(); !strings.Contains(body, "没有填写任何数值") || !strings.Contains(body, "填写数值和截止日期；") || strings.Contains(body, "不影响导入") || strings.Contains(body, "整个文件都不导入") {
		t.Error("a file that nothing was filled in is told otherwise")
	}
	for name, w := range map[string]*httptest.ResponseRecorder{
		"none": sendFile(d, "all", Chinese, "/workbench/indicators", "", ""), "empty": sendFile(d, "all", Chinese, "/workbench/indicators", "a.csv", ""),
		"no form": sendForm(d, "all", "/workbench/indicators", nil),
	} {
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "没有选择文件") {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	large := sendFile(d, "all", Chinese, "/workbench/indicators", "a.csv", strings.Repeat("x", maxUpload+maxForm))
	if large.Code != http.StatusUnprocessableEntity || !strings.Contains(large.Body.String(), "64 MiB") {
		t.Errorf("a file that is too large: %d", large.Code)
	}
}

// Units outside of the scope cannot be told from units that are not there, in files, lists and templates.
func TestIndicatorScope(t *testing.T) {
	store, record := &fakeIndicators{}, &acts{}
	d := indicatorDashboard(t, store, record)
	problems := func(person, unit string) string {
		at := sendFile(d, person, Chinese, "/workbench/indicators", "a.csv", "unit,indicator,as_of,value\n"+unit+",guide_accuracy,2026-06-30,1\n").Header().Get("Location")
		return strings.ReplaceAll(as(d, person, at+"?card=problems&format=csv").Body.String(), unit, "?")
	}
	unknown := problems("city", "nowhere")
	if !strings.Contains(unknown, "不是名录中的单位") {
		t.Fatalf("an unknown unit: %s", unknown)
	}
	for _, unit := range []string{"9902", "清江市", "99", "公安局", "D99020100", "H990201001", "H990201001/1", "公安@9902", "I-001"} {
		if got := problems("city", unit); got != unknown {
			t.Errorf("%s, outside: %s", unit, got)
		}
	}
	for _, unit := range []string{"9901", "云州市", "990101", "D99010100", "H990101001/1", "公安@9901"} {
		if got := problems("city", unit); strings.Contains(got, "名录") {
			t.Errorf("%s, inside: %s", unit, got)
		}
	}
	for _, unit := range []string{"9901", "H990101001", "D99010101"} {
		if got := problems("bureau", unit); got != unknown {
			t.Errorf("%s for one department: %s", unit, got)
		}
	}
	_, _ = store.Import(t.Context(), []imported.Value{
		{Unit: "清江市", Indicator: "guide_accuracy", AsOf: calendar.MakeDay(2026, 6, 30), Known: true, Value: 1, Source: "邻市"},
		{Unit: "云州市", Indicator: "guide_accuracy", AsOf: calendar.MakeDay(2026, 6, 30), Known: true, Value: 1, Source: "本市"},
	}, "li")
	if body := as(d, "city", "/workbench/indicators").Body.String(); strings.Contains(body, "邻市") || !strings.Contains(body, "本市") {
		t.Error("the list is not that of the scope")
	}
	schemes, _ := store.Schemes(t.Context())
	template := "/workbench/indicators/template.xlsx?scheme=" + schemes[0].ID + "@" + schemes[0].Version
	if got := as(d, "city", template); got.Code != http.StatusOK || strings.Contains(got.Body.String(), "9902") || !strings.Contains(got.Body.String(), "9901") {
		t.Errorf("the template: %d %s", got.Code, got.Body)
	}
	if got := as(d, "all", "/workbench/indicators/template.xlsx?scheme=none").Code; got != http.StatusNotFound {
		t.Errorf("the template of no scheme: %d", got)
	}
}

// What waits does so for its time and within its room.
func TestUploads(t *testing.T) {
	var u uploads
	first := &upload{person: "li", values: make([]imported.Value, uploadsValues)}
	u.keep(first, testNow)
	if u.find(first.token, "li", testNow) != first || u.find(first.token, "wang", testNow) != nil || u.find(first.token, "li", testNow.Add(uploadKept+time.Second)) != nil {
		t.Error("a file is not found, or by others, or for ever")
	}
	u.keep(&upload{person: "li", values: make([]imported.Value, 1)}, testNow)
	if u.find(first.token, "li", testNow) != nil {
		t.Error("files take more room than they may")
	}
	for range 3 * uploadsKept {
		u.keep(&upload{person: "li"}, testNow)
	}
	if len(u.list) > uploadsKept {
		t.Errorf("%d files", len(u.list))
	}
}
