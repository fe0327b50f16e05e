package app

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/evaluation/imported"
	"haochaping/evaluation/scheme"
)

// What the workbench is made of does what the commands do: one template, one reader, one store.
func TestIndicatorPages(t *testing.T) {
	a, w := withWarehouse(t, "workdesk_indicators")
	fillProvince(t, w)
	pages := indicatorPages{a}
	schemes, err := pages.Schemes(t.Context())
	if err != nil || len(schemes) == 0 {
		t.Fatalf("%d schemes, %v", len(schemes), err)
	}
	for _, s := range schemes {
		if len(importedLeaves(&s.Root)) == 0 {
			t.Errorf("%s has nothing to import", s.ID)
		}
	}
	own := *schemes[0]
	own.Units = scheme.Units{Kind: scheme.UnitRegion, Level: 2}
	template := func(keep func(string) bool) (units []string) {
		var out bytes.Buffer
		if err := pages.Template(t.Context(), &own, "zh", keep, &out); err != nil {
			t.Fatal(err)
		}
		_, problems := pages.Read(bytes.NewReader(out.Bytes()), "指标.XLSX", func(*imported.Value) []imported.Fault { return nil })
		if imported.Fatal(problems) || len(problems) == 0 {
			t.Fatalf("the template is read with %v", problems)
		}
		for _, p := range problems {
			units = append(units, p.Cell)
		}
		return units
	}
	all, one := template(func(string) bool { return true }), template(func(code string) bool { return code == "4401" })
	if leaves := len(importedLeaves(&own.Root)); len(one) != leaves || len(all) <= len(one) {
		t.Errorf("templates of %d and %d rows for %d indicators", len(all), len(one), leaves)
	}

	values, problems := pages.Read(strings.NewReader("单位,指标,截止日期,数值,来源\n4401,guide_accuracy,2026-06-30,90,示例〔2026〕1号\n"), "a.csv", nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, want := range []int{1, 0} {
		if stored, err := pages.Import(t.Context(), values, "li"); err != nil || stored != want {
			t.Errorf("stored %d, %v; want %d", stored, err, want)
		}
	}
	history, err := pages.History(t.Context(), calendar.Period(calendar.KindYear, june2026.From))
	if err != nil || len(history) != 1 || history[0].By != "li" || history[0].Source != "示例〔2026〕1号" {
		t.Errorf("%+v, %v", history, err)
	}
}

func TestTargetPages(t *testing.T) {
	a, w := withWarehouse(t, "workdesk_targets")
	fillProvince(t, w)
	pages := targetPages{a}
	indicators, err := pages.Indicators(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, i := range indicators {
		if seen[i.ID] || i.Unit == "" || i.Direction == 0 || i.Name("zh") == "" {
			t.Errorf("%+v stands twice or lacks something", i)
		}
		seen[i.ID] = true
	}
	if !seen[evaluation.Coverage] || !seen["guide_accuracy"] {
		t.Error("indicators of tiles or of schemes are missing")
	}
	key := evaluation.TargetKey{Indicator: "guide_accuracy", Kind: directory.KindRegion, Unit: "4401", Year: 2026}
	if err := pages.Store(t.Context(), []evaluation.Target{{TargetKey: key, Value: 90, Document: "示例〔2026〕1号"}}, "li"); err != nil {
		t.Fatal(err)
	}
	if got, ok := pages.Targets().Find(key); !ok || got.Value != 90 || got.By != "li" {
		t.Errorf("stored %+v", got)
	}
	if err := pages.Store(t.Context(), nil, "li"); err == nil {
		t.Error("nothing is stored without a word")
	}
	history, err := pages.History(t.Context(), 2026)
	if err != nil || !slices.ContainsFunc(history, func(v evaluation.Target) bool { return v.TargetKey == key }) {
		t.Errorf("%+v, %v", history, err)
	}
	if (targetPages{&App{store: &lateWarehouse{}}}).Targets().All() != nil {
		t.Error("targets before ClickHouse was reached")
	}
}
