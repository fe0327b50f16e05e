package scheme

import (
	"fmt"
	"strings"

	"haochaping/strictyaml"
)

// In is the problem in a language, see [evaluation.Languages]. Keys, ids and what else stands in the file are as they
// are there, and so is what the parsers of YAML and of formulas say, who speak English alone.
func (p Problem) In(lang string) string {
	if lang == "en" {
		return p.String()
	}
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "第 %d 行：", p.Line)
	}
	if p.Node != "" {
		b.WriteString(p.Node + "：")
	}
	return b.String() + inChinese(p.Phrase, p.Message)
}

// inChinese is a phrase in Chinese, or the text if there is none.
func inChinese(p strictyaml.Phrase, text string) string {
	format, ok := chinese[p.Format]
	if !ok {
		return text
	}
	args := make([]any, len(p.Args))
	for i, arg := range p.Args {
		switch arg := arg.(type) {
		case strictyaml.Phrase:
			args[i] = inChinese(arg, arg.String())
		case strictyaml.Word:
			args[i] = string(arg)
			if word, ok := chineseWords[arg]; ok {
				args[i] = word
			}
		case error:
			args[i] = inChinese(strictyaml.Say(arg.Error()), arg.Error())
		default:
			args[i] = arg
		}
	}
	return fmt.Sprintf(format, args...)
}

// chineseWords are the words of ours in gaps.
var chineseWords = map[strictyaml.Word]string{
	"scheme": "方案", "a scheme": "方案", "a text": "文字", "valid": "valid", "units": "units", "a peer group": "同类分组", "a tier": "等级",
	"an indicator": "指标", "normalise": "normalise", "a step": "分档", "this": "这一项", "higher": "越高越好", "lower": "越低越好",
	" with rescale": "（rescale 时）",
}

