package app

import (
	"context"
	"fmt"

	"haochaping/calendar"
	"haochaping/edition"
	"haochaping/evaluation/movement"
	"haochaping/evaluation/scheme"
	"haochaping/warehouse"
)

// publishedStandings are how units stood in the newest published edition of a scheme and period; nil where there is
// none.
func (a *App) publishedStandings(ctx context.Context, s *scheme.Scheme, period calendar.Range) (map[string]movement.Standing, error) {
	w, err := a.store.get()
	if err != nil {
		return nil, err
	}
	documents, err := w.EditionDocuments(ctx, "")
	if err != nil {
		return nil, err
	}
	var newest *warehouse.EditionDocument
	for i := range documents {
		d := &documents[i]
		if d.Sealed && d.Scheme == s.ID && d.Period == period && (newest == nil || d.At.After(newest.At)) {
			newest = d
		}
	}
	if newest == nil {
		return nil, nil //nolint:nilnil // nothing is published, and so nothing is late
	}
	body, err := w.EditionDocument(ctx, newest.Number, newest.Hash)
	if err != nil {
		return nil, err
	}
	e, err := edition.Decode(edition.Document(body))
	if err != nil {
		return nil, fmt.Errorf("read edition %s: %w", newest.Number, err)
	}
	return standings(e), nil
}

// standings are the scores of an edition and the ranks that follow from them, also where it publishes bands.
func standings(e *edition.Edition) map[string]movement.Standing {
	all := make(map[string]movement.Standing, len(e.Units))
	for i := range e.Units {
		if u := &e.Units[i]; u.Ranked() {
			score, _ := u.Score.Float()
			all[u.Code] = movement.Standing{Score: score, Rank: 1}
		}
	}
	for code, own := range all {
		for _, other := range all {
			if other.Score > own.Score {
				own.Rank++
			}
		}
		all[code] = own
	}
	return all
}
