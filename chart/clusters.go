package chart

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Cluster is one measure of several that stand side by side for each category.
type Cluster struct {
	Name   string
	Tone   Tone
	Values []Number // by category
	Labels []string // as the table beside the chart writes them
}

// Clusters are lying bars in groups, one group a category, the first on top.
type Clusters struct {
	Description string
	Labels      []string // of the categories
	Tips        []string
	Bars        []Cluster
}

// Figure draws the groups. Tips are by category.
func (c Clusters) Figure() (Figure, error) {
	bar := charts.NewBar()
	bar.SetGlobalOptions(common(c.Description)...)
	var room Bars
	for _, b := range c.Bars {
		for _, label := range b.Labels {
			room.Rows = append(room.Rows, Bar{Label: label})
		}
	}
	bar.SetGlobalOptions(
		axisTip(),
		charts.WithLegendOpts(opts.Legend{
			Show: opts.Bool(true), Top: "0", Right: "0", ItemWidth: 14, ItemHeight: 8,
			TextStyle: &opts.TextStyle{Color: inkColor, FontSize: labelSize},
		}),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: room.room(), Top: "36", Bottom: "4"}),
		charts.WithXAxisOpts(opts.XAxis{
			Type: values, Min: 0, SplitNumber: 4, AxisLabel: axisLabel(), SplitLine: splitLine(true), AxisLine: axisLine(false),
		}),
		charts.WithYAxisOpts(categoryAxis(c.Labels)),
	)
	for _, b := range c.Bars {
		data := make([]opts.BarData, len(b.Values))
		for i, v := range b.Values {
			data[i] = opts.BarData{Value: v.plain()}
			if v.Known {
				data[i].Label = &opts.Label{Show: opts.Bool(true), Position: "right", Formatter: plainText(b.Labels[i]), Color: inkColor, FontSize: labelSize}
			}
		}
		bar.AddSeries(b.Name, data, charts.WithItemStyleOpts(opts.ItemStyle{Color: b.Tone.color()}),
			charts.WithBarChartOpts(opts.BarChart{BarCategoryGap: "25%"}))
	}
	option, err := encode(bar, nil)
	return Figure{Option: option, Tips: c.Tips}, err
}
