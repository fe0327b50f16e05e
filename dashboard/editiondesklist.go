package dashboard

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/edition"
	"haochaping/evaluation/scheme"
)

// deskView is the list of editions for those who lead them.
type deskView struct {
	Done     string
	Drawings []drawingRow
	Due      []dueRow
	Rows     []deskRow
	Hidden   int
	May      bool // the reader may begin an edition
	Create   deskForm
	Schemes  []labelledChoice
}

// deskRow is one revision in the list.
type deskRow struct {
	Number           label
	Href             string
	Scheme           label
	Period           string
	Revision, Drafts int
	State, Tone      string
	Until            string // of the objection period
	Left             string // how much of it is left
	Pending          string // objections that are to be settled
	Last             string // the last step
	By               label
	When             string
}

// drawingRow is a draft that was asked for.
type drawingRow struct {
	What  label
	Href  string
	By    label
	State string
	Text  string // what came of it
	Under bool   // it waits or is being drawn
	Bad   bool
}

// dueRow is an edition that is to be drawn up.
type dueRow struct {
	Scheme label
	Period string
	Form   deskForm
}

// shownDrawings is how long a page tells what became of a drawing.
const shownDrawings = 24 * time.Hour

func (d *Dashboard) showDesk(w http.ResponseWriter, r *http.Request) error {
	return d.drawDesk(w, r, nil)
}

func (d *Dashboard) drawDesk(w http.ResponseWriter, r *http.Request, t *tried) error {
	p, err := d.deskPage(r, "desk_editions", "editions")
	if err != nil {
		return err
	}
	p.Title = label{Text: p.T("room.editions")}
	ctx, cancel := context.WithTimeout(r.Context(), d.options.CardTimeout)
	defer cancel()
	reg, err := d.registerNow(ctx)
	if err != nil {
		return err
	}
	schemes, err := d.options.EditionDesk.Schemes(ctx)
	if err != nil {
		return err
	}
	due, err := d.options.EditionDesk.Due(ctx)
	if err != nil {
		return err
	}
	by := p.doers(ctx)
	v := &deskView{May: p.seesAll()}
	p.Part = v
	v.Drawings = p.drawingRows(reg, by, "")
	p.pendingDrawings(v.Drawings)
	list := p.revisions(reg)
	v.Hidden = max(0, len(list)-maxEditions)
	for _, rev := range list[:len(list)-v.Hidden] {
		v.Rows = append(v.Rows, p.deskRow(reg, rev, by))
	}
	v.Create = p.deskForm("create", "/workbench/editions", t, url.Values{"scheme": {scheme.DefaultID}, "period": {p.lastMonth()}})
	v.Schemes = p.schemeOptions(schemes, v.Create.Value("scheme"))
	for i := range due {
		v.Due = append(v.Due, p.dueRow(&due[i]))
	}
	return d.render(w, r, t.statusOf(), p)
}

// lastMonth is the label of the month before this one.
func (p *page) lastMonth() string {
	return calendar.Label(calendar.KindMonth, calendar.Previous(calendar.KindMonth, p.today()).From)
}

func (p *page) today() calendar.Day { return calendar.DayOf(p.now, p.zone) }

func (p *page) deskLink(number string) string {
	return p.linkWith("/workbench/edition/"+url.PathEscape(number), url.Values{})
}

func (p *page) deskRow(reg *register, rev *edition.Revision, by func(string) label) deskRow {
	head := reg.heads[rev.Ref]
	last := &rev.Steps[len(rev.Steps)-1]
	row := deskRow{
		Number: label{Text: rev.Number, Name: true}, Href: p.deskLink(rev.Number), Scheme: p.schemeName(reg, head.SchemeID), Period: p.Range(head.Period),
		Revision: rev.Revision, Drafts: rev.Draft(), State: rev.State.Words(p.lang), Tone: string(rev.State),
		Last: last.Action.Words(p.lang), By: by(last.By), When: p.Clock(last.At, p.now),
	}
	if rev.Opened && !released(rev) {
		row.Until = p.Date(rev.Open.Until)
	}
	if rev.State == edition.Objectable {
		row.Left = p.daysLeft(rev.Open.Until)
	}
	if n := len(rev.Pending()); n > 0 && !released(rev) && p.seesAll() {
		row.Pending = p.T("desk.pending", "N", n)
	}
	return row
}

