package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds the configuration file, maxSecretFile the password file.
const (
	maxFile       = 1 << 20
	maxSecretFile = 4 << 10
)

// setting is a value as text, and the place where it was written.
type setting struct {
	text  string
	place string
}

// readBounded reads a file of at most limit bytes.
func readBounded(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return data, nil
}

// fileReader walks the tree of one YAML file. It works on nodes because only
// they know lines, repeated keys, and values as they were written.
type fileReader struct {
	name     string
	settings map[string]setting
	problems []string
}

// parseFile returns the settings of a configuration file and what is wrong
// with it. No problem repeats a value that could be a secret.
func parseFile(name string, data []byte) (map[string]setting, []string) {
	r := &fileReader{name: name, settings: map[string]setting{}}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return r.settings, nil
	case err != nil:
		return nil, []string{name + ": " + syntaxProblem(err)}
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, []string{name + ": the file holds more than one document; remove the lines with --- and what does not belong here"}
	}
	root := doc.Content[0]
	switch {
	case r.strange(root, "the file"):
	case root.Kind == yaml.MappingNode:
		r.mapping(root, "")
	case root.Tag != "!!null":
		r.complain(root, "the file is not a list of keys with values; begin with a line such as listen: 127.0.0.1:8080")
	}
	return r.settings, r.problems
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): (.*)$`)

// syntaxProblem rewrites an error of the YAML parser. The one about anchors
// repeats the text, and a password that begins with * would be one.
func syntaxProblem(err error) string {
	text := err.Error()
	if strings.Contains(text, "anchor") {
		return "a value begins with * and is taken for a reference; put the value in quotes"
	}
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("not readable as YAML near line %s: %s", m[1], m[2])
	}
	return "not readable as YAML: " + strings.TrimPrefix(text, "yaml: ")
}

func (r *fileReader) place(n *yaml.Node) string {
	return fmt.Sprintf("%s:%d", r.name, n.Line)
}

func (r *fileReader) complain(n *yaml.Node, format string, args ...any) {
	r.problems = append(r.problems, r.place(n)+": "+fmt.Sprintf(format, args...))
}

// strange reports YAML that a flat configuration has no use for and that
// viper would resolve unseen.
func (r *fileReader) strange(n *yaml.Node, what string) bool {
	switch {
	case n.Kind == yaml.AliasNode, n.Anchor != "":
		r.complain(n, "%s uses a YAML reference (& or *); write the value itself, in quotes if it begins with such a character", what)
	case n.Style&yaml.TaggedStyle != 0:
		r.complain(n, "%s has a YAML tag; write the value without it, in quotes if it begins with an exclamation mark", what)
	default:
		return false
	}
	return true
}

func (r *fileReader) mapping(n *yaml.Node, section string) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			r.complain(name, "the name of a key is not a plain word")
			continue
		}
		path := name.Value
		if section != "" {
			path = section + "." + path
		}
		if line, ok := seen[path]; ok {
			r.complain(name, "key %s is already in line %d; remove one of them", clip(path), line)
			continue
		}
		seen[path] = name.Line
		r.entry(name, value, path, section)
	}
}

func (r *fileReader) entry(name, value *yaml.Node, path, section string) {
	k, known := knownKeys[path]
	switch {
	case known && section == "" && strings.Contains(path, "."):
		outer, inner, _ := strings.Cut(path, ".")
		r.complain(name, "key %s is written with a dot; write %s: and below it, indented, %s:", path, outer, inner)
	case known:
		if !r.strange(value, "key "+path) {
			r.value(value, k)
		}
	case section == "" && sections[path]:
		if r.strange(value, "section "+path) || value.Tag == "!!null" {
			return
		}
		if value.Kind != yaml.MappingNode {
			r.complain(value, "%s is a section, not a key; write its keys below it, indented", path)
			return
		}
		r.mapping(value, path)
	default:
		r.complain(name, "unknown key %s; the nearest known key is %s", clip(path), nearest(path, fileNames()))
	}
}

func (r *fileReader) value(n *yaml.Node, k key) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null":
		r.settings[k.path] = setting{n.Value, r.place(n)}
	case n.Kind == yaml.ScalarNode:
		r.complain(n, `%s has no value; remove the line or write %s`, k.path, k.form.want)
	case n.Kind == yaml.SequenceNode && k.form.list:
		texts := make([]string, 0, len(n.Content))
		for _, e := range n.Content {
			if r.strange(e, "an element of "+k.path) {
				return
			}
			if e.Kind != yaml.ScalarNode || e.Tag == "!!null" || strings.Contains(e.Value, ",") || strings.TrimSpace(e.Value) == "" {
				r.complain(e, "an element of %s is not a single word", k.path)
				return
			}
			texts = append(texts, e.Value)
		}
		r.settings[k.path] = setting{strings.Join(texts, ","), r.place(n)}
	default:
		r.complain(n, "%s takes one value here, not a list or a section; write %s", k.path, k.form.want)
	}
}

// fileNames lists what may stand in the file: keys in their order, then
// sections.
func fileNames() []string {
	names := make([]string, 0, len(keys)+len(sections))
	for _, k := range keys {
		names = append(names, k.path)
	}
	return append(names, slices.Sorted(maps.Keys(sections))...)
}

// clip quotes a text of unknown origin for an error, bounded in length.
func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		s = string(r[:80]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
