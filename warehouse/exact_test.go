package warehouse_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/record"
	"haochaping/warehouse"
)

// connect opens a connection of the test's own to a warehouse's database.
func connect(t *testing.T, o warehouse.Options) driver.Conn {
	t.Helper()
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr: []string{o.Address}, Auth: clickhouse.Auth{Database: o.Database, Username: o.Username, Password: o.Password},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn
}

func do(t *testing.T, conn driver.Conn, statement string) {
	t.Helper()
	if err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// A rating wins its service event, then loses its own id to another content on another
// day: the event's second rating, on a third day, counts again.
func TestLostIDReachesTheOtherRatingsOfItsEvent(t *testing.T) {
	w, _ := open(t)
	event := uuid.Must(uuid.NewV7())
	second := rating(may4, 2, func(r *record.Rating) { r.EventKey, r.Answer, r.AnswerWeight = event, record.AnswerDefault, 2 })
	winner := rating(may4+3, 5, func(r *record.Rating) { r.EventKey = event })
	insert(t, w, &record.Batch{Ratings: []record.Rating{second, winner}}, "a")
	restate(t, w)
	if f := total(t, w); f.Valid() != 1 || f.DefaultsTotal() != 0 {
		t.Fatalf("before the conflict: %d active, %d default; want 1 and 0", f.Valid(), f.DefaultsTotal())
	}
	usurper := winner
	usurper.ContentHash, usurper.Level, usurper.EventDay, usurper.EventKey = 0, 1, may4+9, uuid.Nil
	insert(t, w, &record.Batch{Ratings: []record.Rating{usurper}}, "b")
	restate(t, w)
	if f := total(t, w); f.Levels != [5]uint64{1, 0, 0, 0, 0} || f.Defaults != [5]uint64{0, 1, 0, 0, 0} {
		t.Errorf("after the conflict: levels %v, defaults %v", f.Levels, f.Defaults)
	}
}

// One event is one event, whichever of prompt and rating names it.
func TestPromptAndRatingShareOneEvent(t *testing.T) {
	id := func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	at := may4.Start(shanghai).Add(10 * time.Hour)
	for name, named := range map[string]struct{ prompt, rating bool }{
		"neither": {}, "the prompt": {prompt: true}, "the rating": {rating: true}, "both": {true, true},
	} {
		w, _ := open(t)
		event := id()
		p := record.Prompt{ID: id(), Source: "test", ServedAt: at, ShownAt: at, EventDay: may4}
		if named.prompt {
			p.EventKey = event
		}
		r := rating(may4, 5, func(r *record.Rating) { r.PromptID = p.ID })
		if named.rating {
			r.EventKey = event
		}
		insert(t, w, &record.Batch{Prompts: []record.Prompt{p}, Ratings: []record.Rating{r}}, "a")
		restate(t, w)
		if f := total(t, w); f.Events != 1 || f.Rated != 1 || f.Prompted != 1 {
			t.Errorf("named by %s: %d events, %d rated, %d prompted; want 1 each", name, f.Events, f.Rated, f.Prompted)
		}
	}
}

// A month closes without any record coming in; its figures stay, before and after its
// days are summed.
func TestMonthClosesInSilence(t *testing.T) {
	w, _ := open(t)
	insert(t, w, &record.Batch{Ratings: []record.Rating{rating(may4, 5, nil)}}, "a")
	before := func(step string, now time.Time) uint64 {
		t.Helper()
		if _, err := w.Restate(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if f := total(t, w); f.Valid() != 1 {
			t.Errorf("%s: %d ratings, want 1", step, f.Valid())
		}
		g, err := w.Generation(t.Context())
		if err != nil || g.Records != 1 {
			t.Fatalf("%s: %d records, want 1 (%v)", step, g.Records, err)
		}
		return g.Number
	}
	open := before("in May", (may4 + 5).Start(shanghai))
	if idle := before("still in May", (may4 + 6).Start(shanghai)); idle != open {
		t.Errorf("an idle look made generation %d of %d", idle, open)
	}
	closed := before("in August", (may4 + 100).Start(shanghai))
	if closed == open {
		t.Error("readers do not learn that the month was summed")
	}
	if idle := before("still in August", (may4 + 101).Start(shanghai)); idle != closed {
		t.Errorf("a summed month was summed again")
	}
}

// The time of data is that of the newest record, whenever it came in and whatever was
// recomputed since.
func TestDataTimeIsThatOfTheData(t *testing.T) {
	w, _ := open(t)
	check := func(step string, want time.Time) {
		t.Helper()
		restate(t, w)
		g, err := w.Generation(t.Context())
		if err != nil || g.DataTime != want.Unix() {
			t.Errorf("%s: time of data %s, want %s (%v)", step, time.Unix(g.DataTime, 0).In(shanghai), want, err)
		}
	}
	noon := may4.Start(shanghai).Add(12 * time.Hour)
	insert(t, w, &record.Batch{Ratings: []record.Rating{
		rating(may4, 5, nil), rating(may4-40, 5, nil),
		rating(may4+2, 5, func(r *record.Rating) { r.Test = true }),
	}}, "a")
	check("ratings", noon)
	if _, err := w.ImportDirectory(t.Context(), sampleDirectory(), "all"); err != nil {
		t.Fatal(err)
	}
	check("directory", noon)
	if _, err := w.RestateRange(t.Context(), calendar.Range{From: may4, To: may4 + 30}, time.Now()); err != nil {
		t.Fatal(err)
	}
	check("asked", noon)
	accepted := noon.Add(26 * time.Hour)
	insert(t, w, &record.Batch{Cases: []record.Case{{
		Source: "test", CaseID: "C1", Version: 1, Kind: "case", Status: "in_progress", AcceptedAt: accepted, AcceptedDay: may4 + 1,
		HandlingSeconds: -1, Visits: -1,
	}}}, "b")
	check("an open case", accepted)
	future := calendar.DayOf(time.Now(), shanghai) + 100
	insert(t, w, &record.Batch{Tallies: []record.Tally{{
		Stamp: record.Stamp{ReceivedAt: accepted.Add(time.Hour)}, Source: "test", From: may4, To: future, Answer: record.AnswerActive, Level: 5, Count: 7,
	}}}, "c")
	check("a table of a period that is not over", accepted.Add(time.Hour))
}

// Two contents under one id of a step are one appeal's worth of luck for nobody: the
// order of arrival does not decide.
func TestConflictingStepsHaveOneWinner(t *testing.T) {
	bad := rating(may4, 1, nil)
	out := record.FollowUp{
		Stamp: record.Stamp{ContentHash: 1}, ID: uuid.Must(uuid.NewV7()), RatingID: bad.ID,
		Step: record.StepExcluded, At: bad.RatedAt.Add(time.Hour),
	}
	back := out
	back.Step, back.ContentHash = record.StepReinstated, 2
	var excluded []uint64
	for _, order := range [][]record.FollowUp{{out, back}, {back, out}} {
		w, _ := open(t)
		insert(t, w, &record.Batch{FollowUps: order[:1]}, "a") // before the rating
		insert(t, w, &record.Batch{Ratings: []record.Rating{bad}}, "b")
		insert(t, w, &record.Batch{FollowUps: order[1:]}, "c")
		restate(t, w)
		excluded = append(excluded, total(t, w).Excluded)
	}
	if excluded[0] != 0 || excluded[1] != 0 {
		t.Errorf("excluded in the two orders of arrival: %v, want 0 in both", excluded)
	}
}

// Whatever step of an insert fails, the same insert once more completes it.
func TestInsertIsCompletedByItsRepeat(t *testing.T) {
	for _, table := range []string{"bad_ratings", "rating_keys", "rating_collisions", "cases", "prompts", "follow_ups", "tallies", "day_marks"} {
		w, o := open(t)
		conn := connect(t, o)
		event := uuid.Must(uuid.NewV7())
		insert(t, w, &record.Batch{Ratings: []record.Rating{rating(may4-1, 3, func(r *record.Rating) { r.EventKey = event })}}, "first")
		restate(t, w)
		batch := &record.Batch{
			Ratings: []record.Rating{
				rating(may4, 5, func(r *record.Rating) { r.EventKey, r.RatedAt = event, r.RatedAt.Add(-72*time.Hour) }), rating(may4, 1, nil),
			},
			Cases: []record.Case{{
				Source: "test", CaseID: "C1", Version: 1, Kind: "case", Status: "in_progress",
				AcceptedAt: may4.Start(shanghai), AcceptedDay: may4, HandlingSeconds: -1, Visits: -1,
			}},
			Prompts: []record.Prompt{{ID: uuid.Must(uuid.NewV7()), Source: "test", EventDay: may4}},
			Tallies: []record.Tally{{Source: "test", From: may4, To: may4, Answer: record.AnswerActive, Level: 5, Count: 7}},
		}
		batch.FollowUps = []record.FollowUp{{ID: uuid.Must(uuid.NewV7()), RatingID: batch.Ratings[1].ID, Step: record.StepExcluded, At: time.Now()}}
		do(t, conn, "RENAME TABLE "+table+" TO away")
		if err := w.Insert(t.Context(), batch, "second"); err == nil {
			t.Errorf("without %s the insert says that all is stored", table)
		}
		do(t, conn, "RENAME TABLE away TO "+table)
		restate(t, w)
		insert(t, w, batch, "second")
		restate(t, w)
		var bad, apart uint64
		if err := conn.QueryRow(t.Context(), "SELECT (SELECT count() FROM ratings FINAL WHERE level < 3), (SELECT count() FROM bad_ratings FINAL)").Scan(&bad, &apart); err != nil || bad != 1 || apart != bad {
			t.Errorf("failed at %s, repeated: %d bad ratings, %d of them apart: %v", table, bad, apart, err)
		}
		f := total(t, w)
		if f.Levels != [5]uint64{0, 0, 0, 0, 8} || f.Excluded != 1 || f.Accepted != 1 || f.Events != 2 {
			t.Errorf("failed at %s, repeated: levels %v, %d excluded, %d accepted, %d events", table, f.Levels, f.Excluded, f.Accepted, f.Events)
		}
	}
}

// Codes come from anybody: none of them is SQL, and each finds exactly its own figures.
func TestHostileCodes(t *testing.T) {
	codes := []string{
		`'`, `\`, `\'`, `'); DROP TABLE ratings; --`, `a\nb`, "a\nb", "a\tb", "a\rb", "a\bb", `\N`, `NULL`, `{region:String}`, `']`, `["x"]`,
		"中文　宽", "😀", `"`, "`", `%`, `$1`, `?`, "a\\", "@x", "\x7f", "é", "e\u0301", strings.Repeat("长", 64),
	}
	w, _ := open(t)
	dir := sampleDirectory()
	var b record.Batch
	for i, code := range codes {
		b.Ratings = append(b.Ratings, rating(may4, 5, func(r *record.Rating) { r.Hall, r.Window, r.Department, r.Item = code, code, code, code }))
		dir.Halls = append(dir.Halls, directory.Hall{Code: code, Name: "厅", Region: "9902"})
		dir.Departments = append(dir.Departments, directory.Department{Code: code, Name: "局", Region: "9902", Line: code})
		dir.Regions = append(dir.Regions, directory.Region{Code: code, Name: "区", Parent: "99"})
		b.Ratings = append(b.Ratings, rating(may4+calendar.Day(i), 5, func(r *record.Rating) { r.Region = code }))
	}
	insert(t, w, &b, "a")
	if problems, err := w.ImportDirectory(t.Context(), dir, "all"); err != nil {
		t.Fatal(err, problems)
	}
	restate(t, w)
	for _, code := range codes {
		for _, q := range []evaluation.Query{
			{By: evaluation.ByTotal, Department: code},
			{By: evaluation.ByTotal, Line: code},
			{By: evaluation.ByTotal, Hall: code},
			{By: evaluation.ByTotal, Hall: code, Window: code},
			{By: evaluation.ByTotal, Region: code},
			{By: evaluation.ByRegion, Level: 2, Region: code},
			{By: evaluation.ByItem, Department: code},
			{By: evaluation.ByRegion, Parent: "99", Region: code},
		} {
			if got := sumValid(facts(t, w, q)); got != 1 {
				t.Errorf("code %q, %+v: %d ratings, want 1", code, q, got)
			}
		}
		if err := w.StoreSetting(t.Context(), "hostile", code); err != nil {
			t.Error(err)
		}
		if got, err := w.Setting(t.Context(), "hostile"); err != nil || got != code {
			t.Errorf("setting %q comes back as %q, %v", code, got, err)
		}
	}
	if n := sumValid(facts(t, w, evaluation.Query{By: evaluation.ByHall, Region: "9902"})); n != uint64(len(codes)) {
		t.Errorf("halls of a region: %d ratings, want %d", n, len(codes))
	}
	for _, unknown := range []evaluation.Query{
		{By: evaluation.ByHall, Region: "nowhere"},
		{By: evaluation.ByHall, Region: "9901"},
		{By: evaluation.ByRegion, Parent: "nowhere"},
		{By: evaluation.ByRegion, Region: "nowhere"},
		{By: evaluation.ByTotal, Region: "nowhere"},
		{By: evaluation.ByDepartment, Region: "nowhere"},
	} {
		if rows := facts(t, w, unknown); len(rows) != 0 {
			t.Errorf("%+v: %d rows", unknown, len(rows))
		}
	}
}

// A filter that a table cannot apply is refused; it is never left out.
func TestUnanswerableQuestions(t *testing.T) {
	w, _ := open(t)
	for _, q := range []evaluation.Query{
		{By: evaluation.ByTotal, Hall: "H1", Department: "D1"},
		{By: evaluation.ByTotal, Hall: "H1", Line: "公安"},
		{By: evaluation.ByHall, Line: "公安"},
		{By: evaluation.ByWindow, Department: "D1"},
		{By: evaluation.ByDepartment, Hall: "H1"},
		{By: evaluation.ByRegion, Hall: "H1"},
		{By: evaluation.ByItem, Region: "99"},
		{By: evaluation.ByDepartmentItem, Region: "99"},
		{By: evaluation.ByDepartmentItem, Step: evaluation.StepWeek},
		{By: evaluation.ByItem, Hall: "H1"},
		{By: evaluation.ByTotal, Item: "I1", Region: "99"},
		{By: evaluation.ByTotal, Item: "I1", Hall: "H1"},
		{By: evaluation.ByTotal, Item: "I1", Step: evaluation.StepDay},
		{By: evaluation.ByDepartment, Item: "I1"},
		{By: evaluation.ByLine, Item: "I1"},
		{By: evaluation.ByRegion, Level: 1, Item: "I1"},
		{By: evaluation.ByTotal, Window: "01"},
		{By: "nothing"},
		{By: evaluation.ByTotal, Step: "hour"},
	} {
		q.From, q.To = may4, may4
		if rows, err := w.Facts(t.Context(), q); err == nil {
			t.Errorf("%+v is answered: %v", q, rows)
		}
	}
}

func sumValid(rows []evaluation.Row) (n uint64) {
	for i := range rows {
		n += rows[i].Valid()
	}
	return n
}

// Two instances on one database restate at once while records come in.
func TestTwoInstances(t *testing.T) {
	a, o := open(t)
	b, err := warehouse.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	var group errgroup.Group
	stop := make(chan struct{})
	for _, w := range []*warehouse.Warehouse{a, b} {
		group.Go(func() error {
			for {
				select {
				case <-stop:
					return nil
				default:
				}
				if _, err := w.Restate(t.Context(), time.Now()); err != nil {
					return err
				}
			}
		})
	}
	const batches, size = 25, 40
	for i := range batches {
		var batch record.Batch
		for n := range size {
			batch.Ratings = append(batch.Ratings, rating(may4+calendar.Day(n%6), uint8(1+n%5), nil))
		}
		insert(t, []*warehouse.Warehouse{a, b}[i%2], &batch, fmt.Sprint(i))
	}
	close(stop)
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	restate(t, a)
	if work, err := b.Restate(t.Context(), time.Now()); err != nil || work.Periods != 0 {
		t.Errorf("the other instance finds %d dirty days, %v", work.Periods, err)
	}
	if f := total(t, a); f.Valid() != batches*size {
		t.Errorf("%d ratings counted, want %d", f.Valid(), batches*size)
	}
}

// A restatement waits for one that is under way elsewhere, and not for ever for one that died.
func TestRestatementWaitsForTheLease(t *testing.T) {
	w, o := open(t)
	conn := connect(t, o)
	insert(t, w, &record.Batch{Ratings: []record.Rating{rating(may4, 5, nil)}}, "a")
	do(t, conn, "INSERT INTO leases SELECT 'restate', generateUUIDv4(), now64(3) + INTERVAL 2 SECOND, 1")
	began := time.Now()
	restate(t, w)
	if took := time.Since(began); took < 1500*time.Millisecond {
		t.Errorf("restated after %s, while another instance held the lease", took)
	}
	if f := total(t, w); f.Valid() != 1 {
		t.Errorf("%d ratings, want 1", f.Valid())
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	do(t, conn, "INSERT INTO leases SELECT 'restate', generateUUIDv4(), now64(3) + INTERVAL 1 HOUR, 1")
	insert(t, w, &record.Batch{Ratings: []record.Rating{rating(may4, 5, nil)}}, "b")
	if _, err := w.Restate(ctx, time.Now()); err == nil {
		t.Error("restated without the lease")
	}
}
