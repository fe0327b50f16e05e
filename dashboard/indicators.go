package dashboard

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/evaluation/imported"
	"haochaping/evaluation/scheme"
)

// Indicators are the indicators that ratings cannot give, imported by evaluators.
type Indicators interface {
	// Schemes are the newest versions of those schemes that have imported indicators, by id. Callers do not modify them.
	Schemes(ctx context.Context) ([]*scheme.Scheme, error)
	// Template writes the workbook to fill in for a scheme, with those of its units that keep reports.
	Template(ctx context.Context, s *scheme.Scheme, lang string, keep func(code string) bool, w io.Writer) error
	// Read reads a workbook or a CSV file, whose name tells which; check is as in [imported.ReadChecked].
	Read(r io.Reader, name string, check func(*imported.Value) []imported.Fault) ([]imported.Value, []imported.Problem)
	// Import keeps all values or none; stored is how many were not known already.
	Import(ctx context.Context, values []imported.Value, by string) (stored int, err error)
	// History is every version of the values as of some days, by indicator, unit and day; of each the newest first.
	History(ctx context.Context, within calendar.Range) ([]imported.Stored, error)
}

// indicatorRoutes are the addresses of imported indicators.
var indicatorRoutes = []route{
	{pattern: "GET /workbench/indicators", needs: access.Evaluate, page: (*Dashboard).indicators},
	{pattern: "POST /workbench/indicators", needs: access.Evaluate, serve: (*Dashboard).checkIndicators},
	{pattern: "GET /workbench/indicators/template.xlsx", needs: access.Evaluate, serve: (*Dashboard).indicatorTemplate},
	{pattern: "GET /workbench/indicators/check/{token}", needs: access.Evaluate, page: (*Dashboard).checkedIndicators},
	{pattern: "POST /workbench/indicators/check/{token}", needs: access.Evaluate, serve: (*Dashboard).importIndicators},
}

// keyYear is the part of an address that says of which year something is listed.
const keyYear = "year"

// indicatorView is what the template of imported indicators shows besides cards.
type indicatorView struct {
	Schemes  []option
	Template string // address
	Problem  string // why the file was not read
	Done     string // what was imported just now
	Years    []choice
}

// option is an entry of a list to choose from.
type option struct {
	Value, Text string
	Chosen      bool
}

// indicators lists what was imported, and takes a file.
func (d *Dashboard) indicators(p *page) error { return d.listIndicators(p, "") }

func (d *Dashboard) listIndicators(p *page, problem string) error {
	if d.options.Indicators == nil {
		return errNotFound
	}
	p.Nav, p.Template, p.Quiet = "workbench", "indicators", true
	p.stand(workbenchRooms, "indicators")
	p.Kind, p.Title = label{Text: p.T("nav.workbench")}, label{Text: p.T("room.indicators")}
	p.keep = append(p.keep, keyYear)
	v := &indicatorView{Template: d.base + "/workbench/indicators/template.xlsx", Problem: problem}
	p.Part = v
	q := p.request.URL.Query()
	if stored, err := strconv.ParseUint(q.Get("stored"), 10, 32); err == nil {
		known, _ := strconv.ParseUint(q.Get("known"), 10, 32)
		v.Done = p.T("indicators.done", "Stored", p.Int(stored), "Known", p.Int(known))
	}
	year := p.listedYear()
	v.Years = p.years(year)
	schemes, err := p.indicatorSchemes()
	if err != nil {
		return err
	}
	for _, s := range schemes {
		v.Schemes = append(v.Schemes, option{Value: s.ID + "@" + s.Version, Text: p.schemeTitle(s)})
	}
	p.add(card{
		ID: "imported", Title: p.T("indicators.list", "Year", year), Note: p.T("indicators.list.note"), Span: spanFull, Open: true,
		EmptyText: p.T("indicators.none", "Year", year),
	}, func(ctx context.Context, c *card) error { return p.importedTable(ctx, c, schemes, year) })
	return nil
}

// listedYear is the year that the address asks for; else that of today.
func (p *page) listedYear() int {
	if year, err := strconv.Atoi(p.request.URL.Query().Get(keyYear)); err == nil && year >= 1900 && year < 2200 {
		return year
	}
	year, _, _ := calendar.DayOf(p.now, p.zone).Date()
	return year
}

// years are the years around today to choose from, with the one that is shown.
func (p *page) years(shown int) (list []choice) {
	this, _, _ := calendar.DayOf(p.now, p.zone).Date()
	years := []int{this + 1, this, this - 1, this - 2, this - 3}
	if !slices.Contains(years, shown) {
		years = append(years, shown)
	}
	for _, year := range years {
		list = append(list, choice{Text: strconv.Itoa(year), Current: year == shown, Href: p.here(func(v url.Values) { v.Set(keyYear, strconv.Itoa(year)) })})
	}
	return list
}

func (p *page) indicatorSchemes() ([]*scheme.Scheme, error) {
	ctx, cancel := context.WithTimeout(p.request.Context(), p.dashboard.options.CardTimeout)
	defer cancel()
	return p.dashboard.options.Indicators.Schemes(ctx)
}

// importedLeaves are the names of the imported indicators of schemes, by all that a file may call them.
func importedLeaves(schemes []*scheme.Scheme) map[string]scheme.Text {
	names := make(map[string]scheme.Text)
	var walk func(n *scheme.Node)
	walk = func(n *scheme.Node) {
		if n.Leaf() && n.Imported {
			for _, name := range []string{n.ID, n.Name.ZH, n.Name.EN} {
				if _, known := names[name]; !known && name != "" {
					names[name] = n.Name
				}
			}
		}
		for i := range n.Children {
			walk(&n.Children[i])
		}
	}
	for _, s := range schemes {
		walk(&s.Root)
	}
	return names
}

