package dashboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// Workbench is what evaluators work with, who have no shell.
type Workbench interface {
	// Runs are the newest runs of the timetable, the newest first.
	Runs(ctx context.Context, limit int) ([]evaluation.Run, error)
	// Schemes are all versions of all schemes, by id, then the newest first.
	Schemes(ctx context.Context) ([]SchemeVersion, error)
	// Scheme is the scheme of a name, ID or ID@VERSION; nil if there is none. Callers do not modify it.
	Scheme(ctx context.Context, name string) (*scheme.Scheme, error)
	// AddScheme keeps a version of a scheme for good. It fails with scheme.Error if the text is wrong, and with
	// scheme.ErrTaken if its id and version stand for another text; adding the same text again changes nothing.
	AddScheme(ctx context.Context, by access.Person, text []byte) error
	// Rehearse judges a period by two schemes, by the same facts where both judge the same units. Nothing is kept.
	// Callers do not modify the results.
	Rehearse(ctx context.Context, before, after *scheme.Scheme, period calendar.Range) (was, is *scoring.Result, err error)
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
	{pattern: "GET /scheme/{name}/text", needs: access.Evaluate, serve: (*Dashboard).schemeText},
	{pattern: "GET /runs", needs: access.ReadRuns, page: (*Dashboard).runsPage},
}

// Bounds of what the workbench lists and reads.
const (
	shownRuns     = 200
	recentRuns    = 20 // on the workbench
	maxSchemeText = 1 << 20
)

// workbenchView is what the template of the workbench shows besides cards.
type workbenchView struct {
	Text      string   // of the scheme to check
	Name      string   // of the scheme, if it is one
	Problems  []string // what is wrong with it
	Refused   string   // why it was not added
	MayAdd    bool     // the reader sees all units
	TakesOver bool     // added, it judges the ranking
	Check     string   // where it is checked and added
	Rehearsal string   // where it is rehearsed
}

// workbench lists the schemes, checks one that is handed in without keeping it, and adds one.
func (d *Dashboard) workbench(p *page) error {
	if d.options.Workbench == nil {
		return errNotFound
	}
	p.Nav, p.Template, p.Quiet = "workbench", "workbench", true
	p.stand(workbenchRooms, "schemes")
	p.Kind, p.Title = label{Text: p.T("workbench.kind")}, label{Text: p.T("nav.workbench")}
	v := &workbenchView{
		MayAdd: p.person.Scope.All, Check: p.linkWith("/workbench", url.Values{}), Rehearsal: p.linkWith("/workbench/rehearsal", url.Values{}),
	}
	p.Part = v
	if p.request.Method == http.MethodPost {
		p.Plain = true // it answers a form, which cannot be asked again
		if err := v.answer(p); err != nil || p.Elsewhere != "" {
			return err
		}
	}
	p.add(card{ID: "schemes", Title: p.T("card.schemes"), Note: p.T("card.schemes.note"), Span: spanFull, Open: true}, p.listSchemes)
	runs := card{Note: p.T("card.runs.note")}
	if p.person.May(access.ReadRuns) {
		runs.More = &link{label: label{Text: p.T("runs.all")}, Href: p.linkWith("/runs", url.Values{})}
	}
	p.runsCard(runs, recentRuns)
	return nil
}

// answer checks the scheme of a form, and adds it if that is asked for.
func (v *workbenchView) answer(p *page) error {
	text, err := readSchemeForm(p.request)
	if err != nil {
		return err
	}
	s, problems := p.readScheme(text)
	v.Text, v.Problems = text, problems
	if s != nil {
		v.Name, v.TakesOver = p.schemeTitle(s), p.takesOver(s)
	}
	if p.request.PostForm.Get("do") != "add" {
		return nil
	}
	if !p.person.Scope.All {
		return errForbidden
	}
	if s == nil {
		p.Status = http.StatusUnprocessableEntity
		return nil
	}
	return v.add(p, s)
}

// add keeps a scheme and leads to its page.
func (v *workbenchView) add(p *page, s *scheme.Scheme) error {
	ctx, bench := p.request.Context(), p.dashboard.options.Workbench
	name := s.ID + "@" + s.Version
	there, err := bench.Scheme(ctx, name)
	switch {
	case err != nil:
		return err
	case there == nil:
	case there.Hash == s.Hash:
		p.Elsewhere = p.schemeLink(name)
		return nil
	default:
		v.refuse(p, s)
		return nil
	}
	if err := p.act("scheme.add", fmt.Sprintf("%s sha256:%x", name, s.Hash)); err != nil {
		return err
	}
	switch err := bench.AddScheme(ctx, p.person, s.Source); {
	case errors.Is(err, scheme.ErrTaken): // somebody else was faster
		v.refuse(p, s)
		return nil
	case err != nil:
		return fmt.Errorf("add scheme %s: %w", name, err)
	}
	p.Elsewhere = p.schemeLink(name)
	return nil
}

func (v *workbenchView) refuse(p *page, s *scheme.Scheme) {
	p.Status = http.StatusConflict
	v.Refused = p.T("workbench.taken", "Name", s.ID+"@"+s.Version)
}

