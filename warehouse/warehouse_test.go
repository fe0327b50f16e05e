package warehouse_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/engine/enginetest"
	"haochaping/evaluation"
	"haochaping/record"
	"haochaping/warehouse"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

var databases atomic.Int32

var shanghai = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return zone
}()

// open returns a warehouse in a database of its own.
func open(t *testing.T) (*warehouse.Warehouse, warehouse.Options) {
	t.Helper()
	e := enginetest.Start(t)
	o := warehouse.Options{
		Address: e.Address(), Database: fmt.Sprintf("test_%d", databases.Add(1)),
		Username: e.User(), Password: e.Password(), Zone: shanghai, Logger: slog.New(slog.DiscardHandler),
	}
	conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{o.Address}, Auth: clickhouse.Auth{Username: o.Username, Password: o.Password}})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Exec(t.Context(), "CREATE DATABASE "+o.Database+" ENGINE = Atomic"); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := warehouse.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w, o
}

func insert(t *testing.T, w *warehouse.Warehouse, b *record.Batch, token string) {
	t.Helper()
	if err := w.Insert(t.Context(), b, token); err != nil {
		t.Fatal(err)
	}
}

func restate(t *testing.T, w *warehouse.Warehouse) {
	t.Helper()
	if _, err := w.Restate(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RestateItems(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func facts(t *testing.T, w *warehouse.Warehouse, q evaluation.Query) []evaluation.Row {
	t.Helper()
	if q.From == 0 {
		q.From, q.To = calendar.MakeDay(2020, 1, 1), calendar.MakeDay(2030, 12, 31)
	}
	rows, err := w.Facts(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func total(t *testing.T, w *warehouse.Warehouse) evaluation.Facts {
	t.Helper()
	rows := facts(t, w, evaluation.Query{By: evaluation.ByTotal})
	if len(rows) == 0 {
		return evaluation.Facts{}
	}
	return rows[0].Facts
}

// rating makes an active rating at noon of a day in Shanghai.
func rating(day calendar.Day, level uint8, change func(*record.Rating)) record.Rating {
	at := day.Start(shanghai).Add(12 * time.Hour)
	r := record.Rating{
		Stamp: record.Stamp{ReceivedAt: at, ContentHash: uint64(level)}, ID: uuid.Must(uuid.NewV7()), Source: "test",
		AssessNumber: 1, Answer: record.AnswerActive, AnswerWeight: 3, Level: level, Channel: record.ChannelTablet,
		RatedAt: at, RatedAtRaw: at, EventDay: day,
	}
	if change != nil {
		change(&r)
	}
	return r
}

var may4 = calendar.MakeDay(2026, 5, 4)

func sampleDirectory() *warehouse.DirectoryPart {
	return &warehouse.DirectoryPart{
		Regions: []directory.Region{
			{Code: "99", Name: "示例省"},
			{Code: "9901", Name: "一市", Parent: "99"},
			{Code: "9902", Name: "二市", Parent: "99"},
			{Code: "990101", Name: "甲县", Parent: "9901"},
			{Code: "990101001", Name: "甲乡", Parent: "990101"},
			{Code: "990101001001", Name: "甲村", Parent: "990101001"},
		},
		Halls:       []directory.Hall{{Code: "H1", Name: "甲厅", Region: "990101"}, {Code: "H2", Name: "乡厅", Region: "990101001"}},
		Windows:     []directory.Window{{Hall: "H1", Code: "01", Name: "一号窗"}},
		Departments: []directory.Department{{Code: "D1", Name: "甲局", Region: "990101", Line: "公安"}, {Code: "D2", Name: "乙局", Region: "9902", Line: "人社"}},
		Items:       []directory.Item{{Code: "I1", Name: "办证", Department: "D1"}},
	}
}

func TestAttributionFollowsTheDirectory(t *testing.T) {
	w, _ := open(t)
	insert(t, w, &record.Batch{Ratings: []record.Rating{
		rating(may4, 5, func(r *record.Rating) { r.Hall, r.Window, r.Item = "H1", "01", "I1" }),
		rating(may4, 1, func(r *record.Rating) { r.Department = "D2" }),
		rating(may4, 4, func(r *record.Rating) { r.Region = "990101001001" }),
		rating(may4, 3, func(r *record.Rating) { r.Hall = "nowhere" }),
	}}, "a")
	restate(t, w)
	if rows := facts(t, w, evaluation.Query{By: evaluation.ByRegion, Level: 1}); len(rows) != 1 || rows[0].Region != "" || rows[0].Valid() != 4 {
		t.Errorf("regions before the directory is known, want one unattributed: %+v", rows)
	}
	if f := total(t, w); f.Valid() != 4 {
		t.Errorf("unattributed ratings in the total: %d, want 4", f.Valid())
	}

	if problems, err := w.ImportDirectory(t.Context(), sampleDirectory(), "all"); err != nil {
		t.Fatal(err, problems)
	}
	restate(t, w)
	// The same once more is no change, unless the first time was stopped before its days were marked.
	for _, pending := range []string{"", "marks"} {
		if err := w.StoreSetting(t.Context(), "directory.pending", pending); err != nil {
			t.Fatal(err)
		}
		if problems, err := w.ImportDirectory(t.Context(), sampleDirectory(), "all"); err != nil {
			t.Fatal(err, problems)
		}
		if work, err := w.Restate(t.Context(), time.Now()); err != nil || (work.Periods > 0) != (pending != "") {
			t.Errorf("the same directory again, pending %q: %d periods counted anew, %v", pending, work.Periods, err)
		}
	}
	want := map[string]uint64{"": 1, "99": 3, "9901": 2, "9902": 1, "990101": 2, "990101001": 1, "990101001001": 1}
	for level := 1; level <= 5; level++ {
		for _, r := range facts(t, w, evaluation.Query{By: evaluation.ByRegion, Level: level}) {
			if r.Valid() != want[r.Region] {
				t.Errorf("level %d, region %s: %d ratings, want %d", level, r.Region, r.Valid(), want[r.Region])
			}
			delete(want, r.Region)
		}
	}
	if len(want) > 0 {
		t.Errorf("regions without a row: %v", want)
	}
	for _, c := range []struct {
		query evaluation.Query
		want  string
	}{
		{evaluation.Query{By: evaluation.ByLine}, "=2 人社=1 公安=1"},
		{evaluation.Query{By: evaluation.ByLine, Region: "990101"}, "=1 公安=1"},
		{evaluation.Query{By: evaluation.ByLine, Region: "990101001"}, "=1"}, // deeper than day_region
		{evaluation.Query{By: evaluation.ByRegionLine, Parent: "990101"}, "990101001=1"},
		{evaluation.Query{By: evaluation.ByRegion, Parent: "99"}, "9901=2 9902=1"},
		{evaluation.Query{By: evaluation.ByRegion, Parent: "990101001"}, "990101001001=1"},
		{evaluation.Query{By: evaluation.ByRegionLine, Level: 2}, "9901/=1 9901/公安=1 9902/人社=1"},
		{evaluation.Query{By: evaluation.ByDepartment}, "=2 D1=1 D2=1"},
		{evaluation.Query{By: evaluation.ByDepartment, Region: "9901"}, "=1 D1=1"},
		{evaluation.Query{By: evaluation.ByDepartment, Line: "公安"}, "D1=1"},
		{evaluation.Query{By: evaluation.ByHall}, "H1=1 nowhere=1"},
		{evaluation.Query{By: evaluation.ByHall, Region: "99"}, "H1=1"},
		{evaluation.Query{By: evaluation.ByWindow, Hall: "H1"}, "H1/01=1"},
		{evaluation.Query{By: evaluation.ByItem}, "I1=1"},
		{evaluation.Query{By: evaluation.ByItem, Department: "D1"}, "I1=1"},
		{evaluation.Query{By: evaluation.ByItem, Item: "I1"}, "I1=1"},
		{evaluation.Query{By: evaluation.ByTotal, Item: " I1 "}, "=1"},
		{evaluation.Query{By: evaluation.ByTotal, Item: "I1", Department: "D1", Step: evaluation.StepMonth}, "=1"},
		{evaluation.Query{By: evaluation.ByTotal, Item: "I1", Department: "D2"}, ""},
		{evaluation.Query{By: evaluation.ByDepartmentItem, Item: "I1"}, "D1I1=1"},
		{evaluation.Query{By: evaluation.ByTotal, Item: "nowhere"}, ""},
		{evaluation.Query{By: evaluation.ByTotal, Region: "9901"}, "=2"},
		{evaluation.Query{By: evaluation.ByTotal, Region: "990101001"}, "=1"},
		{evaluation.Query{By: evaluation.ByTotal, Department: "D2"}, "=1"},
		{evaluation.Query{By: evaluation.ByTotal, Hall: "H1", Window: "01"}, "=1"},
		{evaluation.Query{By: evaluation.ByTotal, Region: "9901", Line: "公安"}, "=1"},
	} {
		if got := summary(facts(t, w, c.query)); got != c.want {
			t.Errorf("%+v:\n got %s\nwant %s", c.query, got, c.want)
		}
	}
}

// summary writes key=valid ratings for each row.
func summary(rows []evaluation.Row) string {
	var out string
	for i, r := range rows {
		if i > 0 {
			out += " "
		}
		key := r.Region + r.Department + r.Hall + r.Item
		if r.Line != "" || r.Region != "" && r.Line == "" && hasLine(rows) {
			if r.Region != "" {
				key += "/"
			}
			key += r.Line
		}
		if r.Window != "" {
			key += "/" + r.Window
		}
		out += fmt.Sprintf("%s=%d", key, r.Valid())
	}
	return out
}

func hasLine(rows []evaluation.Row) bool {
	for _, r := range rows {
		if r.Line != "" {
			return true
		}
	}
	return false
}

func TestCountedOnce(t *testing.T) {
	w, _ := open(t)
	event := uuid.Must(uuid.NewV7())
	one := rating(may4, 5, nil)
	conflict := one
	conflict.Level, conflict.ContentHash, conflict.EventDay = 1, 99, may4+3 // same id, other content and day
	booked := rating(may4+7, 3, func(r *record.Rating) {
		r.Answer, r.AnswerWeight, r.EventKey = record.AnswerDefault, 2, event
	})
	active := rating(may4, 4, func(r *record.Rating) { r.EventKey = event })
	resent := rating(may4+1, 2, func(r *record.Rating) { r.EventKey = event })
	again := rating(may4+20, 5, func(r *record.Rating) { r.EventKey, r.AssessNumber = event, 2 })
	batches := []*record.Batch{
		{Ratings: []record.Rating{one}},
		{Ratings: []record.Rating{conflict}},
		{Ratings: []record.Rating{booked}},
		{Ratings: []record.Rating{active, one}},
		{Ratings: []record.Rating{resent}},
		{Ratings: []record.Rating{again, active}},
	}
	for i, b := range batches {
		insert(t, w, b, fmt.Sprint(i))
		restate(t, w)
	}
	check := func(step string) {
		t.Helper()
		f := total(t, w)
		want := [5]uint64{0, 0, 0, 1, 1}
		if f.Levels != want || f.DefaultsTotal() != 0 || f.Reassessed != [5]uint64{0, 0, 0, 0, 1} {
			t.Errorf("%s: levels %v, defaults %v, reassessed %v", step, f.Levels, f.Defaults, f.Reassessed)
		}
		if f.Events != 1 || f.Rated != 1 {
			t.Errorf("%s: %d events, %d rated; want 1 and 1", step, f.Events, f.Rated)
		}
	}
	check("one after the other")
	for i, b := range batches {
		insert(t, w, b, fmt.Sprint("again", i))
	}
	restate(t, w)
	check("all sent again")

	w2, _ := open(t)
	for i := len(batches) - 1; i >= 0; i-- {
		insert(t, w2, batches[i], fmt.Sprint(i))
	}
	restate(t, w2)
	w = w2
	check("in reverse")
}

func TestCaseVersions(t *testing.T) {
	w, _ := open(t)
	accepted := may4.Start(shanghai).Add(9 * time.Hour)
	version := func(n uint64, finished time.Time) record.Case {
		c := record.Case{
			Stamp: record.Stamp{ContentHash: n}, Source: "test", CaseID: "C1", Version: n, Kind: "case", Status: "in_progress",
			AcceptedAt: accepted, AcceptedDay: may4, HandlingSeconds: -1, Visits: -1,
			PromisedAt: (may4 + 10).Start(shanghai), StatutoryAt: (may4 + 20).Start(shanghai),
		}
		if !finished.IsZero() {
			c.Status, c.FinishedAt, c.FinishedDay = "finished", finished, calendar.DayOf(finished, shanghai)
			c.HandlingSeconds, c.Visits, c.OnTheSpot = int64(finished.Sub(accepted)/time.Second), 1, false
		}
		return c
	}
	v1, v2, v3 := version(1, time.Time{}), version(2, accepted.AddDate(0, 0, 40)), version(3, accepted.AddDate(0, 0, 3))
	for i, c := range []record.Case{v3, v1, v2, v3} {
		insert(t, w, &record.Batch{Cases: []record.Case{c}}, fmt.Sprint(i))
		restate(t, w)
	}
	f := total(t, w)
	if f.Accepted != 1 || f.Finished != 1 || f.Promised != 1 || f.OnTime != 1 || f.Early != 1 || f.Limited != 1 || f.HandlingSeconds != 3*86400 || f.Visits != 1 {
		t.Errorf("facts of one case in three versions: %+v", f)
	}
	rows := facts(t, w, evaluation.Query{By: evaluation.ByTotal, Step: evaluation.StepDay})
	if len(rows) != 2 || rows[0].Start != may4 || rows[0].Accepted != 1 || rows[1].Start != may4+3 || rows[1].Finished != 1 {
		t.Errorf("accepted and finished on their own days: %+v", rows)
	}
	if got, ok := f.Handling.Quantile(0.5); !ok || got < 3*86400*0.98 || got > 3*86400*1.02 {
		t.Errorf("median handling time %v", got)
	}
}

func TestExcludedAndReinstated(t *testing.T) {
	w, _ := open(t)
	bad := rating(may4, 1, nil)
	insert(t, w, &record.Batch{Ratings: []record.Rating{bad, rating(may4, 5, nil)}}, "a")
	restate(t, w)
	step := func(name string, at time.Time) {
		insert(t, w, &record.Batch{FollowUps: []record.FollowUp{{ID: uuid.Must(uuid.NewV7()), RatingID: bad.ID, Step: name, At: at}}}, fmt.Sprint(name, at))
		restate(t, w)
	}
	step(record.StepReinstated, bad.RatedAt.Add(48*time.Hour)) // arrives before what it takes back
	step(record.StepExcluded, bad.RatedAt.Add(24*time.Hour))
	if f := total(t, w); f.Bad() != 1 || f.Excluded != 0 {
		t.Errorf("reinstated: %d bad, %d excluded", f.Bad(), f.Excluded)
	}
	step(record.StepExcluded, bad.RatedAt.Add(72*time.Hour))
	if f := total(t, w); f.Bad() != 0 || f.Excluded != 1 || f.Valid() != 1 {
		t.Errorf("excluded: %d bad, %d excluded, %d valid", f.Bad(), f.Excluded, f.Valid())
	}
}

func TestEventsHaveOneDenominator(t *testing.T) {
	w, _ := open(t)
	prompt := func(id uuid.UUID, key uuid.UUID, shown bool) record.Prompt {
		at := may4.Start(shanghai).Add(10 * time.Hour)
		p := record.Prompt{ID: id, Source: "test", ServedAt: at, EventDay: may4, EventKey: key}
		if shown {
			p.ShownAt = at
		}
		return p
	}
	id := func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	both, asked := id(), id()
	insert(t, w, &record.Batch{
		Prompts: []record.Prompt{prompt(id(), both, true), prompt(asked, uuid.Nil, true), prompt(id(), id(), false)},
		Ratings: []record.Rating{
			rating(may4, 5, func(r *record.Rating) { r.EventKey = both }),
			rating(may4, 5, func(r *record.Rating) { r.PromptID = asked }),
			rating(may4, 5, nil), // a free-standing kiosk: no denominator
			rating(may4, 0, func(r *record.Rating) { r.Answer, r.AnswerWeight = record.AnswerUnanswered, 1 }),
			rating(may4, 5, func(r *record.Rating) { r.Test = true }),
			rating(may4, 5, func(r *record.Rating) { r.Probe = true }),
		},
	}, "a")
	restate(t, w)
	f := total(t, w)
	if f.Events != 4 || f.Rated != 2 || f.Prompted != 3 || f.Unanswered != 1 || f.Valid() != 3 {
		t.Errorf("events %d (want 4), rated %d (2), prompted %d (3), unanswered %d (1), valid %d (3)",
			f.Events, f.Rated, f.Prompted, f.Unanswered, f.Valid())
	}
}

func TestPeriodsAddUp(t *testing.T) {
	w, _ := open(t)
	var b record.Batch
	first := calendar.MakeDay(2025, 11, 20)
	for i := range calendar.Day(200) {
		b.Ratings = append(b.Ratings, rating(first+i, 1+uint8(i%5), nil))
	}
	insert(t, w, &b, "a")
	restate(t, w)
	for _, step := range []evaluation.Step{evaluation.StepNone, evaluation.StepDay, evaluation.StepWeek, evaluation.StepMonth} {
		for _, span := range []calendar.Range{{From: first, To: first + 199}, {From: first + 5, To: first + 150}, {From: first + 50, To: first + 51}} {
			var sum uint64
			q := evaluation.Query{By: evaluation.ByTotal, Step: step, From: span.From, To: span.To}
			rows := facts(t, w, q)
			for i := range rows {
				sum += rows[i].Valid()
			}
			if int(sum) != span.Len() {
				t.Errorf("step %q, %s: %d ratings, want %d", step, span, sum, span.Len())
			}
			sameBySteps(t, w, q, rows)
		}
	}
}

// sameBySteps checks that what is handed over step by step is what is read at once.
func sameBySteps(t *testing.T, w *warehouse.Warehouse, q evaluation.Query, want []evaluation.Row) {
	t.Helper()
	var got []evaluation.Row
	err := w.FactsBySteps(t.Context(), q, func(rows []evaluation.Row) error {
		if n := len(got); n > 0 && got[n-1].Start >= rows[0].Start || rows[0].Start != rows[len(rows)-1].Start {
			t.Errorf("step %q: rows of %s after those of %s", q.Step, rows[0].Start, got[n-1].Start)
		}
		got = append(got, rows...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range want { // the facts that are read
		f := &want[i].Facts
		want[i].Facts = evaluation.Facts{
			Levels: f.Levels, Unanswered: f.Unanswered, Declined: f.Declined, Channels: f.Channels, Tags: f.Tags, Hours: f.Hours,
			Accepted: f.Accepted, Handled: f.Handled, Handling: f.Handling,
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("step %q, by steps:\n%v\nat once:\n%v", q.Step, got, want)
	}
	stop := errors.New("enough")
	if err := w.FactsBySteps(t.Context(), q, func([]evaluation.Row) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("step %q: the callee's error became %v", q.Step, err)
	}
}

func TestOtherZoneIsRefused(t *testing.T) {
	_, o := open(t)
	o.Zone = time.UTC
	if _, err := warehouse.Open(context.Background(), o); err == nil {
		t.Error("opened in another zone")
	}
}
