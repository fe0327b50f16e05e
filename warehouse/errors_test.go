package warehouse_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"haochaping/record"
	"haochaping/warehouse"
)

func permanent(err error) bool {
	var p interface{ Permanent() bool }
	return errors.As(err, &p) && p.Permanent()
}

// What a real engine says to an insert: only what the data itself is to blame for may put a
// record aside, everything else is tried again.
func TestErrorsOfInsertsAreTold(t *testing.T) {
	one := &record.Batch{Ratings: []record.Rating{rating(may4, 5, nil)}}
	for _, c := range []struct {
		name, statement string
		settings        clickhouse.Settings
		timeout         time.Duration
		permanent       bool
	}{
		{name: "memory limit", settings: clickhouse.Settings{"max_memory_usage": 1}},
		{name: "too many parts", statement: "ALTER TABLE ratings MODIFY SETTING parts_to_throw_insert = 1, parts_to_delay_insert = 0"},
		{name: "no time left", timeout: time.Nanosecond},
		{name: "table away", statement: "RENAME TABLE ratings TO ratings_away"},
		{name: "read only", settings: clickhouse.Settings{"readonly": 1}},
		{name: "constraint", statement: "ALTER TABLE ratings ADD CONSTRAINT sane CHECK level < 5", permanent: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, o := open(t)
			if c.name == "too many parts" {
				insert(t, w, &record.Batch{Ratings: []record.Rating{rating(may4, 4, nil)}}, "before")
			}
			if c.statement != "" {
				do(t, connect(t, o), c.statement)
			}
			ctx := t.Context()
			if c.settings != nil {
				ctx = clickhouse.Context(ctx, clickhouse.WithSettings(c.settings))
			}
			if c.timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, c.timeout)
				defer cancel()
			}
			err := w.Insert(ctx, one, "")
			if err == nil || permanent(err) != c.permanent {
				t.Errorf("permanent %v, want %v: %v", permanent(err), c.permanent, err)
			}
			t.Log(err)
		})
	}
}

// What ClickHouse quotes of a record is in no error: they end in logs and files.
func TestErrorsHoldNoValues(t *testing.T) {
	const secret = "秘密 13800138000"
	w, o := open(t)
	do(t, connect(t, o), "ALTER TABLE ratings ADD CONSTRAINT silent CHECK comment = ''")
	b := &record.Batch{Ratings: []record.Rating{rating(may4, 5, func(r *record.Rating) { r.Comment = secret })}}
	err := w.Insert(t.Context(), b, "")
	if !permanent(err) || !strings.Contains(err.Error(), "VIOLATED_CONSTRAINT: Constraint `silent`") {
		t.Errorf("an insert that violates a constraint: %v", err)
	}
	do(t, connect(t, o), "ALTER TABLE ratings DROP CONSTRAINT silent")
	do(t, connect(t, o), "ALTER TABLE ratings ADD CONSTRAINT silent CHECK throwIf(comment != '', comment || ' is no number') = 0")
	thrown := w.Insert(t.Context(), b, "")
	do(t, connect(t, o), "ALTER TABLE ratings DROP CONSTRAINT silent")
	do(t, connect(t, o), "ALTER TABLE ratings ADD CONSTRAINT silent CHECK toUInt8(comment) = 0")
	parsed := w.Insert(t.Context(), b, "")
	for _, err := range []error{err, thrown, parsed} {
		if err == nil || !strings.Contains(err.Error(), "code: ") || strings.Contains(err.Error(), "秘密") || strings.Contains(err.Error(), "138001") {
			t.Errorf("what is said of a value: %v", err)
		}
	}
}

// A connection that is cut in the middle of an insert is no fault of the records; the same
// insert again stores them once.
func TestCutConnectionIsTemporary(t *testing.T) {
	_, o := open(t)
	direct := o.Address
	proxy := &cutter{to: direct}
	o.Address = proxy.listen(t)
	w, err := warehouse.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() }) // its connections were cut
	var b record.Batch
	for i := range 5000 {
		b.Ratings = append(b.Ratings, rating(may4, 1+uint8(i%5), nil))
	}
	proxy.after.Store(100_000)
	if err := w.Insert(t.Context(), &b, "cut"); err == nil || permanent(err) {
		t.Errorf("insert over a connection that is cut: %v", err)
	}
	proxy.after.Store(1 << 40)
	if err := w.Insert(t.Context(), &b, "cut"); err != nil {
		t.Fatal(err)
	}
	o.Address = direct
	var n uint64
	if err := connect(t, o).QueryRow(t.Context(), "SELECT count() FROM ratings").Scan(&n); err != nil || n != 5000 {
		t.Errorf("%d ratings stored, want 5000: %v", n, err)
	}
}
