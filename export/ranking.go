// Package export writes what the pages show into files: rankings as CSV and xlsx, facts for the command line.
// It renders values that were computed elsewhere and computes none, except totals by adding facts up. A file is
// complete or its writing returns an error; nothing is shortened in silence. Text that came from outside can't
// become a formula in a spreadsheet or a command to a terminal.
package export

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// Meta is what a file says about itself above its figures.
type Meta struct {
	Title      string // what is ranked, in the reader's language; '' = 排名, Ranking
	Period     calendar.Range
	Generation evaluation.Generation
	Zone       *time.Location // of the time of data; nil = UTC
	// Places are the regions that units belong to, by the units' codes; nil = the units are regions themselves.
	Places map[string]string
	Demo   bool // invented data: marked in the first row, in the names of the sheets and of the file
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
func preamble(r *scoring.Result, m *Meta, lang string) (lines [][]cell) {
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
	if text := RuleText(r.Rule, lang); text != "" {
		lines = append(lines, []cell{words(text)})
	}
	field("统计期", "Period", words(m.Period.String()))
	field("数据时间", "Time of data", words(data))
	field("数据版本", "Generation", words(strconv.FormatUint(m.Generation.Number, 10)))
	field("评价方案", "Scheme", foreign(fmt.Sprintf(say(lang, "%s（%s，第 %s 版）", "%s (%s, version %s)"), r.Scheme.Name.In(lang), r.Scheme.ID, r.Scheme.Version)))
	field("抽取次数", "Draws", words(strconv.Itoa(r.Draws)))
	field("蒙特卡洛误差", "Monte-Carlo error", words(MonteCarloText(r, lang)))
	field("数据指纹", "Hash of what was judged", words(hex.EncodeToString(r.DataHash[:])))
	return lines
}

// MonteCarloText is the error that the probabilities behind rank ranges have for want of more draws.
func MonteCarloText(r *scoring.Result, lang string) string {
	return strings.ReplaceAll(say(lang, "任何概率至多 ±{x} 个百分点（一个标准误）", "at most ±{x} percentage points on any probability (one standard error)"),
		"{x}", evaluation.FormatNumber(r.MonteCarlo*100, 2))
}

// ReasonText says why a unit is not ranked, or why a value does not count, as [scoring.ReasonText] does, and names
// the indicator that decided where one did; ” for the zero reason.
func ReasonText(r scoring.Reason, s *scheme.Scheme, lang string) string {
	text := scoring.ReasonText(r, lang)
	if n := find(&s.Root, r.Node); n != nil && text != "" {
		text = n.Name.In(lang) + say(lang, "：", ": ") + text
	}
	return text
}

func find(n *scheme.Node, id string) *scheme.Node {
	if n.ID == id && id != "" {
		return n
	}
	for i := range n.Children {
		if found := find(&n.Children[i], id); found != nil {
			return found
		}
	}
	return nil
}

// Leaves are the indicators of a scheme in the order of its tree, each with the share of the whole score that it
// decides where nothing is missing, 0 to 1.
func Leaves(s *scheme.Scheme) (leaves []*scheme.Node, shares []float64) {
	var walk func(n *scheme.Node, share float64)
	walk = func(n *scheme.Node, share float64) {
		if n.Leaf() {
			leaves, shares = append(leaves, n), append(shares, share)
			return
		}
		var all float64
		for i := range n.Children {
			all += n.Children[i].Weight
		}
		for i := range n.Children {
			part := 0.0
			if all > 0 {
				part = share * n.Children[i].Weight / all
			}
			walk(&n.Children[i], part)
		}
	}
	walk(&s.Root, 1)
	return leaves, shares
}

func leavesOf(s *scheme.Scheme) []*scheme.Node {
	list, _ := Leaves(s)
	return list
}

// Ranks reports whether the scheme publishes ranks of single units.
func Ranks(s *scheme.Scheme) bool { return s.Publication == scheme.PublishRank || s.Publication == "" }

// layout is which columns a ranking has.
type layout struct {
	result *scoring.Result
	meta   *Meta
	lang   string
	leaves []*scheme.Node
}

func layRanking(r *scoring.Result, m *Meta, lang string) layout {
	return layout{result: r, meta: m, lang: lang, leaves: leavesOf(r.Scheme)}
}

// heading is the first row of the table.
func (l layout) heading() []cell {
	var row []cell
	add := func(zh, en string) { row = append(row, words(say(l.lang, zh, en))) }
	switch l.result.Scheme.Publication {
	case scheme.PublishBands:
		add("等级", "Tier")
	case scheme.PublishGroups:
		add("组", "Group")
	default:
		add("得分名次", "Score rank")
	}
	add("代码", "Code")
	add("名称", "Name")
	if l.meta.Places != nil {
		add("所属地区", "Region")
	}
	add("得分", "Score")
	add("得分区间下限", "Score: low")
	add("得分区间上限", "Score: high")
	if l.result.Scheme.Publication != scheme.PublishBands {
		add("等级", "Tier")
	}
	if Ranks(l.result.Scheme) {
		add("名次范围自", "Rank range from")
		add("名次范围至", "Rank range to")
		add("不分先后组", "Group that cannot be told apart")
	}
	for _, n := range l.leaves {
		name := foreign(cmp.Or(n.Name.In(l.lang), n.ID))
		value := name
		if n.Unit == evaluation.Seconds {
			value.text += say(l.lang, "（天）", " (days)")
		}
		row = append(row, value)
		if n.Shrink {
			row = append(row, cell{text: name.text + say(l.lang, "：实测", ": as measured"), foreign: true})
		}
		for _, suffix := range [...]string{
			say(l.lang, "：区间下限", ": low"), say(l.lang, "：区间上限", ": high"), say(l.lang, "：样本量", ": sample"), say(l.lang, "：得分", ": points"),
		} {
			row = append(row, cell{text: name.text + suffix, foreign: true})
		}
	}
	return append(row, words(say(l.lang, "说明", "Note")))
}

// body is the rows of the table: the ranked units, then those without a rank and why.
func (l layout) body() (rows [][]cell) {
	for i := range l.result.Ranked {
		rows = append(rows, l.unitRow(&l.result.Ranked[i], true))
	}
	if l.result.Scheme.Publication != scheme.PublishRank && l.result.Scheme.Publication != "" {
		rows = rows[:0]
		for _, p := range Unordered(l.result) {
			rows = append(rows, l.unitRow(p, true))
		}
	}
	for i := range l.result.Listed {
		rows = append(rows, l.unitRow(&l.result.Listed[i], false))
	}
	return rows
}

// Unordered are the ranked units of a scheme that publishes no ranks: the tiers, or the groups that cannot be told
// apart, the best first, and within each the administrative order.
func Unordered(r *scoring.Result) []*scoring.Placed {
	list := make([]*scoring.Placed, len(r.Ranked))
	for i := range r.Ranked {
		list[i] = &r.Ranked[i]
	}
	class := func(p *scoring.Placed) int {
		if r.Scheme.Publication == scheme.PublishGroups {
			return p.Tied
		}
		if p.Tier < 0 {
			return len(r.Scheme.Tiers)
		}
		return p.Tier
	}
	slices.SortStableFunc(list, func(a, b *scoring.Placed) int {
		return cmp.Or(cmp.Compare(class(a), class(b)), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Code, b.Code))
	})
	return list
}

