package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"haochaping/chart"
	"haochaping/directory"
	"haochaping/evaluation"
)

// unit is one of the units that a list compares.
type unit struct {
	Code  string
	Name  label
	Href  string
	Facts evaluation.Facts
}

// shownBars is how many units a chart compares; the table lists all.
const shownBars = 20

// openRows is up to how many units the table is open from the start.
const openRows = 8

// unitsCard is a list of units, the worst first, units with few ratings last.
func (p *page) unitsCard(c card, column string, read func(context.Context) ([]unit, error)) {
	p.add(c, func(ctx context.Context, c *card) error {
		units, err := read(ctx)
		if err != nil || len(units) == 0 {
			c.Empty = err == nil
			return err
		}
		p.sortUnits(units)
		bars := chart.Bars{Description: p.T("card.units.described", "What", column), Name: p.measureName(evaluation.BadPer100k)}
		c.Table = &table{Columns: p.unitColumns(column)}
		for i := range units {
			u := &units[i]
			c.Table.Rows = append(c.Table.Rows, p.unitCells(u.Name, u.Href, &u.Facts))
			rate, ok := badPer100k(&u.Facts)
			few := p.few(&u.Facts)
			if i >= shownBars || !ok || few && rate == 0 || i > len(bars.Rows) {
				continue // few ratings and none of them bad: nothing to compare by
			}
			tone := chart.ToneBad
			if few || u.Code == "" {
				tone = chart.ToneFaint
			}
			low, high, sure := badIndicator.Interval(badIndicator.Of(&u.Facts))
			bars.Rows = append(bars.Rows, chart.Bar{
				Low: chart.Number{Value: low, Known: sure && !few}, High: chart.Number{Value: high, Known: sure && !few},
				Name: u.Name.Text, Value: chart.Number{Value: rate, Known: ok}, Label: p.labelText(&u.Facts, few),
				Tip: p.tip(u.Name.Text, &u.Facts), Link: u.Href, Tone: tone,
			})
		}
		c.Size = rowsClass(len(bars.Rows))
		c.Open = c.Open || len(units) <= openRows
		if !bars.Tell() {
			c.Open = true // a chart of nothing says nothing; the table lists the units
			return nil
		}
		if len(bars.Rows) < len(units) {
			c.Table.Note = p.T("shown_of", "Shown", len(bars.Rows), "N", len(units))
		}
		return c.draw(bars.Figure())
	})
}

// sortUnits puts the most bad reviews per rating first. Units with few ratings follow,
// then those without any, then what belongs to no unit; equals are in the order of codes.
func (p *page) sortUnits(units []unit) {
	key := func(u *unit) float64 {
		rate, ok := badPer100k(&u.Facts)
		switch {
		case u.Code == "": // unattributed, or not stated: no unit at all
			return math.MaxFloat64
		case !ok:
			return math.MaxFloat32
		case p.few(&u.Facts):
			return 1 - rate/1e6
		}
		return -rate
	}
	slices.SortFunc(units, func(a, b unit) int {
		return cmp.Or(cmp.Compare(key(&a), key(&b)), cmp.Compare(b.Facts.Valid(), a.Facts.Valid()), cmp.Compare(a.Code, b.Code))
	})
}

// rowsClass is the class that gives a list of n bars its height.
func rowsClass(n int) string { return fmt.Sprintf("rows-%d", steps4(n)) }

// steps4 is a count of rows rounded up to one that the style sheet has a height for.
func steps4(n int) int { return min(60, max(4, (n+3)/4*4)) }

// below lists the regions under one, through placeholder levels, which nobody looks for.
// Parents are the regions whose children they are. Without a region it is the roots.
func below(dir *directory.Directory, code string) (children []directory.Region, parents []string) {
	list := dir.Roots()
	if code != "" {
		list = dir.Children(code)
		parents = append(parents, code)
	}
	for _, r := range list {
		if !r.Placeholder {
			children = append(children, r)
			continue
		}
		under, more := below(dir, r.Code)
		children = append(children, under...)
		parents = append(parents, more...)
	}
	return children, parents
}

