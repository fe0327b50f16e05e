package calendar

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The years that the product knows without an import.
const (
	firstBuiltIn = 2004
	lastBuiltIn  = 2026
)

//go:embed arrangements.txt
var arrangements string

// builtIn reads the embedded table once. A mistake in it is a mistake of the program.
var builtIn = sync.OnceValue(func() *Workdays {
	rules, err := readArrangements(arrangements)
	if err != nil {
		panic(err)
	}
	w := &Workdays{rules: make(map[Day]rule, len(rules)), years: make(map[int]*workYear)}
	for _, r := range rules {
		w.rules[r.Day] = rule{WorkdayRule: r}
	}
	for year := firstBuiltIn; year <= lastBuiltIn; year++ {
		w.years[year] = w.fill(year)
	}
	return w
})

// readArrangements reads lines of a year, a space and holidays: name=MMDD-MMDD,+MMDD.
func readArrangements(text string) ([]WorkdayRule, error) {
	var rules []WorkdayRule
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		year, err := strconv.Atoi(fields[0])
		if err != nil {
			return nil, fmt.Errorf("arrangement %s: want a year first", quote(line))
		}
		for _, field := range fields[1:] {
			name, days, ok := strings.Cut(field, "=")
			if !ok {
				return nil, fmt.Errorf("arrangement of %d: %s has no =", year, quote(field))
			}
			for part := range strings.SplitSeq(days, ",") {
				list, err := readPart(year, name, part)
				if err != nil {
					return nil, fmt.Errorf("arrangement of %d: %s: %w", year, name, err)
				}
				rules = append(rules, list...)
			}
		}
	}
	return rules, nil
}

// readPart reads MMDD-MMDD or MMDD, days off, or +MMDD, a day that is worked.
func readPart(year int, name, part string) ([]WorkdayRule, error) {
	text, working := strings.CutPrefix(part, "+")
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	from, err := readMonthDay(year, first)
	if err != nil {
		return nil, err
	}
	to, err := readMonthDay(year, last)
	if err != nil {
		return nil, err
	}
	if to < from || working && isRange {
		return nil, fmt.Errorf("%s is neither a run of days off nor a day worked", quote(part))
	}
	var rules []WorkdayRule
	for d := from; d <= to; d++ {
		rules = append(rules, WorkdayRule{Day: d, Working: working, Name: name})
	}
	return rules, nil
}

// readMonthDay reads MMDD.
func readMonthDay(year int, text string) (Day, error) {
	t, err := time.Parse("20060102", fmt.Sprintf("%04d%s", year, text))
	if err != nil {
		return 0, fmt.Errorf("%s is no day of %d as MMDD", quote(text), year)
	}
	return fromUTC(t), nil
}
