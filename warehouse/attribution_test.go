package warehouse_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/record"
	"haochaping/warehouse"
)

// TestAttributionIsThatOfTheDirectory sends random records through the door and compares
// what SQL makes of their codes with what directory.Attribute says, one by one added up.
func TestAttributionIsThatOfTheDirectory(t *testing.T) {
	for seed := range uint64(2) {
		rnd := rand.New(rand.NewPCG(seed, 11))
		w, _ := open(t)
		part, codes := randomDirectory(rnd)
		door := record.Door{
			Zone: shanghai, Key: make([]byte, 32), Future: time.Hour, Past: 20 * 365 * 24 * time.Hour,
			Codes: func(string, time.Time) (record.CodeMap, bool) { return record.MapFiveBest, true },
		}
		if problems, err := w.ImportDirectory(t.Context(), part, "all"); err != nil {
			t.Fatal(err, problems)
		}
		var b record.Batch
		want := newExpected(w.Directory())
		for range 1500 {
			at := may4.Start(shanghai).Add(time.Duration(rnd.IntN(48)) * time.Hour)
			in := record.RatingInput{
				ID: uuid.Must(uuid.NewV7()).String(), Source: "test", Level: "5", Channel: "tablet", RatedAt: &at,
				Place: record.Place{
					Region: codes.pick(rnd, codes.regions), Hall: codes.pick(rnd, codes.halls), Window: codes.pick(rnd, []string{"01", " 02"}),
					Department: codes.pick(rnd, codes.departments), Item: codes.pick(rnd, codes.items),
				},
			}
			r, problems := door.Rating(&in, record.Receipt{Now: at})
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			b.Ratings = append(b.Ratings, r)
			b.Cases = append(b.Cases, sameCase(&r))
			b.Tallies = append(b.Tallies, sameTally(&r))
			want.add(in.Place)
		}
		insert(t, w, &b, "a")
		restate(t, w)
		want.compare(t, w)
	}
}

// sameCase and sameTally are a case and a table row of the place of a rating: one rule for all.
func sameCase(r *record.Rating) record.Case {
	return record.Case{
		Stamp: r.Stamp, Source: "test", CaseID: r.ID.String(), Version: 1, Kind: "case", Status: "in_progress",
		AcceptedAt: r.RatedAt, AcceptedDay: r.EventDay, HandlingSeconds: -1, Visits: -1, Place: r.Place,
	}
}

func sameTally(r *record.Rating) record.Tally {
	return record.Tally{
		Stamp: r.Stamp, Source: r.ID.String(), From: r.EventDay, To: r.EventDay, Answer: record.AnswerDefault, Level: 4, Count: 1, Place: r.Place,
	}
}

// expected counts places the slow way.
type expected struct {
	dir                       *directory.Directory
	total                     uint64
	region, regionLine        map[string]uint64 // by level / code (/ line)
	line, department, ofLines map[string]uint64
}

func newExpected(dir *directory.Directory) *expected {
	return &expected{
		dir: dir, region: map[string]uint64{}, regionLine: map[string]uint64{}, line: map[string]uint64{}, department: map[string]uint64{},
		ofLines: map[string]uint64{},
	}
}

func (e *expected) add(p record.Place) {
	leaf, department, line, _ := e.dir.Attribute(p.Region, p.Hall, p.Window, p.Department, p.Item)
	e.total++
	e.department[department]++
	e.line[line]++
	path := e.dir.Path(leaf)
	if len(path) == 0 {
		e.region["1/"]++
		e.regionLine["1//"+line]++
	}
	for i, code := range path {
		e.region[fmt.Sprintf("%d/%s", i+1, code)]++
		e.regionLine[fmt.Sprintf("%d/%s/%s", i+1, code, line)]++
		e.ofLines[code+"/"+line]++
	}
}

func (e *expected) compare(t *testing.T, w *warehouse.Warehouse) {
	t.Helper()
	region, regionLine, ofLines := map[string]uint64{}, map[string]uint64{}, map[string]uint64{}
	same := func(q evaluation.Query, r *evaluation.Row) uint64 {
		t.Helper()
		if r.Valid() != r.Accepted || r.Valid() != r.DefaultsTotal() {
			t.Errorf("%+v: %d ratings, %d cases, %d in tables: one rule for all", q, r.Valid(), r.Accepted, r.DefaultsTotal())
		}
		return r.Valid()
	}
	for level := 1; level <= e.dir.MaxLevel(); level++ {
		q := evaluation.Query{By: evaluation.ByRegion, Level: level}
		for _, r := range facts(t, w, q) {
			region[fmt.Sprintf("%d/%s", level, r.Region)] += same(q, &r)
		}
		q.By = evaluation.ByRegionLine
		for _, r := range facts(t, w, q) {
			regionLine[fmt.Sprintf("%d/%s/%s", level, r.Region, r.Line)] += same(q, &r)
		}
	}
	line, department := map[string]uint64{}, map[string]uint64{}
	for _, r := range facts(t, w, evaluation.Query{By: evaluation.ByLine}) {
		line[r.Line] += r.Valid()
	}
	for _, r := range facts(t, w, evaluation.Query{By: evaluation.ByDepartment}) {
		department[r.Department] += r.Valid()
	}
	for _, root := range e.dir.Regions() {
		for _, r := range facts(t, w, evaluation.Query{By: evaluation.ByLine, Region: root.Code}) {
			ofLines[root.Code+"/"+r.Line] += r.Valid()
		}
		within := sumValid(facts(t, w, evaluation.Query{By: evaluation.ByDepartment, Region: root.Code}))
		level := e.dir.Level(root.Code)
		if want := e.region[fmt.Sprintf("%d/%s", level, root.Code)]; within != want {
			t.Errorf("departments within %s: %d ratings, want %d", root.Code, within, want)
		}
		if level > 1 {
			if rows := facts(t, w, evaluation.Query{By: evaluation.ByRegion, Level: level - 1, Region: root.Code}); len(rows) > 0 {
				t.Errorf("regions above %s within it: %d", root.Code, len(rows))
			}
		}
	}
	for name, pair := range map[string][2]map[string]uint64{
		"regions": {e.region, region}, "regions by line": {e.regionLine, regionLine}, "lines": {e.line, line},
		"departments": {e.department, department}, "lines of regions": {e.ofLines, ofLines},
	} {
		if diff := cmp.Diff(pair[0], pair[1], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-directory.Attribute +SQL):\n%s", name, diff)
		}
	}
	for _, by := range []evaluation.Dimension{evaluation.ByTotal, evaluation.ByRegion, evaluation.ByLine, evaluation.ByDepartment, evaluation.ByRegionLine} {
		if n := sumValid(facts(t, w, evaluation.Query{By: by, Level: 1})); n != e.total {
			t.Errorf("by %s the rows add up to %d, not to %d", by, n, e.total)
		}
	}
}

