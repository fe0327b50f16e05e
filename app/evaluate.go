package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"haochaping/calendar"
	"haochaping/evaluation/imported"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// EvaluateCall asks for units judged by a scheme, as a file: table, csv, json or xlsx.
type EvaluateCall struct {
	Scheme  SchemeRef
	Period  calendar.Range
	Rule    scoring.AnswerRule
	Draws   int      // 0 = as many as a rank interval needs
	Compare []string // two units, by code, name or alias; none = nothing is compared
	Lang    string
	Format  string
}

// TemplateCall asks for the workbook that imported values of a scheme are filled into.
type TemplateCall struct {
	Scheme SchemeRef
	Lang   string
}

func (a *App) evaluateCommands(mux *http.ServeMux) {
	file(mux, "evaluate", a.evaluate)
	file(mux, "indicator-template", a.indicatorTemplate)
}

// schemeOfFile is [App.scheme]; what is wrong with a text says in which file, which is the name beside it.
func (a *App) schemeOfFile(ctx context.Context, ref SchemeRef) (*scheme.Scheme, error) {
	s, err := a.scheme(ctx, ref)
	if err != nil && len(ref.Text) > 0 {
		return nil, fmt.Errorf("%s: %w", ref.Name, err)
	}
	return s, err
}

func (a *App) evaluate(ctx context.Context, in *EvaluateCall, out io.Writer) error {
	s, err := a.schemeOfFile(ctx, in.Scheme)
	if err != nil {
		return err
	}
	if in.Period.Intersect(s.Valid) != in.Period {
		return fmt.Errorf("scheme %s, version %s, is valid from %s to %s: it does not judge %s", s.ID, s.Version, s.Valid.From, s.Valid.To, in.Period)
	}
	generation, err := a.store.Generation(ctx)
	if err != nil {
		return err
	}
	g, err := a.gather(ctx, s, in.Period)
	if err != nil {
		return err
	}
	result, err := scoring.Evaluate(ctx, s, g.units, scoring.Options{Draws: in.Draws, Rule: in.Rule, KeepDraws: len(in.Compare) > 0})
	if err != nil {
		return err
	}
	e := &export.Evaluation{Result: result, Notes: g.notes(in.Lang), Meta: export.Meta{
		Period: in.Period, Generation: generation, Zone: a.cfg.Timezone.Location, Demo: a.demo,
	}}
	if e.Compared, err = g.compare(result, in.Compare); err != nil {
		return err
	}
	switch in.Format {
	case "csv":
		return export.EvaluationCSV(out, e, in.Lang)
	case "json":
		return export.EvaluationJSON(out, e, in.Lang)
	case "xlsx":
		return export.EvaluationXLSX(out, e, in.Lang)
	default:
		return export.EvaluationTable(out, e, in.Lang)
	}
}

// notes says which imported values count for nobody, and which years have no deadlines in working days.
func (g *gathering) notes(lang string) (notes []string) {
	for _, u := range g.unmatched {
		if lang == "en" {
			notes = append(notes, "an imported value counts for nobody: "+u.reason(lang))
		} else {
			notes = append(notes, "导入的数值未计入："+u.reason(lang))
		}
	}
	if len(g.units) == 0 {
		notes = append(notes, nobody(g.scheme.Units.Kind, lang))
	}
	slices.Sort(g.unknownYears)
	for _, year := range slices.Compact(g.unknownYears) {
		notes = append(notes, calendar.UnknownSentence(year, lang))
	}
	return notes
}

// nobody says why there is no unit to judge, and what to do.
func nobody(kind scheme.UnitKind, lang string) string {
	switch {
	case kind == scheme.UnitImported && lang == "en":
		return "there is nobody to judge: the units are those that imported values name, and none were imported for the period (haochaping indicator import)"
	case kind == scheme.UnitImported:
		return "没有可评价的单位：本方案的单位由导入的数据给出，本期没有导入数据（haochaping indicator import）"
	case lang == "en":
		return "there is nobody to judge: the directory has no unit of the scheme's kind in the period (haochaping directory import)"
	}
	return "没有可评价的单位：本期名录中没有方案所指的单位（haochaping directory import）"
}

// compare asks whether one of two units is better than the other.
func (g *gathering) compare(r *scoring.Result, pair []string) (*export.Compared, error) {
	if len(pair) == 0 {
		return nil, nil
	}
	if len(pair) != 2 {
		return nil, errors.New("compare: name two units")
	}
	units := imported.NewUnits(g.names)
	var codes [2]string
	for i, name := range pair {
		code, candidates := g.find(units, name)
		if code == "" {
			return nil, fmt.Errorf("compare: %s", unmatched{name, candidates}.reason("en"))
		}
		codes[i] = code
	}
	c := &export.Compared{A: codes[0], B: codes[1]}
	c.P, c.Known = r.Better(c.A, c.B)
	return c, nil
}

func (a *App) indicatorTemplate(ctx context.Context, in *TemplateCall, out io.Writer) error {
	s, err := a.schemeOfFile(ctx, in.Scheme)
	if err != nil {
		return err
	}
	return a.writeTemplate(out, s, in.Lang, func(string) bool { return true })
}

// Evaluate writes units judged by a scheme in a format.
func (c *Client) Evaluate(ctx context.Context, in *EvaluateCall, out io.Writer) error {
	return c.call(ctx, "evaluate", in, out)
}

// IndicatorTemplate writes the workbook that imported values of a scheme are filled into.
func (c *Client) IndicatorTemplate(ctx context.Context, in *TemplateCall, out io.Writer) error {
	return c.call(ctx, "indicator-template", in, out)
}
