package collector

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"haochaping/record"
)

type devices struct{ err error }

func (d devices) DeviceNumbers(_ context.Context, device string) ([]record.DeviceNumbers, error) {
	if d.err != nil || device != "DEV-1" {
		return nil, d.err
	}
	return []record.DeviceNumbers{{
		Device: device, Installation: "I-1", Received: 8, Highest: 10, Contiguous: 3, MissingCount: 2,
		Missing: []record.NumberRange{{First: 4, Last: 4}, {First: 7, Last: 7}}, FirstAt: noon, LastAt: noon,
	}, {Device: device, Installation: "I-2", Received: 1, Highest: 1, Contiguous: 1}}, nil
}

func TestDeviceStatus(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Devices = devices{} })
	h.send("ratings", h.device, rating(idA, ""), nil)
	for _, id := range []string{"DEV-1", "self", "DEV%2D1"} {
		r := h.do(http.MethodGet, "devices/"+id, h.device, nil, nil)
		var got DeviceStatus
		if err := json.Unmarshal([]byte(r.text), &got); err != nil || r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", id, r.status, r.text)
		}
		want := Installation{
			Installation: "I-1", Received: 8, Highest: 10, Contiguous: 3, MissingCount: 2,
			Missing: []NumberRange{{4, 4}, {7, 7}}, FirstAt: noon, LastAt: noon,
		}
		if got.DeviceID != "DEV-1" || got.Pending != 1 || !got.AsOf.Equal(noon) || len(got.Installations) != 2 || !cmp.Equal(got.Installations[0], want) {
			t.Errorf("%s: %s", id, r.text)
		}
		if !strings.Contains(r.text, `"missing":[]`) {
			t.Errorf("no missing numbers are no list: %s", r.text)
		}
	}
	for name, tc := range map[string]struct {
		key, id, method string
		status          int
	}{
		"another device": {h.device, "DEV-2", "GET", 403},
		"a source":       {h.source, "DEV-1", "GET", 403},
		"a source, self": {h.source, "self", "GET", 403},
		"nobody":         {"", "DEV-1", "GET", 401},
		"no id":          {h.device, "", "GET", 404},
		"POST":           {h.device, "DEV-1", "POST", 405},
	} {
		if r := h.do(tc.method, "devices/"+tc.id, tc.key, nil, nil); r.status != tc.status {
			t.Errorf("%s: %d %s", name, r.status, r.text)
		}
	}
}

func TestDeviceStatusWithoutTheWarehouse(t *testing.T) {
	for name, d := range map[string]Devices{"away": devices{errors.New("dial 13912345678")}, "none": nil} {
		h := newHouse(t, func(o *Options) { o.Devices = d })
		r := h.do(http.MethodGet, "devices/DEV-1", h.device, nil, nil)
		if r.status != 503 || r.header.Get("Retry-After") == "" || strings.Contains(r.text, "dial") {
			t.Errorf("%s: %d %s", name, r.status, r.text)
		}
	}
}
