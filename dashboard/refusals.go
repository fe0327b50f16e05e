package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"haochaping/access"
	"haochaping/record"
)

// Refusals is the desk of refused records: why, from which source, which fields; never a value.
type Refusals interface {
	// Refused are the records that were never accepted and that a filter chooses, the newest first, one page of them.
	Refused(ctx context.Context, f record.DeskFilter) ([]record.DeskEntry, error)
	// Counts sums them up by source, kind and reason, most records first.
	Counts(ctx context.Context, f record.DeskFilter) ([]record.RefusedCount, error)
	// Replay passes the held ones of them through the door again, with the code maps of this moment. It may be repeated:
	// nothing is counted twice.
	Replay(ctx context.Context, f record.DeskFilter) (ReplayReport, error)
}

// ReplayReport says what became of held records that were replayed.
type ReplayReport struct {
	Replayed int
	Refused  int // as before
	Reasons  []ReplayReason
	// More: it stopped at its bound; what follows the entry of AfterAt and AfterID was not tried.
	More    bool
	AfterAt time.Time
	AfterID uuid.UUID
}

// ReplayReason is a problem that held records still have.
type ReplayReason struct {
	Field, Code string
	Records     int
}

// refusalRoutes are the addresses of the desk of refused records.
var refusalRoutes = []route{
	{pattern: "GET /quality/refusals", needs: access.HandleRefusals, page: (*Dashboard).refusals},
	{pattern: "GET /quality/refusals/{id}", needs: access.HandleRefusals, page: (*Dashboard).refusal},
	{pattern: "POST /quality/refusals/replay", needs: access.HandleRefusals, serve: (*Dashboard).replayRefused},
}

// The choices of the desk, in the words of addresses; source and state are those of other pages.
const (
	keyReason = "reason"
	keyKind   = "kind"
	keyReport = "report"
)

var refusalKeys = []string{keySource, keyReason, keyKind, keyState}

// Bounds of the desk.
const (
	shownRefusals = 100
	maxRefusalKey = 100 // bytes of a choice
	replayTimeout = 2 * time.Minute
	keptReports   = 64
)

// refusalReasons are the reasons that have words.
var refusalReasons = []string{
	record.CodeMalformed, record.CodeUnknownField, record.CodeMissing, record.CodeInvalid, record.CodeTooLong, record.CodeTime, record.CodeUnmapped,
	record.CodeContact, record.CodeConflict, record.WhyQuarantined,
}

// refusalKinds are the kinds of records.
var refusalKinds = []string{
	record.KindRating.String(), record.KindPrompt.String(), record.KindCase.String(), record.KindFollowUp.String(), record.KindTally.String(),
}

// refusalsView is what the template of the desk shows besides cards.
type refusalsView struct {
	One                    bool // it is the page of one record, which has no period
	Elsewhere              bool // the reader does not see all regions: there is no row
	Source                 string
	Reasons, Kinds, States []labelledChoice
	Hidden                 []term
	Clear                  string
	Rows                   []refusalRow // of the card's table
	Replay                 string       // where a replay is sent; empty where nothing can be replayed
	Problem                string
	Report                 *replayView
	First, Next            string
}

// refusalRow is what a row of the list has besides its cells.
type refusalRow struct {
	ID    string
	Held  bool
	Cells []cell
}

// replayView is a report in words.
type replayView struct {
	Text, More string
	Gone       bool // it is no longer kept
	Reasons    []string
	After      string // where to go on
}

// refusals is the desk.
func (d *Dashboard) refusals(p *page) error { return d.fillRefusals(p, "") }

func (d *Dashboard) fillRefusals(p *page, problem string) error {
	if d.options.Refusals == nil {
		return errNotFound
	}
	p.Nav, p.Template, p.Quiet, p.Uncounted, p.Title = "quality", "refusals", true, true, label{Text: p.T("refusals.title")}
	p.stand(qualityRooms, "refusals")
	v := &refusalsView{Problem: problem}
	p.Part = v
	if !p.seesAll() {
		v.Elsewhere = true
		return nil
	}
	f, err := p.refusalFilter()
	if err != nil {
		return err
	}
	p.keep = append(slices.Clone(refusalKeys), keyAfter)
	p.refusalCards(v, f)
	p.keep = refusalKeys
	p.fillRefusalFilter(v, &f)
	if f.State == "" || f.State == record.RefusedHeld {
		values := p.refusalValues()
		v.Replay = p.linkWith("/quality/refusals/replay", values)
	}
	v.Report = p.replayView()
	return nil
}

// refusalFilter reads the choices. One that cannot be read is an error: without it more would be shown, and replayed,
// than was asked for.
func (p *page) refusalFilter() (record.DeskFilter, error) {
	q := p.request.URL.Query()
	f := record.DeskFilter{
		Refused: true, From: p.period.From.Start(p.zone), To: p.period.To.End(p.zone), Limit: shownRefusals + 1,
		Source: q.Get(keySource), Code: q.Get(keyReason), Kind: q.Get(keyKind), State: q.Get(keyState),
	}
	for _, text := range []string{f.Source, f.Code, f.Kind, f.State} {
		if len(text) > maxRefusalKey || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return f, fmt.Errorf("%w: a choice of the desk", errBadRequest)
		}
	}
	if f.State != "" && !slices.Contains(record.RefusedStates(), f.State) || f.Kind != "" && !slices.Contains(refusalKinds, f.Kind) {
		return f, fmt.Errorf("%w: no such state or kind", errBadRequest)
	}
	return f, readRefusalMark(q.Get(keyAfter), &f)
}

