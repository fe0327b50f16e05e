package directory

import (
	"cmp"
	"slices"
	"time"
)

// Kind names a kind of entry. The words are those of the command line and of stored tables.
type Kind string

// The kinds of entries that a code can belong to. Windows have no successors.
const (
	KindRegion     Kind = "region"
	KindDepartment Kind = "department"
	KindHall       Kind = "hall"
	KindItem       Kind = "item"
)

// Successor says that an entry was renamed or merged: from the day On (midnight UTC of the civil
// day; zero = always) the code From is to be read as To.
type Successor struct {
	Kind     Kind
	From, To string
	On       time.Time
}

// Successors lists the old → new mapping, sorted by kind, old code and day.
func (d *Directory) Successors() []Successor { return slices.Clone(d.successors) }

// Current is the code under which an entry is to be found on a day: it follows the successors
// whose day is on or before the given one, each no earlier than the one before (a name that was
// given back ends at the latest holder). An unknown code, or one without a successor, is returned
// as it is, only trimmed of spaces (a region: in the directory's spelling or the canonical one). A
// ring of successors leads nowhere: the code stays.
func (d *Directory) Current(kind Kind, code string, on time.Time) string {
	start := d.spelled(kind, code)
	current := start
	var since time.Time
	for range longestSuccession {
		next, ok := d.successorOf(kind, current, since, on)
		if !ok {
			return current
		}
		current, since = next.To, next.On
	}
	return start
}

// longestSuccession is the number of successors after which a chain is taken for a ring.
const longestSuccession = 1000

// spelled is a code as the directory spells it.
func (d *Directory) spelled(kind Kind, code string) string {
	if kind != KindRegion {
		return trimCode(code)
	}
	if i, ok := d.regionIndex(code); ok {
		return d.regions[i].Code
	}
	return CanonicalRegion(code)
}

// successorOf finds the first successor of a code within [since, on].
func (d *Directory) successorOf(kind Kind, code string, since, on time.Time) (Successor, bool) {
	places := d.successorsOf[successorKey{kind, code}]
	for n := places.from; n < places.to; n++ {
		s := d.successors[n]
		if !s.On.Before(since) && !s.On.After(on) {
			return s, true
		}
	}
	return Successor{}, false
}

type successorKey struct {
	kind Kind
	from string
}

func compareSuccessors(a, b Successor) int {
	return cmp.Or(
		cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.From, b.From), a.On.Compare(b.On), cmp.Compare(a.To, b.To))
}

// indexSuccessors keeps one successor per kind, code and day, and drops those which say nothing
// or cannot be followed.
func (d *Directory) indexSuccessors(all []Successor, report func(Problem)) {
	all = slices.Clone(all)
	for i := range all {
		all[i].From, all[i].To = d.spelled(all[i].Kind, all[i].From), d.spelled(all[i].Kind, all[i].To)
	}
	slices.SortFunc(all, compareSuccessors)
	d.successorsOf = make(map[successorKey]span)
	for _, s := range slices.Compact(all) {
		switch {
		case s.From == "" || s.To == "" || s.From == s.To:
			report(problemf("replaced_by", "%s %q replaced by %q says nothing; give an old and a new code", s.Kind, s.From, s.To))
			continue
		case !d.knows(s.Kind, s.To):
			report(problemf("replaced_by", "%s %s: its successor %s is not in the directory; add it or correct the code", s.Kind, s.From, s.To))
			continue
		}
		key := successorKey{s.Kind, s.From}
		places, ok := d.successorsOf[key]
		if !ok {
			places = span{len(d.successors), len(d.successors)}
		} else if last := d.successors[places.to-1]; last.On.Equal(s.On) {
			report(problemf("replaced_by", "%s %s: replaced by both %s and %s on %s; an entry has one successor a day", s.Kind, s.From, last.To, s.To, dayText(s.On)))
			continue
		}
		d.successors = append(d.successors, s)
		places.to = len(d.successors)
		d.successorsOf[key] = places
	}
	d.reportRings(report)
}

// reportRings finds successors which lead back to themselves on one day. A code that is given back
// on a later day is no ring.
func (d *Directory) reportRings(report func(Problem)) {
	const walking, done = 1, 2
	state := make([]uint8, len(d.successors))
	for start := range d.successors {
		var trail []int
		i, ok := start, true
		for ok && state[i] == 0 {
			state[i] = walking
			trail = append(trail, i)
			i, ok = d.sameDayNext(i)
		}
		if ok && state[i] == walking {
			s := d.successors[i]
			report(problemf("replaced_by", "%s %s: its successors lead back to itself on %s; correct one of them", s.Kind, s.From, dayText(s.On)))
		}
		for _, t := range trail {
			state[t] = done
		}
	}
}

// sameDayNext is the place of the successor of a successor on the same day.
func (d *Directory) sameDayNext(i int) (int, bool) {
	s := d.successors[i]
	places := d.successorsOf[successorKey{s.Kind, s.To}]
	for n := places.from; n < places.to; n++ {
		if d.successors[n].On.Equal(s.On) {
			return n, true
		}
	}
	return 0, false
}

// knows reports whether an entry of a kind has this code.
func (d *Directory) knows(kind Kind, code string) bool {
	ok := false
	switch kind {
	case KindRegion:
		_, ok = d.Region(code)
	case KindDepartment:
		_, ok = d.departmentAt[code]
	case KindHall:
		_, ok = d.hallAt[code]
	case KindItem:
		_, ok = d.itemAt[code]
	}
	return ok
}
