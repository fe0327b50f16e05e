package app

import (
	"context"

	"haochaping/calendar"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// ranking judges the units of the pages by the newest version of the default scheme.
type ranking struct{ app *App }

// Evaluate judges the units over a period by a rule of answers. Peer groups of the scheme stay: they name units by
// their codes.
func (r ranking) Evaluate(ctx context.Context, units scheme.Units, period calendar.Range, rule scoring.AnswerRule) (*scoring.Result, error) {
	in, err := r.app.scheme(ctx, SchemeRef{})
	if err != nil {
		return nil, err
	}
	s := *in // schemes are shared
	s.Units = units
	return r.app.judge(ctx, &s, period, scoring.Options{Rule: rule})
}
