package dashboard

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"haochaping/evaluation"
)

// maxRows is how many units the page lists; files have all.
const maxRows = 500

// What can be ranked. One list never holds both.
const (
	byRegion     = "region"
	byDepartment = "department"
)

// contest is which units are ranked against each other.
type contest struct {
	By    string
	Level int    // of regions
	Line  string // of departments
}

// readContest reads it from an address; what cannot be read is the regions below the
// single root, or the roots where there are several.
func (p *page) readContest() contest {
	q := p.request.URL.Query()
	lines := p.dir.Lines()
	if q.Get("by") == byDepartment && len(lines) > 0 {
		line := q.Get("line")
		if !slices.Contains(lines, line) {
			line = lines[0]
		}
		return contest{By: byDepartment, Line: line}
	}
	level, err := strconv.Atoi(q.Get("level"))
	if err != nil || level < 1 || level > p.dir.MaxLevel() {
		level = 1
		if len(p.dir.RegionsAtLevel(1)) == 1 && p.dir.MaxLevel() > 1 {
			level = 2
		}
	}
	return contest{By: byRegion, Level: level}
}

// levelName is what a level of regions is called: the word most of them carry.
func (p *page) levelName(level int) label {
	counts := make(map[string]int)
	best := ""
	for _, r := range p.dir.RegionsAtLevel(level) {
		if r.Placeholder || r.LevelName == "" {
			continue
		}
		counts[r.LevelName]++
		if counts[r.LevelName] > counts[best] {
			best = r.LevelName
		}
	}
	if best == "" {
		return label{Text: p.T("level_number", "Number", level)}
	}
	return p.levelWord(best)
}

// levelWords are the usual names of levels in the languages of the pages, and what the
// messages call them.
var levelWords = map[string]string{
	"省": "province", "省级": "province", "province": "province",
	"市": "city", "市州": "city", "地级市": "city", "prefecture": "city", "city": "city",
	"大区": "macroregion", "macro-region": "macroregion", "州": "state", "state": "state",
	"县": "county", "区县": "county", "县区": "county", "county": "county",
	"镇": "township", "乡镇": "township", "乡镇街道": "township", "township": "township",
	"村": "village", "村社区": "village", "village": "village",
}

// levelWord is the name of a level for the reader: as the directory gives it where that
// is in the page's language, else ours for the same thing, else as it is.
func (p *page) levelWord(name string) label {
	id, ok := levelWords[strings.ToLower(name)]
	if latin := name != "" && name[0] < utf8.RuneSelf; ok && latin != (p.lang == English) {
		return label{Text: p.T("levelname." + id)}
	}
	if ok && p.lang == English {
		return label{Text: p.T("levelname." + id)}
	}
	return label{Text: name, Name: true}
}

// contestTitle says what is compared, as plain text for titles of files.
func (p *page) contestTitle(c contest) string {
	if c.By == byDepartment {
		return p.T("ranking.of_line", "Line", p.lineName(c.Line).Text)
	}
	return p.T("ranking.of_level", "Level", p.levelName(c.Level).Text)
}

// rank reads the facts of a contest and judges them.
func (p *page) rank(ctx context.Context, c contest) (evaluation.Ranking, error) {
	units := make(map[string]*evaluation.Unit)
	var order []string
	add := func(code, name, english string) {
		units[code] = &evaluation.Unit{Code: code, NameZH: name, NameEN: english}
		order = append(order, code)
	}
	q := evaluation.Query{By: evaluation.ByDepartment, From: p.period.From, To: p.period.To, Line: c.Line}
	if c.By == byRegion {
		q = evaluation.Query{By: evaluation.ByRegion, From: p.period.From, To: p.period.To, Level: c.Level}
		for _, r := range p.dir.RegionsAtLevel(c.Level) {
			if !r.Placeholder {
				add(r.Code, r.Name, r.NameEN)
			}
		}
	} else {
		for _, d := range p.dir.DepartmentsOfLine(c.Line) {
			add(d.Code, d.Name, d.NameEN)
		}
	}
	rows, err := p.facts(ctx, q)
	if err != nil {
		return evaluation.Ranking{}, err
	}
	for i := range rows {
		code := rows[i].Region
		if c.By == byDepartment {
			code = rows[i].Department
		}
		if code == "" && units[code] == nil {
			add("", p.T("unattributed"), p.T("unattributed"))
		}
		if u := units[code]; u != nil {
			u.Add(&rows[i].Facts)
		}
	}
	list := make([]evaluation.Unit, len(order))
	for i, code := range order {
		list[i] = *units[code]
	}
	return evaluation.Rank(p.dashboard.options.Scheme, list), nil
}

// rankingView is the ranking for the template.
type rankingView struct {
	Contest   contest
	Rows      []rankRow
	Unranked  []rankRow
	Parts     []rankColumn
	Scheme    evaluation.Scheme
	Tiers     []rankTier
	Hidden    int // units that only the files list
	All       int
	Failed    *failure
	CSV, XLSX string
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
	Rank   int
	Name   label
	Place  label // the region of a department
	Href   string
	Score  string
	Bar    string // width of the score's bar, 0 to 100
	Tier   string
	Class  string
	Values []rankValue
	Reason string
}

type rankValue struct {
	Text, N string
	Faint   bool
}

