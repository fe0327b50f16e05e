package record_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/record"
)

var refusedID = uuid.MustParse("01970a3e-5a00-7c3a-9d52-6f1b2c3d4e60")

// strangers are records that only lack an entry of a code map, and the records that
// they are with the map mended: one of each kind.
var strangers = []struct {
	name, raw string
	route     func() any
}{
	{"rating", `{"id":"` + someID + `","level":"A","channel":"window","tags":["T9"],"aspects":{"q1":"A"},"rated_at":"20260504 113000","served_at":1777865000,
		"comment":"回电 13800138000","rater":"11010519491231002x","contact":"13900139000","case_id":"C1","stage":"2"}`, func() any { return new(record.RatingInput) }},
	{"rating in RFC 3339", `{"id":"` + someID + `","level":"A","rated_at":"2026-05-04T11:30:00+08:00","rater":"13800138000"}`, func() any { return new(record.RatingInput) }},
	{"case", `{"case_id":"C1","version":2,"kind":"K7","accepted_at":"20260501 090000","promised_at":"20260506 000000","finished_at":"20260503 090000","status":"finished",
		"suspensions":[{"from":"20260501 100000","to":"20260501 110000"}]}`, func() any { return new(record.CaseInput) }},
	{"prompt", `{"id":"` + someID + `","served_at":"20260504 113000","channel":"window"}`, func() any { return new(record.PromptInput) }},
	{"follow-up", `{"id":"` + someID + `","rating_id":"` + someID + `","step":"contacted","at":"20260504 113000","note":"打过 13800138000"}`, func() any { return new(record.FollowUpInput) }},
	{"tally", `{"from":"2026-04-01","to":"2026-04-30","level":"A","count":7}`, func() any { return new(record.TallyInput) }},
}

func mended(t *testing.T) record.CodeMap {
	t.Helper()
	m := mapWithTimes(t, "mended", "yyyyMMdd HHmmss", "epoch_s")
	m.Levels = map[string]uint8{"A": 5}
	m.Channels = map[string]record.Channel{"window": record.ChannelTablet}
	m.Kinds = map[string]string{"K7": "complaint"}
	m.Tags = map[string]string{"T9": "207"}
	return m
}

func receive(t *testing.T, d *record.Door, raw string, in any) (record.Receipt, record.Problems, record.Batch) {
	t.Helper()
	if ps := record.Decode([]byte(raw), in); ps != nil {
		t.Fatal(ps)
	}
	rc := d.Receive(in, "kiosk", receipt())
	switch in := in.(type) { // as the collector fills it in
	case *record.RatingInput:
		in.Source = "kiosk"
	case *record.CaseInput:
		in.Source = "kiosk"
	case *record.PromptInput:
		in.Source = "kiosk"
	case *record.FollowUpInput:
		in.Source = "kiosk"
	case *record.TallyInput:
		in.Source = "kiosk"
	}
	var b record.Batch
	ps := d.Accept(in, rc, &b)
	return rc, ps, b
}

func sealing(d *record.Door) *record.Door {
	d.Seal = func(string) (string, error) { return "sealed", nil }
	return d
}

// A held record becomes the one that it would have been at first.
func TestReplayedRecordIsTheOneThatWouldHaveBeenAccepted(t *testing.T) {
	for _, tc := range strangers {
		for name, before := range map[string]*record.Door{
			"map that lacks codes": datedDoor(record.DatedMap{Map: mapWithTimes(t, "first", "yyyy/MM/dd HH:mm")}),
			"no map":               datedDoor(),
		} {
			t.Run(tc.name+" "+name, func(t *testing.T) {
				in := tc.route()
				sealing(before)
				rc, ps, b := receive(t, before, tc.raw, in)
				if len(ps) == 0 || b.Len() > 0 {
					t.Skip("accepted at once") // a record without codes
				}
				r := record.Refused{ID: refusedID, ReceivedAt: rc.Now, Collector: rc.Collector, Sender: rc.Sender}
				r.Held = before.Hold(in, rc, ps, r.ID)
				if r.Held == nil {
					t.Fatal("not held:", ps)
				}
				var got record.Batch
				if ps := before.Replay(&r, &got); len(ps) == 0 || got.Len() > 0 {
					t.Error("replayed although the map still lacks the codes")
				}
				after := sealing(datedDoor(record.DatedMap{Map: mended(t)}))
				if ps := after.Replay(&r, &got); ps != nil {
					t.Fatal(ps)
				}
				_, ps, want := receive(t, after, tc.raw, tc.route())
				if ps != nil {
					t.Fatal(ps)
				}
				if d := cmp.Diff(asJSON(t, want), asJSON(t, got)); d != "" {
					t.Error(d)
				}
			})
		}
	}
}

