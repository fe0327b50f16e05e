package oracle

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/crash/journal"
	"haochaping/evaluation"
	"haochaping/record"
)

var (
	zone = time.FixedZone("", 8*3600)
	day  = calendar.MakeDay(2026, 5, 4)
	noon = day.Start(zone).Add(12 * time.Hour)
)

// story is a small run: what was sent and answered, and what the warehouse then says.
type story struct {
	t        *testing.T
	journal  *journal.Journal
	path     string
	evidence Evidence
}

func newStory(t *testing.T) *story {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := journal.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return &story{t: t, journal: j, path: path}
}

// send writes a rating of the source city down, with the answers to it.
func (s *story) send(id uuid.UUID, content int, bad string, fields map[string]any, fates ...journal.Answer) {
	s.t.Helper()
	wire, err := json.Marshal(fields)
	if err != nil {
		s.t.Fatal(err)
	}
	s.journal.Send(&journal.Sent{World: "w", Kind: "rating", Key: id.String(), Content: content, Bad: bad, Wire: wire})
	for _, a := range fates {
		a.World, a.Kind, a.Key, a.Content = "w", "rating", id.String(), content
		s.journal.Answer(&a)
	}
}

// desk lists a record.
func (e *Evidence) desk(id uuid.UUID, code string) {
	why := record.WhyRefused
	if code == record.CodeConflict {
		why = record.WhyConflict
	}
	e.Desk = append(e.Desk, record.DeskEntry{RecordID: id, Why: why, Problems: record.Problems{{Code: code, Reason: "why"}}})
}

func (s *story) judge() map[string]int64 {
	s.t.Helper()
	if err := s.journal.Close(); err != nil {
		s.t.Fatal(err)
	}
	books, err := Read(s.path, zone)
	if err != nil {
		s.t.Fatal(err)
	}
	broken := map[string]int64{}
	for _, c := range books["w"].Judge(&s.evidence).Checks() {
		if c.Broken > 0 {
			broken[c.Name] = c.Broken
		}
	}
	return broken
}

var (
	accepted  = journal.Answer{Fate: journal.Accepted, To: "A"}
	duplicate = journal.Answer{Fate: journal.Duplicate, To: "A"}
	none      = journal.Answer{Fate: journal.None, To: "A"}
	unmapped  = journal.Answer{Fate: journal.Refused, To: "A", Codes: []string{record.CodeUnmapped}}
	conflict  = journal.Answer{Fate: journal.Conflict, To: "A", Codes: []string{record.CodeConflict}}
)

func sentRating(id uuid.UUID, level string) map[string]any {
	return map[string]any{
		"id": id, "source": "city", "department": "D1", "staff": "c0", "answer": "active", "level": level,
		"rated_at": noon, "case_id": "E-" + id.String(), "service_number": "1",
	}
}

func storedRating(id uuid.UUID, level uint8) record.Rating {
	return record.Rating{
		Stamp: record.Stamp{ContentHash: uint64(level)}, ID: id, Source: "city", CaseID: "E-" + id.String(), ServiceNumber: "1",
		AssessNumber: 1, Answer: record.AnswerActive, Level: level, Place: record.Place{Department: "D1", Staff: "c0"},
		RatedAt: noon, EventDay: day,
	}
}

