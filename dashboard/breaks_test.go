package dashboard

import (
	"context"
	"strings"
	"testing"

	"haochaping/evaluation"
)

type breakList []evaluation.Break

func (l breakList) Breaks(context.Context) ([]evaluation.Break, error) { return l, nil }

func breaksOf(list ...evaluation.Break) Breaks { return breakList(list) }

// testBreaks are one break everywhere and one of a city, both within the last 30 days of the tests, and one of the
// scheme.
var testBreaks = []evaluation.Break{
	{Day: testDay - 20, Kind: evaluation.BreakDefaultRule, Subject: "app", TextZH: "此日起，来源甲记入系统默认评价", TextEN: "on this day a source began recording default ratings"},
	{Day: testDay - 10, Kind: evaluation.BreakDirectory, Subject: "9902", TextZH: "两区合并", TextEN: "two counties were merged", Regions: []string{"990201"}},
	{Day: testDay - 5, Kind: evaluation.BreakScheme, Subject: "test", TextZH: "评价方案换版", TextEN: "another version of the scheme judges"},
}

func TestBreaksAreDrawnWhereTheyConcern(t *testing.T) {
	store := newFakeStore(t)
	d := newTestDashboard(t, store, func(o *Options) { o.Breaks = breaksOf(testBreaks...) })
	for path, want := range map[string][3]bool{ // source, directory, scheme
		"/":                 {true, true, false},
		"/region/9902":      {true, true, false},
		"/region/990201":    {true, true, false},
		"/region/990201001": {true, true, false},
		"/region/9901":      {true, false, false},
		"/hall/H990101001":  {true, false, false},
		"/ranking":          {true, true, true},
		"/?p=custom&from=2026-11-10&to=2026-11-12": {false, false, false},
	} {
		body := get(d, path, English).Body.String()
		for i, b := range testBreaks {
			if got := strings.Contains(body, "Break in the series: "+b.TextEN); got != want[i] {
				t.Errorf("%s: break %d shown: %v, want %v", path, i, got, want[i])
			}
		}
		lines := strings.Count(body, `"xAxis":`) - strings.Count(body, `"xAxis":[`)
		wantLines := 0
		for _, shown := range want[:2] {
			if shown && !strings.HasPrefix(path, "/ranking") {
				wantLines++
			}
		}
		if lines != wantLines {
			t.Errorf("%s: %d lines, want %d", path, lines, wantLines)
		}
	}
}
