package access

import (
	"slices"
	"testing"
)

func TestMay(t *testing.T) {
	nobody := &Person{Roles: Roles()}
	must := &Person{ID: "a", Roles: Roles(), MustChange: true}
	for _, what := range append(Permissions(), SignedIn) {
		if nobody.May(what) || must.May(what) {
			t.Errorf("%s: allowed to nobody or before the password is changed", what)
		}
	}
	if !nobody.May(Anybody) {
		t.Error("the sign-in page is closed")
	}
	unknown := &Person{ID: "a", Roles: []Role{"root"}}
	for _, what := range Permissions() {
		if unknown.May(what) {
			t.Errorf("%s: a role that is not known grants it", what)
		}
		if !slices.ContainsFunc(Roles(), func(r Role) bool { return slices.Contains(Grants(r), what) }) {
			t.Errorf("%s: no role grants it", what)
		}
	}
	both := &Person{ID: "a", Roles: []Role{Operator, Auditor}}
	if !both.May(ReadAudit) || !both.May(HandleRefusals) || both.May(ReadFigures) || !both.May(SignedIn) {
		t.Error("two roles grant what each grants, and nothing else")
	}
}

// 管运分离: who runs the system, or its accounts, sees no rating, comment or ranking.
func TestSeparationOfDuties(t *testing.T) {
	for _, r := range []Role{Operator, Administrator, Auditor} {
		p := &Person{ID: "a", Roles: []Role{r}}
		for _, what := range []Permission{ReadFigures, ReadRankings, ReadReviews, ReadRecords, Evaluate} {
			if p.May(what) {
				t.Errorf("%s may %s", r, what)
			}
		}
	}
}
