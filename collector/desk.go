package collector

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"haochaping/record"
)

// Desk knows what was refused, came late, conflicts or is superseded, over all
// collectors.
type Desk interface {
	// Desk lists entries, the newest first.
	Desk(ctx context.Context, f record.DeskFilter) ([]record.DeskEntry, error)
	// Replay passes the replayable ones among the entries through the door again and
	// says how many were taken and how many are refused as before.
	Replay(ctx context.Context, f record.DeskFilter) (replayed, refused int, err error)
}

// RefusedPage is one page of what stands on the desk of a sender.
type RefusedPage struct {
	Entries []RefusedEntry `json:"entries" doc:"The newest first"`
	Next    string         `json:"next,omitempty" doc:"Send it as after for the next page; missing on the last"`
}

// RefusedEntry is one record on the desk. It holds no submitted text.
type RefusedEntry struct {
	ID         uuid.UUID       `json:"id" doc:"Of the entry" format:"uuid"`
	Why        string          `json:"why" doc:"Why it stands here" enum:"refused,conflict,superseded,late,quarantined"`
	Kind       string          `json:"kind" doc:"What it is" enum:"rating,case,prompt,follow_up,tally"`
	RecordID   string          `json:"record_id,omitempty" doc:"Id of the record, if it could be read" format:"uuid"`
	Source     string          `json:"source,omitempty" doc:"Source that it came from"`
	Sender     string          `json:"sender,omitempty" doc:"Name of the key that brought it"`
	Collector  string          `json:"collector,omitempty" doc:"Collector that took it"`
	BatchID    string          `json:"batch_id,omitempty" doc:"Announced batch that brought it"`
	ReceivedAt time.Time       `json:"received_at" doc:"When it came"`
	Problems   record.Problems `json:"problems,omitempty" doc:"Why it was refused"`
	Redacted   string          `json:"redacted,omitempty" doc:"Its shape: names of fields, lengths of texts"`
	Size       int             `json:"size,omitempty" doc:"Bytes as sent"`
	Replayable bool            `json:"replayable" doc:"It only lacks an entry of a code map: when that is there it can be replayed"`
	ReplayedAt *time.Time      `json:"replayed_at,omitempty" doc:"When it was replayed and taken"`
}

// Replayed says what became of a replay.
type Replayed struct {
	Replayed int `json:"replayed" doc:"Records that are accepted now"`
	Refused  int `json:"refused" doc:"Records that are refused as before"`
}

// ReplayRequest chooses what to replay: everything that can be, where nothing is given.
type ReplayRequest struct {
	Kind    string     `json:"kind,omitempty" doc:"Kind of record" enum:"rating,case,prompt,follow_up,tally"`
	Source  string     `json:"source,omitempty" doc:"Source that it came from" maxLength:"64"`
	BatchID string     `json:"batch_id,omitempty" doc:"Announced batch that brought it" maxLength:"64"`
	Field   string     `json:"field,omitempty" doc:"Field of one of its problems" maxLength:"64"`
	From    *time.Time `json:"from,omitempty" doc:"Received at or after"`
	To      *time.Time `json:"to,omitempty" doc:"Received before"`
}

const (
	pageUsual   = 100
	pageMost    = 1000
	replayLimit = 5 * time.Minute
)

// whys are the reasons for which something stands on the desk.
var whys = []string{record.WhyRefused, record.WhyConflict, record.WhySuperseded, record.WhyLate, record.WhyQuarantined}

