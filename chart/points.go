package chart

import "github.com/go-echarts/go-echarts/v2/types"

// Standing is where a unit of a plot of points stands. Each has a shape as well as a colour.
type Standing string

// The standings.
const (
	Within  Standing = ""        // as most
	Few     Standing = "few"     // too few ratings to judge by: hollow
	Worse   Standing = "worse"   // triangle, point up
	Better  Standing = "better"  // diamond
	Outside Standing = "outside" // worse or better, but not surely: square
)

// What follows says of points and lines what go-echarts has no fields for.

// point is one unit of a plot of points.
type point struct {
	Name       string      `json:"name"`
	Value      [2]float64  `json:"value"`
	Symbol     string      `json:"symbol"`
	SymbolSize int         `json:"symbolSize"`
	ItemStyle  pointStyle  `json:"itemStyle"`
	Label      *pointLabel `json:"label,omitempty"`
}

type pointStyle struct {
	Color       string  `json:"color"`
	BorderColor string  `json:"borderColor"`
	BorderWidth float64 `json:"borderWidth"`
	Opacity     float64 `json:"opacity,omitempty"`
}

type pointLabel struct {
	Show      bool          `json:"show"`
	Formatter types.FuncStr `json:"formatter"`
	Position  string        `json:"position"`
	Color     string        `json:"color"`
	FontSize  int           `json:"fontSize"`
	Width     int           `json:"width"`
	Overflow  string        `json:"overflow"`
	Bold      string        `json:"fontWeight,omitempty"`
}

// pointOf is a unit as its standing draws it; the one that a page is about has a dark rim and a bold name.
func pointOf(name string, x, y float64, s Standing, self, named bool) point {
	p := point{Name: name, Value: [2]float64{x, y}, Symbol: "circle", SymbolSize: 11}
	p.ItemStyle = pointStyle{Color: ToneMain.color(), BorderColor: "var(--surface)", BorderWidth: 1}
	switch s {
	case Few:
		p.ItemStyle = pointStyle{Color: "transparent", BorderColor: "var(--ink-3)", BorderWidth: 1.5}
	case Worse:
		p.Symbol, p.SymbolSize, p.ItemStyle.Color = "triangle", 14, ToneBad.color()
	case Better:
		p.Symbol, p.SymbolSize, p.ItemStyle.Color = "diamond", 15, ToneGood.color()
	case Outside:
		p.Symbol, p.ItemStyle.Color = "rect", ToneSoft.color()
		p.ItemStyle.BorderColor = ToneMain.color()
	case Within:
	}
	if self {
		p.SymbolSize += 5
		p.ItemStyle.BorderColor, p.ItemStyle.BorderWidth = "var(--ink)", 2.5
	}
	if named || self {
		p.Label = &pointLabel{
			Show: true, Formatter: plainText(name), Position: "right", Color: inkColor, FontSize: labelSize, Width: nameWidth, Overflow: "truncate",
		}
		if self {
			p.Label.Bold, p.Label.Color = "bold", "var(--ink)"
		}
	}
	return p
}

// turn puts the name of a point far to the right (0 to 1) on its left.
func (p *point) turn(place float64) {
	if p.Label != nil && place > 0.6 {
		p.Label.Position = "left"
	}
}

// points is the series of all units. Names that would lie on others are left out; tips and the table have them.
type points struct {
	Type   string          `json:"type"`
	Name   string          `json:"name"`
	Z      int             `json:"z"`
	Data   []point         `json:"data"`
	Layout map[string]bool `json:"labelLayout"`
	Lines  *ruleLines      `json:"markLine,omitempty"`
	Areas  *corners        `json:"markArea,omitempty"`
}

func pointSeries(name string, data []point) points {
	return points{Type: "scatter", Name: name, Z: 3, Data: data, Layout: map[string]bool{"hideOverlap": true}}
}
