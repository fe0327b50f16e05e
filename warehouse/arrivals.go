package warehouse

import (
	"context"
	"fmt"
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

// DeviceDay is what came of one day from a device with a key, and how the device stood
// when the row was last written: at the end of the day, for days that are over.
type DeviceDay struct {
	Day      calendar.Day
	Device   string
	Hall     string
	Window   string
	Received uint64    // different ratings whose event lies on the day
	LastAt   time.Time // when something of the device last arrived; zero = never
	Missing  uint64    // of its numbers
	Silent   bool
}

// SourceArrival is what came of one day from a source, whatever counts of it.
type SourceArrival struct {
	Day      calendar.Day
	Source   string
	Kind     string // rating, prompt or case
	Received uint64
	LastAt   time.Time
}

var deviceDayColumns = []column[DeviceDay]{
	dayCol("day", func(d *DeviceDay) calendar.Day { return d.Day }),
	col("device_id", func(d *DeviceDay) string { return d.Device }),
	col("hall", func(d *DeviceDay) string { return d.Hall }),
	col("window", func(d *DeviceDay) string { return d.Window }),
	col("received", func(d *DeviceDay) uint64 { return d.Received }),
	timeCol("last_at", func(d *DeviceDay) time.Time { return d.LastAt }),
	col("missing", func(d *DeviceDay) uint64 { return d.Missing }),
	col("silent", func(d *DeviceDay) bool { return d.Silent }),
}

// arrivalDays is how many days before today are counted again: devices that were
// offline deliver later.
const arrivalDays = 7

type deviceDay struct {
	day    calendar.Day
	device string
}

// StoreArrivals writes how much of today and of the week before came from every device
// with a key and from every source. It may be repeated at any time. states is how the
// devices stand at now.
func (w *Warehouse) StoreArrivals(ctx context.Context, states []record.DeviceState, now time.Time) error {
	today := calendar.DayOf(now, w.zone)
	from := today - arrivalDays
	received := make(map[deviceDay]uint64)
	err := w.each(ctx, "device_received", params{"from": from.String(), "to": today.String()}, func(scan func(...any) error) error {
		var day time.Time
		var d deviceDay
		var n uint64
		if err := scan(&day, &d.device, &n); err != nil {
			return err
		}
		d.day = calendar.MakeDay(day.Date())
		received[d] = n
		return nil
	})
	if err != nil {
		return err
	}
	stored, err := w.DeviceDays(ctx, calendar.Range{From: from, To: today - 1})
	if err != nil {
		return err
	}
	var rows []DeviceDay
	written := make(map[deviceDay]bool, len(stored))
	for _, row := range stored {
		key := deviceDay{row.Day, row.Device}
		written[key] = true
		if n := received[key]; n != row.Received {
			row.Received = n
			rows = append(rows, row)
		}
	}
	for i := range states {
		s := &states[i]
		for day := from; day <= today; day++ {
			key := deviceDay{day, s.Device}
			if written[key] || day < today && received[key] == 0 {
				continue
			}
			rows = append(rows, DeviceDay{day, s.Device, s.Hall, s.Window, received[key], s.LastAt, s.MissingCount, s.Silent})
		}
	}
	version := uint64(now.UnixNano())
	if err := insert(ctx, w, "device_days", withVersion(version, deviceDayColumns), rows, ""); err != nil {
		return err
	}
	return w.exec(ctx, "store_source_days", params{"from": from.String(), "to": today.String(), "version": fmt.Sprint(version)})
}

// DeviceDays returns what is stored of days and devices, sorted by day and device.
func (w *Warehouse) DeviceDays(ctx context.Context, days calendar.Range) (list []DeviceDay, err error) {
	err = w.each(ctx, "device_days", params{"from": days.From.String(), "to": days.To.String()}, func(scan func(...any) error) error {
		var d DeviceDay
		var day time.Time
		if err := scan(&day, &d.Device, &d.Hall, &d.Window, &d.Received, &d.LastAt, &d.Missing, &d.Silent); err != nil {
			return err
		}
		d.Day = calendar.MakeDay(day.Date())
		if d.LastAt.Unix() == 0 {
			d.LastAt = time.Time{}
		}
		list = append(list, d)
		return nil
	})
	return list, err
}

// SourceArrivals returns what came from each source on each day, sorted by day and source.
func (w *Warehouse) SourceArrivals(ctx context.Context, days calendar.Range) (list []SourceArrival, err error) {
	err = w.each(ctx, "source_days", params{"from": days.From.String(), "to": days.To.String()}, func(scan func(...any) error) error {
		var s SourceArrival
		var day time.Time
		if err := scan(&day, &s.Source, &s.Kind, &s.Received, &s.LastAt); err != nil {
			return err
		}
		s.Day = calendar.MakeDay(day.Date())
		list = append(list, s)
		return nil
	})
	return list, err
}
