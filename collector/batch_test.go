package collector

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/record"
)

// shared is the warehouse's list of announcements.
type shared struct {
	mu   sync.Mutex
	list []record.Announcement
	err  error
}

func (s *shared) Announcements(_ context.Context, source, id string) ([]record.Announcement, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []record.Announcement
	for _, a := range s.list {
		if a.Source == source && a.ID == id {
			out = append(out, a)
		}
	}
	return out, s.err
}

// ship brings what the spool holds to the warehouse.
func (s *shared) ship(h *house) {
	h.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, h.stored().Announcements...)
	st, err := h.spool.Stats()
	if err == nil {
		err = h.spool.Shipped(st.Last)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

func batchHouse(t *testing.T) (*house, *shared) {
	s, at := &shared{}, &clock{at: noon}
	return newHouse(t, func(o *Options) {
		o.Batches, o.Now = s, func() time.Time {
			at.move(time.Millisecond)
			return at.now()
		}
	}), s
}

func linesOf(n int) string {
	var b strings.Builder
	for range n {
		fmt.Fprintln(&b, rating(uuid.Must(uuid.NewV7()).String(), ""))
	}
	return b.String()
}

// announce announces the lines under an id, changed by more.
func (h *house) announce(id, lines string, more ...string) reply {
	h.t.Helper()
	text := fmt.Sprintf(`{"id":%q,"records":"ratings","count":%d,"sha256":"%x"}`, id, strings.Count(lines, "\n"), sha256.Sum256([]byte(lines)))
	return h.send("batches", h.source, strings.NewReplacer(more...).Replace(text), nil)
}

func (h *house) deliver(id, body string, more header) reply {
	h.t.Helper()
	head := header{"Content-Type": "application/x-ndjson", batchHeader: id}
	for k, v := range more {
		head[k] = v
	}
	return h.send("ratings", h.source, body, head)
}

func (h *house) batchState(id string) (s BatchState) {
	h.t.Helper()
	r := h.do(http.MethodGet, "batches/"+id, h.source, nil, nil)
	if err := json.Unmarshal([]byte(r.text), &s); err != nil || r.status != http.StatusOK {
		h.t.Fatalf("%d %s %v", r.status, r.text, err)
	}
	return s
}

func TestAnnounce(t *testing.T) {
	h, _ := batchHouse(t)
	const lines = "{}\n"
	for _, step := range []struct {
		name   string
		more   []string
		status int
		want   string
	}{
		{"new", nil, 202, `"status":"announced"`},
		{"again", nil, 202, `"status":"duplicate"`},
		{"other count", []string{`"count":1`, `"count":2`}, 409, `"code":"conflict"`},
		{"other records", []string{`"ratings"`, `"cases"`}, 409, `"code":"conflict"`},
		{"another source's", []string{`{"id"`, `{"source":"kiosk","id"`}, 202, `"source":"kiosk"`},
		{"a foreign source", []string{`{"id"`, `{"source":"city","id"`}, 422, `"field":"source"`},
		{"no id", []string{`"B1"`, `""`}, 422, `"field":"id"`},
		{"phone number as id", []string{`"B1"`, `"13912345678"`}, 422, `"field":"id"`},
		{"unknown records", []string{`"ratings"`, `"people"`}, 422, `"field":"records"`},
		{"count of 0", []string{`"count":1`, `"count":0`}, 422, `"field":"count"`},
		{"count past 2^53", []string{`"count":1`, `"count":9007199254740993`}, 422, `"field":"count"`},
		{"no hash", []string{`"sha256":"`, `"sha256":"zz`}, 422, `"field":"sha256"`},
		{"unknown field", []string{`"count"`, `"number"`}, 400, `"code":"malformed"`},
		{"negative count", []string{`"count":1`, `"count":-1`}, 400, `"code":"malformed"`},
		{"text behind", []string{`}`, `}{}`}, 400, `"code":"malformed"`},
		{"too large", []string{`"B1"`, `"` + strings.Repeat("1", smallBody) + `"`}, 413, `"code":"too_large"`},
	} {
		if r := h.announce("B1", lines, step.more...); r.status != step.status || !strings.Contains(r.text, step.want) || r.Kept {
			t.Errorf("%s: %d %s", step.name, r.status, r.text)
		}
	}
	if n := len(h.stored().Announcements); n != 2 {
		t.Errorf("%d announcements are durable", n)
	}
	if r := h.send("batches", h.device, "{}", nil); r.status != http.StatusForbidden {
		t.Errorf("device: %d %s", r.status, r.text)
	}
	if r := h.send("batches", h.source, "{}", ndjson); r.status != http.StatusUnsupportedMediaType {
		t.Errorf("as a stream: %d %s", r.status, r.text)
	}
	if r := h.do(http.MethodDelete, "batches/B1", h.source, nil, nil); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "GET" {
		t.Errorf("DELETE: %d, Allow %q", r.status, r.header.Get("Allow"))
	}
}

// Whatever the packing and the line ends: the hash is that of the lines. A repeat is
// harmless and gives a receipt of its own.
func TestDeliver(t *testing.T) {
	h, _ := batchHouse(t)
	good := linesOf(3)
	bad := "{\"id\":\"" + idA + "\",\"nope\":1}\n"
	named := rating(idB, `,"batch_id":"own"`) + "\n"
	lines := good + bad + named
	h.announce("B1", lines)
	dos := "\n \t\n" + strings.ReplaceAll(lines, "\n", "  \r\n\r\n")
	first := h.deliver("B1", packed(t, []byte(dos)), header{"Content-Encoding": "gzip"})
	second := h.deliver("B1", strings.TrimSuffix(lines, "\n"), nil)
	want := BatchReceipt{
		ID: "B1", Collector: "c1", Announced: 5, Arrived: 5, Unattributed: 4, Refused: 1,
		Reasons: map[string]uint64{record.CodeUnknownField: 1}, HashMatches: true, Complete: true,
	}
	again := want
	again.Unattributed, again.Duplicate = 0, 4
	state := h.batchState("B1")
	if len(state.Deliveries) != 2 || !state.Complete || !state.Everywhere || state.Records != "ratings" || state.Count != 5 || state.Source != "national" {
		t.Fatalf("state %+v", state)
	}
	for i, pair := range []struct {
		r    reply
		want BatchReceipt
	}{{first, want}, {second, again}} {
		if pair.r.status != http.StatusAccepted || pair.r.Batch == nil {
			t.Fatalf("%d %s", pair.r.status, pair.r.text)
		}
		pair.want.At = pair.r.Batch.At
		if d := cmp.Diff(&pair.want, pair.r.Batch); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(pair.want, state.Deliveries[i]); d != "" {
			t.Error(d)
		}
	}
	b := h.stored()
	if len(b.Ratings) != 4 || len(b.Announcements) != 3 || len(b.Refused) != 2 || b.Refused[0].BatchID != "B1" {
		t.Fatalf("stored %d ratings, %d announcements, %d refused", len(b.Ratings), len(b.Announcements), len(b.Refused))
	}
	if b.Ratings[0].BatchID != "B1" || b.Ratings[3].BatchID != "own" {
		t.Errorf("batches of the ratings: %q, %q", b.Ratings[0].BatchID, b.Ratings[3].BatchID)
	}
}

// A record that came before its batch was announced is known when it comes again.
func TestBatchIsNoContent(t *testing.T) {
	h, _ := batchHouse(t)
	lines := linesOf(1)
	h.send("ratings", h.source, lines, ndjson)
	h.announce("B1", lines)
	if r := h.deliver("B1", lines, nil); r.Batch == nil || r.Batch.Duplicate != 1 || !r.Batch.Complete {
		t.Errorf("%d %s", r.status, r.text)
	}
}

func TestDeliveryThatDiffers(t *testing.T) {
	lines := linesOf(2)
	for name, tc := range map[string]struct {
		body          string
		arrived       uint64
		hash, bad     bool
		status, count int
	}{
		"one line less": {body: lines[:strings.Index(lines, "\n")+1], arrived: 1, status: 202},
		"one line more": {body: lines + rating(idA, "") + "\n", arrived: 3, status: 202},
		"other lines":   {body: linesOf(2), arrived: 2, status: 202},
		"other order":   {body: lines[len(lines)/2:] + lines[:len(lines)/2], arrived: 2, status: 202},
		"only refused":  {body: "{}\n[]\n", arrived: 2, status: 422},
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := batchHouse(t)
			h.announce("B1", lines)
			r := h.deliver("B1", tc.body, nil)
			if r.status != tc.status || r.Batch == nil || r.Batch.Complete || r.Batch.HashMatches || r.Batch.Arrived != tc.arrived || r.Batch.Announced != 2 {
				t.Errorf("%d %s", r.status, r.text)
			}
			if s := h.batchState("B1"); s.Complete || len(s.Deliveries) != 1 {
				t.Errorf("state %+v", s)
			}
		})
	}
}