// problemsView pairs what is wrong with a scheme with the page.
type problemsView struct {
	Page *page
	List []string
}

// ProblemsOf pairs what is wrong with a scheme with the page.
func (p *page) ProblemsOf(list []string) problemsView { return problemsView{p, list} }

// readSchemeForm is the text of a scheme out of a form.
func readSchemeForm(r *http.Request) (string, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxSchemeText+(64<<10))
	return formText(r, "scheme")
}

// readScheme reads a scheme, or says what is wrong with it.
func (p *page) readScheme(text string) (s *scheme.Scheme, problems []string) {
	s, err := scheme.Load([]byte(text))
	var wrong *scheme.Error
	switch {
	case err == nil:
		return s, nil
	case errors.As(err, &wrong):
		for _, problem := range wrong.Problems {
			problems = append(problems, problem.In(p.lang))
		}
	default:
		problems = []string{err.Error()}
	}
	return nil, problems
}

// takesOver reports whether the pages would rank by a scheme as soon as it is added: they go by the newest version of the
// default one.
func (*page) takesOver(s *scheme.Scheme) bool { return s != nil && s.ID == scheme.DefaultID }

func (p *page) schemeTitle(s *scheme.Scheme) string {
	return p.versionTitle(s.Name.In(p.lang), s.Version)
}

// versionTitle names a version of a scheme.
func (p *page) versionTitle(name, version string) string {
	return p.T("scheme.title", "Name", name, "Version", version)
}

func (p *page) schemeLink(name string) string {
	return p.linkWith("/scheme/"+url.PathEscape(name), url.Values{})
}

// formText is a field of a form, typed in or chosen as a file; whichever is not empty. What is typed in has the line
// ends of a file, which browsers send as two characters.
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
	return strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n"), nil
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
			{label: label{Text: cmp.Or(s.Name.In(p.lang), s.ID), Name: true}, Href: p.schemeLink(s.ID + "@" + s.Version)},
			text(s.Version),
			{label: label{Text: s.ID, Name: true}},
			text(added),
			{label: label{Text: by, Name: s.AddedAt != nil}},
			{label: label{Text: clipHash(s.Hash), Name: true}},
		})
	}
	return nil
}

// clipHash is the beginning of a hash, enough to tell two apart at a glance.
func clipHash(hash string) string {
	const most = 16
	if len(hash) <= most {
		return hash
	}
	return hash[:most] + "…"
}

// namedScheme is the scheme of an address.
func (d *Dashboard) namedScheme(ctx context.Context, name string) (*scheme.Scheme, error) {
	if d.options.Workbench == nil || len(name) > 200 {
		return nil, errNotFound
	}
	s, err := d.options.Workbench.Scheme(ctx, name)
	if err == nil && s == nil {
		err = errNotFound
	}
	return s, err
}

// schemeText sends a scheme as it was written.
func (d *Dashboard) schemeText(w http.ResponseWriter, r *http.Request) error {
	s, err := d.namedScheme(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/yaml; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+s.ID+"@"+s.Version+`.yaml"`) // ids are plain letters
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Length", strconv.Itoa(len(s.Source)))
	_, _ = w.Write(s.Source) // a reader who has gone away is no failure
	return nil
}

// schemeView is the page of a scheme besides its cards.
type schemeView struct {
	Words           string
	File, Rehearsal string // addresses of its text and of its rehearsal
}

// schemePage is one version of a scheme: what is measured, what it weighs, and who is judged by it.
func (d *Dashboard) schemePage(p *page) error {
	s, err := d.namedScheme(p.request.Context(), p.request.PathValue("name"))
	if err != nil {
		return err
	}
	p.Nav, p.Template, p.Quiet = "workbench", "scheme", true
	p.Kind, p.Title = label{Text: p.T("column.scheme")}, label{Text: s.Name.In(p.lang), Name: true}
	p.Crumbs = []link{{label: label{Text: p.T("nav.workbench")}, Href: p.linkWith("/workbench", url.Values{})}}
	p.Facets = []facet{
		{Term: p.T("column.version"), Value: label{Text: s.Version, Name: true}},
		{Term: p.T("column.identifier"), Value: label{Text: s.ID, Name: true}},
		{Term: "SHA-256", Value: label{Text: fmt.Sprintf("%x", s.Hash), Name: true}},
	}
	name := s.ID + "@" + s.Version
	p.Part = &schemeView{
		Words: s.Explain(p.lang), File: p.schemeLink(name) + "/text",
		Rehearsal: p.linkWith("/workbench/rehearsal", url.Values{keyRehearsed: {name}}),
	}
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
	p.runsCard(card{Note: p.T("runs.note")}, shownRuns)
	return nil
}

// runsCard lists the newest runs of the timetable. Why one failed is told at the machine, where the error text belongs.
func (p *page) runsCard(of card, limit int) {
	of.ID, of.Title, of.Span, of.Open = "runs", p.T("card.runs"), spanFull, true
	p.add(of, func(ctx context.Context, c *card) error {
		runs, err := p.dashboard.options.Workbench.Runs(ctx, limit)
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
