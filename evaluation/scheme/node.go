package scheme

import (
	"go.yaml.in/yaml/v3"

	"haochaping/evaluation"
	"haochaping/strictyaml"
)

// tree reads the indicators below the root.
func (l *loader) tree(list *yaml.Node) {
	root := &l.scheme.Root
	root.ID, root.Name, root.Line, root.Decimals, root.Missing = l.scheme.ID, l.scheme.Name, list.Line, -1, MissingShown
	root.Children = l.children(list, nil, "indicators")
	if l.nodes > MaxNodes {
		l.problem(list.Line, "indicators", "there are %d indicators and groups, more than %d", l.nodes, MaxNodes)
	}
}

// children reads the nodes of a group. above are the ids from the root down to it.
func (l *loader) children(list *yaml.Node, above []string, name string) (nodes []Node) {
	if len(above) >= MaxDepth {
		l.problem(list.Line, name, "the tree is deeper than %d levels", MaxDepth)
		return nil
	}
	var weights float64
	l.List(list, func(n *yaml.Node) {
		l.named(name)
		if l.nodes++; l.nodes > MaxNodes {
			return
		}
		child := l.node(n, above)
		weights += child.Weight
		nodes = append(nodes, child)
	})
	switch {
	case list.Kind == yaml.SequenceNode && len(list.Content) == 0:
		l.Fail(list, "expects at least one indicator")
	case list.Kind == yaml.SequenceNode && weights == 0 && l.nodes <= MaxNodes:
		l.Fail(list, "the weights of its indicators add up to 0, so nothing in it counts: give at least one a weight above 0")
	}
	l.named(name)
	return nodes
}

// nodeKeys is what of a node was written, and where.
type nodeKeys struct {
	lines    map[string]int
	children *yaml.Node
	norm     *yaml.Node
}

// node reads an indicator or a group.
func (l *loader) node(n *yaml.Node, above []string) Node {
	out := Node{Line: n.Line, Decimals: -1, Missing: MissingShown}
	name := nameOf(n)
	keys := nodeKeys{lines: make(map[string]int)}
	l.Object(n, "an indicator", l.nodeReaders(&out, &keys))
	if n.Kind != yaml.MappingNode {
		l.named(name)
		return out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		keys.lines[n.Content[i].Value] = n.Content[i].Line
	}
	for _, key := range []string{"id", "name", "weight"} {
		if keys.lines[key] == 0 {
			l.Fail(n, "an indicator needs the key %s", key)
		}
	}
	l.unique(n, &out, above)
	if keys.lines["children"] > 0 {
		l.group(n, &out, &keys, above, name)
		return out
	}
	l.formulaLines[out.ID] = keys.lines["formula"]
	l.leaf(n, &out, &keys)
	l.named(name)
	return out
}

func (l *loader) nodeReaders(out *Node, keys *nodeKeys) strictyaml.Keys {
	return strictyaml.Keys{
		"id":      func(n *yaml.Node) { out.ID = l.id(n) },
		"name":    func(n *yaml.Node) { out.Name = l.text(n) },
		"wording": func(n *yaml.Node) { out.Wording = l.text(n) },
		"weight":  func(n *yaml.Node) { out.Weight = l.within(n, 0, maxWeight) },
		"missing": func(n *yaml.Node) {
			out.Missing = MissingRule(l.OneOf(n, string(MissingShown), string(MissingRenormalise), string(MissingFixed), string(MissingLeaveOut)))
		},
		"children": func(n *yaml.Node) { keys.children = n },
		"formula":  func(n *yaml.Node) { out.Formula = l.Text(n) },
		"imported": func(n *yaml.Node) {
			if out.Imported = l.Flag(n); !out.Imported {
				l.Fail(n, "imported is true or not written")
			}
		},
		"unit": func(n *yaml.Node) {
			out.Unit = evaluation.Kind(l.OneOf(n, string(evaluation.Percent), string(evaluation.Per100k), string(evaluation.Seconds),
				string(evaluation.Level), string(evaluation.PerCase), string(evaluation.Number)))
		},
		"direction": func(n *yaml.Node) {
			switch l.OneOf(n, "higher", "lower") {
			case "higher":
				out.Direction = evaluation.HigherIsBetter
			case "lower":
				out.Direction = evaluation.LowerIsBetter
			}
		},
		"normalise": func(n *yaml.Node) { keys.norm = n },
		"decimals":  func(n *yaml.Node) { out.Decimals = l.Number(n, 0, maxDecimals) },
		"minimum_n": func(n *yaml.Node) { out.MinimumN = uint64(l.Number(n, 0, 1_000_000_000)) },
		"shrink":    func(n *yaml.Node) { out.Shrink = l.Flag(n) },
	}
}

