package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"haochaping/record"
)

// wireKinds is a fresh record of each wire struct.
var wireKinds = []func() timed{
	func() timed { return new(record.RatingInput) },
	func() timed { return new(record.CaseInput) },
	func() timed { return new(record.PromptInput) },
	func() timed { return new(record.FollowUpInput) },
	func() timed { return new(record.TallyInput) },
}

// oracle is what encoding/json makes of a record.
func oracle(raw []byte, in any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more text")
	}
	return nil
}

func differ(a, b any) string {
	return cmp.Diff(a, b, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(
		record.RatingInput{}, record.CaseInput{}, record.PromptInput{}, record.FollowUpInput{}, record.TallyInput{}))
}

// stricter says whether Decode may refuse what encoding/json takes.
func stricter(raw []byte, ps record.Problems) bool {
	for _, p := range ps {
		switch {
		case p.Code == record.CodeUnknownField: // the oracle takes names in any case
		case p.Code == record.CodeTooLong:
		case strings.Contains(p.Reason, "is given twice"):
		case strings.Contains(p.Reason, "nested too deep"):
		case strings.Contains(p.Reason, "is a JSON object") && bytes.Equal(bytes.TrimSpace(raw), []byte("null")):
		case strings.Contains(p.Reason, "not valid UTF-8"):
		case strings.Contains(p.Reason, "half of a surrogate pair"):
		case p.Code == record.CodeMalformed && len(ps) > 1: // beside one of the above
		default:
			return false
		}
	}
	return true
}

