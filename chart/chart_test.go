package chart

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"html/template"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// figures are one small chart of each kind.
func figures(tb testing.TB, name string) map[string]Figure {
	tb.Helper()
	out := make(map[string]Figure)
	keep := func(kind string, f Figure, err error) {
		if err != nil {
			tb.Fatalf("%s: %v", kind, err)
		}
		out[kind] = f
	}
	f, err := Trend{
		Description: name, Labels: []string{"1", "2", "3"}, Tips: []string{name, "b", "c"}, BarName: name, LineName: "rate",
		Bars: []Number{Known(4), {}, Known(0)}, Line: []Number{Known(1.5), {}, {}},
	}.Figure()
	keep("trend", f, err)
	f, err = Trend{
		Description: name, Labels: []string{"1", "2", "3"}, Tips: []string{name, "b", "c"}, BarName: name, LineName: "rate",
		Bars: []Number{Known(4), Known(3), Known(0)}, Line: []Number{Known(1.5), {}, {}}, Marks: []Mark{{At: 1, Label: name}, {At: 2, Label: "2"}},
	}.Figure()
	keep("trend-break", f, err)
	f, err = Areas{
		Description: name, Outlines: "/map.json", Notice: name, Failed: name, Legend: [shades]string{"a", "b", name, "d", "e", "f", "g"},
		Areas: []Area{{Code: "1", Name: name, Shade: ShadeWithin, Tip: name, Link: "/region/1"}, {Code: "2", Name: "b", Shade: ShadeNone, Tip: "b"}},
	}.Figure()
	keep("areas", f, err)
	f, err = Forest{Description: name, Name: name, Floor: 0, Top: 100, Rows: []Span{
		{Name: name, Value: 91.25, Low: 88.5, High: 93.75, Tip: name, Link: "/region/1"},
		{Name: "fixed", Value: 71, Low: 71, High: 71, Tip: "fixed"},
	}}.Figure()
	keep("forest", f, err)
	f, err = Shifts{Description: name, Before: name, After: "after", Last: 12, Rows: []Shift{
		{Name: name, Before: Placing{5, 3, 7}, After: Placing{1, 1, 2}, Standing: Better, Tip: name, Link: "/region/1"},
		{Name: "within", Before: Placing{2, 1, 4}, After: Placing{3, 2, 4}, Tip: "within"},
	}}.Figure()
	keep("shifts", f, err)
	f, err = Columns{Description: name, Name: name, Labels: []string{"0", "1"}, Tips: []string{name, "b"}, Values: []Number{Known(3), Known(0)}}.Figure()
	keep("columns", f, err)
	f, err = Bars{Description: name, Name: "rate", Rows: []Bar{
		{Name: name, Value: Known(334), Label: "334.0", Tip: name, Link: "/region/1", Tone: ToneBad},
		{Name: "few", Value: Known(10), Label: name, Tip: "few", Tone: ToneFaint},
		{Name: "none", Tone: ToneFaint},
	}}.Figure()
	keep("bars", f, err)
	f, err = Bars{Description: name, Name: "rate", Rows: []Bar{
		{Name: name, Value: Known(334), Low: Known(280.5), High: Known(390.25), Label: "334.0", Tip: name, Tone: ToneBad},
		{Name: "few", Value: Known(900), Label: name, Tip: "few", Tone: ToneFaint},
	}}.Figure()
	keep("bars-intervals", f, err)
	f, err = Pareto{Description: name, Name: name, ShareName: "share", Cumulative: []float64{75, 100}, Rows: []Bar{
		{Name: name, Value: Known(6), Label: "6", Tip: name, Tone: ToneBad},
		{Name: "b", Value: Known(2), Label: "2", Tip: "b", Tone: ToneBad},
	}}.Figure()
	keep("pareto", f, err)
	levels := Levels{Description: name, WholeName: name}
	for i, n := range []uint64{990, 4, 3, 2, 1} {
		levels.Levels[i] = Level{Name: fmt.Sprint(name, 5-i), Count: n, Label: fmt.Sprint(n), Tip: name}
	}
	f, err = levels.Figure()
	keep("levels", f, err)
	f, err = Heat{
		Description: name, Name: "rate", X: []string{name, "x"}, Y: []string{"y"}, FewName: "few",
		Cells: []Cell{{X: 0, Y: 0, Value: 12, Tip: name, Link: "/a"}, {X: 1, Y: 0, Value: 99, Few: true, Tip: "few"}},
		Step:  func(lo, hi float64) string { return fmt.Sprintf("%g to %g", lo, hi) },
	}.Figure()
	keep("heat", f, err)
	f, err = Heat{
		Description: name, Name: "state", X: []string{name}, Y: []string{"y", "z"}, Plain: true,
		Classes: []Class{{Name: "silent", Tone: ToneAlarm, Sign: "×"}, {Name: "usual", Tone: ToneSoft}},
		Cells:   []Cell{{Y: 0, Value: 0, Tip: name, Link: "/a"}, {Y: 1, Value: 1, Tip: "usual"}},
	}.Figure()
	keep("classes", f, err)
	sizes := []FunnelPoint{
		{Name: name, N: 4000, Rate: 320, Standing: Worse, Tip: name, Link: "/region/1"},
		{Name: "own", N: 900, Rate: 80, Self: true, Tip: "own"},
		{Name: "better", N: 9000, Rate: 8, Standing: Better, Tip: "better"},
		{Name: "few", N: 12, Standing: Few, Tip: "few"},
		{Name: "unsure", N: 3000, Rate: 200, Standing: Outside, Tip: "unsure"},
	}
	f, err = Funnel{
		Description: name, Name: name, SizeName: name, TargetName: name, Target: 100, Points: sizes, Sizes: []float64{10, 100, 10000},
		Limits: []FunnelLimit{{Name: "95", Rates: []float64{0, 20, 90}}, {Name: "95", Rates: []float64{900, 200, 110}}, {Name: "99.8", Wide: true, Rates: []float64{990, 300, 120}}},
	}.Figure()
	keep("funnel", f, err)
	f, err = Quadrant{
		Description: name, Name: name, XName: name, YName: "level", MedianX: 4, MedianY: 4.91, Corners: [4]string{name, "b", "c", "d"},
		Points: []QuadrantPoint{
			{Name: name, X: 3.2, Y: 4.95, Tip: name, Link: "/region/1"},
			{Name: "own", X: 5, Y: 4.9, Self: true, Tip: "own"},
			{Name: "few", X: 4, Y: 4.2, Few: true, Tip: "few"},
		},
	}.Figure()
	keep("quadrant", f, err)
	f, err = Clusters{Description: name, Labels: []string{"P50", "P95"}, Tips: []string{name, "b"}, Bars: []Cluster{
		{Name: name, Tone: ToneMain, Values: []Number{Known(2), Known(9)}, Labels: []string{"2", name}},
		{Name: "limit", Tone: ToneSoft, Values: []Number{Known(5), {}}, Labels: []string{"5", ""}},
	}}.Figure()
	keep("clusters", f, err)
	f, err = Radar{
		Description: name, Axes: []string{name, "speed", "repair"}, Top: 100,
		Shapes: []Shape{{Name: name, Values: []float64{91.5, 60, 0}, Tip: name}, {Name: "b", Values: []float64{71, 80, 100}, Tip: "b"}},
	}.Figure()
	keep("radar", f, err)
	return out
}

