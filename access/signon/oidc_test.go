package signon

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/oauth2-proxy/mockoidc"
)

// user is somebody whose id token says what a test wants.
type user struct {
	*mockoidc.MockUser
	change func(*mockoidc.IDTokenClaims)
	more   map[string]any // claims besides
}

func (u user) Claims(_ []string, c *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	if u.change != nil {
		u.change(c)
	}
	all := jwt.MapClaims{
		"iss": c.Issuer, "sub": c.Subject, "aud": c.Audience, "exp": c.ExpiresAt, "iat": c.IssuedAt, "nonce": c.Nonce,
		"name": "王芳", "groups": u.Groups,
	}
	for name, value := range u.more {
		all[name] = value
	}
	return all, nil
}

func wang() *mockoidc.MockUser {
	return &mockoidc.MockUser{Subject: "wangfang", Groups: []string{"pj-leaders", "pj-province"}}
}

func provider(t *testing.T, middleware func(http.Handler) http.Handler) *mockoidc.MockOIDC {
	t.Helper()
	m, err := mockoidc.NewServer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if middleware != nil {
		if err := m.AddMiddleware(middleware); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Start(l, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Server.Close() })
	return m
}

func clientOf(m *mockoidc.MockOIDC) *OIDC {
	return &OIDC{Issuer: m.Issuer(), ClientID: m.ClientID, ClientSecret: m.ClientSecret, GroupsClaim: "groups"}
}

