package evaluation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// average is the facts of a unit that scores 76.40 in the default scheme:
//
//	part             value                        points                    weight
//	good rate        1,998 / 2,000 = 99.9 %       (99.9 − 90) / 10 =  99    10 →   990
//	bad per 100,000  2 / 2,000     = 100          (500 − 100) / 500 = 80    45 → 3,600
//	active rate      1,600 / 4,000 = 40 %         40 / 50 =           80    10 →   800
//	on time          190 / 200     = 95 %         (95 − 90) / 10 =    50    25 → 1,250
//	median           under a day                  capped at          100    10 → 1,000
//	                                                                       100 → 7,640
func average() Facts {
	return Facts{
		Levels: [5]uint64{1, 1, 10, 100, 1888}, Events: 4000, Rated: 1600,
		Accepted: 230, Finished: 220, Promised: 200, OnTime: 190, Handled: 220, HandlingSeconds: 110, Handling: Histogram{0: 220},
	}
}

func workedExample() []Unit {
	return []Unit{
		{Code: "990300", NameZH: "丙市", NameEN: "C City", Facts: average()},
		// Without cases: (10·100 + 45·100 + 10·50) / 65 = 6,000 / 65 = 92.307… → 92.31.
		{Code: "990200", NameZH: "乙市", NameEN: "B City", Facts: Facts{Levels: [5]uint64{4: 500}, Events: 400, Rated: 100}},
		// Ten bad of 1,000 are 1,000 per 100,000, past the floor: (10·90 + 45·0) / 55 = 16.3636… → 16.36.
		{Code: "990400", NameZH: "丁市", NameEN: "D City", Facts: Facts{Levels: [5]uint64{0: 10, 4: 990}}},
		{Code: "990100", NameZH: "甲市", NameEN: "A City", Facts: average()},
		{Code: "990600", NameZH: "己市", NameEN: "F City", Facts: Facts{Promised: 900, OnTime: 900}},
		{Code: "990500", NameZH: "戊市", NameEN: "E City", Facts: Facts{Levels: [5]uint64{4: 299}}},
		{Code: "", NameZH: "待归属", NameEN: "Unattributed", Facts: average()},
	}
}

func TestRankWorkedExample(t *testing.T) {
	r := Rank(DefaultScheme(), workedExample())
	type line struct {
		Code  string
		Rank  int
		Score float64
		Tier  string
	}
	var got []line
	for _, p := range r.Ranked {
		got = append(got, line{p.Code, p.Rank, p.Score, p.Tier.NameZH})
		if p.Reason != (Reason{}) || p.Reason.Text("zh") != "" {
			t.Errorf("%s is ranked for a reason: %+v", p.Code, p.Reason)
		}
	}
	want := []line{
		{"990200", 1, 92.31, "优秀"},
		{"990100", 2, 76.40, "良好"},
		{"990300", 2, 76.40, "良好"},
		{"990400", 4, 16.36, "准备"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ranked (-want +got):\n%s", diff)
	}

	var reasons []Reason
	var texts []string
	for _, p := range r.Unranked {
		reasons = append(reasons, p.Reason)
		texts = append(texts, p.Reason.Text("zh"), p.Reason.Text("en"))
	}
	if diff := cmp.Diff([]Reason{
		{Code: Unattributed},
		{Code: TooFew, Indicator: GoodRate, N: 299, Minimum: 300},
		{Code: NoData, Indicator: GoodRate, Minimum: 300},
	}, reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"待归属的记录，不属于任何单位；只列出，不排名。", "Unattributed records, which belong to no unit: listed, not ranked.",
		"样本不足（299 条，少于 300 条），只列出，不排名。", "Too small a sample (299, fewer than 300): listed, not ranked.",
		"没有数据，不等于 0；只列出，不排名。", "No data, which is not 0: listed, not ranked.",
	}, texts); diff != "" {
		t.Errorf("sentences (-want +got):\n%s", diff)
	}
}

func TestRankExplainsItsParts(t *testing.T) {
	r := Rank(DefaultScheme(), workedExample())
	near := cmpopts.EquateApprox(0, 1e-9)
	want := []PartScore{
		{GoodRate, Value{0.999, 1998, 2000, true}, 99, 0.10, true},
		{BadPer100k, Value{100, 2, 2000, true}, 80, 0.45, true},
		{ActiveRate, Value{0.4, 1600, 4000, true}, 80, 0.10, true},
		{OnTimeRate, Value{0.95, 190, 200, true}, 50, 0.25, true},
		{MedianHandling, Value{0.5, 0, 220, true}, 100, 0.10, true},
	}
	if diff := cmp.Diff(want, r.Ranked[1].Scores, near); diff != "" {
		t.Errorf("parts of the average unit (-want +got):\n%s", diff)
	}
	// Missing parts have given their weight to the rest in proportion.
	want = []PartScore{
		{GoodRate, Value{1, 500, 500, true}, 100, 10.0 / 65, true},
		{BadPer100k, Value{0, 0, 500, true}, 100, 45.0 / 65, true},
		{ActiveRate, Value{0.25, 100, 400, true}, 50, 10.0 / 65, true},
		{Indicator: OnTimeRate},
		{Indicator: MedianHandling},
	}
	if diff := cmp.Diff(want, r.Ranked[0].Scores, near); diff != "" {
		t.Errorf("parts of the unit without cases (-want +got):\n%s", diff)
	}
}

func TestRankOfNothing(t *testing.T) {
	if r := Rank(DefaultScheme(), nil); len(r.Ranked) != 0 || len(r.Unranked) != 0 {
		t.Errorf("no units: %+v", r)
	}
	// A scheme whose parts all give way still does not invent a score.
	s := Scheme{
		ID: "s", Version: "1", Tiers: DefaultScheme().Tiers,
		Parts: []Part{{Indicator: OnTimeRate, Weight: 1, Target: 1, Missing: Renormalise}},
	}
	r := Rank(s, []Unit{{Code: "a"}})
	if len(r.Ranked) != 0 || len(r.Unranked) != 1 || r.Unranked[0].Reason.Code != NoData {
		t.Errorf("a unit without any data: %+v", r)
	}
}

func TestUnitName(t *testing.T) {
	tests := []struct {
		unit   Unit
		zh, en string
	}{
		{Unit{Code: "1", NameZH: "甲", NameEN: "A"}, "甲", "A"},
		{Unit{Code: "1", NameZH: "甲"}, "甲", "甲"},
		{Unit{Code: "1", NameEN: "A"}, "A", "A"},
		{Unit{Code: "1"}, "1", "1"},
	}
	for _, tt := range tests {
		if zh, en := tt.unit.Name("zh"), tt.unit.Name("en"); zh != tt.zh || en != tt.en {
			t.Errorf("%+v: %q, %q", tt.unit, zh, en)
		}
	}
}
