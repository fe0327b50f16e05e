package dashboard

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/evaluation/scheme"
)

// rehearsalRoutes are the addresses of seeing beforehand who would move under another scheme.
var rehearsalRoutes = []route{
	{pattern: "GET /workbench/rehearsal", needs: access.Evaluate, page: (*Dashboard).rehearsal},
	{pattern: "POST /workbench/rehearsal", needs: access.Evaluate, page: (*Dashboard).rehearsal},
}

// The parts of an address that say what is rehearsed: two schemes by their names, and a period by its.
const (
	keyBaseline   = "before"
	keyRehearsed  = "after"
	keyPeriodName = "period"
)

// rehearsalForm is the id of the form that a text is sent with.
const rehearsalForm = "rehearse"

// rehearsalView is a rehearsal for the template.
type rehearsalView struct {
	Text          string // of the scheme that is rehearsed, which nobody has added yet
	Before, After []labelledChoice
	Periods       []periodChoices
	Problems      []string // of the text
	Wrong         string   // what has to be chosen otherwise
	MayAdd        bool     // what was handed in can be added from here
	Add           string   // where
	TakesOver     bool     // and it then judges the ranking
	Sentence      string   // what comes of it
	About         string   // of which schemes and period
	Counts        []term
	Remarks       []string
	Failed        *failure
}

// periodChoices are the periods of one kind.
type periodChoices struct {
	Name    string
	Choices []labelledChoice
}

// rehearsal judges a period by two schemes and says who would move. A scheme that nobody has added is sent along with
// every question.
func (d *Dashboard) rehearsal(p *page) error {
	if d.options.Workbench == nil {
		return errNotFound
	}
	p.Nav, p.Template, p.Quiet = "workbench", "rehearsal", true
	p.stand(workbenchRooms, "schemes")
	p.Title = label{Text: p.T("rehearsal.title")}
	p.Crumbs = []link{{label: label{Text: p.T("nav.workbench")}, Href: p.linkWith("/workbench", url.Values{})}}
	v := &rehearsalView{}
	p.Part = v
	ask := p.request.URL.Query()
	if p.request.Method == http.MethodPost {
		p.Plain = true // it answers a form, which cannot be asked again
		var err error
		if v.Text, err = readSchemeForm(p.request); err != nil {
			return err
		}
		ask = p.request.PostForm
	}
	before, after, err := v.choose(p, ask)
	if err != nil {
		return err
	}
	name, period, known := p.rehearsedPeriod(ask.Get(keyPeriodName))
	v.Periods = p.periodChoices(name)
	switch {
	case !known:
		v.Wrong = p.T("rehearsal.bad_period", "Name", clip(name, 40))
	case before == nil || after == nil, ask.Get(keyBaseline) == "" && before.Hash == after.Hash:
		return nil // there is something to choose yet
	case before.Hash == after.Hash:
		v.Wrong = p.T("rehearsal.same")
	case !sameUnits(before.Units, after.Units):
		v.Wrong = p.T("rehearsal.other_units")
	}
	if v.Wrong != "" {
		p.Status = http.StatusUnprocessableEntity
		return nil
	}
	return v.show(p, before, after, name, period)
}

// show computes the rehearsal and puts its cards on the page.
func (v *rehearsalView) show(p *page, before, after *scheme.Scheme, name string, period calendar.Range) error {
	p.period = p.periodOf(period)
	r, err := p.dashboard.rehearse(p.request.Context(), p.Generation, p.person.ID, before, after, period)
	switch {
	case errors.Is(err, errRehearsing):
		v.Wrong = p.T("rehearsal.busy")
		p.Status = http.StatusTooManyRequests
		return nil
	case err != nil:
		v.Failed = p.dashboard.incident(p.request, "rehearsal failed", err, "before", before.ID, "after", after.ID)
		return nil
	}
	s := p.stage(r, before, after)
	v.tell(p, s)
	kept := url.Values{keyBaseline: {before.ID + "@" + before.Version}, keyRehearsed: {after.ID + "@" + after.Version}, keyPeriodName: {name}}
	p.movesCard(s, kept)
	p.comingsCard(s, kept)
	p.weightsCard(s, kept)
	if p.request.Method == http.MethodPost {
		for _, c := range p.Cards {
			c.csv = p.linkWith("/workbench/rehearsal", url.Values{"card": {c.ID}, "format": {"csv"}})
			c.form = rehearsalForm
		}
	}
	return nil
}