// whole is a run in which every promise was kept.
func whole(t *testing.T) *story {
	s := newStory(t)
	one, two, bad := uuid.New(), uuid.New(), uuid.New()
	sum := sha256.Sum256([]byte("lines"))
	first := sentRating(one, "5")
	first["device_id"], first["installation"], first["device_seq"] = "d", "i", 2
	s.send(one, 0, "", first, none, accepted, duplicate)
	s.send(two, 0, "", sentRating(two, "2"), accepted)
	other := sentRating(two, "1")
	other["staff"] = "c1"
	s.send(two, 1, "", other, conflict)
	s.send(bad, 0, record.CodeUnmapped, sentRating(bad, "9"), unmapped)
	refusal := func(of uuid.UUID, code string) record.Refused {
		return record.Refused{ID: uuid.New(), RecordID: of, Kind: record.KindRating, Problems: record.Problems{{Code: code, Reason: "why"}}}
	}
	numbered := storedRating(one, 5)
	numbered.DeviceID, numbered.Installation, numbered.DeviceSeq = "d", "i", 2
	s.evidence.Stored = record.Batch{
		Ratings: []record.Rating{numbered, storedRating(two, 2)},
		Refused: []record.Refused{refusal(bad, record.CodeUnmapped), refusal(two, record.CodeConflict)},
	}
	facts := evaluation.Facts{Levels: [5]uint64{0, 1, 0, 0, 1}, Events: 2, Rated: 2}
	s.evidence.Days = []evaluation.Row{{Start: day, Department: "D1", Facts: facts}}
	for _, r := range s.evidence.Stored.Refused {
		s.evidence.desk(r.RecordID, r.Problems[0].Code)
	}
	s.evidence.Devices = []record.DeviceNumbers{{Device: "d", Installation: "i", Received: 2, Highest: 2, Contiguous: 2}}
	s.journal.Send(&journal.Sent{World: "w", Kind: "batch", Key: "city/b", Wire: json.RawMessage(`{"id":"b","source":"city","count":3,"sha256":"` + fmt.Sprintf("%x", sum) + `"}`)})
	for _, fate := range []string{journal.Accepted, journal.Duplicate, journal.Delivered} {
		s.journal.Answer(&journal.Answer{World: "w", Kind: "batch", Key: "city/b", To: "A", Fate: fate})
	}
	said := record.Announcement{ID: "b", Source: "city", Count: 3, Hash: sum}
	came := said
	came.Delivered, came.Arrived, came.Accepted, came.Refused, came.HashMatches = true, 3, 2, 1, true
	s.evidence.Batches = map[string][]record.Announcement{"city/b": {said, came}}
	s.evidence.Months = []evaluation.Row{{Start: calendar.MakeDay(2026, 5, 1), Department: "D1", Facts: facts}}
	return s
}

func TestKeptPromisesPass(t *testing.T) {
	if broken := whole(t).judge(); len(broken) > 0 {
		t.Errorf("broken: %v", broken)
	}
}

// Every way of falsifying the evidence is seen, and by the check that it belongs to.
func TestFalsifiedEvidenceIsSeen(t *testing.T) {
	for how, want := range map[string]string{
		"lose": "acknowledged_missing", "double": "counted_twice", "forget": "not_counted", "alter": "stored_otherwise", "hush": "refused_not_on_desk",
	} {
		s := whole(t)
		if err := s.evidence.Falsify(how); err != nil {
			t.Fatal(err)
		}
		if broken := s.judge(); broken[want] == 0 {
			t.Errorf("%s: %v, want %s", how, broken, want)
		}
	}
	s := whole(t)
	if err := s.evidence.Falsify("sing"); err == nil {
		t.Error("an unknown way is taken")
	}
}

