package world

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"haochaping/calendar"
)

// plainCharts are what a dashboard over raw rows asks for, one statement a chart.
var plainCharts = []string{"plain_tiles", "plain_days", "plain_regions", "plain_lines", "plain_cases", "plain_tags", "plain_hours"}

// PlainOverview is how long the figures of the overview take by plain SQL over raw rows, as charts over those tables would
// ask: for the period, and for the one before and a year ago where the page compares. The median of three rounds after
// one that reads the files.
func (w *World) PlainOverview(ctx context.Context, period calendar.Range) (time.Duration, error) {
	n := calendar.Day(period.Len())
	var rounds []time.Duration
	for range 4 {
		began := time.Now()
		for _, name := range plainCharts {
			compared := []calendar.Range{period}
			if name == "plain_tiles" || name == "plain_cases" {
				compared = append(compared,
					calendar.Range{From: period.From - n, To: period.From - 1},
					calendar.Range{From: period.From.AddMonths(-12), To: period.To.AddMonths(-12)})
			}
			for _, days := range compared {
				if err := w.Exec(ctx, name, clickhouse.Parameters{"from": days.From.String(), "to": days.To.String()}); err != nil {
					return 0, err
				}
			}
		}
		rounds = append(rounds, time.Since(began))
	}
	rounds = rounds[1:]
	return max(min(rounds[0], rounds[1]), min(max(rounds[0], rounds[1]), rounds[2])), nil
}