// shownDeliveries bounds the list of what was imported.
const shownDeliveries = 500

// delivery is what was imported at once for an indicator as of a day.
type delivery struct {
	indicator, source, by  string
	asOf                   calendar.Day
	version                uint64
	at                     time.Time
	units, missing, counts int // counts: no later version stands in their place
}

// importedTable lists what was imported for days of a year, the newest first, within the reader's scope.
func (p *page) importedTable(ctx context.Context, c *card, schemes []*scheme.Scheme, year int) error {
	list, err := p.dashboard.options.Indicators.History(ctx, calendar.Period(calendar.KindYear, calendar.MakeDay(year, 1, 1)))
	if err != nil {
		return err
	}
	deliveries := p.deliveries(list)
	if len(deliveries) == 0 {
		c.Empty = true
		return nil
	}
	names := importedLeaves(schemes)
	c.Table = &table{Columns: []column{
		{Title: p.T("indicators.column.indicator")},
		{Title: p.T("indicators.column.as_of")},
		{Title: p.T("indicators.column.units"), Number: true},
		{Title: p.T("indicators.column.missing"), Number: true},
		{Title: p.T("indicators.column.source")},
		{Title: p.T("indicators.column.imported_at")},
		{Title: p.T("indicators.column.imported_by")},
		{Title: p.T("indicators.column.standing")},
	}}
	if len(deliveries) > shownDeliveries {
		c.Table.Note = p.T("shown_of", "Shown", shownDeliveries, "N", len(deliveries))
		deliveries = deliveries[:shownDeliveries]
	}
	for _, v := range deliveries {
		name := v.indicator
		if known, ok := names[name]; ok {
			name = known.In(p.lang)
		}
		standing := p.T("indicators.counts")
		switch {
		case v.counts == 0:
			standing = p.T("indicators.replaced")
		case v.counts < v.units:
			standing = p.T("indicators.partly", "N", v.counts, "Count", p.Int(uint64(v.counts)))
		}
		old := v.counts == 0
		c.Table.Rows = append(c.Table.Rows, []cell{
			{label: label{Text: name, Name: true}, Faint: old},
			text(p.Date(v.asOf)), text(p.Int(uint64(v.units))), text(p.Int(uint64(v.missing))),
			{label: label{Text: cmp.Or(v.source, p.None()), Name: v.source != ""}},
			text(p.Clock(v.at, p.now)),
			{label: label{Text: v.by, Name: true}},
			{label: label{Text: standing}, Faint: old},
		})
	}
	return nil
}

func (p *page) deliveries(list []imported.Stored) (out []*delivery) {
	type key struct {
		indicator, source, by string
		asOf                  calendar.Day
		version               uint64
	}
	found := make(map[key]*delivery)
	whole, seen := p.ownsAll(), make(map[string]bool)
	for i := range list {
		v := &list[i]
		if !whole {
			may, known := seen[v.Unit]
			if !known {
				_, may = p.codeNamed(v.Unit)
				seen[v.Unit] = may
			}
			if !may {
				continue
			}
		}
		k := key{v.Indicator, v.Source, v.By, v.AsOf, v.Version}
		of := found[k]
		if of == nil {
			of = &delivery{indicator: v.Indicator, source: v.Source, by: v.By, asOf: v.AsOf, version: v.Version, at: v.At}
			found[k] = of
			out = append(out, of)
		}
		of.units++
		if !v.Known {
			of.missing++
		}
		if i == 0 || list[i-1].Key() != v.Key() {
			of.counts++
		}
	}
	slices.SortStableFunc(out, func(a, b *delivery) int {
		return cmp.Or(cmp.Compare(b.version, a.version), cmp.Compare(b.asOf, a.asOf), strings.Compare(a.indicator, b.indicator))
	})
	return out
}

// indicatorTemplate sends the workbook of a scheme with the units that the reader sees.
func (d *Dashboard) indicatorTemplate(w http.ResponseWriter, r *http.Request) error {
	if d.options.Indicators == nil {
		return errNotFound
	}
	p := d.newPage(r)
	schemes, err := p.indicatorSchemes()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(schemes, func(s *scheme.Scheme) bool { return s.ID+"@"+s.Version == r.URL.Query().Get("scheme") })
	if at < 0 {
		return errNotFound
	}
	s := schemes[at]
	var out bytes.Buffer
	keep := func(code string) bool { return p.ownsAll() || code != "" && p.ownsOf(s.Units.Kind, code) }
	if err := d.options.Indicators.Template(r.Context(), s, p.lang, keep, &out); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", p.fileStem()+"-indicators-"+s.ID+"-"+s.Version+".xlsx"))
	h.Set("Cache-Control", "private, no-cache")
	_, err = w.Write(out.Bytes())
	return ignoreGone(r, err)
}

// ignoreGone is err unless the reader has gone away, which is no failure.
func ignoreGone(r *http.Request, err error) error {
	if r.Context().Err() != nil {
		return nil
	}
	return err
}

// refuseForm shows a form again, as the page that a builder builds.
func (d *Dashboard) refuseForm(w http.ResponseWriter, r *http.Request, build func(*page) error) error {
	p := d.newPage(r)
	if err := p.prepare(); err != nil {
		return err
	}
	if err := build(p); err != nil {
		return err
	}
	p.load()
	return d.render(w, r, http.StatusUnprocessableEntity, p)
}

// errNoFile is a form without a file.
var errNoFile = errors.New("no file was chosen")
