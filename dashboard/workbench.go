package dashboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"haochaping/access"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
)

// Workbench is what evaluators work with, who have no shell.
type Workbench interface {
	// Runs are the newest runs of the timetable, the newest first.
	Runs(ctx context.Context, limit int) ([]evaluation.Run, error)
	// Schemes are all versions of all schemes, by id, then the newest first.
	Schemes(ctx context.Context) ([]SchemeVersion, error)
	// Scheme is the scheme of a name, ID or ID@VERSION; nil if there is none. Callers do not modify it.
	Scheme(ctx context.Context, name string) (*scheme.Scheme, error)
}

// SchemeVersion is one version of a scheme that can be named.
type SchemeVersion struct {
	ID, Version string
	Name        scheme.Text // empty for one that can no longer be read
	Hash        string      // SHA-256 of its text, hexadecimal
	Bundled     bool        // comes with the product
	AddedAt     *time.Time  // nil of a bundled one
	AddedBy     string
}

// workbenchRoutes are the addresses of the evaluators' workbench, and of what the timetable did.
var workbenchRoutes = []route{
	{pattern: "GET /workbench", needs: access.Evaluate, page: (*Dashboard).workbench},
	{pattern: "POST /workbench", needs: access.Evaluate, page: (*Dashboard).workbench},
	{pattern: "GET /scheme/{name}", needs: access.Evaluate, page: (*Dashboard).schemePage},
	{pattern: "GET /runs", needs: access.ReadRuns, page: (*Dashboard).runsPage},
}

// Bounds of what the workbench lists and reads.
const (
	shownRuns     = 200
	maxSchemeText = 1 << 20
)

// workbenchView is what the template of the workbench shows besides cards.
type workbenchView struct {
	Text     string // of the scheme to check
	Checked  bool
	Name     string   // of the scheme, if it is one
	Problems []string // what is wrong with it
}

// workbench lists the schemes, and checks one that is handed in without keeping it.
func (d *Dashboard) workbench(p *page) error {
	if d.options.Workbench == nil {
		return errNotFound
	}
	p.Nav, p.Template, p.Quiet = "workbench", "workbench", true
	p.stand(workbenchRooms, "schemes")
	p.Kind, p.Title = label{Text: p.T("workbench.kind")}, label{Text: p.T("nav.workbench")}
	v := &workbenchView{}
	p.Part = v
	if p.request.Method == http.MethodPost {
		if err := v.check(p); err != nil {
			return err
		}
	}
	p.add(card{ID: "schemes", Title: p.T("card.schemes"), Note: p.T("card.schemes.note"), Span: spanFull, Open: true}, p.listSchemes)
	p.runsCard()
	return nil
}

// check reads the scheme of a form and says what is wrong with it.
func (v *workbenchView) check(p *page) error {
	p.request.Body = http.MaxBytesReader(nil, p.request.Body, maxSchemeText+(64<<10))
	text, err := formText(p.request, "scheme")
	if err != nil {
		return err
	}
	v.Text, v.Checked = text, true
	s, err := scheme.Load([]byte(text))
	var wrong *scheme.Error
	switch {
	case err == nil:
		v.Name = s.Name.In(p.lang) + " " + s.Version
	case errors.As(err, &wrong):
		for _, problem := range wrong.Problems {
			v.Problems = append(v.Problems, problem.String())
		}
	default:
		v.Problems = []string{err.Error()}
	}
	return nil
}

