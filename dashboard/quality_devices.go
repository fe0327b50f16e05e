package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"haochaping/access"
	"haochaping/directory"
	"haochaping/record"
)

// deviceCards show which devices are silent or lack numbers: by hall, one by one, and the numbers themselves.
func (p *page) deviceCards() {
	read := sync.OnceValues(func() ([]record.DeviceState, error) {
		ctx, cancel := context.WithTimeout(p.request.Context(), p.dashboard.options.CardTimeout)
		defer cancel()
		return p.readDevices(ctx)
	})
	fill := func(show func(context.Context, *card, []record.DeviceState) error) func(context.Context, *card) error {
		return func(ctx context.Context, c *card) error {
			list, err := read()
			if err != nil {
				return err
			}
			return show(ctx, c, list)
		}
	}
	halls := card{ID: "device-halls", Title: p.T("devices.halls"), Note: p.T("devices.halls.note"), Span: spanFull}
	hall := p.request.URL.Query().Get(keyHall)
	if h, known := p.dir.Hall(hall); hall != "" && (!known || !p.sees(h.Region)) {
		halls.Tabs = []choice{
			{Text: p.T("devices.all_halls"), Href: p.link("/quality") + "#card-devices"},
			{Text: clip(hall, 100), Href: p.hallDevices(hall), Current: true, Name: true}, // as it was asked for: it has no name for the reader
		}
	} else if hall != "" {
		halls.Tabs = []choice{
			{Text: p.T("devices.all_halls"), Href: p.link("/quality") + "#card-devices"},
			{Text: p.hallName(hall).Text, Href: p.hallDevices(hall), Current: true, Name: true},
		}
	}
	own := func(list []record.DeviceState) []record.DeviceState {
		if hall == "" {
			return list
		}
		return slices.DeleteFunc(slices.Clone(list), func(s record.DeviceState) bool { return s.Hall != hall })
	}
	p.addQuality(halls, fill(func(_ context.Context, c *card, list []record.DeviceState) error {
		p.deviceHalls(c, list)
		return nil
	}))
	p.addQuality(card{ID: "devices", Title: p.T("devices.devices"), Note: p.T("devices.devices.note"), Span: spanFull, Open: true},
		fill(func(_ context.Context, c *card, list []record.DeviceState) error {
			p.deviceTable(c, own(list))
			return nil
		}))
	p.addQuality(card{ID: "gaps", Title: p.T("gaps.title"), Note: p.T("gaps.note"), Span: spanFull, Open: true},
		fill(func(ctx context.Context, c *card, list []record.DeviceState) error {
			return p.fillGaps(ctx, c, own(list))
		}))
}

// readDevices lists the devices that the reader may see.
func (p *page) readDevices(ctx context.Context) ([]record.DeviceState, error) {
	d := p.dashboard
	all, err := d.arriving.devices.fetch(ctx, d, struct{}{}, d.options.Quality.Devices)
	if err != nil {
		return nil, fmt.Errorf("read how devices stand: %w", err)
	}
	return slices.DeleteFunc(slices.Clone(all), func(s record.DeviceState) bool { return !p.seesDevice(&s) }), nil
}

// seesDevice reports whether a device stands in a hall of the reader's regions.
func (p *page) seesDevice(s *record.DeviceState) bool {
	h, _ := p.dir.Hall(s.Hall)
	return p.sees(h.Region)
}

// hallDevices is the address of the devices of one hall.
func (p *page) hallDevices(hall string) string {
	return p.here(func(v url.Values) { v[keyHall] = []string{hall} }) + "#card-devices"
}

// hallHref leads to the page of a hall, for those who may open it.
func (p *page) hallHref(hall string) string {
	if hall == "" || !p.person.May(access.ReadFigures) || !p.may(directory.KindHall, hall) {
		return ""
	}
	return p.hallLink(hall)
}

