package app

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/access"
	"haochaping/evaluation/imported"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/record"
)

// Two schemes over departments: by bad ratings alone, and with an imported value and a peer group.
const (
	schemeByRatings = `
scheme: by-ratings
version: "1"
name: 甲
units: {kind: department}
publication: rank
tiers: [{id: a, name: 优, from: 60}, {id: b, name: 其余, from: 0}]
indicators:
  - {id: bad, name: 差评, weight: 1, formula: bad / valid * 100000, unit: per100k, direction: lower, normalise: {kind: linear, floor: 50000, target: 0}, minimum_n: 5, shrink: true}
`
	schemeByGuides = `
scheme: by-guides
version: "1"
name: 乙
units: {kind: department}
peers: [{id: p, name: 组, units: [D1, D2]}]
publication: rank
tiers: [{id: a, name: 优, from: 60}, {id: b, name: 其余, from: 0}]
indicators:
  - {id: bad, name: 差评, weight: 1, formula: bad / valid * 100000, unit: per100k, direction: lower, normalise: {kind: linear, floor: 50000, target: 0}, minimum_n: 5, shrink: true}
  - {id: guides, name: 指南, weight: 3, imported: true, unit: number, direction: higher, normalise: {kind: linear, floor: 0, target: 100}}
`
)

func mustLoad(t *testing.T, text string) *scheme.Scheme {
	t.Helper()
	s, err := scheme.Load([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// rate stores ratings of a department, of a level.
func rate(t *testing.T, a *App, department, region string, level uint8, count uint64) {
	t.Helper()
	w, err := a.store.get()
	if err != nil {
		t.Fatal(err)
	}
	b := record.Batch{Tallies: []record.Tally{{
		Stamp: record.Stamp{ReceivedAt: june2026.To.Time(), RegionRaw: region}, Source: "more", From: june2026.From, To: june2026.To,
		Place: record.Place{Region: region, Department: department}, Answer: record.AnswerActive, Level: level, Count: count, Version: 1,
	}}}
	if err := w.Insert(t.Context(), &b, fmt.Sprint(department, level, count)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RestateRange(t.Context(), june2026, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// A rehearsal places units as the schemes place them when each judges by itself, and both judge the same facts.
func TestRehearsalIsTwoEvaluations(t *testing.T) {
	a, w := withWarehouse(t, "workbench")
	fillProvince(t, w)
	rate(t, a, "D1", "4401", 1, 30)
	rate(t, a, "D2", "4401", 1, 2)
	rate(t, a, "D3", "4404", 2, 1)
	rate(t, a, "D3", "4404", 5, 60)
	var values []imported.Value
	for code, v := range map[string]float64{"D1": 95, "D2": 40, "D3": 20} {
		values = append(values, imported.Value{Unit: code, Indicator: "guides", AsOf: june2026.From, Known: true, Value: v, Source: "s"})
	}
	if _, err := w.StoreImportedValues(t.Context(), values, "li", time.Now()); err != nil {
		t.Fatal(err)
	}
	ratings, guides := mustLoad(t, schemeByRatings), mustLoad(t, schemeByGuides)
	within := mustLoad(t, strings.Replace(schemeByRatings, "kind: department", "kind: department, within: '4401'", 1))
	same := func(what string, got *scoring.Result, s *scheme.Scheme) {
		t.Helper()
		want, err := a.judge(t.Context(), s, june2026, scoring.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.Ranked, got.Ranked); d != "" || want.DataHash != got.DataHash || len(want.Listed) != len(got.Listed) {
			t.Errorf("%s:\n%s", what, d)
		}
	}
	for _, pair := range [][2]*scheme.Scheme{{ratings, guides}, {guides, ratings}, {ratings, within}, {within, ratings}} {
		was, is, err := workbench{a}.Rehearse(t.Context(), pair[0], pair[1], june2026)
		if err != nil {
			t.Fatal(err)
		}
		same(pair[0].ID+" rehearsed before", was, pair[0])
		same(pair[1].ID+" rehearsed after", is, pair[1])
	}
	was, is, err := a.rehearse(t.Context(), ratings, guides, june2026, scoring.Options{})
	if err != nil || len(was.Ranked) != 3 || was.Ranked[0].Code == is.Ranked[0].Code {
		t.Fatalf("nobody moves: the test says nothing (%v)\n%+v\n%+v\n%+v", err, was.Ranked, was.Listed, is.Listed)
	}

	first, err := a.gather(t.Context(), ratings, june2026)
	if err != nil {
		t.Fatal(err)
	}
	rate(t, a, "D1", "4401", 1, 500) // arrives between the two
	again, err := a.gatherAgain(t.Context(), first, guides)
	if err != nil || again.units[0].Facts.Bad() != first.units[0].Facts.Bad() || again.units[0].Facts.Bad() != 30 {
		t.Errorf("the second scheme judges other facts than the first: %v", err)
	}
	if first.units[0].Group != "" || again.units[0].Group != "p" || len(first.units[0].Imported) > 0 || len(again.units[0].Imported) != 1 {
		t.Errorf("the second scheme changes the units of the first: %+v, %+v", first.units[0], again.units[0])
	}
}

func TestWorkbenchAddsSchemes(t *testing.T) {
	a, _ := withWarehouse(t, "workbench_add")
	b, li := workbench{a}, access.Person{ID: "li"}
	if err := b.AddScheme(t.Context(), li, []byte(schemeByRatings)); err != nil {
		t.Fatal(err)
	}
	if err := b.AddScheme(t.Context(), li, []byte(schemeByRatings)); err != nil {
		t.Errorf("the same text again: %v", err)
	}
	for what, text := range map[string]string{
		"an added one":  strings.Replace(schemeByRatings, "name: 甲", "name: 丙", 1),
		"a bundled one": strings.Replace(schemeByRatings, "scheme: by-ratings", "scheme: "+scheme.DefaultID, 1),
	} {
		if err := b.AddScheme(t.Context(), li, []byte(text)); !errors.Is(err, scheme.ErrTaken) {
			t.Errorf("another text under the name of %s: %v", what, err)
		}
	}
	var wrong *scheme.Error
	if err := b.AddScheme(t.Context(), li, []byte("scheme: x")); !errors.As(err, &wrong) {
		t.Errorf("a wrong text: %v", err)
	}
	list, err := b.Schemes(t.Context())
	if err != nil || len(list) != len(scheme.Bundled())+1 || list[0].ID != "by-ratings" || list[0].AddedBy != "li" {
		t.Errorf("%+v, %v", list, err)
	}
}
