package app

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/dashboard"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/warehouse"
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

// AddScheme keeps a version of a scheme for good, by the rules of haochaping scheme add.
func (b workbench) AddScheme(ctx context.Context, by access.Person, text []byte) error {
	_, err := b.app.addScheme(ctx, &SchemeAddition{Text: text, By: by.ID})
	if errors.Is(err, errBundledScheme) || errors.Is(err, warehouse.ErrSchemeTaken) {
		return fmt.Errorf("%w: %w", scheme.ErrTaken, err)
	}
	return err
}

// Rehearse judges a period by two schemes. It leaves half of the processors to everybody else.
func (b workbench) Rehearse(ctx context.Context, before, after *scheme.Scheme, period calendar.Range) (was, is *scoring.Result, err error) {
	return b.app.rehearse(ctx, before, after, period, scoring.Options{Workers: max(1, runtime.GOMAXPROCS(0)/2)})
}
