package warehouse_test

import (
	"testing"
	"time"

	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/record"
)

func TestSeriesGoOnAfterAMerger(t *testing.T) {
	w, _ := open(t)
	part := sampleDirectory()
	part.Regions = append(part.Regions, directory.Region{Code: "990102", Name: "乙县", Parent: "9901"})
	part.Departments = append(part.Departments, directory.Department{Code: "D3", Name: "甲乙局", Region: "990102", Line: "公安"})
	on := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	part.Successors = []directory.Successor{
		{Kind: directory.KindDepartment, From: "D1", To: "D3", On: on},
		{Kind: directory.KindRegion, From: "990101", To: "990102", On: on},
	}
	if problems, err := w.ImportDirectory(t.Context(), part, "all"); err != nil {
		t.Fatal(err, problems)
	}
	insert(t, w, &record.Batch{Ratings: []record.Rating{
		rating(may4-60, 5, func(r *record.Rating) { r.Department = "D1" }),
		rating(may4, 4, func(r *record.Rating) { r.Department = "D3" }),
		rating(may4, 1, func(r *record.Rating) { r.Department = "D2" }),
	}}, "a")
	restate(t, w)
	for _, c := range []struct {
		query evaluation.Query
		want  string
	}{
		{evaluation.Query{By: evaluation.ByDepartment}, "D3=2 D2=1"},
		{evaluation.Query{By: evaluation.ByTotal, Department: "D3"}, "=2"},
		{evaluation.Query{By: evaluation.ByRegion, Level: 3}, "990102=2"},
		{evaluation.Query{By: evaluation.ByRegion, Parent: "9901"}, "990102=2"},
		{evaluation.Query{By: evaluation.ByTotal, Region: "990102"}, "=2"},
		{evaluation.Query{By: evaluation.ByDepartment, Region: "990102"}, "D3=2"},
		{evaluation.Query{By: evaluation.ByTotal, Region: "9901"}, "=2"},
	} {
		if got := summary(facts(t, w, c.query)); got != c.want {
			t.Errorf("%+v:\n got %s\nwant %s", c.query, got, c.want)
		}
	}
}

func TestAnItemGoesOnUnderItsNewCode(t *testing.T) {
	w, _ := open(t)
	part := sampleDirectory()
	part.Items = append(part.Items, directory.Item{Code: "I2", Name: "新办证", Department: "D1"})
	part.Successors = []directory.Successor{{Kind: directory.KindItem, From: "I1", To: "I2", On: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}}
	if problems, err := w.ImportDirectory(t.Context(), part, "all"); err != nil {
		t.Fatal(err, problems)
	}
	insert(t, w, &record.Batch{Ratings: []record.Rating{
		rating(may4-60, 5, func(r *record.Rating) { r.Department, r.Item = "D1", "I1" }),
		rating(may4, 4, func(r *record.Rating) { r.Department, r.Item = "D1", "I2" }),
		rating(may4, 4, func(r *record.Rating) { r.Department, r.Item = "D2", "other" }),
	}}, "a")
	restate(t, w)
	for _, c := range []struct {
		query evaluation.Query
		want  string
	}{
		{evaluation.Query{By: evaluation.ByTotal, Item: "I2"}, "=2"},
		{evaluation.Query{By: evaluation.ByItem, Item: "I2"}, "I2=2"},
		{evaluation.Query{By: evaluation.ByTotal, Item: "I2", Department: "D1"}, "=2"},
	} {
		if got := summary(facts(t, w, c.query)); got != c.want {
			t.Errorf("%+v:\n got %s\nwant %s", c.query, got, c.want)
		}
	}
}
