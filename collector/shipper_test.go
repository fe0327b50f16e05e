package collector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"haochaping/collector/spool"
	"haochaping/record"
)

// fill puts n ratings into the spool and returns their ids.
func fill(t *testing.T, h *house, n int) []string {
	t.Helper()
	ids := make([]string, n)
	var lines strings.Builder
	for i := range ids {
		ids[i] = uuid.NewString()
		fmt.Fprintln(&lines, rating(ids[i], fmt.Sprintf(`,"device_seq":%d`, i+1)))
	}
	if r := h.send("ratings", h.device, lines.String(), ndjson); r.good() != n {
		t.Fatalf("%d %s", r.status, r.text)
	}
	return ids
}

// ship runs a shipper until the spool is empty.
func ship(t *testing.T, h *house, w Warehouse, change func(*ShipperOptions)) (*Shipper, string) {
	t.Helper()
	o := ShipperOptions{
		Queue: h.spool, Warehouse: w, Quarantine: filepath.Join(t.TempDir(), "quarantine"),
		Batch: 64, Interval: time.Millisecond, Backoff: 2 * time.Millisecond,
	}
	if change != nil {
		change(&o)
	}
	s, err := NewShipper(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	for {
		st, err := s.Stats()
		if err != nil {
			t.Fatal(err)
		}
		if st.Pending == 0 {
			break
		}
		if !sleep(ctx, time.Millisecond) {
			t.Error("the spool does not get empty")
			break
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return s, o.Quarantine
}

// once fails unless the warehouse has each of the ids once and nothing else.
func once(t *testing.T, w *store, ids []string) {
	t.Helper()
	got, _ := w.counts()
	for _, id := range ids {
		if got[id] != 1 {
			t.Errorf("rating %s is there %d times", id, got[id])
		}
	}
	if len(got) != len(ids) {
		t.Errorf("%d different ratings, want %d", len(got), len(ids))
	}
}

// The warehouse fails, with and without having stored: each record arrives once.
func TestShipExactlyOnce(t *testing.T) {
	away := errors.New("connection refused")
	for name, fail := range map[string]func(call int, b *record.Batch) (bool, error){
		"sound":                nil,
		"failed, not stored":   func(call int, _ *record.Batch) (bool, error) { return call%3 == 0, orNil(call%3 != 0, away) },
		"failed, yet stored":   func(call int, _ *record.Batch) (bool, error) { return true, orNil(call%3 != 0, away) },
		"away for a long time": func(call int, _ *record.Batch) (bool, error) { return call > 20, orNil(call <= 20, away) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, nil)
			ids := fill(t, h, 300)
			w := &store{fail: fail}
			s, _ := ship(t, h, w, nil)
			once(t, w, ids)
			if st, err := s.Stats(); err != nil || st.Away || st.Shipped != 300 || st.Lag != 0 || st.Quarantined != 0 {
				t.Errorf("stats %+v, %v", st, err)
			}
		})
	}
}

func orNil(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}

// Records that the warehouse refuses for good are put aside whole, the others go on.
func TestShipIsolatesBadRecords(t *testing.T) {
	h := newHouse(t, nil)
	ids := fill(t, h, 300)
	bad := map[string]bool{ids[0]: true, ids[130]: true, ids[131]: true, ids[299]: true}
	w := &store{fail: func(_ int, b *record.Batch) (bool, error) {
		for i := range b.Ratings {
			if bad[b.Ratings[i].ID.String()] {
				return false, fmt.Errorf("insert: %w", permanent{errors.New("value out of range")})
			}
		}
		return true, nil
	}}
	s, dir := ship(t, h, w, nil)
	var good []string
	for _, id := range ids {
		if !bad[id] {
			good = append(good, id)
		}
	}
	once(t, w, good)
	if _, refused := w.counts(); refused != len(bad) {
		t.Errorf("%d traces, want %d", refused, len(bad))
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != len(bad) {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		var q Quarantined
		if err = errors.Join(err, json.Unmarshal(b, &q)); err != nil {
			t.Fatal(err)
		}
		var batch record.Batch
		if err := batch.Decode(record.KindRating, q.Payload); err != nil || !bad[q.ID] || batch.Ratings[0].ID.String() != q.ID {
			t.Errorf("put aside %s, %v", q.ID, err)
		}
	}
	if st, err := s.Stats(); err != nil || st.Quarantined != 4 {
		t.Errorf("stats %+v, %v", st, err)
	}
}

// A record that cannot be decoded is put aside too.
func TestShipUnreadablePayload(t *testing.T) {
	h := newHouse(t, nil)
	ids := fill(t, h, 10)
	if _, err := h.spool.Append(t.Context(), []spool.Entry{
		{ID: "x", Kind: byte(record.KindRating), Payload: []byte("\x01{")}, {ID: "y", Kind: 200, Payload: []byte("\x01{}")},
	}); err != nil {
		t.Fatal(err)
	}
	ids = append(ids, fill(t, h, 10)...)
	w := &store{}
	_, dir := ship(t, h, w, nil)
	once(t, w, ids)
	if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// When everything is refused the mistake is not in the records: shipping stops
// putting records aside, and goes on by itself when the warehouse is mended.
func TestShipSystematicRefusal(t *testing.T) {
	h := newHouse(t, nil)
	ids := fill(t, h, 400)
	var mended atomic.Bool
	w := &store{fail: func(call int, b *record.Batch) (bool, error) {
		if call > 1500 {
			mended.Store(true)
		}
		if len(b.Ratings) > 0 && !mended.Load() {
			return false, permanent{errors.New("no such column")}
		}
		return true, nil
	}}
	s, _ := ship(t, h, w, func(o *ShipperOptions) { o.Backoff = 10 * time.Microsecond })
	got, _ := w.counts()
	if len(got) != len(ids)-maxRejects {
		t.Errorf("%d ratings arrived, want %d", len(got), len(ids)-maxRejects)
	}
	if st, err := s.Stats(); err != nil || st.Quarantined != maxRejects {
		t.Errorf("stats %+v, %v", st, err)
	}
}

// Stopping lets the insert under way finish, and cuts off one that hangs.
func TestShipStops(t *testing.T) {
	for name, hang := range map[string]bool{"finishes": false, "hangs": true} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, nil)
			fill(t, h, 5)
			entered := make(chan struct{})
			w := insertFunc(func(ctx context.Context, _ *record.Batch, _ string) error {
				close(entered)
				if hang {
					<-ctx.Done()
					return ctx.Err()
				}
				sleep(context.Background(), 50*time.Millisecond)
				return ctx.Err()
			})
			s, err := NewShipper(ShipperOptions{Queue: h.spool, Warehouse: w, Quarantine: t.TempDir(), Interval: time.Millisecond, Grace: 200 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- s.Run(ctx) }()
			<-entered
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
			want := uint64(5)
			if hang {
				want = 0
			}
			if st, err := s.Stats(); err != nil || st.Shipped != want {
				t.Errorf("shipped up to %d, want %d (%v)", st.Shipped, want, err)
			}
		})
	}
}

