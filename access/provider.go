package access

// Provider is a place where people can sign on instead of with a password of ours.
type Provider struct {
	ID    string // oidc, cas or header
	Label string // what the operator calls it; empty: the page's own words
	Path  string // where signing on begins, below the base path
}
