package record

import "time"

// DeviceState is how a device with a key stands, over all collectors.
type DeviceState struct {
	Device       string    `json:"device_id"`
	Hall         string    `json:"hall,omitempty"`
	Window       string    `json:"window,omitempty"` // on the day that was asked for
	LastAt       time.Time `json:"last_at,omitzero"` // when something of it last arrived; zero = never
	Silent       bool      `json:"silent"`
	SilentSince  time.Time `json:"silent_since,omitzero"` // when it last sent something or, never having, got its key
	Installation string    `json:"installation,omitempty"`
	Highest      uint64    `json:"highest"`       // number of this, the newest installation
	Contiguous   uint64    `json:"contiguous"`    // highest number below which none is missing
	MissingCount uint64    `json:"missing_count"` // numbers of all its installations
}

// DeviceStates joins the devices that hold a valid key with what arrived of them, in the
// order of the keys. silentAfter is how long a device may send nothing.
func DeviceStates(keys []Key, arrived []DeviceNumbers, now time.Time, day EventDay, silentAfter time.Duration) []DeviceState {
	var list []DeviceState
	at := make(map[string]int)
	since := make(map[string]time.Time)
	for i := range keys {
		k := &keys[i]
		if k.Kind != KeyDevice || !k.ValidAt(now) {
			continue
		}
		window, _ := k.WindowOn(day)
		j, known := at[k.Device]
		if !known {
			j = len(list)
			at[k.Device] = j
			list = append(list, DeviceState{Device: k.Device})
			since[k.Device] = k.Created
		}
		list[j].Hall, list[j].Window = k.Hall, window
		if k.Created.Before(since[k.Device]) {
			since[k.Device] = k.Created
		}
	}
	newest := make(map[string]time.Time) // arrival of the installation that is shown
	for i := range arrived {
		n := &arrived[i]
		j, known := at[n.Device]
		if !known {
			continue
		}
		d := &list[j]
		d.MissingCount += n.MissingCount
		if n.LastAt.After(d.LastAt) {
			d.LastAt = n.LastAt
		}
		if n.Highest > 0 && n.LastAt.After(newest[n.Device]) {
			newest[n.Device] = n.LastAt
			d.Installation, d.Highest, d.Contiguous = n.Installation, n.Highest, n.Contiguous
		}
	}
	for i := range list {
		d := &list[i]
		heard := d.LastAt
		if heard.IsZero() {
			heard = since[d.Device]
		}
		if d.Silent = now.Sub(heard) > silentAfter; d.Silent {
			d.SilentSince = heard
		}
	}
	return list
}
