package signon

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/access"
)

const base = "/haochaping"

// product is the part of the product that signs people on, behind a real listener and below a base path.
type product struct {
	*httptest.Server
	*SignOn
	mu       sync.Mutex
	admitted []Claim
	errs     []error
	refuse   error // what Admit answers
	offset   time.Duration
}

func newProduct(t *testing.T, o Options) *product {
	t.Helper()
	p := &product{}
	mux := http.NewServeMux()
	handle := func(pattern string, f func(http.ResponseWriter, *http.Request, string) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := f(w, r, r.PathValue("id")); err != nil {
				p.mu.Lock()
				p.errs = append(p.errs, err)
				p.mu.Unlock()
				http.Error(w, "refused", http.StatusForbidden)
			}
		})
	}
	handle("GET "+base+"/sign-in/{id}", func(w http.ResponseWriter, r *http.Request, id string) error { return p.Begin(w, r, id) })
	handle("GET "+base+"/sign-in/{id}/callback", func(w http.ResponseWriter, r *http.Request, id string) error { return p.Return(w, r, id) })
	mux.HandleFunc("GET "+base+"/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "page "+r.RequestURI) })
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.Middleware(mux).ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	o.BaseURL = p.URL + base
	o.Admit = func(_ http.ResponseWriter, _ *http.Request, c Claim) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.refuse == nil {
			p.admitted = append(p.admitted, c)
		}
		return p.refuse
	}
	o.Now = func() time.Time {
		p.mu.Lock()
		defer p.mu.Unlock()
		return time.Now().Add(p.offset)
	}
	var err error
	if p.SignOn, err = New(o); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *product) after(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offset += d
}

// last is the one claim or the one error since the last call.
func (p *product) last(t *testing.T) (Claim, error) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() { p.admitted, p.errs = nil, nil }()
	if len(p.admitted)+len(p.errs) != 1 {
		t.Fatalf("admitted %v, errors %v; want one of both", p.admitted, p.errs)
	}
	if len(p.errs) == 1 {
		return Claim{}, p.errs[0]
	}
	return p.admitted[0], nil
}

func (p *product) wantError(t *testing.T, what string, want error) {
	t.Helper()
	if c, err := p.last(t); !errors.Is(err, want) {
		t.Errorf("%s: %v, %v; want %v", what, c, err, want)
	}
}

// browser keeps cookies. Its redirects are followed unless they lead to an address that stop accepts.
func browser(t *testing.T, stop func(*http.Request) bool) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if stop != nil && stop(r) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
}

func toCallback(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/callback") }

// get returns the body, the address at the end, and where that leads if the browser stopped there.
func get(t *testing.T, c *http.Client, address string) (body, end, location string) {
	t.Helper()
	resp, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), resp.Request.URL.String(), resp.Header.Get("Location")
}

