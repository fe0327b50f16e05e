// Package access says who somebody is and what they may see and do.
//
// It promises to fail closed: who is not known may nothing, a role that is not known grants nothing, a scope
// without entries shows nothing. It keeps no password, session token or key in clear, and writes none to a log.
package access

import (
	"slices"

	"haochaping/directory"
)

// Role is a named set of permissions. A person may have several.
type Role string

// The roles.
const (
	Leader        Role = "leader"        // reads figures, rankings and reviews of the own scope
	Evaluator     Role = "evaluator"     // judges units, draws editions
	Handler       Role = "handler"       // handles bad reviews of the own scope, and sees them one by one
	Operator      Role = "operator"      // runs the system: devices, gaps, refusals; no rating, comment or ranking
	Administrator Role = "administrator" // accounts and sessions; no figures
	Auditor       Role = "auditor"       // reads and verifies what is on record
)

// Roles lists all roles.
func Roles() []Role { return []Role{Leader, Evaluator, Handler, Operator, Administrator, Auditor} }

// Permission is one thing that a role may allow.
type Permission string

// The permissions.
const (
	Anybody        Permission = "anybody"   // without signing in: the sign-in page itself, style sheets
	SignedIn       Permission = "signed-in" // whoever has signed in: own account, language
	ReadFigures    Permission = "figures"   // counts and indicators of regions, halls, departments, items
	ReadRankings   Permission = "rankings"  // rankings and published editions
	ReadReviews    Permission = "reviews"   // lists of bad reviews with tags and redacted comments
	ReadRecords    Permission = "records"   // one record whole; each view is put on record
	ReadQuality    Permission = "quality"   // devices, gaps, completeness: counts of what arrived, no levels
	HandleRefusals Permission = "refusals"  // the desk of refused records, and replay
	ReadRuns       Permission = "runs"      // what the timetable did
	Evaluate       Permission = "evaluate"  // the workbench: schemes, imported indicators, editions, targets
	ManageAccounts Permission = "accounts"  // accounts, roles, scopes, sessions
	ReadAudit      Permission = "audit"     // the audit record
)

// Permissions lists all permissions that roles grant.
func Permissions() []Permission {
	return []Permission{ReadFigures, ReadRankings, ReadReviews, ReadRecords, ReadQuality, HandleRefusals, ReadRuns, Evaluate, ManageAccounts, ReadAudit}
}

// grants is the one table from roles to permissions. The operator runs the system and sees no figure of a service
// (管运分离); neither does the administrator, who decides who sees it.
var grants = map[Role][]Permission{
	Leader:        {ReadFigures, ReadRankings, ReadReviews, ReadQuality},
	Evaluator:     {ReadFigures, ReadRankings, ReadReviews, ReadRecords, ReadQuality, ReadRuns, Evaluate},
	Handler:       {ReadFigures, ReadReviews, ReadRecords},
	Operator:      {ReadQuality, HandleRefusals, ReadRuns},
	Administrator: {ManageAccounts},
	Auditor:       {ReadAudit},
}

// Grants are the permissions of a role; none for a role that is not known.
func Grants(r Role) []Permission { return slices.Clone(grants[r]) }

// Person is somebody who has signed in, for the length of one request. The zero value is nobody and may nothing.
type Person struct {
	ID     string // of the account; what stands in the audit record
	Name   string // for people
	Roles  []Role
	Scope  directory.Scope
	Method string // how they signed in: local, oidc, cas, header, demo
	// MustChange: they signed in with a password that they have to change first; until then they may nothing else.
	MustChange bool
}

// Known reports whether this is somebody.
func (p *Person) Known() bool { return p.ID != "" }

// May reports whether a person may do something. It says nothing about the scope.
func (p *Person) May(what Permission) bool {
	switch {
	case what == Anybody:
		return true
	case !p.Known() || p.MustChange:
		return false
	case what == SignedIn:
		return true
	}
	return slices.ContainsFunc(p.Roles, func(r Role) bool { return slices.Contains(grants[r], what) })
}
