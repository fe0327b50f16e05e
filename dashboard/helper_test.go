package dashboard

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"haochaping/directory"
)

// newTestDashboard is a dashboard over a fake store, whose clock stands still.
func newTestDashboard(tb testing.TB, store *fakeStore, change func(*Options)) *Dashboard {
	tb.Helper()
	options := Options{
		Store: store, Evaluator: &fakeEvaluator{store: store}, Directory: func() *directory.Directory { return store.dir }, Logger: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return store.now }, Zone: testZone,
	}
	if change != nil {
		change(&options)
	}
	d, err := New(options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(d.Close)
	return d
}

// get asks for a page in a language.
func get(d *Dashboard, path, lang string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	return w
}

func newRequest(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }
