package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/export"
	"haochaping/record"
	"haochaping/warehouse"
)

// KeyList is every key and source.
type KeyList struct {
	Keys    []record.Key
	Sources []record.Source
}

// KeyAdd is the first key of a sender, and for a source its code maps.
type KeyAdd struct {
	Key     record.Key
	Sources []record.Source
}

// KeyRotation gives a sender a new key. The old ones stay valid for the overlap; without
// one they end at once.
type KeyRotation struct {
	Kind    record.KeyKind
	Name    string
	Hash    record.KeyHash
	Overlap time.Duration
}

// KeyRevocation ends the keys of a name, or the one with a fingerprint.
type KeyRevocation struct {
	Kind record.KeyKind
	Of   string
}

// DeviceMove puts a device at another window of its hall from a day on; 0 is today. An
// empty window is none.
type DeviceMove struct {
	Name string
	record.DatedWindow
}

// KeyChange says what became of the keys of a sender.
type KeyChange struct {
	Key      record.Key // in force from now on; empty after a revocation
	Places              // of Key
	Ended    []record.Key
	Warnings []string // what is not wrong, but surprising
}

// keyCommands mounts what commands do with keys.
func (a *App) keyCommands(mux *http.ServeMux) {
	command(mux, "keys", a.listKeys)
	file(mux, "write-keys", a.writeKeys)
	command(mux, "add-key", changeKeys(a, a.addKey))
	command(mux, "rotate-key", changeKeys(a, a.rotateKey))
	command(mux, "revoke-key", changeKeys(a, a.revokeKey))
	command(mux, "move-device", changeKeys(a, a.moveDevice))
	command(mux, "plan-devices", changeKeys(a, a.planDevices))
	command(mux, "store-devices", changeKeys(a, a.storeDevices))
}

func (a *App) listKeys(ctx context.Context, _ *nothing) (KeyList, error) {
	keys, sources, err := a.store.Keys(ctx)
	return KeyList{keys, sources}, err
}

// KeysCall asks for the keys of a kind as a file: table, csv or json.
type KeysCall struct {
	Kind   record.KeyKind
	Format string
}

func (a *App) writeKeys(ctx context.Context, in *KeysCall, out io.Writer) error {
	keys, _, err := a.store.Keys(ctx)
	if err != nil {
		return err
	}
	keys = slices.DeleteFunc(keys, func(k record.Key) bool { return k.Kind != in.Kind })
	return export.Keys(out, in.Format, keys, time.Now(), a.cfg.Timezone.Location)
}

// keyDesk is what a change of keys starts from and ends in.
type keyDesk struct {
	store   *warehouse.Warehouse
	keys    []record.Key
	sources []record.Source
	now     time.Time
}

// changeKeys runs one change at a time, on the keys as they are.
func changeKeys[In, Out any](a *App, change func(context.Context, *keyDesk, *In) (Out, error)) func(context.Context, *In) (Out, error) {
	return func(ctx context.Context, in *In) (out Out, err error) {
		a.keyChanges.Lock()
		defer a.keyChanges.Unlock()
		desk := keyDesk{now: time.Now().Truncate(time.Millisecond)}
		if desk.store, err = a.store.get(); err != nil {
			return out, err
		}
		if desk.keys, desk.sources, err = desk.store.Keys(ctx); err != nil {
			return out, err
		}
		return change(ctx, &desk, in)
	}
}

// valid lists the keys of a sender that open something, the newest first.
func (d *keyDesk) valid(kind record.KeyKind, name string) []record.Key {
	var keys []record.Key
	for _, k := range d.keys {
		if k.Kind == kind && k.Name == name && k.ValidAt(d.now) {
			keys = append(keys, k)
		}
	}
	slices.SortStableFunc(keys, func(a, b record.Key) int { return b.Created.Compare(a.Created) })
	return keys
}

// owned is valid, but it is an error if there is none.
func (d *keyDesk) owned(kind record.KeyKind, name string) ([]record.Key, error) {
	if keys := d.valid(kind, name); len(keys) > 0 {
		return keys, nil
	}
	if slices.ContainsFunc(d.keys, func(k record.Key) bool { return k.Kind == kind && k.Name == name }) {
		return nil, fmt.Errorf("%s %q has no valid key any more: give it one with haochaping %s add", kind, name, kind)
	}
	return nil, fmt.Errorf("no %s is called %q: see haochaping %s list", kind, name, kind)
}

