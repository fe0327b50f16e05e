// Package app builds the rooms in order, joins them through their small interfaces, and
// stops them in reverse. It is the only package that knows them all, and it decides
// nothing about ratings.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"haochaping/access"
	"haochaping/access/signon"
	"haochaping/aggregator"
	"haochaping/collector"
	"haochaping/collector/spool"
	"haochaping/config"
	"haochaping/engine"
	"haochaping/record"
)

// stopGrace bounds the stop of one room.
const stopGrace = 20 * time.Second

// App is a running installation: a server, or the rooms that one command needs.
type App struct {
	cfg      *config.Config
	log      *slog.Logger
	registry *prometheus.Registry
	demo     bool
	now      func() time.Time // nil = the system's clock

	store      *lateWarehouse
	door       *record.Door
	keyring    *collector.Keyring
	collector  *collector.Collector // nil without the role
	aggregator *aggregator.Aggregator
	desk       *editionDesk // of the pages; nil without them
	gate       *access.Gate
	signOn     *signon.SignOn

	read atomic.Int64 // when a page was last asked for, in nanoseconds

	keyChanges sync.Mutex // held from reading keys to writing what follows from them

	fatal    chan error // the first error that nothing can go on after; of size 1
	cleanups []cleanup  // run in reverse by Stop; owned by the goroutine that started the App
	address  string     // of the web server, once it listens
	// endStreams ends the streams of the dashboard, for which the web server would wait; nil without one.
	endStreams func()
}

type cleanup struct {
	name string
	stop func(context.Context) error
}

// New makes an App that is not started. demo marks every page and file as demo data.
func New(cfg *config.Config, log *slog.Logger, demo bool) *App {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &App{
		cfg: cfg, log: log, registry: registry, demo: demo,
		store: &lateWarehouse{}, fatal: make(chan error, 1),
	}
}

// SetClock makes the rooms that take records, ship and aggregate them go by another clock
// than the system's. It is meant for tests of clocks that jump, and is called before Start.
func (a *App) SetClock(now func() time.Time) { a.now = now }

// Start builds every room of the configured roles and serves them. When it fails, what
// was already started is stopped again.
func (a *App) Start(ctx context.Context) error {
	return a.build(ctx, a.openMemory, a.openFolder, a.openEngine, a.openWarehouse, a.openIntake, a.openAggregator, a.openAccess, a.openWeb, a.openControl)
}

// startForCommand builds only what a command without a server needs.
func (a *App) startForCommand(ctx context.Context) error {
	return a.build(ctx, a.openFolder, a.openEngine, a.openWarehouse, a.openAggregator, a.openAccess, a.openControl)
}

func (a *App) build(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return errors.Join(err, a.Stop())
		}
	}
	return nil
}

// Stop stops the rooms, the last started first, each within a bound.
func (a *App) Stop() error {
	var errs []error
	for _, c := range slices.Backward(a.cleanups) {
		ctx, cancel := context.WithTimeout(context.Background(), stopGrace)
		if err := c.stop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", c.name, err))
		}
		cancel()
	}
	a.cleanups = nil
	return errors.Join(errs...)
}

// Run waits until ctx ends or something broke for good, then stops everything.
func (a *App) Run(ctx context.Context) error {
	var err error
	select {
	case <-ctx.Done():
	case err = <-a.fatal:
	}
	return errors.Join(err, a.Stop())
}

func (a *App) onStop(name string, stop func(context.Context) error) {
	a.cleanups = append(a.cleanups, cleanup{name, stop})
}

// spawn runs a room's loop until its turn to stop comes, and waits for it then.
func (a *App) spawn(name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := run(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errors.New("ended by itself") // unnoticed, its work would never be done again
		}
		a.die(fmt.Errorf("%s: %w", name, err))
	}()
	a.onStop(name, func(stop context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-stop.Done():
			return stop.Err()
		}
	})
}

