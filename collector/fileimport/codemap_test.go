package fileimport

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/record"
	"haochaping/strictyaml"
)

const provincialMaps = `source: provincial
maps:
  - preset: gbt-39046
  - from: 2026-01-01
    name: provincial-2026
    levels: {1: 5, 2: 4, 3: 3, 4: 2, 5: 1, "01": 5}
    channels: {"6": sms, 窗口: tablet}
    kinds: {"1": case, "2": case, T: complaint}
    tags: {A1: "207", A2: "208"}
    times: [YYYY-MM-DD hh:mm:ss, epoch_ms]
  - from: 2027-01-01
    preset: five-best
    name: provincial-2027
    tags: standard
`

func TestLoadMaps(t *testing.T) {
	s, err := LoadMaps(strings.NewReader(provincialMaps))
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "provincial" || len(s.CodeMaps) != 3 {
		t.Fatalf("loaded %+v", s)
	}
	if d := cmp.Diff(record.MapGBT39046, s.CodeMaps[0].Map); d != "" || s.CodeMaps[0].From != 0 {
		t.Error("the preset:", d)
	}
	second, third := s.CodeMaps[1], s.CodeMaps[2]
	if second.From != calendar.MakeDay(2026, 1, 1) || second.Map.Levels["01"] != 5 || second.Map.Channels["窗口"] != record.ChannelTablet ||
		second.Map.Kinds["T"] != "complaint" || second.Map.Tags["A2"] != "208" || len(second.Map.Times) != 2 {
		t.Errorf("the second map: %+v", second)
	}
	if third.Map.Name != "provincial-2027" || third.Map.Levels["5"] != 5 || third.Map.Tags["517"] != "517" || third.Map.Kinds != nil {
		t.Errorf("the third map: %+v", third)
	}
	var out strings.Builder
	if err := WriteMaps(&out, &s); err != nil {
		t.Fatal(err)
	}
	back, err := LoadMaps(strings.NewReader(out.String()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if d := cmp.Diff(s, back); d != "" {
		t.Errorf("written and read again: %s\n%s", d, out.String())
	}
}

// Codes of every look survive being written and read.
func TestWrittenMapsAreReadAgain(t *testing.T) {
	s := record.Source{Name: "true", CodeMaps: []record.DatedMap{{Map: record.CodeMap{
		Name: "null", Levels: map[string]uint8{"01": 1, "1": 2, "yes": 3, "1e3": 4, "{a: b}": 5, "#x": 1, "好": 2, "'": 3, `"`: 4, "~": 5, "2026-01-01": 1},
		Channels: map[string]record.Channel{}, Tags: map[string]string{"on": "no", "0x1F": "- a"},
	}}}}
	var out strings.Builder
	if err := WriteMaps(&out, &s); err != nil {
		t.Fatal(err)
	}
	back, err := LoadMaps(strings.NewReader(out.String()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if d := cmp.Diff(s, back); d != "" {
		t.Errorf("%s\n%s", d, out.String())
	}
}

func TestMapsThatAreWrong(t *testing.T) {
	head := "source: s\nmaps:\n"
	for name, tc := range map[string]struct {
		text string
		want []string // line and a part of each problem
	}{
		"empty file":       {"", []string{"0 empty"}},
		"no YAML":          {"a: [", []string{"0 not valid YAML"}},
		"no source":        {"maps:\n- preset: five-best\n", []string{"1 source is missing"}},
		"no maps":          {"source: s\n", []string{"1 maps is missing"}},
		"empty list":       {"source: s\nmaps: []\n", []string{"2 maps is empty"}},
		"misspelt key":     {head + "- preset: five-best\n  form: 2026-01-01\n", []string{`4 nearest known one is from`}},
		"no such preset":   {head + "- preset: five-worst\n", []string{"3 no such preset"}},
		"bad date":         {head + "- from: 2026-02-30\n  preset: five-best\n", []string{"3 expects a date"}},
		"level 6":          {head + "- name: n\n  levels:\n    a: 5\n    b: 6\n", []string{"6 from 1 to 5"}},
		"code twice":       {head + "- name: n\n  levels:\n    a: 5\n    a: 4\n", []string{"6 a stands twice"}},
		"unknown class":    {head + "- name: n\n  levels: {a: 5}\n  channels:\n    x: table\n", []string{"6 the nearest is tablet"}},
		"unknown kind":     {head + "- name: n\n  levels: {a: 5}\n  kinds:\n    x: complain\n", []string{"6 the nearest is complaint"}},
		"tags is a word":   {head + "- name: n\n  levels: {a: 5}\n  tags: all\n", []string{"5 or the word standard"}},
		"bad layout":       {head + "- name: n\n  levels: {a: 5}\n  times:\n  - yyyy-mm-dd\n", []string{"6 read time layout"}},
		"two readings":     {head + "- name: n\n  levels: {a: 5}\n  times: [dd/MM/yyyy HH:mm, MM/dd/yyyy HH:mm]\n", []string{"3 cannot be told apart"}},
		"same day twice":   {head + "- preset: five-best\n- preset: gbt-39046\n", []string{"4 same day"}},
		"name of a preset": {head + "- preset: five-best\n  tags: standard\n", []string{"3 needs a name of its own"}},
		"an alias":         {head + "- name: n\n  levels: &l {a: 5}\n- from: 2026-01-01\n  name: m\n  levels: *l\n", []string{"7 written as key: value"}},
		"several at once":  {"sorce: s\nmaps:\n- name: n\n  levels: {a: 9}\n- preset: x\n", []string{"1 no key", "1 source is missing", "4 from 1 to 5", "5 no such preset"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadMaps(strings.NewReader(tc.text))
			var list MapsError
			if !errors.As(err, &list) {
				t.Fatal(err)
			}
			if len(list) < len(tc.want) {
				t.Fatal(list)
			}
			for i, want := range tc.want {
				line, part, _ := strings.Cut(want, " ")
				if line != string('0'+rune(list[i].Line)) || !strings.Contains(list[i].Message, part) {
					t.Errorf("problem %d: line %d: %s; want %s", i, list[i].Line, list[i].Message, want)
				}
			}
		})
	}
	if _, err := LoadMaps(strings.NewReader("source: s # " + strings.Repeat("x", strictyaml.MaxSize))); err == nil || !strings.Contains(err.Error(), "1 MiB") {
		t.Error("a large file:", err)
	}
}

func FuzzLoadMaps(f *testing.F) {
	f.Add(provincialMaps)
	f.Add("source: s\nmaps: [{name: n, levels: {1: 5}}]")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := LoadMaps(strings.NewReader(text))
		if err != nil {
			return
		}
		var out strings.Builder
		if err := WriteMaps(&out, &s); err != nil {
			t.Fatal(err)
		}
		back, err := LoadMaps(strings.NewReader(out.String()))
		if err != nil {
			t.Fatalf("%v in\n%s", err, out.String())
		}
		if d := cmp.Diff(s, back); d != "" {
			t.Errorf("%s\n%s", d, out.String())
		}
	})
}
