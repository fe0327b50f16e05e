package app

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"haochaping/calendar"
	"haochaping/export"
	"haochaping/record"
)

// arrivals looks after what has arrived of devices and sources: figures for Prometheus
// every minute, a row for each day every hour. Its job never runs beside itself.
type arrivals struct {
	app             *App
	silent, missing prometheus.Gauge
	stored          time.Time // hour of the last rows; owned by the job
}

func newArrivals(a *App) *arrivals {
	s := &arrivals{
		app: a,
		silent: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "haochaping_devices_silent", Help: "Devices with a key that have sent nothing for longer than collector.silent_after.",
		}),
		missing: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "haochaping_device_numbers_missing", Help: "Numbers of devices below their highest that no collector has seen.",
		}),
	}
	a.registry.MustRegister(s.silent, s.missing)
	return s
}

// look is the aggregator's job.
func (s *arrivals) look(ctx context.Context) (int, error) {
	w, err := s.app.store.get()
	if err != nil {
		return 0, err
	}
	states, err := s.app.deviceStates(ctx)
	if err != nil {
		return 0, err
	}
	var silent, missing float64
	for i := range states {
		missing += float64(states[i].MissingCount)
		if states[i].Silent {
			silent++
		}
	}
	s.silent.Set(silent)
	s.missing.Set(missing)
	now := s.app.clock()
	if hour := now.Truncate(time.Hour); !hour.Equal(s.stored) {
		if err := w.StoreArrivals(ctx, states, now); err != nil {
			return 0, err
		}
		s.stored = hour
	}
	return 0, nil
}

func (a *App) deviceStates(ctx context.Context) ([]record.DeviceState, error) {
	w, err := a.store.get()
	if err != nil {
		return nil, err
	}
	keys, _, err := w.Keys(ctx)
	if err != nil {
		return nil, err
	}
	arrived, err := w.Devices(ctx)
	if err != nil {
		return nil, err
	}
	now := a.clock()
	return record.DeviceStates(keys, arrived, now, calendar.DayOf(now, a.cfg.Timezone.Location), a.cfg.Collector.SilentAfter), nil
}

// DevicesCall asks how devices stand, as a file: table, csv or json.
type DevicesCall struct {
	Silent, Gaps bool   // only such devices
	Hall         string // only devices of this hall
	Format       string
}

func (a *App) writeDevices(ctx context.Context, in *DevicesCall, out io.Writer) error {
	states, err := a.deviceStates(ctx)
	if err != nil {
		return err
	}
	states = slices.DeleteFunc(states, func(s record.DeviceState) bool {
		return in.Silent && !s.Silent || in.Gaps && s.MissingCount == 0 || in.Hall != "" && s.Hall != in.Hall
	})
	return export.Devices(out, in.Format, states, a.cfg.Timezone.Location)
}

func (a *App) deviceCommands(mux *http.ServeMux) { file(mux, "device-status", a.writeDevices) }

// Devices writes how devices stand.
func (c *Client) Devices(ctx context.Context, in *DevicesCall, out io.Writer) error {
	return c.call(ctx, "device-status", in, out)
}