// deviceHalls sums up devices by hall, those with most silent ones first.
func (p *page) deviceHalls(c *card, devices []record.DeviceState) {
	type sums struct {
		hall                    string
		all, silent, gaps, lost uint64
	}
	var list []*sums
	at := make(map[string]*sums)
	for i := range devices {
		d := &devices[i]
		s := at[d.Hall]
		if s == nil {
			s = &sums{hall: d.Hall}
			at[d.Hall], list = s, append(list, s)
		}
		s.all++
		s.lost += d.MissingCount
		if d.Silent {
			s.silent++
		}
		if d.MissingCount > 0 {
			s.gaps++
		}
	}
	halls := len(list)
	list = slices.DeleteFunc(list, func(s *sums) bool { return s.silent+s.gaps == 0 })
	if len(list) == 0 {
		c.Empty, c.EmptyText = true, p.T("devices.none")
		if halls > 0 {
			c.EmptyText = p.T("devices.halls.fine", "N", halls)
		}
		return
	}
	slices.SortFunc(list, func(a, b *sums) int {
		return cmp.Or(cmp.Compare(b.silent, a.silent), cmp.Compare(b.lost, a.lost), cmp.Compare(a.hall, b.hall))
	})
	c.Table = &table{Columns: []column{
		{Title: p.T("column.hall")},
		{Title: p.T("column.region")},
		{Title: p.T("devices.count"), Number: true},
		{Title: p.T("devices.silent"), Number: true},
		{Title: p.T("devices.with_gaps"), Number: true},
		{Title: p.T("devices.missing"), Number: true},
	}, Note: p.T("devices.halls.sums", "Shown", min(len(list), shownHalls), "N", len(list), "Halls", halls)}
	for _, s := range list[:min(len(list), shownHalls)] {
		h, known := p.dir.Hall(s.hall)
		name := cell{label: p.hallName(s.hall)}
		if known {
			name.Href = p.hallDevices(s.hall)
		}
		c.Table.Rows = append(c.Table.Rows, []cell{
			name, {label: p.regionName(h.Region)}, text(p.Int(s.all)), text(p.Int(s.silent)), text(p.Int(s.gaps)), text(p.Int(s.lost)),
		})
	}
	c.Open = len(list) <= 2*openRows
}

// hallName is the name of a hall, which the directory may not know.
func (p *page) hallName(hall string) label {
	if hall == "" {
		return label{Text: p.T("unattributed")}
	}
	h, _ := p.dir.Hall(hall)
	return p.pick(h.Name, h.NameEN, hall)
}

// compareDevices puts silent devices first, the longest silent before, then those that lack most.
func compareDevices(a, b record.DeviceState) int { //nolint:gocritic // as sorting wants it
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
	devices = slices.DeleteFunc(slices.Clone(devices), func(s record.DeviceState) bool { return !s.Silent && s.MissingCount == 0 })
	if len(devices) == 0 {
		c.Empty, c.EmptyText = true, p.T("devices.none")
		if all > 0 {
			c.EmptyText = p.T("devices.fine", "N", all)
		}
		return
	}
	slices.SortFunc(devices, compareDevices)
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
			state = cell{label: label{Text: p.T("devices.silent")}, Mark: "arrival-silent"}
		}
		if !s.LastAt.IsZero() {
			last = text(p.Clock(s.LastAt, p.now))
		}
		c.Table.Rows = append(c.Table.Rows, []cell{
			{label: label{Text: s.Device, Name: true}},
			{label: p.placeName(s.Hall, s.Window), Href: p.hallHref(s.Hall)},
			state, last, p.countCell(s.MissingCount, s.Highest > 0), p.countCell(s.Highest, s.Highest > 0),
		})
	}
}

