package record_test

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"haochaping/record"
)

// The values of one field that all are different contents; none of them is empty.
func fieldValues(t *testing.T, field reflect.StructField) []any {
	t.Helper()
	zero, one, two, no, yes := int64(0), int64(1), uint32(2), false, true
	noVisit, later := uint32(0), noon.Add(time.Nanosecond)
	span := func(from, to time.Time) record.Interval { return record.Interval{From: from, To: to} }
	switch v := reflect.Zero(field.Type).Interface().(type) {
	case string, record.Code, record.Moment, record.Answer:
		return []any{"a", "b", " a", "a\x00", strings.Repeat("a", 200)}
	case uint8, uint64:
		return []any{uint8(1), uint8(2), uint8(200)}
	case bool:
		return []any{true}
	case *bool:
		return []any{&no, &yes}
	case *int64:
		return []any{&zero, &one}
	case *uint32:
		return []any{&noVisit, &two}
	case *time.Time:
		return []any{&time.Time{}, &noon, &later}
	case []string:
		return []any{[]string{""}, []string{"a", "bc"}, []string{"ab", "c"}, []string{"ab", "c", ""}, []string{"c", "ab"}}
	case map[string]record.Code:
		return []any{map[string]record.Code{"a": ""}, map[string]record.Code{"a": "b"}, map[string]record.Code{"b": "a"}, map[string]record.Code{"a": "b", "b": "a"}}
	case []record.Interval:
		return []any{[]record.Interval{span(noon, later)}, []record.Interval{span(later, noon)}, []record.Interval{span(noon, noon)}, []record.Interval{span(noon, later), span(noon, later)}}
	default:
		t.Fatalf("%s: this test knows no values of a %T", field.Name, v)
		return nil
	}
}

// Every value of every field changes the hash, each in its own way: a field that
// the canonical form lacks, or has under the name of another one, is found here.
func TestContentHashHoldsEveryField(t *testing.T) {
	d := testDoor()
	for _, in := range []any{
		&record.RatingInput{}, &record.CaseInput{}, &record.PromptInput{}, &record.FollowUpInput{}, &record.TallyInput{},
	} {
		typ := reflect.TypeOf(in).Elem()
		t.Run(typ.Name(), func(t *testing.T) {
			seen := map[[16]byte]string{d.ContentHash(in): "the empty record"}
			for _, field := range reflect.VisibleFields(typ) {
				if field.Anonymous || !field.IsExported() {
					continue
				}
				for _, value := range fieldValues(t, field) {
					changed := reflect.New(typ)
					changed.Elem().FieldByIndex(field.Index).Set(reflect.ValueOf(value).Convert(field.Type))
					name, h := fmt.Sprintf("%s = %v", field.Name, value), d.ContentHash(changed.Interface())
					if twin, ok := seen[h]; ok {
						t.Errorf("%s has the hash of %s", name, twin)
					}
					seen[h] = name
				}
			}
		})
	}
}

// The fields of a wire record that have fields of their own are known to the test
// above: it would not see a new field of an interval.
func TestIntervalHasTwoFields(t *testing.T) {
	if n := reflect.TypeFor[record.Interval]().NumField(); n != 2 {
		t.Errorf("an interval has %d fields: add the new ones to its canonical form and to fieldValues", n)
	}
}

// What is stored must be found again by a later version: these values were computed
// from the documented form, outside of this program.
func TestHashesStay(t *testing.T) {
	d, in := testDoor(), goodRating()
	in.Tags = []string{"slow", "rude"}
	if h := d.ContentHash(&in); hex.EncodeToString(h[:]) != "5c73bf9ce2b0ac06aadae5d5692ccbee" {
		t.Errorf("content hash %x", h)
	}
	if got := d.Token("13800138000"); got != "455870007f790021f05525eabcc625bf" {
		t.Errorf("token %s", got)
	}
	if got := record.DeriveID(time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC), "a", "bc").String(); got != "019df2dc-0a00-8310-a587-88781ab25d5a" {
		t.Errorf("derived id %s", got)
	}
	for _, tc := range []struct{ caseID, number, stage, want string }{
		{"C1", "N1", "", "e00fd2d2-8329-8e61-d436-c6ecf839d41f"},
		{"C1", "N1", "2", "e00fd2d2-8329-8e61-d436-c6ecf839d41f"},
		{"C1", "", "2", "c7f55739-5896-3a4b-6393-d4887dcafa63"},
		{"", "N1", "2", "00000000-0000-0000-0000-000000000000"},
	} {
		in := goodRating()
		in.CaseID, in.ServiceNumber, in.Stage = tc.caseID, tc.number, tc.stage
		if r, ps := d.Rating(&in, receipt()); ps != nil || r.EventKey.String() != tc.want {
			t.Errorf("event key of %q, %q, %q: %s, %v; want %s", tc.caseID, tc.number, tc.stage, r.EventKey, ps, tc.want)
		}
	}
}

// The same content in another writing.
func TestEqualContent(t *testing.T) {
	d, in := testDoor(), goodRating()
	in.Aspects = map[string]record.Code{"q1": "1", "q2": "2", "q3": "3"}
	for name, change := range map[string]func(*record.RatingInput){
		"time with another offset": func(in *record.RatingInput) { in.RatedAt = at(in.RatedAt.UTC()) },
		"empty list":               func(in *record.RatingInput) { in.Tags = []string{} },
		"map made in other order":  func(in *record.RatingInput) { in.Aspects = map[string]record.Code{"q3": "3", "q1": "1", "q2": "2"} },
	} {
		other := in
		change(&other)
		if d.ContentHash(&in) != d.ContentHash(&other) {
			t.Errorf("%s: equal content, other hash", name)
		}
	}
}

func TestContentHash(t *testing.T) {
	d, in, other := testDoor(), goodRating(), goodRating()
	other.Level = "4"
	rc := receipt()
	rc.Content = d.ContentHash(&other)
	a, _ := d.Rating(&in, rc)
	b, _ := d.Rating(&other, receipt())
	if a.ContentHash != b.ContentHash {
		t.Error("a content hash given in the receipt is not used")
	}
	if d.ContentHash([]byte("a")) == d.ContentHash([]byte("b")) || d.ContentHash([]byte(nil)) == d.ContentHash(&record.RatingInput{}) {
		t.Error("other bytes, equal hash")
	}
	defer func() {
		if recover() == nil {
			t.Error("a struct that is no wire struct has a hash")
		}
	}()
	d.ContentHash(&record.Rating{})
}

// Doors with different keys, and copies of a door, work side by side.
func TestContentHashOfManyDoors(t *testing.T) {
	in := goodRating()
	doors := make([]record.Door, 3)
	want := make([][16]byte, len(doors))
	for i := range doors {
		doors[i] = *testDoor()
		doors[i].Key = []byte(strings.Repeat(string(rune('k'+i)), 32))
		want[i] = doors[i].ContentHash(&in)
		if i > 0 && want[i] == want[i-1] {
			t.Error("the hash does not depend on the key")
		}
	}
	var workers sync.WaitGroup
	for n := range 4 {
		workers.Go(func() {
			for i := range 300 {
				door := doors[(i+n)%len(doors)]
				if got := door.ContentHash(&in); got != want[(i+n)%len(doors)] {
					t.Errorf("door %d: hash %x", (i+n)%len(doors), got)
				}
			}
		})
	}
	workers.Wait()
}
