package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParsePeriod reads a label as [Label] writes it: 2026-07-31, 2026-W31, 2026-07, 2026-Q3, 2026-H2, 2026.
func ParsePeriod(text string) (Kind, Range, error) {
	if day, err := ParseDay(text); err == nil {
		return KindDay, Range{day, day}, nil
	}
	year, part, divided := strings.Cut(text, "-")
	y, err := strconv.Atoi(year)
	if err != nil || len(year) != 4 || y < 1 || year[0] == '+' {
		return "", Range{}, periodError(text)
	}
	if !divided {
		return KindYear, Period(KindYear, MakeDay(y, time.January, 1)), nil
	}
	kind, digits := KindMonth, part
	switch {
	case strings.HasPrefix(part, "W"):
		kind, digits = KindWeek, part[1:]
	case strings.HasPrefix(part, "Q"):
		kind, digits = KindQuarter, part[1:]
	case strings.HasPrefix(part, "H"):
		kind, digits = KindHalf, part[1:]
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 {
		return "", Range{}, periodError(text)
	}
	// 4 January is always in week 1; a month that does not exist is one of another year.
	day := MakeDay(y, time.January, 4) + Day(7*(n-1))
	if kind != KindWeek {
		day = MakeDay(y, time.Month((n-1)*kind.months()+1), 1)
	}
	if Label(kind, day) != text {
		return "", Range{}, periodError(text)
	}
	return kind, Period(kind, day), nil
}

func periodError(text string) error {
	return fmt.Errorf("read period %s: want a day, month, quarter, half-year, year or week as 2026-07-31, 2026-07, 2026-Q3, 2026-H2, 2026 or 2026-W31", quote(text))
}
