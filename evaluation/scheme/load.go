package scheme

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"haochaping/calendar"
	"haochaping/strictyaml"
)

// The limits of a scheme.
const (
	MaxDepth = 8   // of the tree of indicators, 1 = without groups
	MaxNodes = 500 // indicators and groups together

	maxScale    = 1e9
	maxPeers    = 200
	maxUnits    = 20_000 // in all peer groups
	maxTiers    = 50
	maxSteps    = 50
	maxDecimals = 9
	maxWeight   = 1e6
	maxText     = 2000 // characters of a name or wording
)

// Problem is one thing wrong with a scheme.
type Problem struct {
	Line    int    // of the file; 0 = the file as a whole
	Node    string // id of the indicator or group, or what else it is about; '' = the scheme
	Message string
	Phrase  strictyaml.Phrase // what Message was made of
}

func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	if p.Node != "" {
		b.WriteString(p.Node + ": ")
	}
	return b.String() + p.Message
}

// Error is everything wrong with a scheme, in the order of the lines.
type Error struct {
	Problems []Problem // at least one
}

// Error is one line for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Load reads a scheme of at most 1 MiB, see docs/schemes.md. Of a wrong one the error is an [Error] with every
// problem, its line and the name of the node.
func Load(text []byte) (*Scheme, error) {
	l := &loader{scheme: &Scheme{Source: bytes.Clone(text), Hash: sha256.Sum256(text)}, seen: make(map[string]*Node), formulaLines: make(map[string]int)}
	problems, err := l.Document(bytes.NewReader(text), "scheme", l.document)
	if err != nil {
		return nil, err
	}
	// What is wrong with the file as a whole was noted before anything was read.
	for _, p := range problems {
		l.problems = append(l.problems, Problem{Line: p.Line, Message: p.Message, Phrase: p.Phrase})
	}
	l.formulas()
	if len(l.problems) > 0 {
		slices.SortStableFunc(l.problems, func(a, b Problem) int { return a.Line - b.Line })
		return nil, &Error{Problems: l.problems}
	}
	return l.scheme, nil
}

// loader reads one scheme.
type loader struct {
	strictyaml.Reader // its problems are those since the last call of named
	scheme            *Scheme
	problems          []Problem
	seen              map[string]*Node // by id
	nodes             int
	lines             map[string]int // of keys of the scheme itself
	formulaLines      map[string]int // by id of the leaf
}

// named gives the problems since the last call the name of what was read.
func (l *loader) named(name string) {
	for _, p := range l.Problems {
		l.problems = append(l.problems, Problem{Line: p.Line, Node: name, Message: p.Message, Phrase: p.Phrase})
	}
	l.Problems = nil
}

// problem notes a problem with a node.
func (l *loader) problem(line int, node, format string, args ...any) {
	p := strictyaml.Say(format, args...)
	l.problems = append(l.problems, Problem{Line: line, Node: node, Message: p.String(), Phrase: p})
}

// required are the keys that a scheme cannot do without.
var required = []string{"scheme", "version", "name", "units", "publication", "indicators"}

func (l *loader) document(root *yaml.Node) {
	root, ok := l.resolve(root)
	if !ok {
		return
	}
	s := l.scheme
	s.Scale, s.Decimals, s.TieProbability = 100, 2, 0.95
	s.Valid = calendar.Range{From: calendar.MinDay, To: calendar.MaxDay}
	l.lines = make(map[string]int)
	var tree, tiers, peers *yaml.Node
	l.Each(root, "a scheme", func(key, _ *yaml.Node) { l.lines[key.Value] = key.Line })
	l.Problems = nil // Object says it again
	l.Object(root, "a scheme", strictyaml.Keys{
		"scheme":          func(n *yaml.Node) { s.ID = l.id(n) },
		"version":         func(n *yaml.Node) { s.Version = l.id(n) },
		"name":            func(n *yaml.Node) { s.Name = l.text(n) },
		"note":            func(n *yaml.Node) { s.Note = l.text(n) },
		"valid":           l.valid,
		"units":           l.units,
		"peers":           func(n *yaml.Node) { peers = n },
		"scale":           func(n *yaml.Node) { s.Scale = l.positive(n, maxScale) },
		"decimals":        func(n *yaml.Node) { s.Decimals = l.Number(n, 0, maxDecimals) },
		"publication":     func(n *yaml.Node) { s.Publication = Publication(l.OneOf(n, "rank", "tied_groups", "bands")) },
		"tie_probability": func(n *yaml.Node) { s.TieProbability = l.within(n, 0.5, 1) },
		"tiers":           func(n *yaml.Node) { tiers = n },
		"indicators":      func(n *yaml.Node) { tree = n },
	})
	for _, key := range required {
		if l.lines[key] == 0 && root.Kind == yaml.MappingNode {
			l.Fail(root, "a scheme needs the key %s", key)
		}
	}
	l.named("")
	// The scale is known now.
	if peers != nil {
		l.peers(peers)
	}
	if tiers != nil {
		l.tiers(tiers)
	}
	if s.Publication == PublishBands && len(s.Tiers) == 0 && tiers == nil {
		l.problem(l.lines["publication"], "", "publication bands needs tiers: the bands are what they are called")
	}
	if tree != nil {
		l.tree(tree)
	}
}

