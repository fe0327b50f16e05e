package imported

import (
	"errors"
	"fmt"

	"github.com/xuri/excelize/v2"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// line is a line of the instructions: what, and how.
type line struct{ what, zh, en string }

var lines = []line{
	{"unit", "单位代码、名称或别名。已预先填写，请勿改动。", "Code, name or alias of the unit. Filled in already: leave it as it is."},
	{"indicator", "评价方案中指标的代码或名称。已预先填写，请勿改动。", "Id or name of an indicator of the scheme. Filled in already: leave it as it is."},
	{"level", "单位的层级，如省、市、县。可不填。", "Level of the unit, such as province or county. May stay empty."},
	{"as_of", "数值截至哪一天，如 2026-06-30。评价使用统计期起始年 1 月 1 日至统计期末之间最新的数值。", "The day that the value is as of, such as 2026-06-30. An evaluation takes the newest from 1 January of the year in which its period begins to the period's end."},
	{"value", "数字。百分数可写 96.73%，存为 0.9673。没有数值请留空：没有数据，不等于 0。", "A number. Per cent may be written 96.73%, which is kept as 0.9673. Leave it empty where there is no value: no data is not 0."},
	{"se", "数值的标准误，与数值同单位。不填则数值不参与随机抽样。", "Standard error of the value, in its unit. Without one the value does not vary."},
	{"n", "数值所依据的样本量。可不填。", "Sample that the value rests on. May stay empty."},
	{"source", "数值由谁、在哪里公布或测得。", "Who published or measured the value, and where."},
	{"note", "其他说明。", "Whatever else should be known."},
	{"attachment", "依据文件的 SHA-256（64 位十六进制数字），以便日后核对。可不填。", "SHA-256 (64 hexadecimal digits) of the document that the value rests on, so that it can be checked later. May stay empty."},
}

// writeGuidance writes the sheet that says how to fill in the other one, and what each indicator is.
func (t *template) writeGuidance(sheet string) error {
	out, err := t.file.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := errors.Join(out.SetColWidth(1, 1, 24), out.SetColWidth(2, 2, 30), out.SetColWidth(3, 3, 100)); err != nil {
		return err
	}
	number := 0
	write := func(style int, texts ...string) {
		number++
		row := make([]any, len(texts))
		for i, text := range texts {
			row[i] = excelize.Cell{StyleID: style, Value: text}
		}
		err = errors.Join(err, out.SetRow(fmt.Sprintf("A%d", number), row))
	}
	write(t.head, t.say("列", "Column"), "", t.say("如何填写", "How to fill it in"))
	for _, l := range lines {
		zh := l.what
		for _, h := range headings {
			if h.field == l.what {
				zh = h.zh
			}
		}
		write(t.plain, t.say(zh, l.what), t.say(l.what, zh), t.say(l.zh, l.en))
	}
	number++
	write(t.head, t.say("指标", "Indicator"), t.say("指标名称", "Name"), t.say("口径", "Definition"))
	for _, leaf := range t.leaves {
		write(t.plain, leaf.ID, shown(leaf.Name.In(t.lang)), shown(leaf.Wording.In(t.lang))+t.unit(leaf))
	}
	number++
	write(t.plain, t.say("同一单位、指标、日期再次导入，以最新一次为准，旧值保留。", "A later import of the same unit, indicator and day counts; the earlier values are kept."))
	return errors.Join(err, out.Flush())
}

// unit says in which unit an indicator is written.
func (t *template) unit(leaf *scheme.Node) string {
	switch leaf.Unit {
	case evaluation.Percent:
		return t.say("（百分数，0% 至 100%）", " (per cent, 0% to 100%)")
	case evaluation.Per100k:
		return t.say("（每十万）", " (per 100,000)")
	case evaluation.Seconds:
		return t.say("（秒）", " (seconds)")
	default:
		return ""
	}
}
