package dashboard

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestLanguageIsChosen(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.BasePath = "/hcp" })
	ask := func(path, header, cookie string) string {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Language", header)
		if cookie != "" {
			r.AddCookie(&http.Cookie{Name: languageCookie, Value: cookie})
		}
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		return w.Header().Get("Content-Language")
	}
	for _, c := range []struct{ path, header, cookie, want string }{
		{"/hcp/", "", "", "zh"},
		{"/hcp/", "en-GB,en;q=0.9", "", "en"},
		{"/hcp/", "zh-CN,en;q=0.5", "", "zh"},
		{"/hcp/", "fr", "", "zh"},
		{"/hcp/", strings.Repeat("en,", 5000), "", "zh"},
		{"/hcp/", "en", "zh", "zh"},
		{"/hcp/", "zh", "nonsense", "zh"},
		{"/hcp/?lang=en", "zh", "zh", "en"},
		{"/hcp/?lang=xx", "zh", "en", "en"},
	} {
		if got := ask(c.path, c.header, c.cookie); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestSwitchOfLanguageStaysHere(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.BasePath = "/hcp" })
	post := func(lang, back, site string) *httptest.ResponseRecorder {
		form := url.Values{"lang": {lang}, "back": {back}}
		r := httptest.NewRequest(http.MethodPost, "/hcp/lang", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		return w
	}
	for back, want := range map[string]string{
		"/hcp/region/99?p=90d&lang=zh": "/hcp/region/99?p=90d",
		"/hcp/hall/a%2Fb":              "/hcp/hall/a%2Fb",
		"https://elsewhere.example/":   "/hcp/",
		"//elsewhere.example/hcp/":     "/hcp/",
		"/other":                       "/hcp/",
		"javascript:alert(1)":          "/hcp/",
		"":                             "/hcp/",
	} {
		w := post("en", back, "same-origin")
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("back to %q: %d %q, want %q", back, w.Code, w.Header().Get("Location"), want)
		}
		c := w.Result().Cookies()
		if len(c) != 1 || c[0].Value != "en" || c[0].Path != "/hcp/" || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %v", c)
		}
	}
	if w := post("xx", "/hcp/", "same-origin"); w.Code != http.StatusBadRequest {
		t.Errorf("unknown language: %d", w.Code)
	}
	if w := post("en", "/hcp/", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
}

func TestLive(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, nil)
	w := get(d, "/live", "")
	want := fmt.Sprintf(`{"generation":7,"data_time":%d,"records":2164345,"stale":false}`, testNow.Add(-4*60e9).Unix())
	if w.Body.String() != want || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("got %s", w.Body.String())
	}
}

func TestAssets(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	root := parse(t, get(d, "/", Chinese).Body)
	seen := 0
	for _, n := range elements(root, named("link", "script")) {
		address := attribute(n, "src") + attribute(n, "href")
		if !strings.HasPrefix(address, "/assets/") {
			continue
		}
		seen++
		r := httptest.NewRequest(http.MethodGet, address, nil)
		r.Header.Set("Accept-Encoding", "br, gzip")
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %d %v", address, w.Code, w.Header())
		}
		if want := map[string]string{"link": "text/css; charset=utf-8", "script": "text/javascript; charset=utf-8"}[n.Data]; w.Header().Get("Content-Type") != want {
			t.Errorf("%s: %s", address, w.Header().Get("Content-Type"))
		}
	}
	if seen != 5 {
		t.Errorf("%d assets, want 5", seen)
	}
	for _, path := range []string{"/assets/", "/assets/manifest.json", "/assets/../dashboard.go", "/assets/%2e%2e/x", "/assets/.gitkeep"} {
		if w := get(d, path, ""); w.Code == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
}