// readRefusalMark reads after which entry a page begins; writeRefusalMark is its inverse.
func readRefusalMark(text string, f *record.DeskFilter) error {
	if text == "" {
		return nil
	}
	at, id, _ := strings.Cut(text, ".")
	milli, err1 := strconv.ParseInt(at, 10, 64)
	entry, err2 := uuid.Parse(id)
	if err1 != nil || err2 != nil || milli <= 0 || len(id) != 36 {
		return fmt.Errorf("%w: no such page of the desk", errBadRequest)
	}
	f.AfterAt, f.AfterID = time.UnixMilli(milli).UTC(), entry
	return nil
}

func writeRefusalMark(at time.Time, id uuid.UUID) string {
	return strconv.FormatInt(at.UnixMilli(), 10) + "." + id.String()
}

// refusalValues are the choices of the desk in an address, without its page.
func (p *page) refusalValues() url.Values {
	values, q := p.period.values(), p.request.URL.Query()
	for _, key := range refusalKeys {
		if v := q.Get(key); v != "" {
			values.Set(key, v)
		}
	}
	return values
}

// fillRefusalFilter offers what can be chosen.
func (p *page) fillRefusalFilter(v *refusalsView, f *record.DeskFilter) {
	offer := func(list []string, prefix, chosen string) (out []labelledChoice) {
		for _, id := range list {
			out = append(out, labelledChoice{label: label{Text: p.T(prefix + id)}, Value: id, Current: id == chosen})
		}
		return p.withChosen(out, chosen)
	}
	v.Source = f.Source
	v.Reasons, v.Kinds = offer(refusalReasons, "refused.reason.", f.Code), offer(refusalKinds, "refused.kind.", f.Kind)
	v.States = offer(record.RefusedStates(), "refused.state.", f.State)
	values := p.period.values()
	if lang := p.request.URL.Query().Get("lang"); lang == p.lang {
		values.Set("lang", lang)
	}
	for key := range values {
		v.Hidden = append(v.Hidden, term{key, values.Get(key)})
	}
	slices.SortFunc(v.Hidden, func(a, b term) int { return strings.Compare(a.Term, b.Term) })
	if f.Source+f.Code+f.Kind+f.State != "" {
		v.Clear = p.link("/quality/refusals")
	}
}

// replayRefused replays the records of the filter or those that were chosen, and leads back to the desk with a report.
func (d *Dashboard) replayRefused(w http.ResponseWriter, r *http.Request) error {
	if d.options.Refusals == nil {
		return errNotFound
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	back := r.Clone(r.Context())
	back.URL.Path, back.URL.RawPath = "/quality/refusals", ""
	p := d.newPage(back)
	if !p.seesAll() {
		return errForbidden
	}
	if err := p.prepare(); err != nil {
		return err
	}
	f, err := p.replayFilter(r.PostForm)
	if err != nil {
		return err
	}
	if r.PostForm.Get("what") == "chosen" && len(f.IDs) == 0 {
		if err := d.fillRefusals(p, p.T("refusals.choose")); err != nil {
			return err
		}
		p.load()
		return d.render(w, r, http.StatusUnprocessableEntity, p)
	}
	if err := p.act("refusals.replay", p.replayObject(&f)); err != nil {
		return err
	}
	// A reader who goes away does not stop half-way what stands on record.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), replayTimeout)
	defer cancel()
	report, err := d.options.Refusals.Replay(ctx, f)
	if err != nil {
		return fmt.Errorf("replay refused records: %w", err)
	}
	values := p.refusalValues()
	values.Set(keyReport, d.replays.keep(p.person.ID, report))
	redirect(w, r, p.linkWith("/quality/refusals", values))
	return nil
}

// replayFilter is what a form asks to replay: all that the desk shows, or some entries of it.
func (p *page) replayFilter(form url.Values) (record.DeskFilter, error) {
	f, err := p.refusalFilter()
	if err != nil {
		return f, err
	}
	f.State, f.Refused, f.AfterAt, f.AfterID = "", false, time.Time{}, uuid.Nil // held ones are chosen by what they are
	if err := readRefusalMark(form.Get(keyAfter), &f); err != nil {
		return f, err
	}
	switch form.Get("what") {
	case "filter":
		return f, nil
	case "chosen":
	default:
		return f, fmt.Errorf("%w: replay the filter or chosen records", errBadRequest)
	}
	if len(form["id"]) > shownRefusals {
		return f, fmt.Errorf("%w: more than %d chosen records", errBadRequest, shownRefusals)
	}
	for _, text := range form["id"] {
		id, err := uuid.Parse(text)
		if err != nil {
			return f, fmt.Errorf("%w: no id of a record", errBadRequest)
		}
		f.IDs = append(f.IDs, id)
	}
	return f, nil
}

// replayObject is what stands on record of a replay.
func (p *page) replayObject(f *record.DeskFilter) string {
	text := fmt.Sprintf("%s to %s source=%q reason=%q kind=%q", p.period.From, p.period.To, f.Source, f.Code, f.Kind)
	if !f.AfterAt.IsZero() {
		text += " after " + writeRefusalMark(f.AfterAt, f.AfterID)
	}
	for _, id := range f.IDs {
		text += " " + id.String()
	}
	return text
}
