package scheme

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"haochaping/calendar"
	"haochaping/evaluation"
)

const whole = `scheme: county-2026
version: 2026.1
name: {zh: 县区评价, en: County evaluation}
valid: {from: 2026-01-01, to: 2026-12-31}
units: {kind: line_region, level: 2, within: "4401", line: 公安}
peers:
  - {id: urban, name: {zh: 城区}, units: ["440103", "440104"]}
  - {id: rural, name: Rural, units: ["440117"]}
scale: 110
decimals: 1
publication: tied_groups
tie_probability: 0.9
tiers:
  - {id: a, name: 优秀, from: 90}
  - {id: b, name: 其余, from: 0}
indicators:
  - id: satisfaction
    name: 满意
    weight: 60
    children:
      - id: bad
        name: {zh: 差评, en: Bad}
        wording: {zh: 每十万差评数, en: "Bad per 100,000"}
        weight: 3
        missing: renormalise
        formula: bad / valid * 100000
        unit: per100k
        direction: lower
        normalise: {kind: linear, floor: 500, target: 0}
        decimals: 2
        minimum_n: 300
        shrink: true
      - id: early
        name: 提前
        weight: 1
        formula: early / promised
        unit: percent
        direction: higher
        normalise:
          kind: steps
          steps:
            - {at: 0.99, points: 110}
            - {at: 0.9, points: 60}
  - id: calls
    name: 热线
    weight: 40
    missing: fixed_weights
    imported: true
    unit: number
    direction: higher
    normalise: {kind: z_score, centre: 55, spread: 20, population: true}
`

