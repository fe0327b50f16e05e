package findings

import (
	"cmp"
	"slices"

	"haochaping/calendar"
)

// Nested changes: if a county changes, so do its city and some of its departments. One of them is the change, the
// others are part of it.

// wordChanges makes findings of the months that were called, and of a few that look like changes and are none.
func (f *finder) wordChanges(cells []cell, byUnit map[int][]int, spread map[group]float64) {
	var all []stretch
	for u := range f.Units {
		all = append(all, f.stretches(cells, byUnit[u], spread)...)
	}
	for i := range all {
		f.add(f.changeFinding(&all[i], all))
	}
	f.withinChance(cells)
}

// within says whether unit a lies in region b.
func within(a, b Unit) bool { return b.Kind == Region && slices.Contains(a.Path, b.Code) }

func (s *stretch) overlaps(o *stretch) bool { return s.from <= o.to && o.from <= s.to }

// source is the part whose change explains that of a region: without what was too many in the parts that were called
// too, the rest of the region would not be. It is the one of them with the largest excess. If several parts that make
// up most of the region changed, the region did, and source returns nil, as it does if there are none.
func (f *finder) source(s *stretch, all []stretch) *stretch {
	own := f.Units[s.unit].Unit
	for _, kind := range []UnitKind{Region, Department, Window} {
		var largest *stretch
		excess, parts := 0.0, 0
		var valid uint64
		for i := range all {
			o := &all[i]
			u := f.Units[o.unit].Unit
			if u.Kind != kind || !within(u, own) || !s.overlaps(o) || s.worse() != o.worse() || f.inOther(u, own, s, all) {
				continue
			}
			excess += o.excess()
			valid += o.valid
			parts++
			if largest == nil || max(o.excess(), -o.excess()) > max(largest.excess(), -largest.excess()) {
				largest = o
			}
		}
		if largest == nil || parts > 1 && 2*valid > s.valid {
			continue
		}
		rest := max(0, float64(s.bad)-excess)
		if f.restIsChance(s, rest) {
			return largest
		}
	}
	return nil
}

// inOther says whether a called unit of the same kind lies between u and own, so that it would be counted twice.
func (f *finder) inOther(u, own Unit, s *stretch, all []stretch) bool {
	for i := range all {
		o := f.Units[all[i].unit].Unit
		if o.Kind == u.Kind && within(u, o) && within(o, own) && s.overlaps(&all[i]) && s.worse() == all[i].worse() {
			return true
		}
	}
	return false
}

// restIsChance says whether what is left of a change could be chance, at the level of a single test.
func (f *finder) restIsChance(s *stretch, rest float64) bool {
	return (rest > s.expected) != s.worse() || peerTails(uint64(rest+0.5), s.expected, s.spread) > ErrorRate
}

// root is the change of a region that s is a part of: the innermost one that no part of its own explains.
func (f *finder) root(s *stretch, all []stretch) *stretch {
	var found *stretch
	for i := range all {
		o := &all[i]
		if !within(f.Units[s.unit].Unit, f.Units[o.unit].Unit) || !s.overlaps(o) || s.worse() != o.worse() || f.source(o, all) != nil {
			continue
		}
		if found == nil || len(f.Units[o.unit].Path) > len(f.Units[found.unit].Path) {
			found = o
		}
	}
	return found
}

func (f *finder) changeID(s *stretch) string {
	return about(Change, f.Units[s.unit].Unit, calendar.Label(calendar.KindMonth, s.from))
}

