package edition

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// Drawing is what a draft is drawn from.
type Drawing struct {
	Number    string
	Revision  int // from 1
	Draft     int // from 1
	Publisher string
	Period    calendar.Range
	Data      evaluation.Generation
	Result    *scoring.Result
	// Parents are the codes of the regions above the units, by code of the unit; a unit may be missing.
	Parents map[string]string
	// Previous and Before are the published revision that this one is to replace; nil in the first one.
	Previous *Previous
	Before   *Edition
}

// Draw freezes a result. What the scheme does not publish, such as ranks where it publishes bands, is left out.
func Draw(d Drawing) (*Edition, error) {
	if d.Result.Rule != scoring.RuleActive && d.Result.Rule != "" {
		return nil, Refuse("只公布主动评价的结果，不公布 %s 口径", "only active answers are ever published, not the rule %s", d.Result.Rule)
	}
	w := drawer{}
	s := d.Result.Scheme
	e := &Edition{
		Format: Format, Number: d.Number, Revision: d.Revision, Draft: d.Draft, Publisher: d.Publisher,
		Period:    makePeriod(d.Period),
		Watermark: Watermark{Generation: d.Data.Number, Records: d.Data.Records},
		Scheme:    w.scheme(s),
		Calculation: Calculation{
			Rule: string(scoring.RuleActive), Draws: d.Result.Draws, MonteCarlo: w.number(d.Result.MonteCarlo),
			DataHash: hex.EncodeToString(d.Result.DataHash[:]),
		},
		Previous: d.Previous,
	}
	if d.Data.DataTime != 0 {
		e.Watermark.DataTime = moment(time.Unix(d.Data.DataTime, 0))
	}
	for _, p := range d.Result.Priors {
		e.Calculation.Priors = append(e.Calculation.Priors, Prior{p.Leaf, p.Group, w.number(p.A), w.number(p.B), p.From, p.Units})
	}
	e.Units = make([]Unit, 0, len(d.Result.Ranked)+len(d.Result.Listed))
	for _, list := range [][]scoring.Placed{d.Result.Ranked, d.Result.Listed} {
		for i := range list {
			e.Units = append(e.Units, w.unit(s, &list[i], d.Parents[list[i].Code]))
		}
	}
	if w.err != nil {
		return nil, fmt.Errorf("draw edition %s: %w", e.Ref(), w.err)
	}
	if d.Before != nil {
		e.Changes = changes(d.Before, e)
	}
	if err := Consistent(e); err != nil {
		return nil, fmt.Errorf("draw edition %s: %w", e.Ref(), err)
	}
	return e, nil
}

// makePeriod finds the kind of a run of days.
func makePeriod(r calendar.Range) Period {
	for _, kind := range calendar.Kinds() {
		if calendar.Period(kind, r.From) == r {
			return Period{kind, calendar.Label(kind, r.From), r.From, r.To}
		}
	}
	return Period{"", r.From.String() + "_" + r.To.String(), r.From, r.To}
}

// PeriodLabel is the part of a number that stands for the period: 2026-07, 2026-Q3, or both days where they are no
// usual period.
func PeriodLabel(r calendar.Range) string { return makePeriod(r).Label }

// drawer writes numbers; the first error stays.
type drawer struct{ err error }

func (w *drawer) number(x float64) Decimal {
	d, err := decimal(x)
	w.err = cmp.Or(w.err, err)
	return d
}

func (w *drawer) scheme(s *scheme.Scheme) Scheme {
	out := Scheme{
		ID: s.ID, Version: s.Version, Name: s.Name, Hash: hex.EncodeToString(s.Hash[:]), Text: string(s.Source),
		Scale: w.number(s.Scale), Decimals: s.Decimals, Publication: s.Publication, TieProbability: w.number(s.TieProbability),
	}
	for _, t := range s.Tiers {
		out.Tiers = append(out.Tiers, Tier{t.ID, t.Name, w.number(t.From)})
	}
	for _, p := range s.Peers {
		out.Groups = append(out.Groups, Group{p.ID, p.Name})
	}
	var walk func(nodes []scheme.Node, depth int)
	walk = func(nodes []scheme.Node, depth int) {
		for i := range nodes {
			n := &nodes[i]
			node := Node{ID: n.ID, Name: n.Name, Wording: n.Wording, Depth: depth, Leaf: n.Leaf(), Weight: w.number(n.Weight)}
			if n.Leaf() {
				node.Unit, node.Lower, node.Imported, node.Formula = string(n.Unit), n.Direction == evaluation.LowerIsBetter, n.Imported, n.Formula
				node.Decimals, node.MinimumN, node.Shrunk, node.Normalise = n.Decimals, n.MinimumN, n.Shrink, string(n.Normalise.Kind)
			}
			out.Nodes = append(out.Nodes, node)
			walk(n.Children, depth+1)
		}
	}
	walk(s.Root.Children, 1)
	return out
}

