package warehouse

import (
	"time"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

// succession follows departments, regions and halls that were merged or renamed: facts
// keep the codes as recorded, and reading joins them under the code of today, so that a
// series goes on.
type succession struct {
	dir *directory.Directory
	on  time.Time // today, midnight UTC of the civil day
}

func (w *Warehouse) succession() succession {
	return succession{w.Directory(), calendar.DayOf(time.Now(), w.zone).Time()}
}

// with is a code and every former code that it goes on from. A former region inside the
// region itself is left out: it is counted there already.
func (s succession) with(kind directory.Kind, code string) []string {
	codes := []string{code}
	seen := map[string]bool{code: true}
	for _, old := range s.dir.Successors() {
		if old.Kind != kind || seen[old.From] || s.dir.Current(kind, old.From, s.on) != code {
			continue
		}
		seen[old.From] = true
		if kind != directory.KindRegion || !s.dir.Within(old.From, code) {
			codes = append(codes, old.From)
		}
	}
	return codes
}

// join adds up the rows of units that are one unit today. Of the children of a region
// only those join that are its children still.
func (s succession) join(rows []evaluation.Row, q evaluation.Query) []evaluation.Row {
	if len(s.dir.Successors()) == 0 {
		return rows
	}
	type unit struct {
		start                                     calendar.Day
		region, line, department, hall, win, item string
	}
	at := make(map[unit]int, len(rows))
	out := rows[:0]
	for i := range rows {
		r := rows[i]
		if code := s.dir.Current(directory.KindRegion, r.Region, s.on); r.Region != "" && s.sameParent(code, q.Parent) {
			r.Region = code
		}
		if r.Department != "" {
			r.Department = s.dir.Current(directory.KindDepartment, r.Department, s.on)
		}
		if r.Hall != "" {
			r.Hall = s.dir.Current(directory.KindHall, r.Hall, s.on)
		}
		if r.Item != "" {
			r.Item = s.dir.Current(directory.KindItem, r.Item, s.on)
		}
		key := unit{r.Start, r.Region, r.Line, r.Department, r.Hall, r.Window, r.Item}
		if n, ok := at[key]; ok {
			out[n].Add(&r.Facts)
			continue
		}
		at[key] = len(out)
		out = append(out, r)
	}
	return out
}

func (s succession) sameParent(code, parent string) bool {
	if parent == "" {
		return true
	}
	r, ok := s.dir.Region(code)
	return ok && r.Parent == parent
}
