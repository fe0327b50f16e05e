// Package oracle judges a chaos run: it holds the senders' journal against what the
// warehouse stores and counts.
//
// It promises to work out by itself, from what the senders sent, which records must be
// there, which one of several counts, and what every cell of the facts must say: it shares
// no rule with the product but the words. It changes nothing and asks nobody but its
// arguments.
package oracle

import (
	"fmt"
	"slices"
	"time"

	"haochaping/crash/journal"
	"haochaping/evaluation"
	"haochaping/record"
)

// Evidence is what one warehouse says at the end of a run.
type Evidence struct {
	Stored record.Batch     // identities alone, exact repeats once
	Days   []evaluation.Row // facts of every day by department
	Months []evaluation.Row // the same by month

	Desk    []record.DeskEntry               // all of it
	Devices []record.DeviceNumbers           // of every installation of a device
	Batches map[string][]record.Announcement // of every name of Batches
}

// Check is one promise and how often it was seen broken.
type Check struct {
	Name     string
	Broken   int64
	Examples []string // the first few
}

// maxExamples bounds what is kept of one check's breaches.
const maxExamples = 5

func (c *Check) add(n int64, format string, args ...any) {
	if n <= 0 {
		return
	}
	c.Broken += n
	if len(c.Examples) < maxExamples {
		c.Examples = append(c.Examples, fmt.Sprintf(format, args...))
	}
}

// Findings are all checks of one warehouse, and how many records met which fate.
type Findings struct {
	AcknowledgedMissing  Check // a receipt said accepted or duplicate, and the warehouse lacks it
	NeverAnswered        Check // no final answer, although everything runs again
	NotCounted           Check // missing from a cell of the facts
	CountedTwice         Check // too many in a cell of the facts, or two rows of one record
	StoredOtherwise      Check // a row that nobody sent, or not as it was sent
	RefusedWithoutReason Check // refused or in conflict, and the answer names no reason
	RefusedNotOnDesk     Check // refused or in conflict, and the desk lacks it
	LosersNotOnDesk      Check // stored and not counted, because another one is, and the desk lacks it
	WrongVerdict         Check // a bad record accepted, a good one refused, or for another reason
	NumbersMissing       Check // of the numbers that devices gave, or too many
	BatchesIncomplete    Check // an announcement or a delivery is not known, or not as it was

	Records map[string]int64 // distinct records by fate
	Answers map[string]int64 // answers by fate, repeats included
}

// Checks lists them in the order of the report.
func (f *Findings) Checks() []*Check {
	f.AcknowledgedMissing.Name = "acknowledged_missing"
	f.NeverAnswered.Name = "never_answered"
	f.NotCounted.Name = "not_counted"
	f.CountedTwice.Name = "counted_twice"
	f.StoredOtherwise.Name = "stored_otherwise"
	f.RefusedWithoutReason.Name = "refused_without_reason"
	f.RefusedNotOnDesk.Name = "refused_not_on_desk"
	f.LosersNotOnDesk.Name = "losers_not_on_desk"
	f.WrongVerdict.Name = "wrong_verdict"
	f.NumbersMissing.Name = "device_numbers_missing"
	f.BatchesIncomplete.Name = "batches_incomplete"
	return []*Check{
		&f.AcknowledgedMissing, &f.NeverAnswered, &f.NotCounted, &f.CountedTwice, &f.StoredOtherwise,
		&f.RefusedWithoutReason, &f.RefusedNotOnDesk, &f.LosersNotOnDesk, &f.WrongVerdict, &f.NumbersMissing, &f.BatchesIncomplete,
	}
}

// Book is the journal of one world in memory.
type Book struct {
	zone    *time.Location
	items   map[name]*item
	answers map[string]int64
	refused map[verdict]int64 // answers that refused, by kind and reasons
	nothing map[string]int64  // refusals without a reason, by kind
}

// name is one content of one record.
type name struct {
	kind    string
	key     string
	content int
}

// verdict is a kind of refusal.
type verdict struct{ kind, code string }

// item is one content of one record and what its sender was told.
type item struct {
	wire       wire
	bad        string
	shifted    bool
	stored     bool // a receipt owes it
	final      bool
	conflict   bool
	conflicted map[string]bool // collectors that said conflict
	codes      map[string]bool // reasons of refusals
	delivered  int             // receipts of a batch
	incomplete int             // of them, with something missing
}

