package collector

import (
	"log/slog"
	"slices"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// A real engine refuses two rows of three hundred for good: halving finds them, they are
// put aside, the others are stored, and when the cause is mended they follow.
func TestEngineRefusesRows(t *testing.T) {
	h := newHouse(t, nil)
	ids := fill(t, h, 300)
	w, o := openWarehouse(t, slog.New(slog.DiscardHandler))
	conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{o.Address}, Auth: clickhouse.Auth{Database: o.Database, Username: o.Username, Password: o.Password}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := conn.Exec(t.Context(), "ALTER TABLE ratings ADD CONSTRAINT refused CHECK device_seq NOT IN (8, 201)"); err != nil {
		t.Fatal(err)
	}
	stored := func() (n uint64) {
		if err := conn.QueryRow(t.Context(), "SELECT uniqExact(id) FROM ratings").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	s, dir := ship(t, h, w, func(o *ShipperOptions) { o.Batch = 128 })
	if st, err := s.Stats(); err != nil || st.Quarantined != 2 || st.Pending != 0 || stored() != 298 {
		t.Errorf("stats %+v, %v; %d stored", st, err, stored())
	}
	list, err := QuarantinedIn(dir)
	if err != nil || len(list) != 2 || !slices.Equal([]string{list[0].ID, list[1].ID}, []string{ids[7], ids[200]}) {
		t.Fatalf("put aside %d, %v", len(list), err)
	}
	if done, err := RetryQuarantined(t.Context(), dir, nil, w); err != nil || len(done) != 2 || done[0].Reason == "" {
		t.Errorf("retried too early: %+v, %v", done, err)
	}
	if err := conn.Exec(t.Context(), "ALTER TABLE ratings DROP CONSTRAINT refused"); err != nil {
		t.Fatal(err)
	}
	if done, err := RetryQuarantined(t.Context(), dir, nil, w); err != nil || len(done) != 2 || done[0].Reason != "" || done[1].Reason != "" {
		t.Errorf("retried: %+v, %v", done, err)
	}
	if n := stored(); n != 300 {
		t.Errorf("%d stored, want 300", n)
	}
}
