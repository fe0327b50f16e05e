package edition

import (
	"cmp"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"

	"haochaping/strictyaml"
)

// UnitNarrative is the narrative of one unit, as it is delivered. A section that is given replaces what was there, an
// empty one too.
type UnitNarrative struct {
	Unit     string
	Sections map[Section][]Narrative
}

// ReadNarratives reads a file of narratives:
//
//	units:
//	  "440106":
//	    highlights:
//	      - text: 全程网办率达到 98%。
//	        source: 省政务服务局现场核查，2026-10-12
//	    shortcomings: []
//
// It returns all that is wrong with it, each with its line.
func ReadNarratives(in io.Reader) (list []UnitNarrative, problems []strictyaml.Problem, err error) {
	var r strictyaml.Reader
	problems, err = r.Document(in, "file of narratives", func(root *yaml.Node) {
		r.Object(root, "a file of narratives", strictyaml.Keys{"units": func(n *yaml.Node) {
			r.Pairs(n, func(unit string, value *yaml.Node) {
				list = append(list, UnitNarrative{unit, readSections(&r, value)})
			})
		}})
	})
	if err == nil && len(problems) == 0 && len(list) == 0 {
		problems = []strictyaml.Problem{{Message: "it names no units"}}
	}
	slices.SortFunc(list, func(a, b UnitNarrative) int { return cmp.Compare(a.Unit, b.Unit) })
	return list, problems, err
}

func readSections(r *strictyaml.Reader, n *yaml.Node) map[Section][]Narrative {
	sections := make(map[Section][]Narrative)
	keys := make(strictyaml.Keys)
	for _, s := range Sections() {
		keys[string(s)] = func(n *yaml.Node) {
			sections[s] = []Narrative{}
			r.List(n, func(item *yaml.Node) {
				entry := Narrative{Section: s}
				r.Object(item, "an entry of "+string(s), strictyaml.Keys{
					"text":   func(n *yaml.Node) { entry.Text = r.Text(n) },
					"source": func(n *yaml.Node) { entry.Source = r.Text(n) },
				})
				if entry.Text == "" || entry.Source == "" {
					r.Fail(item, "an entry of %s has a text and a source, neither empty", s)
				}
				sections[s] = append(sections[s], entry)
			})
		}
	}
	r.Object(n, "the narrative of a unit", keys)
	return sections
}
