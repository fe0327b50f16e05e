package signon

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// pendingTime is how long somebody may take at the provider.
const pendingTime = 10 * time.Minute

// pending remembers sign-ons that were begun, each in its browser: in a cookie that this process alone can read and
// write. So nobody can fill the memory with sign-ons that are never ended, and a restart ends those under way.
type pending struct {
	seal   cipher.AEAD
	secure bool   // cookies over https only
	path   string // the base path
	now    func() time.Time
}

// started is one sign-on under way. State and Nonce tie the provider's answer to it, Verifier is the secret of PKCE
// (RFC 7636).
type started struct {
	Method   string    `json:"m"`
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Next     string    `json:"t"`
	Until    time.Time `json:"x"`
}

func newPending(secure bool, path string, now func() time.Time) (*pending, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, see crypto/rand
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make the key of sign-on cookies: %w", err)
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make the key of sign-on cookies: %w", err)
	}
	return &pending{seal, secure, path, now}, nil
}

func (p *pending) begin(method, next string) started {
	return started{Method: method, State: rand.Text(), Nonce: rand.Text(), Verifier: rand.Text() + rand.Text(), Next: next, Until: p.now().Add(pendingTime)}
}

// cookie is the cookie of a method. With https its name keeps neighbouring hosts from planting one (RFC 6265bis,
// __Host-).
func (p *pending) cookie(method, value string, age int) *http.Cookie {
	c := &http.Cookie{
		Name: "haochaping-sign-on-" + method, Value: value, Path: p.path + "/sign-in/" + method, MaxAge: age,
		HttpOnly: true, Secure: p.secure, SameSite: http.SameSiteLaxMode,
	}
	if p.secure {
		c.Name, c.Path = "__Host-"+c.Name, "/"
	}
	return c
}

func (p *pending) remember(w http.ResponseWriter, s started) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("remember a sign-on: %w", err)
	}
	sealed := p.seal.Seal(nil, nil, text, []byte(s.Method))
	http.SetCookie(w, p.cookie(s.Method, base64.RawURLEncoding.EncodeToString(sealed), int(pendingTime/time.Second)))
	return nil
}

// end is the sign-on that the browser began, which can not be ended by it again.
func (p *pending) end(w http.ResponseWriter, r *http.Request, method string) (started, error) {
	cookies := r.CookiesNamed(p.cookie(method, "", 0).Name)
	if len(cookies) != 1 {
		return started{}, fmt.Errorf("%w: %d cookies", ErrStale, len(cookies))
	}
	http.SetCookie(w, p.cookie(method, "", -1))
	sealed, err := base64.RawURLEncoding.DecodeString(cookies[0].Value)
	if err != nil {
		return started{}, fmt.Errorf("%w: the cookie is damaged", ErrStale)
	}
	text, err := p.seal.Open(nil, nil, sealed, []byte(method))
	if err != nil {
		return started{}, fmt.Errorf("%w: the cookie is not of this process", ErrStale)
	}
	var s started
	if err := json.Unmarshal(text, &s); err != nil {
		return started{}, fmt.Errorf("%w: the cookie is damaged", ErrStale)
	}
	if s.Method != method || !p.now().Before(s.Until) {
		return started{}, fmt.Errorf("%w: begun more than %v ago", ErrStale, pendingTime)
	}
	return s, nil
}
