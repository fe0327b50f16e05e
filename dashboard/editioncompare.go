package dashboard

import (
	"context"
	"errors"
	"net/url"

	"haochaping/edition"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// The parts of an address that name the two editions.
const (
	keyFirst  = "a"
	keySecond = "b"
)

// compareView is the comparison of two editions, or of two revisions of one, for the template.
type compareView struct {
	First, Second []labelledChoice
	Sides         []editionRow
	Narrowed      string
	Differs       []string
	Hidden        int
	Failed        *failure
}

func (p *page) compareLink(a, b edition.Ref) string {
	values := p.period.values()
	values.Set(keyFirst, a.String())
	values.Set(keySecond, b.String())
	return p.linkWith("/editions/compare", values)
}

// editionComparison sets two editions beside each other.
func (d *Dashboard) editionComparison(p *page) error {
	r, err := d.readRegister(p.request.Context())
	if err != nil {
		return err
	}
	a, b, err := p.comparedEditions(r)
	if err != nil {
		return err
	}
	p.Nav, p.Template, p.Quiet = "editions", "editioncompare", true
	p.Title = label{Text: p.T("compare.title")}
	p.Crumbs = []link{{label: label{Text: p.T("nav.editions")}, Href: p.link("/editions")}}
	v := &compareView{}
	p.Part = v
	list := p.revisions(r)
	for _, rev := range list[:min(len(list), maxEditions)] {
		choice := labelledChoice{label: label{Text: rev.String(), Name: true}, Value: rev.String()}
		choice.Current = a != nil && a.Ref == rev.Ref
		v.First = append(v.First, choice)
		choice.Current = b != nil && b.Ref == rev.Ref
		v.Second = append(v.Second, choice)
	}
	if a == nil || b == nil {
		return nil
	}
	v.Sides = []editionRow{p.editionRow(r, a), p.editionRow(r, b)}
	ctx, cancel := context.WithTimeout(p.request.Context(), d.options.CardTimeout)
	defer cancel()
	if err := p.fillComparison(ctx, v, a, b); err != nil {
		v.Failed = d.incident(p.request, "comparison of editions failed", err, "a", a.String(), "b", b.String())
	}
	return nil
}

// comparedEditions are the two that the address names; where it names none, the newest one that is published and the
// one before it.
func (p *page) comparedEditions(r *register) (a, b *edition.Revision, err error) {
	find := func(key string) (*edition.Revision, error) {
		text := p.request.URL.Query().Get(key)
		if text == "" {
			return nil, nil //nolint:nilnil // the address names none
		}
		ref, err := edition.ParseRef(text)
		if err != nil {
			return nil, errNotFound
		}
		rev, ok := p.revision(r, ref)
		if !ok {
			return nil, errNotFound
		}
		return rev, nil
	}
	a, errA := find(keyFirst)
	b, errB := find(keySecond)
	if err := errors.Join(errA, errB); err != nil {
		return nil, nil, err
	}
	for _, rev := range p.revisions(r) {
		if b == nil && rev.State == edition.Published {
			b = rev
		}
	}
	if a == nil && b != nil {
		a = r.before(b.Ref)
	}
	return a, b, nil
}

func (p *page) fillComparison(ctx context.Context, v *compareView, a, b *edition.Revision) error {
	from, err := p.dashboard.readDocument(ctx, a.Number, a.Content())
	if err != nil {
		return err
	}
	to, err := p.dashboard.readDocument(ctx, b.Number, b.Content())
	if err != nil {
		return err
	}
	was, now := see(from, &p.person, p.dir), see(to, &p.person, p.dir)
	if !was.whole || !now.whole {
		v.Narrowed = p.T("edition.narrowed", "Shown", len(now.result.Ranked)+len(now.result.Listed), "N", len(to.edition.Units))
	}
	words := p.differences(was, now)
	v.Differs = words[:min(len(words), mostDiffers)]
	v.Hidden = len(words) - len(v.Differs)
	p.comparedCard(was, now, a.Ref, b.Ref)
	return nil
}

// comparedCard lists the units of the second edition in its order, then those that only the first one has.
func (p *page) comparedCard(was, now *seen, a, b edition.Ref) {
	values := url.Values{keyFirst: {a.String()}, keySecond: {b.String()}}
	p.addKept(values, card{ID: "compared", Title: p.T("compare.units"), Note: p.T("compare.note"), Span: spanFull, Open: true},
		func(_ context.Context, c *card) error {
			c.Table = &table{Columns: []column{
				{Title: p.T("ranking.unit")},
				{Title: p.T("compare.rank.a"), Number: true},
				{Title: p.T("compare.rank.b"), Number: true},
				{Title: p.T("compare.score.a"), Number: true},
				{Title: p.T("compare.score.b"), Number: true},
				{Title: p.T("compare.tier.a")},
				{Title: p.T("compare.tier.b")},
				{Title: p.T("compare.change")},
				{Title: p.T("compare.by"), Number: true},
				{Title: p.T("compare.sure")},
			}}
			compared := p.compareEditions(&frozen{edition: was.edition, result: was.result, units: was.units}, now.frozen)
			there := make(map[string]bool)
			row := func(u, before, after *scoring.Placed) {
				unit := p.editionUnit(now, u)
				m := &rankChange{Text: p.T("compare.gone")}
				if after != nil {
					m = p.changeOf(compared, after)
				}
				change := m.Text
				if m.Arrow != "" {
					change = m.Arrow + " " + change
				}
				cells := []cell{
					{label: unit.Name, Href: unit.Href},
					p.placeCell(was, before), p.placeCell(now, after), p.spreadCell(was, before),
					p.spreadCell(now, after), p.tierCell(was, before), p.tierCell(now, after), text(change), text(m.By), text(m.Sure),
				}
				c.Table.Rows = append(c.Table.Rows, cells)
			}
			for _, list := range [][]scoring.Placed{now.result.Ranked, now.result.Listed} {
				for i := range list {
					there[list[i].Code] = true
					row(&list[i], compared.was[list[i].Code], &list[i])
				}
			}
			for _, list := range [][]scoring.Placed{was.result.Ranked, was.result.Listed} {
				for i := range list {
					if !there[list[i].Code] {
						row(&list[i], &list[i], nil)
					}
				}
			}
			if n := len(c.Table.Rows) - maxRows; n > 0 {
				c.Table.Rows, c.Table.Note = c.Table.Rows[:maxRows], p.T("edition.more", "Count", n)
			}
			c.Empty = len(c.Table.Rows) == 0
			return nil
		})
}

// changeOf is the change of a unit, whether or not it is ranked now.
func (p *page) changeOf(c *comparer, now *scoring.Placed) *rankChange {
	if now.Reason.Code != "" {
		return &rankChange{Text: p.T("compare.unranked")}
	}
	return c.change(now)
}

func (p *page) placeCell(s *seen, u *scoring.Placed) cell {
	switch {
	case u == nil || u.Reason.Code != "":
		return cell{label: label{Text: p.None()}, Faint: true}
	case !export.Ranks(s.result.Scheme):
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	return text(p.T("compare.within", "Value", s.place(u), "Range", export.RankRange(u, p.lang)))
}

func (p *page) spreadCell(s *seen, u *scoring.Placed) cell {
	if u == nil || u.Reason.Code != "" {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	score := func(x float64) string { return p.score(s.result.Scheme, x) }
	return text(p.T("compare.within", "Value", score(u.Score), "Range", score(u.ScoreLow)+"–"+score(u.ScoreHigh)))
}

func (p *page) tierCell(s *seen, u *scoring.Placed) cell {
	if u == nil || u.Reason.Code != "" || u.Tier < 0 {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	return text(export.TierName(s.result.Scheme, u.Tier, p.lang))
}
