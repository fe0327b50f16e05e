package collector

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"haochaping/collector/spool"
	"haochaping/record"
)

// What became of a record.
const (
	StatusAccepted     = "accepted"
	StatusUnattributed = "unattributed"
	StatusDuplicate    = "duplicate"
	StatusRefused      = "refused"
	StatusConflict     = "conflict"
)

// Receipt is the answer to a request that brought at least one good record.
type Receipt struct {
	Receipts []ReceiptItem `json:"receipts" doc:"One for each record, in the order sent; for a stream only those refused or in conflict, at most 1,000"`
	Counts
	Omitted int           `json:"omitted,omitempty" doc:"Records of a stream that would have been listed but for the limit"`
	Batch   *BatchReceipt `json:"batch,omitempty" doc:"What came of an announced batch; it can be asked for again"`
}

// Counts say how many records of a request met which fate.
type Counts struct {
	Accepted     int `json:"accepted" doc:"New and stored"`
	Unattributed int `json:"unattributed" doc:"New and stored, but a code is not in the directory yet (待归属)"`
	Duplicate    int `json:"duplicate" doc:"Known already with the same content"`
	Refused      int `json:"refused" doc:"Refused by the rules; kept without content"`
	Conflicts    int `json:"conflicts" doc:"The id is known with other content; the first stays"`
}

// ReceiptItem is the fate of one record.
type ReceiptItem struct {
	Index    int             `json:"index" doc:"Place in the array or line of the stream, from 0; empty lines do not count"`
	ID       string          `json:"id,omitempty" doc:"Id of the record, if it could be read" format:"uuid"`
	Status   string          `json:"status" doc:"What became of it" enum:"accepted,unattributed,duplicate,refused,conflict"`
	Kept     bool            `json:"kept" doc:"true = final: the sender may forget the record"`
	Problems record.Problems `json:"problems,omitempty" doc:"Why it was refused"`
}

// maxListed bounds what an answer to a stream lists.
const maxListed = 1000

func (n *Counts) good() int  { return n.Accepted + n.Unattributed + n.Duplicate }
func (n *Counts) total() int { return n.good() + n.Refused + n.Conflicts }

// count writes the receipt of one stored item.
func (q *intake) count(it *item, outcome spool.Outcome) {
	ri := ReceiptItem{Index: it.index, ID: it.id, Kept: true, Problems: it.problems}
	n := &q.got.Counts
	switch {
	case len(it.problems) > 0 && outcome == spool.Conflict && it.problems[0].Code == record.CodeConflict:
		ri.Status = StatusConflict
		n.Conflicts++
	case len(it.problems) > 0:
		ri.Status = StatusRefused
		n.Refused++
	case outcome == spool.Duplicate:
		ri.Status = StatusDuplicate
		n.Duplicate++
	case it.unattributed:
		ri.Status = StatusUnattributed
		n.Unattributed++
	default:
		ri.Status = StatusAccepted
		n.Accepted++
	}
	if len(it.problems) > 0 {
		q.reason(reason(it.problems))
	} else if q.brief {
		return
	}
	if q.brief && len(q.got.Receipts) == maxListed {
		q.got.Omitted++
		return
	}
	q.got.Receipts = append(q.got.Receipts, ri)
}

// reason counts why a record was refused.
func (q *intake) reason(code string) {
	q.c.metrics.refused.WithLabelValues(code).Inc()
	if q.reasons == nil {
		q.reasons = map[string]uint64{}
	}
	q.reasons[code]++
}

// errors lists the problems of all listed records.
func (r *Receipt) errors() []FieldError {
	var list []FieldError
	for _, it := range r.Receipts {
		for _, p := range it.Problems {
			if len(list) == maxListed {
				return list
			}
			list = append(list, FieldError{Index: it.Index, ID: it.ID, Problem: p})
		}
	}
	return list
}

