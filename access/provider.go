package access

import "errors"

// Why somebody was not signed on elsewhere; each comes with the reason for the log.
var (
	// ErrNoProvider: this way to sign on is not configured.
	ErrNoProvider = errors.New("no such way to sign on")
	// ErrSignOnStale: the sign-on was not begun in this browser, or too long ago. Beginning again helps.
	ErrSignOnStale = errors.New("the sign-on was not begun here or took too long")
	// ErrSignOnDeclined: the provider did not let the person in, or the person gave up there.
	ErrSignOnDeclined = errors.New("the provider declined")
	// ErrNotProven: what came back is no proof.
	ErrNotProven = errors.New("the proof was not accepted")
	// ErrProviderAway: the provider does not answer, or not in its protocol.
	ErrProviderAway = errors.New("the provider is unavailable")
)

// Provider is a place where people can sign on instead of with a password of ours.
type Provider struct {
	ID    string // oidc, cas or header
	Label string // what the operator calls it; empty: the page's own words
	Path  string // where signing on begins, below the base path
}
