package collector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"haochaping/record"
)

// DeviceWatchOptions of a DeviceWatch. Store and SilentAfter are required.
type DeviceWatchOptions struct {
	Store       DeviceList
	SilentAfter time.Duration // a device from which nothing came for so long is silent
	Every       time.Duration // default 5 min
	Now         func() time.Time
	Logger      *slog.Logger
	Registry    prometheus.Registerer
}

// DeviceList knows what has arrived of all devices, over all collectors.
type DeviceList interface {
	Devices(ctx context.Context) ([]record.DeviceNumbers, error)
}

// DeviceWatch keeps figures of silent devices and missing numbers.
type DeviceWatch struct {
	opts                           DeviceWatchOptions
	known, silent, gapped, missing prometheus.Gauge
	looked                         prometheus.Gauge
}

// NewDeviceWatch builds a watch. Run starts it.
func NewDeviceWatch(o DeviceWatchOptions) (*DeviceWatch, error) {
	if o.Store == nil || o.SilentAfter <= 0 {
		return nil, errors.New("new device watch: Store and SilentAfter are required")
	}
	setDefault(&o.Every, 5*time.Minute)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: metricPrefix + name, Help: help})
	}
	w := &DeviceWatch{
		opts:    o,
		known:   gauge("devices", "Devices from which something has arrived, over all collectors."),
		silent:  gauge("devices_silent", "Devices from which nothing has arrived for longer than collector.silent_after."),
		gapped:  gauge("devices_with_gaps", "Devices of whose numbers some are missing."),
		missing: gauge("device_numbers_missing", "Numbers that devices gave to ratings that never arrived."),
		looked:  gauge("devices_looked_at_timestamp_seconds", "When the figures of devices were last taken."),
	}
	if err := registerAll(o.Registry, w.known, w.silent, w.gapped, w.missing, w.looked); err != nil {
		return nil, fmt.Errorf("new device watch: register metrics: %w", err)
	}
	return w, nil
}

// Run takes the figures again and again until ctx ends. While the warehouse is away they
// stay what they were, and their time says so.
func (w *DeviceWatch) Run(ctx context.Context) error {
	for {
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			w.opts.Logger.Debug("figures of devices not taken", "error", err)
		}
		if !sleep(ctx, w.opts.Every) {
			return nil
		}
	}
}

func (w *DeviceWatch) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	list, err := w.opts.Store.Devices(ctx)
	if err != nil {
		return fmt.Errorf("look at devices: %w", err)
	}
	type device struct {
		last    time.Time
		missing uint64
	}
	devices := make(map[string]device) // over their installations
	var missing uint64
	for i := range list {
		d := devices[list[i].Device]
		if list[i].LastAt.After(d.last) {
			d.last = list[i].LastAt
		}
		d.missing += list[i].MissingCount
		missing += list[i].MissingCount
		devices[list[i].Device] = d
	}
	silent, gapped := 0, 0
	now := w.opts.Now()
	for _, d := range devices {
		if now.Sub(d.last) > w.opts.SilentAfter {
			silent++
		}
		if d.missing > 0 {
			gapped++
		}
	}
	w.known.Set(float64(len(devices)))
	w.silent.Set(float64(silent))
	w.gapped.Set(float64(gapped))
	w.missing.Set(float64(missing))
	w.looked.Set(float64(now.Unix()))
	return nil
}
