// Package signon lets people sign on who are known elsewhere: to an OpenID provider, a CAS server, or a portal that
// passes their name on in a header.
//
// It promises to believe nobody whose proof it has not checked itself, and hands over who somebody is there; what
// they may here is decided by package access.
package signon

// Claim is what an identity provider says of somebody, after its proof was checked.
type Claim struct {
	Method  string   // oidc, cas or header
	Subject string   // the provider's own name for the person; never empty
	Name    string   // for people; the subject if the provider gives none
	Groups  []string // at most 200
}
