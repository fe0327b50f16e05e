package dashboard

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"haochaping/chart"
	"haochaping/evaluation"
	"haochaping/record"
)

// The cards in this file show the series of the page's unit from different sides.

// trendCard shows volume and bad reviews over time.
func (p *page) trendCard() {
	p.add(card{
		ID: "trend", Title: p.T("card.trend"), Note: p.T("card.trend.note." + string(p.period.Step)), Span: spanWide, Size: "plot",
	}, func(ctx context.Context, c *card) error {
		s, err := p.series()
		if err != nil || s.empty() {
			c.none(err)
			return err
		}
		span := p.period
		if p.longer != nil {
			span = *p.longer
			rows, err := p.facts(ctx, p.subject.query(evaluation.ByTotal, span.Range, span.Step))
			if err != nil {
				return err
			}
			s, c.Note = span.cut(rows), c.Note+" "+p.T("card.trend.year")
		}
		breaks, err := p.readBreaks(ctx)
		if err != nil {
			return err
		}
		t := chart.Trend{
			Description: p.T("card.trend.described", "Period", p.Range(span.Range)),
			BarName:     p.T("measure.ratings"), LineName: p.measureName(evaluation.BadPer100k),
		}
		c.Table = &table{Columns: []column{
			{Title: p.T("column.period")},
			{Title: p.T("measure.ratings"), Number: true},
			{Title: p.T("measure.bad"), Number: true},
			{Title: p.measureName(evaluation.BadPer100k), Number: true},
			{Title: p.measureName(evaluation.GoodRate), Number: true},
		}}
		for i, step := range s.Steps {
			f := &s.Facts[i]
			rate, ok := badPer100k(f)
			when := p.Range(step)
			t.Labels = append(t.Labels, span.stepLabel(p.locale, step))
			t.Bars = append(t.Bars, chart.Number{Value: float64(f.Valid()), Known: s.Has[i]})
			t.Line = append(t.Line, chart.Number{Value: rate, Known: ok && f.Valid() >= minLine})
			tip := when + "\n" + p.T("no_data")
			if s.Has[i] {
				tip = p.tip(when, f)
			}
			t.Tips = append(t.Tips, tip)
			c.Table.Rows = append(c.Table.Rows, []cell{
				text(when), p.countCell(f.Valid(), s.Has[i]), p.countCell(f.Bad(), s.Has[i]),
				p.measureCell(evaluation.BadPer100k, f), p.measureCell(evaluation.GoodRate, f),
			})
		}
		if !slices.ContainsFunc(t.Line, func(n chart.Number) bool { return n.Known }) {
			c.Note = strings.Replace(c.Note, p.T("card.trend.note."+string(p.period.Step)), p.T("card.trend.bars", "Count", minLine), 1)
		}
		t.Marks, c.Remarks = p.marks(span.Range, s.Steps, breaks)
		return c.draw(t.Figure())
	})
}

// minLine is how many ratings a step needs for its rate to be a point of the line: with
// fewer, one bad review is a peak. The table has the rate all the same.
const minLine = 30

// draw takes over a figure.
func (c *card) draw(f chart.Figure, err error) error {
	if err != nil {
		return err
	}
	c.Figure = &f
	return nil
}

// none leaves a card without data, and without a word on what it would show; with an error it stays as it is.
func (c *card) none(err error) {
	if err == nil {
		c.Empty, c.Note = true, ""
	}
}

// tip is what a chart says about a unit: its name and the figures of its ratings.
func (p *page) tip(name string, f *evaluation.Facts) string {
	return strings.Join([]string{
		name,
		p.T("measure.ratings") + "  " + p.Int(f.Valid()),
		p.T("measure.bad") + "  " + p.Int(f.Bad()),
		p.measureName(evaluation.BadPer100k) + "  " + p.figureText(evaluation.BadPer100k, f),
	}, "\n")
}

// levelsCard shows the five levels, always all and in the same order, and what came
// instead of a rating.
func (p *page) levelsCard() {
	p.add(card{ID: "levels", Title: p.T("card.levels"), Note: p.T("card.levels.note"), Span: spanThird, Size: "plot"},
		func(_ context.Context, c *card) error {
			s, err := p.series()
			f := &s.Total
			if err != nil || f.Valid() == 0 {
				c.none(err)
				return err
			}
			l := chart.Levels{Description: p.T("card.levels.described"), WholeName: p.T("column.all")}
			c.Table = &table{Columns: []column{
				{Title: p.T("column.level")}, {Title: p.T("column.count"), Number: true}, {Title: p.T("column.share"), Number: true},
			}}
			for i := range l.Levels {
				n := f.Levels[4-i]
				level := strconv.Itoa(5 - i)
				name, part := p.T("level."+level), p.Share(n, f.Valid())
				l.Levels[i] = chart.Level{
					Name: name, Count: n, Label: p.Int(n) + " · " + part, Tip: name + "\n" + p.Int(n) + "  ·  " + part,
				}
				c.Table.Rows = append(c.Table.Rows, []cell{{label: label{Text: name}, Mark: "level-" + level}, text(p.Int(n)), text(part)})
			}
			c.Table.Rows = append(c.Table.Rows, []cell{text(p.measureName(evaluation.MeanLevel)), p.meanLevelCell(f), text(p.None())})
			others := []struct {
				id string
				n  uint64
			}{
				{"defaults", f.DefaultsTotal()},
				{"unanswered", f.Unanswered},
				{"declined", f.Declined},
				{"reassessed", reassessed(f)},
				{"excluded", f.Excluded},
			}
			for _, o := range others {
				c.Table.Rows = append(c.Table.Rows, []cell{{label: label{Text: p.T("count." + o.id)}, Faint: true}, text(p.Int(o.n)), text(p.None())})
			}
			c.Table.Note = p.T("card.levels.others")
			return c.draw(l.Figure())
		})
}