// namesake is the other kind of sender that has or had this name, or empty.
func (d *keyDesk) namesake(kind record.KeyKind, name string) record.KeyKind {
	i := slices.IndexFunc(d.keys, func(k record.Key) bool { return k.Kind != kind && k.Name == name })
	if i < 0 {
		return ""
	}
	return d.keys[i].Kind
}

func (a *App) addKey(ctx context.Context, d *keyDesk, in *KeyAdd) (KeyChange, error) {
	k := in.Key
	if len(d.valid(k.Kind, k.Name)) > 0 {
		return KeyChange{}, fmt.Errorf("%s %q has a key already: rotate it, or revoke it first", k.Kind, k.Name)
	}
	if other := d.namesake(k.Kind, k.Name); other != "" {
		return KeyChange{}, fmt.Errorf("a %s is called %q already, and what a sender may read goes by its name: choose another one", other, k.Name)
	}
	k.Created = d.now
	if ps := k.Check(); len(ps) > 0 {
		return KeyChange{}, fmt.Errorf("add %s %q: %w", k.Kind, k.Name, ps)
	}
	news, err := d.newMaps(in)
	if err != nil {
		return KeyChange{}, err
	}
	for _, s := range news {
		if err := d.store.StoreSource(ctx, s); err != nil {
			return KeyChange{}, err
		}
	}
	return KeyChange{Key: k, Places: placesOf(a.store.Directory(), &k), Warnings: a.unknownPlaces(&k)}, d.store.StoreKeys(ctx, []record.Key{k})
}

// newMaps are the code maps of a first key that are not stored yet. A source that has maps
// keeps them: what its codes mean changes only where that is asked for.
func (d *keyDesk) newMaps(in *KeyAdd) (news []record.Source, err error) {
	stored := func(name string) int {
		return slices.IndexFunc(d.sources, func(s record.Source) bool { return s.Name == name })
	}
	for _, s := range in.Sources {
		i := stored(s.Name)
		if i < 0 {
			news = append(news, s)
			continue
		}
		for j := range s.CodeMaps {
			if !slices.ContainsFunc(d.sources[i].CodeMaps, s.CodeMaps[j].Same) {
				return nil, fmt.Errorf("source %q has code maps already, and not this one: leave --code-map out to keep them, or change them first with haochaping source map set %s", s.Name, s.Name)
			}
		}
	}
	for _, name := range in.Key.Sources {
		given := slices.ContainsFunc(in.Sources, func(s record.Source) bool { return s.Name == name })
		if in.Key.Kind == record.KeySource && !given && name != record.SourceKiosk && stored(name) < 0 {
			return nil, fmt.Errorf("source %q has no code map yet: name one with --code-map (%s), or give it its own first with haochaping source map set; the scales in use run in opposite directions, so it is never guessed",
				name, strings.Join(record.PresetNames(), ", "))
		}
	}
	return news, nil
}

