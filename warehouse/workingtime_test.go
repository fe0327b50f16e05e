package warehouse_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/record"
)

// officeHours are those that warehouses have by default.
var officeHours = calendar.Hours{{From: 9 * 3600, To: 12 * 3600}, {From: 13 * 3600, To: 17 * 3600}}

// workingDays is a calendar for tests: weeks of five days, every ninth day off, and some days that it does not know.
type workingDays struct{ known []calendar.Range }

func (c workingDays) knows(d calendar.Day) bool {
	return slices.ContainsFunc(c.known, func(r calendar.Range) bool { return r.Contains(d) })
}

func (workingDays) works(d calendar.Day) bool {
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday && d%9 != 0
}

// rows are the calendar as the table holds it.
func (c workingDays) rows(version int) string {
	var rows []string
	before := 0
	for _, r := range c.known {
		for d := range r.Days() {
			rows = append(rows, fmt.Sprintf("('%s', %v, %d, %d)", d, c.works(d), before, version))
			if c.works(d) {
				before += 7 * 3600
			}
		}
	}
	return strings.Join(rows, ", ")
}

// seconds counts, second by second of the office hours, the working time of a case; ok is false where a day of it is
// not known.
func (c workingDays) seconds(r *record.Case) (n uint64, ok bool) {
	for d := r.AcceptedDay; d <= r.FinishedDay; d++ {
		if !c.knows(d) {
			return 0, false
		}
		if !c.works(d) {
			continue
		}
		for _, h := range officeHours {
			for s := h.From; s < h.To; s++ {
				at := d.Start(shanghai).Add(time.Duration(s) * time.Second)
				suspended := slices.ContainsFunc(r.Suspensions, func(i record.Interval) bool { return !at.Before(i.From) && at.Before(i.To) })
				if !at.Before(r.AcceptedAt) && at.Before(r.FinishedAt) && !suspended {
					n++
				}
			}
		}
	}
	return n, true
}

// finishedCase is a case with whole seconds, with limits, visits and suspensions, some of them over its ends.
func finishedCase(rnd *rand.Rand, id int) record.Case {
	at := may4.Start(shanghai).Add(time.Duration(rnd.IntN(30*86400)) * time.Second)
	end := at.Add(time.Duration(rnd.IntN(9*86400)) * time.Second)
	c := record.Case{
		Stamp: record.Stamp{ReceivedAt: end}, Source: "test", CaseID: fmt.Sprint(id), Version: 1, Kind: "case", Status: "finished",
		AcceptedAt: at, FinishedAt: end, AcceptedDay: calendar.DayOf(at, shanghai), FinishedDay: calendar.DayOf(end, shanghai),
		HandlingSeconds: int64(end.Sub(at) / time.Second), Visits: int32(rnd.IntN(5)) - 1,
		Place: record.Place{Department: []string{"D1", "D2"}[id%2]},
	}
	if rnd.IntN(3) > 0 {
		c.PromisedAt, c.StatutoryAt = at.AddDate(0, 0, 1+rnd.IntN(5)), at.AddDate(0, 0, 10+rnd.IntN(30))
	}
	for range rnd.IntN(4) {
		from := at.Add(time.Duration(rnd.IntN(8*86400)-86400) * time.Second)
		c.Suspensions = append(c.Suspensions, record.Interval{From: from, To: from.Add(time.Duration(1+rnd.IntN(2*86400)) * time.Second)})
	}
	return c
}

// caseTimes are the times that facts hold of cases.
func caseTimes(f *evaluation.Facts) evaluation.Facts {
	return evaluation.Facts{
		PromisedTimes: f.PromisedTimes, StatutoryTimes: f.StatutoryTimes, Worked: f.Worked, WorkingSeconds: f.WorkingSeconds,
		Working: f.Working, Visits: f.Visits, VisitsKnown: f.VisitsKnown, VisitsSquared: f.VisitsSquared, Limited: f.Limited,
	}
}

func addTimes(f *evaluation.Facts, c *record.Case, days workingDays) {
	one := func(h *evaluation.Histogram, seconds float64) {
		if *h == nil {
			*h = evaluation.Histogram{}
		}
		(*h)[evaluation.Bucket(seconds)]++
	}
	if !c.PromisedAt.IsZero() {
		f.Limited++
		one(&f.PromisedTimes, c.PromisedAt.Sub(c.AcceptedAt).Seconds())
		one(&f.StatutoryTimes, c.StatutoryAt.Sub(c.AcceptedAt).Seconds())
	}
	if c.Visits >= 0 {
		f.VisitsKnown++
		f.Visits += uint64(c.Visits)
		f.VisitsSquared += uint64(c.Visits) * uint64(c.Visits)
	}
	if n, ok := days.seconds(c); ok {
		f.Worked++
		f.WorkingSeconds += n
		one(&f.Working, float64(n))
	}
}

// Working time is what a clock shows that runs in office hours alone and stands while the case is suspended.
func TestWorkingTimeIsThatOfAClock(t *testing.T) {
	w, o := open(t)
	conn := connect(t, o)
	rnd := rand.New(rand.NewPCG(4, 7))
	var cases []record.Case
	for i := range 150 {
		cases = append(cases, finishedCase(rnd, i))
	}
	insert(t, w, &record.Batch{Cases: cases}, "cases")
	none, whole := workingDays{}, workingDays{[]calendar.Range{{From: may4 - 40, To: may4 + 60}}}
	gaps := workingDays{[]calendar.Range{{From: may4, To: may4 + 11}, {From: may4 + 13, To: may4 + 14}, {From: may4 + 20, To: may4 + 60}}}
	for version, days := range []workingDays{none, gaps, whole} {
		if version > 0 {
			do(t, conn, "INSERT INTO working_time (day, working, before, version) VALUES "+days.rows(version))
		}
		if _, err := w.RestateRange(t.Context(), calendar.Range{From: may4 - 1, To: may4 + 45}, time.Now()); err != nil {
			t.Fatal(err)
		}
		var want evaluation.Facts
		for i := range cases {
			addTimes(&want, &cases[i], days)
		}
		f := total(t, w)
		if diff := cmp.Diff(want, caseTimes(&f), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("calendar %d (-clock +SQL):\n%s", version, diff)
		}
		if known := want.Worked; version == 1 && (known == 0 || known == uint64(len(cases))) || version == 2 && known != uint64(len(cases)) {
			t.Errorf("calendar %d knows the days of %d cases: the test does not test what it should", version, known)
		}
	}
}
