package collector

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/collector/spool"
	"haochaping/record"
)

func TestAccepted(t *testing.T) {
	h := newHouse(t, nil)
	r := h.send("ratings", h.device, rating(idA, ""), nil)
	if r.status != http.StatusAccepted || r.Accepted != 1 || len(r.Receipts) != 1 || !cmp.Equal(r.Receipts[0], ReceiptItem{ID: idA, Status: StatusAccepted, Kept: true}) {
		t.Fatalf("%d %s", r.status, r.text)
	}
	b := h.stored()
	if len(b.Ratings) != 1 || b.Len() != 1 {
		t.Fatalf("stored %d records", b.Len())
	}
	got := b.Ratings[0]
	if got.Source != "kiosk" || got.DeviceID != "DEV-1" || got.Hall != "H1" || got.Window != "07" || got.Sender != "d1" || got.Collector != "c1" || got.Level != 5 {
		t.Errorf("stored %+v", got)
	}
}

func TestRepeats(t *testing.T) {
	h := newHouse(t, nil)
	h.send("ratings", h.device, rating(idA, ""), nil)
	if r := h.send("ratings", h.device, rating(idA, ""), nil); r.status != http.StatusAccepted || r.Duplicate != 1 {
		t.Errorf("repeat: %d %s", r.status, r.text)
	}
	// The device moved meanwhile: a repeat stays a repeat.
	key, _ := h.ring.Lookup(HashKey(h.device))
	key.Windows = []record.DatedWindow{{Window: "08"}}
	if err := h.ring.Replace([]record.Key{key}, nil); err != nil {
		t.Fatal(err)
	}
	if r := h.send("ratings", h.device, rating(idA, ""), nil); r.status != http.StatusAccepted || r.Duplicate != 1 {
		t.Errorf("repeat after a move: %d %s", r.status, r.text)
	}
	for range 2 { // the second time its trace is known already
		r := h.send("ratings", h.device, rating(idA, `,"comment":"其他 13800138000"`), nil)
		if r.status != http.StatusConflict || !r.Kept || r.Conflicts != 1 || r.Errors[0].Field != "id" || r.Errors[0].Code != record.CodeConflict {
			t.Errorf("conflict: %d %s", r.status, r.text)
		}
	}
	if b := h.stored(); len(b.Ratings) != 1 || len(b.Refused) != 1 || b.Refused[0].Problems[0].Code != record.CodeConflict {
		t.Errorf("stored %+v", b)
	}
}

func TestMixedArray(t *testing.T) {
	h := newHouse(t, nil)
	body := "[" + strings.Join([]string{
		rating(idA, `,"hall":"H1"`), rating(idA, `,"hall":"H1"`), rating(idA, ""), rating(idB, `,"hall":"H9"`), `{"id":"` + idC + `","level":9}`, `7`,
	}, ",") + "]"
	r := h.send("ratings", h.source, body, nil)
	var got []string
	for _, it := range r.Receipts {
		got = append(got, fmt.Sprintf("%d %s %t", it.Index, it.Status, it.Kept))
	}
	want := []string{"0 accepted true", "1 duplicate true", "2 conflict true", "3 unattributed true", "4 refused true", "5 refused true"}
	if d := cmp.Diff(want, got); d != "" || r.status != http.StatusAccepted {
		t.Errorf("%d %s\n%s", r.status, d, r.text)
	}
	if r.Counts != (Counts{1, 1, 1, 2, 1}) {
		t.Errorf("counts %+v", r.Counts)
	}
	if b := h.stored(); len(b.Ratings) != 2 || len(b.Refused) != 3 || b.Ratings[0].Level != 1 {
		t.Errorf("stored %d ratings, %d refused", len(b.Ratings), len(b.Refused))
	}
}

