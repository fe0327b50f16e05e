package collector

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"haochaping/collector/spool"
	"haochaping/record"
)

// memory is a spool without a disk: fuzzing wants many of them.
type memory struct {
	entries map[string]spool.Entry
}

func (m *memory) Append(_ context.Context, entries []spool.Entry) ([]spool.Outcome, error) {
	outcomes := make([]spool.Outcome, len(entries))
	for i, e := range entries {
		key := string(e.Kind) + e.ID
		switch old, known := m.entries[key]; {
		case !known:
			outcomes[i], m.entries[key] = spool.Accepted, e
		case old.Content == e.Content:
			outcomes[i] = spool.Duplicate
		default:
			outcomes[i] = spool.Conflict
		}
	}
	return outcomes, nil
}

func (m *memory) Stats() (spool.Stats, error) { return spool.Stats{}, nil }

// Whatever is sent: the answer is one of the documented ones, and what it says
// was good is in the spool.
func FuzzRequest(f *testing.F) {
	f.Add("ratings", false, []byte(rating(idA, "")))
	f.Add("cases", false, []byte(`[{"case_id":"C1","version":1,"accepted_at":"2026-05-04T09:00:00+08:00"},{}]`))
	f.Add("ratings", true, []byte(rating(idA, "")+"\n{\n"+rating(idB, "")))
	f.Add("ratings", false, []byte("["+rating(idA, "")+","+rating(idA, `,"window":"1"`)+"]"))
	f.Add("tallies", true, []byte("\xff\n[]\n"))
	ring, err := NewKeyring(KeyringOptions{Zone: shanghai})
	if err != nil {
		f.Fatal(err)
	}
	clear, hash := NewKey()
	if err := ring.Replace([]record.Key{{Name: "s1", Kind: record.KeySource, Sources: []string{record.SourceKiosk}, Hash: hash}}, nil); err != nil {
		f.Fatal(err)
	}
	m := &memory{}
	c, err := New(Options{
		Door:  &record.Door{Zone: shanghai, Key: []byte(strings.Repeat("k", 32)), Future: time.Hour, Past: 1e5 * time.Hour, Codes: ring.Codes},
		Spool: m, Keys: ring, Now: func() time.Time { return noon },
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string, stream bool, body []byte) {
		if routes[path] == nil {
			t.Skip()
		}
		m.entries = map[string]spool.Entry{}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, root+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+clear)
		r.Header.Set("Content-Type", "application/json")
		if stream {
			r.Header.Set("Content-Type", "application/x-ndjson")
		}
		w := newRecorder()
		c.Handler().ServeHTTP(w, r)
		var got reply
		if err := json.Unmarshal(w.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		switch w.status {
		case 202, 400, 409, 413, 422:
		default:
			t.Fatalf("status %d", w.status)
		}
		var b record.Batch
		for _, e := range m.entries {
			if err := b.Decode(record.Kind(e.Kind), e.Payload); err != nil {
				t.Fatal(err)
			}
		}
		if n := b.Len() - len(b.Refused); n != got.Accepted+got.Unattributed {
			t.Fatalf("%d stored, %d said", n, got.Accepted+got.Unattributed)
		}
		if got.Kept && len(b.Refused) == 0 || len(b.Refused) > 0 && got.Refused+got.Conflicts == 0 && !got.Kept {
			t.Fatalf("kept %t with %d refused in the spool", got.Kept, len(b.Refused))
		}
	})
}
