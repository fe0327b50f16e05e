package fileimport

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"haochaping/calendar"
	"haochaping/record"
	"haochaping/strictyaml"
)

// maxMaps bounds the dated maps of one file.
const maxMaps = 200

// MapsError lists everything wrong with a file of code maps.
type MapsError []strictyaml.Problem

// Error is one sentence for each problem, with its line.
func (e MapsError) Error() string { return "read code maps: " + strictyaml.Lines(e) }

// LoadMaps reads the dated code maps of a source in YAML, as [WriteMaps] writes them. Of
// a wrong file the error is a [MapsError] with every problem.
func LoadMaps(r io.Reader) (record.Source, error) {
	var l reader
	var s record.Source
	problems, err := l.Document(r, "file of code maps", func(n *yaml.Node) { l.source(n, &s) })
	if err != nil {
		return s, fmt.Errorf("read code maps: %w", err)
	}
	if len(problems) > 0 {
		return record.Source{}, MapsError(problems)
	}
	return s, nil
}

func (l *reader) source(n *yaml.Node, s *record.Source) {
	var list *yaml.Node
	l.Object(n, "the file", strictyaml.Keys{
		"source": func(n *yaml.Node) { s.Name = strings.TrimSpace(l.Text(n)) },
		"maps":   func(n *yaml.Node) { list = n },
	})
	if s.Name == "" || len([]rune(s.Name)) > 64 {
		l.Fail(n, "source is missing or longer than 64 characters: the name under which the records are known")
	}
	if list == nil {
		l.Fail(n, "maps is missing: a list of code maps, each with the day from which it is in force")
		return
	}
	l.List(list, func(n *yaml.Node) {
		var from calendar.Day
		m := l.codeMap(n, &from)
		switch {
		case len(s.CodeMaps) == maxMaps:
			l.Fail(n, "at most %d maps in a file", maxMaps)
		case slices.ContainsFunc(s.CodeMaps, func(d record.DatedMap) bool { return d.From == from }):
			l.Fail(n, "two maps are in force from the same day: give each its own from")
		default:
			s.CodeMaps = append(s.CodeMaps, record.DatedMap{From: from, Map: m})
		}
	})
	if len(s.CodeMaps) == 0 && len(l.Problems) == 0 {
		l.Fail(list, "maps is empty: it needs one code map at least")
	}
}

// codeMap reads a code map; from is nil where the map has no date.
func (l *reader) codeMap(n *yaml.Node, from *calendar.Day) record.CodeMap {
	var m, own record.CodeMap
	classes := make([]string, len(record.Channels))
	for i, c := range record.Channels {
		classes[i] = string(c)
	}
	known := strictyaml.Keys{
		"preset": func(n *yaml.Node) {
			preset, ok := record.Preset(l.Text(n))
			if !ok {
				l.Fail(n, "no such preset; there are %s", strings.Join(record.PresetNames(), " and "))
			}
			m = preset
		},
		"name": func(n *yaml.Node) { own.Name = l.Text(n) },
		"levels": func(n *yaml.Node) {
			own.Levels = codes(l, n, func(n *yaml.Node) uint8 { return uint8(l.Number(n, 1, 5)) })
		},
		"channels": func(n *yaml.Node) {
			own.Channels = codes(l, n, func(n *yaml.Node) record.Channel { return record.Channel(l.OneOf(n, classes...)) })
		},
		"kinds": func(n *yaml.Node) {
			own.Kinds = codes(l, n, func(n *yaml.Node) string { return l.OneOf(n, record.CaseKinds...) })
		},
		"tags":  func(n *yaml.Node) { own.Tags = l.tags(n) },
		"times": func(n *yaml.Node) { own.Times = l.times(n) },
	}
	if from != nil {
		known["from"] = func(n *yaml.Node) { *from = l.Day(n) }
	}
	before := len(l.Problems)
	l.Object(n, "a code map", known)
	extended := own.Levels != nil || own.Channels != nil || own.Kinds != nil || own.Tags != nil || own.Times != nil
	if m.Name != "" && extended && (own.Name == "" || own.Name == m.Name) {
		l.Fail(n, "a preset with tables of one's own needs a name of its own: it stands with every record that the map translates")
	}
	m = merged(m, own)
	if len(l.Problems) == before {
		for _, p := range m.Check() {
			l.Fail(n, "code map: %s", p.Error())
		}
	}
	return m
}

