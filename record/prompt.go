package record

import (
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
)

// PromptInput is a service event for which a rating was asked, or should have
// been, as a sender writes it (API v1).
type PromptInput struct {
	ID            string     `json:"id" doc:"UUID chosen by the sender; UUIDv7 preferred" format:"uuid"`
	Source        string     `json:"source,omitempty" doc:"System that the event comes from. Default: the source of the key" maxLength:"64"`
	DeviceID      string     `json:"device_id,omitempty" doc:"Device that showed the rating page" maxLength:"64"`
	BatchID       string     `json:"batch_id,omitempty" doc:"Announced batch that this belongs to" maxLength:"64"`
	CaseID        string     `json:"case_id,omitempty" doc:"Case number within the source" maxLength:"64"`
	ServiceNumber string     `json:"service_number,omitempty" doc:"Number of the service within the case" maxLength:"64"`
	Stage         string     `json:"stage,omitempty" doc:"Stage of the case" maxLength:"64"`
	ServedAt      *time.Time `json:"served_at" doc:"When the service was given; decides the day on which the event counts"`
	ShownAt       *time.Time `json:"shown_at,omitempty" doc:"When the rating page was shown; absent = nobody was asked"`
	Place
	Channel Code `json:"channel,omitempty" doc:"Channel in the source's own code"`
	Test    bool `json:"test,omitempty" doc:"A test; never counted"`

	unread unreadTimes
}

// Prompt is an accepted service event.
type Prompt struct {
	Stamp
	ID            uuid.UUID `json:"id"`
	Source        string    `json:"source"`
	DeviceID      string    `json:"device_id,omitempty"`
	BatchID       string    `json:"batch_id,omitempty"`
	CaseID        string    `json:"case_id,omitempty"`
	ServiceNumber string    `json:"service_number,omitempty"`
	Stage         string    `json:"stage,omitempty"`
	ServedAt      time.Time `json:"served_at"`
	ShownAt       time.Time `json:"shown_at,omitzero"`
	Place
	Channel    Channel      `json:"channel,omitempty"`
	ChannelRaw string       `json:"channel_raw,omitempty"`
	Test       bool         `json:"test,omitempty"`
	EventDay   calendar.Day `json:"event_day"`
	EventKey   uuid.UUID    `json:"event_key,omitzero"`
}

// Prompt checks a service event.
func (d *Door) Prompt(in *PromptInput, rc Receipt) (Prompt, Problems) {
	c := checker{door: d, rc: rc, unread: in.unread, source: in.Source}
	r := Prompt{
		Stamp: c.stamp(in, in.Region), ID: c.uuid("id", in.ID, true), Source: c.code("source", in.Source, true),
		DeviceID: c.code("device_id", in.DeviceID, false), BatchID: c.code("batch_id", in.BatchID, false),
		CaseID: c.code("case_id", in.CaseID, false), ServiceNumber: c.code("service_number", in.ServiceNumber, false),
		Stage: c.code("stage", in.Stage, false), Place: c.place(in.Place), ChannelRaw: string(in.Channel), Test: in.Test,
	}
	r.ServedAt, _ = c.past("served_at", in.ServedAt, true)
	r.ShownAt, _ = c.past("shown_at", in.ShownAt, false)
	r.EventDay = calendar.DayOf(r.ServedAt, d.Zone)
	r.EventKey = eventKey(r.Source, r.CaseID, r.ServiceNumber, r.Stage)
	if len(c.problems) == 0 {
		if m, ok := c.codeMap(r.Source, r.ServedAt); ok {
			r.Channel = c.channel(in.Channel, &m)
		}
	}
	return r, c.problems
}
