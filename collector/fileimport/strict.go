package fileimport

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"haochaping/calendar"
)

// strict reads YAML nodes and collects everything wrong with them, each with its line.
// An unknown key is named with the nearest known one; nothing is read twice or guessed.
type strict struct {
	problems []MappingProblem
}

// keys are the known keys of a YAML object and what reads them.
type keys map[string]func(*yaml.Node)

// document reads a whole YAML text of at most maxMapping bytes with read and returns
// what is wrong with it, in the order of the lines.
func (l *strict) document(r io.Reader, what string, read func(*yaml.Node)) ([]MappingProblem, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxMapping+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxMapping {
		return []MappingProblem{{Message: "the file is larger than 1 MiB; is it a " + what + "?"}}, nil
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return []MappingProblem{{Message: "not valid YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}}, nil
	}
	if len(document.Content) == 0 {
		return []MappingProblem{{Message: "the file is empty"}}, nil
	}
	read(document.Content[0])
	slices.SortStableFunc(l.problems, func(a, b MappingProblem) int { return a.Line - b.Line })
	return l.problems, nil
}

func (l *strict) fail(n *yaml.Node, format string, args ...any) {
	l.problems = append(l.problems, MappingProblem{Line: n.Line, Message: fmt.Sprintf(format, args...)})
}

// object reads an object with known keys, in the order of the file.
func (l *strict) object(n *yaml.Node, what string, known keys) {
	l.each(n, what, func(key, value *yaml.Node) {
		read, ok := known[key.Value]
		if !ok {
			names := slices.Sorted(maps.Keys(known))
			l.fail(key, "%s has no key %q; the nearest known one is %s, all are %s", what, clip(key.Value), nearest(key.Value, names), strings.Join(names, ", "))
			return
		}
		read(value)
	})
}

// pairs reads an object whose keys are texts of the user.
func (l *strict) pairs(n *yaml.Node, read func(key string, value *yaml.Node)) {
	l.each(n, "this", func(key, value *yaml.Node) { read(key.Value, value) })
}

func (l *strict) each(n *yaml.Node, what string, read func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		l.fail(n, "%s is written as key: value", what)
		return
	}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			l.fail(key, "a key is a plain text")
		case seen[key.Value]:
			l.fail(key, "%s stands twice", clip(key.Value))
		default:
			seen[key.Value] = true
			read(key, n.Content[i+1])
		}
	}
}

func (l *strict) list(n *yaml.Node, read func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		l.fail(n, "expects a list: [a, b] or lines that begin with a hyphen")
		return
	}
	for _, item := range n.Content {
		read(item)
	}
}

// text reads a plain value as it is written: 010 stays 010.
func (l *strict) text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" && n.Value != "" {
		l.fail(n, "expects a plain text")
		return ""
	}
	return n.Value
}

func (l *strict) flag(n *yaml.Node) bool {
	text := l.text(n)
	if text != "true" && text != "false" {
		l.fail(n, "expects true or false")
	}
	return text == "true"
}

func (l *strict) number(n *yaml.Node, low, high int) int {
	v, err := strconv.Atoi(l.text(n))
	if err != nil || v < low || v > high {
		l.fail(n, "expects a whole number from %d to %d", low, high)
		return low
	}
	return v
}

func (l *strict) day(n *yaml.Node) calendar.Day {
	day, err := calendar.ParseDay(l.text(n))
	if err != nil {
		l.fail(n, "expects a date such as 2026-05-04")
	}
	return day
}

func (l *strict) oneOf(n *yaml.Node, values ...string) string {
	text := l.text(n)
	if !slices.Contains(values, text) {
		l.fail(n, "%q is none of %s; the nearest is %s", clip(text), strings.Join(values, ", "), nearest(text, values))
		return ""
	}
	return text
}

// clip shortens a text for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// nearest is the candidate with the fewest edits from name; there is at least one.
func nearest(name string, candidates []string) string {
	best, least := "", -1
	for _, c := range candidates {
		if d := edits(name, c); least < 0 || d < least {
			best, least = c, d
		}
	}
	return best
}

// edits is the Levenshtein distance of the first 64 characters.
func edits(a, b string) int {
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	x, y = x[:min(len(x), 64)], y[:min(len(y), 64)]
	last, row := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
		}
		last, row = row, last
	}
	return last[len(y)]
}
