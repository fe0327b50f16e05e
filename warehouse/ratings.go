package warehouse

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/ext"
	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/record"
)

var ratingColumns = []column[record.Rating]{
	dayCol("event_day", func(r *record.Rating) record.EventDay { return r.EventDay }),
	col("region", func(r *record.Rating) string { return r.Region }),
	col("department", func(r *record.Rating) string { return r.Department }),
	uuidCol("id", func(r *record.Rating) uuid.UUID { return r.ID }),
	col("content_hash", func(r *record.Rating) uint64 { return r.ContentHash }),
	col("source", func(r *record.Rating) string { return r.Source }),
	col("device_id", func(r *record.Rating) string { return r.DeviceID }),
	col("installation", func(r *record.Rating) string { return r.Installation }),
	col("device_seq", func(r *record.Rating) uint64 { return r.DeviceSeq }),
	col("batch_id", func(r *record.Rating) string { return r.BatchID }),
	uuidCol("prompt_id", func(r *record.Rating) uuid.UUID { return r.PromptID }),
	col("object", func(r *record.Rating) string { return r.Object }),
	col("case_id", func(r *record.Rating) string { return r.CaseID }),
	col("service_number", func(r *record.Rating) string { return r.ServiceNumber }),
	col("stage", func(r *record.Rating) string { return r.Stage }),
	col("assess_number", func(r *record.Rating) uint8 { return r.AssessNumber }),
	col("answer", func(r *record.Rating) string { return string(r.Answer) }),
	col("answer_weight", func(r *record.Rating) uint8 { return r.AnswerWeight }),
	col("level", func(r *record.Rating) uint8 { return r.Level }),
	col("level_raw", func(r *record.Rating) string { return r.LevelRaw }),
	col("code_map", func(r *record.Rating) string { return r.CodeMap }),
	col("aspects", func(r *record.Rating) map[string]uint8 { return r.Aspects }),
	col("question_set", func(r *record.Rating) string { return r.QuestionSet }),
	col("region_raw", func(r *record.Rating) string { return strings.TrimSpace(r.RegionRaw) }),
	col("hall", func(r *record.Rating) string { return r.Hall }),
	col("window", func(r *record.Rating) string { return r.Window }),
	col("item", func(r *record.Rating) string { return r.Item }),
	col("staff", func(r *record.Rating) string { return r.Staff }),
	col("channel", func(r *record.Rating) string { return string(r.Channel) }),
	col("channel_raw", func(r *record.Rating) string { return r.ChannelRaw }),
	col("platform", func(r *record.Rating) string { return r.Platform }),
	col("tags", func(r *record.Rating) []string { return r.Tags }),
	col("tags_raw", func(r *record.Rating) []string { return r.TagsRaw }),
	col("comment", func(r *record.Rating) string { return r.Comment }),
	col("rater_token", func(r *record.Rating) string { return r.RaterToken }),
	col("contact", func(r *record.Rating) string { return r.Contact }),
	timeCol("rated_at", func(r *record.Rating) time.Time { return r.RatedAt }),
	timeCol("rated_at_raw", func(r *record.Rating) time.Time { return r.RatedAtRaw }),
	timeCol("served_at", func(r *record.Rating) time.Time { return r.ServedAt }),
	col("time_unsure", func(r *record.Rating) bool { return r.TimeUnsure }),
	col("probe", func(r *record.Rating) bool { return r.Probe }),
	col("test", func(r *record.Rating) bool { return r.Test }),
	uuidCol("event_key", func(r *record.Rating) uuid.UUID { return r.EventKey }),
	timeCol("received_at", func(r *record.Rating) time.Time { return r.ReceivedAt }),
	col("collector", func(r *record.Rating) string { return r.Collector }),
	col("sender", func(r *record.Rating) string { return r.Sender }),
}

// badRatingColumns are those of ratings that are asked for of bad ones; the rest of a table of few rows costs nothing.
var badRatingColumns = columnsNamed(ratingColumns, "event_day", "id", "content_hash", "rated_at", "region_raw", "region", "hall", "window",
	"department", "item", "channel", "source", "case_id", "level", "tags", "comment")

// isBad says whether a rating stands in bad_ratings: whether it counts there is for those who read it to say.
func isBad(r *record.Rating) bool {
	return r.Answer == record.AnswerActive && r.AssessNumber == 1 && (r.Level == 1 || r.Level == 2) && !r.Test && !r.Probe
}

// ratingKey is one way to find a rating again.
type ratingKey struct {
	key    uuid.UUID
	assess uint8
	rating *record.Rating
}

// event is the service event of the rating, kept where the rating is found by its id.
func (k *ratingKey) event() uuid.UUID {
	if k.assess > 0 {
		return uuid.Nil
	}
	return k.rating.EventKey
}

