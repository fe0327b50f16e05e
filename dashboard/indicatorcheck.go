package dashboard

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"haochaping/calendar"
	"haochaping/evaluation/imported"
)

// Bounds of a file that is sent in.
const (
	maxUpload    = 64 << 20
	uploadMemory = 8 << 20 // the rest of it waits on disk
	uploadTime   = 5 * time.Minute
	maxSource    = 200 // characters
)

// uploadForm gives the file of a form to read, which is gone afterwards. It is errNoFile if none was chosen, and a
// http.MaxBytesError if the file is too large.
func uploadForm(w http.ResponseWriter, r *http.Request, field string, read func(name string, f io.Reader) error) (err error) {
	// Where the server cannot bound the time of a request, its size is bound still.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime))
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload+maxForm)
	if err := r.ParseMultipartForm(uploadMemory); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		if errors.Is(err, http.ErrNotMultipart) {
			return errNoFile
		}
		return errBadRequest
	}
	defer func() { err = errors.Join(err, r.MultipartForm.RemoveAll()) }()
	list := r.MultipartForm.File[field]
	if len(list) != 1 || list[0].Size == 0 {
		return errNoFile
	}
	f, err := list[0].Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return read(fileName(list[0]), f)
}

// fileName is what the sender calls a file, without its folders.
func fileName(h *multipart.FileHeader) string {
	return clip(strings.ToValidUTF8(path.Base(strings.ReplaceAll(h.Filename, `\`, "/")), "\uFFFD"), 200)
}

// checkIndicators reads the file of a form and says what is wrong with it, without importing anything.
func (d *Dashboard) checkIndicators(w http.ResponseWriter, r *http.Request) error {
	if d.options.Indicators == nil {
		return errNotFound
	}
	p := d.newPage(r)
	file := &upload{person: p.person.ID}
	err := uploadForm(w, r, "file", func(name string, f io.Reader) error {
		file.file = name
		file.values, file.problems = d.options.Indicators.Read(f, name, p.checkUnit)
		return nil
	})
	var tooLarge *http.MaxBytesError
	problem := ""
	switch {
	case errors.Is(err, errNoFile):
		problem = p.T("indicators.no_file")
	case errors.As(err, &tooLarge):
		problem = p.T("indicators.too_large", "MiB", maxUpload>>20)
	case err != nil:
		return err
	}
	if problem != "" {
		return d.refuseForm(w, r, func(p *page) error { return d.listIndicators(p, problem) })
	}
	if err := p.compareWithKnown(file); err != nil {
		return err
	}
	if imported.Fatal(file.problems) {
		file.values = nil
	}
	d.uploads.keep(file, p.now)
	redirect(w, r, p.linkWith("/workbench/indicators/check/"+file.token, url.Values{}))
	return nil
}

// checkUnit refuses units outside the scope of a reader who does not see all, in the same words as unknown ones, and
// writes the others by their code, so that a name means nobody else. Whoever sees all units may name any: what the
// directory lacks counts in schemes whose units are imported.
func (p *page) checkUnit(v *imported.Value) []imported.Fault {
	if p.ownsAll() {
		return nil
	}
	code, ok := p.codeNamed(v.Unit)
	if !ok {
		return []imported.Fault{{Field: "unit", Message: imported.UnknownUnit}}
	}
	v.Unit = code
	return nil
}

// compareWithKnown notes which units the directory lacks and which indicators no scheme has.
func (p *page) compareWithKnown(file *upload) error {
	schemes, err := p.indicatorSchemes()
	if err != nil {
		return err
	}
	leaves := importedLeaves(schemes)
	told := make(map[string]bool)
	note := func(to *[]string, name string, known func() bool) {
		if !told[name] {
			told[name] = true
			if !known() {
				*to = append(*to, name)
			}
		}
	}
	for i := range file.values {
		v := &file.values[i]
		note(&file.unused, v.Indicator, func() bool { _, ok := leaves[v.Indicator]; return ok })
		note(&file.unknown, v.Unit, func() bool { _, ok := p.codeNamed(v.Unit); return ok })
	}
	return nil
}

// checkView is what the template of a checked file shows besides cards.
type checkView struct {
	File       string
	Summary    string // what the file holds
	Verdict    string
	Fine       bool // it can be imported
	Blank      bool // nothing was filled in
	Warnings   string
	Notes      []string
	Action     string // address of the import
	Again      string // address of the page that takes another file
	NeedSource bool   // not all values name their source
	Source     string // as typed
	Problem    string // of the form
}

// checkedIndicators shows what is wrong with a file, cell by cell, or offers to import it.
func (d *Dashboard) checkedIndicators(p *page) error { return d.showCheck(p, "", "") }

func (d *Dashboard) showCheck(p *page, source, problem string) error {
	if d.options.Indicators == nil {
		return errNotFound
	}
	file := d.uploads.find(p.request.PathValue("token"), p.person.ID, p.now)
	if file == nil {
		return errNotFound
	}
	p.Nav, p.Template, p.Quiet = "workbench", "indicatorcheck", true
	p.stand(workbenchRooms, "indicators")
	p.Crumbs = []link{{label: label{Text: p.T("room.indicators")}, Href: p.linkWith("/workbench/indicators", url.Values{})}}
	p.Kind, p.Title = label{Text: p.T("indicators.check")}, label{Text: file.file, Name: true}
	v := &checkView{
		File: file.file, Fine: !imported.Fatal(file.problems) && len(file.values) > 0, Action: p.Path(), Source: source, Problem: problem,
		Again: p.linkWith("/workbench/indicators", url.Values{}), Summary: p.uploadSummary(file), NeedSource: lacksSource(file.values),
	}
	p.Part = v
	wrong := 0
	for i := range file.problems {
		if !file.problems[i].Warning {
			wrong++
		}
	}
	warnings := len(file.problems) - wrong
	switch {
	case wrong > 0:
		v.Verdict = p.T("indicators.wrong", "N", wrong, "Count", p.Int(uint64(wrong)))
	case v.Fine:
		v.Verdict = p.T("indicators.fine")
	default:
		v.Blank, v.Verdict = true, p.T("indicators.empty")
	}
	if warnings > 0 && !v.Blank {
		v.Warnings = p.T("indicators.warnings", "N", warnings, "Count", p.Int(uint64(warnings)))
	}
	if wrong == 0 {
		v.Notes = p.uploadNotes(file)
	}
	if len(file.problems) > 0 {
		p.add(card{ID: "problems", Title: p.T("indicators.problems"), Note: p.T("indicators.problems.note"), Span: spanFull, Open: true}, func(_ context.Context, c *card) error {
			p.problemTable(c, file.problems)
			return nil
		})
	}
	return nil
}

// uploadSummary says how many values a file holds, of how many indicators and units, as of which days.
func (p *page) uploadSummary(file *upload) string {
	if len(file.values) == 0 {
		return ""
	}
	units, indicators := make(map[string]bool), make(map[string]bool)
	days := calendar.Range{From: file.values[0].AsOf, To: file.values[0].AsOf}
	for i := range file.values {
		v := &file.values[i]
		units[v.Unit], indicators[v.Indicator] = true, true
		days.From, days.To = min(days.From, v.AsOf), max(days.To, v.AsOf)
	}
	return p.T("indicators.summary", "Values", p.Int(uint64(len(file.values))), "Indicators", p.Int(uint64(len(indicators))),
		"Units", p.Int(uint64(len(units))), "Days", p.Range(days))
}

// uploadNotes say what a file holds that counts for nobody now.
func (p *page) uploadNotes(file *upload) (notes []string) {
	for _, n := range []struct {
		id   string
		list []string
	}{{"indicators.unknown_units", file.unknown}, {"indicators.unused", file.unused}} {
		if len(n.list) > 0 {
			notes = append(notes, p.T(n.id, "N", len(n.list), "Count", p.Int(uint64(len(n.list))), "Names", p.firstOf(n.list)))
		}
	}
	return notes
}

// firstOf lists the first of some names.
func (p *page) firstOf(names []string) string {
	const most = 8
	shown := make([]string, 0, most)
	for _, name := range names[:min(most, len(names))] {
		shown = append(shown, clip(name, 60))
	}
	text := strings.Join(shown, p.T("list.and"))
	if len(names) > most {
		text += p.T("indicators.and_more")
	}
	return text
}

// lacksSource reports whether some values do not say where they come from.
func lacksSource(values []imported.Value) bool {
	return slices.ContainsFunc(values, func(v imported.Value) bool { return v.Source == "" })
}

// shownProblems bounds the table of problems.
const shownProblems = 2000

// problemTable lists problems: which cell, what is there, what is wanted. Those that keep the file out stand first.
func (p *page) problemTable(c *card, problems []imported.Problem) {
	c.Table = &table{Columns: []column{
		{Title: p.T("indicators.column.sheet")},
		{Title: p.T("indicators.column.cell")},
		{Title: p.T("indicators.column.field")},
		{Title: p.T("indicators.column.found")},
		{Title: p.T("indicators.column.wanted")},
		{Title: p.T("indicators.column.weight")},
	}}
	if len(problems) > shownProblems {
		c.Table.Note = p.T("shown_of", "Shown", shownProblems, "N", len(problems))
	}
	sorted := slices.Clone(problems)
	slices.SortStableFunc(sorted, func(a, b imported.Problem) int {
		return strings.Compare(strconv.FormatBool(a.Warning), strconv.FormatBool(b.Warning))
	})
	for _, problem := range sorted[:min(len(sorted), shownProblems)] {
		sheet, at, found := strings.Cut(problem.Cell, "!")
		if !found {
			sheet, at = p.None(), problem.Cell
		}
		if row, ok := strings.CutPrefix(at, "row "); ok {
			at = p.T("indicators.row", "Row", row)
		} else if _, err := strconv.Atoi(at); err == nil {
			at = p.T("indicators.row", "Row", at)
		}
		if at == "" {
			at = p.T("indicators.whole_file")
		}
		weight := p.T("indicators.must")
		if problem.Warning {
			weight = p.T("indicators.may")
		}
		field := p.None()
		if problem.Field != "" {
			field = imported.FieldName(problem.Field, p.lang)
		}
		there := label{Text: p.T("indicators.blank")}
		if problem.Found != "" {
			there = label{Text: problem.Found, Name: true}
		}
		c.Table.Rows = append(c.Table.Rows, []cell{
			{label: label{Text: sheet, Name: found}}, text(at), text(field), {label: there}, text(problem.In(p.lang)), {label: label{Text: weight}, Faint: problem.Warning},
		})
	}
}

// importIndicators keeps the values of a checked file, all or none.
func (d *Dashboard) importIndicators(w http.ResponseWriter, r *http.Request) error {
	if d.options.Indicators == nil {
		return errNotFound
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	p := d.newPage(r)
	file := d.uploads.find(r.PathValue("token"), p.person.ID, p.now)
	if file == nil || imported.Fatal(file.problems) || len(file.values) == 0 {
		return errNotFound
	}
	source := strings.TrimSpace(r.PostForm.Get("source"))
	problem := ""
	switch {
	case utf8.RuneCountInString(source) > maxSource || !utf8.ValidString(source):
		problem = p.T("indicators.source.long", "Most", maxSource)
	case source == "" && lacksSource(file.values):
		problem = p.T("indicators.source.needed")
	}
	if problem != "" {
		return d.refuseForm(w, r, func(p *page) error { return d.showCheck(p, clip(source, 4*maxSource), problem) })
	}
	values := slices.Clone(file.values)
	for i := range values {
		if values[i].Source == "" {
			values[i].Source = source
		}
	}
	if p.lost(values) {
		return errNotFound // the scope became narrower meanwhile
	}
	if err := p.act("indicator.import", strconv.Itoa(len(values))+" values of "+strings.Join(indicatorsOf(values), ", ")+"; "+cmp.Or(source, "–")); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), uploadTime)
	defer cancel()
	stored, err := d.options.Indicators.Import(ctx, values, p.person.ID)
	if err != nil {
		return err
	}
	d.uploads.drop(file.token)
	year, _, _ := values[0].AsOf.Date()
	redirect(w, r, p.linkWith("/workbench/indicators", url.Values{
		keyYear: {strconv.Itoa(year)}, "stored": {strconv.Itoa(stored)}, "known": {strconv.Itoa(len(values) - stored)},
	}))
	return nil
}

// indicatorsOf are the indicators of some values, as written, each once.
func indicatorsOf(values []imported.Value) (names []string) {
	seen := make(map[string]bool)
	for i := range values {
		if name := values[i].Indicator; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// lost reports whether a value is about a unit that the reader may not write for any more.
func (p *page) lost(values []imported.Value) bool {
	return slices.ContainsFunc(values, func(v imported.Value) bool { return len(p.checkUnit(&v)) > 0 })
}