var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)

// id reads an id or a version: letters, digits, and _ . - inside.
func (l *loader) id(n *yaml.Node) string {
	text := l.Text(n)
	if n.Kind == yaml.ScalarNode && !idPattern.MatchString(text) {
		l.Fail(n, "%q is no id: use up to 64 letters a-z, digits, and _ . - after the first", strictyaml.Clip(text))
		return ""
	}
	return text
}

// text reads a text for people: a plain one stands for both languages.
func (l *loader) text(n *yaml.Node) (t Text) {
	if n.Kind != yaml.MappingNode {
		plain := l.words(n)
		return Text{plain, plain}
	}
	l.Object(n, "a text", strictyaml.Keys{
		"zh": func(n *yaml.Node) { t.ZH = l.words(n) },
		"en": func(n *yaml.Node) { t.EN = l.words(n) },
	})
	if t == (Text{}) {
		l.Fail(n, "a text has zh, en or both")
	}
	return t
}

// words reads a text of one line: what is written on several is joined.
func (l *loader) words(n *yaml.Node) string {
	text := strings.Join(strings.Fields(l.Text(n)), " ")
	switch {
	case n.Kind != yaml.ScalarNode: // said already
	case text == "" || len([]rune(text)) > maxText:
		l.Fail(n, "expects a text of 1 to %d characters", maxText)
	case strings.ContainsFunc(text, unicode.IsControl):
		l.Fail(n, "the text has control characters in it")
	}
	return text
}

// within reads a number within bounds; a wrong one is the lower bound.
func (l *loader) within(n *yaml.Node, low, high float64) float64 {
	before := len(l.Problems)
	x := l.Float(n)
	if len(l.Problems) == before && (x < low || x > high) {
		l.Fail(n, "%v is not within %v to %v", x, low, high)
		return low
	}
	return x
}

// positive reads a number above 0; a wrong one is the highest, which nothing else is held against in vain.
func (l *loader) positive(n *yaml.Node, high float64) float64 {
	before := len(l.Problems)
	x := l.Float(n)
	if len(l.Problems) == before && (x <= 0 || x > high) {
		l.Fail(n, "%v is not above 0 and up to %v", x, high)
	}
	if len(l.Problems) > before {
		return high
	}
	return x
}

func (l *loader) valid(n *yaml.Node) {
	r := &l.scheme.Valid
	before := len(l.Problems)
	l.Object(n, "valid", strictyaml.Keys{
		"from": func(n *yaml.Node) { r.From = l.Day(n) },
		"to":   func(n *yaml.Node) { r.To = l.Day(n) },
	})
	if len(l.Problems) == before && r.To < r.From {
		l.Fail(n, "valid ends on %s, before it begins on %s", r.To, r.From)
	}
}

func (l *loader) units(n *yaml.Node) {
	u := &l.scheme.Units
	given := make(map[string]bool)
	note := func(key string, read func(*yaml.Node)) func(*yaml.Node) {
		return func(n *yaml.Node) { given[key] = true; read(n) }
	}
	l.Object(n, "units", strictyaml.Keys{
		"kind": func(n *yaml.Node) {
			u.Kind = UnitKind(l.OneOf(n, "region", "department", "line_region", "item", "window", "imported"))
			given["kind"] = true
		},
		"level":  note("level", func(n *yaml.Node) { u.Level = l.Number(n, 1, 9) }),
		"within": note("within", func(n *yaml.Node) { u.Within = l.code(n) }),
		"line":   note("line", func(n *yaml.Node) { u.Line = l.code(n) }),
	})
	if n.Kind != yaml.MappingNode || u.Kind == "" {
		if !given["kind"] {
			l.Fail(n, "units needs a kind: region, department, line_region, item, window or imported")
		}
		return
	}
	for _, key := range []string{"level", "within", "line"} {
		switch use := unitKeys[u.Kind][key]; {
		case use == mustHave && !given[key]:
			l.Fail(n, "units of kind %s need a %s", u.Kind, key)
		case use == mustNot && given[key]:
			l.Fail(n, "units of kind %s have no %s", u.Kind, key)
		}
	}
}

