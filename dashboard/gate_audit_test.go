package dashboard

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEveryActionOnRecordHasAWord: the actions that the sources put on record are those that the page of the record has
// words for. An action is a literal, a constant of package access, a step of an edition, or something called action that
// takes its value from these.
func TestEveryActionOnRecordHasAWord(t *testing.T) {
	// Which argument is the action.
	recorders := map[string]int{"act": 0, "putOnRecord": 0, "Record": 2, "orderDraft": 2}
	r := recorded{t: t, found: make(map[string]bool)}
	for _, room := range []string{".", "../access", "../access/signon", "../app"} {
		files, err := fs.Glob(os.DirFS(room), "*.go")
		if err != nil || len(files) == 0 {
			t.Fatal(room, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), room+"/"+name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ValueSpec:
					if room == "../access" && strings.HasPrefix(n.Names[0].Name, "Action") {
						r.add(name, n.Values[0])
					}
				case *ast.CallExpr:
					if i, ok := recorders[called(n)]; ok && i < len(n.Args) {
						r.add(name, n.Args[i])
					}
				case *ast.AssignStmt:
					for i, to := range n.Lhs {
						if id, ok := to.(*ast.Ident); ok && id.Name == "action" && len(n.Rhs) == len(n.Lhs) {
							r.add(name, n.Rhs[i])
						}
					}
				case *ast.FuncDecl:
					r.results(name, n)
				}
				return true
			})
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(r.found)), slices.Sorted(slices.Values(auditActions))); diff != "" {
		t.Errorf("the actions on record (-) are not those with words (+):\n%s", diff)
	}
}

// recorded are the actions that were found in sources.
type recorded struct {
	t     *testing.T
	found map[string]bool
}

// add takes the action that an expression stands for.
func (r recorded) add(file string, e ast.Expr) {
	r.t.Helper()
	switch e := e.(type) {
	case *ast.BasicLit:
		if action, err := strconv.Unquote(e.Value); err == nil {
			r.found[action] = true
			return
		}
	case *ast.BinaryExpr: // a step of an edition
		if start, ok := e.X.(*ast.BasicLit); ok && start.Value == `"edition."` {
			for step := range deskSteps {
				r.found["edition."+step] = true
			}
			return
		}
	case *ast.Ident:
		if e.Name == "action" || strings.HasPrefix(e.Name, "Action") {
			return
		}
	case *ast.SelectorExpr:
		if strings.HasPrefix(e.Sel.Name, "Action") {
			return
		}
	}
	r.t.Errorf("%s: this test cannot tell which action is put on record by %T", file, e)
}

// results takes what a function returns as its result called action.
func (r recorded) results(file string, f *ast.FuncDecl) {
	if f.Type.Results == nil || f.Body == nil {
		return
	}
	var names []string
	for _, field := range f.Type.Results.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	at := slices.Index(names, "action")
	if at < 0 {
		return
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if back, ok := n.(*ast.ReturnStmt); ok && len(back.Results) > at {
			r.add(file, back.Results[at])
		}
		return true
	})
}

// called is the name of a function or method that is called.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}
