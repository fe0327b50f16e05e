package warehouse_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/record"
	"haochaping/warehouse"
)

func sourceDays(t *testing.T, w *warehouse.Warehouse, days calendar.Range) []evaluation.SourceDay {
	t.Helper()
	list, err := w.SourceDays(t.Context(), days)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestSourceDaysTellAnswersApart(t *testing.T) {
	w, _ := open(t)
	from := func(source string, change func(*record.Rating)) func(*record.Rating) {
		return func(r *record.Rating) {
			r.Source = source
			if change != nil {
				change(r)
			}
		}
	}
	event := uuid.Must(uuid.NewV7())
	excluded := rating(may4, 1, from("kiosk", nil))
	insert(t, w, &record.Batch{
		Ratings: []record.Rating{
			rating(may4, 5, from("kiosk", nil)),
			rating(may4, 2, from("kiosk", func(r *record.Rating) { r.Hall, r.Department = "H1", "D1" })),
			rating(may4, 3, from("kiosk", func(r *record.Rating) { r.Answer, r.AnswerWeight = record.AnswerDefault, 2 })),
			rating(may4, 0, from("kiosk", func(r *record.Rating) { r.Answer, r.AnswerWeight = record.AnswerUnanswered, 1 })),
			rating(may4, 0, from("kiosk", func(r *record.Rating) { r.Answer, r.AnswerWeight = record.AnswerDeclined, 1 })),
			rating(may4, 5, from("kiosk", func(r *record.Rating) { r.AssessNumber = 2 })),
			rating(may4, 5, from("kiosk", func(r *record.Rating) { r.Test = true })),
			excluded,
			rating(may4, 5, from("portal", func(r *record.Rating) { r.EventKey = event })),
			rating(may4+1, 4, from("portal", func(r *record.Rating) { r.EventKey, r.RatedAt = event, r.RatedAt.AddDate(0, 0, 2) })),
			rating(may4+1, 4, from("portal", func(r *record.Rating) { r.EventKey, r.RatedAt = event, r.RatedAt.AddDate(0, 0, 3) })),
		},
		FollowUps: []record.FollowUp{{ID: uuid.Must(uuid.NewV7()), RatingID: excluded.ID, Step: record.StepExcluded, At: excluded.RatedAt}},
		Tallies: []record.Tally{{
			Source: "table", From: may4 - 30, To: may4, Answer: record.AnswerActive, Level: 5, Count: 1000, Version: 1,
			Stamp: record.Stamp{ReceivedAt: excluded.RatedAt},
		}},
	}, "a")
	restate(t, w)
	want := []evaluation.SourceDay{
		{Day: may4, Source: "kiosk", Levels: [5]uint64{0, 1, 0, 0, 1}, Defaults: [5]uint64{0, 0, 1, 0, 0}, Unanswered: 1, Declined: 1},
		{Day: may4, Source: "portal", Levels: [5]uint64{0, 0, 0, 0, 1}},
		{Day: may4 + 1, Source: "portal", Superseded: 2},
	}
	if diff := cmp.Diff(want, sourceDays(t, w, calendar.Range{From: may4, To: may4 + 1})); diff != "" {
		t.Errorf("days of sources (-want +got):\n%s", diff)
	}
	if rest := sourceDays(t, w, calendar.Range{From: may4 + 2, To: may4 + 9}); len(rest) > 0 {
		t.Errorf("days without records: %+v", rest)
	}
	// Cases alone make a day dirty: what was counted of its ratings stays.
	insert(t, w, &record.Batch{Cases: []record.Case{{
		Source: "window", CaseID: "1", Version: 1, Status: "in_progress", AcceptedAt: excluded.RatedAt, AcceptedDay: may4,
		HandlingSeconds: -1, Visits: -1,
	}}}, "b")
	restate(t, w)
	if diff := cmp.Diff(want, sourceDays(t, w, calendar.Range{From: may4, To: may4 + 1})); diff != "" {
		t.Errorf("after a case (-want +got):\n%s", diff)
	}
}

// Whatever collides, the days of all sources add up to the facts, and repeats to those of the desk.
func TestSourcesAndClerksAddUpToTheFacts(t *testing.T) {
	w, _ := open(t)
	var all record.Batch
	for _, r := range tangle(rand.New(rand.NewPCG(3, 7))) {
		r(&all)
	}
	for i := range all.Ratings {
		all.Ratings[i].Staff = "S1"
	}
	for i := range all.Prompts {
		all.Prompts[i].Staff = "S1"
	}
	insert(t, w, &all, "all")
	restate(t, w)
	var sum evaluation.SourceDay
	days := calendar.Range{From: may4, To: may4 + 100}
	for _, s := range sourceDays(t, w, days) {
		for i := range s.Levels {
			sum.Levels[i] += s.Levels[i]
			sum.Defaults[i] += s.Defaults[i]
		}
		sum.Unanswered += s.Unanswered
		sum.Superseded += s.Superseded
	}
	f := total(t, w)
	want := evaluation.SourceDay{Levels: f.Levels, Defaults: f.Defaults, Unanswered: f.Unanswered}
	for _, e := range desk(t, w, record.DeskFilter{Limit: 1000}) {
		if e.Why == record.WhySuperseded {
			want.Superseded++
		}
	}
	if diff := cmp.Diff(want, sum); diff != "" || want.Superseded == 0 {
		t.Errorf("days of sources (-facts +sum):\n%s", diff)
	}
	clerks, err := w.StaffMonths(t.Context(), days, 0)
	if err != nil {
		t.Fatal(err)
	}
	var events, prompted uint64
	for _, c := range clerks {
		if c.Staff != "S1" {
			t.Errorf("clerk %q", c.Staff)
		}
		events += c.Events
		prompted += c.Prompted
	}
	if events != f.Events || prompted != f.Prompted || events == 0 {
		t.Errorf("%d events of clerks, %d prompted; facts have %d and %d", events, prompted, f.Events, f.Prompted)
	}
}

func TestStaffMonths(t *testing.T) {
	w, _ := open(t)
	var b record.Batch
	add := func(day calendar.Day, window, clerkOfPrompt, clerkOfRating string, shown, rated bool) {
		r := rating(day, 5, func(r *record.Rating) {
			r.EventKey, r.Hall, r.Window, r.Staff = uuid.Must(uuid.NewV7()), "H1", window, clerkOfRating
		})
		p := record.Prompt{ID: uuid.Must(uuid.NewV7()), Source: "test", EventDay: day, EventKey: r.EventKey, ServedAt: r.RatedAt}
		p.Hall, p.Window, p.Staff = "H1", window, clerkOfPrompt
		if shown {
			p.ShownAt = p.ServedAt
		}
		b.Prompts = append(b.Prompts, p)
		if rated {
			b.Ratings = append(b.Ratings, r)
		}
	}
	add(may4, "01", "S1", "", true, true) // the rating names no clerk, its prompt does
	add(may4+1, "01", "S1", "", false, false)
	add(may4+1, "01", "S2", "S1", false, true) // the rating knows better
	add(may4+1, "02", "S1", "", false, false)
	add(may4+1, "02", "", "", true, true)
	add(may4+40, "01", "S1", "S1", true, true)
	insert(t, w, &b, "a")
	got, err := w.StaffMonths(t.Context(), calendar.Range{From: may4 + 3, To: may4 + 40}, 0) // whole months
	want := []evaluation.StaffMonth{
		{Month: calendar.MakeDay(2026, 5, 1), Hall: "H1", Window: "01", Staff: "S1", Events: 3, Prompted: 1},
		{Month: calendar.MakeDay(2026, 5, 1), Hall: "H1", Window: "02", Staff: "S1", Events: 1},
		{Month: calendar.MakeDay(2026, 6, 1), Hall: "H1", Window: "01", Staff: "S1", Events: 1, Prompted: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("months of clerks: %v (-want +got)\n%s", err, diff)
	}
	// With a bound the two seldom ones of May share the row of their window.
	add(may4+2, "01", "S3", "", true, false)
	b.Prompts, b.Ratings = b.Prompts[len(b.Prompts)-1:], nil
	insert(t, w, &b, "b")
	got, err = w.StaffMonths(t.Context(), calendar.Range{From: may4, To: may4 + 5}, 3)
	want = []evaluation.StaffMonth{
		{Month: calendar.MakeDay(2026, 5, 1), Hall: "H1", Window: "01", Events: 1, Prompted: 1},
		{Month: calendar.MakeDay(2026, 5, 1), Hall: "H1", Window: "01", Staff: "S1", Events: 3, Prompted: 1},
		{Month: calendar.MakeDay(2026, 5, 1), Hall: "H1", Window: "02", Events: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("months of the clerks with three events: %v (-want +got)\n%s", err, diff)
	}
	if _, err := w.StaffMonths(t.Context(), calendar.Range{From: may4, To: may4 + 40*31}, 0); err == nil {
		t.Error("forty months at a time")
	}
}
