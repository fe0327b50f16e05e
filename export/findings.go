package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation/findings"
)

// Findings is what is to be said about a period.
type Findings struct {
	Meta
	List []findings.Finding
	All  int // how many there are; List may hold fewer
}

var severityWords = map[findings.Severity]findings.Text{
	findings.Act: {ZH: "须处理", EN: "act"}, findings.Watch: {ZH: "须核实", EN: "watch"}, findings.Note: {ZH: "提示", EN: "note"},
}

// FindingsTable writes findings for people, one paragraph each: how much it asks, what was found, who must act, and
// what the sentence rests on.
func FindingsTable(w io.Writer, f *Findings, lang string) error {
	out := bufio.NewWriter(w)
	line := func(texts ...any) { fmt.Fprintln(out, texts...) }
	if f.Demo {
		line(say(lang, "演示数据：虚构的省份，不涉及任何真实地方。", "Demo data: an invented province; no real place is rated."))
	}
	line(say(lang, "统计期", "Period"), f.Period.String()+say(lang, "；数据时间", "; time of data"), f.instantText(lang))
	for i := range f.List {
		x := &f.List[i]
		line()
		line("["+severityWords[x.Severity].In(lang)+"]", printable(x.Text.In(lang)))
		line("  → " + x.Action.In(lang))
		for _, e := range x.Evidence {
			line("    " + evidenceText(&e, lang))
		}
	}
	line()
	if f.All == len(f.List) {
		line(fmt.Sprintf(say(lang, "共 %d 条。", "%d findings."), f.All))
	} else {
		line(fmt.Sprintf(say(lang, "共 %d 条，列出最重要的 %d 条。", "%d findings, the most important %d are listed."), f.All, len(f.List)))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write findings as a table: %w", err)
	}
	return nil
}

func (f *Findings) instantText(lang string) string {
	if f.Generation.DataTime == 0 {
		return say(lang, "暂无数据", "no data")
	}
	return time.Unix(f.Generation.DataTime, 0).In(f.zone()).Format("2006-01-02 15:04")
}

func (f *Findings) zone() *time.Location {
	if f.Zone == nil {
		return time.UTC
	}
	return f.Zone
}

// evidenceText is a figure on one line: 差评数 105，n=10,958，应约 13.1，p<0.000001，q=0.0000049.
func evidenceText(e *findings.Figure, lang string) string {
	text := fmt.Sprintf("%s %.6g", e.Label.In(lang), e.Value)
	comma := say(lang, "，", ", ")
	if e.N > 0 {
		text += fmt.Sprintf("%sn=%d", comma, e.N)
	}
	if e.Tested {
		text += comma + say(lang, "应约 ", "expected ") + fmt.Sprintf("%.4g%sp%s%sq%s", e.Expected, comma, chanceText(e.P), comma, chanceText(e.Q))
	}
	return text
}

// chanceText writes a probability with two significant digits; what is below a millionth is not told apart.
func chanceText(p float64) string {
	if p < 1e-6 {
		return "<0.000001"
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(p, 'e', 1, 64), 64)
	if err != nil {
		return "=?"
	}
	return "=" + strconv.FormatFloat(rounded, 'f', -1, 64)
}

// FindingsJSON writes findings for machines, in both languages, with their evidence unrounded.
func FindingsJSON(w io.Writer, f *Findings) error {
	doc := struct {
		Demo      bool               `json:"demo,omitempty"`
		Period    calendar.Range     `json:"period"`
		DataTime  string             `json:"data_time,omitempty"`
		ErrorRate float64            `json:"error_rate"`
		Total     int                `json:"total"`
		Findings  []findings.Finding `json:"findings"`
	}{Demo: f.Demo, Period: f.Period, ErrorRate: findings.ErrorRate, Total: f.All, Findings: f.List}
	if f.Generation.DataTime != 0 {
		doc.DataTime = time.Unix(f.Generation.DataTime, 0).In(f.zone()).Format(time.RFC3339)
	}
	if doc.Findings == nil {
		doc.Findings = []findings.Finding{}
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(doc); err != nil {
		return fmt.Errorf("write findings as json: %w", err)
	}
	return nil
}
