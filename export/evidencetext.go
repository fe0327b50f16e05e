package export

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// neighboursEachWay is how many units above and below are told.
const neighboursEachWay = 5

// evidenceKindNames are the kinds of units in words.
var evidenceKindNames = map[evaluation.EvidenceKind][2]string{
	evaluation.EvidenceRegion: {"地区（含下级）", "region, with all below it"}, evaluation.EvidenceHall: {"大厅", "hall"},
	evaluation.EvidenceWindow: {"窗口", "window"}, evaluation.EvidenceDepartment: {"部门", "department"},
	evaluation.EvidenceItem: {"事项", "item"}, evaluation.EvidenceLine: {"地区条线", "line of a region"},
}

// find is the unit in the evaluation; nil where it is not there.
func (p *pack) find() *scoring.Placed {
	if p.Result == nil {
		return nil
	}
	for _, list := range [][]scoring.Placed{p.Result.Ranked, p.Result.Listed} {
		for i := range list {
			if list[i].Code == p.Query.Code {
				return &list[i]
			}
		}
	}
	return nil
}

// readme says in one language what the pack is.
func (p *pack) readme(lang string) string {
	var b strings.Builder
	line := func(zh, en string, args ...any) { fmt.Fprintf(&b, say(lang, zh, en)+"\n", args...) }
	if p.Demo {
		line("演示数据：虚构的省份，不涉及任何真实地方。\n", "Demo data: an invented province; no real place is rated.\n")
	}
	name := UnitName(&p.Name, lang)
	line("取证包：%s（%s %s）", "Evidence: %s (%s %s)", printable(name), say(lang, evidenceKindNames[p.Query.Kind][0], evidenceKindNames[p.Query.Kind][1]), printable(p.Query.Code))
	line("统计期：%s", "Period: %s", p.Query.Range)
	if e := p.Edition; e != nil {
		line("所依据的评价结果：%s；其数据版本 %d，数据时间 %s，数据指纹 %s，文档指纹 %s", "Edition: %s; its generation %d, time of data %s, hash of what was judged %s, hash of the document %s",
			e.Ref, e.Generation, e.DataTime, e.DataHash, e.Document)
		line("记录按现在的数据版本列出：期后补到或更正的记录会使其与发布时不同，可按“到达时间”与上述数据时间对照。",
			"The records are listed as they are now: what came or was corrected since can make them differ; compare the times of receipt with the time of data above.")
		if e.Draft {
			line("这是未发布的草案。", "This is a draft that has not been published.")
		}
	}
	if p.Result != nil {
		s := p.Result.Scheme
		line("评价方案：%s（%s，第 %s 版）", "Scheme: %s (%s, version %s)", printable(s.Name.In(lang)), s.ID, s.Version)
		if text := RuleText(p.Result.Rule, lang); text != "" {
			line("%s", "%s", text)
		}
	}
	if hash := p.dataHash(); hash != "" {
		line("数据指纹：%s", "Hash of what was judged: %s", hash)
	}
	data := say(lang, "暂无数据", "no data")
	if t := p.Survey.Generation.DataTime; t > 0 {
		data = p.moment(time.Unix(t, 0))
	}
	line("数据时间：%s；数据版本：%d；名录版本：%s", "Time of data: %s; generation: %d; directory: %s", data, p.Survey.Generation.Number, p.Directory)
	line("制作时间：%s", "Made: %s", p.moment(p.Made))
	b.WriteByte('\n')
	p.readCheck(&b, lang)
	p.readFiles(line)
	line("\n怎样复算\n  1. 在 records-ratings.csv 中取“计入”为“是”的行，按“等级”对“条数”求和，即为各等级评价数；“单列”的行按原因代码求和。\n"+
		"  2. records-cases.csv、records-events.csv 同理；manifest.json 的 check 一节列出每个数的两种来源。\n"+
		"  3. 把这些数代入 formulas.txt 的公式。\n"+
		"  4. 重新取证：%s\n"+
		"  5. 文件是否完整：比对 manifest.json 中各文件的 SHA-256。",
		"\nHow to recompute\n  1. In records-ratings.csv take the rows that are counted (yes) and sum the counts by level; rows that are counted apart, by reason.\n"+
			"  2. Likewise records-cases.csv and records-events.csv; the part check of manifest.json has both sources of every figure.\n"+
			"  3. Put these into the formulas of formulas.txt.\n"+
			"  4. Take the pack again: %s\n"+
			"  5. Is a file whole? Compare the SHA-256 in manifest.json.", p.Command())
	line("\n本包不含评价人、联系方式、评价内容和经办人。同一记录重复报送只存一条，不另列。",
		"\nThe pack holds no rater, no contact, no comment and no clerk. A record that was sent twice is stored once and listed once.")
	return b.String()
}

