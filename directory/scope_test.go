package directory

import (
	"slices"
	"testing"
)

// A scope without departments shows nothing, and so names no region.
func TestRootsOfScopes(t *testing.T) {
	dir, problems := New([]Region{{Code: "99", Name: "省"}, {Code: "9901", Name: "甲市", Parent: "99"}, {Code: "990101", Name: "乙区", Parent: "9901"}}, nil, nil, nil, nil, nil)
	if Fatal(problems) {
		t.Fatal(problems)
	}
	for _, tt := range []struct {
		scope Scope
		roots []string
		every bool
	}{
		{Scope{All: true}, nil, true},
		{Scope{Regions: []string{Any}, Departments: []string{Any}}, nil, true},
		{Scope{Regions: []string{"9901", "990101", "nowhere"}, Departments: []string{"D"}}, []string{"9901"}, false},
		{Scope{Regions: []string{"9901"}}, nil, false},
		{Scope{Regions: []string{Any}}, nil, false},
		{Scope{}, nil, false},
	} {
		if roots, every := tt.scope.Roots(dir); !slices.Equal(roots, tt.roots) || every != tt.every {
			t.Errorf("%+v: %v, %v", tt.scope, roots, every)
		}
	}
}
