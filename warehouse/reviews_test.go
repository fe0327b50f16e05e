package warehouse_test

import (
	"fmt"
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

var everything = directory.Scope{All: true}

// comments lists the comments of the reviews that a query chooses, page after page.
func comments(t *testing.T, w *warehouse.Warehouse, q evaluation.ReviewQuery) []string {
	t.Helper()
	if q.From == 0 {
		q.Range = calendar.Range{From: may4 - 30, To: may4 + 30}
	}
	var out []string
	for {
		list, more, err := w.Reviews(t.Context(), q, deadlines)
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			out = append(out, list[i].Comment)
			q.After = list[i].Mark
		}
		if !more {
			return out
		}
	}
}

func importSample(t *testing.T, w *warehouse.Warehouse) {
	t.Helper()
	if problems, err := w.ImportDirectory(t.Context(), sampleDirectory(), "test"); err != nil {
		t.Fatal(problems, err)
	}
}

func said(text string, change func(*record.Rating)) func(*record.Rating) {
	return func(r *record.Rating) {
		r.Comment = text
		if change != nil {
			change(r)
		}
	}
}

func TestReviewsAreTheValidBadFirstRatings(t *testing.T) {
	w, _ := open(t)
	importSample(t, w)
	event := uuid.Must(uuid.NewV7())
	out := rating(may4, 1, said("excluded", nil))
	twice := rating(may4, 2, said("counts", nil))
	batch := record.Batch{
		Ratings: []record.Rating{
			twice, twice,
			rating(may4, 3, said("level 3", nil)),
			rating(may4, 1, said("second", func(r *record.Rating) { r.AssessNumber = 2 })),
			rating(may4, 1, said("test", func(r *record.Rating) { r.Test = true })),
			rating(may4, 1, said("probe", func(r *record.Rating) { r.Probe = true })),
			rating(may4, 1, said("default", func(r *record.Rating) { r.Answer, r.AnswerWeight = record.AnswerDefault, 2 })),
			rating(may4+40, 1, said("another period", nil)),
			rating(may4, 1, said("first of the event", func(r *record.Rating) { r.EventKey = event })),
			rating(may4, 1, said("superseded", func(r *record.Rating) { r.EventKey, r.RatedAt = event, r.RatedAt.Add(time.Hour) })),
			out,
		},
		FollowUps: []record.FollowUp{step(&out, record.StepExcluded, time.Hour)},
	}
	insert(t, w, &batch, "a")
	got := comments(t, w, evaluation.ReviewQuery{Scope: everything})
	if len(got) != 2 || !cmp.Equal(map[string]bool{got[0]: true, got[1]: true}, map[string]bool{"counts": true, "first of the event": true}) {
		t.Errorf("reviews %q", got)
	}
	// The excluded one can be opened, a superseded one or a good one cannot.
	for i, want := range map[int]bool{0: true, 2: false, 3: false, 4: false, 9: false, 10: true} {
		r, ok, err := w.Review(t.Context(), everything, batch.Ratings[i].ID, deadlines)
		if err != nil || ok != want || ok && (r.ID != batch.Ratings[i].ID || r.Excluded != (i == 10)) {
			t.Errorf("%s: %v %v %+v", batch.Ratings[i].Comment, ok, err, r)
		}
	}
	if _, ok, err := w.Review(t.Context(), everything, uuid.Must(uuid.NewV7()), deadlines); ok || err != nil {
		t.Errorf("an unknown one: %v %v", ok, err)
	}
}

// placesOf are ratings at every kind of place, each with its codes as its comment.
func placesOf() []record.Rating {
	var list []record.Rating
	for _, place := range []record.Place{
		{},
		{Region: "9901"},
		{Region: "9902"},
		{Region: "990101001"},
		{Hall: "H1"},
		{Hall: "H2"},
		{Department: "D1"},
		{Department: "D2"},
		{Item: "I1"},
		{Region: "9902", Department: "D1"},
		{Hall: "H1", Department: "D2"},
		{Region: "nowhere", Hall: "none", Department: "DX"},
	} {
		list = append(list, rating(may4, 1, said(fmt.Sprintf("%+v", place), func(r *record.Rating) {
			r.Place, r.RegionRaw = place, place.Region
		})))
	}
	return append(list, rating(may4, 1, said("as sent", func(r *record.Rating) {
		r.Region, r.RegionRaw = "990101001", "990101001001"
	})))
}

