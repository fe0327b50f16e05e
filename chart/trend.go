package chart

import (
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Trend is a volume as bars and, on an axis of its own, a rate as a line. Both axes
// begin at zero.
type Trend struct {
	Description string
	Labels      []string // of the steps, in order of time
	Tips        []string
	BarName     string
	Bars        []Number
	LineName    string
	Line        []Number
	Marks       []Mark // in order of time
}

// Mark is a labelled vertical line over a trend: from this step on figures mean something else.
type Mark struct {
	At    int // the step
	Label string
}

// markLine is a vertical line with its text on top.
type markLine struct {
	XAxis int         `json:"xAxis"`
	Label *opts.Label `json:"label"`
}

// markRoom is how many texts of marks a trend has room for on the narrowest screen.
const markRoom = 4

// drawn reports whether the line has any point, and flat whether all of these are zero.
func (t Trend) drawn() (drawn, flat bool) {
	flat = true
	for _, v := range t.Line {
		drawn = drawn || v.Known
		flat = flat && (!v.Known || v.Value == 0)
	}
	return drawn, flat
}

// rateAxis is the axis of the line. Where all of it is zero, there is nothing to scale: only the zero is written.
func rateAxis(flat bool) opts.YAxis {
	axis := opts.YAxis{
		Type: values, Min: 0, SplitNumber: 4, AlignTicks: opts.Bool(true), Position: "right",
		AxisLabel: axisLabel(), SplitLine: splitLine(false), AxisLine: axisLine(false),
	}
	if flat {
		axis.Max, axis.SplitNumber, axis.MinInterval, axis.AlignTicks = 1, 1, 1, nil
		axis.AxisLabel.ShowMaxLabel = opts.Bool(false)
	}
	return axis
}

// lines are the marks for a series. The text stands on the side on which there is room.
func (t Trend) lines() []any {
	lines := make([]any, len(t.Marks))
	labelled := math.MinInt / 2
	for i, m := range t.Marks {
		show := m.At-labelled >= len(t.Labels)/markRoom // else its text would lie on the one before
		if show {
			labelled = m.At
		}
		align := "center"
		switch n := len(t.Labels); {
		case m.At > n*9/10:
			align = "right"
		case m.At < n/10:
			align = "left"
		}
		lines[i] = markLine{XAxis: m.At, Label: &opts.Label{
			Show: opts.Bool(show), Position: "end", Formatter: plainText(m.Label), Color: inkColor, FontSize: labelSize, Align: align,
		}}
	}
	return lines
}

// marked draws the marks over the bars.
func (t Trend) marked() charts.SeriesOpts {
	if len(t.Marks) == 0 {
		return func(*charts.SingleSeries) {}
	}
	draw := marks(t.lines(), opts.LineStyle{Color: inkColor, Width: 1.5, Type: "dashed"})
	return func(s *charts.SingleSeries) {
		draw(s)
		s.MarkLines.Symbol = []string{"none", "none"}
	}
}

// top is the room above the plot, in pixels: for the legend, and for the texts of marks below it.
func (t Trend) top() string {
	if len(t.Marks) > 0 {
		return "54"
	}
	return "36"
}

// Figure draws the trend.
func (t Trend) Figure() (Figure, error) {
	bar := charts.NewBar()
	bar.SetGlobalOptions(common(t.Description)...)
	bar.SetGlobalOptions(
		axisTip(),
		charts.WithLegendOpts(opts.Legend{
			Show: opts.Bool(true), Top: "0", Right: "0", ItemWidth: 14, ItemHeight: 8,
			TextStyle: &opts.TextStyle{Color: inkColor, FontSize: labelSize},
		}),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "4", Top: t.top(), Bottom: "28"}),
		charts.WithXAxisOpts(opts.XAxis{
			Type: categories, AxisLabel: axisLabel(), AxisLine: axisLine(true), SplitLine: splitLine(false),
			AxisTick: &opts.AxisTick{Show: opts.Bool(false)},
		}),
		charts.WithYAxisOpts(opts.YAxis{
			Type: values, Min: 0, SplitNumber: 4, MinInterval: 1, AxisLabel: axisLabel(), SplitLine: splitLine(true), AxisLine: axisLine(false),
		}),
	)
	drawn, flat := t.drawn()
	if drawn {
		bar.ExtendYAxis(rateAxis(flat))
	}
	bar.SetXAxis(t.Labels)
	bar.AddSeries(t.BarName, barData(t.Bars), charts.WithItemStyleOpts(opts.ItemStyle{Color: ToneSoft.color()}),
		charts.WithBarChartOpts(opts.BarChart{BarCategoryGap: "30%"}), t.marked())
	if drawn {
		bar.Overlap(t.line())
	}
	option, err := encode(bar, nil)
	return Figure{Option: option, Tips: t.Tips}, err
}

func (t Trend) line() *charts.Line {
	line := charts.NewLine()
	points := make([]opts.LineData, len(t.Line))
	for i, v := range t.Line {
		points[i] = opts.LineData{Value: v.plain()}
	}
	line.AddSeries(t.LineName, points,
		charts.WithLineChartOpts(opts.LineChart{YAxisIndex: 1, Symbol: "circle", SymbolSize: 5, ShowSymbol: opts.Bool(len(t.Line) <= 62)}),
		charts.WithLineStyleOpts(opts.LineStyle{Color: ToneBad.color(), Width: 2}),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: ToneBad.color()}))
	return line
}

func barData(list []Number) []opts.BarData {
	data := make([]opts.BarData, len(list))
	for i, v := range list {
		data[i] = opts.BarData{Value: v.plain()}
	}
	return data
}

// Columns are counts over a fixed run of categories, such as the hours of a day.
type Columns struct {
	Description string
	Name        string
	Labels      []string
	Tips        []string
	Values      []Number
}

// Figure draws the columns.
func (c Columns) Figure() (Figure, error) {
	bar := charts.NewBar()
	bar.SetGlobalOptions(common(c.Description)...)
	bar.SetGlobalOptions(
		axisTip(),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "4", Top: "12", Bottom: "28"}),
		charts.WithXAxisOpts(opts.XAxis{
			Type: categories, AxisLabel: axisLabel(), AxisLine: axisLine(true), SplitLine: splitLine(false),
			AxisTick: &opts.AxisTick{Show: opts.Bool(false)},
		}),
		charts.WithYAxisOpts(opts.YAxis{
			Type: values, Min: 0, SplitNumber: 3, MinInterval: 1, AxisLabel: axisLabel(), SplitLine: splitLine(true), AxisLine: axisLine(false),
		}),
	)
	bar.SetXAxis(c.Labels)
	bar.AddSeries(c.Name, barData(c.Values), charts.WithItemStyleOpts(opts.ItemStyle{Color: ToneMain.color()}),
		charts.WithBarChartOpts(opts.BarChart{BarCategoryGap: "25%"}))
	option, err := encode(bar, nil)
	return Figure{Option: option, Tips: c.Tips}, err
}
