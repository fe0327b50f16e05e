// Package signon lets people sign on who are known elsewhere: to an OpenID provider, a CAS server, or a portal that
// passes their name on in a header.
//
// It promises to believe nobody whose proof it has not checked itself, and hands over who somebody is there; what
// they may here is decided by package access. It keeps no token, code or ticket, and writes none into an error.
package signon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"haochaping/access"
)

// The ways to sign on; the Method of a [Claim], and the ID of a provider.
const (
	MethodOIDC   = access.MethodOIDC
	MethodCAS    = access.MethodCAS
	MethodHeader = access.MethodHeader
)

// Why somebody was not signed on. Errors of this package are one of these, with the reason for the log; errors of
// Admit are passed on as they are.
var (
	ErrNoProvider  = access.ErrNoProvider
	ErrStale       = access.ErrSignOnStale
	ErrDeclined    = access.ErrSignOnDeclined
	ErrNotProven   = access.ErrNotProven
	ErrUnavailable = access.ErrProviderAway
)

// Claim is what an identity provider says of somebody, after its proof was checked.
type Claim = access.Claim

// Options say with whom people sign on. A way that is nil is not offered.
type Options struct {
	// BaseURL is how browsers reach the product, base path included, without a slash at the end. With https, cookies
	// are sent over https only.
	BaseURL string
	OIDC    *OIDC
	CAS     *CAS
	Header  *Header
	// Admit lets the person of a checked claim in: it makes the session, or says why not. It may set headers and
	// writes no answer.
	Admit func(w http.ResponseWriter, r *http.Request, c Claim) error
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

// SignOn signs people on. It is safe for concurrent use and holds nothing that would have to be closed.
type SignOn struct {
	options Options
	home    string // where people go who asked for no page; with the base path
	pending *pending
	client  *http.Client
	oidc    *relyingParty     // nil if not offered
	calls   chan struct{}     // a token for each question to a provider under way
	ways    []access.Provider // what is offered
}

// maxCalls bounds the questions to providers that are under way.
const maxCalls = 32

// New checks the options. It does not ask the providers: they may be away when the product starts.
func New(o Options) (*SignOn, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("sign on at %q: not the address of a web site", o.BaseURL)
	}
	if o.Admit == nil {
		return nil, errors.New("sign on: nobody who admits")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	pending, err := newPending(base.Scheme == "https", strings.TrimSuffix(base.Path, "/"), o.Now)
	if err != nil {
		return nil, err
	}
	s := &SignOn{
		options: o, home: strings.TrimSuffix(base.Path, "/") + "/", pending: pending,
		client: newClient(), calls: make(chan struct{}, maxCalls),
	}
	if o.OIDC != nil {
		if s.oidc, err = newRelyingParty(*o.OIDC, s.callback(MethodOIDC), s.client, o.Now); err != nil {
			return nil, err
		}
		s.offer(MethodOIDC, o.OIDC.Label)
	}
	if o.CAS != nil {
		if err := o.CAS.check(); err != nil {
			return nil, err
		}
		s.offer(MethodCAS, o.CAS.Label)
	}
	if o.Header != nil {
		if err := o.Header.check(); err != nil {
			return nil, err
		}
		s.offer(MethodHeader, o.Header.Label)
	}
	return s, nil
}

func (s *SignOn) offer(id, label string) {
	s.ways = append(s.ways, access.Provider{ID: id, Label: label, Path: "/sign-in/" + id})
}

// callback is the address to which a provider sends the browser back.
func (s *SignOn) callback(id string) string {
	return s.options.BaseURL + "/sign-in/" + id + "/callback"
}

// Providers are the ways to sign on that are offered, in a fixed order.
func (s *SignOn) Providers() []access.Provider { return slices.Clone(s.ways) }

func (s *SignOn) offered(id string) bool {
	return slices.ContainsFunc(s.ways, func(p access.Provider) bool { return p.ID == id })
}

// Begin answers GET /sign-in/ID: it sends the browser to the provider; whom the portal names is let in at once. The
// parameter back is the page to go to afterwards, with the base path; any other address is passed over.
func (s *SignOn) Begin(w http.ResponseWriter, r *http.Request, id string) error {
	private(w)
	if !s.offered(id) {
		return fmt.Errorf("%w: %.40q", ErrNoProvider, id)
	}
	next := s.next(r.URL.Query().Get("back"))
	if id == MethodHeader {
		c, err := portalClaim(r)
		if err != nil {
			return err
		}
		return s.admit(w, r, c, next)
	}
	started := s.pending.begin(id, next)
	var to string
	var err error
	switch id {
	case MethodOIDC:
		to, err = s.oidc.authorization(r.Context(), started)
	case MethodCAS:
		to = s.options.CAS.login(s.callback(id))
	}
	if err != nil {
		return err
	}
	if err := s.pending.remember(w, started); err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// Return answers GET /sign-in/ID/callback: it checks what the browser brings back from the provider, has the person
// admitted and sends the browser on.
func (s *SignOn) Return(w http.ResponseWriter, r *http.Request, id string) error {
	private(w)
	if !s.offered(id) || id == MethodHeader {
		return fmt.Errorf("%w: %.40q", ErrNoProvider, id)
	}
	started, err := s.pending.end(w, r, id)
	if err != nil {
		return err
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fmt.Errorf("%w: the address is damaged", ErrNotProven)
	}
	select {
	case s.calls <- struct{}{}:
		defer func() { <-s.calls }()
	default:
		return fmt.Errorf("%w: %d questions to providers are under way", ErrUnavailable, maxCalls)
	}
	ctx, cancel := context.WithTimeout(r.Context(), callTimeout)
	defer cancel()
	var c Claim
	switch id {
	case MethodOIDC:
		c, err = s.oidc.prove(ctx, started, query)
	case MethodCAS:
		c, err = s.options.CAS.prove(ctx, s.client, s.callback(id), query)
	}
	if err != nil {
		return err
	}
	return s.admit(w, r, c, started.Next)
}

func (s *SignOn) admit(w http.ResponseWriter, r *http.Request, c Claim, next string) error {
	c, err := checked(c)
	if err != nil {
		return err
	}
	if err := s.options.Admit(w, r, c); err != nil {
		return err
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// private keeps codes and tickets in addresses from caches and from other sites.
func private(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
}

// maxNext bounds the address of the page to go to afterwards, in bytes.
const maxNext = 1024

// next is the page to go to: an address of ours, or the first page.
func (s *SignOn) next(path string) string {
	u, err := url.Parse(path)
	if err != nil || len(path) > maxNext || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, s.home) ||
		strings.HasPrefix(path, "//") || strings.ContainsFunc(path, func(c rune) bool { return c <= ' ' || c == '\\' || c > '~' }) {
		return s.home
	}
	return path
}

// one is a parameter that may stand in an address once.
func one(query url.Values, name string) (string, error) {
	switch values := query[name]; len(values) {
	case 0:
		return "", nil
	case 1:
		return values[0], nil
	default:
		return "", fmt.Errorf("%w: %s is given more than once", ErrNotProven, name)
	}
}
