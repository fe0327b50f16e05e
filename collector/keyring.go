package collector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

// KeyStore is where keys and sources are kept for good.
type KeyStore interface {
	// KeyState is a number that changes whenever Keys would return something else.
	KeyState(ctx context.Context) (uint64, error)
	// Keys returns all keys, revoked ones too, and all sources.
	Keys(ctx context.Context) ([]record.Key, []record.Source, error)
}

// KeyringOptions of a Keyring.
type KeyringOptions struct {
	// Path of the snapshot, a file beside the spool. From it the collector knows
	// its senders while the key store is away. Empty = no snapshot.
	Path   string
	Store  KeyStore       // asked by Run; may be nil if Run is never called
	Every  time.Duration  // between two questions; default 2 s
	Zone   *time.Location // in which the days of code maps begin
	Logger *slog.Logger
}

// Keyring knows the keys and sources of this moment. Safe for concurrent use.
type Keyring struct {
	opts KeyringOptions
	now  atomic.Pointer[ring]

	// Owned by Run, or by Replace's one caller.
	saved []byte // what the snapshot file holds
	state uint64 // of the store when it was read
	read  bool   // whether it was
}

// ring is one state of the keyring; never changed.
type ring struct {
	keys    map[[32]byte]record.Key
	sources map[string]record.Source
}

// snapshot is the form of the file.
type snapshot struct {
	Version int             `json:"version"`
	Keys    []record.Key    `json:"keys"`
	Sources []record.Source `json:"sources"`
}

const (
	snapshotVersion = 2
	snapshotLimit   = 64 << 20
)

// snapshot1 is the form of version 1: one window for a device, hashes as lists of numbers.
type snapshot1 struct {
	Keys []struct {
		record.Key
		Window string   `json:"window"`
		Hash   [32]byte `json:"hash"`
	} `json:"keys"`
	Sources []record.Source `json:"sources"`
}

func readSnapshot(b []byte) (s snapshot, err error) {
	var form struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(b, &form); err != nil {
		return s, err
	}
	switch form.Version {
	case snapshotVersion:
		return s, json.Unmarshal(b, &s)
	case 1:
		var old snapshot1
		if err := json.Unmarshal(b, &old); err != nil {
			return s, err
		}
		s.Sources = old.Sources
		for _, k := range old.Keys {
			k.Key.Hash = k.Hash
			if k.Window != "" {
				k.Key.Windows = []record.DatedWindow{{Window: k.Window}}
			}
			s.Keys = append(s.Keys, k.Key)
		}
		return s, nil
	default:
		return s, fmt.Errorf("version %d is unknown", form.Version)
	}
}

// NewKeyring reads the snapshot, if there is one. A snapshot that cannot be read
// is an error of its own, beside a Keyring that knows nobody yet and will learn
// from the store: until then senders are answered 401 and keep their records.
func NewKeyring(o KeyringOptions) (*Keyring, error) {
	if o.Every <= 0 {
		o.Every = 2 * time.Second
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	k := &Keyring{opts: o}
	k.now.Store(newRing(nil, nil))
	if o.Path == "" {
		return k, nil
	}
	info, err := os.Stat(o.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err == nil && info.Size() > snapshotLimit {
		err = errors.New("it is too large")
	}
	var b []byte
	if err == nil {
		b, err = os.ReadFile(o.Path)
	}
	var s snapshot
	if err == nil {
		s, err = readSnapshot(b)
	}
	if err != nil {
		return k, fmt.Errorf("read keys %s: %w", o.Path, err)
	}
	k.saved = b
	k.now.Store(newRing(s.Keys, s.Sources))
	return k, nil
}

func newRing(keys []record.Key, sources []record.Source) *ring {
	r := &ring{keys: make(map[[32]byte]record.Key, len(keys)), sources: make(map[string]record.Source, len(sources)+1)}
	r.sources[record.SourceKiosk] = record.Source{Name: record.SourceKiosk, CodeMaps: []record.DatedMap{{Map: record.MapFiveBest}}}
	for _, k := range keys {
		r.keys[k.Hash] = k
	}
	for _, s := range sources {
		r.sources[s.Name] = s
	}
	return r
}

// Lookup implements Keys.
func (k *Keyring) Lookup(hash [32]byte) (record.Key, bool) {
	key, ok := k.now.Load().keys[hash]
	return key, ok
}

// Codes returns the code map of a source in force at a time, for record.Door.
func (k *Keyring) Codes(source string, at time.Time) (record.CodeMap, bool) {
	s, ok := k.now.Load().sources[source]
	if !ok {
		return record.CodeMap{}, false
	}
	return s.MapOn(calendar.DayOf(at, k.opts.Zone))
}

// Maps returns every dated code map of a source, for record.Door.
func (k *Keyring) Maps(source string) []record.DatedMap {
	return k.now.Load().sources[source].CodeMaps
}

// Replace puts a new state in force and writes the snapshot if it changed. The
// state is in force also when writing fails. Not to be called beside Run.
func (k *Keyring) Replace(keys []record.Key, sources []record.Source) error {
	keys, sources = slices.Clone(keys), slices.Clone(sources)
	slices.SortFunc(keys, func(a, b record.Key) int {
		if n := strings.Compare(a.Name, b.Name); n != 0 {
			return n
		}
		return bytes.Compare(a.Hash[:], b.Hash[:])
	})
	slices.SortFunc(sources, func(a, b record.Source) int { return strings.Compare(a.Name, b.Name) })
	k.now.Store(newRing(keys, sources))
	if k.opts.Path == "" {
		return nil
	}
	b, err := json.Marshal(snapshot{Version: snapshotVersion, Keys: keys, Sources: sources})
	if err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	if bytes.Equal(b, k.saved) {
		return nil
	}
	if err := writeDurable(k.opts.Path, b); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	k.saved = b
	return nil
}

// Run asks the store until ctx ends. While the store is away the last state
// stays in force.
func (k *Keyring) Run(ctx context.Context) error {
	tick := time.NewTicker(k.opts.Every)
	defer tick.Stop()
	trouble := false
	for {
		err := k.refresh(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !trouble:
			k.opts.Logger.Warn("keys not refreshed: the last known ones stay in force", "error", err)
		case err == nil && trouble:
			k.opts.Logger.Info("keys refreshed again")
		}
		trouble = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// refresh asks for everything only if something has changed: a question every two
// seconds is cheap, twelve thousand keys are not.
func (k *Keyring) refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	state, err := k.opts.Store.KeyState(ctx)
	if err != nil || k.read && state == k.state {
		return err
	}
	// What changes between the two questions shows in the next state.
	keys, sources, err := k.opts.Store.Keys(ctx)
	if err != nil {
		return fmt.Errorf("read keys from store: %w", err)
	}
	if err := k.Replace(keys, sources); err != nil {
		return err
	}
	k.state, k.read = state, true
	return nil
}

// writeDurable replaces a file, readable by its owner alone: after a crash it
// holds the old content or the new, never a part.
func writeDurable(path string, b []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, e := os.Open(dir)
	if e != nil {
		return fmt.Errorf("make name of %s durable: %w", path, e)
	}
	if e := errors.Join(d.Sync(), d.Close()); e != nil {
		return fmt.Errorf("make name of %s durable: %w", path, e)
	}
	return nil
}