// refusedPage answers GET refused. A sender sees its own records only.
func (c *Collector) refusedPage(_ http.ResponseWriter, r *http.Request, key *record.Key, _ string) answer {
	f, ps := deskFilter(r.URL.Query())
	if len(ps) > 0 {
		return queryProblem(ps)
	}
	f.Sender = key.Name
	if c.opts.Desk == nil {
		return away()
	}
	ctx, cancel := context.WithTimeout(r.Context(), askTimeout)
	defer cancel()
	list, err := c.opts.Desk.Desk(ctx, f)
	if err != nil {
		c.opts.Logger.Debug("desk not read", "key", key.Name, "error", err)
		return away()
	}
	page := RefusedPage{Entries: make([]RefusedEntry, 0, len(list))}
	for i := range list {
		// The warehouse was asked for these alone; nobody else's may leave here.
		if list[i].Sender == key.Name {
			page.Entries = append(page.Entries, refusedEntry(&list[i]))
		}
	}
	if len(list) >= f.Limit {
		page.Next = cursor(list[len(list)-1].ReceivedAt, list[len(list)-1].ID)
	}
	a := said(http.StatusOK, &page)
	if strings.Contains(r.Header.Get("Accept"), "text/csv") {
		a.media, a.raw = "text/csv; charset=utf-8", page.csv()
	}
	if page.Next != "" {
		q := r.URL.Query()
		q.Set("after", page.Next)
		a.link = "<?" + q.Encode() + `>; rel="next"`
	}
	return a
}

func refusedEntry(e *record.DeskEntry) RefusedEntry {
	out := RefusedEntry{
		ID: e.ID, Why: e.Why, Kind: e.KindName, Source: e.Source, Sender: e.Sender, Collector: e.Collector, BatchID: e.BatchID,
		ReceivedAt: e.ReceivedAt, Problems: e.Problems, Redacted: e.Redacted, Size: e.Size, Replayable: e.Replayable,
	}
	if out.Kind == "" {
		out.Kind = e.Kind.String()
	}
	if e.RecordID != uuid.Nil {
		out.RecordID = e.RecordID.String()
	}
	if !e.ReplayedAt.IsZero() {
		out.ReplayedAt = &e.ReplayedAt
	}
	return out
}

// deskColumns head the CSV form.
var deskColumns = []string{
	"id", "why", "kind", "record_id", "source", "sender", "collector", "batch_id", "received_at",
	"fields", "codes", "reasons", "redacted", "size", "replayable", "replayed_at",
}

func (p *RefusedPage) csv() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(deskColumns) // to memory
	for i := range p.Entries {
		e := &p.Entries[i]
		var fields, codes, reasons []string
		for _, problem := range e.Problems {
			fields, codes, reasons = append(fields, problem.Field), append(codes, problem.Code), append(reasons, problem.Reason)
		}
		replayed := ""
		if e.ReplayedAt != nil {
			replayed = e.ReplayedAt.Format(time.RFC3339Nano)
		}
		_ = w.Write([]string{
			e.ID.String(), e.Why, e.Kind, e.RecordID, e.Source, e.Sender, e.Collector, e.BatchID, e.ReceivedAt.Format(time.RFC3339Nano),
			strings.Join(fields, "; "), strings.Join(codes, "; "), strings.Join(reasons, "; "), e.Redacted, strconv.Itoa(e.Size),
			strconv.FormatBool(e.Replayable), replayed,
		})
	}
	w.Flush()
	return b.Bytes()
}

// cursor stands for the entry behind which the next page begins.
func cursor(at time.Time, id uuid.UUID) string {
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint64(nil, uint64(at.UnixMicro())), id[:]...))
}

func readCursor(s string) (at time.Time, id uuid.UUID, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 24 {
		return at, id, false
	}
	return time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC(), uuid.UUID(b[8:]), true
}

// deskFilter reads the query of a request.
func deskFilter(q url.Values) (f record.DeskFilter, ps record.Problems) {
	refuse := func(field, reason string) {
		ps = append(ps, record.Problem{Field: field, Code: record.CodeInvalid, Reason: reason})
	}
	moment := func(name, text string) time.Time {
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			refuse(name, "must be RFC 3339 with an offset, such as 2026-05-04T00:00:00+08:00; in an address + is written %2B")
		}
		return t
	}
	f.Limit = pageUsual
	for name, values := range q {
		text := values[0]
		if len(values) > 1 && name != "why" {
			refuse(name, "given more than once")
		}
		switch name {
		case "why":
			f.Why = strings.Split(strings.Join(values, ","), ",")
			if slices.ContainsFunc(f.Why, func(w string) bool { return !slices.Contains(whys, w) }) {
				refuse(name, "must be of "+strings.Join(whys, ", "))
			}
		case "kind":
			f.Kind = text
		case "source":
			f.Source = text
		case "batch_id":
			f.BatchID = text
		case "code":
			f.Code = text
		case "field":
			f.Field = text
		case "from":
			f.From = moment(name, text)
		case "to":
			f.To = moment(name, text)
		case "replayable":
			var err error
			if f.Replayable, err = strconv.ParseBool(text); err != nil {
				refuse(name, "must be true or false")
			}
		case "limit":
			var err error
			if f.Limit, err = strconv.Atoi(text); err != nil || f.Limit < 1 || f.Limit > pageMost {
				refuse(name, "must be 1 to "+strconv.Itoa(pageMost))
			}
		case "after":
			var ok bool
			if f.AfterAt, f.AfterID, ok = readCursor(text); !ok {
				refuse(name, "must be what next said")
			}
		default:
			refuse("", "no such parameter: see /api/v1/openapi.json")
		}
	}
	return f, append(ps, checkFilter(&f)...)
}