// unique holds that an id names one node.
func (l *loader) unique(n *yaml.Node, out *Node, above []string) {
	if out.ID == "" {
		return
	}
	for i, id := range above {
		if id == out.ID {
			l.Fail(n, "cycle: %s stands within itself; the outer one is on line %d, at depth %d", id, l.seen[id].Line, i+1)
			return
		}
	}
	if first, twice := l.seen[out.ID]; twice {
		l.Fail(n, "id %s stands on line %d already: an id names one indicator or group", out.ID, first.Line)
		return
	}
	if out.ID == l.scheme.ID {
		l.Fail(n, "cycle: %s is the id of the scheme itself; choose another", out.ID)
	}
	l.seen[out.ID] = &Node{Line: n.Line}
}

// leafKeys are the keys that only an indicator itself has.
var leafKeys = []string{"formula", "imported", "unit", "direction", "normalise", "decimals", "minimum_n", "shrink"}

func (l *loader) group(n *yaml.Node, out *Node, keys *nodeKeys, above []string, name string) {
	for _, key := range leafKeys {
		if keys.lines[key] > 0 {
			l.Fail(n, "a group has children and no %s", key)
		}
	}
	l.named(name)
	out.Children = l.children(keys.children, append(above[:len(above):len(above)], out.ID), name)
}

func (l *loader) leaf(n *yaml.Node, out *Node, keys *nodeKeys) {
	for _, key := range []string{"unit", "direction", "normalise"} {
		if keys.lines[key] == 0 {
			l.Fail(n, "an indicator needs the key %s", key)
		}
	}
	formula, imported := keys.lines["formula"] > 0, keys.lines["imported"] > 0
	switch {
	case formula == imported:
		l.Fail(n, "an indicator has either a formula, or imported: true, or children")
	case imported && out.Shrink:
		l.Fail(n, "an imported value cannot be shrunk: there are no counts of it")
	}
	if keys.norm != nil {
		out.Normalise = l.normaliser(keys.norm)
		l.monotone(keys.norm, out)
		if kind := out.Normalise.Kind; out.Shrink && (kind == MinMax || kind == ZScore || kind == Percentile) {
			l.Fail(keys.norm, "shrink does not go with normaliser %s: a unit's own ratings would move those it is compared with; use linear, steps or deductions", kind)
		}
	}
}

// normaliserKeys are the keys of each kind: those that it needs, then those that it may have.
var normaliserKeys = map[NormaliserKind][2][]string{
	Absolute:   {{"full"}},
	Linear:     {{"floor", "target"}},
	Steps:      {{"steps"}},
	Deductions: {{"free", "every", "per"}},
	MinMax:     {},
	ZScore:     {{}, {"centre", "spread", "population", "rescale"}},
	Percentile: {},
}

