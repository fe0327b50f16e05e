package signon

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func portalOptions() *Header {
	return &Header{User: "X-Portal-User", Groups: "X-Portal-Groups", Proxies: []netip.Prefix{
		netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::7/128"),
	}}
}

func TestHeader(t *testing.T) {
	for name, test := range map[string]struct {
		peer   string
		header http.Header
		want   *Claim
		err    error
	}{
		"the portal": {
			"10.1.2.3:4",
			http.Header{"X-Portal-User": {"wangfang"}, "X-Portal-Groups": {"pj-leaders, 处长 ,"}},
			&Claim{Method: "header", Subject: "wangfang", Name: "wangfang", Groups: []string{"pj-leaders", "处长"}}, nil,
		},
		"the portal in IPv6 form": {
			"[::ffff:10.1.2.3]:4", http.Header{"X-Portal-User": {"wangfang"}}, &Claim{Method: "header", Subject: "wangfang", Name: "wangfang"}, nil,
		},
		"the portal over IPv6": {
			"[fd00::7]:4", http.Header{"X-Portal-User": {"wangfang"}}, &Claim{Method: "header", Subject: "wangfang", Name: "wangfang"}, nil,
		},
		"nobody":     {"10.1.2.3:4", http.Header{"X-Portal-User": {" "}}, nil, ErrDeclined},
		"no header":  {"10.1.2.3:4", http.Header{}, nil, ErrDeclined},
		"two people": {"10.1.2.3:4", http.Header{"X-Portal-User": {"wangfang", "admin"}}, nil, ErrNotProven},
		"two lists":  {"10.1.2.3:4", http.Header{"X-Portal-User": {"wangfang"}, "X-Portal-Groups": {"a", "b"}}, nil, ErrNotProven},
		"rubbish":    {"10.1.2.3:4", http.Header{"X-Portal-User": {"\xff"}}, nil, ErrNotProven},
		"a foreign peer": {
			"10.2.2.3:4", http.Header{"X-Portal-User": {"wangfang"}, "X-Portal-Groups": {"pj-leaders"}}, nil, ErrNotProven,
		},
		"a foreign peer that speaks of the portal": {
			"192.0.2.1:4", http.Header{"X-Portal-User": {"wangfang"}, "X-Forwarded-For": {"10.1.2.3"}, "Forwarded": {"for=10.1.2.3"}}, nil, ErrNotProven,
		},
		"an unreadable peer": {"@", http.Header{"X-Portal-User": {"wangfang"}}, nil, ErrNotProven},
	} {
		var got *Claim
		s, err := New(Options{
			BaseURL: "https://a.example" + base, Header: portalOptions(),
			Admit: func(_ http.ResponseWriter, _ *http.Request, c Claim) error { got = &c; return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, base+"/sign-in/header", nil)
		r.RemoteAddr, r.Header = test.peer, test.header
		w, p := httptest.NewRecorder(), &product{}
		s.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Portal-User") != "" || r.Header.Get("X-Portal-Groups") != "" {
				t.Errorf("%s: the headers are passed on", name)
			}
			r.RemoteAddr = "10.1.2.3:4" // what a header of a proxy could claim later
			if err := s.Begin(w, r, MethodHeader); err != nil {
				p.errs = append(p.errs, err)
			}
		})).ServeHTTP(w, r)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if test.err != nil {
			p.wantError(t, name, test.err)
		} else if w.Code != http.StatusSeeOther || w.Header().Get("Location") != base+"/" {
			t.Errorf("%s: %d to %s, %v", name, w.Code, w.Header().Get("Location"), p.errs)
		}
	}
}
