package fileimport

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"haochaping/strictyaml"
)

// field is how one field of a record is filled.
type field struct {
	name     string // as on the wire
	question string // of aspects
	line     int    // in the mapping
	index    []int  // in the wire struct
	kind     valueKind
	typ      reflect.Type
	enum     []string

	derived  bool
	given    bool   // fixed is the value, also where it is empty
	fixed    string // const
	columns  []int  // the first that is not empty counts
	template []part
	values   map[string]string
	fallback string // where there is nothing else

	trim     string
	clean    bool
	split    string
	number   numberForm
	times    *timeForm // nil = those of the mapping
	asMillis bool      // the time as a number: for versions
}

// part is a text or a column of a template.
type part struct {
	text   string
	column int // -1 = text
}

// field reads how a field is filled. Columns are refused where not allowed.
func (l *loader) field(n *yaml.Node, f field, columnsAllowed bool) field {
	f.line, f.number.multiply = n.Line, 1
	if n.Kind == yaml.ScalarNode {
		f.derived = n.Value == "derived" && slices.Contains([]string{"id", "case_id", "rating_id", "prompt_id"}, f.name)
		if !f.derived {
			l.Fail(n, "%s is written as {column: NAME} or {const: VALUE}%s", f.name, map[bool]string{true: ", or derived"}[strings.HasSuffix(f.name, "id")])
		}
		l.m.derives = l.m.derives || f.derived
		return f
	}
	ways := 0
	known := strictyaml.Keys{
		"column": func(n *yaml.Node) { f.columns = []int{l.column(n)}; ways++ },
		"columns": func(n *yaml.Node) {
			l.List(n, func(n *yaml.Node) { f.columns = append(f.columns, l.column(n)) })
			ways++
		},
		"template": func(n *yaml.Node) { f.template = l.template(n); ways++ },
		"const":    func(n *yaml.Node) { f.fixed, f.given = l.Text(n), true; ways++ },
		"map": func(n *yaml.Node) {
			f.values = map[string]string{}
			l.Pairs(n, func(from string, n *yaml.Node) { f.values[from] = l.Text(n) })
		},
		"default": func(n *yaml.Node) { f.fallback = l.Text(n) },
		"trim":    func(n *yaml.Node) { f.trim = l.Text(n) },
	}
	l.formKeys(&f, known)
	l.Object(n, f.name, known)
	if ways != 1 {
		l.Fail(n, "%s needs exactly one of column, columns, template, const", f.name)
	}
	if !columnsAllowed && !f.given {
		l.Fail(n, "%s: under unpivot every field is a const", f.name)
	}
	l.checkFixed(n, &f)
	if f.name == "rater" || f.name == "contact" {
		for _, c := range f.columns {
			l.m.private[c] = true
		}
		for _, part := range f.template {
			if part.column >= 0 {
				l.m.private[part.column] = true
			}
		}
	}
	return f
}

// formKeys adds the keys that only some types of value have.
func (l *loader) formKeys(f *field, known strictyaml.Keys) {
	switch f.kind {
	case valueText:
		known["clean"] = func(n *yaml.Node) { f.clean = l.OneOf(n, "name") == "name" }
	case valueList:
		known["split"] = func(n *yaml.Node) { f.split = l.Text(n) }
	case valueTime, valueMoment, valueDay:
		l.timeKeys(f, known)
	case valueUnsigned, valueSigned, valueSmall, valueTiny, valueReal:
		maps.Copy(known, l.numberKeys(f))
		if f.name == "version" {
			known["as"] = func(n *yaml.Node) { f.asMillis = l.OneOf(n, "milliseconds") != "" }
			l.timeKeys(f, known)
		}
	}
}

func (l *loader) timeKeys(f *field, known strictyaml.Keys) {
	own := func() *timeForm {
		if f.times == nil {
			t := l.m.times
			f.times = &t
		}
		return f.times
	}
	known["layouts"] = func(n *yaml.Node) { l.layouts(n, own()) }
	known["zone"] = func(n *yaml.Node) { l.zone(n, own()) }
}

func (l *loader) numberKeys(f *field) strictyaml.Keys {
	f.number.multiply = 1
	return strictyaml.Keys{
		"multiply": func(n *yaml.Node) {
			v, err := strconv.ParseFloat(l.Text(n), 64)
			if err != nil || !(v > 0 && v <= 1e9) {
				l.Fail(n, "multiply is a number above 0 and at most 1,000,000,000")
				v = 1
			}
			f.number.multiply = v
		},
		"thousands": func(n *yaml.Node) { f.number.thousands = l.separator(n) },
		"decimal":   func(n *yaml.Node) { f.number.decimal = l.separator(n) },
	}
}

func (l *loader) separator(n *yaml.Node) string {
	text := l.Text(n)
	if len([]rune(text)) != 1 || strings.ContainsAny(text, "0123456789+-eE") {
		l.Fail(n, "a separator is one character that is no digit and no sign")
	}
	return text
}

// template reads a text with {column} in it; {{ is a bracket.
func (l *loader) template(n *yaml.Node) []part {
	var parts []part
	var text strings.Builder
	rest, columns := l.Text(n), 0
	for rest != "" {
		switch {
		case strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "}}"):
			text.WriteByte(rest[0])
			rest = rest[2:]
		case rest[0] == '{':
			name, after, ok := strings.Cut(rest[1:], "}")
			if !ok || strings.TrimSpace(name) == "" {
				l.Fail(n, "template: a { is closed by } with a column between; write {{ for the bracket itself")
				return nil
			}
			if text.Len() > 0 {
				parts = append(parts, part{text: text.String(), column: -1})
				text.Reset()
			}
			parts = append(parts, part{column: l.columnNamed(strings.TrimSpace(name))})
			columns++
			rest = after
		default:
			text.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	if text.Len() > 0 {
		parts = append(parts, part{text: text.String(), column: -1})
	}
	if columns == 0 {
		l.Fail(n, "template has no column: write {NAME}, or use const")
	}
	return parts
}

// checkFixed refuses constants, defaults and mapped values that the field cannot hold.
func (l *loader) checkFixed(n *yaml.Node, f *field) {
	check := func(what, text string) {
		if text == "" {
			return
		}
		if len(f.enum) > 0 && f.kind == valueText && !slices.Contains(f.enum, text) {
			l.Fail(n, "%s: %s %q is none of %s; the nearest is %s", f.name, what, strictyaml.Clip(text), strings.Join(f.enum, ", "), strictyaml.Nearest(text, f.enum))
			return
		}
		if f.kind == valueText || f.kind == valueCode || f.kind == valueAspects || f.kind == valueList {
			return
		}
		target := reflect.New(f.typ).Elem()
		if p := f.assign(target, text, &l.m.times, conversion{zone: time.UTC}); p != nil {
			l.Fail(n, "%s: the %s does not fit: %s", f.name, what, p.Reason)
		}
	}
	check("const", f.fixed)
	check("default", f.fallback)
	for from, to := range f.values {
		check(fmt.Sprintf("value for %q", strictyaml.Clip(from)), to)
	}
}
