package warehouse

import (
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// scanFacts reads one row: its start, its keys, then some of the fact columns in the order of
// factColumns.
func scanFacts(rows driver.Rows, q *evaluation.Query, names, columns []string) (evaluation.Row, error) {
	var r evaluation.Row
	var start time.Time
	var valid, bad map[string]uint64
	keys := map[string]*string{
		"region": &r.Region, "line": &r.Line, "department": &r.Department, "hall": &r.Hall,
		"window": &r.Window, "item": &r.Item,
	}
	into := []any{&start}
	for _, n := range names {
		into = append(into, keys[n])
	}
	f := &r.Facts
	all := make([]any, 0, len(factColumns))
	for _, levels := range []*[5]uint64{&f.Levels, &f.Defaults, &f.Reassessed} {
		for i := range levels {
			all = append(all, &levels[i])
		}
	}
	all = append(all, &f.Unanswered, &f.Declined, &f.Events, &f.Rated, &f.Prompted, &f.Excluded,
		&valid, &bad, &f.Tags, &f.Hours,
		&f.Accepted, &f.Finished, &f.Promised, &f.OnTime, &f.Early, &f.PromisedSeconds, &f.StatutorySeconds, &f.Limited,
		&f.Handled, &f.HandlingSeconds, (*map[uint16]uint64)(&f.Handling), &f.VisitsKnown, &f.Visits, &f.OnTheSpot, &f.FiledOnline,
		&f.VisitsSquared, (*map[uint16]uint64)(&f.PromisedTimes), (*map[uint16]uint64)(&f.StatutoryTimes),
		&f.Worked, &f.WorkingSeconds, (*map[uint16]uint64)(&f.Working))
	for i, c := range factColumns {
		if len(columns) > 0 && columns[0] == c {
			into, columns = append(into, all[i]), columns[1:]
		}
	}
	if err := rows.Scan(into...); err != nil {
		return r, err
	}
	r.Start = calendar.MakeDay(start.Date())
	if q.Step == evaluation.StepNone {
		r.Start = q.From
	}
	if len(valid) > 0 {
		f.Channels = make(map[string]evaluation.ChannelCount, len(valid))
		for c, n := range valid {
			f.Channels[c] = evaluation.ChannelCount{Valid: n, Bad: bad[c]}
		}
	}
	return r, nil
}
