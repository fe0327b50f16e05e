package dashboard

import (
	"cmp"
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// fakeEvaluator judges by hand: of every unit with 300 ratings or more the score is 100 less one point for each 20
// bad ratings per 100,000, with an interval of four points either way; five units at a time form a group.
type fakeEvaluator struct {
	store  *fakeStore
	calls  atomic.Int64
	change func(*scoring.Result) // nil: none
	fail   error
}

// testScheme is what the fake evaluator judges by.
func testScheme(units scheme.Units) *scheme.Scheme {
	leaf := func(id, zh, en string, weight float64, unit evaluation.Kind, direction evaluation.Direction, floor, target float64) scheme.Node {
		return scheme.Node{
			ID: id, Name: scheme.Text{ZH: zh, EN: en}, Wording: scheme.Text{ZH: zh + "的算法", EN: "how " + en + " is computed"}, Weight: weight,
			Unit: unit, Direction: direction, Decimals: -1, Formula: id, MinimumN: 300, Missing: scheme.MissingShown,
			Normalise: scheme.Normaliser{Kind: scheme.Linear, Floor: floor, Target: target},
		}
	}
	bad := leaf("bad", "每十万差评", "Bad per 100,000", 3, evaluation.Per100k, evaluation.LowerIsBetter, 500, 0)
	bad.Shrink = true
	return &scheme.Scheme{
		ID: "test", Version: "3", Name: scheme.Text{ZH: "测试方案", EN: "Test scheme"}, Units: units, Scale: 100, Decimals: 2,
		Publication: scheme.PublishRank, TieProbability: 0.95,
		Tiers: []scheme.Tier{{ID: "a", Name: scheme.Text{ZH: "甲等", EN: "First"}, From: 85}, {ID: "b", Name: scheme.Text{ZH: "乙等", EN: "Second"}, From: 0}},
		Root: scheme.Node{ID: "test", Children: []scheme.Node{
			bad, leaf("good", "好评率", "Good rate", 1, evaluation.Percent, evaluation.HigherIsBetter, 0.9, 1),
		}},
	}
}

func (e *fakeEvaluator) Evaluate(ctx context.Context, units scheme.Units, period calendar.Range, rule scoring.AnswerRule) (*scoring.Result, error) {
	e.calls.Add(1)
	if e.fail != nil {
		return nil, e.fail
	}
	q := evaluation.Query{By: evaluation.ByRegion, From: period.From, To: period.To, Level: units.Level}
	if units.Kind == scheme.UnitDepartment {
		q.By, q.Level, q.Line = evaluation.ByDepartment, 0, units.Line
	}
	rows, err := e.store.Facts(ctx, q)
	if err != nil {
		return nil, err
	}
	r := &scoring.Result{Scheme: testScheme(units), Rule: rule, Draws: 2000, MonteCarlo: 0.0112, DataHash: [32]byte{1, 2, 3}}
	for i, u := range e.list(units) {
		for j := range rows {
			if rows[j].Region == u.Code && units.Kind == scheme.UnitRegion || rows[j].Department == u.Code && units.Kind == scheme.UnitDepartment {
				u.Facts.Add(&rows[j].Facts)
			}
		}
		u.Order = i
		e.place(r, u, rule)
	}
	if units.Kind == scheme.UnitRegion {
		r.Listed = append(r.Listed, scoring.Placed{Unit: scoring.Unit{}, Tier: -1, Reason: scoring.Reason{Code: scoring.Unattributed}})
	}
	slices.SortStableFunc(r.Ranked, func(a, b scoring.Placed) int { return cmp.Compare(b.Score, a.Score) })
	for i := range r.Ranked {
		p := &r.Ranked[i]
		p.Rank, p.Tied, p.RankLow, p.RankHigh = i+1, i/5+1, max(1, i-1), min(len(r.Ranked), i+3)
	}
	if e.change != nil {
		e.change(r)
	}
	return r, nil
}

func (e *fakeEvaluator) list(units scheme.Units) (list []scoring.Unit) {
	if units.Kind == scheme.UnitDepartment {
		for _, d := range e.store.dir.DepartmentsOfLine(units.Line) {
			list = append(list, scoring.Unit{Code: d.Code, NameZH: d.Name, NameEN: d.NameEN})
		}
		return list
	}
	for _, r := range e.store.dir.RegionsAtLevel(units.Level) {
		list = append(list, scoring.Unit{Code: r.Code, NameZH: r.Name, NameEN: r.NameEN})
	}
	return list
}

func (e *fakeEvaluator) place(r *scoring.Result, u scoring.Unit, rule scoring.AnswerRule) {
	n, bad := float64(u.Facts.Valid()), float64(u.Facts.Bad())
	if rule != scoring.RuleActive {
		n += float64(u.Facts.DefaultsTotal() * uint64(1+len(u.Code)%3)) // so that ranks move
	}
	p := scoring.Placed{Unit: u, Tier: -1}
	node := func(id string, number, scored, low, high float64) scoring.NodeScore {
		return scoring.NodeScore{
			ID: id, Depth: 1, Leaf: true, Known: n >= 300, Scored: scored, Low: low, High: high, Points: 50, Weight: 0.5,
			Estimate: evaluation.Estimate{Value: evaluation.Value{Number: number, Hits: uint64(bad), N: uint64(n), Known: n > 0}},
		}
	}
	if n > 0 {
		rate := bad / n * 100_000
		p.Nodes = []scoring.NodeScore{node("bad", rate, rate*0.9, rate*0.6, rate*1.5), node("good", 1-bad/n, 1-bad/n, max(0, 1-2*bad/n), 1-bad/n/2)}
		p.Score = min(max(100-rate/20, 0), 100)
	}
	if n < 300 {
		p.Score = 0
		p.Reason = scoring.Reason{Code: scoring.TooFew, Node: "bad", N: uint64(n), Minimum: 300}
		r.Listed = append(r.Listed, p)
		return
	}
	p.ScoreLow, p.ScoreHigh = max(p.Score-4, 0), min(p.Score+4, 100)
	p.Tier = map[bool]int{true: 0, false: 1}[p.Score >= 85]
	r.Ranked = append(r.Ranked, p)
}

var errNoJudge = errors.New("no judge")

func TestResultsAreMadeOncePerGeneration(t *testing.T) {
	store := newFakeStore(t)
	judges := &fakeEvaluator{store: store}
	d := newTestDashboard(t, store, func(o *Options) { o.Evaluator = judges; o.Live = 1 })
	for range 3 {
		get(d, "/ranking", English)
	}
	if n := judges.calls.Load(); n != 1 {
		t.Errorf("%d evaluations for one ranking", n)
	}
	get(d, "/ranking?rule=with_defaults", English)
	if n := judges.calls.Load(); n != 2 {
		t.Errorf("%d evaluations for one ranking and what it would be", n)
	}
	store.generation.Add(1)
	store.now = store.now.Add(1e9)
	r := newRequest("/ranking")
	r.Header.Set("Cache-Control", "no-cache") // who opens the page gets what is there
	d.Handler().ServeHTTP(httptest.NewRecorder(), r)
	if n := judges.calls.Load(); n != 3 {
		t.Errorf("%d evaluations after the facts have changed", n)
	}
}
