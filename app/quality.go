package app

import (
	"context"

	"haochaping/record"
)

// quality is what has arrived, for the page about it.
type quality struct{ app *App }

// Devices are how the devices with a key stand.
func (q quality) Devices(ctx context.Context) ([]record.DeviceState, error) {
	return q.app.deviceStates(ctx)
}
