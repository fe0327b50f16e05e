package fileimport

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"haochaping/record"
	"haochaping/strictyaml"
)

// wireType is a kind of record with the fields that a mapping must give.
type wireType struct {
	kind     record.Kind
	typ      reflect.Type
	required []string
}

var wireTypes = []wireType{
	{record.KindRating, reflect.TypeFor[record.RatingInput](), []string{"id", "rated_at"}},
	{record.KindCase, reflect.TypeFor[record.CaseInput](), []string{"case_id", "accepted_at"}},
	{record.KindPrompt, reflect.TypeFor[record.PromptInput](), []string{"id", "served_at"}},
	{record.KindFollowUp, reflect.TypeFor[record.FollowUpInput](), []string{"id", "rating_id", "step", "at"}},
	{record.KindTally, reflect.TypeFor[record.TallyInput](), []string{"from", "to"}},
	{record.KindIndicator, reflect.TypeFor[IndicatorInput](), []string{"unit", "indicator", "as_of"}},
}

func wireTypeOf(kind record.Kind) *wireType {
	i := slices.IndexFunc(wireTypes, func(w wireType) bool { return w.kind == kind })
	return &wireTypes[i]
}

// record reads one of the records that a row becomes.
func (l *loader) record(n *yaml.Node) {
	var p plan
	var wire *wireType
	var fields, when, unpivot *yaml.Node
	l.Object(n, "a record", strictyaml.Keys{
		"kind": func(n *yaml.Node) {
			name := l.OneOf(n, "rating", "case", "prompt", "follow_up", "tally", "indicator")
			if kind, ok := record.KindNamed(name); ok && name != "" {
				p.kind, wire = kind, wireTypeOf(kind)
			}
		},
		"when":    func(n *yaml.Node) { when = n },
		"fields":  func(n *yaml.Node) { fields = n },
		"unpivot": func(n *yaml.Node) { unpivot = n },
	})
	if wire == nil {
		l.Fail(n, "a record needs kind: rating, case, prompt, follow_up, tally or indicator")
		return
	}
	for i := range l.m.plans {
		if l.m.plans[i].kind == p.kind {
			p.ordinal++
		}
	}
	if when != nil {
		l.conditions(when, &p)
	}
	if fields == nil {
		l.Fail(n, "a record needs fields")
		return
	}
	p.fields = l.fields(fields, wire, &p)
	if unpivot != nil {
		l.unpivot(unpivot, wire, &p)
	}
	l.checkPlan(n, wire, &p)
	l.m.plans = append(l.m.plans, p)
}

func (l *loader) checkPlan(n *yaml.Node, wire *wireType, p *plan) {
	among := func(fields []field, name string) bool {
		return slices.ContainsFunc(fields, func(f field) bool { return f.name == name })
	}
	has := func(name string) bool {
		return among(p.fields, name) ||
			len(p.spread) > 0 && !slices.ContainsFunc(p.spread, func(s spread) bool { return !among(s.fields, name) })
	}
	for _, name := range wire.required {
		if !has(name) {
			hint := ""
			if name == "id" || name == "case_id" {
				hint = ": a column, or derived"
			}
			l.Fail(n, "a %s needs the field %s%s", wire.kind, name, hint)
		}
	}
	if cell := spreadFields[wire.kind]; cell != "" && len(p.spread) == 0 && !has(cell) {
		l.Fail(n, "a %s needs the field %s, or unpivot", wire.kind, cell)
	}
	p.version, p.derived = has("version"), map[string]bool{}
	for _, f := range p.fields {
		if f.derived {
			p.derived[f.name] = true
		}
		if !f.derived || f.name != "rating_id" && f.name != "prompt_id" {
			continue
		}
		of := record.KindRating
		if f.name == "prompt_id" {
			of = record.KindPrompt
		}
		if !slices.ContainsFunc(l.m.plans, func(p plan) bool { return p.kind == of }) {
			l.Fail(n, "%s: derived is the id of the row's first %s, which must stand before this record", f.name, of)
		}
	}
}

