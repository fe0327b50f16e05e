package dashboard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// Evaluator judges units by the scheme of the installation.
type Evaluator interface {
	// Evaluate judges the units over a period, answers being counted by the rule. The result's scheme is the one
	// that judged. Callers do not modify the result.
	Evaluate(ctx context.Context, units scheme.Units, period calendar.Range, rule scoring.AnswerRule) (*scoring.Result, error)
}

// judgement is what a result answers.
type judgement struct {
	units  scheme.Units
	period calendar.Range
	rule   scoring.AnswerRule
}

// keptResults is how many results are kept: each holds the facts of all its units.
const keptResults = 24

// judgeTimeout is what an evaluation may take. A page does not wait so long, but finds the result when it is asked
// for again.
const judgeTimeout = time.Minute

// errStillJudging says that nobody waited for a result, which is still being computed.
var errStillJudging = errors.New("the evaluation takes longer than a page waits")

// judge answers a judgement.
func (c *cache) judge(ctx context.Context, w *wanted, j judgement) (*scoring.Result, error) {
	r, err := recall(ctx, c, w, &c.results, j, judgeTimeout, func(ctx context.Context) (*scoring.Result, error) {
		return c.judges.Evaluate(ctx, j.units, j.period, j.rule)
	})
	switch {
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("judge %s over %s: %w", j.units.Kind, j.period, errStillJudging)
	case err != nil:
		return nil, fmt.Errorf("judge %s over %s: %w", j.units.Kind, j.period, err)
	}
	return r, nil
}
