package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"haochaping/directory"
)

// The ways to sign in.
const (
	MethodLocal  = "local"  // with a name and a password that are kept here
	MethodOIDC   = "oidc"   // at an OpenID provider
	MethodCAS    = "cas"    // at a CAS server
	MethodHeader = "header" // at a portal, which passes the name on
	MethodDemo   = "demo"   // with a click, in demo mode alone
)

// Account is somebody who may sign in. It holds nothing secret.
type Account struct {
	ID         string          `json:"id"`   // what a local account signs in with; others begin with their method and a colon
	Name       string          `json:"name"` // for people; the ID if there is none
	Roles      []Role          `json:"roles"`
	Scope      directory.Scope `json:"scope"`
	Method     string          `json:"method"`
	Disabled   bool            `json:"disabled"`
	MustChange bool            `json:"must_change"` // the password is one-time
	Created    time.Time       `json:"created"`
	LastSeen   time.Time       `json:"last_seen,omitzero"`
}

// person is who signs in with the account.
func (a *Account) person() Person {
	return Person{
		ID: a.ID, Name: a.title(), Roles: slices.Clone(a.Roles), Method: a.Method, MustChange: a.MustChange,
		Scope: directory.Scope{All: a.Scope.All, Regions: slices.Clone(a.Scope.Regions), Departments: slices.Clone(a.Scope.Departments)},
	}
}

func (a *Account) title() string {
	if a.Name == "" {
		return a.ID
	}
	return a.Name
}

// Bounds of what an account holds.
const (
	idLength    = 64  // characters of the name of a local account
	nameLength  = 100 // characters of a name for people
	scopeLength = 1000
	codeLength  = 64
)

// ErrAccount is what every account gets that breaks a rule; the text says which.
var ErrAccount = errors.New("not a valid account")

func wrongAccount(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrAccount, fmt.Sprintf(format, args...))
}

// LocalID is the form in which names of local accounts are kept and looked up: without space around, in small letters.
func LocalID(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// check holds the rules of accounts. The scope may be empty: that is who sees nothing of a region, such as an
// operator.
func (a *Account) check() error {
	switch {
	case a.Method == MethodLocal && !localName(a.ID):
		return wrongAccount("a name has 2 to %d letters, digits, dots, hyphens or underscores", idLength)
	case utf8.RuneCountInString(a.Name) > nameLength || !printable(a.Name):
		return wrongAccount("a name for people has at most %d printable characters", nameLength)
	case len(a.Roles) == 0:
		return wrongAccount("it needs a role: %s", joined(Roles()))
	case len(a.Scope.Regions) > scopeLength || len(a.Scope.Departments) > scopeLength:
		return wrongAccount("a scope names at most %d regions and departments", scopeLength)
	}
	for _, r := range a.Roles {
		if !slices.Contains(Roles(), r) {
			return wrongAccount("there is no role %q: use %s", r, joined(Roles()))
		}
	}
	for _, code := range slices.Concat(a.Scope.Regions, a.Scope.Departments) {
		if code == "" || len(code) > codeLength || !printable(code) {
			return wrongAccount("%q is no code of a region or department", code)
		}
	}
	return nil
}

func localName(id string) bool {
	n := utf8.RuneCountInString(id)
	return n >= 2 && n <= idLength && utf8.ValidString(id) && id == LocalID(id) && !strings.ContainsFunc(id, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_", r)
	})
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

func joined(roles []Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}
