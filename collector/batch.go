package collector

import (
	"cmp"
	"context"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"time"

	"haochaping/collector/spool"
	"haochaping/record"
)

// BatchAnnouncement says what a sender is about to send: a number of records of one
// kind, and the hash of their lines.
type BatchAnnouncement struct {
	ID      string `json:"id" doc:"Chosen by the sender, unique within its source: letters, digits and - _ . : only" maxLength:"64"`
	Source  string `json:"source,omitempty" doc:"Source that the batch belongs to. Default: the source of the key" maxLength:"64"`
	Records string `json:"records" doc:"The address below /api/v1/ that the records will be sent to" enum:"ratings,cases,prompts,follow-ups,tallies"`
	Count   uint64 `json:"count" doc:"Number of records: lines that are not empty" minimum:"1"`
	SHA256  string `json:"sha256" doc:"SHA-256 in hexadecimal over the lines that are not empty, each without blanks at its ends and followed by one line feed: packing and line ends do not matter"`
}

// AnnouncementReceipt says that an announcement is durable.
type AnnouncementReceipt struct {
	BatchAnnouncement
	Status string `json:"status" doc:"announced = new; duplicate = announced before with the same content" enum:"announced,duplicate"`
}

// BatchReceipt is what came of one delivery of an announced batch.
type BatchReceipt struct {
	ID           string            `json:"id" doc:"The batch"`
	At           time.Time         `json:"at" doc:"When the delivery ended"`
	Collector    string            `json:"collector" doc:"Collector that took it"`
	Announced    uint64            `json:"announced" doc:"Records that were announced"`
	Arrived      uint64            `json:"arrived" doc:"Records that came"`
	Accepted     uint64            `json:"accepted" doc:"New and stored"`
	Unattributed uint64            `json:"unattributed" doc:"New and stored, but a code is not in the directory yet"`
	Duplicate    uint64            `json:"duplicate" doc:"Known already with the same content"`
	Refused      uint64            `json:"refused" doc:"Refused by the rules"`
	Conflicts    uint64            `json:"conflicts" doc:"The id is known with other content; the first stays"`
	Reasons      map[string]uint64 `json:"reasons,omitempty" doc:"Refused and conflicting records by the code of their first problem"`
	HashMatches  bool              `json:"hash_matches" doc:"The lines are those that were announced"`
	Complete     bool              `json:"complete" doc:"The number and the hash are those that were announced: nothing is missing, and nothing need be sent again"`
}

// BatchState is all that is known of an announced batch.
type BatchState struct {
	BatchAnnouncement
	AnnouncedAt time.Time      `json:"announced_at" doc:"When it was first announced"`
	Deliveries  []BatchReceipt `json:"deliveries" doc:"One for each delivery that came to its end, the first first"`
	Complete    bool           `json:"complete" doc:"One delivery was complete"`
	Everywhere  bool           `json:"everywhere" doc:"false = the store is away: only what this collector itself still holds is listed"`
}

const (
	statusAnnounced  = "announced"
	maxBatchCount    = 1 << 53 // what every JSON reader can hold
	batchHeader      = "Batch-Id"
	announcementText = "Send one JSON object: id, records, count and sha256; source if it is not the key's own. Nothing was stored."
)

// announce answers POST batches.
func (c *Collector) announce(w http.ResponseWriter, r *http.Request, key *record.Key, _ string) answer {
	var in BatchAnnouncement
	if refused := c.readSmall(w, r, &in, announcementText); refused != nil {
		return *refused
	}
	a, ps := announced(in, key)
	if len(ps) > 0 {
		out := problem(http.StatusUnprocessableEntity, "refused", "The announcement is refused; errors says why. Nothing was stored.")
		for _, p := range ps {
			out.problem.Errors = append(out.problem.Errors, FieldError{Problem: p})
		}
		return out
	}
	in.Source = a.Source
	a.ReceivedAt, a.Collector, a.Sender = c.opts.Now().Truncate(time.Millisecond), c.opts.Name, key.Name
	first, err := c.batches.announcement(r.Context(), batchKey{a.Source, a.ID})
	switch {
	case first != nil && (first.Records != a.Records || first.Count != a.Count || first.Hash != a.Hash):
		return announcedOtherwise()
	case first != nil:
		return said(http.StatusAccepted, AnnouncementReceipt{in, StatusDuplicate})
	case err != nil:
		// Another collector may know it with other content: the first stays then, and the
		// state of the batch shows it.
		c.opts.Logger.Debug("announcement not compared with those of other collectors", "error", err)
	}
	content := c.opts.Door.ContentHash([]byte(statusAnnounced + " " + a.Records.String() + " " + strconv.FormatUint(a.Count, 10) + " " + in.SHA256))
	outcome, err := c.storeAnnouncement(r.Context(), &a, content, record.DeriveID(time.Time{}, "announcement", a.Source, a.ID).String())
	switch {
	case err != nil:
		return c.notStored(err)
	case outcome == spool.Conflict:
		return announcedOtherwise()
	}
	c.batches.add(&a)
	if outcome == spool.Duplicate { // of one that only the warehouse has, which is away
		return said(http.StatusAccepted, AnnouncementReceipt{in, StatusDuplicate})
	}
	return said(http.StatusAccepted, AnnouncementReceipt{in, statusAnnounced})
}

