package dashboard

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// rankingView is the ranking for the template.
type rankingView struct {
	Contest   contest
	Rule      scoring.AnswerRule
	Within    string // only units of this region are shown, without ranks; '' = all
	WhatIf    string // says that this is not the ranking; empty if it is
	Narrowed  string // says why no ranks are shown, where they would be without the choice of a region
	Ranks     bool   // ranks and their ranges are shown
	Changes   bool   // a column says what changed since the edition before
	Scattered bool   // the reader sees some units alone: neither groups nor tiers say how many others there are
	Groups    []rankGroup
	Listed    []rankRow
	Leaves    []rankColumn
	Columns   int // of the whole table
	Tiers     []rankTier
	AxisLow   string // the scores at the two ends of the small range charts
	AxisHigh  string
	Hidden    int // units that only the files list
	All       int
	Rules     []string // how it is to be read
	Failed    *failure
	CSV, XLSX string
}

// rankGroup is units that stand together: those that cannot be told apart, or those of a tier.
type rankGroup struct {
	Text string // empty for a unit that stands alone
	Rows []rankRow
}

type rankColumn struct {
	Name, Help, Weight string
}

type rankTier struct {
	Name, From string
	Class      string
	Count      int
}

type rankRow struct {
	Rank   string
	Range  string
	Move   *rankMove
	Change *rankChange
	Name   label
	Place  label // the region of a department
	Href   string
	Score  string
	Spread string // the interval of the score
	Chart  *rankChart
	Tier   string
	Class  string
	Values []rankValue
	Reason string
}

// rankMove is how a rank differs from the one that counts.
type rankMove struct {
	Arrow, Text, Was string
}

// rankChange is how a unit stands against the edition before.
type rankChange struct {
	Arrow, Text string // of the rank, or of the score where no ranks are published
	By          string // by how much the score differs
	Score       string // the same in a sentence; '' where Text says it
	Sure        string // whether the difference is more than chance
	Moved       bool   // it is
}

// rankChart places a score and its interval in a box of 100 × 10.
type rankChart struct {
	Line string // path data of the interval with a stop at either end
	Dot  string // path data of the score
}

type rankValue struct {
	Text     string
	Spread   string // the interval
	N        string // the sample
	Measured string // as measured, where what is scored differs
	Faint    bool
}

func (p *page) fillRanking(v *rankingView, r rankingResults) {
	s := r.shown.Scheme
	v.WhatIf = export.RuleText(r.shown.Rule, p.lang)
	v.Ranks = export.Ranks(s) && v.Within == ""
	if v.Within != "" {
		v.Narrowed = p.T("ranking.narrowed", "Region", p.regionName(v.Within).Text)
	}
	v.Rules = slices.Concat(
		[]string{p.T("ranking.how.judged", "Name", s.Name.In(p.lang), "Version", s.Version)},
		export.Rules(r.shown, p.lang), []string{p.T("ranking.how.cells")})
	leaves := p.fillColumns(v, s)
	for i, n := range leaves {
		if n.ID == evaluation.ActiveRate {
			v.Leaves[i].Name = cmp.Or(p.assumedRate(r.shown.Rule), v.Leaves[i].Name)
		}
	}
	for i, t := range s.Tiers {
		tier := rankTier{Name: t.Name.In(p.lang), From: p.axisText(t.From), Class: tierClass(i)}
		for j := range r.shown.Ranked {
			if r.shown.Ranked[j].Tier == i {
				tier.Count++
			}
		}
		v.Tiers = append(v.Tiers, tier)
	}
	w := p.newRankWriter(v, r, leaves)
	ranked, listed := p.shownUnits(v, r.shown)
	v.All = len(ranked) + len(listed)
	ranked = ranked[:min(maxRows, len(ranked))]
	listed = listed[:min(maxRows-len(ranked), len(listed))]
	v.Hidden = v.All - len(ranked) - len(listed)
	w.groups(ranked)
	for _, placed := range listed {
		v.Listed = append(v.Listed, w.row(placed))
	}
}

// assumedRate is what the active rate is where other answers count as active; empty where none do.
func (p *page) assumedRate(rule scoring.AnswerRule) string {
	switch rule {
	case scoring.RuleDefaults:
		return p.T("rule.active_rate.with_defaults")
	case scoring.RuleSilence:
		return p.T("rule.active_rate.silence_is_5")
	default:
		return ""
	}
}

