package chart

import (
	"math"
	"slices"
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"
)

// Bar is one line of a bar list.
type Bar struct {
	Name  string
	Value Number
	// Low and High are the ends of the interval around the value; without them no interval is drawn.
	Low, High Number
	Label     string // the value as the table beside the chart writes it
	Tip       string
	Link      string
	Tone      Tone
}

// Bars is a list of horizontal bars, the first on top.
type Bars struct {
	Description string
	Name        string // what the bars measure
	Rows        []Bar
	Counts      bool // the values are whole numbers
}

// room is the space to the right of the longest bar, in pixels, for the longest label.
func (b Bars) room() string {
	most := 56
	for _, row := range b.Rows {
		width := 8
		for _, r := range row.Label {
			if width += 7; r >= 0x2e80 { // Han characters are as wide as they are high
				width += labelSize - 7
			}
		}
		most = max(most, width)
	}
	return strconv.Itoa(most + 8)
}

// Tell reports whether any bar has a length.
func (b Bars) Tell() bool {
	return slices.ContainsFunc(b.Rows, func(row Bar) bool { return row.Value.Known && row.Value.Value > 0 })
}

// spread reports whether any bar has an interval.
func (b Bars) spread() bool {
	return slices.ContainsFunc(b.Rows, func(row Bar) bool { return row.Low.Known && row.High.Known })
}

// intervals are the lines across the ends of the bars.
func (b Bars) intervals() charts.SeriesOpts {
	if !b.spread() {
		return func(*charts.SingleSeries) {}
	}
	var lines []any
	for i, row := range b.Rows {
		if row.Low.Known && row.High.Known {
			lines = append(lines, [2]markEnd{stop(row.Low.Value, i), stop(row.High.Value, i)})
		}
	}
	return marks(lines, opts.LineStyle{Color: inkColor, Width: 1.5, Type: "solid"})
}

// top is the end of the axis that has room for all values and intervals; nil where the axis finds it by itself.
func (b Bars) top() any {
	if !b.spread() {
		return nil
	}
	most := 0.0
	for _, row := range b.Rows {
		most = max(most, row.Value.Value)
		if row.High.Known {
			most = max(most, row.High.Value)
		}
	}
	if most == 0 {
		return nil
	}
	step := niceStep(most / 4)
	return math.Ceil(most/step) * step
}

// labelAxis writes the labels in a column at the right edge, where no interval crosses them.
func (b Bars) labelAxis() opts.YAxis {
	labels := make([]string, len(b.Rows))
	for i, row := range b.Rows {
		labels[i] = row.Label
	}
	axis := categoryAxis(labels)
	axis.Position = "right"
	axis.AxisLine = axisLine(false)
	axis.AxisLabel.Width, axis.AxisLabel.Overflow = 0, ""
	return axis
}

// Figure draws the list.
func (b Bars) Figure() (Figure, error) {
	names := make([]string, len(b.Rows))
	data := make([]opts.BarData, len(b.Rows))
	figure := Figure{Tips: make([]string, len(b.Rows)), Links: make([]string, len(b.Rows))}
	for i, row := range b.Rows {
		names[i] = row.Name
		data[i] = opts.BarData{
			Name: row.Name, Value: row.Value.plain(),
			Label:     &opts.Label{Show: opts.Bool(!b.spread()), Position: "right", Formatter: plainText(row.Label), Color: inkColor, FontSize: labelSize},
			ItemStyle: &opts.ItemStyle{Color: row.Tone.color()},
		}
		figure.Tips[i], figure.Links[i] = row.Tip, row.Link
	}
	if !slices.ContainsFunc(figure.Links, func(s string) bool { return s != "" }) {
		figure.Links = nil
	}
	whole := 0.0
	if b.Counts {
		whole = 1
	}
	right := b.room()
	if b.spread() {
		right = "4" // the labels are an axis
	}
	bar := charts.NewBar()
	bar.SetGlobalOptions(common(b.Description)...)
	bar.SetGlobalOptions(
		axisTip(),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: right, Top: "4", Bottom: "4"}),
		charts.WithXAxisOpts(opts.XAxis{
			Type: values, Min: 0, Max: b.top(), SplitNumber: 4, MinInterval: whole, AxisLabel: axisLabel(), SplitLine: splitLine(true), AxisLine: axisLine(false),
		}),
		charts.WithYAxisOpts(categoryAxis(names)),
	)
	if b.spread() {
		bar.ExtendYAxis(b.labelAxis())
	}
	bar.AddSeries(b.Name, data, charts.WithBarChartOpts(opts.BarChart{BarCategoryGap: "35%"}), b.intervals())
	var err error
	figure.Option, err = encode(bar, nil)
	return figure, err
}

// categoryAxis lists names from the top down and keeps all of them.
func categoryAxis(names []string) opts.YAxis {
	label := axisLabel()
	label.HideOverlap = nil
	label.Interval = "0"
	label.Width, label.Overflow = nameWidth, "truncate"
	return opts.YAxis{
		Type: categories, Inverse: opts.Bool(true), Data: names, AxisLabel: label, AxisLine: axisLine(true),
	}
}

// nameWidth is the room for names beside a bar list, in pixels; longer ones are cut with …,
// and stand in full in the tip and in the table.
const nameWidth = 132

// plainText takes the braces out of a text that echarts would read as a template.
func plainText(s string) types.FuncStr {
	return types.FuncStr(slices.DeleteFunc([]rune(s), func(r rune) bool { return r == '{' || r == '}' }))
}
