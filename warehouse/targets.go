package warehouse

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"haochaping/directory"
	"haochaping/evaluation"
)

// loadedTargets are the targets of a state of their table.
type loadedTargets struct {
	version, rows uint64
	*evaluation.Targets
}

var targetColumns = []column[evaluation.Target]{
	col("year", func(t *evaluation.Target) uint16 { return uint16(t.Year) }),
	col("unit_kind", func(t *evaluation.Target) string { return string(t.Kind) }),
	col("unit", func(t *evaluation.Target) string { return t.Unit }),
	col("indicator", func(t *evaluation.Target) string { return t.Indicator }),
	col("version", func(t *evaluation.Target) uint64 { return t.Version }),
	col("removed", func(t *evaluation.Target) bool { return t.Removed }),
	col("value", func(t *evaluation.Target) float64 { return t.Value }),
	col("document", func(t *evaluation.Target) string { return t.Document }),
	col("set_by", func(t *evaluation.Target) string { return t.By }),
	timeCol("set_at", func(t *evaluation.Target) time.Time { return t.At }),
}

// Targets are the targets in force that this process has loaded; never nil. It asks nobody.
func (w *Warehouse) Targets() *evaluation.Targets {
	if loaded := w.targets.Load(); loaded != nil {
		return loaded.Targets
	}
	return evaluation.NewTargets(nil)
}

// ReloadTargets loads the targets if they have changed since they were loaded.
func (w *Warehouse) ReloadTargets(ctx context.Context) (changed bool, err error) {
	var version, rows uint64
	if err := w.row(ctx, "target_state", nil).Scan(&version, &rows); err != nil {
		return false, fmt.Errorf("read the state of the targets: %w", err)
	}
	if loaded := w.targets.Load(); loaded != nil && loaded.version == version && loaded.rows == rows {
		return false, nil
	}
	list, err := w.readTargets(ctx, "targets", nil)
	if err != nil {
		return false, err
	}
	w.targets.Store(&loadedTargets{version, rows, evaluation.NewTargets(list)})
	return true, nil
}

// TargetHistory is every version of the targets of a year, of all years for 0; of each target the newest first.
func (w *Warehouse) TargetHistory(ctx context.Context, year int) ([]evaluation.Target, error) {
	return w.readTargets(ctx, "target_history", params{"year": strconv.Itoa(min(max(year, 0), evaluation.LastTargetYear))})
}

func (w *Warehouse) readTargets(ctx context.Context, name string, p params) (list []evaluation.Target, err error) {
	err = w.each(ctx, name, p, func(scan func(...any) error) error {
		var t evaluation.Target
		var year uint16
		var kind string
		if err := scan(&year, &kind, &t.Unit, &t.Indicator, &t.Version, &t.Removed, &t.Value, &t.Document, &t.By, &t.At); err != nil {
			return err
		}
		t.Year, t.Kind = int(year), directory.Kind(kind)
		list = append(list, t)
		return nil
	})
	return list, err
}

// StoreTargets keeps targets as a new version each, set by somebody at a time, and loads them. A target that
// [evaluation.Target.Check] refuses keeps all from being stored.
func (w *Warehouse) StoreTargets(ctx context.Context, list []evaluation.Target, by string, at time.Time) error {
	rows := make([]evaluation.Target, len(list))
	var highest, count uint64
	if err := w.row(ctx, "target_state", nil).Scan(&highest, &count); err != nil {
		return fmt.Errorf("store targets: %w", err)
	}
	version := max(now(), highest+1) // above the stored one, also where the clock of this machine is behind
	for i, t := range list {
		t.Version, t.By, t.At = version+uint64(i), by, at
		if err := t.Check(); err != nil {
			return fmt.Errorf("store targets: %w", err)
		}
		rows[i] = t
	}
	if err := insert(ctx, w, "targets", targetColumns, rows, ""); err != nil {
		return err
	}
	_, err := w.ReloadTargets(ctx)
	return err
}
