package edition

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"haochaping/calendar"
	"haochaping/evaluation/scheme"
)

// Part is what one unit is given of a draft: its own figures, and of the others only how many they are and where
// their middle lies. It holds no name, code or figure of another unit.
type Part struct {
	Ref       Ref
	Draft     int
	Publisher string
	Period    Period
	Scheme    Name
	Version   string
	Hash      string       // of the draft
	Until     calendar.Day // last day for objections; 0 = not opened
	Unit      Unit
	Nodes     []Node
	Places    int // decimals of scores
	Tier      scheme.Text
	All       GroupFigures // all units of the edition
	Peers     GroupFigures // its peer group, where the scheme has groups
}

// GroupFigures is what a unit learns of a group.
type GroupFigures struct {
	Name   scheme.Text
	Size   int // units, also those without a rank
	Ranked int
	Score  Decimal            // median score of the ranked
	Points map[string]Decimal // median points by node, of those where it is known
}

// smallestGroup is the number of known values below which a median is left out: with two, it would give away the
// value of the other.
const smallestGroup = 3

// Parts are the extracts of a draft, one for each unit with a code, in the order of the document.
func Parts(e *Edition, hash string, until calendar.Day) []Part {
	all := groupFigures(e, scheme.Text{}, func(*Unit) bool { return true })
	peers := make(map[string]GroupFigures, len(e.Scheme.Groups))
	for _, g := range e.Scheme.Groups {
		peers[g.ID] = groupFigures(e, g.Name, func(u *Unit) bool { return u.Group == g.ID })
	}
	var list []Part
	for i := range e.Units {
		u := &e.Units[i]
		if u.Code == "" {
			continue
		}
		list = append(list, Part{
			Ref: e.Ref(), Draft: e.Draft, Publisher: e.Publisher, Period: e.Period, Scheme: Name{e.Scheme.ID, e.Scheme.Name},
			Version: e.Scheme.Version, Hash: hash, Until: until, Unit: *u, Nodes: e.Scheme.Nodes, Places: e.Scheme.Decimals,
			Tier: tierName(e, u.Tier).Name, All: all, Peers: peers[u.Group],
		})
	}
	return list
}

func groupFigures(e *Edition, name scheme.Text, in func(*Unit) bool) GroupFigures {
	g := GroupFigures{Name: name, Points: make(map[string]Decimal)}
	var scores []Decimal
	points := make(map[string][]Decimal)
	for i := range e.Units {
		u := &e.Units[i]
		if u.Code == "" || !in(u) {
			continue
		}
		g.Size++
		if u.Ranked() {
			g.Ranked++
			scores = append(scores, u.Score)
		}
		for j := range u.Nodes {
			if f := &u.Nodes[j]; f.Known {
				points[f.Node] = append(points[f.Node], f.Points)
			}
		}
	}
	g.Score = median(scores)
	for node, list := range points {
		if m := median(list); m != "" {
			g.Points[node] = m
		}
	}
	return g
}

// median is none of fewer than smallestGroup numbers.
func median(list []Decimal) Decimal {
	if len(list) < smallestGroup {
		return ""
	}
	slices.SortFunc(list, func(a, b Decimal) int { return cmp.Compare(number(a), number(b)) })
	low, high := list[(len(list)-1)/2], list[len(list)/2]
	m, err := decimal((number(low) + number(high)) / 2)
	if err != nil {
		return "" // two numbers of a document have a middle that can stand in one
	}
	return m
}

