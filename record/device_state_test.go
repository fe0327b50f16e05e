package record

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
)

func TestDeviceStates(t *testing.T) {
	now := time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC)
	day := calendar.MakeDay(2026, 5, 10)
	ago := func(hours int) time.Time { return now.Add(-time.Duration(hours) * time.Hour) }
	device := func(name string, created time.Time) Key {
		return Key{Name: name, Kind: KeyDevice, Device: name, Hall: "H1", Created: created, Windows: []DatedWindow{{Window: "01"}, {From: day, Window: "02"}}}
	}
	revoked := device("revoked", ago(500))
	revoked.Revoked = ago(1)
	keys := []Key{
		device("busy", ago(500)), device("busy", ago(2)), device("quiet", ago(500)), device("never", ago(500)), device("new", ago(1)), revoked,
		{Name: "system", Kind: KeySource, Created: ago(500)},
	}
	arrived := []DeviceNumbers{
		{Device: "busy", Installation: "a", Highest: 9, Contiguous: 2, MissingCount: 4, LastAt: ago(50)},
		{Device: "busy", Installation: "b", Highest: 5, Contiguous: 5, LastAt: ago(3)},
		{Device: "busy", LastAt: ago(2)},
		{Device: "quiet", Installation: "a", Highest: 3, Contiguous: 3, LastAt: ago(80)},
		{Device: "revoked", LastAt: ago(80)},
		{Device: "stranger", LastAt: ago(80)},
	}
	want := []DeviceState{
		{Device: "busy", Hall: "H1", Window: "02", LastAt: ago(2), Installation: "b", Highest: 5, Contiguous: 5, MissingCount: 4},
		{Device: "quiet", Hall: "H1", Window: "02", LastAt: ago(80), Silent: true, SilentSince: ago(80), Installation: "a", Highest: 3, Contiguous: 3},
		{Device: "never", Hall: "H1", Window: "02", Silent: true, SilentSince: ago(500)},
		{Device: "new", Hall: "H1", Window: "02"},
	}
	if diff := cmp.Diff(want, DeviceStates(keys, arrived, now, day, 72*time.Hour)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
