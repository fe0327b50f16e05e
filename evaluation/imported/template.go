package imported

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"haochaping/directory/naming"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// Template writes a workbook to fill in: a row for each unit and indicator, units in the given order, and a sheet that
// says how to. Leaves that are not imported are left out. [Read] takes it back as it is, with a warning for each row
// that has no value yet. lang is one of [evaluation.Languages].
func Template(w io.Writer, leaves []*scheme.Node, units []Unit, lang string) (err error) {
	t := template{file: excelize.NewFile(), lang: lang}
	defer func() {
		if err = errors.Join(err, t.file.Close()); err != nil {
			err = fmt.Errorf("write template: %w", err)
		}
	}()
	for _, leaf := range leaves {
		if leaf.Imported {
			t.leaves = append(t.leaves, leaf)
		}
	}
	rows := len(units) * len(t.leaves)
	switch {
	case len(t.leaves) == 0:
		return errors.New("the scheme has no imported indicator: there is nothing to fill in")
	case rows > MaxRows:
		return fmt.Errorf("%d units × %d indicators are more than %d rows: narrow the units of the scheme", len(units), len(t.leaves), MaxRows)
	}
	values, guidance := t.say(valuesZH, valuesEN), t.say(guidanceZH, guidanceEN)
	if err := t.file.SetSheetName(t.file.GetSheetName(0), values); err != nil {
		return err
	}
	if _, err := t.file.NewSheet(guidance); err != nil {
		return err
	}
	if err := t.styles(); err != nil {
		return err
	}
	if err := errors.Join(t.validate(values, max(rows, 1)+1), t.writeValues(values, units), t.writeGuidance(guidance)); err != nil {
		return err
	}
	return t.file.Write(w)
}

type template struct {
	file   *excelize.File
	lang   string
	leaves []*scheme.Node

	head, given, day, share, plain int // styles
}

func (t *template) say(zh, en string) string {
	if t.lang == "en" {
		return en
	}
	return zh
}

func (t *template) styles() (err error) {
	style := func(to *int, s excelize.Style) {
		id, failed := t.file.NewStyle(&s)
		*to, err = id, errors.Join(err, failed)
	}
	text, day, share := "@", "yyyy-mm-dd", "0.00%"
	grey := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F2F2F2"}}
	style(&t.head, excelize.Style{
		Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"D9E2F3"}},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}, Border: []excelize.Border{{Type: "bottom", Style: 1, Color: "8EA9DB"}},
	})
	style(&t.given, excelize.Style{CustomNumFmt: &text, Fill: grey})
	style(&t.day, excelize.Style{CustomNumFmt: &day})
	style(&t.share, excelize.Style{CustomNumFmt: &share})
	style(&t.plain, excelize.Style{})
	return err
}

// place is the column of a field, from 1.
func place(field string) int {
	for i, h := range headings {
		if h.field == field {
			return i + 1
		}
	}
	return 0
}

// validate has a spreadsheet refuse what [Read] would refuse.
func (t *template) validate(sheet string, last int) error {
	rule := func(field string, set func(*excelize.DataValidation) error, zh, en string) error {
		v := excelize.NewDataValidation(true)
		column, err := excelize.ColumnNumberToName(place(field))
		if err != nil {
			return err
		}
		v.Sqref = fmt.Sprintf("%s2:%s%d", column, column, last)
		v.SetError(excelize.DataValidationErrorStyleStop, t.say("不能这样填写", "Not possible"), t.say(zh, en))
		return errors.Join(set(v), t.file.AddDataValidation(sheet, v))
	}
	return errors.Join(
		rule("as_of", func(v *excelize.DataValidation) error {
			return v.SetRange("DATE(1900,3,1)", "DATE(2199,12,31)", excelize.DataValidationTypeDate, excelize.DataValidationOperatorBetween)
		}, "请填写日期，如 2026-06-30。", "Write a date such as 2026-06-30."),
		rule("value", func(v *excelize.DataValidation) error {
			return v.SetRange(-largest, largest, excelize.DataValidationTypeDecimal, excelize.DataValidationOperatorBetween)
		}, "请填写数字；没有数值请留空。", "Write a number; leave it empty where there is no value."),
		rule("se", func(v *excelize.DataValidation) error {
			return v.SetRange(0, largest, excelize.DataValidationTypeDecimal, excelize.DataValidationOperatorBetween)
		}, "标准误不能小于 0。", "A standard error is not below 0."),
		rule("n", func(v *excelize.DataValidation) error {
			return v.SetRange(0, 1e12, excelize.DataValidationTypeWhole, excelize.DataValidationOperatorBetween)
		}, "样本量是从 0 起的整数。", "A sample is a whole number from 0 on."),
		rule("attachment", func(v *excelize.DataValidation) error {
			return v.SetRange(64, 64, excelize.DataValidationTypeTextLength, excelize.DataValidationOperatorEqual)
		}, "SHA-256 为 64 位十六进制数字。", "A SHA-256 has 64 hexadecimal digits."),
	)
}

var widths = map[string]float64{
	"unit": 16, "unit_name": 24, "indicator": 20, "indicator_name": 28, "as_of": 14, "source": 24, "note": 36, "attachment": 24,
}

func (t *template) writeValues(sheet string, units []Unit) error {
	out, err := t.file.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	head := make([]any, len(headings))
	for i, h := range headings {
		name := h.field
		if t.lang != "en" {
			name = h.zh
		}
		head[i] = excelize.Cell{StyleID: t.head, Value: name}
		width := widths[h.field]
		if width == 0 {
			width = 12
		}
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	panes := &excelize.Panes{Freeze: true, XSplit: 4, YSplit: 1, TopLeftCell: "E2", ActivePane: "bottomRight"}
	if err := errors.Join(out.SetPanes(panes), out.SetRow("A1", head)); err != nil {
		return err
	}
	number := 1
	for i := range units {
		for _, leaf := range t.leaves {
			number++
			if err := out.SetRow(fmt.Sprintf("A%d", number), t.row(&units[i], leaf)); err != nil {
				return err
			}
		}
	}
	return out.Flush()
}

// row is one row to fill in.
func (t *template) row(u *Unit, leaf *scheme.Node) []any {
	row := make([]any, len(headings))
	set := func(field string, style int, text string) {
		cell := excelize.Cell{StyleID: style}
		if text != "" {
			cell.Value = text
		}
		row[place(field)-1] = cell
	}
	set("unit", t.given, u.Code)
	set("unit_name", t.given, t.unitName(u))
	set("indicator", t.given, leaf.ID)
	set("indicator_name", t.given, shown(leaf.Name.In(t.lang)))
	set("as_of", t.day, "")
	style := t.plain
	if leaf.Unit == evaluation.Percent {
		style = t.share
	}
	set("value", style, "")
	set("se", style, "")
	return row
}

// unitName is the first name of a unit in the language: Chinese stands first.
func (t *template) unitName(u *Unit) string {
	names := u.Names
	if t.lang == "en" && len(names) > 1 && names[1] != "" {
		names = names[1:]
	}
	if len(names) == 0 {
		return ""
	}
	return shown(names[0])
}

// shown is a text that XML can hold.
func shown(text string) string {
	clean, err := naming.Clean(text)
	if err != nil {
		return ""
	}
	return clean
}
