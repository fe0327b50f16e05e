package imported

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"haochaping/calendar"
)

var june = calendar.MakeDay(2026, 6, 30)

func said(problems []Problem) (texts []string) {
	for _, p := range problems {
		texts = append(texts, p.String())
	}
	return texts
}

func workbookOf(t testing.TB, sheet string, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		t.Fatal(err)
	}
	for i, cells := range rows {
		if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestReadCSV(t *testing.T) {
	hash := strings.Repeat("aB", 32)
	values, problems := Read(strings.NewReader("\ufeff2026 年上半年\n\n"+
		"单位, 指标,层级,截止日期,数值,标准误,样本量,来源,备注,附件\r\n"+
		"浙江,guides,省,2026-06-30,\"1,096.5\",0.5,\"1,200\",公报,\"两\n行\","+hash+"\r\n"+
		" 广东 ,guides,,2026/6/30,96.73%,,,,,\r\n"+
		"西藏,guides,,2026年6月30日,，,,,,,\r\n"+
		"新疆,guides,,20260630,,,,,,\r\n"+
		"青海,guides,,,,,,,,\r\n"+
		"江苏,guides,,２０２６－０６－３０,９１．９,,,,,\r\n"), CSV)
	want := []Value{
		{Unit: "浙江", Indicator: "guides", Level: "省", AsOf: june, Known: true, Value: 1096.5, SE: 0.5, N: 1200, Source: "公报", Note: "两\n行", Attachment: strings.ToLower(hash), Place: 1},
		{Unit: "广东", Indicator: "guides", AsOf: june, Known: true, Value: 0.9673, Place: 2},
		{Unit: "新疆", Indicator: "guides", AsOf: june, Place: 4},
		{Unit: "江苏", Indicator: "guides", AsOf: june, Known: true, Value: 91.9, Place: 6},
	}
	if d := cmp.Diff(want, values); d != "" {
		t.Error(d)
	}
	// Rows are numbered as a spreadsheet shows them: the note of two lines is one row.
	if d := cmp.Diff([]string{
		"E6: value is no number: write it as 96.73, and leave the cell empty where there is no value",
		"warning: E7: value is empty: kept as missing, which is not 0",
		"warning: E8: value is empty and so is its date: write both, or the row is left out",
	}, said(problems)); d != "" {
		t.Error(d)
	}
}

func TestReadWorkbook(t *testing.T) {
	values, problems := Read(bytes.NewReader(workbookOf(t, "指标", []any{"unit", "indicator", "as_of", "value", "se"},
		[]any{"A", "x", june.Time(), 0.9673}, []any{"B", "x", 20260630, -4, 1}, []any{"C", "x", "2026-06-30", "#N/A"},
		[]any{"D", "x", 46203.75, 1, -2}, []any{"", "x", 46203, 1}, []any{"F", "x", "30/06/2026", 1}, []any{"G", "x", "2026-02-30", 1, "", "lost"})), XLSX)
	want := []Value{
		{Unit: "A", Indicator: "x", AsOf: june, Known: true, Value: 0.9673, Place: 1},
		{Unit: "B", Indicator: "x", AsOf: june, Known: true, Value: -4, SE: 1, Place: 2},
	}
	if d := cmp.Diff(want, values); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{
		"指标!D4: value is no number: write it as 96.73, and leave the cell empty where there is no value",
		"指标!E5: se is no standard error: a number from 0 on, in the unit of the value",
		"指标!A6: unit is empty: write the code or the name of who is judged",
		"指标!C7: as_of is no day: write a day as 2026-06-30",
		"指标!F8: stands in a column without a heading: name the column, or take the cell away",
		"指标!C8: as_of is a day that does not exist: write a day as 2026-06-30",
	}, said(problems)); d != "" {
		t.Error(d)
	}
}

func TestReadDuplicates(t *testing.T) {
	values, problems := Read(strings.NewReader("unit;indicator;as_of;value\n浙江;g;2026-06-30;1\n浙江;g;２０２６-06-30;1\n浙 江;g;2026-06-30;2\n浙江;g;2026-05-31;2\n1.2;g;2026-06-30;1\n12;g;2026-06-30;2\n"), CSV)
	if len(values) != 4 {
		t.Errorf("%d values: %v", len(values), values)
	}
	if d := cmp.Diff([]string{
		"warning: D3: value repeats row 2",
		"D4: value differs from row 2, which is about the same unit, indicator and day: keep one of them",
	}, said(problems)); d != "" {
		t.Error(d)
	}
	repeated, problems := Read(strings.NewReader("unit,indicator,as_of,value\n浙江,g,2026-06-30,1\n浙江,g,2026-06-30,1\n"), CSV)
	if d := cmp.Diff([]string{"warning: D3: value repeats row 2"}, said(problems)); d != "" || len(repeated) != 1 {
		t.Errorf("%d values\n%s", len(repeated), d)
	}
}

