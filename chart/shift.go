package chart

import (
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Shift is one line of a plot of shifts: where something stood and where it stands, each with its interval.
type Shift struct {
	Name          string
	Before, After Placing
	Standing      Standing // Better and Worse where it surely moved; else Within
	Tip, Link     string
}

// Placing is a place, 1 = best, and the interval around it.
type Placing struct{ Place, Low, High float64 }

// Shifts is a list of shifts, the first on top: a hollow circle on a broad band for before, a filled mark on a thin line
// with stops for after. Where band and line do not touch, something has surely moved. It is read by position, and told
// apart by shape as well as by colour.
type Shifts struct {
	Description   string
	Before, After string // what the two are called
	Rows          []Shift
	Last          float64 // the places that are possible run from 1 to this
}

// shiftSeries is one of the two times.
type shiftSeries struct {
	Type  string     `json:"type"`
	Name  string     `json:"name"`
	Z     int        `json:"z"`
	Data  []point    `json:"data"`
	Lines shiftLines `json:"markLine"`
}

type shiftLines struct {
	Silent    bool           `json:"silent"`
	Animation bool           `json:"animation"`
	Z         int            `json:"z"`
	Label     map[string]any `json:"label"`
	Style     opts.LineStyle `json:"lineStyle"`
	Data      [][2]markEnd   `json:"data"`
}

// Figure draws the plot. Tips and links are by row.
func (s Shifts) Figure() (Figure, error) {
	names := make([]string, len(s.Rows))
	figure := Figure{Tips: make([]string, len(s.Rows)), Links: make([]string, len(s.Rows))}
	before := shiftSeries{Type: "scatter", Name: s.Before, Z: 3, Lines: linesOf(opts.LineStyle{Color: ToneSoft.color(), Width: 9, Type: "solid", Opacity: opts.Float(0.55)})}
	after := shiftSeries{Type: "scatter", Name: s.After, Z: 4, Lines: linesOf(opts.LineStyle{Color: inkColor, Width: 1.5, Type: "solid"})}
	axis := Forest{Floor: 1, Top: max(s.Last, 2)}
	for i := range s.Rows {
		row := &s.Rows[i]
		names[i], figure.Tips[i], figure.Links[i] = row.Name, row.Tip, row.Link
		was := pointOf(row.Name, row.Before.Place, float64(i), Within, false, false)
		was.SymbolSize, was.ItemStyle = 10, pointStyle{Color: "var(--surface)", BorderColor: "var(--ink-3)", BorderWidth: 2}
		before.Data = append(before.Data, was)
		after.Data = append(after.Data, pointOf(row.Name, row.After.Place, float64(i), row.Standing, false, false))
		band := [2]markEnd{stop(row.Before.Low, i), stop(row.Before.High, i)}
		band[0].Symbol, band[1].Symbol = "none", "none"
		before.Lines.Data = append(before.Lines.Data, band)
		after.Lines.Data = append(after.Lines.Data, [2]markEnd{stop(row.After.Low, i), stop(row.After.High, i)})
		for _, at := range []Placing{row.Before, row.After} {
			axis.Rows = append(axis.Rows, Span{Value: at.Place, Low: min(at.Low, at.Place), High: max(at.High, at.Place)})
		}
	}
	low, high := axis.Axis()
	scatter := charts.NewScatter()
	scatter.SetGlobalOptions(common(s.Description)...)
	scatter.SetGlobalOptions(
		axisTip(),
		charts.WithGridOpts(opts.Grid{Left: "4", Right: "24", Top: "4", Bottom: "4"}),
		charts.WithXAxisOpts(opts.XAxis{
			Type: values, Min: low, Max: high, SplitNumber: 4, MinInterval: 1, AxisLabel: axisLabel(), SplitLine: splitLine(true), AxisLine: axisLine(false),
		}),
		charts.WithYAxisOpts(categoryAxis(names)),
	)
	var err error
	figure.Option, err = encode(scatter, map[string]any{"series": []shiftSeries{before, after}})
	return figure, err
}

func linesOf(style opts.LineStyle) shiftLines {
	return shiftLines{Silent: true, Z: 2, Label: map[string]any{"show": false}, Style: style}
}
