package dashboard

import (
	"cmp"
	"context"
	"slices"

	"haochaping/record"
)

// Quality knows what has arrived, and what has not. It tells of no level and of no rating.
type Quality interface {
	// Devices are how all devices with a key stand.
	Devices(ctx context.Context) ([]record.DeviceState, error)
}

// maxDevices is how many devices are listed.
const maxDevices = 500

// quality is the page of what arrived and what did not.
func (d *Dashboard) quality(p *page) error {
	p.Nav, p.Quiet, p.Title = "quality", true, label{Text: p.T("nav.quality")}
	p.stand(qualityRooms, "arrivals")
	p.add(card{ID: "devices", Title: p.T("devices.devices"), Note: p.T("devices.devices.note"), Span: spanFull, Open: true},
		func(ctx context.Context, c *card) error {
			if d.options.Quality == nil {
				c.Empty = true
				return nil
			}
			all, err := d.options.Quality.Devices(ctx)
			if err != nil {
				return err
			}
			p.deviceTable(c, slices.DeleteFunc(slices.Clone(all), func(s record.DeviceState) bool { return !p.seesDevice(&s) }))
			return nil
		})
	return nil
}

// seesDevice reports whether a device stands in a hall of the reader's regions.
func (p *page) seesDevice(s *record.DeviceState) bool {
	h, _ := p.dir.Hall(s.Hall)
	return p.sees(h.Region)
}

// deviceTable lists the devices that something is wrong with, the longest silent first, then by missing numbers.
func (p *page) deviceTable(c *card, devices []record.DeviceState) {
	silent, gaps, all := 0, 0, len(devices)
	for i := range devices {
		if devices[i].Silent {
			silent++
		}
		if devices[i].MissingCount > 0 {
			gaps++
		}
	}
	devices = slices.DeleteFunc(devices, func(s record.DeviceState) bool { return !s.Silent && s.MissingCount == 0 })
	if len(devices) == 0 {
		c.Empty, c.EmptyText = true, p.T("devices.none")
		if all > 0 {
			c.EmptyText = p.T("devices.fine", "N", all)
		}
		return
	}
	slices.SortFunc(devices, func(a, b record.DeviceState) int {
		switch {
		case a.Silent != b.Silent:
			if a.Silent {
				return -1
			}
			return 1
		case a.Silent && !a.LastAt.Equal(b.LastAt):
			return a.LastAt.Compare(b.LastAt)
		}
		return cmp.Or(cmp.Compare(b.MissingCount, a.MissingCount), cmp.Compare(a.Device, b.Device))
	})
	devices = devices[:min(len(devices), maxDevices)]
	c.Table = &table{
		Columns: []column{
			{Title: p.T("devices.device")},
			{Title: p.T("column.place")},
			{Title: p.T("column.state")},
			{Title: p.T("devices.last")},
			{Title: p.T("devices.missing"), Number: true},
			{Title: p.T("devices.highest"), Number: true},
		},
		Note: p.T("devices.sums", "N", all, "Silent", silent, "Gaps", gaps, "Shown", len(devices)),
	}
	for i := range devices {
		s := &devices[i]
		state, last := text(p.T("devices.alive")), cell{label: label{Text: p.T("devices.never")}, Faint: true}
		if s.Silent {
			state = text(p.T("devices.silent"))
		}
		if !s.LastAt.IsZero() {
			last = text(p.Clock(s.LastAt, p.now))
		}
		c.Table.Rows = append(c.Table.Rows, []cell{
			{label: label{Text: s.Device, Name: true}}, {label: p.placeName(s.Hall, s.Window)}, state, last, p.countCell(s.MissingCount, s.Highest > 0), p.countCell(s.Highest, s.Highest > 0),
		})
	}
}

// placeName is a hall with its window.
func (p *page) placeName(hall, window string) label {
	if hall == "" {
		return label{Text: p.T("unattributed")}
	}
	h, _ := p.dir.Hall(hall)
	name := p.pick(h.Name, h.NameEN, hall)
	if window != "" {
		w, _ := p.dir.Window(hall, window)
		name.Text += " · " + p.pick(w.Name, w.NameEN, window).Text
	}
	return name
}
