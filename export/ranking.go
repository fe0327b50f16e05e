// Package export writes what the pages show into files: rankings as CSV and xlsx, facts for the command line.
// It renders values that were computed elsewhere and computes none, except totals by adding facts up. A file is
// complete or its writing returns an error; nothing is shortened in silence. Text that came from outside can't
// become a formula in a spreadsheet or a command to a terminal.
package export

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// Meta is what a file says about itself above its figures.
type Meta struct {
	Title      string // what is ranked, in the reader's language; '' = 排名, Ranking
	Period     calendar.Range
	Generation evaluation.Generation
	Zone       *time.Location // of the time of data; nil = UTC
	Demo       bool           // invented data: marked in the first row, in the names of the sheets and of the file
}

// FileName proposes a name for the file, with an extension without dot: 各市排名_2026-01-01..2026-06-30_演示数据.xlsx.
func (m Meta) FileName(lang, extension string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|'%`, r) || r < ' ' || r == ' ' {
			return '-'
		}
		return r
	}, printable(m.title(lang)))
	if r := []rune(name); len(r) > 80 {
		name = string(r[:80])
	}
	name = strings.TrimLeft(name, ".-=+@~") + "_" + m.Period.String()
	if m.Demo {
		name += "_" + say(lang, "演示数据", "demo-data")
	}
	return name + "." + extension
}

func (m Meta) title(lang string) string { return cmp.Or(m.Title, say(lang, "排名", "Ranking")) }

// say picks the sentence of a language, as [evaluation.Languages] does: Chinese unless English is asked for.
func say(lang, zh, en string) string {
	if lang == "en" {
		return en
	}
	return zh
}

// cell is a field of a row: how it reads, and for figures the number behind it.
type cell struct {
	text    string
	number  float64
	format  string // how a spreadsheet shows the number so that it reads as text does; '' = text only
	foreign bool   // written by others: may look like a formula
}

func words(text string) cell   { return cell{text: text} }
func foreign(text string) cell { return cell{text: printable(text), foreign: true} }

func count(n uint64) cell {
	return cell{text: strconv.FormatUint(n, 10), number: float64(n), format: "#,##0"}
}

// preamble is the lines above the table, demo mark first.
func preamble(r *evaluation.Ranking, m *Meta, lang string) (lines [][]cell) {
	if m.Demo {
		lines = append(lines, []cell{words(say(lang, "演示数据：虚构的省份，不涉及任何真实地方。", "Demo data: an invented province; no real place is rated."))})
	}
	zone := m.Zone
	if zone == nil {
		zone = time.UTC
	}
	data := say(lang, "暂无数据", "no data")
	if m.Generation.DataTime > 0 {
		data = time.Unix(m.Generation.DataTime, 0).In(zone).Format("2006-01-02 15:04:05 -07:00")
	}
	field := func(zh, en string, value cell) { lines = append(lines, []cell{words(say(lang, zh, en)), value}) }
	lines = append(lines, []cell{foreign(m.title(lang))})
	field("统计期", "Period", words(m.Period.String()))
	field("数据时间", "Time of data", words(data))
	field("数据版本", "Generation", words(strconv.FormatUint(m.Generation.Number, 10)))
	field("评价方案", "Scheme", foreign(fmt.Sprintf(say(lang, "%s（%s，第 %s 版）", "%s (%s, version %s)"), r.Scheme.Name(lang), r.Scheme.ID, r.Scheme.Version)))
	return lines
}

// heading is the first row of the table.
func heading(s *evaluation.Scheme, lang string) []cell {
	row := []cell{
		words(say(lang, "名次", "Rank")), words(say(lang, "代码", "Code")), words(say(lang, "名称", "Name")),
		words(say(lang, "得分", "Score")), words(say(lang, "等级", "Tier")),
	}
	for _, p := range s.Parts {
		name := cmp.Or(indicator(p.Indicator).Name(lang), p.Indicator)
		value := name
		if indicator(p.Indicator).Unit == evaluation.Seconds {
			value += say(lang, "（天）", " (days)")
		}
		row = append(row, words(value), words(name+say(lang, "：样本量", ": sample")), words(name+say(lang, "：得分", ": points")))
	}
	return append(row, words(say(lang, "说明", "Note")))
}

// body is the rows of the table: the ranked units, then those without a rank and why.
func body(r *evaluation.Ranking, lang string) (rows [][]cell) {
	for i := range r.Ranked {
		p := &r.Ranked[i]
		rows = append(rows, unitRow(p, cell{text: strconv.Itoa(p.Rank), number: float64(p.Rank), format: "0"},
			points(p.Score), foreign(p.Tier.Name(lang)), lang))
	}
	for i := range r.Unranked {
		rows = append(rows, unitRow(&r.Unranked[i], words(say(lang, "不排名", "not ranked")), cell{}, cell{}, lang))
	}
	return rows
}

func unitRow(p *evaluation.Placed, rank, score, tier cell, lang string) []cell {
	name := p.Name(lang)
	if p.Code == "" {
		name = cmp.Or(name, say(lang, unattributed, "unattributed"))
	}
	row := []cell{rank, foreign(p.Code), foreign(name), score, tier}
	for i := range p.Scores {
		row = append(row, partCells(&p.Scores[i], p.Reason.Code == "", lang)...)
	}
	return append(row, words(p.Reason.Text(lang)))
}

// partCells are the value, the sample and the points of one part.
func partCells(s *evaluation.PartScore, ranked bool, lang string) []cell {
	cells := []cell{valueCell(indicator(s.Indicator), s.Value, lang), {}, {}}
	if s.Value.Known && s.Value.N > 0 {
		cells[1] = count(s.Value.N)
	}
	switch {
	case s.Known && ranked:
		cells[2] = points(s.Points)
	case ranked:
		cells[2] = words(say(lang, "未计入", "not counted"))
	}
	return cells
}

func points(score float64) cell {
	return cell{text: evaluation.FormatScore(score), number: score, format: "0.00"}
}

// valueCell writes a value as the pages do, but durations all in days, so that they can be compared. In a
// spreadsheet it stays a number, and where rounding would show a bound that is not reached, such as 100.00%, its
// format says >99.99% in place of it.
func valueCell(ind evaluation.Indicator, v evaluation.Value, lang string) cell {
	c := cell{text: evaluation.FormatValue(ind, v, lang), number: v.Number}
	if !v.Known {
		return c
	}
	if ind.Unit == evaluation.Seconds {
		c.number = v.Number / secondsPerDay
		decimals := 2
		if c.number < 1 {
			decimals = 4
		}
		c.text = evaluation.FormatNumber(c.number, decimals)
	}
	if strings.HasPrefix(c.text, "<") || strings.HasPrefix(c.text, ">") {
		// The point stands alone, because some readers take one within quotes for the decimal point.
		c.format = `"` + strings.ReplaceAll(c.text, ".", `"\."`) + `"`
		return c
	}
	c.format = "0"
	if strings.Contains(c.text, ",") {
		c.format = "#,##0"
	}
	if _, decimals, ok := strings.Cut(strings.TrimSuffix(c.text, "%"), "."); ok {
		c.format += "." + strings.Repeat("0", len(decimals))
	}
	if strings.HasSuffix(c.text, "%") {
		c.format += "%"
	}
	return c
}

// secondsPerDay is a day of natural time, the unit of durations in files.
const secondsPerDay = 24 * 60 * 60

// indicator finds an indicator; an unknown one knows no value and has no name.
func indicator(id string) evaluation.Indicator {
	ind, _ := evaluation.IndicatorByID(id)
	return ind
}
