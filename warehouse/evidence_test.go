package warehouse_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/record"
	"haochaping/warehouse"
)

var may = calendar.Range{From: calendar.MakeDay(2026, 5, 1), To: calendar.MakeDay(2026, 5, 31)}

// evidenceOf reads everything about a unit and checks that the stream, the survey and the facts say the same.
func evidenceOf(t *testing.T, w *warehouse.Warehouse, kind evaluation.EvidenceKind, code string) (ratings []evaluation.RatingEvidence, cases []evaluation.CaseEvidence) {
	t.Helper()
	e, err := w.Evidence(evaluation.EvidenceQuery{Range: may, Kind: kind, Code: code, Scope: directory.Scope{All: true}})
	if err != nil {
		t.Fatal(err)
	}
	survey, err := e.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	checks, agrees := evaluation.CheckEvidence(&survey.Summed, &survey.Facts)
	if !agrees || survey.Dirty != 0 {
		for _, c := range checks {
			if !c.Agrees {
				t.Errorf("%s %s: %s: the records make %d, the facts are %d", kind, code, c.Figure, c.Records, c.Facts)
			}
		}
	}
	var streamed evaluation.Facts
	var rows uint64
	for _, err := range []error{
		e.Ratings(t.Context(), func(r *evaluation.RatingEvidence) error {
			r.Tally(&streamed)
			rows++
			ratings = append(ratings, *r)
			return nil
		}),
		e.Events(t.Context(), func(v *evaluation.EventEvidence) error {
			v.Tally(&streamed)
			rows++
			return nil
		}),
		e.Cases(t.Context(), func(c *evaluation.CaseEvidence) error {
			c.Tally(&streamed)
			rows++
			cases = append(cases, *c)
			return nil
		}),
		e.Steps(t.Context(), func(*evaluation.StepEvidence) error { rows++; return nil }),
		e.Refused(t.Context(), func(*evaluation.RefusedEvidence) error { rows++; return nil }),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, agrees := evaluation.CheckEvidence(&streamed, &survey.Summed); !agrees || rows != survey.Rows {
		t.Errorf("%s %s: %d rows make %+v; the survey has %d and %+v", kind, code, rows, streamed, survey.Rows, survey.Summed)
	}
	return ratings, cases
}

// Whatever was recorded in whatever way, the records listed for a unit of any kind add up to its facts.
func TestEvidenceAddsUpToTheFacts(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	w, _ := open(t)
	part, codes := randomDirectory(rnd)
	if problems, err := w.ImportDirectory(t.Context(), part, "all"); err != nil {
		t.Fatal(err, problems)
	}
	if _, err := w.StoreWorkingTime(t.Context()); err != nil {
		t.Fatal(err)
	}
	place := func() record.Place {
		return record.Place{
			Region: codes.pick(rnd, codes.regions), Hall: codes.pick(rnd, codes.halls), Window: codes.pick(rnd, []string{"01", "02"}),
			Department: codes.pick(rnd, codes.departments), Item: codes.pick(rnd, codes.items),
		}
	}
	var events []uuid.UUID
	for range 60 {
		events = append(events, uuid.Must(uuid.NewV7()))
	}
	id := func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	var b record.Batch
	for range 700 {
		answers := []record.Answer{record.AnswerActive, record.AnswerActive, record.AnswerDefault, record.AnswerUnanswered, record.AnswerDeclined}
		n := rnd.IntN(len(answers))
		r := rating(may4+calendar.Day(rnd.IntN(20)), uint8(1+rnd.IntN(5)), func(r *record.Rating) {
			r.Place, r.Answer, r.AnswerWeight, r.ContentHash = place(), answers[n], []uint8{3, 3, 2, 1, 1}[n], rnd.Uint64()
			if n > 2 {
				r.Level = 0
			}
			r.Test, r.Probe = rnd.IntN(30) == 0, rnd.IntN(30) == 0
			if rnd.IntN(3) == 0 {
				r.EventKey, r.AssessNumber = events[rnd.IntN(len(events))], uint8(1+rnd.IntN(2))
			}
			if rnd.IntN(4) == 0 && len(b.Prompts) > 0 {
				r.PromptID = b.Prompts[rnd.IntN(len(b.Prompts))].ID
			}
		})
		b.Ratings = append(b.Ratings, r)
		switch rnd.IntN(12) {
		case 0: // another content, perhaps of another day
			r.ContentHash, r.Level, r.EventDay = rnd.Uint64(), 1, r.EventDay+calendar.Day(rnd.IntN(2))
			b.Ratings = append(b.Ratings, r)
		case 1, 2:
			step := []string{"excluded", "reinstated"}[rnd.IntN(2)]
			b.FollowUps = append(b.FollowUps, record.FollowUp{Stamp: record.Stamp{ReceivedAt: r.RatedAt}, ID: id(), Source: "test", RatingID: r.ID, Step: step, At: r.RatedAt})
		case 3, 4:
			p := record.Prompt{ID: id(), Source: "test", ServedAt: r.RatedAt, ShownAt: r.RatedAt, EventDay: r.EventDay, Place: place()}
			if rnd.IntN(2) == 0 {
				p.EventKey = events[rnd.IntN(len(events))]
			}
			b.Prompts = append(b.Prompts, p)
		}
		c := sameCase(&r)
		c.Version = uint64(1 + rnd.IntN(2))
		if rnd.IntN(2) == 0 {
			c.Status, c.FinishedAt, c.FinishedDay = "finished", r.RatedAt.Add(time.Duration(rnd.IntN(99))*time.Hour), 0
			c.FinishedDay = calendar.DayOf(c.FinishedAt, shanghai)
			c.PromisedAt, c.Visits, c.HandlingSeconds = r.RatedAt.Add(50*time.Hour), int32(rnd.IntN(3)-1), int64(rnd.IntN(9000)-1)
			if rnd.IntN(2) == 0 {
				c.StatutoryAt = r.RatedAt.Add(70 * time.Hour)
				c.Suspensions = []record.Interval{{From: r.RatedAt.Add(time.Hour), To: r.RatedAt.Add(30 * time.Hour)}}
			}
		}
		c.OnTheSpot, c.FiledOnline, c.Test = rnd.IntN(2) == 0, rnd.IntN(2) == 0, rnd.IntN(20) == 0
		b.Cases = append(b.Cases, c)
		if rnd.IntN(5) == 0 {
			b.Tallies = append(b.Tallies, sameTally(&r))
		}
	}
	insert(t, w, &b, "a")
	restate(t, w)
	for _, code := range []string{"99", "9901", "990201001"} {
		evidenceOf(t, w, evaluation.EvidenceRegion, code)
	}
	evidenceOf(t, w, evaluation.EvidenceLine, "公安@99")
	evidenceOf(t, w, evaluation.EvidenceLine, "人社@990201001")
	for i := range 2 {
		evidenceOf(t, w, evaluation.EvidenceDepartment, fmt.Sprint("D", i))
		evidenceOf(t, w, evaluation.EvidenceHall, fmt.Sprint("H", i))
		evidenceOf(t, w, evaluation.EvidenceWindow, fmt.Sprintf("H%d/01", i))
		evidenceOf(t, w, evaluation.EvidenceItem, fmt.Sprint("I", i))
	}
}

// Every record of a unit is listed with the reason by which the facts leave it out.
func TestEvidenceNamesEveryReason(t *testing.T) {
	w, _ := open(t)
	if problems, err := w.ImportDirectory(t.Context(), sampleDirectory(), "all"); err != nil {
		t.Fatal(err, problems)
	}
	if _, err := w.StoreWorkingTime(t.Context()); err != nil {
		t.Fatal(err)
	}
	at := func(day calendar.Day, level uint8, change func(*record.Rating)) record.Rating {
		return rating(day, level, func(r *record.Rating) {
			r.Hall, r.Window, r.CaseID = "H1", "01", "case"
			if change != nil {
				change(r)
			}
		})
	}
	event := uuid.Must(uuid.NewV7())
	counts := at(may4, 5, nil)
	winner := at(may4+1, 2, func(r *record.Rating) { r.EventKey = event })
	kept := at(may4, 4, func(r *record.Rating) { r.ContentHash = 1 })
	conflict := kept
	conflict.ContentHash, conflict.Level = 2, 1
	excluded := at(may4, 1, nil)
	late := at(may4, 3, func(r *record.Rating) { r.ReceivedAt = (may4 + 20).Start(shanghai) })
	want := map[uuid.UUID]map[evaluation.EvidenceReason]int{}
	b := record.Batch{}
	add := func(r record.Rating, reason evaluation.EvidenceReason) {
		b.Ratings = append(b.Ratings, r)
		if want[r.ID] == nil {
			want[r.ID] = map[evaluation.EvidenceReason]int{}
		}
		want[r.ID][reason]++
	}
	add(counts, evaluation.Counted)
	b.Ratings = append(b.Ratings, counts) // the same once more is the same record
	add(winner, evaluation.Counted)
	add(at(may4+2, 5, func(r *record.Rating) { r.EventKey = event }), evaluation.SameEvent)
	add(at(may4, 3, func(r *record.Rating) { r.EventKey, r.Answer, r.AnswerWeight = event, record.AnswerDefault, 2 }), evaluation.SameEvent)
	add(kept, evaluation.Counted)
	add(conflict, evaluation.OtherContent)
	add(excluded, evaluation.ExcludedByAppeal)
	add(late, evaluation.Counted)
	add(at(may4, 3, func(r *record.Rating) { r.Answer, r.AnswerWeight = record.AnswerDefault, 2 }), evaluation.CountedDefault)
	add(at(may4, 0, func(r *record.Rating) { r.Answer, r.AnswerWeight = record.AnswerUnanswered, 1 }), evaluation.CountedSilent)
	add(at(may4, 0, func(r *record.Rating) { r.Answer, r.AnswerWeight = record.AnswerDeclined, 1 }), evaluation.CountedDeclined)
	add(at(may4, 4, func(r *record.Rating) { r.AssessNumber = 2 }), evaluation.CountedAgain)
	add(at(may4, 4, func(r *record.Rating) { r.AssessNumber, r.Answer, r.AnswerWeight = 2, record.AnswerDefault, 2 }), evaluation.NotFirstDefault)
	add(at(may4, 5, func(r *record.Rating) { r.Test = true }), evaluation.TestRecord)
	add(at(may4, 5, func(r *record.Rating) { r.Probe = true }), evaluation.ProbeRecord)
	add(at(may4, 5, func(r *record.Rating) { r.EventDay = may.From - 3 }), evaluation.OtherPeriod)
	add(at(may4, 5, func(r *record.Rating) { r.Region = "9902" }), evaluation.OtherUnit)
	b.Ratings = append(b.Ratings, rating(may4, 1, func(r *record.Rating) { r.Department = "D2" })) // of somebody else
	b.FollowUps = []record.FollowUp{{Stamp: record.Stamp{ReceivedAt: excluded.RatedAt}, ID: uuid.Must(uuid.NewV7()), Source: "test", RatingID: excluded.ID, Step: "excluded", At: excluded.RatedAt}}
	when := may4.Start(shanghai).Add(9 * time.Hour)
	one := record.Case{
		Stamp: record.Stamp{ReceivedAt: when, ContentHash: 5}, Source: "test", CaseID: "C1", Version: 2, Kind: "case", Status: "finished", Place: record.Place{Hall: "H1"},
		AcceptedAt: when, AcceptedDay: may4, PromisedAt: when.Add(time.Hour), FinishedAt: when.Add(2 * time.Hour), FinishedDay: may4, HandlingSeconds: 7200, Visits: 1,
	}
	older, other, mark := one, one, one
	older.Version, older.Status = 1, "in_progress"
	other.ContentHash = 4
	mark.CaseID, mark.Test = "C2", true
	b.Cases = []record.Case{older, other, one, mark}
	insert(t, w, &b, "a")
	restate(t, w)

	ratings, cases := evidenceOf(t, w, evaluation.EvidenceRegion, "990101")
	got := map[uuid.UUID]map[evaluation.EvidenceReason]int{}
	for _, r := range ratings {
		if got[r.ID] == nil {
			got[r.ID] = map[evaluation.EvidenceReason]int{}
		}
		got[r.ID][r.Reason]++
		if r.Reason == evaluation.SameEvent && r.Winner != winner.ID {
			t.Errorf("%s gives way to %s, want %s", r.ID, r.Winner, winner.ID)
		}
		if r.Late != (r.ID == late.ID) {
			t.Errorf("%s: late = %v", r.ID, r.Late)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	reasons := map[string]int{}
	for _, c := range cases {
		reasons[c.CaseID+" "+string(c.Reason)]++
		if c.Reason == evaluation.Counted && (!c.Promised || c.OnTime || c.Working < 0) {
			t.Errorf("the case that counts: %+v", c)
		}
	}
	if diff := cmp.Diff(map[string]int{"C1 ": 1, "C1 conflict": 1, "C1 older_version": 1, "C2 test": 1}, reasons); diff != "" {
		t.Errorf("cases (-want +got):\n%s", diff)
	}
	evidenceOf(t, w, evaluation.EvidenceWindow, "H1/01")
	whole, err := w.Evidence(evaluation.EvidenceQuery{Range: may, Kind: evaluation.EvidenceHall, Code: "H1", Scope: directory.Scope{All: true}})
	if err != nil {
		t.Fatal(err)
	}
	var steps []evaluation.StepEvidence
	err = whole.Steps(t.Context(), func(s *evaluation.StepEvidence) error {
		steps = append(steps, *s)
		return nil
	})
	if err != nil || len(steps) != 1 || steps[0].Rating != excluded.ID || steps[0].Step != "excluded" || steps[0].Satisfied != nil {
		t.Errorf("steps %+v (%v)", steps, err)
	}

	// What names the region and counts for another one is that one's: a reader who sees the region alone is not shown it.
	e, err := w.Evidence(evaluation.EvidenceQuery{
		Range: may, Kind: evaluation.EvidenceRegion, Code: "990101", Scope: directory.Scope{Regions: []string{"990101"}, Departments: []string{directory.Any}},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = e.Ratings(t.Context(), func(r *evaluation.RatingEvidence) error {
		if r.Reason == evaluation.OtherUnit {
			t.Errorf("%s of %s is shown", r.ID, r.Region)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	for _, q := range []evaluation.EvidenceQuery{
		{Range: may, Kind: evaluation.EvidenceRegion, Code: "nowhere", Scope: directory.Scope{All: true}},
		{Range: may, Kind: "planet", Code: "99", Scope: directory.Scope{All: true}},
		{Range: may, Kind: evaluation.EvidenceRegion, Code: "9902", Scope: directory.Scope{Regions: []string{"9901"}, Departments: []string{directory.Any}}},
		{Range: may, Kind: evaluation.EvidenceRegion, Code: "9901", Scope: directory.Scope{Regions: []string{"9901"}, Departments: []string{"D1"}}},
		{Range: may, Kind: evaluation.EvidenceRegion, Code: "9901"},
		{Range: calendar.Range{From: may.To, To: may.From}, Kind: evaluation.EvidenceRegion, Code: "99", Scope: directory.Scope{All: true}},
		{Range: calendar.Range{From: may.From, To: may.From + 3000}, Kind: evaluation.EvidenceRegion, Code: "99", Scope: directory.Scope{All: true}},
	} {
		if _, err := w.Evidence(q); err == nil {
			t.Errorf("%+v was not refused", q)
		}
	}
}

// What a unit's devices did not send, and what was refused of it, is listed for the places where they stood.
func TestEvidenceOfDevices(t *testing.T) {
	w, _ := open(t)
	if problems, err := w.ImportDirectory(t.Context(), sampleDirectory(), "all"); err != nil {
		t.Fatal(err, problems)
	}
	var b record.Batch
	for _, seq := range []uint64{1, 2, 5} {
		b.Ratings = append(b.Ratings, rating(may4, 5, func(r *record.Rating) {
			r.Hall, r.DeviceID, r.Sender, r.Installation, r.DeviceSeq = "H1", "K1", "K1", "a", seq
		}))
	}
	noon := may4.Start(shanghai).Add(12 * time.Hour)
	refused := record.Refused{
		ID: uuid.Must(uuid.NewV7()), Kind: record.KindRating, Source: "test", Sender: "K1", ReceivedAt: noon, DeviceID: "K1", RecordID: uuid.Must(uuid.NewV7()),
		Problems: record.Problems{{Field: "level", Code: "unmapped", Reason: "?"}},
	}
	elsewhere := refused
	elsewhere.ID, elsewhere.Sender, elsewhere.DeviceID = uuid.Must(uuid.NewV7()), "K2", "K2"
	b.Refused = []record.Refused{refused, elsewhere}
	insert(t, w, &b, "a")
	states := []record.DeviceState{{Device: "K1", Hall: "H1", Window: "01", LastAt: noon}, {Device: "K2", Hall: "H2", LastAt: noon}}
	for day := may4; day <= may4+3; day++ {
		if err := w.StoreArrivals(t.Context(), states, day.Start(shanghai).Add(23*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	e, err := w.Evidence(evaluation.EvidenceQuery{Range: may, Kind: evaluation.EvidenceWindow, Code: "H1/01", Scope: directory.Scope{All: true}})
	if err != nil {
		t.Fatal(err)
	}
	var ids []uuid.UUID
	err = e.Refused(t.Context(), func(r *evaluation.RefusedEvidence) error {
		ids = append(ids, r.ID)
		return nil
	})
	if err != nil || len(ids) != 1 || ids[0] != refused.RecordID {
		t.Errorf("refused %v, want %s (%v)", ids, refused.RecordID, err)
	}
	var gaps []evaluation.DeviceGap
	err = e.Gaps(t.Context(), func(g *evaluation.DeviceGap) error {
		gaps = append(gaps, *g)
		return nil
	})
	want := []evaluation.DeviceGap{
		{Device: "K1", Hall: "H1", Window: "01", Installation: "a", First: 3, Last: 4},
		{Device: "K1", Hall: "H1", Window: "01", Days: calendar.Range{From: may4 + 1, To: may4 + 3}},
	}
	if diff := cmp.Diff(want, gaps); diff != "" || err != nil {
		t.Errorf("gaps (-want +got), %v:\n%s", err, diff)
	}
}