func TestGolden(t *testing.T) {
	for kind, f := range figures(t, "云州市") {
		text, err := json.MarshalIndent(f, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, '\n')
		path := filepath.Join("testdata", kind+".json")
		if *update {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(text)); diff != "" {
			t.Errorf("%s (run with -update after looking at the chart): %s", kind, diff)
		}
	}
}

func TestFiguresAreTheSameEveryTime(t *testing.T) {
	if diff := cmp.Diff(figures(t, "a"), figures(t, "a")); diff != "" {
		t.Error(diff)
	}
}

// TestNamesCannotLeaveTheIsland: whatever a name is, a page's script element holds the
// figure and ends where it should.
func TestNamesCannotLeaveTheIsland(t *testing.T) {
	page := template.Must(template.New("").Parse(`<script type="application/json">{{.}}</script>`))
	for _, name := range []string{
		`</script><script>alert(1)</script>`, `<!--<script>`, `__f__alert(1)__f__`, "\u2028", "\u202E", `"\`, "{a|b}{c}", strings.Repeat("长", 10000),
	} {
		for kind, f := range figures(t, name) {
			var out bytes.Buffer
			if err := page.Execute(&out, f); err != nil {
				t.Fatal(err)
			}
			island := strings.TrimSuffix(strings.TrimPrefix(out.String(), `<script type="application/json">`), `</script>`)
			if strings.ContainsAny(island, "<>&") {
				t.Fatalf("%s: %.20q can leave the script element", kind, name)
			}
			var back Figure
			if err := json.Unmarshal([]byte(island), &back); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			if back.Tips[0] != name && kind != "levels" {
				t.Errorf("%s: the tip became %.40q", kind, back.Tips[0])
			}
		}
	}
}

func TestNothingFromElsewhere(t *testing.T) {
	for kind, f := range figures(t, "a") {
		for _, word := range []string{"http", "//", "function", "__f__", "#5470c6"} {
			if strings.Contains(string(f.Option), word) {
				t.Errorf("%s: the options hold %s", kind, word)
			}
		}
	}
}

func TestAxesBeginAtZeroAndGapsStay(t *testing.T) {
	for kind, f := range figures(t, "a") {
		var option struct {
			XAxis, YAxis []struct {
				Type string
				Min  *float64
			}
			Series []struct {
				Data []any
			}
		}
		if err := json.Unmarshal(f.Option, &option); err != nil {
			t.Fatal(err)
		}
		for _, axis := range append(option.XAxis, option.YAxis...) {
			if axis.Type == "value" && kind != "forest" && kind != "quadrant" && kind != "shifts" && (axis.Min == nil || *axis.Min != 0) {
				t.Errorf("%s: a value axis does not begin at 0", kind)
			}
		}
		if kind != "trend" {
			continue
		}
		datum := func(i int) map[string]any { v, _ := option.Series[0].Data[i].(map[string]any); return v }
		if _, ok := datum(1)["value"]; ok {
			t.Error("a missing value is drawn")
		}
		if v, ok := datum(2)["value"]; !ok || v != 0.0 {
			t.Error("a zero is not drawn")
		}
	}
}

func TestForestShowsEveryIntervalWhole(t *testing.T) {
	for _, c := range []struct {
		low, high float64
	}{{88.5, 93.75}, {0, 100}, {99.98, 100}, {42, 42}, {100, 100}, {0, 0}} {
		f := Forest{Floor: 0, Top: 100, Rows: []Span{{Value: c.low, Low: c.low, High: c.high}}}
		low, high := f.Axis()
		if low > c.low || high < c.high || low < 0 || high > 100 || low >= high {
			t.Errorf("%v to %v is shown on %v to %v", c.low, c.high, low, high)
		}
	}
	if low, high := (Forest{Floor: 0, Top: 5}).Axis(); low != 0 || high != 5 {
		t.Errorf("nothing is shown on %v to %v", low, high)
	}
}

func TestLevelsOnTheirOwnScale(t *testing.T) {
	count := func(best uint64) int {
		l := Levels{}
		for i, n := range []uint64{best, 4, 3, 2, 1} {
			l.Levels[i] = Level{Name: "level", Count: n}
		}
		f, err := l.Figure()
		if err != nil {
			t.Fatal(err)
		}
		var option struct{ Series []struct{ Data []any } }
		if err := json.Unmarshal(f.Option, &option); err != nil {
			t.Fatal(err)
		}
		return len(option.Series[5].Data)
	}
	if got := count(1000); got != 4 {
		t.Errorf("%d levels beside a dominant one, want the other 4", got)
	}
	if got := count(3); got != 5 {
		t.Errorf("%d levels, want all 5 where none dominates", got)
	}
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want []float64
	}{
		{nil, nil},
		{[]float64{0, 0, 0}, nil},
		{[]float64{7}, []float64{8}},
		{[]float64{0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 1000}, []float64{20, 50, 80, 100}},
	} {
		if diff := cmp.Diff(c.want, Steps(c.in)); diff != "" {
			t.Errorf("Steps(%v): %s", c.in, diff)
		}
	}
	for v := 0.001; v < 1e9; v *= 1.07 {
		if r := roundUp(v); r < v*(1-1e-9) || r > v*1.51 {
			t.Errorf("roundUp(%v) = %v", v, r)
		}
	}
	if roundUp(0) != 0 || math.Signbit(roundUp(-3)) {
		t.Error("nothing rounds to nothing")
	}
}

func TestMarksKeepTheirDistance(t *testing.T) {
	trend := Trend{Labels: make([]string, 12), Marks: []Mark{{At: 2, Label: "a"}, {At: 3, Label: "b"}, {At: 5, Label: "c"}}}
	for i, want := range []bool{true, false, true} {
		if line, ok := trend.lines()[i].(markLine); !ok || *line.Label.Show != want {
			t.Errorf("text of line %d shown: %v, want %v", i, !want, want)
		}
	}
}

func TestFunnelHoldsAllPoints(t *testing.T) {
	for _, list := range [][]FunnelPoint{nil, {{N: 1}}, {{N: 10}, {N: 10}}, {{N: 7}, {N: 123_456}}} {
		low, high := sizeAxis(list)
		if low < 1 || low >= high {
			t.Errorf("%v: sizes from %v to %v", list, low, high)
		}
		for _, p := range list {
			if p.N < low || p.N > high {
				t.Errorf("%v lies outside %v to %v", p.N, low, high)
			}
		}
		sizes := SizesFor(list)
		if sizes[0] != low || math.Abs(sizes[len(sizes)-1]-high) > 1e-6 {
			t.Errorf("limits from %v to %v, axis from %v to %v", sizes[0], sizes[len(sizes)-1], low, high)
		}
	}
	if got := (Funnel{}).top(); got != 1 {
		t.Errorf("nothing is shown up to %v", got)
	}
	if got := (Funnel{Target: 100, Points: []FunnelPoint{{Rate: 900}}}).top(); got < 900 {
		t.Errorf("a rate of 900 is shown up to %v", got)
	}
}

func TestQuadrantShowsWhatIsTaken(t *testing.T) {
	for _, list := range [][]float64{{4.91}, {4.91, 4.93}, {0, 3}, {0}, {4.2, 4.95}, {1e6, 1}} {
		low, high := stretch(list)
		for _, v := range list {
			if v < low || v > high || low < 0 || low >= high {
				t.Errorf("%v is shown on %v to %v", list, low, high)
			}
		}
	}
}

func TestNamesAtCornersAreFolded(t *testing.T) {
	for name, want := range map[string]string{
		"": "", "差评整改": "差评整改", "办理时长中位数": "办理时长\n中位数", "每十万差评数": "每十万\n差评数", "Rectification": "Rectification",
		"Bad per 100,000": "Bad per\n100,000", "Median handling time": "Median\nhandling\ntime", "On-time rate": "On-time\nrate",
	} {
		if got := folded(name); got != want {
			t.Errorf("folded(%q) = %q", name, got)
		}
	}
}
