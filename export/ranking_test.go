package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

var update = flag.Bool("update", false, "write the golden files anew")

// exampleScheme has an indicator of each kind that matters to a file.
func exampleScheme() *scheme.Scheme {
	leaf := func(id, zh, en string, weight float64, unit evaluation.Kind, n scheme.Normaliser) scheme.Node {
		return scheme.Node{
			ID: id, Name: scheme.Text{ZH: zh, EN: en}, Wording: scheme.Text{ZH: zh + "的算法", EN: "how " + en + " is computed"}, Weight: weight,
			Missing: scheme.MissingShown, Formula: id, Unit: unit, Normalise: n, Decimals: -1, MinimumN: 300,
		}
	}
	bad := leaf("bad", "每十万差评", "Bad per 100,000", 3, evaluation.Per100k, scheme.Normaliser{Kind: scheme.Linear, Floor: 500, Target: 0})
	bad.Shrink = true
	median := leaf("median", "办理时长中位数", "Median handling time", 1, evaluation.Seconds, scheme.Normaliser{Kind: scheme.Linear, Floor: 20 * secondsPerDay, Target: secondsPerDay})
	median.Missing = scheme.MissingRenormalise
	good := leaf("good", "好评率", "Good rate", 1, evaluation.Percent, scheme.Normaliser{Kind: scheme.Steps, Steps: []scheme.Step{{At: 0.99, Points: 100}, {At: 0.9, Points: 60}}})
	guide := leaf("guide", "指南准确度", "Guide accuracy", 0, evaluation.Percent, scheme.Normaliser{Kind: scheme.MinMax})
	guide.Formula, guide.Imported, guide.Missing = "", true, scheme.MissingFixed
	return &scheme.Scheme{
		ID: "example", Version: "2", Name: scheme.Text{ZH: "示例方案", EN: "Example scheme"}, Scale: 100, Decimals: 2,
		Publication: scheme.PublishRank, TieProbability: 0.95,
		Tiers: []scheme.Tier{{ID: "a", Name: scheme.Text{ZH: "卓越", EN: "Outstanding"}, From: 95}, {ID: "b", Name: scheme.Text{ZH: "准备", EN: "Preparing"}}},
		Root: scheme.Node{ID: "example", Children: []scheme.Node{
			{ID: "ratings", Weight: 4, Children: []scheme.Node{bad, good}}, median, guide,
		}},
	}
}

