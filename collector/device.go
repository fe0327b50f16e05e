package collector

import (
	"context"
	"net/http"
	"time"

	"haochaping/record"
)

// Devices knows which numbers of a device have arrived, over all collectors.
type Devices interface {
	DeviceNumbers(ctx context.Context, device string) ([]record.DeviceNumbers, error)
}

// askTimeout bounds a question to the warehouse.
const askTimeout = 15 * time.Second

// DeviceStatus says to a device what has arrived of it, so that it can send again what
// it still has.
type DeviceStatus struct {
	DeviceID      string         `json:"device_id" doc:"The device"`
	Installations []Installation `json:"installations" doc:"Each numbering of the device of which something arrived"`
	Pending       uint64         `json:"pending" doc:"Records of all senders that this collector has taken and the figures do not have yet: while there are any, a missing number may be on its way"`
	AsOf          time.Time      `json:"as_of" doc:"When this was so"`
}

// Installation is one numbering of a device.
type Installation struct {
	Installation string        `json:"installation" doc:"Name of the installation"`
	Received     uint64        `json:"received" doc:"Different numbers that arrived; refused, repeated and conflicting ones have arrived too"`
	Highest      uint64        `json:"highest" doc:"Highest number that arrived"`
	Contiguous   uint64        `json:"contiguous" doc:"Highest number up to which none is missing"`
	MissingCount uint64        `json:"missing_count" doc:"Numbers below the highest that did not arrive"`
	Missing      []NumberRange `json:"missing" doc:"The first of them, in order; at most 1,000 ranges"`
	FirstAt      time.Time     `json:"first_at" doc:"When something of it first arrived"`
	LastAt       time.Time     `json:"last_at" doc:"When something of it last arrived"`
}

// NumberRange is a run of numbers, both ends included.
type NumberRange struct {
	First uint64 `json:"first" doc:"First number of the run"`
	Last  uint64 `json:"last" doc:"Last number of the run"`
}

// selfID stands for the device of the key that asks.
const selfID = "self"

// deviceStatus answers GET devices/{id}.
func (c *Collector) deviceStatus(_ http.ResponseWriter, r *http.Request, key *record.Key, id string) answer {
	if key.Kind != record.KeyDevice || key.Device == "" || id != key.Device && id != selfID {
		return problem(http.StatusForbidden, "forbidden", "A device may ask about itself only, with its own key.")
	}
	if c.opts.Devices == nil {
		return away()
	}
	ctx, cancel := context.WithTimeout(r.Context(), askTimeout)
	defer cancel()
	asOf := c.opts.Now()
	// Before the question: what is shipped in between is counted there and not twice.
	st, err := c.opts.Spool.Stats()
	if err != nil {
		c.opts.Logger.Debug("device status not answered", "device", key.Device, "error", err)
		return away()
	}
	list, err := c.opts.Devices.DeviceNumbers(ctx, key.Device)
	if err != nil {
		c.opts.Logger.Debug("device status not answered", "device", key.Device, "error", err)
		return away()
	}
	out := DeviceStatus{DeviceID: key.Device, Installations: make([]Installation, 0, len(list)), Pending: st.Depth, AsOf: asOf}
	for i := range list {
		n := &list[i]
		in := Installation{
			Installation: n.Installation, Received: n.Received, Highest: n.Highest, Contiguous: n.Contiguous,
			MissingCount: n.MissingCount, Missing: make([]NumberRange, len(n.Missing)), FirstAt: n.FirstAt, LastAt: n.LastAt,
		}
		for j, m := range n.Missing {
			in.Missing[j] = NumberRange(m)
		}
		out.Installations = append(out.Installations, in)
	}
	return said(http.StatusOK, &out)
}
