package dashboard

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/edition"
	"haochaping/evaluation/scheme"
)

// The choices of the register, in the words of addresses.
const (
	keyEdition   = "edition"
	keyObjection = "o"
	objectionsOf = "/workbench/objections"
)

// objectionStates are what the register can be filtered by.
var objectionStates = []string{"open", "upheld", "rejected", "late"}

// objectionFilter chooses objections; zero members choose all.
type objectionFilter struct {
	number string
	state  string
}

// objectionLine is one objection and where it stands.
type objectionLine struct {
	Ref       edition.Ref
	Name      string // NUMBER.REVISION #ID
	Unit      label
	Href      string
	Text      label
	Clock     cell
	State     string
	objection *edition.Objection
	day       calendar.Day // on which it came
	due       time.Time    // zero = not known
}

// objectionsView is what the register shows besides its table.
type objectionsView struct {
	Done     string
	Editions []labelledChoice
	States   []labelledChoice
	Clear    string
	One      *oneObjection
	Add      deskForm
	Into     []labelledChoice // editions that take objections
	Narrowed bool
}

// oneObjection is the objection that the address names, with what can be done about it.
type oneObjection struct {
	Line    objectionLine
	Facts   []fact
	Text    label
	Decide  bool
	Answer  bool
	Why     string // why nothing can be done by this reader
	Form    deskForm
	Edition string // its address
}

func (d *Dashboard) showObjections(w http.ResponseWriter, r *http.Request) error {
	return d.drawObjections(w, r, nil)
}

// drawObjections shows the register over all editions, as far as the reader sees the units.
func (d *Dashboard) drawObjections(w http.ResponseWriter, r *http.Request, t *tried) error {
	p, err := d.deskPage(r, "desk_objections", "objections")
	if err != nil {
		return err
	}
	p.Title = label{Text: p.T("room.objections")}
	ctx, cancel := context.WithTimeout(r.Context(), d.options.CardTimeout)
	defer cancel()
	reg, err := d.registerNow(ctx)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	filter := objectionFilter{number: q.Get(keyEdition), state: q.Get(keyState)}
	if filter.state != "" && !slices.Contains(objectionStates, filter.state) {
		return errBadRequest
	}
	kinds := p.schemeKinds(ctx)
	lines := p.objectionLines(reg, kinds, filter)
	by := p.doers(ctx)
	p.keep = []string{keyEdition, keyState}
	p.add(card{
		ID: "objections", Title: p.T("objections.title"), Note: p.T("objections.note", "N", d.options.EditionDesk.ObjectionDays()), Span: spanFull,
		Open: true, EmptyText: p.T("objections.none"),
	}, func(_ context.Context, c *card) error {
		c.Table, c.Empty = p.objectionTable(lines, by), len(lines) == 0
		return nil
	})
	v := &objectionsView{Done: p.doneText(), Narrowed: !p.seesAll()}
	p.Part = v
	p.objectionChoices(v, reg, filter)
	v.Add = p.deskForm("add", objectionsOf, t, url.Values{"edition": {filter.number}})
	v.Into = p.objectable(reg, v.Add.Value("edition"))
	if v.One, err = p.chosenObjection(ctx, reg, kinds, by, t); err != nil {
		return err
	}
	p.load()
	if q.Get("format") == "csv" {
		return p.writeCard(w, q.Get("card"))
	}
	return d.render(w, r, t.statusOf(), p)
}

// schemeKinds are the kinds of units that the versions of each scheme judge; nil where the reader sees every unit.
func (p *page) schemeKinds(ctx context.Context) map[string][]scheme.UnitKind {
	if p.person.Scope.Allows(p.dir, "", "") {
		return nil
	}
	kinds := make(map[string][]scheme.UnitKind)
	schemes, err := p.dashboard.options.EditionDesk.Schemes(ctx)
	if err != nil {
		p.dashboard.incident(p.request, "schemes cannot be read", err) // then nothing is seen
	}
	for _, s := range schemes {
		kinds[s.ID] = append(kinds[s.ID], s.Units.Kind)
	}
	return kinds
}

