package spool

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"
)

// gather makes a group of calls with one entry each, as if they had waited together.
func gather(t *testing.T, s *Spool, entries ...Entry) []*call {
	t.Helper()
	var group []*call
	for i := range entries {
		c := &call{turn: make(chan bool, 1), outcomes: make([]Outcome, 1)}
		if err := c.prepare(entries[i:i+1], s.opts.Now()); err != nil {
			t.Fatal(err)
		}
		group = append(group, c)
	}
	return group
}

// Calls of a group are answered as if they had come one after the other.
func TestGroup(t *testing.T) {
	s := openTest(t, vfs.NewMem())
	if _, err := s.Append(context.Background(), []Entry{{ID: "known", Kind: 1, Content: [16]byte{1}}}); err != nil {
		t.Fatal(err)
	}
	group := gather(
		t, s,
		Entry{ID: "new", Kind: 1, Content: [16]byte{1}},
		Entry{ID: "new", Kind: 2, Content: [16]byte{9}},
		Entry{ID: "new", Kind: 1, Content: [16]byte{1}},
		Entry{ID: "new", Kind: 1, Content: [16]byte{2}},
		Entry{ID: "known", Kind: 1, Content: [16]byte{1}},
		Entry{ID: "known", Kind: 1, Content: [16]byte{2}},
	)
	s.writeGroup(group)
	var got []Outcome
	for _, c := range group {
		if c.err != nil {
			t.Fatal(c.err)
		}
		got = append(got, c.outcomes...)
	}
	if diff := cmp.Diff([]Outcome{Accepted, Accepted, Duplicate, Conflict, Duplicate, Conflict}, got); diff != "" {
		t.Error(diff)
	}
	records, err := s.Read(0, 10, 1<<20)
	if err != nil || len(records) != 3 {
		t.Errorf("%d records, %v; want 3", len(records), err)
	}
}

// An id whose index entry is damaged concerns the call that sent it, not those that
// waited beside it.
func TestGroupDamagedID(t *testing.T) {
	s := openTest(t, vfs.NewMem())
	if err := s.db.Set(appendIndexKey(nil, 1, "bad"), []byte("x"), nil); err != nil {
		t.Fatal(err)
	}
	group := gather(t, s, Entry{ID: "a", Kind: 1}, Entry{ID: "bad", Kind: 1}, Entry{ID: "b", Kind: 1})
	s.writeGroup(group)
	var damage *Damage
	if !errors.As(group[1].err, &damage) {
		t.Errorf("the damaged id: %v", group[1].err)
	}
	for _, i := range []int{0, 2} {
		if group[i].err != nil || group[i].outcomes[0] != Accepted {
			t.Errorf("call %d: %v %v", i, group[i].outcomes, group[i].err)
		}
	}
}

// A writer that does not come back leaves no other caller waiting, and the line open.
func TestGroupPanic(t *testing.T) {
	s := openTest(t, vfs.NewMem())
	group := gather(t, s, Entry{ID: "a", Kind: 1}, Entry{ID: "b", Kind: 1}, Entry{ID: "c", Kind: 1})
	s.line.waiting, s.line.led = append(s.line.waiting, group[:2]...), true
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the write did not panic")
			}
		}()
		db := s.db
		s.db = nil
		defer func() { s.db = db }()
		s.writeFor(group[0])
	}()
	if lead := <-group[1].turn; lead || !errors.Is(group[1].err, errPanicked) {
		t.Errorf("the other call: lead %t, %v", lead, group[1].err)
	}
	if err := s.together(group[2]); err != nil || group[2].outcomes[0] != Accepted {
		t.Errorf("the next call: %v %v", group[2].outcomes, err)
	}
}

// Many callers with overlapping ids: each id is accepted once, and every record that
// was accepted is there.
func TestTogether(t *testing.T) {
	s := openTest(t, vfs.NewMem())
	const callers, each = 32, 50
	outcomes := make([][]Outcome, callers)
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			for n := range each {
				got, err := s.Append(context.Background(), []Entry{{ID: fmt.Sprintf("%d-%d", i/2, n), Kind: 1}})
				if err != nil {
					t.Error(err)
					return
				}
				outcomes[i] = append(outcomes[i], got...)
			}
		})
	}
	all.Wait()
	for i := 0; i < callers; i += 2 {
		for n := range each {
			a, b := outcomes[i][n], outcomes[i+1][n]
			if (a == Accepted) == (b == Accepted) || (a == Duplicate) == (b == Duplicate) {
				t.Fatalf("id %d-%d: %v and %v", i/2, n, a, b)
			}
		}
	}
	records, err := s.Read(0, callers*each, 1<<20)
	if err != nil || len(records) != callers/2*each {
		t.Errorf("%d records, %v; want %d", len(records), err, callers/2*each)
	}
}
