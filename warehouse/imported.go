package warehouse

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation/imported"
)

var importedColumns = []column[imported.Stored]{
	col("indicator", func(v *imported.Stored) string { return v.Indicator }),
	col("unit", func(v *imported.Stored) string { return v.Unit }),
	dayCol("as_of", func(v *imported.Stored) calendar.Day { return v.AsOf }),
	col("level", func(v *imported.Stored) string { return v.Level }),
	col("known", func(v *imported.Stored) bool { return v.Known }),
	col("value", func(v *imported.Stored) float64 { return v.Value.Value }),
	col("se", func(v *imported.Stored) float64 { return v.SE }),
	col("n", func(v *imported.Stored) uint64 { return v.N }),
	col("source", func(v *imported.Stored) string { return v.Source }),
	col("note", func(v *imported.Stored) string { return v.Note }),
	col("attachment", func(v *imported.Stored) string { return v.Attachment }),
	col("place", func(v *imported.Stored) uint32 { return v.Place }),
	col("version", func(v *imported.Stored) uint64 { return v.Version }),
	col("imported_by", func(v *imported.Stored) string { return v.By }),
	timeCol("imported_at", func(v *imported.Stored) time.Time { return v.At }),
}

// StoreImportedValues keeps values as a new version each, except those that say what is stored already; it returns
// how many were new. Of values with one key the last counts. Earlier versions stay. A value that [imported.Value.Check]
// refuses keeps all from being stored.
func (w *Warehouse) StoreImportedValues(ctx context.Context, values []imported.Value, by string, at time.Time) (stored int, err error) {
	newest := make(map[imported.Key]imported.Value, len(values))
	indicators := make(map[string]bool)
	for i := range values {
		if faults := values[i].Check(); len(faults) > 0 {
			return 0, fmt.Errorf("store imported values: row %d: %s %s", values[i].Place, faults[0].Field, faults[0].Message)
		}
		newest[values[i].Key()] = values[i]
		indicators[values[i].Indicator] = true
	}
	if len(newest) == 0 {
		return 0, nil
	}
	known, err := w.ImportedValues(ctx, slices.Sorted(maps.Keys(indicators)), allDays)
	if err != nil {
		return 0, err
	}
	for i := range known {
		if v, ok := newest[known[i].Key()]; ok && v.Same(&known[i].Value) {
			delete(newest, known[i].Key())
		}
	}
	var highest uint64
	if err := w.row(ctx, "imported_version", nil).Scan(&highest); err != nil {
		return 0, fmt.Errorf("store imported values: %w", err)
	}
	version := max(now(), highest+1)
	rows := make([]imported.Stored, 0, len(newest))
	for i := range values { // in the order of the file
		if v, ok := newest[values[i].Key()]; ok && v == values[i] {
			rows = append(rows, imported.Stored{Value: v, Version: version, By: by, At: at})
			delete(newest, v.Key())
		}
	}
	return len(rows), insert(ctx, w, "imported_values", importedColumns, rows, "")
}

// allDays is every day that an imported value can be as of.
var allDays = calendar.Range{From: calendar.MakeDay(1900, 1, 1), To: calendar.MakeDay(2199, 12, 31)}

// ImportedValues are the newest versions of the values of some indicators, as written, as of days within a range,
// sorted by indicator, unit and day. Without indicators it is those of all.
func (w *Warehouse) ImportedValues(ctx context.Context, indicators []string, within calendar.Range) ([]imported.Stored, error) {
	return w.imported(ctx, "imported_values", indicators, within)
}

// ImportedHistory is every version of the values of some indicators, of all where none is named; of each value the
// newest first.
func (w *Warehouse) ImportedHistory(ctx context.Context, indicators []string, within calendar.Range) ([]imported.Stored, error) {
	return w.imported(ctx, "imported_history", indicators, within)
}

func (w *Warehouse) imported(ctx context.Context, name string, indicators []string, within calendar.Range) (list []imported.Stored, err error) {
	within = within.Intersect(allDays)
	if within.Len() == 0 {
		return nil, nil
	}
	rows, err := w.rows(ctx, name, params{
		"indicators": textArray(indicators), "from": within.From.String(), "to": within.To.String(),
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var v imported.Stored
		var asOf time.Time
		if err := rows.Scan(&v.Indicator, &v.Unit, &asOf, &v.Level, &v.Known, &v.Value.Value, &v.SE, &v.N, &v.Source, &v.Note,
			&v.Attachment, &v.Place, &v.Version, &v.By, &v.At); err != nil {
			return nil, fmt.Errorf("read imported values: %w", err)
		}
		v.AsOf = calendar.MakeDay(asOf.Date())
		list = append(list, v)
	}
	return list, rows.Err()
}