// What a scope shows of the raw records is what it allows, whichever way a record says where it belongs; and one record is
// shown to exactly those in whose list it stands.
func TestScopeOfReviews(t *testing.T) {
	w, _ := open(t)
	importSample(t, w)
	ratings := placesOf()
	insert(t, w, &record.Batch{Ratings: ratings}, "a")
	dir := w.Directory()
	lists := [][]string{nil, {"99"}, {"9901"}, {"9902"}, {"990101001"}, {"*"}, {""}, {"nowhere"}, {"9902", "990101"}}
	units := [][]string{nil, {"*"}, {"D1"}, {"D2"}, {"D1", "D2"}, {""}, {"DX"}, {`D1'`}}
	for _, all := range []bool{false, true} {
		for _, regions := range lists {
			for _, departments := range units {
				scope := directory.Scope{All: all, Regions: regions, Departments: departments}
				want := make(map[string]bool)
				for i := range ratings {
					place := ratings[i].Place
					region, department, _, _ := dir.Attribute(ratings[i].RegionRaw, place.Hall, place.Window, place.Department, place.Item)
					if scope.Allows(dir, region, department) {
						want[ratings[i].Comment] = true
					}
				}
				got := make(map[string]bool)
				for _, text := range comments(t, w, evaluation.ReviewQuery{Scope: scope}) {
					got[text] = true
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("scope %s (-want +got):\n%s", scope.Key(), diff)
				}
			}
		}
	}
	for _, scope := range []directory.Scope{{}, everything, {Regions: []string{"9901"}, Departments: []string{"*"}}, {Regions: []string{"*"}, Departments: []string{"D2"}}} {
		listed := make(map[string]bool)
		for _, text := range comments(t, w, evaluation.ReviewQuery{Scope: scope}) {
			listed[text] = true
		}
		for i := range ratings {
			if _, ok, err := w.Review(t.Context(), scope, ratings[i].ID, deadlines); err != nil || ok != listed[ratings[i].Comment] {
				t.Errorf("scope %s, %s: %v %v", scope.Key(), ratings[i].Comment, ok, err)
			}
		}
	}
}

