package scheme

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// phrases are the formats of everything that is said of a scheme, out of the files that say it.
func phrases(t *testing.T) map[string]bool {
	t.Helper()
	said := make(map[string]bool)
	for _, pattern := range []string{"*.go", "../../strictyaml/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				name := ""
				switch f := call.Fun.(type) {
				case *ast.SelectorExpr:
					name = f.Sel.Name
				case *ast.Ident:
					name = f.Name
				}
				if at, ok := formatAt[name]; ok && at < len(call.Args) {
					if text, ok := call.Args[at].(*ast.BasicLit); ok {
						format, _ := strconv.Unquote(text.Value)
						said[format] = true
					}
				}
				return true
			})
		}
	}
	return said
}

// formatAt is which argument of a function is a format.
var formatAt = map[string]int{"Fail": 1, "problem": 2, "complain": 0, "fail": 1, "Say": 0}

var verbs = regexp.MustCompile(`%(\[\d+\])?[a-z]`)

// TestEveryProblemHasChinese: of whatever is said of a scheme there is a Chinese wording with the same gaps, and none is
// left over.
func TestEveryProblemHasChinese(t *testing.T) {
	said := phrases(t)
	if len(said) < 80 {
		t.Fatalf("only %d phrases are found", len(said))
	}
	gaps := func(format string) []string {
		list := verbs.FindAllString(format, -1)
		slices.SortStableFunc(list, func(a, b string) int { return strings.Compare(index(a), index(b)) })
		for i := range list {
			list[i] = list[i][len(list[i])-1:]
		}
		return list
	}
	for format := range said {
		zh, ok := chinese[format]
		switch {
		case !ok:
			t.Errorf("%q has no Chinese wording", format)
		case strings.Contains(zh, "["):
			if len(gaps(zh)) != len(gaps(format)) {
				t.Errorf("%q and %q have different gaps", format, zh)
			}
		case !slices.Equal(gaps(zh), gaps(format)):
			t.Errorf("%q and %q have different gaps", format, zh)
		}
	}
	for format := range chinese {
		if !said[format] && format != errOverflow.Error() {
			t.Errorf("%q is said by nobody", format)
		}
	}
}

func index(verb string) string { return strings.Trim(verb, "%[]abcdefghijklmnopqrstuvwxyz") }

// TestProblemsInChinese: wrong schemes are told so in Chinese, with the names of the file in them.
func TestProblemsInChinese(t *testing.T) {
	text := string(Default().Source)
	for _, tt := range []struct{ old, fresh, want string }{
		{"version:", "verzion:", `方案没有 "verzion" 这个键；最接近的是 version`},
		{"weight: 60", "weight: -1", "satisfaction：-1 不在 0 到 1e+06 之间"},
		{"formula: bad / valid * 100000", "formula: bda / valid * 100000", `bad_per_100k：公式：第 1 个字符：没有 "bda" 这个事实；最接近的是 bad`},
		{"formula: bad / valid * 100000", "formula: bad / valid", "公式：unit 为 per100k"},
		{"floor: 500, target: 0", "floor: 0, target: 500", "bad_per_100k：指标越低越好，但 target 500 比 floor 0 更差"},
		{"from: 95", "from: 80", "tiers：等级 excellent 从 85 分起，不低于它前面的等级 outstanding 的 80 分"},
		{"units: {kind: region, level: 2}", "units: {kind: region}", "kind 为 region 的 units 必须有 level"},
		{"publication: rank", "publication: ranks", `"ranks" 不在可选的值之中`},
		{"units: {kind: region, level: 2}", "units: [", "不是有效的 YAML"},
	} {
		if !strings.Contains(text, tt.old) {
			t.Fatalf("the default scheme has no %q", tt.old)
		}
		_, err := Load([]byte(strings.Replace(text, tt.old, tt.fresh, 1)))
		wrong, ok := err.(*Error) //nolint:errorlint // it is what Load gives
		if !ok {
			t.Errorf("%s: %v", tt.fresh, err)
			continue
		}
		var all []string
		for _, p := range wrong.Problems {
			zh := p.In("zh")
			all = append(all, zh)
			if p.In("en") != p.String() {
				t.Errorf("in English: %s", p.In("en"))
			}
			if p.Line > 0 && !strings.HasPrefix(zh, "第 "+strconv.Itoa(p.Line)+" 行：") || !strings.ContainsFunc(zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("in Chinese: %s", zh)
			}
		}
		if !strings.Contains(strings.Join(all, "\n"), tt.want) {
			t.Errorf("%s: %s, want %s", tt.fresh, strings.Join(all, "\n"), tt.want)
		}
	}
}
