package signon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Header is a portal that has signed people on and passes their name on in headers of each request.
type Header struct {
	User   string // the header with the name of the person
	Groups string // the header with the groups, commas between them
	// Proxies are the portal's own addresses. Whoever connects from one of them is believed to be anybody.
	Proxies []netip.Prefix
	Label   string
}

func (h *Header) check() error {
	switch {
	case h.User == "" || h.Groups == "" || strings.EqualFold(h.User, h.Groups):
		return errors.New("portal header: the headers of name and groups are missing or the same")
	case len(h.Proxies) == 0:
		return errors.New("portal header: no proxy that may set it")
	}
	for _, p := range h.Proxies {
		if !p.IsValid() || p.Bits() == 0 {
			return errors.New("portal header: a network of all addresses would let everybody be anybody")
		}
	}
	return nil
}

// portal is the key of what the portal says in a request's context.
type portal struct{}

type portalWord struct {
	claim Claim
	err   error
}

// Middleware takes the portal's headers out of every request, and keeps what they say if the portal itself sent it.
// It stands before all that changes a request's RemoteAddr, because only the peer of the connection can be believed.
func (s *SignOn) Middleware(next http.Handler) http.Handler {
	h := s.options.Header
	if h == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.trusts(r.RemoteAddr) {
			claim, err := h.claim(r.Header)
			r = r.WithContext(context.WithValue(r.Context(), portal{}, portalWord{claim, err}))
		}
		r.Header.Del(h.User)
		r.Header.Del(h.Groups)
		next.ServeHTTP(w, r)
	})
}

func (h *Header) trusts(peer string) bool {
	addr, err := netip.ParseAddrPort(peer)
	if err != nil {
		return false
	}
	for _, p := range h.Proxies {
		if p.Contains(addr.Addr().Unmap()) {
			return true
		}
	}
	return false
}

// claim reads the headers. One that is there twice is refused: a proxy that adds its own and leaves the client's
// would let the client choose.
func (h *Header) claim(header http.Header) (Claim, error) {
	users, groups := header.Values(h.User), header.Values(h.Groups)
	if len(users) > 1 || len(groups) > 1 {
		return Claim{}, fmt.Errorf("%w: a header of the portal is there twice", ErrNotProven)
	}
	if len(users) == 0 || strings.TrimSpace(users[0]) == "" {
		return Claim{}, fmt.Errorf("%w: the portal names nobody", ErrDeclined)
	}
	c := Claim{Method: MethodHeader, Subject: strings.TrimSpace(users[0])}
	if len(groups) == 1 {
		for g := range strings.SplitSeq(groups[0], ",") {
			if g = strings.TrimSpace(g); g != "" {
				c.Groups = append(c.Groups, g)
			}
		}
	}
	return c, nil
}

// portalClaim is whom the portal names in a request.
func portalClaim(r *http.Request) (Claim, error) {
	word, ok := r.Context().Value(portal{}).(portalWord)
	if !ok {
		return Claim{}, fmt.Errorf("%w: the request did not come through the portal", ErrNotProven)
	}
	return word.claim, word.err
}
