package export

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// Evaluation is a judged scheme with what its file says about itself.
type Evaluation struct {
	*scoring.Result
	Meta
	Notes    []string  // what a reader has to know besides, such as imported values that count for nobody
	Compared *Compared // nil = nothing was asked
}

// Compared is the answer to whether one unit is better than another.
type Compared struct {
	A, B string  // codes
	P    float64 // probability that A is better than B; only if Known
	// Known is false where one of the units is not ranked.
	Known bool
}

// ranked reports whether the scheme publishes an order, and not bands alone.
func (e *Evaluation) ranked() bool { return e.Scheme.Publication != scheme.PublishBands }

// placed lists the ranked units as the scheme publishes them: by rank; by group, or by tier, and within these in
// administrative order.
func (e *Evaluation) placed() (list []scoring.Placed) {
	switch e.Scheme.Publication {
	case scheme.PublishBands:
		for _, band := range e.Bands() {
			list = append(list, band.Units...)
		}
	case scheme.PublishGroups:
		for _, group := range e.Groups() {
			list = append(list, group.Units...)
		}
	default:
		list = e.Ranked
	}
	return list
}

// tierName is the name of the tier of a unit, ” for none.
func (e *Evaluation) tierName(p *scoring.Placed, lang string) string {
	return TierName(e.Scheme, p.Tier, lang)
}

func (e *Evaluation) score(x float64) string { return evaluation.FormatNumber(x, e.Scheme.Decimals) }

// exact is the score before it was rounded: the points of the leaves by their shares of the whole.
func exact(p *scoring.Placed) (total float64) {
	for i := range p.Nodes {
		if n := &p.Nodes[i]; n.Leaf && n.Known {
			total += float64(n.Weight * n.Points)
		}
	}
	return total
}

// RankRange is the interval of a rank as a reader sees it: 第 3–7 名.
func RankRange(p *scoring.Placed, lang string) string {
	if p.RankLow == p.RankHigh {
		return fmt.Sprintf(say(lang, "第 %d 名", "%d"), p.RankLow)
	}
	return fmt.Sprintf(say(lang, "第 %d–%d 名", "%d–%d"), p.RankLow, p.RankHigh)
}

// reason is why a unit has no rank, or a node no value.
func (e *Evaluation) reason(r scoring.Reason, lang string) string {
	return ReasonText(r, e.Scheme, lang)
}

// RuleText says loudly what an answer rule other than the published one is; ” for that one.
func RuleText(rule scoring.AnswerRule, lang string) string {
	switch rule {
	case scoring.RuleDefaults:
		return say(lang, "假设情形：默认评价按主动评价计入。仅供比较，不是评价结果，不得公布。",
			"WHAT IF: default ratings counted as if they had been chosen. For comparison only; this is not a result and must not be published.")
	case scoring.RuleSilence:
		return say(lang, "假设情形：未评价按非常满意（5 级）计入。仅供比较，不是评价结果，不得公布。",
			"WHAT IF: silence counted as very satisfied (level 5). For comparison only; this is not a result and must not be published.")
	default:
		return ""
	}
}

// about is what stands above the figures: who judged what, when, from which data, how surely.
func (e *Evaluation) about(lang string) (rows [][]cell) {
	alone := func(text string) {
		if text != "" {
			rows = append(rows, []cell{words(text)})
		}
	}
	field := func(zh, en, text string) {
		rows = append(rows, []cell{words(say(lang, zh, en)), foreign(text)})
	}
	alone(printable(e.Title))
	alone(RuleText(e.Rule, lang))
	if e.Demo {
		alone(say(lang, "演示数据：虚构的省份，不涉及任何真实地方。", "Demo data: an invented province; no real place is rated."))
	}
	field("评价方案", "Scheme", fmt.Sprintf(say(lang, "%s（%s，第 %s 版）", "%s (%s, version %s)"), e.Scheme.Name.In(lang), e.Scheme.ID, e.Scheme.Version))
	field("统计期", "Period", e.Period.String())
	if e.counted() {
		field("数据时间", "Time of data", e.dataTime(lang))
	}
	if days := e.importedDays(); days != "" {
		field("导入数值截至", "Imported as of", days)
	}
	field("单位", "Units", fmt.Sprintf(say(lang, "%d 个排名，%d 个只列出", "%d ranked, %d listed"), len(e.Ranked), len(e.Listed)))
	field("抽样", "Draws", fmt.Sprintf(say(lang, "%s 次，概率的蒙特卡洛标准误不超过 %s", "%s, Monte-Carlo standard error of a probability at most %s"),
		evaluation.FormatCount(uint64(max(e.Draws, 0))), evaluation.FormatNumber(e.MonteCarlo*100, 2)+"%"))
	switch {
	case !e.ranked():
	case e.varies():
		field("名次范围", "Rank interval", say(lang, "由样本量推断：95% 的抽样中名次落在此范围内", "inferred from sample size: 95% of the draws rank the unit within it"))
	default:
		field("名次范围", "Rank interval", say(lang, "没有数值带样本量或标准误，无从推断，名次视为确定", "no value has a sample or a standard error to infer it from: ranks are taken as certain"))
	}
	field("数据指纹", "Data hash", hex.EncodeToString(e.DataHash[:]))
	for _, p := range e.Priors {
		field("先验", "Prior", e.priorText(&p, lang))
	}
	for _, note := range e.Notes {
		field("注意", "Note", note)
	}
	return rows
}