var ratingKeyColumns = []column[ratingKey]{
	uuidCol("key", func(k *ratingKey) uuid.UUID { return k.key }),
	col("assess", func(k *ratingKey) uint8 { return k.assess }),
	uuidCol("id", func(k *ratingKey) uuid.UUID { return k.rating.ID }),
	col("content_hash", func(k *ratingKey) uint64 { return k.rating.ContentHash }),
	dayCol("event_day", func(k *ratingKey) record.EventDay { return k.rating.EventDay }),
	col("answer_weight", func(k *ratingKey) uint8 { return k.rating.AnswerWeight }),
	timeCol("rated_at", func(k *ratingKey) time.Time { return k.rating.RatedAt }),
	uuidCol("event_key", (*ratingKey).event),
	timeCol("received_at", func(k *ratingKey) time.Time { return k.rating.ReceivedAt }),
	col("source", func(k *ratingKey) string { return k.rating.Source }),
	col("sender", func(k *ratingKey) string { return k.rating.Sender }),
	col("collector", func(k *ratingKey) string { return k.rating.Collector }),
	col("batch_id", func(k *ratingKey) string { return k.rating.BatchID }),
}

// collision is a key that more than one rating shares.
type collision struct {
	key    uuid.UUID
	assess uint8
	day    calendar.Day // one of the days on which they lie
	last   time.Time    // when the newest of them arrived
}

var collisionColumns = []column[collision]{
	dayCol("event_day", func(c *collision) calendar.Day { return c.day }),
	col("assess", func(c *collision) uint8 { return c.assess }),
	uuidCol("key", func(c *collision) uuid.UUID { return c.key }),
}

var collisionTimeColumns = []column[collision]{
	timeCol("last_at", func(c *collision) time.Time { return c.last }),
	col("assess", func(c *collision) uint8 { return c.assess }),
	uuidCol("key", func(c *collision) uuid.UUID { return c.key }),
}

// insertRatings stores ratings, the bad ones once more, then their keys, then what collides with them.
// Every step may be repeated.
func (w *Warehouse) insertRatings(ctx context.Context, ratings []record.Rating, token string, dirty *dirtyDays) error {
	if len(ratings) == 0 {
		return nil
	}
	if err := insertByMonth(ctx, w, "ratings", ratingColumns, ratings, func(r *record.Rating) calendar.Day { return r.EventDay }, token); err != nil {
		return err
	}
	var bad []record.Rating
	for i := range ratings {
		if isBad(&ratings[i]) {
			bad = append(bad, ratings[i])
		}
	}
	if err := insert(ctx, w, "bad_ratings", badRatingColumns, bad, token); err != nil {
		return err
	}
	var keys []ratingKey
	lookup, err := ext.NewTable("batch_keys", ext.Column("key", "UUID"))
	if err != nil {
		return fmt.Errorf("look up keys: %w", err)
	}
	for i := range ratings {
		r := &ratings[i]
		if r.Test || r.Probe {
			continue
		}
		dirty.add(r.EventDay, partRating, newest(r.RatedAt, r.ServedAt))
		keys = append(keys, ratingKey{r.ID, 0, r})
		if r.EventKey != uuid.Nil {
			keys = append(keys, ratingKey{r.EventKey, r.AssessNumber, r})
		}
	}
	for i := range keys {
		if err := lookup.Append(keys[i].key); err != nil {
			return fmt.Errorf("look up keys: %w", err)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	if err := insert(ctx, w, "rating_keys", ratingKeyColumns, keys, token); err != nil {
		return err
	}
	return w.insertCollisions(clickhouse.Context(ctx, clickhouse.WithExternalTable(lookup)), dirty)
}

// insertCollisions keeps the keys of a batch that another rating shares, and finds the
// days on which that changes what counts. ctx carries the keys.
func (w *Warehouse) insertCollisions(ctx context.Context, dirty *dirtyDays) (err error) {
	rows, err := w.rows(ctx, "collisions", nil)
	if err != nil {
		return err
	}
	var byDay, byTime []collision
	for rows.Next() {
		var c collision
		var days []time.Time
		if err := rows.Scan(&c.key, &c.assess, &days, &c.last); err != nil {
			return errors.Join(fmt.Errorf("query collisions: %w", err), rows.Close())
		}
		byTime = append(byTime, c)
		for _, d := range days {
			c.day = calendar.MakeDay(d.Date())
			byDay = append(byDay, c)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("query collisions: %w", err)
	}
	if len(byTime) == 0 {
		return nil
	}
	if err := insert(ctx, w, "rating_collision_times", collisionTimeColumns, byTime, ""); err != nil {
		return err
	}
	if err := insert(ctx, w, "rating_collisions", collisionColumns, byDay, ""); err != nil {
		return err
	}
	return w.dirtyFrom(ctx, "collision_days", nil, partRating, dirty)
}

// rank orders the versions of one thing: the version, then the content.
func rank(version, contentHash uint64) *big.Int {
	r := new(big.Int).SetUint64(version)
	return r.Lsh(r, 64).Or(r, new(big.Int).SetUint64(contentHash))
}
