package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"haochaping/calendar"
	"haochaping/chart"
	"haochaping/evaluation"
)

// arrivalClasses are the states of a day of a source as the field shows them, in the order of the evaluation's.
var arrivalClasses = map[evaluation.ArrivalState]chart.Class{
	evaluation.ArrivalSilent:   {Tone: chart.ToneAlarm, Sign: "×"},
	evaluation.ArrivalLow:      {Tone: chart.ToneShort, Sign: "↓"},
	evaluation.ArrivalBelow:    {Tone: chart.ToneBelow},
	evaluation.ArrivalMore:     {Tone: chart.ToneMain, Sign: "+"},
	evaluation.ArrivalUsual:    {Tone: chart.ToneSoft},
	evaluation.ArrivalNone:     {Tone: chart.ToneNone},
	evaluation.ArrivalUnjudged: {Tone: chart.ToneFaint},
}

// arrived are the days of sources of a page's period.
type arrived struct {
	days    calendar.Range
	sources []string                                        // those with most records first
	of      map[string]map[calendar.Day]*evaluation.Arrival // by source and day
	list    []evaluation.Arrival                            // of all sources
}

// readArrivals compares what came of the period with what is usual.
func (p *page) readArrivals(ctx context.Context) (*arrived, error) {
	days, err := p.readSourceDays(ctx)
	if err != nil {
		return nil, err
	}
	a := &arrived{days: p.lastDays(&card{}, arrivalDays), of: make(map[string]map[calendar.Day]*evaluation.Arrival)}
	a.list = evaluation.Arrivals(days, a.days, calendar.DayOf(p.now, p.zone), p.workdays())
	volume := make(map[string]float64)
	for i := range a.list {
		x := &a.list[i]
		if a.of[x.Source] == nil {
			a.of[x.Source] = make(map[calendar.Day]*evaluation.Arrival)
			a.sources = append(a.sources, x.Source)
		}
		a.of[x.Source][x.Day] = x
		volume[x.Source] += max(float64(x.Received), x.Usual)
	}
	slices.SortFunc(a.sources, func(x, y string) int { return cmp.Or(cmp.Compare(volume[y], volume[x]), cmp.Compare(x, y)) })
	return a, nil
}

// arrivalCards show how much of each day came from each source.
func (p *page) arrivalCards() {
	read := sync.OnceValues(func() (*arrived, error) {
		ctx, cancel := context.WithTimeout(p.request.Context(), p.dashboard.options.CardTimeout)
		defer cancel()
		return p.readArrivals(ctx)
	})
	fill := func(show func(*card, *arrived) error) func(context.Context, *card) error {
		return func(_ context.Context, c *card) error {
			p.lastDays(c, arrivalDays)
			a, err := read()
			if err != nil || len(a.list) == 0 {
				c.Empty = err == nil
				return err
			}
			return show(c, a)
		}
	}
	p.addQuality(card{ID: "sources", Title: p.T("sources.title"), Note: p.T("sources.note"), Span: spanFull}, fill(p.fillSources))
	p.addQuality(card{ID: "outliers", Title: p.T("outliers.title"), Note: p.T("outliers.note"), Span: spanFull, Open: true}, fill(p.fillOutliers))
	p.addQuality(card{ID: "arrivals", Title: p.T("arrivals.title"), Note: p.T("arrivals.note"), Span: spanFull, Open: true}, fill(p.fillArrivalSums))
}