func (l *loader) normaliser(n *yaml.Node) (out Normaliser) {
	given := make(map[string]bool)
	points := func(n *yaml.Node) float64 { return l.within(n, 0, l.scheme.Scale) }
	l.Object(n, "normalise", strictyaml.Keys{
		"kind": func(n *yaml.Node) {
			out.Kind = NormaliserKind(l.OneOf(n, string(Absolute), string(Linear), string(Steps), string(Deductions), string(MinMax), string(ZScore), string(Percentile)))
		},
		"full":       func(n *yaml.Node) { out.Full = l.Float(n) },
		"floor":      func(n *yaml.Node) { out.Floor = l.Float(n) },
		"target":     func(n *yaml.Node) { out.Target = l.Float(n) },
		"steps":      func(n *yaml.Node) { out.Steps = l.steps(n) },
		"free":       func(n *yaml.Node) { out.Free = l.Float(n) },
		"every":      func(n *yaml.Node) { out.Every = l.Float(n) },
		"per":        func(n *yaml.Node) { out.Per = points(n) },
		"centre":     func(n *yaml.Node) { out.Centre = points(n) },
		"spread":     func(n *yaml.Node) { out.Spread = l.positive(n, l.scheme.Scale) },
		"population": func(n *yaml.Node) { out.Population = l.Flag(n) },
		"rescale":    func(n *yaml.Node) { out.Rescale = l.Flag(n) },
	})
	if n.Kind != yaml.MappingNode {
		return out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		given[n.Content[i].Value] = true
	}
	if out.Kind == "" {
		if !given["kind"] {
			l.Fail(n, "normalise needs a kind")
		}
		return out
	}
	allowed := map[string]bool{"kind": true}
	needed := normaliserKeys[out.Kind][0]
	if out.Kind == ZScore && !out.Rescale {
		needed = []string{"centre", "spread"}
	}
	for _, key := range needed {
		allowed[key] = true
		if !given[key] {
			l.Fail(n, "normaliser %s needs %s", out.Kind, key)
		}
	}
	for _, key := range normaliserKeys[out.Kind][1] {
		allowed[key] = true
	}
	if out.Rescale {
		allowed["centre"], allowed["spread"] = false, false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; !allowed[key.Value] && isNormaliserKey(key.Value) {
			l.Fail(key, "%s means nothing to normaliser %s%s", key.Value, out.Kind, map[bool]strictyaml.Word{true: " with rescale"}[out.Rescale])
		}
	}
	return out
}

func isNormaliserKey(key string) bool {
	for _, keys := range normaliserKeys {
		for _, list := range keys {
			for _, k := range list {
				if k == key {
					return true
				}
			}
		}
	}
	return false
}

func (l *loader) steps(list *yaml.Node) (steps []Step) {
	l.List(list, func(n *yaml.Node) {
		var s Step
		given := 0
		l.Object(n, "a step", strictyaml.Keys{
			"at":     func(n *yaml.Node) { s.At = l.Float(n); given++ },
			"points": func(n *yaml.Node) { s.Points = l.within(n, 0, l.scheme.Scale); given++ },
		})
		if n.Kind == yaml.MappingNode && given != 2 {
			l.Fail(n, "a step needs at and points")
		}
		steps = append(steps, s)
	})
	if len(steps) > maxSteps || list.Kind == yaml.SequenceNode && len(steps) == 0 {
		l.Fail(list, "expects 1 to %d steps", maxSteps)
	}
	return steps
}

// monotone holds that a better value never has fewer points.
func (l *loader) monotone(n *yaml.Node, out *Node) {
	norm, higher := &out.Normalise, out.Direction == evaluation.HigherIsBetter
	if out.Direction == 0 {
		return
	}
	word := map[bool]strictyaml.Word{true: "higher", false: "lower"}[higher]
	switch norm.Kind {
	case Absolute:
		if !higher {
			l.Fail(n, "normaliser absolute gives more points to more, but lower is better here: use linear with floor and target")
		}
		if !(norm.Full > 0) {
			l.Fail(n, "full is %v; it is above 0", norm.Full)
		}
	case Linear:
		switch {
		case norm.Floor == norm.Target:
			l.Fail(n, "floor and target are both %v: a value between 0 points and all of them needs room", norm.Floor)
		case norm.Target > norm.Floor != higher:
			l.Fail(n, "%s is better, but target %v is on the worse side of floor %v", word, norm.Target, norm.Floor)
		}
	case Steps:
		l.monotoneSteps(n, norm.Steps, higher, word)
	case Deductions:
		if !(norm.Every > 0) || !(norm.Per > 0) {
			l.Fail(n, "every and per are above 0, so that what is worse has less")
		}
	case MinMax, ZScore, Percentile: // by the direction
	}
}

func (l *loader) monotoneSteps(n *yaml.Node, steps []Step, higher bool, word strictyaml.Word) {
	for i := 1; i < len(steps); i++ {
		was, is := steps[i-1], steps[i]
		if is.At == was.At || is.At > was.At == higher {
			l.Fail(n, "%s is better, and steps run from the best to the worst: %v cannot follow %v", word, is.At, was.At)
		}
		if is.Points >= was.Points {
			l.Fail(n, "the step at %v has %v points, not fewer than the better one at %v with %v", is.At, is.Points, was.At, was.Points)
		}
	}
}
