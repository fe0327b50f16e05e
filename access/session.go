package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
)

// cookieName is that of the cookie with the token.
const cookieName = "haochaping_session"

// The values of a session.
const (
	valueAccount = "account"
	valueMethod  = "method"
	valueAddress = "address"
)

// manager speaks to browsers. How long sessions last is decided here and not there: scs would store every request.
func (g *Gate) manager() *scs.SessionManager {
	m := scs.New()
	m.Store, m.Codec, m.HashTokenInStore, m.Lifetime = cookies{g}, sessionCodec{}, true, g.options.Longest
	m.Cookie.Name, m.Cookie.Persist, m.Cookie.HttpOnly, m.Cookie.SameSite = cookieName, false, true, http.SameSiteLaxMode
	m.Cookie.Path = g.options.BasePath + "/"
	m.ErrorFunc = func(w http.ResponseWriter, _ *http.Request, err error) {
		g.log.Error("session not kept", "error", err)
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	}
	return m
}

// hashOf is what scs hands to its store in place of a token.
func hashOf(token string) string {
	hash := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(hash[:])
}

// sessionCodec writes the few texts of a session as JSON.
type sessionCodec struct{}

// Encode writes them.
func (sessionCodec) Encode(_ time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(values)
}

// Decode reads them. When a session ends is not scs's to decide.
func (sessionCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var values map[string]any
	err := json.Unmarshal(b, &values)
	return time.Time{}, values, err
}

// cookies is the store of scs: the sessions in memory, with the Store behind.
type cookies struct{ *Gate }

var errNoContext = errors.New("access: sessions are kept with a context only")

// Find is not used.
func (cookies) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit is not used.
func (cookies) Commit(string, []byte, time.Time) error { return errNoContext }

// Delete is not used.
func (cookies) Delete(string) error { return errNoContext }

// FindCtx finds a session that is alive, and notes that it is used. One that is not known here may have been begun in
// another process a moment ago.
func (c cookies) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	found, b, err := c.use(token)
	if found || err != nil || !c.misses.Allow() {
		return b, found, err
	}
	if err := c.Refresh(ctx); err != nil {
		c.log.Debug("sessions not read", "error", err)
	}
	found, b, err = c.use(token)
	return b, found, err
}

func (g *Gate) use(token string) (found bool, values []byte, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	s := g.mem.sessions[token]
	if s == nil || !g.alive(s, now) {
		return false, nil, nil
	}
	if now.After(s.Seen) {
		s.Seen, s.dirty = now, true
	}
	b, err := json.Marshal(map[string]string{valueAccount: s.Account, valueMethod: s.Method, valueAddress: s.Address})
	return err == nil, b, err
}

// CommitCtx stores a session that is new; one that is known does not change.
func (c cookies) CommitCtx(ctx context.Context, token string, b []byte, _ time.Time) error {
	var values map[string]string
	if err := json.Unmarshal(b, &values); err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	account := values[valueAccount]
	if account == "" {
		return nil // of nobody: there is nothing to remember
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancel()
	c.changing.Lock()
	defer c.changing.Unlock()
	c.mu.RLock()
	known := c.mem.sessions[token] != nil
	c.mu.RUnlock()
	if known {
		return nil
	}
	now := c.now().UTC().Truncate(time.Millisecond)
	s := StoredSession{
		Token: token, Account: account, Method: values[valueMethod], Address: values[valueAddress],
		Created: now, Seen: now, Expires: now.Add(c.options.Longest),
	}
	if err := c.options.Store.StoreSessions(ctx, []StoredSession{s}); err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mem.sessions[token] = &session{StoredSession: s}
	return nil
}

// DeleteCtx ends a session.
func (c cookies) DeleteCtx(ctx context.Context, token string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancel()
	c.changing.Lock()
	defer c.changing.Unlock()
	c.mu.Lock()
	s := c.mem.sessions[token]
	if s == nil || !s.Ended.IsZero() {
		c.mu.Unlock()
		return nil
	}
	s.Ended = c.now()
	ended := s.StoredSession
	c.mu.Unlock()
	if err := c.options.Store.StoreSessions(ctx, []StoredSession{ended}); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}
