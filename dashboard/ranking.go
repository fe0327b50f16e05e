package dashboard

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"haochaping/directory"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
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

// units are the units of a contest as a scheme names them.
func (c contest) units() scheme.Units {
	if c.By == byDepartment {
		return scheme.Units{Kind: scheme.UnitDepartment, Line: c.Line}
	}
	return scheme.Units{Kind: scheme.UnitRegion, Level: c.Level}
}

// readContest reads it from an address; what cannot be read is the regions below the
// single root, or the roots where there are several.
func (p *page) readContest() contest {
	q := p.request.URL.Query()
	lines := p.lines()
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

// The parts of an address that say how a ranking is looked at.
const (
	keyRule   = "rule"
	keyWithin = "within"
)

// answerRules are the rules of answers, the one that counts first.
var answerRules = []scoring.AnswerRule{scoring.RuleActive, scoring.RuleDefaults, scoring.RuleSilence}

// readRule reads which answers count as ratings; what cannot be read is the rule that counts.
func (p *page) readRule() scoring.AnswerRule {
	rule := scoring.AnswerRule(p.request.URL.Query().Get(keyRule))
	if !slices.Contains(answerRules, rule) {
		return scoring.RuleActive
	}
	return rule
}

// readWithin reads the region whose units alone are shown; ” = all.
func (p *page) readWithin(c contest) string {
	within := p.request.URL.Query().Get(keyWithin)
	for _, r := range p.filters(c) {
		if r.Code == within {
			return within
		}
	}
	return ""
}

// lines are the lines of the departments that the reader sees.
func (p *page) lines() []string {
	if p.person.Scope.All {
		return p.dir.Lines()
	}
	own := make(map[string]bool)
	for _, dep := range p.dir.Departments() {
		if dep.Line != "" && !own[dep.Line] && p.may(directory.KindDepartment, dep.Code) {
			own[dep.Line] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(p.dir.Lines()), func(line string) bool { return !own[line] })
}

// filters are the regions that a list can be narrowed to: those of the first level with several that the reader sees,
// above the units.
func (p *page) filters(c contest) []directory.Region {
	for level := 1; level <= p.dir.MaxLevel() && (c.By == byDepartment || level < c.Level); level++ {
		regions := slices.DeleteFunc(slices.Clone(p.dir.RegionsAtLevel(level)), func(r directory.Region) bool { return r.Placeholder || !p.sees(r.Code) })
		if len(regions) > 1 {
			return regions
		}
	}
	return nil
}

// contestTitle says what is compared, as plain text for titles of files.
func (p *page) contestTitle(c contest) string {
	if c.By == byDepartment {
		return p.T("ranking.of_line", "Line", p.lineName(c.Line).Text)
	}
	return p.T("ranking.of_level", "Level", p.levelName(c.Level).Text)
}

// judge judges a contest by a rule of answers. Units are judged among all; a reader with a narrow scope is handed the
// own ones.
func (p *page) judge(ctx context.Context, c contest, rule scoring.AnswerRule) (*scoring.Result, error) {
	r, err := p.dashboard.facts.judge(ctx, p.wanted, judgement{c.units(), p.period.Range, rule})
	if err != nil || p.person.Scope.All {
		return r, err
	}
	return r.Only(func(code string) bool {
		if c.By == byDepartment {
			return p.may(directory.KindDepartment, code)
		}
		return p.person.Scope.Allows(p.dir, code, "")
	}), nil
}

// ranking is the page that ranks regions of one level, or departments of one line.
func (d *Dashboard) ranking(p *page) error {
	c := p.readContest()
	p.Nav, p.Template, p.Quiet = "ranking", "ranking", true
	p.Kind = label{Text: p.T("ranking.kind")}
	p.Title = label{Text: p.T("nav.ranking")}
	v := &rankingView{Contest: c, Rule: p.readRule(), Within: p.readWithin(c)}
	p.Part = v
	choose := v.ruled(p.contestValues(c))
	v.CSV, v.XLSX = p.linkWith("/ranking.csv", choose), p.linkWith("/ranking.xlsx", choose)
	results := sync.OnceValues(func() (r rankingResults, err error) {
		ctx, cancel := context.WithTimeout(p.request.Context(), d.options.CardTimeout)
		defer cancel()
		if r.shown, err = p.judge(ctx, c, v.Rule); err != nil || v.Rule == scoring.RuleActive {
			return r, err
		}
		r.published, err = p.judge(ctx, c, scoring.RuleActive)
		return r, err
	})
	p.loaders = append(p.loaders, func(ctx context.Context) {
		err := guarded(ctx, func(ctx context.Context) error {
			r, err := results()
			if err == nil {
				p.fillRanking(v, r)
				err = p.loadBreakNotes(ctx)
			}
			return err
		})
		if err != nil {
			v.Failed = d.incident(p.request, "ranking failed", err)
		}
	})
	p.scoresCard(v, results)
	p.schemeCard(results)
	return nil
}

// rankingResults are what a ranking page shows.
type rankingResults struct {
	shown     *scoring.Result
	published *scoring.Result // of the rule that counts, where another one is shown; else nil
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

// Contests are the lists to choose from: one a level of regions, and the departments.
func (p *page) Contests() []labelledChoice {
	v, ok := p.Part.(*rankingView)
	if !ok {
		return nil
	}
	var out []labelledChoice
	for level := 1; level <= p.dir.MaxLevel(); level++ {
		if n := len(p.dir.RegionsAtLevel(level)); n < 2 {
			continue
		}
		c := contest{By: byRegion, Level: level}
		out = append(out, labelledChoice{label: p.levelName(level), Href: p.linkWith("/ranking", v.ruled(p.contestValues(c))), Current: v.Contest == c})
	}
	if lines := p.lines(); len(lines) > 0 {
		c := contest{By: byDepartment, Line: lines[0]}
		out = append(out, labelledChoice{
			label: label{Text: p.T("ranking.departments")}, Href: p.linkWith("/ranking", v.ruled(p.contestValues(c))), Current: v.Contest.By == byDepartment,
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
	v, ok := p.Part.(*rankingView)
	if !ok || v.Contest.By != byDepartment {
		return nil
	}
	var out []labelledChoice
	for _, line := range p.lines() {
		out = append(out, labelledChoice{label: p.lineName(line), Value: line, Current: line == v.Contest.Line})
	}
	return out
}

// ruled adds the rule of answers to the choices of an address, unless it is the one that counts.
func (v *rankingView) ruled(values url.Values) url.Values {
	if v.Rule != scoring.RuleActive {
		values.Set(keyRule, string(v.Rule))
	}
	return values
}

// RuleChoices are the rules of answers to choose from.
func (p *page) RuleChoices() []labelledChoice {
	v, ok := p.Part.(*rankingView)
	if !ok {
		return nil
	}
	var out []labelledChoice
	for _, rule := range answerRules {
		out = append(out, labelledChoice{
			label: label{Text: p.T("rule." + string(rule))}, Value: string(rule), Current: rule == v.Rule,
			Href: p.here(func(values url.Values) {
				values.Del(keyRule)
				if rule != scoring.RuleActive {
					values.Set(keyRule, string(rule))
				}
			}),
		})
	}
	return out
}

// WithinChoices are the regions that the list can be narrowed to.
func (p *page) WithinChoices() []labelledChoice {
	v, ok := p.Part.(*rankingView)
	if !ok {
		return nil
	}
	regions := p.filters(v.Contest)
	if len(regions) == 0 {
		return nil
	}
	out := []labelledChoice{{label: label{Text: p.T("ranking.everywhere")}, Current: v.Within == ""}}
	for _, r := range regions {
		out = append(out, labelledChoice{label: p.regionName(r.Code), Value: r.Code, Current: r.Code == v.Within})
	}
	return out
}