// Read reads the journal of all worlds.
func Read(path string, zone *time.Location) (map[string]*Book, error) {
	books := map[string]*Book{}
	var problem error
	book := func(world string) *Book {
		b, ok := books[world]
		if !ok {
			b = &Book{zone: zone, items: map[name]*item{}, answers: map[string]int64{}, refused: map[verdict]int64{}, nothing: map[string]int64{}}
			books[world] = b
		}
		return b
	}
	err := journal.Read(path, func(s *journal.Sent) {
		w, err := parse(s.Kind, s.Wire)
		if err != nil && problem == nil {
			problem = fmt.Errorf("read %s %s from the journal: %w", s.Kind, s.Key, err)
		}
		book(s.World).items[name{s.Kind, s.Key, s.Content}] = &item{wire: w, bad: s.Bad, shifted: s.Shifted}
	}, func(a *journal.Answer) {
		if err := book(a.World).answer(a); err != nil && problem == nil {
			problem = err
		}
	})
	if err == nil {
		err = problem
	}
	return books, err
}

func (b *Book) answer(a *journal.Answer) error {
	it, ok := b.items[name{a.Kind, a.Key, a.Content}]
	if !ok {
		return fmt.Errorf("the journal has an answer to %s %s, which nobody sent", a.Kind, a.Key)
	}
	b.answers[a.Fate]++
	it.final = it.final || a.Final()
	it.stored = it.stored || a.Stored()
	switch a.Fate {
	case journal.Delivered:
		it.delivered++
		if slices.Contains(a.Codes, journal.CodeIncomplete) {
			it.incomplete++
		}
	case journal.Refused:
		if len(a.Codes) == 0 {
			b.nothing[a.Kind]++
			return nil
		}
		b.refused[verdict{a.Kind, a.Codes[0]}]++
		if it.codes == nil {
			it.codes = map[string]bool{}
		}
		for _, c := range a.Codes {
			it.codes[c] = true
		}
	case journal.Conflict:
		if len(a.Codes) == 0 {
			b.nothing[a.Kind]++
		}
		if it.conflicted == nil {
			it.conflicted = map[string]bool{}
		}
		it.conflict, it.conflicted[a.To] = true, true
	}
	return nil
}

// Judge holds the book against the evidence.
func (b *Book) Judge(e *Evidence) *Findings {
	f := &Findings{Records: map[string]int64{}, Answers: b.answers}
	s := index(&e.Stored)
	b.judgeAnswers(f, s)
	b.judgeRows(f, e, s)
	b.judgeDesk(f, e)
	b.judgeDevices(f, e)
	b.judgeBatches(f, e)
	want := b.expected(e)
	compareFacts(f, "day", want, e.Days)
	compareFacts(f, "month", byMonth(want), e.Months)
	return f
}

// judgeAnswers looks for everything that was promised.
func (b *Book) judgeAnswers(f *Findings, s *rows) {
	for kind, n := range b.nothing {
		f.RefusedWithoutReason.add(n, "%d refusals of a %s", n, kind)
	}
	for n, it := range b.items {
		if n.kind == kindBatch {
			continue // judged apart
		}
		there := s.has(n, &it.wire)
		f.Records[it.fate(there)]++
		switch {
		case !it.final:
			f.NeverAnswered.add(1, "%s %s", n.kind, n.key)
		case it.stored && it.bad != "":
			f.WrongVerdict.add(1, "%s %s accepted, although %s", n.kind, n.key, it.bad)
		case it.bad != "" && !it.codes[it.bad]:
			f.WrongVerdict.add(1, "%s %s refused for %v, not %s", n.kind, n.key, it.codes, it.bad)
		}
		if it.stored && !there {
			f.AcknowledgedMissing.add(1, "%s %s content %d", n.kind, n.key, n.content)
		}
		if it.bad != "" {
			continue
		}
		for code := range it.codes {
			if code != record.CodeTime { // a collector's clock may have gone back behind the record
				f.WrongVerdict.add(1, "good %s %s refused for %s", n.kind, n.key, code)
			}
		}
		if other := b.items[name{n.kind, n.key, 1 - n.content}]; it.conflict && other == nil {
			f.WrongVerdict.add(1, "%s %s in conflict with nothing", n.kind, n.key)
		}
	}
}

// fate names what became of a record in the end, for the report.
func (it *item) fate(there bool) string {
	switch {
	case it.stored:
		return "acknowledged"
	case !it.final && there:
		return "unanswered, stored"
	case !it.final:
		return "unanswered"
	case it.conflict:
		return "conflict"
	case there:
		return "refused, stored before"
	default:
		return "refused"
	}
}
