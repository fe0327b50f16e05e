package fileimport

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"haochaping/calendar"
	"haochaping/record"
	"haochaping/strictyaml"
)

// Mapping says how the rows of a file become records. Make one with [LoadMapping].
// It is not changed afterwards and safe for concurrent use.
type Mapping struct {
	source   string
	codeMaps []record.DatedMap

	format    string // "" = by name and content
	encoding  string
	sheet     string
	delimiter rune // 0 = by name
	quotes    bool
	headerRow int // 0 = the file has none
	empty     map[string]bool
	times     timeForm

	plans   []plan
	columns []string // every column that is named somewhere; fields know them by their place here
	private []bool   // columns that identify a person: not part of a row's identity
	derives bool     // some id is derived
}

// plan is how a row becomes one record, or several where it is unpivoted.
type plan struct {
	kind    record.Kind
	ordinal int // among the plans of the same kind; part of derived ids
	when    []condition
	fields  []field
	spread  []spread // unpivot: one record for each
	cell    *field   // how the cells of an unpivoted table are written
	version bool     // whether a field gives the version
	derived map[string]bool
}

// spread is a column whose cells are counts or values of their own.
type spread struct {
	column int
	fields []field // what the column stands for
}

// condition is a test of a cell.
type condition struct {
	column   int
	test     string // empty, not_empty, equals, not_equals
	accepted []string
}

// Source is the name of the source that the mapping speaks for.
func (m *Mapping) Source() string { return m.source }

// RecordSource is the source with its code maps, for the installation to register;
// ok is false where the mapping leaves the code maps to the installation.
func (m *Mapping) RecordSource() (s record.Source, ok bool) {
	return record.Source{Name: m.source, CodeMaps: slices.Clone(m.codeMaps)}, len(m.codeMaps) > 0
}

// Door is the base door, with the mapping's own code maps for its source.
func (m *Mapping) Door(base *record.Door) *record.Door {
	d := *base
	own, ok := m.RecordSource()
	if !ok {
		if d.Codes == nil {
			d.Codes = func(string, time.Time) (record.CodeMap, bool) { return record.CodeMap{}, false }
		}
		return &d
	}
	d.Codes = func(source string, at time.Time) (record.CodeMap, bool) {
		if source == own.Name {
			return own.MapOn(calendar.DayOf(at, base.Zone))
		}
		if base.Codes == nil {
			return record.CodeMap{}, false
		}
		return base.Codes(source, at)
	}
	return &d
}

// MappingError lists everything wrong with a mapping.
type MappingError []strictyaml.Problem

// Error is one sentence for each problem, with its line.
func (e MappingError) Error() string { return "read mapping: " + strictyaml.Lines(e) }

// LoadMapping reads a mapping in YAML. Of a wrong one the error is a [MappingError]
// with every problem: an unknown key is named with the nearest known one.
func LoadMapping(r io.Reader) (*Mapping, error) {
	l := loader{m: &Mapping{quotes: true, headerRow: 1, empty: map[string]bool{}}}
	problems, err := l.Document(r, "mapping", l.mapping)
	if err != nil {
		return nil, fmt.Errorf("read mapping: %w", err)
	}
	if len(problems) > 0 {
		return nil, MappingError(problems)
	}
	return l.m, nil
}

// reader reads what mappings and code maps have in common.
type reader struct{ strictyaml.Reader }

// loader builds a mapping out of YAML nodes.
type loader struct {
	reader
	m *Mapping
}

func (l *loader) mapping(n *yaml.Node) {
	var records *yaml.Node
	l.Object(n, "the mapping", strictyaml.Keys{
		"source": func(n *yaml.Node) { l.m.source = strings.TrimSpace(l.Text(n)) },
		"code_map": func(n *yaml.Node) {
			l.m.codeMaps = append(l.m.codeMaps, record.DatedMap{Map: l.codeMap(n, nil)})
		},
		"code_maps": func(n *yaml.Node) {
			l.List(n, func(n *yaml.Node) {
				var from calendar.Day
				m := l.codeMap(n, &from)
				l.m.codeMaps = append(l.m.codeMaps, record.DatedMap{From: from, Map: m})
			})
		},
		"format":     func(n *yaml.Node) { l.m.format = l.OneOf(n, formatCSV, formatXLSX, formatNDJSON) },
		"encoding":   func(n *yaml.Node) { l.m.encoding = strings.TrimPrefix(l.OneOf(n, "auto", UTF8, GB18030), "auto") },
		"sheet":      func(n *yaml.Node) { l.m.sheet = l.Text(n) },
		"delimiter":  func(n *yaml.Node) { l.m.delimiter = l.delimiter(n) },
		"quotes":     func(n *yaml.Node) { l.m.quotes = l.Flag(n) },
		"header_row": func(n *yaml.Node) { l.m.headerRow = l.Number(n, 0, 1000) },
		"empty": func(n *yaml.Node) {
			l.List(n, func(n *yaml.Node) { l.m.empty[strings.TrimSpace(l.Text(n))] = true })
		},
		"time":    func(n *yaml.Node) { l.timeForm(n, &l.m.times) },
		"records": func(n *yaml.Node) { records = n },
	})
	if l.m.source == "" {
		l.Fail(n, "source is missing: the name under which the records are known")
	}
	if records == nil {
		l.Fail(n, "records is missing: say what each row becomes")
		return
	}
	l.List(records, l.record)
	if len(l.m.plans) == 0 && len(l.Problems) == 0 {
		l.Fail(records, "records is empty: say what each row becomes")
	}
	l.checkCodes()
}

