package record

import (
	"time"

	"github.com/google/uuid"
)

// NumberRange is a run of device numbers, both ends included.
type NumberRange struct {
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

// DeviceNumbers is what has arrived of the numbers that one installation of a device
// gave its ratings, over all collectors. Refused, duplicate and conflicting numbers
// have arrived too.
type DeviceNumbers struct {
	Device       string        `json:"device_id"`
	Installation string        `json:"installation"`
	Received     uint64        `json:"received"`   // different numbers
	Highest      uint64        `json:"highest"`    // highest number that arrived
	Contiguous   uint64        `json:"contiguous"` // highest number below which none is missing
	MissingCount uint64        `json:"missing_count"`
	Missing      []NumberRange `json:"missing,omitempty"` // the first of them, in order
	FirstAt      time.Time     `json:"first_at"`          // when something of it first arrived
	LastAt       time.Time     `json:"last_at"`           // when something of it last arrived
}

// DeviceGap is a run of numbers of one installation of a device that never arrived, and the days between which they
// were expected: that of the last rating before them and of the first one after them, 0 = not known.
type DeviceGap struct {
	Device, Installation string
	NumberRange
	After, Before EventDay
}

// Count is how many numbers are missing.
func (g *DeviceGap) Count() uint64 { return g.Last - g.First + 1 }

// Why a record stands on the desk.
const (
	WhyRefused     = "refused"
	WhyConflict    = "conflict"    // its id, or its version of a case, is known with other content
	WhySuperseded  = "superseded"  // another rating of the same service event counts
	WhyLate        = "late"        // counted, but long after its day
	WhyQuarantined = "quarantined" // accepted, but ClickHouse would not take it
)

// The states of a record that was never accepted.
const (
	RefusedHeld     = "held"     // it lacks nothing but an entry of a code map, and can be replayed
	RefusedReplayed = "replayed" // it went through the door after all
	RefusedResend   = "resend"   // its content is not kept: its sender has to mend it and send it again
)

// RefusedStates lists the states of records that were never accepted.
func RefusedStates() []string { return []string{RefusedHeld, RefusedReplayed, RefusedResend} }

// RefusedCount is how many records of a source and a kind were refused for a reason.
type RefusedCount struct {
	Source, Kind, Code      string
	Records, Held, Replayed uint64 // different ones; of these, replayable now, and replayed
	LastAt                  time.Time
}

// DeskEntry is one record on the desk: refused, late, conflicting or superseded. It
// holds no submitted text.
type DeskEntry struct {
	ID         uuid.UUID `json:"id"` // of the entry
	Why        string    `json:"why"`
	Kind       Kind      `json:"-"`
	KindName   string    `json:"kind"`
	RecordID   uuid.UUID `json:"record_id,omitzero"`
	Source     string    `json:"source,omitempty"`
	Sender     string    `json:"sender,omitempty"`
	Collector  string    `json:"collector,omitempty"`
	BatchID    string    `json:"batch_id,omitempty"`
	ReceivedAt time.Time `json:"received_at"`
	Problems   Problems  `json:"problems,omitempty"`
	Redacted   string    `json:"redacted,omitempty"`
	Size       int       `json:"size,omitempty"` // bytes as sent, 0 = not known
	Replayable bool      `json:"replayable"`
	ReplayedAt time.Time `json:"replayed_at,omitzero"`
}

// DeskFilter chooses entries of the desk; empty fields choose all.
type DeskFilter struct {
	Why        []string  `json:"why,omitempty"`
	Kind       string    `json:"kind,omitempty"`
	Source     string    `json:"source,omitempty"`
	Sender     string    `json:"sender,omitempty"`
	BatchID    string    `json:"batch_id,omitempty"`
	Code       string    `json:"code,omitempty"`  // of one of the problems
	Field      string    `json:"field,omitempty"` // of one of the problems
	From       time.Time `json:"from,omitzero"`   // received at or after
	To         time.Time `json:"to,omitzero"`     // received before
	Replayable bool      `json:"replayable,omitempty"`

	Refused bool        `json:"refused,omitempty"` // only what was never accepted
	State   string      `json:"state,omitempty"`   // of what was never accepted: one of the states; empty = any
	IDs     []uuid.UUID `json:"ids,omitempty"`     // only these entries

	// The page: at most Limit entries, newest first, after this one.
	Limit   int       `json:"limit,omitempty"`
	AfterAt time.Time `json:"after_at,omitzero"`
	AfterID uuid.UUID `json:"after_id,omitzero"`
}