type use int

const (
	mustNot use = iota
	may
	mustHave
)

var unitKeys = map[UnitKind]map[string]use{
	UnitRegion:     {"level": mustHave, "within": may},
	UnitDepartment: {"within": may, "line": may},
	UnitLineRegion: {"level": mustHave, "within": may, "line": mustHave},
	UnitItem:       {"within": may},
	UnitWindow:     {"within": may},
	UnitImported:   {},
}

// code reads a code of the directory.
func (l *loader) code(n *yaml.Node) string {
	text := strings.TrimSpace(l.Text(n))
	if n.Kind == yaml.ScalarNode && (text == "" || len(text) > 200 || strings.ContainsFunc(text, unicode.IsControl)) {
		l.Fail(n, "expects a code of 1 to 200 bytes without control characters")
	}
	return text
}

func (l *loader) peers(list *yaml.Node) {
	ids, group, total := make(map[string]bool), make(map[string]string), 0
	l.List(list, func(n *yaml.Node) {
		var p Peers
		l.Object(n, "a peer group", strictyaml.Keys{
			"id":   func(n *yaml.Node) { p.ID = l.id(n) },
			"name": func(n *yaml.Node) { p.Name = l.text(n) },
			"units": func(n *yaml.Node) {
				l.List(n, func(n *yaml.Node) {
					code := l.code(n)
					if in, twice := group[code]; twice {
						l.Fail(n, "unit %s stands in group %s already: a unit has one peer group", strictyaml.Clip(code), in)
					}
					group[code] = p.ID
					p.Units = append(p.Units, code)
				})
			},
		})
		if n.Kind == yaml.MappingNode && (p.ID == "" || p.Name == (Text{}) || len(p.Units) == 0) {
			l.Fail(n, "a peer group needs id, name and units")
		}
		if ids[p.ID] {
			l.Fail(n, "group %s stands twice", p.ID)
		}
		ids[p.ID] = true
		total += len(p.Units)
		l.scheme.Peers = append(l.scheme.Peers, p)
	})
	if len(ids) > maxPeers || total > maxUnits {
		l.Fail(list, "there are more than %d groups or %d units in them", maxPeers, maxUnits)
	}
	l.named("peers")
}

func (l *loader) tiers(list *yaml.Node) {
	ids, tiers := make(map[string]bool), &l.scheme.Tiers
	l.List(list, func(n *yaml.Node) {
		var t Tier
		from := false
		l.Object(n, "a tier", strictyaml.Keys{
			"id":   func(n *yaml.Node) { t.ID = l.id(n) },
			"name": func(n *yaml.Node) { t.Name = l.text(n) },
			"from": func(n *yaml.Node) { t.From, from = l.within(n, 0, l.scheme.Scale), true },
		})
		if n.Kind == yaml.MappingNode && (t.ID == "" || t.Name == (Text{}) || !from) {
			l.Fail(n, "a tier needs id, name and from")
		}
		if ids[t.ID] {
			l.Fail(n, "tier %s stands twice", t.ID)
		}
		ids[t.ID] = true
		if k := len(*tiers); k > 0 && from && !(t.From < (*tiers)[k-1].From) {
			l.Fail(n, "tier %s begins at %v, not below %v of tier %s before it: list tiers from the best to the worst",
				t.ID, t.From, (*tiers)[k-1].From, (*tiers)[k-1].ID)
		}
		*tiers = append(*tiers, t)
	})
	switch k := len(*tiers); {
	case list.Kind != yaml.SequenceNode:
	case k == 0 || k > maxTiers:
		l.Fail(list, "expects 1 to %d tiers, or no key tiers", maxTiers)
	case (*tiers)[k-1].From != 0:
		last := (*tiers)[k-1]
		l.Fail(list.Content[k-1], "tier gap: scores from 0 to %v, below tier %s, have no tier; begin the lowest tier at 0", last.From, last.ID)
	}
	l.named("tiers")
}
