package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"haochaping/calendar"
	"haochaping/evaluation"
)

var update = flag.Bool("update", false, "write the golden files anew")

// exampleRanking has a ranked unit of each kind that matters to a file: an ordinary one, one with a single bad
// rating in tens of millions, one without cases, hostile names, and two without a rank.
func exampleRanking() evaluation.Ranking {
	ordinary := evaluation.Facts{
		Levels: [5]uint64{1, 1, 10, 100, 1888}, Events: 4000, Rated: 1600, Promised: 200, OnTime: 190,
		Handled: 220, Handling: evaluation.Histogram{evaluation.Bucket(6 * secondsPerDay): 220},
	}
	return evaluation.Rank(evaluation.DefaultScheme(), []evaluation.Unit{
		{Code: "990100", NameZH: "甲市", NameEN: "A City", Facts: ordinary},
		{Code: "990200", NameZH: "乙市", NameEN: "B City", Facts: evaluation.Facts{
			Levels: [5]uint64{1, 0, 0, 0, 39_999_999}, Events: 50_000_000, Rated: 40_000_000,
		}},
		{Code: "990300", NameZH: "=HYPERLINK(\"http://x\")", NameEN: "@cmd\x01\x00_x0041_", Facts: ordinary},
		{Code: "990400", NameZH: "丁\"市\",区", NameEN: "D, \"City\"", Facts: evaluation.Facts{Levels: [5]uint64{4: 299}}},
		{Code: "", Facts: ordinary},
	})
}

func exampleMeta() Meta {
	from, to := calendar.MakeDay(2026, time.January, 1), calendar.MakeDay(2026, time.June, 30)
	return Meta{
		Title: "各市排名", Period: calendar.Range{From: from, To: to},
		Generation: evaluation.Generation{Number: 42, DataTime: 1_782_835_200},
		Zone:       time.FixedZone("UTC+8", 8*60*60), Demo: true,
	}
}

func TestRankingCSVGolden(t *testing.T) {
	for _, lang := range evaluation.Languages {
		t.Run(lang, func(t *testing.T) {
			var b bytes.Buffer
			if err := RankingCSV(&b, exampleRanking(), exampleMeta(), lang); err != nil {
				t.Fatal(err)
			}
			golden(t, "ranking."+lang+".csv", b.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs; run with -update if that is meant (-want +got):\n%s", path, diff)
	}
}

func TestRankingCSVIsForSpreadsheets(t *testing.T) {
	var b bytes.Buffer
	if err := RankingCSV(&b, exampleRanking(), exampleMeta(), "zh"); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), byteOrderMark)
	if !ok {
		t.Error("no byte order mark")
	}
	if strings.Count(text, "\n") != strings.Count(text, "\r\n") || !strings.HasSuffix(text, "\r\n") {
		t.Error("lines do not end in CR LF")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll() // refuses rows of unequal length
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(rows[0][0], "演示数据") {
		t.Errorf("first row: %q", rows[0])
	}
	for i, row := range rows {
		for _, field := range row {
			if strings.ContainsAny(field, "\x00\x01") || strings.HasPrefix(field, "=") || strings.HasPrefix(field, "@") {
				t.Errorf("row %d: %q", i+1, field)
			}
			if strings.HasPrefix(field, "100") && strings.HasSuffix(field, "%") && row[1] != "990400" {
				t.Errorf("row %d says %s, but only 990400 has no bad rating", i+1, field)
			}
		}
	}
}

// cellsOf reads a whole sheet as people see it.
func cellsOf(t *testing.T, f *excelize.File, sheet string) [][]string {
	t.Helper()
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func openRanking(t *testing.T, meta Meta, lang string) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := RankingXLSX(&b, exampleRanking(), meta, lang); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// TestRankingXLSXSaysWhatCSVSays compares the two files cell by cell; only the grouping of counts and the
// apostrophe differ, which a workbook does not need.
func TestRankingXLSXSaysWhatCSVSays(t *testing.T) {
	for _, lang := range evaluation.Languages {
		t.Run(lang, func(t *testing.T) {
			var b bytes.Buffer
			if err := RankingCSV(&b, exampleRanking(), exampleMeta(), lang); err != nil {
				t.Fatal(err)
			}
			want, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), byteOrderMark))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			f := openRanking(t, exampleMeta(), lang)
			got := cellsOf(t, f, f.GetSheetName(0))
			if len(got) != len(want) {
				t.Fatalf("%d rows, want %d", len(got), len(want))
			}
			for i, row := range want {
				for j, field := range row {
					var shown string
					if j < len(got[i]) {
						shown = got[i][j]
					}
					if strings.Trim(shown, "0123456789,") == "" {
						shown = strings.ReplaceAll(shown, ",", "")
					}
					if shown != strings.TrimPrefix(field, "'") {
						t.Errorf("row %d column %d: xlsx %q, csv %q", i+1, j+1, shown, field)
					}
				}
			}
		})
	}
}

