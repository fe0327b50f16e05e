package warehouse_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/record"
	"haochaping/warehouse"
)

// levelsDirectory has regions of five levels, several lines, and departments at every level.
func levelsDirectory() (p warehouse.DirectoryPart) {
	for _, code := range []string{"99", "9901", "9902", "990101", "990102", "990201", "990101001", "990101002", "990101001001", "990101001002"} {
		parent := ""
		for _, r := range p.Regions {
			if strings.HasPrefix(code, r.Code) {
				parent = r.Code
			}
		}
		p.Regions = append(p.Regions, directory.Region{Code: code, Name: code, Parent: parent})
		for _, line := range []string{"公安", "人社"} {
			p.Departments = append(p.Departments, directory.Department{Code: "D" + code + line[:3], Name: code, Region: code, Line: line})
		}
		p.Halls = append(p.Halls, directory.Hall{Code: "H" + code, Name: code, Region: code})
	}
	for i, d := range p.Departments {
		p.Items = append(p.Items, directory.Item{Code: fmt.Sprint("I", i), Name: "事", Department: d.Code})
	}
	return p
}

// levelsRecords are records that name their place in full, over fifteen months, of every kind that is counted apart.
func levelsRecords(dir *warehouse.DirectoryPart, first calendar.Day) (b record.Batch) {
	rnd := rand.New(rand.NewPCG(9, 9))
	for i := range 1000 {
		d := dir.Departments[rnd.IntN(len(dir.Departments))]
		place := record.Place{
			Region: d.Region, Department: d.Code, Hall: "H" + d.Region, Window: fmt.Sprint(rnd.IntN(3)),
			Item: dir.Items[rnd.IntN(len(dir.Items))].Code,
		}
		day := first + 8*calendar.Day(rnd.IntN(56)) // every eighth: what is stored by day costs by day
		r := rating(day, uint8(1+rnd.IntN(5)), func(r *record.Rating) {
			r.Place, r.EventKey = place, uuid.Must(uuid.NewV7())
			switch rnd.IntN(12) {
			case 0, 1:
				r.Answer, r.AnswerWeight = record.AnswerDefault, 2
			case 2:
				r.Answer, r.AnswerWeight, r.Level = record.AnswerUnanswered, 1, 0
			case 3:
				r.Answer, r.AnswerWeight, r.Level = record.AnswerDeclined, 1, 0
			case 4:
				r.AssessNumber = 2
			case 5:
				r.Test = true
			}
		})
		b.Ratings = append(b.Ratings, r)
		if rnd.IntN(9) == 0 {
			b.FollowUps = append(b.FollowUps, record.FollowUp{ID: uuid.Must(uuid.NewV7()), RatingID: r.ID, Step: record.StepExcluded, At: r.RatedAt})
		}
		if rnd.IntN(3) == 0 {
			p := record.Prompt{ID: uuid.Must(uuid.NewV7()), Source: "test", Place: place, EventDay: day, EventKey: r.EventKey, ServedAt: r.RatedAt}
			if rnd.IntN(2) == 0 {
				p.EventKey = uuid.Must(uuid.NewV7())
			}
			b.Prompts = append(b.Prompts, p)
		}
		c := finishedCase(rnd, i)
		shift := time.Duration(day-c.AcceptedDay) * 24 * time.Hour
		for _, at := range []*time.Time{&c.AcceptedAt, &c.PromisedAt, &c.StatutoryAt} {
			if !at.IsZero() {
				*at = at.Add(shift)
			}
		}
		took := 8 * rnd.IntN(2)
		c.Place, c.AcceptedDay, c.FinishedDay, c.FinishedAt = place, day, day+calendar.Day(took), c.AcceptedAt.AddDate(0, 0, took)
		c.Suspensions = nil
		b.Cases = append(b.Cases, c)
	}
	return b
}

// counted is what a level's rows hold, as plain SQL counts it too.
type counted struct {
	Valid, Bad, Defaults, Reassessed, Unanswered, Declined, Excluded uint64
	Events, Rated                                                    uint64
	Accepted, Finished, Limited, Handled, HandlingSeconds            uint64
	PromisedSeconds, StatutorySeconds, Visits, VisitsSquared         uint64
}

func counts(f *evaluation.Facts) counted {
	var again uint64
	for _, n := range f.Reassessed {
		again += n
	}
	return counted{
		f.Valid(), f.Bad(), f.DefaultsTotal(), again, f.Unanswered, f.Declined, f.Excluded, f.Events, f.Rated,
		f.Accepted, f.Finished, f.Limited, f.Handled, f.HandlingSeconds, f.PromisedSeconds, f.StatutorySeconds, f.Visits, f.VisitsSquared,
	}
}

