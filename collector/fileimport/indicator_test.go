package fileimport

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/evaluation/imported"
)

const wideIndicators = `
source: index
records:
  - kind: indicator
    fields:
      unit: {column: Country}
      as_of: {column: Year, map: {"2022": "2022-12-31"}}
      note: {const: survey}
    unpivot:
      columns:
        Online: {indicator: {const: osi}}
        Capital: {indicator: {const: hci}, source: {const: UNESCO}}
      value: {multiply: 0.5}
`

// importIndicators runs an import and returns what is stored, in order.
func importIndicators(t *testing.T, m, file string) (values []imported.Value, result Result, refused string) {
	t.Helper()
	var out bytes.Buffer
	sink := &memory{}
	result, err := Run(context.Background(), Options{
		Mapping: mapping(t, m), Door: testDoor(t, "Asia/Shanghai"), Sink: sink, Refused: &out, Now: func() time.Time { return testNow },
		BatchSize: 2,
		Indicators: func(_ context.Context, list []imported.Value) error {
			values = append(values, list...)
			return nil
		},
	}, "wide.csv", strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if len(sink.all.Refused) != int(result.Refused) {
		t.Errorf("%d traces of %d refused", len(sink.all.Refused), result.Refused)
	}
	return values, result, out.String()
}

func TestUnpivotedIndicators(t *testing.T) {
	day := calendar.MakeDay(2022, 12, 31)
	values, result, refused := importIndicators(t, wideIndicators,
		"Country,Year,Online,Capital\nIraq ,2022,0.2060,1\nIsrael,2022,,0.9\nIraq,2022,0.2060,2\n,2022,1,1\nChad,2021,1,1\nCuba,2022,much,1\n")
	want := []imported.Value{
		{Unit: "Iraq", Indicator: "osi", AsOf: day, Known: true, Value: 0.103, Source: "index", Note: "survey", Place: 2},
		{Unit: "Iraq", Indicator: "hci", AsOf: day, Known: true, Value: 0.5, Source: "UNESCO", Note: "survey", Place: 2},
		{Unit: "Israel", Indicator: "osi", AsOf: day, Source: "index", Note: "survey", Place: 3}, // missing, not 0
		{Unit: "Israel", Indicator: "hci", AsOf: day, Known: true, Value: 0.45, Source: "UNESCO", Note: "survey", Place: 3},
		{Unit: "Iraq", Indicator: "osi", AsOf: day, Known: true, Value: 0.103, Source: "index", Note: "survey", Place: 4}, // again
		{Unit: "Cuba", Indicator: "hci", AsOf: day, Known: true, Value: 0.5, Source: "UNESCO", Note: "survey", Place: 7},
	}
	if d := cmp.Diff(want, values); d != "" {
		t.Error(d)
	}
	if result.Rows != 6 || result.Accepted != 6 || result.Refused != 6 {
		t.Errorf("%+v", result)
	}
	for _, want := range []string{
		"4,indicator,invalid,value,\"value: differs from line 2, which is about the same unit, indicator and day: keep one of them\"",
		"5,indicator,missing,unit,", "6,indicator,unmapped,as_of,", "7,indicator,invalid,value,",
	} {
		if !strings.Contains(refused, want) {
			t.Errorf("the file of refused rows lacks %q:\n%s", want, refused)
		}
	}
	if strings.Contains(refused, "Chad") || strings.Contains(refused, "much") {
		t.Errorf("the file of refused rows repeats content:\n%s", refused)
	}
}

func TestIndicatorsFromColumns(t *testing.T) {
	values, _, refused := importIndicators(t, `
source: guides
records:
  - kind: indicator
    when: {column: 指标, equals: 准确度}
    fields:
      unit: {column: 地区, clean: name}
      indicator: {const: guides}
      level: {const: 省}
      as_of: {template: "{日期}-30"}
      value: {column: 值, trim: "%", multiply: 0.01, decimal: ","}
      se: {column: 误差}
      n: {column: 数量, thousands: ".", decimal: ","}
`, "地区,指标,日期,值,误差,数量\n統(tǒng)一,准确度,2026-06,\"96,5%\",0.01,1.200\n甲,别的,2026-06,1,,\n乙,准确度,2026-06,1,-1,\n")
	want := []imported.Value{{
		Unit: "统一", Indicator: "guides", Level: "省", AsOf: calendar.MakeDay(2026, 6, 30), Known: true, Value: 0.965, SE: 0.01, N: 1200,
		Source: "guides", Place: 2,
	}}
	if d := cmp.Diff(want, values); d != "" {
		t.Error(d, refused)
	}
	if !strings.Contains(refused, "4,indicator,invalid,se,") {
		t.Error(refused)
	}
}

func TestIndicatorMappings(t *testing.T) {
	for text, want := range map[string]string{
		"fields: {unit: {column: a}, as_of: {column: b}, value: {column: c}}":                                                                            "needs the field indicator",
		"fields: {unit: {column: a}, indicator: {const: x}, as_of: {column: b}}":                                                                         "needs the field value, or unpivot",
		"fields: {unit: {column: a}, as_of: {column: b}, value: {column: c}}\n    unpivot: {columns: {d: {indicator: {const: x}}}}":                      "the value comes from the unpivoted columns",
		"fields: {unit: {column: a}, as_of: {column: b}}\n    unpivot: {columns: {d: {indicator: {const: x}}, e: {level: {const: y}}}}":                  "needs the field indicator",
		"fields: {unit: {column: a}, indicator: {const: x}, as_of: {const: yesterday}, value: {const: \"1\"}}":                                           "as_of: the const does not fit",
		"fields: {unit: {column: a}, indicator: {const: x}, as_of: {column: b}}\n    unpivot: {columns: {d: {level: {const: x}}}, count: {multiply: 2}}": "unpivot has no key",
	} {
		_, err := LoadMapping(strings.NewReader("source: x\nrecords:\n  - kind: indicator\n    " + text + "\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	_, err := Run(context.Background(), Options{
		Mapping: mapping(t, wideIndicators), Remote: &Remote{URL: "http://127.0.0.1:1"}, Zone: time.UTC,
	}, "a.csv", strings.NewReader("Country,Year,Online,Capital\n"))
	if err == nil || !strings.Contains(err.Error(), "leave out --server") {
		t.Errorf("to another installation: %v", err)
	}
}

func TestDryRunOfIndicators(t *testing.T) {
	p, err := DryRun(Options{Mapping: mapping(t, wideIndicators), Door: testDoor(t, "Asia/Shanghai")}, "a.csv",
		strings.NewReader("Country,Year,Online,Capital\nIraq,2022,0.2,\n,2022,1,1\n"), 5)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"line 2: indicator", `"indicator": "osi"`, `"value": null`, "refused: unit: is empty"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the preview lacks %q:\n%s", want, &out)
		}
	}
}
