package collector

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/record"
)

// deskOf is a desk with n entries of a key and one of another.
type deskOf struct {
	n     int
	err   error
	asked *record.DeskFilter
}

func (d deskOf) Desk(_ context.Context, f record.DeskFilter) ([]record.DeskEntry, error) {
	*d.asked = f
	list := []record.DeskEntry{}
	for i := range d.n {
		at := noon.Add(-time.Duration(i) * time.Second)
		if (f.AfterAt.IsZero() || at.Before(f.AfterAt)) && len(list) < f.Limit {
			list = append(list, record.DeskEntry{
				ID: record.DeriveID(at, "e"), Why: record.WhyRefused, KindName: "rating", Sender: "s1", ReceivedAt: at, Source: "national",
				Problems: record.Problems{{Field: "level", Code: record.CodeUnmapped, Reason: "not a level"}}, Redacted: `{"level":9}`, Size: 30, Replayable: true,
			})
		}
	}
	return list, d.err
}

func (d deskOf) Replay(_ context.Context, f record.DeskFilter) (replayed, refused int, err error) {
	*d.asked = f
	return 3, 1, d.err
}

func TestRefusedPages(t *testing.T) {
	var asked record.DeskFilter
	h := newHouse(t, func(o *Options) { o.Desk = deskOf{n: 5, asked: &asked} })
	query := url.Values{
		"why": {"refused,late"}, "kind": {"rating"}, "source": {"national"}, "batch_id": {"B1"}, "code": {"unmapped"}, "field": {"level"},
		"from": {"2026-05-01T00:00:00+08:00"}, "to": {"2026-06-01T00:00:00+08:00"}, "replayable": {"true"}, "limit": {"2"},
	}
	var seen []uuid.UUID
	for range 3 {
		r := h.do(http.MethodGet, "refused?"+query.Encode(), h.source, nil, nil)
		var page RefusedPage
		if err := json.Unmarshal([]byte(r.text), &page); err != nil || r.status != http.StatusOK {
			t.Fatalf("%d %s", r.status, r.text)
		}
		for _, e := range page.Entries {
			seen = append(seen, e.ID)
		}
		if (page.Next != "") != (r.header.Get("Link") != "") {
			t.Errorf("next %q, link %q", page.Next, r.header.Get("Link"))
		}
		query.Set("after", page.Next)
	}
	if len(seen) != 5 || query.Get("after") != "" {
		t.Errorf("%d entries on three pages, then %q", len(seen), query.Get("after"))
	}
	want := record.DeskFilter{
		Why: []string{"refused", "late"}, Kind: "rating", Source: "national", Sender: "s1", BatchID: "B1", Code: "unmapped", Field: "level",
		From: noon.Add(-84 * time.Hour), To: asked.To, Replayable: true, Limit: 2, AfterAt: noon.Add(-3 * time.Second).UTC(), AfterID: seen[3],
	}
	if d := cmp.Diff(want, asked); d != "" {
		t.Error(d)
	}
}

func TestRefusedAsCSV(t *testing.T) {
	var asked record.DeskFilter
	h := newHouse(t, func(o *Options) { o.Desk = deskOf{n: 3, asked: &asked} })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, root+"refused?limit=2", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+h.source)
	req.Header.Set("Accept", "text/csv")
	w := newRecorder()
	h.c.Handler().ServeHTTP(w, req)
	rows, err := csv.NewReader(&w.Buffer).ReadAll()
	if err != nil || w.status != http.StatusOK || w.head.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Fatalf("%d %v %v", w.status, w.head, err)
	}
	if len(rows) != 3 || !cmp.Equal(rows[0], deskColumns) || rows[1][10] != "unmapped" || rows[1][12] != `{"level":9}` {
		t.Errorf("%q", rows)
	}
	if link := w.head.Get("Link"); !strings.HasPrefix(link, "<?after=") || !strings.Contains(link, "limit=2") {
		t.Errorf("link %q", link)
	}
}

