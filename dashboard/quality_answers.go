package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"haochaping/calendar"
	"haochaping/chart"
	"haochaping/directory"
	"haochaping/evaluation"
)

// answers are how people, and the system for them, answered the rating page.
type answers struct {
	name               label
	href               string
	chosen             uint64    // levels that people chose
	defaults           [5]uint64 // levels that a system booked
	unanswered, refuse uint64
	events, prompted   uint64 // of halls
}

// booked are the levels that a system booked, and of these 3 to 5 (默认好评).
func (a *answers) booked() (all, good uint64) {
	for i, n := range a.defaults {
		all += n
		if i >= 2 {
			good += n
		}
	}
	return all, good
}

// asked is how often the rating page was answered or left alone.
func (a *answers) asked() uint64 {
	all, _ := a.booked()
	return a.chosen + all + a.unanswered + a.refuse
}

// sourceAnswersCard tells chosen levels, booked ones and silence apart, by source.
func (p *page) sourceAnswersCard() {
	p.addQuality(card{ID: "source-answers", Title: p.T("answers.sources"), Note: p.T("answers.note"), Span: spanFull, Size: rowsClass(8)},
		func(ctx context.Context, c *card) error {
			shown := p.lastDays(c, maxQualityDays)
			days, err := p.readSourceDays(ctx)
			if err != nil {
				return err
			}
			list := answersOf(days, shown)
			if len(list) == 0 {
				c.Empty = true
				return nil
			}
			c.Table = &table{Columns: p.answerColumns(p.T("column.source"), false), Note: p.answersListed(len(list))}
			for _, a := range list[:min(len(list), shownHalls)] {
				c.Table.Rows = append(c.Table.Rows, p.answerCells(a, false))
			}
			return p.drawAnswers(c, list)
		})
}

// answersOf sums up days by source, those with the largest share of booked levels first, then of silence.
func answersOf(days []evaluation.SourceDay, shown calendar.Range) (list []*answers) {
	at := make(map[string]*answers)
	for i := range days {
		d := &days[i]
		if !shown.Contains(d.Day) {
			continue
		}
		a := at[d.Source]
		if a == nil {
			a = &answers{name: label{Text: d.Source, Name: true}}
			at[d.Source], list = a, append(list, a)
		}
		a.chosen += d.Chosen()
		for l, n := range d.Defaults {
			a.defaults[l] += n
		}
		a.unanswered += d.Unanswered
		a.refuse += d.Declined
	}
	list = slices.DeleteFunc(list, func(a *answers) bool { return a.asked() == 0 })
	sortAnswers(list)
	return list
}

func sortAnswers(list []*answers) {
	share := func(n uint64, a *answers) float64 { return float64(n) / float64(max(a.asked(), 1)) }
	slices.SortStableFunc(list, func(a, b *answers) int {
		da, _ := a.booked()
		db, _ := b.booked()
		return cmp.Or(cmp.Compare(share(db, b), share(da, a)), cmp.Compare(share(b.unanswered, b), share(a.unanswered, a)),
			cmp.Compare(b.asked(), a.asked()), cmp.Compare(a.name.Text, b.name.Text))
	})
}

// answerColumns and answerCells are the columns of a list of units and the cells of one; halls have service events too.
func (p *page) answerColumns(first string, halls bool) []column {
	columns := []column{{Title: first}}
	names := []string{"answers.asked", "answers.chosen", "answers.defaults", "answers.defaults.share", "answers.good", "answers.good.share", "answers.unanswered", "answers.unanswered.share", "answers.declined"}
	if halls {
		names = append([]string{"answers.events", "answers.prompted"}, names...)
	}
	for _, id := range names {
		columns = append(columns, column{Title: p.T(id), Number: true})
	}
	return columns
}

func (p *page) answerCells(a *answers, halls bool) []cell {
	row := []cell{{label: a.name, Href: a.href}}
	if halls {
		row = append(row, p.countCell(a.events, a.events > 0), p.countCell(a.prompted, a.events > 0))
	}
	booked, good := a.booked()
	n := a.asked()
	return append(row,
		text(p.Int(n)), text(p.Int(a.chosen)), text(p.Int(booked)), text(p.Share(booked, n)),
		text(p.Int(good)), text(p.Share(good, good+a.chosen)), text(p.Int(a.unanswered)), text(p.Share(a.unanswered, n)), text(p.Int(a.refuse)),
	)
}

// shownAnswers is how many sources the chart compares.
const shownAnswers = 8