// ranking is the page that ranks regions of one level, or departments of one line.
func (d *Dashboard) ranking(p *page) error {
	c := p.readContest()
	p.Nav, p.Template, p.Quiet = "ranking", "ranking", true
	p.Kind = label{Text: p.T("ranking.kind")}
	p.Title = label{Text: p.T("nav.ranking")}
	v := &rankingView{Contest: c, Scheme: d.options.Scheme}
	p.Ranking = v
	choose := p.contestValues(c)
	v.CSV = p.linkWith("/ranking.csv", choose)
	if d.options.WriteRanking != nil {
		v.XLSX = p.linkWith("/ranking.xlsx", choose)
	}
	p.loaders = append(p.loaders, func(ctx context.Context) {
		err := guarded(ctx, func(ctx context.Context) error {
			r, err := p.rank(ctx, c)
			if err == nil {
				p.fillRanking(v, r)
			}
			return err
		})
		if err != nil {
			v.Failed = d.incident(p.request, "ranking failed", err)
		}
	})
	return nil
}

// contestValues are the choices of a contest, for addresses.
func (p *page) contestValues(c contest) url.Values {
	values := p.period.values()
	values.Set("by", c.By)
	if c.By == byDepartment {
		values.Set("line", c.Line)
	} else {
		values.Set("level", strconv.Itoa(c.Level))
	}
	return values
}

func (p *page) fillRanking(v *rankingView, r evaluation.Ranking) {
	for _, part := range r.Scheme.Parts {
		ind, _ := evaluation.IndicatorByID(part.Indicator)
		v.Parts = append(v.Parts, rankColumn{
			Name: ind.Name(p.lang), Help: ind.Wording(p.lang), Weight: p.T("ranking.weight", "Value", p.Fixed(part.Weight, 0)),
		})
	}
	for i, t := range r.Scheme.Tiers {
		tier := rankTier{Name: t.Name(p.lang), From: p.Fixed(t.Cutoff, 0), Class: tierClass(i)}
		for j := range r.Ranked {
			if r.Ranked[j].Tier.ID == t.ID {
				tier.Count++
			}
		}
		v.Tiers = append(v.Tiers, tier)
	}
	v.All = len(r.Ranked) + len(r.Unranked)
	shown := r.Ranked[:min(maxRows, len(r.Ranked))]
	rest := r.Unranked[:min(maxRows-len(shown), len(r.Unranked))]
	v.Hidden = v.All - len(shown) - len(rest)
	for i := range shown {
		v.Rows = append(v.Rows, p.rankRow(v.Contest, r.Scheme, &shown[i]))
	}
	for i := range rest {
		v.Unranked = append(v.Unranked, p.rankRow(v.Contest, r.Scheme, &rest[i]))
	}
}

func tierClass(i int) string { return "tier-" + strconv.Itoa(min(i+1, 5)) }

func (p *page) rankRow(c contest, s evaluation.Scheme, placed *evaluation.Placed) rankRow {
	row := rankRow{Rank: placed.Rank, Reason: placed.Reason.Text(p.lang)}
	switch {
	case placed.Code == "":
		row.Name, row.Href = label{Text: p.T("unattributed")}, p.link("/unattributed")
	case c.By == byDepartment:
		row.Name, row.Href = p.departmentName(placed.Code), p.departmentLink(placed.Code)
		if dep, ok := p.dir.Department(placed.Code); ok {
			row.Place = p.regionName(dep.Region)
		}
	default:
		row.Name, row.Href = p.regionName(placed.Code), p.regionLink(placed.Code)
	}
	if row.Reason == "" {
		row.Score = evaluation.FormatScore(placed.Score)
		row.Bar = strconv.FormatFloat(placed.Score, 'f', 1, 64)
		row.Tier = placed.Tier.Name(p.lang)
		row.Class = tierClass(slices.IndexFunc(s.Tiers, func(t evaluation.Tier) bool { return t.ID == placed.Tier.ID }))
	}
	for i := range placed.Scores {
		score := &placed.Scores[i]
		v := rankValue{Text: p.None(), Faint: !score.Known}
		if score.Value.Known {
			v.Text = p.valueText(score.Indicator, score.Value)
			v.N = p.Int(score.Value.N)
		}
		row.Values = append(row.Values, v)
	}
	return row
}

// Contests are the lists to choose from: one a level of regions, and the departments.
func (p *page) Contests() []labelledChoice {
	v, ok := p.Ranking.(*rankingView)
	if !ok {
		return nil
	}
	var out []labelledChoice
	for level := 1; level <= p.dir.MaxLevel(); level++ {
		if n := len(p.dir.RegionsAtLevel(level)); n < 2 {
			continue
		}
		c := contest{By: byRegion, Level: level}
		out = append(out, labelledChoice{label: p.levelName(level), Href: p.linkWith("/ranking", p.contestValues(c)), Current: v.Contest == c})
	}
	if lines := p.dir.Lines(); len(lines) > 0 {
		c := contest{By: byDepartment, Line: lines[0]}
		out = append(out, labelledChoice{
			label: label{Text: p.T("ranking.departments")}, Href: p.linkWith("/ranking", p.contestValues(c)), Current: v.Contest.By == byDepartment,
		})
	}
	return out
}

type labelledChoice struct {
	label
	Value   string // of an option
	Href    string
	Current bool
}

// LineChoices are the lines whose departments can be ranked; none for regions.
func (p *page) LineChoices() []labelledChoice {
	v, ok := p.Ranking.(*rankingView)
	if !ok || v.Contest.By != byDepartment {
		return nil
	}
	var out []labelledChoice
	for _, line := range p.dir.Lines() {
		out = append(out, labelledChoice{label: p.lineName(line), Value: line, Current: line == v.Contest.Line})
	}
	return out
}
