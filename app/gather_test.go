package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/config"
	"haochaping/directory"
	"haochaping/engine/enginetest"
	"haochaping/evaluation/imported"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/record"
	"haochaping/warehouse"
)

var june2026 = calendar.Range{From: calendar.MakeDay(2026, 6, 1), To: calendar.MakeDay(2026, 6, 30)}

// withWarehouse is an App over a database of its own, with nothing else started.
func withWarehouse(t *testing.T, database string) (*App, *warehouse.Warehouse) {
	t.Helper()
	e := enginetest.Start(t)
	conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{e.Address()}, Auth: clickhouse.Auth{Username: e.User(), Password: e.Password()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Exec(t.Context(), "CREATE DATABASE "+database+" ENGINE = Atomic"); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	w, err := warehouse.Open(t.Context(), warehouse.Options{
		Address: e.Address(), Database: database, Username: e.User(), Password: e.Password(), Zone: zone, Logger: discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	cfg := &config.Config{}
	cfg.Timezone.Location = zone
	a := New(cfg, discard, false)
	a.store.opened.Store(w)
	return a, w
}

// fillProvince stores a small province and its counts of June 2026.
func fillProvince(t *testing.T, w *warehouse.Warehouse) {
	t.Helper()
	part := warehouse.DirectoryPart{
		Regions: []directory.Region{
			{Code: "44", Name: "省"},
			{Code: "4401", Name: "甲市", NameEN: "Jia", Parent: "44", Aliases: []string{"甲"}},
			{Code: "4402", Name: "省直辖县级行政区划", Parent: "44", Placeholder: true},
			{Code: "4403", Name: "旧市", Parent: "44", ValidTo: june2026.From.Time()},
			{Code: "4404", Name: "乙市", Parent: "44"},
			{Code: "4405", Name: "新市", Parent: "44", ValidFrom: (june2026.To + 1).Time()},
		},
		Halls:   []directory.Hall{{Code: "H1", Name: "一厅", Region: "4401"}, {Code: "H2", Name: "二厅", Region: "4404"}},
		Windows: []directory.Window{{Hall: "H1", Code: "1", Name: "一号"}, {Hall: "H1", Code: "2", Name: "二号"}, {Hall: "H2", Code: "1", Name: "一号"}},
		Departments: []directory.Department{
			{Code: "D1", Name: "甲市公安局", Region: "4401", Line: "公安"},
			{Code: "D2", Name: "甲市人社局", Region: "4401", Line: "人社"},
			{Code: "D3", Name: "乙市公安局", Region: "4404", Line: "公安"},
		},
		Items: []directory.Item{{Code: "I1", Name: "户口", Department: "D1"}, {Code: "I2", Name: "社保", Department: "D2"}, {Code: "I3", Name: "户口", Department: "D3"}},
	}
	if problems, err := w.ImportDirectory(t.Context(), &part, "test"); err != nil {
		t.Fatal(problems, err)
	}
	tally := func(place record.Place, count uint64) record.Tally {
		return record.Tally{
			Stamp: record.Stamp{ReceivedAt: june2026.To.Time(), RegionRaw: place.Region}, Source: "test", From: june2026.From, To: june2026.To,
			Place: place, Answer: record.AnswerActive, Level: 5, Count: count, Version: 1,
		}
	}
	b := record.Batch{Tallies: []record.Tally{
		tally(record.Place{Region: "4401", Hall: "H1", Window: "1", Department: "D1", Item: "I1"}, 100),
		tally(record.Place{Region: "4401", Hall: "H1", Window: "2", Department: "D2", Item: "I2"}, 20),
		tally(record.Place{Region: "4402"}, 3000),
		tally(record.Place{Region: "99", Hall: "H9", Window: "1", Department: "D9", Item: "I9"}, 7),
	}}
	if err := w.Insert(t.Context(), &b, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RestateRange(t.Context(), june2026, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RestateItems(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// counted is each unit with its ratings, in administrative order.
func counted(units []scoring.Unit) (list []string) {
	for i := range units {
		list = append(list, fmt.Sprintf("%s %s %d", units[i].Code, units[i].NameZH, units[i].Facts.Valid()))
		if units[i].Order != i {
			list = append(list, "out of order")
		}
	}
	return list
}

func TestSchemeUnits(t *testing.T) {
	a, w := withWarehouse(t, "gather_units")
	fillProvince(t, w)
	tests := []struct {
		name  string
		units scheme.Units
		want  []string
	}{
		{"regions", scheme.Units{Kind: scheme.UnitRegion, Level: 2}, []string{"4401 甲市 120", "4404 乙市 0", " 待归属 7"}},
		{"roots", scheme.Units{Kind: scheme.UnitRegion, Level: 1}, []string{"44 省 3120", " 待归属 7"}},
		{"regions within", scheme.Units{Kind: scheme.UnitRegion, Level: 2, Within: "4401"}, []string{"4401 甲市 120"}},
		{"departments", scheme.Units{Kind: scheme.UnitDepartment}, []string{"D1 甲市公安局 100", "D2 甲市人社局 20", "D3 乙市公安局 0", " 待归属 3007"}},
		{"departments of a line", scheme.Units{Kind: scheme.UnitDepartment, Line: "公安"}, []string{"D1 甲市公安局 100", "D3 乙市公安局 0"}},
		{"departments within", scheme.Units{Kind: scheme.UnitDepartment, Within: "4404"}, []string{"D3 乙市公安局 0"}},
		{"a line in regions", scheme.Units{Kind: scheme.UnitLineRegion, Level: 2, Line: "公安"}, []string{"公安@4401 甲市公安 100", "公安@4404 乙市公安 0"}},
		{"items", scheme.Units{Kind: scheme.UnitItem}, []string{"I1 户口 100", "I2 社保 20", "I3 户口 0", " 待归属 7"}},
		{"items within", scheme.Units{Kind: scheme.UnitItem, Within: "4401"}, []string{"I1 户口 100", "I2 社保 20"}},
		{"windows", scheme.Units{Kind: scheme.UnitWindow}, []string{"H1/1 一厅 一号 100", "H1/2 一厅 二号 20", "H2/1 二厅 一号 0", " 待归属 7"}},
		{"windows within", scheme.Units{Kind: scheme.UnitWindow, Within: "4404"}, []string{"H2/1 二厅 一号 0"}},
	}
	for _, tt := range tests {
		units, err := a.schemeUnits(t.Context(), &scheme.Scheme{ID: "test", Units: tt.units}, june2026)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if d := cmp.Diff(tt.want, counted(units)); d != "" {
			t.Errorf("%s:\n%s", tt.name, d)
		}
	}
	peers := &scheme.Scheme{Units: tests[0].units, Peers: []scheme.Peers{{ID: "a", Units: []string{"4401"}}, {ID: "b", Units: []string{"4401", "4404"}}}}
	units, err := a.schemeUnits(t.Context(), peers, june2026)
	if err != nil || units[0].Group != "a" || units[1].Group != "b" || units[2].Group != "" {
		t.Errorf("groups: %+v, %v", units, err)
	}
	_, err = a.schemeUnits(t.Context(), &scheme.Scheme{ID: "x", Units: scheme.Units{Kind: scheme.UnitRegion, Level: 2, Within: "45"}}, june2026)
	if err == nil || !strings.Contains(err.Error(), "45") {
		t.Errorf("within a region that is not there: %v", err)
	}
	if _, err = a.schemeUnits(t.Context(), peers, calendar.Range{From: june2026.To, To: june2026.From}); err == nil {
		t.Error("a period that ends before it begins is judged")
	}
}

func TestImportedOfUnits(t *testing.T) {
	a, w := withWarehouse(t, "gather_imported")
	fillProvince(t, w)
	day := func(month time.Month, d int) calendar.Day { return calendar.MakeDay(2026, month, d) }
	value := func(unit, indicator string, asOf calendar.Day, v float64) imported.Value {
		return imported.Value{Unit: unit, Indicator: indicator, AsOf: asOf, Known: true, Value: v, SE: 0.5, N: 9, Source: "s", Note: "n"}
	}
	missing := imported.Value{Unit: "乙市", Indicator: "guides", AsOf: day(6, 1)}
	store := func(values ...imported.Value) {
		t.Helper()
		if _, err := w.StoreImportedValues(t.Context(), values, "li", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	store(
		value("4401", "guides", day(1, 1), 1), value("甲", "指南", day(6, 30), 2), value("440100000000", "guides", day(7, 1), 3),
		value("甲市", "guides", calendar.MakeDay(2025, 12, 31), 4), value("乙市", "guides", day(5, 1), 5), missing,
		value("户口", "guides", day(6, 2), 6), value("丙市", "guides", day(6, 2), 7), value("甲市", "unknown", day(6, 2), 8),
	)
	leaf := scheme.Node{ID: "guides", Name: scheme.Text{ZH: "指南", EN: "Guides"}, Imported: true, Weight: 1}
	s := &scheme.Scheme{ID: "test", Units: scheme.Units{Kind: scheme.UnitRegion, Level: 2}, Root: scheme.Node{Children: []scheme.Node{{ID: "g", Children: []scheme.Node{leaf}}}}}
	g, err := a.gather(t.Context(), s, june2026)
	if err != nil {
		t.Fatal(err)
	}
	// The newest of the period's year that does not lie behind the period counts; a missing one hides an older value.
	want := map[string]scoring.Imported{"guides": {Value: 2, SE: 0.5, N: 9, AsOf: "2026-06-30", Source: "s", Note: "n"}}
	if d := cmp.Diff(want, g.units[0].Imported); d != "" {
		t.Error(d)
	}
	if len(g.units[1].Imported) > 0 {
		t.Errorf("%+v", g.units[1].Imported)
	}
	if d := cmp.Diff([]string{"an imported value counts for nobody: 丙市: names no unit of the scheme", "an imported value counts for nobody: 户口: names no unit of the scheme"}, g.notes("en")); d != "" {
		t.Error(d)
	}
	// A later version of the same day counts.
	store(value("甲", "指南", day(6, 30), 2.5))
	if g, err = a.gather(t.Context(), s, june2026); err != nil || g.units[0].Imported["guides"].Value != 2.5 {
		t.Errorf("%+v, %v", g.units[0].Imported, err)
	}
	// Of several units with one name none is meant.
	s.Units = scheme.Units{Kind: scheme.UnitItem}
	if g, err = a.gather(t.Context(), s, june2026); err != nil || !slices.Contains(g.notes("zh"), "导入的数值未计入：户口：同名单位有多个（I1 户口，I3 户口），请填写代码") {
		t.Errorf("%v, %v", g.notes("zh"), err)
	}
	// Whoever the values name, in the order of their rows.
	s.Units = scheme.Units{Kind: scheme.UnitImported}
	first, second := value("乙（2）", "guides", day(6, 3), 1), value("甲甲", "guides", day(6, 3), 1)
	first.Place, second.Place = 9, 8
	store(first, second)
	if g, err = a.gather(t.Context(), s, june2026); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, u := range g.units {
		names = append(names, u.Code)
	}
	if d := cmp.Diff([]string{"4401", "丙市", "乙市", "户口", "甲", "甲甲", "乙（2）"}, names); d != "" {
		t.Error(d)
	}
}
