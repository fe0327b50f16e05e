package oracle

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/record"
)

// wire is what the oracle needs of a record as sent.
type wire struct {
	ID            uuid.UUID  `json:"id"`
	Source        string     `json:"source"`
	CaseID        string     `json:"case_id"`
	ServiceNumber string     `json:"service_number"`
	AssessNumber  uint8      `json:"assess_number"`
	Answer        string     `json:"answer"`
	Level         string     `json:"level"`
	Department    string     `json:"department"`
	Staff         string     `json:"staff"`
	Device        string     `json:"device_id"`
	Installation  string     `json:"installation"`
	DeviceSeq     uint64     `json:"device_seq"`
	RatedAt       *time.Time `json:"rated_at"`
	ServedAt      *time.Time `json:"served_at"`
	ShownAt       *time.Time `json:"shown_at"`
	Version       uint64     `json:"version"`
	AcceptedAt    *time.Time `json:"accepted_at"`
	FinishedAt    *time.Time `json:"finished_at"`
	Visits        int32      `json:"visits"`
	RatingID      uuid.UUID  `json:"rating_id"`
	Step          string     `json:"step"`
	At            *time.Time `json:"at"`

	// Of a batch.
	Batch  string `json:"-"` // its id, which is no UUID
	Count  uint64 `json:"count"`
	SHA256 string `json:"sha256"`
}

func parse(kind string, raw json.RawMessage) (wire, error) {
	if len(raw) == 0 {
		return wire{}, nil
	}
	var w wire
	if kind == kindBatch {
		b := struct {
			*wire
			ID *string `json:"id"`
		}{&w, &w.Batch}
		err := json.Unmarshal(raw, &b)
		return w, err
	}
	var mistyped *json.UnmarshalTypeError
	err := json.Unmarshal(raw, &w)
	if err != nil && !errors.As(err, &mistyped) { // a record that is bad on purpose
		return w, err
	}
	return w, nil
}

// bestIsOne are the sources whose level 1 is the best.
var bestIsOne = map[string]bool{"portal": true}

// level is the level as stored, 5 = best; 0 = none.
func (w *wire) level() uint8 {
	n, err := strconv.Atoi(w.Level)
	if err != nil {
		return 0
	}
	if bestIsOne[w.Source] {
		n = 6 - n
	}
	return uint8(n)
}

func (w *wire) day(zone *time.Location) calendar.Day {
	at := w.RatedAt
	if w.ServedAt != nil {
		at = w.ServedAt
	}
	return dayOf(at, zone)
}

func dayOf(at *time.Time, zone *time.Location) calendar.Day {
	if at == nil {
		return 0
	}
	return calendar.MakeDay(at.In(zone).Date())
}

// caseKey names a case.
type caseKey struct{ source, number string }

// rows is what is stored, by what it is looked up by.
type rows struct {
	byID  map[name]int
	cases map[caseKey]*record.Case
}

func contentOf(staff string) int {
	if staff == "c1" {
		return 1
	}
	return 0
}

func index(b *record.Batch) *rows {
	s := &rows{byID: map[name]int{}, cases: map[caseKey]*record.Case{}}
	for i := range b.Ratings {
		s.byID[name{"rating", b.Ratings[i].ID.String(), contentOf(b.Ratings[i].Staff)}]++
	}
	for i := range b.Prompts {
		s.byID[name{"prompt", b.Prompts[i].ID.String(), contentOf(b.Prompts[i].Staff)}]++
	}
	for i := range b.FollowUps {
		s.byID[name{"follow_up", b.FollowUps[i].ID.String(), contentOf(b.FollowUps[i].By)}]++
	}
	for i := range b.Cases {
		s.cases[caseKey{b.Cases[i].Source, b.Cases[i].CaseID}] = &b.Cases[i]
	}
	return s
}

// has says whether the record is there; of a case, this version or a later one.
func (s *rows) has(n name, w *wire) bool {
	if n.kind != "case" {
		return s.byID[n] > 0
	}
	c := s.cases[caseKey{w.Source, w.CaseID}]
	return c != nil && c.Version >= w.Version
}

