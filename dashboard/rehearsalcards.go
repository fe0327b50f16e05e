package dashboard

import (
	"cmp"
	"context"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"haochaping/chart"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// maxShifts is how many units the plot of those that move has room for.
const maxShifts = 40

// stage is a rehearsal as its reader sees it.
type stage struct {
	before, after *scheme.Scheme
	was, is       *scoring.Result // of the units within the reader's scope
	allWas, allIs int             // ranked units, seen or not
	whole         bool            // the reader sees all units
	both          []shifted       // ranked by both, the largest move first
	others        []shifted       // ranked by one of them
}

// shifted is a unit as two schemes place it; nil where one does not list it.
type shifted struct {
	was, is *scoring.Placed
}

// by is by how many ranks a unit moves; a rise is positive.
func (u shifted) by() int { return u.was.Rank - u.is.Rank }

// surely reports whether the ranges of both ranks do not touch: samples like these would not show the move by chance.
func (u shifted) surely() bool {
	return u.was.RankHigh < u.is.RankLow || u.is.RankHigh < u.was.RankLow
}

func (u shifted) any() *scoring.Placed { return cmp.Or(u.is, u.was) }

func isRanked(u *scoring.Placed) bool { return u != nil && u.Rank > 0 && u.Reason.Code == "" }

// stage sorts out who moves, as far as the reader may see the units.
func (p *page) stage(r rehearsed, before, after *scheme.Scheme) *stage {
	s := &stage{before: before, after: after, was: r.was, is: r.is, allWas: len(r.was.Ranked), allIs: len(r.is.Ranked), whole: p.person.Scope.All}
	if !s.whole {
		allowed := func(code string) bool {
			region, department := placeOf(p.dir, after.Units.Kind, code)
			return p.person.Scope.Allows(p.dir, region, department)
		}
		s.was, s.is = r.was.Only(allowed), r.is.Only(allowed)
	}
	was := make(map[string]*scoring.Placed)
	for _, list := range [][]scoring.Placed{s.was.Ranked, s.was.Listed} {
		for i := range list {
			was[list[i].Code] = &list[i]
		}
	}
	note := func(u shifted) {
		switch a, b := isRanked(u.was), isRanked(u.is); {
		case a && b:
			s.both = append(s.both, u)
		case a || b:
			s.others = append(s.others, u)
		}
	}
	for _, list := range [][]scoring.Placed{s.is.Ranked, s.is.Listed} {
		for i := range list {
			note(shifted{was[list[i].Code], &list[i]})
			delete(was, list[i].Code)
		}
	}
	for i := range s.was.Ranked {
		if u := &s.was.Ranked[i]; was[u.Code] != nil {
			note(shifted{was: u})
		}
	}
	slices.SortStableFunc(s.both, func(a, b shifted) int { return abs(b.by()) - abs(a.by()) })
	return s
}

// tierMoves reports whether a unit that both rank changes its tier. Tiers are the same where either their ids or their
// names are.
func (s *stage) tierMoves(u shifted) bool {
	if len(s.before.Tiers) == 0 || len(s.after.Tiers) == 0 {
		return false
	}
	if u.was.Tier < 0 || u.is.Tier < 0 {
		return u.was.Tier != u.is.Tier
	}
	a, b := &s.before.Tiers[u.was.Tier], &s.after.Tiers[u.is.Tier]
	return a.ID != b.ID && a.Name != b.Name
}

// tell says in words and counts what comes of the rehearsal.
func (v *rehearsalView) tell(p *page, s *stage) {
	var moved, surely, tiers, come, gone int
	for _, u := range s.both {
		moved += count(u.by() != 0)
		surely += count(u.by() != 0 && u.surely())
		tiers += count(s.tierMoves(u))
	}
	for _, u := range s.others {
		come += count(isRanked(u.is))
		gone += count(isRanked(u.was))
	}
	text := func(n int) string { return p.Int(uint64(n)) }
	v.Sentence = p.T("rehearsal.sentence", "All", text(len(s.both)), "Moved", text(moved), "Surely", text(surely), "Tiers", text(tiers))
	if len(s.both) == 0 {
		v.Sentence = p.T("rehearsal.nobody")
	}
	v.About = p.schemeTitle(s.before) + " → " + p.schemeTitle(s.after) + " · " + p.Range(p.period.Range)
	v.Counts = []term{
		{p.T("rehearsal.count.both"), text(len(s.both))},
		{p.T("rehearsal.count.moved"), text(moved)},
		{p.T("rehearsal.count.surely"), text(surely)},
		{p.T("rehearsal.count.tiers"), text(tiers)},
		{p.T("rehearsal.count.come"), text(come)},
		{p.T("rehearsal.count.gone"), text(gone)},
	}
	if len(s.before.Tiers) == 0 || len(s.after.Tiers) == 0 {
		v.Counts[3].Text = p.None()
		v.Remarks = append(v.Remarks, p.T("rehearsal.no_tiers"))
	}
	if !s.whole {
		v.Remarks = append(v.Remarks, p.T("rehearsal.scope"))
	}
	for _, one := range []*scheme.Scheme{s.before, s.after} {
		if !export.Ranks(one) {
			v.Remarks = append(v.Remarks, p.T("rehearsal.unpublished", "Name", p.schemeTitle(one)))
		}
		if p.period.Intersect(one.Valid) != p.period.Range {
			v.Remarks = append(v.Remarks, p.T("rehearsal.not_valid", "Name", p.schemeTitle(one)))
		}
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// movesCard lists the units that both schemes rank, the largest move first, and draws those that move.
func (p *page) movesCard(s *stage, kept url.Values) {
	c := card{ID: "moves", Title: p.T("rehearsal.moves"), Note: p.T("rehearsal.moves.note"), Span: spanFull, Open: true, EmptyText: p.T("rehearsal.nobody")}
	p.addKept(kept, c, func(_ context.Context, c *card) error {
		if c.Empty = len(s.both) == 0; c.Empty {
			return nil
		}
		c.Table = &table{Columns: []column{
			{Title: p.T("ranking.unit")},
			{Title: p.T("rehearsal.rank.before"), Number: true},
			{Title: p.T("rehearsal.range.before"), Number: true},
			{Title: p.T("rehearsal.rank.after"), Number: true},
			{Title: p.T("rehearsal.range.after"), Number: true},
			{Title: p.T("rehearsal.move")},
			{Title: p.T("rehearsal.surely")},
			{Title: p.T("rehearsal.score.before"), Number: true},
			{Title: p.T("rehearsal.score.after"), Number: true},
			{Title: p.T("rehearsal.tier.before")},
			{Title: p.T("rehearsal.tier.after")},
		}}
		shown := s.both
		if p.request.URL.Query().Get("format") != "csv" && len(shown) > maxRows {
			shown = shown[:maxRows]
			c.Table.Note = p.T("rehearsal.cut", "Shown", p.Int(maxRows), "All", p.Int(uint64(len(s.both))))
		}
		for _, u := range shown {
			c.Table.Rows = append(c.Table.Rows, p.moveCells(s, u))
		}
		return p.drawMoves(c, s)
	})
}

func (p *page) moveCells(s *stage, u shifted) []cell {
	rank := func(placed *scoring.Placed, all int) cell {
		if s.whole {
			return text(strconv.Itoa(placed.Rank))
		}
		return text(strconv.Itoa(placed.Rank) + " / " + strconv.Itoa(all))
	}
	tier := func(of *scheme.Scheme, placed *scoring.Placed) cell {
		return text(cmp.Or(export.TierName(of, placed.Tier, p.lang), p.None()))
	}
	return []cell{
		p.stageName(s, u),
		rank(u.was, s.allWas), text(export.RankRange(u.was, p.lang)), rank(u.is, s.allIs), text(export.RankRange(u.is, p.lang)),
		text(p.moveText(u)),
		{label: label{Text: p.sureText(u)}, Faint: !u.surely()},
		text(p.score(s.before, u.was.Score)), text(p.score(s.after, u.is.Score)), tier(s.before, u.was), tier(s.after, u.is),
	}
}

// stageName is the cell that names a unit.
func (p *page) stageName(s *stage, u shifted) cell {
	placed := u.any()
	return cell{label: p.pick(placed.NameZH, placed.NameEN, placed.Code), Href: p.unitLink(s.after.Units.Kind, placed.Code)}
}

func (p *page) moveText(u shifted) string {
	switch by := u.by(); {
	case by > 0:
		return "▲ " + p.T("rehearsal.move.up", "By", by)
	case by < 0:
		return "▼ " + p.T("rehearsal.move.down", "By", -by)
	}
	return p.T("rehearsal.move.same")
}

func (p *page) sureText(u shifted) string {
	switch {
	case u.by() == 0:
		return p.None()
	case u.surely():
		return p.T("rehearsal.surely.yes")
	}
	return p.T("rehearsal.surely.no")
}

func (p *page) drawMoves(c *card, s *stage) error {
	f := chart.Shifts{
		Description: p.T("rehearsal.moves.described"), Before: p.T("rehearsal.before"), After: p.T("rehearsal.after"),
		Last: float64(max(s.allWas, s.allIs)),
	}
	moved := 0
	for _, u := range s.both {
		if u.by() == 0 {
			break
		}
		if moved++; moved > maxShifts {
			continue
		}
		name := p.stageName(s, u)
		row := chart.Shift{
			Name: name.Text, Link: name.Href, Before: placing(u.was), After: placing(u.is),
			Tip: name.Text + "\n" + p.T("rehearsal.before") + "  " + strconv.Itoa(u.was.Rank) + " (" + export.RankRange(u.was, p.lang) + ")\n" +
				p.T("rehearsal.after") + "  " + strconv.Itoa(u.is.Rank) + " (" + export.RankRange(u.is, p.lang) + ")\n" + p.sureText(u),
		}
		switch {
		case u.surely() && u.by() > 0:
			row.Standing = chart.Better
		case u.surely():
			row.Standing = chart.Worse
		}
		f.Rows = append(f.Rows, row)
	}
	if moved == 0 {
		return nil
	}
	if moved > maxShifts {
		c.Remarks = append(c.Remarks, p.T("shown_of", "Shown", maxShifts, "N", moved))
	}
	c.Size = rowsClass(len(f.Rows))
	return c.draw(f.Figure())
}

func placing(u *scoring.Placed) chart.Placing {
	return chart.Placing{Place: float64(u.Rank), Low: float64(u.RankLow), High: float64(u.RankHigh)}
}

// comingsCard lists the units that one of the schemes ranks, and why the other does not.
func (p *page) comingsCard(s *stage, kept url.Values) {
	if len(s.others) == 0 {
		return
	}
	c := card{ID: "comings", Title: p.T("rehearsal.comings"), Note: p.T("rehearsal.comings.note"), Span: spanFull, Open: true}
	p.addKept(kept, c, func(_ context.Context, c *card) error {
		c.Table = &table{Columns: []column{
			{Title: p.T("ranking.unit")},
			{Title: p.T("rehearsal.comings.how")},
			{Title: p.T("rehearsal.rank.before"), Number: true},
			{Title: p.T("rehearsal.rank.after"), Number: true},
			{Title: p.T("rehearsal.comings.why")},
		}}
		for _, u := range s.others[:min(len(s.others), maxRows)] {
			how, without, by := p.T("rehearsal.comes"), u.was, s.before
			if isRanked(u.was) {
				how, without, by = p.T("rehearsal.goes"), u.is, s.after
			}
			why := p.T("rehearsal.left_out")
			if without != nil {
				why = export.ReasonText(without.Reason, by, p.lang)
			}
			c.Table.Rows = append(c.Table.Rows, []cell{p.stageName(s, u), text(how), p.rankCell(u.was), p.rankCell(u.is), text(why)})
		}
		if len(s.others) > maxRows {
			c.Table.Note = p.T("rehearsal.cut", "Shown", p.Int(maxRows), "All", p.Int(uint64(len(s.others))))
		}
		return nil
	})
}

func (p *page) rankCell(u *scoring.Placed) cell {
	if !isRanked(u) {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	return text(strconv.Itoa(u.Rank))
}

// weightsCard sets the indicators of both schemes beside each other: what is new, gone, weighs otherwise, or is
// computed otherwise.
func (p *page) weightsCard(s *stage, kept url.Values) {
	c := card{ID: "indicators", Title: p.T("rehearsal.indicators"), Note: p.T("rehearsal.indicators.note"), Span: spanFull, Open: true}
	p.addKept(kept, c, func(_ context.Context, c *card) error {
		c.Table = &table{Columns: []column{
			{Title: p.T("column.measure")},
			{Title: p.T("rehearsal.weight.before"), Number: true},
			{Title: p.T("rehearsal.weight.after"), Number: true},
			{Title: p.T("rehearsal.move")},
			{Title: p.T("rehearsal.points.before")},
			{Title: p.T("rehearsal.points.after")},
		}}
		wasLeaves, wasShares := export.Leaves(s.before)
		isLeaves, isShares := export.Leaves(s.after)
		row := func(was, is *scheme.Node, a, b float64) {
			none := cell{label: label{Text: p.None()}, Faint: true}
			cells := []cell{text(cmp.Or(is, was).Name.In(p.lang)), none, none, text(p.leafChange(was, is, a, b)), none, none}
			if was != nil {
				cells[1], cells[4] = text(export.WeightText(a)), text(export.PointsText(was, s.before, p.lang))
			}
			if is != nil {
				cells[2], cells[5] = text(export.WeightText(b)), text(export.PointsText(is, s.after, p.lang))
			}
			c.Table.Rows = append(c.Table.Rows, cells)
		}
		at := func(leaves []*scheme.Node, id string) int {
			return slices.IndexFunc(leaves, func(n *scheme.Node) bool { return n.ID == id })
		}
		for i, is := range isLeaves {
			if k := at(wasLeaves, is.ID); k >= 0 {
				row(wasLeaves[k], is, wasShares[k], isShares[i])
			} else {
				row(nil, is, 0, isShares[i])
			}
		}
		for i, was := range wasLeaves {
			if at(isLeaves, was.ID) < 0 {
				row(was, nil, wasShares[i], 0)
			}
		}
		return nil
	})
}

// leafChange says what becomes of an indicator.
func (p *page) leafChange(was, is *scheme.Node, a, b float64) string {
	switch {
	case was == nil:
		return p.T("rehearsal.leaf.new")
	case is == nil:
		return p.T("rehearsal.leaf.gone")
	}
	var parts []string
	note := func(differs bool, word string) {
		if differs {
			parts = append(parts, word)
		}
	}
	note(export.WeightText(a) != export.WeightText(b), p.T("rehearsal.part.weight"))
	note(was.Formula != is.Formula || was.Imported != is.Imported || was.Unit != is.Unit, p.T("rehearsal.part.formula"))
	note(was.Direction != is.Direction || !reflect.DeepEqual(was.Normalise, is.Normalise), p.T("rehearsal.part.points"))
	note(was.MinimumN != is.MinimumN, p.T("rehearsal.part.minimum"))
	note(was.Missing != is.Missing, p.T("rehearsal.part.missing"))
	note(was.Decimals != is.Decimals || was.Shrink != is.Shrink, p.T("rehearsal.part.value"))
	if len(parts) == 0 {
		return p.T("rehearsal.leaf.same")
	}
	return p.T("rehearsal.leaf.changed", "What", strings.Join(parts, p.T("rehearsal.and")))
}