// merged is a preset with the tables of one's own in place of its own.
func merged(m, own record.CodeMap) record.CodeMap {
	if own.Name != "" {
		m.Name = own.Name
	}
	if own.Levels != nil {
		m.Levels = own.Levels
	}
	if own.Channels != nil {
		m.Channels = own.Channels
	}
	if own.Kinds != nil {
		m.Kinds = own.Kinds
	}
	if own.Tags != nil {
		m.Tags = own.Tags
	}
	if own.Times != nil {
		m.Times = own.Times
	}
	if len(m.Times) == 0 {
		m.Times = nil // an empty list takes that of the preset away, and is none
	}
	return m
}

// codes reads a table whose keys are the codes of the source, as they are written.
func codes[V any](l *reader, n *yaml.Node, read func(*yaml.Node) V) map[string]V {
	table := map[string]V{}
	l.Pairs(n, func(code string, n *yaml.Node) { table[code] = read(n) })
	return table
}

// tags reads a table of tags, or the word standard for the national lists.
func (l *reader) tags(n *yaml.Node) map[string]string {
	if n.Kind == yaml.ScalarNode {
		if n.Value != standardTags {
			l.Fail(n, "tags is a table code: tag, or the word %s for the codes of the national lists", standardTags)
		}
		return record.StandardTags()
	}
	return codes(l, n, l.Text)
}

const standardTags = "standard"

func (l *reader) times(n *yaml.Node) []record.TimeForm {
	forms := []record.TimeForm{}
	l.List(n, func(n *yaml.Node) {
		f, err := record.ParseTimeForm(l.Text(n))
		if err != nil {
			l.Fail(n, "%s", err)
			return
		}
		forms = append(forms, f)
	})
	return forms
}

// WriteMaps writes the code maps of a source in the form that [LoadMaps] reads.
func WriteMaps(w io.Writer, s *record.Source) error {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for i := range s.CodeMaps {
		list.Content = append(list.Content, mapNode(&s.CodeMaps[i]))
	}
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	root := object("source", plainText(s.Name), "maps", list)
	if err := e.Encode(root); err != nil {
		return fmt.Errorf("write code maps: %w", err)
	}
	return e.Close()
}

func mapNode(d *record.DatedMap) *yaml.Node {
	m := &d.Map
	n := object()
	add := func(key string, value *yaml.Node) { n.Content = append(n.Content, object(key, value).Content...) }
	if d.From != 0 {
		add("from", &yaml.Node{Kind: yaml.ScalarNode, Value: d.From.String()})
	}
	if preset, ok := record.Preset(m.Name); ok && same(&preset, m) {
		add("preset", plainText(m.Name))
		return n
	}
	add("name", plainText(m.Name))
	add("levels", codeTable(m.Levels, func(level uint8) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(level)} }))
	if m.Channels != nil {
		add("channels", codeTable(m.Channels, func(c record.Channel) *yaml.Node { return plainText(string(c)) }))
	}
	if m.Kinds != nil {
		add("kinds", codeTable(m.Kinds, plainText))
	}
	switch {
	case m.Tags == nil:
	case maps.Equal(m.Tags, record.StandardTags()):
		add("tags", plainText(standardTags))
	default:
		add("tags", codeTable(m.Tags, quoted))
	}
	if len(m.Times) > 0 {
		forms := &yaml.Node{Kind: yaml.SequenceNode}
		for _, f := range m.Times {
			forms.Content = append(forms.Content, quoted(f.String()))
		}
		add("times", forms)
	}
	return n
}

// same says whether two maps of one name translate alike.
func same(a, b *record.CodeMap) bool {
	return maps.Equal(a.Levels, b.Levels) && maps.Equal(a.Channels, b.Channels) && maps.Equal(a.Kinds, b.Kinds) &&
		maps.Equal(a.Tags, b.Tags) && slices.Equal(a.Times, b.Times)
}

// object makes a YAML object of keys and values in turn.
func object(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i+1 < len(pairs); i += 2 {
		key, _ := pairs[i].(string)
		value, _ := pairs[i+1].(*yaml.Node)
		n.Content = append(n.Content, plainText(key), value)
	}
	return n
}

// codeTable writes codes in quotes, so that "01" is seen to be another code than "1".
func codeTable[V any](codes map[string]V, value func(V) *yaml.Node) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		n.Content = append(n.Content, quoted(code), value(codes[code]))
	}
	return n
}

func plainText(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

func quoted(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: text}
}
