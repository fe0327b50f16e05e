package app

import (
	"context"

	"haochaping/record"
)

// What senders ask the collector, and only the warehouse knows.

// DeviceNumbers says what has arrived of the numbers of a device.
func (l *lateWarehouse) DeviceNumbers(ctx context.Context, device string) ([]record.DeviceNumbers, error) {
	w, err := l.get()
	if err != nil {
		return nil, err
	}
	return w.DeviceNumbers(ctx, device)
}

// Announcements says what was announced and delivered of a batch.
func (l *lateWarehouse) Announcements(ctx context.Context, source, id string) ([]record.Announcement, error) {
	w, err := l.get()
	if err != nil {
		return nil, err
	}
	return w.Announcements(ctx, source, id)
}
