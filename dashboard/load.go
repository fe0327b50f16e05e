package dashboard

import (
	"context"
	"fmt"
	"net/url"
	"sync"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// add puts a card on the page. Its loader runs later, beside the others, with a deadline
// of its own; what it returns as an error becomes a sentence on the card.
func (p *page) add(c card, fill func(context.Context, *card) error) {
	added := &c
	added.csv = p.here(func(v url.Values) { v["card"], v["format"] = []string{c.ID}, []string{"csv"} })
	p.Cards = append(p.Cards, added)
	p.loaders = append(p.loaders, func(ctx context.Context) {
		if err := guarded(ctx, func(ctx context.Context) error { return fill(ctx, added) }); err != nil {
			added.Figure, added.Table = nil, nil
			added.Failed = p.dashboard.incident(p.request, "card failed", err, "card", added.ID)
		}
	})
}

// widen closes gaps in the grid: of halves in a row that do not fill their lines, the last becomes full,
// and of narrow cards the last become halves.
func (p *page) widen() {
	var thirds []*card
	run := 0 // halves in a row up to here
	for i, c := range p.Cards {
		if c.Span == spanThird && c.ID != "levels" { // that one stands beside the trend
			thirds = append(thirds, c)
		}
		if c.Span != spanHalf {
			run = 0
			continue
		}
		run++
		if ends := i+1 == len(p.Cards) || p.Cards[i+1].Span != spanHalf; ends && run%2 == 1 {
			c.Span, c.Open = spanFull, true
		}
	}
	last := map[int]int{1: 4, 2: 2}[len(thirds)%3] // how many of them share lines of two
	for _, c := range thirds[max(0, len(thirds)-last):] {
		c.Span = spanHalf
	}
}

// load runs all loaders and waits for them.
func (p *page) load() {
	p.widen()
	var all sync.WaitGroup
	for _, load := range p.loaders {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(p.request.Context(), p.dashboard.options.CardTimeout)
			defer cancel()
			load(ctx)
		})
	}
	all.Wait()
}

// guarded turns a panic of one card into its error: the other cards are not its concern.
func guarded(ctx context.Context, f func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return f(ctx)
}

// series is the facts of one unit over the steps of the period.
type series struct {
	Steps []calendar.Range
	Facts []evaluation.Facts // by step
	Has   []bool             // whether the step has any facts
	Total evaluation.Facts
}

// empty reports whether there is nothing at all in the period.
func (s series) empty() bool {
	t := &s.Total
	return t.Valid()+t.DefaultsTotal()+t.Unanswered+t.Declined+t.Events+t.Prompted+t.Accepted+t.Finished+t.Handled == 0
}

// about makes the page one of a unit: its series is read once, by whichever card asks
// first, and its tiles are compared with the period before.
func (p *page) about(s subject) {
	p.watch(s)
	p.loaders = append(p.loaders, func(ctx context.Context) {
		if err := guarded(ctx, p.loadTiles); err != nil {
			p.tilesFailed(err)
		}
	})
}

func (p *page) tilesFailed(err error) {
	p.Tiles, p.TilesBad = nil, p.dashboard.incident(p.request, "tiles failed", err)
	p.TilesBad.What = p.T("tiles.label")
}

// watch makes a unit the subject of the page.
func (p *page) watch(s subject) {
	p.subject = s
	p.series = sync.OnceValues(func() (series, error) {
		ctx, cancel := context.WithTimeout(p.request.Context(), p.dashboard.options.CardTimeout)
		defer cancel()
		rows, err := p.facts(ctx, s.query(evaluation.ByTotal, p.period.Range, p.period.Step))
		if err != nil {
			return series{}, err
		}
		return p.period.cut(rows), nil
	})
}

// cut sorts rows into the steps of the period.
func (p period) cut(rows []evaluation.Row) series {
	s := series{Steps: p.steps()}
	s.Facts, s.Has = make([]evaluation.Facts, len(s.Steps)), make([]bool, len(s.Steps))
	kind := map[evaluation.Step]calendar.Kind{
		evaluation.StepWeek: calendar.KindWeek, evaluation.StepMonth: calendar.KindMonth,
	}[p.Step]
	at := make(map[calendar.Day]int, len(s.Steps))
	for i, step := range s.Steps {
		at[calendar.Period(kind, step.From).From] = i
	}
	for i := range rows {
		s.Total.Add(&rows[i].Facts)
		if n, ok := at[calendar.Period(kind, rows[i].Start).From]; ok {
			s.Facts[n].Add(&rows[i].Facts)
			s.Has[n] = true
		}
	}
	return s
}
