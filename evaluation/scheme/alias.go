package scheme

import (
	"go.yaml.in/yaml/v3"

	"haochaping/strictyaml"
)

// maxYAML bounds the nodes of a document once its aliases are written out.
const maxYAML = 100_000

// resolve writes out the aliases of a document. ok is false if that would never end, or be too large; the problem is
// noted.
func (l *loader) resolve(root *yaml.Node) (resolved *yaml.Node, ok bool) {
	total := 0
	open := make(map[*yaml.Node]bool)
	var copied func(n *yaml.Node) *yaml.Node
	copied = func(n *yaml.Node) *yaml.Node {
		if total++; total > maxYAML {
			return nil
		}
		if n.Kind == yaml.AliasNode {
			if open[n.Alias] {
				l.problem(n.Line, nameOf(n.Alias), "cycle: *%s stands within itself, &%s of line %d", n.Value, n.Value, n.Alias.Line)
				return nil
			}
			return copied(n.Alias)
		}
		open[n] = true
		defer delete(open, n)
		out := *n
		out.Content = make([]*yaml.Node, len(n.Content))
		for i, child := range n.Content {
			if out.Content[i] = copied(child); out.Content[i] == nil {
				return nil
			}
		}
		return &out
	}
	resolved = copied(root)
	if total > maxYAML {
		l.problem(0, "", "with its aliases written out the file has more than %d parts", maxYAML)
	}
	return resolved, resolved != nil
}

// nameOf is the id of a node as it is written; ” without one.
func nameOf(n *yaml.Node) string {
	if n.Kind != yaml.MappingNode {
		return ""
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "id" && n.Content[i+1].Kind == yaml.ScalarNode {
			return strictyaml.Clip(n.Content[i+1].Value)
		}
	}
	return ""
}