func TestOIDC(t *testing.T) {
	m := provider(t, nil)
	p := newProduct(t, Options{OIDC: clientOf(m)})
	m.QueueUser(user{MockUser: wang()})
	body, end, _ := get(t, browser(t, nil), p.URL+base+"/sign-in/oidc?back="+url.QueryEscape(base+"/region/9901?period=2026"))
	got, err := p.last(t)
	want := Claim{Method: "oidc", Subject: "wangfang", Name: "王芳", Groups: []string{"pj-leaders", "pj-province"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if want := base + "/region/9901?period=2026"; body != "page "+want || end != p.URL+want {
		t.Errorf("the browser ends at %s: %s", end, body)
	}
}

func TestOIDCRequest(t *testing.T) {
	m := provider(t, nil)
	p := newProduct(t, Options{OIDC: clientOf(m)})
	_, _, location := get(t, browser(t, func(r *http.Request) bool { return r.URL.Path == mockoidc.AuthorizationEndpoint }), p.URL+base+"/sign-in/oidc")
	q := mustParse(t, location).Query()
	for name, want := range map[string]string{
		"response_type": "code", "code_challenge_method": "S256", "client_id": m.ClientID,
		"redirect_uri": p.URL + base + "/sign-in/oidc/callback", "scope": "openid profile groups",
	} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	if len(q.Get("state")) < 26 || len(q.Get("nonce")) < 26 || len(q.Get("code_challenge")) != 43 || q.Get("state") == q.Get("nonce") {
		t.Errorf("state, nonce and challenge: %v", q)
	}
}

// stopped signs on until the provider sends the browser back, and returns that address.
func stopped(t *testing.T, p *product) (*http.Client, *url.URL) {
	t.Helper()
	c := browser(t, toCallback)
	_, _, location := get(t, c, p.URL+base+"/sign-in/oidc")
	return c, mustParse(t, location)
}

func TestOIDCForgedAnswers(t *testing.T) {
	m := provider(t, nil)
	p := newProduct(t, Options{OIDC: clientOf(m)})
	change := func(u *url.URL, f func(url.Values)) string {
		q := u.Query()
		f(q)
		v := *u
		v.RawQuery = q.Encode()
		return v.String()
	}
	for name, test := range map[string]struct {
		f    func(url.Values)
		want error
	}{
		"wrong state":     {func(q url.Values) { q.Set("state", "x") }, ErrStale},
		"no state":        {func(q url.Values) { q.Del("state") }, ErrStale},
		"two states":      {func(q url.Values) { q.Add("state", "x") }, ErrNotProven},
		"two codes":       {func(q url.Values) { q.Add("code", "x") }, ErrNotProven},
		"no code":         {func(q url.Values) { q.Del("code") }, ErrNotProven},
		"wrong code":      {func(q url.Values) { q.Set("code", "x") }, ErrNotProven},
		"long code":       {func(q url.Values) { q.Set("code", strings.Repeat("x", 5000)) }, ErrNotProven},
		"another issuer":  {func(q url.Values) { q.Set("iss", "https://evil.example") }, ErrNotProven},
		"declined":        {func(q url.Values) { q.Set("error", "access_denied"); q.Del("code") }, ErrDeclined},
		"declined, wrong": {func(q url.Values) { q.Set("error", "access_denied"); q.Set("state", "x") }, ErrStale},
	} {
		c, back := stopped(t, p)
		get(t, c, change(back, test.f))
		p.wantError(t, name, test.want)
	}

	// Without the browser that began it, an answer is worth nothing.
	_, back := stopped(t, p)
	get(t, browser(t, nil), back.String())
	p.wantError(t, "another browser", ErrStale)

	// A code that somebody else was given does not fit the secret of PKCE.
	_, theirs := stopped(t, p)
	c, ours := stopped(t, p)
	get(t, c, change(ours, func(q url.Values) { q.Set("code", theirs.Query().Get("code")) }))
	p.wantError(t, "the code of another sign-on", ErrNotProven)

	// The same answer again: the browser has forgotten it, and the provider as well.
	c, back = stopped(t, p)
	cookies := c.Jar.Cookies(mustParse(t, p.URL+base+"/sign-in/oidc/callback"))
	get(t, c, back.String())
	if _, err := p.last(t); err != nil {
		t.Fatal(err)
	}
	get(t, c, back.String())
	p.wantError(t, "again", ErrStale)
	thief := browser(t, nil)
	thief.Jar.SetCookies(mustParse(t, p.URL+base+"/sign-in/oidc/callback"), cookies)
	get(t, thief, back.String())
	p.wantError(t, "again with the cookie", ErrNotProven)

	c, back = stopped(t, p)
	p.after(pendingTime)
	get(t, c, back.String())
	p.wantError(t, "too late", ErrStale)
}

func TestOIDCBadTokens(t *testing.T) {
	for name, u := range map[string]user{
		"wrong nonce":    {change: func(c *mockoidc.IDTokenClaims) { c.Nonce = "another" }},
		"no nonce":       {change: func(c *mockoidc.IDTokenClaims) { c.Nonce = "" }},
		"wrong audience": {change: func(c *mockoidc.IDTokenClaims) { c.Audience = jwt.ClaimStrings{"another"} }},
		"wrong issuer":   {change: func(c *mockoidc.IDTokenClaims) { c.Issuer = "https://evil.example" }},
		"expired": {change: func(c *mockoidc.IDTokenClaims) {
			c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-time.Minute))
		}},
		"never expires":      {change: func(c *mockoidc.IDTokenClaims) { c.ExpiresAt = nil }},
		"several audiences":  {change: func(c *mockoidc.IDTokenClaims) { c.Audience = append(c.Audience, "another") }},
		"for another party":  {more: map[string]any{"azp": "another"}},
		"no subject":         {change: func(c *mockoidc.IDTokenClaims) { c.Subject = "" }},
		"groups of numbers":  {more: map[string]any{"groups": []any{"pj-leaders", 1}}},
		"groups as object":   {more: map[string]any{"groups": map[string]any{"a": 1}}},
		"too many groups":    {more: map[string]any{"groups": strings.Split(strings.Repeat("g,", maxGroups)+"g", ",")}},
		"damaged group name": {more: map[string]any{"groups": []string{"pj\u202eleaders"}}},
	} {
		m := provider(t, nil)
		p := newProduct(t, Options{OIDC: clientOf(m)})
		u.MockUser = wang()
		m.QueueUser(u)
		get(t, browser(t, nil), p.URL+base+"/sign-in/oidc")
		p.wantError(t, name, ErrNotProven)
	}
}

// Tokens that are not signed, or not by the provider.
func TestOIDCSignature(t *testing.T) {
	forged := map[string]func(header, payload, signature string) string{
		"no signature": func(_, payload, _ string) string {
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + payload + "."
		},
		"changed": func(header, payload, signature string) string {
			data, _ := base64.RawURLEncoding.DecodeString(payload)
			data = []byte(strings.ReplaceAll(string(data), "wangfang", "somebody"))
			return header + "." + base64.RawURLEncoding.EncodeToString(data) + "." + signature
		},
		"no token": func(_, _, _ string) string { return "" },
	}
	for name, forge := range forged {
		m := provider(t, func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != mockoidc.TokenEndpoint {
					next.ServeHTTP(w, r)
					return
				}
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, r)
				var answer map[string]any
				if json.Unmarshal(rec.Body.Bytes(), &answer) == nil {
					if token, ok := answer["id_token"].(string); ok {
						parts := strings.Split(token, ".")
						answer["id_token"] = forge(parts[0], parts[1], parts[2])
					}
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(rec.Code)
				_ = json.NewEncoder(w).Encode(answer)
			})
		})
		p := newProduct(t, Options{OIDC: clientOf(m)})
		m.QueueUser(user{MockUser: wang()})
		get(t, browser(t, nil), p.URL+base+"/sign-in/oidc")
		p.wantError(t, name, ErrNotProven)
	}
}

