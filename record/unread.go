package record

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"haochaping/calendar"
)

// maxTimeText is how many characters of a time are kept until a code map is asked.
const maxTimeText = 40

const timeReason = "must be RFC 3339 with an offset, such as 2026-05-04T09:30:00+08:00"

// unreadTime is a time as sent, text or number, that is not RFC 3339. Only the code
// map of its source can say what it means; the door refuses it as long as none has.
type unreadTime struct {
	field string
	index int // of a suspension: twice its place in the list, one more for its end
	text  string
}

// unreadTimes are those of one wire record; a record rarely has any.
type unreadTimes []unreadTime

func (u unreadTimes) has(field string) bool {
	return slices.ContainsFunc(u, func(t unreadTime) bool { return t.field == field })
}

// resolve asks read for each time and gives set what it knows; the others stay.
func (u *unreadTimes) resolve(read func(field, text string) (time.Time, bool), set func(unreadTime, time.Time)) {
	var left unreadTimes
	for _, t := range *u {
		if at, ok := read(t.field, t.text); ok {
			set(t, at)
		} else {
			left = append(left, t)
		}
	}
	*u = left
}

// mayBeTime bounds what a code map is asked about.
func mayBeTime(text string) bool {
	return text != "" && utf8.RuneCountInString(text) <= maxTimeText &&
		strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0
}

// UnreadTimes says whether a time was sent in a form that is not RFC 3339.
func (in *RatingInput) UnreadTimes() bool { return len(in.unread) > 0 }

// ResolveTimes asks read for each time that was sent in a form that is not RFC 3339
// and puts what it knows into its field; the others stay, and the door refuses them.
// Hash a record after its times are resolved: the instant counts, not how it is written.
func (in *RatingInput) ResolveTimes(read func(field, text string) (time.Time, bool)) {
	in.unread.resolve(read, func(u unreadTime, at time.Time) {
		if u.field == "served_at" {
			in.ServedAt = &at
		} else {
			in.RatedAt = &at
		}
	})
}

// UnreadTimes says whether a time was sent in a form that is not RFC 3339, or for a
// promised one a date.
func (in *CaseInput) UnreadTimes() bool {
	return len(in.unread) > 0 || in.PromisedAt.unread() || in.StatutoryAt.unread()
}

// ResolveTimes is like that of a rating. For a promised date without a time, read
// returns the end of that day.
func (in *CaseInput) ResolveTimes(read func(field, text string) (time.Time, bool)) {
	in.unread.resolve(read, func(u unreadTime, at time.Time) {
		switch u.field {
		case "accepted_at":
			in.AcceptedAt = &at
		case "finished_at":
			in.FinishedAt = &at
		default:
			span := &in.Suspensions[u.index/2]
			if u.index%2 == 0 {
				span.From = at
			} else {
				span.To = at
			}
		}
	})
	in.PromisedAt.resolve("promised_at", read)
	in.StatutoryAt.resolve("statutory_at", read)
}

// UnreadTimes says whether a time was sent in a form that is not RFC 3339.
func (in *PromptInput) UnreadTimes() bool { return len(in.unread) > 0 }

// ResolveTimes is like that of a rating.
func (in *PromptInput) ResolveTimes(read func(field, text string) (time.Time, bool)) {
	in.unread.resolve(read, func(u unreadTime, at time.Time) {
		if u.field == "shown_at" {
			in.ShownAt = &at
		} else {
			in.ServedAt = &at
		}
	})
}

// UnreadTimes says whether the time was sent in a form that is not RFC 3339.
func (in *FollowUpInput) UnreadTimes() bool { return len(in.unread) > 0 }

// ResolveTimes is like that of a rating.
func (in *FollowUpInput) ResolveTimes(read func(field, text string) (time.Time, bool)) {
	in.unread.resolve(read, func(_ unreadTime, at time.Time) { in.At = &at })
}

// UnreadTimes says whether one of the days was sent in a form that is not YYYY-MM-DD.
func (in *TallyInput) UnreadTimes() bool { return unreadDay(in.From) || unreadDay(in.To) }

// ResolveTimes is like that of a rating. A day becomes that of the time which read
// returns, in the zone that it is in.
func (in *TallyInput) ResolveTimes(read func(field, text string) (time.Time, bool)) {
	resolve := func(field string, day *string) {
		if !unreadDay(*day) {
			return
		}
		if at, ok := read(field, *day); ok {
			*day = at.Format(time.DateOnly)
		}
	}
	resolve("from", &in.From)
	resolve("to", &in.To)
}

const dayReason = "must be a date such as 2026-05-04"

func unreadDay(text string) bool {
	if !mayBeTime(text) {
		return false // nothing that a map is asked about
	}
	_, err := calendar.ParseDay(text)
	return err != nil
}

// unread says whether the moment is a text that only a code map can read.
func (m Moment) unread() bool {
	if !mayBeTime(string(m)) {
		return false
	}
	_, err := m.At(time.UTC)
	return err != nil
}

func (m *Moment) resolve(field string, read func(field, text string) (time.Time, bool)) {
	if !m.unread() {
		return
	}
	if at, ok := read(field, string(*m)); ok {
		*m = Moment(at.Format(time.RFC3339Nano))
	}
}

const momentReason = "must be RFC 3339 with an offset, or a date such as 2026-05-04"
