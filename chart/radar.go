package chart

import (
	"regexp"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// MaxShapes is how many shapes a radar tells apart without colour: by the kind of line and by the mark at its corners.
const MaxShapes = 4

// Shape is one closed line of a radar: a value on each axis.
type Shape struct {
	Name   string
	Values []float64
	Tip    string
}

// Radar is the profile of a few units over three axes or more, all from 0 at the centre to Top. A radar has no gap: a
// unit that lacks a value on an axis is no shape of it.
type Radar struct {
	Description string
	Axes        []string
	Top         float64
	Shapes      []Shape // at most MaxShapes
}

var shapeLooks = [MaxShapes]struct {
	color, line, symbol string
}{
	{"var(--main)", "solid", "circle"},
	{"var(--ink)", "dashed", "rect"},
	{"var(--ink-3)", "solid", "triangle"},
	{"var(--main)", "dotted", "diamond"},
}

// longestName bounds the names around a radar and in its legend, in halves of a Han character.
const longestName = 32

// cornerWidth is how many halves of a Han character a line of a name at a corner should hold.
const cornerWidth = 10

// Figure draws the radar. Tips are by shape.
func (r Radar) Figure() (Figure, error) {
	figure := Figure{Tips: make([]string, len(r.Shapes))}
	axes := make([]map[string]any, len(r.Axes))
	for i, name := range r.Axes {
		axes[i] = map[string]any{"name": folded(short(name)), "min": 0, "max": r.Top}
	}
	shapes := make([]map[string]any, len(r.Shapes))
	names := make([]map[string]any, len(r.Shapes))
	for i, s := range r.Shapes {
		look := shapeLooks[i%MaxShapes]
		figure.Tips[i] = s.Tip
		shapes[i] = map[string]any{
			"name": short(s.Name), "value": s.Values, "symbol": look.symbol, "symbolSize": 9,
			"lineStyle": map[string]any{"color": look.color, "type": look.line, "width": 2.5},
			"itemStyle": map[string]any{"color": look.color},
		}
		names[i] = map[string]any{"name": short(s.Name), "icon": look.symbol}
	}
	radar := charts.NewRadar()
	radar.SetGlobalOptions(common(r.Description)...)
	radar.AddSeries("", []opts.RadarData{})
	line := map[string]any{"color": lineColor}
	var err error
	figure.Option, err = encode(radar, map[string]any{
		"radar": map[string]any{
			"indicator": axes, "radius": "52%", "center": []string{"50%", "46%"}, "splitNumber": 4,
			"axisName": map[string]any{"color": inkColor, "fontSize": labelSize}, "splitArea": map[string]any{"show": false},
			"splitLine": map[string]any{"lineStyle": line}, "axisLine": map[string]any{"lineStyle": line},
		},
		"legend": map[string]any{
			"show": true, "bottom": 0, "itemWidth": 12, "data": names, "textStyle": map[string]any{"color": inkColor, "fontSize": labelSize},
		},
		"series": []any{map[string]any{"type": "radar", "data": shapes}},
	})
	return figure, err
}

// breadth is how many halves of a Han character a name takes.
func breadth(name string) (n int) {
	for _, r := range name {
		n++
		if r >= 0x2E80 { // Han and its punctuation
			n++
		}
	}
	return n
}

// short is a name that leaves room for the figure.
func short(name string) string {
	if breadth(name) <= longestName {
		return name
	}
	r := []rune(name)
	for breadth(string(r)) >= longestName {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}

// unbroken are the pieces of a name that stay whole: words, and Han characters.
var unbroken = regexp.MustCompile(` *(?:[\x{2E80}-\x{10FFFF}]|[^ \x{2E80}-\x{10FFFF}]+)`)

// folded parts a name into lines of similar length between its words: echarts breaks no names of a radar.
func folded(name string) string {
	whole := breadth(name)
	lines := max(1, (whole+cornerWidth-1)/cornerWidth)
	room := (whole + lines - 1) / lines
	room += room % 2
	var b strings.Builder
	taken := 0
	for _, piece := range unbroken.FindAllString(name, -1) {
		if taken > 0 && taken+breadth(piece) > room {
			b.WriteByte('\n')
			piece, taken = strings.TrimLeft(piece, " "), 0
		}
		b.WriteString(piece)
		taken += breadth(piece)
	}
	return b.String()
}
