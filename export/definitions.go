package export

import (
	"strconv"
	"strings"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// WeightText writes a share of the score: 45%, 12.5%.
func WeightText(share float64) string {
	text := evaluation.FormatNumber(share*100, 2)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
}

// PointsText is how a value becomes points, in words.
func PointsText(n *scheme.Node, s *scheme.Scheme, lang string) string {
	v := func(x float64) string {
		return evaluation.FormatValue(evaluation.Indicator{Unit: n.Unit}, evaluation.Value{Number: x, Known: true}, lang)
	}
	p := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	fill := func(zh, en string, pairs ...string) string {
		return evaluation.CloseUp(strings.NewReplacer(append(pairs, "{scale}", p(s.Scale))...).Replace(say(lang, zh, en)))
	}
	switch k := &n.Normalise; k.Kind {
	case scheme.Absolute:
		return fill("数值 ÷ {full} × {scale}", "value ÷ {full} × {scale}", "{full}", p(k.Full))
	case scheme.Linear:
		return fill("{floor} 计 0 分，{target} 计 {scale} 分，其间按比例", "{floor} is 0 points, {target} is {scale}, in proportion between them",
			"{floor}", v(k.Floor), "{target}", v(k.Target))
	case scheme.Steps:
		var steps []string
		for _, step := range k.Steps {
			steps = append(steps, v(step.At)+" → "+p(step.Points))
		}
		return fill("分档：", "steps: ") + strings.Join(steps, say(lang, "，", ", "))
	case scheme.Deductions:
		return fill("{free} 以内不扣；超出后每 {every} 扣 {per} 分", "nothing off up to {free}; {per} points off for every {every} beyond",
			"{free}", v(k.Free), "{every}", v(k.Every), "{per}", p(k.Per))
	case scheme.MinMax:
		return fill("各单位中最差计 0 分，最好计 {scale} 分", "the worst unit has 0 points, the best has {scale}")
	case scheme.ZScore:
		return fill("标准分：{centre} ＋ {spread} × z", "standard score: {centre} + {spread} × z", "{centre}", p(k.Centre), "{spread}", p(k.Spread))
	case scheme.Percentile:
		return fill("不如它的其他单位所占的比例", "share of the other units that are worse")
	}
	return ""
}

// Rules are what holds for a ranking: how scores, ranks and their ranges are meant.
func Rules(r *scoring.Result, lang string) []string {
	s := r.Scheme
	fill := strings.NewReplacer(
		"{decimals}", strconv.Itoa(s.Decimals), "{draws}", evaluation.FormatCount(uint64(max(r.Draws, 0))), "{error}", MonteCarloText(r, lang),
		"{sure}", evaluation.FormatNumber(s.TieProbability*100, 0)+"%")
	var rules []string
	add := func(zh, en string) { rules = append(rules, fill.Replace(say(lang, zh, en))) }
	add("总分为各指标得分的加权平均，先保留 {decimals} 位小数再排名；同分同名次（1、2、2、4）。",
		"The score is the weighted mean of the points, rounded to {decimals} decimals before ranking; equal scores share a rank (1, 2, 2, 4).")
	add("得分名次只按得分先后；名次范围由样本量推断：在 {draws} 次随机抽取中，有 95% 排在这个范围内。",
		"The score rank follows the scores alone; the rank range is inferred from sample size: 95% of {draws} random draws rank the unit within it.")
	add("抽取的种子取自数据的指纹，无人可以挑选；蒙特卡洛误差：{error}。",
		"The seed of the draws follows from the hash of the data, so nobody picks it. Monte-Carlo error: {error}.")
	add("在 {sure} 的把握上分不出好差的相邻单位归为一组：组内的差距在偶然范围内，不能说明前者好于后者。",
		"Neighbouring units that cannot be told apart with {sure} certainty form a group: within it differences may be chance, and say nothing about who is better.")
	switch s.Publication {
	case scheme.PublishBands:
		add("本方案只公布等级：等级内按行政顺序排列，不分先后。", "This scheme publishes tiers alone: within a tier the order is administrative and no ranking.")
	case scheme.PublishGroups:
		add("本方案公布并列组：组内按行政顺序排列，不分先后。", "This scheme publishes groups: within a group the order is administrative and no ranking.")
	case scheme.PublishRank:
	}
	add("没有数据，不等于 0：数据不足的单位只列出，不排名。", "No data is not 0: units without enough data are listed without a rank.")
	return rules
}
