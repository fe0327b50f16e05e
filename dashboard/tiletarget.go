package dashboard

import (
	"slices"
	"strconv"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

// tileTarget is what a tile says about the target of its figure.
type tileTarget struct {
	None     string // that there is none; nothing else is said then
	Text     string // the target and its year
	Word     string // how the figure stands to it
	Shape    string // the same as the class of a shape; never a colour
	Document string // which document says so
}

// shapeOf is the shape of a standing.
var shapeOf = map[evaluation.Standing]string{
	evaluation.TargetReached: "full", evaluation.TargetMissed: "open", evaluation.TargetOpen: "half", evaluation.TargetUnknown: "none",
}

// targetUnit is the unit whose targets the page's tiles are set beside. There is none where the reader sees a part of
// the unit alone: what was promised for the whole is no target of the part.
func (p *page) targetUnit() (u namedUnit, ok bool) {
	switch s := p.subject; {
	case s.Window != "" || s.Item != "":
		return u, false
	case s.Hall != "":
		u = namedUnit{directory.KindHall, s.Hall}
	case s.Department != "":
		u = namedUnit{directory.KindDepartment, s.Department}
	case s.Region != "":
		u = namedUnit{directory.KindRegion, s.Region}
	default:
		if roots := p.dir.Roots(); len(roots) == 1 {
			u = namedUnit{directory.KindRegion, roots[0].Code}
		}
	}
	return u, u.Code != "" && p.owns(u)
}

// tileTarget is the target of a figure of the page's unit for the year in which the period ends; nil where targets are
// not known or cannot be set.
func (p *page) tileTarget(id string, v evaluation.Value) *tileTarget {
	if p.dashboard.options.Targets == nil {
		return nil
	}
	u, ok := p.targetUnit()
	at := slices.IndexFunc(tileTargets, func(i evaluation.TargetIndicator) bool { return i.ID == id })
	if !ok || at < 0 {
		return nil
	}
	year, _, _ := p.period.To.Date()
	t, ok := p.dashboard.options.Targets.Targets().Find(evaluation.TargetKey{Indicator: id, Kind: u.Kind, Unit: u.Code, Year: year})
	if !ok {
		return &tileTarget{None: p.T("target.none", "Year", strconv.Itoa(year))}
	}
	asOf := calendar.DayOf(p.dataTime(), p.zone)
	standing := tileTargets[at].Stand(t.Value, year, v, p.period.Range, asOf)
	value := tileTargets[at].FormatTarget(t.Value, p.lang)
	out := &tileTarget{
		Text: p.T("target.of", "Year", strconv.Itoa(year), "Value", value), Shape: shapeOf[standing],
		Document: p.T("target.document", "Year", strconv.Itoa(year), "Value", value, "Document", t.Document),
	}
	if standing != evaluation.TargetUnknown {
		out.Word = p.T("target." + string(standing))
	}
	return out
}

// tileTargets are the indicators of tiles that can have targets.
var tileTargets = evaluation.TargetIndicators()
