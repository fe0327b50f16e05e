package app

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"haochaping/config"
)

func TestOnlyTrustedProxiesAreBelieved(t *testing.T) {
	a := &App{cfg: &config.Config{TrustedProxies: []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"),
	}}}
	for _, test := range []struct {
		name, peer string
		forwarded  []string
		want       string // the client's address afterwards
		kept       bool   // whether the headers are passed on
	}{
		{"no proxy", "192.0.2.7:1234", nil, "192.0.2.7:1234", false},
		{"a stranger who forges", "192.0.2.7:1234", []string{"203.0.113.9"}, "192.0.2.7:1234", false},
		{"a proxy", "10.1.1.1:1234", []string{"203.0.113.9"}, "203.0.113.9:0", true},
		{"a proxy in IPv6 form", "[::ffff:10.1.1.1]:1234", []string{"203.0.113.9"}, "203.0.113.9:0", true},
		{"a proxy that says nothing", "10.1.1.1:1234", nil, "10.1.1.1:1234", true},
		{"a client that forges before the proxy", "10.1.1.1:1234", []string{"10.9.9.9, 203.0.113.9"}, "203.0.113.9:0", true},
		{"a chain of proxies", "10.1.1.1:1234", []string{"203.0.113.9, 10.2.2.2"}, "203.0.113.9:0", true},
		{"a chain in several headers", "10.1.1.1:1234", []string{"198.51.100.1", "203.0.113.9, 10.2.2.2"}, "203.0.113.9:0", true},
		{"a chain of proxies alone", "10.1.1.1:1234", []string{"10.3.3.3, 10.2.2.2"}, "10.3.3.3:0", true},
		{"rubbish before a proxy", "10.1.1.1:1234", []string{"unknown, 10.2.2.2"}, "10.2.2.2:0", true},
		{"rubbish", "10.1.1.1:1234", []string{"<script>"}, "10.1.1.1:1234", true},
		{"IPv6", "[fd00::1]:1234", []string{"2001:db8::7"}, "[2001:db8::7]:0", true},
		{"an unreadable peer", "@", []string{"203.0.113.9"}, "@", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = test.peer
		r.Header["X-Forwarded-For"] = test.forwarded
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-Host", "elsewhere.example")
		asked := false
		a.behindProxy(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			asked = true
			if r.RemoteAddr != test.want {
				t.Errorf("%s: the client is %s, want %s", test.name, r.RemoteAddr, test.want)
			}
			if kept := r.Header.Get("X-Forwarded-Proto") != "" && r.Header.Get("X-Forwarded-Host") != ""; kept != test.kept {
				t.Errorf("%s: headers passed on: %v, want %v", test.name, kept, test.kept)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
		if !asked {
			t.Errorf("%s: the request was not passed on", test.name)
		}
	}
}

// Metrics tell about devices: nobody gets them through a proxy, whatever it claims.
func TestMetricsAreForThisMachine(t *testing.T) {
	a := New(&config.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}, discard, false)
	mux := http.NewServeMux()
	a.mountHealth(mux)
	for _, test := range []struct {
		peer, forwarded string
		want            int
	}{
		{"127.0.0.1:1234", "", http.StatusOK},
		{"[::1]:1234", "", http.StatusOK},
		{"192.0.2.7:1234", "", http.StatusForbidden},
		{"192.0.2.7:1234", "127.0.0.1", http.StatusForbidden},
		{"127.0.0.1:1234", "192.0.2.7", http.StatusForbidden},
	} {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.RemoteAddr = test.peer
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		w := httptest.NewRecorder()
		a.behindProxy(mux).ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("from %s for %q: %d, want %d", test.peer, test.forwarded, w.Code, test.want)
		}
	}
}
