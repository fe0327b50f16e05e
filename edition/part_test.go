package edition

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/evaluation/scheme"
)

// A unit learns its own figures and where the middle lies, and nothing that names another unit.
func TestPartsNameNobodyElse(t *testing.T) {
	e, hash := mustDraw(t, testDrawing())
	parts := Parts(e, hash, calendar.MakeDay(2026, 7, 8))
	if len(parts) != len(e.Units) {
		t.Fatalf("%d parts for %d units", len(parts), len(e.Units))
	}
	for i := range parts {
		own := parts[i].Unit
		for _, lang := range []string{"zh", "en"} {
			text := parts[i].Words(lang)
			if !strings.Contains(text, own.Code) || !strings.Contains(text, hash) || !strings.Contains(text, "2026-07-08") {
				t.Errorf("the part of %s in %s lacks its head:\n%s", own.Code, lang, text)
			}
			for j := range e.Units {
				if other := &e.Units[j]; other.Code != own.Code && (strings.Contains(text, other.Code) || strings.Contains(text, other.Name.ZH)) {
					t.Errorf("the part of %s names %s:\n%s", own.Code, other.Code, text)
				}
			}
		}
	}
	first := parts[0].Words("zh")
	for _, text := range []string{
		"得分：95.50（95% 区间 94.00 至 95.75）", "得分名次：第 1 名，共 3 个参评单位", "名次范围：第 1–2 名", "档次：优秀",
		"全部单位：4 个，其中 3 个排名；得分中位数 91.00", "山区：4 个", "异议截止：2026-07-08", "| 质量 |", "11.60（n 25,852）",
	} {
		if !strings.Contains(first, text) {
			t.Errorf("the part lacks %q:\n%s", text, first)
		}
	}
	if last := parts[3].Words("en"); !strings.Contains(last, "Too small a sample (12, fewer than 30)") || strings.Contains(last, "Rank:") {
		t.Errorf("a unit without a rank reads:\n%s", last)
	}
}

// Of two units a median would tell each what the other has.
func TestMedianOfFew(t *testing.T) {
	if m := median([]Decimal{"1.000000000", "2.000000000"}); m != "" {
		t.Errorf("the median of two is given: %s", m)
	}
	if m := median([]Decimal{"3.000000000", "-1.000000000", "10.000000000", "2.000000000"}); m != "2.500000000" {
		t.Errorf("the median is %s", m)
	}
}

func TestReadNarratives(t *testing.T) {
	list, problems, err := ReadNarratives(strings.NewReader(`
units:
  "440102":
    cases:
      - {text: 帮办代办, source: 电话回访}
    highlights: []
  "0440101":
    shortcomings:
      - text: 指南有误
        source: 第三方检查
`))
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	want := []UnitNarrative{
		{"0440101", map[Section][]Narrative{Shortcomings: {{Shortcomings, "指南有误", "第三方检查"}}}},
		{"440102", map[Section][]Narrative{Cases: {{Cases, "帮办代办", "电话回访"}}, Highlights: {}}},
	}
	if d := cmp.Diff(want, list); d != "" {
		t.Error(d)
	}
	for text, message := range map[string]string{
		"":                                 "empty",
		"units: {}":                        "names no units",
		"unit: {}\n":                       "nearest known one is units",
		"units: {a: {highlight: []}}":      "highlights",
		"units: {a: {cases: [{text: a}]}}": "a text and a source",
		"units: {a: {cases: {text: a, source: b}}}": "list",
	} {
		_, problems, err := ReadNarratives(strings.NewReader(text))
		if err != nil || len(problems) == 0 || !strings.Contains(problems[0].Message, message) {
			t.Errorf("%q: %v, %v, want %q", text, problems, err, message)
		}
	}
}

func month(year, m int) calendar.Range {
	return calendar.Range{From: calendar.Period(calendar.KindMonth, calendar.MakeDay(year, 1, 1).AddMonths(m-1)).From, To: calendar.MakeDay(year, 1, 1).AddMonths(m) - 1}
}

