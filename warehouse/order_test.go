package warehouse_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"haochaping/evaluation"
	"haochaping/record"
	"haochaping/warehouse"
)

// TestArrivalOrderChangesNothing sends one set of records, full of repeats, conflicts,
// re-sent events and new versions, in random order, in random batches, some twice, with
// restatements in between. The facts must be those of one run over everything.
func TestArrivalOrderChangesNothing(t *testing.T) {
	for seed := range uint64(2) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		records := tangle(rnd)
		whole, _ := open(t)
		var all record.Batch
		for _, r := range records {
			r(&all)
		}
		if _, err := whole.ImportDirectory(t.Context(), sampleDirectory(), "all"); err != nil {
			t.Fatal(err)
		}
		insert(t, whole, &all, "all")
		restate(t, whole)

		pieces, _ := open(t)
		sendInPieces(t, pieces, records, rnd)
		for _, q := range []evaluation.Query{
			{By: evaluation.ByTotal, Step: evaluation.StepDay},
			{By: evaluation.ByTotal, Step: evaluation.StepMonth},
			{By: evaluation.ByRegion, Level: 2},
			{By: evaluation.ByDepartment},
			{By: evaluation.ByWindow},
			{By: evaluation.ByItem},
		} {
			if diff := cmp.Diff(facts(t, whole, q), facts(t, pieces, q), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("seed %d, %+v (-whole +pieces):\n%s", seed, q, diff)
			}
		}
		listed := ratingsOnDesk(t, whole)
		if diff := cmp.Diff(listed, ratingsOnDesk(t, pieces)); diff != "" {
			t.Fatalf("seed %d, the desk (-whole +pieces):\n%s", seed, diff)
		}
		for _, why := range []string{record.WhyConflict + "rating", record.WhyConflict + "case", record.WhySuperseded, record.WhyLate} {
			if !strings.Contains(strings.ReplaceAll(strings.Join(listed, "\n"), " ", ""), why) {
				t.Fatalf("seed %d: nothing is %s", seed, why)
			}
		}
		if f := total(t, whole); f.Valid() == 0 || f.Finished == 0 || f.Excluded == 0 || f.Events <= f.Rated {
			t.Fatalf("seed %d: the records do not test what they should: %+v", seed, f)
		}
	}
}

func sendInPieces(t *testing.T, w *warehouse.Warehouse, records []func(*record.Batch), rnd *rand.Rand) {
	t.Helper()
	order := rnd.Perm(len(records))
	order = append(order, order[:len(order)/4]...) // a quarter comes twice
	directoryAt := rnd.IntN(len(order))
	for i := 0; i < len(order); {
		var b record.Batch
		for n := 1 + rnd.IntN(40); n > 0 && i < len(order); n-- {
			if i == directoryAt {
				if _, err := w.ImportDirectory(t.Context(), sampleDirectory(), "all"); err != nil {
					t.Fatal(err)
				}
			}
			records[order[i]](&b)
			i++
		}
		insert(t, w, &b, fmt.Sprint("piece", i))
		if rnd.IntN(3) == 0 {
			restate(t, w)
		}
	}
	restate(t, w)
}

// tangle makes records that depend on each other in every way the warehouse resolves.
func tangle(rnd *rand.Rand) []func(*record.Batch) {
	var out []func(*record.Batch)
	id := func() uuid.UUID {
		var u uuid.UUID
		for i := range u {
			u[i] = byte(rnd.IntN(256))
		}
		return u
	}
	events := make([]uuid.UUID, 12)
	for i := range events {
		events[i] = id()
	}
	var ids []uuid.UUID
	for range 80 {
		r := tangledRating(rnd, events, id())
		if len(ids) > 0 && rnd.IntN(6) == 0 {
			r.ID = ids[rnd.IntN(len(ids))] // the same id, other content, perhaps another day
		}
		ids = append(ids, r.ID)
		out = append(out, func(b *record.Batch) { b.Ratings = append(b.Ratings, r) })
	}
	for range 20 {
		r := tangledRating(rnd, events, id())
		p := record.Prompt{ID: id(), Source: "test", ServedAt: r.RatedAt, EventDay: r.EventDay, EventKey: r.EventKey, Place: r.Place}
		if rnd.IntN(2) == 0 {
			p.ShownAt = p.ServedAt
		}
		out = append(out, func(b *record.Batch) { b.Prompts = append(b.Prompts, p) })
	}
	for i := range 12 {
		f := record.FollowUp{ID: id(), RatingID: ids[rnd.IntN(len(ids))], Step: record.StepExcluded, At: may4.Start(shanghai).Add(time.Duration(i) * time.Hour)}
		if i%4 == 3 {
			f.Step = record.StepReinstated
		}
		out = append(out, func(b *record.Batch) { b.FollowUps = append(b.FollowUps, f) })
	}
	for range 30 {
		c := tangledCase(rnd)
		out = append(out, func(b *record.Batch) { b.Cases = append(b.Cases, c) })
	}
	return out
}

func tangledRating(rnd *rand.Rand, events []uuid.UUID, id uuid.UUID) record.Rating {
	r := rating(may4+record.EventDay(rnd.IntN(60)), uint8(1+rnd.IntN(5)), nil)
	r.ID = id
	r.ContentHash = rnd.Uint64()
	r.RatedAt = r.RatedAt.Add(time.Duration(rnd.IntN(10000)) * time.Second)
	r.Place = tangledPlace(rnd)
	if rnd.IntN(4) == 0 {
		r.ReceivedAt = r.ReceivedAt.AddDate(0, 0, 10)
	}
	switch rnd.IntN(5) {
	case 0:
		r.Answer, r.AnswerWeight = record.AnswerDefault, 2
	case 1:
		r.Answer, r.AnswerWeight, r.Level = record.AnswerUnanswered, 1, 0
	}
	if rnd.IntN(2) == 0 {
		r.EventKey = events[rnd.IntN(len(events))]
		r.AssessNumber = uint8(1 + rnd.IntN(5)/4)
	}
	return r
}

func tangledPlace(rnd *rand.Rand) record.Place {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	return record.Place{
		Region: pick("", "", "99", "990101001", "unknown"), Hall: pick("", "H1", "H2", "unknown"), Window: pick("", "01"),
		Department: pick("", "D1", "D2", "unknown"), Item: pick("", "I1", "unknown"),
	}
}

func tangledCase(rnd *rand.Rand) record.Case {
	at := (may4 + record.EventDay(rnd.IntN(40))).Start(shanghai).Add(9 * time.Hour)
	c := record.Case{
		Stamp: record.Stamp{ContentHash: rnd.Uint64(), ReceivedAt: at}, Source: "test", CaseID: fmt.Sprint("C", rnd.IntN(8)), Version: uint64(1 + rnd.IntN(3)),
		Kind: "case", Status: "in_progress", AcceptedAt: at, AcceptedDay: may4, HandlingSeconds: -1, Visits: -1, Place: tangledPlace(rnd),
		PromisedAt: at.AddDate(0, 0, 10), StatutoryAt: at.AddDate(0, 0, 20),
	}
	c.AcceptedDay = may4 + record.EventDay(at.Sub(may4.Start(shanghai))/(24*time.Hour))
	if rnd.IntN(3) > 0 {
		days := rnd.IntN(15)
		c.Status, c.FinishedAt, c.FinishedDay = "finished", at.AddDate(0, 0, days), c.AcceptedDay+record.EventDay(days)
		c.Suspensions = []record.Interval{{From: at, To: at.Add(time.Hour)}}
		c.HandlingSeconds, c.Visits = int64(days)*86400, int32(rnd.IntN(3))
	}
	return c
}
