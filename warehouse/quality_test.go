package warehouse_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/record"
)

func TestDeviceGapsAndLateness(t *testing.T) {
	w, _ := open(t)
	on := func(r record.Rating, day calendar.Day, after time.Duration) record.Rating {
		r.EventDay, r.RatedAt = day, day.Start(shanghai).Add(10*time.Hour)
		r.ReceivedAt = day.End(shanghai).Add(after)
		return r
	}
	const hours = time.Hour
	foreign := on(numbered("D1", "a", 50), may4+9, 0)
	foreign.Sender = "portal"
	b := record.Batch{Ratings: []record.Rating{
		on(numbered("D1", "a", 3), may4, 0), on(numbered("D1", "a", 4), may4, 23*hours), on(numbered("D1", "a", 7), may4, 24*hours),
		on(numbered("D1", "a", 12), may4+2, 7*24*hours), on(numbered("D1", "b", 2), may4+3, 0), on(numbered("D2", "x", 1), may4, 0), foreign,
	}}
	for n := range uint64(25) {
		b.Ratings = append(b.Ratings, on(numbered(`D'\3`, "a", 2*n+2), may4, 0))
	}
	insert(t, w, &b, "once")
	days := calendar.Range{From: may4, To: may4 + 5}
	got, err := w.DeviceGaps(t.Context(), []string{"D1", "D2", "nobody"}, days)
	gap := func(installation string, first, last uint64, after, before calendar.Day) record.DeviceGap {
		return record.DeviceGap{Device: "D1", Installation: installation, NumberRange: record.NumberRange{First: first, Last: last}, After: after, Before: before}
	}
	want := []record.DeviceGap{
		gap("a", 8, 11, may4, may4+2), gap("a", 5, 6, may4, may4), gap("a", 1, 2, 0, may4), gap("b", 1, 1, 0, may4+3),
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || got[0].Count() != 4 {
		t.Errorf("gaps: %v (-want +got)\n%s", err, diff)
	}
	got, err = w.DeviceGaps(t.Context(), []string{`D'\3`}, days)
	if err != nil || len(got) != 20 || got[0].First != 49 || got[19].First != 11 {
		t.Errorf("of 25 ranges: %v %+v", err, got)
	}
	if got, err := w.DeviceGaps(t.Context(), nil, days); len(got) != 0 || err != nil {
		t.Errorf("no devices have gaps: %v %v", got, err)
	}
	late, err := w.Lateness(t.Context(), calendar.Range{From: may4, To: may4 + 2})
	source := b.Ratings[0].Source
	sums := []evaluation.SourceLateness{{Source: source, Ratings: 30, Day: 2, Week: 1, LastAt: (may4 + 3).Start(shanghai).Add(7 * 24 * hours)}}
	if diff := cmp.Diff(sums, late, cmpopts.EquateApproxTime(0)); diff != "" || err != nil {
		t.Errorf("late: %v (-want +got)\n%s", err, diff)
	}
}

func TestRefusedByStateAndReason(t *testing.T) {
	w, _ := open(t)
	b, names := deskRecords()
	insert(t, w, &b, "once")
	summary := func(f record.DeskFilter) string {
		f.Refused = true
		var out []string
		for _, e := range desk(t, w, f) {
			out = append(out, names[e.RecordID])
		}
		return strings.Join(out, " ")
	}
	held := uuid.UUID{15: 21, 0: 1}
	check := func(cases map[string]record.DeskFilter) {
		t.Helper()
		for want, f := range cases {
			if got := summary(f); got != want {
				t.Errorf("%+v: %q, want %q", f, got, want)
			}
		}
	}
	check(map[string]record.DeskFilter{
		"quarantined held refused conflict": {}, "held": {State: record.RefusedHeld}, "": {State: record.RefusedReplayed},
		"quarantined refused conflict": {State: record.RefusedResend}, "refused": {IDs: []uuid.UUID{{15: 20, 0: 1}, {15: 5, 0: 1}}},
	})
	for ids, want := range map[uuid.UUID]int{held: 1, {15: 20, 0: 1}: 0} {
		if list, err := w.Held(t.Context(), record.DeskFilter{IDs: []uuid.UUID{ids}}); len(list) != want || err != nil {
			t.Errorf("%d held of %v, want %d: %v", len(list), ids, want, err)
		}
	}
	if err := w.MarkReplayed(t.Context(), []uuid.UUID{held}, time.Now()); err != nil {
		t.Fatal(err)
	}
	check(map[string]record.DeskFilter{"": {State: record.RefusedHeld}, "held": {State: record.RefusedReplayed}})
	counts, err := w.RefusedCounts(t.Context(), record.DeskFilter{})
	var got []string
	for _, c := range counts {
		got = append(got, fmt.Sprint(c.Source, " ", c.Kind, " ", c.Code, " ", c.Records, c.Held, c.Replayed))
	}
	want := []string{"test rating conflict 1 0 0", "test rating missing 1 0 0", "test rating quarantined 1 0 0", "test rating unmapped 1 0 1"}
	if !slices.Equal(got, want) || err != nil {
		t.Errorf("counts: %v\n got %q\nwant %q", err, got, want)
	}
	noon := may4.Start(shanghai).Add(12 * time.Hour)
	for want, f := range map[int]record.DeskFilter{
		0: {Source: `te'st`}, 1: {Code: "missing"}, 2: {From: noon, To: noon.Add(time.Hour)}, 3: {State: record.RefusedResend}, 4: {Kind: "rating"},
	} {
		if counts, err := w.RefusedCounts(t.Context(), f); len(counts) != want || err != nil {
			t.Errorf("%+v: %d reasons, want %d: %v", f, len(counts), want, err)
		}
	}
}