// Nobody sees what another key sent, whatever the store answers.
func TestRefusedOfOthers(t *testing.T) {
	var asked record.DeskFilter
	h := newHouse(t, func(o *Options) { o.Desk = deskOf{n: 3, asked: &asked} })
	key, _ := h.ring.Lookup(HashKey(h.source))
	key.Name = "s2"
	if err := h.ring.Replace([]record.Key{key}, nil); err != nil {
		t.Fatal(err)
	}
	if r := h.do(http.MethodGet, "refused", h.source, nil, nil); r.text != `{"entries":[]}` || asked.Sender != "s2" {
		t.Errorf("asked for %q, got %s", asked.Sender, r.text)
	}
	if r := h.do(http.MethodGet, "refused?sender=s1", h.source, nil, nil); r.status != http.StatusBadRequest {
		t.Errorf("%d %s", r.status, r.text)
	}
}

func TestRefusedQuestions(t *testing.T) {
	var asked record.DeskFilter
	h := newHouse(t, func(o *Options) { o.Desk = deskOf{asked: &asked} })
	for query, field := range map[string]string{
		"why=bad": "why", "kind=refused": "kind", "kind=x": "kind", "from=2026-05-01": "from", "to=x": "to", "replayable=maybe": "replayable",
		"limit=0": "limit", "limit=1001": "limit", "after=x": "after", "nope=1": "", "limit=1&limit=2": "limit",
		"field=" + strings.Repeat("x", 257): "field",
	} {
		r := h.do(http.MethodGet, "refused?"+query, h.source, nil, nil)
		if r.status != http.StatusBadRequest || r.Code != "query" || len(r.Errors) != 1 || r.Errors[0].Field != field {
			t.Errorf("%.30s: %d %s", query, r.status, r.text)
		}
	}
	if r := h.do(http.MethodGet, "refused", h.device, nil, nil); r.status != http.StatusForbidden {
		t.Errorf("device: %d %s", r.status, r.text)
	}
}

func TestReplay(t *testing.T) {
	var asked record.DeskFilter
	h := newHouse(t, func(o *Options) { o.Desk = deskOf{asked: &asked} })
	r := h.send("refused/replay", h.source, `{"kind":"rating","source":"national","batch_id":"B1","field":"level","from":"2026-05-04T12:00:00+08:00"}`, nil)
	if r.status != http.StatusOK || r.text != `{"replayed":3,"refused":1}` {
		t.Errorf("%d %s", r.status, r.text)
	}
	want := record.DeskFilter{Kind: "rating", Source: "national", Sender: "s1", BatchID: "B1", Field: "level", From: noon, Replayable: true}
	if d := cmp.Diff(want, asked); d != "" {
		t.Error(d)
	}
	for body, status := range map[string]int{`{}`: 200, `{"sender":"s2"}`: 400, `[]`: 400, ``: 400, `{"kind":"people"}`: 400} {
		if r := h.send("refused/replay", h.source, body, nil); r.status != status {
			t.Errorf("%s: %d %s", body, r.status, r.text)
		}
	}
	if r := h.send("refused/replay", h.device, `{}`, nil); r.status != http.StatusForbidden {
		t.Errorf("device: %d %s", r.status, r.text)
	}
}

func TestDeskWithoutTheWarehouse(t *testing.T) {
	var asked record.DeskFilter
	for name, d := range map[string]Desk{"away": deskOf{asked: &asked, err: errors.New("dial")}, "none": nil} {
		h := newHouse(t, func(o *Options) { o.Desk = d })
		for _, r := range []reply{
			h.do(http.MethodGet, "refused", h.source, nil, nil), h.send("refused/replay", h.source, `{}`, nil),
		} {
			if r.status != 503 || r.header.Get("Retry-After") == "" || strings.Contains(r.text, "dial") {
				t.Errorf("%s: %d %s", name, r.status, r.text)
			}
		}
	}
}
