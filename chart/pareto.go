package chart

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Pareto is counts, the most frequent first, and what share of all they make up together, as a line on an axis of its
// own from 0 to 100 %. Both run to the right, so that names of any length can be read.
type Pareto struct {
	Description string
	Name        string // what is counted
	ShareName   string
	Rows        []Bar
	Cumulative  []float64 // per cent, of the rows up to this one
}

// Figure draws the counts and the line. Tips are by row.
func (p Pareto) Figure() (Figure, error) {
	names := make([]string, len(p.Rows))
	data := make([]opts.BarData, len(p.Rows))
	points := make([]opts.LineData, len(p.Rows))
	figure := Figure{Tips: make([]string, len(p.Rows))}
	for i, row := range p.Rows {
		names[i], figure.Tips[i] = row.Name, row.Tip
		data[i] = opts.BarData{
			Name: row.Name, Value: row.Value.plain(), ItemStyle: &opts.ItemStyle{Color: row.Tone.color()},
			Label: &opts.Label{Show: opts.Bool(true), Position: "insideLeft", Formatter: plainText(row.Label), Color: "var(--ink)", FontSize: labelSize},
		}
		points[i] = opts.LineData{Value: [2]any{p.Cumulative[i], i}}
	}
	bar := charts.NewBar()
	bar.SetGlobalOptions(common(p.Description)...)
	bar.SetGlobalOptions(
		axisTip(),
		charts.WithLegendOpts(opts.Legend{
			Show: opts.Bool(true), Top: "0", Right: "0", ItemWidth: 14, ItemHeight: 8,
			TextStyle: &opts.TextStyle{Color: inkColor, FontSize: labelSize},
		}),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "28", Top: "30", Bottom: "4"}),
		charts.WithXAxisOpts(opts.XAxis{
			Type: values, Min: 0, SplitNumber: 4, MinInterval: 1, AxisLabel: &opts.AxisLabel{Show: opts.Bool(false)},
			SplitLine: splitLine(false), AxisLine: axisLine(false),
		}),
		charts.WithYAxisOpts(categoryAxis(names)),
	)
	shares := axisLabel()
	shares.Formatter = "{value}%"
	bar.ExtendXAxis(opts.XAxis{
		Type: values, Min: 0, Max: 100, SplitNumber: 4, Position: "bottom", AxisLabel: shares, SplitLine: splitLine(true), AxisLine: axisLine(false),
	})
	bar.AddSeries(p.Name, data, charts.WithBarChartOpts(opts.BarChart{BarCategoryGap: "30%"}),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: ToneBad.color()}))
	line := charts.NewLine()
	line.AddSeries(p.ShareName, points,
		charts.WithLineChartOpts(opts.LineChart{XAxisIndex: 1, Symbol: "circle", SymbolSize: 6, ShowSymbol: opts.Bool(true)}),
		charts.WithLineStyleOpts(opts.LineStyle{Color: ToneMain.color(), Width: 2}),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: ToneMain.color()}))
	bar.Overlap(line)
	var err error
	figure.Option, err = encode(bar, nil)
	return figure, err
}
