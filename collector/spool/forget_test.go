package spool

import (
	"context"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"
)

func TestForgetIDs(t *testing.T) {
	now := testTime
	s := openTest(t, vfs.NewMem(), func(o *Options) { o.Now = func() time.Time { return now } })
	const day = 24 * 60 * 60 * 1000
	old := make([]Entry, 0, 3000)
	for i := range 2500 {
		old = append(old, entry(uuid7(i), 1))
	}
	old = append(old, entry("random-old", 1))
	mustAppend(t, s, old...)
	now = testTime.Add(100 * 24 * time.Hour)
	late := entry(uuid7(1200)[:35]+"f", 1) // an old id that arrives today, amid the old ones
	fresh := entry(uuid7(100*day), 1)
	mustAppend(t, s, late, fresh, entry("random-new", 1))
	if n, err := s.ForgetIDs(context.Background(), now.Add(-90*24*time.Hour)); err != nil || n != 0 {
		t.Errorf("forgot %d ids of records that are not shipped: %v", n, err)
	}
	if err := s.Shipped(2504); err != nil {
		t.Fatal(err)
	}
	n, err := s.ForgetIDs(context.Background(), now.Add(-90*24*time.Hour))
	if err != nil || n != 2501 {
		t.Errorf("forgot %d ids, want 2501: %v", n, err)
	}
	got := mustAppend(t, s, late, fresh, entry("random-new", 1), old[7], old[2499], entry("random-old", 1))
	if want := []Outcome{Duplicate, Duplicate, Duplicate, Accepted, Accepted, Accepted}; !cmp.Equal(got, want) {
		t.Errorf("outcomes = %v, want %v", got, want)
	}
	if r := mustBeSound(t, s); r.IDs != 6 || mustStats(t, s).IDs != 6 {
		t.Errorf("%d ids are left, stats say %d, want 6", r.IDs, mustStats(t, s).IDs)
	}
}
