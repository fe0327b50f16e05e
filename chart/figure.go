// Package chart turns figures into options for echarts. It is the only importer of
// go-echarts, and takes nothing but the options from it: no markup, no script, no
// address and no random id.
//
// What it promises: equal input gives equal bytes; every byte is JSON in which <, >
// and & are escaped, so that it can stand inside a script element; value axes begin at
// zero, but for plots of intervals, which are read by position; a missing value is a gap, never zero. Colours are the names of the page's own
// style properties ("var(--good)"), which the page's script replaces by what they are
// in the reader's theme, and numbers on axes are written by it in the reader's language.
package chart

import (
	"encoding/json"
	"fmt"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Figure is what the page's script needs to draw one chart.
type Figure struct {
	// Option is the option object of echarts.
	Option json.RawMessage `json:"option"`
	// Tips are the texts shown for each datum: by place on the category axis, or for a
	// heat map by cell. Lines are parted by \n.
	Tips []string `json:"tips,omitempty"`
	// Links are the addresses that a click on a datum opens, by the same index; empty
	// entries open nothing.
	Links []string `json:"links,omitempty"`
	// Turn says that the axes may be exchanged where the page is narrow.
	Turn bool `json:"turn,omitempty"`
	// Outlines is the address of the areas of a map, which has to be loaded before it is drawn.
	Outlines string `json:"outlines,omitempty"`
	// Failed stands in the chart's place when they cannot be.
	Failed string `json:"failed,omitempty"`
}

// Tone is what a mark means. Good and bad are blue and orange, which readers with any
// kind of colour vision tell apart, and differ in shape or place as well.
type Tone string

// The tones.
const (
	ToneMain  Tone = "main"  // a figure that is neither good nor bad
	ToneSoft  Tone = "soft"  // the same, in the background
	ToneGood  Tone = "good"  // levels 3 to 5
	ToneBad   Tone = "bad"   // levels 1 and 2
	ToneFaint Tone = "faint" // too few ratings to judge by

	ToneAlarm Tone = "heat-5" // nothing, where something should be
	ToneShort Tone = "heat-4" // much too little
	ToneBelow Tone = "heat-2" // too little
	ToneNone  Tone = "few"    // nothing to judge
)

func (t Tone) color() string { return "var(--" + string(t) + ")" }

const (
	inkColor   = "var(--ink-2)"
	lineColor  = "var(--rule)"
	labelSize  = 12
	categories = "category"
	values     = "value"
)

// encode checks a chart and writes its options. Keys of extra replace those that
// go-echarts cannot express.
func encode(c interface {
	Validate()
	JSON() map[string]any
}, extra map[string]any,
) (json.RawMessage, error) {
	c.Validate()
	option := c.JSON()
	delete(option, "toolbox")
	delete(option, "title")
	delete(option, "color") // every mark has a colour of ours
	for key, value := range extra {
		option[key] = value
	}
	text, err := json.Marshal(option)
	if err != nil {
		return nil, fmt.Errorf("encode chart options: %w", err)
	}
	return text, nil
}

// common are the settings that all charts share. The description replaces the one
// that echarts would compose in its own words.
func common(description string) []charts.GlobalOpts {
	return []charts.GlobalOpts{
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "item"}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}),
		charts.WithAriaOpts(&opts.Aria{
			Enabled: opts.Bool(true),
			Label:   &opts.AriaLabel{Enabled: opts.Bool(true), Description: description},
		}),
	}
}

func axisLabel() *opts.AxisLabel {
	return &opts.AxisLabel{Show: opts.Bool(true), Color: inkColor, FontSize: labelSize, HideOverlap: opts.Bool(true)}
}

func axisTip() charts.GlobalOpts {
	return charts.WithTooltipOpts(opts.Tooltip{
		Show: opts.Bool(true), Trigger: "axis", AxisPointer: &opts.AxisPointer{Type: "shadow"},
	})
}

func splitLine(show bool) *opts.SplitLine {
	return &opts.SplitLine{Show: opts.Bool(show), LineStyle: &opts.LineStyle{Color: lineColor}}
}

func axisLine(show bool) *opts.AxisLine {
	return &opts.AxisLine{Show: opts.Bool(show), LineStyle: &opts.LineStyle{Color: lineColor}}
}

// Number is a value that may be missing.
type Number struct {
	Value float64
	Known bool
}

// Known is a value that is there.
func Known(v float64) Number { return Number{Value: v, Known: true} }

// plain is the value for a datum: nil is a gap.
func (n Number) plain() any {
	if !n.Known {
		return nil
	}
	return n.Value
}