// formText is a field of a form, typed in or chosen as a file; whichever is not empty.
func formText(r *http.Request, name string) (string, error) {
	if err := r.ParseMultipartForm(maxSchemeText); err != nil {
		return "", fmt.Errorf("%w: %w", errBadRequest, err)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // what was kept in memory has no files
	if list := r.MultipartForm.File[name+"-file"]; len(list) > 0 && list[0].Size > 0 {
		f, err := list[0].Open()
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(io.LimitReader(f, maxSchemeText+1))
		if err := errors.Join(err, f.Close()); err != nil {
			return "", err
		}
		return strings.ToValidUTF8(string(text), "\uFFFD"), nil
	}
	return r.PostForm.Get(name), nil
}

func (p *page) listSchemes(ctx context.Context, c *card) error {
	list, err := p.dashboard.options.Workbench.Schemes(ctx)
	if err != nil || len(list) == 0 {
		c.Empty = err == nil
		return err
	}
	c.Table = &table{Columns: []column{
		{Title: p.T("column.scheme")},
		{Title: p.T("column.version")},
		{Title: p.T("column.identifier")},
		{Title: p.T("column.added")},
		{Title: p.T("column.added_by")},
		{Title: "SHA-256"},
	}}
	for _, s := range list {
		added, by := p.T("scheme.bundled"), p.None()
		if s.AddedAt != nil {
			added, by = p.Clock(*s.AddedAt, p.now), s.AddedBy
		}
		c.Table.Rows = append(c.Table.Rows, []cell{
			{label: label{Text: cmp.Or(s.Name.In(p.lang), s.ID), Name: true}, Href: p.linkWith("/scheme/"+url.PathEscape(s.ID+"@"+s.Version), url.Values{})},
			text(s.Version),
			{label: label{Text: s.ID, Name: true}},
			text(added),
			{label: label{Text: by, Name: s.AddedAt != nil}},
			{label: label{Text: s.Hash[:min(16, len(s.Hash))], Name: true}},
		})
	}
	return nil
}

// schemePage is one version of a scheme: what is measured, what it weighs, and who is judged by it.
func (d *Dashboard) schemePage(p *page) error {
	name := p.request.PathValue("name")
	if d.options.Workbench == nil || len(name) > 200 {
		return errNotFound
	}
	s, err := d.options.Workbench.Scheme(p.request.Context(), name)
	if err != nil {
		return err
	}
	if s == nil {
		return errNotFound
	}
	p.Nav, p.Template, p.Quiet = "workbench", "scheme", true
	p.Kind, p.Title = label{Text: p.T("column.scheme")}, label{Text: s.Name.In(p.lang), Name: true}
	p.Crumbs = []link{{label: label{Text: p.T("nav.workbench")}, Href: p.linkWith("/workbench", url.Values{})}}
	p.Facets = []facet{
		{Term: p.T("column.version"), Value: label{Text: s.Version, Name: true}},
		{Term: p.T("column.identifier"), Value: label{Text: s.ID, Name: true}},
		{Term: "SHA-256", Value: label{Text: fmt.Sprintf("%x", s.Hash), Name: true}},
	}
	p.Part = s.Explain(p.lang)
	p.add(card{ID: "weights", Title: p.T("card.weights"), Note: s.Note.In(p.lang), Span: spanFull, Open: true}, func(_ context.Context, c *card) error {
		c.Table = p.schemeTable(s)
		return nil
	})
	if len(s.Tiers) == 0 {
		return nil
	}
	p.add(card{ID: "tiers", Title: p.T("card.tiers"), Span: spanFull, Open: true}, func(_ context.Context, c *card) error {
		c.Table = &table{Columns: []column{{Title: p.T("ranking.tier")}, {Title: p.T("column.tier_from"), Number: true}}}
		for _, t := range s.Tiers {
			c.Table.Rows = append(c.Table.Rows, []cell{text(t.Name.In(p.lang)), text(p.axisText(t.From))})
		}
		return nil
	})
	return nil
}

// runsPage is what the timetable did.
func (d *Dashboard) runsPage(p *page) error {
	if d.options.Workbench == nil {
		return errNotFound
	}
	p.Nav, p.Template, p.Quiet = "runs", "workbench", true
	p.Kind, p.Title = label{Text: p.T("runs.kind")}, label{Text: p.T("nav.runs")}
	p.runsCard()
	return nil
}

// runsCard lists the newest runs of the timetable. Why one failed is told at the machine, where the error text belongs.
func (p *page) runsCard() {
	p.add(card{ID: "runs", Title: p.T("card.runs"), Note: p.T("card.runs.note"), Span: spanFull, Open: true}, func(ctx context.Context, c *card) error {
		runs, err := p.dashboard.options.Workbench.Runs(ctx, shownRuns)
		if err != nil || len(runs) == 0 {
			c.Empty = err == nil
			return err
		}
		c.Table = &table{Columns: []column{
			{Title: p.T("column.job")},
			{Title: p.T("column.started")},
			{Title: p.T("column.took"), Number: true},
			{Title: p.T("column.times"), Number: true},
			{Title: p.T("column.periods"), Number: true},
			{Title: p.T("column.rows"), Number: true},
			{Title: p.T("column.outcome")},
		}}
		for i := range runs {
			r := &runs[i]
			outcome := p.T("run.done")
			if r.Failure != "" {
				outcome = p.T("run.failed")
			}
			c.Table.Rows = append(c.Table.Rows, []cell{
				{label: p.jobName(r.Job)},
				text(p.Clock(r.Started, p.now)), text(p.Fixed(r.Took.Seconds(), 2)),
				text(p.Int(uint64(max(r.Times, 0)))), text(p.Int(uint64(max(r.Work.Periods, 0)))), text(p.Int(r.Work.Rows)), text(outcome),
			})
		}
		return nil
	})
}

// jobs are the jobs of the timetable that have a word of their own.
var jobs = []string{"days", "items", "evaluations"}

func (p *page) jobName(job string) label {
	for _, known := range jobs {
		if job == known {
			return label{Text: p.T("job." + job)}
		}
	}
	return label{Text: job, Name: true}
}