type insertFunc func(context.Context, *record.Batch, string) error

func (f insertFunc) Insert(ctx context.Context, b *record.Batch, token string) error {
	return f(ctx, b, token)
}

func (f insertFunc) MarkReplayed(context.Context, []uuid.UUID, time.Time) error { return nil }

// The same range has the same token at every attempt, and two spools never share one.
func TestShipTokens(t *testing.T) {
	seen := map[string][]string{}
	for _, name := range []string{"a", "b"} {
		h := newHouse(t, nil)
		fill(t, h, 100)
		calls := 0
		ship(t, h, insertFunc(func(_ context.Context, b *record.Batch, token string) error {
			what := fmt.Sprint(name, b.Ratings[0].DeviceSeq, "-", b.Ratings[len(b.Ratings)-1].DeviceSeq)
			seen[token] = append(seen[token], what)
			calls++
			return orNil(calls%2 == 1, errors.New("away"))
		}), nil)
	}
	if len(seen) != 4 {
		t.Errorf("%d tokens, want 4", len(seen))
	}
	for token, batches := range seen {
		if len(batches) != 2 || batches[0] != batches[1] {
			t.Errorf("token %s stands for %v", token, batches)
		}
	}
}

// noting is a store that notes the tokens.
type noting struct {
	*store
	tokens *[]string
}

func (n noting) Insert(ctx context.Context, b *record.Batch, token string) error {
	*n.tokens = append(*n.tokens, token)
	return n.store.Insert(ctx, b, token)
}

// A quarantined record goes to the warehouse when that takes it, under the token with
// which it was first sent alone, and leaves the quarantine only then.
func TestRetryQuarantined(t *testing.T) {
	h := newHouse(t, nil)
	ids := fill(t, h, 40)
	refuse := func(_ int, b *record.Batch) (bool, error) {
		for i := range b.Ratings {
			if id := b.Ratings[i].ID.String(); id == ids[3] || id == ids[30] {
				return false, permanent{errors.New("value out of range")}
			}
		}
		return true, nil
	}
	w := &store{fail: refuse}
	_, dir := ship(t, h, w, nil)
	list, err := QuarantinedIn(dir)
	if err != nil || len(list) != 2 || list[0].ID != ids[3] || list[0].Reason == "" {
		t.Fatalf("list %+v, %v", list, err)
	}
	if r, err := list[0].Record(); err != nil || r.(*record.Rating).ID.String() != ids[3] {
		t.Errorf("record %+v, %v", r, err)
	}
	done, err := RetryQuarantined(t.Context(), dir, nil, w)
	if err != nil || len(done) != 2 || done[0].Reason == "" {
		t.Errorf("refused again: %+v, %v", done, err)
	}
	away := insertFunc(func(context.Context, *record.Batch, string) error { return errors.New("away") })
	if _, err := RetryQuarantined(t.Context(), dir, nil, away); err == nil {
		t.Error("a warehouse that is away is no error")
	}
	if _, err := RetryQuarantined(t.Context(), dir, []string{"nobody"}, w); err == nil {
		t.Error("an unknown name is no error")
	}
	w.fail = nil
	var tokens []string
	taking := noting{w, &tokens}
	done, err = RetryQuarantined(t.Context(), dir, []string{list[1].Name()}, taking)
	if err != nil || len(done) != 1 || done[0].Reason != "" || done[0].ID != ids[30] {
		t.Errorf("one by name: %+v, %v", done, err)
	}
	if done, err = RetryQuarantined(t.Context(), dir, nil, taking); err != nil || len(done) != 1 {
		t.Errorf("the rest: %+v, %v", done, err)
	}
	once(t, w, ids)
	for i := range w.got.Refused {
		if !w.replayed[w.got.Refused[i].ID] {
			t.Errorf("the desk does not say of %s that it was taken after all", w.got.Refused[i].ID)
		}
	}
	if len(w.replayed) != 2 {
		t.Errorf("%d entries of the desk marked, want 2", len(w.replayed))
	}
	if want := fmt.Sprintf("%s-%d-%d", list[1].Spool, list[1].Seq, list[1].Seq); tokens[0] != want {
		t.Errorf("token %s, want %s", tokens[0], want)
	}
	if list, err := QuarantinedIn(dir); err != nil || len(list) != 0 {
		t.Errorf("left %+v, %v", list, err)
	}
}
