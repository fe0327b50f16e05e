package app

import (
	"context"

	"haochaping/collector"
	"haochaping/record"
)

// Devices lists what has arrived of the numbers of all devices.
func (l *lateWarehouse) Devices(ctx context.Context) ([]record.DeviceNumbers, error) {
	w, err := l.get()
	if err != nil {
		return nil, err
	}
	return w.Devices(ctx)
}

// watchDevices keeps the figures of silent devices and missing numbers.
func (a *App) watchDevices() error {
	w, err := collector.NewDeviceWatch(collector.DeviceWatchOptions{
		Store: a.store, SilentAfter: a.cfg.Collector.SilentAfter, Now: a.now, Logger: a.log, Registry: a.registry,
	})
	if err != nil {
		return err
	}
	a.spawn("the watch over devices", w.Run)
	return nil
}
