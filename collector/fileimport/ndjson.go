package fileimport

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"haochaping/record"
)

// maxDepth bounds how deep objects may lie in each other.
const maxDepth = 8

// ndjsonRows reads one JSON object from each line. Its keys are the columns; those of
// an object within are joined with dots.
type ndjsonRows struct {
	lines *lines
	m     *Mapping
	id    identity
	seen  []bool // columns of the mapping that a row has had
}

func openNDJSON(l *lines, m *Mapping) *ndjsonRows {
	return &ndjsonRows{lines: l, m: m, seen: make([]bool, len(m.columns))}
}

func (n *ndjsonRows) next() (row, error) {
	for {
		text, p, err := n.lines.next()
		if err != nil {
			return row{}, err
		}
		if p == nil && strings.TrimSpace(text) == "" {
			continue
		}
		if p != nil {
			return refuse(n.lines.line, text, p), nil
		}
		cells := make(map[string]string)
		if p := flatten(cells, "", []byte(text), 0); p != nil {
			return refuse(n.lines.line, text, p), nil
		}
		r := row{line: n.lines.line, size: len(text), cells: make([]string, len(n.m.columns))}
		private := map[string]bool{}
		for c, name := range n.m.columns {
			cell, ok := cells[name]
			r.cells[c] = cell
			n.seen[c] = n.seen[c] || ok
			if n.m.private[c] {
				private[name] = true
			}
		}
		n.identify(&r, cells, private)
		return r, nil
	}
}

func (n *ndjsonRows) identify(r *row, cells map[string]string, private map[string]bool) {
	names := make([]string, 0, len(cells))
	for name := range cells {
		if !private[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	n.id.begin()
	for _, name := range names {
		n.id.add(name, cells[name])
	}
	r.key = n.id.end()
}

// unseen are the columns of the mapping that no row had.
func (n *ndjsonRows) unseen() []string {
	var names []string
	for c, seen := range n.seen {
		if !seen {
			names = append(names, n.m.columns[c])
		}
	}
	return names
}

// flatten puts the values of an object under their names: texts as they are, numbers
// as written, lists as compact JSON.
func flatten(cells map[string]string, prefix string, text []byte, depth int) *record.Problem {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return problem(record.CodeMalformed, "not a JSON object on a line of its own")
	}
	if depth > maxDepth {
		return problem(record.CodeTooLong, "objects lie more than %d deep in each other", maxDepth)
	}
	for key, raw := range object {
		name := prefix + strings.TrimSpace(key)
		if len(cells) >= maxColumns {
			return problem(record.CodeTooLong, "more than %d columns", maxColumns)
		}
		switch raw[0] {
		case '{':
			if p := flatten(cells, name+".", raw, depth+1); p != nil {
				return p
			}
		case '"':
			var s string
			if err := json.Unmarshal(raw, &s); err != nil {
				return problem(record.CodeMalformed, "a text that is no valid JSON")
			}
			cells[name] = strings.TrimSpace(s)
		case '[':
			var compact bytes.Buffer
			if err := json.Compact(&compact, raw); err != nil {
				return problem(record.CodeMalformed, "a list that is no valid JSON")
			}
			cells[name] = compact.String()
		case 'n':
			cells[name] = ""
		default:
			cells[name] = string(raw)
		}
	}
	return nil
}
