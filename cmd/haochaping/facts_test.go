package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// awaitAtMost bounds how long the figures may take to follow the records.
const awaitAtMost = 60 * time.Second

// cmdAwait asks for the facts again and again until the last line has the given figures:
// await FIGURE=VALUE… [FLAG…], with the flags of `haochaping facts`.
func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	want, flags := figuresAndFlags(args)
	if neg || len(want) == 0 {
		ts.Fatalf("usage: await FIGURE=VALUE… [FLAG…]")
	}
	var err error
	for deadline := time.Now().Add(awaitAtMost); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if err = ts.Exec("haochaping", append([]string{"facts", "--format", "csv"}, flags...)...); err != nil {
			continue
		}
		if err = checkFigures(ts.ReadFile("stdout"), "total", want); err == nil {
			return
		}
	}
	ts.Fatalf("not within %v: %v", awaitAtMost, err)
}

func figuresAndFlags(args []string) (figures, flags []string) {
	for i, a := range args {
		if strings.HasPrefix(a, "-") {
			return args[:i], args[i:]
		}
	}
	return args, nil
}

// cmdFigures checks one line of the facts that were printed last, as csv or as json:
// figures CODE FIGURE=VALUE…. With ! there must be no such line.
func cmdFigures(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || neg != (len(args) == 1) {
		ts.Fatalf("usage: figures CODE FIGURE=VALUE…, or ! figures CODE")
	}
	err := checkFigures(ts.ReadFile("stdout"), args[0], args[1:])
	if neg && err == nil {
		ts.Fatalf("there is a line %s", args[0])
	}
	if !neg {
		ts.Check(err)
	}
}

// checkFigures looks for the line that begins with code, the last of several.
func checkFigures(output, code string, want []string) error {
	lines, err := readFacts(output)
	if err != nil {
		return err
	}
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i][""] != code {
			continue
		}
		for _, w := range want {
			name, value, _ := strings.Cut(w, "=")
			if got, ok := lines[i][name]; !ok || got != value {
				return fmt.Errorf("line %q: %s is %q instead of %s", code, name, got, value)
			}
		}
		return nil
	}
	return fmt.Errorf("there is no line %q", code)
}

// readFacts returns the figures of every line by name, and under "" what it is about.
func readFacts(output string) ([]map[string]string, error) {
	var lines []map[string]string
	if strings.HasPrefix(output, "[") {
		var objects []map[string]any
		d := json.NewDecoder(strings.NewReader(output))
		d.UseNumber()
		if err := d.Decode(&objects); err != nil {
			return nil, fmt.Errorf("read the facts: %w", err)
		}
		for _, o := range objects {
			line := make(map[string]string)
			for name, v := range o {
				line[name] = fmt.Sprint(v)
			}
			for _, first := range []string{"region", "line", "department", "hall", "item", "channel"} {
				if code, ok := line[first]; ok {
					line[""] = code
				}
			}
			if _, ok := line[""]; !ok {
				line[""] = line["name"]
			}
			lines = append(lines, line)
		}
		return lines, nil
	}
	rows, err := csv.NewReader(strings.NewReader(output)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("read the facts: no csv: %w", err)
	}
	for _, row := range rows[1:] {
		line := map[string]string{"": row[0]}
		for i, name := range rows[0] {
			line[name] = row[i]
		}
		lines = append(lines, line)
	}
	return lines, nil
}