// agree compares Decode with the oracle.
func agree(t testing.TB, raw []byte, fresh func() timed) {
	t.Helper()
	in, want := fresh(), fresh()
	ps, err := record.Decode(raw, in), oracle(raw, want)
	switch {
	case ps != nil && err == nil:
		if !stricter(raw, ps) {
			t.Fatalf("%T: %q is refused: %v", in, raw, ps)
		}
	case ps == nil && in.UnreadTimes():
		switch in.(type) {
		case *record.RatingInput, *record.PromptInput, *record.FollowUpInput:
			if err == nil {
				t.Fatalf("%T: %q: a time that the oracle reads is unread", in, raw)
			}
		}
	case ps == nil && err != nil:
		if !bytes.Contains(raw, []byte(`\`)) { // the oracle takes no escapes in times
			t.Fatalf("%T: %q is taken, the oracle says %v", in, raw, err)
		}
	case ps == nil:
		if d := differ(want, in); d != "" {
			t.Fatalf("%T: %q: %s", in, raw, d)
		}
	}
}

// Whatever a record holds, Decode reads from its JSON text what encoding/json reads,
// however the text is spaced; and with a byte changed both still agree on what it is.
func TestDecodeLikeTheOracle(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		given := func() bool { return rapid.Bool().Draw(r, "given") }
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			"2026-05-04", "2026-05-04T09:30:00+08:00", "\"\\/\b\f\n\r\t\x00\u2028<&>", "\U0001f600好评", "5", " 5 ",
		}))
		f := filler{
			number: func() uint64 {
				if !given() {
					return 0
				}
				return rapid.Uint64().Draw(r, "number")
			},
			length: func() int {
				if !given() {
					return 0
				}
				return rapid.IntRange(0, 5).Draw(r, "length")
			},
			text: func() string {
				if !given() {
					return ""
				}
				return text.Draw(r, "text")
			},
			time: func() time.Time {
				zone := time.FixedZone("", 60*rapid.IntRange(-12*60, 14*60).Draw(r, "offset"))
				return time.Unix(rapid.Int64Range(-62e9, 253e9).Draw(r, "seconds"), rapid.Int64Range(0, 1e9-1).Draw(r, "nanos")).In(zone)
			},
		}
		fresh := rapid.SampledFrom(wireKinds).Draw(r, "kind")
		in := fresh()
		v := reflect.ValueOf(in).Elem()
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				f.fill(v.Field(i))
			}
		}
		raw, err := json.Marshal(in)
		if err != nil {
			r.Fatal(err)
		}
		if given() {
			var spaced bytes.Buffer
			if err := json.Indent(&spaced, raw, "\r ", "\t"); err != nil {
				r.Fatal(err)
			}
			raw = spaced.Bytes()
		}
		if ps := record.Decode(raw, fresh()); ps != nil {
			r.Fatalf("%q is refused: %v", raw, ps)
		}
		agree(t, raw, fresh)
		raw[rapid.IntRange(0, len(raw)-1).Draw(r, "place")] = rapid.SampledFrom([]byte("\"\\{}[]:,0-.eEntu x\x00\xff")).Draw(r, "byte")
		agree(t, raw, fresh)
	})
}

// Times are read as encoding/json reads them.
func TestDecodeTimeLikeTheOracle(t *testing.T) {
	for _, text := range []string{
		"2026-05-04T09:30:00Z", "2026-05-04T09:30:00+08:00", "2026-05-04T09:30:00.5-08:30", "2026-05-04T09:30:00.123456789Z",
		"2026-05-04T09:30:00.1234567891Z", "2026-05-04T09:30:00.Z", "2026-05-04T09:30:00,5Z", "2024-02-29T00:00:00Z", "2026-02-29T00:00:00Z",
		"2026-05-31T23:59:59Z", "2026-04-31T23:59:59Z", "2026-05-04T24:00:00Z", "2026-05-04T23:60:00Z", "2026-12-31T23:59:60Z",
		"2026-00-04T09:30:00Z", "2026-13-04T09:30:00Z", "2026-05-00T09:30:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:00",
		"2026-05-04T09:30:00", "2026-05-04 09:30:00Z", "2026-05-04t09:30:00z", "2026-5-4T09:30:00Z", "2026-05-04T09:30Z", "2026-05-04",
		"2026-05-04T09:30:00+24:00", "2026-05-04T09:30:00+08:60", "2026-05-04T09:30:00+0800", "2026-05-04T09:30:00+08", "2026-05-04T09:30:00+23:59",
		"2026-05-04T09:30:00-00:00", "2026-05-04T09:30:00Z ", " 2026-05-04T09:30:00Z", "+026-05-04T09:30:00Z", "2026-05-04T9:30:00Z", "",
	} {
		raw, err := json.Marshal(map[string]string{"at": text})
		if err != nil {
			t.Fatal(err)
		}
		var in, want record.FollowUpInput
		ps, err := record.Decode(raw, &in), oracle(raw, &want)
		if read := ps == nil && !in.UnreadTimes(); read != (err == nil) {
			t.Errorf("%q: read: %t, the oracle says %v", text, read, err)
			continue
		}
		if err == nil && in.At.Format(time.RFC3339Nano) != want.At.Format(time.RFC3339Nano) {
			t.Errorf("%q: %s, want %s", text, in.At, want.At)
		}
	}
}

// Decode takes nothing that encoding/json refuses, and refuses nothing that it takes
// but for the rules that it has besides.
func FuzzDecodeLikeTheOracle(f *testing.F) {
	f.Add(byte(0), []byte(`{"id":"01970a3e-5a00-7c3a-9d52-6f1b2c3d4e5f","source":"kiosk","level":5,"aspects":{"q":"1"},"tags":["a"],"rated_at":"2026-05-04T12:00:00.25+08:00"}`))
	f.Add(byte(1), []byte(`{"case_id":"x","version":1,"accepted_at":"2026-05-04T12:00:00Z","suspensions":[{"from":"2026-05-04T12:00:00Z","to":1}],"visits":3,"handling_seconds":-0}`))
	f.Add(byte(2), []byte(`{"id":"\u0041\ud83d\ude00\n","shown_at":null,"test":true}`))
	f.Add(byte(3), []byte(` {"satisfied" : false, "at":"2026-02-29T00:00:00Z"} `))
	f.Add(byte(4), []byte(`{"from":"2026-04-01","to":"2026-04-30","count":18446744073709551615,"level":5e0,"Count":1,"x":[{}]}`))
	f.Fuzz(func(t *testing.T, kind byte, raw []byte) {
		agree(t, raw, wireKinds[int(kind)%len(wireKinds)])
	})
}