func (l layout) unitRow(p *scoring.Placed, ranked bool) []cell {
	s := l.result.Scheme
	name := UnitName(&p.Unit, l.lang)
	var tier, score, low, high cell
	first := words(say(l.lang, "不排名", "not ranked"))
	if ranked {
		tier = foreign(TierName(s, p.Tier, l.lang))
		score, low, high = l.score(p.Score), l.score(p.ScoreLow), l.score(p.ScoreHigh)
		switch s.Publication {
		case scheme.PublishBands:
			first = tier
		case scheme.PublishGroups:
			first = place(p.Tied)
		default:
			first = place(p.Rank)
		}
	}
	row := []cell{first, foreign(p.Code), foreign(name)}
	if l.meta.Places != nil {
		row = append(row, foreign(l.meta.Places[p.Code]))
	}
	row = append(row, score, low, high)
	if s.Publication != scheme.PublishBands {
		row = append(row, tier)
	}
	if Ranks(s) {
		if ranked {
			row = append(row, place(p.RankLow), place(p.RankHigh), place(p.Tied))
		} else {
			row = append(row, cell{}, cell{}, cell{})
		}
	}
	for _, n := range l.leaves {
		row = append(row, l.leafCells(n, p, ranked)...)
	}
	return append(row, words(ReasonText(p.Reason, s, l.lang)))
}

