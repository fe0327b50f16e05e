package dashboard

import (
	"cmp"
	"context"
	"slices"

	"haochaping/chart"
	"haochaping/directory"
	"haochaping/evaluation"
)

// comparisons are the cards that set a unit beside others, and its times beside their limits.
func (p *page) comparisons(k *kin, f *field) {
	p.peersCard(k)
	p.funnelCard(f)
	p.quadrantCard(f)
	p.limitsCard()
	p.weekdaysCard()
}

// regionComparisons compare a region with those beside it, and the units below it with each other; where it has none, it is
// one of the units itself.
func (p *page) regionComparisons(r directory.Region) {
	k := p.kinOfRegion(r)
	f := p.fieldOf(k)
	halls := p.dir.HallsIn(r.Code)
	if children, _ := below(p.dir, r.Code); len(children) > 1 {
		f = p.fieldBelow(p.T("column.region"), func(ctx context.Context) ([]unit, error) { return p.readRegions(ctx, r.Code) })
	} else if len(halls) > 1 && len(halls) <= maxHalls {
		f = p.fieldBelow(p.T("column.hall"), func(ctx context.Context) ([]unit, error) { return p.readHalls(ctx, r.Code, halls) })
	}
	p.comparisons(k, f)
}

// hallComparisons compare a hall with those beside it, and its windows with each other.
func (p *page) hallComparisons(h directory.Hall) {
	k := p.kinOfHall(h)
	f := p.fieldOf(k)
	if len(p.dir.WindowsOf(h.Code)) > 1 {
		f = p.fieldBelow(p.T("column.window"), func(ctx context.Context) ([]unit, error) { return p.readWindows(ctx, h.Code) })
	}
	p.comparisons(k, f)
}

// kin is what the unit of a page is compared with: the unit above it, and its peers there. What lies outside of the
// reader's scope is neither read nor shown.
type kin struct {
	Code   string // of the unit itself
	Column string // what sort of units the peers are
	Above  label  // what the unit above is called
	// Open says whether the reader may see the unit above as a whole.
	Open bool
	// Whole asks for the unit above, but for the period.
	Whole evaluation.Query
	// All reads the unit itself and its peers that the reader may see; Hidden is how many peers there are besides.
	All    func(context.Context) ([]unit, error)
	Hidden int
}

// mayRegion reports whether the reader may see the figures of all departments of a region together.
func (p *page) mayRegion(code string) bool { return p.person.Scope.Allows(p.dir, code, "") }

// kinOfRegion are the regions beside one. A root has none.
func (p *page) kinOfRegion(r directory.Region) *kin {
	way := p.dir.Breadcrumb(r.Code)
	if len(way) < 2 {
		return nil
	}
	parent := way[len(way)-2].Code
	k := &kin{
		Code: r.Code, Column: p.T("column.region"), Above: p.regionName(parent), Open: p.mayRegion(parent), Whole: evaluation.Query{Region: parent},
	}
	siblings, _ := below(p.dir, parent)
	k.Hidden = p.hidden(len(siblings), func(i int) bool { return p.mayRegion(siblings[i].Code) })
	k.All = func(ctx context.Context) ([]unit, error) {
		units, err := p.readRegions(ctx, parent)
		return slices.DeleteFunc(units, func(u unit) bool { return u.Code == "" || !p.mayRegion(u.Code) }), err
	}
	return k
}

// hidden counts those of n that the reader may not see.
func (p *page) hidden(n int, may func(int) bool) (count int) {
	for i := range n {
		if !may(i) {
			count++
		}
	}
	return count
}

// kinOfHall are the halls of the nearest region that has others.
func (p *page) kinOfHall(h directory.Hall) *kin {
	way := p.dir.Breadcrumb(h.Region)
	for _, r := range slices.Backward(way) {
		halls := p.dir.HallsIn(r.Code)
		if len(halls) < 3 && r.Code != way[0].Code {
			continue // one other hall is no middle to be compared with
		}
		if len(halls) < 2 || len(halls) > maxHalls {
			return nil
		}
		k := &kin{Code: h.Code, Column: p.T("column.hall"), Above: p.regionName(r.Code), Open: p.mayRegion(r.Code), Whole: evaluation.Query{Region: r.Code}}
		k.Hidden = p.hidden(len(halls), func(i int) bool { return p.mayRegion(halls[i].Region) })
		k.All = func(ctx context.Context) ([]unit, error) {
			units, err := p.readHalls(ctx, r.Code, halls)
			return slices.DeleteFunc(units, func(u unit) bool {
				hall, ok := p.dir.Hall(u.Code)
				return !ok || !p.mayRegion(hall.Region)
			}), err
		}
		return k
	}
	return nil
}