func (l *loader) conditions(n *yaml.Node, p *plan) {
	if n.Kind == yaml.MappingNode {
		n = &yaml.Node{Kind: yaml.SequenceNode, Line: n.Line, Content: []*yaml.Node{n}}
	}
	l.List(n, func(n *yaml.Node) {
		c := condition{column: -1}
		tests := 0
		set := func(test string, accepted ...string) {
			tests++
			c.test, c.accepted = test, accepted
		}
		present := func(yes, no string) func(*yaml.Node) {
			return func(n *yaml.Node) {
				if l.Flag(n) {
					set(yes)
				} else {
					set(no)
				}
			}
		}
		texts := func(test string) func(*yaml.Node) {
			return func(n *yaml.Node) {
				var accepted []string
				if n.Kind == yaml.SequenceNode {
					l.List(n, func(n *yaml.Node) { accepted = append(accepted, l.Text(n)) })
				} else {
					accepted = []string{l.Text(n)}
				}
				set(test, accepted...)
			}
		}
		l.Object(n, "when", strictyaml.Keys{
			"column":    func(n *yaml.Node) { c.column = l.column(n) },
			"empty":     present("empty", "not_empty"),
			"not_empty": present("not_empty", "empty"),
			"equals":    texts("equals"), "not_equals": texts("not_equals"),
		})
		if c.column < 0 || tests != 1 {
			l.Fail(n, "when needs a column and one of empty, not_empty, equals, not_equals")
			return
		}
		p.when = append(p.when, c)
	})
}

// fields reads the fields of a record; p is nil for those of an unpivoted column.
func (l *loader) fields(n *yaml.Node, wire *wireType, p *plan) []field {
	var list []field
	known := strictyaml.Keys{}
	for _, sf := range reflect.VisibleFields(wire.typ) {
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		kind := kindOf(wire.kind, name, sf.Type)
		if name == "" || name == "source" && wire.kind != record.KindIndicator || kind == valueNone {
			continue
		}
		base := field{name: name, index: sf.Index, kind: kind, typ: sf.Type, enum: enumOf(sf)}
		known[name] = func(n *yaml.Node) {
			if kind == valueAspects {
				l.Pairs(n, func(question string, n *yaml.Node) {
					f := base
					f.question = question
					list = append(list, l.field(n, f, p != nil))
				})
				return
			}
			list = append(list, l.field(n, base, p != nil))
		}
	}
	l.Object(n, "a "+wire.kind.String(), known)
	return list
}

func enumOf(sf reflect.StructField) []string {
	if text := sf.Tag.Get("enum"); text != "" {
		return strings.Split(text, ",")
	}
	return nil
}

// spreadFields are the kinds that can be unpivoted, and the field that the cells are.
var spreadFields = map[record.Kind]string{record.KindTally: "count", record.KindIndicator: "value"}

// unpivot reads the columns whose cells are counts, or values of indicators.
func (l *loader) unpivot(n *yaml.Node, wire *wireType, p *plan) {
	name := spreadFields[wire.kind]
	if name == "" {
		l.Fail(n, "only tallies and indicators are unpivoted")
		return
	}
	for i := range p.fields {
		if p.fields[i].name == name {
			l.Fail(n, "the %s comes from the unpivoted columns: write unpivot: {%s: …} for its form", name, name)
		}
	}
	cell := field{name: name, number: numberForm{multiply: 1}, line: n.Line}
	for _, sf := range reflect.VisibleFields(wire.typ) {
		if tag, _, _ := strings.Cut(sf.Tag.Get("json"), ","); tag == name {
			cell.index, cell.typ, cell.kind = sf.Index, sf.Type, kindOf(wire.kind, name, sf.Type)
		}
	}
	l.Object(n, "unpivot", strictyaml.Keys{
		"columns": func(n *yaml.Node) {
			l.Each(n, "columns", func(key, value *yaml.Node) {
				p.spread = append(p.spread, spread{column: l.column(key), fields: l.fields(value, wire, nil)})
			})
		},
		name: func(n *yaml.Node) { l.Object(n, name, l.numberKeys(&cell)) },
	})
	if len(p.spread) == 0 {
		l.Fail(n, "unpivot needs columns: which column is what")
	}
	p.cell = &cell
}