// fillColumns fills the columns of the indicators, and counts all columns.
func (p *page) fillColumns(v *rankingView, s *scheme.Scheme) []*scheme.Node {
	leaves, shares := export.Leaves(s)
	for i, n := range leaves {
		weight := p.T("ranking.weight", "Value", export.WeightText(shares[i]))
		if shares[i] == 0 {
			weight = p.T("ranking.unweighted")
		}
		v.Leaves = append(v.Leaves, rankColumn{Name: n.Name.In(p.lang), Help: n.Wording.In(p.lang), Weight: weight})
	}
	v.Columns = len(v.Leaves) + 2
	if len(s.Tiers) > 0 {
		v.Columns++
	}
	if v.Ranks {
		v.Columns += 2
	}
	if v.Changes {
		v.Columns++
	}
	return leaves
}

// shownUnits are the units of a result in the order in which they are shown: ranked ones as the scheme publishes
// them, in administrative order where only some are shown.
func (p *page) shownUnits(v *rankingView, r *scoring.Result) (ranked, listed []*scoring.Placed) {
	if export.Ranks(r.Scheme) {
		for i := range r.Ranked {
			ranked = append(ranked, &r.Ranked[i])
		}
	} else {
		ranked = export.Unordered(r)
	}
	for i := range r.Listed {
		listed = append(listed, &r.Listed[i])
	}
	if v.Within == "" {
		return ranked, listed
	}
	elsewhere := func(placed *scoring.Placed) bool { return !p.dir.Within(p.regionOf(v.Contest, placed.Code), v.Within) }
	ranked, listed = slices.DeleteFunc(ranked, elsewhere), slices.DeleteFunc(listed, elsewhere)
	slices.SortStableFunc(ranked, func(a, b *scoring.Placed) int { return a.Order - b.Order })
	return ranked, listed
}

// regionOf is the region of a unit of a contest.
func (p *page) regionOf(c contest, code string) string {
	if c.By != byDepartment {
		return code
	}
	dep, _ := p.dir.Department(code)
	return dep.Region
}

// score writes a score or points as the scheme rounds them.
func (p *page) score(s *scheme.Scheme, score float64) string { return p.Fixed(score, s.Decimals) }

func tierClass(i int) string { return "tier-" + strconv.Itoa(min(i+1, 5)) }

// rankWriter writes the rows of one ranking.
type rankWriter struct {
	page      *page
	view      *rankingView
	scheme    *scheme.Scheme
	leaves    []*scheme.Node
	published map[string]int // ranks under the rule that counts, 0 = none; nil where that is the one shown
	low, high float64        // scores at the ends of the small charts
	all       int            // ranked units, where the reader sees some of them alone

	contestant func(placed *scoring.Placed) contestant  // how a unit is shown
	change     func(placed *scoring.Placed) *rankChange // what changed since the edition before; nil where nothing is said
}

func (p *page) newRankWriter(v *rankingView, r rankingResults, leaves []*scheme.Node) *rankWriter {
	w := &rankWriter{page: p, view: v, scheme: r.shown.Scheme, leaves: leaves}
	w.contestant = func(placed *scoring.Placed) contestant { return p.contestant(v.Contest, placed.Code) }
	w.low, w.high = forestOf(r.shown).Axis()
	v.AxisLow, v.AxisHigh = p.axisText(w.low), p.axisText(w.high)
	if r.published != nil {
		w.published = make(map[string]int, len(r.published.Ranked))
		for i := range r.published.Ranked {
			w.published[r.published.Ranked[i].Code] = r.published.Ranked[i].Rank
		}
	}
	return w
}

