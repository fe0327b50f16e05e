package warehouse_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/record"
	"haochaping/warehouse"
)

func desk(t *testing.T, w *warehouse.Warehouse, f record.DeskFilter) []record.DeskEntry {
	t.Helper()
	list, err := w.Desk(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// deskRecords is one record of every kind that the desk lists, and some that it does not.
func deskRecords() (b record.Batch, names map[uuid.UUID]string) {
	names = make(map[uuid.UUID]string)
	noon := may4.Start(shanghai).Add(12 * time.Hour)
	id := func(n int) uuid.UUID { return uuid.UUID{15: byte(n), 0: 1} }
	add := func(name string, n int, change func(*record.Rating)) {
		names[id(n)] = name
		b.Ratings = append(b.Ratings, rating(may4, 5, func(r *record.Rating) {
			r.ID, r.Sender, r.Collector, r.BatchID = id(n), "city", "c1", "b1"
			change(r)
		}))
	}
	add("sound", 1, func(*record.Rating) {})
	add("counts", 2, func(r *record.Rating) { r.ContentHash = 1 })
	add("conflict", 2, func(r *record.Rating) { r.ContentHash, r.Collector = 9, "c2" })
	add("counts", 3, func(r *record.Rating) { r.EventKey = id(100) })
	add("superseded", 4, func(r *record.Rating) { r.EventKey, r.RatedAt = id(100), r.RatedAt.Add(time.Minute) })
	add("late", 5, func(r *record.Rating) { r.ReceivedAt = noon.AddDate(0, 0, 9) })
	add("superseded and late", 6, func(r *record.Rating) {
		r.EventKey, r.RatedAt, r.ReceivedAt = id(100), r.RatedAt.Add(time.Hour), noon.AddDate(0, 0, 10)
	})
	add("late, but a test", 7, func(r *record.Rating) { r.ReceivedAt, r.Test = noon.AddDate(0, 0, 9), true })
	names[id(2)], names[id(6)] = "conflict", "superseded"
	refused := func(name string, n int, code string, held string, at time.Time) {
		names[id(n)] = name
		b.Refused = append(b.Refused, record.Refused{
			ID: id(n), RecordID: id(n), Kind: record.KindRating, Source: "test", Sender: "town", ReceivedAt: at, Collector: "c1", BatchID: "b2",
			Problems: record.Problems{{Field: "level", Code: code, Reason: "because"}}, Redacted: `{"level":"text of 1"}`, Size: 20, Held: []byte(held),
		})
	}
	refused("refused", 20, record.CodeMissing, "", noon.Add(time.Second))
	refused("held", 21, record.CodeUnmapped, "sealed\x00\\'", noon.Add(2*time.Second))
	refused("conflict", 22, record.CodeConflict, "", noon.AddDate(-1, 0, 0))
	refused("quarantined", 23, "quarantined", "", noon.AddDate(0, 0, 20))
	for hash := range uint64(2) {
		c := record.Case{
			Stamp: record.Stamp{ContentHash: 1 + hash, ReceivedAt: noon, Sender: "city"}, Source: "test", CaseID: "C'1", Version: 1,
			Kind: "case", Status: "in_progress", AcceptedAt: noon, AcceptedDay: may4, HandlingSeconds: -1, Visits: -1,
		}
		names[c.ID()] = "case"
		b.Cases = append(b.Cases, c)
	}
	b.Cases = append(b.Cases, b.Cases[0])
	b.Cases[2].Version, b.Cases[2].ContentHash = 2, 7
	return b, names
}

func TestDeskListsWhatDoesNotCount(t *testing.T) {
	w, _ := open(t)
	b, names := deskRecords()
	// The newest version of the case first: the conflict of the old one must not be lost.
	insert(t, w, &record.Batch{Cases: b.Cases[2:]}, "newest")
	insert(t, w, &record.Batch{Cases: b.Cases[:1], Ratings: b.Ratings[2:]}, "a")
	insert(t, w, &record.Batch{Cases: b.Cases[1:2], Ratings: b.Ratings[:2], Refused: b.Refused}, "b")
	insert(t, w, &b, "everything again")

	summary := func(f record.DeskFilter) string {
		var out []string
		for _, e := range desk(t, w, f) {
			out = append(out, names[e.RecordID]+"="+e.Why)
		}
		return strings.Join(out, " ")
	}
	all := "quarantined=quarantined superseded=superseded late=late held=refused refused=refused"
	if got := summary(record.DeskFilter{From: may4.Start(shanghai).Add(12*time.Hour + time.Millisecond)}); got != all {
		t.Errorf("the desk after noon:\n got %s\nwant %s", got, all)
	}
	noon := may4.Start(shanghai).Add(12 * time.Hour)
	for _, c := range []struct {
		filter record.DeskFilter
		want   string
	}{
		{record.DeskFilter{Why: []string{record.WhyRefused}}, "held=refused refused=refused"},
		{record.DeskFilter{Why: []string{record.WhyConflict}, Kind: "case"}, "case=conflict"},
		{record.DeskFilter{Why: []string{record.WhyConflict}, Sender: "town"}, "conflict=conflict"},
		{record.DeskFilter{Why: []string{record.WhyLate, record.WhyQuarantined}}, "quarantined=quarantined late=late"},
		{record.DeskFilter{Code: "unmapped"}, "held=refused"},
		{record.DeskFilter{Field: "case_id", From: noon.Add(time.Hour)}, "superseded=superseded"},
		{record.DeskFilter{Replayable: true}, "held=refused"},
		{record.DeskFilter{BatchID: "b1", Kind: "rating", Why: []string{record.WhySuperseded}, To: noon.Add(time.Second)}, "superseded=superseded"},
		{record.DeskFilter{Sender: "nobody"}, ""},
		{record.DeskFilter{Source: `te'st\`}, ""},
	} {
		if got := summary(c.filter); got != c.want {
			t.Errorf("%+v:\n got %s\nwant %s", c.filter, got, c.want)
		}
	}
	checkPages(t, w, 9)
	checkHeld(t, w)
}

// checkPages reads the desk in pages of every size: together they are the whole.
func checkPages(t *testing.T, w *warehouse.Warehouse, want int) {
	t.Helper()
	whole := desk(t, w, record.DeskFilter{})
	if len(whole) != want {
		t.Errorf("%d entries, want %d: %+v", len(whole), want, whole)
	}
	for _, size := range []int{1, 3} {
		var pages []record.DeskEntry
		f := record.DeskFilter{Limit: size}
		for range want + 2 {
			page := desk(t, w, f)
			if len(page) == 0 {
				break
			}
			pages = append(pages, page...)
			f.AfterAt, f.AfterID = page[len(page)-1].ReceivedAt, page[len(page)-1].ID
		}
		if diff := cmp.Diff(whole, pages); diff != "" {
			t.Errorf("pages of %d (-whole +pages):\n%s", size, diff)
		}
	}
	if !slices.IsSortedFunc(whole, func(a, b record.DeskEntry) int { return b.ReceivedAt.Compare(a.ReceivedAt) }) {
		t.Error("not the newest first")
	}
}

func checkHeld(t *testing.T, w *warehouse.Warehouse) {
	t.Helper()
	held, err := w.Held(t.Context(), record.DeskFilter{Sender: "town", Kind: "rating", Code: "unmapped"})
	if err != nil || len(held) != 1 || string(held[0].Held) != "sealed\x00\\'" || held[0].Problems[0].Reason != "because" || held[0].BatchID != "b2" {
		t.Fatalf("held: %+v %v", held, err)
	}
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for range 2 {
		if err := w.MarkReplayed(t.Context(), []uuid.UUID{held[0].ID}, at); err != nil {
			t.Fatal(err)
		}
	}
	if held, err := w.Held(t.Context(), record.DeskFilter{}); len(held) != 0 || err != nil {
		t.Errorf("held after the replay: %+v %v", held, err)
	}
	if list := desk(t, w, record.DeskFilter{Code: "unmapped"}); len(list) != 1 || !list[0].ReplayedAt.Equal(at) || list[0].Replayable {
		t.Errorf("on the desk after the replay: %+v", list)
	}
	if list := desk(t, w, record.DeskFilter{Replayable: true}); len(list) != 0 {
		t.Errorf("replayable after the replay: %+v", list)
	}
}

// ratingsOnDesk names what the desk says of ratings and cases, for comparison.
func ratingsOnDesk(t *testing.T, w *warehouse.Warehouse) []string {
	t.Helper()
	var out []string
	seen := make(map[uuid.UUID]bool)
	for _, e := range desk(t, w, record.DeskFilter{}) {
		if seen[e.ID] {
			t.Errorf("twice on the desk: %+v", e)
		}
		seen[e.ID] = true
		out = append(out, fmt.Sprint(e.ReceivedAt.Unix(), e.ID, e.Why, e.KindName, e.RecordID))
	}
	return out
}
