package app

import (
	"context"
	"fmt"
	"slices"

	"haochaping/directory"
	"haochaping/record"
)

// NewDevice is a device that is to get its first key.
type NewDevice struct {
	Key record.Key // without its hash
	Places
}

// Places are the names of where a device stands, for people; empty where the directory has none.
type Places struct {
	HallName, HallNameEN string
	WindowNames          []string // of Key.Windows
}

func placesOf(dir *directory.Directory, k *record.Key) Places {
	hall, _ := dir.Hall(k.Hall)
	p := Places{HallName: hall.Name, HallNameEN: hall.NameEN, WindowNames: make([]string, len(k.Windows))}
	for i, w := range k.Windows {
		x, _ := dir.Window(k.Hall, w.Window)
		p.WindowNames[i] = x.Name
	}
	return p
}

// DevicePlan says what a delivery of devices would change. With problems it changes nothing.
type DevicePlan struct {
	New      []NewDevice
	Moves    []DeviceMove // of devices that have a key
	Known    int          // devices of which nothing is new
	Problems []directory.Problem
	Warnings []string
}

// DeviceImport is a delivery of devices: their keys, and where known ones stand.
type DeviceImport struct {
	Keys  []record.Key
	Moves []DeviceMove
}

// holder is what is stored of one device.
type holder struct {
	valid []record.Key // the newest first
	ended bool         // it had a key once
}

func (d *keyDesk) devices() map[string]*holder {
	all := make(map[string]*holder)
	for _, k := range d.keys {
		if k.Kind != record.KeyDevice {
			continue
		}
		h := all[k.Name]
		if h == nil {
			h = &holder{}
			all[k.Name] = h
		}
		if k.ValidAt(d.now) {
			h.valid = append(h.valid, k)
		} else {
			h.ended = true
		}
	}
	for _, h := range all {
		slices.SortStableFunc(h.valid, func(a, b record.Key) int { return b.Created.Compare(a.Created) })
	}
	return all
}

// planDevices compares a delivery with what is stored.
func (a *App) planDevices(_ context.Context, d *keyDesk, in *[]directory.Device) (DevicePlan, error) {
	p := devicePlanner{stored: d.devices(), sources: make(map[string]bool), planned: make(map[string]int), warned: make(map[string]bool), dir: a.store.Directory()}
	for i := range d.keys {
		if d.keys[i].Kind == record.KeySource {
			p.sources[d.keys[i].Name] = true
		}
	}
	changed := make(map[string]bool)
	for _, line := range *in {
		h := p.stored[line.Name]
		switch {
		case h == nil && p.sources[line.Name]:
			p.problem(line, "a source is called %s already: give the device another name", line.Name)
		case h == nil:
			p.add(line)
		case len(h.valid) == 0:
			p.warn("device "+line.Name, fmt.Sprintf("line %d: %s has no valid key any more and is left out: haochaping device add gives it one again", line.Line, line.Name))
		default:
			changed[line.Name] = p.update(h, line) || changed[line.Name]
		}
	}
	for _, news := range changed {
		if !news {
			p.plan.Known++
		}
	}
	for i := range p.plan.New {
		n := &p.plan.New[i]
		n.Places = placesOf(p.dir, &n.Key)
		p.places(n.Key.Hall, "")
		for _, w := range n.Key.Windows {
			p.places(n.Key.Hall, w.Window)
		}
	}
	return p.plan, nil
}

type devicePlanner struct {
	stored  map[string]*holder
	sources map[string]bool
	planned map[string]int // place in plan.New
	warned  map[string]bool
	dir     *directory.Directory
	plan    DevicePlan
}

func (p *devicePlanner) warn(about, text string) {
	if !p.warned[about] {
		p.warned[about] = true
		p.plan.Warnings = append(p.plan.Warnings, text)
	}
}

func (p *devicePlanner) problem(line directory.Device, format string, args ...any) {
	p.plan.Problems = append(p.plan.Problems, directory.Problem{Line: line.Line, Message: fmt.Sprintf(format, args...)})
}

// add takes one line of a device that never had a key.
func (p *devicePlanner) add(line directory.Device) {
	i, ok := p.planned[line.Name]
	if !ok {
		i = len(p.plan.New)
		p.planned[line.Name] = i
		p.plan.New = append(p.plan.New, NewDevice{Key: record.Key{
			Name: line.Name, Kind: record.KeyDevice, Sources: []string{record.SourceKiosk}, Device: line.Name, Hall: line.Hall,
		}})
	}
	if k := &p.plan.New[i].Key; line.Window != "" || line.From != 0 {
		k.Windows = append(k.Windows, record.DatedWindow{From: line.From, Window: line.Window})
	}
}

// update takes one line of a device that has a key, and reports whether it says anything new.
func (p *devicePlanner) update(h *holder, line directory.Device) bool {
	k := &h.valid[0]
	if k.Hall != line.Hall {
		p.problem(line, "%s stands in hall %q; revoke it there, and add it again with a name of its own", line.Name, k.Hall)
		return false
	}
	for _, w := range k.Windows {
		if w.From != line.From || w.Window == line.Window {
			continue
		}
		p.problem(line, "%s stands at window %q from %s on already; haochaping device move changes that", line.Name, w.Window, w.From)
		return false
	}
	if window, bound := k.WindowOn(line.From); window == line.Window && (bound || line.From == 0) {
		return false
	}
	p.plan.Moves = append(p.plan.Moves, DeviceMove{line.Name, record.DatedWindow{From: line.From, Window: line.Window}})
	p.places(k.Hall, line.Window)
	return true
}

// places warns once of each place that the directory does not know.
func (p *devicePlanner) places(hall, window string) {
	if _, ok := p.dir.Hall(hall); !ok {
		p.warn("hall "+hall, fmt.Sprintf("the directory does not know the hall %q: what its devices send stays unattributed until it does", hall))
		return
	}
	if _, ok := p.dir.Window(hall, window); window != "" && !ok {
		p.warn("window "+hall+"\x00"+window, fmt.Sprintf("the directory does not know the window %q of hall %q", window, hall))
	}
}

// storeDevices stores a delivery, all of it or nothing.
func (a *App) storeDevices(ctx context.Context, d *keyDesk, in *DeviceImport) (nothing, error) {
	stored := d.devices()
	keys := make([]record.Key, 0, len(in.Keys)+len(in.Moves))
	for _, k := range in.Keys {
		if h := stored[k.Name]; h != nil && len(h.valid) > 0 {
			return nothing{}, fmt.Errorf("device %q got a key meanwhile: nothing was imported, import again", k.Name)
		}
		k.Created = d.now
		keys = append(keys, k)
	}
	for _, m := range in.Moves {
		h := stored[m.Name]
		if h == nil || len(h.valid) == 0 {
			return nothing{}, fmt.Errorf("device %q lost its key meanwhile: nothing was imported, import again", m.Name)
		}
		for _, k := range h.valid {
			k.Windows = []record.DatedWindow{m.DatedWindow}
			keys = append(keys, k)
		}
	}
	return nothing{}, d.store.StoreKeys(ctx, keys)
}

// PlanDevices says what a delivery of devices would change.
func (c *Client) PlanDevices(ctx context.Context, devices []directory.Device) (plan DevicePlan, err error) {
	err = c.call(ctx, "plan-devices", devices, &plan)
	return plan, err
}

// StoreDevices stores a delivery of devices, all of it or nothing.
func (c *Client) StoreDevices(ctx context.Context, in *DeviceImport) error {
	return c.call(ctx, "store-devices", in, &nothing{})
}
