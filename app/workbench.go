package app

import (
	"context"
	"errors"

	"haochaping/dashboard"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// workbench is what the pages for evaluators are made of.
type workbench struct{ app *App }

// Runs are the newest runs of the timetable.
func (b workbench) Runs(ctx context.Context, limit int) ([]evaluation.Run, error) {
	w, err := b.app.store.get()
	if err != nil {
		return nil, err
	}
	return w.Runs(ctx, "", false, limit)
}

// Schemes are all versions of all schemes.
func (b workbench) Schemes(ctx context.Context) ([]dashboard.SchemeVersion, error) {
	list, err := b.app.listSchemes(ctx, nil)
	if err != nil {
		return nil, err
	}
	versions := make([]dashboard.SchemeVersion, len(list))
	for i := range list {
		s := &list[i]
		versions[i] = dashboard.SchemeVersion{
			ID: s.ID, Version: s.Version, Name: s.Name, Hash: s.Hash, Bundled: s.Bundled, AddedAt: s.AddedAt, AddedBy: s.AddedBy,
		}
	}
	return versions, nil
}

// Scheme is the scheme of a name, nil if there is none.
func (b workbench) Scheme(ctx context.Context, name string) (*scheme.Scheme, error) {
	s, err := b.app.scheme(ctx, SchemeRef{Name: name})
	if errors.Is(err, errNoScheme) {
		return nil, nil
	}
	return s, err
}
