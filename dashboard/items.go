package dashboard

import (
	"cmp"
	"context"
	"slices"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

// item is the page of a service item. Items are counted by whole months, so it shows those that the chosen period
// touches, and compares none that has not ended with another.
func (d *Dashboard) item(p *page) error {
	i, ok := p.dir.Item(p.request.PathValue("code"))
	if !ok || !p.may(directory.KindItem, i.Code) {
		return errNotFound
	}
	p.Nav = "overview"
	p.Kind = label{Text: p.T("kind.item")}
	p.Title = p.itemName(i.Code)
	dep, known := p.dir.Department(i.Department)
	p.crumbs(dep.Region, true)
	if known {
		p.Crumbs = append(p.Crumbs, link{label: p.departmentName(dep.Code), Href: p.departmentLink(dep.Code)})
	}
	p.Facets = append(p.Facets, facet{Term: p.T("facet.code"), Value: label{Text: i.Code, Name: true}})
	if i.Kind != "" {
		p.Facets = append(p.Facets, facet{Term: p.T("facet.item_kind"), Value: p.itemKind(i.Kind)})
	}
	p.Facets = append(p.Facets, facet{Term: p.T("facet.months"), Value: label{Text: p.T("item.months")}})
	if p.period.Key == periodCustom {
		p.period.Asked = p.period.Range
	}
	p.period.Range, p.period.Step = p.months(), evaluation.StepMonth
	if year := calendar.Period(calendar.KindMonth, p.period.To).From.AddMonths(-11); p.period.From > year {
		longer := p.period
		longer.From = year
		p.longer = &longer
	}
	p.Evidence = p.evidenceLink(evaluation.EvidenceItem, i.Code, p.period.values())
	p.about(subject{Item: i.Code})
	p.trendCard()
	p.levelsCard()
	p.handlingCard()
	p.channelsCard()
	p.reasonsCard(true)
	if known {
		k := p.kinOfItem(dep, i.Code)
		p.peersCard(k)
		p.funnelCard(p.fieldOf(k))
		p.quadrantCard(p.fieldOf(k))
	}
	p.limitsCard()
	return nil
}

// itemKinds are the national kinds of items, and what the messages call them.
var itemKinds = map[string]string{
	"行政许可": "licence", "行政确认": "confirmation", "行政给付": "payment", "行政征收": "levy", "行政奖励": "award", "行政裁决": "adjudication",
	"行政处罚": "penalty", "行政强制": "enforcement", "行政检查": "inspection", "其他行政权力": "other", "公共服务": "service",
}

// itemKind is the kind of an item for the reader; one of the directory's own stands as it is.
func (p *page) itemKind(kind string) label {
	if id, ok := itemKinds[kind]; ok {
		return label{Text: p.T("item_kind." + id)}
	}
	return label{Text: kind, Name: true}
}

// months are the whole months that the period touches; the current one up to the page's last day.
func (p *page) months() calendar.Range {
	r := p.period.Range
	return calendar.Range{
		From: calendar.Period(calendar.KindMonth, r.From).From, To: max(r.To, min(calendar.Period(calendar.KindMonth, r.To).To, p.anchor())),
	}
}

func (p *page) itemName(code string) label {
	if code == "" {
		return label{Text: p.T("unattributed")}
	}
	i, ok := p.dir.Item(code)
	if !ok {
		return label{Text: code, Name: true}
	}
	return p.pick(i.Name, i.NameEN, i.Code)
}

// readItems reads the items that a department has handled in the months of the period.
func (p *page) readItems(ctx context.Context, department string) ([]unit, error) {
	rows, err := p.facts(ctx, subject{Department: department}.query(evaluation.ByItem, p.months(), evaluation.StepNone))
	if err != nil {
		return nil, err
	}
	return sumUnits(rows, func(r *evaluation.Row) unit {
		u := unit{Code: r.Item, Name: p.itemName(r.Item)}
		if _, ok := p.dir.Item(r.Item); ok && p.may(directory.KindItem, r.Item) {
			u.Href = p.itemLink(r.Item)
		}
		return u
	}), nil
}

// kinOfItem are the items of its department.
func (p *page) kinOfItem(dep directory.Department, code string) *kin {
	return &kin{
		Code: code, Column: p.T("column.item"), Above: p.departmentName(dep.Code), Open: p.may(directory.KindDepartment, dep.Code),
		Whole: evaluation.Query{Department: dep.Code},
		All: func(ctx context.Context) ([]unit, error) {
			units, err := p.readItems(ctx, dep.Code)
			return slices.DeleteFunc(units, func(u unit) bool { return u.Code == "" }), err
		},
	}
}

// maxItems is how many items a department's page lists: those with most ratings.
const maxItems = 200

// firstItems says that not all items of a department are listed; empty where they are.
func (p *page) firstItems(department string) string {
	n := 0
	for _, i := range p.dir.Items() {
		if i.Department == department {
			n++
		}
	}
	if n <= maxItems {
		return ""
	}
	return p.T("card.items.first", "Count", maxItems)
}

// itemsCard compares the items of a department.
func (p *page) itemsCard(dep directory.Department) {
	c := card{ID: "items", Title: p.T("card.items"), Note: p.T("card.items.note", "Period", p.Range(p.months()), "First", p.firstItems(dep.Code)), Span: spanFull, Open: true}
	p.unitsCard(c, p.T("column.item"), func(ctx context.Context) ([]unit, error) {
		units, err := p.readItems(ctx, dep.Code)
		slices.SortFunc(units, func(a, b unit) int {
			return cmp.Or(cmp.Compare(b.Facts.Valid(), a.Facts.Valid()), cmp.Compare(a.Code, b.Code))
		})
		return units[:min(len(units), maxItems)], err
	})
}
