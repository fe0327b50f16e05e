package dashboard

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/chart"
	"haochaping/directory"
	"haochaping/evaluation"
)

// page is one answer to a reader: what it is about, and the cards it is made of. Its
// builder fills it and adds loaders; the loaders then run in parallel.
type page struct {
	locale
	dashboard *Dashboard
	request   *http.Request
	person    access.Person // who reads it
	dir       *directory.Directory
	now       time.Time
	period    period

	Generation evaluation.Generation // the facts that the page is made of: when it is drawn, the oldest among its answers
	wanted     *wanted
	older      tolerance
	Stale      bool // the store cannot be asked; the figures are of the last generation known

	Template  string // which template draws it
	Status    int    // of the answer; 200 if zero
	Elsewhere string // the address to which the answer leads instead, after a change
	Nav       string // the entry of the navigation that is lit
	Kind      label  // what sort of unit the title names
	Title     label
	Crumbs    []link
	Facets    []facet // what is known about the unit besides its figures
	Tiles     []tile
	TilesBad  *failure
	Cards     []*card
	Quiet     bool          // a page without tiles and period comparison
	Uncounted bool          // it is about records that no figure counts: how many were counted says nothing here
	Plain     bool          // a page without figures: nothing on it grows old
	Part      any           // of a page of one area: what its template shows besides cards
	Rooms     []choice      // the pages of the same area, side by side
	Overview  *overviewPart // of the overview
	Search    *search       // of the search
	Gate      any           // of a page of the gate
	Reviews   *reviewsView  // of the page of bad reviews

	Comparisons []string // what readers of the changes must know
	BreakNotes  []string // breaks in the series within the period of a ranking

	Evidence string // leads to what the unit's figures stand on; '' for who may not see that

	subject subject
	longer  *period  // what the trend shows instead of the period, which is too short for its steps
	keep    []string // choices besides those that all pages know, which addresses of the page keep
	series  func() (series, error)
	loaders []func(context.Context)
}

// label is a text together with whether it is a name out of the data, in whatever
// language and script that is, or a word of ours.
type label struct {
	Text string
	Name bool
}

type link struct {
	label
	Href string
}

// facet is a small fact beside a title.
type facet struct {
	Term  string
	Value label
	Href  string
}

// card is a section of a page: a figure and the table that says the same.
type card struct {
	ID      string
	Title   string
	Tabs    []choice // lists of other units in the same place
	Note    string   // what is shown, in which unit, and by which rule
	More    *link    // the page that has all of it
	Span    string   // how wide it is
	Size    string   // the class that gives the figure's box its height
	Figure  *chart.Figure
	Legend  []legendEntry // above the figure, where it draws none itself
	Table   *table
	Open    bool     // the table is shown at once
	Empty   bool     // there are no data to show
	Remarks []string // what the figure needs said besides
	// EmptyText says what that means; no data, if it says nothing.
	EmptyText string
	Failed    *failure

	csv  string // address of the table as CSV
	form string // id of the form that it is sent with; '' = it is a plain address
}

// legendEntry is a mark of a figure and what it means.
type legendEntry struct {
	Mark, Sign, Text string
}

// The widths of cards.
const (
	spanFull  = "full"
	spanWide  = "wide" // two thirds
	spanHalf  = "half"
	spanThird = "third"
)

// failure is what a reader learns about something that went wrong.
type failure struct {
	Incident string
	What     string // the part of the page that is missing, where its place does not say so
	Pending  bool   // it goes on being computed, and an open page shows it when it is done
}

// subject is the unit that a page is about; the zero value is everything.
type subject struct {
	Region, Department, Hall, Window, Item string
}

func (s subject) query(by evaluation.Dimension, r calendar.Range, step evaluation.Step) evaluation.Query {
	return evaluation.Query{
		By: by, From: r.From, To: r.To, Step: step,
		Region: s.Region, Department: s.Department, Hall: s.Hall, Window: s.Window, Item: s.Item,
	}
}

// newPage reads what every address carries: language and period.
func (d *Dashboard) newPage(r *http.Request) *page {
	p := &page{
		locale:    locale{words: d.words, lang: d.words.choose(r), zone: d.options.Zone},
		dashboard: d, request: r, person: d.options.Gate.Person(r), dir: d.options.Directory(), now: d.options.Now(), Template: "board",
	}
	if p.dir == nil {
		p.dir = &directory.Directory{}
	}
	d.searching.follow(p.dir)
	return p
}

// anchor is the day on which periods end: today, or for an archive, whose newest record
// is older than the default period, the day of that record.
func (p *page) anchor() calendar.Day {
	today := calendar.DayOf(p.now, p.zone)
	if p.Generation.DataTime == 0 {
		return today
	}
	if last := calendar.DayOf(time.Unix(p.Generation.DataTime, 0), p.zone); last < today-29 {
		return last
	}
	return today
}

