package fileimport

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/record"
	"haochaping/strictyaml"
)

// bad is a mapping with one thing wrong, and where and how it is said.
var badMappings = []struct {
	name, text string
	line       int
	want       string
}{
	{"empty", "", 0, "the file is empty"},
	{"no YAML", "a: [", 0, "not valid YAML"},
	{"not an object", "- a", 1, "key: value"},
	{"unknown key", "sources: x\nrecords: []", 1, `no key "sources"; the nearest known one is source`},
	{"no source", "records: [{kind: tally, fields: {}}]", 1, "source is missing"},
	{"no records", "source: x", 1, "records is missing"},
	{"empty records", "source: x\nrecords: []", 2, "records is empty"},
	{"twice", "source: x\nsource: y", 2, "source stands twice"},
	{"anchor", "source: &a x\nrecords: *a", 2, "expects a list"},
	{"format", "source: x\nformat: xls", 2, `"xls" is none of csv, xlsx, ndjson; the nearest is xlsx`},
	{"encoding", "source: x\nencoding: gbk", 2, "none of auto, utf-8, gb18030"},
	{"delimiter", "source: x\ndelimiter: '||'", 2, "one character"},
	{"header", "source: x\nheader_row: -1", 2, "from 0 to 1000"},
	{"quotes", "source: x\nquotes: maybe", 2, "true or false"},
	{"layout", "source: x\ntime: {layouts: [dd.MM]}", 2, "a layout needs yyyy, MM and dd"},
	{"unix beside", "source: x\ntime: {layouts: [unix, yyyyMMdd]}", 2, "stands alone"},
	{"zone", "source: x\ntime:\n  zone: Asia/Peking", 3, "no known time zone"},
	{"preset", "source: x\ncode_map: {preset: best}", 2, "there are five-best and gbt-39046"},
	{"preset changed", "source: x\ncode_map: {preset: five-best, levels: {a: 1}}", 2, "needs a name of its own"},
	{"level 6", "source: x\ncode_map: {name: a, levels: {a: 6}}", 2, "from 1 to 5"},
	{"channel", "source: x\ncode_map: {name: a, levels: {a: 5}, channels: {a: fax}}", 2, "is none of"},
	{"code map date", "source: x\ncode_maps: [{from: 2026-02-30, preset: five-best}]", 2, "expects a date"},
	{"code map date alone", "source: x\ncode_map: {from: 2026-02-01, preset: five-best}", 2, `no key "from"`},
	{"kind", "source: x\nrecords:\n  - {kind: ratings, fields: {}}", 3, "the nearest is rating"},
	{"no kind", "source: x\nrecords:\n  - {fields: {}}", 3, "a record needs kind"},
	{"no fields", "source: x\nrecords:\n  - {kind: rating}", 3, "a record needs fields"},
	{"field", rating("levl: {column: a}"), 5, `no key "levl"; the nearest known one is level`},
	{"source as a field", rating("source: {column: a}"), 5, `no key "source"`},
	{"suspensions", caseOf("suspensions: {column: a}"), 5, `no key "suspensions"`},
	{"plain field", rating("level: stars"), 5, "{column: NAME} or {const: VALUE}"},
	{"two ways", rating("level: {column: a, const: b}"), 5, "exactly one of"},
	{"no way", rating("level: {default: a}"), 5, "exactly one of"},
	{"derived level", rating("level: derived"), 5, "written as"},
	{"unknown in field", rating("level: {colum: a}"), 5, "the nearest known one is column"},
	{"number of a text", rating("comment: {column: a, multiply: 2}"), 5, `no key "multiply"`},
	{"enum", rating("answer: {const: silent}"), 5, "none of active, default, unanswered, declined"},
	{"enum in a map", rating("answer: {column: a, map: {x: silent}}"), 5, `value for "x"`},
	{"constant number", caseOf("visits: {const: many}"), 5, "the const does not fit"},
	{"constant time", rating("served_at: {const: soon}"), 5, "the const does not fit"},
	{"constant level", "source: x\ncode_map: {preset: five-best}\n" + strings.TrimPrefix(rating("level: {const: '6'}"), "source: x\n"), 6, "not a code of the map"},
	{"multiply", caseOf("handling_seconds: {column: a, multiply: -1}"), 5, "above 0"},
	{"separator", caseOf("handling_seconds: {column: a, thousands: '1'}"), 5, "no digit"},
	{"clean", rating("department: {column: a, clean: all}"), 5, "none of name"},
	{"template open", rating("case_id: {template: '{a'}"), 5, "closed by }"},
	{"template plain", rating("case_id: {template: 'a'}"), 5, "has no column"},
	{"id missing", "source: x\nrecords:\n  - kind: rating\n    fields: {rated_at: {column: a}}", 3, "needs the field id: a column, or derived"},
	{"count missing", "source: x\nrecords:\n  - kind: tally\n    fields: {from: {column: a}, to: {column: b}}", 3, "field count, or unpivot"},
	{"nothing to derive from", rating("prompt_id: derived"), 3, "the row's first prompt"},
	{"when", "source: x\nrecords:\n  - kind: case\n    when: {column: a}\n    fields: {case_id: derived, accepted_at: {column: a}}", 4, "when needs a column"},
	{"unpivot ratings", "source: x\nrecords:\n  - kind: rating\n    fields: {id: derived, rated_at: {column: a}}\n    unpivot: {columns: {}}", 5, "only tallies"},
	{"unpivot nothing", "source: x\nrecords:\n  - kind: tally\n    fields: {from: {column: a}, to: {column: b}}\n    unpivot: {columns: {}}", 5, "needs columns"},
	{"unpivot a column", "source: x\nrecords:\n  - kind: tally\n    fields: {from: {column: a}, to: {column: b}}\n    unpivot: {columns: {c: {level: {column: d}}}}", 5, "every field is a const"},
}