// exampleRanking has a ranked unit of each kind that matters to a file: one with a single bad rating in tens of
// millions, an ordinary one, one without cases, hostile names, and two without a rank.
func exampleRanking() *scoring.Result {
	value := func(number float64, n uint64) evaluation.Estimate {
		return evaluation.Estimate{Value: evaluation.Value{Number: number, N: n, Known: n > 0}}
	}
	nodes := func(bad, scored, low, high, good float64, n uint64, days float64, cases uint64) []scoring.NodeScore {
		enough := n >= 300
		return []scoring.NodeScore{
			{ID: "ratings", Depth: 1, Known: enough, Points: 80},
			{ID: "bad", Depth: 2, Leaf: true, Estimate: value(bad, n), Scored: scored, Low: low, High: high, Points: 82.456, Weight: 0.6, Known: enough},
			{ID: "good", Depth: 2, Leaf: true, Estimate: value(good, n), Scored: good, Low: good - 0.001, High: good, Points: 100, Weight: 0.2, Known: enough},
			{
				ID: "median", Depth: 1, Leaf: true, Estimate: value(days*secondsPerDay, cases), Scored: days * secondsPerDay, Low: days * 0.9 * secondsPerDay,
				High: days * 1.1 * secondsPerDay, Points: 70, Weight: 0.2, Known: cases > 0,
			},
			{ID: "guide", Depth: 1, Leaf: true, Reason: scoring.Reason{Code: scoring.NoImport, Node: "guide"}},
		}
	}
	ordinary := nodes(100, 95, 40, 210, 0.999, 2000, 6, 220)
	placed := func(code, zh, en string, rank, low, high, tied int, score float64, tier int, n []scoring.NodeScore) scoring.Placed {
		return scoring.Placed{
			Unit: scoring.Unit{Code: code, NameZH: zh, NameEN: en, Order: 10 - rank}, Rank: rank, RankLow: low, RankHigh: high, Tied: tied,
			Score: score, ScoreLow: score - 2, ScoreHigh: score, Tier: tier, Nodes: n,
		}
	}
	return &scoring.Result{
		Scheme: exampleScheme(), Rule: scoring.RuleActive, Draws: 2000, MonteCarlo: 0.01118, DataHash: [32]byte{0xab, 0xcd},
		Ranked: []scoring.Placed{
			placed("990200", "乙市", "B City", 1, 1, 1, 1, 100, 0, nodes(0.0025, 0.0026, 0.0001, 0.01, 0.999999975, 40_000_000, 0, 0)),
			placed("990100", "甲市", "A City", 2, 2, 3, 2, 82.5, 1, ordinary),
			placed("990300", "=HYPERLINK(\"http://x\")", "@cmd\x01\x00_x0041_", 2, 2, 3, 2, 82.5, 1, ordinary),
		},
		Listed: []scoring.Placed{
			{Unit: scoring.Unit{}, Tier: -1, Nodes: ordinary, Reason: scoring.Reason{Code: scoring.Unattributed}},
			{
				Unit: scoring.Unit{Code: "990400", NameZH: "丁\"市\",区", NameEN: "D, \"City\""}, Tier: -1, Nodes: nodes(0, 0, 0, 0, 1, 299, 0, 0),
				Reason: scoring.Reason{Code: scoring.TooFew, Node: "bad", N: 299, Minimum: 300},
			},
		},
	}
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
	if err := EvaluationXLSX(&b, &Evaluation{Result: exampleRanking(), Meta: meta}, lang); err != nil {
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

// TestWorkbookSaysWhatCSVSays compares the units of the two files: who stands where, with which score and tier.
func TestWorkbookSaysWhatCSVSays(t *testing.T) {
	for _, lang := range evaluation.Languages {
		t.Run(lang, func(t *testing.T) {
			var b bytes.Buffer
			if err := RankingCSV(&b, exampleRanking(), exampleMeta(), lang); err != nil {
				t.Fatal(err)
			}
			records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), byteOrderMark))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			f := openRanking(t, exampleMeta(), lang)
			rows := cellsOf(t, f, f.GetSheetName(0))
			for i, r := range records[len(records)-5:] {
				x := rows[len(rows)-5+i]
				for len(x) < 9 {
					x = append(x, "")
				}
				want := []string{r[0], strings.TrimPrefix(r[1], "'"), strings.TrimPrefix(r[2], "'"), r[3], r[4], r[5], r[6]}
				if diff := cmp.Diff(want, []string{x[0], x[3], x[4], x[5], x[6], x[7], x[8]}); diff != "" {
					t.Errorf("unit %d: %s", i+1, diff)
				}
			}
		})
	}
}

// column is the letter of a column of the first sheet, by its heading.
func column(t *testing.T, f *excelize.File, row int, heading string) string {
	t.Helper()
	rows := cellsOf(t, f, f.GetSheetName(0))
	i := slices.Index(rows[row-1], heading)
	name, err := excelize.ColumnNumberToName(i + 1)
	if err != nil {
		t.Fatalf("no column %s in %q", heading, rows[row-1])
	}
	return name
}

