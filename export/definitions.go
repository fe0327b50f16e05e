package export

import (
	"strconv"

	"haochaping/evaluation"
)

// definitionSheet says how the ranking was made: what is measured, how values become points, what weighs how
// much, where the tiers begin.
func definitionSheet(s *evaluation.Scheme, m *Meta, lang string) sheet {
	d := sheet{
		name:   say(lang, "指标说明", "Definitions"),
		widths: []float64{20, 10, 14, 14, 12, 22, 110},
		head: []cell{
			words(say(lang, "指标", "Indicator")), words(say(lang, "权重", "Weight")),
			words(say(lang, "0 分的值", "Value of 0")), words(say(lang, "100 分的值", "Value of 100")),
			words(say(lang, "最小样本量", "Minimum n")), words(say(lang, "样本不足时", "Below it")),
			words(say(lang, "定义", "Definition")),
		},
	}
	d.top = preamble(&evaluation.Ranking{Scheme: *s}, m, lang)
	d.top = append(d.top, nil)
	for _, p := range s.Parts {
		d.rows = append(d.rows, partDefinition(p, lang))
	}
	d.rows = append(d.rows, nil,
		[]cell{words(say(lang, "等级", "Tier")), words(say(lang, "得分自", "Score from"))})
	for _, t := range s.Tiers {
		d.rows = append(d.rows, []cell{foreign(t.Name(lang)), points(t.Cutoff)})
	}
	d.rows = append(d.rows, nil)
	for _, rule := range rules(lang) {
		d.rows = append(d.rows, []cell{words(rule)})
	}
	return d
}

func partDefinition(p evaluation.Part, lang string) []cell {
	ind := indicator(p.Indicator)
	missing := say(lang, "权重分给其余指标", "others share its weight")
	if p.Missing == evaluation.LeaveOut {
		missing = say(lang, "只列出，不排名", "listed, not ranked")
	}
	weight := strconv.FormatFloat(p.Weight, 'f', -1, 64)
	bound := func(x float64) cell {
		return words(evaluation.FormatValue(ind, evaluation.Value{Number: x, Known: true}, lang))
	}
	return []cell{
		words(ind.Name(lang)),
		{text: weight, number: p.Weight, format: "General"},
		bound(p.Floor), bound(p.Target), count(p.MinimumN), words(missing), words(ind.Wording(lang)),
	}
}

// rules are what holds for every ranking.
func rules(lang string) []string {
	if lang == "en" {
		return []string{
			"Between the two values points grow linearly; beyond them they stay at 0 and 100.",
			"The score is the weighted mean of the points, rounded to two decimals before ranking; equal scores share a rank (1, 2, 2, 4).",
			"No data is not 0: units without enough data are listed without a rank.",
		}
	}
	return []string{
		"两值之间得分按直线计算，超出部分按 0 分或 100 分计。",
		"总分为各指标得分的加权平均，先保留两位小数再排名；同分同名次（1、2、2、4）。",
		"没有数据，不等于 0：数据不足的单位只列出，不排名。",
	}
}
