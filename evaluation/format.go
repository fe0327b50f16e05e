package evaluation

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// FormatValue writes a value for people. Pages and files both use it, so that they cannot disagree. Values are
// rounded half up, but never onto a bound that they have not reached: while one rating in tens of millions is
// bad, the good rate is >99.99% and bad per 100,000 is <0.01, never 100% and 0. An unknown value is 暂无数据.
func FormatValue(ind Indicator, v Value, lang string) string {
	if !v.Known {
		return inLanguage(lang, "暂无数据", "no data")
	}
	switch ind.Unit {
	case Percent:
		if v.Number == 1 {
			return "100%"
		}
		return bounded(v.Number*100, 0, 100, 2) + "%"
	case Per100k:
		return bounded(v.Number, 0, 100_000, perDecimals(v.Number))
	case Level:
		return bounded(v.Number, 1, 5, 2)
	case Seconds:
		return FormatDuration(v.Number, lang)
	case Number:
		return plainNumber(v.Number)
	default:
		return bounded(v.Number, 0, math.Inf(1), 2)
	}
}

// plainNumber writes up to four decimals, as many as there are.
func plainNumber(x float64) string {
	text := FormatNumber(x, 4)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// perDecimals leaves four digits or so.
func perDecimals(x float64) int {
	switch {
	case x < 100:
		return 2
	case x < 1000:
		return 1
	}
	return 0
}

// bounded writes x, which by its meaning lies within low to high, so that it reads as a bound only if it is one.
func bounded(x, low, high float64, decimals int) string {
	step := math.Pow10(-decimals)
	text := FormatNumber(x, decimals)
	switch {
	case x > low && text == FormatNumber(low, decimals):
		return "<" + FormatNumber(low+step, decimals)
	case x < high && text == FormatNumber(high, decimals):
		return ">" + FormatNumber(high-step, decimals)
	}
	return text
}

const day = 24 * 60 * 60

// durationUnits are the units of handling times, largest first.
var durationUnits = [...]struct {
	seconds float64
	zh, en  string
}{{day, "天", "d"}, {60 * 60, "小时", "h"}, {60, "分钟", "min"}, {1, "秒", "s"}}

// FormatDuration writes a time span in the largest unit of which there are at least two, with one decimal below
// 100; days are of 24 hours. Seconds are whole.
func FormatDuration(seconds float64, lang string) string {
	for _, u := range durationUnits {
		x := seconds / u.seconds
		if x < 2 && u.seconds > 1 {
			continue
		}
		unit := " " + inLanguage(lang, u.zh, u.en)
		if u.seconds > 1 && x < 99.95 {
			return FormatNumber(x, 1) + unit
		}
		return bounded(x, 0, math.Inf(1), 0) + unit
	}
	return ""
}

// FormatDurations writes the ends of an interval of time spans, both in the unit of the higher one.
func FormatDurations(low, high float64, lang string) (from, to string) {
	to = FormatDuration(high, lang)
	_, unit, _ := strings.Cut(to, " ")
	for _, u := range durationUnits {
		if unit == inLanguage(lang, u.zh, u.en) && u.seconds > 1 {
			return FormatNumber(low/u.seconds, 1) + " " + unit, to
		}
	}
	return FormatDuration(low, lang), to
}

// CloseUp takes out the space between a unit and the Chinese word after it: 20.0 天 计 0 分 becomes 20.0 天计 0 分.
func CloseUp(text string) string { return hanGap.ReplaceAllString(text, "$1$2") }

var hanGap = regexp.MustCompile(`(\p{Han}) (\p{Han})`)

// FormatScore writes a score or points, 0 to 100, with two decimals. A score is rounded to them before it is
// ranked, so that equal texts are equal scores.
func FormatScore(score float64) string { return FormatNumber(score, 2) }

// FormatCount writes a count with its thousands grouped.
func FormatCount(n uint64) string { return group(strconv.FormatUint(n, 10)) }

// Round rounds a number half up (away from 0) to a number of decimals, 0 or more. It goes by what the number means in
// decimals: what is a half only but for the last bits of a float counts as one. Every processor gives the same bits.
func Round(x float64, decimals int) float64 {
	const bits = 1e-9
	scale := math.Pow10(decimals)
	scaled := float64(math.Abs(x)*scale) + 0.5
	if !(scaled < 1<<52) {
		return x
	}
	return math.Copysign(math.Floor(scaled+bits)/scale, x)
}

// FormatNumber writes a number with a fixed number of decimals, rounded half up (away from 0), its thousands
// grouped. What is a half only but for the last bits of a float counts as one.
func FormatNumber(x float64, decimals int) string {
	x = Round(x, decimals)
	text := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	text = group(whole)
	if fraction != "" {
		text += "." + fraction
	}
	if x < 0 && strings.Trim(text, "0.,") != "" {
		return "-" + text
	}
	return text
}

func group(digits string) string {
	lead := len(digits) % 3
	if lead == 0 || len(digits) < 3 {
		lead = min(3, len(digits))
	}
	var b strings.Builder
	b.WriteString(digits[:lead])
	for i := lead; i < len(digits); i += 3 {
		b.WriteByte(',')
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}
