package dashboard

import (
	"cmp"
	"context"
	"math"
	"net/url"
	"slices"
	"strconv"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/findings"
)

// spellsCard lists the levels that a source no longer sends, or never did, where chance does not explain it.
func (p *page) spellsCard() {
	p.addQuality(card{ID: "spells", Title: p.T("spells.title"), Note: p.T("spells.note"), Span: spanFull, Open: true},
		func(ctx context.Context, c *card) error {
			shown := p.lastDays(c, maxQualityDays)
			days, err := p.readSourceDays(ctx)
			if err != nil || len(days) == 0 {
				c.Empty = err == nil
				return err
			}
			list := findings.Spells(days)
			list = slices.DeleteFunc(list, func(s findings.Spell) bool { return s.Days.Intersect(shown).Len() <= 0 })
			if len(list) == 0 {
				c.Empty, c.EmptyText = true, p.T("spells.none")
				return nil
			}
			c.Table = &table{Columns: []column{
				{Title: p.T("column.source")},
				{Title: p.T("column.level")},
				{Title: p.T("spells.days")},
				{Title: p.T("column.state")},
				{Title: p.T("measure.ratings"), Number: true},
				{Title: p.T("spells.share"), Number: true},
				{Title: p.T("spells.expected"), Number: true},
				{Title: "P(0)", Number: true},
			}, Note: p.T("spells.all", "N", len(list))}
			if len(list) > shownSpells {
				c.Table.Note = p.T("spells.listed", "Shown", shownSpells, "N", len(list))
			}
			for i := range list[:min(len(list), shownSpells)] {
				s := &list[i]
				level := strconv.Itoa(s.Level)
				state := "over"
				switch {
				case s.Never:
					state = "never"
				case s.Open:
					state = "open"
				}
				c.Table.Rows = append(c.Table.Rows, []cell{
					{label: label{Text: s.Source, Name: true}},
					{label: label{Text: p.T("level." + level)}, Mark: "level-" + level},
					text(p.Range(s.Days)), text(p.T("spell." + state)), text(p.Int(s.N)),
					text(p.percent(s.Share)), text(p.Fixed(s.Expected(), 1)), text(p.chance(s.P0)),
				})
			}
			return nil
		})
}

// chance writes a probability so that a tiny one is not 0 and a large one not certain.
func (p *page) chance(x float64) string {
	switch {
	case x < 1e-6:
		return "<0.000001"
	case x < 1e-3:
		return p.Fixed(x, 6)
	case x >= 0.9995 && x < 1:
		return ">0.999"
	}
	return p.Fixed(x, 3)
}

// percent writes a share of 0 to 1; see [evaluation.FormatValue].
func (p *page) percent(x float64) string {
	return p.Value(evaluation.Indicator{Unit: evaluation.Percent}, evaluation.Value{Number: x, Known: true})
}

// sourceTotals are the levels that a source sent, over all days that were read.
type sourceTotals struct {
	source string
	levels [5]uint64
	all    uint64
}

func totalsOf(days []evaluation.SourceDay) (list []*sourceTotals) {
	at := make(map[string]*sourceTotals)
	for i := range days {
		d := &days[i]
		s := at[d.Source]
		if s == nil {
			s = &sourceTotals{source: d.Source}
			at[d.Source], list = s, append(list, s)
		}
		for l, n := range d.Levels {
			s.levels[l] += n
		}
		s.all += d.Chosen()
	}
	slices.SortFunc(list, func(a, b *sourceTotals) int {
		return cmp.Or(cmp.Compare(b.all, a.all), cmp.Compare(a.source, b.source))
	})
	return list
}

// levelDaysCard shows the levels of each day of one source against the source's usual shares; the reader chooses which.
func (p *page) levelDaysCard() {
	chosen := p.request.URL.Query().Get(keySource)
	p.addQuality(card{ID: "level-days", Title: p.T("leveldays.title"), Note: p.T("leveldays.note"), Span: spanFull, Open: true},
		func(ctx context.Context, c *card) error {
			shown := p.lastDays(c, arrivalDays)
			days, err := p.readSourceDays(ctx)
			if err != nil {
				return err
			}
			totals := slices.DeleteFunc(totalsOf(days), func(s *sourceTotals) bool { return s.all == 0 })
			if len(totals) == 0 {
				c.Empty = true
				return nil
			}
			at := max(0, slices.IndexFunc(totals, func(s *sourceTotals) bool { return s.source == chosen }))
			for i, s := range totals {
				if i < shownSources || i == at {
					c.Tabs = append(c.Tabs, choice{
						Text: s.source, Name: true, Current: i == at,
						Href: p.here(func(v url.Values) { v[keySource] = []string{s.source} }) + "#card-level-days",
					})
				}
			}
			p.levelDays(c, days, totals[at], shown)
			return nil
		})
}

// levelDays has a row a day, the newest first. A level that did not come has P(0) beside its zero; a day without
// ratings has none.
func (p *page) levelDays(c *card, days []evaluation.SourceDay, of *sourceTotals, shown calendar.Range) {
	byDay := make(map[calendar.Day]*evaluation.SourceDay)
	for i := range days {
		if d := &days[i]; d.Source == of.source {
			byDay[d.Day] = d
		}
	}
	c.Table = &table{Columns: []column{{Title: p.T("column.day")}, {Title: p.T("measure.ratings"), Number: true}}, Note: p.T("leveldays.table")}
	for level := 5; level >= 1; level-- {
		c.Table.Columns = append(c.Table.Columns, column{
			Title: p.T("leveldays.level", "Level", p.T("level."+strconv.Itoa(level)), "Share", p.Share(of.levels[level-1], of.all)), Number: true,
		})
	}
	for day := shown.To; day >= shown.From; day-- {
		row := []cell{text(p.Date(day) + " " + p.T("weekday."+weekdayID(weekdayIndex(day))))}
		d := byDay[day]
		if d == nil || d.Chosen() == 0 {
			for range 6 {
				row = append(row, cell{label: label{Text: p.None()}, Faint: true})
			}
			c.Table.Rows = append(c.Table.Rows, row)
			continue
		}
		n := d.Chosen()
		row = append(row, text(p.Int(n)))
		for level := 4; level >= 0; level-- {
			row = append(row, p.levelDay(d.Levels[level], n, of.levels[level], of.all))
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
}

// improbable is the P(0) of a single day from which on its zero is marked; whether it is real, the list of missing
// levels says.
const improbable = 0.01

// levelDay is how often a level came on a day: with its share, or with the probability of none.
func (p *page) levelDay(count, n, usual, all uint64) cell {
	if count > 0 {
		return text(p.Int(count) + " · " + p.Share(count, n))
	}
	if usual == 0 || all <= n {
		return cell{label: label{Text: "0"}, Faint: true}
	}
	p0 := findings.NoneByChance(math.Min(1, float64(usual)/float64(all-n)), n)
	c := cell{label: label{Text: "0 · P(0) " + p.chance(p0)}, Faint: true}
	if p0 < improbable {
		c.Faint, c.Mark = false, "arrival-silent"
	}
	return c
}
