package dashboard

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templateSet holds one complete template a kind of page.
type templateSet struct {
	byName map[string]*template.Template
}

// frame are the templates that every page is drawn with; each other file is one kind of page.
var frame = []string{"templates/layout.html", "templates/parts.html"}

func parseTemplates() (*templateSet, error) {
	s := &templateSet{byName: make(map[string]*template.Template)}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if slices.Contains(frame, file) {
			continue
		}
		t, err := template.ParseFS(templateFiles, append(slices.Clone(frame), file)...)
		if err != nil {
			return nil, fmt.Errorf("parse the template %s: %w", file, err)
		}
		s.byName[strings.TrimSuffix(path.Base(file), ".html")] = t
	}
	return s, nil
}

func (s *templateSet) execute(w io.Writer, p *page) error {
	t, ok := s.byName[p.Template]
	if !ok {
		return fmt.Errorf("no template %s", p.Template)
	}
	return t.ExecuteTemplate(w, "layout", p)
}

// What follows is what the templates ask a page for.

// HTMLLang is the language for the lang attribute.
func (p *page) HTMLLang() string {
	if p.lang == English {
		return English
	}
	return "zh-CN"
}

// BrandText is what the product is called at the top left.
func (p *page) BrandText() string {
	if b := p.dashboard.options.Brand; b != "" {
		return b
	}
	return p.T("brand")
}

// Demo reports whether everything is demo data.
func (p *page) Demo() bool { return p.dashboard.options.Demo }

// Asset is the address of a built file.
func (p *page) Asset(name string) string {
	return p.dashboard.base + "/assets/" + p.dashboard.assets.manifest[name]
}

// Home is the address of the overview.
func (p *page) Home() string { return p.link("/") }

// LivePath is the address that tells the newest generation.
func (p *page) LivePath() string { return p.dashboard.base + "/live" }

// LangPath is where the choice of a language is sent.
func (p *page) LangPath() string { return p.dashboard.base + "/lang" }

// Path is the page's own address without its choices.
func (p *page) Path() string { return p.dashboard.base + p.request.URL.EscapedPath() }

// Address is the page's own address.
func (p *page) Address() string {
	if q := p.request.URL.RawQuery; q != "" {
		return p.Path() + "?" + q
	}
	return p.Path()
}

// Language is the reader's language.
func (p *page) Language() string { return p.lang }

// RankingKept are the choices of period, language and ranking, for forms that change one of them.
func (p *page) RankingKept(changed ...string) []term {
	v, ok := p.Part.(*rankingView)
	if !ok {
		return nil
	}
	values := v.ruled(p.contestValues(v.Contest))
	if v.Within != "" {
		values.Set(keyWithin, v.Within)
	}
	if lang := p.request.URL.Query().Get("lang"); lang == p.lang {
		values.Set("lang", lang)
	}
	for _, key := range changed {
		values.Del(key)
	}
	var out []term
	for _, key := range slices.Sorted(maps.Keys(values)) {
		out = append(out, term{key, values.Get(key)})
	}
	return out
}

// choice is an entry of a menu.
type choice struct {
	Text, Href string
	Current    bool
	Name       bool // the text is a name out of the data
}

// Menu is the navigation.
func (p *page) Menu() []choice {
	var out []choice
	for _, entry := range menu {
		if p.person.May(entry.needs) && (entry.path != unattributedPath || p.person.Scope.Allows(p.dir, "", "")) {
			out = append(out, choice{Text: p.T("nav." + entry.id), Href: p.link(entry.path), Current: p.Nav == entry.id})
		}
	}
	return out
}

// Periods are the periods to choose from.
func (p *page) Periods() []choice {
	var out []choice
	for _, key := range periodKeys {
		out = append(out, choice{
			Text: p.T("period." + key), Current: p.period.Key == key,
			Href: p.here(func(v url.Values) {
				v.Del("from")
				v.Del("to")
				v.Del("p")
				if key != period30 {
					v.Set("p", key)
				}
			}),
		})
	}
	return out
}

