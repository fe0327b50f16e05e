package app

import (
	"context"
	"log/slog"
	"time"

	"haochaping/collector/spool"
)

// When ids are looked through: first a while after the start, so that a collector which
// is restarted every day does it too, then once a day.
const (
	forgetAfterStart = 10 * time.Minute
	forgetEvery      = 24 * time.Hour
)

// forgetIDs has the spool forget, once a day, the ids that were remembered long enough.
// The spool rests in between: new records hardly wait.
func forgetIDs(queue *spool.Spool, remember time.Duration, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		next := time.NewTimer(forgetAfterStart)
		defer next.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-next.C:
			}
			began := time.Now()
			n, err := queue.ForgetIDs(ctx, remember)
			switch {
			case ctx.Err() != nil:
				return nil
			case err != nil:
				log.Error("old ids are not forgotten: the index cannot be read, see haochaping spool verify", "forgotten", n, "error", err)
			case n > 0:
				log.Info("old ids forgotten", "ids", n, "took", time.Since(began).Round(time.Millisecond))
			}
			next.Reset(forgetEvery)
		}
	}
}
