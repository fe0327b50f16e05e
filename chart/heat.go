package chart

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Cell is one field of a heat map.
type Cell struct {
	X, Y  int
	Value float64
	Few   bool // too few ratings: the value is not shown by colour
	Tip   string
	Link  string
}

// Class is one of a few states that a cell may be in, told apart by colour and by a sign. The page has the legend.
type Class struct {
	Name string
	Tone Tone
	Sign string // stands in the cell; may be empty
}

// Heat is a field of values in steps of one colour, or of states.
type Heat struct {
	Description string
	Name        string
	X, Y        []string
	Cells       []Cell
	Classes     []Class                     // of states: then the value of a cell is the place of its state here
	Plain       bool                        // the names across are short and stand as they are
	FewName     string                      // the legend's word for cells with too few ratings; empty where there are none
	Step        func(lo, hi float64) string // the legend's text of a step; hi is +Inf for the last
}

// fewValue is the value that stands for "too few" in the data: below all real ones.
const fewValue = -1

// piece is a step of the colour scale, with the text that go-echarts has no field for.
type piece struct {
	Gte   *float64 `json:"gte,omitempty"`
	Lt    *float64 `json:"lt,omitempty"`
	Value *float64 `json:"value,omitempty"`
	Label string   `json:"label"`
	Color string   `json:"color"`
}

// Figure draws the field. Tips and links are by cell.
func (h Heat) Figure() (Figure, error) {
	figure := Figure{Turn: true}
	data := make([]opts.HeatMapData, len(h.Cells))
	var known []float64
	for i, c := range h.Cells {
		value := c.Value
		if c.Few {
			value = fewValue
		} else {
			known = append(known, value)
		}
		data[i] = opts.HeatMapData{Value: [3]any{c.X, c.Y, value}}
		if at := int(value); at >= 0 && at < len(h.Classes) {
			data[i].Name = cmp.Or(h.Classes[at].Sign, " ") // without a name, echarts takes that of the column
		}
		figure.Tips = append(figure.Tips, c.Tip)
		figure.Links = append(figure.Links, c.Link)
	}
	heat := charts.NewHeatMap()
	heat.SetGlobalOptions(common(h.Description)...)
	across := axisLabel()
	across.HideOverlap, across.Interval, across.Rotate = nil, "0", 90
	if h.Plain {
		across.Rotate = 0
	}
	top := "36"
	if len(h.Classes) > 0 {
		top = "4"
	}
	heat.SetGlobalOptions(
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "4", Top: top, Bottom: "4"}),
		charts.WithXAxisOpts(opts.XAxis{
			Type: categories, Data: h.X, AxisLabel: across, AxisLine: axisLine(false), SplitLine: splitLine(false),
			AxisTick: &opts.AxisTick{Show: opts.Bool(false)},
		}),
		charts.WithYAxisOpts(categoryAxis(h.Y)),
	)
	style := []charts.SeriesOpts{charts.WithItemStyleOpts(opts.ItemStyle{BorderColor: "var(--surface)", BorderWidth: 2})}
	if len(h.Classes) > 0 { // the sign of a cell is its name
		style = append(style, charts.WithLabelOpts(opts.Label{Show: opts.Bool(true), Formatter: "{b}", Color: "var(--on-main)", FontSize: labelSize}))
	}
	heat.AddSeries(h.Name, data, style...)
	var err error
	figure.Option, err = encode(heat, map[string]any{"visualMap": h.scale(known)})
	return figure, err
}

func (h Heat) scale(known []float64) map[string]any {
	few := float64(fewValue)
	var pieces []piece
	for i, c := range h.Classes {
		at := float64(i)
		pieces = append(pieces, piece{Value: &at, Label: strings.TrimSpace(c.Sign + " " + c.Name), Color: c.Tone.color()})
	}
	if len(h.Classes) > 0 {
		hidden := legend(pieces)
		hidden["show"] = false
		return hidden
	}
	if h.FewName != "" {
		pieces = append(pieces, piece{Value: &few, Label: h.FewName, Color: "var(--few)"})
	}
	bounds := Steps(known)
	for i := range len(bounds) + 1 {
		lo, hi := 0.0, math.Inf(1)
		p := piece{Color: "var(--heat-" + string(rune('1'+i)) + ")"}
		if i > 0 {
			lo = bounds[i-1]
		}
		p.Gte = &lo
		if i < len(bounds) {
			hi = bounds[i]
			p.Lt = &hi
		}
		p.Label = h.Step(lo, hi)
		pieces = append(pieces, p)
	}
	return legend(pieces)
}

func legend(pieces []piece) map[string]any {
	return map[string]any{
		"type": "piecewise", "pieces": pieces, "orient": "horizontal", "top": "0", "right": "0", "dimension": 2,
		"itemWidth": 14, "itemHeight": 10, "itemGap": 10, "textGap": 5,
		"textStyle": map[string]any{"color": inkColor, "fontSize": labelSize},
	}
}

// Steps are up to four round bounds that part values into steps of similar numbers of
// cells, so that one wild cell does not leave the rest in one colour.
func Steps(list []float64) []float64 {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	var bounds []float64
	for _, q := range []float64{0.2, 0.5, 0.8, 0.95} {
		if len(sorted) == 0 {
			break
		}
		b := roundUp(sorted[int(q*float64(len(sorted)-1))])
		if b > 0 && (len(bounds) == 0 || b > bounds[len(bounds)-1]) {
			bounds = append(bounds, b)
		}
	}
	return bounds
}

// roundUp is the next number with one or two plain digits: 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 × 10^k.
func roundUp(v float64) float64 {
	if v <= 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8} {
		if v <= m*unit*(1+1e-9) {
			return m * unit
		}
	}
	return 10 * unit
}
