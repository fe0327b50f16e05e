package app

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/movement"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// MovesCall asks why units moved from one period to the next.
type MovesCall struct {
	Scheme SchemeRef
	// BeforeScheme judged the earlier period; the zero value: Scheme did.
	BeforeScheme  SchemeRef
	Before, After calendar.Range
	Units         []string // codes; none = all that were ranked
	Format        string   // table, csv or json
	Language      string
}

// RehearseCall asks who would move if a scheme were in force.
type RehearseCall struct {
	Scheme, Against SchemeRef
	Periods         []calendar.Range // at most 36
	Format          string           // table, csv or json
	Language        string
}

// maxRehearsed bounds the periods of a rehearsal.
const maxRehearsed = 36

func (a *App) movementCommands(mux *http.ServeMux) {
	file(mux, "moves", a.writeMoves)
	file(mux, "rehearse", a.writeRehearsal)
}

// Moves writes why units moved.
func (c *Client) Moves(ctx context.Context, in *MovesCall, out io.Writer) error {
	return c.call(ctx, "moves", in, out)
}

// Rehearse writes who would move under another scheme.
func (c *Client) Rehearse(ctx context.Context, in *RehearseCall, out io.Writer) error {
	return c.call(ctx, "rehearse", in, out)
}

func (a *App) writeMoves(ctx context.Context, in *MovesCall, out io.Writer) error {
	after, err := a.scheme(ctx, in.Scheme)
	if err != nil {
		return err
	}
	before := after
	if in.BeforeScheme.Name != "" || len(in.BeforeScheme.Text) > 0 {
		if before, err = a.scheme(ctx, in.BeforeScheme); err != nil {
			return err
		}
	}
	moves, err := a.moves(ctx, before, after, in.Before, in.After, in.Units)
	if err != nil {
		return err
	}
	return export.Moves(out, in.Format, in.Language, moves, max(before.Decimals, after.Decimals))
}

// moves explains how units moved from one period to a later one. What an edition of the earlier period published
// stands for how they stood then; without one, nothing counts as late.
func (a *App) moves(ctx context.Context, then, now *scheme.Scheme, before, after calendar.Range, codes []string) ([]movement.Move, error) {
	in := movement.Input{}
	var err error
	if in.Restated, err = a.judge(ctx, then, before, scoring.Options{}); err != nil {
		return nil, err
	}
	if in.After, err = a.judge(ctx, now, after, scoring.Options{}); err != nil {
		return nil, err
	}
	if in.Then, err = a.services(ctx, then, before); err != nil {
		return nil, err
	}
	if in.Now, err = a.services(ctx, now, after); err != nil {
		return nil, err
	}
	if in.Published, err = a.publishedStandings(ctx, then, before); err != nil {
		return nil, err
	}
	return movement.Explain(ctx, in, codes)
}

// services are the facts of a scheme's units by service: by line for regions, by item for departments, where a period
// is made of whole months. nil where nothing finer is counted.
func (a *App) services(ctx context.Context, s *scheme.Scheme, period calendar.Range) (movement.Services, error) {
	q := evaluation.Query{From: period.From, To: period.To, Region: s.Units.Within}
	var keys func(*evaluation.Row) (unit, service string)
	switch s.Units.Kind {
	case scheme.UnitRegion:
		q.By, q.Level = evaluation.ByRegionLine, s.Units.Level
		keys = func(r *evaluation.Row) (string, string) { return r.Region, r.Line }
	case scheme.UnitDepartment:
		if calendar.Period(calendar.KindMonth, period.From).From != period.From || calendar.Period(calendar.KindMonth, period.To).To != period.To {
			return nil, nil //nolint:nilnil // items are counted by whole months: the mix is not known
		}
		q.By, q.Line, q.Region = evaluation.ByDepartmentItem, s.Units.Line, ""
		keys = func(r *evaluation.Row) (string, string) { return r.Department, r.Item }
	default:
		return nil, nil //nolint:nilnil // there is nothing finer
	}
	rows, err := a.store.Facts(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read the services of the units: %w", err)
	}
	all := make(movement.Services)
	for i := range rows {
		unit, service := keys(&rows[i])
		if all[unit] == nil {
			all[unit] = make(map[string]evaluation.Facts)
		}
		f := all[unit][service]
		f.Add(&rows[i].Facts)
		all[unit][service] = f
	}
	return all, nil
}

func (a *App) writeRehearsal(ctx context.Context, in *RehearseCall, out io.Writer) error {
	if len(in.Periods) == 0 || len(in.Periods) > maxRehearsed {
		return fmt.Errorf("rehearse: give 1 to %d periods", maxRehearsed)
	}
	rehearsed, err := a.scheme(ctx, in.Scheme)
	if err != nil {
		return err
	}
	against, err := a.scheme(ctx, in.Against)
	if err != nil {
		return err
	}
	list := make([]export.Rehearsal, 0, len(in.Periods))
	for _, period := range in.Periods {
		before, after, err := a.rehearse(ctx, against, rehearsed, period, scoring.Options{})
		if err != nil {
			return err
		}
		list = append(list, export.Rehearsal{
			Period: period, Before: before.Scheme, After: after.Scheme, Shifts: movement.Shifts(before, after), Ranked: len(after.Ranked),
		})
	}
	return export.Rehearsals(out, in.Format, in.Language, list)
}

// rehearse judges a period by two schemes. Where they judge the same units, it is by the same facts.
func (a *App) rehearse(ctx context.Context, before, after *scheme.Scheme, period calendar.Range, o scoring.Options) (was, is *scoring.Result, err error) {
	g, err := a.gather(ctx, before, period)
	if err != nil {
		return nil, nil, err
	}
	if was, err = scoring.Evaluate(ctx, before, g.units, o); err != nil {
		return nil, nil, err
	}
	if g, err = a.gatherAgain(ctx, g, after); err != nil {
		return nil, nil, err
	}
	is, err = scoring.Evaluate(ctx, after, g.units, o)
	return was, is, err
}
