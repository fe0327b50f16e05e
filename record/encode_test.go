package record_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"haochaping/calendar"
	"haochaping/record"
)

var update = flag.Bool("update", false, "write the golden files")

// encodedKinds is a fresh record of each kind that is encoded.
var encodedKinds = []struct {
	kind  record.Kind
	fresh func() any
}{
	{record.KindRating, func() any { return new(record.Rating) }},
	{record.KindCase, func() any { return new(record.Case) }},
	{record.KindPrompt, func() any { return new(record.Prompt) }},
	{record.KindFollowUp, func() any { return new(record.FollowUp) }},
	{record.KindTally, func() any { return new(record.Tally) }},
	{record.KindRefused, func() any { return new(record.Refused) }},
	{record.KindAnnouncement, func() any { return new(record.Announcement) }},
}

// decoded is the record that the payload holds. One that cannot be decoded leaves
// nothing in a batch.
func decoded(t testing.TB, kind record.Kind, payload []byte) (any, error) {
	t.Helper()
	var b record.Batch
	if err := b.Decode(kind, payload); err != nil && b.Len() != 0 || err == nil && b.Len() != 1 {
		t.Fatalf("%d records and the error %v", b.Len(), err)
	}
	return record.Decoded(kind, payload)
}

// filler gives every field of a struct a value of its type.
type filler struct {
	number func() uint64
	length func() int
	text   func() string
	time   func() time.Time
}

func (f filler) fill(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(f.time()))
		return
	case v.Type() == reflect.TypeFor[calendar.Day]():
		v.SetInt(int64(f.number() % uint64(calendar.MaxDay)))
		return
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		v.SetBytes([]byte(f.text()))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	case reflect.String:
		v.SetString(f.text())
	case reflect.Bool:
		v.SetBool(f.number()%2 == 1)
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(f.number() & (1<<v.Type().Bits() - 1))
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.number()) >> (64 - v.Type().Bits()))
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Pointer:
		if f.length() > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem())
		}
	case reflect.Slice:
		for range f.length() {
			element := reflect.New(v.Type().Elem()).Elem()
			f.fill(element)
			v.Set(reflect.Append(v, element))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range f.length() {
			element := reflect.New(v.Type().Elem()).Elem()
			f.fill(element)
			v.SetMapIndex(reflect.ValueOf(f.text()), element)
		}
	default:
		panic("no values of a " + v.Type().String())
	}
}

// counting fills with values that all are different and not empty.
func counting() filler {
	n := uint64(0)
	next := func() uint64 { n += 2; return n | 1 }
	return filler{
		number: func() uint64 { return next() * 0x0101_0101_0101_0101 }, length: func() int { return 2 },
		text: func() string { return fmt.Sprintf("文字 %d", next()) },
		time: func() time.Time { return noon.Add(time.Duration(next()) * 86_400_123_456_789).UTC() },
	}
}

func sameRecord(a, b any) string {
	return cmp.Diff(a, b, cmpopts.EquateEmpty())
}

// What was ever written must be read for ever: the bytes of a record in which every
// field is given. A field without a number would not come back from them.
func TestEncodedFormStays(t *testing.T) {
	for _, k := range encodedKinds {
		t.Run(k.kind.String(), func(t *testing.T) {
			r := k.fresh()
			counting().fill(reflect.ValueOf(r).Elem())
			got, err := record.Encode(r)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "encoded", k.kind.String()+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(hex.Dump(got)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), hex.Dump(got)); d != "" {
				t.Errorf("the encoded form is another one (-update writes it):\n%s", d)
			}
			back, err := decoded(t, k.kind, got)
			if err != nil {
				t.Fatal(err)
			}
			if d := sameRecord(r, back); d != "" {
				t.Error(d)
			}
			for n := range got {
				if _, err := decoded(t, k.kind, got[:n]); err == nil {
					t.Errorf("the first %d of %d bytes are taken for a record", n, len(got))
				}
			}
		})
	}
}

