package dashboard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/edition"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// Evidence is what the figures of one unit stand on, record by record.
type Evidence interface {
	// Survey counts what a pack would hold, and what is counted for the unit.
	Survey(ctx context.Context, q evaluation.EvidenceQuery) (evaluation.EvidenceSurvey, error)
	// Alone is what was measured of a unit that is judged beside no others.
	Alone(ctx context.Context, q evaluation.EvidenceQuery) (*scoring.Result, error)
	// Pack writes a pack with the survey in e while its records are read; agrees = they add up to the figures. After
	// an error what was written is no whole archive.
	Pack(ctx context.Context, w io.Writer, e *export.Evidence, lang string) (agrees bool, err error)
}

// evidenceRoutes are the addresses of evidence packs. Whoever may evaluate may see records too; both is asked for.
var evidenceRoutes = []route{
	{pattern: "GET /evidence/{kind}/{code}", needs: access.Evaluate, page: (*Dashboard).evidencePage},
	{pattern: "GET /evidence/{kind}/{code}/pack.zip", needs: access.Evaluate, serve: (*Dashboard).evidencePack},
}

// What packs may take.
const (
	keptSurveys  = 64
	surveyTime   = 5 * time.Minute // to count; a page does not wait so long
	packTime     = time.Hour       // to be taken down
	packsAtATime = 3               // of all readers; each holds a connection to the store
)

// evidenceDesk knows which packs are under way, and what was counted lately.
type evidenceDesk struct {
	mu      sync.Mutex
	readers map[string]bool // who takes one down
	surveys recent[surveyKey, *answer[evaluation.EvidenceSurvey]]
}

type surveyKey struct {
	kind   evaluation.EvidenceKind
	code   string
	period calendar.Range
	scope  string
}

// take begins a pack for a reader; ok is false while the reader, or too many others, take one down.
func (e *evidenceDesk) take(reader string) (release func(), ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.readers[reader] || len(e.readers) >= packsAtATime {
		return nil, false
	}
	e.readers[reader] = true
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.readers, reader)
	}, true
}

// evidenceAsk is what an address asks for.
type evidenceAsk struct {
	query    evaluation.EvidenceQuery
	revision *edition.Revision // of an edition; nil = of a period
	seen     *seen
}

// values are the choices that addresses of the same pack keep.
func (a *evidenceAsk) values(p *page) url.Values {
	if a.revision == nil {
		return p.period.values()
	}
	values := url.Values{}
	values.Set(keyEdition, a.revision.Number)
	values.Set(keyRevision, strconv.Itoa(a.revision.Revision))
	return values
}

// evidenceKinds are the kinds of units that a scheme judges, as evidence calls them.
var evidenceKinds = map[scheme.UnitKind]evaluation.EvidenceKind{
	scheme.UnitRegion: evaluation.EvidenceRegion, scheme.UnitDepartment: evaluation.EvidenceDepartment, scheme.UnitItem: evaluation.EvidenceItem,
	scheme.UnitWindow: evaluation.EvidenceWindow, scheme.UnitLineRegion: evaluation.EvidenceLine,
}

// mayEvidence reports whether there are packs, and the reader may have them.
func (p *page) mayEvidence() bool {
	return p.dashboard.options.Evidence != nil && p.person.May(access.Evaluate) && p.person.May(access.ReadRecords)
}

// evidenceLink leads to what a unit's figures of the page's period stand on; ” for who may not see that.
func (p *page) evidenceLink(kind evaluation.EvidenceKind, code string, values url.Values) string {
	q := evaluation.EvidenceQuery{Kind: kind, Code: code}
	region, department, ok := q.Place(p.dir)
	if !ok || !p.mayEvidence() || !p.person.Scope.Allows(p.dir, region, department) {
		return ""
	}
	return p.linkWith("/evidence/"+string(kind)+"/"+url.PathEscape(code), values)
}