// axisText writes an end of an axis, which is a round number.
func (p *page) axisText(v float64) string {
	text := p.Fixed(v, 2)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// groups fills the groups: units that cannot be told apart; tiers where the scheme publishes those alone; all
// together where only some are shown.
func (w *rankWriter) groups(ranked []*scoring.Placed) {
	class := func(placed *scoring.Placed) int {
		switch {
		case w.view.Within != "" || w.view.Scattered:
			return 0
		case w.scheme.Publication == scheme.PublishBands:
			return placed.Tier
		}
		return placed.Tied
	}
	for from := 0; from < len(ranked); {
		to := from + 1
		for to < len(ranked) && class(ranked[to]) == class(ranked[from]) {
			to++
		}
		g := rankGroup{Text: w.groupText(ranked[from], to-from)}
		for _, placed := range ranked[from:to] {
			g.Rows = append(g.Rows, w.row(placed))
		}
		w.view.Groups = append(w.view.Groups, g)
		from = to
	}
}

func (w *rankWriter) groupText(first *scoring.Placed, n int) string {
	switch {
	case w.view.Within != "" || w.view.Scattered:
		return ""
	case w.scheme.Publication == scheme.PublishBands:
		tier := export.TierName(w.scheme, first.Tier, w.page.lang)
		if tier == "" {
			tier = w.page.T("ranking.no_tier")
		}
		return w.page.T("ranking.band", "Tier", tier, "N", n)
	case w.scheme.Publication == scheme.PublishGroups:
		return w.page.T("ranking.group", "Group", first.Tied, "N", n)
	case n == 1:
		return ""
	}
	return w.page.T("ranking.tied", "N", n)
}

func (w *rankWriter) row(placed *scoring.Placed) rankRow {
	p := w.page
	unit := w.contestant(placed)
	row := rankRow{Reason: export.ReasonText(placed.Reason, w.scheme, p.lang), Name: unit.Name, Place: unit.Place, Href: unit.Href}
	if row.Reason == "" {
		row.Rank, row.Range = strconv.Itoa(placed.Rank), export.RankRange(placed, p.lang)
		if w.view.Scattered {
			row.Rank += " / " + strconv.Itoa(w.all)
		}
		row.Move = w.move(placed)
		row.Score = p.score(w.scheme, placed.Score)
		row.Spread = p.score(w.scheme, placed.ScoreLow) + "–" + p.score(w.scheme, placed.ScoreHigh)
		row.Chart = w.chart(placed)
		row.Tier, row.Class = export.TierName(w.scheme, placed.Tier, p.lang), tierClass(placed.Tier)
	}
	if w.change != nil {
		row.Change = w.change(placed)
	}
	for _, n := range w.leaves {
		row.Values = append(row.Values, p.rankValue(n, export.NodeOf(placed, n.ID)))
	}
	return row
}

// contestant is how a unit of a contest is shown.
type contestant struct {
	Name, Place label // the place of a department is its region
	Href        string
}

func (p *page) contestant(c contest, code string) contestant {
	switch {
	case code == "":
		return contestant{Name: label{Text: p.T("unattributed")}, Href: p.link("/unattributed")}
	case c.By == byDepartment:
		return contestant{Name: p.departmentName(code), Place: p.regionName(p.regionOf(c, code)), Href: p.departmentLink(code)}
	}
	return contestant{Name: p.regionName(code), Href: p.regionLink(code)}
}

// move compares a rank with the one that counts.
func (w *rankWriter) move(placed *scoring.Placed) *rankMove {
	if w.published == nil || !w.view.Ranks {
		return nil
	}
	was := w.published[placed.Code]
	m := &rankMove{Was: w.page.T("ranking.was", "Rank", was)}
	switch by := was - placed.Rank; {
	case was == 0:
		m.Text, m.Was = w.page.T("ranking.new"), w.page.T("ranking.was_none")
	case by > 0:
		m.Arrow, m.Text = "▲", strconv.Itoa(by)
	case by < 0:
		m.Arrow, m.Text = "▼", strconv.Itoa(-by)
	default:
		m.Arrow, m.Text = "=", ""
	}
	return m
}

func (w *rankWriter) chart(placed *scoring.Placed) *rankChart {
	x := func(score float64) string {
		return coordinate(2 + 96*(min(max(score, w.low), w.high)-w.low)/(w.high-w.low))
	}
	low, high := x(placed.ScoreLow), x(placed.ScoreHigh)
	return &rankChart{
		Line: "M" + low + " 2v6M" + high + " 2v6M" + low + " 5H" + high,
		Dot:  "M" + x(placed.Score) + " 5h0",
	}
}

// rankValue writes what one indicator says about a unit.
func (p *page) rankValue(n *scheme.Node, score *scoring.NodeScore) rankValue {
	if score == nil || !score.Estimate.Known {
		return rankValue{Text: p.None(), Faint: true}
	}
	v := rankValue{Text: p.valueOf(n.Unit, score.Estimate.Number), Faint: !score.Known}
	if score.Estimate.N > 0 {
		v.N = p.Int(score.Estimate.N)
	}
	if !score.Known {
		return v
	}
	if scored := p.valueOf(n.Unit, score.Scored); n.Shrink && scored != v.Text {
		v.Measured, v.Text = p.T("ranking.measured", "Value", v.Text), scored
	}
	if score.Low < score.High {
		v.Spread = p.interval(n.Unit, score.Low, score.High)
	}
	return v
}

// valueOf writes a number of a kind.
func (l locale) valueOf(unit evaluation.Kind, number float64) string {
	return l.Value(evaluation.Indicator{Unit: unit}, evaluation.Value{Number: number, Known: true})
}

// interval writes an interval, its unit once where both ends have the same.
func (l locale) interval(unit evaluation.Kind, low, high float64) string {
	from, to := l.valueOf(unit, low), l.valueOf(unit, high)
	if unit == evaluation.Seconds {
		from, to = evaluation.FormatDurations(low, high, l.lang)
	}
	number, word := apart(from)
	if _, other := apart(to); word != "" && word == other {
		from = number
	}
	return from + "–" + to
}
