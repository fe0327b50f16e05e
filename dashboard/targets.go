package dashboard

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"haochaping/access"
	"haochaping/evaluation"
)

// Targets are what was promised for an indicator of a unit in a year, with the document that says so.
type Targets interface {
	// Targets are those in force. It asks nobody and is called for every page with tiles; nil before any were read.
	Targets() *evaluation.Targets
	// Indicators are those that can have targets, each once.
	Indicators(ctx context.Context) ([]evaluation.TargetIndicator, error)
	// History is every version of the targets of a year; of each target the newest first.
	History(ctx context.Context, year int) ([]evaluation.Target, error)
	// Store keeps targets as new versions, all or none; afterwards Targets has them.
	Store(ctx context.Context, list []evaluation.Target, by string) error
}

// targetRoutes are the addresses of targets.
var targetRoutes = []route{
	{pattern: "GET /workbench/targets", needs: access.Evaluate, page: (*Dashboard).targets},
	{pattern: "POST /workbench/targets", needs: access.Evaluate, serve: (*Dashboard).setTarget},
	{pattern: "POST /workbench/targets/remove", needs: access.Evaluate, serve: (*Dashboard).removeTarget},
}

// keyIndicator is the part of an address that says which indicator the form is about.
const keyIndicator = "indicator"

// shownTargets bounds the lists.
const shownTargets = 1000

// targetView is what the template of targets shows besides cards.
type targetView struct {
	Form    targetForm
	Remove  string // address
	Done    string
	Years   []choice
	Unit    string // that the list is narrowed to, as typed
	Year    int
	Problem string // of the narrowing
}

// targets lists the targets of a year within the reader's scope, and sets one.
func (d *Dashboard) targets(p *page) error { return d.listTargets(p, nil) }

// listTargets lists targets, with a form as it was refused; of nil the form is what the address says.
func (d *Dashboard) listTargets(p *page, refused *targetForm) error {
	if d.options.Targets == nil {
		return errNotFound
	}
	ctx, cancel := context.WithTimeout(p.request.Context(), d.options.CardTimeout)
	defer cancel()
	indicators, err := d.options.Targets.Indicators(ctx)
	if err != nil {
		return err
	}
	p.Nav, p.Template, p.Quiet = "workbench", "targets", true
	p.stand(workbenchRooms, "targets")
	p.Kind, p.Title = label{Text: p.T("nav.workbench")}, label{Text: p.T("room.targets")}
	p.keep = append(p.keep, keyYear, keyUnit)
	v := &targetView{Year: p.listedYear(), Unit: strings.TrimSpace(clip(p.request.URL.Query().Get(keyUnit), 200)), Remove: d.base + "/workbench/targets/remove"}
	p.Part = v
	v.Years = p.years(v.Year)
	if done := p.request.URL.Query().Get("done"); done == "set" || done == "removed" {
		v.Done = p.T("targets.done." + done)
	}
	only, narrowed := namedUnit{}, v.Unit != ""
	if narrowed {
		var ok bool
		if only, ok = p.unitNamed(v.Unit); !ok {
			v.Problem = p.T("targets.unit.unknown")
		}
	}
	if refused != nil {
		v.Form = *refused
	} else {
		v.Form = p.targetFormOf(indicators, only, v.Year)
	}
	v.Form.Indicators = p.targetOptions(indicators, v.Form.Indicator)
	keep := func(t *evaluation.Target) bool {
		u := namedUnit{t.Kind, t.Unit}
		return t.Year == v.Year && (!narrowed || u == only) && p.owns(u)
	}
	p.add(card{
		ID: "targets", Title: p.T("targets.list", "Year", v.Year), Note: p.T("targets.list.note"), Span: spanFull, Open: true,
		EmptyText: p.T("targets.none", "Year", v.Year),
	}, func(_ context.Context, c *card) error {
		p.targetTable(c, slices.DeleteFunc(slices.Clone(d.options.Targets.Targets().All()), func(t evaluation.Target) bool { return !keep(&t) }), indicators, false)
		return nil
	})
	p.add(card{ID: "history", Title: p.T("targets.history"), Note: p.T("targets.history.note"), Span: spanFull, EmptyText: p.T("targets.history.none", "Year", v.Year)},
		func(ctx context.Context, c *card) error {
			list, err := d.options.Targets.History(ctx, v.Year)
			if err != nil {
				return err
			}
			list = slices.DeleteFunc(list, func(t evaluation.Target) bool { return !keep(&t) })
			slices.SortStableFunc(list, func(a, b evaluation.Target) int { return cmp.Compare(b.Version, a.Version) })
			p.targetTable(c, list, indicators, true)
			return nil
		})
	return nil
}

// targetOptions are the indicators to choose from, with which way is better.
func (p *page) targetOptions(indicators []evaluation.TargetIndicator, chosen string) (list []option) {
	for _, i := range indicators {
		way := p.T("targets.higher")
		if i.Direction == evaluation.LowerIsBetter {
			way = p.T("targets.lower")
		}
		list = append(list, option{Value: i.ID, Text: i.Name(p.lang) + p.T("targets.way", "Way", way), Chosen: i.ID == chosen})
	}
	return list
}

// targetTable lists targets; of a history with what became of each.
func (p *page) targetTable(c *card, list []evaluation.Target, indicators []evaluation.TargetIndicator, history bool) {
	if len(list) == 0 {
		c.Empty = true
		return
	}
	c.Table = &table{Columns: []column{
		{Title: p.T("targets.column.unit")},
		{Title: p.T("targets.column.kind")},
		{Title: p.T("targets.column.indicator")},
		{Title: p.T("targets.column.value"), Number: true},
		{Title: p.T("targets.column.document")},
		{Title: p.T("targets.column.at")},
		{Title: p.T("targets.column.by")},
	}}
	if len(list) > shownTargets {
		c.Table.Note = p.T("shown_of", "Shown", shownTargets, "N", len(list))
	}
	for i := range list[:min(len(list), shownTargets)] {
		t := &list[i]
		indicator := indicatorOf(indicators, t.Indicator)
		name := cell{label: label{Text: indicator.Name(p.lang), Name: indicator.NameZH == ""}}
		value := text(p.T("targets.removed"))
		if !t.Removed {
			value = text(indicator.FormatTarget(t.Value, p.lang))
		}
		if !history {
			name.Href = p.linkWith("/workbench/targets", url.Values{
				keyYear: {strconv.Itoa(t.Year)}, keyUnit: {t.Unit}, keyIndicator: {t.Indicator},
			}) + "#card-form"
		}
		u := namedUnit{t.Kind, t.Unit}
		c.Table.Rows = append(c.Table.Rows, []cell{
			{label: p.unitLabel(u)},
			text(p.T("search.kind." + string(t.Kind))), name, value,
			{label: label{Text: cmp.Or(t.Document, p.None()), Name: t.Document != ""}},
			text(p.Clock(t.At, p.now)),
			{label: label{Text: t.By, Name: true}},
		})
	}
}

// indicatorOf is the indicator of an id; one that no scheme has any more is called by its id.
func indicatorOf(indicators []evaluation.TargetIndicator, id string) evaluation.TargetIndicator {
	if at := slices.IndexFunc(indicators, func(i evaluation.TargetIndicator) bool { return i.ID == id }); at >= 0 {
		return indicators[at]
	}
	return evaluation.TargetIndicator{ID: id, NameEN: id, Unit: evaluation.Number}
}
