package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/engine"
	"haochaping/evaluation"
	"haochaping/record"
	"haochaping/warehouse"
)

// errNotReached is what every question gets before ClickHouse was reached for the first
// time. Whoever writes keeps its records and tries again.
var errNotReached = errors.New("ClickHouse has not been reached yet")

// lateWarehouse is the warehouse from the moment it can be reached, so that a collector
// accepts from the first second, whether ClickHouse runs or not.
type lateWarehouse struct {
	embedded *engine.Engine // nil = a server of one's own
	opened   atomic.Pointer[warehouse.Warehouse]
	timed    bool // the table of working time is right; of open, then of watch
}

func (l *lateWarehouse) open(ctx context.Context, a *App) error {
	o, err := l.options(a)
	if err != nil {
		return err
	}
	w, err := warehouse.Open(ctx, o)
	switch {
	case err == nil:
		l.timed = !a.countsWorkingTime() || a.storeWorkingTime(ctx, w)
		l.opened.Store(w)
	case l.embedded != nil || permanent(err):
		return err
	default:
		a.log.Warn("ClickHouse is away, accepting meanwhile and trying again", "error", err)
	}
	a.onStop("the connection to ClickHouse", func(context.Context) error {
		if w := l.opened.Load(); w != nil {
			return w.Close()
		}
		return nil
	})
	a.spawn("the directory", func(ctx context.Context) error { return l.watch(ctx, a, o) })
	return nil
}

func permanent(err error) bool { return errors.Is(err, warehouse.ErrZone) }

func (l *lateWarehouse) options(a *App) (warehouse.Options, error) {
	c := a.cfg.ClickHouse
	o := warehouse.Options{
		Address: strings.Join(c.Address, ","), Database: c.Database, Username: c.Username, Password: c.Password.Reveal(),
		DialTimeout: c.DialTimeout, MaxConns: c.MaxOpenConns, Zone: a.cfg.Timezone.Location, Logger: a.log,
		LateAfter: a.cfg.Collector.LateAfter, Cluster: c.Cluster, Quorum: c.InsertQuorum,
	}
	for _, h := range a.cfg.Calendar.Hours {
		o.Hours = append(o.Hours, calendar.Stretch(h))
	}
	if e := l.embedded; e != nil {
		o.Address, o.Database, o.Username, o.Password = e.Address(), e.Database(), e.User(), e.Password()
		o.Loopback, o.Sole, o.Cluster = true, true, ""
		return o, nil
	}
	if !c.TLS {
		return o, nil
	}
	o.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CAFile == "" {
		return o, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return o, fmt.Errorf("read clickhouse.ca_file: %w", err)
	}
	o.TLS.RootCAs = x509.NewCertPool()
	if !o.TLS.RootCAs.AppendCertsFromPEM(pem) {
		return o, fmt.Errorf("read clickhouse.ca_file: no certificate in PEM form in %s", c.CAFile)
	}
	return o, nil
}

// watch reaches ClickHouse if that has not happened yet, then keeps the directory, the working days and the targets fresh.
func (l *lateWarehouse) watch(ctx context.Context, a *App, o warehouse.Options) error {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	l.timed = l.timed || !a.countsWorkingTime()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		w := l.opened.Load()
		if w == nil {
			opened, err := warehouse.Open(ctx, o)
			if permanent(err) {
				return err
			}
			if err == nil {
				l.opened.Store(opened)
				a.log.Info("ClickHouse reached")
			}
			continue
		}
		if changed, err := w.ReloadDirectory(ctx); err != nil && ctx.Err() == nil {
			a.log.Debug("directory not reloaded", "error", err)
		} else if changed {
			a.log.Info("directory reloaded", "version", w.Directory().Version())
		}
		if !l.timed {
			l.timed = a.storeWorkingTime(ctx, w)
		} else if changed, err := w.ReloadWorkdays(ctx); err != nil && ctx.Err() == nil {
			a.log.Debug("working days not reloaded", "error", err)
		} else if changed {
			a.log.Info("working days reloaded")
		}
		if changed, err := w.ReloadTargets(ctx); err != nil && ctx.Err() == nil {
			a.log.Debug("targets not reloaded", "error", err)
		} else if changed {
			a.log.Info("targets reloaded")
		}
	}
}

func (l *lateWarehouse) get() (*warehouse.Warehouse, error) {
	if w := l.opened.Load(); w != nil {
		return w, nil
	}
	return nil, errNotReached
}

var noDirectory, _ = directory.New(nil, nil, nil, nil, nil, nil)

// Directory is the newest directory loaded, an empty one before the first.
func (l *lateWarehouse) Directory() *directory.Directory {
	if w := l.opened.Load(); w != nil {
		return w.Directory()
	}
	return noDirectory
}

// Insert stores a batch.
func (l *lateWarehouse) Insert(ctx context.Context, b *record.Batch, token string) error {
	w, err := l.get()
	if err != nil {
		return err
	}
	return w.Insert(ctx, b, token)
}

// Keys reads keys and sources.
func (l *lateWarehouse) Keys(ctx context.Context) ([]record.Key, []record.Source, error) {
	w, err := l.get()
	if err != nil {
		return nil, nil, err
	}
	return w.Keys(ctx)
}

// KeyState changes with every key and source.
func (l *lateWarehouse) KeyState(ctx context.Context) (uint64, error) {
	w, err := l.get()
	if err != nil {
		return 0, err
	}
	return w.KeyState(ctx)
}

// Facts reads facts.
func (l *lateWarehouse) Facts(ctx context.Context, q evaluation.Query) ([]evaluation.Row, error) {
	w, err := l.get()
	if err != nil {
		return nil, err
	}
	return w.Facts(ctx, q)
}

// Generation is the state of the facts.
func (l *lateWarehouse) Generation(ctx context.Context) (evaluation.Generation, error) {
	w, err := l.get()
	if err != nil {
		return evaluation.Generation{}, err
	}
	return w.Generation(ctx)
}

// Restate restates what is dirty.
func (l *lateWarehouse) Restate(ctx context.Context, now time.Time) (evaluation.Work, error) {
	w, err := l.get()
	if err != nil {
		return evaluation.Work{}, err
	}
	return w.Restate(ctx, now)
}

// RestateRange restates a range of days.
func (l *lateWarehouse) RestateRange(ctx context.Context, days calendar.Range, now time.Time) (evaluation.Work, error) {
	w, err := l.get()
	if err != nil {
		return evaluation.Work{}, err
	}
	return w.RestateRange(ctx, days, now)
}

// RestateItems restates the months of items.
func (l *lateWarehouse) RestateItems(ctx context.Context) (evaluation.Work, error) {
	w, err := l.get()
	if err != nil {
		return evaluation.Work{}, err
	}
	return w.RestateItems(ctx)
}

// RecordRun keeps what a job did.
func (l *lateWarehouse) RecordRun(ctx context.Context, run evaluation.Run) error {
	w, err := l.get()
	if err != nil {
		return err
	}
	return w.RecordRun(ctx, run)
}