func TestReviewsAreFiltered(t *testing.T) {
	w, _ := open(t)
	importSample(t, w)
	contacted := rating(may4, 1, said("Contacted 排队%太久_", func(r *record.Rating) { r.Hall, r.Window, r.Tags = "H1", "01", []string{"101", "108"} }))
	insert(t, w, &record.Batch{
		Ratings: []record.Rating{
			contacted,
			rating(may4, 2, said("态度 'quoted' \\ 差", func(r *record.Rating) { r.Department, r.Tags = "D2", []string{"207"} })),
			rating(may4+1, 2, said("", nil)),
		},
		FollowUps: []record.FollowUp{step(&contacted, record.StepContacted, time.Hour)},
	}, "a")
	first, second, third := "Contacted 排队%太久_", "态度 'quoted' \\ 差", ""
	for name, tt := range map[string]struct {
		q    evaluation.ReviewQuery
		want []string
	}{
		"a region":          {evaluation.ReviewQuery{Region: "9901"}, []string{first}},
		"another":           {evaluation.ReviewQuery{Region: "9902"}, []string{second}},
		"a department":      {evaluation.ReviewQuery{Department: "D2"}, []string{second}},
		"a hall":            {evaluation.ReviewQuery{Hall: "H1"}, []string{first}},
		"a tag":             {evaluation.ReviewQuery{Tag: "108"}, []string{first}},
		"contacted":         {evaluation.ReviewQuery{State: evaluation.ReviewContacted}, []string{first}},
		"open":              {evaluation.ReviewQuery{State: evaluation.ReviewOpen}, []string{second, third}},
		"rectified":         {evaluation.ReviewQuery{State: evaluation.ReviewRectified}, nil},
		"text":              {evaluation.ReviewQuery{Text: "排队"}, []string{first}},
		"text of any case":  {evaluation.ReviewQuery{Text: "QUOTED"}, []string{second}},
		"a sign is a sign":  {evaluation.ReviewQuery{Text: "%"}, []string{first}},
		"and an underscore": {evaluation.ReviewQuery{Text: "_"}, []string{first}},
		"quotes":            {evaluation.ReviewQuery{Text: `'quoted' \ `}, []string{second}},
		"no such text":      {evaluation.ReviewQuery{Text: "队排"}, nil},
		"a day":             {evaluation.ReviewQuery{Range: calendar.Range{From: may4 + 1, To: may4 + 1}}, []string{third}},
		"no such region":    {evaluation.ReviewQuery{Region: "nowhere"}, nil},
	} {
		tt.q.Scope = everything
		if diff := cmp.Diff(tt.want, comments(t, w, tt.q)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		tt.q.Scope = directory.Scope{}
		if got := comments(t, w, tt.q); len(got) > 0 {
			t.Errorf("%s shows %q to nobody", name, got)
		}
	}
	if _, _, err := w.Reviews(t.Context(), evaluation.ReviewQuery{Scope: everything}, deadlines); err != nil {
		t.Error(err) // a period of one day, long ago
	}
	if _, _, err := w.Reviews(t.Context(), evaluation.ReviewQuery{Range: calendar.Range{From: may4, To: may4 - 1}}, deadlines); err == nil {
		t.Error("a period that ends before it begins is read")
	}
}

// The nearest deadline stands first, what has none known after all that have one, what is done at the end; and pages are a
// cut of one list, also where clocks are the same.
func TestReviewsByClock(t *testing.T) {
	w, _ := open(t)
	var batch record.Batch
	add := func(day calendar.Day, text string, steps ...string) {
		r := rating(day, 1, said(text, nil))
		batch.Ratings = append(batch.Ratings, r)
		for _, name := range steps {
			batch.FollowUps = append(batch.FollowUps, step(&r, name, time.Hour))
		}
	}
	add(may4+3, "3: open, due on day 4")
	add(may4, "2: contacted, due on day 5", record.StepContacted)
	add(may4-2, "1: open, due on day -1")
	add(may4+9, "4: deadline not known")
	add(may4-1, "6: rectified", record.StepContacted, record.StepRectified)
	add(may4+1, "5: dismissed", record.StepDismissed)
	insert(t, w, &batch, "a")
	unknown := func(rated calendar.Day) (contact, rectify time.Time) {
		if rated == may4+9 {
			return time.Time{}, time.Time{}
		}
		return deadlines(rated)
	}
	list, more, err := w.Reviews(t.Context(), evaluation.ReviewQuery{Range: calendar.Range{From: may4 - 9, To: may4 + 9}, Scope: everything}, unknown)
	if err != nil || more {
		t.Fatal(more, err)
	}
	var order []string
	for i := range list {
		order = append(order, list[i].Comment[:1])
	}
	if diff := cmp.Diff([]string{"1", "3", "2", "4", "5", "6"}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}

	var many record.Batch
	for i := range 2*evaluation.ReviewPage + 7 {
		many.Ratings = append(many.Ratings, rating(may4+20, 2, said(fmt.Sprint(i), nil)))
	}
	insert(t, w, &many, "b")
	seen := make(map[string]int)
	for _, text := range comments(t, w, evaluation.ReviewQuery{Range: calendar.Range{From: may4 + 20, To: may4 + 20}, Scope: everything}) {
		seen[text]++
	}
	if len(seen) != len(many.Ratings) {
		t.Errorf("%d of %d reviews on all pages", len(seen), len(many.Ratings))
	}
	for text, n := range seen {
		if n != 1 {
			t.Errorf("%s stands there %d times", text, n)
		}
	}
}

func TestReviewWithStepsAndCase(t *testing.T) {
	w, _ := open(t)
	importSample(t, w)
	bad := rating(may4, 1, said("text", func(r *record.Rating) {
		r.Hall, r.Window, r.Item, r.Tags, r.CaseID, r.Contact, r.RaterToken = "H1", "01", "I1", []string{"108"}, "C'1", "sealed", "token"
	}))
	called, note := step(&bad, record.StepCalledBack, 3*time.Hour, false), step(&bad, record.StepContacted, time.Hour)
	note.By, note.Note = "S1", "called"
	at := may4.Start(shanghai)
	insert(t, w, &record.Batch{
		Ratings: []record.Rating{bad}, FollowUps: []record.FollowUp{called, note, note},
		Cases: []record.Case{{
			Source: "test", CaseID: "C'1", Version: 1, Status: "finished", AcceptedAt: at, AcceptedDay: may4, FinishedAt: at.Add(time.Hour), FinishedDay: may4,
			HandlingSeconds: 3600, Visits: 1,
		}},
	}, "a")
	r, ok, err := w.Review(t.Context(), everything, bad.ID, deadlines)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if r.Region != "990101" || r.Department != "D1" || r.Hall != "H1" || r.Window != "01" || r.Level != 1 || r.State != evaluation.ReviewContacted {
		t.Errorf("review %+v", r.Review)
	}
	if contact, rectify := deadlines(may4); !r.ContactDue.Equal(contact) || !r.RectifyDue.Equal(rectify) {
		t.Errorf("due %v and %v", r.ContactDue, r.RectifyDue)
	}
	if len(r.Steps) != 2 || r.Steps[0].Step != record.StepContacted || r.Steps[0].Note != "called" || r.Steps[1].Satisfied == nil || *r.Steps[1].Satisfied {
		t.Errorf("steps %+v", r.Steps)
	}
	if r.Case == nil || r.Case.Status != "finished" || !r.Case.FinishedAt.Equal(at.Add(time.Hour)) || !r.Case.PromisedAt.IsZero() || r.Case.HandlingSeconds != 3600 {
		t.Errorf("case %+v", r.Case)
	}
}