// asJSON is a batch with its instants in one zone.
func asJSON(t *testing.T, b record.Batch) string {
	t.Helper()
	for i := range b.Ratings {
		r := &b.Ratings[i]
		r.RatedAt, r.RatedAtRaw, r.ServedAt = r.RatedAt.UTC(), r.RatedAtRaw.UTC(), r.ServedAt.UTC()
	}
	text, err := json.MarshalIndent(b, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhatIsNotHeld(t *testing.T) {
	for name, tc := range map[string]struct {
		raw  string
		seal bool
	}{
		"another problem too":         {`{"id":"x","level":"A","rated_at":"2026-05-04T11:30:00+08:00"}`, true},
		"a time that is none":         {`{"id":"` + someID + `","level":"5","rated_at":"soon"}`, true},
		"a contact without a key":     {`{"id":"` + someID + `","level":"A","rated_at":"2026-05-04T11:30:00+08:00","contact":"13900139000"}`, false},
		"a phone number as level":     {`{"id":"` + someID + `","level":"13800138000","rated_at":"2026-05-04T11:30:00+08:00"}`, true},
		"a phone number as channel":   {`{"id":"` + someID + `","level":"5","channel":"138 0013 8000","rated_at":"2026-05-04T11:30:00+08:00"}`, true},
		"a phone number as an aspect": {`{"id":"` + someID + `","level":"5","aspects":{"13800138000":"A"},"rated_at":"2026-05-04T11:30:00+08:00"}`, true},
		"a phone number as a time":    {`{"id":"` + someID + `","level":"5","rated_at":"13800138000"}`, true},
		"a level of 65 characters":    {`{"id":"` + someID + `","level":"` + strings.Repeat("x", 65) + `","rated_at":"2026-05-04T11:30:00+08:00"}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := datedDoor(record.DatedMap{Map: record.MapFiveBest})
			if tc.seal {
				sealing(d)
			}
			in := new(record.RatingInput)
			rc, ps, _ := receive(t, d, tc.raw, in)
			if len(ps) == 0 {
				t.Fatal("accepted")
			}
			if held := d.Hold(in, rc, ps, refusedID); held != nil {
				t.Error("held:", ps)
			}
		})
	}
	in := goodRating()
	if testDoor().Hold(&in, receipt(), nil, refusedID) != nil {
		t.Error("an accepted record is held")
	}
}

// What is held can be read by nobody else, belongs to its refusal, and is no two times
// the same.
func TestHeldIsForTheDoorAlone(t *testing.T) {
	hold := func() (*record.Door, record.Refused) {
		d := sealing(datedDoor())
		in := new(record.RatingInput)
		rc, ps, _ := receive(t, d, strangers[0].raw, in)
		return d, record.Refused{ID: refusedID, ReceivedAt: rc.Now, Held: d.Hold(in, rc, ps, refusedID)}
	}
	d, r := hold()
	if _, again := hold(); bytes.Equal(again.Held, r.Held) {
		t.Error("two records are encrypted alike")
	}
	other := *d
	other.Key = bytes.Repeat([]byte("o"), 32)
	moved, cut, empty, version, changed := r, r, r, r, r
	moved.ID = uuid.MustParse(someID)
	cut.Held = r.Held[:5]
	empty.Held = nil
	version.Held = append([]byte{2}, r.Held[1:]...)
	changed.Held = bytes.Clone(r.Held)
	changed.Held[len(changed.Held)-1] ^= 1
	var b record.Batch
	for name, tc := range map[string]struct {
		door *record.Door
		r    record.Refused
	}{
		"another key": {&other, r}, "another refusal": {d, moved}, "cut": {d, cut}, "nothing held": {d, empty}, "another version": {d, version}, "changed": {d, changed},
	} {
		if ps := tc.door.Replay(&tc.r, &b); len(ps) != 1 || ps[0].Code != record.CodeInvalid || b.Len() > 0 {
			t.Errorf("%s: %v", name, ps)
		}
	}
	for _, clear := range []string{"13800138000", "11010519491231002", "13900139000", someID} {
		if bytes.Contains(r.Held, []byte(clear)) {
			t.Errorf("%s stands in what is held", clear)
		}
	}
}

// A corrected clock corrects a replayed record too.
func TestReplayKeepsTheSkew(t *testing.T) {
	d := datedDoor()
	in := new(record.RatingInput)
	rc, ps, _ := receive(t, d, strangers[1].raw, in)
	rc.Skew = 2 * time.Hour
	r := record.Refused{ID: refusedID, ReceivedAt: rc.Now.Add(3 * time.Hour), Held: d.Hold(in, rc, ps, refusedID)}
	var b record.Batch
	if ps := datedDoor(record.DatedMap{Map: mended(t)}).Replay(&r, &b); ps != nil {
		t.Fatal(ps)
	}
	if got := b.Ratings[0]; got.RatedAt.Sub(got.RatedAtRaw) != 2*time.Hour {
		t.Errorf("rated at %s, sent as %s", got.RatedAt, got.RatedAtRaw)
	}
}
