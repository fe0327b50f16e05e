package edition

import (
	"cmp"
	"slices"

	"haochaping/calendar"
	"haochaping/evaluation/scheme"
)

// Head is what of a stored revision says whether another edition is needed.
type Head struct {
	Ref
	SchemeID string
	Period   calendar.Range
	State    State
	DataHash string // of its draft that counts, hexadecimal
	At       calendar.Day
}

// Task is an edition that is due.
type Task struct {
	Scheme *scheme.Scheme
	Period calendar.Range
}

// dueMonths is how far back a missed month is still drawn up by itself: an installation that was off for longer, or
// begins with a long history, chooses which of the old months it wants.
const dueMonths = 3

// Due lists the monthly editions to be drawn up on a day: of every scheme, the months that lie wholly within its
// validity, ended at least cutoff days ago, and have no edition by a scheme of that id yet. Of several versions of a
// scheme that are valid for a month, the one that became valid last counts. The oldest month comes first, then the
// order of the schemes' ids.
func Due(schemes []*scheme.Scheme, existing []Head, today calendar.Day, cutoff int) []Task {
	type key struct {
		id     string
		period calendar.Range
	}
	there := make(map[key]bool, len(existing))
	for i := range existing {
		there[key{existing[i].SchemeID, existing[i].Period}] = true
	}
	best := make(map[key]*scheme.Scheme)
	month := calendar.Previous(calendar.KindMonth, today)
	for range dueMonths {
		for _, s := range schemes {
			k := key{s.ID, month}
			if there[k] || int(today-month.To) < max(cutoff, 1) || !s.Valid.Contains(month.From) || !s.Valid.Contains(month.To) {
				continue
			}
			if b := best[k]; b == nil || cmp.Or(cmp.Compare(s.Valid.From, b.Valid.From), scheme.CompareVersions(s.Version, b.Version)) > 0 {
				best[k] = s
			}
		}
		month = calendar.Previous(calendar.KindMonth, month.From)
	}
	list := make([]Task, 0, len(best))
	for k, s := range best {
		list = append(list, Task{s, k.period})
	}
	slices.SortFunc(list, func(a, b Task) int {
		return cmp.Or(cmp.Compare(a.Period.From, b.Period.From), cmp.Compare(a.Scheme.ID, b.Scheme.ID))
	})
	return list
}

// Watched are the published editions that late data may still move: those whose period ended within twelve months
// before today and that are not being revised already. Each is judged again by its own scheme, and stale if the data
// hash is another; see [Stale].
func Watched(existing []Head, today calendar.Day) []Head {
	newest := make(map[string]Head)
	for i := range existing {
		if h := existing[i]; h.Revision > newest[h.Number].Revision {
			newest[h.Number] = h
		}
	}
	var list []Head
	for _, h := range newest {
		if h.State == Published && h.Period.To >= today.AddMonths(-12) {
			list = append(list, h)
		}
	}
	slices.SortFunc(list, func(a, b Head) int { return cmp.Compare(a.Number, b.Number) })
	return list
}

// Stale reports whether what was judged has changed since: the hash of the same scheme over the data of today is
// another.
func (h *Head) Stale(dataHash string) bool { return h.DataHash != dataHash }
