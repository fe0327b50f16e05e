package record

import (
	"bytes"
	"testing"

	"github.com/google/uuid"
)

// Also within what is encrypted, a held record knows no more of a person than an
// accepted one.
func TestHeldRecordKnowsNoPerson(t *testing.T) {
	d := Door{Key: bytes.Repeat([]byte("k"), 32), Seal: func(string) (string, error) { return "sealed:v1:x", nil }}
	ps := Problems{{Field: "level", Code: CodeUnmapped}}
	for _, in := range []any{
		&RatingInput{Level: "A", Rater: "13912345678", Contact: "13912345678", Comment: "打13912345678", Tags: []string{"a"}},
		&FollowUpInput{Note: "打１３９１２３４５６７８"},
	} {
		r := Refused{ID: uuid.Max}
		if r.Held = d.Hold(in, Receipt{}, ps, r.ID); r.Held == nil {
			t.Fatal("not held")
		}
		h, _, err := d.openHeld(&r)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range [][]byte{h.Record, []byte(h.Token), []byte(h.Contact)} {
			if bytes.Contains(part, []byte("1391")) || bytes.Contains(part, []byte("１３９１")) {
				t.Errorf("held: %s", part)
			}
		}
	}
}