func (a *App) rotateKey(ctx context.Context, d *keyDesk, in *KeyRotation) (KeyChange, error) {
	old, err := d.owned(in.Kind, in.Name)
	if err != nil {
		return KeyChange{}, err
	}
	k := old[0]
	k.Hash, k.Created, k.ValidUntil = in.Hash, d.now, time.Time{}
	for i := range old {
		if in.Overlap <= 0 {
			old[i].Revoked = d.now
		} else {
			old[i].ValidUntil = earliest(old[i].ValidUntil, d.now.Add(in.Overlap))
		}
		old[i].Windows = nil // they are stored
	}
	// In one insert: no moment has both keys or none.
	return KeyChange{Key: k, Places: placesOf(a.store.Directory(), &k), Ended: old}, d.store.StoreKeys(ctx, append([]record.Key{k}, old...))
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// fingerprintLength is the least of a hash that names a key.
const fingerprintLength = 8

func (a *App) revokeKey(ctx context.Context, d *keyDesk, in *KeyRevocation) (KeyChange, error) {
	keys, err := d.owned(in.Kind, in.Of)
	if err != nil && len(in.Of) >= fingerprintLength {
		if found := d.withFingerprint(in.Kind, in.Of); len(found) > 1 {
			return KeyChange{}, fmt.Errorf("%d keys have the fingerprint %s: name the device or source", len(found), in.Of)
		} else if len(found) == 1 {
			keys, err = found, nil
		}
	}
	if err != nil {
		return KeyChange{}, err
	}
	for i := range keys {
		keys[i].Revoked, keys[i].Windows = d.now, nil
	}
	return KeyChange{Ended: keys}, d.store.StoreKeys(ctx, keys)
}

func (d *keyDesk) withFingerprint(kind record.KeyKind, start string) []record.Key {
	var keys []record.Key
	for _, k := range d.keys {
		text, err := k.Hash.MarshalText()
		if err == nil && k.Kind == kind && k.ValidAt(d.now) && strings.HasPrefix(string(text), strings.ToLower(start)) {
			keys = append(keys, k)
		}
	}
	return keys
}

func (a *App) moveDevice(ctx context.Context, d *keyDesk, in *DeviceMove) (KeyChange, error) {
	keys, err := d.owned(record.KeyDevice, in.Name)
	if err != nil {
		return KeyChange{}, err
	}
	to := in.DatedWindow
	to.From = cmp.Or(to.From, calendar.DayOf(d.now, a.cfg.Timezone.Location))
	moved := keys[0]
	moved.Windows = append(slices.Clone(moved.Windows), to)
	for i := range keys { // also one that a rotation has left valid for some hours
		keys[i].Windows = []record.DatedWindow{to}
	}
	if err := d.store.StoreKeys(ctx, keys); err != nil {
		return KeyChange{}, err
	}
	warned := keys[0]
	return KeyChange{Key: moved, Warnings: a.unknownPlaces(&warned)}, nil
}

// unknownPlaces says which codes of a device the directory does not know. That is no
// error: the directory may come later.
func (a *App) unknownPlaces(k *record.Key) []string {
	if k.Hall == "" {
		return nil
	}
	dir := a.store.Directory()
	if _, ok := dir.Hall(k.Hall); !ok {
		return []string{fmt.Sprintf("the directory does not know the hall %q: what %s sends stays unattributed until it does", k.Hall, k.Name)}
	}
	var warnings []string
	for _, w := range k.Windows {
		if _, ok := dir.Window(k.Hall, w.Window); w.Window != "" && !ok {
			warnings = append(warnings, fmt.Sprintf("the directory does not know the window %q of hall %q (%s)", w.Window, k.Hall, k.Name))
		}
	}
	return warnings
}

// Keys lists every key and source.
func (c *Client) Keys(ctx context.Context) (list KeyList, err error) {
	err = c.call(ctx, "keys", nothing{}, &list)
	return list, err
}

// WriteKeys writes the keys of a kind in a format.
func (c *Client) WriteKeys(ctx context.Context, in *KeysCall, out io.Writer) error {
	return c.call(ctx, "write-keys", in, out)
}

// AddKey gives a sender its first key, or one again after its last was revoked.
func (c *Client) AddKey(ctx context.Context, in *KeyAdd) (out KeyChange, err error) {
	err = c.call(ctx, "add-key", in, &out)
	return out, err
}

// RotateKey gives a sender a new key in place of the old one.
func (c *Client) RotateKey(ctx context.Context, in *KeyRotation) (out KeyChange, err error) {
	err = c.call(ctx, "rotate-key", in, &out)
	return out, err
}

// RevokeKey makes keys worthless, at once and for good.
func (c *Client) RevokeKey(ctx context.Context, in *KeyRevocation) (out KeyChange, err error) {
	err = c.call(ctx, "revoke-key", in, &out)
	return out, err
}

// MoveDevice puts a device at another window from a day on.
func (c *Client) MoveDevice(ctx context.Context, in *DeviceMove) (out KeyChange, err error) {
	err = c.call(ctx, "move-device", in, &out)
	return out, err
}