// Any record comes back as it was, each time as the same instant in UTC.
func TestEncodeRoundTrip(t *testing.T) {
	times := rapid.OneOf(
		rapid.SampledFrom([]time.Time{
			{},
			time.Unix(0, 0), time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC),
			time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), time.Date(10000, 1, 1, 5, 0, 0, 0, shanghai), noon,
		}),
		rapid.Custom(func(t *rapid.T) time.Time {
			offset := rapid.IntRange(-14*3600, 14*3600).Draw(t, "offset")
			return time.Unix(rapid.Int64Range(-1e10, 1e11).Draw(t, "seconds"), rapid.Int64Range(0, 1e9-1).Draw(t, "nanos")).In(time.FixedZone("", offset))
		}),
	)
	rapid.Check(t, func(r *rapid.T) {
		some := rapid.Float64Range(0, 1).Draw(r, "filled")
		often := func() bool { return rapid.Float64Range(0, 1).Draw(r, "given") < some }
		f := filler{
			number: func() uint64 {
				if !often() {
					return 0
				}
				return rapid.Uint64().Draw(r, "number")
			},
			length: func() int {
				if !often() {
					return 0
				}
				return rapid.IntRange(0, 70).Draw(r, "length")
			},
			text: func() string {
				if !often() {
					return ""
				}
				return rapid.String().Draw(r, "text")
			},
			time: func() time.Time {
				if !often() {
					return time.Time{}
				}
				return times.Draw(r, "time")
			},
		}
		k := rapid.SampledFrom(encodedKinds).Draw(r, "kind")
		in := k.fresh()
		f.fill(reflect.ValueOf(in).Elem())
		before := []byte("before")
		got, err := record.AppendEncode(before, in)
		if err != nil || !bytes.HasPrefix(got, before) {
			r.Fatalf("%q: %v", got, err)
		}
		back, err := decoded(t, k.kind, got[len(before):])
		if err != nil {
			r.Fatal(err)
		}
		if d := sameRecord(in, back); d != "" {
			r.Fatal(d)
		}
		again, err := record.Encode(back)
		if err != nil || !bytes.Equal(again, got[len(before):]) {
			r.Fatalf("encoded again: %q, %v", again, err)
		}
	})
}

// Records that an earlier version spooled as JSON are still shipped.
func TestDecodeEarlierVersion(t *testing.T) {
	for _, k := range encodedKinds {
		r := k.fresh()
		counting().fill(reflect.ValueOf(r).Elem())
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		back, err := decoded(t, k.kind, append([]byte{1}, text...))
		if err != nil {
			t.Fatal(err)
		}
		if d := sameRecord(r, back); d != "" {
			t.Error(d)
		}
	}
}

