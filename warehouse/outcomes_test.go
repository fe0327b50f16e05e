package warehouse_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/record"
)

// Outcomes are the follow-ups of the same ratings, told apart by day, place and department at once.
func TestOutcomesAreTheFollowUps(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 55))
	w, _ := open(t)
	part, codes := randomDirectory(rnd)
	if problems, err := w.ImportDirectory(t.Context(), part, "all"); err != nil {
		t.Fatal(err, problems)
	}
	b := badRatings(t, rnd, codes)
	insert(t, w, &b, "a")
	days, now := calendar.Range{From: calendar.MakeDay(2026, 1, 1), To: calendar.MakeDay(2026, 12, 31)}, may4.Start(shanghai).Add(20*24*time.Hour)
	list, err := w.Outcomes(t.Context(), days, deadlines, now)
	if err != nil {
		t.Fatal(err)
	}
	add := func(of map[string]uint64, key string, n uint64) {
		if n > 0 {
			of[key] += n
		}
	}
	byDepartment, byRegion := map[string]uint64{}, map[string]uint64{}
	for i := range list {
		o := &list[i]
		add(byDepartment, o.Department, o.Bad)
		for _, r := range w.Directory().Path(o.Region) {
			add(byRegion, r, o.Bad)
		}
		if o.Open.Total() != o.Bad {
			t.Fatalf("nothing was done about them, and yet %d of %d wait", o.Open.Total(), o.Bad)
		}
	}
	for _, c := range []struct {
		got  map[string]uint64
		q    evaluation.Query
		code func(*evaluation.Row) string
	}{
		{byDepartment, evaluation.Query{By: evaluation.ByDepartment}, func(r *evaluation.Row) string { return r.Department }},
		{byRegion, evaluation.Query{By: evaluation.ByTotal}, func(*evaluation.Row) string { return "" }},
	} {
		want := map[string]uint64{}
		if c.q.By == evaluation.ByDepartment {
			for _, r := range followUps(t, w, c.q, now) {
				add(want, c.code(&r), r.FollowUps.Bad)
			}
		} else {
			for _, region := range w.Directory().Regions() {
				c.q.Region = region.Code
				for _, r := range followUps(t, w, c.q, now) {
					add(want, region.Code, r.FollowUps.Bad)
				}
			}
		}
		if diff := cmp.Diff(want, c.got); diff != "" {
			t.Errorf("by %s (-follow-ups +outcomes):\n%s", c.q.By, diff)
		}
	}
}

// What waits stands under one clock: that of its next step. A rating of 4 May is to be contacted before 6 May and
// rectified before 10 May.
func TestClocks(t *testing.T) {
	const hour = time.Hour
	for _, tt := range []struct {
		name  string
		steps map[string]time.Duration
		now   time.Duration
		want  evaluation.Clocks
	}{
		{"on the day", nil, 10 * hour, evaluation.Clocks{Today: 1}},
		{"a day before contact is due", nil, 24 * hour, evaluation.Clocks{Soon: 1}},
		{"contact is due", nil, 48 * hour, evaluation.Clocks{Overdue: 1}},
		{"contacted", map[string]time.Duration{record.StepContacted: hour}, 48 * hour, evaluation.Clocks{Later: 1}},
		{"rectification is due within a day", map[string]time.Duration{record.StepContacted: hour}, 5*24*hour + 1, evaluation.Clocks{Soon: 1}},
		{"rectification is due", map[string]time.Duration{record.StepContacted: hour}, 6 * 24 * hour, evaluation.Clocks{Overdue: 1}},
		{"rectified", map[string]time.Duration{record.StepRectified: hour}, 9 * 24 * hour, evaluation.Clocks{}},
		{"dismissed", map[string]time.Duration{record.StepDismissed: hour}, 9 * 24 * hour, evaluation.Clocks{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, _ := open(t)
			bad := rating(may4, 1, nil)
			b := record.Batch{Ratings: []record.Rating{bad}}
			for name, after := range tt.steps {
				b.FollowUps = append(b.FollowUps, step(&bad, name, after))
			}
			insert(t, w, &b, "a")
			list, err := w.Outcomes(t.Context(), calendar.Range{From: may4, To: may4}, deadlines, may4.Start(shanghai).Add(tt.now))
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			if list[0].Open != tt.want {
				t.Errorf("%+v, want %+v", list[0].Open, tt.want)
			}
		})
	}
}
