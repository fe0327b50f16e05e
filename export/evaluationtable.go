package export

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// EvaluationTable writes an evaluation for people at a terminal: what it rests on, a line for each unit, those that
// are only listed with their reason, and the comparison that was asked for.
func EvaluationTable(w io.Writer, e *Evaluation, lang string) error {
	out := bufio.NewWriter(w)
	line := func(texts ...string) {
		out.WriteString(strings.TrimRight(strings.Join(texts, "  "), " ") + "\n") //nolint:errcheck // kept by the writer until Flush
	}
	for _, row := range e.about(lang) {
		texts := make([]string, len(row))
		for i, c := range row {
			texts[i] = c.text
			if i == 0 && len(row) > 1 {
				texts[i] += strings.Repeat(" ", max(0, 12-columns(c.text)))
			}
		}
		line(texts...)
	}
	if slices.ContainsFunc(leavesOf(e.Scheme), func(n *scheme.Node) bool { return n.Shrink || n.Decimals >= 0 }) {
		line(say(lang, "指标列中 → 后为收缩或取整之后的计分值，方括号内为其 95% 区间。",
			"In the columns of indicators, → leads to the value that was scored, shrunk or rounded; in brackets its 95% interval."))
	}
	line()
	sampled := e.sampled()
	head, figures := e.tableHead(sampled, lang)
	rows := [][]string{head}
	placed := e.placed()
	for i := range placed {
		rows = append(rows, e.tableRow(&placed[i], sampled, lang))
	}
	for _, row := range aligned(rows, figures) {
		line(row)
	}
	e.tableListed(line, lang)
	if sentences := e.comparison(lang); len(sentences) > 0 {
		line()
		for _, text := range sentences {
			line(text)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write evaluation as a table: %w", err)
	}
	return nil
}

// tableHead names the columns; figures says which are aligned to the right.
func (e *Evaluation) tableHead(sampled map[string]bool, lang string) (head []string, figures []bool) {
	add := func(zh, en string, figure bool) {
		head, figures = append(head, say(lang, zh, en)), append(figures, figure)
	}
	if e.ranked() {
		add("得分名次", "Rank", true)
		add("名次范围", "Rank interval", false)
		add("并列组", "Tied group", true)
	}
	if e.coded() {
		add("代码", "Code", false)
	}
	add("名称", "Name", false)
	add("得分", "Score", true)
	add("得分区间", "Score interval", false)
	if len(e.Scheme.Tiers) > 0 {
		add("等级", "Tier", false)
	}
	for _, leaf := range leavesOf(e.Scheme) {
		name := printable(leaf.Name.In(lang))
		add(name, name, true)
		if sampled[leaf.ID] {
			add("样本量", "n", true)
		}
	}
	return head, figures
}

// coded reports whether units have codes of their own: those that imported values name have none.
func (e *Evaluation) coded() bool { return e.Scheme.Units.Kind != scheme.UnitImported }

// sampled are the indicators of which any unit has a sample.
func (e *Evaluation) sampled() map[string]bool {
	sampled := make(map[string]bool)
	for i := range e.Ranked {
		for j := range e.Ranked[i].Nodes {
			if n := &e.Ranked[i].Nodes[j]; n.Leaf && n.Estimate.N > 0 {
				sampled[n.ID] = true
			}
		}
	}
	return sampled
}

func (e *Evaluation) tableRow(p *scoring.Placed, sampled map[string]bool, lang string) (row []string) {
	if e.ranked() {
		row = append(row, e.rankText(p), RankRange(p, lang), strconv.Itoa(p.Tied))
	}
	if e.coded() {
		row = append(row, printable(p.Code))
	}
	interval := "-"
	if p.ScoreLow != p.ScoreHigh {
		interval = e.score(p.ScoreLow) + "–" + e.score(p.ScoreHigh)
	}
	row = append(row, printable(UnitName(&p.Unit, lang)), e.score(p.Score), interval)
	if len(e.Scheme.Tiers) > 0 {
		row = append(row, printable(e.tierName(p, lang)))
	}
	return append(row, e.leafTexts(p, sampled, lang)...)
}

// rankText is the place that is published: of groups that cannot be told apart that of the group.
func (e *Evaluation) rankText(p *scoring.Placed) string {
	if e.Scheme.Publication == scheme.PublishGroups {
		return strconv.Itoa(p.Tied)
	}
	return strconv.Itoa(p.Rank)
}

func (e *Evaluation) leafTexts(p *scoring.Placed, sampled map[string]bool, lang string) (texts []string) {
	for _, leaf := range leavesOf(e.Scheme) {
		s := nodeOf(p, leaf.ID)
		text, n := cmp.Or(leafText(leaf, s, lang), "-"), "-"
		if s.Estimate.Known && s.Estimate.N > 0 {
			n = evaluation.FormatCount(s.Estimate.N)
		}
		if texts = append(texts, text); sampled[leaf.ID] {
			texts = append(texts, n)
		}
	}
	return texts
}

func (e *Evaluation) tableListed(line func(...string), lang string) {
	if len(e.Listed) == 0 {
		return
	}
	line()
	line(say(lang, "只列出，不排名：", "Listed, not ranked:"))
	rows := make([][]string, len(e.Listed))
	for i := range e.Listed {
		p := &e.Listed[i]
		rows[i] = []string{printable(p.Code), printable(UnitName(&p.Unit, lang)), printable(e.reason(p.Reason, lang))}
		if !e.coded() {
			rows[i][0] = ""
		}
	}
	for _, row := range aligned(rows, make([]bool, 3)) {
		line(row)
	}
}

// aligned lays rows of equal length out in columns, with wide characters counted as two.
func aligned(rows [][]string, figures []bool) []string {
	widths := make([]int, len(figures))
	for _, row := range rows {
		for i, text := range row {
			widths[i] = max(widths[i], columns(text))
		}
	}
	lines := make([]string, len(rows))
	for n, row := range rows {
		var b strings.Builder
		for i, text := range row {
			pad := strings.Repeat(" ", widths[i]-columns(text))
			if figures[i] {
				text = pad + text
			} else {
				text += pad
			}
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(text)
		}
		lines[n] = b.String()
	}
	return lines
}