// Bytes that are no record of this version are refused with a reason, and cost no
// more memory than they deserve.
func TestDecodeRefusesDamage(t *testing.T) {
	huge := "\xff\xff\xff\xff\xff\xff\xff\xff\x7f"
	for name, tc := range map[string]struct {
		kind          record.Kind
		payload, want string
	}{
		"nothing":            {record.KindRating, "", "decode rating: no bytes"},
		"later version":      {record.KindRating, "\x03\x00", "decode rating: encoding version 3 is not known"},
		"bad JSON":           {record.KindRating, "\x01{", "decode rating: unexpected end of JSON input"},
		"unknown kind":       {record.Kind(99), "\x02\x00", "decode record: kind 99 is not known"},
		"no end":             {record.KindRating, "\x02", "decode rating: field 0 is followed by nothing: the record is cut off"},
		"later field":        {record.KindRating, "\x02\x11\x01s\xc8\x01x\x00", "decode rating: field 200 is not known: it was written by a later version"},
		"unused number":      {record.KindRating, "\x02\x0c\x01x\x00", "decode rating: field 12 is not known"},
		"field twice":        {record.KindRating, "\x02\x11\x01s\x11\x01s\x00", "decode rating: field 17 is not followed by a higher one"},
		"more behind":        {record.KindRating, "\x02\x11\x01s\x00\x00", "decode rating: field 17 is not followed by a higher one"},
		"text too long":      {record.KindRating, "\x02\x11\x05s\x00", "decode rating: field 17 is longer than the record"},
		"text without end":   {record.KindRating, "\x02\x11" + huge + "s\x00", "decode rating: field 17 is longer than the record"},
		"number without end": {record.KindRating, "\x02\x14" + strings.Repeat("\xff", 10) + "\x00", "decode rating: field 20 does not end, or is no number"},
		"number too large":   {record.KindRating, "\x02\x1b\x80\x02\x00", "decode rating: field 27 is out of its range"},
		"day too late":       {record.KindRating, "\x02\x2d" + huge + "\x00", "decode rating: field 45 is out of its range"},
		"year too late":      {record.KindRating, "\x02\x2a" + huge + "\x00\x00", "decode rating: field 42 is a time outside the years 0 to 9999"},
		"second of 2 s":      {record.KindRating, "\x02\x2a\x02\x80\xa8\xd6\xb9\x07\x00", "decode rating: field 42 is out of its range"},
		"endless list":       {record.KindRating, "\x02\x25" + huge + "\x00", "decode rating: field 37 is longer than the record"},
		"long list":          {record.KindRating, "\x02\x25\x80\x02" + strings.Repeat("\x00", 256), "decode rating: field 37 is followed by nothing"},
		"endless map":        {record.KindRating, "\x02\x20" + huge + "\x00", "decode rating: field 32 is longer than the record"},
		"map of a text":      {record.KindRating, "\x02\x20\x02\x05ab\x00", "decode rating: field 32 is longer than the record"},
		"endless intervals":  {record.KindCase, "\x02\x20" + huge + "\x00", "decode case: field 32 is longer than the record"},
		"endless problems":   {record.KindRefused, "\x02\x15" + huge + "\x00", "decode refused: field 21 is longer than the record"},
		"short id":           {record.KindRefused, "\x02\x10\x01\x00", "decode refused: field 16 is longer than the record"},
		"flag of 2":          {record.KindFollowUp, "\x02\x15\x02\x00", "decode follow_up: field 21 is out of its range"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := decoded(t, tc.kind, []byte(tc.payload))
		runtime.ReadMemStats(&after)
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<10 {
			t.Errorf("%s: costs %d bytes", name, used)
		}
	}
	for _, bad := range []any{record.Rating{}, &record.RatingInput{}, nil} {
		if b, err := record.Encode(bad); err == nil || b != nil {
			t.Errorf("%T is encoded", bad)
		}
	}
	far := record.Rating{RatedAt: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)}
	if b, err := record.AppendEncode([]byte("x"), &far); err == nil || string(b) != "x" {
		t.Errorf("the year 12000 is encoded: %q", b)
	}
}

// No bytes make the decoder panic, and what it takes it can write again.
func FuzzBatchDecode(f *testing.F) {
	for _, k := range encodedKinds {
		r := k.fresh()
		counting().fill(reflect.ValueOf(r).Elem())
		b, err := record.Encode(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(k.kind), b)
	}
	f.Add(byte(record.KindRating), []byte(`{"id":"`+someID+`"}`))
	f.Fuzz(func(t *testing.T, kind byte, payload []byte) {
		r, err := decoded(t, record.Kind(kind), payload)
		if err != nil {
			return
		}
		again, err := record.Encode(r)
		if err != nil {
			if len(payload) > 0 && payload[0] == 1 {
				return // JSON knows local years that begin before the first in UTC
			}
			t.Fatal(err)
		}
		back, err := decoded(t, record.Kind(kind), again)
		if err != nil {
			t.Fatal(err)
		}
		if d := sameRecord(r, back); d != "" {
			t.Error(d)
		}
	})
}
