package dashboard

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/edition"
	"haochaping/evaluation/scheme"
)

// EditionDesk leads editions through their states and keeps the register of objections, by the rules of the ledger. An
// edition.Refusal says what is against them.
type EditionDesk interface {
	// Schemes are all versions of all schemes that can be read, by id, then the newest first.
	Schemes(ctx context.Context) ([]*scheme.Scheme, error)
	// Due are the editions that are to be drawn up today.
	Due(ctx context.Context) ([]edition.Task, error)
	// ObjectionDays is how many working days an objection period lasts unless somebody says otherwise.
	ObjectionDays() int
	// Step has events happen to a revision, all or none. Of an objection period without a last day, days says how many
	// working days it has; nil = ObjectionDays.
	Step(ctx context.Context, ref edition.Ref, days *int, events ...edition.Event) error
	// Publish signs the newest revision of an edition and publishes it.
	Publish(ctx context.Context, number, by string) error
	// Parts are the extracts for the units of a revision, Markdown by code.
	Parts(ctx context.Context, ref edition.Ref, lang string) (map[string]string, error)
	// Drawable says why a draft cannot be drawn; nil if it can.
	Drawable(ctx context.Context, in DrawOrder) error
	// Draw asks for a draft and waits for it until ctx ends; the drawing goes on. The same order twice is one drawing.
	Draw(ctx context.Context, in DrawOrder) (Drawing, error)
	// Drawings are the last ones that were asked for of this process, the newest first.
	Drawings() []Drawing
}

// DrawOrder asks for a draft: the first one of an edition, or with a Number another draft of its newest revision
// (edition.Redraw) or its next revision (edition.Create).
type DrawOrder struct {
	Action  edition.Action
	Scheme  string // ID@VERSION
	Period  calendar.Range
	Another bool // also if there is an edition of this scheme and period
	Number  string
	By      string // id of an account
	Note    string
}

// Same reports whether two orders are for the same draft.
func (o *DrawOrder) Same(other *DrawOrder) bool {
	if o.Number != "" || other.Number != "" {
		return o.Number == other.Number
	}
	return o.Scheme == other.Scheme && o.Period == other.Period
}

// Drawing is a draft that was asked for, and what became of it.
type Drawing struct {
	DrawOrder
	Ordered, Began, Ended time.Time // zero = not yet
	Err                   error     // of one that has ended

	Ref       edition.Ref // of what was drawn
	Draft     int
	Units     int
	Changed   int  // units that a revision places otherwise
	Unchanged bool // no revision was made: what is judged is what was
}

// editionDeskRoutes are the addresses of the steps of editions and of objections.
var editionDeskRoutes = []route{
	{pattern: "GET /workbench/editions", needs: access.Evaluate, serve: (*Dashboard).showDesk},
	{pattern: "POST /workbench/editions", needs: access.Evaluate, serve: (*Dashboard).createEdition},
	{pattern: "GET /workbench/edition/{number}", needs: access.Evaluate, serve: (*Dashboard).showDeskEdition},
	{pattern: "GET /workbench/edition/{number}/parts.zip", needs: access.Evaluate, serve: (*Dashboard).editionParts},
	{pattern: "POST /workbench/edition/{number}/{step}", needs: access.Evaluate, serve: (*Dashboard).takeStep},
	{pattern: "GET /workbench/objections", needs: access.Evaluate, serve: (*Dashboard).showObjections},
	{pattern: "POST /workbench/objections", needs: access.Evaluate, serve: (*Dashboard).addObjection},
	{pattern: "POST /workbench/objections/{number}/{revision}/{id}", needs: access.Evaluate, serve: (*Dashboard).settleObjection},
}

// drawingWaits is how long a form waits for a draft before it leads to the page that says how far it is.
const drawingWaits = 4 * time.Second

// keyDone names the step that has just been taken, which the next page confirms.
const keyDone = "done"

