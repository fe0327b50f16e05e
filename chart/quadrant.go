package chart

import (
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"
)

// QuadrantPoint is one unit of a quadrant plot.
type QuadrantPoint struct {
	Name string
	X, Y float64
	Few  bool
	Self bool // the unit that the page is about
	Tip  string
	Link string
}

// Quadrant crosses two figures of units; the medians part the field into four. It is read by position, so its axes show the
// part that is taken.
type Quadrant struct {
	Description  string
	Name         string
	XName, YName string
	MedianX      float64
	MedianY      float64
	Corners      [4]string // top left, top right, bottom left, bottom right
	Points       []QuadrantPoint
}

// ruleLines are straight lines over the whole field.
type ruleLines struct {
	Silent bool           `json:"silent"`
	Symbol string         `json:"symbol"`
	Style  opts.LineStyle `json:"lineStyle"`
	Label  map[string]any `json:"label"`
	Data   [][2]cornerEnd `json:"data"`
}

// corners write a word into each corner of the field.
type corners struct {
	Silent bool           `json:"silent"`
	Style  map[string]any `json:"itemStyle"`
	Data   [][2]cornerEnd `json:"data"`
}

type cornerEnd struct {
	Coord [2]float64   `json:"coord"`
	Label *cornerLabel `json:"label,omitempty"`
}

type cornerLabel struct {
	Show      bool          `json:"show"`
	Formatter types.FuncStr `json:"formatter"`
	Position  string        `json:"position"`
	Color     string        `json:"color"`
	FontSize  int           `json:"fontSize"`
}

// stretch is the part of an axis that is taken, between round numbers and never below 0.
func stretch(list []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range list {
		low, high = min(low, v), max(high, v)
	}
	if low > high {
		return 0, 1
	}
	room := (high - low) * 0.08
	step := niceStep(max((high-low)/4, math.Abs(high)/1000, 1e-6))
	low, high = math.Floor((low-room)/step)*step, math.Ceil((high+room)/step)*step
	if low == high {
		low, high = low-step, high+step
	}
	// Ends are round numbers, whatever the multiplication leaves.
	return max(math.Round(low*1e6)/1e6, 0), math.Round(high*1e6) / 1e6
}

// Figure draws the plot. Tips and links are by point.
func (q Quadrant) Figure() (Figure, error) {
	figure := Figure{Tips: make([]string, len(q.Points)), Links: make([]string, len(q.Points))}
	data := make([]point, len(q.Points))
	xs, ys := []float64{q.MedianX}, []float64{q.MedianY}
	for i := range q.Points {
		p := &q.Points[i]
		standing := Within
		if p.Few {
			standing = Few
		}
		data[i] = pointOf(p.Name, p.X, p.Y, standing, p.Self, !p.Few)
		xs, ys = append(xs, p.X), append(ys, p.Y)
		figure.Tips[i], figure.Links[i] = p.Tip, p.Link
	}
	left, right := stretch(xs)
	bottom, top := stretch(ys)
	for i := range data {
		data[i].turn((data[i].Value[0] - left) / (right - left))
	}
	series := pointSeries(q.Name, data)
	series.Lines = &ruleLines{
		Silent: true, Symbol: "none", Style: opts.LineStyle{Color: inkColor, Width: 1.5, Type: "dashed"},
		Label: map[string]any{"show": false},
		Data: [][2]cornerEnd{
			{{Coord: [2]float64{q.MedianX, bottom}}, {Coord: [2]float64{q.MedianX, top}}},
			{{Coord: [2]float64{left, q.MedianY}}, {Coord: [2]float64{right, q.MedianY}}},
		},
	}
	series.Areas = q.corners(left, right, bottom, top)
	scatter := charts.NewScatter()
	scatter.SetGlobalOptions(common(q.Description)...)
	scatter.SetGlobalOptions(
		charts.WithGridOpts(opts.Grid{Left: "24", Right: "24", Top: "34", Bottom: "22"}),
		charts.WithXAxisOpts(opts.XAxis{
			Type: values, Min: left, Max: right, SplitNumber: 4, Name: q.XName, NameLocation: "middle", NameGap: 26, AxisLabel: axisLabel(),
			SplitLine: splitLine(false), AxisLine: axisLine(true),
		}),
		charts.WithYAxisOpts(opts.YAxis{
			Type: values, Min: bottom, Max: top, SplitNumber: 4, Name: q.YName, NameLocation: "end", AxisLabel: axisLabel(),
			SplitLine: splitLine(false), AxisLine: axisLine(true),
		}),
	)
	var err error
	figure.Option, err = encode(scatter, map[string]any{"series": []points{series}})
	return figure, err
}

func (q Quadrant) corners(left, right, bottom, top float64) *corners {
	c := &corners{Silent: true, Style: map[string]any{"color": "transparent"}}
	for i, place := range []string{"insideTopLeft", "insideTopRight", "insideBottomLeft", "insideBottomRight"} {
		from, to := cornerEnd{Coord: [2]float64{left, top}}, cornerEnd{Coord: [2]float64{q.MedianX, q.MedianY}}
		if i%2 == 1 {
			from.Coord[0] = right
		}
		if i >= 2 {
			from.Coord[1] = bottom
		}
		from.Label = &cornerLabel{Show: true, Formatter: plainText(q.Corners[i]), Position: place, Color: "var(--ink-3)", FontSize: labelSize}
		c.Data = append(c.Data, [2]cornerEnd{from, to})
	}
	return c
}
