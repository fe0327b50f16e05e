package access_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"haochaping/access"
)

// record makes a record of two processes with six entries.
func record(t *testing.T) *house {
	t.Helper()
	h := newHouse(t, nil)
	other := h.another(nil)
	for i := range 6 {
		g := h.gate
		if i >= 3 {
			g = other
		}
		if err := g.Record(t.Context(), admin, "view", fmt.Sprintf("record %d <\"&>\u2028 县", i)); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func TestTampering(t *testing.T) {
	places := func(h *house) (list []string) {
		report, err := h.gate.VerifyAudit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Faults {
			list = append(list, fmt.Sprintf("%d %s", f.Sequence, f.What))
		}
		return list
	}
	for _, c := range []struct {
		name   string
		tamper func(list []access.Entry) []access.Entry
		want   []string
	}{
		{"nothing", func(l []access.Entry) []access.Entry { return l }, nil},
		{"an object", func(l []access.Entry) []access.Entry { l[1].Object = "x"; return l }, []string{"2 changed"}},
		{"a time", func(l []access.Entry) []access.Entry { l[1].At = l[1].At.AddDate(0, 0, 1); return l }, []string{"2 changed"}},
		{"who", func(l []access.Entry) []access.Entry { l[4].Who = "y"; return l }, []string{"2 changed"}},
		{"one removed", func(l []access.Entry) []access.Entry { return slices.Delete(l, 1, 2) }, []string{"3 missing"}},
		{"the first removed", func(l []access.Entry) []access.Entry { return l[1:] }, []string{"2 missing"}},
		{"what another part begins behind removed", func(l []access.Entry) []access.Entry { return slices.Delete(l, 2, 3) }, []string{"1 missing"}},
		{"a whole part removed", func(l []access.Entry) []access.Entry { return l[3:] }, []string{"1 missing"}},
		{"one twice", func(l []access.Entry) []access.Entry { return append(l, l[4]) }, []string{"2 twice"}},
		{"two exchanged", func(l []access.Entry) []access.Entry {
			l[1].Sequence, l[2].Sequence = 3, 2
			return l
		}, []string{"2 changed", "2 reordered", "3 changed", "3 reordered"}},
		{"rewritten with a hash of its own", func(l []access.Entry) []access.Entry {
			l[1].Object = "record 7"
			l[1].Hash = canonical(l[1])
			return l
		}, []string{"3 reordered"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := record(t)
			h.store.Tamper(c.tamper)
			if diff := cmp.Diff(c.want, places(h)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// canonical is the hash as docs/access.md says how to make it.
func canonical(e access.Entry) string {
	text := fmt.Sprintf(`{"action":"%s","address":"%s","at":"%s","object":"%s","previous":"%s","sequence":%d,"who":"%s","writer":"%s"}`,
		e.Action, e.Address, e.At.UTC().Format("2006-01-02T15:04:05.000Z"), e.Object, e.Previous, e.Sequence, e.Who, e.Writer)
	hash := sha256.Sum256([]byte(text))
	return hex.EncodeToString(hash[:])
}

// The form that is hashed stays: records of years ago are to be verified.
func TestHashIsThatOfTheDocumentation(t *testing.T) {
	h := newHouse(t, nil)
	if err := h.gate.Record(t.Context(), admin, "view", "record 县 <&>"); err != nil {
		t.Fatal(err)
	}
	entries, err := h.gate.Audit(t.Context(), access.AuditFilter{})
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	if e := entries[0]; e.Hash != canonical(e) || e.Sequence != 1 || e.Previous != "" || e.Who != "console" {
		t.Errorf("%+v", e)
	}
	report, err := h.gate.VerifyAudit(t.Context())
	if err != nil || report.Entries != 1 || len(report.Ends) != 1 || report.Ends[0] != entries[0] {
		t.Errorf("%+v, %v", report, err)
	}
}

// Whoever cuts off the end leaves no trace in what is left; the end that was noted elsewhere tells.
func TestNotedEnd(t *testing.T) {
	h := record(t)
	report, err := h.gate.VerifyAudit(t.Context())
	if err != nil || len(report.Ends) != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	noted := report.Ends[0].Hash
	if again, err := access.Verify(t.Context(), h.store, noted); err != nil || len(again.Lost) > 0 {
		t.Errorf("%+v, %v", again, err)
	}
	h.store.Tamper(func(l []access.Entry) []access.Entry { return l[:5] })
	if again, err := access.Verify(t.Context(), h.store, noted); err != nil || len(again.Faults) > 0 || !slices.Equal(again.Lost, []string{noted}) {
		t.Errorf("after the cut: %+v, %v", again, err)
	}
}
