package record_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/record"
)

func mapWithTimes(t *testing.T, name string, patterns ...string) record.CodeMap {
	t.Helper()
	m := record.MapFiveBest
	m.Name, m.Times = name, nil
	for _, p := range patterns {
		f, err := record.ParseTimeForm(p)
		if err != nil {
			t.Fatal(err)
		}
		m.Times = append(m.Times, f)
	}
	return m
}

// datedDoor knows one source, kiosk, by its dated maps.
func datedDoor(maps ...record.DatedMap) *record.Door {
	d := testDoor()
	s := record.Source{Name: "kiosk", CodeMaps: maps}
	d.Codes = func(source string, at time.Time) (record.CodeMap, bool) {
		if source != "kiosk" {
			return record.CodeMap{}, false
		}
		return s.MapOn(calendar.DayOf(at, shanghai))
	}
	d.Maps = func(source string) []record.DatedMap {
		if source != "kiosk" {
			return nil
		}
		return maps
	}
	return d
}

func ratedAt(t *testing.T, rated string) *record.RatingInput {
	t.Helper()
	var in record.RatingInput
	if ps := record.Decode([]byte(`{"id":"`+someID+`","source":"kiosk","level":5,"rated_at":`+rated+`}`), &in); ps != nil {
		t.Fatal(ps)
	}
	return &in
}

// A time is read by the map that is in force on the day which it says.
func TestTimesAreReadByTheMapOfTheirDay(t *testing.T) {
	day := func(s string) record.EventDay { return mustDay(t, s) }
	d := datedDoor(
		record.DatedMap{Map: mapWithTimes(t, "old", "dd/MM/yyyy HH:mm:ss", "epoch_s")},
		record.DatedMap{From: day("2026-01-01"), Map: mapWithTimes(t, "new", "MM/dd/yyyy HH:mm:ss", "yyyyMMddHHmmss")},
		record.DatedMap{From: day("2026-04-01"), Map: mapWithTimes(t, "millis", "epoch_ms", "yyyy-MM-dd")},
	)
	for _, tc := range []struct{ sent, want, problem string }{
		{`"2026-05-04T11:30:00+08:00"`, "2026-05-04T11:30:00+08:00", ""},
		{`"15/12/2025 09:30:00"`, "2025-12-15T09:30:00+08:00", ""},
		{`"01/15/2026 09:30:00"`, "2026-01-15T09:30:00+08:00", ""},
		{`"20260304093000"`, "2026-03-04T09:30:00+08:00", ""},
		{`20260304093000`, "2026-03-04T09:30:00+08:00", ""},
		{`"1777865400000"`, "2026-05-04T11:30:00+08:00", ""},
		{`1777865400000`, "2026-05-04T11:30:00+08:00", ""},
		{`"2026-05-04"`, "2026-05-04T00:00:00+08:00", ""},
		{`1735689600`, "2025-01-01T08:00:00+08:00", ""},
		{`1777865400`, "", "rated_at unmapped"},              // seconds, on a day of milliseconds
		{`"20260504093000"`, "", "rated_at unmapped"},        // the form of another day's map
		{`"04/05/2026 09:30:00"`, "", "rated_at unmapped"},   // April by the old map, whose time it is not; May by none
		{`"2026-02-30T11:30:00+08:00"`, "", "rated_at time"}, // no form, but no such day either
		{`"soon"`, "", "rated_at time"},
	} {
		t.Run(tc.sent, func(t *testing.T) {
			in := ratedAt(t, tc.sent)
			rc := d.Receive(in, "kiosk", receipt())
			r, ps := d.Rating(in, rc)
			if tc.problem != "" {
				if diff := cmp.Diff([]string{tc.problem}, fieldCodes(ps)); diff != "" {
					t.Error(diff)
				}
				if strings.Contains(ps.Error(), strings.Trim(tc.sent, `"`)) {
					t.Error("the reason repeats the time:", ps)
				}
				return
			}
			if ps != nil || r.RatedAt.In(shanghai).Format(time.RFC3339) != tc.want || r.RatedAtRaw != r.RatedAt {
				t.Errorf("read as %s, %v", r.RatedAt, ps)
			}
			usual := ratedAt(t, `"`+tc.want+`"`)
			if d.ContentHash(in) != rc.Content || d.ContentHash(usual) != rc.Content {
				t.Error("the same instant in RFC 3339 is another content")
			}
		})
	}
}

// Two maps that read one text as two days, each within its own time, leave it open.
func TestTimeThatFitsTwoMapsIsRefused(t *testing.T) {
	d := datedDoor(
		record.DatedMap{Map: mapWithTimes(t, "old", "dd/MM/yyyy HH:mm:ss")},
		record.DatedMap{From: mustDay(t, "2026-03-01"), Map: mapWithTimes(t, "new", "MM/dd/yyyy HH:mm:ss")},
	)
	in := ratedAt(t, `"03/01/2026 09:30:00"`) // 3 January by the old one, 1 March by the new one
	rc := d.Receive(in, "kiosk", receipt())
	if _, ps := d.Rating(in, rc); cmp.Diff([]string{"rated_at unmapped"}, fieldCodes(ps)) != "" {
		t.Error(ps)
	}
}

func TestPromisedDayInAForm(t *testing.T) {
	d := datedDoor(record.DatedMap{Map: mapWithTimes(t, "m", "yyyyMMdd", "yyyyMMddHHmmss")})
	var in record.CaseInput
	raw := `{"source":"kiosk","case_id":"c","version":1,"accepted_at":"20260501090000","finished_at":20260502090000,"promised_at":"20260506",
		"suspensions":[{"from":"20260501100000","to":"20260501120000"}]}`
	if ps := record.Decode([]byte(raw), &in); ps != nil {
		t.Fatal(ps)
	}
	rc := d.Receive(&in, "kiosk", receipt())
	r, ps := d.Case(&in, rc)
	if ps != nil || r.PromisedAt.In(shanghai).Format(time.RFC3339) != "2026-05-07T00:00:00+08:00" || r.SuspendedSeconds != 7200 || r.HandlingSeconds != 22*3600 {
		t.Errorf("promised %s, suspended %d s, %v", r.PromisedAt, r.SuspendedSeconds, ps)
	}
	var tally record.TallyInput
	if ps := record.Decode([]byte(`{"source":"kiosk","from":"20260401","to":"20260430","level":5,"count":1}`), &tally); ps != nil {
		t.Fatal(ps)
	}
	y, ps := d.Tally(&tally, d.Receive(&tally, "kiosk", receipt()))
	if ps != nil || y.From.String() != "2026-04-01" || y.To.String() != "2026-04-30" {
		t.Errorf("counted from %s to %s, %v", y.From, y.To, ps)
	}
}
