package chart

import (
	"github.com/go-echarts/go-echarts/v2/charts"
)

// Shade is what the colour of an area says: where its figure lies among the control limits around that of all.
type Shade int

// The shades, in the order of the legend.
const (
	ShadeBelow998 Shade = iota
	ShadeBelow95
	ShadeWithin
	ShadeAbove95
	ShadeAbove998
	ShadeFew  // too few ratings to judge by
	ShadeNone // no data
	shades    = 7
)

// Area is a unit on a map.
type Area struct {
	Code  string // of its outline
	Name  string
	Shade Shade
	Tip   string
	Link  string
}

// Areas is a map whose outlines the page loads from elsewhere.
type Areas struct {
	Description string
	Outlines    string // address of the outlines, GeoJSON whose property name is the code of an area
	Notice      string // printed on the map: under which number it was approved
	Failed      string // stands in the map's place when the outlines cannot be loaded
	Areas       []Area
	Legend      [shades]string // a word for each shade
}

// shadeColors are the names of the styles of shades: blue and orange around grey.
var shadeColors = [shades]string{"map-1", "map-2", "map-3", "map-4", "map-5", "few", "surface"}

// Figure draws the map. Tips and links are by area.
func (a Areas) Figure() (Figure, error) {
	figure := Figure{Outlines: a.Outlines, Failed: a.Failed}
	data := make([]map[string]any, len(a.Areas))
	used := [shades]bool{}
	for i := range a.Areas {
		area := &a.Areas[i]
		used[area.Shade] = true
		data[i] = map[string]any{
			"name": area.Code, "value": int(area.Shade),
			"label": map[string]any{"show": true, "formatter": plainText(area.Name)},
		}
		figure.Tips = append(figure.Tips, area.Tip)
		figure.Links = append(figure.Links, area.Link)
	}
	var pieces []piece
	for i, word := range a.Legend {
		if at := float64(i); used[i] {
			pieces = append(pieces, piece{Value: &at, Label: word, Color: "var(--" + shadeColors[i] + ")"})
		}
	}
	// Two maps of one name would share their outlines, so the name is the address.
	m := charts.NewMap()
	m.RegisterMapType(a.Outlines)
	m.SetGlobalOptions(common(a.Description)...)
	var err error
	figure.Option, err = encode(m, map[string]any{
		"series": []any{map[string]any{
			"type": "map", "map": a.Outlines, "nameProperty": "name", "data": data, "roam": false, "selectedMode": false, "showLegendSymbol": false,
			"left": 8, "right": 8, "top": 34, "bottom": 24,
			"itemStyle":   map[string]any{"areaColor": "var(--surface)", "borderColor": "var(--ink-3)", "borderWidth": 1},
			"label":       map[string]any{"show": false, "color": "var(--ink)", "fontSize": labelSize, "textBorderColor": "var(--surface)", "textBorderWidth": 3},
			"labelLayout": map[string]any{"hideOverlap": true},
			"emphasis":    map[string]any{"itemStyle": map[string]any{"areaColor": "inherit", "borderColor": "var(--ink)", "borderWidth": 2}, "label": map[string]any{"color": "var(--ink)"}},
		}},
		"visualMap": map[string]any{
			"type": "piecewise", "pieces": pieces, "orient": "horizontal", "top": "0", "left": "0", "showLabel": true, "hoverLink": false, "selectedMode": false,
			"itemWidth": 14, "itemHeight": 10, "itemGap": 10, "textGap": 5, "textStyle": map[string]any{"color": inkColor, "fontSize": labelSize},
			"outOfRange": map[string]any{"color": "var(--surface)"},
		},
		"title": []any{map[string]any{
			"text": a.Notice, "right": "4", "bottom": "0", "padding": 0,
			"textStyle": map[string]any{"color": "var(--ink-2)", "fontSize": labelSize, "fontWeight": "normal"},
		}},
	})
	return figure, err
}
