package signon

import (
	"slices"

	"haochaping/access"
	"haochaping/directory"
)

// Rule gives the members of a group roles in a scope.
type Rule struct {
	Group       string // as the provider writes it
	Roles       []access.Role
	Regions     []string // codes, or directory.Any; as in directory.Scope
	Departments []string // codes, or directory.Any
}

// Rules say what people may who are known elsewhere. Earlier rules prevail where not all of them can hold.
type Rules struct {
	List []Rule
	// Within reports whether a region lies in the subtree of another one. Nil: only a region in itself.
	Within func(region, root string) bool
}

// Grant is what a person may: the roles of all rules whose group the person is in, in a scope that no role exceeds.
// It is false for whom no rule gives a role.
//
// An account has one scope for all its roles, so that what rules give can be more than one account can hold. Then
// less is given, never more, in two steps:
//
//  1. The scopes that rules give one role are joined where the joint scope holds nothing else: where one lies in the
//     other, where the regions are the same, or where the departments are. Of scopes that cannot be joined the one of
//     the earliest rule counts.
//  2. The scope of the account is what the scopes of all its roles have in common. A role that would leave nothing in
//     common with the roles of earlier rules is left out.
//
// The roles administrator and auditor have no scope and are always given.
func (s Rules) Grant(c Claim) (roles []access.Role, scope directory.Scope, ok bool) {
	byRole := map[access.Role][]area{}
	var order []access.Role // in which rules give them
	for _, rule := range s.List {
		if !slices.Contains(c.Groups, rule.Group) {
			continue
		}
		for _, role := range rule.Roles {
			if !slices.Contains(access.Roles(), role) || scoped(role) && (len(rule.Regions) == 0 || len(rule.Departments) == 0) {
				continue
			}
			if _, seen := byRole[role]; !seen {
				order = append(order, role)
			}
			byRole[role] = append(byRole[role], area{s.set(rule.Regions), set(rule.Departments, sameCode)})
		}
	}
	var held *area
	for _, role := range order {
		if !scoped(role) {
			roles = append(roles, role)
			continue
		}
		for _, a := range s.join(byRole[role]) {
			if held != nil {
				a = s.common(*held, a)
			}
			if len(a.regions) > 0 && len(a.departments) > 0 {
				held, roles = &a, append(roles, role)
				break
			}
		}
	}
	if held != nil {
		scope = directory.Scope{Regions: held.regions, Departments: held.departments}
	}
	slices.SortFunc(roles, func(a, b access.Role) int {
		return slices.Index(access.Roles(), a) - slices.Index(access.Roles(), b)
	})
	return roles, scope, len(roles) > 0
}

// scoped reports whether a role shows anything of a scope.
func scoped(r access.Role) bool { return r != access.Administrator && r != access.Auditor }

// area is every one of some regions crossed with every one of some departments; both are sets.
type area struct{ regions, departments []string }

// join joins areas, in their order, as long as the union of two is an area.
func (s Rules) join(list []area) []area {
	for i := 0; i < len(list); i++ {
		for j := i + 1; j < len(list); j++ {
			if joint, ok := s.joint(list[i], list[j]); ok {
				list[i] = joint
				list = slices.Delete(list, j, j+1)
				i, j = -1, len(list) // from the beginning: the joint area may be joined with an earlier one
			}
		}
	}
	return list
}

func (s Rules) joint(a, b area) (area, bool) {
	regions, departments := s.contains(a.regions, b.regions), contains(a.departments, b.departments, sameCode)
	regionsBack, departmentsBack := s.contains(b.regions, a.regions), contains(b.departments, a.departments, sameCode)
	switch {
	case regions && departments:
		return a, true
	case regionsBack && departmentsBack:
		return b, true
	case regions && regionsBack:
		return area{a.regions, set(slices.Concat(a.departments, b.departments), sameCode)}, true
	case departments && departmentsBack:
		return area{s.set(slices.Concat(a.regions, b.regions)), a.departments}, true
	}
	return area{}, false
}

func (s Rules) common(a, b area) area {
	return area{common(a.regions, b.regions, s.within), common(a.departments, b.departments, sameCode)}
}

func (s Rules) within(code, root string) bool {
	return code == root || s.Within != nil && s.Within(code, root)
}

func (s Rules) set(codes []string) []string         { return set(codes, s.within) }
func (s Rules) contains(outer, inner []string) bool { return contains(outer, inner, s.within) }
func sameCode(code, root string) bool               { return code == root }
func within(in func(_, _ string) bool, c, r string) bool {
	return r == directory.Any || c != directory.Any && in(c, r)
}

// contains reports whether each code of one set lies in one of another set.
func contains(outer, inner []string, in func(code, root string) bool) bool {
	return !slices.ContainsFunc(inner, func(code string) bool {
		return !slices.ContainsFunc(outer, func(root string) bool { return within(in, code, root) })
	})
}

// set leaves out the codes that lie in others, and sorts.
func set(codes []string, in func(code, root string) bool) []string {
	codes = slices.Compact(slices.Sorted(slices.Values(codes)))
	var kept []string
	for i, code := range codes {
		covered := slices.ContainsFunc(codes[i+1:], func(root string) bool { return within(in, code, root) }) ||
			slices.ContainsFunc(kept, func(root string) bool { return within(in, code, root) })
		if !covered {
			kept = append(kept, code)
		}
	}
	return kept
}

// common are the codes of each set that lie in the other.
func common(a, b []string, in func(code, root string) bool) []string {
	var both []string
	for _, code := range a {
		if slices.ContainsFunc(b, func(root string) bool { return within(in, code, root) }) {
			both = append(both, code)
		}
	}
	for _, code := range b {
		if slices.ContainsFunc(a, func(root string) bool { return within(in, code, root) }) {
			both = append(both, code)
		}
	}
	return set(both, in)
}
