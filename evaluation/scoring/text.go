package scoring

import (
	"strconv"
	"strings"

	"haochaping/evaluation"
)

// ReasonText is a reason as a sentence in a language, see [evaluation.Languages]: Chinese unless English is asked
// for. It is empty for the zero value.
func ReasonText(r Reason, lang string) string {
	text := ""
	switch r.Code {
	case TooFew:
		text = say(lang, "样本不足（{n} 条，少于 {min} 条），只列出，不排名。", "Too small a sample ({n}, fewer than {min}): listed, not ranked.")
	case NoData:
		text = say(lang, "没有数据，不等于 0；只列出，不排名。", "No data, which is not 0: listed, not ranked.")
	case NoImport:
		text = say(lang, "没有导入数值，不等于 0；只列出，不排名。", "No value was imported, which is not 0: listed, not ranked.")
	case Unattributed:
		text = say(lang, "待归属的记录，不属于任何单位；只列出，不排名。", "Unattributed records, which belong to no unit: listed, not ranked.")
	}
	return strings.NewReplacer("{n}", evaluation.FormatCount(r.N), "{min}", evaluation.FormatCount(r.Minimum)).Replace(text)
}

// Certain is how probable it has to be that one unit is better than another before anybody may say so.
const Certain = 0.95

// ComparisonText says in a language whether unit a is better than unit b, of which p is the probability. The one
// that looks better is named first.
func ComparisonText(p float64, a, b, lang string) string {
	if p < 0.5 {
		p, a, b = 1-p, b, a
	}
	text := say(lang, "差距在偶然范围内，不能说明 {a} 好于 {b}。", "The difference is within chance: it does not show that {a} is better than {b}.")
	if p >= Certain {
		text = say(lang, "{a} 好于 {b}，差距超出偶然范围（概率 {p}）。", "{a} is better than {b}: the difference is more than chance (probability {p}).")
	}
	return strings.NewReplacer("{a}", a, "{b}", b, "{p}", ProbabilityText(p)).Replace(text)
}

// ProbabilityText writes a probability that rests on draws with three decimals, and never as certain.
func ProbabilityText(p float64) string {
	switch {
	case p < 0.0005:
		return "<0.001"
	case p > 0.9995:
		return ">0.999"
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

func say(lang, zh, en string) string {
	if lang == "en" {
		return en
	}
	return zh
}
