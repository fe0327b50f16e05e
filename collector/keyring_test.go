package collector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/record"
)

func TestNewKey(t *testing.T) {
	a, hash := NewKey()
	b, _ := NewKey()
	if !strings.HasPrefix(a, "hcp_") || len(a) != 4+64 || a == b || hash != HashKey(a) {
		t.Errorf("keys %d and %d characters", len(a), len(b))
	}
}

// A collector that starts while the store is away knows its senders.
func TestKeyringSurvivesRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	clear, hash := NewKey()
	key := record.Key{Name: "s1", Kind: record.KeySource, Sources: []string{"national"}, Hash: hash, Revoked: noon.UTC()}
	day := calendar.MakeDay(2026, 5, 4)
	src := record.Source{Name: "national", CodeMaps: []record.DatedMap{{Map: record.MapFiveBest}, {From: day, Map: record.MapGBT39046}}}
	first, err := NewKeyring(KeyringOptions{Path: path, Zone: shanghai})
	if err == nil {
		err = first.Replace([]record.Key{key}, []record.Source{src})
	}
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if b, err := os.ReadFile(path); err != nil || strings.Contains(string(b), clear) {
		t.Errorf("the snapshot holds the key itself, %v", err)
	}
	again, err := NewKeyring(KeyringOptions{Path: path, Zone: shanghai})
	if err != nil {
		t.Fatal(err)
	}
	got, ok := again.Lookup(HashKey(clear))
	if d := cmp.Diff(key, got); d != "" || !ok {
		t.Error(ok, d)
	}
	for at, want := range map[time.Time]string{day.Start(shanghai): "gbt-39046", day.Start(shanghai).Add(-time.Second): "five-best"} {
		if m, ok := again.Codes("national", at); !ok || m.Name != want {
			t.Errorf("map at %s: %q", at, m.Name)
		}
	}
	if m, ok := again.Codes(record.SourceKiosk, noon); !ok || m.Name != "five-best" {
		t.Errorf("the kiosks have the map %q", m.Name)
	}
	if _, ok := again.Codes("nobody", noon); ok {
		t.Error("an unknown source has a map")
	}
}

// A snapshot of the version before, with one window for a device.
func TestKeyringReadsVersion1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	clear, hash := NewKey()
	numbers, err := json.Marshal(hash)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`{"version":1,"keys":[{"name":"K-1","kind":"device","sources":["kiosk"],"device":"K-1","hall":"H1","window":"07","hash":%s},
		{"name":"K-2","kind":"device","sources":["kiosk"],"device":"K-2","hash":%[1]s,"revoked":"2026-05-04T01:00:00Z"}],
		"sources":[{"name":"national","valid_from":"1970-01-01","code_maps":[]}]}`, numbers)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := NewKeyring(KeyringOptions{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if len(k.now.Load().sources) != 2 {
		t.Errorf("sources %v", k.now.Load().sources)
	}
	s, err := readSnapshot([]byte(text))
	if err != nil || len(s.Keys) != 2 {
		t.Fatalf("%v, %v", s, err)
	}
	want := record.Key{
		Name: "K-1", Kind: record.KeyDevice, Sources: []string{"kiosk"}, Device: "K-1", Hall: "H1",
		Windows: []record.DatedWindow{{Window: "07"}}, Hash: HashKey(clear),
	}
	if d := cmp.Diff(want, s.Keys[0]); d != "" {
		t.Error(d)
	}
	if s.Keys[1].Revoked.IsZero() || s.Keys[1].Windows != nil {
		t.Errorf("%+v", s.Keys[1])
	}
	if err := k.Replace(s.Keys, s.Sources); err != nil { // written in the new form
		t.Fatal(err)
	}
	again, err := NewKeyring(KeyringOptions{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := again.Lookup(hash); !ok {
		t.Error("the key is gone")
	}
}

func TestKeyringDamagedSnapshot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	for _, text := range []string{"{", `{"version":99}`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := NewKeyring(KeyringOptions{Path: path})
		if err == nil || k == nil {
			t.Fatalf("%s: %v, %v", text, k, err)
		}
		if err := k.Replace(nil, nil); err != nil {
			t.Error(err)
		}
		if _, err := NewKeyring(KeyringOptions{Path: path}); err != nil {
			t.Errorf("not mended: %v", err)
		}
	}
}

type keyStore struct {
	mu    sync.Mutex
	state uint64
	keys  []record.Key
	err   error
}

func (s *keyStore) Keys(context.Context) ([]record.Key, []record.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys, nil, s.err
}

func (s *keyStore) KeyState(context.Context) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state, s.err
}

func (s *keyStore) set(keys []record.Key, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys, s.err = keys, err
	s.state++
}

func TestKeyringRun(t *testing.T) {
	clear, hash := NewKey()
	s := &keyStore{keys: []record.Key{{Name: "s1", Hash: hash}}}
	k, err := NewKeyring(KeyringOptions{Store: s, Every: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- k.Run(ctx) }()
	await := func(want bool) {
		t.Helper()
		for range 5000 {
			if _, ok := k.Lookup(HashKey(clear)); ok == want {
				return
			}
			sleep(ctx, time.Millisecond)
		}
		t.Fatalf("the key is not %t", want)
	}
	await(true)
	s.set(nil, errors.New("away"))
	sleep(ctx, 20*time.Millisecond)
	await(true) // the last state stays in force
	s.set(nil, nil)
	await(false)
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
