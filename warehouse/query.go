package warehouse

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"haochaping/calendar"
)

//go:embed queries/*.sql
var queryFiles embed.FS

// params are bound on the server as {name:Type}.
type params = clickhouse.Parameters

var queryTexts = sync.OnceValue(func() map[string]string {
	entries, err := queryFiles.ReadDir("queries")
	if err != nil {
		panic("warehouse: embedded queries: " + err.Error())
	}
	texts := make(map[string]string, len(entries))
	for _, e := range entries {
		b, err := queryFiles.ReadFile("queries/" + e.Name())
		if err != nil {
			panic("warehouse: embedded query: " + err.Error())
		}
		texts[strings.TrimSuffix(e.Name(), ".sql")] = strings.NewReplacer(
			"{{columns}}", columnList(), "{{sums}}", columnSums(factColumns), "{{kept}}", columnsKept(),
			"{{scope}}", scopeCondition,
		).Replace(string(b))
	}
	shared := strings.NewReplacer("{{rating_losers}}", texts["rating_losers"], "{{review_state}}", texts["review_state"],
		"{{case_clock}}", texts["case_clock"], "{{placed}}", texts["evidence_placed"])
	for name, text := range texts {
		texts[name] = shared.Replace(text)
	}
	return texts
})

// query is the text of queries/name.sql with its {{…}} parts replaced. Parts are
// fixed fragments of this package, never input.
func query(name string, parts map[string]string) string {
	text, ok := queryTexts()[name]
	if !ok {
		panic("warehouse: no query " + name)
	}
	for part, fragment := range parts {
		text = strings.ReplaceAll(text, "{{"+part+"}}", fragment)
	}
	return text
}

// Gently is a context for readings that nobody waits for: each of their queries takes one thread.
func Gently(ctx context.Context) context.Context {
	return clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"max_threads": 1}))
}

func (w *Warehouse) exec(ctx context.Context, name string, p params) error {
	defer w.timed(name, time.Now())
	if err := w.conn.Exec(clickhouse.Context(ctx, clickhouse.WithParameters(p)), query(name, nil)); err != nil {
		return fmt.Errorf("query %s: %w", name, err)
	}
	return nil
}

// timed tells whoever looks for what is slow how long something took.
func (w *Warehouse) timed(name string, began time.Time) {
	w.logger.Debug("query", "name", name, "took", time.Since(began))
}

// dayArray is the text of an Array(Date) parameter.
func dayArray(days []calendar.Day) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, d := range days {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\'')
		b.WriteString(d.String())
		b.WriteByte('\'')
	}
	b.WriteByte(']')
	return b.String()
}

var textEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

// textParam is the text of a String parameter: the server takes back these escapes.
func textParam(s string) string { return textEscapes.Replace(s) }

// textArray is the text of an Array(String) parameter.
func textArray(list []string) string {
	escaped := make([]string, len(list))
	for i, s := range list {
		escaped[i] = "'" + textEscapes.Replace(s) + "'"
	}
	return "[" + strings.Join(escaped, ",") + "]"
}

func (w *Warehouse) row(ctx context.Context, name string, p params) driver.Row {
	return w.conn.QueryRow(clickhouse.Context(ctx, clickhouse.WithParameters(p)), query(name, nil))
}

func (w *Warehouse) rows(ctx context.Context, name string, p params) (driver.Rows, error) {
	rows, err := w.conn.Query(clickhouse.Context(ctx, clickhouse.WithParameters(p)), query(name, nil))
	if err != nil {
		return nil, fmt.Errorf("query %s: %w", name, err)
	}
	return rows, nil
}

// collect reads all rows of one column.
func collect[T any](ctx context.Context, w *Warehouse, name string, p params) (list []T, err error) {
	rows, err := w.rows(ctx, name, p)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, fmt.Errorf("query %s: %w", name, err)
		}
		list = append(list, v)
	}
	return list, rows.Err()
}
