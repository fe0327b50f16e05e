package kiosk

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// built is a small set of built assets, so that the tests need no npm.
func built() fstest.MapFS {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"dist/.gitkeep":       file(""),
		"dist/manifest.json":  file(`{"kiosk.js":"kiosk-1.js","kiosk.css":"kiosk-2.css","worker.js":"worker-3.js"}`),
		"dist/kiosk-1.js":     file("/* " + strings.Repeat("page ", 400) + "*/"),
		"dist/kiosk-2.css":    file("body{}"),
		"dist/worker-3.js":    file("/* worker */"),
		"dist/left-over.html": file("never served"),
	}
}

func newKiosk(t *testing.T, o Options) *Kiosk {
	t.Helper()
	k, err := open(o, built())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func get(t *testing.T, k *Kiosk, target string, headers ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	k.Handler().ServeHTTP(w, r)
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestHeaders(t *testing.T) {
	for _, base := range []string{"", "/hcp", "/a/b"} {
		k := newKiosk(t, Options{BasePath: base})
		tests := []struct{ path, kind, cache string }{
			{"/kiosk", "text/html; charset=utf-8", "no-store"},
			{"/kiosk/", "text/html; charset=utf-8", "no-store"},
			{"/kiosk/worker.js", "text/javascript; charset=utf-8", "no-cache"},
			{"/kiosk/assets/kiosk-1.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
			{"/kiosk/assets/kiosk-2.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		}
		for _, tt := range tests {
			res, body := get(t, k, base+tt.path)
			if res.StatusCode != http.StatusOK || body == "" {
				t.Errorf("%s%s: status %d, %d bytes", base, tt.path, res.StatusCode, len(body))
			}
			want := map[string]string{
				"Content-Type": tt.kind, "Cache-Control": tt.cache, "X-Content-Type-Options": "nosniff",
				"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", markHeader: k.version,
			}
			got := make(map[string]string)
			for name := range want {
				got[name] = res.Header.Get(name)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s%s: headers (-want +got):\n%s", base, tt.path, diff)
			}
			policy := res.Header.Get("Content-Security-Policy")
			for _, rule := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "worker-src 'self'", "frame-ancestors 'none'"} {
				if !strings.Contains(policy, rule) {
					t.Errorf("%s%s: policy lacks %q: %s", base, tt.path, rule, policy)
				}
			}
			if strings.Contains(policy, "unsafe") {
				t.Errorf("%s%s: policy allows inline: %s", base, tt.path, policy)
			}
		}
	}
}

func TestEverythingLiesUnderTheBasePath(t *testing.T) {
	k := newKiosk(t, Options{BasePath: "/hcp"})
	_, page := get(t, k, "/hcp/kiosk")
	for _, want := range []string{
		`href="/hcp/kiosk/assets/kiosk-2.css"`, `src="/hcp/kiosk/assets/kiosk-1.js"`,
		`data-api="/hcp/api/v1/"`, `data-worker="/hcp/kiosk/worker.js"`, `data-scope="/hcp/kiosk"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("page lacks %s:\n%s", want, page)
		}
	}
	res, worker := get(t, k, "/hcp/kiosk/worker.js")
	if got := res.Header.Get("Service-Worker-Allowed"); got != "/hcp/kiosk" {
		t.Errorf("Service-Worker-Allowed = %q", got)
	}
	list, script, _ := strings.Cut(worker, ";\n")
	want := `self.shell={"version":"` + k.version + `","prefix":"haochaping-kiosk /hcp/ ","mark":"` + markHeader +
		`","page":"/hcp/kiosk","files":["/hcp/kiosk/assets/kiosk-1.js","/hcp/kiosk/assets/kiosk-2.css"]}`
	if list != want || script != "/* worker */" {
		t.Errorf("worker = %s;\n%s\nwant %s", list, script, want)
	}
	if res, _ := get(t, k, "/kiosk"); res.StatusCode != http.StatusNotFound {
		t.Errorf("outside the base path: status %d", res.StatusCode)
	}
}

func TestNothingElseIsServed(t *testing.T) {
	k := newKiosk(t, Options{})
	for _, path := range []string{
		"/kiosk/assets/manifest.json", "/kiosk/assets/left-over.html", "/kiosk/assets/.gitkeep",
		"/kiosk/assets/", "/kiosk/other", "/kiosks",
	} {
		if res, _ := get(t, k, path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, res.StatusCode)
		}
	}
	w := httptest.NewRecorder()
	k.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/kiosk", strings.NewReader("x")))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d, want 405", w.Code)
	}
}

var (
	inlineCode  = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|\sstyle=|\son[a-z]+=|javascript:`)
	langAttr    = regexp.MustCompile(`<html lang="([^"]*)">`)
	foreignLink = regexp.MustCompile(`(?:href|src)="(?:https?:)?//`)
)

func TestLanguageAndDemo(t *testing.T) {
	tests := []struct {
		name, target, accept string
		demo                 bool
		lang, has            string
	}{
		{"nothing said", "/kiosk", "", false, "zh-CN", "服务评价"},
		{"browser prefers English", "/kiosk", "en-GB,en;q=0.9", false, "en", "Rate our service"},
		{"browser prefers a third language", "/kiosk", "fr", false, "zh-CN", "服务评价"},
		{"address outvotes browser", "/kiosk?lang=zh", "en", false, "zh-CN", "服务评价"},
		{"address asks for English", "/kiosk/?lang=en", "zh-CN", false, "en", "Rate our service"},
		{"unknown language in the address", "/kiosk?lang=%3Cb%3E", "en", false, "en", "Rate our service"},
		{"absurd header", "/kiosk", strings.Repeat("en,", 1000), false, "zh-CN", "服务评价"},
		{"demo", "/kiosk", "zh", true, "zh-CN", "演示数据"},
		{"demo in English", "/kiosk", "en", true, "en", "demo data"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, page := get(t, newKiosk(t, Options{Demo: tt.demo}), tt.target, "Accept-Language", tt.accept)
			if m := langAttr.FindStringSubmatch(page); m == nil || m[1] != tt.lang || res.Header.Get("Content-Language") != tt.lang {
				t.Errorf("language %v and %q, want %q", m, res.Header.Get("Content-Language"), tt.lang)
			}
			if !strings.Contains(page, tt.has) {
				t.Errorf("page lacks %q", tt.has)
			}
			if ribbon := strings.Contains(page, `class="ribbon"`); ribbon != tt.demo {
				t.Errorf("ribbon: %v, want %v", ribbon, tt.demo)
			}
			if inlineCode.MatchString(page) || foreignLink.MatchString(page) {
				t.Errorf("page has inline code or a foreign address:\n%s", page)
			}
		})
	}
}

