package dashboard

import (
	"cmp"
	"strings"

	"haochaping/calendar"
	"haochaping/edition"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// before finds what an edition is compared with: the revision in force of the edition of the same scheme that ended
// last before this one begins, of a period of the same kind if there is one. ” where there is none.
func (r *register) before(ref edition.Ref) (before *edition.Revision) {
	own := r.heads[ref]
	best := edition.Head{}
	nearer := func(h edition.Head) bool {
		kind := func(h edition.Head) int {
			if kindOf(h.Period) == kindOf(own.Period) {
				return 1
			}
			return 0
		}
		return before == nil || cmp.Or(
			cmp.Compare(kind(h), kind(best)), cmp.Compare(h.Period.To, best.Period.To), cmp.Compare(h.Period.From, best.Period.From),
			cmp.Compare(h.Number, best.Number)) > 0
	}
	for _, l := range r.ledgers {
		rev := l.Published()
		if rev == nil || l.Number == ref.Number {
			continue
		}
		if h := r.heads[rev.Ref]; h.SchemeID == own.SchemeID && h.Period.To < own.Period.From && nearer(h) {
			before, best = rev, h
		}
	}
	return before
}

// kindOf is which of the usual periods some days are; ” for none.
func kindOf(days calendar.Range) calendar.Kind {
	for _, kind := range calendar.Kinds() {
		if calendar.Period(kind, days.From) == days {
			return kind
		}
	}
	return ""
}

// comparer says how units of an edition stand against another one.
type comparer struct {
	page     *page
	from, to *frozen
	was      map[string]*scoring.Placed
	same     bool // they are of one period and scheme: the same samples, but for what came late
	other    bool // the schemes differ, so that their intervals are of different things
}

// compare compares with what was before, of which the units that are seen now alone are looked at.
func (p *page) compareEditions(from, to *frozen) *comparer {
	c := &comparer{page: p, from: from, to: to, was: make(map[string]*scoring.Placed), other: from.edition.Scheme.Hash != to.edition.Scheme.Hash}
	c.same = from.edition.Number == to.edition.Number
	for _, list := range [][]scoring.Placed{from.result.Ranked, from.result.Listed} {
		for i := range list {
			c.was[list[i].Code] = &list[i]
		}
	}
	return c
}

// tellApart reports whether two scores differ by more than chance: their 95 % intervals do not touch. That is
// stricter than a test of the difference at 5 %, and can be checked by eye.
func tellApart(a, b *scoring.Placed) bool {
	return a.ScoreHigh < b.ScoreLow || b.ScoreHigh < a.ScoreLow
}

// change is how a ranked unit stands now.
func (c *comparer) change(now *scoring.Placed) *rankChange {
	p := c.page
	was := c.was[now.Code]
	switch {
	case was == nil:
		return &rankChange{Text: p.T("edition.change.new")}
	case was.Reason.Code != "":
		return &rankChange{Text: p.T("edition.change.unranked")}
	}
	by := now.Score - was.Score
	m := &rankChange{By: p.signed(by, c.to.result.Scheme.Decimals)}
	m.Score = p.T("edition.change.score", "By", m.By)
	if export.Ranks(c.from.result.Scheme) && export.Ranks(c.to.result.Scheme) {
		m.Arrow, m.Text = p.direction(float64(was.Rank-now.Rank), "edition.change.rank", "N", abs(was.Rank-now.Rank))
	} else {
		m.Arrow, m.Text = p.direction(by, "edition.change.points", "By", p.Fixed(max(by, -by), c.to.result.Scheme.Decimals))
		m.Score = ""
	}
	switch {
	case c.same:
		m.Sure = p.T("edition.change.revision")
	case c.other:
		m.Sure = p.T("edition.change.scheme")
	case tellApart(was, now):
		m.Sure, m.Moved = p.T("edition.change.sure"), true
	default:
		m.Sure = p.T("edition.change.chance")
	}
	return m
}

// direction is an arrow, and words with what the message needs.
func (p *page) direction(by float64, id string, pairs ...any) (arrow, text string) {
	switch {
	case by > 0:
		return "▲", p.T(id+".up", pairs...)
	case by < 0:
		return "▼", p.T(id+".down", pairs...)
	}
	return "", p.T(id + ".same")
}

// signed writes a difference with its sign; one that rounds to nothing has none.
func (l locale) signed(by float64, decimals int) string {
	text := l.Fixed(max(by, -by), decimals)
	switch {
	case strings.Trim(text, "0.") == "":
		return text
	case by > 0:
		return "+" + text
	}
	return "−" + text
}

func abs(n int) int { return max(n, -n) }
