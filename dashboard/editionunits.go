package dashboard

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"haochaping/chart"
	"haochaping/edition"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// keyUnit names a unit in an address; several may stand there.
const keyUnit = "unit"

// What the cards of chosen units show.
const (
	presetUnits  = 2   // units where the reader has chosen none
	offeredUnits = 500 // units that the form offers; any other can be given by its code
	mostMoved    = 400 // rows of the card that says why units moved
	leastAxes    = 3   // of a radar
)

// chosenUnits are the units that the address names, of those that the reader sees; the first ones where it names none.
func (p *page) chosenUnits(s *seen) (units []*scoring.Placed) {
	asked := p.request.URL.Query()[keyUnit]
	for _, code := range asked[:min(len(asked), 2*chart.MaxShapes)] {
		for _, list := range [][]scoring.Placed{s.result.Ranked, s.result.Listed} {
			i := slices.IndexFunc(list, func(u scoring.Placed) bool { return u.Code == code && code != "" })
			if i >= 0 && !slices.Contains(units, &list[i]) && len(units) < chart.MaxShapes {
				units = append(units, &list[i])
			}
		}
	}
	if len(units) == 0 {
		for i := range min(presetUnits, len(s.result.Ranked)) {
			units = append(units, &s.result.Ranked[i])
		}
	}
	return units
}

// chooser is the form that chooses units.
type chooser struct {
	Kept    []term   // what else stands in the address
	Fields  []string // the codes that are chosen, and empty ones
	Offered []term   // codes and names
}

func (p *page) editionChooser(s *seen, rev *edition.Revision, units []*scoring.Placed) *chooser {
	c := &chooser{Fields: make([]string, chart.MaxShapes)}
	for i, u := range units {
		c.Fields[i] = u.Code
	}
	values := p.keptValues(rev)
	for key := range values {
		c.Kept = append(c.Kept, term{key, values.Get(key)})
	}
	slices.SortFunc(c.Kept, func(a, b term) int { return strings.Compare(a.Term, b.Term) })
	for _, list := range [][]scoring.Placed{s.result.Ranked, s.result.Listed} {
		for i := range list {
			if len(c.Offered) < offeredUnits && list[i].Code != "" {
				c.Offered = append(c.Offered, term{list[i].Code, p.editionUnit(s, &list[i]).Name.Text})
			}
		}
	}
	return c
}

// keptValues are the choices of an address of an edition besides the units.
func (p *page) keptValues(rev *edition.Revision) url.Values {
	values := p.editionValues(rev.Ref)
	if lang := p.request.URL.Query().Get("lang"); lang == p.lang {
		values.Set("lang", lang)
	}
	return values
}

// addKept adds a card whose CSV is found by the given choices.
func (p *page) addKept(values url.Values, c card, fill func(context.Context, *card) error) {
	p.add(c, fill)
	values.Set("card", c.ID)
	values.Set("format", "csv")
	p.Cards[len(p.Cards)-1].csv = p.linkWith(p.request.URL.EscapedPath(), values)
}

// unitValues are the choices of an address with units.
func (p *page) unitValues(rev *edition.Revision, units []*scoring.Placed) url.Values {
	values := p.editionValues(rev.Ref)
	for _, u := range units {
		values.Add(keyUnit, u.Code)
	}
	return values
}

