package collector

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"

	"haochaping/engine/enginetest"
	"haochaping/warehouse"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

var databases atomic.Int32

// openWarehouse returns a warehouse in a database of its own.
func openWarehouse(t testing.TB, log *slog.Logger) (*warehouse.Warehouse, warehouse.Options) {
	t.Helper()
	e := enginetest.Start(t)
	o := warehouse.Options{
		Address: e.Address(), Database: fmt.Sprintf("collector_%d", databases.Add(1)), Loopback: true,
		Username: e.User(), Password: e.Password(), Zone: shanghai, Logger: log,
	}
	conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{o.Address}, Auth: clickhouse.Auth{Username: o.Username, Password: o.Password}})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Exec(t.Context(), "CREATE DATABASE "+o.Database+" ENGINE = Atomic"); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := warehouse.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w, o
}

// queryTimes adds up how long each statement took.
type queryTimes struct {
	slog.Handler
	mu   sync.Mutex
	took map[string]time.Duration
}

func (q *queryTimes) Enabled(context.Context, slog.Level) bool { return true }

func (q *queryTimes) Handle(_ context.Context, r slog.Record) error {
	name := ""
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "name":
			name = a.Value.String()
		case "took":
			q.mu.Lock()
			q.took[name] += a.Value.Duration()
			q.mu.Unlock()
		}
		return true
	})
	return nil
}

// BenchmarkShip empties a spool of typical ratings into a real engine. It reports, beside
// the speed, how much of the time each statement took.
func BenchmarkShip(b *testing.B) {
	h := newHouse(b, nil)
	const records = 100_000
	var lines strings.Builder
	for i := range records {
		id, err := uuid.NewV7()
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintln(&lines, rating(id.String(), fmt.Sprintf(`,"channel":"tablet","item":"GA-0007","case_id":"2026-%06d","stage":"1","device_seq":%d`, i, i+1)))
	}
	if r := h.send("ratings", h.device, lines.String(), ndjson); r.good() != records {
		b.Fatalf("%d %s", r.status, r.text)
	}
	times := &queryTimes{Handler: slog.DiscardHandler, took: map[string]time.Duration{}}
	w, _ := openWarehouse(b, slog.New(times))
	clear(times.took)
	s, err := NewShipper(ShipperOptions{Queue: h.spool, Warehouse: w, Quarantine: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error)
	began := time.Now()
	go func() { done <- s.Run(ctx) }()
	for {
		st, err := h.spool.Stats()
		if err != nil {
			b.Fatal(err)
		}
		if st.Depth == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	took := time.Since(began)
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(records/took.Seconds(), "records/s")
	for name, t := range times.took {
		b.ReportMetric(100*t.Seconds()/took.Seconds(), strings.ReplaceAll(name, " ", "-")+"-%")
	}
}