func (w *drawer) unit(s *scheme.Scheme, p *scoring.Placed, parent string) Unit {
	u := Unit{
		Code: p.Code, Name: scheme.Text{ZH: p.NameZH, EN: p.NameEN}, Parent: parent, Group: p.Group, Order: p.Order,
		Reason: reason(p.Reason),
	}
	if u.Ranked() {
		u.Score, u.ScoreLow, u.ScoreHigh = w.number(p.Score), w.number(p.ScoreLow), w.number(p.ScoreHigh)
		if p.Tier >= 0 && p.Tier < len(s.Tiers) {
			u.Tier = s.Tiers[p.Tier].ID
		}
		switch s.Publication {
		case scheme.PublishBands:
		case scheme.PublishGroups:
			u.RankLow, u.RankHigh, u.Tied = p.RankLow, p.RankHigh, p.Tied
		default:
			u.Rank, u.RankLow, u.RankHigh, u.Tied = p.Rank, p.RankLow, p.RankHigh, p.Tied
		}
	}
	u.Nodes = make([]Figure, 0, len(p.Nodes))
	for i := range p.Nodes {
		u.Nodes = append(u.Nodes, w.figure(p, &p.Nodes[i]))
	}
	return u
}

func (w *drawer) figure(p *scoring.Placed, n *scoring.NodeScore) Figure {
	f := Figure{Node: n.ID, Known: n.Known, N: n.Estimate.N, Hits: n.Estimate.Hits, Weight: w.number(n.Weight), Reason: reason(n.Reason)}
	if n.Leaf && n.Estimate.Known {
		f.Value = w.number(n.Estimate.Number)
		f.Spread = w.spread(&n.Estimate.Spread)
	}
	if n.Known {
		f.Points = w.number(n.Points)
		if n.Leaf {
			f.Scored, f.Low, f.High = w.number(n.Scored), w.number(n.Low), w.number(n.High)
		}
	}
	if x, ok := p.Imported[n.ID]; ok && n.Leaf {
		f.Import = &Imported{AsOf: x.AsOf, Source: x.Source, Note: x.Note}
		if x.SE > 0 {
			f.Import.SE = w.number(x.SE)
		}
	}
	return f
}

// spread writes what matters of a kind. A value that does not vary has nothing to say.
func (w *drawer) spread(s *evaluation.Spread) *Spread {
	out := &Spread{Kind: string(s.Kind), Offset: w.number(s.Offset), Factor: w.number(s.Factor)}
	switch s.Kind {
	case evaluation.Fixed:
		return nil
	case evaluation.Binomial, evaluation.Poisson:
		out.Hits, out.N = w.number(s.Hits), w.number(s.N)
	case evaluation.Normal:
		out.Mean, out.SE = w.number(s.Mean), w.number(s.SE)
	case evaluation.Order:
		out.Q = w.number(s.Q)
		out.Histogram = make([]Bucket, 0, len(s.Histogram))
		for _, b := range slices.Sorted(maps.Keys(s.Histogram)) {
			out.Histogram = append(out.Histogram, Bucket{uint64(b), s.Histogram[b]})
		}
	default:
		w.err = cmp.Or(w.err, fmt.Errorf("nobody has said how the spread %q is written", s.Kind))
	}
	return out
}

func reason(r scoring.Reason) *Reason {
	if r.Code == "" {
		return nil
	}
	return &Reason{string(r.Code), r.Node, r.N, r.Minimum}
}

// Complete is the document of a revision as it is published: the draft, with the register of objections, the
// narratives and the steps.
func Complete(draft *Edition, r *Revision) (*Edition, error) {
	e := *draft
	e.Units = slices.Clone(draft.Units)
	var lost []error
	for _, code := range r.Narrated() {
		u, ok := e.Unit(code)
		if !ok {
			lost = append(lost, Refuse("有 %s 的文字说明，但期次 %s 中没有这个单位：请删去这段文字，或重新起草",
				"there is a narrative for %s, which is no unit of edition %s: set it empty, or draw the edition up again", clip(code, 60), e.Ref()))
			continue
		}
		u.Narratives = r.Narratives(code)
	}
	e.Objections = slices.Clone(r.Objections)
	for _, s := range r.Steps {
		step := Step{Sequence: s.Sequence, Action: s.Action, Draft: s.Draft, At: moment(s.At), By: s.By, Note: s.Note}
		switch s.Action {
		case Open:
			step.Until = s.Until.String()
		case Create, Redraw:
			step.Hash = s.Hash
		}
		e.Steps = append(e.Steps, step)
	}
	return &e, errors.Join(lost...)
}
