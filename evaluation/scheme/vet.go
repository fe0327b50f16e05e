package scheme

import (
	"errors"
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"haochaping/strictyaml"
)

// vetted is what a formula is made of.
type vetted struct {
	names      map[string]bool // of facts
	meanLevel  bool
	references []string   // ids of leaves
	divisors   []ast.Node // that are no plain numbers
	problems   []strictyaml.Phrase
}

// functionNames are the functions of formulas.
var functionNames = []string{"mean", "mean_level", "median", "quantile", "value"}

// vet reads a formula and says everything in it that formulas do not have: the expression language could do more.
func vet(text string) *vetted {
	v := &vetted{names: make(map[string]bool)}
	if len(text) > maxFormula {
		v.complain("it is longer than %d bytes: measure its parts as indicators of their own and use value(\"id\")", maxFormula)
		return v
	}
	config := conf.CreateNew()
	for _, option := range language() {
		option(config)
	}
	for name := range config.Disabled {
		delete(config.Builtins, name)
	}
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		var at *file.Error
		if errors.As(err, &at) {
			v.fail(at.Column, "%s", at.Message)
		} else {
			v.complain("%s", err.Error())
		}
		return v
	}
	v.walk(tree.Node)
	if len(v.problems) == 0 && len(v.names) == 0 && len(v.references) == 0 && !v.meanLevel {
		v.complain("it names no fact, so it says the same of everybody")
	}
	return v
}

// fail notes a problem at a character, counted from 0.
func (v *vetted) fail(column int, format string, args ...any) {
	v.complain("character %d: %s", column+1, strictyaml.Say(format, args...))
}

func (v *vetted) complain(format string, args ...any) {
	v.problems = append(v.problems, strictyaml.Say(format, args...))
}

func (v *vetted) walk(node ast.Node) {
	at := node.Location().From
	switch n := node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
	case *ast.IdentifierNode:
		v.fact(n.Value, at)
	case *ast.UnaryNode:
		if n.Operator != "-" && n.Operator != "+" {
			v.fail(at, "%s gives yes or no, and a formula gives a number", n.Operator)
			return
		}
		v.walk(n.Node)
	case *ast.BinaryNode:
		v.operation(n, at)
	case *ast.CallNode:
		v.call(n, at)
	case *ast.BoolNode:
		v.fail(at, "%v is yes or no, and a formula gives a number", n.Value)
	case *ast.StringNode:
		v.fail(at, "%q is a text, and a formula gives a number", strictyaml.Clip(n.Value))
	default:
		v.fail(at, "%q is none of the things that formulas are made of: facts, numbers, + - * / and the functions mean_level, mean, median, quantile, value",
			strictyaml.Clip(node.String()))
	}
}

func (v *vetted) fact(name string, at int) {
	switch figure, histogram := kindOf(name); {
	case figure:
		v.names[name] = true
	case histogram:
		v.fail(at, "%s is a histogram, not a number: take mean(%s), median(%s) or quantile(%s, 0.9)", name, name, name, name)
	case slices.Contains(functionNames, name):
		v.fail(at, "%s is a function: write %s(…)", name, name)
	default:
		v.fail(at, "there is no fact %q; the nearest known one is %s", strictyaml.Clip(name), strictyaml.Nearest(name, factNames()))
	}
}

func kindOf(name string) (figure, histogram bool) {
	for i := range figures {
		figure = figure || figures[i].name == name
	}
	for i := range durations {
		histogram = histogram || durations[i].name == name
	}
	return figure, histogram
}

func factNames() []string {
	var names []string
	for _, f := range Vocabulary() {
		names = append(names, f.Name)
	}
	return names
}

func (v *vetted) operation(n *ast.BinaryNode, at int) {
	switch n.Operator {
	case "+", "-", "*", "/":
	case "<", "<=", ">", ">=", "==", "!=", "and", "or", "&&", "||", "not", "in", "contains", "startsWith", "endsWith", "matches":
		v.fail(at, "%s gives yes or no, and a formula gives a number", n.Operator)
		return
	default:
		v.fail(at, "formulas have + - * and /, not %s", n.Operator)
		return
	}
	before := len(v.problems)
	v.walk(n.Left)
	v.walk(n.Right)
	if n.Operator != "/" || len(v.problems) > before {
		return
	}
	if x, ok := constant(n.Right); !ok {
		v.divisors = append(v.divisors, n.Right)
	} else if x == 0 {
		v.fail(at, "it divides by zero: %s", strictyaml.Clip(n.Right.String()))
	}
}

// constant is the value of a node without facts.
func constant(node ast.Node) (x float64, ok bool) {
	switch n := node.(type) {
	case *ast.IntegerNode:
		return float64(n.Value), true
	case *ast.FloatNode:
		return n.Value, true
	case *ast.UnaryNode:
		x, ok = constant(n.Node)
		if n.Operator == "-" {
			x = -x
		}
		return x, ok
	case *ast.BinaryNode:
		a, okA := constant(n.Left)
		b, okB := constant(n.Right)
		if !okA || !okB {
			return 0, false
		}
		switch n.Operator {
		case "+":
			return a + b, true
		case "-":
			return a - b, true
		case "*":
			return a * b, true
		case "/":
			return a / b, b != 0
		}
	}
	return 0, false
}

func (v *vetted) call(n *ast.CallNode, at int) {
	name, args := called(n), n.Arguments
	switch name {
	case "mean_level":
		if len(args) != 0 {
			v.fail(at, "mean_level() is of the ratings and takes nothing")
		}
		v.meanLevel = true
	case "mean", "median":
		if len(args) != 1 {
			v.fail(at, "%s takes one histogram, such as %s(handling_times)", name, name)
			return
		}
		v.histogram(args[0], name)
	case "quantile":
		if len(args) != 2 {
			v.fail(at, "quantile takes a histogram and a number from 0 to 1, such as quantile(handling_times, 0.9)")
			return
		}
		v.histogram(args[0], name)
		if q, ok := constant(args[1]); !ok || q < 0 || q > 1 {
			v.fail(args[1].Location().From, "the second argument of quantile is a number from 0 to 1")
		}
	case "value":
		id, ok := (*ast.StringNode)(nil), len(args) == 1
		if ok {
			id, ok = args[0].(*ast.StringNode)
		}
		if !ok {
			v.fail(at, `value takes the id of another indicator in quotes, such as value("good_rate")`)
			return
		}
		if !slices.Contains(v.references, id.Value) {
			v.references = append(v.references, id.Value)
		}
	default:
		v.fail(at, "there is no function %q; the nearest known one is %s", strictyaml.Clip(name), strictyaml.Nearest(name, functionNames))
	}
}

// histogram wants the name of a histogram.
func (v *vetted) histogram(node ast.Node, function string) {
	id, ok := node.(*ast.IdentifierNode)
	if ok {
		if figure, histogram := kindOf(id.Value); histogram {
			v.names[id.Value] = true
			return
		} else if !figure {
			v.fail(node.Location().From, "there is no fact %q; the nearest known one is %s", strictyaml.Clip(id.Value), strictyaml.Nearest(id.Value, factNames()))
			return
		}
	}
	v.fail(node.Location().From, "%s takes one of the histograms handling_times, working_times, promised_times and statutory_times", function)
}
