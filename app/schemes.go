package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"haochaping/evaluation/scheme"
	"haochaping/warehouse"
)

var (
	errNoScheme      = errors.New("there is no scheme")
	errBundledScheme = errors.New("comes with the product, with another text: give yours an id or a version of its own")
)

// SchemeRef names an evaluation scheme.
type SchemeRef struct {
	// Name is ID or ID@VERSION; without a version the newest one. ” is the default scheme.
	Name string
	// Text is the scheme itself, as YAML; Name is then ignored.
	Text []byte
}

// SchemeEntry is one version of a scheme that can be named.
type SchemeEntry struct {
	ID      string      `json:"id"`
	Version string      `json:"version"`
	Name    scheme.Text `json:"name"`
	Hash    string      `json:"hash"`     // SHA-256 of its text, hexadecimal
	Bundled bool        `json:"bundled"`  // comes with the product
	AddedAt *time.Time  `json:"added_at"` // nil of a bundled one
	AddedBy string      `json:"added_by"`
}

// SchemeText is a version of a scheme as it is written.
type SchemeText struct {
	ID, Version string
	Text        []byte
}

// SchemeAddition is a scheme that somebody adds.
type SchemeAddition struct {
	Text []byte
	By   string // who adds it
}

// SchemeAdded says what came of it.
type SchemeAdded struct {
	ID, Version string
	Added       bool // false: it was there already
}

func (a *App) schemeCommands(mux *http.ServeMux) {
	command(mux, "schemes", a.listSchemes)
	command(mux, "scheme", a.schemeText)
	command(mux, "add-scheme", a.addScheme)
}

// scheme finds a scheme: the one of the text, else the named version among those that were added and those that come
// with the product.
func (a *App) scheme(ctx context.Context, ref SchemeRef) (*scheme.Scheme, error) {
	if len(ref.Text) > 0 {
		return scheme.Load(ref.Text)
	}
	id, version, exact := strings.Cut(ref.Name, "@")
	if id == "" && !exact {
		id = scheme.DefaultID
	}
	w, err := a.store.get()
	if err != nil {
		return nil, err
	}
	added, err := w.Schemes(ctx, id)
	if err != nil {
		return nil, err
	}
	var found *scheme.Scheme
	for _, s := range scheme.Bundled() {
		if s.ID == id && (!exact || s.Version == version) {
			found = s
		}
	}
	var newer *warehouse.StoredScheme
	for i := range added {
		s := &added[i]
		switch {
		case exact && s.Version != version:
		case found != nil && scheme.CompareVersions(s.Version, found.Version) <= 0:
		case newer == nil || scheme.CompareVersions(s.Version, newer.Version) > 0:
			newer = s
		}
	}
	if newer != nil {
		if found, err = scheme.Load(newer.Text); err != nil {
			return nil, fmt.Errorf("scheme %s@%s was added and can no longer be read:\n%w", newer.ID, newer.Version, err)
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%w %q: haochaping scheme list shows them, haochaping scheme add FILE adds one", errNoScheme, ref.Name)
	}
	return found, nil
}

// listSchemes lists every version of every scheme, by id, then the newest first.
func (a *App) listSchemes(ctx context.Context, _ *nothing) ([]SchemeEntry, error) {
	w, err := a.store.get()
	if err != nil {
		return nil, err
	}
	var list []SchemeEntry
	for _, s := range scheme.Bundled() {
		list = append(list, SchemeEntry{ID: s.ID, Version: s.Version, Name: s.Name, Hash: hex.EncodeToString(s.Hash[:]), Bundled: true})
	}
	added, err := w.Schemes(ctx, "")
	if err != nil {
		return nil, err
	}
	for i := range added {
		s := &added[i]
		entry := SchemeEntry{ID: s.ID, Version: s.Version, Hash: hex.EncodeToString(s.Hash[:]), AddedAt: &s.AddedAt, AddedBy: s.AddedBy}
		// A scheme that this version of the product refuses is listed too, without a name.
		if found, err := a.scheme(ctx, SchemeRef{Name: s.ID + "@" + s.Version}); err == nil {
			entry.Name = found.Name
		}
		list = append(list, entry)
	}
	slices.SortStableFunc(list, func(x, y SchemeEntry) int {
		if x.ID != y.ID {
			return strings.Compare(x.ID, y.ID)
		}
		return scheme.CompareVersions(y.Version, x.Version)
	})
	return list, nil
}

func (a *App) schemeText(ctx context.Context, ref *SchemeRef) (SchemeText, error) {
	s, err := a.scheme(ctx, *ref)
	if err != nil {
		return SchemeText{}, err
	}
	return SchemeText{s.ID, s.Version, s.Source}, nil
}

func (a *App) addScheme(ctx context.Context, in *SchemeAddition) (SchemeAdded, error) {
	s, err := scheme.Load(in.Text)
	if err != nil {
		return SchemeAdded{}, err
	}
	for _, b := range scheme.Bundled() {
		if b.ID != s.ID || b.Version != s.Version {
			continue
		}
		if b.Hash != s.Hash {
			return SchemeAdded{}, fmt.Errorf("scheme %s@%s %w", s.ID, s.Version, errBundledScheme)
		}
		return SchemeAdded{s.ID, s.Version, false}, nil
	}
	w, err := a.store.get()
	if err != nil {
		return SchemeAdded{}, err
	}
	stored := warehouse.StoredScheme{
		ID: s.ID, Version: s.Version, Text: s.Source, Hash: s.Hash, AddedAt: time.Now().UTC().Truncate(time.Millisecond), AddedBy: in.By,
	}
	added, err := w.AddScheme(ctx, &stored)
	return SchemeAdded{s.ID, s.Version, added}, err
}

// Schemes lists every version of every scheme, by id, then the newest first.
func (c *Client) Schemes(ctx context.Context) (list []SchemeEntry, err error) {
	err = c.call(ctx, "schemes", nothing{}, &list)
	return list, err
}

// Scheme is a scheme as it is written.
func (c *Client) Scheme(ctx context.Context, ref SchemeRef) (text SchemeText, err error) {
	err = c.call(ctx, "scheme", ref, &text)
	return text, err
}

// AddScheme keeps a version of a scheme for good.
func (c *Client) AddScheme(ctx context.Context, in *SchemeAddition) (added SchemeAdded, err error) {
	err = c.call(ctx, "add-scheme", in, &added)
	return added, err
}
