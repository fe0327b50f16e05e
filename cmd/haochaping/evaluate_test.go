package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdAgainst compares the evaluation that was printed last, as csv, with a published table:
// against FILE KEY=name COLUMN=FIGURE[~TOLERANCE]…. The rows of the table are the ranked units, each once.
func cmdAgainst(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: against FILE KEY=name COLUMN=FIGURE[~TOLERANCE]…")
	}
	got, err := linesBy(ts.ReadFile("stdout"), "name", func(line map[string]string) bool { return line["reason"] == "" })
	ts.Check(err)
	key, _, _ := strings.Cut(args[1], "=")
	want, err := linesBy(ts.ReadFile(args[0]), key, func(map[string]string) bool { return true })
	ts.Check(err)
	if len(got) != len(want) {
		ts.Fatalf("%d units are ranked, %d rows are published", len(got), len(want))
	}
	for name, published := range want {
		line, ok := got[name]
		if !ok {
			ts.Fatalf("%s is not ranked", name)
		}
		for _, pair := range args[2:] {
			column, figure, _ := strings.Cut(pair, "=")
			figure, tolerance, _ := strings.Cut(figure, "~")
			ts.Check(near(published[column], line[figure], tolerance))
		}
	}
}

// linesBy reads a table by the names of its columns; its rows by one of them.
func linesBy(text, key string, keep func(map[string]string) bool) (map[string]map[string]string, error) {
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, fmt.Errorf("no table of several lines: %w", err)
	}
	lines := make(map[string]map[string]string)
	for _, row := range rows[1:] {
		line := make(map[string]string)
		for i, name := range rows[0] {
			line[name] = strings.TrimSpace(row[i])
		}
		name := line[key]
		if !keep(line) {
			continue
		}
		if _, twice := lines[name]; twice || name == "" {
			return nil, fmt.Errorf("%s %q stands twice, or is empty", key, name)
		}
		lines[name] = line
	}
	return lines, nil
}

// near holds that a figure is the published one, within a tolerance if there is one.
func near(published, got, tolerance string) error {
	if tolerance == "" {
		if published != got {
			return fmt.Errorf("published %q, here %q", published, got)
		}
		return nil
	}
	a, errA := strconv.ParseFloat(published, 64)
	b, errB := strconv.ParseFloat(got, 64)
	most, errC := strconv.ParseFloat(tolerance, 64)
	if errA != nil || errB != nil || errC != nil || !(math.Abs(a-b) <= most) {
		return fmt.Errorf("published %q, here %q, more than %s apart", published, got, tolerance)
	}
	return nil
}

// cmdUnit checks the line of one unit in the evaluation that was printed last, as csv: unit NAME FIGURE=VALUE[~TOLERANCE]….
func cmdUnit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: unit NAME FIGURE=VALUE[~TOLERANCE]…")
	}
	lines, err := linesBy(ts.ReadFile("stdout"), "name", func(map[string]string) bool { return true })
	ts.Check(err)
	line, ok := lines[args[0]]
	if !ok {
		ts.Fatalf("there is no unit %s", args[0])
	}
	for _, pair := range args[1:] {
		figure, value, _ := strings.Cut(pair, "=")
		value, tolerance, _ := strings.Cut(value, "~")
		got, there := line[figure]
		if !there {
			ts.Fatalf("there is no figure %s", figure)
		}
		if err := near(value, got, tolerance); err != nil {
			ts.Fatalf("%s of %s: %v", figure, args[0], err)
		}
	}
}