func TestNew(t *testing.T) {
	admit := func(http.ResponseWriter, *http.Request, Claim) error { return nil }
	good := Options{
		BaseURL: "https://a.example/b", Admit: admit,
		OIDC: &OIDC{Issuer: "https://id.example", ClientID: "x", GroupsClaim: "groups", Label: "统一身份认证"},
		CAS:  &CAS{URL: "http://127.0.0.1/cas", GroupsAttribute: "memberOf"}, Header: portalOptions(),
	}
	s, err := New(good)
	if err != nil {
		t.Fatal(err)
	}
	want := []access.Provider{
		{ID: "oidc", Label: "统一身份认证", Path: "/sign-in/oidc"}, {ID: "cas", Path: "/sign-in/cas"}, {ID: "header", Path: "/sign-in/header"},
	}
	if diff := cmp.Diff(want, s.Providers()); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
	for name, change := range map[string]func(*Options){
		"no address":            func(o *Options) { o.BaseURL = "/b" },
		"nobody admits":         func(o *Options) { o.Admit = nil },
		"issuer without https":  func(o *Options) { o.OIDC = &OIDC{Issuer: "http://id.example", ClientID: "x", GroupsClaim: "g"} },
		"issuer of no protocol": func(o *Options) { o.OIDC = &OIDC{Issuer: "id.example", ClientID: "x", GroupsClaim: "g"} },
		"no client":             func(o *Options) { o.OIDC = &OIDC{Issuer: "https://id.example", GroupsClaim: "g"} },
		"no claim":              func(o *Options) { o.OIDC = &OIDC{Issuer: "https://id.example", ClientID: "x"} },
		"CAS without https":     func(o *Options) { o.CAS = &CAS{URL: "http://cas.example", GroupsAttribute: "g"} },
		"CAS with parameters":   func(o *Options) { o.CAS = &CAS{URL: "https://cas.example/?a=b", GroupsAttribute: "g"} },
		"header from anywhere":  func(o *Options) { o.Header = &Header{User: "A", Groups: "B"} },
		"one header for both":   func(o *Options) { o.Header = &Header{User: "a", Groups: "A", Proxies: portalOptions().Proxies} },
	} {
		o := good
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestNothingOffered(t *testing.T) {
	p := newProduct(t, Options{})
	for _, path := range []string{"/sign-in/oidc", "/sign-in/cas/callback", "/sign-in/header", "/sign-in/header/callback", "/sign-in/%3Cscript%3E"} {
		get(t, browser(t, nil), p.URL+base+path)
		p.wantError(t, path, ErrNoProvider)
	}
}

func TestNext(t *testing.T) {
	s := &SignOn{home: base + "/"}
	for path, want := range map[string]string{
		"":                                        base + "/",
		base + "/region/9901?p=2026":              base + "/region/9901?p=2026",
		"/elsewhere":                              base + "/",
		"https://evil.example" + base + "/":       base + "/",
		"//evil.example" + base + "/":             base + "/",
		base + "/\\evil.example":                  base + "/",
		base + "/a\r\nSet-Cookie: a=b":            base + "/",
		base + "/" + strings.Repeat("a", maxNext): base + "/",
		"javascript:alert(1)":                     base + "/",
	} {
		if got := s.next(path); got != want {
			t.Errorf("next %q: %q, want %q", path, got, want)
		}
	}
	root := &SignOn{home: "/"}
	for _, path := range []string{"//evil.example", "/\\evil.example", "/\t/evil.example", "evil"} {
		if got := root.next(path); got != "/" {
			t.Errorf("next %q: %q", path, got)
		}
	}
}

func TestCookie(t *testing.T) {
	for _, secure := range []bool{false, true} {
		now := time.Now()
		p, err := newPending(secure, base, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		begun := p.begin(MethodOIDC, base+"/x")
		if err := p.remember(w, begun); err != nil {
			t.Fatal(err)
		}
		cookie := w.Result().Cookies()[0]
		if !cookie.HttpOnly || cookie.Secure != secure || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge != 600 ||
			secure != (strings.HasPrefix(cookie.Name, "__Host-") && cookie.Path == "/") {
			t.Errorf("secure %v: %v", secure, cookie)
		}
		if strings.Contains(cookie.Value, begun.State) || strings.Contains(cookie.Value, begun.Verifier) {
			t.Error("the cookie can be read")
		}
		end := func(method string, cookies ...*http.Cookie) error {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			for _, c := range cookies {
				r.AddCookie(c)
			}
			_, err := p.end(httptest.NewRecorder(), r, method)
			return err
		}
		if err := end(MethodOIDC, cookie); err != nil {
			t.Errorf("the cookie itself: %v", err)
		}
		other := *cookie
		other.Name = p.cookie(MethodCAS, "", 0).Name
		changed := *cookie
		changed.Value = "A" + changed.Value[1:]
		if changed.Value == cookie.Value {
			changed.Value = "B" + changed.Value[1:]
		}
		garbage := *cookie
		garbage.Value = "%%%"
		for name, err := range map[string]error{
			"none": end(MethodOIDC), "two": end(MethodOIDC, cookie, cookie), "of another method": end(MethodCAS, &other),
			"changed": end(MethodOIDC, &changed), "garbage": end(MethodOIDC, &garbage),
		} {
			if !errors.Is(err, ErrStale) {
				t.Errorf("cookie %s: %v", name, err)
			}
		}
		now = now.Add(pendingTime)
		if err := end(MethodOIDC, cookie); !errors.Is(err, ErrStale) {
			t.Errorf("after its time: %v", err)
		}
	}
}

func TestClaimChecked(t *testing.T) {
	many := make([]string, maxGroups+1)
	for i := range many {
		many[i] = "g"
	}
	for name, c := range map[string]Claim{
		"no subject": {}, "long": {Subject: strings.Repeat("a", maxText+1)}, "control": {Subject: "a\x00"}, "bidi": {Subject: "a\u202eb"},
		"not UTF-8": {Subject: "a\xff"}, "many groups": {Subject: "a", Groups: many}, "empty group": {Subject: "a", Groups: []string{""}},
		"group of two lines": {Subject: "a", Groups: []string{"a\nb"}}, "blanks": {Subject: " a"},
	} {
		if _, err := checked(c); !errors.Is(err, ErrNotProven) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, want := range map[string]string{"": "a", "王芳 ": "王芳", "x\u202e": "a"} {
		if c, err := checked(Claim{Subject: "a", Name: name}); err != nil || c.Name != want {
			t.Errorf("name %q: %q, %v; want %q", name, c.Name, err, want)
		}
	}
}

func mustParse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