// daysLeft says how many working days of a period are left after today; nothing where the calendar does not know them.
func (p *page) daysLeft(until calendar.Day) string {
	today := p.today()
	switch {
	case until < today:
		return p.T("desk.left.over")
	case until == today:
		return p.T("desk.left.today")
	}
	left, known := p.workdays().Count(calendar.Range{From: today + 1, To: until})
	if !known {
		return ""
	}
	return p.T("desk.left", "N", left)
}

// drawingRows are the drafts that were asked for of late; of an edition, or all with ”.
func (p *page) drawingRows(reg *register, by func(string) label, number string) (rows []drawingRow) {
	for _, one := range p.dashboard.options.EditionDesk.Drawings() {
		if number != "" && one.Number != number && one.Ref.Number != number || !one.Ended.IsZero() && p.now.Sub(one.Ended) > shownDrawings {
			continue
		}
		row := drawingRow{What: label{Text: one.Number, Name: true}, By: by(one.By)}
		if one.Number == "" {
			id, _, _ := strings.Cut(one.Scheme, "@")
			row.What = label{Text: p.schemeName(reg, id).Text + " · " + p.Range(one.Period), Name: true}
		}
		var refusal edition.Refusal
		switch {
		case one.Began.IsZero():
			row.Under, row.State, row.Text = true, p.T("drawing.waits"), p.T("drawing.waits.text", "Time", p.Clock(one.Ordered, p.now))
		case one.Ended.IsZero():
			row.Under, row.State, row.Text = true, p.T("drawing.runs"), p.T("drawing.runs.text", "Time", p.Clock(one.Began, p.now), "Span", p.Span(max(1, p.now.Sub(one.Began).Seconds())))
		case errors.As(one.Err, &refusal):
			row.Bad, row.State, row.Text = true, p.T("drawing.refused"), refusal.In(p.lang)
		case one.Err != nil:
			row.Bad, row.State, row.Text = true, p.T("drawing.failed"), p.T("drawing.failed.text", "Time", p.Clock(one.Ended, p.now))
		case one.Unchanged:
			row.Href, row.State, row.Text = p.deskLink(one.Number), p.T("drawing.unchanged"), p.T("drawing.unchanged.text", "Time", p.Clock(one.Ended, p.now))
		default:
			row.Href, row.State = p.deskLink(one.Ref.Number), p.T("drawing.done")
			row.What = label{Text: one.Ref.String(), Name: true}
			row.Text = p.T("drawing.done.text", "Draft", one.Draft, "Units", p.Int(uint64(max(one.Units, 0))), "Span", p.Span(max(1, one.Ended.Sub(one.Began).Seconds())))
		}
		rows = append(rows, row)
	}
	return rows
}

// pendingDrawings has an open page look again while a draft is being drawn.
func (p *page) pendingDrawings(rows []drawingRow) {
	p.Plain = !slices.ContainsFunc(rows, func(r drawingRow) bool { return r.Under })
}

func (p *page) schemeOptions(schemes []*scheme.Scheme, chosen string) []labelledChoice {
	var list []labelledChoice
	for i, s := range schemes {
		name := s.ID + "@" + s.Version
		newest := i == 0 || schemes[i-1].ID != s.ID
		list = append(list, labelledChoice{
			label:   label{Text: p.T("desk.create.version", "Name", cmp.Or(s.Name.In(p.lang), s.ID), "Version", s.Version, "Valid", p.validText(s.Valid)), Name: true},
			Value:   name,
			Current: name == chosen || newest && s.ID == chosen,
		})
	}
	return list
}

// validText says for which periods a scheme is.
func (p *page) validText(valid calendar.Range) string {
	switch {
	case valid.From == calendar.MinDay && valid.To == calendar.MaxDay:
		return p.T("desk.create.valid_ever")
	case valid.To == calendar.MaxDay:
		return p.T("desk.create.valid_from", "Day", p.Date(valid.From))
	case valid.From == calendar.MinDay:
		return p.T("desk.create.valid_until", "Day", p.Date(valid.To))
	}
	return p.Range(valid)
}