// readRegions reads the facts of the regions below one. Regions without facts are listed
// too: no data is a finding.
func (p *page) readRegions(ctx context.Context, code string) ([]unit, error) {
	children, parents := below(p.dir, code)
	children = slices.DeleteFunc(children, func(r directory.Region) bool { return !p.may(directory.KindRegion, r.Code) })
	if len(children) == 0 {
		return nil, nil
	}
	at := make(map[string]int, len(children))
	units := make([]unit, len(children))
	for i, r := range children {
		at[r.Code] = i
		units[i] = unit{Code: r.Code, Name: p.regionName(r.Code), Href: p.regionLink(r.Code)}
	}
	queries := make([]evaluation.Query, 0, len(parents))
	for _, parent := range parents {
		queries = append(queries, evaluation.Query{By: evaluation.ByRegion, From: p.period.From, To: p.period.To, Parent: parent})
	}
	if code == "" {
		queries = append(queries, evaluation.Query{By: evaluation.ByRegion, From: p.period.From, To: p.period.To, Level: 1})
	}
	for _, q := range queries {
		rows, err := p.facts(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			if n, ok := at[rows[i].Region]; ok {
				units[n].Facts.Add(&rows[i].Facts)
			}
		}
	}
	return p.withUnattributed(ctx, units)
}

// withUnattributed completes the regions of the overview by what counts for none of
// them, so that the list adds up to the tiles.
func (p *page) withUnattributed(ctx context.Context, units []unit) ([]unit, error) {
	if p.subject != (subject{}) {
		return units, nil
	}
	_, rest, err := p.outside(ctx)
	if err != nil {
		return nil, err
	}
	lost := unit{Name: p.regionName(""), Href: p.link("/unattributed"), Facts: rest}
	if lost.Facts.Valid() == 0 {
		return units, nil
	}
	return append(units, lost), nil
}

// regionsCard compares the regions below one.
func (p *page) regionsCard(code string) {
	children, _ := below(p.dir, code)
	if len(children) == 0 {
		return
	}
	p.unitsCard(card{
		ID: "regions", Title: p.T("card.regions"), Note: p.T("card.units.note"), Span: spanFull, Open: true,
	}, p.T("column.region"), func(ctx context.Context) ([]unit, error) { return p.readRegions(ctx, code) })
}

// linesCard compares the lines of departments within a region. Where the region has
// departments of its own, those say the same.
func (p *page) linesCard(region string) {
	if len(p.dir.Lines()) == 0 || p.hasDepartments(region) {
		return
	}
	p.unitsCard(card{ID: "lines", Title: p.T("card.lines"), Note: p.T("card.units.note"), Span: spanHalf},
		p.T("column.line"), func(ctx context.Context) ([]unit, error) {
			rows, err := p.facts(ctx, subject{Region: region}.query(evaluation.ByLine, p.period.Range, evaluation.StepNone))
			if err != nil {
				return nil, err
			}
			return sumUnits(rows, func(r *evaluation.Row) unit {
				return unit{Code: r.Line, Name: p.lineName(r.Line)}
			}), nil
		})
}

// departmentsCard compares the departments that belong to a region itself.
func (p *page) departmentsCard(region string) {
	if !p.hasDepartments(region) {
		return
	}
	p.unitsCard(card{ID: "departments", Title: p.T("card.departments"), Note: p.T("card.departments.note"), Span: spanHalf},
		p.T("column.department"), func(ctx context.Context) ([]unit, error) { return p.readDepartments(ctx, region) })
}

// readDepartments reads the facts of the departments that belong to a region itself.
func (p *page) readDepartments(ctx context.Context, region string) ([]unit, error) {
	rows, err := p.facts(ctx, subject{Region: region}.query(evaluation.ByDepartment, p.period.Range, evaluation.StepNone))
	if err != nil {
		return nil, err
	}
	own := slices.DeleteFunc(slices.Clone(rows), func(r evaluation.Row) bool {
		dep, ok := p.dir.Department(r.Department)
		return !ok || dep.Region != region
	})
	return sumUnits(own, func(r *evaluation.Row) unit {
		return unit{Code: r.Department, Name: p.departmentName(r.Department), Href: p.departmentLink(r.Department)}
	}), nil
}

