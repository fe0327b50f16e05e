package oracle

import (
	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/record"
)

// cell is one figure of one department on one day, or in one month.
type cell struct {
	start      calendar.Day
	department string
	figure     string
}

// cells are figures; what is not there is 0.
type cells map[cell]int64

var levelNames = [3][5]string{
	{"level 1", "level 2", "level 3", "level 4", "level 5"},
	{"default 1", "default 2", "default 3", "default 4", "default 5"},
	{"again 1", "again 2", "again 3", "again 4", "again 5"},
}

// expected works out every figure from the records that are stored. That these are the
// right ones, and as they were sent, is checked apart.
func (b *Book) expected(e *Evidence) cells {
	want := cells{}
	excluded := excludedRatings(e.Stored.FollowUps)
	type event struct {
		day                     calendar.Day
		source, number, service string
	}
	type state struct {
		department      string
		rated, prompted bool
	}
	events := map[event]*state{}
	at := func(day calendar.Day, source, number, service, department string) *state {
		k := event{day, source, number, service}
		if events[k] == nil {
			events[k] = &state{department: department}
		}
		return events[k]
	}
	for _, r := range counting(e.Stored.Ratings) {
		want.rating(r, excluded[r.ID])
		if r.AssessNumber == 1 && r.CaseID != "" {
			s := at(r.EventDay, r.Source, r.CaseID, r.ServiceNumber, r.Department)
			s.rated = s.rated || r.Answer == record.AnswerActive
			s.prompted = s.prompted || r.Answer == record.AnswerUnanswered
		}
	}
	for i := range e.Stored.Prompts {
		p := &e.Stored.Prompts[i]
		at(p.EventDay, p.Source, p.CaseID, p.ServiceNumber, p.Department).prompted = true
	}
	for k, s := range events {
		want[cell{k.day, s.department, "events"}]++
		if s.rated {
			want[cell{k.day, s.department, "rated"}]++
		}
		if s.prompted {
			want[cell{k.day, s.department, "prompted"}]++
		}
	}
	for i := range e.Stored.Cases {
		c := &e.Stored.Cases[i]
		want[cell{c.AcceptedDay, c.Department, "accepted"}]++
		if c.Closed() {
			want[cell{c.FinishedDay, c.Department, "finished"}]++
			want[cell{c.FinishedDay, c.Department, "visits"}] += int64(c.Visits)
		}
	}
	return want
}

func (c cells) rating(r *record.Rating, excluded bool) {
	figure := ""
	switch {
	case excluded:
		figure = "excluded"
	case r.Level == 0 || r.Level > 5: // silence, or a row that is reported as not as it was sent
	case r.Answer == record.AnswerDefault && r.AssessNumber == 1:
		figure = levelNames[1][r.Level-1]
	case r.Answer == record.AnswerActive && r.AssessNumber == 2:
		figure = levelNames[2][r.Level-1]
	case r.Answer == record.AnswerActive:
		figure = levelNames[0][r.Level-1]
	}
	if figure != "" {
		c[cell{r.EventDay, r.Department, figure}]++
	}
	if r.Answer == record.AnswerUnanswered { // silence is counted as silence, whatever was decided about it
		c[cell{r.EventDay, r.Department, "unanswered"}]++
	}
}

// excludedRatings are the ratings that the latest decision took out of the figures.
func excludedRatings(steps []record.FollowUp) map[uuid.UUID]bool {
	latest := map[uuid.UUID]*record.FollowUp{}
	for i := range steps {
		s := &steps[i]
		if s.Step != record.StepExcluded && s.Step != record.StepReinstated {
			continue
		}
		if known, ok := latest[s.RatingID]; !ok || s.At.After(known.At) {
			latest[s.RatingID] = s
		}
	}
	out := map[uuid.UUID]bool{}
	for id, s := range latest {
		out[id] = s.Step == record.StepExcluded
	}
	return out
}

func byMonth(days cells) cells {
	months := cells{}
	for k, n := range days {
		k.start = calendar.Period(calendar.KindMonth, k.start).From
		months[k] += n
	}
	return months
}

// figures takes the figures that are compared out of facts.
func figures(list []evaluation.Row) cells {
	got := cells{}
	for i := range list {
		r := &list[i]
		put := func(figure string, n uint64) {
			if n > 0 {
				got[cell{r.Start, r.Department, figure}] += int64(n)
			}
		}
		for kind, levels := range [3][5]uint64{r.Levels, r.Defaults, r.Reassessed} {
			for i, n := range levels {
				put(levelNames[kind][i], n)
			}
		}
		put("unanswered", r.Unanswered)
		put("excluded", r.Excluded)
		put("events", r.Events)
		put("rated", r.Rated)
		put("prompted", r.Prompted)
		put("accepted", r.Accepted)
		put("finished", r.Finished)
		put("visits", r.Visits)
	}
	return got
}

// compareFacts holds the facts against what they should say, cell by cell.
func compareFacts(f *Findings, step string, want cells, facts []evaluation.Row) {
	got := figures(facts)
	for k, n := range want {
		f.NotCounted.add(n-got[k], "%s %s %s %s: %d of %d", step, k.start, k.department, k.figure, got[k], n)
	}
	for k, n := range got {
		f.CountedTwice.add(n-want[k], "%s %s %s %s: %d, not %d", step, k.start, k.department, k.figure, n, want[k])
	}
}
