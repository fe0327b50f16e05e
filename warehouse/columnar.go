package warehouse

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"

	"haochaping/calendar"
)

// column is one column of a table and how its values come out of records.
type column[R any] struct {
	name   string
	values func([]R) any
}

// col reads one value of each record.
func col[R, V any](name string, value func(*R) V) column[R] {
	return column[R]{name, func(records []R) any {
		out := make([]V, len(records))
		for i := range records {
			out[i] = value(&records[i])
		}
		return out
	}}
}

// dayCol is a civil day as a Date column. The zero day means "none".
func dayCol[R any](name string, value func(*R) calendar.Day) column[R] {
	return col(name, func(r *R) time.Time { return value(r).Start(time.UTC) })
}

// timeCol is a DateTime64 column; the zero time becomes the epoch, which means "none".
func timeCol[R any](name string, value func(*R) time.Time) column[R] {
	return col(name, func(r *R) time.Time { return orEpoch(value(r)) })
}

func orEpoch(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return t.UTC()
}

// columnsNamed are some of a table's columns, in the order asked for. A name that is not there is a programmer's mistake.
func columnsNamed[R any](all []column[R], names ...string) []column[R] {
	some := make([]column[R], len(names))
	for i, name := range names {
		at := slices.IndexFunc(all, func(c column[R]) bool { return c.name == name })
		if at < 0 {
			panic("warehouse: no column " + name)
		}
		some[i] = all[at]
	}
	return some
}

// insert writes records to a table in one block. With a token, a repeat of the same
// insert is dropped by ClickHouse.
func insert[R any](ctx context.Context, w *Warehouse, table string, columns []column[R], records []R, token string) error {
	if len(records) == 0 {
		return nil
	}
	defer w.timed("insert into "+table, time.Now())
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	if token != "" {
		ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"insert_deduplication_token": table + ":" + token}))
	}
	b, err := w.conn.PrepareBatch(ctx, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+")")
	if err != nil {
		return fmt.Errorf("insert into %s: %w", table, err)
	}
	for i, c := range columns {
		if err := b.Column(i).Append(c.values(records)); err != nil {
			return refusedError{fmt.Errorf("insert into %s, column %s: %w", table, c.name, abort(b, err))}
		}
	}
	if err := b.Send(); err != nil {
		return classify(fmt.Errorf("insert into %s: %w", table, err))
	}
	return nil
}

// maxMonths is how many partitions one insert may touch: ClickHouse writes a part in each.
const maxMonths = 100

// insertByMonth is insert for a table with partitions by month. Records of very many
// months go in several inserts, whose tokens follow from the batch's own.
func insertByMonth[R any](ctx context.Context, w *Warehouse, table string, columns []column[R], records []R,
	day func(*R) calendar.Day, token string,
) error {
	days := make(map[calendar.Day]int) // day → how many records
	for i := range records {
		days[day(&records[i])]++
	}
	months := make(map[calendar.Day]int)
	for d, n := range days {
		months[monthOf(d)] += n
	}
	if len(months) <= maxMonths {
		return insert(ctx, w, table, columns, records, token)
	}
	sorted := slices.Clone(records)
	slices.SortStableFunc(sorted, func(a, b R) int { return cmp.Compare(day(&a), day(&b)) })
	for group := range slices.Chunk(slices.Sorted(maps.Keys(months)), maxMonths) {
		n := 0
		for _, m := range group {
			n += months[m]
		}
		part := token
		if token != "" {
			part += "-" + group[0].String()
		}
		if err := insert(ctx, w, table, columns, sorted[:n], part); err != nil {
			return err
		}
		sorted = sorted[n:]
	}
	return nil
}

func abort(b interface{ Abort() error }, cause error) error {
	if err := b.Abort(); err != nil {
		return fmt.Errorf("%w (and abort: %w)", cause, err)
	}
	return cause
}

func uuidCol[R any](name string, value func(*R) uuid.UUID) column[R] { return col(name, value) }
