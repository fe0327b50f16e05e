package warehouse_test

import (
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/record"
	"haochaping/warehouse"
)

func deviceKey(name string, hash byte, windows ...record.DatedWindow) record.Key {
	return record.Key{
		Name: name, Kind: record.KeyDevice, Sources: []string{record.SourceKiosk}, Device: name, Hall: "H1",
		Windows: windows, Hash: record.KeyHash{hash}, Created: time.Date(2026, 5, 4, 1, 0, 0, 0, time.UTC),
	}
}

func storedKeys(t *testing.T, w *warehouse.Warehouse) []record.Key {
	t.Helper()
	keys, _, err := w.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// A device has a new key while the old one still works, and both know every move.
func TestSeveralKeysOfOneName(t *testing.T) {
	w, _ := open(t)
	day := calendar.MakeDay(2026, 5, 10)
	first, second := deviceKey("K-1", 1, record.DatedWindow{Window: "07"}), deviceKey("K-1", 2, record.DatedWindow{Window: "07"})
	second.Created = first.Created.Add(time.Hour)
	ended := first
	ended.ValidUntil = first.Created.Add(24 * time.Hour)
	state := func() uint64 {
		n, err := w.KeyState(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := state()
	for _, keys := range [][]record.Key{{first}, {second, ended}} {
		if err := w.StoreKeys(t.Context(), keys); err != nil {
			t.Fatal(err)
		}
		if now := state(); now == before {
			t.Error("the state stays")
		} else {
			before = now
		}
	}
	if d := cmp.Diff([]record.Key{ended, second}, storedKeys(t, w)); d != "" {
		t.Error(d)
	}
	if state() != before {
		t.Error("the state changes by itself")
	}

	// A move, of which the last word on a day counts.
	for _, window := range []string{"09", "08"} {
		k := second
		k.Windows = []record.DatedWindow{{From: day, Window: window}}
		if err := w.StoreKeys(t.Context(), []record.Key{k}); err != nil {
			t.Fatal(err)
		}
	}
	second.Windows = append(second.Windows, record.DatedWindow{From: day, Window: "08"})
	if d := cmp.Diff([]record.Key{ended, second}, storedKeys(t, w)); d != "" {
		t.Error(d)
	}
}

// Somebody who read the key before it ended, and writes it back, does not revive it.
func TestEndsAreFinal(t *testing.T) {
	w, _ := open(t)
	key := deviceKey("K-1", 1)
	revoked, shorter := key, key
	revoked.Revoked = key.Created.Add(time.Hour)
	shorter.ValidUntil = key.Created.Add(2 * time.Hour)
	later := key
	later.ValidUntil, later.Revoked = key.Created.Add(72*time.Hour), key.Created.Add(48*time.Hour)
	for _, k := range []record.Key{key, revoked, shorter, key, later} {
		if err := w.StoreKeys(t.Context(), []record.Key{k}); err != nil {
			t.Fatal(err)
		}
	}
	want := revoked
	want.ValidUntil = shorter.ValidUntil
	if d := cmp.Diff([]record.Key{want}, storedKeys(t, w)); d != "" {
		t.Error(d)
	}
}

// The keys of the schema before are carried over, also by a migration that was cut short.
func TestKeysCarriedOver(t *testing.T) {
	w, o := open(t)
	conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{o.Address}, Auth: clickhouse.Auth{Database: o.Database, Username: o.Username, Password: o.Password}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}()
	for range 2 {
		for _, text := range []string{
			`CREATE TABLE access_keys (name String, kind LowCardinality(String), sources Array(String), device String, hall String,
			window String, hash FixedString(32), revoked_at DateTime64(3, 'UTC'), version UInt64)
			ENGINE = ReplacingMergeTree(version) ORDER BY (kind, name)`,
			`INSERT INTO access_keys VALUES
			('K-1', 'device', ['kiosk'], 'K-1', 'H1', '', unhex('0900000000000000000000000000000000000000000000000000000000000000'), 0, 1777850000000000000),
			('K-1', 'device', ['kiosk'], 'K-1', 'H1', '07', unhex('0100000000000000000000000000000000000000000000000000000000000000'), 0, 1777856400000000000),
			('portal', 'source', ['portal', 'app'], '', '', '', unhex('0200000000000000000000000000000000000000000000000000000000000000'), '2026-05-04 02:00:00', 1777856400000000001)`,
			`DELETE FROM goose_db_version WHERE version_id >= 6`,
		} {
			if err := conn.Exec(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		again, err := warehouse.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
	device := deviceKey("K-1", 1, record.DatedWindow{Window: "07"})
	source := record.Key{
		Name: "portal", Kind: record.KeySource, Sources: []string{"portal", "app"}, Hash: record.KeyHash{2},
		Revoked: time.Date(2026, 5, 4, 2, 0, 0, 0, time.UTC),
	}
	if d := cmp.Diff([]record.Key{device, source}, storedKeys(t, w)); d != "" {
		t.Error(d)
	}
}

func TestManyKeys(t *testing.T) {
	w, _ := open(t)
	keys := make([]record.Key, 12_000)
	for i := range keys {
		keys[i] = deviceKey("K", 0, record.DatedWindow{Window: "07"})
		keys[i].Hash = record.KeyHash{byte(i), byte(i >> 8), 1}
	}
	keys[11_999].Device = ""
	if err := w.StoreKeys(t.Context(), keys); err == nil {
		t.Error("an unsound key was stored")
	}
	if got := storedKeys(t, w); len(got) != 0 {
		t.Errorf("%d keys were stored of a delivery with an unsound one", len(got))
	}
	keys[11_999].Device = "K"
	began := time.Now()
	if err := w.StoreKeys(t.Context(), keys); err != nil {
		t.Fatal(err)
	}
	stored := time.Now()
	if got := storedKeys(t, w); len(got) != len(keys) {
		t.Errorf("%d of %d keys", len(got), len(keys))
	}
	read := time.Now()
	if _, err := w.KeyState(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d keys stored in %v, read in %v, asked for changes in %v", len(keys), stored.Sub(began), read.Sub(stored), time.Since(read))
}
