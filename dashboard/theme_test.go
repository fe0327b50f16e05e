package dashboard

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestTheme(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.BasePath = "/hcp" })
	for choice, want := range map[string]string{
		"": "screen and (prefers-color-scheme: dark)|light dark", "light": "|light", "dark": "screen|dark", "system": "screen and (prefers-color-scheme: dark)|light dark", "x": "screen and (prefers-color-scheme: dark)|light dark",
	} {
		r := httptest.NewRequest(http.MethodGet, "/hcp/", nil)
		r.AddCookie(&http.Cookie{Name: themeCookie, Value: choice})
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		root := parse(t, w.Body)
		media := ""
		for _, n := range elements(root, named("link")) {
			media += attribute(n, "media")
		}
		for _, n := range elements(root, func(n *html.Node) bool { return attribute(n, "name") == "color-scheme" }) {
			media += "|" + attribute(n, "content")
		}
		if media != want {
			t.Errorf("%q: %s, want %s", choice, media, want)
		}
	}
	for choice, want := range map[string]int{"dark": http.StatusSeeOther, "light": http.StatusSeeOther, "system": http.StatusSeeOther, "": http.StatusBadRequest, "blue": http.StatusBadRequest} {
		r := httptest.NewRequest(http.MethodPost, "/hcp/theme", strings.NewReader(url.Values{"theme": {choice}, "back": {"/hcp/region/99?p=90d"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: %d, want %d", choice, w.Code, want)
		}
		if want == http.StatusSeeOther && (w.Header().Get("Location") != "/hcp/region/99?p=90d" || w.Result().Cookies()[0].Value != choice) {
			t.Errorf("%q: %v", choice, w.Header())
		}
	}
}

// The colour of an arrow is an addition: the arrow, the sign and the word are there with every setting.
func TestDirection(t *testing.T) {
	for setting, want := range map[string]string{"": "neutral", "red-up": "red-up", "other": "neutral"} {
		d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Direction = setting })
		for _, path := range []string{"/", "/wall", "/brief"} {
			root := parse(t, get(d, path, English).Body)
			if got := attribute(elements(root, named("html"))[0], "data-direction"); got != want {
				t.Errorf("%s with %q: %s", path, setting, got)
			}
			arrows := elements(root, func(n *html.Node) bool { return strings.HasPrefix(attribute(n, "class"), "arrow") })
			if len(arrows) == 0 {
				t.Fatal(path, "no arrows")
			}
			for _, a := range arrows {
				if text, sort := allText(a), attribute(a, "class"); sort != map[string]string{"▲": "arrow up", "▼": "arrow down", "=": "arrow"}[text] {
					t.Errorf("%s is a %s", text, sort)
				}
				if said := allText(a.Parent); !strings.Contains(said, "up") && !strings.Contains(said, "down") && !strings.Contains(said, "chance") && !strings.Contains(said, "unchanged") {
					t.Errorf("%s: an arrow without a word: %s", path, said)
				}
			}
		}
	}
}
