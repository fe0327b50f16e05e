package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"haochaping/calendar"
	"haochaping/directory/naming"
	"haochaping/evaluation/imported"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// maxUnmatched bounds what is said about values that count for nobody.
const maxUnmatched = 100

// ImportedWindow is the days whose imported values a period may use: from 1 January of the year in which it begins
// to its end. Of several values of a unit the one as of the newest day counts, so that a yearly index serves every
// month behind it, and last year's never stands for this one's.
func ImportedWindow(period calendar.Range) calendar.Range {
	return calendar.Range{From: calendar.Period(calendar.KindYear, period.From).From, To: period.To}
}

// addImported gives the units their imported values.
func (a *App) addImported(ctx context.Context, g *gathering) error {
	leaves := importedLeaves(&g.scheme.Root)
	if len(leaves) == 0 {
		return nil
	}
	leafOf := make(map[string]string) // as written → id
	var written []string
	for _, leaf := range leaves {
		for _, name := range []string{leaf.ID, leaf.Name.ZH, leaf.Name.EN} {
			if name != "" && leafOf[name] == "" {
				leafOf[name] = leaf.ID
				written = append(written, name)
			}
		}
	}
	w, err := a.store.get()
	if err != nil {
		return err
	}
	values, err := w.ImportedValues(ctx, written, ImportedWindow(g.period))
	if err != nil {
		return err
	}
	// The newest day first, of equal ones the latest version: the first value of a unit is the one that counts.
	slices.SortStableFunc(values, func(x, y imported.Stored) int {
		return cmp.Or(cmp.Compare(y.AsOf, x.AsOf), cmp.Compare(y.Version, x.Version))
	})
	if g.scheme.Units.Kind == scheme.UnitImported {
		g.listImported(values)
	}
	g.take(values, leafOf)
	return nil
}

// importedLeaves are the leaves of a tree that are imported.
func importedLeaves(n *scheme.Node) (leaves []*scheme.Node) {
	if n.Leaf() {
		if n.Imported {
			leaves = append(leaves, n)
		}
		return leaves
	}
	for i := range n.Children {
		leaves = append(leaves, importedLeaves(&n.Children[i])...)
	}
	return leaves
}

// listImported lists whoever the values name, in the order of their places in the files that brought them, then by
// name: nobody else knows their order.
func (g *gathering) listImported(values []imported.Stored) {
	type named struct {
		name  string
		place uint32
	}
	byKey := make(map[string]*named)
	for i := range values {
		v := &values[i]
		clean, err := naming.Clean(v.Unit)
		if err != nil || naming.Key(clean) == "" {
			continue // refused where it was imported
		}
		n := byKey[naming.Key(clean)]
		if n == nil {
			n = &named{name: clean, place: v.Place}
			byKey[naming.Key(clean)] = n
		}
		n.place = min(n.place, v.Place)
	}
	list := make([]*named, 0, len(byKey))
	for _, n := range byKey {
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b *named) int { return cmp.Or(cmp.Compare(a.place, b.place), strings.Compare(a.name, b.name)) })
	for _, n := range list {
		g.add(n.name, n.name, "")
	}
}

// take gives each unit the first value for each leaf, in the order of the values.
func (g *gathering) take(values []imported.Stored, leafOf map[string]string) {
	type cell struct {
		unit int
		leaf string
	}
	units := imported.NewUnits(g.names)
	taken := make(map[cell]bool)
	told := make(map[string]bool)
	for i := range values {
		v := &values[i]
		code, candidates := g.find(units, v.Unit)
		if code == "" {
			if !told[v.Unit] && len(told) < maxUnmatched {
				told[v.Unit] = true
				g.unmatched = append(g.unmatched, unmatched{v.Unit, candidates})
			}
			continue
		}
		c := cell{g.at[code], leafOf[v.Indicator]}
		if taken[c] {
			continue
		}
		taken[c] = true
		if !v.Known {
			continue // reported as missing: no older value stands for it
		}
		u := &g.units[c.unit]
		if u.Imported == nil {
			u.Imported = make(map[string]scoring.Imported)
		}
		u.Imported[c.leaf] = scoring.Imported{Value: v.Value.Value, SE: v.SE, N: v.N, AsOf: v.AsOf.String(), Source: v.Source, Note: v.Note}
	}
	slices.SortFunc(g.unmatched, func(x, y unmatched) int { return strings.Compare(x.written, y.written) })
}

// find is the code of the unit that a value names; of regions also in the longer forms of their codes.
func (g *gathering) find(units *imported.Units, written string) (code string, candidates []imported.Unit) {
	if code, candidates = units.Find(written); code != "" {
		return code, nil
	}
	if r, ok := g.dir.Region(written); ok && g.scheme.Units.Kind == scheme.UnitRegion {
		if _, listed := g.at[r.Code]; listed {
			return r.Code, nil
		}
	}
	return "", candidates
}

// unmatched is a text that names no unit, or several.
type unmatched struct {
	written    string
	candidates []imported.Unit
}

// reason says in a language why a text names nobody, and what to write.
func (u unmatched) reason(lang string) string {
	names := make([]string, len(u.candidates))
	for i, c := range u.candidates {
		names[i] = c.Code + " " + c.Names[0]
	}
	switch several := len(names) > 0; {
	case lang == "en" && several:
		return fmt.Sprintf("%s: names several units (%s); write the code", u.written, strings.Join(names, ", "))
	case lang == "en":
		return u.written + ": names no unit of the scheme"
	case several:
		return fmt.Sprintf("%s：同名单位有多个（%s），请填写代码", u.written, strings.Join(names, "，"))
	}
	return u.written + "：不是方案中的单位"
}
