package app

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/record"
)

func TestCodeMapBreaks(t *testing.T) {
	may, june := calendar.MakeDay(2026, time.May, 1), calendar.MakeDay(2026, time.June, 15)
	renamed := record.MapFiveBest
	renamed.Name, renamed.Times = "other-times", nil
	got := codeMapBreaks([]record.Source{
		{Name: "turned", CodeMaps: []record.DatedMap{{From: june, Map: record.MapGBT39046}, {Map: record.MapFiveBest}}},
		{Name: "one", CodeMaps: []record.DatedMap{{Map: record.MapFiveBest}}},
		{Name: "same reading", CodeMaps: []record.DatedMap{{Map: record.MapFiveBest}, {From: may, Map: renamed}}},
	})
	want := []evaluation.Break{{
		Day: june, Kind: evaluation.BreakCodeMap, Subject: "turned",
		TextZH: "2026年6月15日起，来源 turned 换用编码对照表 gbt-39046",
		TextEN: "from 15 Jun 2026 on the codes of source turned are read by the map gbt-39046",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDirectoryBreaks(t *testing.T) {
	on := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	regions := []directory.Region{{Code: "99", Name: "省"}, {Code: "9901", Name: "甲", Parent: "99"}, {Code: "9902", Name: "乙", Parent: "99"}}
	departments := []directory.Department{{Code: "D1", Name: "局", Region: "9902", Line: "公安"}, {Code: "D2", Name: "新局", Region: "9902", Line: "公安"}}
	items := []directory.Item{{Code: "I1", Name: "事项", Department: "D2"}, {Code: "I2", Name: "新事项", Department: "D2"}}
	dir, problems := directory.New(regions, nil, nil, departments, items, []directory.Successor{
		{Kind: directory.KindRegion, From: "9903", To: "9901", On: on},
		{Kind: directory.KindRegion, From: "9904", To: "9901", On: on},
		{Kind: directory.KindDepartment, From: "D1", To: "D2", On: on.AddDate(0, 1, 4)},
		{Kind: directory.KindItem, From: "I1", To: "I2", On: on},
		{Kind: directory.KindDepartment, From: "D0", To: "D2"}, // always so: no break
	})
	if directory.Fatal(problems) {
		t.Fatal(problems)
	}
	got := directoryBreaks(dir)
	evaluation.SortBreaks(got)
	want := []evaluation.Break{
		{
			Day: calendar.MakeDay(2026, time.March, 1), Kind: evaluation.BreakDirectory, Subject: "9903", Regions: []string{"9901"},
			TextZH: "2026年3月起，地区有合并或更名（9903 → 9901, 9904 → 9901）", TextEN: "from Mar 2026 on regions are merged or renamed (9903 → 9901, 9904 → 9901)",
		},
		{
			Day: calendar.MakeDay(2026, time.April, 5), Kind: evaluation.BreakDirectory, Subject: "D1", Regions: []string{"9902"},
			TextZH: "2026年4月5日起，部门有合并或更名（D1 → D2）", TextEN: "from 5 Apr 2026 on departments are merged or renamed (D1 → D2)",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSchemeBreaks(t *testing.T) {
	year := calendar.MakeDay(2027, time.January, 1)
	version := func(id, version string, from calendar.Day) *scheme.Scheme {
		return &scheme.Scheme{ID: id, Version: version, Name: scheme.Text{ZH: "方案", EN: "Scheme"}, Valid: calendar.Range{From: from, To: calendar.MaxDay}}
	}
	got := schemeBreaks([]*scheme.Scheme{version("own", "2", year), version("own", "1", calendar.MinDay), version("other", "1", year)})
	want := []evaluation.Break{{
		Day: year, Kind: evaluation.BreakScheme, Subject: "own",
		TextZH: "2027年1月起，评价方案“方案”改用第 2 版", TextEN: "from Jan 2027 on the scheme Scheme judges in version 2",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := schemeBreaks(scheme.Bundled()); len(got) != 0 {
		t.Errorf("the bundled schemes break: %+v", got)
	}
}