func TestLoad(t *testing.T) {
	s, err := Load([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	day := func(text string) calendar.Day {
		d, err := calendar.ParseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if s.ID != "county-2026" || s.Version != "2026.1" || s.Name != (Text{"县区评价", "County evaluation"}) ||
		s.Valid != (calendar.Range{From: day("2026-01-01"), To: day("2026-12-31")}) || s.Units != (Units{UnitLineRegion, 2, "4401", "公安"}) ||
		s.Scale != 110 || s.Decimals != 1 || s.Publication != PublishGroups || s.TieProbability != 0.9 || string(s.Source) != whole {
		t.Errorf("the scheme itself: %+v", s)
	}
	if len(s.Peers) != 2 || s.Peers[0].Name.In("en") != "城区" || s.Peers[0].Units[1] != "440104" || s.Peers[1].Name.In("zh") != "Rural" {
		t.Errorf("peers: %+v", s.Peers)
	}
	if len(s.Tiers) != 2 || s.Tiers[0] != (Tier{"a", Text{"优秀", "优秀"}, 90}) {
		t.Errorf("tiers: %+v", s.Tiers)
	}
	group, calls := &s.Root.Children[0], &s.Root.Children[1]
	if group.Leaf() || group.Weight != 60 || len(group.Children) != 2 || group.Line != 17 || group.Missing != MissingShown {
		t.Errorf("group: %+v", group)
	}
	bad, early := &group.Children[0], &group.Children[1]
	if !bad.Leaf() || bad.Unit != evaluation.Per100k || bad.Direction != evaluation.LowerIsBetter || bad.Normalise.Floor != 500 ||
		bad.Decimals != 2 || bad.MinimumN != 300 || !bad.Shrink || bad.Missing != MissingRenormalise || bad.Wording.EN != "Bad per 100,000" || bad.Line != 21 {
		t.Errorf("bad: %+v", bad)
	}
	if len(early.Normalise.Steps) != 2 || early.Normalise.Steps[1] != (Step{0.9, 60}) || early.Decimals != -1 || early.Shrink {
		t.Errorf("early: %+v", early)
	}
	if !calls.Imported || !calls.Normalise.Population || calls.Normalise.Centre != 55 || calls.Missing != MissingFixed {
		t.Errorf("calls: %+v", calls)
	}
	if e, err := calls.Measure(&guangdong); err != nil || e.Known {
		t.Errorf("an imported leaf has a value from facts: %+v, %v", e, err)
	}
}

func TestLoadDefaults(t *testing.T) {
	s, err := Load([]byte(leafOf("bad / valid")))
	if err != nil {
		t.Fatal(err)
	}
	x := &s.Root.Children[0]
	if s.Scale != 100 || s.Decimals != 2 || s.TieProbability != 0.95 || s.Valid.From != calendar.MinDay || s.Valid.To != calendar.MaxDay ||
		x.Decimals != -1 || x.Missing != MissingShown || x.MinimumN != 0 {
		t.Errorf("%+v", s)
	}
}

// leafWith is leafOf with its keys from direction on replaced.
func leafWith(direction, normalise string) string {
	return strings.NewReplacer("direction: higher", "direction: "+direction, "{kind: linear, floor: 0, target: 1}", normalise).Replace(leafOf("bad / valid"))
}

// Every problem names its line and its node.
func TestLoadRefuses(t *testing.T) {
	edit := func(old, with string) string {
		out := strings.Replace(whole, old, with, 1)
		if out == whole {
			panic("nothing to replace: " + old)
		}
		return out
	}
	add := func(key string) string { return leafOf("bad / valid", key) }
	for name, tt := range map[string]struct{ text, want string }{
		"empty":                 {"", "the file is empty"},
		"no yaml":               {"a: [", "not valid YAML"},
		"list":                  {"- 1", "line 1: a scheme is written as key: value"},
		"unknown key":           {edit("scale:", "skale:"), `line 9: a scheme has no key "skale"; the nearest known one is scale`},
		"unknown key in a leaf": {edit("minimum_n:", "minimum:"), `line 31: bad: an indicator has no key "minimum"; the nearest known one is minimum_n`},
		"missing key":           {edit("publication: tied_groups\n", ""), "line 1: a scheme needs the key publication"},
		"twice":                 {edit("scale: 110", "version: 2"), "line 9: version stands twice"},

		"cycle of ids":     {edit("- id: early", "- id: satisfaction"), "line 33: satisfaction: cycle: satisfaction stands within itself; the outer one is on line 17"},
		"id of the scheme": {edit("- id: early", "- id: county-2026"), "line 33: county-2026: cycle"},
		"cycle of aliases": {strings.NewReplacer("  - id: satisfaction", "  - &s\n    id: satisfaction", "      - id: early", "      - *s\n      - id: early").Replace(whole), "line 34: satisfaction: cycle: *s stands within itself, &s of line 17"},
		"cycle of values": {
			strings.Replace(leafOf(`value("y")`), "indicators:\n", "indicators:\n  - {id: y, name: Y, weight: 1, formula: 1 - value(\"x\"), unit: number, direction: lower, normalise: {kind: min_max}}\n", 1),
			"line 7: y: cycle: its value needs itself, y → x → y",
		},
		"value of itself":   {leafOf(`value("x")`), "line 10: x: cycle: its value needs itself, x → x"},
		"value of nothing":  {leafOf(`value("z") + bad`), `line 10: x: formula: there is no indicator "z" with a value; the nearest is x`},
		"value of imported": {edit("early / promised", `value("calls")`), "line 36: early: formula: value(\"calls\"): its values are imported"},
		"same id":           {edit("- id: calls", "- id: bad"), "line 44: bad: id bad stands on line 21 already"},
		"one weight of 0":   {edit("weight: 3", "weight: 0"), ""},
		"weight sum":        {strings.NewReplacer("weight: 3", "weight: 0", "weight: 1\n", "weight: 0\n").Replace(whole), "line 21: satisfaction: the weights of its indicators add up to 0"},
		"weight sum of all": {strings.Replace(leafOf("bad"), "weight: 1", "weight: 0", 1), "line 7: indicators: the weights of its indicators add up to 0"},
		"weight below 0":    {edit("weight: 3", "weight: -3"), "line 24: bad: -3 is not within 0 to 1e+06"},
		"weight NaN":        {edit("weight: 3", "weight: .nan"), "line 24: bad: expects a number"},
		"weight Inf":        {edit("weight: 3", "weight: Inf"), "line 24: bad: expects a number"},
		"no weight":         {edit("        weight: 3\n", ""), "line 21: bad: an indicator needs the key weight"},

		"tier gap":         {edit("from: 0}", "from: 10}"), "line 15: tiers: tier gap: scores from 0 to 10, below tier b, have no tier"},
		"tiers not fall":   {edit("from: 90}", "from: 0}"), "line 15: tiers: tier b begins at 0, not below 0 of tier a"},
		"tier above scale": {edit("from: 90}", "from: 120}"), "line 14: tiers: 120 is not within 0 to 110"},
		"bands":            {strings.Replace(leafOf("bad"), "publication: rank", "publication: bands", 1), "line 5: publication bands needs tiers"},
		"peer twice":       {edit(`["440117"]`, `["440103"]`), "line 8: peers: unit 440103 stands in group urban already"},
		"valid":            {edit("to: 2026-12-31", "to: 2025-12-31"), "line 4: valid ends on 2025-12-31, before it begins on 2026-01-01"},
		"units without":    {edit("level: 2, ", ""), "line 5: units of kind line_region need a level"},
		"units with":       {edit("kind: line_region", "kind: item"), "line 5: units of kind item have no level"},
		"units of":         {edit("kind: line_region", "kind: regoin"), `line 5: "regoin" is none of region`},

		"floor = target":    {edit("floor: 500", "floor: 0"), "line 29: bad: floor and target are both 0"},
		"linear backwards":  {edit("floor: 500, target: 0", "floor: 0, target: 500"), "line 29: bad: lower is better, but target 500 is on the worse side of floor 0"},
		"absolute of lower": {leafWith("lower", "{kind: absolute, full: 1}"), "line 13: x: normaliser absolute gives more points to more, but lower is better"},
		"absolute of 0":     {leafWith("higher", "{kind: absolute, full: 0}"), "line 13: x: full is 0"},
		"steps backwards":   {edit("at: 0.9,", "at: 0.995,"), "line 40: early: higher is better, and steps run from the best to the worst: 0.995 cannot follow 0.99"},
		"steps rising":      {edit("points: 60", "points: 110"), "line 40: early: the step at 0.9 has 110 points, not fewer"},
		"deductions":        {leafWith("lower", "{kind: deductions, free: 1, every: 0, per: 2}"), "line 13: x: every and per are above 0"},
		"deductions without": {
			leafWith("lower", "{kind: deductions, every: 1, per: 2}"), "line 13: x: normaliser deductions needs free",
		},
		"z-score without": {leafWith("lower", "{kind: z_score}"), "line 13: x: normaliser z_score needs centre"},
		"z-score rescale": {leafWith("lower", "{kind: z_score, rescale: true, centre: 50}"), "line 13: x: centre means nothing to normaliser z_score with rescale"},
		"foreign key":     {leafWith("lower", "{kind: percentile, floor: 1}"), "line 13: x: floor means nothing to normaliser percentile"},
		"shrink of mean":  {strings.Replace(add("shrink: true"), "bad / valid", "mean_level()", 1), "line 10: x: shrink needs a formula that is one count ÷ another"},
		"shrink of rest":  {strings.Replace(add("shrink: true"), "bad / valid", "1 - bad / valid", 1), "line 10: x: shrink needs a formula"},
		"shrink relative": {edit("kind: linear, floor: 500, target: 0", "kind: percentile"), "bad: shrink does not go with normaliser percentile"},
		"shrink imported": {edit("imported: true", "imported: true\n    shrink: true"), "line 44: calls: an imported value cannot be shrunk"},
		"percent × 100":   {strings.NewReplacer("unit: number", "unit: percent", "bad / valid", "bad / valid * 100").Replace(leafOf("bad / valid")), "line 10: x: formula: unit percent is a share from 0 to 1 that is written in per cent; leave out the factor 100"},
		"per100k × 1":     {strings.Replace(leafOf("bad / valid"), "unit: number", "unit: per100k", 1), "line 10: x: formula: unit per100k is a share times 100000"},
		"control":         {edit("name: 热线", `name: "a\e[31mb"`), "line 45: calls: the text has control characters"},
		"both":            {add("imported: true"), "line 7: x: an indicator has either a formula, or imported: true, or children"},
		"group with unit": {edit("    weight: 60\n", "    weight: 60\n    unit: number\n"), "line 17: satisfaction: a group has children and no unit"},
		"empty group":     {edit("- id: calls", "- {id: e, name: E, weight: 1, children: []}\n  - id: calls"), "line 44: e: expects at least one indicator"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load([]byte(tt.text))
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var problems *Error
			if !errors.As(err, &problems) || len(problems.Problems) == 0 || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v\nwant: %s", err, tt.want)
			}
		})
	}
}

func TestLoadRefusesFormulas(t *testing.T) {
	for formula, want := range map[string]string{
		"":                              "character 1: unexpected token EOF",
		"bad /":                         "character 5: unexpected token EOF",
		"1 + 2":                         "it names no fact",
		"bad / vaild":                   `character 7: there is no fact "vaild"; the nearest known one is valid`,
		"bad / 0":                       "character 5: it divides by zero: 0",
		"bad / (3 - 3.0)":               "it divides by zero: 3 - 3",
		"1 / (valid - valid)":           "it divides by zero: valid - valid is 0 whatever is counted",
		"bad / (valid - bad - good)":    "it divides by zero: valid - bad - good is 0 whatever is counted",
		"bad / (valid / valid - 1)":     "it divides by zero: valid / valid - 1 is 0 whatever is counted",
		"bad / (0 * valid)":             "it divides by zero: 0 * valid is 0 whatever is counted",
		"bad > valid":                   "character 5: > gives yes or no",
		"!bad":                          "! gives yes or no",
		"true":                          "true is yes or no",
		"'text'":                        `"text" is a text`,
		"bad > 1 ? bad : 2":             "is none of the things that formulas are made of",
		"bad % 2":                       "formulas have + - * and /, not %",
		"bad ** 2":                      "formulas have + - * and /, not **",
		"handling_times / valid":        "handling_times is a histogram, not a number: take mean(handling_times)",
		"mean(valid)":                   "mean takes one of the histograms",
		"mean(handling_tims)":           `there is no fact "handling_tims"; the nearest known one is handling_times`,
		"mean()":                        "mean takes one histogram",
		"quantile(handling_times)":      "quantile takes a histogram and a number",
		"quantile(handling_times,2)":    "the second argument of quantile is a number from 0 to 1",
		"maen(handling_times)":          `there is no function "maen"; the nearest known one is mean`,
		"mean_level":                    "mean_level is a function",
		"mean_level(bad)":               "mean_level() is of the ratings and takes nothing",
		"value(bad)":                    "value takes the id of another indicator",
		"map([1], # + 1)":               "is none of the things that formulas are made of",
		"len([bad])":                    `there is no function "len"`,
		"let a = bad; a":                "is none of the things that formulas are made of",
		"bad; valid":                    "is none of the things that formulas are made of",
		"$env":                          "there is no fact",
		"valid - valid":                 "it is 0 whatever is counted",
		"3 * valid / valid":             "it is 3 whatever is counted",
		"(bad / (1 / (valid - valid)))": "it divides by zero: valid - valid is 0 whatever is counted",
		"bad * 1e300 * 1e300":           "the value is too large for a number",
		strings.Repeat("bad + ", 200):   "it is longer than 1000 bytes",
		"1" + strings.Repeat("+1", 150): "exceeds maximum allowed nodes",
	} {
		text := strings.Replace(leafOf("FORMULA"), "'FORMULA'", fmt.Sprintf("%q", formula), 1)
		_, err := Load([]byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), "line 10: x: formula: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant: %s", formula, err, want)
		}
	}
}