// seesUnit reports whether the reader sees a unit that some scheme judges, whichever of its versions that was.
func (p *page) seesUnit(kinds map[string][]scheme.UnitKind, schemeID, code string) bool {
	if p.person.Scope.Allows(p.dir, "", "") {
		return true
	}
	for _, kind := range kinds[schemeID] {
		region, department := placeOf(p.dir, kind, code)
		if !p.person.Scope.Allows(p.dir, region, department) {
			return false
		}
	}
	return len(kinds[schemeID]) > 0
}

// objectionLines are the objections that a filter chooses, of units that the reader sees: the open ones by their
// clocks, then the newest first.
func (p *page) objectionLines(reg *register, kinds map[string][]scheme.UnitKind, f objectionFilter) []objectionLine {
	var list []objectionLine
	for _, l := range reg.ledgers {
		if f.number != "" && l.Number != f.number {
			continue
		}
		for i := range l.Revisions {
			rev := &l.Revisions[i]
			for j := range rev.Objections {
				o := &rev.Objections[j]
				if f.takes(o) && p.seesUnit(kinds, reg.heads[rev.Ref].SchemeID, o.Unit) {
					list = append(list, p.objectionLine(rev, o))
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b objectionLine) int {
		if x, y := a.objection.Open(), b.objection.Open(); x != y {
			if x {
				return -1
			}
			return 1
		} else if x {
			return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.Name, b.Name))
		}
		return cmp.Or(cmp.Compare(b.objection.At, a.objection.At), cmp.Compare(a.Name, b.Name))
	})
	return list
}

func (f objectionFilter) takes(o *edition.Objection) bool {
	switch f.state {
	case "open":
		return o.Open()
	case "upheld":
		return o.Decision == edition.Upheld
	case "rejected":
		return o.Decision == edition.Rejected
	case "late":
		return o.Late
	}
	return true
}

func (p *page) objectionLine(rev *edition.Revision, o *edition.Objection) objectionLine {
	line := objectionLine{
		Ref: rev.Ref, Name: rev.String() + " #" + strconv.Itoa(o.ID), Unit: p.anyUnit(o.Unit), objection: o, State: p.objectionState(o),
		Text: p.commentCell(o.Text, excerptLength).label,
	}
	line.Href = p.linkWith(objectionsOf, url.Values{keyObjection: {objectionKey(rev.Ref, o.ID)}})
	if at, err := time.Parse(time.RFC3339, o.At); err == nil {
		line.day = calendar.DayOf(at, p.zone)
		if end, known := p.workdays().AddWorkingDays(line.day, p.dashboard.options.EditionDesk.ObjectionDays()); known {
			line.due = (end + 1).Start(p.zone)
		}
	}
	line.Clock = p.clock(line.due, line.objection.Open(), line.day)
	line.Clock.Href = line.Href
	return line
}

// objectionKey names an objection in an address.
func objectionKey(ref edition.Ref, id int) string { return ref.String() + ":" + strconv.Itoa(id) }

func (p *page) objectionState(o *edition.Objection) string {
	text := p.T("objection.state.open")
	switch {
	case o.Decision == edition.Upheld && o.Open():
		text = p.T("objection.state.unanswered")
	case o.Decision == edition.Upheld:
		text = p.T("objection.state.upheld")
	case o.Decision == edition.Rejected:
		text = p.T("objection.state.rejected")
	}
	if o.Late {
		text += p.T("list.and") + p.T("objection.state.late")
	}
	return text
}

// anyUnit names a unit of whatever kind by the directory of today; its code where that does not know it.
func (p *page) anyUnit(code string) label {
	if r, ok := p.dir.Region(code); ok {
		return p.pick(r.Name, r.NameEN, r.Code)
	}
	if dep, ok := p.dir.Department(code); ok {
		return p.pick(dep.Name, dep.NameEN, dep.Code)
	}
	if item, ok := p.dir.Item(code); ok {
		return p.pick(item.Name, item.NameEN, item.Code)
	}
	if hall, window, ok := strings.Cut(code, "/"); ok {
		if _, known := p.dir.Window(hall, window); known {
			return p.placeName(hall, window)
		}
	}
	if line, region, ok := strings.Cut(code, "@"); ok {
		if r, known := p.dir.Region(region); known {
			name := p.pick(r.Name, r.NameEN, r.Code)
			return label{Text: name.Text + " · " + p.lineName(line).Text, Name: true}
		}
	}
	return label{Text: code, Name: true}
}