// kinOfWindow are the windows of its hall.
func (p *page) kinOfWindow(hall directory.Hall, code string) *kin {
	k := &kin{
		Code: code, Column: p.T("column.window"), Above: p.pick(hall.Name, hall.NameEN, hall.Code), Open: p.mayRegion(hall.Region),
		Whole: evaluation.Query{Hall: hall.Code},
	}
	k.All = func(ctx context.Context) ([]unit, error) {
		units, err := p.readWindows(ctx, hall.Code)
		return slices.DeleteFunc(units, func(u unit) bool { return u.Code == "" }), err
	}
	return k
}

// kinOfDepartment are the departments of its line in the regions beside its own.
func (p *page) kinOfDepartment(dep directory.Department) *kin {
	if dep.Line == "" {
		return nil
	}
	above, level := dep.Region, p.dir.Level(dep.Region)
	if way := p.dir.Breadcrumb(dep.Region); len(way) > 1 {
		above = way[len(way)-2].Code
	}
	var peers []directory.Department
	for _, d := range p.dir.DepartmentsOfLine(dep.Line) {
		if p.dir.Level(d.Region) == level && p.dir.Within(d.Region, above) {
			peers = append(peers, d)
		}
	}
	may := func(d directory.Department) bool { return p.person.Scope.Allows(p.dir, d.Region, d.Code) }
	line, region := p.lineName(dep.Line), p.regionName(above)
	k := &kin{
		Code: dep.Code, Column: p.T("column.department"), Above: label{Text: line.Text + " · " + region.Text, Name: line.Name || region.Name},
		Open: p.mayRegion(above), Whole: evaluation.Query{Region: above, Line: dep.Line},
		Hidden: p.hidden(len(peers), func(i int) bool { return may(peers[i]) }),
	}
	k.All = func(ctx context.Context) ([]unit, error) {
		rows, err := p.facts(ctx, evaluation.Query{By: evaluation.ByDepartment, Region: above, Line: dep.Line, From: p.period.From, To: p.period.To})
		if err != nil {
			return nil, err
		}
		units := sumUnits(rows, func(r *evaluation.Row) unit {
			return unit{Code: r.Department, Name: p.departmentInPlace(r.Department), Href: p.departmentLink(r.Department)}
		})
		return slices.DeleteFunc(units, func(u unit) bool {
			return !slices.ContainsFunc(peers, func(d directory.Department) bool { return d.Code == u.Code && may(d) })
		}), nil
	}
	return k
}

// departmentInPlace names a department with its region: those of one line have one name.
func (p *page) departmentInPlace(code string) label {
	name := p.departmentName(code)
	if dep, ok := p.dir.Department(code); ok && dep.Region != "" {
		name.Text = p.regionName(dep.Region).Text + " · " + name.Text
	}
	return name
}

// whole reads the facts of the unit above.
func (p *page) whole(ctx context.Context, k *kin) (f evaluation.Facts, err error) {
	q := k.Whole
	q.By, q.From, q.To = evaluation.ByTotal, p.period.From, p.period.To
	rows, err := p.facts(ctx, q)
	for i := range rows {
		f.Add(&rows[i].Facts)
	}
	return f, err
}

// peersCard sets the unit beside the one above it and beside the middle one of its peers, measure by measure.
func (p *page) peersCard(k *kin) {
	if k == nil {
		return
	}
	p.add(card{ID: "peers", Title: p.T("card.peers"), Note: p.T("card.peers.note", "Above", k.Above.Text), Span: spanFull, Open: true, Size: "rows-4"},
		func(ctx context.Context, c *card) error {
			s, err := p.series()
			if err != nil || s.empty() {
				c.Empty = err == nil
				return err
			}
			var above evaluation.Facts
			if k.Open {
				if above, err = p.whole(ctx, k); err != nil {
					return err
				}
			}
			units, err := k.All(ctx)
			if err != nil {
				return err
			}
			peers := slices.DeleteFunc(units, func(u unit) bool { return u.Code == k.Code })
			c.Table = p.peersTable(k, &s.Total, &above, peers)
			if k.Hidden > 0 {
				c.Table.Note += p.T("card.peers.hidden", "Count", k.Hidden)
			}
			return p.drawPeers(c, k, &s.Total, &above, peers)
		})
}

// peersTable has three rows a measure: the unit, the one above, the peer in the middle.
func (p *page) peersTable(k *kin, own, above *evaluation.Facts, peers []unit) *table {
	t := &table{Note: p.T("card.peers.method", "Count", len(peers)), Columns: []column{
		{Title: p.T("column.measure")},
		{Title: p.T("column.beside")},
		{Title: p.T("column.value"), Number: true},
		{Title: p.T("column.n"), Number: true},
		{Title: p.T("ranking.interval"), Number: true},
		{Title: p.T("column.apart")},
	}}
	rest := difference(above, own)
	for _, m := range measures {
		if m.chance == nil {
			continue
		}
		add := func(name label, cells []cell, judged cell) {
			row := append([]cell{text(m.name(p.locale)), {label: name}}, cells...)
			t.Rows = append(t.Rows, append(row, judged))
		}
		add(p.Title, p.estimateCells(m, own), text(""))
		if k.Open {
			add(k.Above, p.estimateCells(m, above), p.apartCell(m, &rest, own))
		} else {
			add(k.Above, p.outsideCells(), p.unknownCell())
		}
		switch middle := p.middle(m, peers); {
		case middle != nil:
			add(p.middleName(middle), p.estimateCells(m, &middle.Facts), p.apartCell(m, &middle.Facts, own))
		case k.Hidden > 0:
			add(label{Text: p.T("column.middle")}, p.outsideCells(), p.unknownCell())
		default:
			add(label{Text: p.T("column.middle")}, []cell{p.unknownCell(), p.unknownCell(), p.unknownCell()}, p.unknownCell())
		}
	}
	return t
}

