package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/evaluation/imported"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

func exampleEvaluation() *Evaluation {
	r := exampleRanking()
	r.Priors = []scoring.Prior{{Leaf: "bad", Group: "", A: 2, B: 20_000, From: scoring.FromGroup, Units: 12}}
	return &Evaluation{
		Result: r, Meta: exampleMeta(), Notes: []string{"=note"},
		Compared: &Compared{A: r.Ranked[0].Code, B: r.Ranked[1].Code, P: 0.7, Known: true},
	}
}

func TestEvaluationGolden(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *Evaluation, string) error{
		"evaluation.txt": EvaluationTable, "evaluation.csv": EvaluationCSV, "evaluation.json": EvaluationJSON,
	} {
		for _, lang := range []string{"zh", "en"} {
			var out bytes.Buffer
			if err := write(&out, exampleEvaluation(), lang); err != nil {
				t.Fatal(err)
			}
			golden(t, strings.Replace(name, ".", "."+lang+".", 1), out.Bytes())
		}
	}
}

// What machines read has as many cells in every line, and no text that a spreadsheet would run.
func TestEvaluationCSVIsATable(t *testing.T) {
	var out bytes.Buffer
	if err := EvaluationCSV(&out, exampleEvaluation(), "zh"); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll() // refuses lines of unequal length
	if err != nil {
		t.Fatal(err)
	}
	e := exampleEvaluation()
	if len(rows) != 1+len(e.Ranked)+len(e.Listed) {
		t.Errorf("%d rows", len(rows))
	}
	for _, row := range rows {
		for i, text := range row {
			number := strings.HasPrefix(text, "-") && strings.Trim(text, "-.0123456789") == ""
			if text != "" && strings.ContainsRune("=+-@", rune(text[0])) && !number {
				t.Errorf("column %s: %q", rows[0][i], text)
			}
		}
	}
}

// Ranks that a scheme does not publish stand in no form of the file.
func TestEvaluationPublishesWhatTheSchemeSays(t *testing.T) {
	e := exampleEvaluation()
	e.Scheme.Publication = scheme.PublishBands
	var table, text, doc bytes.Buffer
	if err := errors.Join(EvaluationTable(&table, e, "en"), EvaluationCSV(&text, e, "en"), EvaluationJSON(&doc, e, "en")); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(table.String(), "Rank") {
		t.Errorf("a table with ranks:\n%s", &table)
	}
	rows, err := csv.NewReader(&text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if strings.Join(row[:4], "") != "" {
			t.Errorf("a line with a rank: %v", row[:6])
		}
	}
	var got struct {
		Ranked []map[string]any `json:"ranked"`
	}
	if err := json.Unmarshal(doc.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, u := range got.Ranked {
		if u["rank"] != nil || u["rank_low"] != nil || u["tied_group"] != nil || u["score"] == nil {
			t.Errorf("%v", u)
		}
	}
	groups := exampleEvaluation()
	groups.Scheme.Publication = scheme.PublishGroups
	for i := range groups.Ranked {
		groups.Ranked[i].Tied = 1
	}
	text.Reset()
	if err := EvaluationCSV(&text, groups, "en"); err != nil {
		t.Fatal(err)
	}
	rows, err = csv.NewReader(&text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1 : 1+len(groups.Ranked)] {
		if row[0] != "1" {
			t.Errorf("a unit of the first group has the place %s", row[0])
		}
	}
}

func TestEvaluationThatCannotCompare(t *testing.T) {
	e := exampleEvaluation()
	e.Compared = &Compared{A: e.Ranked[0].Code, B: e.Listed[0].Code}
	var out bytes.Buffer
	if err := EvaluationTable(&out, e, "zh"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "不能比较：至少一个没有参加排名。") || strings.Contains(out.String(), "P(") {
		t.Error(out.String())
	}
}

func TestImported(t *testing.T) {
	at := time.Date(2026, 7, 1, 23, 0, 0, 0, time.UTC)
	day := calendar.MakeDay(2026, 6, 30)
	values := []imported.Stored{
		{Value: imported.Value{Unit: "=HYPERLINK(1)", Indicator: "guides", AsOf: day, Known: true, Value: 0.1, SE: 0.05, N: 9, Source: "甲"}, Version: 2, By: "li", At: at},
		{Value: imported.Value{Unit: "乙", Indicator: "guides", AsOf: day}, Version: 1, By: "li", At: at},
	}
	zone := time.FixedZone("", 8*60*60)
	var out bytes.Buffer
	if err := Imported(&out, values, "csv", zone); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("indicator,unit,as_of,value,se,n,level,source,imported_at,imported_by,note,attachment\n"+
		"guides,'=HYPERLINK(1),2026-06-30,0.1,0.05,9,,甲,2026-07-02 07:00:00,li,,\n"+
		"guides,乙,2026-06-30,,,,,,2026-07-02 07:00:00,li,,\n", out.String()); d != "" {
		t.Error(d)
	}
	out.Reset()
	if err := Imported(&out, values, "json", zone); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got[0]["value"] != 0.1 || got[1]["value"] != nil || got[1]["known"] != false || got[0]["by"] != "li" {
		t.Errorf("%v", got)
	}
	out.Reset()
	if err := Imported(&out, values, "table", zone); err != nil || !strings.Contains(out.String(), "guides") {
		t.Errorf("%v\n%s", err, &out)
	}
}