// fillGaps lists the numbers that never arrived, as ranges, of the devices that lack most.
func (p *page) fillGaps(ctx context.Context, c *card, devices []record.DeviceState) error {
	all := len(devices)
	devices = slices.DeleteFunc(slices.Clone(devices), func(s record.DeviceState) bool { return s.MissingCount == 0 })
	if len(devices) == 0 {
		c.Empty, c.EmptyText = true, p.T("gaps.none")
		if all == 0 {
			c.EmptyText = p.T("devices.none")
		}
		return nil
	}
	slices.SortFunc(devices, func(a, b record.DeviceState) int {
		return cmp.Or(cmp.Compare(b.MissingCount, a.MissingCount), cmp.Compare(a.Device, b.Device))
	})
	asked := devices[:min(len(devices), gapDevices)]
	gaps, err := p.readGaps(ctx, c, asked)
	if err != nil {
		return err
	}
	c.Table = &table{Columns: []column{
		{Title: p.T("devices.device")},
		{Title: p.T("column.place")},
		{Title: p.T("gaps.range")},
		{Title: p.T("devices.missing"), Number: true},
		{Title: p.T("gaps.after")},
		{Title: p.T("gaps.before")},
		{Title: p.T("gaps.installation")},
	}}
	var listed, count uint64
	shown := make(map[string]bool)
	for i := range asked {
		d := &asked[i]
		for _, g := range gaps[d.Device] {
			if len(c.Table.Rows) == maxGaps {
				break
			}
			shown[d.Device], listed = true, listed+g.Count()
			c.Table.Rows = append(c.Table.Rows, []cell{
				{label: label{Text: d.Device, Name: true}},
				{label: p.placeName(d.Hall, d.Window), Href: p.hallHref(d.Hall)},
				text(p.numberRange(g.NumberRange)), text(p.Int(g.Count())), p.gapDay(g.After), p.gapDay(g.Before),
				{label: label{Text: g.Installation, Name: true}, Faint: true},
			})
		}
	}
	for i := range devices {
		count += devices[i].MissingCount
	}
	c.Table.Note = p.T("gaps.sums", "Devices", len(devices), "Missing", p.Int(count), "Shown", len(c.Table.Rows), "Of", len(shown), "Listed", p.Int(listed))
	return nil
}

// readGaps asks for the missing ranges of some devices, by device. Answers are kept: the days of numbers do not change.
func (p *page) readGaps(ctx context.Context, c *card, devices []record.DeviceState) (map[string][]record.DeviceGap, error) {
	d := p.dashboard
	names := make([]string, len(devices))
	var key strings.Builder
	for i := range devices {
		names[i] = devices[i].Device
		fmt.Fprintf(&key, "%q %d %d\n", devices[i].Device, devices[i].Highest, devices[i].MissingCount)
	}
	days := p.lastDays(c, arrivalDays)
	list, err := d.arriving.gaps.fetch(ctx, d, gapQuestion{key.String(), days}, func(ctx context.Context) ([]record.DeviceGap, error) {
		return d.options.Quality.DeviceGaps(ctx, names, days)
	})
	if err != nil {
		return nil, fmt.Errorf("read which numbers of devices are missing: %w", err)
	}
	of := make(map[string][]record.DeviceGap)
	for _, g := range list {
		of[g.Device] = append(of[g.Device], g)
	}
	return of, nil
}

// numberRange writes numbers of a device as the device writes them, without commas.
func (p *page) numberRange(r record.NumberRange) string {
	if r.First == r.Last {
		return fmt.Sprint(r.First)
	}
	return fmt.Sprintf("%d–%d", r.First, r.Last)
}

func (p *page) gapDay(day record.EventDay) cell {
	if day == 0 {
		return cell{label: label{Text: p.T("gaps.outside")}, Faint: true}
	}
	return text(p.Date(day))
}

// placeName is a hall with its window.
func (p *page) placeName(hall, window string) label {
	if hall == "" {
		return label{Text: p.T("unattributed")}
	}
	name := p.hallName(hall)
	if window != "" {
		w, _ := p.dir.Window(hall, window)
		name.Text += " · " + p.pick(w.Name, w.NameEN, window).Text
	}
	return name
}
