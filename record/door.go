package record

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"haochaping/directory"
)

// Door holds the acceptance rules of one installation. It is the same for every
// way in: HTTP, file import and demo. Safe for concurrent use.
type Door struct {
	Zone   *time.Location
	Key    []byte        // keys the content hash and the rater tokens; at least 32 bytes
	Future time.Duration // how far ahead of the collector's clock a time may lie
	Past   time.Duration // how far back a time may lie
	// TokenHash is what rater tokens are made with: TokenSHA256 (also "") or TokenSM3.
	TokenHash string
	// Codes returns the code map of a source in force at a time.
	Codes func(source string, at time.Time) (CodeMap, bool)
	// Maps returns every dated code map of a source, for times in a form of its own;
	// nil = times are RFC 3339.
	Maps func(source string) []DatedMap
	// Seal encrypts a contact to a key whose private half is elsewhere; nil = contacts are refused.
	Seal func(contact string) (string, error)
}

// skewTolerated is the clock difference under which a sender's clock is believed.
const skewTolerated = time.Minute

// checker collects the problems of one record.
type checker struct {
	door     *Door
	rc       Receipt
	unread   unreadTimes // of the record
	source   string      // of the record as sent
	problems Problems
}

func (c *checker) stamp(in any, region string) Stamp {
	h := c.rc.Content
	if h == ([16]byte{}) {
		h = c.door.ContentHash(in)
	}
	return Stamp{
		ReceivedAt: c.rc.Now, Collector: c.rc.Collector, Sender: c.rc.Sender,
		ContentHash: binary.BigEndian.Uint64(h[:8]), RegionRaw: region,
	}
}

func (c *checker) uuid(field, s string, required bool) uuid.UUID {
	if s == "" {
		if required {
			c.problems.add(field, CodeMissing, "required: a UUID that you choose, UUIDv7 preferred")
		}
		return uuid.Nil
	}
	id, err := uuid.Parse(s)
	if err != nil || len(s) != 36 || id == uuid.Nil {
		c.problems.add(field, CodeInvalid, "must be a UUID of 36 characters and not all zeros")
		return uuid.Nil
	}
	return id
}

// code checks a short opaque code: printable, at most 64 characters.
func (c *checker) code(field, s string, required bool) string {
	s = c.text(field, s, maxCode)
	if s == "" && required {
		c.problems.add(field, CodeMissing, "required")
	}
	return s
}

func (c *checker) text(field, s string, limit int) string {
	if plain(s, limit) {
		return s
	}
	if !utf8.ValidString(s) {
		c.problems.add(field, CodeInvalid, "not valid UTF-8 text")
		return ""
	}
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > limit {
		c.problems.add(field, CodeTooLong, "at most %d characters", limit)
		return ""
	}
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f }) >= 0 {
		c.problems.add(field, CodeInvalid, "contains control characters: remove them")
		return ""
	}
	return s
}

// plain says whether s passes as text just as it stands: short, of visible ASCII
// characters alone. Nearly all codes are.
func plain(s string, limit int) bool {
	if len(s) > limit {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// oneOf checks an enumeration, of which usual is what "" stands for.
func (c *checker) oneOf(field, s, usual string, others ...string) string {
	if s == "" || s == usual {
		return usual
	}
	if !slices.Contains(others, s) {
		c.problems.add(field, CodeInvalid, "must be one of %s", strings.TrimPrefix(usual+", "+strings.Join(others, ", "), ", "))
		return usual
	}
	return s
}

func (c *checker) place(p Place) Place {
	return Place{
		Region: directory.CanonicalRegion(c.code("region", p.Region, false)),
		Hall:   c.code("hall", p.Hall, false), Window: c.code("window", p.Window, false),
		Department: c.code("department", p.Department, false), Item: c.code("item", p.Item, false),
		Staff: c.code("staff", p.Staff, false),
	}
}

// tags checks the tags as sent, which may be words of a person; tagCodes translates them.
func (c *checker) tags(in []string) []string {
	if len(in) > 20 {
		c.problems.add("tags", CodeTooLong, "at most 20 tags")
		return nil
	}
	var out []string
	for _, t := range in {
		t = RedactPersonal(c.text("tags", t, maxTag))
		if t == "" || slices.Contains(out, t) {
			continue
		}
		if out == nil {
			out = make([]string, 0, len(in))
		}
		out = append(out, t)
	}
	return out
}

// codeMap returns the code map of a source in force at a time, or says that there is none.
func (c *checker) codeMap(source string, at time.Time) (CodeMap, bool) {
	if c.door.Codes != nil {
		if m, ok := c.door.Codes(source, at); ok {
			return m, true
		}
	}
	c.problems.add("source", CodeUnmapped, "no code map for this source at that time: give it one with `%s`", mapCommand)
	return CodeMap{}, false
}

// mapCommand is the remedy for a code that a map lacks.
const mapCommand = "haochaping source map set NAME --file MAP.yaml"

// unmapped refuses a code. A record that has no other problem is held until the
// map knows the code.
func (c *checker) unmapped(field string, m *CodeMap, what, known string) {
	c.problems.add(field, CodeUnmapped, "not a %s of the map %q, which knows %s: correct it, or add it to the map with `%s`", what, m.Name, known, mapCommand)
}

// past checks a time by the collector's clock after correcting it by the sender's
// offset; it returns the corrected and the sent time.
func (c *checker) past(field string, t *time.Time, required bool) (corrected, sent time.Time) {
	if t == nil || t.IsZero() {
		switch {
		case t == nil && c.unread.has(field):
			c.unreadTime(field, timeReason)
		case required:
			c.problems.add(field, CodeMissing, "required: RFC 3339 with an offset, such as 2026-05-04T09:30:00+08:00")
		}
		return time.Time{}, time.Time{}
	}
	corrected, sent = c.rc.Corrected(*t), *t
	if corrected.After(c.rc.Now.Add(c.door.Future)) {
		c.problems.add(field, CodeTime, "lies in the future: check the sender's clock, or send its time in the Device-Now header")
	}
	if corrected.Before(c.rc.Now.Add(-c.door.Past)) {
		c.problems.add(field, CodeTime, "lies further back than this installation accepts (collector.clock_past)")
	}
	return corrected, sent
}

// moment checks a time that may lie in the future, such as a promised one.
func (c *checker) moment(field string, m Moment) time.Time {
	if m == "" {
		return time.Time{}
	}
	t, err := m.At(c.door.Zone)
	if err != nil {
		if m.unread() && looksLikeTime(string(m)) {
			c.unreadTime(field, momentReason)
		} else {
			c.problems.add(field, CodeTime, momentReason)
		}
		return time.Time{}
	}
	if !c.plausible(t) {
		c.problems.add(field, CodeTime, "lies outside the years that this installation accepts")
	}
	return t
}

// plausible bounds a time that may lie in the future.
func (c *checker) plausible(t time.Time) bool {
	return !t.After(c.rc.Now.AddDate(10, 0, 0)) && !t.Before(c.rc.Now.Add(-c.door.Past))
}

// eventKey hashes what names a service event within a source: (source, case,
// service number, else stage). The zero UUID means that the source names none.
func eventKey(source, caseID, serviceNumber, stage string) uuid.UUID {
	if caseID == "" {
		return uuid.Nil
	}
	b := append(append(make([]byte, 0, 256), source...), 0) // on the stack, as codes are short
	b = append(append(b, caseID...), 0)
	if serviceNumber != "" {
		b = append(b, serviceNumber...)
	} else {
		b = append(append(b, "stage:"...), stage...)
	}
	sum := sha256.Sum256(b)
	return uuid.UUID(sum[:16])
}