func TestEveryKind(t *testing.T) {
	h := newHouse(t, nil)
	for path, body := range map[string]string{
		"cases":      `{"case_id":"C1","version":1,"accepted_at":"2026-05-04T09:00:00+08:00"}`,
		"prompts":    `{"id":"` + idA + `","served_at":"2026-05-04T09:00:00+08:00"}`,
		"follow-ups": `{"id":"` + idA + `","rating_id":"` + idB + `","step":"contacted","at":"2026-05-04T09:00:00+08:00"}`,
		"tallies":    `{"from":"2026-04-01","to":"2026-04-30","level":1,"count":7}`,
	} {
		if r := h.send(path, h.source, body, nil); r.status != http.StatusAccepted || r.good() != 1 {
			t.Errorf("%s: %d %s", path, r.status, r.text)
		}
		if r := h.send(path, h.source, body, nil); r.status != http.StatusAccepted || r.Duplicate != 1 {
			t.Errorf("%s again: %d %s", path, r.status, r.text)
		}
	}
	if r := h.send("cases", h.source, `{"case_id":"C1","version":1,"accepted_at":"2026-05-04T10:00:00+08:00"}`, nil); r.status != http.StatusConflict || r.Errors[0].Field != "version" {
		t.Errorf("a version with another time: %d %s", r.status, r.text)
	}
	if b := h.stored(); len(b.Cases) != 1 || len(b.Prompts) != 1 || len(b.FollowUps) != 1 || len(b.Tallies) != 1 || b.Tallies[0].Level != 5 {
		t.Errorf("stored %+v", b)
	}
}

func TestMethods(t *testing.T) {
	h := newHouse(t, nil)
	if r := h.do(http.MethodGet, "ratings", h.device, nil, nil); r.status != 405 || r.header.Get("Allow") != "POST" {
		t.Errorf("GET: %d, Allow %q", r.status, r.header.Get("Allow"))
	}
	if r := h.send("openapi.json", "", "", nil); r.status != 405 {
		t.Errorf("POST openapi.json: %d", r.status)
	}
	if r := h.send("ratings", "", "{}", nil); r.header.Get("WWW-Authenticate") == "" {
		t.Error("401 without WWW-Authenticate")
	}
}

func TestDeviceNow(t *testing.T) {
	h := newHouse(t, nil)
	slow := header{"Device-Now": noon.Add(-2 * time.Hour).Format(time.RFC3339)}
	body := strings.Replace(rating(idA, ""), "11:59", "09:59", 1)
	if r := h.send("ratings", h.device, body, slow); r.status != http.StatusAccepted {
		t.Fatalf("%d %s", r.status, r.text)
	}
	for _, wild := range []string{"1970-01-01T00:00:00Z", "yesterday", ""} {
		if got := skew(wild, noon); got != 0 {
			t.Errorf("Device-Now %q gives a skew of %s", wild, got)
		}
	}
	if got := h.stored().Ratings[0]; !got.RatedAt.Equal(noon.Add(-time.Minute)) || got.RatedAtRaw.Equal(got.RatedAt) {
		t.Errorf("rated_at %s, raw %s", got.RatedAt, got.RatedAtRaw)
	}
}

func TestStream(t *testing.T) {
	for _, zip := range []bool{false, true} {
		h := newHouse(t, nil)
		var lines strings.Builder
		for i := range 2500 {
			fmt.Fprintln(&lines, rating(uuid.NewString(), `,"hall":"H1"`))
			if i%1000 == 7 {
				fmt.Fprintln(&lines, "\n{")
			}
		}
		fmt.Fprint(&lines, rating(idA, "")) // no line end, no hall
		text, more := lines.String(), header{"Content-Type": "application/x-ndjson"}
		if zip {
			text, more["Content-Encoding"] = packed(t, []byte(text)), "gzip"
		}
		r := h.send("ratings", h.source, text, more)
		if r.status != http.StatusAccepted || r.Counts != (Counts{Accepted: 2500, Unattributed: 1, Refused: 3}) {
			t.Fatalf("%d %+v %.300s", r.status, r.Counts, r.text)
		}
		if len(r.Receipts) != 3 || r.Receipts[0].Index != 8 || r.Receipts[0].Problems[0].Code != record.CodeMalformed {
			t.Errorf("listed %+v", r.Receipts)
		}
		if b := h.stored(); len(b.Ratings) != 2501 || len(b.Refused) != 3 {
			t.Errorf("stored %d ratings, %d refused", len(b.Ratings), len(b.Refused))
		}
	}
}

