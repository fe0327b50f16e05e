package signon

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OIDC is an OpenID provider (OpenID Connect Core 1.0, authorization code flow with PKCE).
type OIDC struct {
	Issuer       string // as in the provider's tokens; https, or on this machine
	ClientID     string
	ClientSecret string // empty for a public client
	// GroupsClaim is the claim of the id token that lists groups; dots lead into objects, such as realm_access.roles.
	GroupsClaim string
	Label       string
}

// retryAfter is how long a provider that could not be asked about itself is left alone.
const retryAfter = 5 * time.Second

// relyingParty is us, as the provider sees us.
type relyingParty struct {
	options  OIDC
	callback string
	client   *http.Client
	now      func() time.Time

	lock     chan struct{} // holds its one token while nobody looks at what follows
	provider *knownProvider
	failed   error // the last discovery; until the time retry
	retry    time.Time
}

// knownProvider is a provider that has told about itself.
type knownProvider struct {
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
}

func newRelyingParty(o OIDC, callback string, client *http.Client, now func() time.Time) (*relyingParty, error) {
	if err := checkServer("OpenID issuer", o.Issuer); err != nil {
		return nil, err
	}
	if o.ClientID == "" || o.GroupsClaim == "" {
		return nil, errors.New("OpenID provider: client id or claim of groups missing")
	}
	p := &relyingParty{options: o, callback: callback, client: client, now: now, lock: make(chan struct{}, 1)}
	p.lock <- struct{}{}
	return p, nil
}

// known asks the provider about itself once, and again later if that fails.
func (p *relyingParty) known(ctx context.Context) (*knownProvider, error) {
	select {
	case <-p.lock:
		defer func() { p.lock <- struct{}{} }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	}
	if p.provider != nil {
		return p.provider, nil
	}
	if p.failed != nil && p.now().Before(p.retry) {
		return nil, p.failed
	}
	// What is learned is for all, whoever asked first and hangs up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	found, err := p.discover(ctx)
	if err != nil {
		p.failed, p.retry = fmt.Errorf("%w: ask the OpenID provider about itself: %s", ErrUnavailable, reason(err)), p.now().Add(retryAfter)
		return nil, p.failed
	}
	p.provider = found
	return found, nil
}