func reassessed(f *evaluation.Facts) (n uint64) {
	for _, c := range f.Reassessed {
		n += c
	}
	return n
}

// attended are the channels on which somebody stands beside the person who rates.
var attended = []string{string(record.ChannelTablet), string(record.ChannelTerminal)}

// channelsCard compares channels, and the attended with the unattended ones.
func (p *page) channelsCard() {
	p.add(card{ID: "channels", Title: p.T("card.channels"), Note: p.T("card.channels.note"), Span: spanThird, Size: "plot"},
		func(_ context.Context, c *card) error {
			s, err := p.series()
			if err != nil || len(s.Total.Channels) == 0 {
				c.none(err)
				return err
			}
			bars := chart.Bars{Description: p.T("card.channels.described"), Name: p.measureName(evaluation.BadPer100k)}
			c.Table = &table{Columns: []column{
				{Title: p.T("column.channel")},
				{Title: p.T("column.attended")},
				{Title: p.T("measure.ratings"), Number: true},
				{Title: p.T("measure.bad"), Number: true},
				{Title: p.measureName(evaluation.BadPer100k), Number: true},
				{Title: p.measureName(evaluation.GoodRate), Number: true},
			}}
			for _, id := range channelOrder(s.Total.Channels) {
				n := s.Total.Channels[id]
				f := evaluation.Facts{Levels: [5]uint64{n.Bad, 0, 0, 0, n.Valid - min(n.Bad, n.Valid)}}
				kind, tone := "unattended", chart.ToneMain
				if slices.Contains(attended, id) {
					kind, tone = "attended", chart.ToneSoft
				}
				name, kindName := p.channelName(id), p.T("channel.kind."+kind)
				rate, ok := badPer100k(&f)
				few := p.few(&f)
				if few {
					tone = chart.ToneFaint
				}
				bars.Rows = append(bars.Rows, chart.Bar{
					Name: name.Text, Value: chart.Number{Value: rate, Known: ok}, Label: p.labelText(&f, few),
					Tip: p.tip(name.Text+" · "+kindName, &f), Tone: tone,
				})
				c.Table.Rows = append(c.Table.Rows, []cell{
					{label: name},
					text(kindName), p.countCell(f.Valid(), true), p.countCell(f.Bad(), true),
					p.measureCell(evaluation.BadPer100k, &f), p.measureCell(evaluation.GoodRate, &f),
				})
			}
			if !bars.Tell() {
				c.Open, c.Note = true, p.T("card.channels.table")
				return nil
			}
			return c.draw(bars.Figure())
		})
}

// labelText is the figure beside a bar, marked where there are few ratings.
func (p *page) labelText(f *evaluation.Facts, few bool) string {
	text := p.figureText(evaluation.BadPer100k, f)
	if few {
		text += " " + p.T("few.short")
	}
	return text
}

// channelOrder lists the channels that occur: the known ones in their usual order, then
// the rest by name.
func channelOrder(counts map[string]evaluation.ChannelCount) []string {
	var order []string
	for _, c := range record.Channels {
		if _, ok := counts[string(c)]; ok {
			order = append(order, string(c))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		if !slices.Contains(order, id) {
			order = append(order, id)
		}
	}
	return order
}

func (p *page) channelName(id string) label {
	if id == "" || slices.Contains(record.Channels, record.Channel(id)) {
		return label{Text: p.T("channel." + cmp.Or(id, "unknown"))}
	}
	return label{Text: id, Name: true}
}

// hoursCard shows at which hours people rate.
func (p *page) hoursCard() {
	p.add(card{ID: "hours", Title: p.T("card.hours"), Note: p.T("card.hours.note"), Span: spanThird, Size: "plot"},
		func(_ context.Context, c *card) error {
			s, err := p.series()
			if err != nil || len(s.Total.Hours) == 0 {
				c.none(err)
				return err
			}
			columns := chart.Columns{Description: p.T("card.hours.described"), Name: p.T("measure.ratings")}
			c.Table = &table{Columns: []column{{Title: p.T("column.hour")}, {Title: p.T("measure.ratings"), Number: true}, {Title: p.T("column.share"), Number: true}}}
			var all uint64
			for _, n := range s.Total.Hours {
				all += n
			}
			for h := range uint8(24) {
				n := s.Total.Hours[h]
				name := hourName(h)
				columns.Labels = append(columns.Labels, strconv.Itoa(int(h)))
				columns.Values = append(columns.Values, chart.Known(float64(n)))
				columns.Tips = append(columns.Tips, name+"\n"+p.T("measure.ratings")+"  "+p.Int(n)+"  ·  "+p.Share(n, all))
				c.Table.Rows = append(c.Table.Rows, []cell{text(name), text(p.Int(n)), text(p.Share(n, all))})
			}
			return c.draw(columns.Figure())
		})
}

func hourName(h uint8) string {
	two := func(n uint8) string { return string([]byte{'0' + n/10, '0' + n%10}) }
	return two(h) + ":00–" + two(h+1) + ":00"
}
