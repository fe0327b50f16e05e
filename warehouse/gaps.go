package warehouse

import (
	"context"
	"strconv"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

// DevicePlace is where a device stood last, and when its numbers began to have gaps.
type DevicePlace struct {
	Device       string
	Hall, Window string
	Since, Until calendar.Day // of the first rating behind a missing number, 0 = none in the period; of the newest rating
}

// maxPlaces bounds the devices of one question.
const maxPlaces = 1000

// DevicePlaces says of the first thousand of some devices where they stood in a period, sorted by device. A device
// without a rating in the period is not in the list.
func (w *Warehouse) DevicePlaces(ctx context.Context, devices []record.DeviceNumbers, days calendar.Range) (list []DevicePlace, err error) {
	if devices = devices[:min(maxPlaces, len(devices))]; len(devices) == 0 {
		return nil, nil
	}
	names, contiguous := make([]string, len(devices)), make([]string, len(devices))
	for i := range devices {
		names[i], contiguous[i] = devices[i].Device, strconv.FormatUint(devices[i].Contiguous, 10)
	}
	p := params{
		"from": days.From.String(), "to": days.To.String(), "devices": textArray(names), "contiguous": "[" + strings.Join(contiguous, ",") + "]",
	}
	err = w.each(ctx, "device_places", p, func(scan func(...any) error) error {
		var d DevicePlace
		var since, until time.Time
		var behind uint64
		if err := scan(&d.Device, &d.Hall, &d.Window, &since, &behind, &until); err != nil {
			return err
		}
		if d.Until = calendar.MakeDay(until.Date()); behind > 0 {
			d.Since = calendar.MakeDay(since.Date())
		}
		list = append(list, d)
		return nil
	})
	return list, err
}

// LateCount is how many ratings of a source arrived late.
type LateCount struct {
	Source string
	N      uint64
}

// LateBySource counts the ratings of a period that arrived at or after a moment, sorted by source; repeats that
// arrived before count by their last arrival.
func (w *Warehouse) LateBySource(ctx context.Context, days calendar.Range, after time.Time) (list []LateCount, err error) {
	p := params{"from": days.From.String(), "to": days.To.String(), "after": momentParam(after)}
	err = w.each(ctx, "late_by_source", p, func(scan func(...any) error) error {
		var c LateCount
		if err := scan(&c.Source, &c.N); err != nil {
			return err
		}
		list = append(list, c)
		return nil
	})
	return list, err
}