func (p *pack) readCheck(b *strings.Builder, lang string) {
	_, agrees := evaluation.CheckEvidence(&p.Survey.Summed, &p.Survey.Facts)
	fmt.Fprintf(b, say(lang, "制作前的核对：%s\n最终核对见 manifest.json。\n\n", "The check before it was made: %s\nThe final one is in manifest.json.\n\n"), checkStatement(agrees, p.Survey.Dirty))
}

func (p *pack) readFiles(line func(zh, en string, args ...any)) {
	line("文件\n"+
		"  formulas.txt         各指标的口径，及本单位的数值、样本量、区间、得分和权重\n"+
		"  neighbours.csv       名次相近的单位（上下各 %d 个，仅限您可查看的）\n"+
		"  records-ratings.csv  每一条评价：计入与否及原因；他处汇总的数按条数列出\n"+
		"  records-events.csv   服务事项次数（主动评价率、未评率、邀评率的分母）\n"+
		"  records-cases.csv    每一件办件：受理、办结、时限、按时与否，不计的版本及原因\n"+
		"  records-steps.csv    对本单位评价的处置步骤：联系、整改、回访、剔除（整改类指标的依据）\n"+
		"  records-refused.csv  本单位设备报送而被退回的记录；其他来源被退回的记录无法归到单位\n"+
		"  intake-gaps.csv      设备缺失的序号（不限本期）、设备和来源无记录的日期\n"+
		"  manifest.json        各文件的 SHA-256 和行数、版本、核对结果",
		"Files\n"+
			"  formulas.txt         what each indicator means, and the unit's values, samples, intervals, points and weights\n"+
			"  neighbours.csv       the units ranked near it (%d each way, as far as you may see them)\n"+
			"  records-ratings.csv  every rating, counted or not, and why; counts made elsewhere as counts\n"+
			"  records-events.csv   service events (below the line of the active, unrated and prompt rates)\n"+
			"  records-cases.csv    every case: accepted, finished, limits, on time or not; versions that do not count, and why\n"+
			"  records-steps.csv    what was done about its ratings: contact, rectification, call-back, exclusion\n"+
			"  records-refused.csv  what devices of the unit sent and was refused; whose other refused records were cannot be known\n"+
			"  intake-gaps.csv      numbers of devices that never came (of all time); days without records of devices and sources\n"+
			"  manifest.json        SHA-256 and rows of each file, versions, and what came of the check", neighboursEachWay)
}

// formulas says what each indicator is, and what it says about the unit.
func (p *pack) formulas() string {
	if p.Result == nil {
		return say(p.lang, "没有评价方案可用于本单位。\n", "No scheme judges this unit.\n")
	}
	var b strings.Builder
	line := func(depth int, format string, args ...any) {
		b.WriteString(strings.Repeat("  ", depth))
		fmt.Fprintf(&b, format, args...)
		b.WriteByte('\n')
	}
	s, unit := p.Result.Scheme, p.find()
	b.WriteString(s.Explain(p.lang))
	b.WriteByte('\n')
	line(0, "%s", say(p.lang, "本单位的数值", "The values of the unit"))
	if unit == nil {
		line(0, "%s", say(p.lang, "本单位未参加这次评价。", "The unit was not judged."))
		return b.String()
	}
	switch {
	case p.Alone:
		line(0, "%s", say(p.lang, "方案不评价这一类单位：只列实测值，没有得分和名次。",
			"The scheme judges no units of this kind: what was measured is told, without points or a rank."))
	case unit.Reason.Code != "":
		line(0, say(p.lang, "不排名：%s", "Not ranked: %s"), printable(ReasonText(unit.Reason, s, p.lang)))
	default:
		p.standing(line, unit)
	}
	leaves, shares := Leaves(s)
	for i, n := range leaves {
		p.leaf(line, n, shares[i], unit)
	}
	return b.String()
}