func TestDue(t *testing.T) {
	valid := func(id, version string, from, to calendar.Day) *scheme.Scheme {
		return &scheme.Scheme{ID: id, Version: version, Valid: calendar.Range{From: from, To: to}}
	}
	start := calendar.MakeDay(2020, 1, 1)
	counties := valid("counties", "1", start, calendar.MakeDay(2026, 5, 31))
	newer := valid("counties", "2", calendar.MakeDay(2026, 6, 1), calendar.MaxDay)
	part := valid("lines", "1", calendar.MakeDay(2026, 6, 2), calendar.MaxDay)
	both := valid("counties", "1b", calendar.MakeDay(2026, 5, 1), calendar.MaxDay)
	tests := []struct {
		name     string
		schemes  []*scheme.Scheme
		existing []Head
		today    calendar.Day
		cutoff   int
		want     []string
	}{
		{"the day before the cutoff", []*scheme.Scheme{newer}, nil, calendar.MakeDay(2026, 7, 13), 14, nil},
		{"the day of the cutoff", []*scheme.Scheme{newer}, nil, calendar.MakeDay(2026, 7, 14), 14, []string{"counties 2 2026-06-01"}},
		{"nights were missed", []*scheme.Scheme{counties, newer}, nil, calendar.MakeDay(2026, 7, 20), 14, []string{
			"counties 1 2026-04-01", "counties 1 2026-05-01", "counties 2 2026-06-01",
		}},
		{"one is there", []*scheme.Scheme{newer, counties}, []Head{{SchemeID: "counties", Period: month(2026, 5)}}, calendar.MakeDay(2026, 7, 20), 14, []string{
			"counties 1 2026-04-01", "counties 2 2026-06-01",
		}},
		{"the newest version counts", []*scheme.Scheme{newer, both}, nil, calendar.MakeDay(2026, 7, 20), 14, []string{"counties 1b 2026-05-01", "counties 2 2026-06-01"}},
		{"part of a month", []*scheme.Scheme{part}, nil, calendar.MakeDay(2026, 8, 20), 14, []string{"lines 1 2026-07-01"}},
		{"never on the month's own last day", []*scheme.Scheme{newer}, nil, calendar.MakeDay(2026, 6, 30), 0, nil},
	}
	for _, tt := range tests {
		var got []string
		for _, task := range Due(tt.schemes, tt.existing, tt.today, tt.cutoff) {
			got = append(got, task.Scheme.ID+" "+task.Scheme.Version+" "+task.Period.From.String())
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

func TestWatched(t *testing.T) {
	head := func(number string, revision int, state State, period calendar.Range) Head {
		return Head{Ref: Ref{number, revision}, State: state, Period: period, DataHash: "a"}
	}
	list := Watched([]Head{
		head("b", 2, Published, month(2026, 6)), head("b", 1, Superseded, month(2026, 6)), head("a", 1, Published, month(2025, 12)),
		head("c", 1, Published, month(2026, 5)), head("c", 2, Draft, month(2026, 5)), head("d", 1, Published, month(2025, 5)),
		head("e", 1, Checked, month(2026, 6)),
	}, calendar.MakeDay(2026, 7, 20))
	var got []string
	for i := range list {
		got = append(got, list[i].Ref.String())
	}
	if d := cmp.Diff([]string{"a.1", "b.2"}, got); d != "" {
		t.Error(d)
	}
	if list[0].Stale("a") || !list[0].Stale("b") {
		t.Error("what is stale is mistaken")
	}
}

func TestRefs(t *testing.T) {
	for text, want := range map[string]Ref{"counties-2026-Q3-01": {"counties-2026-Q3-01", 0}, "县区-2026-07-02.12": {"县区-2026-07-02", 12}} {
		if got, err := ParseRef(text); err != nil || got != want || got.String() != text {
			t.Errorf("%s is read as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "counties", "counties-2026-Q3-01.", "counties-2026-Q3-01.0", "counties-2026-Q3-01.01", "a b-01", "../a-01", "counties-2026-Q3-01.1.1"} {
		if got, err := ParseRef(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