// checkFilter bounds the texts of a filter.
func checkFilter(f *record.DeskFilter) (ps record.Problems) {
	if kind, ok := record.KindNamed(f.Kind); f.Kind != "" && (!ok || kind > record.KindTally) {
		ps = append(ps, record.Problem{Field: "kind", Code: record.CodeInvalid, Reason: "must be one of rating, case, prompt, follow_up, tally"})
	}
	for name, text := range map[string]string{"source": f.Source, "batch_id": f.BatchID, "code": f.Code, "field": f.Field} {
		if len(text) > 256 {
			ps = append(ps, record.Problem{Field: name, Code: record.CodeTooLong, Reason: "at most 256 bytes"})
		}
	}
	return ps
}

func queryProblem(ps record.Problems) answer {
	a := problem(http.StatusBadRequest, "query", "The question is not right; errors says where.")
	slices.SortFunc(ps, func(x, y record.Problem) int { return strings.Compare(x.Field, y.Field) })
	for _, p := range ps {
		a.problem.Errors = append(a.problem.Errors, FieldError{Problem: p})
	}
	return a
}

// replay answers POST refused/replay, for the sender's own records.
func (c *Collector) replay(w http.ResponseWriter, r *http.Request, key *record.Key, _ string) answer {
	var in ReplayRequest
	if refused := c.readSmall(w, r, &in, "Send one JSON object; what is not given is not looked at. Nothing was replayed."); refused != nil {
		return *refused
	}
	f := record.DeskFilter{Kind: in.Kind, Source: in.Source, BatchID: in.BatchID, Field: in.Field, Sender: key.Name, Replayable: true}
	if in.From != nil {
		f.From = *in.From
	}
	if in.To != nil {
		f.To = *in.To
	}
	if ps := checkFilter(&f); len(ps) > 0 {
		return queryProblem(ps)
	}
	if c.opts.Desk == nil {
		return away()
	}
	ctx, cancel := context.WithTimeout(r.Context(), replayLimit)
	defer cancel()
	replayed, refused, err := c.opts.Desk.Replay(ctx, f)
	if err != nil {
		c.opts.Logger.Warn("refused records not replayed", "key", key.Name, "replayed", replayed, "error", err)
		return away()
	}
	c.opts.Logger.Info("refused records replayed", "key", key.Name, "replayed", replayed, "refused", refused)
	return said(http.StatusOK, &Replayed{replayed, refused})
}

// readSmall reads a JSON object of a few fields into in. what says what to send.
func (c *Collector) readSmall(w http.ResponseWriter, r *http.Request, in any, what string) *answer {
	if stream, a := mediaOf(r); a != nil {
		return a
	} else if stream {
		a := problem(http.StatusUnsupportedMediaType, "content_type", "Send Content-Type: application/json.")
		return &a
	}
	b, a := c.openBody(w, r, false)
	if a != nil {
		return a
	}
	b.limit = smallBody
	var text bytes.Buffer
	if err := b.document(&text); err != nil {
		a := b.answer(err)
		b.drain()
		return &a
	}
	d := json.NewDecoder(&text)
	d.DisallowUnknownFields()
	err := d.Decode(in)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
	}
	out := problem(http.StatusBadRequest, "malformed", what)
	return &out
}

// smallBody is the most bytes of a body that is no record.
const smallBody = 8 << 10
