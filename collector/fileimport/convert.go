package fileimport

import (
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/record"
)

// Entry is one record of a row as it would be sent, or why it cannot be.
type Entry struct {
	Line     int64 // of the file, from 1
	Kind     record.Kind
	Wire     any // *record.RatingInput, …; nil where the row cannot be read
	Problems record.Problems

	size    int
	key     [16]byte
	repeat  uint32
	ordinal int
}

// convert makes the records of a row.
func (m *Mapping) convert(r *row, c conversion) []Entry {
	if r.problem != nil {
		return []Entry{{Line: r.line, Kind: m.plans[0].kind, Problems: record.Problems{*r.problem}, size: r.size, key: r.key, repeat: r.repeat}}
	}
	entries := make([]Entry, 0, len(m.plans))
	firsts := map[record.Kind]string{} // ids of the row's first record of a kind
	for i := range m.plans {
		p := &m.plans[i]
		if !m.holds(p.when, r.cells) {
			continue
		}
		if len(p.spread) == 0 {
			entries = append(entries, m.entry(p, nil, r, c, firsts))
			continue
		}
		for s := range p.spread {
			// An empty cell is no count, and not the count 0; of an indicator it is a value that is missing.
			if p.kind == record.KindIndicator || m.cell(r.cells[p.spread[s].column]) != "" {
				entries = append(entries, m.entry(p, &p.spread[s], r, c, firsts))
			}
		}
	}
	return entries
}

func (m *Mapping) holds(conditions []condition, cells []string) bool {
	for i := range conditions {
		c := &conditions[i]
		text := m.cell(cells[c.column])
		ok := false
		switch c.test {
		case "empty":
			ok = text == ""
		case "not_empty":
			ok = text != ""
		case "equals":
			ok = slices.Contains(c.accepted, text)
		case "not_equals":
			ok = !slices.Contains(c.accepted, text)
		}
		if !ok {
			return false
		}
	}
	return true
}

// entry makes one record.
func (m *Mapping) entry(p *plan, s *spread, r *row, c conversion, firsts map[record.Kind]string) Entry {
	e := Entry{Line: r.line, Kind: p.kind, size: r.size, key: r.key, repeat: r.repeat, ordinal: p.ordinal}
	wire := reflect.New(wireTypeOf(p.kind).typ)
	var onlyDay, finishedOnDay bool
	c.onlyDay = &onlyDay
	fill := func(f *field, text string, problem *record.Problem) {
		if problem == nil {
			problem = f.assign(wire.Elem().FieldByIndex(f.index), text, &m.times, c)
		}
		finishedOnDay = finishedOnDay || onlyDay && f.name == "finished_at"
		onlyDay = false
		if problem != nil {
			problem.Field = f.name
			e.Problems = append(e.Problems, *problem)
		}
	}
	for i := range p.fields {
		if f := &p.fields[i]; !f.derived {
			text, problem := f.value(m, r.cells)
			fill(f, text, problem)
		}
	}
	if s != nil {
		for i := range s.fields {
			fill(&s.fields[i], s.fields[i].fixed, nil)
		}
		fill(p.cell, m.cell(r.cells[s.column]), nil)
	}
	e.Wire = wire.Interface()
	if in, ok := e.Wire.(*record.CaseInput); ok && finishedOnDay {
		finishWithin(in, c.zone)
	}
	m.identify(p, &e, r, firsts)
	return e
}

// finishWithin moves the end of a case of which only the day is known behind its
// beginning on the same day.
func finishWithin(in *record.CaseInput, zone *time.Location) {
	if in.AcceptedAt == nil || !in.FinishedAt.Before(*in.AcceptedAt) {
		return
	}
	if calendar.DayOf(*in.FinishedAt, zone) == calendar.DayOf(*in.AcceptedAt, zone) {
		at := *in.AcceptedAt
		in.FinishedAt = &at
	}
}

// identify writes the source, the ids that are derived and the first version.
func (m *Mapping) identify(p *plan, e *Entry, r *row, firsts map[record.Kind]string) {
	id := func(field *string, at *time.Time) {
		if p.derived["id"] && at != nil { // without its time it is refused
			*field = record.DeriveID(*at, "import", p.kind.String(), strconv.Itoa(p.ordinal), m.source, r.content()).String()
		}
	}
	caseID := func(field *string) {
		if p.derived["case_id"] {
			*field = record.DeriveID(time.Time{}, "import", "case", m.source, r.content()).String()
		}
	}
	of := func(field *string, name string, kind record.Kind) {
		if p.derived[name] {
			*field = firsts[kind]
		}
	}
	switch in := e.Wire.(type) {
	case *record.RatingInput:
		in.Source = m.source
		id(&in.ID, in.RatedAt)
		caseID(&in.CaseID)
		of(&in.PromptID, "prompt_id", record.KindPrompt)
		first(firsts, p.kind, in.ID)
	case *record.CaseInput:
		in.Source = m.source
		caseID(&in.CaseID)
		if !p.version {
			in.Version = 1
		}
	case *record.PromptInput:
		in.Source = m.source
		id(&in.ID, in.ServedAt)
		caseID(&in.CaseID)
		first(firsts, p.kind, in.ID)
	case *record.FollowUpInput:
		in.Source = m.source
		id(&in.ID, in.At)
		of(&in.RatingID, "rating_id", record.KindRating)
	case *record.TallyInput:
		in.Source = m.source
	case *IndicatorInput:
		if in.Source == "" {
			in.Source = m.source
		}
	}
}

func first(firsts map[record.Kind]string, kind record.Kind, id string) {
	if _, known := firsts[kind]; !known {
		firsts[kind] = id
	}
}

// accept passes a record through the door into the batch. Values of indicators have rules of their own and go
// nowhere.
func accept(d *record.Door, e *Entry, rc record.Receipt, b *record.Batch) record.Problems {
	if len(e.Problems) > 0 {
		return e.Problems
	}
	if in, ok := e.Wire.(*IndicatorInput); ok {
		_, problems := in.value(e.Line)
		return problems
	}
	return d.Accept(e.Wire, rc, b)
}

// trace is what is kept of a refused record, as the collector keeps it: its id is keyed,
// so that it is no hash of what was submitted, and the same in every run over the same
// file. What only lacks an entry of a code map is held; the entry is used up then.
func (m *Mapping) trace(d *record.Door, e *Entry, rc record.Receipt, problems record.Problems, shape string) record.Refused {
	keyed := d.ContentHash(e.key[:])
	id := record.DeriveID(time.Time{}, "import-refused", e.Kind.String(), strconv.Itoa(e.ordinal), m.source, string(keyed[:]),
		strconv.FormatUint(uint64(e.repeat), 10))
	r := record.Refused{
		ID: id, Kind: e.Kind, Source: m.source, Sender: rc.Sender, Collector: rc.Collector, ReceivedAt: rc.Now,
		Problems: problems, Redacted: shape, Size: e.size, RecordID: wireID(e.Wire),
	}
	if len(e.Problems) == 0 {
		r.Held = d.Hold(e.Wire, rc, problems, id)
	}
	return r
}

// wireID is the id of a record that has one of its own.
func wireID(wire any) uuid.UUID {
	text := ""
	switch in := wire.(type) {
	case *record.RatingInput:
		text = in.ID
	case *record.PromptInput:
		text = in.ID
	case *record.FollowUpInput:
		text = in.ID
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil
	}
	return id
}
