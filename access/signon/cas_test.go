package signon

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// casServer is a CAS server that knows one person.
type casServer struct {
	*httptest.Server
	mu      sync.Mutex
	tickets map[string]string // ticket → service; removed when validated
	made    int
	answer  string // instead of its own
	status  int
}

func newCAS(t *testing.T) *casServer {
	t.Helper()
	s := &casServer{tickets: map[string]string{}, status: http.StatusOK}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cas/login", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.made++
		ticket := fmt.Sprintf("ST-%d-secret", s.made)
		s.tickets[ticket] = r.URL.Query().Get("service")
		http.Redirect(w, r, r.URL.Query().Get("service")+"?"+url.Values{"ticket": {ticket}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("GET /cas/p3/serviceValidate", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		w.WriteHeader(s.status)
		q := r.URL.Query()
		service, ok := s.tickets[q.Get("ticket")]
		delete(s.tickets, q.Get("ticket"))
		switch {
		case s.answer != "":
			fmt.Fprint(w, s.answer)
		case !ok:
			fmt.Fprint(w, failure("INVALID_TICKET"))
		case service != q.Get("service"):
			fmt.Fprint(w, failure("INVALID_SERVICE"))
		default:
			fmt.Fprint(w, success(`<cas:user>wangfang</cas:user><cas:attributes><cas:memberOf>pj-leaders</cas:memberOf>
				<cas:memberOf> 政务 处长 </cas:memberOf><cas:displayName>王芳</cas:displayName><cas:isFromNewLogin>true</cas:isFromNewLogin></cas:attributes>`))
		}
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func failure(code string) string {
	return `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationFailure code="` + code + `">no</cas:authenticationFailure></cas:serviceResponse>`
}

func success(inner string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:authenticationSuccess>` + inner + `</cas:authenticationSuccess></cas:serviceResponse>
`
}

func casOptions(address string) *CAS { return &CAS{URL: address, GroupsAttribute: "memberOf"} }

func TestCAS(t *testing.T) {
	s := newCAS(t)
	p := newProduct(t, Options{CAS: casOptions(s.URL + "/cas/")})
	_, end, _ := get(t, browser(t, nil), p.URL+base+"/sign-in/cas?back="+base+"/ranking")
	got, err := p.last(t)
	want := Claim{Method: "cas", Subject: "wangfang", Name: "王芳", Groups: []string{"pj-leaders", "政务 处长"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if end != p.URL+base+"/ranking" {
		t.Errorf("the browser ends at %s", end)
	}
}

func TestCASTickets(t *testing.T) {
	s := newCAS(t)
	p := newProduct(t, Options{CAS: casOptions(s.URL + "/cas")})
	callback := p.URL + base + "/sign-in/cas/callback"
	began := func() (*http.Client, string) {
		c := browser(t, toCallback)
		_, _, location := get(t, c, p.URL+base+"/sign-in/cas")
		return c, location
	}
	for query, want := range map[string]error{
		"?ticket=ST-invented":                         ErrNotProven,
		"?ticket=ST-a&ticket=ST-b":                    ErrNotProven,
		"?ticket=" + strings.Repeat("a", maxTicket+1): ErrNotProven,
		"?ticket=a%0D%0Ab":                            ErrNotProven,
		"?ticket=%zz":                                 ErrNotProven,
		"":                                            ErrDeclined,
	} {
		c, _ := began()
		get(t, c, callback+query)
		p.wantError(t, query, want)
	}

	// A ticket that the person was given for another service.
	c, _ := began()
	s.mu.Lock()
	s.tickets["ST-other"] = "https://other.example/"
	s.mu.Unlock()
	get(t, c, callback+"?ticket=ST-other")
	_, err := p.last(t)
	if !errors.Is(err, ErrNotProven) || strings.Contains(err.Error(), "ST-other") {
		t.Errorf("another service: %v", err)
	}

	_, location := began()
	get(t, browser(t, nil), location)
	p.wantError(t, "another browser", ErrStale)

	c, location = began()
	cookies := c.Jar.Cookies(mustParse(t, callback))
	get(t, c, location)
	if _, err := p.last(t); err != nil {
		t.Fatal(err)
	}
	c.Jar.SetCookies(mustParse(t, callback), cookies)
	get(t, c, location)
	p.wantError(t, "the ticket again", ErrNotProven)

	c, location = began()
	s.mu.Lock()
	s.status = http.StatusInternalServerError
	s.mu.Unlock()
	get(t, c, location)
	p.wantError(t, "broken", ErrUnavailable)

	c, location = began()
	s.Close()
	get(t, c, location)
	_, err = p.last(t)
	if !errors.Is(err, ErrUnavailable) || strings.Contains(err.Error(), "ST-") {
		t.Errorf("away: %v", err)
	}
}

func TestCASAnswers(t *testing.T) {
	bomb := `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`
	good := `<cas:user>wangfang</cas:user>`
	for name, test := range map[string]struct {
		answer string
		want   error
	}{
		"entities":              {bomb + success(`<cas:user>&b;</cas:user>`)[39:], ErrUnavailable},
		"entity without type":   {success(`<cas:user>&b;</cas:user>`), ErrUnavailable},
		"file":                  {`<!DOCTYPE a SYSTEM "file:///etc/passwd">` + success(good)[39:], ErrUnavailable},
		"oversized":             {success(good + strings.Repeat(" ", maxValidation)), ErrUnavailable},
		"deep":                  {success(strings.Repeat("<cas:a>", 50) + strings.Repeat("</cas:a>", 50) + good), ErrUnavailable},
		"wide":                  {success(good + strings.Repeat("<cas:a/>", maxElements)), ErrUnavailable},
		"other namespace":       {strings.ReplaceAll(success(good), "yale", "evil"), ErrUnavailable},
		"no namespace":          {strings.ReplaceAll(success(good), "cas:", ""), ErrUnavailable},
		"cut":                   {success(good)[:150], ErrUnavailable},
		"two roots":             {success(good) + success(good)[39:], ErrUnavailable},
		"text behind":           {success(good) + "x", ErrUnavailable},
		"instruction":           {success(good + "<?php x?>"), ErrUnavailable},
		"other encoding":        {strings.ReplaceAll(success(good), "UTF-8", "GBK"), ErrUnavailable},
		"CAS 1":                 {"yes\nwangfang\n", ErrUnavailable},
		"HTML":                  {"<html><body>sign in</body></html>", ErrUnavailable},
		"success and failure":   {strings.ReplaceAll(success(good), "</cas:serviceResponse>", "<cas:authenticationFailure/></cas:serviceResponse>"), ErrUnavailable},
		"neither":               {`<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas"><cas:proxySuccess/></cas:serviceResponse>`, ErrUnavailable},
		"no person":             {success(""), ErrNotProven},
		"an empty name":         {success("<cas:user> </cas:user>"), ErrNotProven},
		"two people":            {success(good + good), ErrNotProven},
		"a person within":       {success(`<cas:user>wang<cas:a>x</cas:a></cas:user>`), ErrNotProven},
		"another service":       {success(good + "<cas:proxies><cas:proxy>https://p.example</cas:proxy></cas:proxies>"), ErrNotProven},
		"two lists":             {success(good + "<cas:attributes/><cas:attributes/>"), ErrNotProven},
		"control in the name":   {success("<cas:user>a&#x202e;b</cas:user>"), ErrNotProven},
		"too many groups":       {success(good + "<cas:attributes>" + strings.Repeat("<cas:memberOf>g</cas:memberOf>", maxGroups+1) + "</cas:attributes>"), ErrNotProven},
		"failure of many words": {failure(strings.Repeat("x", 5000)), ErrNotProven},
	} {
		s := newCAS(t)
		s.answer = test.answer
		p := newProduct(t, Options{CAS: casOptions(s.URL + "/cas")})
		get(t, browser(t, nil), p.URL+base+"/sign-in/cas")
		if c, err := p.last(t); !errors.Is(err, test.want) || len(err.Error()) > 500 {
			t.Errorf("%s: %v, %v; want %v", name, c, err, test.want)
		}
	}
	// A comment does not cut a name in two.
	c, err := casOptions("https://cas.example").claim([]byte(success(`<cas:user>admin<!-- -->.evil</cas:user>`)))
	if err != nil || c.Subject != "admin.evil" {
		t.Errorf("a name with a comment: %v, %v", c, err)
	}
}

func FuzzCAS(f *testing.F) {
	f.Add([]byte(success(`<cas:user>wangfang</cas:user><cas:attributes><cas:memberOf>a</cas:memberOf></cas:attributes>`)))
	f.Add([]byte(failure("INVALID_TICKET")))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY a "a">]><a>&a;</a>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := casOptions("https://cas.example").claim(body)
		if (err != nil) != (c.Method == "") {
			t.Errorf("%v, %v", c, err)
		}
	})
}