// middleName names the peer in the middle as such.
func (p *page) middleName(u *unit) label {
	return label{Text: p.T("compare.middle", "Name", u.Name.Text), Name: u.Name.Name}
}

func (p *page) unknownCell() cell { return cell{label: label{Text: p.None()}, Faint: true} }

// outsideCells say of a value with its sample and interval that they are not the reader's to see.
func (p *page) outsideCells() []cell {
	return []cell{{label: label{Text: p.T("compare.outside")}, Faint: true}, p.unknownCell(), p.unknownCell()}
}

// estimateCells are the value of a measure, its sample and its 95 % interval.
func (p *page) estimateCells(m measure, f *evaluation.Facts) []cell {
	v := m.value(f)
	if !v.Known {
		return []cell{p.unknownCell(), p.unknownCell(), p.unknownCell()}
	}
	few := v.N < minCompared
	return []cell{
		{label: label{Text: p.valueText(m.id, v)}, Faint: few}, text(p.Int(v.N)), {label: label{Text: p.spreadText(m, f, v)}, Faint: few},
	}
}

// spreadText is the 95 % interval of a measure; a dash where there is none.
func (p *page) spreadText(m measure, f *evaluation.Facts, v evaluation.Value) string {
	ind, _ := evaluation.IndicatorByID(m.id)
	if low, high, ok := ind.Interval(v); ok {
		return p.interval(ind.Unit, low, high)
	}
	if middle, half, ok := medianSpread(f.Handling); ok && m.id == evaluation.MedianHandling {
		return p.Span(max(middle-half, 0)) + "–" + p.Span(middle+half)
	}
	return p.None()
}

// apartCell says whether a measure of two units can be told apart, by the test that also judges changes.
func (p *page) apartCell(m measure, other, own *evaluation.Facts) cell {
	a, b := m.value(other), m.value(own)
	switch {
	case !a.Known || !b.Known:
		return p.unknownCell()
	case min(a.N, b.N) < minCompared:
		return cell{label: label{Text: p.T("change.few")}, Faint: true}
	case m.chance(other, own):
		return cell{label: label{Text: p.T("compare.same")}, Faint: true}
	case b.Number > a.Number:
		return text(p.T("compare.higher"))
	case b.Number < a.Number:
		return text(p.T("compare.lower"))
	}
	return cell{label: label{Text: p.T("compare.same")}, Faint: true}
}

// middle is the peer that stands in the middle by a measure, the lower of two, among those with a sample; nil without any.
func (p *page) middle(m measure, peers []unit) *unit {
	var known []*unit
	for i := range peers {
		if v := m.value(&peers[i].Facts); v.Known && v.N >= minCompared {
			known = append(known, &peers[i])
		}
	}
	if len(known) == 0 {
		return nil
	}
	slices.SortFunc(known, func(a, b *unit) int {
		return cmp.Or(cmp.Compare(m.value(&a.Facts).Number, m.value(&b.Facts).Number), cmp.Compare(a.Code, b.Code))
	})
	return known[(len(known)-1)/2]
}

// drawPeers draws bad reviews of the unit, of the one above and of the middle peer, with their intervals.
func (p *page) drawPeers(c *card, k *kin, own, above *evaluation.Facts, peers []unit) error {
	f := chart.Forest{Description: p.T("card.peers.described"), Name: p.measureName(evaluation.BadPer100k), Top: 100_000}
	add := func(name string, facts *evaluation.Facts) {
		v := badIndicator.Of(facts)
		low, high, ok := badIndicator.Interval(v)
		if !ok || v.N < minCompared {
			return
		}
		f.Rows = append(f.Rows, chart.Span{
			Name: name, Value: v.Number, Low: low, High: high,
			Tip: p.tip(name, facts) + "\n" + p.T("ranking.interval") + "  " + p.interval(evaluation.Per100k, low, high),
		})
	}
	add(p.Title.Text, own)
	if k.Open {
		add(k.Above.Text, above)
	}
	i := slices.IndexFunc(measures, func(m measure) bool { return m.id == evaluation.BadPer100k })
	if middle := p.middle(measures[i], peers); middle != nil {
		add(p.middleName(middle).Text, &middle.Facts)
	}
	if len(f.Rows) < 2 {
		return nil
	}
	c.Remarks = append(c.Remarks, p.T("card.peers.shown", "What", f.Name))
	return c.draw(f.Figure())
}
