package movement

import (
	"strconv"
	"strings"

	"haochaping/evaluation"
)

// PartNames are the names of the parts in a language, in the order of [Parts.List].
func PartNames(lang string) []string {
	if lang == "en" {
		return []string{"own performance", "mix of services", "chance", "late data", "scheme change", "other units"}
	}
	return []string{"自身表现", "业务结构", "抽样波动", "迟到数据", "方案变化", "其他单位"}
}

// List is the parts in the order of [PartNames].
func (p Parts) List() []float64 {
	return []float64{p.Performance, p.Mix, p.Noise, p.Late, p.Scheme, p.Others}
}

// Text is the move in words, see [evaluation.Languages]; decimals are those of the scores.
func (m *Move) Text(lang string, decimals int) string {
	zh := lang != "en"
	name := m.NameZH
	if !zh && m.NameEN != "" {
		name = m.NameEN
	}
	if name == "" {
		name = m.Code
	}
	if m.Incomparable {
		if zh {
			return name + "：前后两期中有一期没有排名，不作比较。"
		}
		return name + ": not ranked in one of the two periods, so not compared."
	}
	number := func(x float64) string { return evaluation.FormatNumber(x, decimals) }
	score := parts(m.Score, lang, func(x float64) string {
		if x < 0 {
			return "−" + number(-x)
		}
		return "+" + number(x)
	})
	rank := parts(m.Rank, lang, func(x float64) string { return steps(int(x), lang) })
	own := ""
	if changed := m.Score.Performance != 0; !changed && m.Score.Noise != 0 {
		own = "自身变化在偶然范围内。"
		if !zh {
			own = " Its own change is within chance."
		}
	}
	if zh {
		return name + "：得分 " + number(m.Before.Score) + " → " + number(m.After.Score) + "（" + score + "）；名次第 " +
			strconv.Itoa(m.Before.Rank) + " → 第 " + strconv.Itoa(m.After.Rank) + "（" + rank + "）。" + own
	}
	return name + ": score " + number(m.Before.Score) + " → " + number(m.After.Score) + " (" + score + "); rank " +
		strconv.Itoa(m.Before.Rank) + " → " + strconv.Itoa(m.After.Rank) + " (" + rank + ")." + own
}

// steps words a part of a change of rank: a smaller number is further up.
func steps(n int, lang string) string {
	switch up := n < 0; {
	case lang == "en" && up:
		return "up " + strconv.Itoa(-n)
	case lang == "en":
		return "down " + strconv.Itoa(n)
	case up:
		return "升 " + strconv.Itoa(-n) + " 位"
	default:
		return "降 " + strconv.Itoa(n) + " 位"
	}
}

// parts lists the parts that are something.
func parts(p Parts, lang string, write func(float64) string) string {
	var list []string
	names := PartNames(lang)
	for i, x := range p.List() {
		if x != 0 {
			list = append(list, names[i]+" "+write(x))
		}
	}
	switch {
	case list == nil && lang == "en":
		return "no change"
	case list == nil:
		return "没有变化"
	case lang == "en":
		return strings.Join(list, ", ")
	}
	return strings.Join(list, "，")
}