// readEvidence reads what the address asks for. A unit that the reader does not see whole is not there.
func (p *page) readEvidence() (*evidenceAsk, error) {
	if p.dashboard.options.Evidence == nil {
		return nil, errNotFound
	}
	if !p.mayEvidence() {
		return nil, errForbidden
	}
	a := &evidenceAsk{query: evaluation.EvidenceQuery{
		Range: p.period.Range, Kind: evaluation.EvidenceKind(p.request.PathValue("kind")), Code: p.request.PathValue("code"), Scope: p.person.Scope,
	}}
	a.query.Spell(p.dir)
	region, department, ok := a.query.Place(p.dir)
	if !ok || !p.person.Scope.Allows(p.dir, region, department) {
		return nil, errNotFound
	}
	if number := p.request.URL.Query().Get(keyEdition); number != "" {
		if err := p.readEvidenceEdition(a, number); err != nil {
			return nil, err
		}
	}
	if a.query.Kind == evaluation.EvidenceItem { // which are counted by whole months
		a.query.From, a.query.To = calendar.Period(calendar.KindMonth, a.query.From).From, calendar.Period(calendar.KindMonth, a.query.To).To
	}
	p.period.Range = a.query.Range
	if err := a.query.Check(p.dir); err != nil {
		return nil, fmt.Errorf("%w: %w", errBadRequest, err)
	}
	return a, nil
}

// readEvidenceEdition takes period and unit from an edition.
func (p *page) readEvidenceEdition(a *evidenceAsk, number string) error {
	p.request.SetPathValue("number", number)
	rev, r, err := p.findEdition()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(p.request.Context(), readEdition)
	defer cancel()
	f, err := p.dashboard.readDocument(ctx, rev.Number, rev.Content())
	if err != nil {
		return err
	}
	a.revision, a.seen = rev, see(f, &p.person, p.dir)
	if evidenceKinds[f.units.Kind] != a.query.Kind || !a.seen.codes[a.query.Code] {
		return errNotFound
	}
	a.query.Range = r.heads[rev.Ref].Period
	return nil
}

// survey is what a pack would hold, counted once for all who ask while the facts stand still.
func (p *page) survey(ctx context.Context, a *evidenceAsk) (evaluation.EvidenceSurvey, error) {
	d := p.dashboard
	key := surveyKey{a.query.Kind, a.query.Code, a.query.Range, a.query.Scope.Key()}
	s, err := recall(ctx, d.facts, want(p.Generation, exact), &d.evidence.surveys, key, surveyTime, func(ctx context.Context) (evaluation.EvidenceSurvey, error) {
		return d.options.Evidence.Survey(ctx, a.query)
	})
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return s, fmt.Errorf("count the evidence of %s: %w", a.query.Code, errStillJudging)
	}
	return s, err
}

// judged is the evaluation whose figures are evidenced, as far as the reader sees it.
func (p *page) judged(ctx context.Context, a *evidenceAsk, e *export.Evidence) error {
	if a.revision != nil {
		doc := a.seen.edition
		e.Result, e.Ranked = a.seen.result, a.seen.all
		e.Edition = &export.EvidenceEdition{
			Ref: a.revision.String(), Draft: !released(a.revision), Document: a.revision.Content(), DataHash: doc.Calculation.DataHash,
			Generation: doc.Watermark.Generation, DataTime: doc.Watermark.DataTime,
		}
		return nil
	}
	c := contest{By: byRegion, Level: p.dir.Level(a.query.Code)}
	if a.query.Kind == evaluation.EvidenceDepartment {
		d, _ := p.dir.Department(a.query.Code)
		c = contest{By: byDepartment, Line: d.Line}
	}
	if a.query.Kind != evaluation.EvidenceRegion && c.Line == "" {
		var err error
		e.Alone = true
		e.Result, err = p.dashboard.options.Evidence.Alone(ctx, a.query)
		return err
	}
	all, err := p.dashboard.facts.judge(ctx, p.wanted, judgement{c.units(), a.query.Range, scoring.RuleActive})
	if err != nil {
		return err
	}
	e.Ranked = len(all.Ranked)
	e.Result = all.Only(func(code string) bool {
		region, department := placeOf(p.dir, c.units().Kind, code)
		return p.person.Scope.Allows(p.dir, region, department)
	})
	return nil
}