// UnitName is a unit's name in a language; where that is missing, the other one or the code. What belongs to no unit
// is unattributed.
func UnitName(u *scoring.Unit, lang string) string {
	if u.Code == "" {
		return say(lang, unattributed, "unattributed")
	}
	return cmp.Or(say(lang, u.NameZH, u.NameEN), u.NameZH, u.NameEN, u.Code)
}

// TierName is the name of a scheme's tier; ” for a place that is none.
func TierName(s *scheme.Scheme, tier int, lang string) string {
	if tier < 0 || tier >= len(s.Tiers) {
		return ""
	}
	return s.Tiers[tier].Name.In(lang)
}

// NodeOf is what a scheme's node says about a unit; nil if it says nothing.
func NodeOf(p *scoring.Placed, id string) *scoring.NodeScore {
	for i := range p.Nodes {
		if p.Nodes[i].ID == id {
			return &p.Nodes[i]
		}
	}
	return nil
}

// nodeOf is NodeOf; where a node says nothing, it says that it is not known.
func nodeOf(p *scoring.Placed, id string) *scoring.NodeScore {
	if n := NodeOf(p, id); n != nil {
		return n
	}
	return &scoring.NodeScore{ID: id}
}

// leafCells are the value as it was scored, for one that is drawn towards the peer group also as measured, its
// interval, its sample and its points.
func (l layout) leafCells(n *scheme.Node, p *scoring.Placed, ranked bool) []cell {
	var value, measured, low, high, sample, earned cell
	score := nodeOf(p, n.ID)
	ind := evaluation.Indicator{Unit: n.Unit}
	number := func(x float64, known bool) cell {
		return valueCell(ind, evaluation.Value{Number: x, Known: known}, l.lang)
	}
	measured = number(score.Estimate.Number, score.Estimate.Known)
	value = measured
	if score.Known {
		value, low, high = number(score.Scored, true), number(score.Low, true), number(score.High, true)
	}
	if score.Estimate.Known && score.Estimate.N > 0 {
		sample = count(score.Estimate.N)
	}
	switch {
	case score.Known && ranked:
		earned = l.score(score.Points)
	case ranked:
		earned = words(say(l.lang, "未计入", "not counted"))
	}
	if n.Shrink {
		return []cell{value, measured, low, high, sample, earned}
	}
	return []cell{value, low, high, sample, earned}
}

func place(n int) cell { return cell{text: strconv.Itoa(n), number: float64(n), format: "0"} }

// score writes a score or points as the scheme rounds them.
func (l layout) score(score float64) cell { return points(score, l.result.Scheme.Decimals) }

func points(score float64, decimals int) cell {
	c := cell{text: evaluation.FormatNumber(score, decimals), number: score, format: "0"}
	if decimals > 0 {
		c.format += "." + strings.Repeat("0", decimals)
	}
	return c
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
