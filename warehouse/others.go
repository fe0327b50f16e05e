package warehouse

import (
	"context"
	"math/big"
	"strings"
	"time"

	"github.com/google/uuid"

	"haochaping/record"
)

var promptColumns = []column[record.Prompt]{
	dayCol("event_day", func(p *record.Prompt) record.EventDay { return p.EventDay }),
	col("region", func(p *record.Prompt) string { return p.Region }),
	col("department", func(p *record.Prompt) string { return p.Department }),
	uuidCol("id", func(p *record.Prompt) uuid.UUID { return p.ID }),
	col("content_hash", func(p *record.Prompt) uint64 { return p.ContentHash }),
	col("source", func(p *record.Prompt) string { return p.Source }),
	col("device_id", func(p *record.Prompt) string { return p.DeviceID }),
	col("batch_id", func(p *record.Prompt) string { return p.BatchID }),
	col("case_id", func(p *record.Prompt) string { return p.CaseID }),
	col("service_number", func(p *record.Prompt) string { return p.ServiceNumber }),
	col("stage", func(p *record.Prompt) string { return p.Stage }),
	col("region_raw", func(p *record.Prompt) string { return strings.TrimSpace(p.RegionRaw) }),
	col("hall", func(p *record.Prompt) string { return p.Hall }),
	col("window", func(p *record.Prompt) string { return p.Window }),
	col("item", func(p *record.Prompt) string { return p.Item }),
	col("staff", func(p *record.Prompt) string { return p.Staff }),
	col("channel", func(p *record.Prompt) string { return string(p.Channel) }),
	col("channel_raw", func(p *record.Prompt) string { return p.ChannelRaw }),
	timeCol("served_at", func(p *record.Prompt) time.Time { return p.ServedAt }),
	timeCol("shown_at", func(p *record.Prompt) time.Time { return p.ShownAt }),
	col("test", func(p *record.Prompt) bool { return p.Test }),
	uuidCol("event_key", func(p *record.Prompt) uuid.UUID { return p.EventKey }),
	timeCol("received_at", func(p *record.Prompt) time.Time { return p.ReceivedAt }),
	col("collector", func(p *record.Prompt) string { return p.Collector }),
	col("sender", func(p *record.Prompt) string { return p.Sender }),
}

var followUpColumns = []column[record.FollowUp]{
	uuidCol("rating_id", func(f *record.FollowUp) uuid.UUID { return f.RatingID }),
	uuidCol("id", func(f *record.FollowUp) uuid.UUID { return f.ID }),
	col("content_hash", func(f *record.FollowUp) uint64 { return f.ContentHash }),
	col("source", func(f *record.FollowUp) string { return f.Source }),
	col("batch_id", func(f *record.FollowUp) string { return f.BatchID }),
	col("step", func(f *record.FollowUp) string { return f.Step }),
	col("satisfied", func(f *record.FollowUp) *bool { return f.Satisfied }),
	col("by", func(f *record.FollowUp) string { return f.By }),
	timeCol("at", func(f *record.FollowUp) time.Time { return f.At }),
	col("note", func(f *record.FollowUp) string { return f.Note }),
	timeCol("received_at", func(f *record.FollowUp) time.Time { return f.ReceivedAt }),
	col("collector", func(f *record.FollowUp) string { return f.Collector }),
	col("sender", func(f *record.FollowUp) string { return f.Sender }),
}

var tallyColumns = []column[record.Tally]{
	col("source", func(t *record.Tally) string { return t.Source }),
	dayCol("from_day", func(t *record.Tally) record.EventDay { return t.From }),
	dayCol("to_day", func(t *record.Tally) record.EventDay { return t.To }),
	col("region", func(t *record.Tally) string { return t.Region }),
	col("hall", func(t *record.Tally) string { return t.Hall }),
	col("window", func(t *record.Tally) string { return t.Window }),
	col("department", func(t *record.Tally) string { return t.Department }),
	col("item", func(t *record.Tally) string { return t.Item }),
	col("staff", func(t *record.Tally) string { return t.Staff }),
	col("answer", func(t *record.Tally) string { return string(t.Answer) }),
	col("level_raw", func(t *record.Tally) string { return t.LevelRaw }),
	col("channel_raw", func(t *record.Tally) string { return t.ChannelRaw }),
	col("version", func(t *record.Tally) uint64 { return t.Version }),
	col("rank", func(t *record.Tally) *big.Int { return rank(t.Version, t.ContentHash) }),
	col("content_hash", func(t *record.Tally) uint64 { return t.ContentHash }),
	col("region_raw", func(t *record.Tally) string { return strings.TrimSpace(t.RegionRaw) }),
	col("level", func(t *record.Tally) uint8 { return t.Level }),
	col("channel", func(t *record.Tally) string { return string(t.Channel) }),
	col("count", func(t *record.Tally) uint64 { return t.Count }),
	timeCol("received_at", func(t *record.Tally) time.Time { return t.ReceivedAt }),
	col("collector", func(t *record.Tally) string { return t.Collector }),
	col("sender", func(t *record.Tally) string { return t.Sender }),
}

var refusedColumns = []column[record.Refused]{
	timeCol("received_at", func(r *record.Refused) time.Time { return r.ReceivedAt }),
	uuidCol("id", func(r *record.Refused) uuid.UUID { return r.ID }),
	col("kind", func(r *record.Refused) string { return r.Kind.String() }),
	col("source", func(r *record.Refused) string { return r.Source }),
	col("sender", func(r *record.Refused) string { return r.Sender }),
	col("fields", func(r *record.Refused) []string { return each(r, func(p record.Problem) string { return p.Field }) }),
	col("codes", func(r *record.Refused) []string { return each(r, func(p record.Problem) string { return p.Code }) }),
	col("reasons", func(r *record.Refused) []string { return each(r, func(p record.Problem) string { return p.Reason }) }),
	col("redacted", func(r *record.Refused) string { return r.Redacted }),
	col("size", func(r *record.Refused) uint32 { return uint32(max(0, min(r.Size, 1<<31))) }),
	col("collector", func(r *record.Refused) string { return r.Collector }),
	uuidCol("record_id", func(r *record.Refused) uuid.UUID { return r.RecordID }),
	col("batch_id", func(r *record.Refused) string { return r.BatchID }),
	col("device_id", func(r *record.Refused) string { return r.DeviceID }),
	col("installation", func(r *record.Refused) string { return r.Installation }),
	col("device_seq", func(r *record.Refused) uint64 { return r.DeviceSeq }),
	col("held", func(r *record.Refused) string { return string(r.Held) }),
}

func each(r *record.Refused, value func(record.Problem) string) []string {
	out := make([]string, len(r.Problems))
	for i, p := range r.Problems {
		out[i] = strings.ToValidUTF8(value(p), "")
	}
	return out
}

// insertFollowUps stores steps and marks the days of ratings that they exclude or
// bring back.
func (w *Warehouse) insertFollowUps(ctx context.Context, steps []record.FollowUp, token string, dirty *dirtyDays) error {
	if err := insert(ctx, w, "follow_ups", followUpColumns, steps, token); err != nil {
		return err
	}
	var ratings []string
	for i := range steps {
		if s := &steps[i]; s.Step == record.StepExcluded || s.Step == record.StepReinstated {
			ratings = append(ratings, s.RatingID.String())
		}
	}
	if len(ratings) == 0 {
		return nil
	}
	return w.dirtyFrom(ctx, "rating_days", params{"ratings": textArray(ratings)}, partRating, dirty)
}
