package edition

import (
	"fmt"
	"strconv"
	"strings"

	"haochaping/evaluation"
	"haochaping/evaluation/scoring"
)

// sentence picks the language of a format.
func sentence(lang, zh, en string, args ...any) string {
	if lang == evaluation.Languages[1] {
		return fmt.Sprintf(en, args...)
	}
	return fmt.Sprintf(zh, args...)
}

// In is the name, and the code that tells apart units of the same name.
func (n Name) In(lang string) string {
	switch name := n.Name.In(lang); {
	case name == "" && n.Code == "":
		return sentence(lang, "待归属", "unattributed")
	case name == "" || name == n.Code:
		return n.Code
	default:
		return sentence(lang, "%s（%s）", "%s (%s)", name, n.Code)
	}
}

// score writes a score or points with the scheme's decimals.
func score(d Decimal, places int, lang string) string {
	x, ok := d.Float()
	if !ok {
		return sentence(lang, "无", "none")
	}
	return evaluation.FormatNumber(x, places)
}

// FigureText writes the value of a leaf with its sample, as pages do.
func FigureText(n Node, f Figure, lang string) string {
	x, ok := f.Value.Float()
	v := evaluation.Value{Number: x, Hits: f.Hits, N: f.N, Known: ok}
	text := evaluation.FormatValue(evaluation.Indicator{Unit: evaluation.Kind(n.Unit)}, v, lang)
	if f.N > 0 {
		text += sentence(lang, "（n %s）", " (n %s)", evaluation.FormatCount(f.N))
	}
	return text
}

func rankText(rank int, lang string) string {
	if rank == 0 {
		return sentence(lang, "无名次", "no rank")
	}
	return sentence(lang, "第 %d 名", "rank %d", rank)
}

// Words says a difference in sentences, the most important first. places is how many decimals scores are written
// with.
func (d *Difference) Words(lang string, places int) []string {
	var out []string
	say := func(zh, en string, args ...any) { out = append(out, sentence(lang, zh, en, args...)) }
	say("%s → %s", "%s → %s", d.From.Ref, d.To.Ref)
	if d.Same() {
		say("两者的单位、数值、得分、档次和名次完全相同。", "Both say the same about the same units: values, scores, tiers and ranks.")
	}
	if d.Period {
		say("评估期不同：%s → %s。", "The period differs: %s → %s.", d.From.Period.Label, d.To.Period.Label)
	}
	switch {
	case d.SchemeID:
		say("方案不同：%s → %s；同名指标未必同口径。", "The schemes differ: %s → %s; indicators of one name may not mean the same.", d.From.Scheme.In(lang), d.To.Scheme.In(lang))
	case d.Version:
		say("方案版本不同：%s → %s；口径可能不同，名次变动不能只归因于工作。", "The version of the scheme differs: %s → %s; a change of rank may come from it.", d.From.Version, d.To.Version)
	case d.Scheme:
		say("方案文本不同，版本号却相同（%s）。", "The text of the scheme differs under the same version (%s).", d.To.Version)
	}
	for i := range d.Nodes {
		out = append(out, d.Nodes[i].words(lang))
	}
	if len(d.Tiers[0])+len(d.Tiers[1]) > 0 {
		say("档次分数线：%s → %s。", "Cut-offs of the tiers: %s → %s.", tiersText(d.Tiers[0], lang), tiersText(d.Tiers[1], lang))
	}
	if d.Watermark {
		say("数据截止不同：第 %d 代、%d 条记录 → 第 %d 代、%d 条记录。", "The state of the data differs: generation %d with %d records → %d with %d.",
			d.From.Watermark.Generation, d.From.Watermark.Records, d.To.Watermark.Generation, d.To.Watermark.Records)
	}
	for _, n := range d.Come {
		say("新增单位：%s。", "New unit: %s.", n.In(lang))
	}
	for _, n := range d.Gone {
		say("不再列入：%s。", "No longer in it: %s.", n.In(lang))
	}
	for i := range d.Units {
		out = append(out, d.Units[i].words(lang, places))
	}
	return out
}

