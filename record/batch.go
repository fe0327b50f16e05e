package record

import (
	"reflect"
	"time"

	"github.com/google/uuid"
)

// KindRefused is a record that the door refused, kept so that nothing is lost.
const KindRefused Kind = 6

// Refused is what is kept of a record that the door did not accept. It holds no
// submitted text: see Redacted.
type Refused struct {
	ID         uuid.UUID `json:"id"`
	Kind       Kind      `json:"kind"`
	Source     string    `json:"source,omitempty"`
	Sender     string    `json:"sender,omitempty"`
	ReceivedAt time.Time `json:"received_at"`
	Problems   Problems  `json:"problems"`
	Redacted   string    `json:"redacted"`
	Size       int       `json:"size"` // bytes as sent

	Collector string    `json:"collector,omitempty"`
	RecordID  uuid.UUID `json:"record_id,omitzero"` // id of the record as sent, if it could be read
	BatchID   string    `json:"batch_id,omitempty"` // announced batch that brought it

	// The number that a device gave it: refused numbers count as received.
	DeviceID     string `json:"device_id,omitempty"`
	Installation string `json:"installation,omitempty"`
	DeviceSeq    uint64 `json:"device_seq,omitempty"`

	// Held is the whole record, protected like an accepted one and encrypted for the
	// door alone, if nothing but a code map is missing. It can be replayed.
	Held []byte `json:"held,omitempty"`
}

// KindAnnouncement is an announced batch: what a sender said would come, or what came.
const KindAnnouncement Kind = 7

// Announcement is one state of an announced batch: first what the sender said would
// come, then, once for each delivery, what did.
type Announcement struct {
	Stamp
	ID      string   `json:"id"` // chosen by the sender, unique within its source
	Source  string   `json:"source"`
	Records Kind     `json:"records"` // kind of the records
	Count   uint64   `json:"count"`
	Hash    [32]byte `json:"hash"` // SHA-256 of the lines, each with its line feed

	Delivered    bool              `json:"delivered,omitempty"` // false = only announced; the rest is empty then
	Arrived      uint64            `json:"arrived,omitempty"`   // lines
	HashMatches  bool              `json:"hash_matches,omitempty"`
	Accepted     uint64            `json:"accepted,omitempty"`
	Unattributed uint64            `json:"unattributed,omitempty"`
	Duplicate    uint64            `json:"duplicate,omitempty"`
	Refused      uint64            `json:"refused,omitempty"`
	Conflicts    uint64            `json:"conflicts,omitempty"`
	Reasons      map[string]uint64 `json:"reasons,omitempty"` // refused, by the code of the first problem
}

// Batch is what travels to the warehouse together.
type Batch struct {
	Ratings   []Rating
	Cases     []Case
	Prompts   []Prompt
	FollowUps []FollowUp
	Tallies   []Tally
	Refused   []Refused

	Announcements []Announcement
}

// Len is the number of records.
func (b *Batch) Len() int {
	return len(b.Ratings) + len(b.Cases) + len(b.Prompts) + len(b.FollowUps) + len(b.Tallies) + len(b.Refused) + len(b.Announcements)
}

// Accept passes a wire record (a pointer to RatingInput, CaseInput, …) through the door
// and appends what comes out to the batch; with problems nothing is appended. It panics on
// anything that is no wire record.
func (d *Door) Accept(in any, rc Receipt, b *Batch) Problems {
	switch in := in.(type) {
	case *RatingInput:
		r, ps := d.Rating(in, rc)
		return appendSound(&b.Ratings, r, ps)
	case *CaseInput:
		r, ps := d.Case(in, rc)
		return appendSound(&b.Cases, r, ps)
	case *PromptInput:
		r, ps := d.Prompt(in, rc)
		return appendSound(&b.Prompts, r, ps)
	case *FollowUpInput:
		r, ps := d.FollowUp(in, rc)
		return appendSound(&b.FollowUps, r, ps)
	case *TallyInput:
		r, ps := d.Tally(in, rc)
		return appendSound(&b.Tallies, r, ps)
	default:
		panic("record: no wire record: " + reflect.TypeOf(in).String())
	}
}

func appendSound[T any](list *[]T, r T, ps Problems) Problems {
	if len(ps) == 0 {
		*list = append(*list, r)
	}
	return ps
}
