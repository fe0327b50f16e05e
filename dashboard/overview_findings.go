package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"haochaping/evaluation/findings"
)

// Findings says what the figures of the last months show.
type Findings interface {
	// Findings are the latest that were drawn, the most important first, and when; ok is false before the first, with
	// an error if that failed. It does not wait for new ones. Callers do not modify the list.
	Findings(ctx context.Context) (list []findings.Finding, at time.Time, ok bool, err error)
}

// shownFindings is how many findings lead the overview.
const shownFindings = 3

// findingView is a finding as a card.
type findingView struct {
	Kind, Real, Text, Action string
	Severity                 string // for the class
	Noise                    bool
	Unit                     label
	Href                     string
}

// loadFindings reads the findings that the reader may know.
func (p *page) loadFindings(ctx context.Context) error {
	o := p.Overview
	if p.dashboard.options.Findings == nil {
		return nil
	}
	list, at, ok, err := p.dashboard.options.Findings.Findings(ctx)
	if o.FindingsBad = err != nil; o.FindingsBad {
		return fmt.Errorf("draw findings: %w", err)
	}
	o.FindingsKnown, o.FindingsWait = ok, !ok
	if !ok {
		return nil
	}
	o.FindingsAt = p.T("findings.at", "Time", p.Clock(at, p.now))
	mine := list
	if !p.person.Scope.All {
		mine = slices.DeleteFunc(slices.Clone(list), func(f findings.Finding) bool { return !p.maySee(&f) })
	}
	if p.Template == "wall" {
		mine = slices.DeleteFunc(slices.Clone(mine), aboutClerk)
	}
	for _, f := range findings.Lead(mine, shownFindings) {
		v := findingView{
			Kind: p.T("finding." + string(f.Kind)), Text: f.Text.In(p.lang), Action: f.Action.In(p.lang),
			Severity: f.Severity.String(), Noise: f.Noise, Real: p.T("finding.severity." + f.Severity.String()),
		}
		if f.Noise {
			v.Real = p.T("finding.noise")
		}
		if len(f.Units) > 0 {
			v.Unit, v.Href = p.findingUnit(&f.Units[0])
		}
		o.Findings = append(o.Findings, v)
	}
	return nil
}

// aboutClerk reports whether a finding is about a single clerk: on a wall such a one is shown to everybody in the room.
func aboutClerk(f findings.Finding) bool {
	return slices.ContainsFunc(f.Units, func(u findings.Unit) bool { return u.Kind == findings.Staff })
}

// maySee reports whether a finding is about nothing but units of the reader's scope. What is about no unit, or about a
// source or a device, is for those who may see everything; so is what names the finding that explains it.
func (p *page) maySee(f *findings.Finding) bool {
	return f.PartOf == "" && len(f.Units) > 0 && !slices.ContainsFunc(f.Units, func(u findings.Unit) bool { return !p.maySeeUnit(&u) })
}

func (p *page) maySeeUnit(u *findings.Unit) bool {
	switch u.Kind {
	case findings.Region:
		return p.seesRegion(u.Code)
	case findings.Department:
		dep, ok := p.dir.Department(u.Code)
		return ok && p.person.Scope.Allows(p.dir, dep.Region, dep.Code)
	case findings.Window:
		h, ok := p.dir.Hall(hallOf(u.Code))
		return ok && p.seesRegion(h.Region)
	default:
		return false
	}
}

// hallOf is the hall of a window's code hall/window.
func hallOf(code string) string {
	hall, _, _ := strings.Cut(code, "/")
	return hall
}

// findingUnit names the unit of a finding, and where its page is; some have none.
func (p *page) findingUnit(u *findings.Unit) (name label, href string) {
	name = label{Text: u.Label(p.lang), Name: true}
	switch u.Kind {
	case findings.Region:
		if _, ok := p.dir.Region(u.Code); ok {
			href = p.regionLink(u.Code)
		}
	case findings.Department:
		if _, ok := p.dir.Department(u.Code); ok {
			href = p.departmentLink(u.Code)
		}
	case findings.Window:
		hall, window, _ := strings.Cut(u.Code, "/")
		if _, ok := p.dir.Window(hall, window); ok {
			href = p.windowLink(hall, window)
		}
	default:
	}
	return name, href
}
