package findings

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// both is a word that is the same in both languages.
func both(s string) Text { return Text{s, s} }

func count[T uint64 | int | uint32](n T) Text { return both(evaluation.FormatCount(uint64(n))) }

// expectedText writes an expected count: one decimal below a hundred, and never 0 for something that is more.
func expectedText(x float64) Text {
	switch {
	case x > 0 && x < 0.05:
		return both("<0.1")
	case x < 100:
		return both(evaluation.FormatNumber(x, 1))
	}
	return both(evaluation.FormatNumber(x, 0))
}

func inBoth(write func(lang string) string) Text {
	return Text{write(evaluation.Languages[0]), write(evaluation.Languages[1])}
}

// rateText writes bad ratings per 100,000, as everywhere.
func rateText(bad, n float64) Text {
	ind, _ := evaluation.IndicatorByID(evaluation.BadPer100k)
	v := evaluation.Value{Known: n > 0}
	if v.Known {
		v.Number = 100_000 * bad / n
	}
	return inBoth(func(lang string) string { return evaluation.FormatValue(ind, v, lang) })
}

// shareText writes a share in per cent.
func shareText(hits, n uint64) Text {
	ind, _ := evaluation.IndicatorByID(evaluation.ActiveRate)
	v := evaluation.Value{Known: n > 0}
	if v.Known {
		v.Number = float64(hits) / float64(n)
	}
	return inBoth(func(lang string) string { return evaluation.FormatValue(ind, v, lang) })
}

// chanceText writes a probability; what is below a millionth is not told apart.
func chanceText(p float64) Text {
	switch {
	case p < 1e-6:
		return Text{"不到百万分之一", "less than one in a million"}
	case p < 0.001:
		n := evaluation.FormatNumber(math.Round(p*1e6), 0)
		return Text{"百万分之 " + n, n + " in a million"}
	}
	return both(evaluation.FormatNumber(p, 3))
}

func durationText(seconds float64) Text {
	return inBoth(func(lang string) string { return evaluation.FormatDuration(seconds, lang) })
}

func dayText(d calendar.Day) Text {
	y, m, day := d.Date()
	return Text{fmt.Sprintf("%d年%d月%d日", y, int(m), day), fmt.Sprintf("%d %s %d", day, m.String()[:3], y)}
}

// monthsText writes whole months: 2026年3月至5月, March to May 2026.
func monthsText(r calendar.Range) Text {
	fy, fm, _ := r.From.Date()
	ty, tm, _ := r.To.Date()
	from, to := fmt.Sprintf("%d年%d月", fy, int(fm)), fmt.Sprintf("%d年%d月", ty, int(tm))
	switch {
	case fy == ty && fm == tm:
		return Text{from, fmt.Sprintf("%s %d", fm, fy)}
	case fy == ty:
		return Text{from + "至" + strconv.Itoa(int(tm)) + "月", fmt.Sprintf("%s to %s %d", fm, tm, ty)}
	}
	return Text{from + "至" + to, fmt.Sprintf("%s %d to %s %d", fm, fy, tm, ty)}
}

// monthList writes months that need not follow each other: 2026年3月、2026年5月至6月.
func monthList(months []calendar.Day) Text {
	var zh, en []string
	for from := 0; from < len(months); {
		to := from
		for to+1 < len(months) && months[to+1] == months[to].AddMonths(1) {
			to++
		}
		t := monthsText(run(months[from], months[to]))
		zh, en = append(zh, t.ZH), append(en, t.EN)
		from = to + 1
	}
	return Text{strings.Join(zh, "、"), strings.Join(en, ", ")}
}

// joinChinese puts two pieces of a Chinese sentence together: with a blank between Chinese and a Latin letter or a
// number, without one between Chinese and Chinese, and none around dates.
func joinChinese(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	left, right := strings.TrimRight(a, " "), strings.TrimLeft(b, " ")
	last, _ := utf8.DecodeLastRuneInString(left)
	first, _ := utf8.DecodeRuneInString(right)
	switch {
	case unicode.Is(unicode.Han, last) && latin(first) && !isDate(right), latin(last) && unicode.Is(unicode.Han, first):
		return left + " " + right
	case unicode.Is(unicode.Han, last) || unicode.Is(unicode.Han, first) || unicode.IsPunct(last) || unicode.IsPunct(first):
		return left + right
	}
	return a + b
}

// latin says whether a rune belongs to a Latin word or a number.
func latin(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r == '<' || r == '>' || r == '%' || r == '−'
}

// isDate says whether a text begins with a year: 2026年.
func isDate(s string) bool {
	year, _, ok := strings.Cut(s, "年")
	_, err := strconv.Atoi(year)
	return ok && err == nil && len(year) == 4
}

// sourceEN begins what a source is called in English.
const sourceEN = "source "

// text is how a unit is called: its name, else its code; of a source with the word before it.
func (u Unit) text() Text {
	t := u.Name
	if t.ZH == "" {
		t.ZH = u.Code
	}
	if t.EN == "" {
		t.EN = t.ZH
	}
	if u.Kind == Source {
		return Text{joinChinese("来源", t.ZH), sourceEN + t.EN}
	}
	return t
}

// Label is how a unit is called in a language: its name, else its code.
func (u Unit) Label(lang string) string { return u.text().In(lang) }
