package warehouse

import (
	"context"
	"strconv"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
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

// DeviceGaps lists the newest ranges of numbers that never arrived, at most 20 of each installation, of the first
// thousand of some devices, with the days of the period between which they were expected; sorted by device and
// installation, the newest range first.
func (w *Warehouse) DeviceGaps(ctx context.Context, devices []string, days calendar.Range) (list []record.DeviceGap, err error) {
	if devices = devices[:min(maxPlaces, len(devices))]; len(devices) == 0 {
		return nil, nil
	}
	p := params{"from": days.From.String(), "to": days.To.String(), "devices": textArray(devices)}
	err = w.each(ctx, "device_gaps", p, func(scan func(...any) error) error {
		var g record.DeviceGap
		if err := scan(&g.Device, &g.Installation, &g.First, &g.Last); err != nil {
			return err
		}
		list = append(list, g)
		return nil
	})
	if err != nil || len(list) == 0 {
		return list, err
	}
	seen := make(map[installation][]numberDay)
	err = w.each(ctx, "number_days", p, func(scan func(...any) error) error {
		var of installation
		var n numberDay
		var day time.Time
		if err := scan(&of.device, &of.name, &day, &n.lowest, &n.highest); err != nil {
			return err
		}
		n.day = calendar.MakeDay(day.Date())
		seen[of] = append(seen[of], n)
		return nil
	})
	for i := range list {
		g := &list[i]
		g.After, g.Before = between(seen[installation{g.Device, g.Installation}], g.NumberRange)
	}
	return list, err
}

// numberDay is between which numbers the ratings of a day lie.
type numberDay struct {
	day             calendar.Day
	lowest, highest uint64
}

// between finds the last day with a lower number than those missing, and the first one from then on with a higher one.
// Days are in order.
func between(days []numberDay, missing record.NumberRange) (after, before calendar.Day) {
	for _, d := range days {
		switch {
		case d.lowest < missing.First:
			after, before = d.day, 0
			if d.highest > missing.Last {
				before = d.day
			}
		case before == 0 && d.highest > missing.Last:
			before = d.day
		}
	}
	return after, before
}

// Lateness counts how late the ratings of a period arrived, sorted by source; a rating that was sent again counts by its
// last arrival, and until ClickHouse has merged them by each of the last ones.
func (w *Warehouse) Lateness(ctx context.Context, days calendar.Range) (list []evaluation.SourceLateness, err error) {
	p := params{"from": days.From.String(), "to": days.To.String(), "zone": textParam(w.zone.String())}
	err = w.each(ctx, "lateness", p, func(scan func(...any) error) error {
		var l evaluation.SourceLateness
		if err := scan(&l.Source, &l.Ratings, &l.Day, &l.Week, &l.LastAt); err != nil {
			return err
		}
		list = append(list, l)
		return nil
	})
	return list, err
}