func TestReadHeaders(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "names the columns"},
		{"a,b\n1,2\n", "names the columns"},
		{"单位,指标,数值\nA,x,1\n", "row 1: as_of the header lacks the column 截止日期 (as_of)"},
		{"单位,指标,截止日期,数值,数值\nA,x,2026-06-30,1,2\n", "E1: value stands twice in the header"},
		{"单位,指标,截止日期,数值,来原\nA,x,2026-06-30,1,2\n", `E1: "来原" is no column of this table; the nearest is 来源`},
		{"unit,indicator,as_of,value\n\"A,x,2026-06-30,1\n", "line 2: "},
	}
	for _, tt := range tests {
		_, problems := Read(strings.NewReader(tt.text), CSV)
		if got := strings.Join(said(problems), "\n"); !strings.Contains(got, tt.want) || !Fatal(problems) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
	if _, problems := Read(strings.NewReader("unit"), XLSX); !Fatal(problems) {
		t.Error("a text passes for a workbook")
	}
	two := excelize.NewFile()
	defer func() { _ = two.Close() }()
	if _, err := two.NewSheet("Sheet2"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := two.Write(&out); err != nil {
		t.Fatal(err)
	}
	if _, problems := Read(&out, XLSX); !strings.Contains(strings.Join(said(problems), ""), "Sheet1, Sheet2: call the one with the values 数据 or Values") {
		t.Errorf("%v", problems)
	}
}

// A file with very many problems says so and how many.
func TestReadIsBounded(t *testing.T) {
	var text strings.Builder
	text.WriteString("unit,indicator,as_of,value\n")
	for i := range MaxRows + 1 {
		fmt.Fprintf(&text, "u%d,x,2026-06-30,none\n", i)
	}
	values, problems := Read(strings.NewReader(text.String()), CSV)
	last := problems[len(problems)-1].String()
	if len(values) != 0 || len(problems) != MaxProblems+1 || last != "190001 more problems: mend those above first" {
		t.Errorf("%d values, %d problems, last %q", len(values), len(problems), last)
	}
}

func TestParseNumber(t *testing.T) {
	good := map[string]float64{"0": 0, "-1.5": -1.5, "96.73%": 0.9673, "1,234,567.5": 1234567.5, "1e3": 1000, ".5": 0.5, "5 %": 0.05, "0.1%": 0.001}
	for text, want := range good {
		if got, message := parseNumber(text); got != want || message != "" {
			t.Errorf("%q = %v, %q; want %v", text, got, message, want)
		}
	}
	for _, text := range []string{"", "-", "1,23", "0x1p3", "1_000", "Inf", "NaN", "1e400", "96.73分", "1 2", "1,2345", "+-1"} {
		if got, message := parseNumber(text); message == "" {
			t.Errorf("%q = %v", text, got)
		}
	}
}

// Whatever comes in, what is kept may be stored, and every problem names its place or the file.
func FuzzRead(f *testing.F) {
	f.Add([]byte("unit,indicator,as_of,value\nA,x,2026-06-30,1\n"), false)
	f.Add([]byte("\ufeff单位\t指标\t截止日期\t数值\tn\n\"浙\n江\"\tx\t2026年6月30日\t96%\t3\n"), false)
	f.Add(workbookOf(f, "数据", []any{"单位", "指标", "截止日期", "数值"}, []any{"A", "x", june.Time(), 1.5}), true)
	f.Fuzz(func(t *testing.T, file []byte, sheet bool) {
		form := CSV
		if sheet {
			form = XLSX
		}
		values, problems := Read(bytes.NewReader(file), form)
		for i := range values {
			if faults := values[i].Check(); len(faults) > 0 {
				t.Fatalf("kept %+v: %v", values[i], faults)
			}
		}
		if len(problems) > MaxProblems+2 {
			t.Fatalf("%d problems", len(problems))
		}
	})
}
