package dashboard

import (
	"context"
	"math"
	"strconv"
	"strings"

	"haochaping/evaluation"
)

// tile is one figure with what it takes to judge it: sample, change, course.
type tile struct {
	ID     string
	Label  string
	Value  string // empty: no data
	Unit   string
	Sample string // what the figure is of
	Help   string // the formula in words
	Change *change
	Spark  *spark
}

// change is the comparison with the period before. It says what differs, not whether the
// difference means anything.
type change struct {
	Arrow string // ▲ ▼ =; none where nothing is compared
	Text  string
	Word  string
	Moved bool
}

// loadTiles reads the period before; the period itself is the page's series.
func (p *page) loadTiles(ctx context.Context) error {
	s, err := p.series()
	if err != nil {
		return err
	}
	rows, err := p.facts(ctx, p.subject.query(evaluation.ByTotal, p.period.Before, evaluation.StepNone))
	if err != nil {
		return err
	}
	var before evaluation.Facts
	for i := range rows {
		before.Add(&rows[i].Facts)
	}
	for _, m := range measures {
		p.Tiles = append(p.Tiles, m.tile(p.locale, s, &before))
	}
	return nil
}

// minCompared is the sample that either period needs for a comparison; the earlier one also needs a tenth
// of the later one's: a period before the first records would make any figure grow by thousands of percent.
const minCompared = 30

func (m measure) tile(l locale, s series, before *evaluation.Facts) tile {
	t := tile{ID: m.id, Label: m.name(l), Help: m.help(l)}
	now := m.value(&s.Total)
	if !now.Known {
		return t
	}
	t.Value, t.Unit = apart(l.valueText(m.id, now))
	t.Sample = m.sample(l, &s.Total)
	t.Spark = m.spark(s)
	was := m.value(before)
	if !was.Known {
		return t
	}
	if min(now.N, was.N) < max(minCompared, now.N/10) {
		t.Change = &change{Word: l.T("change.few")}
		return t
	}
	text, moved := m.differ(l, now.Number, was.Number)
	switch {
	case !moved:
		t.Change = &change{Arrow: "=", Word: l.T("change.none")}
	case now.Number > was.Number:
		t.Change = &change{Arrow: "▲", Text: text, Word: l.T("change.up"), Moved: true}
	default:
		t.Change = &change{Arrow: "▼", Text: text, Word: l.T("change.down"), Moved: true}
	}
	return t
}

// spark is a small line drawn in a box of sparkWidth × sparkHeight, with its end marked.
type spark struct {
	Line string // path data
	End  string // path data of the last point
}

const (
	sparkWidth  = 120
	sparkHeight = 32
	sparkEdge   = 3
)

// spark draws the course of a measure. Steps without data are gaps.
func (m measure) spark(s series) *spark {
	values := make([]float64, len(s.Facts))
	known := make([]bool, len(s.Facts))
	lo, hi, points := math.Inf(1), math.Inf(-1), 0
	for i := range s.Facts {
		v := m.value(&s.Facts[i])
		if !v.Known {
			continue
		}
		values[i], known[i] = v.Number, true
		lo, hi, points = min(lo, v.Number), max(hi, v.Number), points+1
	}
	if points < 2 {
		return nil
	}
	if m.zero {
		lo = 0
	}
	var line strings.Builder
	out := &spark{}
	for i, v := range values {
		if !known[i] {
			continue
		}
		x := sparkEdge + float64(i)/float64(len(values)-1)*(sparkWidth-2*sparkEdge)
		y := float64(sparkHeight) / 2
		if hi > lo {
			y = sparkHeight - sparkEdge - (v-lo)/(hi-lo)*(sparkHeight-2*sparkEdge)
		}
		at := coordinate(x) + " " + coordinate(y)
		if i == 0 || !known[i-1] {
			line.WriteString("M" + at)
		} else {
			line.WriteString("L" + at)
		}
		out.End = "M" + at + "h0"
	}
	out.Line = line.String()
	return out
}

func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
