package warehouse_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/record"
	"haochaping/warehouse"
)

func TestArrivalsKeepTheHistoryOfDevices(t *testing.T) {
	w, _ := open(t)
	noon := may4.Start(shanghai).Add(12 * time.Hour)
	state := record.DeviceState{Device: "D1", Hall: "H1", Window: "01", LastAt: noon, MissingCount: 2}
	quiet := record.DeviceState{Device: "D2", Hall: "H1", Silent: true}
	store := func(now time.Time, batch ...record.Rating) {
		t.Helper()
		insert(t, w, &record.Batch{Ratings: batch}, fmt.Sprint(now))
		if err := w.StoreArrivals(t.Context(), []record.DeviceState{state, quiet}, now); err != nil {
			t.Fatal(err)
		}
	}
	first := numbered("D1", "a", 1)
	forged := numbered("D1", "a", 9)
	forged.Sender = "city"
	store(noon, first, forged)
	store(noon.Add(time.Hour), first, numbered("D1", "a", 4)) // one comes again
	late := numbered("D1", "a", 2)
	state.MissingCount, state.Window = 1, "02"
	store(noon.Add(24*time.Hour), late) // of the day before
	store(noon.Add(25 * time.Hour))

	days := calendar.Range{From: may4 - 30, To: may4 + 30}
	got, err := w.DeviceDays(t.Context(), days)
	want := []warehouse.DeviceDay{
		{Day: may4, Device: "D1", Hall: "H1", Window: "01", Received: 3, LastAt: noon.UTC(), Missing: 2},
		{Day: may4, Device: "D2", Hall: "H1", Silent: true},
		{Day: may4 + 1, Device: "D1", Hall: "H1", Window: "02", LastAt: noon.UTC(), Missing: 1},
		{Day: may4 + 1, Device: "D2", Hall: "H1", Silent: true},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("days of devices: %v (-want +got)\n%s", err, diff)
	}
	sources, err := w.SourceArrivals(t.Context(), days)
	if err != nil || len(sources) != 1 || sources[0].Received != 4 || sources[0].Kind != "rating" || !sources[0].LastAt.Equal(noon.Add(9*time.Second)) {
		t.Errorf("days of sources: %+v %v", sources, err)
	}
}