// What is refused or broken is told apart, and no error repeats a code, a token or a secret.
func TestOIDCProviderDown(t *testing.T) {
	down := true
	m := provider(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if down {
				_, _ = fmt.Fprint(w, strings.Repeat("x", 10))
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	p := newProduct(t, Options{OIDC: clientOf(m)})
	begin := func() { get(t, browser(t, nil), p.URL+base+"/sign-in/oidc") }
	begin()
	p.wantError(t, "away", ErrUnavailable)
	down = false
	begin()
	p.wantError(t, "asked again at once", ErrUnavailable)
	p.after(retryAfter)
	m.QueueUser(user{MockUser: wang()})
	begin()
	if c, err := p.last(t); err != nil {
		t.Errorf("after it came back: %v, %v", c, err)
	}
	for _, status := range []int{http.StatusInternalServerError, http.StatusTooManyRequests} {
		c, back := stopped(t, p)
		for range 2 {
			m.QueueError(&mockoidc.ServerError{Code: status, Error: "broken", Description: back.Query().Get("code")})
		}
		get(t, c, back.String())
		_, err := p.last(t)
		if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), back.Query().Get("code")) {
			t.Errorf("status %d: %v", status, err)
		}
		m.ErrorQueue.Pop()
	}
	c, back := stopped(t, p)
	_ = m.Server.Close()
	get(t, c, back.String())
	if _, err := p.last(t); !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), m.ClientSecret) {
		t.Errorf("gone: %v", err)
	}
}

func TestOIDCDiscovery(t *testing.T) {
	document := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if document == "redirect" {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
			return
		}
		fmt.Fprint(w, strings.ReplaceAll(document, "SELF", "http://"+r.Host))
	}))
	defer server.Close()
	for name, text := range map[string]string{
		"another issuer":               `{"issuer":"https://evil.example","authorization_endpoint":"SELF/a","token_endpoint":"SELF/t","jwks_uri":"SELF/k"}`,
		"token endpoint without https": `{"issuer":"SELF","authorization_endpoint":"SELF/a","token_endpoint":"http://id.example/t","jwks_uri":"SELF/k"}`,
		"keys without https":           `{"issuer":"SELF","authorization_endpoint":"SELF/a","token_endpoint":"SELF/t","jwks_uri":"http://id.example/k"}`,
		"login that is a script":       `{"issuer":"SELF","authorization_endpoint":"javascript:alert(1)","token_endpoint":"SELF/t","jwks_uri":"SELF/k"}`,
		"not JSON":                     `<html>`,
		"endless":                      `{"issuer":"` + strings.Repeat("x", maxAnswer) + `"}`,
		"redirect":                     "redirect",
	} {
		document = text
		p := newProduct(t, Options{OIDC: &OIDC{Issuer: server.URL, ClientID: "a", GroupsClaim: "groups"}})
		get(t, browser(t, nil), p.URL+base+"/sign-in/oidc")
		p.wantError(t, name, ErrUnavailable)
	}
}

func TestAdmitRefuses(t *testing.T) {
	m := provider(t, nil)
	p := newProduct(t, Options{OIDC: clientOf(m)})
	p.refuse = errors.New("no rule")
	get(t, browser(t, nil), p.URL+base+"/sign-in/oidc")
	p.wantError(t, "no role here", p.refuse)
}

func TestGroupsOf(t *testing.T) {
	var claims map[string]any
	err := json.Unmarshal([]byte(`{"groups":["a","b"],"one":"a","realm":{"roles":["r"]},"https://x.example/groups":["u"],"number":1}`), &claims)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]string{
		"groups": {"a", "b"}, "one": {"a"}, "realm.roles": {"r"}, "https://x.example/groups": {"u"}, "none": nil, "groups.a": nil, "realm.none": nil,
	} {
		if got, err := groupsOf(claims, path); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", path, got, err, want)
		}
	}
	if _, err := groupsOf(claims, "number"); !errors.Is(err, ErrNotProven) {
		t.Errorf("a number: %v", err)
	}
}