func TestLoadBounds(t *testing.T) {
	nested := func(depth int) string {
		var b strings.Builder
		b.WriteString(strings.Split(leafOf("bad"), "indicators:")[0] + "indicators: [")
		for i := range depth - 1 {
			fmt.Fprintf(&b, "{id: g%d, name: G, weight: 1, children: [", i)
		}
		b.WriteString("{id: x, name: X, weight: 1, formula: bad, unit: number, direction: lower, normalise: {kind: min_max}}")
		b.WriteString(strings.Repeat("]}", depth-1) + "]\n")
		return b.String()
	}
	if _, err := Load([]byte(nested(MaxDepth))); err != nil {
		t.Errorf("depth %d: %v", MaxDepth, err)
	}
	if _, err := Load([]byte(nested(MaxDepth + 1))); err == nil || !strings.Contains(err.Error(), "line 6: g7: the tree is deeper than 8 levels") {
		t.Errorf("depth %d: %v", MaxDepth+1, err)
	}
	many := func(n int) string {
		var b strings.Builder
		b.WriteString(strings.Split(leafOf("bad"), "  - id: x")[0])
		for i := range n {
			fmt.Fprintf(&b, "  - {id: x%d, name: X, weight: 1, formula: bad / valid, unit: number, direction: lower, normalise: {kind: min_max}}\n", i)
		}
		return b.String()
	}
	if _, err := Load([]byte(many(MaxNodes))); err != nil {
		t.Errorf("%d nodes: %v", MaxNodes, err)
	}
	if _, err := Load([]byte(many(MaxNodes + 1))); err == nil || !strings.Contains(err.Error(), "more than 500") {
		t.Errorf("%d nodes: %v", MaxNodes+1, err)
	}
	chain := strings.Builder{}
	chain.WriteString(strings.Split(leafOf("bad"), "  - id: x")[0] + "  - {id: x0, name: X, weight: 1, formula: bad, unit: number, direction: lower, normalise: {kind: min_max}}\n")
	for i := range 60 {
		fmt.Fprintf(&chain, "  - {id: x%d, name: X, weight: 1, formula: 'value(\"x%d\") + 1', unit: number, direction: lower, normalise: {kind: min_max}}\n", i+1, i)
	}
	if _, err := Load([]byte(chain.String())); err == nil || !strings.Contains(err.Error(), "line 58: x51: formula: its value rests on 51 other indicators") {
		t.Errorf("a chain of 60: %v", err)
	}
	var laughs strings.Builder
	laughs.WriteString("a0: &a0 [x]\n")
	for i := range 12 {
		fmt.Fprintf(&laughs, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), ", "))
	}
	if _, err := Load([]byte(laughs.String())); err == nil || !strings.Contains(err.Error(), "aliases written out") {
		t.Errorf("nested aliases: %v", err)
	}
	if _, err := Load(make([]byte, 2<<20)); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("2 MiB: %v", err)
	}
}

