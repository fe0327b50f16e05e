package dashboard

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/html"

	"haochaping/access"
	"haochaping/directory"
	"haochaping/evaluation/findings"
)

func TestWall(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.BasePath, o.Demo = "/hcp", true })
	for _, lang := range []string{Chinese, English} {
		w := get(d, "/hcp/wall", lang)
		if w.Code != http.StatusOK {
			t.Fatal(w.Code)
		}
		root := parse(t, w.Body)
		checkNothingInline(t, root)
		checkAddresses(t, root, "/hcp")
		checkCards(t, root)
		checkLanguage(t, root, lang)
		if got := len(elements(root, named("nav", "form", "button"))); got > 0 {
			t.Errorf("%d things to click", got)
		}
		if got := elements(root, func(n *html.Node) bool { return n.Data == "time" && attribute(n, "datetime") != "" }); len(got) != 1 {
			t.Error("no time of data")
		}
	}
}

func TestWallShowsTheScope(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) {
		o.Gate = scopes{"city": {Regions: []string{"9902"}, Departments: []string{directory.Any}}}
	})
	body := as(d, "city", "/wall").Body.String()
	if !strings.Contains(body, "清江第1县") || strings.Contains(body, "云州") {
		t.Error("the wall does not show the own region alone")
	}
	for _, path := range []string{"/wall", "/wall/events"} {
		d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Gate = holder{Roles: []access.Role{access.Operator}} })
		if w := get(d, path, Chinese); w.Code != http.StatusForbidden {
			t.Errorf("%s answers an operator with %d", path, w.Code)
		}
	}
}

// stream listens for as long as during lasts, and returns all that was sent.
func stream(t *testing.T, d *Dashboard, during func()) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w, done := httptest.NewRecorder(), make(chan struct{})
	go func() {
		defer close(done)
		d.Handler().ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/wall/events", nil))
	}()
	during()
	cancel()
	<-done
	if got := w.Header().Get("Content-Type"); got != "text/event-stream" {
		t.Error(got)
	}
	return w.Body.String()
}

// Whoever stands before a wall learns nothing of a single clerk.
func TestWallNamesNoClerk(t *testing.T) {
	store := newFakeStore(t)
	clerk := findings.Finding{
		ID: "unasked", Kind: findings.Unasked, Severity: findings.Act, Impact: 1e9, Text: findings.Text{ZH: "工作人员 P-17 很少出示评价页。"},
		Units: []findings.Unit{{Kind: findings.Staff, Code: "P-17"}, findings.WindowUnit(store.dir, "H990101001", "2")},
	}
	d := newTestDashboard(t, store, func(o *Options) {
		withOverview(store)(o)
		o.Findings = fakeFindings{list: append([]findings.Finding{clerk}, testFindings(store.dir)...), at: testNow}
	})
	for path, want := range map[string]bool{"/": true, "/wall": false} {
		if body := get(d, path, Chinese).Body.String(); strings.Contains(body, "P-17") != want || !strings.Contains(body, "该县在2026年4月至6月") {
			t.Errorf("%s: a clerk is named: %v", path, !want)
		}
	}
}

func TestWallEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFakeStore(t)
		d := newTestDashboard(t, store, func(o *Options) { o.Now = time.Now })
		got := stream(t, d, func() {
			time.Sleep(5 * time.Second)
			store.generation.Add(1)
			time.Sleep(27 * time.Second)
		})
		want := "event: generation\ndata: 7\n\nevent: generation\ndata: 8\n\nevent: beat\ndata: 8\n\nevent: beat\ndata: 8\n\n"
		if got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	})
}

func TestWallEventsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTestDashboard(t, newFakeStore(t), func(o *Options) {
			o.Now, o.Gate = time.Now, &turning{Gate: everybody{}, until: time.Now().Add(time.Minute)}
		})
		began := time.Now()
		d.Handler().ServeHTTP(httptest.NewRecorder(), newRequest("/wall/events"))
		if lasted := time.Since(began); lasted < time.Minute || lasted > time.Minute+2*streamAsks {
			t.Errorf("the stream outlived the session: it lasted %s", lasted)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Now = time.Now })
		began := time.Now()
		go func() {
			time.Sleep(20 * time.Second)
			d.EndStreams()
		}()
		d.Handler().ServeHTTP(httptest.NewRecorder(), newRequest("/wall/events"))
		if lasted := time.Since(began); lasted != 20*time.Second {
			t.Errorf("the stream ended after %s", lasted)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		d := newTestDashboard(t, newFakeStore(t), func(o *Options) { o.Now = time.Now })
		began := time.Now()
		d.Handler().ServeHTTP(httptest.NewRecorder(), newRequest("/wall/events"))
		if lasted := time.Since(began); lasted != streamLasts {
			t.Errorf("nobody asked at the gate again for %s", lasted)
		}
	})
}

// turning is a gate behind which everybody is signed out at a time.
type turning struct {
	Gate
	until time.Time
}

func (g *turning) Person(r *http.Request) access.Person {
	if time.Now().After(g.until) {
		return access.Person{}
	}
	return g.Gate.Person(r)
}

func TestWallsAreCounted(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), nil)
	d.streams.open.Store(maxStreams)
	if w := get(d, "/wall/events", Chinese); w.Code != http.StatusServiceUnavailable {
		t.Error(w.Code)
	}
	if got := d.streams.open.Load(); got != maxStreams {
		t.Errorf("%d streams are counted", got)
	}
}

// The wall shows the 24 hours up to the newest record, of the reader's scope alone.
func TestWallShowsTheDay(t *testing.T) {
	d := newTestDashboard(t, newFakeStore(t), func(o *Options) {
		o.Gate = scopes{"all": {All: true}, "city": {Regions: []string{"9902"}, Departments: []string{directory.Any}}}
	})
	sums := map[string]uint64{}
	for person := range map[string]bool{"all": true, "city": true} {
		root := parse(t, as(d, person, "/wall").Body)
		cards := elements(root, func(n *html.Node) bool { return attribute(n, "id") == "card-day" })
		if len(cards) != 1 {
			t.Fatal("no card of the last day")
		}
		rows := elements(elements(cards[0], named("tbody"))[0], named("tr"))
		if len(rows) != dayHours {
			t.Fatalf("%d hours", len(rows))
		}
		if first, last := allText(rows[0]), allText(rows[dayHours-1]); !strings.Contains(first, "22日 11:00–12:00") || !strings.Contains(last, "23日 10:00–11:00") {
			t.Errorf("from %s to %s", first, last)
		}
		for _, row := range rows {
			n, err := strconv.ParseUint(strings.ReplaceAll(allText(elements(row, named("td"))[0]), ",", ""), 10, 64)
			if err != nil {
				t.Error(err)
			}
			sums[person] += n
		}
	}
	if sums["city"] == 0 || sums["city"] >= sums["all"] {
		t.Errorf("%v ratings", sums)
	}
}
