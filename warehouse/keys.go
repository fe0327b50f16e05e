package warehouse

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

// never is the end of a key that has none: the tables keep the earliest of several ends.
var never = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

var keyColumns = []column[record.Key]{
	col("kind", func(k *record.Key) string { return string(k.Kind) }),
	col("name", func(k *record.Key) string { return k.Name }),
	col("hash", func(k *record.Key) string { return string(k.Hash[:]) }),
	col("sources", func(k *record.Key) []string { return k.Sources }),
	col("device", func(k *record.Key) string { return k.Device }),
	col("hall", func(k *record.Key) string { return k.Hall }),
	timeCol("created_at", func(k *record.Key) time.Time { return k.Created }),
	timeCol("valid_until", func(k *record.Key) time.Time { return orNever(k.ValidUntil) }),
	timeCol("revoked_at", func(k *record.Key) time.Time { return orNever(k.Revoked) }),
}

func orNever(t time.Time) time.Time {
	if t.IsZero() {
		return never
	}
	return t
}

// keyWindow is one dated window of the device that holds a key.
type keyWindow struct {
	hash record.KeyHash
	record.DatedWindow
}

var windowOfKeyColumns = []column[keyWindow]{
	col("hash", func(w *keyWindow) string { return string(w.hash[:]) }),
	dayCol("from_day", func(w *keyWindow) calendar.Day { return w.From }),
	col("window", func(w *keyWindow) string { return w.Window }),
}

// StoreKeys adds keys, all or none. A key that is there already can only end: its end and
// its revocation are the earliest that were ever stored, and its windows gain the given
// ones, of which a later one replaces that of the same day.
func (w *Warehouse) StoreKeys(ctx context.Context, keys []record.Key) error {
	var windows []keyWindow
	for i := range keys {
		if ps := keys[i].Check(); len(ps) > 0 {
			return fmt.Errorf("store key %q: %w", keys[i].Name, ps)
		}
		for _, at := range keys[i].Windows {
			windows = append(windows, keyWindow{keys[i].Hash, at})
		}
	}
	if len(windows) > 0 {
		// First, so that no device is ever known without its window.
		var highest uint64
		if err := w.row(ctx, "key_version", nil).Scan(&highest); err != nil {
			return fmt.Errorf("store windows of keys: %w", err)
		}
		columns := withVersion(max(now(), highest+1), windowOfKeyColumns)
		if err := insert(ctx, w, "key_windows", columns, windows, ""); err != nil {
			return err
		}
	}
	return insert(ctx, w, "sender_keys", keyColumns, keys, "")
}

func now() uint64 { return uint64(time.Now().UnixNano()) }

type sourceMap struct {
	name string
	from calendar.Day
	text string
}

// StoreSource adds a source with its code maps, or replaces maps of the same day.
func (w *Warehouse) StoreSource(ctx context.Context, s record.Source) error {
	var maps []sourceMap
	for _, m := range s.CodeMaps {
		if ps := m.Map.Check(); len(ps) > 0 {
			return fmt.Errorf("store source %q: code map %q: %w", s.Name, m.Map.Name, ps)
		}
		text, err := json.Marshal(m.Map)
		if err != nil {
			return fmt.Errorf("store source %q: %w", s.Name, err)
		}
		maps = append(maps, sourceMap{s.Name, m.From, string(text)})
	}
	return insert(ctx, w, "sources", withVersion(now(), []column[sourceMap]{
		col("name", func(s *sourceMap) string { return s.name }),
		dayCol("from_day", func(s *sourceMap) calendar.Day { return s.from }),
		col("code_map", func(s *sourceMap) string { return s.text }),
	}), maps, "")
}

// KeyState is a number that changes with every key, window, source and code map.
func (w *Warehouse) KeyState(ctx context.Context) (state uint64, err error) {
	if err := w.row(ctx, "key_state", nil).Scan(&state); err != nil {
		return 0, fmt.Errorf("read the state of the keys: %w", err)
	}
	return state, nil
}

// Keys reads every key, also those that have ended, and every source.
func (w *Warehouse) Keys(ctx context.Context) ([]record.Key, []record.Source, error) {
	keys, err := w.keys(ctx)
	if err != nil {
		return nil, nil, err
	}
	sources, err := w.sources(ctx)
	return keys, sources, err
}

func (w *Warehouse) keys(ctx context.Context) (keys []record.Key, err error) {
	rows, err := w.rows(ctx, "keys", nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var k record.Key
		var days []time.Time
		var names []string
		if err := rows.Scan((*string)(&k.Kind), &k.Name, keyHash{&k}, &k.Sources, &k.Device, &k.Hall,
			ending{&k.Created}, ending{&k.ValidUntil}, ending{&k.Revoked}, &days, &names); err != nil {
			return nil, fmt.Errorf("read keys: %w", err)
		}
		for i, from := range days {
			k.Windows = append(k.Windows, record.DatedWindow{From: calendar.MakeDay(from.Date()), Window: names[i]})
		}
		slices.SortFunc(k.Windows, func(a, b record.DatedWindow) int { return cmp.Compare(a.From, b.From) })
		keys = append(keys, k)
	}
	return keys, rows.Err()
}

func (w *Warehouse) sources(ctx context.Context) (sources []record.Source, err error) {
	rows, err := w.rows(ctx, "sources", nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name, text string
		var from time.Time
		if err := rows.Scan(&name, &from, &text); err != nil {
			return nil, fmt.Errorf("read sources: %w", err)
		}
		m := record.DatedMap{From: calendar.MakeDay(from.Date())}
		if err := json.Unmarshal([]byte(text), &m.Map); err != nil {
			return nil, fmt.Errorf("read the code map of source %q: %w", name, err)
		}
		if n := len(sources); n > 0 && sources[n-1].Name == name {
			sources[n-1].CodeMaps = append(sources[n-1].CodeMaps, m)
		} else {
			sources = append(sources, record.Source{Name: name, CodeMaps: []record.DatedMap{m}})
		}
	}
	return sources, rows.Err()
}

type keyHash struct{ key *record.Key }

// Scan reads the 32 bytes of a hash.
func (h keyHash) Scan(v any) error {
	text, ok := v.(string)
	if !ok || len(text) != len(h.key.Hash) {
		return errors.New("a stored key hash has not 32 bytes")
	}
	copy(h.key.Hash[:], text)
	return nil
}

type ending struct{ at *time.Time }

// Scan reads a time; the epoch and "never" are none.
func (e ending) Scan(v any) error {
	at, ok := v.(time.Time)
	if !ok {
		return fmt.Errorf("a stored time is a %T", v)
	}
	if at.Unix() > 0 && at.Before(never) {
		*e.at = at
	}
	return nil
}