// profileCard draws the chosen units by the dimensions of the scheme.
func (p *page) profileCard(s *seen, rev *edition.Revision, units []*scoring.Placed) {
	if len(units) == 0 {
		return
	}
	p.addKept(p.unitValues(rev, units), card{
		ID: "profile", Title: p.T("edition.profile"), Span: spanFull, Size: "plot", Open: true,
	}, func(_ context.Context, c *card) error {
		nodes, note, left := p.dimensions(s.result.Scheme, units)
		c.Table = &table{Columns: []column{{Title: p.T("edition.dimension")}}}
		radar := chart.Radar{Description: p.T("edition.profile.described"), Top: s.result.Scheme.Scale}
		for i := range s.result.Scheme.Root.Children {
			n := &s.result.Scheme.Root.Children[i]
			c.Table.Rows = append(c.Table.Rows, []cell{{label: label{Text: n.Name.In(p.lang)}}})
		}
		c.Table.Rows = append(c.Table.Rows, []cell{text(p.T("ranking.score"))})
		for _, n := range nodes {
			radar.Axes = append(radar.Axes, n.Name.In(p.lang))
		}
		for _, u := range units {
			name := p.editionUnit(s, u).Name
			c.Table.Columns = append(c.Table.Columns, column{Title: name.Text, Name: name.Name, Number: true})
			for i := range s.result.Scheme.Root.Children {
				c.Table.Rows[i] = append(c.Table.Rows[i], p.pointsCell(s, u, s.result.Scheme.Root.Children[i].ID))
			}
			last := len(c.Table.Rows) - 1
			c.Table.Rows[last] = append(c.Table.Rows[last], p.scoreCell(s, u))
			shape := chart.Shape{Name: name.Text, Tip: name.Text}
			for _, n := range nodes {
				f := export.NodeOf(u, n.ID)
				if f == nil || !f.Known {
					break
				}
				shape.Values = append(shape.Values, f.Points)
				shape.Tip += "\n" + n.Name.In(p.lang) + "  " + p.score(s.result.Scheme, f.Points)
			}
			if len(shape.Values) == len(nodes) {
				radar.Shapes = append(radar.Shapes, shape)
			} else {
				c.Remarks = append(c.Remarks, p.T("edition.profile.missing", "Unit", name.Text))
			}
		}
		if len(nodes) == 0 || len(radar.Shapes) == 0 {
			c.Remarks = nil
			return nil
		}
		c.Note = p.T(note, "Top", p.axisText(s.result.Scheme.Scale))
		if len(left) > 0 {
			c.Remarks = append(c.Remarks, p.T("edition.profile.left", "Names", strings.Join(left, p.T("list.and"))))
		}
		return c.draw(radar.Figure())
	})
}

// dimensions are the axes: the nodes below the root that all units with values have values of; where these are too
// few, the indicators; where those are too few as well, what weighs and one unit has a value of. Names of nodes below
// the root that are left out because not all units have them are in left.
func (p *page) dimensions(s *scheme.Scheme, units []*scoring.Placed) (nodes []*scheme.Node, note string, left []string) {
	has := func(u *scoring.Placed, n *scheme.Node) bool {
		f := export.NodeOf(u, n.ID)
		return f != nil && f.Known
	}
	var below []*scheme.Node
	for i := range s.Root.Children {
		below = append(below, &s.Root.Children[i])
	}
	leaves, _ := export.Leaves(s)
	measured := slices.DeleteFunc(slices.Clone(units), func(u *scoring.Placed) bool {
		return !slices.ContainsFunc(leaves, func(n *scheme.Node) bool { return has(u, n) })
	})
	some := func(n *scheme.Node) bool {
		return slices.ContainsFunc(measured, func(u *scoring.Placed) bool { return has(u, n) })
	}
	all := func(n *scheme.Node) bool {
		return some(n) && !slices.ContainsFunc(measured, func(u *scoring.Placed) bool { return !has(u, n) })
	}
	kinds := []struct {
		of   []*scheme.Node
		note string
	}{{below, "edition.profile.note"}, {leaves, "edition.profile.leaves"}}
	for _, weighs := range []bool{false, true} {
		for _, kind := range kinds {
			nodes, left = nil, nil
			for _, n := range kind.of {
				switch {
				case weighs && n.Weight > 0 && some(n), !weighs && all(n):
					nodes = append(nodes, n)
				case !weighs && some(n):
					left = append(left, n.Name.In(p.lang))
				}
			}
			if len(nodes) >= leastAxes {
				return nodes, kind.note, left
			}
		}
	}
	return nil, "", nil
}

