package warehouse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"golang.org/x/sync/errgroup"

	"haochaping/calendar"
)

// SelectDay runs what Restate selects for one day, in the same order and side by side, and throws the result away: what
// Restate takes beyond it is the price of storing and swapping. The stage tables must be as the restatement of this
// day alone left them. It is meant for measurements and changes nothing.
func (w *Warehouse) SelectDay(ctx context.Context, day calendar.Day) error {
	w.restating.Lock()
	defer w.restating.Unlock()
	p := w.baseParams([]calendar.Day{day})
	for _, side := range [][][]string{
		{baseStatements[partRating], baseStatements[partCase]},
		{{"day_window", "day_source"}, {"day_department", "day_region"}},
		{{"month_item"}},
	} {
		group, ctx := errgroup.WithContext(ctx)
		for _, list := range side {
			group.Go(func() error {
				for _, name := range list {
					if err := w.selectOnly(ctx, name, p); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// selectOnly runs a statement of restatements without what comes before its SELECT.
func (w *Warehouse) selectOnly(ctx context.Context, name string, p params) error {
	defer w.timed("select of "+name, time.Now())
	text := query(name, nil)
	text = text[strings.Index(text, "\nINSERT INTO ")+1:]
	begin := strings.Index(text, "\nSELECT")
	if with := strings.Index(text, "\nWITH"); with >= 0 && with < begin {
		begin = with
	}
	if err := w.conn.Exec(clickhouse.Context(ctx, clickhouse.WithParameters(p)), text[begin+1:]+"\nFORMAT Null"); err != nil {
		return fmt.Errorf("query %s without its INSERT: %w", name, err)
	}
	return nil
}
