package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/config"
	"haochaping/dashboard"
	"haochaping/directory"
	"haochaping/record"
)

// operators is a gate of one operator who sees everything.
type operators struct{}

func (operators) Person(*http.Request) access.Person {
	return access.Person{ID: "op", Roles: []access.Role{access.Operator}, Scope: directory.Scope{All: true}}
}

// acts are what was put on record.
type acts []string

func (a *acts) Record(_ context.Context, by access.Person, action, object string) error {
	*a = append(*a, by.ID+" "+action+" "+object)
	return nil
}

// A record that only lacks an entry of a code map is replayed from the page, is counted, and its value never shows.
func TestReplayThroughThePage(t *testing.T) {
	a, w := withWarehouse(t, "refusals")
	a.cfg.Timezone = config.Zone{Location: time.FixedZone("", 8*60*60)}
	zone := a.cfg.Timezone.Location
	now := time.Date(2026, 6, 4, 12, 0, 0, 0, zone)
	lacking := record.CodeMap{Name: "portal-1", Levels: map[string]uint8{"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}, Tags: map[string]string{"A1": "207"}}
	a.door = &record.Door{
		Key: make([]byte, 32), Zone: zone, Past: 365 * 24 * time.Hour,
		Codes: func(string, time.Time) (record.CodeMap, bool) { return lacking, true },
		Maps:  func(string) []record.DatedMap { return []record.DatedMap{{Map: lacking}} },
	}
	refuse := func(tag string) record.Refused {
		in := &record.RatingInput{ID: uuid.Must(uuid.NewV7()).String(), Source: "portal", RatedAt: new(now.Add(-time.Hour)), Level: "2", Tags: []string{tag}}
		rc := record.Receipt{Now: now, Collector: "c1", Sender: "portal"}
		var b record.Batch
		problems := a.door.Accept(in, rc, &b)
		r := record.Refused{
			ID: uuid.Must(uuid.NewV7()), Kind: record.KindRating, Source: "portal", Sender: "portal", Collector: "c1", ReceivedAt: now, Problems: problems,
			Redacted: `{"level":2,"tags":["text of 2"]}`,
		}
		if r.Held = a.door.Hold(in, rc, problems, r.ID); len(r.Held) == 0 {
			t.Fatalf("%+v is not held", problems)
		}
		return r
	}
	b := record.Batch{Refused: []record.Refused{refuse("T9"), refuse("T9"), refuse("X7")}}
	if err := w.Insert(t.Context(), &b, "refused"); err != nil {
		t.Fatal(err)
	}
	mended := lacking
	mended.Name, mended.Tags = "portal-2", map[string]string{"A1": "207", "T9": "208"}
	if err := w.StoreSource(t.Context(), record.Source{Name: "portal", CodeMaps: []record.DatedMap{{Map: mended}}}); err != nil {
		t.Fatal(err)
	}
	var done acts
	d, err := dashboard.New(dashboard.Options{
		Gate: operators{}, Recorder: &done, Store: w, Evaluator: ranking{a}, Directory: w.Directory, Logger: slog.New(slog.DiscardHandler), Refusals: refusals{a},
		Zone: zone, Now: func() time.Time { return now }, CardTimeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	ask := func(method, path string, form url.Values) *httptest.ResponseRecorder {
		var body io.Reader
		if form != nil {
			body = strings.NewReader(form.Encode())
		}
		r := httptest.NewRequestWithContext(t.Context(), method, path, body)
		r.Header.Set("Accept-Language", "zh")
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		out := httptest.NewRecorder()
		d.Handler().ServeHTTP(out, r)
		return out
	}
	page := func(path string) string {
		out := ask(http.MethodGet, path, nil)
		if out.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, out.Code)
		}
		_, body, _ := strings.Cut(out.Body.String(), "<main")
		if body, _, _ = strings.Cut(body, "</main>"); strings.Contains(body, "T9") || strings.Contains(body, "X7") || strings.Contains(body, "不满意") {
			t.Errorf("%s shows what was sent", path)
		}
		return body
	}
	if n := strings.Count(page("/quality/refusals?state=held"), `type="checkbox"`); n != 3 {
		t.Errorf("%d records can be replayed, want 3", n)
	}
	page("/quality/refusals/" + b.Refused[0].ID.String())
	replay := func(form url.Values, want ...string) {
		t.Helper()
		out := ask(http.MethodPost, "/quality/refusals/replay", form)
		if out.Code != http.StatusSeeOther {
			t.Fatalf("replay: %d", out.Code)
		}
		body := page(out.Header().Get("Location"))
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%v: the report does not say %q", form, text)
			}
		}
	}
	replay(url.Values{"what": {"chosen"}, "id": {b.Refused[0].ID.String()}}, "已重放 1 条，仍被拒收 0 条")
	replay(url.Values{"what": {"filter"}}, "已重放 1 条，仍被拒收 1 条", "1 条仍被拒收：tags · 编码对照表没有对应项")
	replay(url.Values{"what": {"filter"}}, "已重放 0 条，仍被拒收 1 条")
	if len(done) != 3 || !strings.HasPrefix(done[0], "op ") {
		t.Errorf("on record: %q, want three replays", done)
	}
	if n := strings.Count(page("/quality/refusals"), `type="checkbox"`); n != 1 {
		t.Errorf("%d records can be replayed, want 1", n)
	}
	june4 := calendar.DayOf(now, zone)
	if _, err := w.RestateRange(t.Context(), calendar.Range{From: june4, To: june4}, time.Now()); err != nil {
		t.Fatal(err)
	}
	days, err := w.SourceDays(t.Context(), calendar.Range{From: june4, To: june4})
	if err != nil || len(days) != 1 || days[0].Levels != [5]uint64{0, 2} {
		t.Errorf("counted after the replay: %s %v", fmt.Sprint(days), err)
	}
}