func (p *page) pointsCell(s *seen, u *scoring.Placed, id string) cell {
	f := export.NodeOf(u, id)
	if f == nil || !f.Known {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	return text(p.score(s.result.Scheme, f.Points))
}

func (p *page) scoreCell(s *seen, u *scoring.Placed) cell {
	if u.Reason.Code != "" {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	return text(p.score(s.result.Scheme, u.Score))
}

// movedCard says why the chosen units moved: what each indicator adds to the score, before and now.
func (p *page) movedCard(s *seen, rev *edition.Revision, units []*scoring.Placed, compared *comparer) {
	if len(units) == 0 || compared == nil {
		return
	}
	p.addKept(p.unitValues(rev, units), card{
		ID: "why", Title: p.T("edition.why"), Note: p.T("edition.why.note"), Span: spanFull, Open: true,
	}, func(_ context.Context, c *card) error {
		c.Table = &table{Columns: []column{
			{Title: p.T("ranking.unit")},
			{Title: p.T("column.measure")},
			{Title: p.T("edition.why.before"), Number: true},
			{Title: p.T("edition.why.now"), Number: true},
			{Title: p.T("edition.why.points_before"), Number: true},
			{Title: p.T("edition.why.points_now"), Number: true},
			{Title: p.T("edition.why.by"), Number: true},
		}}
		for _, u := range units {
			if was := compared.was[u.Code]; was != nil && was.Reason.Code == "" && u.Reason.Code == "" {
				c.Table.Rows = append(c.Table.Rows, p.movedRows(s, compared, u, was)...)
			}
		}
		if len(c.Table.Rows) > mostMoved {
			c.Table.Note = p.T("edition.more", "Count", len(c.Table.Rows)-mostMoved)
			c.Table.Rows = c.Table.Rows[:mostMoved]
		}
		c.Empty, c.EmptyText = len(c.Table.Rows) == 0, p.T("edition.why.nothing")
		return nil
	})
}

// movedRows are the parts of one unit's change, the largest first, and their sum.
func (p *page) movedRows(s *seen, compared *comparer, now, was *scoring.Placed) [][]cell {
	unit := p.editionUnit(s, now)
	first := cell{label: unit.Name, Href: unit.Href}
	part := func(f *scoring.NodeScore) float64 {
		if f == nil || !f.Known {
			return 0
		}
		return f.Points * f.Weight
	}
	value := func(n *scheme.Node, f *scoring.NodeScore) cell {
		if f == nil || !f.Estimate.Known {
			return cell{label: label{Text: p.None()}, Faint: true}
		}
		c := text(p.valueOf(n.Unit, f.Estimate.Number))
		switch scored := p.valueOf(n.Unit, f.Scored); {
		case f.Estimate.N == 0:
		case f.Known && n.Shrink && scored != c.Text:
			c.Text = p.T("edition.why.adjusted", "Value", c.Text, "Scored", scored, "Count", p.Int(f.Estimate.N))
		default:
			c.Text = p.T("edition.why.value", "Value", c.Text, "Count", p.Int(f.Estimate.N))
		}
		return c
	}
	weighs := func(f *scoring.NodeScore) bool { return f != nil && f.Known && f.Weight > 0 }
	points := func(f *scoring.NodeScore) cell {
		if f == nil || !f.Known {
			return cell{label: label{Text: p.None()}, Faint: true}
		}
		return text(p.score(s.result.Scheme, part(f)))
	}
	type row struct {
		by    float64
		cells []cell
	}
	var rows []row
	places := s.result.Scheme.Decimals
	leaves, _ := export.Leaves(s.result.Scheme)
	gone, _ := export.Leaves(compared.from.result.Scheme)
	gone = slices.DeleteFunc(gone, func(n *scheme.Node) bool {
		return slices.ContainsFunc(leaves, func(still *scheme.Node) bool { return still.ID == n.ID })
	})
	for _, n := range slices.Concat(leaves, gone) {
		a, b := export.NodeOf(was, n.ID), export.NodeOf(now, n.ID)
		if !weighs(a) && !weighs(b) {
			continue
		}
		by := part(b) - part(a)
		rows = append(rows, row{max(by, -by), []cell{first, text(n.Name.In(p.lang)), value(n, a), value(n, b), points(a), points(b), text(p.signed(by, places))}})
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.by, a.by) })
	var out [][]cell
	for _, r := range rows {
		out = append(out, r.cells)
	}
	first.Total = true
	return append(out, []cell{
		first, text(p.T("edition.why.all")), text(p.rankOrNone(was)), text(p.rankOrNone(now)),
		text(p.score(s.result.Scheme, was.Score)), text(p.score(s.result.Scheme, now.Score)), text(p.signed(now.Score-was.Score, places)),
	})
}

func (p *page) rankOrNone(u *scoring.Placed) string {
	if u.Rank == 0 {
		return p.None()
	}
	return p.T("edition.why.rank", "Rank", strconv.Itoa(u.Rank))
}
