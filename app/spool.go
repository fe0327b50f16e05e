package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"

	"haochaping/collector"
	"haochaping/collector/spool"
	"haochaping/config"
)

// StoppedSpool is the spool of a collector that does not run, opened for reading.
type StoppedSpool struct {
	queue *spool.Spool
}

// OpenStoppedSpool opens the spool of the configuration. Nothing on disk changes.
func OpenStoppedSpool(cfg *config.Config, log *slog.Logger) (*StoppedSpool, error) {
	dir := cfg.Collector.SpoolDir
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no spool in %s: see --data-dir and collector.spool_dir", dir)
	}
	queue, err := spool.OpenReadOnly(spool.Options{Dir: dir, Logger: log})
	if errors.Is(err, spool.ErrLocked) {
		return nil, fmt.Errorf("the spool in %s is in use: stop the collector first; while it runs, its /metrics say how the spool stands", dir)
	}
	if err != nil {
		return nil, err
	}
	return &StoppedSpool{queue}, nil
}

// Close releases the directory.
func (s *StoppedSpool) Close() error { return s.queue.Close() }

// Survey says how the spool stands.
func (s *StoppedSpool) Survey(ctx context.Context) (spool.Survey, error) { return s.queue.Survey(ctx) }

// Verify reads everything and lists every damaged place.
func (s *StoppedSpool) Verify(ctx context.Context) (spool.Report, error) { return s.queue.Verify(ctx) }

// Export writes every unshipped record as one JSON object a line.
func (s *StoppedSpool) Export(ctx context.Context, out io.Writer, skipDamaged bool) (collector.ExportReport, error) {
	return collector.Export(ctx, s.queue, out, skipDamaged)
}

// quarantineDir is where the shipper puts aside what the warehouse refuses for good.
func quarantineDir(cfg *config.Config) string { return cfg.Collector.SpoolDir + ".quarantine" }

// Quarantine lists the records that were put aside.
func Quarantine(cfg *config.Config) ([]collector.Quarantined, error) {
	return collector.QuarantinedIn(quarantineDir(cfg))
}

func (a *App) retryQuarantined(ctx context.Context, names *[]string) ([]collector.Retried, error) {
	w, err := a.store.get()
	if err != nil {
		return nil, err
	}
	return collector.RetryQuarantined(ctx, quarantineDir(a.cfg), *names, w)
}

// RetryQuarantined offers quarantined records to ClickHouse again, all of them without
// names.
func (c *Client) RetryQuarantined(ctx context.Context, names []string) (list []collector.Retried, err error) {
	err = c.call(ctx, "retry-quarantined", names, &list)
	return list, err
}
