package dashboard

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"

	"haochaping/chart"
	"haochaping/evaluation"
)

// shownTags is how many reasons a card lists; its table lists all.
const shownTags = 10

// knownTags are the standard codes that have a text of their own. The first digit is the
// level that a tag belongs to.
var knownTags = func() map[string]bool {
	known := make(map[string]bool)
	for _, run := range [][2]int{{510, 517}, {406, 413}, {307, 314}, {207, 214}, {108, 115}} {
		for code := run[0]; code <= run[1]; code++ {
			known[strconv.Itoa(code)] = true
		}
	}
	return known
}()

// tagName is a code with its short text; codes without one stand alone.
func (p *page) tagName(code string) label {
	if knownTags[code] {
		return label{Text: code + " " + p.T("tag."+code)}
	}
	return label{Text: code, Name: true}
}

// reasonsCard lists what people gave as reasons: for bad reviews, or for good ones.
func (p *page) reasonsCard(bad bool) {
	id, tone := "praise", chart.ToneGood
	if bad {
		id, tone = "reasons", chart.ToneBad
	}
	p.add(card{ID: id, Title: p.T("card." + id), Note: p.T("card." + id + ".note"), Span: spanThird, Size: "plot"},
		func(_ context.Context, c *card) error {
			s, err := p.series()
			if err != nil {
				return err
			}
			codes, of := tagsOf(&s.Total, bad)
			if len(codes) == 0 {
				c.none(nil)
				if bad && s.Total.Valid() > 0 && of == 0 {
					c.EmptyText = p.T("empty.no_bad")
				}
				return nil
			}
			bars := chart.Bars{Description: p.T("card." + id + ".described"), Name: p.T("column.mentions"), Counts: true}
			c.Table = &table{Columns: []column{
				{Title: p.T("column.reason")}, {Title: p.T("column.mentions"), Number: true}, {Title: p.T("column.share_of_" + id), Number: true},
			}}
			for i, code := range codes {
				n, name := s.Total.Tags[code], p.tagName(code)
				part := p.Share(min(n, of), of)
				c.Table.Rows = append(c.Table.Rows, []cell{{label: name}, text(p.Int(n)), text(part)})
				if i < shownTags {
					bars.Rows = append(bars.Rows, chart.Bar{
						Name: name.Text, Value: chart.Known(float64(n)), Label: p.Int(n), Tone: tone,
						Tip: name.Text + "\n" + p.T("column.mentions") + "  " + p.Int(n) + "\n" + p.T("column.share_of_"+id) + "  " + part,
					})
				}
			}
			if len(codes) > shownTags {
				c.Note += " " + p.T("shown_of", "Shown", shownTags, "N", len(codes))
			}
			return c.draw(bars.Figure())
		})
}

// tagsOf lists the codes of bad (level 1 and 2) or good reviews, the most frequent first,
// and the number of those reviews.
func tagsOf(f *evaluation.Facts, bad bool) (codes []string, of uint64) {
	of = f.Good()
	if bad {
		of = f.Bad()
	}
	for _, code := range slices.Sorted(maps.Keys(f.Tags)) {
		if code != "" && f.Tags[code] > 0 && (code[0] == '1' || code[0] == '2') == bad {
			codes = append(codes, code)
		}
	}
	slices.SortStableFunc(codes, func(a, b string) int { return cmp.Compare(f.Tags[b], f.Tags[a]) })
	return codes, of
}