func (p *page) dueRow(t *edition.Task) dueRow {
	form := p.deskForm("due", "/workbench/editions", nil, url.Values{
		"scheme": {t.Scheme.ID + "@" + t.Scheme.Version}, "period": {edition.PeriodLabel(t.Period)},
	})
	return dueRow{Scheme: label{Text: cmp.Or(t.Scheme.Name.In(p.lang), t.Scheme.ID), Name: true}, Period: p.Range(t.Period), Form: form}
}

// readOrder reads the form of a new edition; problem says what is wrong with it.
func (p *page) readOrder(ctx context.Context, form url.Values) (order DrawOrder, problem string, err error) {
	schemes, err := p.dashboard.options.EditionDesk.Schemes(ctx)
	if err != nil {
		return order, "", err
	}
	order = DrawOrder{Action: edition.Create, Scheme: form.Get("scheme"), By: p.person.ID, Another: form.Get("another") == "yes"}
	if !slices.ContainsFunc(schemes, func(s *scheme.Scheme) bool { return s.ID+"@"+s.Version == order.Scheme }) {
		return order, p.T("desk.create.scheme.wrong"), nil
	}
	text, from, to := strings.TrimSpace(form.Get("period")), strings.TrimSpace(form.Get("from")), strings.TrimSpace(form.Get("to"))
	switch {
	case from != "" || to != "":
		first, err1 := calendar.ParseDay(from)
		last, err2 := calendar.ParseDay(to)
		if err1 != nil || err2 != nil || last < first {
			return order, p.T("desk.create.days.wrong"), nil
		}
		order.Period = calendar.Range{From: first, To: last}
	default:
		if _, order.Period, err = calendar.ParsePeriod(text); err != nil {
			return order, p.T("desk.create.period.wrong"), nil
		}
	}
	return order, "", nil
}

// createEdition has the first draft of an edition drawn.
func (d *Dashboard) createEdition(w http.ResponseWriter, r *http.Request) error {
	p, err := d.deskPage(r, "desk_editions", "editions")
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if !p.seesAll() {
		return errForbidden
	}
	ctx, cancel := d.changing(r)
	defer cancel()
	t := &tried{form: "create", values: r.PostForm}
	order, problem, err := p.readOrder(ctx, r.PostForm)
	if err != nil {
		return err
	}
	if t.problem = problem; problem != "" {
		return d.drawDesk(w, r, t)
	}
	object := order.Scheme + " " + edition.PeriodLabel(order.Period)
	done, err := p.orderDraft(ctx, order, "edition.create", object)
	switch {
	case err != nil && t.refused(p, err):
		return d.drawDesk(w, r, t)
	case err != nil:
		return err
	case done.Ended.IsZero(), done.Err != nil:
		redirect(w, r, p.linkWith("/workbench/editions", url.Values{}))
	default:
		redirect(w, r, p.stepDone(done.Ref.Number, "create"))
	}
	return nil
}

// sentTwice is how soon after a first draft was drawn the same order of the same person is one form sent twice.
const sentTwice = 10 * time.Second

// orderDraft puts an order on record, has it drawn and waits a moment for it. What goes wrong with the drawing itself
// is for the page to tell; a refusal is for the form.
func (p *page) orderDraft(ctx context.Context, order DrawOrder, action, object string) (Drawing, error) { //nolint:gocritic // once a click
	desk := p.dashboard.options.EditionDesk
	same := func(one Drawing) bool { //nolint:gocritic // a few at most
		just := one.Err == nil && order.Number == "" && one.By == order.By && p.now.Sub(one.Ended) < sentTwice
		return one.Same(&order) && (one.Ended.IsZero() || just && !order.Another)
	}
	if i := slices.IndexFunc(desk.Drawings(), same); i >= 0 && !desk.Drawings()[i].Ended.IsZero() {
		return desk.Drawings()[i], nil
	} else if i < 0 {
		if err := desk.Drawable(ctx, order); err != nil {
			return Drawing{}, err
		}
		if err := p.act(action, object); err != nil {
			return Drawing{}, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, drawingWaits)
	defer cancel()
	done, err := desk.Draw(ctx, order)
	if err == nil && errors.Is(done.Err, edition.ErrRefused) {
		err = done.Err
	}
	return done, err
}
