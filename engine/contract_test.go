package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/go-cmp/cmp"

	"haochaping/engine"
	"haochaping/engine/enginetest"
)

// connect opens a connection to e with the given password and database.
func connect(tb testing.TB, address, password, database string) driver.Conn {
	tb.Helper()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr:        []string{address},
		Auth:        clickhouse.Auth{Database: database, Username: "haochaping", Password: password},
		DialTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := conn.Close(); err != nil {
			tb.Log(err)
		}
	})
	return conn
}

func connectTo(tb testing.TB, e *engine.Engine) driver.Conn {
	tb.Helper()
	return connect(tb, e.Address(), e.Password(), e.Database())
}

func run(tb testing.TB, conn driver.Conn, statements ...string) {
	tb.Helper()
	for _, s := range statements {
		if err := conn.Exec(tb.Context(), s); err != nil {
			tb.Fatalf("%s: %v", s, err)
		}
	}
}

// text is the single value that query gives, as text.
func text(tb testing.TB, conn driver.Conn, query string) string {
	tb.Helper()
	var s string
	if err := conn.QueryRow(tb.Context(), "SELECT toString(x) FROM ("+query+")").Scan(&s); err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
	return s
}

// TestQueries holds what the product's SQL builds on.
func TestQueries(t *testing.T) {
	conn := connectTo(t, enginetest.Start(t))
	for i, test := range []struct {
		name       string
		statements []string // %T is a table name of the test's own
		query      string   // gives one column x
		want       string
	}{
		{name: "version", query: "SELECT version() LIKE '26.7.%' AS x", want: "1"},
		{name: "time zone", query: "SELECT timezone() AS x", want: "UTC"},
		{name: "atomic database", query: "SELECT engine AS x FROM system.databases WHERE name = 'haochaping'", want: "Atomic"},
		{name: "no system log tables", query: "SELECT count() AS x FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'", want: "0"},
		{name: "only our users", query: "SELECT arraySort(groupArray(name)) AS x FROM system.users", want: "['default','haochaping']"},
		{name: "memory limit", query: "SELECT value AS x FROM system.server_settings WHERE name = 'max_server_memory_usage'", want: "2147483648"},
		{
			name: "equal keys collapse under FINAL, also partition by partition",
			statements: []string{
				"CREATE TABLE %T (day Date, id UInt64, version UInt64, level UInt8) ENGINE = ReplacingMergeTree(version) PARTITION BY toYYYYMM(day) ORDER BY (day, id)",
				"INSERT INTO %T VALUES ('2026-01-05', 1, 1, 5), ('2026-02-05', 2, 1, 5)",
				"INSERT INTO %T VALUES ('2026-01-05', 1, 2, 1)",
				"INSERT INTO %T VALUES ('2026-01-05', 1, 1, 5)",
			},
			query: "SELECT (SELECT groupArray((id, level)) FROM (SELECT * FROM %T FINAL ORDER BY id)) = (SELECT groupArray((id, level)) FROM (SELECT * FROM %T FINAL ORDER BY id SETTINGS do_not_merge_across_partitions_select_final = 1)) AND (SELECT sum(level) FROM %T FINAL) = 6 AS x",
			want:  "1",
		},
		{
			name: "a key that changes its partition survives twice partition by partition",
			statements: []string{
				"CREATE TABLE %T (month UInt8, id UInt64, version UInt64) ENGINE = ReplacingMergeTree(version) PARTITION BY month ORDER BY id",
				"INSERT INTO %T VALUES (1, 7, 1)", "INSERT INTO %T VALUES (2, 7, 2)",
			},
			query: "SELECT (SELECT count() FROM %T FINAL) * 10 + (SELECT count() FROM %T FINAL SETTINGS do_not_merge_across_partitions_select_final = 1) AS x",
			want:  "12",
		},
		{
			name: "replace partition swaps one day and leaves the others",
			statements: []string{
				"CREATE TABLE %T (day Date, n UInt64) ENGINE = MergeTree PARTITION BY day ORDER BY n",
				"CREATE TABLE %Tnew AS %T",
				"INSERT INTO %T VALUES ('2026-01-01', 1), ('2026-01-02', 10)",
				"INSERT INTO %Tnew VALUES ('2026-01-02', 20), ('2026-01-02', 30)",
				"ALTER TABLE %T REPLACE PARTITION '2026-01-02' FROM %Tnew",
			},
			query: "SELECT sum(n) AS x FROM %T", want: "51",
		},
		{
			name: "replace partition from an empty source empties it",
			statements: []string{
				"CREATE TABLE %T (day Date, n UInt64) ENGINE = MergeTree PARTITION BY day ORDER BY n",
				"CREATE TABLE %Tnew AS %T",
				"INSERT INTO %T VALUES ('2026-01-01', 1), ('2026-01-02', 10)",
				"ALTER TABLE %T REPLACE PARTITION '2026-01-02' FROM %Tnew SETTINGS allow_replace_partition_from_empty_source = 1",
			},
			query: "SELECT sum(n) AS x FROM %T", want: "1",
		},
		{
			name: "a repeated insert token inserts once",
			statements: []string{
				"CREATE TABLE %T (n UInt64) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100",
				"INSERT INTO %T SETTINGS insert_deduplication_token = 'a' VALUES (1)",
				"INSERT INTO %T SETTINGS insert_deduplication_token = 'a' VALUES (1)",
				"INSERT INTO %T SETTINGS insert_deduplication_token = 'b' VALUES (1)",
			},
			query: "SELECT count() AS x FROM %T", want: "2",
		},
		{
			name:       "tables that fsync",
			statements: []string{"CREATE TABLE %T (n UInt64) ENGINE = MergeTree ORDER BY n SETTINGS fsync_after_insert = 1, fsync_part_directory = 1", "INSERT INTO %T VALUES (1)"},
			query:      "SELECT count() AS x FROM %T", want: "1",
		},
		{
			name: "maps are summed by key",
			statements: []string{
				"CREATE TABLE %T (n UInt64, tags Map(String, UInt64)) ENGINE = MergeTree ORDER BY n",
				"INSERT INTO %T VALUES (1, {'slow': 2, 'kind': 1}), (2, {'slow': 3})",
			},
			query: "SELECT sumMap(tags) AS x FROM %T", want: "{'kind':1,'slow':5}",
		},
		{
			name: "simple aggregate functions merge",
			statements: []string{
				"CREATE TABLE %T (day Date, n SimpleAggregateFunction(sum, UInt64), top SimpleAggregateFunction(max, UInt8)) ENGINE = AggregatingMergeTree ORDER BY day",
				"INSERT INTO %T VALUES ('2026-01-01', 2, 4)", "INSERT INTO %T VALUES ('2026-01-01', 3, 1)", "OPTIMIZE TABLE %T FINAL",
			},
			query: "SELECT (count(), sum(n), max(top)) AS x FROM %T", want: "(1,5,4)",
		},
		{name: "cube", query: "SELECT count() AS x FROM (SELECT number % 2 AS a, number % 3 AS b, count() FROM numbers(6) GROUP BY CUBE(a, b))", want: "12"},
	} {
		t.Run(test.name, func(t *testing.T) {
			name := strings.NewReplacer("%T", fmt.Sprintf("contract_%d", i))
			for _, s := range test.statements {
				run(t, conn, name.Replace(s))
			}
			if diff := cmp.Diff(test.want, text(t, conn, name.Replace(test.query))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestInsertBatchAndCancelledQuery(t *testing.T) {
	e := enginetest.Start(t)
	conn := connectTo(t, e)
	run(t, conn, "CREATE TABLE batch (n UInt64, word LowCardinality(String)) ENGINE = MergeTree ORDER BY n")
	batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO batch")
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(10_000) {
		if err := batch.Append(n, "好评"); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Send(); err != nil {
		t.Fatal(err)
	}
	// A page that is left while its query runs must not cost the others their database.
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := conn.Exec(ctx, "SELECT sum(sleepEachRow(1)) FROM numbers(3)"); err == nil {
		t.Error("a query of 3 s ended within 100 ms")
	}
	if got := text(t, conn, "SELECT (count(), any(word)) AS x FROM batch"); got != "(10000,'好评')" {
		t.Errorf("stored %s", got)
	}
	if e.Restarts() != 0 {
		t.Errorf("the cancelled query ended the engine: %d restarts", e.Restarts())
	}
}

func TestMemoryLimitFailsTheQueryOnly(t *testing.T) {
	e := enginetest.Start(t)
	conn := connectTo(t, e)
	err := conn.Exec(t.Context(), "SELECT length(groupArray(toString(number) || 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')) FROM numbers(100000000)")
	if err == nil || !strings.Contains(err.Error(), "memory limit") {
		t.Errorf("a query for more memory than allowed: %v", err)
	}
	if got := text(t, conn, "SELECT 1 AS x"); got != "1" || e.Restarts() != 0 {
		t.Errorf("the next query gave %s after %d restarts", got, e.Restarts())
	}
}

func connectAs(tb testing.TB, address, user, password string) driver.Conn {
	tb.Helper()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr: []string{address}, Auth: clickhouse.Auth{Database: "haochaping", Username: user, Password: password}, DialTimeout: 5 * time.Second,
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := conn.Close(); err != nil {
			tb.Log(err)
		}
	})
	return conn
}
