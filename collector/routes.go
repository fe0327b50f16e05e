package collector

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"haochaping/record"
)

// route is one of the addresses that take records.
type route struct {
	kind    record.Kind
	devices bool // whether the key of a device may use it
	check   func(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked
}

// routes are the addresses below /api/v1/.
var routes = map[string]*route{
	"ratings":    {record.KindRating, true, checkRating},
	"cases":      {record.KindCase, false, checkCase},
	"prompts":    {record.KindPrompt, true, checkPrompt},
	"follow-ups": {record.KindFollowUp, false, checkFollowUp},
	"tallies":    {record.KindTally, false, checkTally},
}

// ownID reports whether the sender chooses the id; the id of the other kinds is
// derived from what they say.
func (r *route) ownID() bool { return r.kind != record.KindCase && r.kind != record.KindTally }

// idField names the field to change when an id is taken.
func (r *route) idField() string {
	if r.ownID() {
		return "id"
	}
	return "version"
}

// checked is a record that the door has looked at.
type checked struct {
	id       uuid.UUID // nil if it could not be read
	source   string    // one that the key may speak for, else empty
	content  [16]byte  // of the record as sent, before anything was filled in
	place    *record.Place
	record   any // pointer to the accepted record
	problems record.Problems
}

func checkRating(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked {
	var in record.RatingInput
	if ps := record.Decode(raw, &in); ps != nil {
		return checked{problems: ps}
	}
	rc.Content = d.ContentHash(&in)
	bound := bind(key, &in.Source, &in.DeviceID, &in.Place)
	r, ps := d.Rating(&in, rc)
	return checked{r.ID, r.Source, rc.Content, &r.Place, &r, append(bound, ps...)}
}

func checkPrompt(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked {
	var in record.PromptInput
	if ps := record.Decode(raw, &in); ps != nil {
		return checked{problems: ps}
	}
	rc.Content = d.ContentHash(&in)
	bound := bind(key, &in.Source, &in.DeviceID, &in.Place)
	r, ps := d.Prompt(&in, rc)
	return checked{r.ID, r.Source, rc.Content, &r.Place, &r, append(bound, ps...)}
}

func checkCase(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked {
	var in record.CaseInput
	if ps := record.Decode(raw, &in); ps != nil {
		return checked{problems: ps}
	}
	rc.Content = d.ContentHash(&in)
	bound := bind(key, &in.Source, nil, &in.Place)
	r, ps := d.Case(&in, rc)
	return checked{r.ID(), r.Source, rc.Content, &r.Place, &r, append(bound, ps...)}
}

func checkFollowUp(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked {
	var in record.FollowUpInput
	if ps := record.Decode(raw, &in); ps != nil {
		return checked{problems: ps}
	}
	rc.Content = d.ContentHash(&in)
	bound := bind(key, &in.Source, nil, nil)
	r, ps := d.FollowUp(&in, rc)
	return checked{r.ID, r.Source, rc.Content, nil, &r, append(bound, ps...)}
}

func checkTally(d *record.Door, raw []byte, key *record.Key, rc record.Receipt) checked {
	var in record.TallyInput
	if ps := record.Decode(raw, &in); ps != nil {
		return checked{problems: ps}
	}
	rc.Content = d.ContentHash(&in)
	bound := bind(key, &in.Source, nil, &in.Place)
	r, ps := d.Tally(&in, rc)
	return checked{r.ID(), r.Source, rc.Content, &r.Place, &r, append(bound, ps...)}
}

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