// choose reads which two schemes are meant, and lists those that there are; nil where one is missing. Without a word
// a scheme stands against the newest other version of itself, else against the default scheme.
func (v *rehearsalView) choose(p *page, ask url.Values) (before, after *scheme.Scheme, err error) {
	ctx, cancel := context.WithTimeout(p.request.Context(), p.dashboard.options.CardTimeout)
	defer cancel()
	list, err := p.dashboard.options.Workbench.Schemes(ctx)
	if err != nil {
		return nil, nil, err
	}
	list = slices.DeleteFunc(slices.Clone(list), func(s SchemeVersion) bool { return s.Name == (scheme.Text{}) })
	switch name := ask.Get(keyRehearsed); {
	case name != "":
		after, err = p.dashboard.namedScheme(ctx, name)
	case v.Text != "":
		if after, v.Problems = p.readScheme(v.Text); after == nil {
			p.Status = http.StatusUnprocessableEntity
		}
		v.TakesOver = p.takesOver(after)
		v.MayAdd, v.Add = after != nil && p.person.Scope.All, p.linkWith("/workbench", url.Values{})
	}
	if err != nil {
		return nil, nil, err
	}
	if name := cmp.Or(ask.Get(keyBaseline), against(list, after)); name != "" {
		if before, err = p.dashboard.namedScheme(ctx, name); err != nil {
			return nil, nil, err
		}
	}
	own := after
	if ask.Get(keyRehearsed) == "" {
		own = nil // the text is the choice
	}
	v.Before, v.After = p.schemeChoices(list, before), p.schemeChoices(list, own)
	return before, after, nil
}

// against is what a scheme is held against where nobody says.
func against(list []SchemeVersion, after *scheme.Scheme) string {
	for i := range list {
		if s := &list[i]; after != nil && s.ID == after.ID && s.Version != after.Version {
			return s.ID + "@" + s.Version
		}
	}
	return scheme.DefaultID
}

// schemeChoices are the versions of schemes by their names, with the id where two schemes have one name.
func (p *page) schemeChoices(list []SchemeVersion, chosen *scheme.Scheme) (out []labelledChoice) {
	for i := range list {
		s := &list[i]
		title := p.versionTitle(s.Name.In(p.lang), s.Version)
		if slices.ContainsFunc(list, func(o SchemeVersion) bool { return o.ID != s.ID && o.Name.In(p.lang) == s.Name.In(p.lang) }) {
			title += " · " + s.ID
		}
		out = append(out, labelledChoice{
			label: label{Text: title, Name: true}, Value: s.ID + "@" + s.Version,
			Current: chosen != nil && chosen.ID == s.ID && chosen.Version == s.Version,
		})
	}
	return out
}

// sameUnits reports whether two schemes judge units that can stand in one list.
func sameUnits(a, b scheme.Units) bool {
	return a.Kind == b.Kind && a.Level == b.Level && (a.Line == b.Line || a.Line == "" || b.Line == "")
}

// rehearsedPeriod reads the name of a period: a label such as 2026-Q3, or one of those that all pages know; without one
// it is the last month that has ended.
func (p *page) rehearsedPeriod(text string) (name string, r calendar.Range, ok bool) {
	name = cmp.Or(text, periodLast)
	if slices.Contains(periodKeys, name) {
		return name, readPeriod(url.Values{"p": {name}}, p.anchor()).Range, true
	}
	_, r, err := calendar.ParsePeriod(name)
	return name, r, err == nil && p.periodOf(r).Range == r // not every year is one of the pages
}

// periodOf is a period of some days; of days that no page shows it is another one.
func (p *page) periodOf(r calendar.Range) period {
	return readPeriod(url.Values{"p": {periodCustom}, "from": {r.From.String()}, "to": {r.To.String()}}, p.anchor())
}

// How many periods of each kind can be chosen: those that have ended, the newest first.
var periodsOffered = []struct {
	kind calendar.Kind
	n    int
}{{calendar.KindMonth, 12}, {calendar.KindQuarter, 6}, {calendar.KindHalf, 4}, {calendar.KindYear, 3}}

// periodChoices are the periods to choose from, and the one that is chosen.
func (p *page) periodChoices(chosen string) []periodChoices {
	last := labelledChoice{label: label{Text: p.T("period."+periodLast) + " · " + p.Range(calendar.Previous(calendar.KindMonth, p.anchor()))}, Value: periodLast, Current: chosen == periodLast}
	out := []periodChoices{{Choices: []labelledChoice{last}}}
	found := last.Current
	for _, o := range periodsOffered {
		group := periodChoices{Name: p.T("rehearsal.kind." + string(o.kind))}
		for r := calendar.Previous(o.kind, p.anchor()); len(group.Choices) < o.n; r = calendar.Previous(o.kind, r.From) {
			name := calendar.Label(o.kind, r.From)
			found = found || name == chosen
			group.Choices = append(group.Choices, labelledChoice{label: label{Text: name + " · " + p.Range(r)}, Value: name, Current: name == chosen})
		}
		out = append(out, group)
	}
	if !found {
		out[0].Choices = append(out[0].Choices, labelledChoice{label: label{Text: clip(chosen, 40), Name: true}, Value: chosen, Current: true})
	}
	return out
}