// die reports what nothing can go on after; only the first report counts.
func (a *App) die(err error) {
	select {
	case a.fatal <- err:
	default:
		a.log.Error("stopping already", "error", err)
	}
}

func (a *App) openFolder(context.Context) error {
	if err := os.MkdirAll(a.cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("make the data folder %s: %w: choose another with --data-dir", a.cfg.DataDir, err)
	}
	door, err := NewDoor(a.cfg)
	a.door = door
	return err
}

func (a *App) openEngine(ctx context.Context) error {
	if !a.cfg.ClickHouse.Embedded() {
		return nil
	}
	e, err := engine.New(engine.Options{
		Dir: filepath.Join(a.cfg.DataDir, "clickhouse"), Library: a.cfg.Engine.Library, Binary: a.cfg.Engine.Binary,
		MaxMemory: uint64(max(a.cfg.Engine.MaxMemory, 0)), Logger: a.log,
	})
	if err != nil {
		return err
	}
	if err := e.Start(ctx); err != nil {
		return err
	}
	a.onStop("the embedded ClickHouse", e.Stop)
	a.store.embedded = e
	return nil
}

func (a *App) openWarehouse(ctx context.Context) error {
	return a.store.open(ctx, a)
}

func (a *App) openIntake(context.Context) error {
	if !a.cfg.Roles.Has(config.RoleCollector) {
		return nil
	}
	c := a.cfg.Collector
	queue, err := spool.Open(spool.Options{
		Dir: c.SpoolDir, MaxBytes: uint64(max(c.SpoolMax, 0)), MinFree: 256 << 20, Now: a.now, Logger: a.log, Fatal: a.die,
	})
	if err != nil {
		return fmt.Errorf("open the spool: %w", err)
	}
	a.onStop("the spool", func(context.Context) error { return queue.Close() })
	ring, err := collector.NewKeyring(collector.KeyringOptions{
		Path: c.SpoolDir + ".keys", Store: a.store, Zone: a.cfg.Timezone.Location, Logger: a.log,
	})
	if err != nil {
		a.log.Warn("keys and sources are read from ClickHouse only", "error", err)
	}
	a.keyring = ring
	a.door.Codes, a.door.Maps = ring.Codes, ring.Maps
	name, err := os.Hostname()
	if err != nil {
		name = "collector"
	}
	a.collector, err = collector.New(collector.Options{
		Door: a.door, Spool: queue, Keys: ring, Directory: a.store.Directory, Name: name,
		URL:     a.cfg.PublicBaseURL + a.cfg.BasePath,
		MaxBody: int64(c.MaxBody), RequestTimeout: c.RequestTimeout, Now: a.now, Logger: a.log, Registry: a.registry,
		DeviceRate: c.DeviceRate, SourceRate: c.SourceRate, RefusedQuota: c.RefusedQuota,
		Devices: a.store, Batches: a.store, Desk: refusedDesk{a},
	})
	if err != nil {
		return err
	}
	shipper, err := collector.NewShipper(collector.ShipperOptions{
		Queue: queue, Warehouse: a.store, Quarantine: quarantineDir(a.cfg),
		Batch: c.ShipBatch, Interval: c.ShipInterval, Now: a.now, Logger: a.log, Registry: a.registry,
	})
	if err != nil {
		return err
	}
	a.spawn("the keyring", ring.Run)
	a.spawn("the shipper", shipper.Run)
	a.spawn("the memory of ids", forgetIDs(queue, c.RememberIDs, a.log))
	return a.watchDevices()
}

func (a *App) openAggregator(context.Context) error {
	agg, err := aggregator.New(aggregator.Options{
		Store: a.store, Dirty: a.cfg.Aggregator.Dirty, Items: a.cfg.Aggregator.MonthItems,
		Evaluate: a.cfg.Aggregator.Evaluate, Due: a.drawDue,
		Zone: a.cfg.Timezone.Location, Now: a.now, Logger: a.log, Minutely: newArrivals(a).look,
	})
	if err != nil {
		return err
	}
	a.aggregator = agg
	return nil
}
