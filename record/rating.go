package record

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
)

// RatingInput is a rating as a sender writes it (API v1).
type RatingInput struct {
	ID     string `json:"id" doc:"UUID chosen by the sender; UUIDv7 preferred. The same id is the same rating, however often it is sent" format:"uuid"`
	Source string `json:"source,omitempty" doc:"System that the rating comes from; decides the code map. Default: the source of the key" maxLength:"64"`

	DeviceID     string `json:"device_id,omitempty" doc:"Device that took the rating" maxLength:"64"`
	Installation string `json:"installation,omitempty" doc:"Installation of the device; a new one starts again at device_seq 1" maxLength:"64"`
	DeviceSeq    uint64 `json:"device_seq,omitempty" doc:"1, 2, 3 … per installation" maximum:"4294967295"`
	BatchID      string `json:"batch_id,omitempty" doc:"Announced batch that this belongs to" maxLength:"64"`
	PromptID     string `json:"prompt_id,omitempty" doc:"Prompt that asked for this rating" format:"uuid"`

	Object        string     `json:"object,omitempty" doc:"What is rated" enum:"case,item,department,platform,staff,hotline"`
	CaseID        string     `json:"case_id,omitempty" doc:"Case number within the source" maxLength:"64"`
	ServiceNumber string     `json:"service_number,omitempty" doc:"Number of the service within the case" maxLength:"64"`
	Stage         string     `json:"stage,omitempty" doc:"Stage of the case, where the source has no service number" maxLength:"64"`
	AssessNumber  uint8      `json:"assess_number,omitempty" doc:"1 = first rating, 2 = rating after rectification (追评)" minimum:"1" maximum:"2"`
	ServedAt      *time.Time `json:"served_at,omitempty" doc:"When the service was given; decides the day on which the rating counts"`

	Answer      Answer          `json:"answer,omitempty" doc:"Default: active" enum:"active,default,unanswered,declined"`
	Level       Code            `json:"level,omitempty" doc:"Level in the source's own code"`
	Aspects     map[string]Code `json:"aspects,omitempty" doc:"Levels of single questions, by question id"`
	QuestionSet string          `json:"question_set,omitempty" doc:"Set that the question ids belong to" maxLength:"64"`

	Place
	Channel  Code     `json:"channel,omitempty" doc:"Channel in the source's own code, or a class: tablet, terminal, qr, mobile, web, sms, phone, other"`
	Platform string   `json:"platform,omitempty" doc:"Named app or site" maxLength:"64"`
	Tags     []string `json:"tags,omitempty" doc:"Reason codes" maxItems:"20"`
	Comment  string   `json:"comment,omitempty" doc:"Free text, at most 1,200 characters; phone and ID-card numbers are removed" maxLength:"1200"`
	Rater    string   `json:"rater,omitempty" doc:"Phone or ID of the rater; only a keyed token of it is kept" maxLength:"64"`
	Contact  string   `json:"contact,omitempty" doc:"Contact for a reply, only if the person asks for one; sealed at the door" maxLength:"200"`

	RatedAt     *time.Time `json:"rated_at" doc:"When the level was chosen, by the device's clock"`
	TimeQuality string     `json:"time_quality,omitempty" doc:"uncertain = the device's clock was never set" enum:"uncertain"`
	Probe       bool       `json:"probe,omitempty" doc:"A check of the way, not of the service; never counted"`
	Test        bool       `json:"test,omitempty" doc:"A test; never counted"`

	unread unreadTimes
}

