package warehouse_test

import (
	"fmt"
	"testing"
	"time"

	"haochaping/calendar"
	"haochaping/record"
	"haochaping/warehouse"
)

// workedCase is a finished case from one time to another, in Shanghai.
func workedCase(t *testing.T, id int, from, to string) record.Case {
	t.Helper()
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", text, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	c := record.Case{
		Stamp: record.Stamp{ReceivedAt: at(to)}, Source: "test", CaseID: fmt.Sprint(id), Version: 1, Kind: "case", Status: "finished",
		AcceptedAt: at(from), FinishedAt: at(to), HandlingSeconds: int64(at(to).Sub(at(from)) / time.Second), Visits: -1,
	}
	c.AcceptedDay, c.FinishedDay = calendar.DayOf(c.AcceptedAt, shanghai), calendar.DayOf(c.FinishedAt, shanghai)
	return c
}

// aYear is an arrangement of 2027 that gives its statutory holidays as days off and nothing else.
func aYear() []calendar.WorkdayRule {
	return calendar.BuiltIn().Missing(2027)
}

func storeWorkingTime(t *testing.T, w *warehouse.Warehouse) int {
	t.Helper()
	marked, err := w.StoreWorkingTime(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return marked
}

func importDays(t *testing.T, w *warehouse.Warehouse, rules ...calendar.WorkdayRule) int {
	t.Helper()
	marked, err := w.ImportWorkdays(t.Context(), rules, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return marked
}

// Cases over the National Day of 2026, over the year's end and within 2027: what becomes known or changes is marked,
// nothing else, and the facts are what the calendar says.
func TestWorkingTimeFollowsTheCalendar(t *testing.T) {
	w, o := open(t)
	cases := []record.Case{
		workedCase(t, 1, "2026-09-30 16:00", "2026-10-10 10:00"), // 1 h, two days, 1 h
		workedCase(t, 2, "2026-12-31 16:00", "2027-01-04 10:00"), // over an unknown year's first days
		workedCase(t, 3, "2027-03-01 09:00", "2027-03-01 12:00"),
		workedCase(t, 4, "2026-11-23 09:00", "2026-11-23 17:00"),
	}
	insert(t, w, &record.Batch{Cases: cases}, "cases")
	restate(t, w)
	if f := total(t, w); f.Worked != 0 || f.Handled != 4 {
		t.Fatalf("without a calendar: %d worked of %d", f.Worked, f.Handled)
	}
	if marked := storeWorkingTime(t, w); marked != 4 {
		t.Errorf("the first table marks %d days, want those of 4 cases", marked)
	}
	restate(t, w)
	if f := total(t, w); f.Worked != 2 || f.WorkingSeconds != (16+7)*3600 {
		t.Errorf("2027 unknown: %d worked, %d s; want 2, %d s", f.Worked, f.WorkingSeconds, 23*3600)
	}
	if marked := storeWorkingTime(t, w); marked != 0 {
		t.Errorf("nothing changed, but %d days are marked", marked)
	}

	// Some days of a year do not make it known; all its statutory holidays do.
	if marked := importDays(t, w, aYear()[1:]...); marked != 0 || w.Workdays().Known(2027) {
		t.Errorf("part of a year: %d days marked, known %v", marked, w.Workdays().Known(2027))
	}
	if marked := importDays(t, w, aYear()[0]); marked != 2 || !w.Workdays().Known(2027) {
		t.Errorf("the rest of it: %d days marked, known %v", marked, w.Workdays().Known(2027))
	}
	restate(t, w)
	// 31 December: 1 h; 1 January off, 2 and 3 a weekend; 4 January: 1 h.
	if f := total(t, w); f.Worked != 4 || f.WorkingSeconds != (23+2+3)*3600 {
		t.Errorf("2027 known: %d worked, %d s; want 4, %d s", f.Worked, f.WorkingSeconds, 28*3600)
	}

	// One day changes the cases that were open on it; the newest import of a day counts.
	friday := calendar.WorkdayRule{Day: calendar.MakeDay(2026, 10, 9), Name: "停电"}
	if marked := importDays(t, w, friday); marked != 1 {
		t.Errorf("a day off: %d days marked, want that of case 1", marked)
	}
	restate(t, w)
	if f := total(t, w); f.WorkingSeconds != 21*3600 {
		t.Errorf("9 October off: %d s, want %d", f.WorkingSeconds, 21*3600)
	}
	friday.Working = true
	importDays(t, w, friday)
	restate(t, w)
	if f := total(t, w); f.WorkingSeconds != 28*3600 {
		t.Errorf("9 October worked after all: %d s, want %d", f.WorkingSeconds, 28*3600)
	}

	// Another process has the same days, and other hours change everything.
	o.Hours = calendar.Hours{{From: 8 * 3600, To: 12 * 3600}, {From: 13 * 3600, To: 17 * 3600}}
	other, err := warehouse.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}()
	if !other.Workdays().Known(2027) {
		t.Error("another process does not know the imported year")
	}
	if marked := storeWorkingTime(t, other); marked != 4 {
		t.Errorf("other hours: %d days marked, want 4", marked)
	}
	restate(t, other)
	if f := total(t, other); f.WorkingSeconds != (28+2+1+1)*3600 {
		t.Errorf("other hours: %d s, want %d", f.WorkingSeconds, 32*3600)
	}
}

// A process that ended between the table and its marks is made up for.
func TestWorkingTimeIsFinished(t *testing.T) {
	w, _ := open(t)
	insert(t, w, &record.Batch{Cases: []record.Case{workedCase(t, 1, "2026-09-30 16:00", "2026-10-10 10:00")}}, "cases")
	storeWorkingTime(t, w)
	if err := w.StoreSetting(t.Context(), "calendar.pending", "2026-10-09..2026-10-09"); err != nil {
		t.Fatal(err)
	}
	if marked := storeWorkingTime(t, w); marked != 1 {
		t.Errorf("%d days marked, want that of the case", marked)
	}
	if marked := storeWorkingTime(t, w); marked != 0 {
		t.Errorf("marked again: %d days", marked)
	}
}

func TestImportWorkdaysRefuses(t *testing.T) {
	w, _ := open(t)
	good := calendar.WorkdayRule{Day: calendar.MakeDay(2026, 11, 20), Name: "x"}
	bad := calendar.WorkdayRule{Day: calendar.MakeDay(2026, 10, 1), Working: true}
	if _, err := w.ImportWorkdays(t.Context(), []calendar.WorkdayRule{good, bad}, time.Now()); err == nil {
		t.Error("the National Day may be worked")
	}
	if _, err := w.ReloadWorkdays(t.Context()); err != nil || w.Workdays().Origin(2026) != calendar.OriginBuiltIn {
		t.Errorf("a refused import left %s (%v)", w.Workdays().Origin(2026), err)
	}
}