// When the sender breaks off, whole lines stay and the half one is not taken;
// sent again, nothing is double.
func TestStreamBreaksOff(t *testing.T) {
	h := newHouse(t, nil)
	whole := rating(idA, "") + "\n" + rating(idB, "") + "\n"
	req := func(body io.Reader) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, root+"ratings", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+h.device)
		r.Header.Set("Content-Type", "application/x-ndjson")
		return r
	}
	w := newRecorder()
	h.c.Handler().ServeHTTP(w, req(io.MultiReader(strings.NewReader(whole+`{"id":"`), broken{})))
	if w.status != http.StatusBadRequest || !strings.Contains(w.String(), `"kept":false`) {
		t.Errorf("%d %s", w.status, w)
	}
	if b := h.stored(); len(b.Ratings) != 2 || b.Len() != 2 {
		t.Errorf("stored %d ratings of %d", len(b.Ratings), b.Len())
	}
	if r := h.send("ratings", h.device, whole+rating(idC, ""), ndjson); r.status != http.StatusAccepted || r.Duplicate != 2 || r.Accepted != 1 {
		t.Errorf("again: %d %s", r.status, r.text)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

type recorder struct {
	bytes.Buffer
	status int
	head   http.Header
}

func newRecorder() *recorder               { return &recorder{head: http.Header{}} }
func (r *recorder) Header() http.Header    { return r.head }
func (r *recorder) WriteHeader(status int) { r.status = status }

// A body that stops arriving is answered 408, whatever the server's own limits.
func TestSlowBody(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.RequestTimeout = 200 * time.Millisecond })
	in, out := io.Pipe()
	defer func() { _ = out.Close() }()
	go func() { _, _ = io.WriteString(out, `{"id":`) }()
	if r := h.do(http.MethodPost, "ratings", h.device, in, nil); r.status != http.StatusRequestTimeout || r.Kept || r.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", r.status, r.text)
	}
	if b := h.stored(); b.Len() != 0 {
		t.Errorf("stored %d records", b.Len())
	}
}

// fakeSpool answers what a test wants.
type fakeSpool struct {
	append func([]spool.Entry) ([]spool.Outcome, error)
}

func (f fakeSpool) Append(_ context.Context, e []spool.Entry) ([]spool.Outcome, error) {
	return f.append(e)
}
func (fakeSpool) Stats() (spool.Stats, error) { return spool.Stats{}, nil }

func TestSpoolFull(t *testing.T) {
	now := noon
	h := newHouse(t, func(o *Options) {
		o.Now = func() time.Time { return now }
		o.Spool = fakeSpool{func([]spool.Entry) ([]spool.Outcome, error) { return nil, fmt.Errorf("append: %w", spool.ErrFull) }}
	})
	if err := h.c.Ready(); err != nil {
		t.Error(err)
	}
	if r := h.send("ratings", h.device, rating(idA, ""), nil); r.status != 503 || r.Code != "full" || r.Kept || r.header.Get("Retry-After") != "30" {
		t.Errorf("%d %s", r.status, r.text)
	}
	if err := h.c.Ready(); !errors.Is(err, spool.ErrFull) {
		t.Errorf("ready: %v", err)
	}
	now = now.Add(time.Minute)
	if err := h.c.Ready(); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestPanic(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Spool = fakeSpool{func([]spool.Entry) ([]spool.Outcome, error) { panic("13912345678") }}
	})
	r := h.send("ratings", h.device, rating(idA, ""), nil)
	if r.status != 500 || len(r.Incident) != 16 || r.Kept || strings.Contains(r.text, "13912345678") {
		t.Errorf("%d %s", r.status, r.text)
	}
}

func TestBusy(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	h := newHouse(t, func(o *Options) {
		o.MaxInFlight = 1
		o.Spool = fakeSpool{func(e []spool.Entry) ([]spool.Outcome, error) {
			close(entered)
			<-leave
			return []spool.Outcome{spool.Accepted}, nil
		}}
	})
	done := make(chan reply)
	go func() { done <- h.send("ratings", h.device, rating(idA, ""), nil) }()
	<-entered
	if r := h.send("ratings", h.device, rating(idB, ""), nil); r.status != 429 || r.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", r.status, r.text)
	}
	close(leave)
	if r := <-done; r.status != http.StatusAccepted {
		t.Errorf("%d %s", r.status, r.text)
	}
}