func (p *relyingParty) discover(ctx context.Context) (*knownProvider, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.options.Issuer)
	if err != nil {
		return nil, err
	}
	var about struct {
		Keys   string   `json:"jwks_uri"`
		Scopes []string `json:"scopes_supported"`
	}
	if err := provider.Claims(&about); err != nil {
		return nil, err
	}
	endpoint := provider.Endpoint()
	if err := errors.Join(
		checkServer("authorization endpoint", endpoint.AuthURL), checkServer("token endpoint", endpoint.TokenURL),
		checkServer("keys", about.Keys),
	); err != nil {
		return nil, err
	}
	if p.options.ClientSecret == "" {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	scopes := []string{oidc.ScopeOpenID}
	for _, scope := range []string{"profile", "groups"} { // some providers refuse a scope that they do not know
		if slices.Contains(about.Scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return &knownProvider{
		oauth: oauth2.Config{
			ClientID: p.options.ClientID, ClientSecret: p.options.ClientSecret, Endpoint: endpoint, RedirectURL: p.callback, Scopes: scopes,
		},
		verifier: provider.Verifier(&oidc.Config{ClientID: p.options.ClientID, Now: p.now}),
	}, nil
}

// authorization is where the browser is sent.
func (p *relyingParty) authorization(ctx context.Context, s started) (string, error) {
	known, err := p.known(ctx)
	if err != nil {
		return "", err
	}
	return known.oauth.AuthCodeURL(s.State, oidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier)), nil
}

// prove turns what the browser brought back into a claim.
func (p *relyingParty) prove(ctx context.Context, s started, query url.Values) (Claim, error) {
	code, err := p.code(s, query)
	if err != nil {
		return Claim{}, err
	}
	known, err := p.known(ctx)
	if err != nil {
		return Claim{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := known.oauth.Exchange(ctx, code, oauth2.VerifierOption(s.Verifier))
	if err != nil {
		return Claim{}, exchangeError(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Claim{}, fmt.Errorf("%w: the provider gave no id token", ErrNotProven)
	}
	id, err := known.verifier.Verify(ctx, raw)
	if err != nil {
		return Claim{}, fmt.Errorf("%w: id token: %s", ErrNotProven, reason(err))
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(s.Nonce)) != 1 {
		return Claim{}, fmt.Errorf("%w: the id token is of another sign-on", ErrNotProven)
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return Claim{}, fmt.Errorf("%w: id token: %s", ErrNotProven, reason(err))
	}
	return p.claim(id, claims)
}

// code is the code in a callback's address that answers our question.
func (p *relyingParty) code(s started, query url.Values) (string, error) {
	values := map[string]string{}
	for _, name := range []string{"state", "code", "error", "iss"} {
		value, err := one(query, name)
		if err != nil {
			return "", err
		}
		values[name] = value
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(values["state"]), []byte(s.State)) != 1:
		return "", fmt.Errorf("%w: the state is of another sign-on", ErrStale)
	case values["iss"] != "" && values["iss"] != p.options.Issuer: // RFC 9207
		return "", fmt.Errorf("%w: the answer is of another issuer", ErrNotProven)
	case values["error"] != "":
		return "", fmt.Errorf("%w: %.60q", ErrDeclined, values["error"])
	case values["code"] == "" || len(values["code"]) > 4096:
		return "", fmt.Errorf("%w: the code is missing or too long", ErrNotProven)
	}
	return values["code"], nil
}

// exchangeError tells a code that was refused from a provider that does not answer. The provider's own text is left
// out, because it could repeat the code.
func exchangeError(err error) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return fmt.Errorf("%w: exchange the code: %s", ErrUnavailable, reason(err))
	}
	status := 0
	if refused.Response != nil {
		status = refused.Response.StatusCode
	}
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return fmt.Errorf("%w: exchange the code: status %d", ErrUnavailable, status)
	}
	return fmt.Errorf("%w: exchange the code: status %d, %.60q", ErrNotProven, status, refused.ErrorCode)
}

func (p *relyingParty) claim(id *oidc.IDToken, claims map[string]any) (Claim, error) {
	party, named := claims["azp"]
	if named && party != p.options.ClientID || !named && len(id.Audience) > 1 { // OpenID Connect Core 1.0, 3.1.3.7
		return Claim{}, fmt.Errorf("%w: the id token was made for another client", ErrNotProven)
	}
	groups, err := groupsOf(claims, p.options.GroupsClaim)
	if err != nil {
		return Claim{}, err
	}
	c := Claim{Method: MethodOIDC, Subject: id.Subject, Groups: groups}
	for _, name := range []string{"name", "preferred_username"} {
		if text, ok := claims[name].(string); ok && c.Name == "" {
			c.Name = text
		}
	}
	return c, nil
}

// groupsOf reads a claim that is one group or a list of them. A claim that is not there is no group; one of another
// form is refused, because nobody knows what it leaves out.
func groupsOf(claims map[string]any, path string) ([]string, error) {
	value, ok := claims[path]
	if !ok {
		value = any(claims)
		for name := range strings.SplitSeq(path, ".") {
			object, isObject := value.(map[string]any)
			if !isObject {
				return nil, nil
			}
			value = object[name]
		}
	}
	switch list := value.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{list}, nil
	case []any:
		groups := make([]string, 0, len(list))
		for _, e := range list {
			g, ok := e.(string)
			if !ok {
				return nil, fmt.Errorf("%w: a group in the id token is not a text", ErrNotProven)
			}
			groups = append(groups, g)
		}
		return groups, nil
	}
	return nil, fmt.Errorf("%w: the groups of the id token are no list", ErrNotProven)
}
