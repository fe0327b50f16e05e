package record

import (
	"strings"
	"time"

	"haochaping/calendar"
)

// timedInput is a wire record whose times a code map may have to read.
type timedInput interface {
	UnreadTimes() bool
	ResolveTimes(read func(field, text string) (time.Time, bool))
}

// anchors are the fields whose day decides on the code map, by kind of record.
var anchors = [...]string{"rated_at", "accepted_at", "served_at", "at", "to"}

// Receive takes a wire record as it was sent, before defaults are filled in: it reads
// the times that are not RFC 3339 by the code map of the source that is in force on
// the day which they say, and puts the hashes of the record into the receipt. What no
// map reads stays as it is, for the door to refuse.
func (d *Door) Receive(in any, source string, rc Receipt) Receipt {
	if t, ok := in.(timedInput); ok && t.UnreadTimes() {
		d.readTimes(t, source)
	}
	rc.Untimed = d.untimedHash(in)
	rc.Content = d.timedHash(rc.Untimed, in)
	return rc
}

func (d *Door) readTimes(in timedInput, source string) {
	if d.Maps == nil {
		return
	}
	dated := d.Maps(source)
	if len(dated) == 0 {
		return
	}
	texts := make(map[string]string)
	in.ResolveTimes(func(field, text string) (time.Time, bool) {
		if _, known := texts[field]; !known {
			texts[field] = text
		}
		return time.Time{}, false
	})
	m, ok := d.mapOfTimes(in, &Source{CodeMaps: dated}, texts)
	if !ok {
		return
	}
	in.ResolveTimes(func(field, text string) (time.Time, bool) {
		at, dateOnly, ok := m.readTime(text, d.Zone)
		if ok && dateOnly && (field == "promised_at" || field == "statutory_at") {
			at = calendar.DayOf(at, d.Zone).End(d.Zone)
		}
		return at, ok
	})
}

// mapOfTimes finds the one map that reads the time which decides on the map, and is
// in force on the day that it reads. Two such maps that read two times leave it open.
func (d *Door) mapOfTimes(in timedInput, s *Source, texts map[string]string) (m CodeMap, found bool) {
	if at, ok := anchorTime(in, d.Zone); ok {
		return s.MapOn(calendar.DayOf(at, d.Zone))
	}
	text := ""
	for _, field := range anchors {
		if text = texts[field]; text != "" {
			break
		}
	}
	var read time.Time
	for i := range s.CodeMaps {
		at, _, ok := s.CodeMaps[i].Map.readTime(text, d.Zone)
		if !ok {
			continue
		}
		if inForce, ok := s.indexOn(calendar.DayOf(at, d.Zone)); !ok || inForce != i {
			continue
		}
		if found && !at.Equal(read) {
			return CodeMap{}, false
		}
		m, read, found = s.CodeMaps[i].Map, at, true
	}
	return m, found
}

// anchorTime is the time that decides on the map, where it could be read as it was sent.
func anchorTime(in timedInput, zone *time.Location) (time.Time, bool) {
	var at *time.Time
	switch in := in.(type) {
	case *RatingInput:
		at = in.RatedAt
	case *CaseInput:
		at = in.AcceptedAt
	case *PromptInput:
		at = in.ServedAt
	case *FollowUpInput:
		at = in.At
	case *TallyInput:
		if day, err := calendar.ParseDay(in.To); err == nil {
			return day.Start(zone), true
		}
	}
	if at == nil {
		return time.Time{}, false
	}
	return *at, true
}

// readTime reads a time in the first form that fits: no text fits two with two meanings.
func (m *CodeMap) readTime(text string, zone *time.Location) (at time.Time, dateOnly, ok bool) {
	for _, f := range m.Times {
		if at, dateOnly, ok = f.parse(text, zone); ok {
			return at, dateOnly, true
		}
	}
	return time.Time{}, false, false
}

// unreadTime refuses a time that no map has read: as a form that the map lacks, where
// the text could be a time at all, else with the given reason.
func (c *checker) unreadTime(field, reason string) {
	for _, t := range c.unread {
		if t.field == field && !looksLikeTime(t.text) {
			c.problems.add(field, CodeTime, "%s", reason)
			return
		}
	}
	name, forms := "", "RFC 3339 alone"
	if c.door.Codes != nil {
		if m, ok := c.door.Codes(strings.TrimSpace(c.source), c.rc.Now); ok {
			name = m.Name
			for i, f := range m.Times {
				if i == 0 {
					forms = "RFC 3339"
				}
				forms += ", " + f.String()
			}
		}
	}
	if name == "" {
		c.problems.add(field, CodeUnmapped, "not RFC 3339 with an offset, and no code map of the source says how it writes times: give it one with `%s`", mapCommand)
		return
	}
	c.problems.add(field, CodeUnmapped, "not a time as the map %q reads it (%s): correct it, or add its form to the times of the map with `%s`", name, forms, mapCommand)
}

// looksLikeTime says whether a text could be a time in some form: it has the digits
// of a date at least, and is no date that does not exist.
func looksLikeTime(text string) bool {
	digits := 0
	for i := range len(text) {
		if isDigit(text[i]) {
			digits++
		}
	}
	const date = len(time.DateOnly)
	if len(text) >= date && text[4] == '-' && text[7] == '-' {
		_, err := time.Parse(time.DateOnly, text[:date])
		return err == nil
	}
	return digits >= 6
}