// knownCodes are codes that records use, with their spellings.
type knownCodes struct{ regions, halls, departments, items []string }

// pick is a code as somebody sends it: often none, sometimes unknown, with spaces or with zeros at its end.
func (knownCodes) pick(rnd *rand.Rand, list []string) string {
	code := list[rnd.IntN(len(list))]
	switch rnd.IntN(9) {
	case 0, 1, 2:
		return ""
	case 3:
		return "unknown"
	case 4:
		return " " + code + "　"
	case 5:
		if len(code) < 12 && code[0] == '9' {
			return (code + "000000000000")[:12]
		}
	}
	return code
}

// randomDirectory has trees of one to six levels under several roots, codes that are each
// other's short form, and entries of every region.
func randomDirectory(rnd *rand.Rand) (*warehouse.DirectoryPart, knownCodes) {
	var p warehouse.DirectoryPart
	var codes knownCodes
	region := func(code, parent string) {
		p.Regions = append(p.Regions, directory.Region{Code: code, Name: code, Parent: parent})
		codes.regions = append(codes.regions, code)
	}
	region("99", "")
	region("98", "")
	region("lonely", "")
	region("9901", "99")
	region("990100", "99") // not the same as 9901: a directory decides
	region("9902", "99")
	region("990201", "9902")
	region("990201001", "990201")
	region("990201001001", "990201001")
	region("deepest", "990201001001")
	region("9801", "98")
	for i := range 12 {
		at := codes.regions[rnd.IntN(len(codes.regions))]
		hall, department := fmt.Sprint("H", i), fmt.Sprint("D", i)
		if rnd.IntN(3) == 0 && len(at) < 12 && at[0] == '9' && at != "9901" {
			at = (at + "000000000000")[:12]
		}
		p.Halls = append(p.Halls, directory.Hall{Code: hall, Name: hall, Region: at})
		p.Windows = append(p.Windows, directory.Window{Hall: hall, Code: "01", Name: "1"})
		at = codes.regions[rnd.IntN(len(codes.regions))]
		line := []string{"", "公安", "人社"}[rnd.IntN(3)]
		p.Departments = append(p.Departments, directory.Department{Code: department, Name: department, Region: at, Line: line})
		p.Items = append(p.Items, directory.Item{Code: fmt.Sprint("I", i), Name: "事", Department: fmt.Sprint("D", rnd.IntN(i+1))})
		codes.halls, codes.departments = append(codes.halls, hall), append(codes.departments, department)
		codes.items = append(codes.items, fmt.Sprint("I", i))
	}
	return &p, codes
}

// TestSumsDoNotDependOnTheCut reads one period in every step and from every table.
func TestSumsDoNotDependOnTheCut(t *testing.T) {
	w, _ := open(t)
	if _, err := w.ImportDirectory(t.Context(), sampleDirectory(), "all"); err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(5, 5))
	var b record.Batch
	for range 600 {
		b.Ratings = append(b.Ratings, rating(may4-200+calendar.Day(rnd.IntN(200)), 5, func(r *record.Rating) { r.Place = tangledPlace(rnd) }))
	}
	insert(t, w, &b, "a")
	restate(t, w)
	for _, q := range []evaluation.Query{
		{By: evaluation.ByTotal},
		{By: evaluation.ByTotal, Region: "990101"},
		{By: evaluation.ByTotal, Region: "990101001"},
		{By: evaluation.ByTotal, Hall: "H1"},
		{By: evaluation.ByTotal, Department: "D1"},
		{By: evaluation.ByRegion, Level: 1},
		{By: evaluation.ByRegionLine, Level: 1},
		{By: evaluation.ByDepartment, Region: "99"},
		{By: evaluation.ByWindow},
	} {
		q.From = may4 - 220 + calendar.Day(rnd.IntN(100))
		q.To = q.From + calendar.Day(rnd.IntN(150))
		var sums []uint64
		for _, step := range []evaluation.Step{evaluation.StepNone, evaluation.StepDay, evaluation.StepWeek, evaluation.StepMonth} {
			q.Step = step
			sums = append(sums, sumValid(facts(t, w, q)))
		}
		if sums[0] != sums[1] || sums[1] != sums[2] || sums[2] != sums[3] {
			t.Errorf("%+v: whole, by day, week and month: %v", q, sums)
		}
	}
}