func TestBrokenPromisesAreSeen(t *testing.T) {
	for _, test := range []struct {
		name, want string
		change     func(*story)
	}{
		{"a row that nobody sent", "stored_otherwise", func(s *story) {
			s.evidence.Stored.Ratings = append(s.evidence.Stored.Ratings, storedRating(uuid.New(), 3))
		}},
		{"a row twice", "counted_twice", func(s *story) {
			s.evidence.Stored.Ratings = append(s.evidence.Stored.Ratings, s.evidence.Stored.Ratings[0])
		}},
		{"another day", "stored_otherwise", func(s *story) { s.evidence.Stored.Ratings[0].EventDay++ }},
		{"a month counted twice", "counted_twice", func(s *story) { s.evidence.Months[0].Levels[4]++ }},
		{"a rate without its event", "not_counted", func(s *story) { s.evidence.Days[0].Rated-- }},
		{"a refusal on the desk without a reason", "refused_without_reason", func(s *story) { s.evidence.Stored.Refused[0].Problems = nil }},
		{"a refusal of another record on the desk", "refused_not_on_desk", func(s *story) { s.evidence.Desk[0].RecordID = uuid.New() }},
		{"two ratings of an event, one not on the desk", "losers_not_on_desk", func(s *story) {
			id := uuid.New()
			more := storedRating(id, 5)
			more.CaseID = s.evidence.Stored.Ratings[0].CaseID
			s.evidence.Stored.Ratings = append(s.evidence.Stored.Ratings, more)
		}},
		{"a refusal without a reason", "refused_without_reason", func(s *story) {
			id := uuid.New()
			s.send(id, 0, "missing", sentRating(id, ""), journal.Answer{Fate: journal.Refused})
		}},
		{"a refusal for another reason", "wrong_verdict", func(s *story) {
			id := uuid.New()
			s.send(id, 0, "missing", sentRating(id, ""), unmapped)
		}},
		{"a good record refused", "wrong_verdict", func(s *story) {
			id := uuid.New()
			s.send(id, 0, "", sentRating(id, "4"), unmapped)
		}},
		{"a bad record accepted", "wrong_verdict", func(s *story) {
			id := uuid.New()
			s.send(id, 0, "unmapped", sentRating(id, "9"), accepted)
		}},
		{"a conflict with nothing", "wrong_verdict", func(s *story) {
			id := uuid.New()
			s.send(id, 0, "", sentRating(id, "4"), conflict)
		}},
		{"a number of a device", "device_numbers_missing", func(s *story) { s.evidence.Devices[0].Received = 1 }},
		{"a device that nobody knows", "device_numbers_missing", func(s *story) { s.evidence.Devices = nil }},
		{"numbers that nobody gave", "device_numbers_missing", func(s *story) {
			s.evidence.Devices = append(s.evidence.Devices, record.DeviceNumbers{Device: "e", Received: 1})
		}},
		{"an announcement", "acknowledged_missing", func(s *story) { s.evidence.Batches = nil }},
		{"a delivery", "batches_incomplete", func(s *story) { s.evidence.Batches["city/b"] = s.evidence.Batches["city/b"][:1] }},
		{"a record of a delivery", "batches_incomplete", func(s *story) { s.evidence.Batches["city/b"][1].Accepted-- }},
		{"another announcement", "batches_incomplete", func(s *story) { s.evidence.Batches["city/b"][0].Count++ }},
		{"no final answer", "never_answered", func(s *story) {
			id := uuid.New()
			s.send(id, 0, "", sentRating(id, "4"), none, journal.Answer{Fate: journal.Later})
		}},
	} {
		s := whole(t)
		test.change(s)
		if broken := s.judge(); broken[test.want] == 0 {
			t.Errorf("%s: %v, want %s", test.name, broken, test.want)
		}
	}
}

// What is stored without an answer is allowed, and counts.
func TestUnansweredMayBeStored(t *testing.T) {
	s := whole(t)
	id := uuid.New()
	s.send(id, 0, "", sentRating(id, "3"), none, journal.Answer{Fate: journal.Refused, To: "A", Codes: []string{record.CodeTime}})
	s.evidence.Stored.Ratings = append(s.evidence.Stored.Ratings, storedRating(id, 3))
	s.evidence.Stored.Refused = append(s.evidence.Stored.Refused, record.Refused{
		RecordID: id, Kind: record.KindRating, Problems: record.Problems{{Code: record.CodeTime, Reason: "why"}},
	})
	s.evidence.desk(id, record.CodeTime)
	for _, rows := range [][]evaluation.Row{s.evidence.Days, s.evidence.Months} {
		rows[0].Levels[2]++
		rows[0].Events++
		rows[0].Rated++
	}
	if broken := s.judge(); len(broken) > 0 {
		t.Errorf("broken: %v", broken)
	}
}

func TestOneOfSeveralCounts(t *testing.T) {
	one, two := uuid.New(), uuid.New()
	early, late := storedRating(one, 4), storedRating(two, 1)
	late.CaseID, late.RatedAt = early.CaseID, early.RatedAt.Add(time.Minute)
	silent := late
	silent.ID, silent.Answer, silent.RatedAt = uuid.New(), record.AnswerUnanswered, early.RatedAt.Add(-time.Hour)
	lower := early
	lower.ContentHash, lower.Level = 1, 2
	again := early
	again.ID, again.AssessNumber = uuid.New(), 2
	list := counting([]record.Rating{late, early, silent, lower, again})
	if len(list) != 2 {
		t.Fatalf("%d count, want 2: %v", len(list), list)
	}
	for _, r := range list {
		if r.AssessNumber == 1 && (r.ID != one || r.Level != 2) {
			t.Errorf("counts: %+v", r)
		}
	}
}

func TestLevelsOfBothScales(t *testing.T) {
	for _, test := range []struct {
		source, level string
		want          uint8
	}{{"city", "5", 5}, {"kiosk", "1", 1}, {"portal", "1", 5}, {"portal", "4", 2}, {"city", "", 0}} {
		if got := (&wire{Source: test.source, Level: test.level}).level(); got != test.want {
			t.Errorf("%s %q: %d, want %d", test.source, test.level, got, test.want)
		}
	}
}
