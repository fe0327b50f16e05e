//go:build look

package dashboard

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"testing"
	"time"
)

// TestServe is for looking at the pages: HAOCHAPING_TEST_SERVE=127.0.0.1:8099 go test -tags look
// -run TestServe ./dashboard serves them until the file of HAOCHAPING_TEST_SERVE_UNTIL exists.
func TestServe(t *testing.T) {
	address := os.Getenv("HAOCHAPING_TEST_SERVE")
	if address == "" {
		t.Fatal("set HAOCHAPING_TEST_SERVE to an address")
	}
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) {
		withOverview(store)(o)
		o.Demo, o.Workbench, o.Indicators = true, newBench(store), &fakeIndicators{}
		editions := newFakeEditions(t, store, store.dir, "9902", "一窗受理覆盖全部事项。")
		o.Editions, o.EditionDesk = editions, openDesk(t, editions)
		began := time.Now()
		o.Now = func() time.Time { return testNow.Add(time.Since(began)) }
		o.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
		o.Targets = newFakeTargets()
	})
	mux := http.NewServeMux()
	mux.Handle("/", d.Handler())
	mux.HandleFunc("/test/next", func(http.ResponseWriter, *http.Request) { store.generation.Add(1) })
	var cities []string // twenty, below a base path: for what has to fit on a page
	for i := range 20 {
		cities = append(cities, fmt.Sprintf("第%d自治示例州", i+1))
	}
	wide := newFakeStoreOf(directoryOf(t, cities...))
	mux.Handle("/twenty/", newTestDashboard(t, wide, func(o *Options) {
		withOverview(wide)(o)
		o.Demo, o.BasePath, o.Workbench = true, "/twenty", newBench(wide)
	}).Handler())
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: time.Second}
	go func() {
		for {
			if _, err := os.Stat(os.Getenv("HAOCHAPING_TEST_SERVE_UNTIL")); err == nil {
				_ = server.Close()
				return
			}
			time.Sleep(500 * time.Millisecond)
		}
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		t.Fatal(err)
	}
}