// chinese are the phrases of problems, by the English ones. Gaps are in the same order, or numbered.
var chinese = map[string]string{
	// The file.
	"the file is larger than 1 MiB; is it a %s?":                               "文件大于 1 MiB，确定是%s吗？",
	"not valid YAML: %s":                                                       "不是有效的 YAML：%s",
	"the file is empty":                                                        "文件是空的",
	"%s has no key %q; the nearest known one is %s, all are %s":                "%s没有 %q 这个键；最接近的是 %s，可用的有 %s",
	"%s is written as key: value":                                              "%s要写成“键: 值”的形式",
	"a key is a plain text":                                                    "键只能是普通文字",
	"%s stands twice":                                                          "%s 出现了两次",
	"expects a list: [a, b] or lines that begin with a hyphen":                 "这里要写列表：[a, b]，或每行以短横线开头",
	"expects a plain text":                                                     "这里要写普通文字",
	"expects true or false":                                                    "这里要写 true 或 false",
	"expects a whole number from %d to %d":                                     "这里要写 %d 到 %d 的整数",
	"expects a date such as 2026-05-04":                                        "这里要写日期，如 2026-05-04",
	"expects a number such as 12.5":                                            "这里要写数字，如 12.5",
	"%q is none of %s; the nearest is %s":                                      "%q 不在可选的值之中：%s；最接近的是 %s",
	"cycle: *%s stands within itself, &%s of line %d":                          "循环：*%s 包含了它自己，即第 %[3]d 行的 &%[2]s",
	"with its aliases written out the file has more than %d parts":             "把别名展开后，文件超过 %d 个部分",
	"expects a text of 1 to %d characters":                                     "这里要写 1 到 %d 个字的文字",
	"the text has control characters in it":                                    "文字里有控制字符",
	"%v is not within %v to %v":                                                "%v 不在 %v 到 %v 之间",
	"%v is not above 0 and up to %v":                                           "%v 不大于 0，或大于 %v",
	"expects a code of 1 to 200 bytes without control characters":              "这里要写 1 到 200 字节的代码，不含控制字符",
	"%q is no id: use up to 64 letters a-z, digits, and _ . - after the first": "%q 不是标识：最多 64 个英文字母、数字，首字符之后还可用 _ . -",

	// The scheme itself.
	"a scheme needs the key %s":                                                     "方案缺少 %s 这个键",
	"a text has zh, en or both":                                                     "文字要有 zh、en 或两者",
	"valid ends on %s, before it begins on %s":                                      "valid 的结束日期 %s 早于开始日期 %s",
	"publication bands needs tiers: the bands are what they are called":             "publication 为 bands 时必须有 tiers：公布的就是这些等级",
	"units needs a kind: region, department, line_region, item, window or imported": "units 缺少 kind：可为 region、department、line_region、item、window 或 imported",
	"units of kind %s need a %s":                                                    "kind 为 %s 的 units 必须有 %s",
	"units of kind %s have no %s":                                                   "kind 为 %s 的 units 不能有 %s",
	"unit %s stands in group %s already: a unit has one peer group":                 "单位 %s 已经在分组 %s 里：一个单位只属于一个同类分组",
	"a peer group needs id, name and units":                                         "同类分组要有 id、name 和 units",
	"group %s stands twice":                                                         "分组 %s 出现了两次",
	"there are more than %d groups or %d units in them":                             "分组超过 %d 个，或分组里的单位超过 %d 个",
	"a tier needs id, name and from":                                                "等级要有 id、name 和 from",
	"tier %s stands twice":                                                          "等级 %s 出现了两次",
	"tier %s begins at %v, not below %v of tier %s before it: list tiers from the best to the worst": "等级 %[1]s 从 %[2]v 分起，不低于它前面的等级 %[4]s 的 %[3]v 分：请从最好到最差依次列出",
	"expects 1 to %d tiers, or no key tiers":                                                         "这里要有 1 到 %d 个等级，或者不写 tiers",
	"tier gap: scores from 0 to %v, below tier %s, have no tier; begin the lowest tier at 0":         "等级有缺口：0 到 %v 分（低于等级 %s）没有等级；最低一档请从 0 分起",

	// The tree.
	"there are %d indicators and groups, more than %d": "指标和指标组共 %d 个，超过 %d 个",
	"the tree is deeper than %d levels":                "指标树超过 %d 层",
	"expects at least one indicator":                   "这里至少要有一个指标",
	"the weights of its indicators add up to 0, so nothing in it counts: give at least one a weight above 0": "组内指标的权重之和为 0，整组都不计分：至少要有一个指标的权重大于 0",
	"an indicator needs the key %s":                                            "指标缺少 %s 这个键",
	"imported is true or not written":                                          "imported 只能写 true，或者不写",
	"cycle: %s stands within itself; the outer one is on line %d, at depth %d": "循环：%s 包含了它自己，外层的在第 %d 行，第 %d 层",
	"id %s stands on line %d already: an id names one indicator or group":      "标识 %s 在第 %d 行已经用过：一个标识只能指一个指标或指标组",
	"cycle: %s is the id of the scheme itself; choose another":                 "循环：%s 是方案自己的标识，请换一个",
	"a group has children and no %s":                                           "指标组只有 children，不能有 %s",
	"an indicator has either a formula, or imported: true, or children":        "指标要么有 formula，要么有 imported: true，要么有 children",
	"an imported value cannot be shrunk: there are no counts of it":            "导入的数值没有样本数，不能收缩（shrink）",
	"shrink does not go with normaliser %s: a unit's own ratings would move those it is compared with; use linear, steps or deductions": "shrink 不能与计分方法 %s 同用：单位自己的评价会影响与它比较的其他单位；请用 linear、steps 或 deductions",
	"normalise needs a kind":              "normalise 缺少 kind",
	"normaliser %s needs %s":              "计分方法 %s 缺少 %s",
	"%s means nothing to normaliser %s%s": "%s 对计分方法 %s%s没有意义",
	"a step needs at and points":          "分档要有 at 和 points",
	"expects 1 to %d steps":               "这里要有 1 到 %d 个分档",
	"normaliser absolute gives more points to more, but lower is better here: use linear with floor and target": "计分方法 absolute 是数值越大得分越高，而这个指标越低越好：请用 linear，写明 floor 和 target",
	"full is %v; it is above 0": "full 是 %v，必须大于 0",
	"floor and target are both %v: a value between 0 points and all of them needs room": "floor 和 target 都是 %v：0 分与满分之间必须有距离",
	"%s is better, but target %v is on the worse side of floor %v":                      "指标%s，但 target %v 比 floor %v 更差",
	"every and per are above 0, so that what is worse has less":                         "every 和 per 必须大于 0，这样越差才扣得越多",
	"%s is better, and steps run from the best to the worst: %v cannot follow %v":       "指标%s，分档从最好到最差依次列出：%v 不能排在 %v 之后",
	"the step at %v has %v points, not fewer than the better one at %v with %v":         "%v 这一档得 %v 分，不低于更好的一档（%v 得 %v 分）",

	// Formulas.
	"%s":                       "%s",
	"formula: %s":              "公式：%s",
	"formula: %v":              "公式：%v",
	"formula: its part %s: %v": "公式中的 %s：%v",
	"character %d: %s":         "第 %d 个字符：%s",
	"there is no indicator %q with a value; the nearest is %s":                                                                                "没有名为 %q 的指标，或它没有数值；最接近的是 %s",
	"value(%q): its values are imported, and a formula knows facts alone":                                                                     "value(%q)：这个指标的数值是导入的，公式只能用事实",
	"cycle: its value needs itself, %s":                                                                                                       "循环：它的数值要用到它自己，%s",
	"formula: its value rests on %d other indicators, more than %d":                                                                           "公式：它的数值要用到 %d 个其他指标，超过 %d 个",
	"formula: it divides by zero: %s is 0 whatever is counted":                                                                                "公式：除数为 0：无论数据如何，%s 都是 0",
	"formula: it has no value whatever is counted":                                                                                            "公式：无论数据如何都没有数值",
	"formula: it is %v whatever is counted":                                                                                                   "公式：无论数据如何都是 %v",
	"shrink needs a formula that is one count ÷ another, times a number if need be, such as bad / valid * 100000":                             "shrink 要求公式是一个计数除以另一个计数，需要时乘以一个数，如 bad / valid * 100000",
	"formula: unit percent is a share from 0 to 1 that is written in per cent; leave out the factor %v":                                       "公式：unit 为 percent 时数值是 0 到 1 的份额，显示时才写成百分数；请去掉系数 %v",
	"formula: unit per100k is a share times 100000; write * 100000":                                                                           "公式：unit 为 per100k 时数值是份额乘以 100000；请写上 * 100000",
	"it is longer than %d bytes: measure its parts as indicators of their own and use value(\"id\")":                                          "超过 %d 字节：请把其中的部分单列为指标，再用 value(\"id\") 引用",
	"it names no fact, so it says the same of everybody":                                                                                      "没有用到任何事实，对谁都一样",
	"%s gives yes or no, and a formula gives a number":                                                                                        "%s 得出的是“是”或“否”，公式要得出数字",
	"%v is yes or no, and a formula gives a number":                                                                                           "%v 是“是”或“否”，公式要得出数字",
	"%q is a text, and a formula gives a number":                                                                                              "%q 是文字，公式要得出数字",
	"%q is none of the things that formulas are made of: facts, numbers, + - * / and the functions mean_level, mean, median, quantile, value": "%q 不能用在公式里：公式由事实、数字、+ - * / 和函数 mean_level、mean、median、quantile、value 组成",
	"%s is a histogram, not a number: take mean(%s), median(%s) or quantile(%s, 0.9)":                                                         "%s 是分布，不是数字：请写 mean(%s)、median(%s) 或 quantile(%s, 0.9)",
	"%s is a function: write %s(…)":                                                                                                           "%s 是函数：请写 %s(…)",
	"there is no fact %q; the nearest known one is %s":                                                                                        "没有 %q 这个事实；最接近的是 %s",
	"formulas have + - * and /, not %s":                                                                                                       "公式只有 + - * /，没有 %s",
	"it divides by zero: %s":                                                                                                                  "除数为 0：%s",
	"mean_level() is of the ratings and takes nothing":                                                                                        "mean_level() 是评价的平均等级，括号里不写东西",
	"%s takes one histogram, such as %s(handling_times)":                                                                                      "%s 的括号里写一个分布，如 %s(handling_times)",
	"quantile takes a histogram and a number from 0 to 1, such as quantile(handling_times, 0.9)":                                              "quantile 的括号里写一个分布和一个 0 到 1 的数，如 quantile(handling_times, 0.9)",
	"the second argument of quantile is a number from 0 to 1":                                                                                 "quantile 的第二个参数是 0 到 1 的数",
	"value takes the id of another indicator in quotes, such as value(\"good_rate\")":                                                         "value 的括号里写另一个指标的标识，加引号，如 value(\"good_rate\")",
	"there is no function %q; the nearest known one is %s":                                                                                    "没有 %q 这个函数；最接近的是 %s",
	"%s takes one of the histograms handling_times, working_times, promised_times and statutory_times":                                        "%s 的括号里写分布 handling_times、working_times、promised_times、statutory_times 之一",
	"the value is too large for a number":                                                                                                     "数值太大，超出范围",
}