// Every ring of formulas is told, each once.
func TestLoadTellsEveryRing(t *testing.T) {
	var b strings.Builder
	b.WriteString(strings.Split(leafOf("bad"), "  - id: x")[0])
	for _, pair := range []string{"ab", "bc", "ca", "de", "ed", "fa"} {
		fmt.Fprintf(&b, "  - {id: %c, name: X, weight: 1, formula: 'value(\"%c\") + 1', unit: number, direction: lower, normalise: {kind: min_max}}\n", pair[0], pair[1])
	}
	_, err := Load([]byte(b.String()))
	want := "line 7: a: cycle: its value needs itself, a → b → c → a\nline 10: d: cycle: its value needs itself, d → e → d"
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant:\n%s", err, want)
	}
}

// Several problems are told at once, in the order of the file.
func TestLoadTellsEverything(t *testing.T) {
	_, err := Load([]byte(strings.NewReplacer("scale: 110", "scale: -1", "floor: 500", "floor: 0", "from: 0}", "from: 1}", "weight: 1\n", "weight: x\n").Replace(whole)))
	var problems *Error
	if !errors.As(err, &problems) || len(problems.Problems) != 4 {
		t.Fatal(err)
	}
	for i := 1; i < 4; i++ {
		if problems.Problems[i].Line < problems.Problems[i-1].Line {
			t.Errorf("not in the order of the file:\n%v", err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	text := Default().Source
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(text); err != nil {
			b.Fatal(err)
		}
	}
}
