package warehouse

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// The leases.
const (
	leaseRestate  = "restate"  // on the stage tables and on the partitions swapped from them
	leaseEditions = "editions" // on the end of every ledger of an edition
	leaseAccounts = "accounts" // on who may sign in
)

const (
	leaseTime  = 15 * time.Second // how long the work is missed after its process died
	leaseRenew = 3 * time.Second
	leaseLeft  = 4 * time.Second // a swap of partitions takes less
)

// errLeaseLost ends work that was out of touch for so long that another instance may have
// begun its own. A restatement leaves the days dirty, an edition its ledger as it was.
var errLeaseLost = errors.New("another instance may have taken over: nothing was changed, the work is still to be done")

// lease waits until no other instance restates and keeps it so until release: two of them
// would fill one set of stage tables. The returned context ends when the lease is lost.
// Where this process has the database to itself the lease is free.
func (w *Warehouse) lease(ctx context.Context) (leased context.Context, release func() error, err error) {
	return w.leaseNamed(ctx, leaseRestate)
}

// leaseNamed is lease for other work that one instance at a time does.
func (w *Warehouse) leaseNamed(ctx context.Context, name string) (leased context.Context, release func() error, err error) {
	if w.sole {
		return ctx, func() error { return nil }, nil
	}
	for {
		ok, err := w.claim(ctx, name)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			break
		}
		select {
		case <-ctx.Done():
			return nil, nil, fmt.Errorf("wait for another instance to end its work (%s): %w", name, ctx.Err())
		case <-time.After(200*time.Millisecond + rand.N(300*time.Millisecond)): //nolint:gosec // jitter
		}
	}
	leased, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.renew(leased, name, cancel)
	}()
	return leased, func() error {
		cancel(nil)
		<-done
		// Also when ctx has ended: otherwise the next restatement waits for nothing.
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), leaseLeft)
		defer stop()
		err := w.exec(ctx, "lease_claim", w.leaseParams(name, 0))
		if cause := context.Cause(leased); errors.Is(cause, errLeaseLost) {
			err = errors.Join(cause, err)
		}
		return err
	}, nil
}

// claim raises a flag, and only then looks for flags of others: of two that claim at once
// at least one sees the other, and takes its flag down again.
func (w *Warehouse) claim(ctx context.Context, name string) (bool, error) {
	others, _, err := w.leaseState(ctx, name)
	if err != nil || others > 0 {
		return false, err
	}
	if err := w.exec(ctx, "lease_claim", w.leaseParams(name, leaseTime)); err != nil {
		return false, err
	}
	others, _, err = w.leaseState(ctx, name)
	if err == nil && others == 0 {
		return true, nil
	}
	return false, errors.Join(err, w.exec(ctx, "lease_claim", w.leaseParams(name, 0)))
}

func (w *Warehouse) renew(ctx context.Context, name string, lost context.CancelCauseFunc) {
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := w.exec(ctx, "lease_renew", w.leaseParams(name, leaseTime))
		if err == nil {
			err = w.heldNamed(ctx, name)
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
func (w *Warehouse) held(ctx context.Context) error { return w.heldNamed(ctx, leaseRestate) }

func (w *Warehouse) heldNamed(ctx context.Context, name string) error {
	if w.sole {
		return nil
	}
	_, own, err := w.leaseState(ctx, name)
	if err == nil && !own {
		err = errLeaseLost
	}
	return err
}

func (w *Warehouse) leaseState(ctx context.Context, name string) (others uint64, own bool, err error) {
	if err := w.row(ctx, "lease_state", w.leaseParams(name, leaseLeft)).Scan(&others, &own); err != nil {
		return 0, false, fmt.Errorf("look at the lease (%s): %w", name, err)
	}
	return others, own, nil
}

func (w *Warehouse) leaseParams(name string, d time.Duration) params {
	return params{"name": name, "owner": w.owner.String(), "seconds": fmt.Sprint(int(d / time.Second))}
}