func TestVersionCoversEverything(t *testing.T) {
	versions := map[string]string{"plain": newKiosk(t, Options{}).version}
	versions["demo"] = newKiosk(t, Options{Demo: true}).version
	versions["base"] = newKiosk(t, Options{BasePath: "/hcp"}).version
	for _, name := range []string{"dist/worker-3.js", "dist/manifest.json"} {
		files := built()
		files[name].Data = []byte(strings.Replace(string(files[name].Data)+" ", "kiosk-1.js", "kiosk-9.js", 1))
		files["dist/kiosk-9.js"] = files["dist/kiosk-1.js"]
		k, err := open(Options{}, files)
		if err != nil {
			t.Fatal(err)
		}
		versions[name] = k.version
	}
	seen := make(map[string]string)
	for name, v := range versions {
		if other, ok := seen[v]; ok || len(v) != 12 {
			t.Errorf("%s and %s have the version %q", name, other, v)
		}
		seen[v] = name
	}
	if again := newKiosk(t, Options{}).version; again != versions["plain"] {
		t.Errorf("the same files gave %s and %s", versions["plain"], again)
	}
}

func TestGzip(t *testing.T) {
	k := newKiosk(t, Options{})
	res, packed := get(t, k, "/kiosk/assets/kiosk-1.js", "Accept-Encoding", "br, gzip")
	if res.Header.Get("Content-Encoding") != "gzip" || res.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers %v", res.Header)
	}
	z, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != string(built()["dist/kiosk-1.js"].Data) {
		t.Error("the packed file is another")
	}
	if res, _ := get(t, k, "/kiosk/assets/kiosk-1.js", "Accept-Encoding", "gzip;q=0"); res.Header.Get("Content-Encoding") != "" {
		t.Error("packed for a browser that refuses it")
	}
}

func TestNotBuilt(t *testing.T) {
	for _, missing := range []string{"dist/manifest.json", "dist/kiosk-1.js", "dist/worker-3.js"} {
		files := built()
		delete(files, missing)
		_, err := open(Options{}, files)
		if err == nil || !strings.Contains(err.Error(), "make assets") {
			t.Errorf("without %s: %v, want an error that says make assets", missing, err)
		}
	}
	files := built()
	files["dist/manifest.json"].Data = []byte("{")
	if _, err := open(Options{}, files); err == nil {
		t.Error("a broken manifest was taken")
	}
}

func TestBadBasePath(t *testing.T) {
	for _, base := range []string{"hcp", "/hcp/", "/", "/{x}"} {
		if _, err := open(Options{BasePath: base}, built()); err == nil {
			t.Errorf("base path %q was taken", base)
		}
	}
}
