package imported

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

var leaves = []*scheme.Node{
	{ID: "guides", Name: scheme.Text{ZH: "指南准确度", EN: "Accuracy of guides"}, Wording: scheme.Text{ZH: "抽查准确的指南 ÷ 抽查的指南", EN: "Right guides ÷ guides looked at"}, Imported: true, Unit: evaluation.Percent},
	{ID: "counted", Name: scheme.Text{ZH: "算出的"}, Formula: "rate(good, valid)"},
	{ID: "visitors", Name: scheme.Text{ZH: "暗访得分", EN: "Mystery visits"}, Imported: true},
}

var units = []Unit{{Code: "33", Names: []string{"浙江省", "Zhejiang"}}, {Code: "=1+1", Names: []string{"广东省", ""}}}

func written(t *testing.T, lang string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Template(&out, leaves, units, lang); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What is written is read back: nothing is missing but the values.
func TestTemplate(t *testing.T) {
	for _, lang := range evaluation.Languages {
		values, problems := Read(bytes.NewReader(written(t, lang)), XLSX)
		if len(values) != 0 || len(problems) != 4 || Fatal(problems) {
			t.Errorf("%s: %d values, problems %v", lang, len(values), said(problems))
		}
		for _, p := range problems {
			if p.Field != "value" {
				t.Errorf("%s: %s", lang, p)
			}
		}
	}
}

func TestFilledTemplate(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(written(t, "zh")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rules, err := f.GetDataValidations("数据")
	if err != nil || len(rules) != 5 {
		t.Fatalf("%d validations, %v", len(rules), err)
	}
	if text, err := f.GetCellValue("数据", "A4"); err != nil || text != "=1+1" {
		t.Errorf("code %q, %v", text, err)
	}
	if formula, err := f.GetCellFormula("数据", "A4"); err != nil || formula != "" {
		t.Errorf("a code became the formula %q, %v", formula, err)
	}
	guidance, err := f.GetRows("填写说明")
	if err != nil || !strings.Contains(strings.Join(guidance[len(guidance)-4], " "), "抽查准确的指南 ÷ 抽查的指南（百分数") {
		t.Errorf("%v %v", guidance, err)
	}
	for i, cell := range []string{"F2", "F3", "F4", "F5"} {
		if err := f.SetCellValue("数据", cell, june.Time()); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			if err := f.SetCellValue("数据", "G"+cell[1:], 0.5+float64(i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	values, problems := Read(&out, XLSX)
	if len(values) != 4 || len(problems) != 1 || !problems[0].Warning {
		t.Fatalf("%v %v", values, said(problems))
	}
	if v := values[3]; v.Unit != "=1+1" || v.Indicator != "visitors" || v.AsOf != june || v.Value != 3.5 || values[0].Known {
		t.Errorf("%+v", values)
	}
}

func TestTemplateRefuses(t *testing.T) {
	if err := Template(&bytes.Buffer{}, leaves[1:2], units, "zh"); err == nil || !strings.Contains(err.Error(), "no imported indicator") {
		t.Errorf("error %v", err)
	}
	if err := Template(&bytes.Buffer{}, leaves, make([]Unit, MaxRows), "zh"); err == nil || !strings.Contains(err.Error(), "narrow the units") {
		t.Errorf("error %v", err)
	}
}
