package warehouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

var keyColumns = []column[record.Key]{
	col("name", func(k *record.Key) string { return k.Name }),
	col("kind", func(k *record.Key) string { return string(k.Kind) }),
	col("sources", func(k *record.Key) []string { return k.Sources }),
	col("device", func(k *record.Key) string { return k.Device }),
	col("hall", func(k *record.Key) string { return k.Hall }),
	col("window", func(k *record.Key) string { return k.Window }),
	col("hash", func(k *record.Key) string { return string(k.Hash[:]) }),
	timeCol("revoked_at", func(k *record.Key) time.Time { return k.Revoked }),
}

// StoreKeys adds keys, or replaces those of the same kind and name.
func (w *Warehouse) StoreKeys(ctx context.Context, keys []record.Key) error {
	for i := range keys {
		if ps := keys[i].Check(); len(ps) > 0 {
			return fmt.Errorf("store key %q: %w", keys[i].Name, ps)
		}
	}
	return insert(ctx, w, "access_keys", withVersion(now(), keyColumns), keys, "")
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

// Keys reads every key, also revoked ones, and every source.
func (w *Warehouse) Keys(ctx context.Context) (keys []record.Key, sources []record.Source, err error) {
	err = readAll(ctx, w, "access_keys", keyColumns, func() []any {
		keys = append(keys, record.Key{})
		k := &keys[len(keys)-1]
		return []any{&k.Name, (*string)(&k.Kind), &k.Sources, &k.Device, &k.Hall, &k.Window, keyHash{k}, revoked{k}}
	})
	if err != nil {
		return nil, nil, err
	}
	rows, err := w.rows(ctx, "sources", nil)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var name, text string
		var from time.Time
		if err := rows.Scan(&name, &from, &text); err != nil {
			return nil, nil, fmt.Errorf("read sources: %w", err)
		}
		m := record.DatedMap{From: calendar.MakeDay(from.Date())}
		if err := json.Unmarshal([]byte(text), &m.Map); err != nil {
			return nil, nil, fmt.Errorf("read the code map of source %q: %w", name, err)
		}
		if n := len(sources); n > 0 && sources[n-1].Name == name {
			sources[n-1].CodeMaps = append(sources[n-1].CodeMaps, m)
		} else {
			sources = append(sources, record.Source{Name: name, CodeMaps: []record.DatedMap{m}})
		}
	}
	return keys, sources, rows.Err()
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

type revoked struct{ key *record.Key }

// Scan reads the time of revocation, the epoch for none.
func (r revoked) Scan(v any) error {
	at, ok := v.(time.Time)
	if !ok {
		return fmt.Errorf("a stored time is a %T", v)
	}
	if at.Unix() > 0 {
		r.key.Revoked = at
	}
	return nil
}