func announcedOtherwise() answer {
	return problem(http.StatusConflict, "conflict", "A batch of this id is announced with other content, and the first announcement stays. Choose another id.")
}

// announced checks an announcement and says what is kept of it.
func announced(in BatchAnnouncement, key *record.Key) (a record.Announcement, ps record.Problems) {
	add := func(field, code, reason string) {
		ps = append(ps, record.Problem{Field: field, Code: code, Reason: reason})
	}
	a = record.Announcement{ID: in.ID, Source: in.Source, Count: in.Count}
	ps = bindSource(key, &a.Source)
	if in.ID == "" {
		add("id", record.CodeMissing, "required")
	} else if plainCode(in.ID) != in.ID {
		add("id", record.CodeInvalid, "1 to 64 letters, digits and - _ . : and no personal number")
	}
	if rt := routes[in.Records]; rt != nil {
		a.Records = rt.kind
	} else {
		add("records", record.CodeInvalid, "must be one of ratings, cases, prompts, follow-ups, tallies")
	}
	if in.Count < 1 || in.Count > maxBatchCount {
		add("count", record.CodeInvalid, "must be at least 1 and at most 2^53")
	}
	hash, err := hex.DecodeString(in.SHA256)
	if err != nil || len(hash) != len(a.Hash) {
		add("sha256", record.CodeInvalid, "64 hexadecimal digits")
	} else {
		a.Hash = [32]byte(hash)
	}
	return a, ps
}

// storeAnnouncement makes an announcement or the receipt of a delivery durable.
func (c *Collector) storeAnnouncement(ctx context.Context, a *record.Announcement, content [16]byte, id string) (spool.Outcome, error) {
	a.ContentHash = 0
	for _, b := range content[:8] {
		a.ContentHash = a.ContentHash<<8 | uint64(b)
	}
	payload, err := record.Encode(a)
	if err != nil {
		panic("collector: announcement cannot be encoded")
	}
	entry := spool.Entry{ID: id, Kind: byte(record.KindAnnouncement), Content: content, Payload: payload}
	outcomes, err := c.opts.Spool.Append(context.WithoutCancel(ctx), []spool.Entry{entry})
	if err != nil {
		c.sawFull(err)
		return 0, err
	}
	return outcomes[0], nil
}

// batchState answers GET batches/{id}.
func (c *Collector) batchState(_ http.ResponseWriter, r *http.Request, key *record.Key, id string) answer {
	var away error
	for _, source := range key.Sources {
		states, everywhere, err := c.batches.find(r.Context(), batchKey{source, id})
		first := announcementOf(states)
		if first == nil {
			away = cmp.Or(away, err)
			continue
		}
		out := BatchState{BatchAnnouncement: announcementIn(first), AnnouncedAt: first.ReceivedAt, Deliveries: []BatchReceipt{}, Everywhere: everywhere}
		for i := range states {
			if s := &states[i]; s.Delivered {
				receipt := receiptOf(s)
				out.Deliveries = append(out.Deliveries, receipt)
				out.Complete = out.Complete || receipt.Complete
			}
		}
		return said(http.StatusOK, &out)
	}
	if away != nil {
		return c.batchesAway(away)
	}
	return problem(http.StatusNotFound, "not_found", "No batch of this id was announced for a source of this key.")
}

func (c *Collector) batchesAway(err error) answer {
	c.opts.Logger.Debug("announced batch not looked up", "error", err)
	return away()
}

func announcementIn(a *record.Announcement) BatchAnnouncement {
	in := BatchAnnouncement{ID: a.ID, Source: a.Source, Count: a.Count, SHA256: hex.EncodeToString(a.Hash[:])}
	for name, rt := range routes {
		if rt.kind == a.Records {
			in.Records = name
		}
	}
	return in
}

func receiptOf(a *record.Announcement) BatchReceipt {
	return BatchReceipt{
		ID: a.ID, At: a.ReceivedAt, Collector: a.Collector, Announced: a.Count, Arrived: a.Arrived,
		Accepted: a.Accepted, Unattributed: a.Unattributed, Duplicate: a.Duplicate, Refused: a.Refused, Conflicts: a.Conflicts,
		Reasons: a.Reasons, HashMatches: a.HashMatches, Complete: a.HashMatches && a.Arrived == a.Count,
	}
}

// announcementOf is the first announcement among the states of a batch.
func announcementOf(states []record.Announcement) *record.Announcement {
	i := slices.IndexFunc(states, func(a record.Announcement) bool { return !a.Delivered })
	if i < 0 {
		return nil
	}
	return &states[i]
}
