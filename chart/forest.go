package chart

import (
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Span is one line of a forest plot: a value and the interval around it.
type Span struct {
	Name             string
	Value, Low, High float64 // Low ≤ Value ≤ High
	Tip              string
	Link             string
}

// Forest is a list of values with their intervals, the first on top: a dot for the value, a line with a stop at
// either end for the interval. What is read from it is position and not length, so its axis need not begin at
// zero; it is told apart without colour.
type Forest struct {
	Description string
	Name        string // what the values measure
	Rows        []Span
	Floor, Top  float64 // the values that are possible; the axis shows the part of them that is taken
}

// Axis is the part of what is possible that an axis shows: all values with their intervals and a little room, its
// ends being round numbers.
func (f Forest) Axis() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for i := range f.Rows {
		low, high = min(low, f.Rows[i].Low), max(high, f.Rows[i].High)
	}
	if low > high {
		return f.Floor, f.Top
	}
	step := niceStep(max((high-low)/4, (f.Top-f.Floor)/100))
	low, high = math.Floor(low/step)*step, math.Ceil(high/step)*step
	if low == high {
		low, high = low-step, high+step
	}
	return max(low, f.Floor), min(high, f.Top)
}

// niceStep is the next of 1, 2, 5, 10 × 10^k: the steps that axes are divided by.
func niceStep(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if v <= m*unit*(1+1e-9) {
			return m * unit
		}
	}
	return 10 * unit
}

// Figure draws the plot. Tips and links are by row.
func (f Forest) Figure() (Figure, error) {
	names := make([]string, len(f.Rows))
	figure := Figure{Tips: make([]string, len(f.Rows)), Links: make([]string, len(f.Rows))}
	points := make([]opts.ScatterData, len(f.Rows))
	whiskers := make([]any, len(f.Rows))
	for i, row := range f.Rows {
		names[i], figure.Tips[i], figure.Links[i] = row.Name, row.Tip, row.Link
		points[i] = opts.ScatterData{Name: row.Name, Value: [2]any{row.Value, i}}
		whiskers[i] = [2]markEnd{stop(row.Low, i), stop(row.High, i)}
	}
	low, high := f.Axis()
	scatter := charts.NewScatter()
	scatter.SetGlobalOptions(common(f.Description)...)
	scatter.SetGlobalOptions(
		axisTip(),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "24", Top: "4", Bottom: "4"}),
		charts.WithXAxisOpts(opts.XAxis{
			Type: values, Min: low, Max: high, SplitNumber: 4, AxisLabel: axisLabel(), SplitLine: splitLine(true), AxisLine: axisLine(false),
		}),
		charts.WithYAxisOpts(categoryAxis(names)),
	)
	scatter.AddSeries(f.Name, points,
		charts.WithScatterChartOpts(opts.ScatterChart{Symbol: "circle", SymbolSize: 11}),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: ToneMain.color(), BorderColor: "var(--surface)", BorderWidth: 1.5}),
		marks(whiskers, opts.LineStyle{Color: ToneMain.color(), Width: 2, Type: "solid"}))
	var err error
	figure.Option, err = encode(scatter, nil)
	return figure, err
}

// markEnd is an end of a marked line.
type markEnd struct {
	Coord      [2]any `json:"coord"`
	Symbol     string `json:"symbol"`
	SymbolSize [2]int `json:"symbolSize"`
}

// stop is an end of an interval: a short line across it.
func stop(value float64, row int) markEnd {
	return markEnd{Coord: [2]any{value, row}, Symbol: "rect", SymbolSize: [2]int{9, 2}}
}

// marks draws lines over a series.
func marks(lines []any, style opts.LineStyle) charts.SeriesOpts {
	return func(s *charts.SingleSeries) {
		s.MarkLines = &opts.MarkLines{Data: lines, MarkLineStyle: opts.MarkLineStyle{
			Label: &opts.Label{Show: opts.Bool(false)}, LineStyle: &style,
		}}
	}
}
