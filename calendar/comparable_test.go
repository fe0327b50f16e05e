package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestLastYearComparable(t *testing.T) {
	for _, tt := range []struct {
		name           string
		kind           Kind
		day            string
		own, with      string
		ownDays, days  int
		joined, differ bool
	}{
		// 2025 began its Spring Festival on 29 January, 2026 on 17 February.
		{"January", KindMonth, "2026-01-10", "2026-01-01..2026-02-28", "2025-01-01..2025-02-28", 37, 38, true, true},
		{"February", KindMonth, "2026-02-10", "2026-01-01..2026-02-28", "2025-01-01..2025-02-28", 37, 38, true, true},
		{"March", KindMonth, "2026-03-10", "2026-03-01..2026-03-31", "2025-03-01..2025-03-31", 22, 21, false, false},
		// Both Spring Festivals wholly in February: the month alone.
		{"February of 2019", KindMonth, "2019-02-10", "2019-02-01..2019-02-28", "2018-02-01..2018-02-28", 17, 17, false, false},
		// Mid-Autumn moved from October into September: said, not joined.
		{"September", KindMonth, "2026-09-10", "2026-09-01..2026-09-30", "2025-09-01..2025-09-30", 22, 23, false, true},
		{"third quarter", KindQuarter, "2026-09-10", "2026-07-01..2026-09-30", "2025-07-01..2025-09-30", 66, 67, false, true},
		{"first quarter", KindQuarter, "2026-02-10", "2026-01-01..2026-03-31", "2025-01-01..2025-03-31", 59, 59, false, false},
		{"year", KindYear, "2026-02-10", "2026-01-01..2026-12-31", "2025-01-01..2025-12-31", 248, 248, false, false},
		// Weeks by their place to the Spring Festival, others by number.
		{"week of the festival", KindWeek, "2026-02-17", "2026-02-16..2026-02-22", "2025-01-27..2025-02-02", 0, 1, false, true},
		{"two weeks before", KindWeek, "2026-02-02", "2026-02-02..2026-02-08", "2025-01-13..2025-01-19", 5, 5, false, false},
		{"three weeks after", KindWeek, "2026-03-10", "2026-03-09..2026-03-15", "2025-03-10..2025-03-16", 5, 5, false, false},
		{"Dragon Boat", KindWeek, "2026-06-17", "2026-06-15..2026-06-21", "2025-05-26..2025-06-01", 4, 5, false, false},
		{"last year's festival", KindWeek, "2026-01-28", "2026-01-26..2026-02-01", "2025-01-27..2025-02-02", 5, 1, false, true},
		// Days.
		{"fifth day of the festival", KindDay, "2026-02-21", "2026-02-21", "2025-02-02", 0, 0, false, false},
		{"National Day", KindDay, "2026-10-02", "2026-10-02", "2025-10-02", 0, 0, false, false},
		{"a Monday", KindDay, "2026-11-23", "2026-11-23", "2025-11-24", 1, 1, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := BuiltIn().LastYearComparable(tt.kind, day(tt.day))
			if c.Own.String() != tt.own || c.Range.String() != tt.with {
				t.Errorf("%s with %s; want %s with %s", c.Own, c.Range, tt.own, tt.with)
			}
			if c.OwnWorkingDays != tt.ownDays || c.WorkingDays != tt.days || !c.Known {
				t.Errorf("%d against %d working days, known %v; want %d against %d", c.OwnWorkingDays, c.WorkingDays, c.Known, tt.ownDays, tt.days)
			}
			if c.Joined != tt.joined || c.HolidayMoved != tt.differ {
				t.Errorf("joined %v, holiday moved %v (%v)", c.Joined, c.HolidayMoved, c.Moved)
			}
		})
	}
}