func TestWorkbookKeepsNumbers(t *testing.T) {
	f := openRanking(t, exampleMeta(), "zh")
	sheet := "评价结果（演示数据）"
	if got := f.GetSheetList(); !cmp.Equal(got, []string{sheet, "指标说明（演示数据）"}) {
		t.Fatalf("sheets %q", got)
	}
	head := 1 + slices.IndexFunc(cellsOf(t, f, sheet), func(row []string) bool { return len(row) > 0 && row[0] == "得分名次" })
	first := head + 1 // the unit with one bad rating in 40 million
	for heading, want := range map[string]struct{ shown, raw string }{
		"得分名次":       {"1", "1"},
		"代码":         {"990200", "990200"},
		"名称":         {"乙市", "乙市"},
		"得分":         {"100.00", "100"},
		"等级":         {"卓越", "卓越"},
		"每十万差评":      {"<0.01", "0.0025"},
		"好评率":        {">99.99%", "0.999999975"},
		"好评率：样本量":    {"40,000,000", "40000000"},
		"每十万差评：得分":   {"82.46", "82.456"},
		"办理时长中位数（天）": {"暂无数据", "暂无数据"},
	} {
		cell := column(t, f, head, heading) + strconv.Itoa(first)
		shown, err := f.GetCellValue(sheet, cell)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := f.GetCellValue(sheet, cell, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		if shown != want.shown || raw != want.raw {
			t.Errorf("%s shows %q of %q, want %q of %q", heading, shown, raw, want.shown, want.raw)
		}
	}
	if kind, err := f.GetCellType(sheet, column(t, f, head, "代码")+strconv.Itoa(first)); err != nil || kind == excelize.CellTypeNumber {
		t.Errorf("the code is a number: %v, %v", kind, err)
	}
	panes, err := f.GetPanes(sheet)
	if err != nil || !panes.Freeze || panes.XSplit != 5 || panes.YSplit != head {
		t.Errorf("frozen: %+v, %v", panes, err)
	}
	if width, err := f.GetColWidth(sheet, column(t, f, head, "名称")); err != nil || width < 20 {
		t.Errorf("names are %v wide, %v", width, err)
	}
	for row := first; row < first+5; row++ {
		name, err := excelize.CoordinatesToCellName(5, row)
		if err != nil {
			t.Fatal(err)
		}
		if formula, err := f.GetCellFormula(sheet, name); err != nil || formula != "" {
			t.Errorf("%s is a formula: %q, %v", name, formula, err)
		}
	}
}

func TestWorkbookDefinesItsIndicators(t *testing.T) {
	f := openRanking(t, Meta{Period: exampleMeta().Period}, "en")
	if got := f.GetSheetList(); !cmp.Equal(got, []string{"Results", "Definitions"}) {
		t.Fatalf("sheets %q", got)
	}
	text := new(strings.Builder)
	for _, row := range cellsOf(t, f, "Definitions") {
		text.WriteString(strings.Join(row, "|") + "\n")
	}
	for _, want := range []string{
		"Scheme|Example scheme (example, version 2)\n", "Data hash|abcd00",
		"Bad per 100,000|bad|3|higher|500.0 is 0 points, 0.00 is 100, in proportion between them|300|shown as missing, not ranked|how Bad per 100,000 is computed\n",
		"Good rate|good|1|higher|steps: 99.00% → 100, 90.00% → 60|300|", "Median handling time|median|1|higher|20.0 d is 0 points, 24.0 h is 100, in proportion between them|300|the others share its weight|",
		"Guide accuracy|guide|0|higher|the worst unit has 0 points, the best has 100|300|counts as 0 points|how Guide accuracy is computed\n",
		"Outstanding|a|95\n", "Preparing|b|0\n",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(strings.ToLower(text.String()), "demo") {
		t.Error("real data is called demo data")
	}
}

func TestRulesOfARanking(t *testing.T) {
	for form, want := range map[scheme.Publication]string{
		scheme.PublishRank: "inferred from sample size: 95% of 2,000 random draws", scheme.PublishGroups: "publishes groups", scheme.PublishBands: "publishes tiers alone",
	} {
		r := exampleRanking()
		r.Scheme.Publication = form
		text := strings.Join(Rules(r, "en"), "\n")
		for _, part := range []string{want, "1.12 percentage points", "rounded to 2 decimals", "with 95% certainty"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: no %q in\n%s", form, part, text)
			}
		}
	}
}

// A scheme that publishes groups or tiers has no ranks in its files, and units in administrative order.
func TestFilesWithoutRanks(t *testing.T) {
	for form, want := range map[scheme.Publication][]string{
		scheme.PublishGroups: {"1,990200", "2,990100", "2,990300"}, scheme.PublishBands: {"Outstanding,990200", "Preparing,990100", "Preparing,990300"},
	} {
		r := exampleRanking()
		r.Scheme.Publication = form
		r.Ranked[1].Order, r.Ranked[2].Order = 1, 2
		var b bytes.Buffer
		if err := RankingCSV(&b, r, exampleMeta(), "en"); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if strings.Contains(text, "Rank range") || strings.Contains(text, "Score rank") {
			t.Errorf("%s: the file has ranks", form)
		}
		at := 0
		for _, line := range want {
			next := strings.Index(text[at:], "\r\n"+line+",")
			if next < 0 {
				t.Fatalf("%s: no %s, or not in order:\n%s", form, line, text)
			}
			at += next + 1
		}
	}
}

func TestWhatIfIsMarked(t *testing.T) {
	for rule, want := range map[scoring.AnswerRule]string{
		scoring.RuleActive: "", scoring.RuleDefaults: "假设情形：默认评价", scoring.RuleSilence: "假设情形：未评价",
	} {
		r := exampleRanking()
		r.Rule = rule
		var b bytes.Buffer
		if err := RankingCSV(&b, r, exampleMeta(), "zh"); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "假设情形"); got != (want != "") || !strings.Contains(b.String(), want) {
			t.Errorf("%s: marked %v", rule, got)
		}
	}
}

