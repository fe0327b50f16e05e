package dashboard

import (
	"context"
	"math"
	"strconv"
	"strings"

	"haochaping/evaluation"
)

// tile is one figure with what it takes to judge it: sample, changes, course.
type tile struct {
	ID      string
	Label   string
	Value   string // empty: no data
	Few     bool   // too few ratings to judge by
	Unit    string
	Sample  string // what the figure is of
	Help    string // the formula in words
	Changes []change
	Target  *tileTarget
	Spark   *spark
	Failed  *failure
}

// loadTiles reads what the period is compared with; the period itself is the page's series.
func (p *page) loadTiles(ctx context.Context) error {
	s, err := p.series()
	if err != nil {
		return err
	}
	comparisons, err := p.readComparisons(ctx, &s.Total)
	if err != nil {
		return err
	}
	for _, m := range measures {
		t := m.tile(p.locale, s, comparisons)
		t.Target = p.tileTarget(m.id, m.value(&s.Total))
		p.markFew(&t, &s)
		p.Tiles = append(p.Tiles, t)
	}
	return nil
}

// markFew says of a rate of few ratings that it is one, as tables do.
func (p *page) markFew(t *tile, s *series) {
	if t.Value != "" && (t.ID == evaluation.BadPer100k || t.ID == evaluation.GoodRate) && p.few(&s.Total) {
		t.Few, t.Sample = true, t.Sample+" · "+p.T("few.long")
	}
}

func (m measure) tile(l locale, s series, comparisons []comparison) tile {
	t := tile{ID: m.id, Label: m.name(l), Help: m.help(l)}
	now := m.value(&s.Total)
	if !now.Known {
		return t
	}
	t.Value, t.Unit = apart(l.valueText(m.id, now))
	t.Sample = m.sample(l, &s.Total)
	t.Spark = m.spark(s)
	for i := range comparisons {
		t.Changes = append(t.Changes, m.change(l, &comparisons[i]))
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
	if points < 3 { // two points are no course
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
