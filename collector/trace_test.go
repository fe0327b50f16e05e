package collector

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/record"
)

// What is kept of a refused record says which one it was, where the key may say so.
func TestTrace(t *testing.T) {
	type kept struct {
		Record, Source, Batch, Device, Installation string
		Seq                                         uint64
	}
	own := `,"installation":"I-1","device_seq":7,"batch_id":"B1"`
	for name, tc := range map[string]struct {
		source bool // sent with the key of a source
		body   string
		want   kept
	}{
		"level":             {body: rating(idA, own+`,"aspects":{"q":9}`), want: kept{idA, "kiosk", "B1", "DEV-1", "I-1", 7}},
		"unknown field":     {body: rating(idA, own+`,"nope":1`), want: kept{idA, "kiosk", "B1", "DEV-1", "I-1", 7}},
		"wrong type":        {body: rating(idA, own+`,"comment":{}`), want: kept{idA, "kiosk", "B1", "DEV-1", "I-1", 7}},
		"seq is a text":     {body: rating(idA, `,"installation":"I-1","device_seq":"7"`), want: kept{idA, "kiosk", "", "DEV-1", "I-1", 0}},
		"another device":    {body: rating(idA, own+`,"device_id":"DEV-2"`), want: kept{idA, "kiosk", "B1", "", "", 0}},
		"another source":    {body: rating(idA, own+`,"source":"city"`), want: kept{idA, "", "B1", "DEV-1", "I-1", 7}},
		"no JSON":           {body: `{"id":"` + idA + `","device_seq":7,`, want: kept{Source: "kiosk", Device: "DEV-1"}},
		"phone as number":   {body: rating(idA, `,"installation":"13912345678","device_seq":7,"level":"x"`), want: kept{idA, "kiosk", "", "DEV-1", "", 7}},
		"text as number":    {body: rating(idA, `,"installation":"张三 的 平板","device_seq":7,"level":"x"`), want: kept{idA, "kiosk", "", "DEV-1", "", 7}},
		"device of source":  {source: true, body: rating(idA, own+`,"device_id":"D9","level":"x"`), want: kept{idA, "national", "B1", "D9", "I-1", 7}},
		"source of another": {source: true, body: rating(idA, own+`,"device_id":"D9","source":"city"`), want: kept{idA, "", "B1", "", "", 0}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, nil)
			key := h.device
			if tc.source {
				key = h.source
			}
			r := h.send("ratings", key, tc.body, nil)
			b := h.stored()
			if r.status < 400 || !r.Kept || b.Len() != 1 || len(b.Refused) != 1 {
				t.Fatalf("%d %s, %d stored", r.status, r.text, b.Len())
			}
			got := b.Refused[0]
			id := ""
			if got.RecordID != uuid.Nil {
				id = got.RecordID.String()
			}
			if d := cmp.Diff(tc.want, kept{id, got.Source, got.BatchID, got.DeviceID, got.Installation, got.DeviceSeq}); d != "" || got.Collector != "c1" {
				t.Errorf("collector %q %s", got.Collector, d)
			}
			if id != r.Errors[0].ID {
				t.Errorf("the answer names %q", r.Errors[0].ID)
			}
		})
	}
}

// The number of a conflicting rating has arrived too.
func TestTraceOfConflict(t *testing.T) {
	h := newHouse(t, nil)
	h.send("ratings", h.device, rating(idA, `,"installation":"I-1","device_seq":1`), nil)
	r := h.send("ratings", h.device, rating(idA, `,"installation":"I-1","device_seq":2`), nil)
	if r.status != http.StatusConflict {
		t.Fatalf("%d %s", r.status, r.text)
	}
	got := h.stored().Refused[0]
	if got.RecordID.String() != idA || got.DeviceSeq != 2 || got.Installation != "I-1" || got.DeviceID != "DEV-1" || got.Problems[0].Code != record.CodeConflict {
		t.Errorf("%+v", got)
	}
}