func rating(field string) string {
	return "source: x\nrecords:\n  - kind: rating\n    fields:\n      " + field + "\n      id: derived\n      rated_at: {column: t}\n"
}

func caseOf(field string) string {
	return "source: x\nrecords:\n  - kind: case\n    fields:\n      " + field + "\n      case_id: derived\n      accepted_at: {column: t}\n"
}

func TestBadMappings(t *testing.T) {
	for _, test := range badMappings {
		_, err := LoadMapping(strings.NewReader(test.text))
		var list MappingError
		if !errors.As(err, &list) {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		found := false
		for _, p := range list {
			found = found || p.Line == test.line && strings.Contains(p.Message, test.want)
		}
		if !found {
			t.Errorf("%s: want line %d %q in\n%v", test.name, test.line, test.want, err)
		}
	}
	_, err := LoadMapping(strings.NewReader("source: x\nfromat: csv\nencodnig: utf-8\nrecords: []"))
	if got := fmt.Sprint(err); !strings.Contains(got, "line 2") || !strings.Contains(got, "line 3") {
		t.Errorf("not every problem is said: %s", got)
	}
	if _, err = LoadMapping(strings.NewReader(strings.Repeat("#", strictyaml.MaxSize+1))); err == nil {
		t.Error("a mapping without bounds is read")
	}
}

func TestMappingDoor(t *testing.T) {
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	base := testDoor(t, "Asia/Shanghai")
	base.Codes = func(source string, _ time.Time) (record.CodeMap, bool) {
		return record.CodeMap{Name: "of the installation"}, source == "known"
	}
	own := mapping(t, plainMapping)
	if m, ok := own.Door(base).Codes("hall", at); !ok || m.Name != "five-best" {
		t.Errorf("own map %v %v", m.Name, ok)
	}
	if m, ok := own.Door(base).Codes("known", at); !ok || m.Name != "of the installation" {
		t.Errorf("map of another source %v %v", m.Name, ok)
	}
	registered := mapping(t, rating("level: {column: a}"))
	if _, ok := registered.RecordSource(); ok {
		t.Error("a mapping without code maps registers one")
	}
	if _, ok := registered.Door(base).Codes("x", at); ok {
		t.Error("an unknown source has a map")
	}
	base.Codes = nil
	if _, ok := registered.Door(base).Codes("x", at); ok {
		t.Error("an unknown source has a map")
	}
}

func TestNumbers(t *testing.T) {
	tests := []struct {
		form numberForm
		text string
		want float64
		ok   bool
	}{
		{numberForm{multiply: 1}, "12", 12, true},
		{numberForm{multiply: 1}, "1.2E+3", 1200, true},
		{numberForm{multiply: 1}, "1.5", 0, false},
		{numberForm{multiply: 1}, "0x10", 0, false},
		{numberForm{multiply: 1}, "1,234", 0, false},
		{numberForm{multiply: 1}, "NaN", 0, false},
		{numberForm{multiply: 1}, "1e999", 0, false},
		{numberForm{multiply: 86400}, "1.5", 129600, true},
		{numberForm{multiply: 86400}, "0.000001", 0, true},
		{numberForm{multiply: 1, thousands: ","}, "13,431,970", 13431970, true},
		{numberForm{multiply: 1, thousands: ","}, "1234", 1234, true},
		{numberForm{multiply: 1, thousands: ","}, "1,5", 0, false},
		{numberForm{multiply: 1, thousands: ","}, "1234,567", 0, false},
		{numberForm{multiply: 2, thousands: ".", decimal: ","}, "1.234,5", 2469, true},
		{numberForm{multiply: 2, decimal: ","}, "1.5", 3, true},
	}
	for _, test := range tests {
		got, p := test.form.parse(test.text)
		if (p == nil) != test.ok || p == nil && got != test.want {
			t.Errorf("%+v %q: %v %v, want %v %v", test.form, test.text, got, p, test.want, test.ok)
		}
	}
}

func TestTimes(t *testing.T) {
	shanghai := zoneOf(t, "Asia/Shanghai")
	paulo := zoneOf(t, "America/Sao_Paulo")
	tests := []struct {
		form     timeForm
		text     string
		want     string
		dateOnly bool
	}{
		{timeForm{zone: paulo}, "2014-05-16", "2014-05-16T00:00:00+08:00", true},
		{timeForm{zone: paulo}, "2014-05-16 10:00:00", "2014-05-16T10:00:00-03:00", false},
		{timeForm{}, "20140516T100000", "2014-05-16T10:00:00+08:00", false},
		{timeForm{unix: true}, "1400000000", "2014-05-14T00:53:20+08:00", false},
		{timeForm{unixMillis: true}, "1400000000000", "2014-05-14T00:53:20+08:00", false},
		{timeForm{unix: true}, "soon", "", false},
		{timeForm{}, "16/05/2014", "", false},
	}
	for _, test := range tests {
		at, dateOnly, p := test.form.parse(test.text, conversion{zone: shanghai})
		got := ""
		if p == nil {
			got = at.Format(time.RFC3339)
		} else if strings.Contains(p.Reason, test.text) {
			t.Errorf("%q: the problem repeats the text: %s", test.text, p.Reason)
		}
		if got != test.want || dateOnly != test.dateOnly {
			t.Errorf("%q: %s %v, want %s %v", test.text, got, dateOnly, test.want, test.dateOnly)
		}
	}
}

// Of an end only the day is known: it lies after a beginning on the same day.
func TestFinishedOnTheDay(t *testing.T) {
	text := caseOf("finished_at: {column: f}")
	sink, result, refused := load(t, text, "a.csv", []byte("t,f\n2026-05-01 10:00:00,2026-05-01\n"+
		"2026-05-01 10:00:00,2026-05-02\n2026-05-01 10:00:00,2026-04-30\n2026-05-01 10:00:00,2026-05-01 00:00:00\n2026-05-01 10:00:00,\n"))
	if result.Refused != 2 || !strings.Contains(refused, "\n4,case,time,finished_at") || !strings.Contains(refused, "\n5,case,time,finished_at") {
		t.Errorf("%+v\n%s", result, refused)
	}
	var got []string
	for i := range sink.all.Cases {
		got = append(got, fmt.Sprint(sink.all.Cases[i].FinishedDay, " ", sink.all.Cases[i].HandlingSeconds))
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"1970-01-01 -1", "2026-05-01 0", "2026-05-02 50400"}, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzLoadMapping(f *testing.F) {
	f.Add(plainMapping)
	for _, test := range badMappings {
		f.Add(test.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := LoadMapping(strings.NewReader(text))
		var list MappingError
		if err != nil && !errors.As(err, &list) {
			t.Fatalf("an error without places: %v", err)
		}
		if err == nil && (m.Source() == "" || len(m.plans) == 0) {
			t.Fatal("a mapping without source or records passes")
		}
	})
}