func (p *pack) standing(line func(int, string, ...any), unit *scoring.Placed) {
	s := p.Result.Scheme
	score := func(x float64) string { return evaluation.FormatNumber(x, s.Decimals) }
	line(0, say(p.lang, "总分 %s，95%% 区间 %s 至 %s", "Score %s, 95%% interval %s to %s"), score(unit.Score), score(unit.ScoreLow), score(unit.ScoreHigh))
	if tier := TierName(s, unit.Tier, p.lang); tier != "" {
		line(0, say(p.lang, "等级 %s", "Tier %s"), printable(tier))
	}
	if Ranks(s) {
		line(0, say(p.lang, "名次 %d（共 %d 个单位排名），名次范围 %s", "Rank %d of %d, rank range %s"), unit.Rank, p.Ranked, RankRange(unit, p.lang))
	}
	for _, rule := range Rules(p.Result, p.lang) {
		line(0, "· %s", rule)
	}
}

func (p *pack) leaf(line func(int, string, ...any), n *scheme.Node, share float64, unit *scoring.Placed) {
	s, f := p.Result.Scheme, nodeOf(unit, n.ID)
	value := func(x float64) string {
		return evaluation.FormatValue(evaluation.Indicator{Unit: n.Unit}, evaluation.Value{Number: x, Known: true}, p.lang)
	}
	line(0, "%s (%s)", printable(n.Name.In(p.lang)), n.ID)
	if !f.Estimate.Known {
		line(1, "%s", say(p.lang, "无数据", "no data"))
	} else {
		line(1, say(p.lang, "实测值 %s，样本量 %s", "As measured %s, sample %s"), value(f.Estimate.Number), evaluation.FormatCount(f.Estimate.N))
	}
	if f.Known && !p.Alone {
		line(1, say(p.lang, "计分值 %s，95%% 区间 %s 至 %s", "As scored %s, 95%% interval %s to %s"), value(f.Scored), value(f.Low), value(f.High))
		line(1, say(p.lang, "得分 %s（满分 %s），占总分 %s（方案权重 %s）", "Points %s of %s, share of the score %s (by the scheme %s)"),
			evaluation.FormatNumber(f.Points, s.Decimals), evaluation.FormatNumber(s.Scale, 0), WeightText(f.Weight), WeightText(share))
		line(1, say(p.lang, "得分规则：%s", "Points: %s"), printable(PointsText(n, s, p.lang)))
	}
	if text := ReasonText(f.Reason, s, p.lang); text != "" && !p.Alone {
		line(1, say(p.lang, "未计入：%s", "Not counted: %s"), printable(text))
	}
}

// neighbours are the units near it, of those that the reader sees.
func (p *pack) neighbours(context.Context, EvidenceSource) error {
	if err := p.head(
		"本单位", "the unit", "名次", "rank", "名次范围自", "rank range from", "名次范围至", "rank range to", "代码", "code", "名称", "name",
		"得分", "score", "得分区间下限", "score: low", "得分区间上限", "score: high", "等级", "tier", "参加排名的单位数", "units ranked",
	); err != nil {
		return err
	}
	if p.Result == nil || p.Alone {
		return nil
	}
	s := p.Result.Scheme
	list := make([]*scoring.Placed, len(p.Result.Ranked))
	for i := range p.Result.Ranked {
		list[i] = &p.Result.Ranked[i]
	}
	if !Ranks(s) { // nothing that the scheme does not publish
		list = Unordered(p.Result)
	}
	at := slices.IndexFunc(list, func(u *scoring.Placed) bool { return u.Code == p.Query.Code })
	if at < 0 {
		return nil
	}
	for i := max(0, at-neighboursEachWay); i < min(len(list), at+neighboursEachWay+1); i++ {
		u := list[i]
		if Ranks(s) && max(u.Rank-list[at].Rank, list[at].Rank-u.Rank) > neighboursEachWay {
			continue // those in between are not seen
		}
		rank, low, high := "", "", ""
		if Ranks(s) {
			rank, low, high = strconv.Itoa(u.Rank), strconv.Itoa(u.RankLow), strconv.Itoa(u.RankHigh)
		}
		score := func(x float64) string { return evaluation.FormatNumber(x, s.Decimals) }
		if err := p.line(p.yes(i == at), rank, low, high, u.Code, UnitName(&u.Unit, p.lang), score(u.Score), score(u.ScoreLow), score(u.ScoreHigh),
			TierName(s, u.Tier, p.lang), strconv.Itoa(p.Ranked)); err != nil {
			return err
		}
	}
	return nil
}
