// Package strictyaml reads YAML nodes and collects everything wrong with them, each with its line.
//
// It promises that an unknown key is named with the nearest known one, that nothing is read twice or guessed, and
// that all problems are reported together. What the keys mean is for its users.
package strictyaml

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"haochaping/calendar"
)

// MaxSize bounds a document, in bytes.
const MaxSize = 1 << 20

// Problem is one thing wrong with a document.
type Problem struct {
	Line    int // 0 = the document as a whole
	Message string
	Phrase  Phrase // what Message was made of, for those who say it in another language
}

// Phrase is a sentence with gaps. In English it is what fmt makes of it.
type Phrase struct {
	Format string
	Args   []any // of them a [Word], a Phrase and an error are words of ours, and all else is the writer's
}

// Word is a word of ours in a gap of a phrase.
type Word string

// Say makes a phrase.
func Say(format string, args ...any) Phrase { return Phrase{format, args} }

// String is the phrase in English.
func (p Phrase) String() string { return fmt.Sprintf(p.Format, p.Args...) }

// Lines writes problems one a line, each with its place.
func Lines(problems []Problem) string {
	texts := make([]string, len(problems))
	for i, p := range problems {
		texts[i] = p.Message
		if p.Line > 0 {
			texts[i] = fmt.Sprintf("line %d: %s", p.Line, p.Message)
		}
	}
	return strings.Join(texts, "\n")
}

// Reader reads the nodes of one document. The zero value is ready.
type Reader struct {
	Problems []Problem // so far, in the order of reading
}

// Keys are the known keys of a YAML object and what reads them.
type Keys map[string]func(*yaml.Node)

// Document reads a whole YAML text of at most MaxSize bytes with read and returns
// what is wrong with it, in the order of the lines.
func (r *Reader) Document(in io.Reader, what string, read func(*yaml.Node)) ([]Problem, error) {
	text, err := io.ReadAll(io.LimitReader(in, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxSize {
		return whole(Say("the file is larger than 1 MiB; is it a %s?", Word(what))), nil
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return whole(Say("not valid YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))), nil
	}
	if len(document.Content) == 0 {
		return whole(Say("the file is empty")), nil
	}
	read(document.Content[0])
	slices.SortStableFunc(r.Problems, func(a, b Problem) int { return a.Line - b.Line })
	return r.Problems, nil
}

// whole is a problem with a document as a whole.
func whole(p Phrase) []Problem { return []Problem{{Message: p.String(), Phrase: p}} }

// Fail notes a problem at the place of a node.
func (r *Reader) Fail(n *yaml.Node, format string, args ...any) {
	p := Say(format, args...)
	r.Problems = append(r.Problems, Problem{Line: n.Line, Message: p.String(), Phrase: p})
}

// Object reads an object with known keys, in the order of the file.
func (r *Reader) Object(n *yaml.Node, what string, known Keys) {
	r.Each(n, what, func(key, value *yaml.Node) {
		read, ok := known[key.Value]
		if !ok {
			names := slices.Sorted(maps.Keys(known))
			r.Fail(key, "%s has no key %q; the nearest known one is %s, all are %s", Word(what), Clip(key.Value), Nearest(key.Value, names), strings.Join(names, ", "))
			return
		}
		read(value)
	})
}

// Pairs reads an object whose keys are texts of the user.
func (r *Reader) Pairs(n *yaml.Node, read func(key string, value *yaml.Node)) {
	r.Each(n, "this", func(key, value *yaml.Node) { read(key.Value, value) })
}

// Each reads an object in the order of the file; a key that stands twice is a problem.
func (r *Reader) Each(n *yaml.Node, what string, read func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.Fail(n, "%s is written as key: value", Word(what))
		return
	}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.Fail(key, "a key is a plain text")
		case seen[key.Value]:
			r.Fail(key, "%s stands twice", Clip(key.Value))
		default:
			seen[key.Value] = true
			read(key, n.Content[i+1])
		}
	}
}

// List reads a list.
func (r *Reader) List(n *yaml.Node, read func(*yaml.Node)) {
	if n.Kind != yaml.SequenceNode {
		r.Fail(n, "expects a list: [a, b] or lines that begin with a hyphen")
		return
	}
	for _, item := range n.Content {
		read(item)
	}
}

// Text reads a plain value as it is written: 010 stays 010.
func (r *Reader) Text(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" && n.Value != "" {
		r.Fail(n, "expects a plain text")
		return ""
	}
	return n.Value
}

// Flag reads true or false.
func (r *Reader) Flag(n *yaml.Node) bool {
	text := r.Text(n)
	if text != "true" && text != "false" {
		r.Fail(n, "expects true or false")
	}
	return text == "true"
}

// Number reads a whole number within bounds; a wrong one is the lower bound.
func (r *Reader) Number(n *yaml.Node, low, high int) int {
	v, err := strconv.Atoi(r.Text(n))
	if err != nil || v < low || v > high {
		r.Fail(n, "expects a whole number from %d to %d", low, high)
		return low
	}
	return v
}

// Day reads a date, YYYY-MM-DD.
func (r *Reader) Day(n *yaml.Node) calendar.Day {
	day, err := calendar.ParseDay(r.Text(n))
	if err != nil {
		r.Fail(n, "expects a date such as 2026-05-04")
	}
	return day
}

// Float reads a finite number.
func (r *Reader) Float(n *yaml.Node) float64 {
	v, err := strconv.ParseFloat(r.Text(n), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		r.Fail(n, "expects a number such as 12.5")
		return 0
	}
	return v
}

// OneOf reads one of some words; a wrong one is ”.
func (r *Reader) OneOf(n *yaml.Node, values ...string) string {
	text := r.Text(n)
	if !slices.Contains(values, text) {
		r.Fail(n, "%q is none of %s; the nearest is %s", Clip(text), strings.Join(values, ", "), Nearest(text, values))
		return ""
	}
	return text
}

// Clip shortens a text for a message.
func Clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// Nearest is the candidate with the fewest edits from name; there is at least one.
func Nearest(name string, candidates []string) string {
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
