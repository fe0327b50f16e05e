package dashboard

import (
	"cmp"
	"net/url"
	"strconv"

	"haochaping/edition"
)

// maxEditions is how many revisions the list shows.
const maxEditions = 500

// editionListView is the list of editions for the template.
type editionListView struct {
	Rows   []editionRow
	Hidden int
}

// editionRow is one revision in a list.
type editionRow struct {
	Number    label
	Revision  int
	Href      string
	Scheme    label
	Period    string
	State     string
	Draft     bool
	Published string
}

// editionList lists the editions that the reader may read, the newest period first.
func (d *Dashboard) editionList(p *page) error {
	r, err := d.readRegister(p.request.Context())
	if err != nil {
		return err
	}
	p.Nav, p.Template, p.Quiet = "editions", "editions", true
	p.Kind, p.Title = label{Text: p.T("editions.kind")}, label{Text: p.T("nav.editions")}
	list := p.revisions(r)
	v := &editionListView{Hidden: max(0, len(list)-maxEditions)}
	for _, rev := range list[:len(list)-v.Hidden] {
		v.Rows = append(v.Rows, p.editionRow(r, rev))
	}
	p.Part = v
	return nil
}

func (p *page) editionRow(r *register, rev *edition.Revision) editionRow {
	head := r.heads[rev.Ref]
	row := editionRow{
		Number: label{Text: rev.Number, Name: true}, Revision: rev.Revision, Href: p.editionLink(rev.Ref),
		Scheme: p.schemeName(r, head.SchemeID), Period: p.Range(head.Period), State: rev.State.Words(p.lang), Draft: !released(rev),
		Published: p.None(),
	}
	if step := publication(rev); step != nil {
		row.Published = p.Clock(step.At, p.now)
	}
	return row
}

func (p *page) schemeName(r *register, id string) label {
	return label{Text: cmp.Or(r.schemes[id].In(p.lang), id), Name: true}
}

// publication is the step by which a revision was published; nil before.
func publication(rev *edition.Revision) *edition.Event {
	for i := range rev.Steps {
		if rev.Steps[i].Action == edition.Publish {
			return &rev.Steps[i]
		}
	}
	return nil
}

// editionLink leads to a revision.
func (p *page) editionLink(ref edition.Ref) string {
	return p.linkWith("/edition/"+url.PathEscape(ref.Number), p.editionValues(ref))
}

func (p *page) editionValues(ref edition.Ref) url.Values {
	values := p.period.values()
	if ref.Revision != 0 {
		values.Set(keyRevision, strconv.Itoa(ref.Revision))
	}
	return values
}

// EditionsHref leads to the list of editions.
func (p *page) EditionsHref() string { return p.link("/editions") }

// CompareHref leads to the comparison of two editions.
func (p *page) CompareHref() string { return p.link("/editions/compare") }