// Rating is an accepted rating.
type Rating struct {
	Stamp
	ID     uuid.UUID `json:"id"`
	Source string    `json:"source"`

	DeviceID     string    `json:"device_id,omitempty"`
	Installation string    `json:"installation,omitempty"`
	DeviceSeq    uint64    `json:"device_seq,omitempty"`
	BatchID      string    `json:"batch_id,omitempty"`
	PromptID     uuid.UUID `json:"prompt_id,omitzero"`

	Object        string `json:"object,omitempty"`
	CaseID        string `json:"case_id,omitempty"`
	ServiceNumber string `json:"service_number,omitempty"`
	Stage         string `json:"stage,omitempty"`
	AssessNumber  uint8  `json:"assess_number"` // 1 or 2

	Answer      Answer           `json:"answer"`
	Level       uint8            `json:"level,omitempty"` // 1 … 5, 5 = very satisfied; 0 = none
	LevelRaw    string           `json:"level_raw,omitempty"`
	CodeMap     string           `json:"code_map,omitempty"` // name of the map that translated
	Aspects     map[string]uint8 `json:"aspects,omitempty"`
	QuestionSet string           `json:"question_set,omitempty"`

	Place
	Channel    Channel  `json:"channel,omitempty"`
	ChannelRaw string   `json:"channel_raw,omitempty"`
	Platform   string   `json:"platform,omitempty"`
	Tags       []string `json:"tags,omitempty"`
	TagsRaw    []string `json:"tags_raw,omitempty"` // as sent, where the map translates tags
	Comment    string   `json:"comment,omitempty"`
	RaterToken string   `json:"rater_token,omitempty"`
	Contact    string   `json:"contact,omitempty"` // sealed

	RatedAt      time.Time    `json:"rated_at"` // corrected by the sender's clock offset
	RatedAtRaw   time.Time    `json:"rated_at_raw"`
	ServedAt     time.Time    `json:"served_at,omitzero"`
	EventDay     calendar.Day `json:"event_day"` // day of served_at, else of rated_at
	TimeUnsure   bool         `json:"time_unsure,omitempty"`
	Probe        bool         `json:"probe,omitempty"`
	Test         bool         `json:"test,omitempty"`
	EventKey     uuid.UUID    `json:"event_key,omitzero"` // hash of the service event, zero = the source names none
	AnswerWeight uint8        `json:"answer_weight"`      // active 3 > default 2 > unanswered, declined 1
}

// maxDeviceSeq bounds the numbers that a device gives: one each second for a hundred
// years, and few enough to keep sets of them.
const maxDeviceSeq = 1<<32 - 1

// Rating checks and translates a rating.
func (d *Door) Rating(in *RatingInput, rc Receipt) (Rating, Problems) {
	c := checker{door: d, rc: rc, unread: in.unread, source: in.Source}
	r := Rating{
		Stamp: c.stamp(in, in.Region), ID: c.uuid("id", in.ID, true), Source: c.code("source", in.Source, true),
		DeviceID: c.code("device_id", in.DeviceID, false), Installation: c.code("installation", in.Installation, false),
		DeviceSeq: in.DeviceSeq, BatchID: c.code("batch_id", in.BatchID, false), PromptID: c.uuid("prompt_id", in.PromptID, false),
		Object: c.oneOf("object", in.Object, "", "case", "item", "department", "platform", "staff", "hotline"),
		CaseID: c.code("case_id", in.CaseID, false), ServiceNumber: c.code("service_number", in.ServiceNumber, false),
		Stage: c.code("stage", in.Stage, false), AssessNumber: max(in.AssessNumber, 1),
		Answer:      Answer(c.oneOf("answer", string(in.Answer), string(AnswerActive), string(AnswerDefault), string(AnswerUnanswered), string(AnswerDeclined))),
		QuestionSet: c.code("question_set", in.QuestionSet, false),
		Place:       c.place(in.Place), Platform: RedactPersonal(c.text("platform", in.Platform, 64)),
		Comment: RedactPersonal(c.text("comment", in.Comment, 1200)),
		Probe:   in.Probe, Test: in.Test,
	}
	if in.DeviceSeq > maxDeviceSeq {
		c.problems.add("device_seq", CodeInvalid, "at most 4,294,967,295: count 1, 2, 3 … within one installation of the device")
	}
	if in.AssessNumber > 2 {
		c.problems.add("assess_number", CodeInvalid, "must be 1 (first rating) or 2 (after rectification)")
	}
	c.ratingTimes(&r, in)
	r.Tags = c.tags(in.Tags)
	if len(c.problems) == 0 {
		c.ratingCodes(&r, in)
	}
	c.ratingPerson(&r, in)
	r.EventKey = eventKey(r.Source, r.CaseID, r.ServiceNumber, r.Stage)
	r.AnswerWeight = answerWeight(r.Answer)
	return r, c.problems
}

