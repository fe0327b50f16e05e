package warehouse_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"haochaping/record"
)

// numbered makes a rating with a device's number.
func numbered(device, installation string, seq uint64) record.Rating {
	return rating(may4, 5, func(r *record.Rating) {
		r.Sender, r.DeviceID, r.Installation, r.DeviceSeq = device, device, installation, seq
		r.ReceivedAt = r.RatedAt.Add(time.Duration(seq) * time.Second)
	})
}

func TestDeviceNumbersSayWhatIsMissing(t *testing.T) {
	w, _ := open(t)
	noon := may4.Start(shanghai).Add(12 * time.Hour)
	refused := record.Refused{
		ID: uuid.Must(uuid.NewV7()), Kind: record.KindRating, ReceivedAt: noon.Add(4 * time.Second),
		Sender: "D1", DeviceID: "D1", Installation: "a", DeviceSeq: 4,
	}
	pieces := []record.Batch{
		{Ratings: []record.Rating{numbered("D1", "a", 1), numbered("D1", "a", 2), numbered("D2", "x", 1)}},
		{Ratings: []record.Rating{numbered("D1", "a", 9), numbered("D1", "a", 7)}, Refused: []record.Refused{refused}},
		{Ratings: []record.Rating{numbered("D1", "b", 1), numbered(`D'\1`, "a", 3)}},
		{Prompts: []record.Prompt{{ID: uuid.Must(uuid.NewV7()), DeviceID: "D3", EventDay: may4, Stamp: record.Stamp{ReceivedAt: noon, Sender: "D3"}}}},
		{Ratings: []record.Rating{rating(may4, 5, nil)}},
	}
	order := append(rand.Perm(len(pieces)), rand.Perm(len(pieces))...) // each comes twice
	for i, p := range order {
		insert(t, w, &pieces[p], fmt.Sprint(i))
	}
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	newest, oldest := []record.DeviceNumbers{
		{Device: "D1", Installation: "a", Received: 5, Highest: 9, Contiguous: 2, MissingCount: 4, FirstAt: at(1), LastAt: at(9)},
		{Device: "D1", Installation: "b", Received: 1, Highest: 1, Contiguous: 1, FirstAt: at(1), LastAt: at(1)},
	}, record.DeviceNumbers{Device: `D'\1`, Installation: "a", Received: 1, Highest: 3, Contiguous: 0, MissingCount: 2, FirstAt: at(3), LastAt: at(3)}
	all := []record.DeviceNumbers{
		oldest, newest[0], newest[1],
		{Device: "D2", Installation: "x", Received: 1, Highest: 1, Contiguous: 1, FirstAt: at(1), LastAt: at(1)},
		{Device: "D3", FirstAt: noon, LastAt: noon},
	}
	got, err := w.Devices(t.Context())
	if diff := cmp.Diff(all, got, cmpopts.EquateApproxTime(0)); diff != "" || err != nil {
		t.Errorf("all devices: %v (-want +got)\n%s", err, diff)
	}
	newest[0].Missing = []record.NumberRange{{First: 3, Last: 3}, {First: 5, Last: 6}, {First: 8, Last: 8}}
	oldest.Missing = []record.NumberRange{{First: 1, Last: 2}}
	for device, want := range map[string][]record.DeviceNumbers{"D1": newest, `D'\1`: {oldest}, "D3": nil, "nobody": nil} {
		got, err := w.DeviceNumbers(t.Context(), device)
		if diff := cmp.Diff(want, got, cmpopts.EquateApproxTime(0)); diff != "" || err != nil {
			t.Errorf("numbers of %s: %v (-want +got)\n%s", device, err, diff)
		}
	}
}

// Whoever names a foreign device cannot mark its numbers as arrived, nor the device as heard of.
func TestForeignNumbersDoNotArrive(t *testing.T) {
	w, _ := open(t)
	at := may4.Start(shanghai).Add(12 * time.Hour)
	forged, unnamed := numbered("D", "a", 2), numbered("D", "a", 4)
	forged.Sender, unnamed.Sender = "city", ""
	insert(t, w, &record.Batch{
		Ratings: []record.Rating{numbered("D", "a", 1), forged, unnamed, numbered("D", "a", 5)},
		Refused: []record.Refused{{
			ID: uuid.Must(uuid.NewV7()), Kind: record.KindRating, Sender: "city", ReceivedAt: at, DeviceID: "D", Installation: "a", DeviceSeq: 3,
		}},
		Prompts: []record.Prompt{{ID: uuid.Must(uuid.NewV7()), DeviceID: "E", EventDay: may4, Stamp: record.Stamp{ReceivedAt: at, Sender: "city"}}},
	}, "forged")
	all, err := w.Devices(t.Context())
	if err != nil || len(all) != 1 || all[0].Device != "D" || all[0].Received != 2 || all[0].MissingCount != 3 {
		t.Errorf("devices %+v, %v", all, err)
	}
	list, err := w.DeviceNumbers(t.Context(), "D")
	if err != nil || len(list) != 1 || !cmp.Equal(list[0].Missing, []record.NumberRange{{First: 2, Last: 4}}) {
		t.Errorf("numbers %+v, %v", list, err)
	}
}

// A device may say any number: what it says must not cost more than what it sent.
func TestWildDeviceNumbersAreBounded(t *testing.T) {
	w, _ := open(t)
	var b record.Batch
	for i := range uint64(3000) {
		b.Ratings = append(b.Ratings, numbered("D", "a", 2+2*i))
	}
	last := numbered("D", "a", 1)
	last.DeviceSeq = 1<<64 - 1
	b.Ratings = append(b.Ratings, last)
	insert(t, w, &b, "a")
	got, err := w.DeviceNumbers(t.Context(), "D")
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	if n := got[0]; n.Highest != 1<<64-1 || n.Received != 3001 || n.MissingCount != n.Highest-3001 || len(n.Missing) != 1000 || n.Contiguous != 0 {
		t.Errorf("highest %d, received %d, missing %d in %d ranges, contiguous %d", n.Highest, n.Received, n.MissingCount, len(n.Missing), n.Contiguous)
	}
}

func TestAnnouncementsAreKept(t *testing.T) {
	w, _ := open(t)
	noon := may4.Start(shanghai).Add(12 * time.Hour).UTC()
	announced := record.Announcement{
		Stamp: record.Stamp{ReceivedAt: noon, Sender: "city", Collector: "c1", ContentHash: 1}, ID: `b'1\`, Source: "city",
		Records: record.KindRating, Count: 3, Hash: [32]byte{1, 0, 255},
	}
	delivered := announced
	delivered.ReceivedAt, delivered.Delivered, delivered.Arrived, delivered.HashMatches = noon.Add(time.Minute), true, 3, true
	delivered.Accepted, delivered.Refused, delivered.Reasons = 1, 2, map[string]uint64{"unmapped": 2}
	other := announced
	other.ID = "other"
	for i, b := range []record.Batch{
		{Announcements: []record.Announcement{delivered, other}},
		{Announcements: []record.Announcement{announced}},
		{Announcements: []record.Announcement{delivered}},
	} {
		insert(t, w, &b, fmt.Sprint(i))
	}
	got, err := w.Announcements(t.Context(), "city", announced.ID)
	if diff := cmp.Diff([]record.Announcement{announced, delivered}, got, cmpopts.EquateApproxTime(0)); diff != "" || err != nil {
		t.Errorf("states of a batch: %v (-want +got)\n%s", err, diff)
	}
}
