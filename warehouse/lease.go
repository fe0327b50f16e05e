package warehouse

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// leaseRestate is the lease on the stage tables and on the partitions swapped from them.
const leaseRestate = "restate"

const (
	leaseTime  = 15 * time.Second // how long a restatement is missed after its process died
	leaseRenew = 3 * time.Second
	leaseLeft  = 4 * time.Second // a swap of partitions takes less
)

// errLeaseLost ends a restatement that was out of touch for so long that another
// instance may have begun its own.
var errLeaseLost = errors.New("restate: another instance may have taken over, the days stay dirty")

// lease waits until no other instance restates and keeps it so until release: two of them
// would fill one set of stage tables. The returned context ends when the lease is lost.
// Where this process has the database to itself the lease is free.
func (w *Warehouse) lease(ctx context.Context) (leased context.Context, release func() error, err error) {
	if w.sole {
		return ctx, func() error { return nil }, nil
	}
	for {
		ok, err := w.claim(ctx)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			break
		}
		select {
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("wait for another instance to end its restatement: %w", ctx.Err())
		case <-time.After(200*time.Millisecond + rand.N(300*time.Millisecond)): //nolint:gosec // jitter
		}
	}
	leased, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.renew(leased, cancel)
	}()
	return leased, func() error {
		cancel(nil)
		<-done
		// Also when ctx has ended: otherwise the next restatement waits for nothing.
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), leaseLeft)
		defer stop()
		err := w.exec(ctx, "lease_claim", w.leaseParams(0))
		if cause := context.Cause(leased); errors.Is(cause, errLeaseLost) {
			err = errors.Join(cause, err)
		}
		return err
	}, nil
}

// claim raises a flag, and only then looks for flags of others: of two that claim at once
// at least one sees the other, and takes its flag down again.
func (w *Warehouse) claim(ctx context.Context) (bool, error) {
	others, _, err := w.leaseState(ctx)
	if err != nil || others > 0 {
		return false, err
	}
	if err := w.exec(ctx, "lease_claim", w.leaseParams(leaseTime)); err != nil {
		return false, err
	}
	others, _, err = w.leaseState(ctx)
	if err == nil && others == 0 {
		return true, nil
	}
	return false, errors.Join(err, w.exec(ctx, "lease_claim", w.leaseParams(0)))
}

func (w *Warehouse) renew(ctx context.Context, lost context.CancelCauseFunc) {
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := w.exec(ctx, "lease_renew", w.leaseParams(leaseTime))
		if err == nil {
			err = w.held(ctx)
		}
		switch {
		case errors.Is(err, errLeaseLost):
			lost(err)
			return
		case err != nil && ctx.Err() == nil:
			w.logger.Warn("lease not renewed, trying again", "error", err)
		}
	}
}

// held fails unless the lease still holds for longer than a swap takes.
func (w *Warehouse) held(ctx context.Context) error {
	if w.sole {
		return nil
	}
	_, own, err := w.leaseState(ctx)
	if err == nil && !own {
		err = errLeaseLost
	}
	return err
}

func (w *Warehouse) leaseState(ctx context.Context) (others uint64, own bool, err error) {
	if err := w.row(ctx, "lease_state", w.leaseParams(leaseLeft)).Scan(&others, &own); err != nil {
		return 0, false, fmt.Errorf("look at the lease of restatements: %w", err)
	}
	return others, own, nil
}

func (w *Warehouse) leaseParams(d time.Duration) params {
	return params{"name": leaseRestate, "owner": w.owner.String(), "seconds": fmt.Sprint(int(d / time.Second))}
}