// drawAnswers compares the shares of booked levels and of silence.
func (p *page) drawAnswers(c *card, list []*answers) error {
	list = slices.DeleteFunc(slices.Clone(list), func(a *answers) bool {
		booked, _ := a.booked()
		return booked+a.unanswered == 0
	})
	list = list[:min(len(list), shownAnswers)]
	if len(list) == 0 {
		c.Open = true
		return nil
	}
	bars := []chart.Cluster{{Name: p.T("answers.defaults.share"), Tone: chart.ToneBad}, {Name: p.T("answers.unanswered.share"), Tone: chart.ToneFaint}}
	plot := chart.Clusters{Description: p.T("answers.described"), Bars: bars}
	for _, a := range list {
		booked, good := a.booked()
		n := a.asked()
		plot.Labels = append(plot.Labels, a.name.Text)
		plot.Tips = append(plot.Tips, fmt.Sprintf("%s\n%s  %s\n%s  %s · %s\n%s  %s\n%s  %s · %s", a.name.Text,
			p.T("answers.chosen"), p.Int(a.chosen), p.T("answers.defaults"), p.Int(booked), p.Share(booked, n), p.T("answers.good"), p.Int(good),
			p.T("answers.unanswered"), p.Int(a.unanswered), p.Share(a.unanswered, n)))
		for i, part := range []uint64{booked, a.unanswered} {
			bars[i].Values = append(bars[i].Values, chart.Known(100*float64(part)/float64(n)))
			bars[i].Labels = append(bars[i].Labels, p.Share(part, n))
		}
	}
	c.Size = rowsClass(2 * len(list))
	return c.draw(plot.Figure())
}

// hallAnswersCard tells the same apart by hall, within the reader's scope.
func (p *page) hallAnswersCard() {
	p.add(card{ID: "hall-answers", Title: p.T("answers.halls"), Note: p.T("answers.halls.note"), Span: spanFull, Open: true},
		func(ctx context.Context, c *card) error {
			rows, err := p.facts(ctx, evaluation.Query{By: evaluation.ByHall, From: p.period.From, To: p.period.To})
			if err != nil {
				return err
			}
			var list []*answers
			for i := range rows {
				r := &rows[i]
				if r.Hall == "" || !p.may(directory.KindHall, r.Hall) {
					continue
				}
				a := &answers{
					name: p.hallName(r.Hall), href: p.hallLink(r.Hall), chosen: r.Valid(), defaults: r.Defaults, unanswered: r.Unanswered, refuse: r.Declined,
					events: r.Events, prompted: r.Prompted,
				}
				if booked, _ := a.booked(); booked+a.unanswered+a.refuse > 0 {
					list = append(list, a)
				}
			}
			if len(list) == 0 {
				c.Empty = true
				if len(rows) > 0 {
					c.EmptyText = p.T("answers.halls.none")
				}
				return nil
			}
			sortAnswers(list)
			c.Table = &table{Columns: p.answerColumns(p.T("column.hall"), true), Note: p.answersListed(len(list))}
			for _, a := range list[:min(len(list), shownHalls)] {
				c.Table.Rows = append(c.Table.Rows, p.answerCells(a, true))
			}
			return nil
		})
}

// latenessCard shows how long after their day the ratings of sources arrived.
func (p *page) latenessCard() {
	p.addQuality(card{ID: "late", Title: p.T("late.title"), Note: p.T("late.note"), Span: spanFull, Open: true},
		func(ctx context.Context, c *card) error {
			d, days := p.dashboard, p.lastDays(c, arrivalDays)
			list, err := d.arriving.late.fetch(ctx, d, days, func(ctx context.Context) ([]evaluation.SourceLateness, error) {
				return d.options.Quality.Lateness(ctx, days)
			})
			if err != nil || len(list) == 0 {
				c.Empty = err == nil
				return err
			}
			list = slices.Clone(list)
			slices.SortStableFunc(list, func(a, b evaluation.SourceLateness) int {
				share := func(l *evaluation.SourceLateness) float64 { return float64(l.Day) / float64(max(l.Ratings, 1)) }
				return cmp.Or(cmp.Compare(share(&b), share(&a)), cmp.Compare(b.Ratings, a.Ratings))
			})
			c.Table = &table{Columns: []column{
				{Title: p.T("column.source")},
				{Title: p.T("late.ratings"), Number: true},
				{Title: p.T("late.day"), Number: true},
				{Title: p.T("column.share"), Number: true},
				{Title: p.T("late.week"), Number: true},
				{Title: p.T("column.share"), Number: true},
				{Title: p.T("late.last")},
			}}
			for i := range list[:min(len(list), shownHalls)] {
				l := &list[i]
				c.Table.Rows = append(c.Table.Rows, []cell{
					{label: label{Text: l.Source, Name: true}},
					text(p.Int(l.Ratings)),
					text(p.Int(l.Day)), text(p.Share(l.Day, l.Ratings)), text(p.Int(l.Week)), text(p.Share(l.Week, l.Ratings)),
					text(p.Clock(l.LastAt, p.now)),
				})
			}
			return nil
		})
}

// answersListed says how many sources or halls there are, and how many of them are listed.
func (p *page) answersListed(n int) string {
	if n <= shownHalls {
		return p.T("answers.all", "N", n)
	}
	return p.T("answers.listed", "Shown", shownHalls, "N", n)
}
