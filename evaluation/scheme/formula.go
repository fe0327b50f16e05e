package scheme

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"haochaping/evaluation"
)

// The limits of a formula.
const (
	maxFormula      = 1000 // bytes
	maxFormulaNodes = 200
	// formulaMemory bounds what the interpreter may count as memory. No formula that loads can loop or make a list.
	formulaMemory = 1000
)

// formula is a compiled formula. It is safe for concurrent use.
type formula struct {
	program *vm.Program
	// What it names, its references included once it is linked.
	figures    []int // places in figures
	spans      []int // places in durations
	meanLevel  bool
	references []string // ids of the leaves whose values it uses itself
	// first are the formulas whose values it rests on, each after those that it rests on itself.
	first []step
	runs  sync.Pool
}

// step is a leaf whose value a formula uses.
type step struct {
	key     string // its name in the environment
	program *vm.Program
}

// run is what one computation of a formula needs.
type run struct {
	env     map[string]any
	figures []quantity
	spans   []spans
	vm      vm.VM
}

// The names in an environment that no fact can have.
const meanLevelKey = "mean_level()"

func valueKey(id string) string { return "value(" + id + ")" }

// slopesOf are the slopes of every figure.
var slopesOf = sync.OnceValue(func() [][]slope {
	list := make([][]slope, len(figures))
	for i := range figures {
		for _, s := range figures[i].of {
			list[i] = append(list[i], slope{source: s, by: 1})
		}
	}
	return list
})

func binary(do func(a, b *quantity) *quantity) func(...any) (any, error) {
	return func(args ...any) (any, error) {
		a, okA := operand(args[0])
		b, okB := operand(args[1])
		if !okA || !okB {
			return nil, errors.New("a number is missing")
		}
		return do(a, b), nil
	}
}

func operand(x any) (*quantity, bool) {
	switch x := x.(type) {
	case *quantity:
		return x, x != nil
	case float64:
		return number(x), true
	}
	return nil, false
}

func ofSpans(do func(t *spans, q float64) *quantity) func(...any) (any, error) {
	return func(args ...any) (any, error) {
		t, ok := args[0].(*spans)
		q := 0.5
		if ok && len(args) > 1 {
			q, ok = args[1].(float64)
		}
		if !ok {
			return nil, errors.New("a histogram is missing")
		}
		return do(t, q), nil
	}
}

// language is the expression language as formulas may use it: arithmetic and the functions of this package.
var language = sync.OnceValue(func() []expr.Option {
	both := []any{
		new(func(*quantity, *quantity) *quantity), new(func(*quantity, float64) *quantity), new(func(float64, *quantity) *quantity),
	}
	list := []expr.Option{
		expr.DisableAllBuiltins(), expr.MaxNodes(maxFormulaNodes), expr.Optimize(false), expr.Patch(plain{}),
		expr.Function("mean", ofSpans(func(t *spans, _ float64) *quantity { return mean(t) }), new(func(*spans) *quantity)),
		expr.Function("median", ofSpans(func(t *spans, _ float64) *quantity { return median(t) }), new(func(*spans) *quantity)),
		expr.Function("quantile", ofSpans(quantile), new(func(*spans, float64) *quantity)),
	}
	for operator, do := range map[string]func(a, b *quantity) *quantity{"+": plus, "-": minus, "*": times, "/": over} {
		name := "operator " + operator
		list = append(list, expr.Function(name, binary(do), both...), expr.Operator(operator, name))
	}
	return list
})

// plain rewrites what is short for something else: every number is a float, a sign is a subtraction, and a value that
// is computed before is a name.
type plain struct{}

// Visit rewrites one node; its children are rewritten already.
func (plain) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IntegerNode:
		ast.Patch(node, &ast.FloatNode{Value: float64(n.Value)})
	case *ast.UnaryNode:
		if n.Operator == "-" {
			ast.Patch(node, &ast.BinaryNode{Operator: "-", Left: &ast.FloatNode{}, Right: n.Node})
		} else {
			*node = n.Node
		}
	case *ast.CallNode:
		switch name := called(n); {
		case name == "mean_level":
			ast.Patch(node, &ast.IdentifierNode{Value: meanLevelKey})
		case name == "value" && len(n.Arguments) == 1:
			if id, ok := n.Arguments[0].(*ast.StringNode); ok {
				ast.Patch(node, &ast.IdentifierNode{Value: valueKey(id.Value)})
			}
		}
	}
}