// page serves what a builder builds. The page is drawn into memory first, so that a
// reader gets all of it or a sentence that says why not.
func (d *Dashboard) page(build func(*page) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		p := d.newPage(r)
		p.older = tolerated(r)
		if err := p.prepare(); err != nil {
			return err
		}
		if err := build(p); err != nil {
			return err
		}
		if p.Elsewhere != "" {
			redirect(w, r, p.Elsewhere)
			return nil
		}
		p.load()
		p.Generation = p.wanted.answered()
		if q := r.URL.Query(); q.Get("format") == "csv" {
			return p.writeCard(w, q.Get("card"))
		}
		return d.render(w, r, cmp.Or(p.Status, http.StatusOK), p)
	}
}

// prepare learns the generation and the period.
func (p *page) prepare() error {
	var err error
	ctx, cancel := context.WithTimeout(p.request.Context(), p.dashboard.options.CardTimeout)
	defer cancel()
	p.Generation, p.Stale, err = p.dashboard.facts.current(ctx)
	if err != nil {
		return err
	}
	p.wanted = want(p.Generation, p.older)
	p.period = readPeriod(p.request.URL.Query(), p.anchor())
	return nil
}

// tolerated is how old the answers may be that a request wants: files want the newest, and so does a browser that asks
// for nothing kept, as it does when its reader reloads a page and when an open page follows the facts.
func tolerated(r *http.Request) tolerance {
	control := r.Header.Get("Cache-Control")
	switch {
	case r.Method != http.MethodGet || r.URL.Query().Get("format") != "":
		return exact
	case strings.Contains(control, "no-cache") || strings.Contains(control, "max-age=0"):
		return following
	}
	return glancing
}

// facts reads rows of the page's generation, as far as its reader may see them.
func (p *page) facts(ctx context.Context, q evaluation.Query) ([]evaluation.Row, error) {
	return evaluation.ReadWithin(ctx, p.dir, p.person.Scope, q, func(ctx context.Context, q evaluation.Query) ([]evaluation.Row, error) {
		return p.dashboard.facts.read(ctx, p.wanted, q)
	})
}

// may reports whether the page's reader may open the page of a unit.
func (p *page) may(kind directory.Kind, code string) bool {
	return p.person.Scope.AllowsUnit(p.dir, kind, code)
}

// link is an address below the base path that keeps the reader's choices.
func (p *page) link(path string) string { return p.linkWith(path, p.period.values()) }

func (p *page) linkWith(path string, values url.Values) string {
	if lang := p.request.URL.Query().Get("lang"); lang != "" && lang == p.lang {
		values.Set("lang", lang)
	}
	return (&url.URL{Path: p.dashboard.base + mustUnescape(path), RawPath: p.dashboard.base + path, RawQuery: values.Encode()}).String()
}

// mustUnescape undoes the escaping of a path that this package has composed.
func mustUnescape(path string) string {
	plain, err := url.PathUnescape(path)
	if err != nil {
		return path
	}
	return plain
}

// here is the page's own address with other values.
func (p *page) here(change func(url.Values)) string {
	values := p.period.values()
	for _, key := range slices.Concat([]string{"by", "level", "line", keyRule, keyWithin, keyTab}, p.keep) {
		if v := p.request.URL.Query().Get(key); v != "" {
			values.Set(key, v)
		}
	}
	change(values)
	return p.linkWith(p.request.URL.EscapedPath(), values)
}

func (p *page) regionLink(code string) string {
	return p.link("/region/" + url.PathEscape(code))
}

func (p *page) hallLink(code string) string { return p.link("/hall/" + url.PathEscape(code)) }

func (p *page) windowLink(hall, code string) string {
	return p.link("/hall/" + url.PathEscape(hall) + "/window/" + url.PathEscape(code))
}

func (p *page) departmentLink(code string) string {
	return p.link("/department/" + url.PathEscape(code))
}

func (p *page) itemLink(code string) string { return p.link("/item/" + url.PathEscape(code)) }

// pick is the name for the reader: the English one for an English page, if there is one.
func (p *page) pick(name, english, code string) label {
	switch {
	case p.lang == English && english != "":
		name = english
	case name == "":
		name = code
	}
	return label{Text: name, Name: true}
}

func (p *page) regionName(code string) label {
	if code == "" {
		return label{Text: p.T("unattributed")}
	}
	r, ok := p.dir.Region(code)
	if !ok {
		return label{Text: code, Name: true}
	}
	return p.pick(r.Name, r.NameEN, r.Code)
}

func (p *page) departmentName(code string) label {
	if code == "" {
		return label{Text: p.T("unattributed")}
	}
	dep, ok := p.dir.Department(code)
	if !ok {
		return label{Text: code, Name: true}
	}
	return p.pick(dep.Name, dep.NameEN, dep.Code)
}

func (p *page) lineName(line string) label {
	if line == "" {
		return label{Text: p.T("unattributed")}
	}
	if english, ok := lineWords[line]; ok && p.lang == English {
		return label{Text: english}
	}
	return label{Text: line, Name: true}
}
