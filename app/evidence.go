package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/export"
	"haochaping/warehouse"
)

// EvidenceCall asks for what the figures of a unit stand on, as a ZIP.
type EvidenceCall struct {
	Kind   evaluation.EvidenceKind
	Code   string
	Period calendar.Range
	Scheme SchemeRef // by which the unit is judged; the default one for the units of its kind where it names none
	Lang   string
}

func (a *App) evidenceCommands(mux *http.ServeMux) {
	stream(mux, "evidence", a.writeEvidence)
}

// stream mounts a call that returns a file which is too long to be held. An error before the first byte is an answer,
// one behind it breaks the connection: what arrived can't be taken for the whole.
func stream[In any](mux *http.ServeMux, name string, do func(context.Context, *In, io.Writer) error) {
	mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(io.LimitReader(r.Body, controlLimit)).Decode(&in); err != nil {
			http.Error(w, "read the request: "+err.Error(), http.StatusBadRequest)
			return
		}
		out := &begun{Writer: w}
		switch err := do(r.Context(), &in, out); {
		case err != nil && out.any:
			panic(http.ErrAbortHandler)
		case err != nil:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
}

// begun knows whether anything was written.
type begun struct {
	io.Writer
	any bool
}

// Write writes a part.
func (b *begun) Write(part []byte) (int, error) {
	b.any = true
	return b.Writer.Write(part)
}

// evidence is what the figures of a unit stand on.
type evidence struct{ app *App }

func (v evidence) of(q evaluation.EvidenceQuery) (*warehouse.Evidence, error) {
	w, err := v.app.store.get()
	if err != nil {
		return nil, err
	}
	return w.Evidence(q)
}

// Survey counts what a pack would hold.
func (v evidence) Survey(ctx context.Context, q evaluation.EvidenceQuery) (evaluation.EvidenceSurvey, error) {
	from, err := v.of(q)
	if err != nil {
		return evaluation.EvidenceSurvey{}, err
	}
	return from.Survey(ctx)
}

// Alone is what was measured of a unit that is judged beside no others, by the indicators of the default scheme.
func (v evidence) Alone(ctx context.Context, q evaluation.EvidenceQuery) (*scoring.Result, error) {
	s, err := v.app.scheme(ctx, SchemeRef{})
	if err != nil {
		return nil, err
	}
	return v.alone(ctx, s, &q)
}

func (v evidence) alone(ctx context.Context, s *scheme.Scheme, q *evaluation.EvidenceQuery) (*scoring.Result, error) {
	unit := nameOf(v.app.store.Directory(), q)
	facts, err := v.app.store.Facts(ctx, q.Facts())
	if err != nil {
		return nil, err
	}
	reviews, _, err := v.app.followUps(ctx, q.Facts())
	if err != nil {
		return nil, err
	}
	for _, rows := range [][]evaluation.Row{facts, reviews} {
		for i := range rows {
			unit.Facts.Add(&rows[i].Facts)
		}
	}
	return scoring.Evaluate(ctx, s, []scoring.Unit{unit}, scoring.Options{})
}

// Pack writes a pack whose survey was made.
func (v evidence) Pack(ctx context.Context, w io.Writer, e *export.Evidence, lang string) (agrees bool, err error) {
	if e.Survey.Rows > evaluation.MaxEvidence {
		return false, fmt.Errorf("%w: %d, at most %d; choose a shorter period", evaluation.ErrTooMuchEvidence, e.Survey.Rows, evaluation.MaxEvidence)
	}
	from, err := v.of(e.Query)
	if err != nil {
		return false, err
	}
	dir := v.app.store.Directory()
	e.Query.Range, e.Directory, e.Made = from.Range(), dir.Version(), v.app.clock()
	e.Name = nameOf(dir, &e.Query)
	e.Period, e.Generation, e.Zone, e.Demo = e.Query.Range, e.Survey.Generation, v.app.cfg.Timezone.Location, v.app.demo
	return export.EvidencePack(ctx, w, e, from, lang)
}

// nameOf is a unit with its names in the directory.
func nameOf(dir *directory.Directory, q *evaluation.EvidenceQuery) scoring.Unit {
	u, f := scoring.Unit{Code: q.Code}, q.Facts()
	switch q.Kind {
	case evaluation.EvidenceRegion:
		r, _ := dir.Region(f.Region)
		u.NameZH, u.NameEN = r.Name, r.NameEN
	case evaluation.EvidenceLine:
		r, _ := dir.Region(f.Region)
		u.NameZH, u.NameEN = r.Name+" "+f.Line, r.NameEN+" "+f.Line
	case evaluation.EvidenceHall:
		h, _ := dir.Hall(f.Hall)
		u.NameZH, u.NameEN = h.Name, h.NameEN
	case evaluation.EvidenceWindow:
		h, _ := dir.Hall(f.Hall)
		w, _ := dir.Window(f.Hall, f.Window)
		u.NameZH, u.NameEN = h.Name+" "+w.Name, h.NameEN+" "+w.NameEN
	case evaluation.EvidenceDepartment:
		d, _ := dir.Department(f.Department)
		u.NameZH, u.NameEN = d.Name, d.NameEN
	case evaluation.EvidenceItem:
		i, _ := dir.Item(f.Item)
		u.NameZH, u.NameEN = i.Name, i.NameEN
	}
	return u
}

// judges reports whether a scheme judges units of the query's kind, among others of theirs. The default scheme judges
// regions of any level, and the departments of any line.
func judges(dir *directory.Directory, s *scheme.Scheme, q *evaluation.EvidenceQuery, asked bool) (scheme.Units, bool) {
	f, u := q.Facts(), s.Units
	switch q.Kind {
	case evaluation.EvidenceRegion:
		if !asked {
			return scheme.Units{Kind: scheme.UnitRegion, Level: dir.Level(f.Region)}, true
		}
		return u, u.Kind == scheme.UnitRegion && u.Level == dir.Level(f.Region)
	case evaluation.EvidenceDepartment:
		d, _ := dir.Department(f.Department)
		if !asked {
			return scheme.Units{Kind: scheme.UnitDepartment, Line: d.Line}, d.Line != ""
		}
		return u, u.Kind == scheme.UnitDepartment && (u.Line == "" || u.Line == d.Line)
	case evaluation.EvidenceLine:
		return u, u.Kind == scheme.UnitLineRegion && u.Level == dir.Level(f.Region) && (u.Line == "" || u.Line == f.Line)
	case evaluation.EvidenceWindow:
		return u, u.Kind == scheme.UnitWindow
	case evaluation.EvidenceItem:
		return u, u.Kind == scheme.UnitItem
	case evaluation.EvidenceHall:
	}
	return u, false
}

// writeEvidence answers the command, whose user sees everything.
func (a *App) writeEvidence(ctx context.Context, in *EvidenceCall, out io.Writer) error {
	s, err := a.schemeOfFile(ctx, in.Scheme)
	if err != nil {
		return err
	}
	if in.Period.Intersect(s.Valid) != in.Period {
		return fmt.Errorf("scheme %s, version %s, is valid from %s to %s: it does not judge %s", s.ID, s.Version, s.Valid.From, s.Valid.To, in.Period)
	}
	v, dir := evidence{a}, a.store.Directory()
	e := &export.Evidence{Query: evaluation.EvidenceQuery{Range: in.Period, Kind: in.Kind, Code: in.Code, Scope: directory.Scope{All: true}}}
	e.Query.Spell(dir)
	from, err := v.of(e.Query)
	if err != nil {
		return err
	}
	e.Query.Range = from.Range()
	if e.Survey, err = v.Survey(ctx, e.Query); err != nil {
		return err
	}
	if e.Survey.Rows > evaluation.MaxEvidence { // before anything is judged
		_, err := v.Pack(ctx, out, e, in.Lang)
		return err
	}
	units, ok := judges(dir, s, &e.Query, in.Scheme.Name != "" || len(in.Scheme.Text) > 0)
	if ok {
		own := *s // schemes are shared
		own.Units = units
		e.Result, err = a.judge(ctx, &own, e.Query.Range, scoring.Options{})
	} else {
		e.Alone = true
		e.Result, err = v.alone(ctx, s, &e.Query)
	}
	if err != nil {
		return err
	}
	e.Ranked = len(e.Result.Ranked)
	_, err = v.Pack(ctx, out, e, in.Lang)
	return err
}

// Evidence writes what the figures of a unit stand on, as a ZIP. A pack that broke off is an error.
func (c *Client) Evidence(ctx context.Context, in *EvidenceCall, out io.Writer) error {
	err := c.call(ctx, "evidence", in, out)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("the pack broke off; the log of the server says why: %w", err)
	}
	return err
}
