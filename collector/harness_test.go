package collector

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"haochaping/collector/spool"
	"haochaping/directory"
	"haochaping/record"
)

var (
	shanghai = time.FixedZone("CST", 8*3600)
	noon     = time.Date(2026, 5, 4, 12, 0, 0, 0, shanghai)
)

const (
	idA = "01970a3e-5a00-7c3a-9d52-6f1b2c3d4e5f"
	idB = "01970a3e-5a00-7c3a-9d52-6f1b2c3d4e60"
	idC = "01970a3e-5a00-7c3a-9d52-6f1b2c3d4e61"
)

// house is a collector on a real spool with a device, a source and a revoked key.
type house struct {
	t                       testing.TB
	spool                   *spool.Spool
	ring                    *Keyring
	c                       *Collector
	server                  *httptest.Server
	device, source, revoked string
}

func newHouse(t testing.TB, change func(*Options)) *house {
	t.Helper()
	h := &house{t: t}
	dir := t.TempDir()
	var err error
	if h.spool, err = spool.Open(spool.Options{Dir: filepath.Join(dir, "spool"), Fatal: func(err error) { t.Error(err) }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.spool.Close(); err != nil {
			t.Error(err)
		}
	})
	if h.ring, err = NewKeyring(KeyringOptions{Path: filepath.Join(dir, "keys.json"), Zone: shanghai}); err != nil {
		t.Fatal(err)
	}
	keys := []record.Key{
		{Name: "d1", Kind: record.KeyDevice, Sources: []string{record.SourceKiosk}, Device: "DEV-1", Hall: "H1", Windows: []record.DatedWindow{{Window: "07"}}},
		{Name: "s1", Kind: record.KeySource, Sources: []string{"national", record.SourceKiosk, "unmapped"}},
		{Name: "old", Kind: record.KeySource, Sources: []string{"national"}, Revoked: noon.Add(-time.Hour)},
	}
	for i, clear := range []*string{&h.device, &h.source, &h.revoked} {
		*clear, keys[i].Hash = NewKey()
	}
	if err := h.ring.Replace(keys, []record.Source{{Name: "national", CodeMaps: []record.DatedMap{{Map: record.MapGBT39046}}}}); err != nil {
		t.Fatal(err)
	}
	halls := []directory.Hall{{Code: "H1", Name: "示例大厅", Region: "990102"}}
	dir1, problems := directory.New([]directory.Region{{Code: "990102", Name: "示例县"}}, halls,
		[]directory.Window{{Hall: "H1", Code: "07"}}, nil, nil, nil)
	if directory.Fatal(problems) {
		t.Fatal(problems)
	}
	o := Options{
		Door: &record.Door{
			Zone: shanghai, Key: []byte(strings.Repeat("k", 32)), Future: 5 * time.Minute, Past: 10 * 365 * 24 * time.Hour, Codes: h.ring.Codes, Maps: h.ring.Maps,
		},
		Spool: h.spool, Keys: h.ring, Directory: func() *directory.Directory { return dir1 }, Name: "c1", Now: func() time.Time { return noon },
	}
	if change != nil {
		change(&o)
	}
	if h.c, err = New(o); err != nil {
		t.Fatal(err)
	}
	h.server = httptest.NewServer(h.c.Handler())
	t.Cleanup(h.server.Close)
	return h
}

// reply holds the fields of both forms of answer.
type reply struct {
	status int
	header http.Header
	text   string
	Receipt
	Code     string
	Kept     bool
	Errors   []FieldError
	Incident string
}

// detail is what a problem says.
func (r *reply) detail() string {
	var p struct{ Detail string }
	if json.Unmarshal([]byte(r.text), &p) != nil {
		return ""
	}
	return p.Detail
}

type header map[string]string

func (h *house) send(path, key, body string, more header) reply {
	h.t.Helper()
	return h.do(http.MethodPost, path, key, strings.NewReader(body), more)
}

func (h *house) do(method, path, key string, body io.Reader, more header) reply {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+root+path, body)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	for name, value := range more {
		req.Header.Set(name, value)
	}
	res, err := h.server.Client().Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		h.t.Fatal(err)
	}
	r := reply{status: res.StatusCode, header: res.Header, text: string(b)}
	if method != http.MethodHead {
		if err := json.Unmarshal(b, &r); err != nil {
			h.t.Fatalf("answer %d is no JSON: %v\n%s", res.StatusCode, err, b)
		}
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		h.t.Errorf("Cache-Control %q", got)
	}
	wantMedia := "application/json; charset=utf-8"
	if res.StatusCode >= 400 {
		wantMedia = "application/problem+json; charset=utf-8"
	}
	if got := res.Header.Get("Content-Type"); got != wantMedia {
		h.t.Errorf("status %d with Content-Type %q", res.StatusCode, got)
	}
	return r
}

// stored decodes everything that the spool holds.
func (h *house) stored() *record.Batch {
	h.t.Helper()
	records, err := h.spool.Read(0, 1<<30, 1<<30)
	if err != nil {
		h.t.Fatal(err)
	}
	var b record.Batch
	for _, r := range records {
		if err := b.Decode(record.Kind(r.Kind), r.Payload); err != nil {
			h.t.Fatal(err)
		}
	}
	return &b
}

func rating(id, more string) string {
	return `{"id":"` + id + `","level":5,"rated_at":"2026-05-04T11:59:00+08:00"` + more + `}`
}

func packed(t *testing.T, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(text)
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var ndjson = header{"Content-Type": "application/x-ndjson"}

// store is a warehouse that fails as told and remembers tokens like a real one.
type store struct {
	mu     sync.Mutex
	fail   func(call int, b *record.Batch) (stored bool, err error)
	calls  int
	tokens map[string]bool
	got    record.Batch

	replayed map[uuid.UUID]bool
}

func (s *store) MarkReplayed(_ context.Context, ids []uuid.UUID, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if s.replayed == nil {
			s.replayed = map[uuid.UUID]bool{}
		}
		s.replayed[id] = true
	}
	return nil
}

func (s *store) Insert(_ context.Context, b *record.Batch, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	take, err := true, error(nil)
	if s.fail != nil {
		take, err = s.fail(s.calls, b)
	}
	if take && !s.tokens[token] {
		if s.tokens == nil {
			s.tokens = map[string]bool{}
		}
		s.tokens[token] = true
		s.got.Ratings = append(s.got.Ratings, b.Ratings...)
		s.got.Refused = append(s.got.Refused, b.Refused...)
	}
	return err
}

func (s *store) counts() (ratings map[string]int, refused int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ratings = map[string]int{}
	for _, r := range s.got.Ratings {
		ratings[r.ID.String()]++
	}
	return ratings, len(s.got.Refused)
}

type permanent struct{ error }

func (permanent) Permanent() bool { return true }