// IsCustom reports whether the reader gave the period by hand.
func (p *page) IsCustom() bool { return p.period.Key == periodCustom }

// Kept are the choices that a new period leaves as they are.
func (p *page) Kept() []term {
	var out []term
	for _, key := range slices.Concat([]string{"lang", "by", "level", "line", keyRule, keyWithin, keyTab}, p.keep) {
		if v := p.request.URL.Query().Get(key); v != "" {
			out = append(out, term{key, v})
		}
	}
	return out
}

// FromISO and ToISO are the ends of the period as date fields want them.
func (p *page) FromISO() string { return p.period.From.String() }

// ToISO is the last day of the period.
func (p *page) ToISO() string { return p.period.To.String() }

// PeriodText is the period.
func (p *page) PeriodText() string { return p.Range(p.period.Range) }

// ComparedTexts are the periods that changes refer to.
func (p *page) ComparedTexts() []string {
	var out []string
	for _, c := range p.compared() {
		out = append(out, p.T("meta.compared", "With", p.T("change."+c.ID), "Period", p.Range(c.Range)))
	}
	return out
}

// StaleText is when the figures of a stale page were last known to be the newest.
func (p *page) StaleText() string { return p.Clock(p.dashboard.facts.confirmed(), p.now) }

// HasData reports whether any record has been counted.
func (p *page) HasData() bool { return p.Generation.DataTime != 0 }

func (p *page) dataTime() time.Time { return time.Unix(p.Generation.DataTime, 0).In(p.zone) }

// DataText and DataISO are the time of the newest record counted.
func (p *page) DataText() string { return p.Clock(p.dataTime(), p.now) }

// DataISO is the time of data for machines.
func (p *page) DataISO() string { return p.dataTime().Format(time.RFC3339) }

// RecordsText is the number of records counted in all.
func (p *page) RecordsText() string { return p.Int(p.Generation.Records) }

// NoData reports whether the whole period is empty for this unit.
func (p *page) NoData() bool {
	if p.series == nil || p.TilesBad != nil {
		return false
	}
	s, err := p.series()
	return err == nil && s.empty()
}

// ArchiveHref leads from an empty period to the last 30 days that have data.
func (p *page) ArchiveHref() string {
	if !p.HasData() {
		return ""
	}
	return p.here(func(v url.Values) { v.Del("p"); v.Del("from"); v.Del("to") })
}

// term is a word and its meaning.
type term struct{ Term, Text string }

// Terms are the definitions at the foot of every page.
func (p *page) Terms() []term {
	var out []term
	for _, m := range measures {
		out = append(out, term{m.name(p.locale), m.help(p.locale)})
	}
	return append(out, term{p.T("unattributed"), p.T("help.unattributed")}, term{p.T("few.long"), p.T("help.few", "Count", p.Int(p.dashboard.options.MinSample))})
}

// failureView is a failure for a reader.
type failureView struct {
	*page
	failure
}

// Failure pairs a failure with the page's words.
func (p *page) Failure(f *failure) failureView { return failureView{p, *f} }

// cardView is a card for a template.
type cardView struct {
	Page *page
	Card *card
}

// CardOf pairs a card with its page.
func (p *page) CardOf(c *card) cardView { return cardView{p, c} }

// tableView is a table for a template.
type tableView struct {
	Page  *page
	Table *table
	Title string
	CSV   string
	Form  string
}

// TableOf pairs a table with its page and card.
func (p *page) TableOf(t *table, c *card) tableView { return tableView{p, t, c.Title, c.csv, c.form} }

// ranksView is a table of ranks for a template.
type ranksView struct {
	Page  *page
	View  *rankingView
	Title string
}

// RanksOf pairs a table of ranks with its page.
func (p *page) RanksOf(v *rankingView, title string) ranksView { return ranksView{p, v, title} }
