package record

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
)

// TallyInput is a count that somebody else already made: a published table row.
type TallyInput struct {
	Source string `json:"source,omitempty" doc:"Who counted. Default: the source of the key" maxLength:"64"`
	From   string `json:"from" doc:"First day of the period counted" format:"date"`
	To     string `json:"to" doc:"Last day of the period counted" format:"date"`
	Place
	Answer  Answer `json:"answer,omitempty" doc:"Default: active" enum:"active,default,unanswered,declined"`
	Level   Code   `json:"level,omitempty" doc:"Level in the source's own code"`
	Channel Code   `json:"channel,omitempty" doc:"Channel in the source's own code"`
	Count   uint64 `json:"count" doc:"How many"`
	Version uint64 `json:"version,omitempty" doc:"A later count of the same cell replaces an earlier one" minimum:"1"`
}

// Tally is an accepted count. It counts on the last day of its period.
type Tally struct {
	Stamp
	Source string       `json:"source"`
	From   calendar.Day `json:"from"`
	To     calendar.Day `json:"to"`
	Place
	Answer     Answer  `json:"answer"`
	Level      uint8   `json:"level,omitempty"`
	LevelRaw   string  `json:"level_raw,omitempty"`
	Channel    Channel `json:"channel,omitempty"`
	ChannelRaw string  `json:"channel_raw,omitempty"`
	Count      uint64  `json:"count"`
	Version    uint64  `json:"version"`
}

// ID is the identity of this version of the cell.
func (t *Tally) ID() uuid.UUID {
	p := t.Place
	return DeriveID(t.To.Start(time.UTC), "tally", t.Source, t.From.String(), t.To.String(), p.Region, p.Hall, p.Window,
		p.Department, p.Item, p.Staff, string(t.Answer), t.LevelRaw, t.ChannelRaw, strconv.FormatUint(t.Version, 10))
}

// maxTally bounds one published count; far above any real one, far below overflow of a sum.
const maxTally = 1e12

// Tally checks a published count.
func (d *Door) Tally(in *TallyInput, rc Receipt) (Tally, Problems) {
	c := checker{door: d, rc: rc, source: in.Source}
	t := Tally{
		Stamp: c.stamp(in, in.Region), Source: c.code("source", in.Source, true), Place: c.place(in.Place),
		Answer:   Answer(c.oneOf("answer", string(in.Answer), string(AnswerActive), string(AnswerDefault), string(AnswerUnanswered), string(AnswerDeclined))),
		LevelRaw: string(in.Level), ChannelRaw: string(in.Channel), Count: in.Count, Version: max(in.Version, 1),
	}
	if in.Count > maxTally {
		c.problems.add("count", CodeInvalid, "at most 1,000,000,000,000")
	}
	t.From, t.To = c.day("from", in.From), c.day("to", in.To)
	if t.To < t.From && len(c.problems) == 0 {
		c.problems.add("to", CodeTime, "lies before from")
	}
	if len(c.problems) > 0 {
		return t, c.problems
	}
	r := Rating{Source: t.Source, Answer: t.Answer, RatedAt: t.To.Start(d.Zone)}
	c.ratingCodes(&r, &RatingInput{Level: in.Level, Channel: in.Channel})
	t.Level, t.Channel = r.Level, r.Channel
	return t, c.problems
}

func (c *checker) day(field, s string) calendar.Day {
	day, err := calendar.ParseDay(s)
	if err != nil {
		if mayBeTime(s) && looksLikeTime(s) {
			c.unreadTime(field, dayReason)
		} else {
			c.problems.add(field, CodeTime, dayReason)
		}
		return day
	}
	at := day.Start(c.door.Zone)
	if at.After(c.rc.Now.Add(c.door.Future)) || at.Before(c.rc.Now.Add(-c.door.Past)) {
		c.problems.add(field, CodeTime, "lies outside the time that this installation accepts")
	}
	return day
}
