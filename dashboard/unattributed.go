package dashboard

import (
	"context"

	"haochaping/evaluation"
)

// unattributedCard shows what counts for no region, or for no department: how much of
// all it is, and through which channels it came.
func (p *page) unattributedCard(id string, read func(context.Context) (all, lost evaluation.Facts, err error)) {
	p.add(card{ID: id, Title: p.T("card." + id), Note: p.T("card." + id + ".note"), Span: spanHalf, Open: true},
		func(ctx context.Context, c *card) error {
			all, lost, err := read(ctx)
			if err != nil {
				return err
			}
			if (series{Total: all}).empty() {
				c.Empty = true
				return nil
			}
			c.Table = &table{Columns: []column{
				{Title: p.T("column.record")},
				{Title: p.T("unattributed"), Number: true},
				{Title: p.T("column.all"), Number: true},
				{Title: p.T("column.share"), Number: true},
			}}
			row := func(name label, part, whole uint64) {
				c.Table.Rows = append(c.Table.Rows, []cell{{label: name}, text(p.Int(part)), text(p.Int(whole)), text(p.Share(part, whole))})
			}
			row(label{Text: p.T("measure.ratings")}, lost.Valid(), all.Valid())
			row(label{Text: p.T("measure.bad")}, lost.Bad(), all.Bad())
			row(label{Text: p.T("count.unanswered")}, lost.Unanswered, all.Unanswered)
			row(label{Text: p.T("count.accepted")}, lost.Accepted, all.Accepted)
			row(label{Text: p.T("count.finished")}, lost.Finished, all.Finished)
			for _, channel := range channelOrder(lost.Channels) {
				name := p.channelName(channel)
				name.Text = p.T("measure.ratings") + " · " + name.Text
				row(name, lost.Channels[channel].Valid, all.Channels[channel].Valid)
			}
			return nil
		})
}

// outside reads all facts, and those that count for no region: what is left of all after
// the top regions are taken away.
func (p *page) outside(ctx context.Context) (all, lost evaluation.Facts, err error) {
	if all, err = p.everything(ctx); err != nil {
		return all, lost, err
	}
	if _, every := p.person.Scope.Roots(p.dir); !every {
		return all, lost, nil // what belongs to no region is not theirs
	}
	rows, err := p.facts(ctx, evaluation.Query{By: evaluation.ByRegion, From: p.period.From, To: p.period.To, Level: 1})
	if err != nil {
		return all, lost, err
	}
	var known evaluation.Facts
	for i := range rows {
		if rows[i].Region != "" {
			known.Add(&rows[i].Facts)
		}
	}
	return all, difference(&all, &known), nil
}

// everything reads all facts of the period; the overview has them already.
func (p *page) everything(ctx context.Context) (all evaluation.Facts, err error) {
	if p.series != nil && p.subject == (subject{}) {
		s, err := p.series()
		return s.Total, err
	}
	rows, err := p.facts(ctx, evaluation.Query{By: evaluation.ByTotal, From: p.period.From, To: p.period.To})
	for i := range rows {
		all.Add(&rows[i].Facts)
	}
	return all, err
}

// lineless reads all facts, and those that count for no department or for one without a line.
func (p *page) lineless(ctx context.Context) (all, lost evaluation.Facts, err error) {
	rows, err := p.facts(ctx, evaluation.Query{By: evaluation.ByLine, From: p.period.From, To: p.period.To})
	for i := range rows {
		all.Add(&rows[i].Facts)
		if rows[i].Line == "" {
			lost.Add(&rows[i].Facts)
		}
	}
	return all, lost, err
}

// difference takes a part away from a whole. A count that the part has more of, because
// the two were read a moment apart, is none.
func difference(whole, part *evaluation.Facts) evaluation.Facts {
	f := evaluation.Facts{
		Unanswered: less(whole.Unanswered, part.Unanswered), Declined: less(whole.Declined, part.Declined),
		Events: less(whole.Events, part.Events), Rated: less(whole.Rated, part.Rated), Prompted: less(whole.Prompted, part.Prompted),
		Accepted: less(whole.Accepted, part.Accepted), Finished: less(whole.Finished, part.Finished),
		Promised: less(whole.Promised, part.Promised), OnTime: less(whole.OnTime, part.OnTime),
		Handled: less(whole.Handled, part.Handled), HandlingSeconds: less(whole.HandlingSeconds, part.HandlingSeconds),
		Channels: make(map[string]evaluation.ChannelCount), Handling: make(evaluation.Histogram),
	}
	for i := range f.Levels {
		f.Levels[i] = less(whole.Levels[i], part.Levels[i])
		f.Defaults[i] = less(whole.Defaults[i], part.Defaults[i])
	}
	for id, n := range whole.Channels {
		k := part.Channels[id]
		if left := less(n.Valid, k.Valid); left > 0 {
			f.Channels[id] = evaluation.ChannelCount{Valid: left, Bad: min(left, less(n.Bad, k.Bad))}
		}
	}
	for bucket, n := range whole.Handling {
		if left := less(n, part.Handling[bucket]); left > 0 {
			f.Handling[bucket] = left
		}
	}
	return f
}

func less(a, b uint64) uint64 { return a - min(a, b) }
