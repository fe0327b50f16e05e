package dashboard

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// locale writes words, numbers and dates for one reader.
type locale struct {
	words *words
	lang  string
	zone  *time.Location
}

// T is a message; see words.text.
func (l locale) T(id string, pairs ...any) string { return l.words.text(l.lang, id, pairs...) }

// None is how a missing figure is written in a table.
func (l locale) None() string { return "—" }

// Int writes a count with its thousands grouped.
func (l locale) Int(n uint64) string { return evaluation.FormatCount(n) }

// Fixed writes a number with a fixed number of decimals.
func (l locale) Fixed(v float64, decimals int) string { return evaluation.FormatNumber(v, decimals) }

// Value writes the value of an indicator as files do, or a dash without data.
func (l locale) Value(ind evaluation.Indicator, v evaluation.Value) string {
	if !v.Known {
		return l.None()
	}
	return evaluation.FormatValue(ind, v, l.lang)
}

// Share writes part of whole as a percentage, or a dash without a whole. It never reads as all or
// nothing unless it is.
func (l locale) Share(part, whole uint64) string {
	if whole == 0 {
		return l.None()
	}
	v := evaluation.Value{Number: float64(part) / float64(whole), Hits: part, N: whole, Known: true}
	return l.Value(evaluation.Indicator{Unit: evaluation.Percent}, v)
}

// Span writes a handling time.
func (l locale) Span(seconds float64) string { return evaluation.FormatDuration(seconds, l.lang) }

// apart parts a written value from its unit, which tiles set smaller.
func apart(text string) (value, unit string) {
	if number, ok := strings.CutSuffix(text, "%"); ok {
		return number, "%"
	}
	value, unit, _ = strings.Cut(text, " ")
	return value, unit
}

// Date writes a day: 2026年5月4日, 4 May 2026.
func (l locale) Date(d calendar.Day) string {
	year, month, day := d.Date()
	if l.lang == English {
		return fmt.Sprintf("%d %s %d", day, month.String()[:3], year)
	}
	return fmt.Sprintf("%d年%d月%d日", year, int(month), day)
}

// ShortDate writes a day without its year, for axes.
func (l locale) ShortDate(d calendar.Day) string {
	_, month, day := d.Date()
	if l.lang == English {
		return fmt.Sprintf("%d %s", day, month.String()[:3])
	}
	return fmt.Sprintf("%d/%d", int(month), day)
}

// MonthDay writes a day without its year, in words: 12月1日, 1 Dec.
func (l locale) MonthDay(d calendar.Day) string {
	if l.lang == English {
		return l.ShortDate(d)
	}
	_, month, day := d.Date()
	return fmt.Sprintf("%d月%d日", int(month), day)
}

// Month writes the month of a day: 2026年5月, May 2026.
func (l locale) Month(d calendar.Day) string {
	year, month, _ := d.Date()
	if l.lang == English {
		return fmt.Sprintf("%s %d", month.String()[:3], year)
	}
	return fmt.Sprintf("%d年%d月", year, int(month))
}

// Range writes a period, without repeating what both ends share.
func (l locale) Range(r calendar.Range) string {
	if r.From == r.To {
		return l.Date(r.From)
	}
	y1, m1, d1 := r.From.Date()
	y2, m2, d2 := r.To.Date()
	if l.lang == English {
		switch {
		case y1 == y2 && m1 == m2:
			return fmt.Sprintf("%d–%d %s %d", d1, d2, m2.String()[:3], y2)
		case y1 == y2:
			return l.ShortDate(r.From) + " – " + l.Date(r.To)
		}
		return l.Date(r.From) + " – " + l.Date(r.To)
	}
	switch {
	case y1 == y2 && m1 == m2:
		return fmt.Sprintf("%d年%d月%d日–%d日", y1, int(m1), d1, d2)
	case y1 == y2:
		return fmt.Sprintf("%d年%d月%d日–%d月%d日", y1, int(m1), d1, int(m2), d2)
	}
	return l.Date(r.From) + "–" + l.Date(r.To)
}

// Clock writes an instant of the configured zone: the time alone for the reader's today,
// else with its date.
func (l locale) Clock(t, now time.Time) string {
	day := calendar.DayOf(t, l.zone)
	clock := t.In(l.zone).Format("15:04")
	if day == calendar.DayOf(now, l.zone) {
		return l.T("clock.today", "Time", clock)
	}
	return l.Date(day) + " " + clock
}

// chineseHours writes the usual words of opening hours in Chinese.
var chineseHours = strings.NewReplacer(
	"Mon-", "周一至", "Tue-", "周二至", "Wed-", "周三至", "Thu-", "周四至", "Fri-", "周五至", "Sat-", "周六至", "Sun-", "周日至",
	"Mon", "周一", "Tue", "周二", "Wed", "周三", "Thu", "周四", "Fri", "周五", "Sat", "周六", "Sun", "周日",
	"; ", "；", ",", "、", "-", "–",
)

// weeklyHours are opening hours such as "Mon-Fri 09:00-12:00,13:00-17:00; Sat 09:00-12:00".
var weeklyHours = regexp.MustCompile(`^(?:(?:; )?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:-(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun))?(?:[ ,]\d\d:\d\d-\d\d:\d\d)+)+$`)

// hours writes opening hours for the reader; what is not in the usual form stands as the directory has it.
func (l locale) hours(text string) label {
	if !weeklyHours.MatchString(text) {
		return label{Text: text, Name: true}
	}
	if l.lang == English {
		return label{Text: strings.NewReplacer("-", "–", ",", ", ").Replace(text)}
	}
	return label{Text: chineseHours.Replace(text)}
}
