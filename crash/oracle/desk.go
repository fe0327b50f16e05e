package oracle

import (
	"github.com/google/uuid"

	"haochaping/record"
)

// entry is one reason for which one record stands on the desk.
type entry struct{ id, reason string }

// judgeDesk looks for every refusal on the desk, with its reasons: by number among all that
// is kept, and one by one where the record has an id.
func (b *Book) judgeDesk(f *Findings, e *Evidence) {
	kept := map[verdict]int64{}
	for i := range e.Stored.Refused {
		r := &e.Stored.Refused[i]
		if len(r.Problems) == 0 || r.Problems[0].Code == "" || r.Problems[0].Reason == "" {
			f.RefusedWithoutReason.add(1, "kept as refused: %s", r.ID)
			continue
		}
		kept[verdict{r.Kind.String(), r.Problems[0].Code}]++
	}
	want := map[verdict]int64{}
	for v, n := range b.refused {
		want[v] += n
	}
	listed := onDesk(e.Desk)
	for n, it := range b.items {
		if it.conflict {
			want[verdict{n.kind, record.CodeConflict}]++
		}
		if n.kind == "case" || it.wire.ID == uuid.Nil {
			continue // has no id that could be listed
		}
		for code := range it.codes {
			if !listed[entry{n.key, code}] {
				f.RefusedNotOnDesk.add(1, "%s %s refused for %s is not listed", n.kind, n.key, code)
			}
		}
		if it.conflict && !listed[entry{n.key, record.WhyConflict}] {
			f.RefusedNotOnDesk.add(1, "conflict of %s %s is not listed", n.kind, n.key)
		}
	}
	for v, n := range want {
		f.RefusedNotOnDesk.add(n-kept[v], "%s refused for %s: %d of %d are kept", v.kind, v.code, kept[v], n)
	}
	for id, why := range losers(e.Stored.Ratings) {
		if !listed[entry{id.String(), why}] {
			f.LosersNotOnDesk.add(1, "rating %s is not listed as %s", id, why)
		}
	}
}

// onDesk is every reason under which every record is listed: the codes of its problems,
// and why it stands there.
func onDesk(list []record.DeskEntry) map[entry]bool {
	listed := map[entry]bool{}
	for i := range list {
		d := &list[i]
		id := d.RecordID.String()
		listed[entry{id, d.Why}] = true
		for _, p := range d.Problems {
			listed[entry{id, p.Code}] = true
		}
	}
	return listed
}

// losers are the ids of ratings that are stored and do not count: because of another
// content under the same id, or of another rating of the same service event.
func losers(all []record.Rating) map[uuid.UUID]string {
	counted := map[uuid.UUID]bool{}
	for _, r := range counting(all) {
		counted[r.ID] = true
	}
	hashes, out := map[uuid.UUID]uint64{}, map[uuid.UUID]string{}
	for i := range all {
		r := &all[i]
		if known, ok := hashes[r.ID]; ok && known != r.ContentHash {
			out[r.ID] = record.WhyConflict
		}
		hashes[r.ID] = r.ContentHash
	}
	for id := range hashes {
		if !counted[id] && out[id] == "" {
			out[id] = record.WhySuperseded
		}
	}
	return out
}
