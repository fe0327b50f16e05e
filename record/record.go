// Package record holds what is collected: ratings, cases, prompts, follow-ups and
// tallies, their wire form, and the rules by which one is accepted.
//
// It promises that a record which leaves the Door is complete, bounded and
// translated (levels 1-5 with 5 = best, channel classes, canonical region codes),
// that the values as sent stand beside the translated ones, and that no clear
// identity of a rater is in it. It does no input or output, and it never looks at
// the directory: a code nobody knows is a fact of the day, not a mistake of the sender.
package record

import (
	"time"

	"haochaping/calendar"
)

// Kind says which of the five records something is. The numbers are written to disk.
type Kind uint8

// The kinds of record.
const (
	KindRating   Kind = 1
	KindCase     Kind = 2
	KindPrompt   Kind = 3
	KindFollowUp Kind = 4
	KindTally    Kind = 5
)

// KindIndicator is an indicator from outside. File import alone reads it: it is never spooled.
const KindIndicator Kind = 8

var kindNames = map[Kind]string{
	KindRating: "rating", KindCase: "case", KindPrompt: "prompt", KindFollowUp: "follow_up", KindTally: "tally",
	KindRefused: "refused", KindAnnouncement: "announcement", KindIndicator: "indicator",
}

// String returns the singular name, such as "follow_up".
func (k Kind) String() string { return kindNames[k] }

// KindNamed returns the kind with that singular name.
func KindNamed(name string) (Kind, bool) {
	for k, n := range kindNames {
		if n == name {
			return k, true
		}
	}
	return 0, false
}

// Answer is how a level came to be, or why there is none. The three are never mixed.
type Answer string

// The answers.
const (
	AnswerActive     Answer = "active"     // a person chose a level
	AnswerDefault    Answer = "default"    // a system booked a level after days of silence
	AnswerUnanswered Answer = "unanswered" // asked, nobody pressed
	AnswerDeclined   Answer = "declined"   // asked, the person said no
)

// Place is what is known about where and by whom a service was given. Codes are
// stored as sent; attribution happens when figures are computed.
type Place struct {
	Region     string `json:"region,omitempty" doc:"Region code; Chinese division codes may have 6, 9 or 12 digits" maxLength:"64"`
	Hall       string `json:"hall,omitempty" doc:"Service hall code" maxLength:"64"`
	Window     string `json:"window,omitempty" doc:"Counter (window) code within the hall" maxLength:"64"`
	Department string `json:"department,omitempty" doc:"Department code" maxLength:"64"`
	Item       string `json:"item,omitempty" doc:"Service item code" maxLength:"64"`
	Staff      string `json:"staff,omitempty" doc:"Opaque staff code" maxLength:"64"`
}

// Receipt is what the door knows about the request that brought a record.
type Receipt struct {
	Now       time.Time     // the collector's clock
	Skew      time.Duration // collector's clock minus the sender's clock, 0 if the sender did not say
	Collector string        // name of the collector
	Sender    string        // name of the key that sent it; never the key
	Batch     string        // announced batch that brings it, for records that name none
	// Content is Door.ContentHash of the record as sent, for a caller that fills in
	// defaults before the door sees the record: a repeat must stay a repeat when
	// the defaults have changed meanwhile. Zero = the door computes it.
	Content [16]byte
	// Untimed is that hash but for the times, which Hold keeps where nobody can read them yet.
	Untimed [16]byte
}

// Corrected is a time by the collector's clock. Small differences are believed.
func (rc *Receipt) Corrected(t time.Time) time.Time {
	if rc.Skew.Abs() > skewTolerated {
		return t.Add(rc.Skew)
	}
	return t
}

// Stamp is what the door adds to every accepted record.
type Stamp struct {
	ReceivedAt  time.Time `json:"received_at"`
	Collector   string    `json:"collector,omitempty"`
	Sender      string    `json:"sender,omitempty"`
	ContentHash uint64    `json:"content_hash"` // first 8 bytes of the keyed hash of the canonical fields as sent
	RegionRaw   string    `json:"region_raw,omitempty"`
}

// EventDay is the civil day on which something counts.
type EventDay = calendar.Day
