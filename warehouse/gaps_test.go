package warehouse_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/record"
	"haochaping/warehouse"
)

func TestDevicePlacesAndLateRatings(t *testing.T) {
	w, _ := open(t)
	at := func(r record.Rating, day calendar.Day, hall, window string) record.Rating {
		r.EventDay, r.Hall, r.Window = day, hall, window
		r.RatedAt = day.Start(shanghai).Add(36e12)
		r.ReceivedAt = r.RatedAt
		return r
	}
	late := at(numbered("D2", "a", 1), may4, "H2", "1")
	late.ReceivedAt = (may4 + 9).Start(shanghai)
	insert(t, w, &record.Batch{Ratings: []record.Rating{
		at(numbered("D1", "a", 1), may4, "H1", "1"), at(numbered("D1", "a", 4), may4+1, "H1", "2"), at(numbered("D1", "a", 5), may4+2, "H1", "3"), late,
	}}, "once")
	days := calendar.Range{From: may4, To: may4 + 5}
	got, err := w.DevicePlaces(t.Context(), []record.DeviceNumbers{{Device: "D1", Contiguous: 1}, {Device: "D2", Contiguous: 1}, {Device: `no'body`}}, days)
	want := []warehouse.DevicePlace{
		{Device: "D1", Hall: "H1", Window: "3", Since: may4 + 1, Until: may4 + 2},
		{Device: "D2", Hall: "H2", Window: "1", Until: may4},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("places: %v (-want +got)\n%s", err, diff)
	}
	if got, err := w.DevicePlaces(t.Context(), nil, days); len(got) != 0 || err != nil {
		t.Errorf("no devices stand at %v: %v", got, err)
	}
	counts, err := w.LateBySource(t.Context(), days, (may4 + 8).Start(shanghai))
	if diff := cmp.Diff([]warehouse.LateCount{{Source: late.Source, N: 1}}, counts); diff != "" || err != nil {
		t.Errorf("late: %v (-want +got)\n%s", err, diff)
	}
}