func TestDeliveryIsRefusedUnread(t *testing.T) {
	h, s := batchHouse(t)
	lines := linesOf(1)
	h.announce("B1", lines)
	h.announce("cases", lines, `"ratings"`, `"cases"`)
	send := func(path, key, id, media string) *recorder {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, root+path, unreadable{t})
		if err != nil {
			t.Fatal(err)
		}
		req.Body = struct {
			io.Reader
			io.Closer
		}{drained{}, io.NopCloser(nil)}
		req.Header.Set("Authorization", "Bearer "+key)
		req.Header.Set("Content-Type", media)
		req.Header.Set(batchHeader, id)
		w := newRecorder()
		h.c.Handler().ServeHTTP(w, req)
		return w
	}
	const stream = "application/x-ndjson"
	for _, tc := range []struct {
		path, key, id, media string
		status               int
		code                 string
	}{
		{"ratings", h.source, "B2", stream, 409, "unannounced"},
		{"ratings", h.source, "cases", stream, 409, "announced_otherwise"},
		{"ratings", h.source, "B1", "application/json", 415, "content_type"},
		{"ratings", h.device, "B1", stream, 403, "forbidden"},
	} {
		if w := send(tc.path, tc.key, tc.id, tc.media); w.status != tc.status || !strings.Contains(w.String(), `"code":"`+tc.code+`"`) || !strings.Contains(w.String(), `"kept":false`) {
			t.Errorf("%+v: %d %s", tc, w.status, w)
		}
	}
	s.err = errors.New("away")
	if w := send("ratings", h.source, "B2", stream); w.status != 503 || w.head.Get("Retry-After") == "" {
		t.Errorf("unknown while the warehouse is away: %d %s", w.status, w)
	}
	if r := h.do(http.MethodGet, "batches/B2", h.source, nil, nil); r.status != 503 {
		t.Errorf("state of an unknown one while the warehouse is away: %d %s", r.status, r.text)
	}
	if st := h.batchState("B1"); st.Everywhere || len(st.Deliveries) != 0 {
		t.Errorf("state while the warehouse is away: %+v", st)
	}
	if r := h.deliver("B1", lines, nil); r.status != 202 || !r.Batch.Complete {
		t.Errorf("known while the warehouse is away: %d %s", r.status, r.text)
	}
	s.err = nil
	if r := h.do(http.MethodGet, "batches/B2", h.source, nil, nil); r.status != 404 {
		t.Errorf("state of an unknown one: %d %s", r.status, r.text)
	}
}

