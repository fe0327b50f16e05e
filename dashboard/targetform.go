package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"haochaping/evaluation"
)

// targetForm is a target as it is typed, with what is wrong with it by field.
type targetForm struct {
	Indicators                             []option
	Indicator, Unit, Year, Value, Document string
	Wrong                                  map[string]string // by the name of the field
	Stands                                 string            // the target in force that the form is about
}

// targetFormOf is the form for a unit and the indicator of the address, with the target in force.
func (p *page) targetFormOf(indicators []evaluation.TargetIndicator, u namedUnit, year int) targetForm {
	f := targetForm{Indicator: clip(p.request.URL.Query().Get(keyIndicator), 200), Unit: u.Code, Year: strconv.Itoa(year)}
	if u.Code == "" || !p.owns(u) {
		f.Unit = ""
		return f
	}
	t, ok := p.dashboard.options.Targets.Targets().Find(evaluation.TargetKey{Indicator: f.Indicator, Kind: u.Kind, Unit: u.Code, Year: year})
	if ok {
		indicator := indicatorOf(indicators, t.Indicator)
		value := indicator.FormatTarget(t.Value, p.lang)
		f.Stands = p.T("targets.stands", "Unit", p.unitLabel(u).Text, "Year", year, "Indicator", indicator.Name(p.lang), "Value", value, "Document", t.Document)
	}
	return f
}

// readTarget reads the form of a target; f.Wrong is empty if it is one.
func (p *page) readTarget(form url.Values, indicators []evaluation.TargetIndicator) (f targetForm, t evaluation.Target) {
	get := func(name string) string { return strings.TrimSpace(clip(form.Get(name), 1000)) }
	f = targetForm{
		Indicator: get(keyIndicator), Unit: get(keyUnit), Year: get(keyYear), Value: get("value"), Document: get("document"), Wrong: make(map[string]string),
	}
	p.readTargetKey(&f, &t, indicators)
	indicator := indicatorOf(indicators, f.Indicator)
	var err error
	if t.Value, err = indicator.ParseTarget(f.Value); err != nil && f.Wrong[keyIndicator] == "" {
		f.Wrong["value"] = p.T("targets.value." + valueHint(indicator))
	}
	t.Document = f.Document
	switch n := utf8.RuneCountInString(f.Document); {
	case n == 0:
		f.Wrong["document"] = p.T("targets.document.needed")
	case n > evaluation.MaxDocument || t.Check() != nil && len(f.Wrong) == 0:
		f.Wrong["document"] = p.T("targets.document.long", "Most", evaluation.MaxDocument)
	}
	return f, t
}

// readTargetKey reads what a target is about. A unit outside of the reader's scope is wrong as an unknown one is.
func (p *page) readTargetKey(f *targetForm, t *evaluation.Target, indicators []evaluation.TargetIndicator) {
	if !slices.ContainsFunc(indicators, func(i evaluation.TargetIndicator) bool { return i.ID == f.Indicator }) {
		f.Wrong[keyIndicator] = p.T("targets.indicator.unknown")
	}
	u, ok := p.unitNamed(f.Unit)
	if !ok {
		f.Wrong[keyUnit] = p.T("targets.unit.unknown")
	}
	year, err := strconv.Atoi(f.Year)
	if err != nil || year < evaluation.FirstTargetYear || year > evaluation.LastTargetYear {
		f.Wrong[keyYear] = p.T("targets.year.wrong", "First", strconv.Itoa(evaluation.FirstTargetYear), "Last", strconv.Itoa(evaluation.LastTargetYear))
	}
	t.TargetKey = evaluation.TargetKey{Indicator: f.Indicator, Kind: u.Kind, Unit: u.Code, Year: year}
}

// valueHints are the ways to write a value, each the end of a message.
var valueHints = []string{"percent", "seconds", "per100k", "level", "whole", "number"}

// valueHint is how the value of an indicator's target is written.
func valueHint(i evaluation.TargetIndicator) string {
	switch {
	case i.Yearly:
		return "whole"
	case slices.Contains(valueHints, string(i.Unit)):
		return string(i.Unit)
	}
	return "number"
}

// setTarget sets the target of a form.
func (d *Dashboard) setTarget(w http.ResponseWriter, r *http.Request) error {
	p, indicators, err := d.targetDesk(w, r)
	if err != nil {
		return err
	}
	f, t := p.readTarget(r.PostForm, indicators)
	if len(f.Wrong) > 0 {
		return d.refuseForm(w, r, func(p *page) error { return d.listTargets(p, &f) })
	}
	if err := p.act("target.set", fmt.Sprintf("%s %s %s %d: %s, %s", t.Indicator, t.Kind, t.Unit, t.Year, f.Value, t.Document)); err != nil {
		return err
	}
	return d.storeTarget(w, r, p, t, "set")
}

// removeTarget removes a target in force.
func (d *Dashboard) removeTarget(w http.ResponseWriter, r *http.Request) error {
	p, indicators, err := d.targetDesk(w, r)
	if err != nil {
		return err
	}
	f := targetForm{
		Indicator: clip(r.PostForm.Get(keyIndicator), 200), Unit: clip(r.PostForm.Get(keyUnit), 200), Year: clip(r.PostForm.Get(keyYear), 10),
		Document: strings.TrimSpace(r.PostForm.Get("document")), Wrong: make(map[string]string),
	}
	var t evaluation.Target
	p.readTargetKey(&f, &t, indicators)
	delete(f.Wrong, keyIndicator) // also one that no scheme has any more can be removed
	if _, there := d.options.Targets.Targets().Find(t.TargetKey); !there || len(f.Wrong) > 0 {
		return errNotFound
	}
	t.Removed, t.Document = true, f.Document
	if t.Check() != nil {
		f.Wrong["document"] = p.T("targets.document.long", "Most", evaluation.MaxDocument)
		return d.refuseForm(w, r, func(p *page) error { return d.listTargets(p, &f) })
	}
	if err := p.act("target.remove", fmt.Sprintf("%s %s %s %d: %s", t.Indicator, t.Kind, t.Unit, t.Year, cmp.Or(t.Document, "–"))); err != nil {
		return err
	}
	return d.storeTarget(w, r, p, t, "removed")
}

// targetDesk reads a form about a target, and which indicators there are.
func (d *Dashboard) targetDesk(w http.ResponseWriter, r *http.Request) (*page, []evaluation.TargetIndicator, error) {
	if d.options.Targets == nil {
		return nil, nil, errNotFound
	}
	if err := readForm(w, r); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.options.CardTimeout)
	defer cancel()
	indicators, err := d.options.Targets.Indicators(ctx)
	return d.newPage(r), indicators, err
}

func (d *Dashboard) storeTarget(w http.ResponseWriter, r *http.Request, p *page, t evaluation.Target, done string) error {
	ctx, cancel := context.WithTimeout(r.Context(), d.options.CardTimeout)
	defer cancel()
	if err := d.options.Targets.Store(ctx, []evaluation.Target{t}, p.person.ID); err != nil {
		return err
	}
	redirect(w, r, p.linkWith("/workbench/targets", url.Values{keyYear: {strconv.Itoa(t.Year)}, keyUnit: {t.Unit}, "done": {done}}))
	return nil
}
