package warehouse_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/record"
	"haochaping/warehouse"
)

// deadlines gives one and five natural days.
func deadlines(rated calendar.Day) (contact, rectify time.Time) {
	return (rated + 1).End(shanghai), (rated + 5).End(shanghai)
}

func followUps(t *testing.T, w *warehouse.Warehouse, q evaluation.Query, now time.Time) []evaluation.Row {
	t.Helper()
	if q.From == 0 {
		q.From, q.To = calendar.MakeDay(2020, 1, 1), calendar.MakeDay(2030, 12, 31)
	}
	rows, err := w.FollowUps(t.Context(), q, deadlines, now)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// step is something done about a rating, so long after the day on which it was given began.
func step(r *record.Rating, name string, after time.Duration, satisfied ...bool) record.FollowUp {
	f := record.FollowUp{ID: uuid.Must(uuid.NewV7()), Source: "test", RatingID: r.ID, Step: name, At: r.EventDay.Start(shanghai).Add(after)}
	if len(satisfied) > 0 {
		f.Satisfied = &satisfied[0]
	}
	return f
}

// What a bad review counts as follows from its steps. In every case it was given on 4 May, is to be contacted before
// 6 May and rectified before 10 May.
func TestFollowUpStates(t *testing.T) {
	const day = 24 * time.Hour
	type made struct {
		name      string
		after     time.Duration
		satisfied []bool
	}
	yes, no := []bool{true}, []bool{false}
	open2 := evaluation.FollowUps{Bad: 1, ContactDue: 1, RectifyDue: 1} // nothing was done, both late
	w, _ := open(t)
	for i, tt := range []struct {
		name  string
		steps []made
		now   time.Duration
		want  evaluation.FollowUps
	}{
		{"nothing yet", nil, day, evaluation.FollowUps{Bad: 1}},
		{"just before contact is due", nil, 2*day - time.Millisecond, evaluation.FollowUps{Bad: 1}},
		{"contact is due", nil, 2 * day, evaluation.FollowUps{Bad: 1, ContactDue: 1}},
		{"both due", nil, 6 * day, open2},
		{
			"contacted in time",
			[]made{{record.StepContacted, 2*day - time.Millisecond, nil}},
			3 * day,
			evaluation.FollowUps{Bad: 1, Contacted: 1, ContactDue: 1, ContactOnTime: 1},
		},
		{
			"contacted at the end of the day",
			[]made{{record.StepContacted, 2 * day, nil}},
			3 * day,
			evaluation.FollowUps{Bad: 1, Contacted: 1, ContactDue: 1},
		},
		{
			"the first contact counts",
			[]made{{record.StepContacted, day, nil}, {record.StepContacted, 4 * day, nil}},
			5 * day,
			evaluation.FollowUps{Bad: 1, Contacted: 1, ContactDue: 1, ContactOnTime: 1},
		},
		{
			"rectified early is due at once",
			[]made{{record.StepRectified, day, nil}},
			day,
			evaluation.FollowUps{Bad: 1, Rectified: 1, RectifyDue: 1, RectifiedOnTime: 1},
		},
		{
			"rectified late",
			[]made{{record.StepRectified, 6 * day, nil}},
			7 * day,
			evaluation.FollowUps{Bad: 1, ContactDue: 1, Rectified: 1, RectifyDue: 1},
		},
		{"assigned, replied and invited count for nothing", []made{
			{record.StepAssigned, day, nil},
			{record.StepReplied, day, nil},
			{record.StepInvited, day, nil},
			{record.StepAppealed, day, nil},
			{record.StepRejected, day, nil},
		}, 6 * day, open2},
		{
			"dismissed needs no rectification",
			[]made{{record.StepVerified, day, nil}, {record.StepDismissed, 2 * day, nil}},
			9 * day,
			evaluation.FollowUps{Bad: 1, ContactDue: 1, Dismissed: 1},
		},
		{"verified after all", []made{{record.StepDismissed, day, nil}, {record.StepVerified, 2 * day, nil}}, 9 * day, open2},
		{
			"rectified though dismissed",
			[]made{{record.StepRectified, day, nil}, {record.StepDismissed, 2 * day, nil}},
			day,
			evaluation.FollowUps{Bad: 1, Rectified: 1, RectifyDue: 1, RectifiedOnTime: 1},
		},
		{"excluded", []made{{record.StepExcluded, day, nil}, {record.StepRectified, day, nil}}, 9 * day, evaluation.FollowUps{}},
		{"reinstated", []made{{record.StepExcluded, day, nil}, {record.StepReinstated, 2 * day, nil}}, 9 * day, open2},
		{"excluded again", []made{
			{record.StepExcluded, day, nil}, {record.StepReinstated, 2 * day, nil}, {record.StepExcluded, 3 * day, nil},
		}, 9 * day, evaluation.FollowUps{}},
		{"upheld alone excludes nothing", []made{{record.StepUpheld, day, nil}}, 9 * day, open2},
		{
			"called back, no answer",
			[]made{{record.StepCalledBack, day, nil}},
			day,
			evaluation.FollowUps{Bad: 1, CalledBack: 1},
		},
		{
			"satisfied in the end",
			[]made{{record.StepCalledBack, day, no}, {record.StepCalledBack, 2 * day, yes}, {record.StepCalledBack, 3 * day, nil}},
			day,
			evaluation.FollowUps{Bad: 1, CalledBack: 1, Answered: 1, Satisfied: 1},
		},
		{
			"not satisfied any more",
			[]made{{record.StepCalledBack, day, yes}, {record.StepCalledBack, 2 * day, no}},
			day,
			evaluation.FollowUps{Bad: 1, CalledBack: 1, Answered: 1},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hall := fmt.Sprint("H", i)
			bad := rating(may4, 2, func(r *record.Rating) { r.Hall = hall })
			batch := record.Batch{Ratings: []record.Rating{bad}}
			var steps []record.FollowUp
			for _, s := range tt.steps {
				steps = append(steps, step(&bad, s.name, s.after, s.satisfied...))
			}
			// the last step first, the rating itself last; then one step again
			for i := len(steps) - 1; i >= 0; i-- {
				insert(t, w, &record.Batch{FollowUps: steps[i : i+1]}, fmt.Sprint(hall, " step ", i))
			}
			insert(t, w, &batch, hall)
			if len(steps) > 0 {
				insert(t, w, &record.Batch{FollowUps: steps[:1]}, hall+" once more")
			}
			rows := followUps(t, w, evaluation.Query{By: evaluation.ByTotal, Hall: hall}, may4.Start(shanghai).Add(tt.now))
			var got evaluation.FollowUps
			if len(rows) > 0 {
				got = rows[0].FollowUps
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Over the National Day of 2026 three working days from 30 September end with Saturday 10 October, which is worked;
// nobody knows when those from the last day of a known year end.
func TestFollowUpsInWorkingDays(t *testing.T) {
	w, _ := open(t)
	clock := func(rated calendar.Day) (contact, rectify time.Time) {
		if d, known := w.Workdays().AddWorkingDays(rated, 3); known {
			contact = d.End(shanghai)
		}
		return contact, contact
	}
	days := []calendar.Day{calendar.MakeDay(2026, 9, 30), calendar.MakeDay(2026, 9, 30), calendar.MakeDay(2026, 12, 31)}
	var b record.Batch
	for i, d := range days {
		r := rating(d, 1, nil)
		b.Ratings = append(b.Ratings, r)
		done := step(&r, record.StepContacted, 11*24*time.Hour-time.Second) // 23:59:59 on 10 October
		if i == 1 {
			done.At = done.At.Add(time.Second)
		}
		b.FollowUps = append(b.FollowUps, done)
	}
	insert(t, w, &b, "a")
	rows, err := w.FollowUps(t.Context(), evaluation.Query{By: evaluation.ByTotal, From: days[0], To: days[2], Step: evaluation.StepMonth}, clock, days[2].End(shanghai))
	if err != nil {
		t.Fatal(err)
	}
	want := []evaluation.FollowUps{
		{Bad: 2, Contacted: 2, ContactDue: 2, ContactOnTime: 1, RectifyDue: 2}, {Bad: 1, Contacted: 1},
	}
	if len(rows) != 2 || rows[0].FollowUps != want[0] || rows[1].FollowUps != want[1] || rows[1].Start != calendar.MakeDay(2026, 12, 1) {
		t.Errorf("%+v", rows)
	}
}

// badRatings sends random ratings through the door: unknown codes, several of one event, second ratings, tests, default
// and excluded ones.
func badRatings(t *testing.T, rnd *rand.Rand, codes knownCodes) (b record.Batch) {
	t.Helper()
	door := record.Door{
		Zone: shanghai, Key: make([]byte, 32), Future: time.Hour, Past: 20 * 365 * 24 * time.Hour,
		Codes: func(string, time.Time) (record.CodeMap, bool) { return record.MapFiveBest, true },
	}
	for range 1500 {
		at := may4.Start(shanghai).Add(time.Duration(rnd.IntN(40*24)) * time.Hour)
		in := record.RatingInput{
			ID: uuid.Must(uuid.NewV7()).String(), Source: "test", Level: record.Code(fmt.Sprint(1 + rnd.IntN(3))), Channel: "tablet", RatedAt: &at,
			Place: record.Place{
				Region: codes.pick(rnd, codes.regions), Hall: codes.pick(rnd, codes.halls), Window: codes.pick(rnd, []string{"01", "02"}),
				Department: codes.pick(rnd, codes.departments), Item: codes.pick(rnd, codes.items),
			},
		}
		if rnd.IntN(2) == 0 {
			in.Object, in.CaseID, in.Stage = "case", fmt.Sprint(rnd.IntN(400)), "finished"
		}
		if rnd.IntN(10) == 0 {
			in.AssessNumber = 2
		}
		r, problems := door.Rating(&in, record.Receipt{Now: at.Add(time.Minute)})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		r.Test, r.Probe = rnd.IntN(20) == 0, rnd.IntN(20) == 0
		if rnd.IntN(10) == 0 {
			r.Answer, r.AnswerWeight = record.AnswerDefault, 2
		}
		if rnd.IntN(10) == 0 {
			b.FollowUps = append(b.FollowUps, step(&r, record.StepExcluded, 0))
		}
		b.Ratings = append(b.Ratings, r)
		if rnd.IntN(20) == 0 { // one id, another content
			r.ContentHash, r.Level = r.ContentHash+1, 1
			b.Ratings = append(b.Ratings, r)
		}
	}
	return b
}

// Bad reviews are the bad ratings of the facts: of the same units, in the same steps, under the same filters.
func TestFollowUpsAreOfTheRatingsInTheFacts(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 33))
	w, _ := open(t)
	part, codes := randomDirectory(rnd)
	if problems, err := w.ImportDirectory(t.Context(), part, "all"); err != nil {
		t.Fatal(err, problems)
	}
	b := badRatings(t, rnd, codes)
	insert(t, w, &b, "a")
	restate(t, w)
	queries := []evaluation.Query{
		{By: evaluation.ByTotal},
		{By: evaluation.ByTotal, Step: evaluation.StepWeek},
		{By: evaluation.ByTotal, Step: evaluation.StepQuarter},
		{By: evaluation.ByLine},
		{By: evaluation.ByLine, Step: evaluation.StepMonth, Region: "990200000000"},
		{By: evaluation.ByDepartment},
		{By: evaluation.ByDepartment, Region: "9902", Line: "公安", Step: evaluation.StepDay},
		{By: evaluation.ByHall},
		{By: evaluation.ByHall, Region: "99"},
		{By: evaluation.ByWindow, Hall: "H3"},
		{By: evaluation.ByTotal, Hall: "H3", Window: "01"},
		{By: evaluation.ByItem},
		{By: evaluation.ByItem, Department: "D2"},
		{By: evaluation.ByDepartmentItem},
	}
	for level := range 7 {
		queries = append(queries, evaluation.Query{By: evaluation.ByRegion, Level: level}, evaluation.Query{By: evaluation.ByRegionLine, Level: level})
	}
	for _, r := range w.Directory().Regions() {
		queries = append(queries,
			evaluation.Query{By: evaluation.ByRegion, Parent: r.Code}, evaluation.Query{By: evaluation.ByTotal, Region: r.Code},
			evaluation.Query{By: evaluation.ByRegion, Level: 2, Region: r.Code}, evaluation.Query{By: evaluation.ByRegion, Level: 4, Region: r.Code})
	}
	for _, q := range queries {
		q.From, q.To = calendar.MakeDay(2026, 1, 1), calendar.MakeDay(2026, 12, 31)
		want, got := map[string]uint64{}, map[string]uint64{}
		for _, r := range facts(t, w, q) {
			if n := r.Bad(); n > 0 {
				want[keyOf(&r)] += n
			}
		}
		rows := followUps(t, w, q, time.Now())
		for _, r := range rows {
			got[keyOf(&r)] += r.FollowUps.Bad
		}
		if len(got) != len(rows) {
			t.Errorf("%+v: %d rows of %d units", q, len(rows), len(got))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%+v (-facts +follow-ups):\n%s", q, diff)
		}
	}
	if _, err := w.FollowUps(t.Context(), evaluation.Query{By: evaluation.ByRegion, Hall: "H1"}, deadlines, time.Now()); err == nil {
		t.Error("a question that facts cannot answer is answered")
	}
}

func keyOf(r *evaluation.Row) string {
	return fmt.Sprintf("%s %q", r.Start, []string{r.Region, r.Line, r.Department, r.Hall, r.Window, r.Item, r.Channel})
}
