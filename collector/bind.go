package collector

import (
	"slices"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/record"
)

// bindSource fills in the source of a record, and refuses one that the key may not
// speak for.
func bindSource(key *record.Key, source *string) record.Problems {
	*source = strings.TrimSpace(*source)
	switch {
	case len(key.Sources) == 0:
		return unbound("source", "this key may speak for no source: ask the operator to give it one")
	case *source == "":
		*source = key.Sources[0]
	case !slices.Contains(key.Sources, *source):
		return unbound("source", "this key may not speak for that source: leave the field out, or use the source's own key")
	}
	return nil
}

// bind fills in what a key says about its sender and refuses what contradicts it. The
// window of a device is that of the day on which the record was taken: what comes late
// counts where the device stood then. The department is never bound, and the region is
// left as sent: the hall decides over it when figures are computed.
func bind(key *record.Key, day calendar.Day, source, device *string, place *record.Place) record.Problems {
	ps := append(bindSource(key, source), bindDevice(key, device)...)
	if key.Kind != record.KeyDevice {
		return ps
	}
	window, bound := key.WindowOn(day)
	if key.Hall != "" {
		ps = append(ps, bindField("hall", &place.Hall, key.Hall, "this device is bound to another hall: leave the field out, or have the device moved")...)
	}
	if bound {
		ps = append(ps, bindField("window", &place.Window, window, "this device is bound to another window on that day: leave the field out, or have the device moved")...)
	}
	return ps
}

// bindDevice fills in the device of a record, and refuses another one.
func bindDevice(key *record.Key, device *string) record.Problems {
	if key.Kind != record.KeyDevice || key.Device == "" {
		return nil
	}
	return bindField("device_id", device, key.Device, "this key belongs to another device: leave the field out")
}

func bindField(name string, value *string, bound, reason string) record.Problems {
	if sent := strings.TrimSpace(*value); sent != "" && sent != bound {
		return unbound(name, reason)
	}
	*value = bound
	return nil
}

func unbound(field, reason string) record.Problems {
	return record.Problems{{Field: field, Code: record.CodeInvalid, Reason: reason}}
}

// boundDay is the day whose binding a record is under: that of the first time that it
// names, by the sender's corrected clock, else today.
func boundDay(d *record.Door, rc *record.Receipt, times ...*time.Time) calendar.Day {
	at := rc.Now
	for _, t := range times {
		if t != nil && !t.IsZero() {
			at = rc.Corrected(*t)
			break
		}
	}
	return calendar.DayOf(at, d.Zone)
}