// answer is the receipt, or a problem if no record was good.
func (q *intake) answer() answer {
	if q.got.good() > 0 {
		if q.got.Receipts == nil {
			q.got.Receipts = []ReceiptItem{}
		}
		return answer{status: http.StatusAccepted, receipt: &q.got}
	}
	a := problem(http.StatusUnprocessableEntity, "refused", "No record was accepted. The reasons are in errors; what was sent is kept without its content and need not be sent again.")
	if q.got.Refused == 0 {
		a = problem(http.StatusConflict, "conflict", "The id is known with other content, and the first stays. What was sent is kept without its content and need not be sent again.")
	}
	a.problem.Kept, a.problem.Counts, a.problem.Errors = true, q.got.Counts, q.got.errors()
	return a
}

// notStored answers when the spool did not take the records.
func (q *intake) notStored(err error) answer {
	a := q.c.notStored(err)
	a.problem.Counts = q.got.Counts
	return a
}

func (c *Collector) notStored(err error) answer {
	a := problem(http.StatusServiceUnavailable, "unavailable", "The records could not be stored. Keep them and send them again.")
	a.retryAfter = 5
	if errors.Is(err, spool.ErrFull) {
		a = problem(http.StatusServiceUnavailable, "full", "The store for waiting records is full. Keep the records and send them again; the operator sees this too.")
		a.retryAfter = 30
	}
	c.refusals.report(c.opts.Logger, err)
	return a
}

// ProblemDocument is the form of every answer that is not a receipt (RFC 9457).
// It never repeats a submitted value other than the id of a record.
type ProblemDocument struct {
	Type     string       `json:"type" doc:"Stable name of the problem as a URN"`
	Title    string       `json:"title" doc:"The HTTP status in words"`
	Status   int          `json:"status" doc:"The HTTP status"`
	Code     string       `json:"code" doc:"Stable machine-readable name of the problem"`
	Detail   string       `json:"detail" doc:"What is wrong and what to do"`
	Kept     bool         `json:"kept" doc:"true = final: what was sent is on record, the sender may forget it. false = keep it and send it again"`
	Errors   []FieldError `json:"errors,omitempty" doc:"What is wrong with which record, at most 1,000"`
	Incident string       `json:"incident,omitempty" doc:"Number under which the operator finds this in the log"`
	Counts
	Batch *BatchReceipt `json:"batch,omitempty" doc:"What came of an announced batch of which no record was accepted"`
}

// FieldError is one problem of one record.
type FieldError struct {
	Index int    `json:"index" doc:"Place in the array or line of the stream, from 0"`
	ID    string `json:"id,omitempty" doc:"Id of the record, if it could be read" format:"uuid"`
	record.Problem
}

// answer is what goes back to the sender: raw, a receipt or a problem.
type answer struct {
	route      string // name for the metrics, empty = no known address
	status     int
	raw        []byte
	media      string // of raw, empty = JSON
	link       string // header Link
	receipt    *Receipt
	problem    *ProblemDocument
	allow      string
	retryAfter int // seconds, 0 = not said
}

func problem(status int, code, detail string) answer {
	return answer{status: status, problem: &ProblemDocument{
		Type: "urn:haochaping:problem:" + code, Title: http.StatusText(status), Status: status, Code: code, Detail: detail,
	}}
}

// Headers of every answer, never changed.
var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
	isJSON  = []string{"application/json; charset=utf-8"}
)

// shortText is a text of which the server finds the length by itself.
const shortText = 2 << 10

func (a *answer) write(w http.ResponseWriter) error {
	h := w.Header()
	h["Cache-Control"], h["X-Content-Type-Options"] = noStore, noSniff
	media, text := isJSON, a.raw
	var err error
	switch {
	case a.media != "":
		media = []string{a.media}
	case a.problem != nil:
		media = []string{"application/problem+json; charset=utf-8"}
		text, err = json.Marshal(a.problem)
	case a.receipt != nil:
		text, err = a.receipt.encode()
	}
	if err != nil {
		return err
	}
	h["Content-Type"] = media
	if a.receipt == nil || len(text) >= shortText {
		h.Set("Content-Length", strconv.Itoa(len(text)))
	}
	if a.allow != "" {
		h.Set("Allow", a.allow)
	}
	if a.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	if a.link != "" {
		h.Set("Link", a.link)
	}
	if a.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(a.retryAfter))
	}
	w.WriteHeader(a.status)
	_, err = w.Write(text)
	return err
}