func TestPreviousComparable(t *testing.T) {
	c := BuiltIn().PreviousComparable(KindMonth, day("2026-03-05"))
	if c.Range.String() != "2026-02-01..2026-02-28" || !slices.Equal(c.Moved, []Holiday{SpringFestival}) || c.Joined {
		t.Errorf("March of 2026: %+v", c)
	}
	if f, ok := c.Factor(); !ok || f != 22.0/16 {
		t.Errorf("factor %v, %v", f, ok)
	}
	// Monday after a Saturday that was worked, and a holiday.
	if c := BuiltIn().PreviousComparable(KindDay, day("2026-10-12")); c.Range.String() != "2026-10-10" {
		t.Errorf("the day before Monday 12 October: %s", c.Range)
	}
	if c := BuiltIn().PreviousComparable(KindDay, day("2026-10-05")); c.Range.String() != "2026-10-04" {
		t.Errorf("the day before a holiday: %s", c.Range)
	}
}

// What is not known is said, and no factor is made up.
func TestUnknownComparison(t *testing.T) {
	c := BuiltIn().LastYearComparable(KindMonth, day("2027-03-05"))
	if _, ok := c.Factor(); ok || c.Known || c.WorkingDays != 0 || c.Range.String() != "2026-03-01..2026-03-31" {
		t.Errorf("%+v", c)
	}
	if got := c.Sentences("zh"); !slices.Equal(got, []string{"两期的工作日天数不全已知，数量不按工作日折算。"}) {
		t.Errorf("%q", got)
	}
	want := []string{"2027 年的工作日安排尚未导入，不按工作日计算。"}
	if got := BuiltIn().Warnings(Range{day("2026-12-01"), day("2027-01-31")}, "zh"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	// Joined all the same: the Spring Festival is known before the working days are.
	if c := BuiltIn().With(nil).LastYearComparable(KindMonth, day("2028-01-05")); !c.Joined || c.Known {
		t.Errorf("January of 2028: %+v", c)
	}
	// Beyond the lunar table nothing is known.
	if c := BuiltIn().Compare(yearOf(2051), yearOf(2050)); c.Known {
		t.Errorf("%+v", c)
	}
}

func TestSentences(t *testing.T) {
	c := BuiltIn().LastYearComparable(KindMonth, day("2026-02-10"))
	want := []string{"春节所在月份与上年不同，本月不单独作同比，1—2 月合并比较。", "本期 37 个工作日，对比期 38 个工作日，数量按工作日日均比较。"}
	if got := c.Sentences("zh"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	moon := BuiltIn().LastYearComparable(KindMonth, day("2026-09-10")).Sentences("en")
	if len(moon) != 2 || !strings.HasPrefix(moon[0], "The Mid-Autumn Festival lies") || !strings.HasPrefix(moon[1], "22 working days against 23") {
		t.Errorf("%q", moon)
	}
	if got := BuiltIn().LastYearComparable(KindQuarter, day("2026-02-10")).Sentences("en"); got != nil {
		t.Errorf("nothing to say, but %q", got)
	}
}

// Both sides of a comparison are of one kind, the other lies before, and joined months hold one whole Spring
// Festival each.
func TestComparableHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.IntRange(int(day("2005-01-08")), int(day("2026-12-31"))).Draw(t, "day"))
		kind := rapid.SampledFrom(Kinds()).Draw(t, "kind")
		c := BuiltIn().LastYearComparable(kind, d)
		if !c.Own.Contains(d) || c.Range.To >= c.Own.From {
			t.Fatalf("%s of %s: %s with %s", kind, d, c.Own, c.Range)
		}
		if c.Joined {
			if n, m := heldDays(SpringFestival, c.Own), heldDays(SpringFestival, c.Range); n != 8 || m != 8 {
				t.Fatalf("%s holds %d days of the festival, %s %d", c.Own, n, c.Range, m)
			}
			return
		}
		if c.Range != Period(kind, c.Range.From) {
			t.Fatalf("%s of %s: %s is no %s", kind, d, c.Range, kind)
		}
		if _, month, _ := d.Date(); kind == KindMonth && month <= time.February && slices.Contains(c.Moved, SpringFestival) {
			t.Fatalf("%s is compared alone, though the festival lies otherwise in %s", c.Own, c.Range)
		}
	})
}