// hasDepartments reports whether any department belongs to a region itself.
func (p *page) hasDepartments(region string) bool {
	return slices.ContainsFunc(p.dir.Lines(), func(line string) bool {
		return slices.ContainsFunc(p.dir.DepartmentsOfLine(line), func(d directory.Department) bool { return d.Region == region })
	})
}

// maxHalls is from how many halls on a region lists them only further down the tree.
const maxHalls = 200

// hallsCard compares the halls of a region.
func (p *page) hallsCard(region string) {
	halls := p.dir.HallsIn(region)
	if len(halls) == 0 || len(halls) > maxHalls {
		return
	}
	p.unitsCard(card{ID: "halls", Title: p.T("card.halls"), Note: p.T("card.units.note"), Span: spanHalf},
		p.T("column.hall"), func(ctx context.Context) ([]unit, error) { return p.readHalls(ctx, region, halls) })
}

// readHalls reads the facts of halls in a region. Halls without facts are listed too.
func (p *page) readHalls(ctx context.Context, region string, halls []directory.Hall) ([]unit, error) {
	rows, err := p.facts(ctx, subject{Region: region}.query(evaluation.ByHall, p.period.Range, evaluation.StepNone))
	if err != nil {
		return nil, err
	}
	units := make([]unit, len(halls))
	at := make(map[string]int, len(halls))
	for i, h := range halls {
		units[i] = unit{Code: h.Code, Name: p.pick(h.Name, h.NameEN, h.Code), Href: p.hallLink(h.Code)}
		at[h.Code] = i
	}
	for i := range rows {
		if n, ok := at[rows[i].Hall]; ok {
			units[n].Facts.Add(&rows[i].Facts)
		}
	}
	return units, nil
}

// windowsCard compares the windows of a hall.
func (p *page) windowsCard(hall string) {
	p.unitsCard(card{ID: "windows", Title: p.T("card.windows"), Note: p.T("card.units.note"), Span: spanFull, Open: true},
		p.T("column.window"), func(ctx context.Context) ([]unit, error) { return p.readWindows(ctx, hall) })
}

// readWindows reads the facts of the windows of a hall, with what names no window.
func (p *page) readWindows(ctx context.Context, hall string) ([]unit, error) {
	rows, err := p.facts(ctx, subject{Hall: hall}.query(evaluation.ByWindow, p.period.Range, evaluation.StepNone))
	if err != nil {
		return nil, err
	}
	units := sumUnits(rows, func(r *evaluation.Row) unit { return p.windowUnit(hall, r.Window) })
	for _, w := range p.dir.WindowsOf(hall) {
		if !slices.ContainsFunc(units, func(u unit) bool { return u.Code == w.Code }) {
			units = append(units, p.windowUnit(hall, w.Code))
		}
	}
	return units, nil
}

func (p *page) windowUnit(hall, code string) unit {
	if code == "" {
		return unit{Name: label{Text: p.T("window.none")}}
	}
	name := label{Text: code, Name: true}
	if w, ok := p.dir.Window(hall, code); ok {
		name = p.pick(w.Name, w.NameEN, w.Code)
	}
	return unit{Code: code, Name: name, Href: p.windowLink(hall, code)}
}

// sumUnits adds up the rows of each unit.
func sumUnits(rows []evaluation.Row, of func(*evaluation.Row) unit) []unit {
	var units []unit
	at := make(map[string]int)
	for i := range rows {
		u := of(&rows[i])
		n, ok := at[u.Code]
		if !ok {
			n = len(units)
			at[u.Code] = n
			units = append(units, u)
		}
		units[n].Facts.Add(&rows[i].Facts)
	}
	return units
}
