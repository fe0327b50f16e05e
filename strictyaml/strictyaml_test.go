package strictyaml_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"haochaping/calendar"
	"haochaping/strictyaml"
)

type form struct {
	name   string
	level  int
	weight float64
	on     bool
	day    calendar.Day
	kind   string
	list   []string
	pairs  map[string]string
}

func read(text string) (f form, problems []strictyaml.Problem, err error) {
	var r strictyaml.Reader
	problems, err = r.Document(strings.NewReader(text), "form", func(n *yaml.Node) {
		r.Object(n, "the form", strictyaml.Keys{
			"name":   func(n *yaml.Node) { f.name = r.Text(n) },
			"level":  func(n *yaml.Node) { f.level = r.Number(n, 1, 9) },
			"weight": func(n *yaml.Node) { f.weight = r.Float(n) },
			"on":     func(n *yaml.Node) { f.on = r.Flag(n) },
			"day":    func(n *yaml.Node) { f.day = r.Day(n) },
			"kind":   func(n *yaml.Node) { f.kind = r.OneOf(n, "region", "department") },
			"list":   func(n *yaml.Node) { r.List(n, func(n *yaml.Node) { f.list = append(f.list, r.Text(n)) }) },
			"pairs": func(n *yaml.Node) {
				f.pairs = map[string]string{}
				r.Pairs(n, func(key string, n *yaml.Node) { f.pairs[key] = r.Text(n) })
			},
		})
	})
	return f, problems, err
}

func TestReader(t *testing.T) {
	f, problems, err := read("name: 010\nlevel: 9\nweight: 0.5\non: true\nday: 2026-05-04\nkind: region\nlist: [a, b]\npairs: {x: 1}\n")
	want := form{"010", 9, 0.5, true, calendar.MakeDay(2026, 5, 4), "region", []string{"a", "b"}, map[string]string{"x": "1"}}
	if err != nil || len(problems) > 0 || !cmp.Equal(f, want, cmp.AllowUnexported(form{})) {
		t.Errorf("read %+v, %v, %v", f, problems, err)
	}
}

func TestReaderNamesEveryProblem(t *testing.T) {
	_, problems, err := read("namo: x\nlevel: 10\nweight: .inf\non: yes\nday: 4 May\nkind: regoin\nlist: a\npairs: [a]\nname: [x]\nname: y\n")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strictyaml.Lines(problems), "\n")
	for i, want := range []string{
		"line 1: the form has no key \"namo\"; the nearest known one is name", "line 2: expects a whole number from 1 to 9",
		"line 3: expects a number", "line 4: expects true or false", "line 5: expects a date", "line 6: \"regoin\" is none of region, department; the nearest is region",
		"line 7: expects a list", "line 8: this is written as key: value", "line 9: expects a plain text", "line 10: name stands twice",
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Errorf("problem %d is %q, want %q", i, got[min(i, len(got)-1)], want)
		}
	}
	for text, want := range map[string]string{
		"": "the file is empty", "a: [": "not valid YAML", strings.Repeat("#", strictyaml.MaxSize+1): "larger than 1 MiB",
	} {
		if _, problems, err := read(text); err != nil || len(problems) != 1 || !strings.Contains(problems[0].Message, want) {
			t.Errorf("%.10q: %v, %v; want %q", text, problems, err, want)
		}
	}
}
