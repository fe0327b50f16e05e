package chart

import (
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// FunnelPoint is one unit of a funnel plot.
type FunnelPoint struct {
	Name     string
	N, Rate  float64 // N > 0
	Standing Standing
	Self     bool // the unit that the page is about
	Tip      string
	Link     string
}

// FunnelLimit is a limit line: the value by the size of the sample.
type FunnelLimit struct {
	Name  string
	Wide  bool // the outer pair
	Rates []float64
}

// Funnel is a plot of rates against the size of their samples, with the limits of what chance does: units inside
// cannot be told apart from the target. Sizes stand on a logarithmic axis.
type Funnel struct {
	Description string
	Name        string // what the rates are
	SizeName    string // what the sizes are
	TargetName  string
	Target      float64
	Points      []FunnelPoint
	Sizes       []float64 // at which the limits are given, ascending
	Limits      []FunnelLimit
}

// SizesFor are sizes from which a limit is drawn smoothly over all points.
func SizesFor(list []FunnelPoint) []float64 {
	low, high := sizeAxis(list)
	const steps = 48
	sizes := make([]float64, steps+1)
	for i := range sizes {
		sizes[i] = math.Round(low * math.Pow(high/low, float64(i)/steps))
	}
	return sizes
}

// sizeAxis is the stretch of sizes, from a power of ten to a power of ten.
func sizeAxis(list []FunnelPoint) (low, high float64) {
	low, high = math.Inf(1), 1.0
	for i := range list {
		low, high = min(low, list[i].N), max(high, list[i].N)
	}
	low, high = math.Pow(10, math.Floor(math.Log10(max(min(low, high), 1)))), math.Pow(10, math.Ceil(math.Log10(high)))
	if low == high {
		high *= 10
	}
	return low, high
}

// top is where the axis of rates ends: above all points, and not much above; limits of small samples may leave the plot.
func (f Funnel) top() float64 {
	most := 2 * f.Target
	for i := range f.Points {
		most = max(most, f.Points[i].Rate)
	}
	if most <= 0 {
		return 1
	}
	return roundUp(most * 1.08)
}

// line is a limit as a series. It says nothing when touched; the points do.
type line struct {
	Type   string         `json:"type"`
	Name   string         `json:"name"`
	Z      int            `json:"z"`
	Silent bool           `json:"silent"`
	Symbol string         `json:"symbol"`
	Data   [][2]float64   `json:"data"`
	Style  opts.LineStyle `json:"lineStyle"`
	Item   map[string]any `json:"itemStyle"`
	Clip   bool           `json:"clip"`
}

// Figure draws the plot. Tips and links are by point.
func (f Funnel) Figure() (Figure, error) {
	figure := Figure{Tips: make([]string, len(f.Points)), Links: make([]string, len(f.Points))}
	data := make([]point, len(f.Points))
	for i := range f.Points {
		p := &f.Points[i]
		data[i] = pointOf(p.Name, p.N, p.Rate, p.Standing, p.Self, p.Standing == Worse || p.Standing == Better)
		figure.Tips[i], figure.Links[i] = p.Tip, p.Link
	}
	low, high := sizeAxis(f.Points)
	for i := range data {
		data[i].turn(math.Log(data[i].Value[0]/low) / math.Log(high/low))
	}
	series := []any{pointSeries(f.Name, data)}
	draw := func(name string, style opts.LineStyle, at func(i int) float64) {
		style.Color = inkColor
		l := line{Type: "line", Name: name, Z: 2, Silent: true, Symbol: "none", Style: style, Item: map[string]any{"color": inkColor}, Clip: true}
		for i, size := range f.Sizes {
			l.Data = append(l.Data, [2]float64{size, at(i)})
		}
		series = append(series, l)
	}
	draw(f.TargetName, opts.LineStyle{Width: 1.5, Type: "solid"}, func(int) float64 { return f.Target })
	for _, limit := range f.Limits {
		style := opts.LineStyle{Width: 1, Type: "dashed"}
		if limit.Wide {
			style = opts.LineStyle{Width: 1.5, Type: "dotted"}
		}
		draw(limit.Name, style, func(i int) float64 { return limit.Rates[i] })
	}
	scatter := charts.NewScatter()
	scatter.SetGlobalOptions(common(f.Description)...)
	scatter.SetGlobalOptions(
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "24", Top: "40", Bottom: "22"}),
		charts.WithXAxisOpts(opts.XAxis{
			Type: "log", Min: low, Max: high, Name: f.SizeName, NameLocation: "middle", NameGap: 26, AxisLabel: axisLabel(),
			SplitLine: splitLine(false), AxisLine: axisLine(true),
		}),
		charts.WithYAxisOpts(opts.YAxis{
			Type: values, Min: 0, Max: f.top(), SplitNumber: 4, AxisLabel: axisLabel(), SplitLine: splitLine(true), AxisLine: axisLine(false),
		}),
	)
	var err error
	figure.Option, err = encode(scatter, map[string]any{"series": series, "legend": f.legend()})
	return figure, err
}

// legend shows each kind of line once, as it is drawn: without the dots of other lines.
func (f Funnel) legend() map[string]any {
	return map[string]any{
		"show": true, "top": "0", "right": "0", "itemWidth": 30, "itemHeight": 8, "data": f.legendNames(),
		"itemStyle": map[string]any{"opacity": 0},
		"lineStyle": map[string]any{"width": "inherit"},
		"textStyle": map[string]any{"color": inkColor, "fontSize": labelSize},
	}
}

func (f Funnel) legendNames() []string {
	names := []string{f.TargetName}
	for _, l := range f.Limits {
		if names[len(names)-1] != l.Name {
			names = append(names, l.Name)
		}
	}
	return names
}
