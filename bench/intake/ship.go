package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"haochaping/collector"
	"haochaping/collector/spool"
	"haochaping/record"
)

// shipped compares the shipper, draining a full spool, with a bare batch of the client
// library that inserts the same rows into the same table.
type shipped struct {
	plain   *plain
	dir     string
	ratings []record.Rating
	rounds  int
}

// batchRows is how many records the service ships at a time.
const batchRows = 20_000

func newShipped(p *plain, g *ratings, dir string, n int) (*shipped, error) {
	door := record.Door{
		Zone: time.FixedZone("Asia/Shanghai", 8*3600), Key: make([]byte, 32), Future: time.Hour, Past: math.MaxInt64,
		Codes: func(string, time.Time) (record.CodeMap, bool) { return record.MapFiveBest, true },
	}
	s := &shipped{plain: p, dir: dir, ratings: make([]record.Rating, 0, n)}
	w := g.writer()
	var text []byte
	rc := record.Receipt{Now: time.Now(), Collector: "bench", Sender: "bench"}
	for range n {
		in := record.RatingInput{Source: "bench"}
		if ps := record.Decode(w.append(text[:0]), &in); len(ps) > 0 {
			return nil, fmt.Errorf("make ratings: %w", ps)
		}
		r, ps := door.Rating(&in, rc)
		if len(ps) > 0 {
			return nil, fmt.Errorf("make ratings: %w", ps)
		}
		s.ratings = append(s.ratings, r)
	}
	return s, nil
}

// drain fills a spool and measures until the shipper has emptied it, in records a second.
func (s *shipped) drain(ctx context.Context) (rate float64, err error) {
	if err := s.empty(ctx); err != nil {
		return 0, err
	}
	s.rounds++
	dir := filepath.Join(s.dir, fmt.Sprintf("spool-%d", s.rounds))
	queue, err := spool.Open(spool.Options{Dir: dir})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, queue.Close(), os.RemoveAll(dir)) }()
	if err := s.fill(ctx, queue); err != nil {
		return 0, err
	}
	shipper, err := collector.NewShipper(collector.ShipperOptions{
		Queue: queue, Warehouse: s.plain.store, Quarantine: dir + ".quarantine", Batch: batchRows,
	})
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	began := time.Now()
	go func() { ended <- shipper.Run(ctx) }()
	for {
		st, err := queue.Stats()
		if err != nil || st.Shipped == uint64(len(s.ratings)) {
			took := time.Since(began)
			cancel()
			return float64(len(s.ratings)) / took.Seconds(), errors.Join(err, <-ended)
		}
		select {
		case err := <-ended:
			return 0, errors.Join(errors.New("the shipper ended before the spool was empty"), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (s *shipped) fill(ctx context.Context, queue *spool.Spool) error {
	for at := 0; at < len(s.ratings); at += 1000 {
		part := s.ratings[at:min(at+1000, len(s.ratings))]
		entries := make([]spool.Entry, len(part))
		for i := range part {
			payload, err := record.Encode(&part[i])
			if err != nil {
				return err
			}
			entries[i] = spool.Entry{ID: part[i].ID.String(), Kind: byte(record.KindRating), Payload: payload}
		}
		if _, err := queue.Append(ctx, entries); err != nil {
			return err
		}
	}
	return nil
}

// bare inserts the same rows as plainly as the client library lets one.
func (s *shipped) bare(ctx context.Context) (rate float64, err error) {
	if err := s.empty(ctx); err != nil {
		return 0, err
	}
	began := time.Now()
	for at := 0; at < len(s.ratings); at += batchRows {
		b, err := s.plain.conn.PrepareBatch(ctx, "INSERT INTO ratings ("+ratingNames+")")
		if err != nil {
			return 0, fmt.Errorf("bare insert: %w", err)
		}
		for i := range s.ratings[at:min(at+batchRows, len(s.ratings))] {
			if err := b.Append(ratingRow(&s.ratings[at+i])...); err != nil {
				return 0, fmt.Errorf("bare insert: %w", errors.Join(err, b.Abort()))
			}
		}
		if err := b.Send(); err != nil {
			return 0, fmt.Errorf("bare insert: %w", err)
		}
	}
	return float64(len(s.ratings)) / time.Since(began).Seconds(), nil
}

// empty makes every round start on the same tables.
func (s *shipped) empty(ctx context.Context) error {
	for _, table := range []string{"ratings", "bad_ratings", "rating_keys", "rating_collisions", "day_marks"} {
		if err := s.plain.conn.Exec(ctx, "TRUNCATE TABLE IF EXISTS "+table); err != nil {
			return fmt.Errorf("empty %s: %w", table, err)
		}
	}
	return nil
}

// stored is how many different ratings the table holds.
func (s *shipped) stored(ctx context.Context) (n uint64, err error) {
	err = s.plain.conn.QueryRow(ctx, "SELECT uniqExact(id) FROM ratings").Scan(&n)
	return n, err
}

var ratingNames = strings.Join([]string{
	"event_day", "region", "department", "id", "content_hash", "source", "device_id", "installation", "device_seq",
	"batch_id", "prompt_id", "object", "case_id", "service_number", "stage", "assess_number", "answer", "answer_weight",
	"level", "level_raw", "code_map", "aspects", "question_set", "region_raw", "hall", "window", "item", "staff",
	"channel", "channel_raw", "platform", "tags", "comment", "rater_token", "contact", "rated_at", "rated_at_raw",
	"served_at", "time_unsure", "probe", "test", "event_key", "received_at", "collector", "sender",
}, ", ")

func ratingRow(r *record.Rating) []any {
	served := r.ServedAt
	if served.IsZero() {
		served = time.Unix(0, 0)
	}
	aspects, tags := r.Aspects, r.Tags
	if aspects == nil {
		aspects = map[string]uint8{}
	}
	return []any{
		r.EventDay.Start(time.UTC), r.Region, r.Department, r.ID, r.ContentHash, r.Source, r.DeviceID, r.Installation, r.DeviceSeq,
		r.BatchID, r.PromptID, r.Object, r.CaseID, r.ServiceNumber, r.Stage, r.AssessNumber, string(r.Answer), r.AnswerWeight,
		r.Level, r.LevelRaw, r.CodeMap, aspects, r.QuestionSet, r.RegionRaw, r.Hall, r.Window, r.Item, r.Staff,
		string(r.Channel), r.ChannelRaw, r.Platform, tags, r.Comment, r.RaterToken, r.Contact, r.RatedAt, r.RatedAtRaw,
		served, r.TimeUnsure, r.Probe, r.Test, r.EventKey, r.ReceivedAt, r.Collector, r.Sender,
	}
}