// rawRecords is one row for each record and day on which it counts, with the path of its region and its line.
const rawRecords = `(
SELECT r.event_day AS day, r.*, p.path AS path, d.line AS line FROM (
    SELECT event_day, region, department, hall, window, item, 1 AS rating, answer, level, assess_number, event_key,
        id IN (SELECT rating_id FROM follow_ups) AS out, 0 AS opens, 0 AS closes, 0 AS both, 0 AS net, 0 AS promise, 0 AS statute, 0 AS visits
    FROM ratings WHERE NOT test
    UNION ALL SELECT event_day, region, department, hall, window, item, 0, '', 0, 1, event_key, 0, 0, 0, 0, 0, 0, 0, 0 FROM prompts
    UNION ALL SELECT accepted_day, region, department, hall, window, item, 0, '', 0, 2, toUUID('00000000-0000-0000-0000-000000000000'), 0, 1, 0, 0, 0, 0, 0, 0 FROM cases
    UNION ALL SELECT finished_day, region, department, hall, window, item, 0, '', 0, 2, toUUID('00000000-0000-0000-0000-000000000000'), 0, 0, 1,
        promised_at > accepted_at AS both, handling_seconds, if(both, dateDiff('second', accepted_at, promised_at), 0),
        if(both, dateDiff('second', accepted_at, statutory_at), 0), greatest(visits, 0) FROM cases
) AS r
LEFT JOIN region_paths AS p ON r.region = p.region
LEFT JOIN departments AS d ON r.department = d.code)`

const rawCounts = `toUInt64(countIf(rating AND NOT out AND answer = 'active' AND assess_number = 1)),
toUInt64(countIf(rating AND NOT out AND answer = 'active' AND assess_number = 1 AND level <= 2)),
toUInt64(countIf(rating AND NOT out AND answer = 'default' AND assess_number = 1)),
toUInt64(countIf(rating AND NOT out AND answer = 'active' AND assess_number = 2)),
toUInt64(countIf(answer = 'unanswered')), toUInt64(countIf(answer = 'declined')), toUInt64(countIf(out)),
toUInt64(uniqExactIf(event_key, assess_number = 1)), toUInt64(uniqExactIf(event_key, assess_number = 1 AND answer = 'active')),
toUInt64(sum(opens)), toUInt64(sum(closes)), toUInt64(sum(both)), toUInt64(sum(closes)), toUInt64(sum(net)),
toUInt64(sum(promise)), toUInt64(sum(statute)), toUInt64(sum(visits)), toUInt64(sum(visits * visits))`

func plainCounts(t *testing.T, conn driver.Conn, key, where, start string, days calendar.Range) map[string]counted {
	t.Helper()
	rows, err := conn.Query(t.Context(), fmt.Sprintf("SELECT %s AS unit, toString(%s) AS start, %s FROM %s WHERE day BETWEEN '%s' AND '%s' AND %s GROUP BY unit, start",
		key, start, rawCounts, rawRecords, days.From, days.To, where))
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]counted{}
	for rows.Next() {
		var unit, start string
		var c counted
		if err := rows.Scan(&unit, &start, &c.Valid, &c.Bad, &c.Defaults, &c.Reassessed, &c.Unanswered, &c.Declined, &c.Excluded, &c.Events, &c.Rated,
			&c.Accepted, &c.Finished, &c.Limited, &c.Handled, &c.HandlingSeconds, &c.PromisedSeconds, &c.StatutorySeconds, &c.Visits, &c.VisitsSquared); err != nil {
			t.Fatal(err)
		}
		list[unit+" "+start] = c
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// Every level that a scheme can name, in every step, holds what plain SQL counts of the raw rows. What is counted apart
// stays apart: excluded, default, unanswered, declined, rated again.
func TestEveryLevelIsThatOfTheRecords(t *testing.T) {
	w, o := open(t)
	conn := connect(t, o)
	dir := levelsDirectory()
	if problems, err := w.ImportDirectory(t.Context(), &dir, "all"); err != nil {
		t.Fatal(err, problems)
	}
	first := calendar.MakeDay(2024, 11, 20)
	b := levelsRecords(&dir, first)
	insert(t, w, &b, "a")
	restate(t, w)
	starts := map[evaluation.Step]string{
		evaluation.StepNone: "''", evaluation.StepDay: "day", evaluation.StepWeek: "day - (toDayOfWeek(day) - 1)",
		evaluation.StepMonth:   "makeDate(toYear(day), toMonth(day), 1)",
		evaluation.StepQuarter: "makeDate(toYear(day), toMonth(day) - (toMonth(day) - 1) % 3, 1)",
		evaluation.StepHalf:    "makeDate(toYear(day), if(toMonth(day) <= 6, 1, 7), 1)", evaluation.StepYear: "makeDate(toYear(day), 1, 1)",
	}
	whole := map[evaluation.Dimension]bool{}
	for _, level := range levelQueries() {
		often := !whole[level.query.By] // every step for one query of each dimension
		whole[level.query.By] = true
		for step, start := range starts {
			if !often && step != evaluation.StepNone && step != evaluation.StepQuarter {
				continue
			}
			q := level.query
			q.Step, q.From, q.To = step, calendar.MakeDay(2024, 12, 1), calendar.MakeDay(2026, 1, 31)
			byItem := q.By == evaluation.ByItem || q.By == evaluation.ByDepartmentItem
			if byItem && (step == evaluation.StepDay || step == evaluation.StepWeek) {
				continue
			}
			if !byItem {
				q.From, q.To = q.From+10, q.To-7 // the days of a part of a month
			}
			got := map[string]counted{}
			for _, r := range facts(t, w, q) {
				at := r.Start.String()
				if step == evaluation.StepNone {
					at = ""
				}
				got[unitOf(&r)+" "+at] = counts(&r.Facts)
			}
			want := plainCounts(t, conn, level.key, level.where, start, calendar.Range{From: q.From, To: q.To})
			if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
				t.Fatalf("%+v (-plain SQL +facts), %d rows:\n%s", q, len(want), diff)
			}
		}
	}
	checkQuantiles(t, w, conn)
}

