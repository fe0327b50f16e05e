package fileimport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"haochaping/record"
)

// other plays another installation: it takes the requests of a script one after
// another, and answers the rest with receipts.
type other struct {
	mu     sync.Mutex
	script []func(w http.ResponseWriter, records int)
	ids    map[string]int // how often each id was taken
	calls  int
	paths  map[string]int
	keys   map[string]int
}

func (o *other) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	lines := bytes.Split(bytes.TrimSpace(body), []byte("\n"))
	o.calls++
	o.paths[r.URL.Path]++
	o.keys[r.Header.Get("Authorization")]++
	if len(o.script) > 0 {
		next := o.script[0]
		o.script = o.script[1:]
		if next != nil {
			next(w, len(lines))
			return
		}
	}
	duplicates := 0
	for _, line := range lines {
		var in struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(line, &in) == nil {
			if o.ids[in.ID]++; o.ids[in.ID] > 1 {
				duplicates++
			}
		}
	}
	respond(w, http.StatusAccepted, fmt.Sprintf(`{"receipts":[],"accepted":%d,"duplicate":%d}`, len(lines)-duplicates, duplicates))
}

func respond(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprint(w, text)
}

func plain(status int, text string) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) { respond(w, status, text) }
}

func runRemote(t *testing.T, o *other, file string) (Result, string, error) {
	t.Helper()
	o.ids, o.paths, o.keys = map[string]int{}, map[string]int{}, map[string]int{}
	server := httptest.NewServer(o)
	defer server.Close()
	var refused strings.Builder
	result, err := Run(context.Background(), Options{
		Mapping: mapping(t, plainMapping), Zone: zoneOf(t, "Asia/Shanghai"), Refused: &refused,
		Remote: &Remote{URL: server.URL + "/base/", Key: "k", Client: server.Client(), Attempts: 4, Pause: time.Millisecond},
	}, "a.csv", strings.NewReader(file))
	return result, refused.String(), err
}

func manyRows(n int) string {
	var b strings.Builder
	b.WriteString("时间,评价,大厅,意见\n")
	for i := range n {
		fmt.Fprintf(&b, "2026-05-01,5,h%d,\n", i)
	}
	return b.String()
}

func TestRemote(t *testing.T) {
	o := &other{script: []func(http.ResponseWriter, int){
		plain(http.StatusServiceUnavailable, "{}"), plain(http.StatusOK, "<html>sign in</html>"), nil,
		plain(http.StatusTooManyRequests, "{}"),
	}}
	result, refused, err := runRemote(t, o, manyRows(2500)+"yesterday,5,x,\n")
	if err != nil || result.Accepted != 2500 || result.Refused != 1 || len(o.ids) != 2500 || o.calls != 6 {
		t.Errorf("%+v %v, %d ids in %d calls", result, err, len(o.ids), o.calls)
	}
	if result.ByKind[record.KindRating] != 2500 || !strings.Contains(refused, "2502,rating,time,rated_at") {
		t.Errorf("%+v\n%s", result, refused)
	}
	if o.paths["/base/api/v1/ratings"] != o.calls || o.keys["Bearer k"] != o.calls {
		t.Errorf("paths %v, keys %v", o.paths, o.keys)
	}
}

// An answer that does not account for every record is none, even with status 202.
func TestRemoteReceipts(t *testing.T) {
	refusal := `{"receipts":[{"index":1,"status":"refused","problems":[{"field":"level","code":"unmapped","reason":"no"}]}],"accepted":1,"duplicate":1,"refused":1}`
	tests := []struct {
		name     string
		answers  []string
		status   int
		accepted int64
		refused  int64
		calls    int
		failed   bool
	}{
		{"refused by the other", []string{refusal}, 202, 2, 1, 1, false},
		{"too few", []string{`{"receipts":[],"accepted":2}`, `{"receipts":[],"accepted":3}`}, 202, 3, 0, 2, false},
		{"no receipt at all", []string{"{}", "{}", "{}", "{}"}, 202, 0, 0, 4, true},
		{"refused without a place", []string{
			`{"receipts":[],"accepted":2,"refused":1}`, `{"receipts":[],"accepted":2,"refused":1}`,
			`{"receipts":[],"accepted":2,"refused":1}`, `{"receipts":[],"accepted":2,"refused":1}`,
		}, 202, 0, 0, 4, true},
		{"all refused", []string{`{"kept":true,"refused":3,"errors":[{"index":0,"code":"time","reason":"a"},{"index":1,"code":"time","reason":"a"},
			{"index":2,"code":"time","reason":"a"},{"index":2,"code":"level","reason":"b"}]}`}, 422, 0, 3, 1, false},
		{"not kept", []string{`{"kept":false,"refused":3}`}, 422, 0, 0, 1, true},
	}
	for _, test := range tests {
		o := &other{}
		for _, text := range test.answers {
			o.script = append(o.script, plain(test.status, text))
		}
		result, _, err := runRemote(t, o, manyRows(3))
		if (err != nil) != test.failed || result.Accepted != test.accepted || result.Refused != test.refused || o.calls != test.calls {
			t.Errorf("%s: %+v %v after %d calls", test.name, result, err, o.calls)
		}
	}
}

func TestRemoteDenied(t *testing.T) {
	o := &other{script: []func(http.ResponseWriter, int){plain(http.StatusUnauthorized, "{}")}}
	_, _, err := runRemote(t, o, manyRows(3))
	if !errors.Is(err, ErrDenied) || o.calls != 1 || strings.Contains(fmt.Sprint(err), "Bearer") {
		t.Errorf("%v after %d calls", err, o.calls)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	r := &Remote{URL: "http://127.0.0.1:1", Key: "k", Pause: time.Hour}
	if _, err := r.post(ctx, record.KindRating, []byte("{}\n"), 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a cancelled import goes on: %v", err)
	}
}
