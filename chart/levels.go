package chart

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Level is one level of satisfaction.
type Level struct {
	Name  string
	Count uint64
	Label string // count and share as the table writes them
	Tip   string
}

// Levels is the distribution over the five levels, best first. Where nearly all ratings
// are of one level, a single scale shows that one alone; so the whole stands on top as
// one line of 100 %, and the other levels below it on a scale of their own. Where that is
// not so, all five are below.
type Levels struct {
	Description string
	WholeName   string // names the line on top
	Levels      [5]Level
}

var levelColors = [5]string{"var(--level-5)", "var(--level-4)", "var(--level-3)", "var(--level-2)", "var(--level-1)"}

// Figure draws the distribution. Tips are by level, best first.
func (l Levels) Figure() (Figure, error) {
	names := make([]string, len(l.Levels))
	figure := Figure{Tips: make([]string, len(l.Levels))}
	var all uint64
	for i, level := range l.Levels {
		names[i], figure.Tips[i] = level.Name, level.Tip
		all += level.Count
	}
	bar := charts.NewBar()
	bar.SetGlobalOptions(common(l.Description)...)
	bar.SetGlobalOptions(
		charts.WithGridOpts(
			opts.Grid{Left: "0", Right: "0", Top: "26", Height: "30"},
			opts.Grid{Left: "4", Right: "116", Top: "76", Bottom: "4"}),
		charts.WithXAxisOpts(opts.XAxis{Type: values, Min: 0, Max: max(all, 1), Show: opts.Bool(false)}),
		charts.WithYAxisOpts(opts.YAxis{Type: categories, Data: []string{l.WholeName}, Show: opts.Bool(false), AxisLabel: axisLabel()}),
	)
	bar.ExtendXAxis(opts.XAxis{
		Type: values, Min: 0, GridIndex: 1, SplitNumber: 3, MinInterval: 1, AxisLabel: axisLabel(), SplitLine: splitLine(true), AxisLine: axisLine(false),
	})
	first := 0
	if 2*l.Levels[0].Count >= all {
		first = 1 // most ratings are of the best level, which would flatten the others
	}
	lower := categoryAxis(names[first:])
	lower.GridIndex = 1
	bar.ExtendYAxis(lower)
	rest := make([]opts.BarData, 0, len(l.Levels)-1)
	for i, level := range l.Levels {
		datum := opts.BarData{Name: level.Name, Value: level.Count}
		if i < first {
			datum.Label = &opts.Label{
				Show: opts.Bool(true), Position: "insideLeft", Formatter: plainText(level.Name + "  " + level.Label), Color: "var(--on-main)", FontSize: labelSize,
			}
		}
		bar.AddSeries(level.Name, []opts.BarData{datum}, charts.WithItemStyleOpts(opts.ItemStyle{Color: levelColors[i]}),
			charts.WithBarChartOpts(opts.BarChart{Stack: "whole", BarWidth: "100%"}))
		if i < first {
			continue
		}
		rest = append(rest, opts.BarData{
			Name: level.Name, Value: level.Count, ItemStyle: &opts.ItemStyle{Color: levelColors[i]},
			Label: &opts.Label{Show: opts.Bool(true), Position: "right", Formatter: plainText(level.Label), Color: inkColor, FontSize: labelSize},
		})
	}
	bar.AddSeries("", rest, charts.WithBarChartOpts(opts.BarChart{XAxisIndex: 1, YAxisIndex: 1, BarCategoryGap: "35%"}))
	var err error
	figure.Option, err = encode(bar, nil)
	return figure, err
}
