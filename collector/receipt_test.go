package collector

import (
	"encoding/json"
	"reflect"
	"testing"

	"haochaping/record"
)

// The quick form is the form of encoding/json, whatever a receipt holds.
func TestReceiptEncode(t *testing.T) {
	counts := Counts{Accepted: 1, Unattributed: 2, Duplicate: 3, Refused: 4, Conflicts: 5}
	good := []ReceiptItem{{Index: 0, ID: idA, Status: StatusAccepted, Kept: true}, {Index: 1, Status: StatusDuplicate}}
	bad := []ReceiptItem{good[0], {Index: 7, Status: StatusRefused, Kept: true, Problems: record.Problems{{Field: "level", Code: record.CodeMissing, Reason: `a "level"`}}}}
	for name, r := range map[string]*Receipt{
		"zero":    {},
		"none":    {Receipts: []ReceiptItem{}, Counts: counts},
		"good":    {Receipts: good, Counts: counts},
		"bad":     {Receipts: bad, Counts: counts},
		"omitted": {Receipts: bad, Counts: counts, Omitted: 9},
		"batch":   {Receipts: good, Counts: counts, Batch: &BatchReceipt{}},
	} {
		want, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.encode(); err != nil || string(got) != string(want) {
			t.Errorf("%s: %s, %v\nwant %s", name, got, err, want)
		}
	}
	// A field that comes later has to be written too.
	for _, form := range []struct {
		of     any
		fields int
	}{{Receipt{}, 4}, {Counts{}, 5}, {ReceiptItem{}, 5}} {
		if got := reflect.TypeOf(form.of).NumField(); got != form.fields {
			t.Errorf("%T has %d fields: look at Receipt.encode", form.of, got)
		}
	}
}
