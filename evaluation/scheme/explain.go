package scheme

import (
	"fmt"
	"strconv"
	"strings"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// Explain is the scheme as text for readers, in a language, see [evaluation.Languages]: who is compared, what is
// published, and the tree of indicators with weights as shares of the whole score.
func (s *Scheme) Explain(lang string) string {
	e := &explanation{scheme: s, lang: lang}
	e.line(0, "%s (%s@%s)", s.Name.In(lang), s.ID, s.Version)
	if s.Note != (Text{}) {
		e.line(0, "%s", s.Note.In(lang))
	}
	e.text.WriteByte('\n')
	e.line(0, e.say("比较对象：%s", "Compared: %s"), e.units())
	e.line(0, e.say("适用时间：%s", "Valid: %s"), e.validity())
	for _, p := range s.Peers {
		e.line(0, e.say("同类分组：%s（%s），%d 个单位", "Peer group: %s (%s), units: %d"), p.Name.In(lang), p.ID, len(p.Units))
	}
	e.line(0, e.say("满分：%s；总分保留 %d 位小数后排名", "Highest score: %s; decimals that scores are rounded to before ranking: %d"), plain64(s.Scale), s.Decimals)
	e.line(0, e.say("公布方式：%s", "Published: %s"), e.publication())
	e.line(0, e.say("判定名次先后所需的置信度：%s", "Confidence needed to separate ranks: %s"), share(s.TieProbability))
	for i, t := range s.Tiers {
		from := e.say("等级：%s（%s），%s 分及以上", "Tier: %s (%s), from %s points")
		if i == len(s.Tiers)-1 && i > 0 {
			from = e.say("等级：%s（%s），其余（%s 分及以上）", "Tier: %s (%s), the rest (from %s)")
		}
		e.line(0, from, t.Name.In(lang), t.ID, plain64(t.From))
	}
	e.text.WriteByte('\n')
	e.line(0, "%s", e.say("指标", "Indicators"))
	e.children(&s.Root, 1, "")
	return e.text.String()
}

type explanation struct {
	scheme *Scheme
	lang   string
	text   strings.Builder
}

func (e *explanation) say(zh, en string) string { return Text{zh, en}.In(e.lang) }

func (e *explanation) line(depth int, format string, args ...any) {
	e.text.WriteString(strings.Repeat("    ", depth))
	fmt.Fprintf(&e.text, format, args...)
	e.text.WriteByte('\n')
}

// plain64 writes a number as short as it is exact.
func plain64(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// share writes a share in per cent with up to two decimals.
func share(x float64) string {
	text := strconv.FormatFloat(100*x, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

func (e *explanation) units() string {
	u := e.scheme.Units
	var text string
	switch u.Kind {
	case UnitRegion:
		text = fmt.Sprintf(e.say("第 %d 级区域", "regions of level %d"), u.Level)
	case UnitDepartment:
		text = e.say("部门", "departments")
	case UnitLineRegion:
		text = fmt.Sprintf(e.say("第 %d 级区域的条线", "a line in regions of level %d"), u.Level)
	case UnitItem:
		text = e.say("事项", "items")
	case UnitWindow:
		text = e.say("窗口", "windows")
	case UnitImported:
		text = e.say("导入数据中出现的单位", "whoever the imported values name")
	}
	if u.Line != "" {
		text += fmt.Sprintf(e.say("，条线 %s", ", line %s"), u.Line)
	}
	if u.Within != "" {
		text += fmt.Sprintf(e.say("，限 %s 以内", ", within %s"), u.Within)
	}
	return text
}

func (e *explanation) validity() string {
	r := e.scheme.Valid
	begins, ends := r.From > calendar.MinDay, r.To < calendar.MaxDay
	switch {
	case begins && ends:
		return fmt.Sprintf(e.say("%s 至 %s", "%s to %s"), r.From, r.To)
	case begins:
		return fmt.Sprintf(e.say("%s 起", "from %s"), r.From)
	case ends:
		return fmt.Sprintf(e.say("至 %s", "until %s"), r.To)
	}
	return e.say("不限", "always")
}

func (e *explanation) publication() string {
	switch e.scheme.Publication {
	case PublishGroups:
		return e.say("分组并列：不能区分先后的单位同列", "tied groups: units that cannot be told apart share a place")
	case PublishBands:
		return e.say("分档：档内按行政区划顺序，不排名次", "bands: within each in administrative order, no ranks")
	case PublishRank:
	}
	return e.say("名次", "ranks")
}

// children explains the nodes of a group that decides a share of the whole score.
func (e *explanation) children(group *Node, whole float64, number string) {
	var weights float64
	for i := range group.Children {
		weights += group.Children[i].Weight
	}
	for i := range group.Children {
		n := &group.Children[i]
		part, place := whole*n.Weight/weights, number+strconv.Itoa(i+1)
		depth := strings.Count(place, ".") + 1
		weight := fmt.Sprintf(e.say("占总分 %s", "%s of the score"), share(part))
		if n.Weight == 0 {
			weight = e.say("权重 0，只列示", "weight 0, shown only")
		}
		e.line(depth-1, e.say("%s %s（%s）：%s", "%s %s (%s): %s"), place, n.Name.In(e.lang), n.ID, weight)
		if n.Wording != (Text{}) {
			e.line(depth, "%s", n.Wording.In(e.lang))
		}
		if n.Leaf() {
			e.leaf(n, depth)
		} else if n.Missing != MissingShown {
			e.line(depth, e.say("无数据时：%s", "Without data: %s"), e.missing(n))
		}
		e.children(n, part, place+".")
	}
}

func (e *explanation) leaf(n *Node, depth int) {
	if n.Imported {
		e.line(depth, "%s", e.say("数据：导入", "Data: imported"))
	} else {
		e.line(depth, e.say("公式：%s", "Formula: %s"), n.Formula)
	}
	direction := e.say("越高越好", "higher is better")
	if n.Direction == evaluation.LowerIsBetter {
		direction = e.say("越低越好", "lower is better")
	}
	e.line(depth, e.say("计分：%s；%s", "Points: %s; %s"), direction, evaluation.CloseUp(e.normaliser(n)))
	if n.Decimals >= 0 {
		e.line(depth, e.say("数值先保留 %d 位小数", "Decimals that the value is rounded to first: %d"), n.Decimals)
	}
	if n.Shrink {
		e.line(depth, "%s", e.say("小样本向同类分组的水平收缩", "Small samples are drawn towards their peer group"))
	}
	if n.MinimumN > 1 {
		e.line(depth, e.say("最低样本量：%s；不足或无数据时：%s", "Minimum sample: %s; below it, or without data: %s"), evaluation.FormatCount(n.MinimumN), e.missing(n))
	} else {
		e.line(depth, e.say("无数据时：%s", "Without data: %s"), e.missing(n))
	}
}

func (e *explanation) missing(n *Node) string {
	switch n.Missing {
	case MissingRenormalise:
		return e.say("其权重按比例分给同组其他指标", "its siblings share its weight in proportion to theirs")
	case MissingFixed:
		return e.say("计 0 分，其他权重不变，并注明", "it counts as 0 points, the other weights stay, and the score says so")
	case MissingLeaveOut:
		return e.say("该单位不列入", "the unit is left out of the list")
	case MissingShown:
	}
	return e.say("显示为缺失，该单位只列出、不排名", "shown as missing; the unit is listed without a rank")
}

// value writes a value in the unit of a leaf.
func (e *explanation) value(n *Node, x float64) string {
	switch n.Unit {
	case evaluation.Percent:
		return share(x)
	case evaluation.Seconds:
		return strings.Replace(evaluation.FormatDuration(x, e.lang), ".0 ", " ", 1)
	}
	return plain64(x)
}

func (e *explanation) normaliser(n *Node) string {
	norm, full := &n.Normalise, plain64(e.scheme.Scale)
	switch norm.Kind {
	case Absolute:
		return fmt.Sprintf(e.say("数值 ÷ %s × %s", "value ÷ %s × %s"), e.value(n, norm.Full), full)
	case Linear:
		return fmt.Sprintf(e.say("%s 得 0 分，%s 得 %s 分，其间按比例，超出不再增减", "%s has 0 points, %s has %s, in proportion between them, bounded beyond"),
			e.value(n, norm.Floor), e.value(n, norm.Target), full)
	case Steps:
		steps := make([]string, len(norm.Steps))
		for i, s := range norm.Steps {
			steps[i] = fmt.Sprintf(e.say("达到 %s 得 %s 分", "%s reached: %s points"), e.value(n, s.At), plain64(s.Points))
		}
		return strings.Join(steps, e.say("，", ", ")) + e.say("，否则 0 分", ", else 0")
	case Deductions:
		beyond := e.say("低于", "below")
		if n.Direction == evaluation.LowerIsBetter {
			beyond = e.say("高于", "above")
		}
		return fmt.Sprintf(e.say("满分 %[1]s；%[2]s %[3]s 的部分，每满 %[4]s 扣 %[5]s 分，扣完为止", "%[1]s points; for every whole %[4]s %[2]s %[3]s %[5]s off, down to 0"),
			full, beyond, e.value(n, norm.Free), e.value(n, norm.Every), plain64(norm.Per))
	case MinMax:
		return fmt.Sprintf(e.say("最差的单位 0 分，最好的 %s 分，其间按比例", "the worst unit has 0 points, the best %s, in proportion between them"), full)
	case ZScore:
		return e.zScore(norm, full)
	case Percentile:
		return fmt.Sprintf(e.say("比多少其他单位好（相同算一半）× %s", "share of the other units that are worse, halves for equals, × %s"), full)
	}
	return string(norm.Kind)
}

func (e *explanation) zScore(norm *Normaliser, full string) string {
	deviation := e.say("（样本标准差）", " (sample standard deviation)")
	if norm.Population {
		deviation = e.say("（总体标准差）", " (population standard deviation)")
	}
	if norm.Rescale {
		return e.say("标准分", "standard score") + deviation +
			fmt.Sprintf(e.say("，再拉伸到最差 0 分、最好 %s 分", ", stretched so that the worst has 0 points and the best %s"), full)
	}
	return fmt.Sprintf("%s + %s × ", plain64(norm.Centre), plain64(norm.Spread)) + e.say("标准分", "standard score") + deviation +
		fmt.Sprintf(e.say("，限于 0 至 %s", ", bounded to 0 to %s"), full)
}
