package signon

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"haochaping/access"
	"haochaping/directory"
)

// below: a longer code lies in each of its beginnings.
func below(code, root string) bool { return strings.HasPrefix(code, root) }

func rule(group, roles, regions, departments string) Rule {
	r := Rule{Group: group, Regions: strings.Fields(regions), Departments: strings.Fields(departments)}
	for _, role := range strings.Fields(roles) {
		r.Roles = append(r.Roles, access.Role(role))
	}
	return r
}

func TestGrant(t *testing.T) {
	scope := func(regions, departments string) directory.Scope {
		return directory.Scope{Regions: strings.Fields(regions), Departments: strings.Fields(departments)}
	}
	const a, b, both = "a", "b", "a b"
	for _, test := range []struct {
		name   string
		rules  []Rule
		groups string
		roles  string
		scope  directory.Scope
	}{
		{"no group", []Rule{rule(a, "leader", "*", "*")}, "", "", directory.Scope{}},
		{"another group", []Rule{rule(a, "leader", "*", "*")}, "A aa", "", directory.Scope{}},
		{"one rule", []Rule{rule(a, "leader handler", "9901", "D1 D2")}, a, "leader handler", scope("9901", "D1 D2")},
		{"unknown role", []Rule{rule(a, "root", "*", "*")}, a, "", directory.Scope{}},
		{"no regions", []Rule{rule(a, "leader", "", "*")}, a, "", directory.Scope{}},
		{"no departments", []Rule{rule(a, "leader", "*", "")}, a, "", directory.Scope{}},
		{"a role without scope", []Rule{rule(a, "auditor", "", "")}, a, "auditor", directory.Scope{}},
		{"same departments", []Rule{rule(a, "leader", "9901", "*"), rule(b, "leader", "9902", "*")}, both, "leader", scope("9901 9902", "*")},
		{"same regions", []Rule{rule(a, "leader", "9901", "D1"), rule(b, "leader", "9901", "D2")}, both, "leader", scope("9901", "D1 D2")},
		{"one within the other", []Rule{rule(a, "leader", "990101", "D1"), rule(b, "leader", "9901", "*")}, both, "leader", scope("9901", "*")},
		{"subtree in a list", []Rule{rule(a, "leader", "9901 990101", "*")}, a, "leader", scope("9901", "*")},
		{"not a product", []Rule{rule(a, "leader", "9901", "D1"), rule(b, "leader", "9902", "D2")}, both, "leader", scope("9901", "D1")},
		{
			"a third rule that makes a product", []Rule{
				rule(a, "leader", "9901", "D1"), rule(a, "leader", "9902", "D2"), rule(b, "leader", "9901", "D2"), rule(b, "leader", "9902", "D1"),
			}, both, "leader", scope("9901 9902", "D1 D2"),
		},
		{"two roles, same scope", []Rule{rule(a, "leader", "9901", "*"), rule(b, "evaluator", "9901", "*")}, both, "leader evaluator", scope("9901", "*")},
		{"a wide role does not widen", []Rule{rule(a, "operator", "*", "*"), rule(b, "leader", "9901", "D1")}, both, "leader operator", scope("9901", "D1")},
		{"a role elsewhere is left out", []Rule{rule(a, "leader", "9901", "*"), rule(b, "handler", "9902", "*")}, both, "leader", scope("9901", "*")},
		{"and one without scope is not", []Rule{rule(a, "leader", "9901", "*"), rule(b, "administrator", "", "")}, both, "leader administrator", scope("9901", "*")},
	} {
		roles, got, ok := Rules{List: test.rules, Within: below}.Grant(Claim{Groups: strings.Fields(test.groups)})
		var words []string
		for _, r := range roles {
			words = append(words, string(r))
		}
		if strings.Join(words, " ") != test.roles || ok != (test.roles != "") {
			t.Errorf("%s: roles %v, %v; want %s", test.name, roles, ok, test.roles)
		}
		if diff := cmp.Diff(test.scope, got); diff != "" {
			t.Errorf("%s: scope (-want +got):\n%s", test.name, diff)
		}
	}
}

// Whatever the rules: nobody may do in a place what no single rule allows there, and who is in one group only gets
// all of it.
func TestGrantNeverExceedsTheRules(t *testing.T) {
	regions, departments := []string{"9", "90", "91", "901", "902", "911", directory.Any}, []string{"D1", "D2", "D3", directory.Any}
	some := func(of []string) *rapid.Generator[[]string] { return rapid.SliceOfN(rapid.SampledFrom(of), 0, 3) }
	allows := func(s directory.Scope, region, department string) bool {
		in := func(list []string, code string, within func(a, b string) bool) bool {
			return slices.ContainsFunc(list, func(root string) bool {
				return root == directory.Any || code != directory.Any && (code == root || within(code, root))
			})
		}
		return in(s.Regions, region, below) && in(s.Departments, department, func(a, b string) bool { return a == b })
	}
	rapid.Check(t, func(t *rapid.T) {
		rules := Rules{Within: below, List: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Rule {
			return Rule{
				Group: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "group"), Roles: rapid.SliceOfN(rapid.SampledFrom(access.Roles()), 1, 2).Draw(t, "roles"),
				Regions: some(regions).Draw(t, "regions"), Departments: some(departments).Draw(t, "departments"),
			}
		}), 0, 6).Draw(t, "rules")}
		claim := Claim{Groups: some([]string{"a", "b", "c", "d"}).Draw(t, "groups")}
		roles, scope, ok := rules.Grant(claim)
		if ok != (len(roles) > 0) || scope.All {
			t.Fatalf("roles %v, scope %v, %v", roles, scope, ok)
		}
		allowed := 0
		for _, role := range roles {
			for _, region := range regions {
				for _, department := range departments {
					by := slices.ContainsFunc(rules.List, func(r Rule) bool {
						return slices.Contains(claim.Groups, r.Group) && slices.Contains(r.Roles, role) &&
							allows(directory.Scope{Regions: r.Regions, Departments: r.Departments}, region, department)
					})
					if scoped(role) && allows(scope, region, department) {
						allowed++
						if !by {
							t.Fatalf("%s at %s × %s: no rule allows it; scope %v", role, region, department, scope)
						}
					}
				}
			}
		}
		if slices.ContainsFunc(roles, scoped) && allowed == 0 {
			t.Fatalf("roles %v in an empty scope %v", roles, scope)
		}
	})
}