// called is the name of the function that a call is of.
func called(n *ast.CallNode) string {
	if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
		return callee.Value
	}
	return ""
}

// compile types and compiles a formula that was vetted, see [vet].
func compile(text string, v *vetted) (*formula, error) {
	f := &formula{meanLevel: v.meanLevel, references: v.references}
	env := make(map[string]any)
	for i := range figures {
		env[figures[i].name] = (*quantity)(nil)
		if v.names[figures[i].name] {
			f.figures = append(f.figures, i)
		}
	}
	for i := range durations {
		env[durations[i].name] = (*spans)(nil)
		if v.names[durations[i].name] {
			f.spans = append(f.spans, i)
		}
	}
	env[meanLevelKey] = (*quantity)(nil)
	for _, id := range v.references {
		env[valueKey(id)] = (*quantity)(nil)
	}
	program, err := expr.Compile(text, append([]expr.Option{expr.Env(env)}, language()...)...)
	if err != nil {
		return nil, inWords(err)
	}
	f.program = program
	f.runs.New = func() any { return f.newRun() }
	return f, nil
}

// inWords says what is wrong with a formula without the names of Go types.
func inWords(err error) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return err
	}
	words := strings.NewReplacer(
		"*scheme.quantity", "figure", "*scheme.spans", "histogram", "float64", "number", "invalid operation: ", "", "unknown name", "nothing is called",
	).Replace(at.Message)
	if strings.Contains(words, "histogram") {
		words += "; take mean, median or quantile of a histogram"
	}
	return fmt.Errorf("character %d: %s", at.Column+1, words)
}

func (f *formula) newRun() *run {
	r := &run{
		env:     make(map[string]any, len(f.figures)+len(f.spans)+len(f.first)+1),
		figures: make([]quantity, len(f.figures)), spans: make([]spans, len(f.spans)),
		vm: vm.VM{MemoryBudget: formulaMemory},
	}
	for i, at := range f.figures {
		r.env[figures[at].name] = &r.figures[i]
	}
	for i, at := range f.spans {
		r.env[durations[at].name] = &r.spans[i]
	}
	return r
}

// link gives a formula the leaves that its value rests on, each after those that it rests on itself.
func (f *formula) link(ids []string, byID map[string]*formula) {
	inFigures, inSpans := make(map[int]bool), make(map[int]bool)
	for _, g := range append([]*formula{f}, pick(ids, byID)...) {
		for _, i := range g.figures {
			inFigures[i] = true
		}
		for _, i := range g.spans {
			inSpans[i] = true
		}
		f.meanLevel = f.meanLevel || g.meanLevel
	}
	f.figures, f.spans = slices.Sorted(maps.Keys(inFigures)), slices.Sorted(maps.Keys(inSpans))
	for _, id := range ids {
		f.first = append(f.first, step{valueKey(id), byID[id].program})
	}
}

func pick(ids []string, byID map[string]*formula) []*formula {
	list := make([]*formula, len(ids))
	for i, id := range ids {
		list[i] = byID[id]
	}
	return list
}

// measure computes the formula for some facts.
func (f *formula) measure(facts *evaluation.Facts) (evaluation.Estimate, error) {
	q, done, err := f.value(facts)
	if err != nil {
		return evaluation.Estimate{}, err
	}
	defer done()
	return q.estimate()
}

// value computes the formula; what it returns is good until done is called.
func (f *formula) value(facts *evaluation.Facts) (q *quantity, done func(), err error) {
	r, ok := f.runs.Get().(*run)
	if !ok {
		return nil, nil, errors.New("the pool of runs holds something else")
	}
	for i, at := range f.figures {
		r.figures[i].set(&figures[at], slopesOf()[at], facts)
	}
	for i, at := range f.spans {
		r.spans[i].set(&durations[at], facts)
	}
	if f.meanLevel {
		r.env[meanLevelKey] = meanLevel(facts)
	}
	for _, s := range f.first {
		if r.env[s.key], err = r.vm.Run(s.program, r.env); err != nil {
			return nil, nil, inWords(err)
		}
	}
	out, err := r.vm.Run(f.program, r.env)
	if err != nil {
		return nil, nil, inWords(err)
	}
	q, ok = operand(out)
	if !ok {
		return nil, nil, errors.New("the formula gives no number")
	}
	return q, func() { f.runs.Put(r) }, nil
}
