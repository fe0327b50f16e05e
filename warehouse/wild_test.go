package warehouse_test

import (
	"fmt"
	"testing"

	"haochaping/record"
)

// A batch of very wild days goes in several inserts, each of which ClickHouse takes; sent
// again, nothing is stored twice.
func TestBatchOfManyMonthsIsStoredOnce(t *testing.T) {
	w, o := open(t)
	var b record.Batch
	for i := range 150 {
		day := may4.AddMonths(-i)
		b.Ratings = append(b.Ratings, rating(day, 1+uint8(i%5), nil))
		b.Prompts = append(b.Prompts, record.Prompt{ID: b.Ratings[i].ID, Source: "test", EventDay: day, Stamp: record.Stamp{ReceivedAt: b.Ratings[i].RatedAt}})
		b.Refused = append(b.Refused, record.Refused{ID: b.Ratings[i].ID, ReceivedAt: b.Ratings[i].RatedAt})
	}
	for range 2 {
		insert(t, w, &b, "wild")
	}
	conn := connect(t, o)
	for _, table := range []string{"ratings", "prompts", "refused"} {
		var n uint64
		if err := conn.QueryRow(t.Context(), "SELECT count() FROM "+table).Scan(&n); err != nil || n != 150 {
			t.Errorf("%d rows in %s after two inserts of the same batch, want 150: %v", n, table, err)
		}
		var most uint64
		if err := conn.QueryRow(t.Context(), fmt.Sprintf(`SELECT max(parts) FROM (
			SELECT query_id, count() AS parts FROM system.part_log WHERE database = '%s' AND table = '%s' AND event_type = 'NewPart' GROUP BY query_id)`,
			o.Database, table)).Scan(&most); err == nil && most > 100 {
			t.Errorf("an insert into %s wrote %d parts", table, most)
		}
	}
}
