package app

import (
	"context"

	"github.com/google/uuid"

	"haochaping/directory"
	"haochaping/evaluation"
)

// reviews are bad reviews one by one, with the configured deadlines.
type reviews struct{ app *App }

// Reviews returns one page of what a query chooses.
func (r reviews) Reviews(ctx context.Context, q evaluation.ReviewQuery) (list []evaluation.Review, more bool, err error) {
	w, err := r.app.store.get()
	if err != nil {
		return nil, false, err
	}
	return w.Reviews(ctx, q, r.app.followUpClock(r.app.workdays()))
}

// Review returns one review, if the scope shows it.
func (r reviews) Review(ctx context.Context, scope directory.Scope, id uuid.UUID) (evaluation.ReviewDetails, bool, error) {
	w, err := r.app.store.get()
	if err != nil {
		return evaluation.ReviewDetails{}, false, err
	}
	return w.Review(ctx, scope, id, r.app.followUpClock(r.app.workdays()))
}
