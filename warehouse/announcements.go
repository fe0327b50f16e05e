package warehouse

import (
	"context"
	"errors"
	"fmt"
	"time"

	"haochaping/record"
)

var announcementColumns = []column[record.Announcement]{
	col("source", func(a *record.Announcement) string { return a.Source }),
	col("id", func(a *record.Announcement) string { return a.ID }),
	timeCol("received_at", func(a *record.Announcement) time.Time { return a.ReceivedAt }),
	col("collector", func(a *record.Announcement) string { return a.Collector }),
	col("content_hash", func(a *record.Announcement) uint64 { return a.ContentHash }),
	col("sender", func(a *record.Announcement) string { return a.Sender }),
	col("records", func(a *record.Announcement) string { return a.Records.String() }),
	col("count", func(a *record.Announcement) uint64 { return a.Count }),
	col("hash", func(a *record.Announcement) string { return string(a.Hash[:]) }),
	col("delivered", func(a *record.Announcement) bool { return a.Delivered }),
	col("arrived", func(a *record.Announcement) uint64 { return a.Arrived }),
	col("hash_matches", func(a *record.Announcement) bool { return a.HashMatches }),
	col("accepted", func(a *record.Announcement) uint64 { return a.Accepted }),
	col("unattributed", func(a *record.Announcement) uint64 { return a.Unattributed }),
	col("duplicate", func(a *record.Announcement) uint64 { return a.Duplicate }),
	col("refused", func(a *record.Announcement) uint64 { return a.Refused }),
	col("conflicts", func(a *record.Announcement) uint64 { return a.Conflicts }),
	col("reasons", func(a *record.Announcement) map[string]uint64 { return a.Reasons }),
}

// Announcements returns the states of an announced batch: what was announced, then the
// deliveries, in the order of their receipt; at most 1,000.
func (w *Warehouse) Announcements(ctx context.Context, source, id string) (list []record.Announcement, err error) {
	rows, err := w.rows(ctx, "announcements", params{"source": textParam(source), "id": textParam(id)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		a := record.Announcement{Source: source, ID: id}
		var kind, hash string
		if err := rows.Scan(&a.ReceivedAt, &a.Collector, &a.ContentHash, &a.Sender, &kind, &a.Count, &hash, &a.Delivered,
			&a.Arrived, &a.HashMatches, &a.Accepted, &a.Unattributed, &a.Duplicate, &a.Refused, &a.Conflicts, &a.Reasons); err != nil {
			return nil, fmt.Errorf("read the announcements of a batch: %w", err)
		}
		a.Records, _ = record.KindNamed(kind)
		copy(a.Hash[:], hash)
		if len(a.Reasons) == 0 {
			a.Reasons = nil
		}
		list = append(list, a)
	}
	return list, rows.Err()
}