func TestLeavesShareTheScore(t *testing.T) {
	leaves, shares := Leaves(exampleScheme())
	var all float64
	names := ""
	for i, n := range leaves {
		all += shares[i]
		names += n.ID + " " + WeightText(shares[i]) + " "
	}
	if names != "bad 60% good 20% median 20% guide 0% " || all < 1-1e-12 || all > 1+1e-12 {
		t.Errorf("%s: %v", names, all)
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
		"csv": func(w *brokenWriter) error { return RankingCSV(w, exampleRanking(), exampleMeta(), "zh") },
		"xlsx": func(w *brokenWriter) error {
			return EvaluationXLSX(w, &Evaluation{Result: exampleRanking(), Meta: exampleMeta()}, "zh")
		},
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
	if err := EvaluationXLSX(new(bytes.Buffer), &Evaluation{Result: r, Meta: exampleMeta()}, "zh"); err == nil {
		t.Error("a text that does not fit into a cell was written")
	}
}

// The workbook says of every indicator what the CSV says, sample and points included, and of who has no rank why.
func TestWorkbookHasEveryCellOfTheRanking(t *testing.T) {
	var b bytes.Buffer
	if err := RankingCSV(&b, exampleRanking(), exampleMeta(), "en"); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), byteOrderMark))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	f := openRanking(t, exampleMeta(), "en")
	rows := cellsOf(t, f, f.GetSheetName(0))
	named := func(table [][]string) []map[string]string {
		head := slices.IndexFunc(table, func(row []string) bool { return slices.Contains(row, "Note") })
		var out []map[string]string
		for _, row := range table[head+1:] {
			of := make(map[string]string)
			for i, text := range row {
				of[table[head][i]] = strings.ReplaceAll(text, ",", "")
			}
			out = append(out, of)
		}
		return out
	}
	inCSV, inBook := named(records), named(rows)
	if len(inCSV) != 5 || len(inBook) != 5 {
		t.Fatalf("%d units in the CSV, %d in the workbook", len(inCSV), len(inBook))
	}
	for i := range inCSV {
		ranked := inCSV[i]["Score rank"] != "not ranked"
		for _, name := range []string{"Bad per 100,000", "Good rate", "Median handling time", "Guide accuracy"} {
			if n, want := inBook[i][name+": n"], inCSV[i][name+": sample"]; n != want {
				t.Errorf("unit %d, %s: a sample of %s, the CSV says %s", i, name, n, want)
			}
			want := strings.ReplaceAll(inCSV[i][name+": points"], "not counted", "")
			if points := inBook[i][name+": points"]; ranked && points != want {
				t.Errorf("unit %d, %s: %s points, the CSV says %s", i, name, points, want)
			}
		}
		if note := inBook[i]["Note"]; note != inCSV[i]["Note"] || ranked != (note == "") {
			t.Errorf("unit %d: %q, the CSV says %q", i, note, inCSV[i]["Note"])
		}
	}
	if want := "Bad per 100000: Too small a sample (299 fewer than 300): listed not ranked."; inBook[4]["Note"] != want {
		t.Errorf("the last one is not ranked because %q, want %q", inBook[4]["Note"], want)
	}
}

func TestRankingOfNobody(t *testing.T) {
	r := exampleRanking()
	r.Ranked, r.Listed = nil, nil
	var text, book bytes.Buffer
	if err := RankingCSV(&text, r, exampleMeta(), "en"); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\r\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "Score rank,Code,Name,") {
		t.Errorf("the CSV ends with %q, want the heading", last)
	}
	if err := EvaluationXLSX(&book, &Evaluation{Result: r, Meta: exampleMeta()}, "en"); err != nil {
		t.Error(err)
	}
}

func TestUnitName(t *testing.T) {
	for _, tt := range []struct {
		unit   scoring.Unit
		zh, en string
	}{
		{scoring.Unit{Code: "1", NameZH: "甲", NameEN: "A"}, "甲", "A"},
		{scoring.Unit{Code: "1", NameZH: "甲"}, "甲", "甲"},
		{scoring.Unit{Code: "1", NameEN: "A"}, "A", "A"},
		{scoring.Unit{Code: "1"}, "1", "1"},
		{scoring.Unit{NameZH: "甲"}, unattributed, "unattributed"},
	} {
		if zh, en := UnitName(&tt.unit, "zh"), UnitName(&tt.unit, "en"); zh != tt.zh || en != tt.en {
			t.Errorf("%+v is called %s, %s", tt.unit, zh, en)
		}
	}
}
