package dashboard

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"haochaping/evaluation"
	"haochaping/record"
)

// review is one bad review whole. That it is looked at is on record before anything of it is drawn.
func (d *Dashboard) review(p *page) error {
	id, err := uuid.Parse(p.request.PathValue("id"))
	if err != nil || d.options.Reviews == nil {
		return errNotFound
	}
	ctx, cancel := context.WithTimeout(p.request.Context(), d.options.CardTimeout)
	defer cancel()
	r, ok, err := d.options.Reviews.Review(ctx, p.person.Scope, id)
	if err != nil {
		return fmt.Errorf("%w: read the review: %w", errUnavailable, err)
	}
	if !ok {
		return errNotFound
	}
	if err := p.putOnRecord("view record", id.String()); err != nil {
		return err
	}
	p.Nav, p.Quiet, p.Plain, p.Title = "reviews", true, true, label{Text: p.T("review.title")}
	p.Kind = label{Text: p.T("review.kind")}
	p.Crumbs = []link{{label: label{Text: p.T("nav.reviews")}, Href: p.link("/reviews")}}
	p.Facets = append(p.Facets, facet{Term: p.T("review.id"), Value: label{Text: id.String(), Name: true}})
	p.reviewCards(&r)
	return nil
}

func (p *page) reviewCards(r *evaluation.ReviewDetails) {
	show := func(id, title string, t *table) {
		p.add(card{ID: id, Title: title, Span: spanHalf, Open: true, EmptyText: p.T("review.steps.none")}, func(_ context.Context, c *card) error {
			c.Table, c.Empty = t, len(t.Rows) == 0
			return nil
		})
	}
	show("review", p.T("review.what"), p.reviewFields(&r.Review))
	show("steps", p.T("review.steps"), p.stepTable(r.Steps))
	if r.Case != nil {
		show("case", p.T("review.case"), p.caseTable(r.Case))
	}
}

// fieldTable is a table of names and values; add leaves out what is empty.
func (p *page) fieldTable() (t *table, add func(name string, value cell)) {
	t = &table{Columns: []column{{Title: p.T("column.field")}, {Title: p.T("column.value")}}}
	return t, func(name string, value cell) {
		if value.Text != "" {
			t.Rows = append(t.Rows, []cell{text(name), value})
		}
	}
}

func (p *page) reviewFields(r *evaluation.Review) *table {
	t, add := p.fieldTable()
	add(p.T("column.level"), text(p.T("level."+strconv.Itoa(int(r.Level)))))
	add(p.T("column.reason"), p.tagsCell(r.Tags))
	add(p.T("column.comment"), p.commentCell(r.Comment, 0))
	add(p.T("column.day"), text(p.Date(r.Day)))
	state := text(p.T("state." + r.State))
	if r.Excluded {
		state = text(p.T("state.excluded"))
	}
	add(p.T("column.state"), state)
	add(p.T("column.clock"), p.reviewClock(r))
	add(p.T("review.contact_due"), p.dueCell(r.ContactDue))
	add(p.T("review.rectify_due"), p.dueCell(r.RectifyDue))
	add(p.T("column.place"), cell{label: p.reviewPlace(r)})
	add(p.T("column.region"), cell{label: p.regionName(r.Region)})
	add(p.T("column.department"), cell{label: p.departmentName(r.Department)})
	if r.Item != "" {
		item, _ := p.dir.Item(r.Item)
		add(p.T("review.item"), cell{label: p.pick(item.Name, item.NameEN, r.Item)})
	}
	add(p.T("column.channel"), cell{label: p.channelName(r.Channel)})
	add(p.T("review.source"), cell{label: label{Text: r.Source, Name: true}})
	return t
}

// dueCell is the last day of a deadline.
func (p *page) dueCell(due time.Time) cell {
	if due.IsZero() {
		return cell{label: label{Text: p.T("clock.unknown")}, Faint: true}
	}
	return text(p.lastDay(due))
}

func (p *page) stepTable(steps []record.FollowUp) *table {
	t := &table{Columns: []column{{Title: p.T("review.step")}, {Title: p.T("review.at")}, {Title: p.T("review.by")}, {Title: p.T("review.said")}}}
	for i := range steps {
		s := &steps[i]
		name := text(p.T("step." + s.Step))
		if s.Satisfied != nil {
			answer := "review.unsatisfied"
			if *s.Satisfied {
				answer = "review.satisfied"
			}
			name.Text += " · " + p.T(answer)
		}
		by := cell{label: label{Text: s.By, Name: true}}
		if s.By == "" {
			by = cell{label: label{Text: p.None()}, Faint: true}
		}
		t.Rows = append(t.Rows, []cell{name, text(p.Clock(s.At, p.now)), by, p.commentCell(s.Note, 0)})
	}
	return t
}

func (p *page) caseTable(c *record.Case) *table {
	t, add := p.fieldTable()
	add(p.T("review.case_id"), cell{label: label{Text: record.RedactPersonal(c.CaseID), Name: true}})
	if c.Status != "" {
		add(p.T("column.state"), text(p.T("casestate."+c.Status)))
	}
	when := func(name string, at time.Time) {
		if !at.IsZero() {
			add(p.T(name), text(p.Clock(at, p.now)))
		}
	}
	when("review.accepted", c.AcceptedAt)
	when("review.promised", c.PromisedAt)
	when("review.statutory", c.StatutoryAt)
	when("review.finished", c.FinishedAt)
	if c.HandlingSeconds >= 0 && !c.FinishedAt.IsZero() {
		add(p.T("review.handling"), text(p.Span(float64(c.HandlingSeconds))))
	}
	if c.SuspendedSeconds > 0 {
		add(p.T("review.suspended"), text(p.Span(float64(c.SuspendedSeconds))))
	}
	if c.Visits >= 0 {
		add(p.T("review.visits"), text(p.Int(uint64(c.Visits))))
	}
	return t
}