func (l *loader) delimiter(n *yaml.Node) rune {
	text := l.Text(n)
	if text == "tab" || text == `\t` {
		return '\t'
	}
	r := []rune(text)
	if len(r) != 1 || strings.ContainsRune("\"\r\n\ufeff\ufffd", r[0]) {
		l.Fail(n, "delimiter is one character that is no quote and no line end, or the word tab")
		return 0
	}
	return r[0]
}

// timeForm reads layouts and zone.
func (l *loader) timeForm(n *yaml.Node, t *timeForm) {
	l.Object(n, "time", strictyaml.Keys{
		"layouts": func(n *yaml.Node) { l.layouts(n, t) },
		"zone":    func(n *yaml.Node) { l.zone(n, t) },
	})
}

func (l *loader) layouts(n *yaml.Node, t *timeForm) {
	t.layouts, t.unix, t.unixMillis = nil, false, false
	l.List(n, func(n *yaml.Node) {
		switch pattern := l.Text(n); pattern {
		case "unix":
			t.unix = true
		case "unix_ms":
			t.unixMillis = true
		default:
			layout, err := calendar.ParseLayout(pattern)
			if err != nil {
				l.Fail(n, "%s", err)
				return
			}
			t.layouts = append(t.layouts, layout)
		}
	})
	if t.unix && t.unixMillis || (t.unix || t.unixMillis) && len(t.layouts) > 0 {
		l.Fail(n, "unix or unix_ms stands alone: whether a number is a date or a count of seconds cannot be seen")
	}
}

func (l *loader) zone(n *yaml.Node, t *timeForm) {
	zone, err := time.LoadLocation(l.Text(n))
	if err != nil || l.Text(n) == "" || l.Text(n) == "Local" {
		l.Fail(n, "zone is no known time zone; write it as Asia/Shanghai")
		return
	}
	t.zone = zone
}

// checkCodes refuses constant levels, channels and kinds that the mapping's own code
// maps do not know.
func (l *loader) checkCodes() {
	check := func(f *field) {
		if f.fixed == "" || f.kind != valueCode {
			return
		}
		for _, dated := range l.m.codeMaps {
			_, isLevel := dated.Map.Levels[f.fixed]
			_, isChannel := dated.Map.Channels[f.fixed]
			_, isKind := dated.Map.Kinds[f.fixed]
			if dated.Map.Kinds == nil {
				isKind = slices.Contains(record.CaseKinds, f.fixed)
			}
			if f.name == "level" && !isLevel || f.name == "channel" && !isChannel || f.name == "kind" && !isKind {
				l.Problems = append(l.Problems, strictyaml.Problem{Line: f.line, Message: fmt.Sprintf("%s: %q is not a code of the map %q", f.name, f.fixed, dated.Map.Name)})
			}
		}
	}
	for p := range l.m.plans {
		for i := range l.m.plans[p].fields {
			check(&l.m.plans[p].fields[i])
		}
		for _, s := range l.m.plans[p].spread {
			for i := range s.fields {
				check(&s.fields[i])
			}
		}
	}
}

// column is the place of a column among those that the mapping names.
func (l *loader) column(n *yaml.Node) int {
	name := strings.TrimSpace(l.Text(n))
	if name == "" {
		l.Fail(n, "a column needs a name; one without a name is #3 by its place")
	}
	return l.columnNamed(name)
}

func (l *loader) columnNamed(name string) int {
	if i := slices.Index(l.m.columns, name); i >= 0 {
		return i
	}
	l.m.columns = append(l.m.columns, name)
	l.m.private = append(l.m.private, false)
	return len(l.m.columns) - 1
}