// words says what became of an indicator of the scheme.
func (d *SchemeNodeDifference) words(lang string) string {
	switch {
	case d.Before == nil:
		return sentence(lang, "新指标：%s，权重 %s。", "New indicator: %s, weight %s.", d.After.title(lang), d.After.Weight.plain())
	case d.After == nil:
		return sentence(lang, "指标取消：%s。", "Indicator dropped: %s.", d.Before.title(lang))
	}
	var parts []string
	changed := func(zh, en, before, after string) {
		if before != after {
			parts = append(parts, sentence(lang, zh+" %s → %s", en+" %s → %s", before, after))
		}
	}
	a, b := d.Before, d.After
	changed("权重", "weight", a.Weight.plain(), b.Weight.plain())
	changed("公式", "formula", a.Formula, b.Formula)
	changed("归一化", "normaliser", a.Normalise, b.Normalise)
	changed("最低样本量", "minimum sample", evaluation.FormatCount(a.MinimumN), evaluation.FormatCount(b.MinimumN))
	changed("口径说明", "wording", a.Wording.In(lang), b.Wording.In(lang))
	changed("名称", "name", a.Name.In(lang), b.Name.In(lang))
	if len(parts) == 0 {
		parts = append(parts, sentence(lang, "其他定义有变", "defined otherwise in some other way"))
	}
	return sentence(lang, "指标 %s：%s。", "Indicator %s: %s.", b.title(lang), strings.Join(parts, sentence(lang, "；", "; ")))
}

func (n *Node) title(lang string) string { return Name{n.ID, n.Name}.In(lang) }

// plain is a number without the zeros behind it.
func (d Decimal) plain() string {
	return strings.TrimSuffix(strings.TrimRight(string(d), "0"), ".")
}

func tiersText(tiers []Tier, lang string) string {
	texts := make([]string, len(tiers))
	for i, t := range tiers {
		texts[i] = t.Name.In(lang) + " ≥ " + t.From.plain()
	}
	if len(texts) == 0 {
		return sentence(lang, "无", "none")
	}
	return strings.Join(texts, ", ")
}

func (d *UnitDifference) words(lang string, places int) string {
	var parts []string
	say := func(zh, en string, args ...any) { parts = append(parts, sentence(lang, zh, en, args...)) }
	if d.NarrativesOnly {
		say("只有文字说明不同", "only its narrative differs")
	}
	if d.Renamed {
		say("名称有变", "renamed")
	}
	if d.RankBefore != d.RankAfter || d.ListedBefore != d.ListedAfter {
		say("%s → %s", "%s → %s", rankText(d.RankBefore, lang), rankText(d.RankAfter, lang))
	}
	if d.ScoreBefore != d.ScoreAfter {
		say("得分 %s → %s", "score %s → %s", score(d.ScoreBefore, places, lang), score(d.ScoreAfter, places, lang))
	}
	if d.TierBefore.Code != d.TierAfter.Code {
		say("档次 %s → %s", "tier %s → %s", tierText(d.TierBefore, lang), tierText(d.TierAfter, lang))
	}
	if d.TiedBefore != d.TiedAfter {
		say("并列组 %s → %s", "tied group %s → %s", groupText(d.TiedBefore, lang), groupText(d.TiedAfter, lang))
	}
	own := false
	for i := range d.Nodes {
		if n := &d.Nodes[i]; n.Own {
			own = true
			say("%s %s → %s", "%s %s → %s", n.Node.Name.In(lang), FigureText(n.Node, n.Before, lang), FigureText(n.Node, n.After, lang))
		}
	}
	if !own && (d.Placed() || len(d.Nodes) > 0) {
		say("本单位数据未变，随方案或其他单位变动", "its own data is the same: it moved with the scheme or with others")
	}
	if lang == evaluation.Languages[1] {
		return d.In(lang) + ": " + strings.Join(parts, "; ") + "."
	}
	return d.In(lang) + "：" + strings.Join(parts, "；") + "。"
}

func tierText(n Name, lang string) string {
	if n.Code == "" {
		return sentence(lang, "无", "none")
	}
	return n.Name.In(lang)
}

func groupText(n int, lang string) string {
	if n == 0 {
		return sentence(lang, "无", "none")
	}
	return strconv.Itoa(n)
}

// ReasonText says why a unit has no rank or a node no value; nothing for nil.
func ReasonText(r *Reason, lang string) string {
	if r == nil {
		return ""
	}
	return scoring.ReasonText(scoring.Reason{Code: scoring.ReasonCode(r.Code), Node: r.Node, N: r.N, Minimum: r.Minimum}, lang)
}
