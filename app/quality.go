package app

import (
	"context"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/record"
)

// quality is what has arrived, for the page about it.
type quality struct{ app *App }

// Devices are how the devices with a key stand.
func (q quality) Devices(ctx context.Context) ([]record.DeviceState, error) {
	return q.app.deviceStates(ctx)
}

// DeviceGaps are the ranges of numbers of some devices that never arrived.
func (q quality) DeviceGaps(ctx context.Context, devices []string, days calendar.Range) ([]record.DeviceGap, error) {
	w, err := q.app.store.get()
	if err != nil {
		return nil, err
	}
	return w.DeviceGaps(ctx, devices, days)
}

// SourceDays is what each source sent of each day.
func (q quality) SourceDays(ctx context.Context, days calendar.Range) ([]evaluation.SourceDay, error) {
	w, err := q.app.store.get()
	if err != nil {
		return nil, err
	}
	return w.SourceDays(ctx, days)
}

// Lateness is how long after their day the ratings of each source arrived.
func (q quality) Lateness(ctx context.Context, days calendar.Range) ([]evaluation.SourceLateness, error) {
	w, err := q.app.store.get()
	if err != nil {
		return nil, err
	}
	return w.Lateness(ctx, days)
}