// drained is a body of which nothing is stored, whoever reads it.
type drained struct{}

func (drained) Read([]byte) (int, error) { return 0, io.EOF }

// After a restart a batch is found in the spool, after shipping in the warehouse, and
// there what other collectors took too.
func TestBatchesAreFoundAgain(t *testing.T) {
	h, s := batchHouse(t)
	lines := linesOf(2)
	h.announce("B1", lines)
	h.deliver("B1", lines, nil)
	restart := func() {
		h.c.batches = batches{store: s, spool: h.spool}
	}
	restart()
	if st := h.batchState("B1"); len(st.Deliveries) != 1 || !st.Complete {
		t.Errorf("after a restart: %+v", st)
	}
	s.err = errors.New("away")
	restart()
	if r := h.deliver("B1", lines, nil); r.status != 202 || !r.Batch.Complete {
		t.Errorf("after a restart without the warehouse: %d %s", r.status, r.text)
	}
	s.err = nil
	s.ship(h)
	if st := h.batchState("B1"); len(st.Deliveries) != 2 {
		t.Errorf("in memory and in the warehouse: %+v", st)
	}
	restart()
	elsewhere := s.list[1]
	elsewhere.Collector = "c2"
	s.list = append(s.list, elsewhere)
	if st := h.batchState("B1"); len(st.Deliveries) != 3 {
		t.Errorf("with another collector's: %+v", st)
	}
	if r := h.announce("B1", lines); !strings.Contains(r.text, StatusDuplicate) {
		t.Errorf("announced again: %d %s", r.status, r.text)
	}
	restart()
	s.err = errors.New("away")
	if r := h.announce("B1", lines); !strings.Contains(r.text, StatusDuplicate) {
		t.Errorf("announced again without the warehouse: %d %s", r.status, r.text)
	}
	if r := h.announce("B1", lines, `"count":2`, `"count":3`); r.status != 409 {
		t.Errorf("announced otherwise without the warehouse: %d %s", r.status, r.text)
	}
}

// What is remembered is bounded, and what was forgotten is found.
func TestBatchesInMemoryAreBounded(t *testing.T) {
	h, s := batchHouse(t)
	s.err = errors.New("away")
	for i := range maxBatches + 10 {
		if r := h.announce(fmt.Sprint("B", i), "{}\n"); r.status != 202 {
			t.Fatalf("%d %s", r.status, r.text)
		}
	}
	if n := h.c.batches.order.Len(); n != maxBatches || len(h.c.batches.byKey) != n {
		t.Errorf("%d batches are remembered", n)
	}
	if r := h.deliver("B0", "{}\n", nil); r.Batch == nil || !r.Batch.Complete {
		t.Errorf("%d %s", r.status, r.text)
	}
	for range 2 * maxDeliveries {
		h.deliver("B1", "{}\n", nil)
	}
	if st := h.batchState("B1"); len(st.Deliveries) != maxDeliveries || st.AnnouncedAt.IsZero() {
		t.Errorf("%d deliveries are remembered", len(st.Deliveries))
	}
}