func unitOf(r *evaluation.Row) string {
	var parts []string
	for _, code := range []string{r.Region, r.Line, r.Department, r.Hall, r.Window, r.Item} {
		if code != "" {
			parts = append(parts, code)
		}
	}
	return strings.Join(parts, "/")
}

// levelQuery is a level as facts are read, and the same in plain SQL.
type levelQuery struct {
	query      evaluation.Query
	key, where string
}

func levelQueries() []levelQuery {
	list := []levelQuery{
		{evaluation.Query{By: evaluation.ByTotal}, "''", "1"},
		{evaluation.Query{By: evaluation.ByTotal, Region: "990101001"}, "''", "has(path, '990101001')"},
		{evaluation.Query{By: evaluation.ByLine}, "line", "1"},
		{evaluation.Query{By: evaluation.ByLine, Region: "990101"}, "line", "has(path, '990101')"},
		{evaluation.Query{By: evaluation.ByRegion, Parent: "990101"}, "path[4]", "has(path, '990101') AND length(path) >= 4"},
		{evaluation.Query{By: evaluation.ByDepartment}, "department", "1"},
		{evaluation.Query{By: evaluation.ByDepartment, Line: "公安", Region: "9901"}, "department", "line = '公安' AND has(path, '9901')"},
		{evaluation.Query{By: evaluation.ByHall}, "hall", "1"},
		{evaluation.Query{By: evaluation.ByWindow}, "concat(hall, '/', window)", "1"},
		{evaluation.Query{By: evaluation.ByWindow, Region: "990101001"}, "concat(hall, '/', window)", "has(path, '990101001')"},
		{evaluation.Query{By: evaluation.ByItem}, "item", "1"},
		{evaluation.Query{By: evaluation.ByItem, Line: "人社"}, "item", "line = '人社'"},
		{evaluation.Query{By: evaluation.ByDepartmentItem}, "concat(department, '/', item)", "1"},
		{evaluation.Query{By: evaluation.ByDepartmentItem, Line: "公安"}, "concat(department, '/', item)", "line = '公安'"},
	}
	for level := 1; level <= 5; level++ {
		deep := fmt.Sprintf("length(path) >= %d", level)
		node := fmt.Sprintf("path[%d]", level)
		list = append(list,
			levelQuery{evaluation.Query{By: evaluation.ByRegion, Level: level}, node, deep},
			levelQuery{evaluation.Query{By: evaluation.ByRegionLine, Level: level}, "concat(" + node + ", '/', line)", deep},
			levelQuery{evaluation.Query{By: evaluation.ByRegionLine, Level: level, Line: "公安"}, "concat(" + node + ", '/', line)", deep + " AND line = '公安'"})
		if level > 1 {
			list = append(list, levelQuery{
				evaluation.Query{By: evaluation.ByRegion, Level: level, Region: "9901"}, node, deep + " AND has(path, '9901')",
			})
		}
	}
	return list
}

// checkQuantiles holds the documented error of histograms, 2 % of any quantile.
func checkQuantiles(t *testing.T, w *warehouse.Warehouse, conn driver.Conn) {
	t.Helper()
	f := total(t, w)
	for _, h := range []struct {
		name, value, where string
		histogram          evaluation.Histogram
	}{
		{"handling", "handling_seconds", "1", f.Handling},
		{"promised", "dateDiff('second', accepted_at, promised_at)", "promised_at > accepted_at", f.PromisedTimes},
		{"statutory", "dateDiff('second', accepted_at, statutory_at)", "promised_at > accepted_at", f.StatutoryTimes},
	} {
		for _, q := range []float64{0.05, 0.25, 0.5, 0.9, 0.99} {
			var exact, n uint64
			query := fmt.Sprintf("SELECT toUInt64(arraySort(groupArray(%s))[toUInt32(ceil(%v * count()))]), count() FROM cases WHERE %s", h.value, q, h.where)
			if err := conn.QueryRow(t.Context(), query).Scan(&exact, &n); err != nil {
				t.Fatal(err)
			}
			got, ok := h.histogram.Quantile(q)
			if !ok || h.histogram.Count() != n || math.Abs(got-float64(exact)) > 0.02*float64(exact) {
				t.Errorf("%s times: %v-quantile %v of %d, exactly %d of %d", h.name, q, got, h.histogram.Count(), exact, n)
			}
		}
	}
}
