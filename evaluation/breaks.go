package evaluation

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"haochaping/calendar"
)

// BreakKind is what changed at a break.
type BreakKind string

// The kinds of breaks.
const (
	BreakCodeMap     BreakKind = "code_map"     // a source's codes are read otherwise
	BreakDefaultRule BreakKind = "default_rule" // a source begins or ends to book levels after silence
	BreakScheme      BreakKind = "scheme"       // another version of a scheme judges
	BreakDirectory   BreakKind = "directory"    // units were merged, split or renamed
)

// Break (口径断点) is a day from which figures mean something else than before: what lies on its two sides is not
// compared. Equal breaks are equal in every field.
type Break struct {
	Day     calendar.Day // the first one of the new meaning
	Kind    BreakKind
	Subject string // name of the source, id of the scheme, or code of the unit
	// TextZH and TextEN say what changed and from when, as a clause without a full stop.
	TextZH, TextEN string
	// Regions are the codes of the regions whose figures it concerns, with all regions above and below them;
	// without any it is not known, and every figure is concerned.
	Regions []string
}

// Text is what changed, in a language, see [Languages].
func (b Break) Text(lang string) string { return inLanguage(lang, b.TextZH, b.TextEN) }

// SortBreaks puts breaks into the order of days; those of one day by kind and subject.
func SortBreaks(breaks []Break) {
	slices.SortStableFunc(breaks, func(a, b Break) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject))
	})
}

// Crosses are the breaks that part two periods or lie within one of them, in the order given: those after the first
// day of both and not after the last. The order of the two does not matter. With two equal periods it is the breaks
// within one.
func Crosses(breaks []Break, a, b calendar.Range) []Break {
	first, last := min(a.From, b.From), max(a.To, b.To)
	var out []Break
	for i := range breaks {
		if d := breaks[i].Day; first < d && d <= last {
			out = append(out, breaks[i])
		}
	}
	return out
}

// What has to be seen for a change of the default rule, see [DefaultBreaks]. Single booked levels make no rule, and
// a quiet week ends none.
const (
	defaultSpan   = 28
	defaultBooked = 10
	defaultShare  = 0.02
	defaultChance = 0.001
)

// DefaultBreaks finds from when on a source books levels after silence, and from when on it does no longer: over 28
// days at least 10 ratings and 2 % of all were booked, and over the 28 days next to them none of so many that this
// share would have left none by chance less than once in 1,000. The source has to have sent something before and
// after both. The days may be in any order; a day may come in parts. The break is the first day with booked levels, or
// the first without them.
func DefaultBreaks(days []SourceDay) []Break {
	type tally struct{ booked, all uint64 }
	bySource := make(map[string]map[calendar.Day]tally)
	for i := range days {
		d := &days[i]
		if bySource[d.Source] == nil {
			bySource[d.Source] = make(map[calendar.Day]tally)
		}
		t := bySource[d.Source][d.Day]
		t.booked += sum(d.Defaults[:])
		t.all += sum(d.Defaults[:]) + sum(d.Levels[:])
		bySource[d.Source][d.Day] = t
	}
	var out []Break
	for source, counts := range bySource {
		over := func(from, to calendar.Day) (t tally) {
			for d := from; d <= to; d++ {
				t.booked += counts[d].booked
				t.all += counts[d].all
			}
			return t
		}
		parted := func(with, without tally) bool {
			share := float64(with.booked) / float64(max(with.all, 1))
			return with.booked >= defaultBooked && share >= defaultShare && without.booked == 0 &&
				math.Pow(1-share, float64(without.all)) < defaultChance
		}
		first, last := slices.Min(slices.Collect(maps.Keys(counts))), slices.Max(slices.Collect(maps.Keys(counts)))
		for day, t := range counts {
			if first > day-defaultSpan || last < day+defaultSpan-1 {
				continue
			}
			before, after := over(day-defaultSpan, day-1), over(day, day+defaultSpan-1)
			switch {
			case t.booked > 0 && parted(after, before):
				out = append(out, defaultBreak(source, day, true))
			case t.booked == 0 && counts[day-1].booked > 0 && parted(before, after):
				out = append(out, defaultBreak(source, day, false))
			}
		}
	}
	SortBreaks(out)
	return out
}

func defaultBreak(source string, day calendar.Day, begins bool) Break {
	b := Break{Day: day, Kind: BreakDefaultRule, Subject: source}
	zh, en := "%s起，来源 %s 不再记入系统默认评价", "%s %s the source %s stopped recording default ratings"
	if begins {
		zh, en = "%s起，来源 %s 记入系统默认评价", "%s %s the source %s began recording default ratings"
	}
	when := "on"
	if _, _, first := day.Date(); first == 1 {
		when = "in" // a month, see DayText
	}
	b.TextZH, b.TextEN = fmt.Sprintf(zh, DayText(day, "zh"), source), fmt.Sprintf(en, when, DayText(day, "en"), source)
	return b
}

// DayText writes a day in a language, see [Languages]: 2026年5月4日, 4 May 2026; the first of a month as the month
// alone, because rules change with months: 2026年5月, May 2026.
func DayText(d calendar.Day, lang string) string {
	year, month, day := d.Date()
	switch {
	case lang == Languages[1] && day == 1:
		return fmt.Sprintf("%s %d", month.String()[:3], year)
	case lang == Languages[1]:
		return fmt.Sprintf("%d %s %d", day, month.String()[:3], year)
	case day == 1:
		return fmt.Sprintf("%d年%d月", year, int(month))
	}
	return fmt.Sprintf("%d年%d月%d日", year, int(month), day)
}