func (f *finder) changeFinding(s *stretch, all []stretch) Finding {
	u := f.Units[s.unit].Unit
	x := Finding{
		ID: f.changeID(s), Kind: Change, Severity: Act, Units: []Unit{u}, Period: run(s.from, s.to), Impact: max(s.excess(), -s.excess()),
		Evidence: []Figure{badFigure(s.bad, s.valid, s.expected, s.p, s.q)},
	}
	say := sayWorse
	if !s.worse() {
		say, x.Severity = sayBetter, Note
	}
	x.Text = say.with(f.changeWords(u, x.Period, s.bad, s.valid, s.expected, s.before))
	if other := f.source(s, all); other != nil {
		for deeper := f.source(other, all); deeper != nil; deeper = f.source(other, all) {
			other = deeper
		}
		x.partOf(f.changeID(other), sayMainlyFrom, doMainlyFrom, f.Units[other.unit].Unit)
	} else if other := f.root(s, all); other != nil {
		x.partOf(f.changeID(other), sayPartOf, doPartOf, f.Units[other.unit].Unit)
	} else {
		f.blameLevel(&x)
	}
	return x
}

// blameLevel says of a unit's bad ratings that a level is missing among them, if it is: months with it and without
// it, or units, cannot be compared.
func (f *finder) blameLevel(x *Finding) {
	for i := range f.found {
		o := &f.found[i]
		if o.Kind == MissingLevel && o.badLevel && (key(o.Units[0]) == key(x.Units[0]) || within(x.Units[0], o.Units[0])) {
			x.partOf(o.ID, sayLevelMissing, doLevelMissing, Unit{Name: monthsText(o.Period)})
			return
		}
	}
}

// partOf says that another finding explains this one.
func (x *Finding) partOf(id string, say, do sentence, other Unit) {
	more := say.with(args{"other": other.text()})
	x.instead = do.with(args{"other": other.text()})
	x.PartOf, x.Severity = id, Note
	x.Text = Text{x.Text.ZH + more.ZH, x.Text.EN + more.EN}
	if other.Code != "" {
		x.Units = append(x.Units, other)
	}
}

func (f *finder) changeWords(u Unit, months calendar.Range, bad, valid uint64, expected, before float64) args {
	return args{
		"unit": u.text(), "period": monthsText(months), "n": count(valid), "bad": count(bad), "rate": rateText(float64(bad), float64(valid)),
		"before": rateText(before, 1), "expected": expectedText(expected),
	}
}

func badFigure(bad, valid uint64, expected, p, q float64) Figure {
	return Figure{
		Name: "bad", Label: Text{"差评数", "bad ratings"}, Value: float64(bad), N: valid, Tested: true, Expected: expected, P: p, Q: q,
	}
}

// What looks like a change in a region's last month, and how many such are said at most.
const (
	looksChanged = 1.5 // times as many, or as few
	looksLimit   = 5
)

// withinChance says of regions whose last month looks changed that it need not be: what a reader of two figures
// would otherwise take for news.
func (f *finder) withinChance(cells []cell) {
	var list []*cell
	for i := range cells {
		c := &cells[i]
		s := &f.Units[c.unit]
		last := len(f.months) > 0 && s.Months[c.month].Start == f.months[len(f.months)-1]
		ratio := (float64(c.bad) + 0.5) / (c.expected + 0.5)
		if s.Kind == Region && last && !c.called && c.q > ErrorRate && (ratio >= looksChanged || ratio <= 1/looksChanged) {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b *cell) int {
		return cmp.Or(cmp.Compare(len(f.Units[a.unit].Path), len(f.Units[b.unit].Path)), cmp.Compare(a.p, b.p), cmp.Compare(a.unit, b.unit))
	})
	for _, c := range list[:min(looksLimit, len(list))] {
		s := &f.Units[c.unit]
		start := s.Months[c.month].Start
		f.add(Finding{
			ID: about(Change, s.Unit, calendar.Label(calendar.KindMonth, start)), Kind: Change, Severity: Note, Noise: true,
			Units: []Unit{s.Unit}, Period: run(start, start),
			Text:     sayWithinChance.with(f.changeWords(s.Unit, run(start, start), c.bad, c.valid, c.expected, c.before)),
			Evidence: []Figure{badFigure(c.bad, c.valid, c.expected, c.p, c.q)},
		})
	}
}