// objectionTable is the register, one objection a row.
func (p *page) objectionTable(lines []objectionLine, by func(string) label) *table {
	t := &table{Columns: []column{
		{Title: p.T("column.clock")},
		{Title: p.T("ranking.unit")},
		{Title: p.T("objection.text")},
		{Title: p.T("column.state")},
		{Title: p.T("objection.days"), Number: true},
		{Title: p.T("objection.received")},
		{Title: p.T("objection.by")},
		{Title: p.T("objection.reason")},
		{Title: p.T("objection.answer")},
		{Title: p.T("edition.number")},
	}}
	for i := range lines[:min(len(lines), maxRows)] {
		line := &lines[i]
		o := line.objection
		t.Rows = append(t.Rows, []cell{
			line.Clock,
			{label: line.Unit},
			p.commentCell(o.Text, excerptLength),
			text(line.State),
			text(p.Int(uint64(p.openDays(line)))),
			text(p.Date(line.day)),
			{label: by(o.By)},
			p.commentCell(o.Reason, excerptLength),
			p.answerCell(o.Answer),
			{label: label{Text: line.Name, Name: true}, Href: p.deskLink(line.Ref.Number)},
		})
	}
	if n := len(lines) - maxRows; n > 0 {
		t.Note = p.T("edition.more", "Count", n)
	}
	return t
}

// openDays is for how many days an objection has waited, or had waited when it was decided.
func (p *page) openDays(line *objectionLine) int {
	end := p.today()
	if at, err := time.Parse(time.RFC3339, line.objection.DecidedAt); err == nil && !line.objection.Open() {
		end = calendar.DayOf(at, p.zone)
	}
	return max(0, int(end-line.day))
}

// drawnAnswer is what the ledger writes as the answer of an objection that another draft has followed.
var drawnAnswer = regexp.MustCompile(`^draft ([0-9]{1,6})$`)

func (p *page) answerCell(answer string) cell {
	if found := drawnAnswer.FindStringSubmatch(answer); found != nil {
		return text(p.T("objection.redrawn", "Draft", found[1]))
	}
	return p.commentCell(answer, excerptLength)
}

// objectionChoices fills the menus of the filter.
func (p *page) objectionChoices(v *objectionsView, reg *register, f objectionFilter) {
	for _, number := range p.deskNumbers(reg) {
		v.Editions = append(v.Editions, labelledChoice{label: label{Text: number, Name: true}, Value: number, Current: number == f.number})
	}
	for _, state := range objectionStates {
		v.States = append(v.States, labelledChoice{label: label{Text: p.T("objection.filter." + state)}, Value: state, Current: state == f.state})
	}
	if f != (objectionFilter{}) {
		v.Clear = p.linkWith(objectionsOf, url.Values{})
	}
}

// deskNumbers are the editions, the newest period first.
func (p *page) deskNumbers(reg *register) (numbers []string) {
	for _, rev := range p.revisions(reg) {
		if rev.Revision == reg.ledgers[rev.Number].Last().Revision && len(numbers) < maxEditions {
			numbers = append(numbers, rev.Number)
		}
	}
	return numbers
}

// objectable are the revisions that objections are entered against: of the editions that went to the units at some time
// the one in force and the one that follows it.
func (p *page) objectable(reg *register, chosen string) (list []labelledChoice) {
	probe := edition.Event{Action: edition.Object, By: p.person.ID, Day: p.today(), Unit: "unit", Text: "text"}
	for _, number := range p.deskNumbers(reg) {
		l := reg.ledgers[number]
		if l.Try(probe) != nil {
			continue
		}
		for i := range slices.Backward(l.Revisions) {
			rev := &l.Revisions[i]
			if rev.State == edition.Superseded {
				continue
			}
			name := p.schemeName(reg, reg.heads[rev.Ref].SchemeID).Text + " · " + p.Range(reg.heads[rev.Ref].Period) + " · " +
				p.T("edition.revision", "Revision", rev.Revision) + " · " + rev.State.Words(p.lang)
			current := rev.String() == chosen || number == chosen && rev == l.Last()
			list = append(list, labelledChoice{label: label{Text: name, Name: true}, Value: rev.String(), Current: current})
		}
	}
	return list
}