// judgeRows looks for rows that nobody sent, that are not as they were sent, or that
// stand there twice.
func (b *Book) judgeRows(f *Findings, e *Evidence, s *rows) {
	for n, count := range s.byID {
		it := b.items[n]
		switch {
		case it == nil:
			f.StoredOtherwise.add(1, "%s %s content %d: nobody sent it", n.kind, n.key, n.content)
		case it.bad != "":
			f.StoredOtherwise.add(1, "%s %s is stored, although %s", n.kind, n.key, it.bad)
		case count > 1 && !it.shifted:
			f.CountedTwice.add(int64(count-1), "%s %s: %d rows", n.kind, n.key, count)
		}
	}
	for i := range e.Stored.Ratings {
		r := &e.Stored.Ratings[i]
		it := b.items[name{"rating", r.ID.String(), contentOf(r.Staff)}]
		if it == nil {
			continue
		}
		w := &it.wire
		same := r.Source == w.Source && r.CaseID == w.CaseID && r.ServiceNumber == w.ServiceNumber && r.AssessNumber == max(w.AssessNumber, 1) &&
			string(r.Answer) == w.Answer && r.Level == w.level() && r.Department == w.Department &&
			r.DeviceID == w.Device && r.Installation == w.Installation && r.DeviceSeq == w.DeviceSeq
		if !same || !it.shifted && r.EventDay != w.day(b.zone) {
			f.StoredOtherwise.add(1, "rating %s is not as it was sent", r.ID)
		}
	}
	for i := range e.Stored.Prompts {
		p := &e.Stored.Prompts[i]
		if it := b.items[name{"prompt", p.ID.String(), contentOf(p.Staff)}]; it != nil {
			w := &it.wire
			if p.Source != w.Source || p.CaseID != w.CaseID || p.Department != w.Department || p.EventDay != dayOf(w.ServedAt, b.zone) {
				f.StoredOtherwise.add(1, "prompt %s is not as it was sent", p.ID)
			}
		}
	}
	for _, c := range s.cases {
		key := c.CaseID + "/" + strconv.FormatUint(c.Version, 10)
		it := b.items[name{"case", key, contentOf(c.Staff)}]
		if it == nil {
			f.StoredOtherwise.add(1, "case %s content %s: nobody sent it", key, c.Staff)
			continue
		}
		w := &it.wire
		if c.Source != w.Source || c.Department != w.Department || c.Visits != w.Visits ||
			c.AcceptedDay != dayOf(w.AcceptedAt, b.zone) || c.FinishedDay != dayOf(w.FinishedAt, b.zone) {
			f.StoredOtherwise.add(1, "case %s is not as it was sent", key)
		}
	}
}

// counting returns the ratings that count: of one id the smallest content, of one service
// event the heaviest answer, then the earliest.
func counting(all []record.Rating) []*record.Rating {
	byID := map[uuid.UUID]*record.Rating{}
	for i := range all {
		r := &all[i]
		known, ok := byID[r.ID]
		if !ok || cmp.Or(cmp.Compare(r.ContentHash, known.ContentHash), cmp.Compare(r.EventDay, known.EventDay)) < 0 {
			byID[r.ID] = r
		}
	}
	type event struct {
		source, number, service string
		assess                  uint8
	}
	byEvent := map[event]*record.Rating{}
	var list []*record.Rating
	for _, r := range byID {
		if r.CaseID == "" {
			list = append(list, r)
			continue
		}
		k := event{r.Source, r.CaseID, r.ServiceNumber, r.AssessNumber}
		known, ok := byEvent[k]
		if !ok || cmp.Or(-cmp.Compare(weight(r.Answer), weight(known.Answer)), r.RatedAt.Compare(known.RatedAt)) < 0 {
			byEvent[k] = r
		}
	}
	for _, r := range byEvent {
		list = append(list, r)
	}
	return list
}

func weight(a record.Answer) int {
	return slices.Index([]record.Answer{record.AnswerDefault, record.AnswerActive}, a)
}