func (c *checker) ratingTimes(r *Rating, in *RatingInput) {
	rated, raw := c.past("rated_at", in.RatedAt, true)
	served, _ := c.past("served_at", in.ServedAt, false)
	r.RatedAt, r.RatedAtRaw, r.ServedAt = rated, raw, served
	r.TimeUnsure = c.oneOf("time_quality", in.TimeQuality, "", "uncertain") == "uncertain"
	at := rated
	if !served.IsZero() {
		at = served
	}
	r.EventDay = calendar.DayOf(at, c.door.Zone)
}

func (c *checker) ratingCodes(r *Rating, in *RatingInput) {
	m, ok := c.codeMap(r.Source, r.RatedAt)
	if !ok {
		return
	}
	r.CodeMap, r.LevelRaw, r.ChannelRaw = m.Name, string(in.Level), string(in.Channel)
	r.Channel = c.channel(in.Channel, &m)
	chosen := r.Answer == AnswerActive || r.Answer == AnswerDefault
	switch {
	case chosen && in.Level == "":
		c.problems.add("level", CodeMissing, "an %s answer needs a level; codes of the map %q: %s", r.Answer, m.Name, m.levelCodes())
	case !chosen && in.Level != "":
		c.problems.add("level", CodeInvalid, "an %s answer has no level: leave it out", r.Answer)
	case chosen:
		if r.Level, ok = m.level(string(in.Level)); !ok {
			c.unmapped("level", &m, "level", m.levelCodes())
		}
	}
	c.aspects(r, in, &m)
	c.tagCodes(r, &m)
}

func (c *checker) channel(code Code, m *CodeMap) Channel {
	class, ok := m.channel(string(code))
	if !ok {
		c.unmapped("channel", m, "channel code", someCodes(m.Channels))
	}
	return class
}

func (c *checker) aspects(r *Rating, in *RatingInput, m *CodeMap) {
	if len(in.Aspects) > 50 {
		c.problems.add("aspects", CodeTooLong, "at most 50 questions")
		return
	}
	for question, code := range in.Aspects {
		if question == "" || !shortText(question, maxCode) || strings.TrimSpace(question) != question {
			c.problems.add("aspects", CodeInvalid, "a question id has 1 to %d characters, none of them a control character, and no blanks around it", maxCode)
			return
		}
		level, ok := m.level(string(code))
		if !ok {
			c.unmapped("aspects", m, "level", m.levelCodes())
			return
		}
		if r.Aspects == nil {
			r.Aspects = make(map[string]uint8, len(in.Aspects))
		}
		r.Aspects[question] = level
	}
}

// tagCodes translates the tags where the map does, and keeps those sent beside.
func (c *checker) tagCodes(r *Rating, m *CodeMap) {
	if m.Tags == nil || len(r.Tags) == 0 {
		return
	}
	r.TagsRaw = r.Tags
	r.Tags = make([]string, 0, len(r.TagsRaw))
	for _, code := range r.TagsRaw {
		tag, ok := m.Tags[code]
		if !ok {
			c.unmapped("tags", m, "tag", someCodes(m.Tags))
			return
		}
		if !slices.Contains(r.Tags, tag) {
			r.Tags = append(r.Tags, tag)
		}
	}
}

func (c *checker) ratingPerson(r *Rating, in *RatingInput) {
	if rater := c.text("rater", in.Rater, 64); rater != "" && len(c.problems) == 0 {
		r.RaterToken = c.door.Token(rater)
	}
	contact := c.text("contact", in.Contact, 200)
	if contact == "" || len(c.problems) > 0 {
		return
	}
	if c.door.Seal == nil {
		c.problems.add("contact", CodeContact, "this installation has no key to seal contacts with: leave the field out")
		return
	}
	sealed, err := c.door.Seal(contact)
	if err != nil {
		c.problems.add("contact", CodeContact, "the contact could not be sealed: leave the field out")
		return
	}
	r.Contact = sealed
}

// answerWeight orders the answers of one service event: the heaviest counts.
func answerWeight(a Answer) uint8 {
	switch a {
	case AnswerActive:
		return 3
	case AnswerDefault:
		return 2
	default:
		return 1
	}
}
