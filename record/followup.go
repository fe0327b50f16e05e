package record

import (
	"time"

	"github.com/google/uuid"
)

// The steps of handling a bad review. Its state follows from the set of steps,
// whatever their order of arrival.
const (
	StepAssigned   = "assigned"
	StepContacted  = "contacted"
	StepVerified   = "verified"
	StepDismissed  = "dismissed"
	StepRectified  = "rectified"
	StepReplied    = "replied"
	StepCalledBack = "called_back"
	StepInvited    = "invited"
	StepAppealed   = "appealed"
	StepUpheld     = "upheld"
	StepRejected   = "rejected"
	StepExcluded   = "excluded"
	StepReinstated = "reinstated"
)

// Steps lists every step.
var Steps = []string{
	StepAssigned, StepContacted, StepVerified, StepDismissed, StepRectified, StepReplied, StepCalledBack,
	StepInvited, StepAppealed, StepUpheld, StepRejected, StepExcluded, StepReinstated,
}

// FollowUpInput is a step in the handling of a rating as a sender writes it (API v1).
type FollowUpInput struct {
	ID        string     `json:"id" doc:"UUID of this step, chosen by the sender" format:"uuid"`
	Source    string     `json:"source,omitempty" doc:"System that the step comes from. Default: the source of the key" maxLength:"64"`
	BatchID   string     `json:"batch_id,omitempty" doc:"Announced batch that this belongs to" maxLength:"64"`
	RatingID  string     `json:"rating_id" doc:"Rating that the step belongs to" format:"uuid"`
	Step      string     `json:"step" doc:"What was done" enum:"assigned,contacted,verified,dismissed,rectified,replied,called_back,invited,appealed,upheld,rejected,excluded,reinstated"`
	Satisfied *bool      `json:"satisfied,omitempty" doc:"At called_back: whether the person was satisfied"`
	By        string     `json:"by,omitempty" doc:"Opaque code of who did it" maxLength:"64"`
	At        *time.Time `json:"at" doc:"When it was done"`
	Note      string     `json:"note,omitempty" doc:"At most 1,200 characters; phone and ID-card numbers are removed" maxLength:"1200"`

	unread unreadTimes
}

// FollowUp is an accepted step.
type FollowUp struct {
	Stamp
	ID        uuid.UUID `json:"id"`
	Source    string    `json:"source"`
	BatchID   string    `json:"batch_id,omitempty"`
	RatingID  uuid.UUID `json:"rating_id"`
	Step      string    `json:"step"`
	Satisfied *bool     `json:"satisfied,omitempty"`
	By        string    `json:"by,omitempty"`
	At        time.Time `json:"at"`
	Note      string    `json:"note,omitempty"`
}

// FollowUp checks a step.
func (d *Door) FollowUp(in *FollowUpInput, rc Receipt) (FollowUp, Problems) {
	c := checker{door: d, rc: rc, unread: in.unread, source: in.Source}
	r := FollowUp{
		Stamp: c.stamp(in, ""), ID: c.uuid("id", in.ID, true), Source: c.code("source", in.Source, true),
		BatchID: c.code("batch_id", in.BatchID, false), RatingID: c.uuid("rating_id", in.RatingID, true),
		Step: c.oneOf("step", in.Step, "", Steps...), Satisfied: in.Satisfied,
		By: c.code("by", in.By, false), Note: RedactPersonal(c.text("note", in.Note, 1200)),
	}
	if in.Step == "" {
		c.problems.add("step", CodeMissing, "required: what was done, such as contacted or rectified")
	}
	if in.Satisfied != nil && in.Step != StepCalledBack {
		c.problems.add("satisfied", CodeInvalid, "belongs to the step called_back only")
	}
	r.At, _ = c.past("at", in.At, true)
	return r, c.problems
}
