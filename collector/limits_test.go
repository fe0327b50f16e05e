package collector

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"haochaping/collector/spool"
	"haochaping/record"
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// counted is the value of a counter.
func counted(t *testing.T, m prometheus.Metric) float64 {
	t.Helper()
	var out dto.Metric
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.GetCounter().GetValue()
}

func TestRateLimit(t *testing.T) {
	at := &clock{at: noon}
	h := newHouse(t, func(o *Options) { o.DeviceRate, o.Now = 2, at.now })
	for i := range 10 { // a burst of five seconds
		if r := h.send("ratings", h.device, rating(idA, ""), nil); r.status != http.StatusAccepted {
			t.Fatalf("request %d: %d %s", i, r.status, r.text)
		}
	}
	r := h.send("ratings", h.device, "not even looked at", nil)
	if r.status != http.StatusTooManyRequests || r.Code != "rate_limited" || r.Kept || r.header.Get("Retry-After") != "1" {
		t.Errorf("%d %s, Retry-After %q", r.status, r.text, r.header.Get("Retry-After"))
	}
	if r := h.send("ratings", h.source, rating(idB, ""), nil); r.status != http.StatusAccepted {
		t.Errorf("another key from the same address: %d %s", r.status, r.text)
	}
	at.move(-time.Hour) // a clock that jumps gives nothing away
	if r := h.send("ratings", h.device, rating(idA, ""), nil); r.status != http.StatusTooManyRequests {
		t.Errorf("after the clock jumped back: %d %s", r.status, r.text)
	}
	at.move(time.Hour + 500*time.Millisecond)
	if r := h.send("ratings", h.device, rating(idA, ""), nil); r.status != http.StatusAccepted {
		t.Errorf("half a second later: %d %s", r.status, r.text)
	}
	if got := counted(t, h.c.metrics.limited.WithLabelValues("device")); got != 2 {
		t.Errorf("%v requests counted as limited", got)
	}
}

// The map of allowances is bounded by the keys in use.
func TestAllowancesAreSwept(t *testing.T) {
	h := newHouse(t, nil)
	l := &limits{deviceRate: 10, quota: 1, zone: shanghai, keys: h.ring}
	known, _ := h.ring.Lookup(HashKey(h.device))
	now := noon
	l.wait(&known, now)
	l.keep(&known, now)
	for i := range 1000 {
		gone := record.Key{Kind: record.KeyDevice, Hash: [32]byte{byte(i), byte(i >> 8), 1}}
		l.wait(&gone, now)
		l.keep(&gone, now)
	}
	now = now.Add(2 * sweepEvery)
	l.wait(&known, now)
	if len(l.byKey) != 1 || l.byKey[known.Hash].kept != 1 {
		t.Errorf("%d allowances are left", len(l.byKey))
	}
	now = now.Add(24 * time.Hour)
	other := record.Key{Kind: record.KeySource, Hash: HashKey(h.source)}
	l.wait(&other, now)
	if len(l.byKey) != 1 || l.byKey[other.Hash] == nil {
		t.Errorf("a day later %d allowances are left", len(l.byKey))
	}
}

// Past the quota refused records are answered as before, counted, and not kept; the
// log says so once an hour, and the next day begins anew.
func TestRefusedQuota(t *testing.T) {
	at := &clock{at: noon}
	var log bytes.Buffer
	h := newHouse(t, func(o *Options) {
		o.RefusedQuota, o.Now, o.Logger = 3, at.now, slog.New(slog.NewTextHandler(&log, nil))
	})
	bad := func(n int) string {
		return "[" + strings.Repeat(`{"level":"x"},`, n-1) + rating(idA, "") + "," + `{}` + "]"
	}
	for range 2 {
		r := h.send("ratings", h.device, bad(4), nil)
		if r.status != http.StatusAccepted || r.Refused != 4 || r.good() != 1 || len(r.Receipts) != 5 || !r.Receipts[4].Kept || r.Receipts[3].Status == StatusRefused {
			t.Errorf("%d %s", r.status, r.text)
		}
	}
	// A conflict is a refused record too.
	if r := h.send("ratings", h.device, rating(idA, `,"comment":"其他"`), nil); r.status != http.StatusConflict || !r.Kept {
		t.Errorf("%d %s", r.status, r.text)
	}
	if r := h.send("ratings", h.device, `{}`, nil); r.status != http.StatusUnprocessableEntity || !r.Kept {
		t.Errorf("nothing but what is not kept: %d %s", r.status, r.text)
	}
	b := h.stored()
	if len(b.Refused) != 3 || len(b.Ratings) != 1 {
		t.Errorf("kept %d refused, %d ratings", len(b.Refused), len(b.Ratings))
	}
	if got := counted(t, h.c.metrics.unkept); got != 7 {
		t.Errorf("%v counted as not kept", got)
	}
	if got := counted(t, h.c.metrics.refused.WithLabelValues(record.CodeMissing)); got != 9 {
		t.Errorf("%v counted as missing", got)
	}
	if n := strings.Count(log.String(), "past its quota"); n != 1 || !strings.Contains(log.String(), "key=d1") {
		t.Errorf("log says it %d times:\n%s", n, log.String())
	}
	at.move(24 * time.Hour)
	h.send("ratings", h.device, `{}`, nil)
	if b := h.stored(); len(b.Refused) != 4 {
		t.Errorf("the next day: kept %d refused", len(b.Refused))
	}
}

// What could not be stored does not count against the quota.
func TestQuotaOfFailedWrites(t *testing.T) {
	full := true
	h := newHouse(t, func(o *Options) {
		o.RefusedQuota = 1
		o.Spool = fakeSpool{func(e []spool.Entry) ([]spool.Outcome, error) {
			if full {
				return nil, fmt.Errorf("append: %w", spool.ErrFull)
			}
			return []spool.Outcome{spool.Accepted}, nil
		}}
	})
	for range 3 {
		if r := h.send("ratings", h.device, `{}`, nil); r.status != http.StatusServiceUnavailable || r.Kept {
			t.Errorf("%d %s", r.status, r.text)
		}
	}
	full = false
	h.send("ratings", h.device, `{}`, nil)
	if got := counted(t, h.c.metrics.unkept); got != 0 {
		t.Errorf("%v counted as not kept", got)
	}
}

// Input without a valid key is counted: it is never read, and nothing of it is kept.
func TestUnauthenticated(t *testing.T) {
	reg := prometheus.NewRegistry()
	h := newHouse(t, func(o *Options) {
		o.Registry = reg
		o.Spool = fakeSpool{func([]spool.Entry) ([]spool.Outcome, error) {
			t.Error("something was kept")
			return nil, spool.ErrClosed
		}}
	})
	for key, want := range map[string]string{"": "unauthenticated", "hcp_00": "unauthenticated", h.revoked: "revoked"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, root+"ratings", unreadable{t})
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		req.Header.Set("Content-Type", "application/json")
		w := newRecorder()
		h.c.Handler().ServeHTTP(w, req)
		if w.status != 401 && w.status != 403 || !strings.Contains(w.String(), `"code":"`+want+`"`) || !strings.Contains(w.String(), `"kept":false`) {
			t.Errorf("%q: %d %s", want, w.status, w)
		}
	}
	if got := counted(t, h.c.metrics.denied.WithLabelValues("unauthenticated")); got != 2 {
		t.Errorf("%v counted", got)
	}
	if len(h.c.limits.byKey) != 0 {
		t.Error("an unknown key has an allowance")
	}
}

// unreadable is a body that must not be read.
type unreadable struct{ t *testing.T }

func (u unreadable) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, http.ErrBodyNotAllowed
}