// deskPage is a page of the desk. Nothing on it grows old, so that nobody's typing is wiped out by fresh figures.
func (d *Dashboard) deskPage(r *http.Request, template, room string) (*page, error) {
	if d.options.EditionDesk == nil || d.options.Editions == nil {
		return nil, errNotFound
	}
	p := d.newPage(r)
	if err := p.prepare(); err != nil {
		return nil, err
	}
	p.Template, p.Nav, p.Quiet, p.Plain = template, "workbench", true, true
	p.Kind = label{Text: p.T("workbench.kind")}
	p.stand(workbenchRooms, room)
	return p, nil
}

// tried is a form that was sent and refused.
type tried struct {
	form    string // its id
	problem string
	values  url.Values
	status  int
}

// deskForm is one form of a page: what was typed, what is wrong with it, and where it is sent.
type deskForm struct {
	ID, Action, Problem string
	values              url.Values
}

// Value is what stands in a field.
func (f deskForm) Value(name string) string { return f.values.Get(name) }

// Has reports whether a box is ticked, or a choice made.
func (f deskForm) Has(name, value string) bool { return f.values.Get(name) == value }

// deskForm is a form with what was typed into it, if it is the one that was refused.
func (p *page) deskForm(id, path string, t *tried, preset url.Values) deskForm {
	f := deskForm{ID: id, Action: p.linkWith(path, url.Values{}), values: preset}
	if t != nil && t.form == id {
		f.Problem, f.values = t.problem, t.values
	}
	return f
}

// statusOf is the status of a page with a form that was refused.
func (t *tried) statusOf() int {
	switch {
	case t == nil:
		return http.StatusOK
	case t.status != 0:
		return t.status
	}
	return http.StatusUnprocessableEntity
}

// refused puts the words of a refusal on the form; false for any other error.
func (t *tried) refused(p *page, err error) bool {
	var r edition.Refusal
	if !errors.As(err, &r) {
		return false
	}
	t.problem = r.In(p.lang)
	return true
}

// seesAll reports whether the reader sees the figures of all regions that the directory knows.
func (p *page) seesAll() bool {
	if p.person.Scope.Allows(p.dir, "", "") {
		return true
	}
	roots := p.dir.Roots()
	for _, r := range roots {
		if !p.person.Scope.Allows(p.dir, r.Code, "") {
			return false
		}
	}
	return len(roots) > 0
}

// seesWhole reports whether the reader sees all units of a revision.
func (p *page) seesWhole(ctx context.Context, rev *edition.Revision) (bool, error) {
	if p.person.Scope.Allows(p.dir, "", "") {
		return true, nil
	}
	f, err := p.dashboard.readDocument(ctx, rev.Number, rev.Content())
	if err != nil {
		return false, err
	}
	return see(f, &p.person, p.dir).whole, nil
}

// timetableName is who the ledger says did what the timetable did.
const timetableName = "timetable"

// doers names accounts by their titles, as far as they are known.
func (p *page) doers(ctx context.Context) func(id string) label {
	titles := make(map[string]string)
	if from := p.dashboard.options.Accounts; from != nil {
		accounts, err := from.Accounts(ctx)
		if err != nil {
			p.dashboard.incident(p.request, "names of accounts cannot be read", err)
		}
		for i := range accounts {
			titles[accounts[i].ID] = accounts[i].Name
		}
	}
	return func(id string) label {
		if id == timetableName {
			return label{Text: p.T("desk.by.timetable")}
		}
		if title := titles[id]; title != "" && title != id {
			return label{Text: p.T("desk.by", "Name", title, "ID", id), Name: true}
		}
		return label{Text: id, Name: true}
	}
}

// drawingsView and offerView pair what a template draws with its page.
type drawingsView struct {
	Page *page
	Rows []drawingRow
}

// DrawingsOf pairs drawings with the page.
func (p *page) DrawingsOf(rows []drawingRow) drawingsView { return drawingsView{p, rows} }

type offerView struct {
	Page  *page
	Offer deskOffer
	View  *deskEditionView
}

// OfferOf pairs a step with the page.
func (p *page) OfferOf(o deskOffer, v *deskEditionView) offerView { return offerView{p, o, v} } //nolint:gocritic // a few a page