func TestRankingXLSXKeepsNumbers(t *testing.T) {
	f := openRanking(t, exampleMeta(), "zh")
	sheet := "排名（演示数据）"
	if got := f.GetSheetList(); !cmp.Equal(got, []string{sheet, "指标说明（演示数据）"}) {
		t.Fatalf("sheets %q", got)
	}
	// Row 8 is the heading, row 9 the unit with one bad rating in 40 million.
	for cell, want := range map[string]struct{ shown, raw string }{
		"A9": {"1", "1"},
		"B9": {"990200", "990200"},
		"C9": {"乙市", "乙市"},
		"D9": {"100.00", "100"},
		"E9": {"卓越", "卓越"},
		"F9": {">99.99%", "0.999999975"},
		"G9": {"40,000,000", "40000000"},
		"I9": {"<0.01", "0.0025"},
		"L9": {"80.00%", "0.8"},
		"O9": {"暂无数据", "暂无数据"},
		"Q9": {"未计入", "未计入"},
	} {
		shown, err := f.GetCellValue(sheet, cell)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := f.GetCellValue(sheet, cell, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		if shown != want.shown || raw != want.raw {
			t.Errorf("%s shows %q of %q, want %q of %q", cell, shown, raw, want.shown, want.raw)
		}
	}
	if kind, err := f.GetCellType(sheet, "B9"); err != nil || kind == excelize.CellTypeNumber {
		t.Errorf("the code is a number: %v, %v", kind, err)
	}
	panes, err := f.GetPanes(sheet)
	if err != nil || !panes.Freeze || panes.XSplit != 3 || panes.YSplit != 8 {
		t.Errorf("frozen: %+v, %v", panes, err)
	}
	if width, err := f.GetColWidth(sheet, "C"); err != nil || width < 20 {
		t.Errorf("names are %v wide, %v", width, err)
	}
	for _, row := range []int{9, 10, 11, 12, 13} {
		name, err := excelize.CoordinatesToCellName(3, row)
		if err != nil {
			t.Fatal(err)
		}
		if formula, err := f.GetCellFormula(sheet, name); err != nil || formula != "" {
			t.Errorf("%s is a formula: %q, %v", name, formula, err)
		}
	}
}

func TestRankingXLSXDefinitions(t *testing.T) {
	f := openRanking(t, Meta{Period: exampleMeta().Period}, "en")
	if got := f.GetSheetList(); !cmp.Equal(got, []string{"Ranking", "Definitions"}) {
		t.Fatalf("sheets %q", got)
	}
	rows := cellsOf(t, f, "Definitions")
	text := new(strings.Builder)
	for _, row := range rows {
		text.WriteString(strings.Join(row, "|") + "\n")
	}
	for _, want := range []string{
		"Time of data|no data\n",
		"Scheme|Default scheme (default, version 1)\n",
		"Bad per 100,000|45|500.0|0.00|300|listed, not ranked|Ratings at levels 1 and 2",
		"Median handling time|10|20.0 d|24.0 h|30|others share its weight|",
		"Outstanding|95.00\n", "Preparing|0.00\n",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(strings.ToLower(text.String()), "demo") {
		t.Error("real data is called demo data")
	}
}

func TestFileName(t *testing.T) {
	m := exampleMeta()
	tests := []struct{ title, lang, want string }{
		{"各市排名", "zh", "各市排名_2026-01-01..2026-06-30_演示数据.xlsx"},
		{"", "en", "Ranking_2026-01-01..2026-06-30_demo-data.xlsx"},
		{"../a/b:c\x00\r\n\"d\"", "en", "a-b-c\ufffd---d-_2026-01-01..2026-06-30_demo-data.xlsx"},
	}
	for _, tt := range tests {
		m.Title = tt.title
		if got := m.FileName(tt.lang, "xlsx"); got != tt.want {
			t.Errorf("%q in %s: %q, want %q", tt.title, tt.lang, got, tt.want)
		}
	}
}

// brokenWriter takes some bytes, then fails.
type brokenWriter struct{ left int }

var errBroken = errors.New("disk full")

func (w *brokenWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		n := w.left
		w.left = 0
		return n, errBroken
	}
	w.left -= len(p)
	return len(p), nil
}

func TestBrokenWriterIsReported(t *testing.T) {
	rows, q := exampleRows()
	for name, write := range map[string]func(w *brokenWriter) error{
		"csv":         func(w *brokenWriter) error { return RankingCSV(w, exampleRanking(), exampleMeta(), "zh") },
		"xlsx":        func(w *brokenWriter) error { return RankingXLSX(w, exampleRanking(), exampleMeta(), "zh") },
		"facts csv":   func(w *brokenWriter) error { return FactsCSV(w, rows, q, exampleNames) },
		"facts json":  func(w *brokenWriter) error { return FactsJSON(w, rows, q, exampleNames) },
		"facts table": func(w *brokenWriter) error { return FactsTable(w, rows, q, exampleNames) },
	} {
		for _, left := range []int{0, 1, 100} {
			if err := write(&brokenWriter{left: left}); !errors.Is(err, errBroken) {
				t.Errorf("%s after %d bytes: %v", name, left, err)
			}
		}
	}
}

func TestTooLongTextIsAnError(t *testing.T) {
	r := exampleRanking()
	r.Ranked[0].NameZH = strings.Repeat("长", excelize.TotalCellChars+1)
	if err := RankingXLSX(new(bytes.Buffer), r, exampleMeta(), "zh"); err == nil {
		t.Error("a text that does not fit into a cell was written")
	}
}
