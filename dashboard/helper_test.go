package dashboard

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"haochaping/access"
	"haochaping/directory"
)

// newTestDashboard is a dashboard over a fake store, whose clock stands still.
func newTestDashboard(tb testing.TB, store *fakeStore, change func(*Options)) *Dashboard {
	tb.Helper()
	options := Options{
		Gate:  everybody{},
		Store: store, Evaluator: &fakeEvaluator{store: store}, Directory: func() *directory.Directory { return store.dir }, Logger: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return store.now }, Zone: testZone,
		CardTimeout: time.Minute, // the fake store counts slowly, above all under the race detector
		Reviews:     &fakeReviews{store: store}, Recorder: everybody{}, Quality: fakeQuality{store: store},
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

// everybody may do and see everything.
type everybody struct{}

func (everybody) Person(*http.Request) access.Person {
	return access.Person{ID: "test", Name: "测试", Roles: access.Roles(), Scope: directory.Scope{All: true}, Method: "local"}
}

func (everybody) Record(context.Context, access.Person, string, string) error { return nil }

// get asks for a page in a language.
func get(d *Dashboard, path, lang string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	return w
}

func newRequest(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }
