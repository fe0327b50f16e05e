package calendar

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Limits of an imported file of working days: far beyond what years of arrangements need.
const (
	maxRules    = 20_000
	maxRuleName = 40
	maxBadLines = 50
)

// ruleColumns are the names under which each column of a file is found.
var ruleColumns = [3][]string{{"date", "日期"}, {"working", "上班"}, {"name", "名称"}}

// ParseWorkdays reads days off and days worked in exchange from CSV in UTF-8: a line with the names date, working and name
// (日期, 上班, 名称; any order, the name may lack), then a day a line, such as 2027-01-01,no,元旦. working is
// yes or no (also 是 and 否, true and false, 1 and 0). Weekends and ordinary weekdays need no line.
//
// Every bad line is named in the error, the first fifty of them; then no rule is returned.
func ParseWorkdays(r io.Reader) ([]WorkdayRule, error) {
	reader := csv.NewReader(r)
	reader.FieldsPerRecord = -1
	reader.TrimLeadingSpace = true
	reader.ReuseRecord = true
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("read working days: line 1: want the column names date,working,name: %w", err)
	}
	columns, err := findColumns(header)
	if err != nil {
		return nil, err
	}
	p := ruleParser{columns: columns, lines: make(map[Day]int)}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var parse *csv.ParseError
		switch {
		case errors.As(err, &parse):
			p.complain(parse.Line, parse.Err)
		case err != nil:
			return nil, fmt.Errorf("read working days: %w", err)
		case len(p.rules) == maxRules:
			return nil, fmt.Errorf("read working days: more than %d days: import fewer years at a time", maxRules)
		default:
			line, _ := reader.FieldPos(0)
			p.add(line, record)
		}
		if len(p.problems) >= maxBadLines {
			p.problems = append(p.problems, errors.New("and more"))
			break
		}
	}
	if len(p.problems) > 0 {
		return nil, errors.Join(p.problems...)
	}
	return p.rules, nil
}

func findColumns(header []string) (columns [3]int, err error) {
	for i, names := range ruleColumns {
		columns[i] = slices.IndexFunc(header, func(cell string) bool {
			cell = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(cell, "\ufeff")))
			return slices.Contains(names, cell)
		})
		if columns[i] < 0 && i < 2 {
			return columns, fmt.Errorf("read working days: line 1: no column %s: want date,working,name", names[0])
		}
	}
	return columns, nil
}

type ruleParser struct {
	columns  [3]int
	lines    map[Day]int
	rules    []WorkdayRule
	problems []error
}

func (p *ruleParser) complain(line int, err error) {
	p.problems = append(p.problems, fmt.Errorf("line %d: %w", line, err))
}

func (p *ruleParser) add(line int, record []string) {
	if len(record) == 1 && strings.TrimSpace(record[0]) == "" {
		return
	}
	cell := func(i int) string {
		if i < 0 || i >= len(record) {
			return ""
		}
		return strings.TrimSpace(record[i])
	}
	day, err := ParseDay(cell(p.columns[0]))
	if err != nil {
		p.complain(line, err)
		return
	}
	working, ok := yesNo(cell(p.columns[1]))
	if !ok {
		p.complain(line, fmt.Errorf("working is %s: want yes or no", quote(cell(p.columns[1]))))
		return
	}
	r := WorkdayRule{Day: day, Working: working, Name: strings.Clone(cell(p.columns[2]))}
	if err := r.Check(); err != nil {
		p.complain(line, err)
		return
	}
	if p.lines[day] != 0 {
		p.complain(line, fmt.Errorf("%s is on line %d already: keep one of them", day, p.lines[day]))
		return
	}
	p.lines[day] = line
	p.rules = append(p.rules, r)
}

func yesNo(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "yes", "true", "1", "是", "上班":
		return true, true
	case "no", "false", "0", "否", "休息", "放假":
		return false, true
	}
	return false, false
}