// counted reports whether any indicator is computed from records.
func (e *Evaluation) counted() bool {
	return slices.ContainsFunc(leavesOf(e.Scheme), func(n *scheme.Node) bool { return !n.Imported })
}

// varies reports whether any score could have come out otherwise.
func (e *Evaluation) varies() bool {
	return slices.ContainsFunc(e.Ranked, func(p scoring.Placed) bool { return p.ScoreLow != p.ScoreHigh })
}

// importedDays is the days that the imported values are as of, from the oldest to the newest; ” without any.
func (e *Evaluation) importedDays() string {
	oldest, newest := "", ""
	for _, list := range [][]scoring.Placed{e.Ranked, e.Listed} {
		for i := range list {
			for _, v := range list[i].Imported {
				if oldest == "" || v.AsOf < oldest {
					oldest = v.AsOf
				}
				newest = max(newest, v.AsOf)
			}
		}
	}
	if oldest == newest {
		return newest
	}
	return oldest + ".." + newest
}

func (e *Evaluation) dataTime(lang string) string {
	if e.Generation.DataTime == 0 {
		return say(lang, "没有评价和办件数据", "no ratings and cases")
	}
	zone := e.Zone
	if zone == nil {
		zone = time.UTC
	}
	return time.Unix(e.Generation.DataTime, 0).In(zone).Format("2006-01-02 15:04:05 -07:00")
}

// priorText says what small units were drawn towards.
func (e *Evaluation) priorText(p *scoring.Prior, lang string) string {
	group := p.Group
	for _, peers := range e.Scheme.Peers {
		if peers.ID == group {
			group = peers.Name.In(lang)
		}
	}
	if group == "" {
		group = say(lang, "全部单位", "all units")
	}
	name, unit, scale := p.Leaf, evaluation.Number, 1.0
	for _, leaf := range leavesOf(e.Scheme) {
		if leaf.ID == p.Leaf {
			name, unit = leaf.Name.In(lang), leaf.Unit
		}
	}
	if unit == evaluation.Per100k {
		scale = 100_000
	}
	from := map[string]string{
		"group":  fmt.Sprintf(say(lang, "由同组 %d 个单位拟合", "fitted from %d units of the group"), p.Units),
		"parent": fmt.Sprintf(say(lang, "同组数据不足，由全部 %d 个单位拟合", "too little in the group, fitted from all %d units"), p.Units),
		"fixed":  say(lang, "数据不足，用固定先验", "too little data, the documented fixed one"),
	}[p.From]
	mean := "-"
	if p.B > 0 {
		mean = evaluation.FormatValue(evaluation.Indicator{Unit: unit}, evaluation.Value{Number: p.A / p.B * scale, Known: true}, lang)
	}
	return fmt.Sprintf(say(lang, "%s · %s：%s，%s（Gamma %s, %s）", "%s · %s: %s; %s (Gamma %s, %s)"), name, group, mean, from,
		strconv.FormatFloat(p.A, 'g', 4, 64), strconv.FormatFloat(p.B, 'g', 6, 64))
}

// comparison is the answer to --compare as a sentence.
func (e *Evaluation) comparison(lang string) []string {
	c := e.Compared
	if c == nil {
		return nil
	}
	a, b := e.nameOf(c.A, lang), e.nameOf(c.B, lang)
	if !c.Known {
		return []string{fmt.Sprintf(say(lang, "%s 与 %s 不能比较：至少一个没有参加排名。", "%s and %s cannot be compared: at least one of them is not ranked."), a, b)}
	}
	return []string{
		fmt.Sprintf(say(lang, "P(%s 好于 %s) = %s", "P(%s is better than %s) = %s"), a, b, scoring.ProbabilityText(c.P)),
		scoring.ComparisonText(c.P, a, b, lang),
	}
}

func (e *Evaluation) nameOf(code, lang string) string {
	for _, list := range [][]scoring.Placed{e.Ranked, e.Listed} {
		for i := range list {
			if list[i].Code == code {
				return printable(UnitName(&list[i].Unit, lang))
			}
		}
	}
	return printable(code)
}

// leafCell is the value of a leaf as it was measured. It reads as a bound only where the bound is reached.
func leafCell(leaf *scheme.Node, s *scoring.NodeScore, lang string) cell {
	return valueCell(evaluation.Indicator{ID: leaf.ID, Unit: leaf.Unit}, s.Estimate.Value, lang)
}

// leafText is a value as people read it: as measured; behind an arrow as it was scored, where that is another number,
// because it was shrunk or rounded; and the interval of that.
func leafText(leaf *scheme.Node, s *scoring.NodeScore, lang string) string {
	ind := evaluation.Indicator{ID: leaf.ID, Unit: leaf.Unit}
	text := func(x float64) string {
		return evaluation.FormatValue(ind, evaluation.Value{Number: x, N: s.Estimate.N, Known: true}, lang)
	}
	if !s.Estimate.Known {
		return ""
	}
	measured := text(s.Estimate.Number)
	if !s.Known {
		return measured
	}
	if scored := text(s.Scored); scored != measured {
		measured += "→" + scored
	}
	if s.Low == s.High {
		return measured
	}
	return measured + " [" + text(s.Low) + "–" + text(s.High) + "]"
}

// scoreFormat is how a spreadsheet shows a score.
func (e *Evaluation) scoreFormat() string {
	if e.Scheme.Decimals <= 0 {
		return "0"
	}
	return "0." + strings.Repeat("0", e.Scheme.Decimals)
}