// Words is the extract as a text in Markdown, to be sent to the unit.
func (p *Part) Words(lang string) string {
	var b strings.Builder
	say := func(zh, en string, args ...any) { b.WriteString(sentence(lang, zh, en, args...) + "\n") }
	say("# %s：%s 评估结果（征求意见稿）\n", "# %s: results for %s (draft for objections)\n", Name{p.Unit.Code, p.Unit.Name}.In(lang), p.Period.Label)
	say("- 编号：%s，第 %d 稿", "- Number: %s, draft %d", p.Ref, p.Draft)
	say("- 方案：%s，版本 %s", "- Scheme: %s, version %s", p.Scheme.In(lang), p.Version)
	if p.Publisher != "" {
		say("- 发布单位：%s", "- Publisher: %s", p.Publisher)
	}
	say("- 评估期：%s 至 %s", "- Period: %s to %s", p.Period.From, p.Period.To)
	if p.Until != 0 {
		say("- 异议截止：%s（含当日）", "- Objections until: %s, that day included", p.Until)
	}
	say("- 草稿指纹（SHA-256）：%s\n", "- SHA-256 of the draft: %s\n", p.Hash)
	p.placeWords(say, lang)
	p.figureWords(&b, say, lang)
	return b.String()
}

func (p *Part) placeWords(say func(zh, en string, args ...any), lang string) {
	u := &p.Unit
	if !u.Ranked() {
		say("%s\n", "%s\n", ReasonText(u.Reason, lang))
		return
	}
	say("- 得分：%s（95%% 区间 %s 至 %s）", "- Score: %s (95%% interval %s to %s)",
		score(u.Score, p.Places, lang), score(u.ScoreLow, p.Places, lang), score(u.ScoreHigh, p.Places, lang))
	if u.Rank > 0 {
		say("- 得分名次：第 %d 名，共 %d 个参评单位", "- Rank: %d of %d ranked units", u.Rank, p.All.Ranked)
	}
	if u.RankLow > 0 {
		say("- 名次范围：第 %d–%d 名（由样本量推断）", "- Rank interval: %d to %d, inferred from sample size", u.RankLow, u.RankHigh)
	}
	if u.Tier != "" {
		say("- 档次：%s", "- Tier: %s", p.Tier.In(lang))
	}
	for _, g := range []GroupFigures{p.All, p.Peers} {
		if g.Size == 0 {
			continue
		}
		name := g.Name.In(lang)
		if name == "" {
			name = sentence(lang, "全部单位", "All units")
		}
		say("- %s：%d 个，其中 %d 个排名；得分中位数 %s", "- %s: %d, of which %d are ranked; median score %s", name, g.Size, g.Ranked, score(g.Score, p.Places, lang))
	}
	say("", "")
}

func (p *Part) figureWords(b *strings.Builder, say func(zh, en string, args ...any), lang string) {
	say("| 指标 | 数值 | 计分值 | 95%% 区间 | 分数 | 权重 | 中位分数 |", "| Indicator | Value | Scored | 95%% interval | Points | Weight | Median points |")
	b.WriteString("|---|---|---|---|---|---|---|\n")
	cell := func(text string) string { return strings.NewReplacer("|", "\\|", "\n", " ").Replace(text) }
	for i := range p.Unit.Nodes {
		f, n := &p.Unit.Nodes[i], p.Nodes[i]
		value, scored, interval := "", "", ""
		if n.Leaf {
			value = FigureText(n, *f, lang)
			if f.Reason != nil {
				value += " " + ReasonText(f.Reason, lang)
			}
			at := func(d Decimal) string {
				x := *f
				x.N, x.Value = 0, d
				return FigureText(n, x, lang)
			}
			if f.Known {
				scored, interval = at(f.Scored), at(f.Low)+" – "+at(f.High)
			}
		}
		middle := "–"
		if m, ok := p.All.Points[f.Node]; ok {
			middle = score(m, p.Places, lang)
		}
		points := "–"
		if f.Known {
			points = score(f.Points, p.Places, lang)
		}
		fmt.Fprintf(b, "| %s%s | %s | %s | %s | %s | %s%% | %s |\n", strings.Repeat("　", n.Depth-1), cell(n.Name.In(lang)), cell(value),
			cell(scored), cell(interval), points, score(f.Weight.percent(), 2, lang), middle)
	}
}

// percent is a share in per cent.
func (d Decimal) percent() Decimal {
	p, err := decimal(number(d) * 100)
	if err != nil {
		return ""
	}
	return p
}
