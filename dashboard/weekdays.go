package dashboard

import (
	"context"
	"math"

	"haochaping/calendar"
	"haochaping/chart"
	"haochaping/evaluation"
)

// maxHourDays is the longest stretch of days that is read for weekdays and hours: the last year of a longer period.
const maxHourDays = 366

// weekdaysCard crosses days of the week with hours. Hours are counted for all ratings and not for the bad ones, so the
// field shows where ratings come from, and bad reviews stand by weekday in the table.
func (p *page) weekdaysCard() {
	p.add(card{ID: "weekdays", Title: p.T("card.weekdays"), Note: p.T("card.weekdays.note"), Span: spanFull, Size: "across-8 down-12"},
		func(ctx context.Context, c *card) error {
			r := p.period.Range
			if r.Len() > maxHourDays {
				r.From = r.To - (maxHourDays - 1)
				c.Note += p.T("card.weekdays.cut", "Period", p.Range(r))
			}
			rows, err := p.facts(ctx, p.subject.query(evaluation.ByTotal, r, evaluation.StepDay))
			if err != nil {
				return err
			}
			var days [7]evaluation.Facts
			for i := range rows {
				days[weekdayIndex(rows[i].Start)].Add(&rows[i].Facts)
			}
			first, last, all := hoursUsed(&days)
			if all == 0 {
				c.Empty = true
				return nil
			}
			p.weekdayTable(c, &days, first, last, all)
			h := chart.Heat{
				Description: p.T("card.weekdays.described"), Name: p.T("column.share"), Plain: true,
				Step: func(lo, hi float64) string {
					if math.IsInf(hi, 1) {
						return "≥ " + p.stepNumber(lo) + "%"
					}
					return p.stepNumber(lo) + "–" + p.stepNumber(hi) + "%"
				},
			}
			for hour := first; hour <= last; hour++ {
				h.X = append(h.X, p.Fixed(float64(hour), 0))
			}
			for y := range days {
				name := p.T("weekday." + weekdayID(y))
				h.Y = append(h.Y, name)
				if days[y].Valid() == 0 {
					continue // closed on such days: nothing, and not zero
				}
				for hour := first; hour <= last; hour++ {
					n := days[y].Hours[hour]
					h.Cells = append(h.Cells, chart.Cell{
						X: int(hour - first), Y: y, Value: 100 * float64(n) / float64(all),
						Tip: name + " " + hourName(hour) + "\n" + p.T("measure.ratings") + "  " + p.Int(n) + "  ·  " + p.Share(n, all) + "\n" +
							p.T("weekday.all") + "  " + p.measureName(evaluation.BadPer100k) + "  " + p.figureText(evaluation.BadPer100k, &days[y]),
					})
				}
			}
			return c.draw(h.Figure())
		})
}

func weekdayIndex(day calendar.Day) int { return (int(day.Weekday()) + 6) % 7 }

// weekdayID is the end of a message: mon, tue, ….
func weekdayID(i int) string {
	return [7]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}[i]
}

// hoursUsed are the first and the last hour with any rating, and how many ratings have an hour.
func hoursUsed(days *[7]evaluation.Facts) (first, last uint8, all uint64) {
	first = 24
	for i := range days {
		for hour, n := range days[i].Hours {
			if n > 0 && hour < 24 {
				first, last, all = min(first, hour), max(last, hour), all+n
			}
		}
	}
	return first, last, all
}

func (p *page) weekdayTable(c *card, days *[7]evaluation.Facts, first, last uint8, all uint64) {
	c.Table = &table{Note: p.T("card.weekdays.table"), Columns: []column{
		{Title: p.T("column.weekday")},
		{Title: p.T("measure.ratings"), Number: true},
		{Title: p.T("measure.bad"), Number: true},
		{Title: p.measureName(evaluation.BadPer100k), Number: true},
		{Title: p.T("ranking.interval"), Number: true},
	}}
	for hour := first; hour <= last; hour++ {
		c.Table.Columns = append(c.Table.Columns, column{Title: hourName(hour), Number: true})
	}
	for i := range days {
		f := &days[i]
		known := f.Valid() > 0
		rate := p.measureCell(evaluation.BadPer100k, f)
		rate.Faint = rate.Faint || p.few(f)
		row := []cell{text(p.T("weekday." + weekdayID(i))), p.countCell(f.Valid(), known), p.countCell(f.Bad(), known), rate, p.intervalCell(f)}
		for hour := first; hour <= last; hour++ {
			if !known {
				row = append(row, p.unknownCell())
				continue
			}
			row = append(row, text(p.Share(f.Hours[hour], all)))
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
}
