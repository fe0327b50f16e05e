package calendar

import (
	"fmt"
	"strings"
)

// english is the language whose sentences are English; every other is answered in Chinese.
const english = "en"

// UnknownSentence says, in zh or en, that a year's working days are not known and what follows from it.
func UnknownSentence(year int, lang string) string {
	if lang == english {
		return fmt.Sprintf("The working days of %d have not been imported: nothing is counted in working days.", year)
	}
	return fmt.Sprintf("%d 年的工作日安排尚未导入，不按工作日计算。", year)
}

// Warnings are the sentences for the unknown years of a range, see [UnknownSentence].
func (w *Workdays) Warnings(r Range, lang string) []string {
	var list []string
	for _, year := range w.Unknown(r) {
		list = append(list, UnknownSentence(year, lang))
	}
	return list
}

// Sentences say, in zh or en, what a reader of the comparison must know: that months were joined, that a holiday
// moved, how many working days there were, or that these are not known.
func (c Comparison) Sentences(lang string) []string {
	var list []string
	switch {
	case c.Joined && lang == english:
		list = append(list, "The Spring Festival lies otherwise in this month than a year earlier: January and February are compared together.")
	case c.Joined:
		list = append(list, "春节所在月份与上年不同，本月不单独作同比，1—2 月合并比较。")
	case c.HolidayMoved && lang == english:
		list = append(list, fmt.Sprintf("The %s lies otherwise in the two periods: compare rates, and counts with caution.", c.holidays(lang)))
	case c.HolidayMoved:
		list = append(list, fmt.Sprintf("%s在两期中的位置不同：比率可比，数量比较仅供参考。", c.holidays(lang)))
	}
	switch {
	case !c.Known && lang == english:
		list = append(list, "The number of working days is not known for both periods: counts are not compared per working day.")
	case !c.Known:
		list = append(list, "两期的工作日天数不全已知，数量不按工作日折算。")
	case c.OwnWorkingDays != c.WorkingDays && lang == english:
		list = append(list, fmt.Sprintf("%d working days against %d: counts are compared per working day.", c.OwnWorkingDays, c.WorkingDays))
	case c.OwnWorkingDays != c.WorkingDays:
		list = append(list, fmt.Sprintf("本期 %d 个工作日，对比期 %d 个工作日，数量按工作日日均比较。", c.OwnWorkingDays, c.WorkingDays))
	}
	return list
}

func (c Comparison) holidays(lang string) string {
	names := make([]string, 0, len(c.Moved))
	for _, h := range c.Moved {
		if lang == english {
			names = append(names, h.English())
		} else {
			names = append(names, string(h))
		}
	}
	if lang == english {
		return strings.Join(names, " and ")
	}
	return strings.Join(names, "、")
}