// packWriter sends the headers of a pack with its first byte, and nothing that could not be put on record.
type packWriter struct {
	http.ResponseWriter
	name  string
	begun bool
}

// Write sends a part of the pack.
func (w *packWriter) Write(part []byte) (int, error) {
	if !w.begun {
		w.begun = true
		h := w.Header()
		h.Set("Content-Type", "application/zip")
		h.Set("Content-Disposition", `attachment; filename="`+w.name+`"`)
		h.Set("Cache-Control", "private, no-store")
		w.WriteHeader(http.StatusOK)
	}
	if r, ok := w.ResponseWriter.(*recordingWriter); ok && r.refused != nil {
		return 0, errNotOnRecord
	}
	return w.ResponseWriter.Write(part)
}

// evidencePack sends a pack while it is made. What breaks off behind its first byte breaks the connection, so that
// nobody takes the part for the whole.
func (d *Dashboard) evidencePack(w http.ResponseWriter, r *http.Request) error {
	p := d.newPage(r)
	if err := p.prepare(); err != nil {
		return err
	}
	a, err := p.readEvidence()
	if err != nil {
		return err
	}
	release, ok := d.evidence.take(p.person.ID)
	if !ok {
		w.Header().Set("Retry-After", "60")
		return p.refuseEvidence(w, a, http.StatusTooManyRequests, p.T("evidence.busy"))
	}
	defer release()
	ctx, cancel := context.WithTimeout(r.Context(), packTime)
	defer cancel()
	e := &export.Evidence{Query: a.query}
	if e.Survey, err = p.survey(ctx, a); err != nil {
		return err
	}
	if e.Survey.Rows > evaluation.MaxEvidence {
		return p.refuseEvidence(w, a, http.StatusUnprocessableEntity, p.tooMuch(e.Survey.Rows))
	}
	if err := p.judged(ctx, a, e); err != nil {
		return err
	}
	out := &packWriter{ResponseWriter: w, name: p.evidenceName(&a.query)}
	if r.Method == http.MethodHead {
		_, err := out.Write(nil)
		return err
	}
	agrees, err := d.options.Evidence.Pack(ctx, out, e, p.lang)
	switch {
	case errors.Is(err, errNotOnRecord):
		return err
	case err != nil && out.begun:
		d.incident(r, "evidence broke off", err)
		panic(http.ErrAbortHandler)
	case err == nil && !agrees:
		d.options.Logger.Warn("evidence does not add up to the figures", "unit", a.query.Code, "period", a.query.Range.String(), "dirty_days", e.Survey.Dirty)
	}
	return err
}

func (p *page) tooMuch(rows uint64) string {
	return p.T("evidence.too_much", "Count", p.Int(rows), "Most", p.Int(evaluation.MaxEvidence))
}

// refuseEvidence is the page that says why there is no pack now.
func (p *page) refuseEvidence(w http.ResponseWriter, a *evidenceAsk, status int, why string) error {
	p.describeEvidence(a)
	p.Part = &evidenceView{Refused: why, Period: p.Range(a.query.Range)}
	return p.dashboard.render(w, p.request, status, p)
}

// evidenceName names a pack. Codes may hold letters of any script, which the header of an answer may not.
func (p *page) evidenceName(q *evaluation.EvidenceQuery) string {
	code := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' {
			return r
		}
		return '_'
	}, clip(q.Code, 60))
	return fmt.Sprintf("%s-evidence-%s-%s_%s_%s.zip", p.fileStem(), q.Kind, code, q.From, q.To)
}
