package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"haochaping/access"
	"haochaping/directory"
	"haochaping/directory/finder"
)

// found is one result of a search, for a reader.
type found struct {
	Kind label
	Name label
	Path []label // where it belongs, from the top
	Code string
	Href string
}

// search is what the page of results shows.
type search struct {
	Query   string
	Results []found
	Summary string
	Failed  *failure // editions could not be searched
}

// editionsWait is how long a search waits for the register of editions; the directory is found without it.
const editionsWait = 2 * time.Second

// CanSearch reports whether the reader gets the box.
func (p *page) CanSearch() bool { return p.person.May(access.ReadFigures) }

// SearchPath is where the box leads.
func (p *page) SearchPath() string { return p.dashboard.base + "/search" }

// SearchQuery is what the box holds.
func (p *page) SearchQuery() string {
	if p.Search == nil {
		return ""
	}
	return p.Search.Query
}

// SearchKept are the choices that a search leaves as they are.
func (p *page) SearchKept() []term {
	values := p.period.values()
	if lang := p.request.URL.Query().Get("lang"); lang == p.lang {
		values.Set("lang", lang)
	}
	var out []term
	for _, key := range []string{"from", "lang", "p", "to"} {
		if v := values.Get(key); v != "" {
			out = append(out, term{key, v})
		}
	}
	return out
}

// searchPage is the page of what was found.
func (d *Dashboard) searchPage(p *page) error {
	p.Template, p.Quiet = "search", true
	p.Title = label{Text: p.T("search.title")}
	return p.search()
}

// search looks for what the address asks for, within the reader's scope.
func (p *page) search() error {
	query := strings.TrimSpace(p.request.URL.Query().Get("q"))
	if len([]rune(query)) > finder.MaxQuery {
		return errBadRequest
	}
	p.Search = &search{Query: query}
	if query == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(p.request.Context(), p.dashboard.options.CardTimeout)
	defer cancel()
	index, err := p.dashboard.searching.index(ctx)
	if err != nil {
		return fmt.Errorf("%w: the index of the search: %w", errUnavailable, err)
	}
	// Names, ways and what the reader may see are those of the directory in which it was found.
	p.dir = index.Directory()
	results, count, err := p.dashboard.searching.find(ctx, index, query, p.may)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	brief, stop := context.WithTimeout(ctx, editionsWait)
	defer stop()
	editions, more, err := p.editions(brief, query)
	if err != nil {
		p.Search.Failed = p.dashboard.incident(p.request, "editions not searched", err)
	}
	p.Search.Results = editions
	for _, r := range results {
		p.Search.Results = append(p.Search.Results, p.found(r))
	}
	count += more
	p.Search.Summary = p.T("search.count", "N", count, "Count", p.Int(uint64(count)))
	if len(p.Search.Results) < count {
		p.Search.Summary = p.T("search.first", "Shown", len(p.Search.Results), "Count", p.Int(uint64(count)))
	}
	return nil
}

// found tells a reader about a result.
func (p *page) found(r finder.Result) found {
	f := found{Kind: label{Text: p.T("search.kind." + string(r.Kind))}, Code: r.Code}
	region, above := "", []label(nil)
	switch r.Kind {
	case directory.KindRegion:
		of, _ := p.dir.Region(r.Code)
		if of.LevelName != "" {
			f.Kind = p.levelWord(of.LevelName)
		}
		f.Name, f.Href = p.regionName(r.Code), p.regionLink(r.Code)
		region = of.Parent
	case directory.KindHall:
		of, _ := p.dir.Hall(r.Code)
		f.Name, f.Href = p.pick(of.Name, of.NameEN, of.Code), p.hallLink(of.Code)
		region = of.Region
	case directory.KindDepartment:
		of, _ := p.dir.Department(r.Code)
		f.Name, f.Href = p.departmentName(r.Code), p.departmentLink(r.Code)
		region = of.Region
	case directory.KindItem:
		of, _ := p.dir.Item(r.Code)
		f.Name, f.Href = p.pick(of.Name, of.NameEN, of.Code), p.itemLink(of.Code)
		if department, ok := p.dir.Department(of.Department); ok {
			region, above = department.Region, []label{p.departmentName(department.Code)}
		}
	}
	for _, up := range p.dir.Breadcrumb(region) {
		f.Path = append(f.Path, p.regionName(up.Code))
	}
	f.Path = slices.Concat(f.Path, above)
	return f
}

// searchJSON answers the box while somebody types.
func (d *Dashboard) searchJSON(w http.ResponseWriter, r *http.Request) error {
	p := d.newPage(r)
	p.period = readPeriod(r.URL.Query(), p.anchor())
	if err := p.search(); err != nil {
		return err
	}
	type result struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
		Path string `json:"path"`
		Code string `json:"code"`
		Href string `json:"href"`
	}
	answer := struct {
		Summary string   `json:"summary"`
		Results []result `json:"results"`
	}{Summary: p.Search.Summary, Results: []result{}}
	for _, f := range p.Search.Results {
		way := make([]string, len(f.Path))
		for i, up := range f.Path {
			way[i] = up.Text
		}
		answer.Results = append(answer.Results, result{f.Kind.Text, f.Name.Text, strings.Join(way, " / "), f.Code, f.Href})
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("write what was found: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "private, no-store")
	send(w, r, http.StatusOK, body)
	return nil
}
