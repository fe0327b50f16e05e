package warehouse

import (
	"context"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/ext"

	"haochaping/record"
)

var caseColumns = []column[record.Case]{
	col("source", func(c *record.Case) string { return c.Source }),
	col("case_id", func(c *record.Case) string { return c.CaseID }),
	col("version", func(c *record.Case) uint64 { return c.Version }),
	col("rank", func(c *record.Case) *big.Int { return rank(c.Version, c.ContentHash) }),
	col("content_hash", func(c *record.Case) uint64 { return c.ContentHash }),
	col("batch_id", func(c *record.Case) string { return c.BatchID }),
	col("kind", func(c *record.Case) string { return c.Kind }),
	col("kind_raw", func(c *record.Case) string { return c.KindRaw }),
	col("code_map", func(c *record.Case) string { return c.CodeMap }),
	col("region", func(c *record.Case) string { return c.Region }),
	col("region_raw", func(c *record.Case) string { return strings.TrimSpace(c.RegionRaw) }),
	col("hall", func(c *record.Case) string { return c.Hall }),
	col("window", func(c *record.Case) string { return c.Window }),
	col("department", func(c *record.Case) string { return c.Department }),
	col("item", func(c *record.Case) string { return c.Item }),
	col("staff", func(c *record.Case) string { return c.Staff }),
	col("status", func(c *record.Case) string { return c.Status }),
	timeCol("accepted_at", func(c *record.Case) time.Time { return c.AcceptedAt }),
	timeCol("promised_at", func(c *record.Case) time.Time { return c.PromisedAt }),
	timeCol("statutory_at", func(c *record.Case) time.Time { return c.StatutoryAt }),
	timeCol("finished_at", func(c *record.Case) time.Time { return c.FinishedAt }),
	dayCol("accepted_day", func(c *record.Case) record.EventDay { return c.AcceptedDay }),
	dayCol("finished_day", func(c *record.Case) record.EventDay { return c.FinishedDay }),
	col("suspended_from", func(c *record.Case) []time.Time {
		return suspensions(c, func(s *record.Interval) time.Time { return s.From })
	}),
	col("suspended_to", func(c *record.Case) []time.Time {
		return suspensions(c, func(s *record.Interval) time.Time { return s.To })
	}),
	col("suspended_seconds", func(c *record.Case) int64 { return c.SuspendedSeconds }),
	col("handling_seconds", func(c *record.Case) int64 { return c.HandlingSeconds }),
	col("visits", func(c *record.Case) int32 { return c.Visits }),
	col("on_the_spot", func(c *record.Case) bool { return c.OnTheSpot }),
	col("filed_online", func(c *record.Case) bool { return c.FiledOnline }),
	col("test", func(c *record.Case) bool { return c.Test }),
	timeCol("received_at", func(c *record.Case) time.Time { return c.ReceivedAt }),
	col("collector", func(c *record.Case) string { return c.Collector }),
	col("sender", func(c *record.Case) string { return c.Sender }),
}

func suspensions(c *record.Case, end func(*record.Interval) time.Time) []time.Time {
	out := make([]time.Time, len(c.Suspensions))
	for i := range c.Suspensions {
		out[i] = orEpoch(end(&c.Suspensions[i]))
	}
	return out
}

var caseVersionColumns = []column[record.Case]{
	col("source", func(c *record.Case) string { return c.Source }),
	col("case_id", func(c *record.Case) string { return c.CaseID }),
	col("version", func(c *record.Case) uint64 { return c.Version }),
	col("content_hash", func(c *record.Case) uint64 { return c.ContentHash }),
	timeCol("received_at", func(c *record.Case) time.Time { return c.ReceivedAt }),
	col("sender", func(c *record.Case) string { return c.Sender }),
	col("collector", func(c *record.Case) string { return c.Collector }),
	col("batch_id", func(c *record.Case) string { return c.BatchID }),
}

// insertCases stores versions of cases and finds every day on which one of their
// versions counts.
func (w *Warehouse) insertCases(ctx context.Context, cases []record.Case, token string, dirty *dirtyDays) error {
	if len(cases) == 0 {
		return nil
	}
	if err := insert(ctx, w, "cases", caseColumns, cases, token); err != nil {
		return err
	}
	if err := insert(ctx, w, "case_versions", caseVersionColumns, cases, token); err != nil {
		return err
	}
	lookup, err := ext.NewTable("batch_cases", ext.Column("source", "String"), ext.Column("case_id", "String"))
	if err != nil {
		return fmt.Errorf("look up cases: %w", err)
	}
	for i := range cases {
		c := &cases[i]
		dirty.add(c.AcceptedDay, partCase, c.AcceptedAt)
		if c.Closed() {
			dirty.add(c.FinishedDay, partCase, c.FinishedAt)
		}
		if err := lookup.Append(c.Source, c.CaseID); err != nil {
			return fmt.Errorf("look up cases: %w", err)
		}
	}
	ctx = clickhouse.Context(ctx, clickhouse.WithExternalTable(lookup))
	if err := w.exec(ctx, "case_collisions", nil); err != nil {
		return err
	}
	return w.dirtyFrom(ctx, "case_days", nil, partCase, dirty)
}
