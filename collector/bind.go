package collector

import (
	"slices"
	"strings"

	"haochaping/record"
)

// bind fills in what a key says about its sender and refuses what contradicts
// it. device and place are nil for records that have none.
func bind(key *record.Key, source, device *string, place *record.Place) record.Problems {
	var ps record.Problems
	refuse := func(field, reason string) {
		ps = append(ps, record.Problem{Field: field, Code: record.CodeInvalid, Reason: reason})
	}
	*source = strings.TrimSpace(*source)
	switch {
	case len(key.Sources) == 0:
		refuse("source", "this key may speak for no source: ask the operator to give it one")
	case *source == "":
		*source = key.Sources[0]
	case !slices.Contains(key.Sources, *source):
		refuse("source", "this key may not speak for that source: leave the field out, or use the source's own key")
	}
	if key.Kind != record.KeyDevice {
		return ps
	}
	fill := func(field string, value *string, bound, reason string) {
		sent := strings.TrimSpace(*value)
		if bound == "" || sent == bound {
			return
		}
		if sent == "" {
			*value = bound
			return
		}
		refuse(field, reason)
	}
	if device != nil {
		fill("device_id", device, key.Device, "this key belongs to another device: leave the field out")
	}
	if place != nil {
		fill("hall", &place.Hall, key.Hall, "this device is bound to another hall: leave the field out, or have the device moved")
		fill("window", &place.Window, key.Window, "this device is bound to another window: leave the field out, or have the device moved")
	}
	return ps
}
