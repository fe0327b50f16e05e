package dashboard

import (
	"context"
	"net/http"
	"strings"

	"haochaping/access"
	"haochaping/chart"
	"haochaping/evaluation"
)

// mapRoutes are the addresses of the map that an operator supplies.
var mapRoutes = []route{
	{pattern: "GET /map.json", needs: access.ReadFigures, serve: (*Dashboard).mapJSON},
}

// mapped are the regions below one that the reader may see, the part of them that the map has, and whether the reader
// sees the map as a whole, with what on it belongs to no region.
func (p *page) mapped(top string) (regions, drawn []string, whole bool) {
	regions = p.codesOf(top)
	if m := p.dashboard.options.Map; m != nil {
		for _, code := range regions {
			if m.Has(code) {
				drawn = append(drawn, code)
			}
		}
	}
	_, whole = p.topRegion()
	return regions, drawn, whole
}

// mapJSON sends the outlines of the reader's regions, and of no others.
func (d *Dashboard) mapJSON(w http.ResponseWriter, r *http.Request) error {
	m := d.options.Map
	if m == nil {
		return errNotFound
	}
	p := d.newPage(r)
	top, _ := p.topRegion()
	_, drawn, whole := p.mapped(top)
	if len(drawn) == 0 {
		return errNotFound
	}
	h := w.Header()
	tag := `"` + m.Version(drawn, whole) + `"`
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Cookie, Accept-Encoding")
	if known(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	body, err := m.GeoJSON(drawn, whole)
	if err != nil {
		return err
	}
	h.Set("Content-Type", "application/geo+json")
	send(w, r, http.StatusOK, body)
	return nil
}

// known reports whether a tag is among those that a browser has kept; a proxy may have marked it as weak.
func known(kept, tag string) bool {
	for part := range strings.SplitSeq(kept, ",") {
		if strings.TrimPrefix(strings.TrimSpace(part), "W/") == tag {
			return true
		}
	}
	return false
}

// shadeOf are the colours of the words of [standing].
var shadeOf = map[string]chart.Shade{
	"below998": chart.ShadeBelow998, "below95": chart.ShadeBelow95, "within": chart.ShadeWithin,
	"above95": chart.ShadeAbove95, "above998": chart.ShadeAbove998,
}

// mapCard shows the regions below one where they lie, coloured by where they stand among the control limits around the
// rate of all of them. There is none where the map has none of them.
func (p *page) mapCard(top string) {
	regions, drawn, _ := p.mapped(top)
	if len(drawn) == 0 {
		return
	}
	c := card{ID: "map", Title: p.T("card.map"), Note: p.T("card.map.note", "What", p.Title.Text), Span: spanFull, Size: "map", Open: true}
	p.add(c, func(ctx context.Context, c *card) error {
		s, err := p.series()
		if err != nil {
			return err
		}
		units, err := p.readRegions(ctx, top)
		if err != nil {
			return err
		}
		p.sortUnits(units)
		figure := chart.Areas{
			Description: p.T("card.map.described", "Approval", p.approval()), Outlines: p.dashboard.base + "/map.json", Notice: p.approval(), Failed: p.T("card.map.failed"),
			Legend: [...]string{
				p.T("funnel.below998"), p.T("funnel.below95"), p.T("funnel.within"), p.T("funnel.above95"), p.T("funnel.above998"), p.T("few.long"), p.T("no_data"),
			},
		}
		c.Table = &table{Note: p.T("card.map.table"), Columns: []column{
			{Title: p.T("column.region")},
			{Title: p.T("measure.ratings"), Number: true},
			{Title: p.measureName(evaluation.BadPer100k), Number: true},
			{Title: p.T("ranking.interval"), Number: true},
			{Title: p.T("column.standing")},
		}}
		for i := range units {
			if u := &units[i]; u.Code != "" {
				shade, word := p.shade(u, &s.Total)
				c.Table.Rows = append(c.Table.Rows, []cell{
					{label: u.Name, Href: u.Href}, p.countCell(u.Facts.Valid(), u.Facts.Valid() > 0), p.measureCell(evaluation.BadPer100k, &u.Facts), p.intervalCell(&u.Facts), text(word),
				})
				if p.dashboard.options.Map.Has(u.Code) {
					figure.Areas = append(figure.Areas, chart.Area{
						Code: u.Code, Name: u.Name.Text, Shade: shade, Link: u.Href, Tip: p.tip(u.Name.Text, &u.Facts) + "\n" + word,
					})
				}
			}
		}
		if n := len(regions) - len(drawn); n > 0 {
			c.Remarks = append(c.Remarks, p.T("card.map.missing", "N", n))
		}
		return c.draw(figure.Figure())
	})
}

// approval is the number under which the map was approved, with its term.
func (p *page) approval() string {
	return p.T("map.approval", "Number", p.dashboard.options.MapApproval)
}

// shade judges a region against all.
func (p *page) shade(u *unit, whole *evaluation.Facts) (chart.Shade, string) {
	rate, ok := badPer100k(&u.Facts)
	target, all := badPer100k(whole)
	switch {
	case !ok || !all:
		return chart.ShadeNone, p.T("no_data")
	case p.few(&u.Facts):
		return chart.ShadeFew, p.T("few.long")
	}
	_, word := standing(rate, limitsAt(u.Facts.Valid(), target/100_000))
	return shadeOf[word], p.T("funnel." + word)
}