// fillSources draws the field of sources and days; its table has a row a day, the newest first.
func (p *page) fillSources(c *card, a *arrived) error {
	shown := a.sources[:min(len(a.sources), shownSources)]
	if len(shown) < len(a.sources) {
		c.Note += p.T("sources.shown", "Shown", len(shown), "N", len(a.sources))
	}
	c.Table = &table{Columns: []column{{Title: p.T("column.day")}}, Note: p.T("sources.table")}
	h := chart.Heat{Description: p.T("sources.described"), Name: p.T("column.state"), Plain: true}
	states := evaluation.ArrivalStates()
	for _, s := range states {
		class := arrivalClasses[s]
		class.Name = p.T("arrival." + string(s))
		h.Classes = append(h.Classes, class)
		c.Legend = append(c.Legend, legendEntry{"arrival-" + string(s), class.Sign, class.Name})
	}
	for y, source := range shown {
		h.Y = append(h.Y, source)
		c.Table.Columns = append(c.Table.Columns, column{Title: source, Name: true, Number: true})
		for day := a.days.From; day <= a.days.To; day++ {
			if x := a.of[source][day]; x != nil {
				h.Cells = append(h.Cells, chart.Cell{
					X: int(day - a.days.From), Y: y, Value: float64(slices.Index(states, x.State)), Tip: p.arrivalTip(x),
				})
			}
		}
	}
	for day := a.days.From; day <= a.days.To; day++ {
		name := ""
		if day.Weekday() == time.Monday {
			name = p.ShortDate(day)
		}
		h.X = append(h.X, name)
	}
	for day := a.days.To; day >= a.days.From; day-- {
		row := []cell{text(p.Date(day) + " " + p.T("weekday."+weekdayID(weekdayIndex(day))))}
		for _, source := range shown {
			row = append(row, p.arrivalCell(a.of[source][day]))
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
	c.Size = fmt.Sprintf("across-%d down-%d", steps4(len(shown)), steps4(a.days.Len()))
	return c.draw(h.Figure())
}

// arrivalTip says what came and what usually comes.
func (p *page) arrivalTip(x *evaluation.Arrival) string {
	usual := p.T("arrival.no_usual")
	switch {
	case x.Special:
		usual = p.T("arrival.special")
	case x.Known:
		usual = p.T("arrival.against", "Usual", p.usualText(x))
	}
	return x.Source + "\n" + p.Date(x.Day) + " " + p.T("weekday."+weekdayID(weekdayIndex(x.Day))) + "\n" +
		p.T("arrival."+string(x.State)) + "\n" + p.T("arrival.received") + "  " + p.Int(x.Received) + "\n" + usual
}

func (p *page) usualText(x *evaluation.Arrival) string { return p.Int(uint64(x.Usual + 0.5)) }

// arrivalCell is a day of a source: what came, and its share of the usual. Nothing is no zero where nothing is known.
func (p *page) arrivalCell(x *evaluation.Arrival) cell {
	switch {
	case x == nil, x.Received == 0 && x.State == evaluation.ArrivalUnjudged:
		return cell{label: label{Text: p.None()}, Faint: true}
	case x.State == evaluation.ArrivalSilent:
		return cell{label: label{Text: p.T("arrival.silent")}, Mark: "arrival-silent"}
	case x.Received == 0:
		return cell{label: label{Text: p.T("arrival.none")}, Faint: true}
	}
	c := cell{label: label{Text: p.Int(x.Received)}, Faint: x.State == evaluation.ArrivalUnjudged}
	if x.StandsOut() {
		c.Text += " · " + p.shareOfUsual(x)
		c.Mark = "arrival-" + string(x.State)
	}
	return c
}

// shareOfUsual is what came as a percentage of the usual.
func (p *page) shareOfUsual(x *evaluation.Arrival) string {
	if !x.Known || x.Usual <= 0 || x.Special {
		return p.None()
	}
	return p.Fixed(100*float64(x.Received)/x.Usual, 0) + "%"
}

// fillOutliers lists the days that somebody should look at, of all sources, the worst first.
func (p *page) fillOutliers(c *card, a *arrived) error {
	var list []*evaluation.Arrival
	for i := range a.list {
		if a.list[i].StandsOut() {
			list = append(list, &a.list[i])
		}
	}
	if len(list) == 0 {
		c.Empty, c.EmptyText = true, p.T("outliers.none")
		return nil
	}
	slices.SortFunc(list, evaluation.CompareArrivals)
	c.Table = &table{Columns: []column{
		{Title: p.T("column.source")},
		{Title: p.T("column.day")},
		{Title: p.T("column.weekday")},
		{Title: p.T("column.state")},
		{Title: p.T("arrival.received"), Number: true},
		{Title: p.T("arrival.usual_n"), Number: true},
		{Title: p.T("arrival.share"), Number: true},
	}}
	for _, x := range list[:min(len(list), shownOutliers)] {
		received := text(p.Int(x.Received))
		if x.State == evaluation.ArrivalSilent {
			received = cell{label: label{Text: p.None()}, Faint: true}
		}
		c.Table.Rows = append(c.Table.Rows, []cell{
			{label: label{Text: x.Source, Name: true}, Mark: "arrival-" + string(x.State)},
			text(p.Date(x.Day)), text(p.T("weekday." + weekdayID(weekdayIndex(x.Day)))), text(p.T("arrival." + string(x.State))),
			received, text(p.usualText(x)), text(p.shareOfUsual(x)),
		})
	}
	c.Table.Note = p.T("outliers.all", "N", len(list))
	if len(list) > shownOutliers {
		c.Table.Note = p.T("outliers.listed", "Shown", shownOutliers, "N", len(list))
	}
	return nil
}

// fillArrivalSums has a row a source: how many of its days are as usual, the worst first.
func (p *page) fillArrivalSums(c *card, a *arrived) error {
	type sums struct {
		source                    string
		records                   uint64
		judged, silent, low, more int
		last                      calendar.Day
	}
	list := make([]sums, 0, len(a.sources))
	for _, source := range a.sources {
		s := sums{source: source}
		for _, x := range a.of[source] {
			s.records += x.Received
			if x.Received > 0 {
				s.last = max(s.last, x.Day)
			}
			switch x.State {
			case evaluation.ArrivalSilent:
				s.silent++
			case evaluation.ArrivalLow, evaluation.ArrivalBelow:
				s.low++
			case evaluation.ArrivalMore:
				s.more++
			case evaluation.ArrivalUsual, evaluation.ArrivalNone, evaluation.ArrivalUnjudged:
			}
			if x.State != evaluation.ArrivalUnjudged && x.State != evaluation.ArrivalNone {
				s.judged++
			}
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(x, y sums) int { return cmp.Or(cmp.Compare(y.silent, x.silent), cmp.Compare(y.low, x.low)) })
	c.Table = &table{Columns: []column{
		{Title: p.T("column.source")},
		{Title: p.T("arrival.received"), Number: true},
		{Title: p.T("arrivals.last")},
		{Title: p.T("arrivals.judged"), Number: true},
		{Title: p.T("arrival.silent"), Number: true},
		{Title: p.T("arrivals.low"), Number: true},
		{Title: p.T("arrival.more"), Number: true},
	}}
	for i := range list {
		s := &list[i]
		last := cell{label: label{Text: p.T("arrivals.nothing")}, Faint: true}
		if s.last > 0 {
			last = text(p.Date(s.last))
		}
		days := func(n int) cell { return p.countCell(uint64(n), s.judged > 0) }
		c.Table.Rows = append(c.Table.Rows, []cell{
			{label: label{Text: s.source, Name: true}}, p.countCell(s.records, s.last > 0), last, days(s.judged), days(s.silent), days(s.low), days(s.more),
		})
	}
	return nil
}
